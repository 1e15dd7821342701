//! I5 to I7: the shop's books beside those of the payment provider, whichever way they were obtained: the provider's
//! own lists, or the sandbox gateway's ledger in tests.

use super::{Breach, Moment, Verdict};
use crate::db::Read;
use crate::id::{AttemptId, CheckoutId};
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

/// A payment attempt with its order, as the shop's books have it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct Ours {
    id: AttemptId,
    created_at: i64,
    checkout_id: CheckoutId,
    provider: String,
    provider_ref: Option<String>,
    attempt_state: String,
    number: String,
    order_state: String,
    checkout_state: String,
    /// What a payment has to bring: gift cards and credit are no business of the provider's.
    total: i64,
    currency: String,
    captured: i64,
    refunded: i64,
}

/// In what the books differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// An order stands and the provider holds nothing for it.
    NoCharge,
    Amounts,
    Refunds,
    /// Charged by an attempt that had ended here.
    Ended,
}

/// One order whose amounts the two books do not agree on; minor units of `currency`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    pub what: What,
    pub attempt: AttemptId,
    pub checkout: CheckoutId,
    pub number: String,
    pub provider: String,
    /// The provider's name of the payment, when it was ever told.
    pub payment: Option<String>,
    /// Unix milliseconds.
    pub made: i64,
    pub currency: String,
    /// What was agreed.
    pub total: i64,
    pub ours: i64,
    pub theirs: i64,
    pub detail: String,
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

    /// An order stands by a payment that is decided; one that is under way takes the place of one that has expired.
    fn is_paid_anew(&self) -> bool {
        self.stands() && !matches!(self.attempt_state.as_str(), "authorized" | "captured")
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
    let ours = read(db, since, providers).await?;
    let by_ref: Known<'_> =
        ours.iter().filter_map(|row| Some(((row.provider.as_str(), row.provider_ref.as_deref()?), row))).collect();
    let mut verdicts = vec![one_charge(payments, &by_ref)];
    if moment == Moment::Quiet {
        verdicts.push(known(payments, &by_ref));
        verdicts.push(agreed(payments, &ours));
    }
    Ok(verdicts)
}

/// The attempts at `providers` made at or after `since` (Unix milliseconds).
pub(crate) async fn read(db: &mut impl Read, since: i64, providers: &[&str]) -> Result<Vec<Ours>> {
    let mut ours: Vec<Ours> = db
        .fetch_all(
            "SELECT a.id, a.created_at, a.checkout_id, a.provider, a.provider_ref, a.state AS attempt_state, o.number,
               o.state AS order_state, k.state AS checkout_state, o.total - o.tender AS total, o.currency, o.captured, o.refunded
             FROM payment_attempt a JOIN orders o ON o.checkout_id = a.checkout_id JOIN checkout k ON k.id = a.checkout_id
             WHERE a.created_at >= $1",
            args![since],
        )
        .await?;
    ours.retain(|row| providers.contains(&row.provider.as_str()));
    Ok(ours)
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
        .filter(|payment| payment.authorised > payment.voided + payment.refunded)
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
    let breaches = differences(payments, ours)
        .into_iter()
        .map(|one| Breach { rule: "I7", reference: one.number, detail: one.detail })
        .collect();
    Verdict { rule: "I7", says: "Every order and its payment at the provider name the same amounts", breaches }
}

/// Where the books differ, order by order. A checkout that waits for a person is not looked at.
pub(crate) fn differences(payments: &[Payment], ours: &[Ours]) -> Vec<Difference> {
    let theirs: HashMap<_, &Payment> = payments.iter().map(|payment| (payment.key(), payment)).collect();
    let looked_at = ours.iter().filter(|row| row.checkout_state != "manual_review");
    looked_at
        .filter_map(|row| {
            let live = !matches!(row.attempt_state.as_str(), "declined" | "canceled");
            let payment = row.provider_ref.as_deref().and_then(|id| theirs.get(&(row.provider.as_str(), id)).copied());
            let (what, ours, theirs, detail) = match payment {
                None => (row.stands() && live && !row.is_paid_anew() && row.total > 0)
                    .then(|| (What::NoCharge, row.total, 0, "no payment at the provider".to_owned())),
                Some(payment) => differs(row, payment, live),
            }?;
            Some(Difference {
                what,
                attempt: row.id,
                checkout: row.checkout_id,
                number: row.number.clone(),
                provider: row.provider.clone(),
                payment: row.provider_ref.clone(),
                made: row.created_at,
                currency: row.currency.clone(),
                total: row.total,
                ours,
                theirs,
                detail,
            })
        })
        .collect()
}

fn differs(row: &Ours, payment: &Payment, live: bool) -> Option<(What, i64, i64, String)> {
    if !live {
        let detail = || format!("{} was charged after it ended here", payment.id);
        return (payment.captured > payment.refunded).then(|| (What::Ended, 0, payment.captured, detail()));
    }
    let held = payment.authorised - payment.voided;
    let is_same = payment.currency.eq_ignore_ascii_case(&row.currency) && payment.amount == row.total;
    if row.stands() && !(is_same && held == row.total) && !(row.is_paid_anew() && held == 0) {
        let (has, wants) = (format!("{held} {}", payment.currency), format!("{} {}", row.total, row.currency));
        let what = if held == 0 { What::NoCharge } else { What::Amounts };
        return Some((what, row.total, held, format!("{} holds {has}, the order is over {wants}", payment.id)));
    }
    let (captured, refunded) = (row.captured, row.refunded);
    if (captured, refunded) != (payment.captured, payment.refunded) {
        let (what, ours, theirs) = if captured == payment.captured {
            (What::Refunds, refunded, payment.refunded)
        } else {
            (What::Amounts, captured, payment.captured)
        };
        let detail = format!(
            "captured {captured} and refunded {refunded} here, {} and {} at the provider",
            payment.captured, payment.refunded
        );
        return Some((what, ours, theirs, detail));
    }
    // No order, no money.
    let lingers = !row.stands() && row.order_state != "pending_payment" && held > payment.captured;
    lingers.then(|| {
        let detail = format!("{} still holds {held} for an order that is {}", payment.id, row.order_state);
        (What::Amounts, payment.captured, held, detail)
    })
}
