//! I5 to I7: the shop's books beside those of the payment provider, whichever way they were obtained: the provider's
//! own lists, or the sandbox gateway's ledger in tests.

use super::{Breach, Moment, Verdict};
use crate::db::Read;
use crate::id::CheckoutId;
use crate::{Result, args};
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};

/// What became of the money of one payment, by the provider's books; minor units.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Payment {
    /// As stored with an attempt.
    pub provider: String,
    pub id: String,
    pub amount: i64,
    /// ISO 4217; upper or lower case.
    pub currency: String,
    /// Ever held for us.
    pub authorised: i64,
    pub captured: i64,
    /// Let go without being taken.
    pub voided: i64,
    pub refunded: i64,
    /// Our ids, as the provider stored them.
    pub metadata: BTreeMap<String, String>,
}

#[derive(Clone, Debug, sqlx::FromRow)]
struct Ours {
    checkout_id: CheckoutId,
    provider: String,
    provider_ref: Option<String>,
    attempt_state: String,
    number: String,
    order_state: String,
    checkout_state: String,
    total: i64,
    currency: String,
    captured: i64,
    refunded: i64,
}

/// Attempts by provider and its name for the payment.
type Known<'a> = HashMap<(&'a str, &'a str), &'a Ours>;

impl Payment {
    fn key(&self) -> (&str, &str) {
        (&self.provider, &self.id)
    }
}

impl Ours {
    fn stands(&self) -> bool {
        matches!(self.order_state.as_str(), "confirmed" | "processing" | "shipped" | "delivered")
    }
}

/// Compares every payment of `providers` created at or after `since` (Unix milliseconds). `payments` must be all that
/// they have of that time.
pub async fn check(
    db: &mut impl Read,
    moment: Moment,
    since: i64,
    providers: &[&str],
    payments: &[Payment],
) -> Result<Vec<Verdict>> {
    let mut ours: Vec<Ours> = db
        .fetch_all(
            "SELECT a.checkout_id, a.provider, a.provider_ref, a.state AS attempt_state, o.number, o.state AS order_state,
               k.state AS checkout_state, o.total, o.currency, o.captured, o.refunded
             FROM payment_attempt a JOIN orders o ON o.checkout_id = a.checkout_id JOIN checkout k ON k.id = a.checkout_id
             WHERE a.created_at >= $1",
            args![since],
        )
        .await?;
    ours.retain(|row| providers.contains(&row.provider.as_str()));
    let by_ref: Known<'_> =
        ours.iter().filter_map(|row| Some(((row.provider.as_str(), row.provider_ref.as_deref()?), row))).collect();
    let mut verdicts = vec![one_charge(payments, &by_ref)];
    if moment == Moment::Quiet {
        verdicts.push(known(payments, &by_ref));
        verdicts.push(agreed(payments, &ours));
    }
    Ok(verdicts)
}

/// I5: nobody is charged twice for one checkout, or more than was asked.
fn one_charge(payments: &[Payment], ours: &Known<'_>) -> Verdict {
    let says = "The provider holds at most one charge for each checkout, and no more than was agreed";
    let mut charged: BTreeMap<String, Vec<&Payment>> = BTreeMap::new();
    let mut breaches = Vec::new();
    let breach = |reference: &str, detail: String| Breach { rule: "I5", reference: reference.to_owned(), detail };
    for payment in payments {
        if payment.captured > payment.amount || payment.refunded > payment.captured {
            breaches.push(breach(&payment.id, format!("{payment:?}")));
        }
        if payment.captured > payment.refunded {
            // Not every provider stores it; what no attempt knows is I6.
            let known = ours.get(&payment.key()).map(|row| row.checkout_id.to_string());
            let checkout = known.or_else(|| payment.metadata.get("checkout_id").cloned());
            charged.entry(checkout.unwrap_or_default()).or_default().push(payment);
        }
    }
    for (checkout, payments) in charged.iter().filter(|(checkout, payments)| !checkout.is_empty() && payments.len() > 1)
    {
        let ids: Vec<_> = payments.iter().map(|payment| payment.id.as_str()).collect();
        breaches.push(breach(checkout, format!("charged by {}", ids.join(" and "))));
    }
    Verdict { rule: "I5", says, breaches }
}

/// I6: the provider holds no money that the shop does not know of.
fn known(payments: &[Payment], ours: &Known<'_>) -> Verdict {
    let breaches = payments
        .iter()
        .filter(|payment| payment.authorised > 0)
        .filter(|payment| !ours.contains_key(&payment.key()))
        .map(|payment| Breach {
            rule: "I6",
            reference: payment.metadata.get("order_no").unwrap_or(&payment.id).clone(),
            detail: format!("{} holds {} that no attempt knows", payment.id, payment.authorised),
        })
        .collect();
    Verdict { rule: "I6", says: "Every authorisation at the provider belongs to one attempt here", breaches }
}

/// I7, and I5 for what was captured: both books name the same amounts for each order.
fn agreed(payments: &[Payment], ours: &[Ours]) -> Verdict {
    let theirs: HashMap<_, &Payment> = payments.iter().map(|payment| (payment.key(), payment)).collect();
    let mut breaches = Vec::new();
    for row in ours {
        let live = !matches!(row.attempt_state.as_str(), "declined" | "canceled");
        let payment = row.provider_ref.as_deref().and_then(|id| theirs.get(&(row.provider.as_str(), id)).copied());
        let wrong = match payment {
            _ if row.checkout_state == "manual_review" => None,
            None => (row.stands() && live && row.total > 0).then(|| "no payment at the provider".to_owned()),
            Some(payment) => differs(row, payment, live),
        };
        breaches.extend(wrong.map(|detail| Breach { rule: "I7", reference: row.number.clone(), detail }));
    }
    Verdict { rule: "I7", says: "Every order and its payment at the provider name the same amounts", breaches }
}

fn differs(row: &Ours, payment: &Payment, live: bool) -> Option<String> {
    if !live {
        return (payment.captured > payment.refunded)
            .then(|| format!("{} was charged after it ended here", payment.id));
    }
    let held = payment.authorised - payment.voided;
    let is_same = payment.currency.eq_ignore_ascii_case(&row.currency) && payment.amount == row.total;
    if row.stands() && !(is_same && held == row.total) {
        let (has, wants) = (format!("{held} {}", payment.currency), format!("{} {}", row.total, row.currency));
        return Some(format!("{} holds {has}, the order is over {wants}", payment.id));
    }
    let (captured, refunded) = (row.captured, row.refunded);
    if (captured, refunded) != (payment.captured, payment.refunded) {
        return Some(format!(
            "captured {captured} and refunded {refunded} here, {} and {} at the provider",
            payment.captured, payment.refunded
        ));
    }
    // No order, no money.
    (!row.stands() && row.order_state != "pending_payment" && held > payment.captured)
        .then(|| format!("{} still holds {held} for an order that is {}", payment.id, row.order_state))
}
