//! What becomes of held value: spent at the pivot, or given back when nothing comes of the checkout, and held again when it
//! is paid late.

use super::account::{self, HOLD, LET_GO, Sums};
use super::book::{Booking, book};
use super::hold::{Claim, take};
use super::{Kind, QuotedTender};
use crate::db::{Read, Sql, Tx};
use crate::id::{CheckoutId, CustomerId, OrderId, StoredValueId};
use crate::{Error, Result, args};
use std::collections::HashMap;
use uuid::Uuid;

/// An order that is placed now, with what of it is to be spent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spender<'s> {
    pub checkout_id: CheckoutId,
    pub order_id: OrderId,
    pub number: &'s str,
    /// Minor units, by the order; one without is left alone.
    pub tender: i64,
}

const SPEND: Sql = Sql {
    sqlite: "UPDATE tender SET state = 'spent'
      WHERE checkout_id IN (SELECT unhex(value) FROM json_each($1)) AND state = 'held'
      RETURNING checkout_id, account_id, amount",
    postgres: "UPDATE tender SET state = 'spent' WHERE checkout_id = ANY($1) AND state = 'held'
      RETURNING checkout_id, account_id, amount",
};
const RELEASE: Sql = Sql {
    sqlite: "UPDATE tender SET state = 'released'
      WHERE checkout_id IN (SELECT unhex(value) FROM json_each($1)) AND state = 'held'
      RETURNING checkout_id, account_id, amount",
    postgres: "UPDATE tender SET state = 'released' WHERE checkout_id = ANY($1) AND state = 'held'
      RETURNING checkout_id, account_id, amount",
};

type Moved = Vec<(CheckoutId, StoredValueId, i64)>;

/// held → spent, with its entries and the ledger: less is owed by the shopper and to the holder. Call it before promotions
/// and shelves are locked.
pub(crate) async fn spend(tx: &mut Tx, spenders: &[Spender<'_>], now: i64) -> Result<()> {
    let by_checkout: HashMap<CheckoutId, &Spender<'_>> =
        spenders.iter().filter(|one| one.tender > 0).map(|one| (one.checkout_id, one)).collect();
    if by_checkout.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = by_checkout.keys().map(|id| id.0).collect();
    let accounts = account::lock_of(tx, &ids).await?;
    let moved: Moved = tx.fetch_all(SPEND.of(tx.engine()), args![ids]).await?;
    let mut left: HashMap<CheckoutId, i64> = by_checkout.values().map(|one| (one.checkout_id, one.tender)).collect();
    let mut sums = Sums::default();
    let mut bookings = Vec::with_capacity(moved.len());
    for (checkout, account_id, amount) in moved {
        let account = accounts.get(&account_id.0).ok_or_else(|| Error::Internal("tender of no account".into()))?;
        sums.add(account_id, amount);
        *left.entry(checkout).or_default() -= amount;
        bookings.push(Booking {
            account_id,
            kind: account.kind,
            currency: &account.currency,
            what: "spend",
            amount: -amount,
            against: "receivable",
            order_id: by_checkout.get(&checkout).map(|one| one.order_id),
            reason: "",
            actor: "shopper",
        });
    }
    if let Some((id, _)) = left.iter().find(|(_, left)| **left != 0) {
        // Fail closed: what was agreed to be paid by a card is not there.
        let number = by_checkout.get(id).map_or("", |one| one.number);
        return Err(Error::Internal(format!("order {number} lost what cards held for it")));
    }
    sums.apply(tx, LET_GO).await?;
    book(tx, &bookings, now).await
}

/// held → released; what was given back before stays so. Call it before promotions and shelves are locked.
pub(crate) async fn release(tx: &mut Tx, checkouts: impl Iterator<Item = CheckoutId>) -> Result<()> {
    let ids: Vec<Uuid> = checkouts.map(|id| id.0).collect();
    if account::lock_of(tx, &ids).await?.is_empty() {
        return Ok(());
    }
    let moved: Moved = tx.fetch_all(RELEASE.of(tx.engine()), args![ids]).await?;
    let mut sums = Sums::default();
    for (_, account_id, amount) in moved {
        sums.add(account_id, amount);
    }
    sums.apply(tx, LET_GO).await
}

#[derive(sqlx::FromRow)]
struct Released {
    account_id: StoredValueId,
    #[sqlx(try_from = "String")]
    kind: Kind,
    last_four: String,
    currency: String,
    amount: i64,
    customer_id: Option<CustomerId>,
}

/// Holds again what a checkout has given back; `false` when it is not there any more, and then nothing is held. That a
/// card has expired meanwhile is no reason: the shopper agreed to it before.
pub(crate) async fn reclaim(tx: &mut Tx, checkout_id: CheckoutId) -> Result<bool> {
    let sql = "SELECT t.account_id, s.kind, s.last_four, s.currency, t.amount, k.customer_id
        FROM tender t JOIN stored_value s ON s.id = t.account_id JOIN checkout k ON k.id = t.checkout_id
        WHERE t.checkout_id = $1 AND t.state = 'released' ORDER BY t.position";
    let rows: Vec<Released> = tx.fetch_all(sql, args![checkout_id]).await?;
    let Some(first) = rows.first() else { return Ok(true) };
    let wanted: Vec<_> = rows
        .iter()
        .map(|row| QuotedTender {
            account_id: row.account_id,
            kind: row.kind,
            last_four: row.last_four.clone(),
            amount: row.amount,
        })
        .collect();
    let claim = Claim {
        checkout_id,
        customer_id: first.customer_id,
        currency: &first.currency,
        tender: &wanted,
        again: true,
        now: 0,
    };
    if take(tx, std::slice::from_ref(&claim)).await?.iter().any(std::result::Result::is_err) {
        return Ok(false);
    }
    let mut sums = Sums::default();
    for row in &rows {
        sums.add(row.account_id, row.amount);
    }
    sums.apply(tx, HOLD).await?;
    let sql = "UPDATE tender SET state = 'held' WHERE checkout_id = $1 AND state = 'released'";
    tx.execute(sql, args![checkout_id]).await?;
    Ok(true)
}
