//! Writing mails down, many at a time: a rush of orders must not cost two fsyncs for each of its confirmations.

use super::Message;
use crate::db::{Sql, Tx, Work};
use crate::id::{OrderId, OutboxId};
use crate::{Error, args, rows};
use serde::Serialize;
use std::time::Duration;

/// What has become of a mail.
#[derive(Clone, Debug)]
pub(crate) enum Keep {
    /// Rendered, not handed over yet. What is there already stays as it is.
    Stored(Stored),
    Handed(Handed),
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Stored {
    id: OutboxId,
    order_id: Option<OrderId>,
    recipient: String,
    subject: String,
    body_text: String,
    body_html: String,
    /// Unix milliseconds.
    at: i64,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Handed {
    id: OutboxId,
    state: &'static str,
    error: String,
}

impl Keep {
    pub fn stored(message: &Message, order_id: Option<OrderId>, at: i64) -> Self {
        Self::Stored(Stored {
            id: message.id,
            order_id,
            recipient: message.recipient.clone(),
            subject: message.subject.clone(),
            body_text: message.text.clone(),
            body_html: message.html.clone(),
            at,
        })
    }

    /// `outcome` is what the mailer said.
    pub fn handed(id: OutboxId, outcome: &Result<(), String>) -> Self {
        let (state, error) = match outcome {
            Ok(()) => ("sent", String::new()),
            Err(why) => ("failed", why.clone()),
        };
        Self::Handed(Handed { id, state, error })
    }
}

pub(crate) struct Keeping;

impl Work for Keeping {
    type Item = Keep;
    type Outcome = ();
    type Error = Error;

    const LINGER: Duration = Duration::from_millis(5);

    async fn run(&self, tx: &mut Tx, items: &[Keep]) -> Result<Vec<()>, Error> {
        let (mut stored, mut handed) = (Vec::new(), Vec::new());
        for item in items {
            match item {
                Keep::Stored(one) => stored.push(one),
                Keep::Handed(one) => handed.push(one),
            }
        }
        let engine = tx.engine();
        if !stored.is_empty() {
            tx.execute(INSERT.of(engine), args![serde_json::to_string(&stored)?]).await?;
        }
        if !handed.is_empty() {
            tx.execute(MARK.of(engine), args![serde_json::to_string(&handed)?]).await?;
        }
        Ok(vec![(); items.len()])
    }
}

const INSERT: Sql = rows!(
    "INSERT INTO mail (id, recipient, subject, body_text, body_html, order_id, state, at)
     SELECT d.id, d.recipient, d.subject, d.body_text, d.body_html, d.order_id, 'stored', d.at FROM",
    [id UUID, order_id UUID, recipient TEXT, subject TEXT, body_text TEXT, body_html TEXT, at BIGINT],
    "WHERE TRUE ON CONFLICT (id) DO NOTHING"
);
const MARK: Sql = rows!(
    "UPDATE mail SET state = d.state, error = d.error FROM",
    [id UUID, state TEXT, error TEXT],
    "WHERE mail.id = d.id"
);
