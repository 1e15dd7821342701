//! What has to happen after a commit, written in the same transaction: captures, refunds, mail, events.
//!
//! Rows are claimed by lease and delivered at least once; what they do is idempotent. `outbox/deliver.rs` does it.

mod deliver;

pub(crate) use deliver::{capture, deliver_due};

use crate::db::{Sql, Tx};
use crate::id::{AbandonedCartId, AlertId, AttemptId, OrderId, OutboxId, RefundId, StoredValueId};
use crate::{Result, args, rows};
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Takes the authorised money.
    Capture,
    /// Lets authorised money go, or gives taken money back.
    UndoPayment,
    /// Carries out a refund that is written down.
    Refund,
    Mail,
    Event,
}

impl Kind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Capture => "capture",
            Self::UndoPayment => "undo_payment",
            Self::Refund => "refund",
            Self::Mail => "mail",
            Self::Event => "event",
        }
    }
}

/// Something to be done, mostly about an order.
#[derive(Clone, Debug)]
pub struct Note {
    pub id: OutboxId,
    kind: Kind,
    order_id: Option<OrderId>,
    payload: serde_json::Value,
}

impl Note {
    fn new(kind: Kind, order_id: OrderId, payload: serde_json::Value) -> Self {
        Self { id: OutboxId::new(), kind, order_id: Some(order_id), payload }
    }

    /// A mail from the named template.
    pub fn mail(order_id: OrderId, template: &str) -> Self {
        Self::new(Kind::Mail, order_id, serde_json::json!({ "template": template }))
    }

    /// The mail that tells about what is back.
    pub fn back_in_stock(alert: AlertId) -> Self {
        let payload = serde_json::json!({ "alert_id": alert });
        Self { id: OutboxId::new(), kind: Kind::Mail, order_id: None, payload }
    }

    /// The mail with a gift card's code, which stands here until it has gone out.
    pub fn gift_card(order_id: Option<OrderId>, card: StoredValueId, code: &str) -> Self {
        let payload = serde_json::json!({ "gift_card_id": card, "code": code });
        Self { id: OutboxId::new(), kind: Kind::Mail, order_id, payload }
    }

    /// The mail that reminds of a cart that was left; `token` stands in its links.
    pub fn cart_reminder(abandoned: AbandonedCartId, token: &str) -> Self {
        let payload = serde_json::json!({ "abandoned_id": abandoned, "token": token });
        Self { id: OutboxId::new(), kind: Kind::Mail, order_id: None, payload }
    }

    pub fn event(order_id: OrderId, name: &str, number: &str) -> Self {
        Self::new(Kind::Event, order_id, serde_json::json!({ "type": name, "order_id": order_id, "number": number }))
    }

    pub fn of_attempt(kind: Kind, order_id: OrderId, attempt: AttemptId) -> Self {
        Self::new(kind, order_id, serde_json::json!({ "attempt_id": attempt }))
    }

    pub fn refund(order_id: OrderId, refund: RefundId) -> Self {
        Self::new(Kind::Refund, order_id, serde_json::json!({ "refund_id": refund }))
    }
}

/// Writes notes; they are due at once.
pub async fn put(tx: &mut Tx, notes: &[Note], now: i64) -> Result<()> {
    #[derive(Serialize)]
    struct Row {
        id: OutboxId,
        kind: &'static str,
        subject_id: Option<OrderId>,
        payload: String,
    }
    if notes.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = notes
        .iter()
        .map(|note| Row {
            id: note.id,
            kind: note.kind.as_str(),
            subject_id: note.order_id,
            payload: note.payload.to_string(),
        })
        .collect();
    tx.execute(INSERT.of(tx.engine()), args![serde_json::to_string(&rows)?, now]).await?;
    Ok(())
}

const INSERT: Sql = rows!(
    "INSERT INTO outbox (id, kind, subject_id, payload, created_at, due_at)
     SELECT d.id, d.kind, d.subject_id, d.payload, $2, $2 FROM",
    [id UUID, kind TEXT, subject_id UUID, payload TEXT],
    ""
);
