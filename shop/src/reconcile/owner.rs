//! Whose a payment is: the attempts that a page of a provider's list belongs to, in two statements.

use crate::db::Sql;
use crate::id::{AttemptId, CheckoutId};
use crate::payment::{Provider, Snapshot};
use crate::{Result, Shop, args, rows};
use serde::Serialize;
use std::collections::HashMap;

/// The attempt a payment belongs to.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct Owner {
    intent_id: String,
    pub id: AttemptId,
    pub checkout_id: CheckoutId,
    pub state: String,
    pub provider_ref: Option<String>,
    pub number: String,
    order_state: String,
    pub checkout_state: String,
}

/// The attempts of a page of payments: by the provider's name, else by our own in the metadata.
pub(super) async fn owners(shop: &Shop, provider: &dyn Provider, page: &[Snapshot]) -> Result<HashMap<String, Owner>> {
    macro_rules! owners {
        ([$($column:ident $type:ident),*], $on:literal) => {
            rows!(
                "SELECT d.intent_id, a.id, a.checkout_id, a.state, a.provider_ref, o.number, o.state AS order_state,
                   k.state AS checkout_state FROM",
                [$($column $type),*],
                $on
            )
        };
    }
    const BY_REF: Sql = owners!(
        [intent_id TEXT],
        "JOIN payment_attempt a ON a.provider_ref = d.intent_id AND a.provider = $2
         JOIN orders o ON o.checkout_id = a.checkout_id JOIN checkout k ON k.id = a.checkout_id"
    );
    const BY_ID: Sql = owners!(
        [intent_id TEXT, attempt_id UUID],
        "JOIN payment_attempt a ON a.id = d.attempt_id AND a.provider = $2
         JOIN orders o ON o.checkout_id = a.checkout_id JOIN checkout k ON k.id = a.checkout_id"
    );
    #[derive(Serialize)]
    struct Row<'s> {
        intent_id: &'s str,
        attempt_id: Option<AttemptId>,
    }
    let rows: Vec<_> = page
        .iter()
        .map(|snapshot| Row {
            intent_id: &snapshot.intent_id,
            attempt_id: snapshot.metadata.get("attempt_id").and_then(|id| id.parse().ok()),
        })
        .collect();
    let engine = shop.db.engine();
    let arg = args![serde_json::to_string(&rows)?, provider.name()];
    let known: Vec<Owner> = shop.db.fetch_all(BY_REF.of(engine), arg).await?;
    let mut owners: HashMap<_, _> = known.into_iter().map(|owner| (owner.intent_id.clone(), owner)).collect();
    let rest: Vec<_> =
        rows.iter().filter(|row| row.attempt_id.is_some() && !owners.contains_key(row.intent_id)).collect();
    if !rest.is_empty() {
        let arg = args![serde_json::to_string(&rest)?, provider.name()];
        let named: Vec<Owner> = shop.db.fetch_all(BY_ID.of(engine), arg).await?;
        owners.extend(named.into_iter().map(|owner| (owner.intent_id.clone(), owner)));
    }
    Ok(owners)
}

impl Owner {
    pub fn has_ended(&self) -> bool {
        matches!(self.state.as_str(), "declined" | "canceled")
    }

    /// The order stands, by this payment or by another.
    pub fn order_stands(&self) -> bool {
        matches!(self.order_state.as_str(), "confirmed" | "processing" | "shipped" | "delivered" | "refunded")
    }

    pub fn checkout_has_ended(&self) -> bool {
        matches!(self.checkout_state.as_str(), "released" | "refunded")
    }
}
