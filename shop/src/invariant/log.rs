//! I10: the log of moves is the story of each checkout, payment and order: every move is one that its state machine
//! has, each begins where the one before ended, and the last one ended where the thing stands.
//!
//! The tables here are written down from `RELIABILITY.md` 2.3 and not taken from the code that makes the moves.

use super::{Breach, SHOWN, Verdict};
use crate::db::Read;
use crate::{Result, args};

const SAYS: &str = "Every checkout, payment and order came to its state by moves that are allowed";

pub(super) async fn check(db: &mut impl Read) -> Result<Verdict> {
    let mut breaches = illegal(db).await?;
    for (entity, table, number) in [
        ("checkout", "checkout", "(SELECT o.number FROM orders o WHERE o.checkout_id = x.id)"),
        ("payment_attempt", "payment_attempt", "(SELECT o.number FROM orders o WHERE o.checkout_id = x.checkout_id)"),
        ("order", "orders", "x.number"),
    ] {
        breaches.extend(unexplained(db, entity, table, number).await?);
    }
    breaches.truncate(SHOWN);
    Ok(Verdict { rule: "I10", says: SAYS, breaches })
}

/// Moves that no state machine has, by kind.
async fn illegal(db: &mut impl Read) -> Result<Vec<Breach>> {
    let moves: Vec<(String, String, String, i64)> = db
        .fetch_all(
            "SELECT entity, from_state, to_state, COUNT(*) FROM transition_log GROUP BY entity, from_state, to_state",
            args![],
        )
        .await?;
    let breaches = moves.into_iter().filter(|(entity, from, to, _)| !may(entity, from, to));
    Ok(breaches
        .map(|(entity, from, to, count)| Breach {
            rule: "I10",
            reference: entity,
            detail: format!("{count} times from “{from}” to “{to}”"),
        })
        .collect())
}

/// Things whose moves do not lead from nothing to where they stand.
async fn unexplained(db: &mut impl Read, entity: &str, table: &str, number: &str) -> Result<Vec<Breach>> {
    // Each move leaves one state and enters another. Over a whole story every state is left as often as it was
    // entered, but for the one the thing stands in, which was entered once more.
    let text = format!(
        "SELECT COALESCE({number}, '') AS number, b.state, b.off
         FROM (SELECT s.entity_id, s.state, CAST(SUM(s.step) AS BIGINT) AS off FROM (
                 SELECT entity_id, to_state AS state, 1 AS step FROM transition_log WHERE entity = $1
                 UNION ALL SELECT entity_id, from_state, -1 FROM transition_log WHERE entity = $1 AND from_state <> ''
               ) s GROUP BY s.entity_id, s.state) b
         JOIN {table} x ON x.id = b.entity_id
         WHERE b.off <> CASE WHEN b.state = x.state THEN 1 ELSE 0 END
         ORDER BY 1, 2 LIMIT {SHOWN}"
    );
    let rows: Vec<(String, String, i64)> = db.fetch_all(&text, args![entity]).await?;
    Ok(rows
        .into_iter()
        .map(|(reference, state, off)| Breach {
            rule: "I10",
            reference,
            detail: format!("{entity}: by the log “{state}” was entered {off} times more than it was left"),
        })
        .collect())
}

fn may(entity: &str, from: &str, to: &str) -> bool {
    let table = match entity {
        "checkout" => CHECKOUT,
        "payment_attempt" => PAYMENT_ATTEMPT,
        "order" => ORDER,
        _ => return false,
    };
    table.iter().any(|(start, ends)| *start == from && ends.split(' ').any(|end| end == to))
}

type Moves = &'static [(&'static str, &'static str)];

const CHECKOUT: Moves = &[
    ("", "prepared"),
    ("prepared", "paying awaiting_action unknown payable_again placed settled releasing manual_review"),
    ("paying", "awaiting_action unknown payable_again placed settled releasing manual_review"),
    ("awaiting_action", "paying unknown payable_again placed settled releasing manual_review"),
    ("unknown", "prepared paying awaiting_action payable_again placed settled releasing manual_review"),
    ("payable_again", "prepared releasing placed settled manual_review"),
    ("releasing", "placed settled released manual_review"),
    ("released", "late_paid"),
    ("late_paid", "placed settled refunding"),
    ("refunding", "refunded"),
    ("placed", "settled"),
    ("manual_review", "placed settled releasing released refunding refunded"),
];

const PAYMENT_ATTEMPT: Moves = &[
    ("", "prepared"),
    ("prepared", "sent unknown requires_action processing authorized captured declined canceled"),
    ("sent", "requires_action processing authorized captured declined canceled"),
    ("unknown", "sent requires_action processing authorized captured declined canceled"),
    ("requires_action", "processing authorized captured declined canceled"),
    ("processing", "authorized captured declined canceled"),
    ("authorized", "captured canceled"),
];

const ORDER: Moves = &[
    ("", "pending_payment"),
    ("pending_payment", "confirmed payment_failed cancelled"),
    ("payment_failed", "confirmed"),
    ("cancelled", "confirmed"),
    ("confirmed", "processing shipped cancelled refunded"),
    ("processing", "processing shipped refunded"),
    ("shipped", "delivered refunded"),
    ("delivered", "refunded"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkout::state::{AttemptState, CheckoutState};

    /// A name misspelt here would forbid or allow nothing.
    #[test]
    fn the_tables_name_states_that_exist() {
        let names =
            |table: Moves| table.iter().flat_map(|(from, to)| to.split(' ').chain([*from])).filter(|n| !n.is_empty());
        for name in names(CHECKOUT) {
            assert!(CheckoutState::try_from(name.to_owned()).is_ok(), "{name}");
        }
        for name in names(PAYMENT_ATTEMPT) {
            assert!(AttemptState::try_from(name.to_owned()).is_ok(), "{name}");
        }
        for name in names(ORDER) {
            assert!(crate::order::State::ALL.iter().any(|state| state.as_str() == name), "{name}");
        }
    }
}
