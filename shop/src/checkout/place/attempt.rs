//! Another payment for a checkout: whether the one under way is meant, with whom, how many there may be.

use super::in_progress;
use super::known::{earlier_checkouts, limit_attempts};
use crate::checkout::state::Way;
use crate::checkout::stored::{Attempt, Checkout};
use crate::checkout::{PaymentWay, PlaceOrder, transition};
use crate::db::{Tx, Violation};
use crate::id::AttemptId;
use crate::money::Currency;
use crate::risk::{self, Payer};
use crate::{Result, Shop, args, reconcile};

/// Whether the live attempt is the one the shopper asks for.
pub(super) fn goes_on(attempt: &Attempt, order: &PlaceOrder) -> bool {
    if order.provider.as_ref().is_some_and(|provider| *provider != attempt.provider) {
        return false;
    }
    match &order.payment {
        PaymentWay::Token { payment_method } => attempt.way == Way::Token && attempt.pm_token == *payment_method,
        way @ (PaymentWay::Hosted | PaymentWay::Embedded) => attempt.way == Way::from(way),
    }
}

/// Who a new payment is started with, unless payments are stopped.
pub(in crate::checkout) async fn chosen(
    shop: &Shop,
    provider: Option<&str>,
    way: &PaymentWay,
    currency: Currency,
) -> Result<&'static str> {
    reconcile::may_start_payment(shop).await?;
    let enabled = &shop.settings.payment_providers;
    Ok(shop.payments.choose(enabled, provider, way, currency)?.name())
}

pub(super) async fn next_attempt(shop: &Shop, checkout: &Checkout, order: &PlaceOrder, epoch: i64) -> Result<Attempt> {
    limit_attempts(shop, &earlier_checkouts(shop, checkout.cart_id).await?)?;
    let payer = payer(checkout, &order.network_address);
    risk::may_pay(shop, &payer, order.payment.token()).await?;
    let provider = chosen(shop, order.provider.as_deref(), &order.payment, checkout.currency).await?;
    let now = shop.now_ms();
    let (way, pm_token) = (Way::from(&order.payment), order.payment.token().to_owned());
    let attempt =
        Attempt { number: checkout.last.0 + 1, ..Attempt::prepared(AttemptId::new(), provider, way, pm_token, now) };
    let mut tx = shop.db.begin().await?;
    let from = transition::lock_checkout(&mut tx, checkout.id).await?.unwrap_or_default();
    let mine = tx
        .execute(
            "UPDATE checkout SET state = 'prepared', recovery_point = 'prepared', updated_at = $3
             WHERE id = $1 AND epoch = $2 AND state IN ('payable_again','prepared')",
            args![checkout.id, epoch, now],
        )
        .await?;
    if mine == 0 {
        return Err(in_progress());
    }
    insert(&mut tx, checkout, &attempt, &payer).await?;
    let mut moves = vec![transition::of_attempt(attempt.id, "", "prepared", "another try")];
    if from != "prepared" {
        moves.push(transition::of_checkout(checkout.id, &from, "prepared", "another try"));
    }
    transition::record(&mut tx, &moves, "shopper", now).await?;
    tx.commit().await?;
    Ok(attempt)
}

/// Who pays a checkout.
pub(in crate::checkout) fn payer(checkout: &Checkout, network_address: &str) -> Payer {
    Payer::new(&checkout.quote.email, &checkout.quote.address, network_address)
}

/// Writes the attempt down before the provider hears of it.
pub(in crate::checkout) async fn insert(
    tx: &mut Tx,
    checkout: &Checkout,
    attempt: &Attempt,
    payer: &Payer,
) -> Result<()> {
    let inserted = tx
        .execute(
            "INSERT INTO payment_attempt (id, checkout_id, attempt_no, provider, way, amount, currency, pm_token, state, created_at,
               buyer, place, network)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'prepared', $9, $10, $11, $12)",
            args![
                attempt.id,
                checkout.id,
                attempt.number,
                &attempt.provider,
                attempt.way.as_str(),
                checkout.due(),
                checkout.currency,
                &attempt.pm_token,
                attempt.created_at,
                &payer.buyer,
                &payer.place,
                &payer.network
            ],
        )
        .await;
    match inserted {
        // The previous one is live after all: the index keeps the second from ever being sent.
        Err(error) if error.violation() == Some(Violation::Unique) => Err(in_progress()),
        other => Ok(other.map(drop)?),
    }
}
