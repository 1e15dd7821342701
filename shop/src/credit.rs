//! Store credit: what the shop owes a customer, in each currency. What it pays of an order is [`crate::tender`].

use crate::account::Visitor;
use crate::audit::{self, Entry};
use crate::cart;
use crate::db::{Read, Tx};
use crate::id::{CustomerId, StoredValueId};
use crate::limits::{Check, REASON_CHARS, STORED_VALUE};
use crate::money::{Currency, Money};
use crate::staff::Staff;
use crate::tender::{self, Booking, Kind, Share, book};
use crate::{Error, Result, Shop, args};

/// A customer's credit in one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credit {
    pub id: StoredValueId,
    pub balance: Money,
    /// Of the balance, by checkouts under way.
    pub held: Money,
}

/// What a customer has, in the order of the currencies.
pub async fn of_customer(shop: &Shop, customer: CustomerId) -> Result<Vec<Credit>> {
    #[derive(sqlx::FromRow)]
    struct Row {
        id: StoredValueId,
        #[sqlx(try_from = "String")]
        currency: Currency,
        balance: i64,
        held: i64,
    }
    let sql = "SELECT id, currency, balance, held FROM stored_value
        WHERE customer_id = $1 AND kind = 'store_credit' ORDER BY currency";
    let rows: Vec<Row> = shop.db.fetch_all(sql, args![customer]).await?;
    let credit =
        |row: Row| Credit { id: row.id, balance: row.currency.money(row.balance), held: row.currency.money(row.held) };
    Ok(rows.into_iter().map(credit).collect())
}

/// The customer with this address, and the name; `None` when nobody has registered with it.
pub async fn customer(shop: &Shop, _by: &Staff, email: &str) -> Result<Option<(CustomerId, String)>> {
    let sql = "SELECT id, name FROM customer WHERE email = $1";
    Ok(shop.db.fetch_optional(sql, args![email.trim().to_lowercase()]).await?)
}

/// Gives a customer credit, or takes some away (below zero), as the merchant decides.
///
/// # Errors
/// `NotFound` "customer"; `Invalid` "amount" when there is less that nothing holds, or "reason".
pub async fn grant(shop: &Shop, by: &Staff, customer: CustomerId, amount: Money, reason: &str) -> Result<()> {
    let reason = reason.trim();
    Check::default()
        .that(
            STORED_VALUE.contains(&amount.amount.saturating_abs()),
            "amount",
            "More than nothing, and not more than a million.",
        )
        .required("reason", reason, REASON_CHARS)
        .done()?;
    let now = shop.now_ms();
    let mut tx = shop.db.begin().await?;
    let known: Option<(CustomerId,)> =
        tx.fetch_optional("SELECT id FROM customer WHERE id = $1", args![customer]).await?;
    known.ok_or(Error::NotFound("customer"))?;
    let id = account(&mut tx, customer, amount.currency, now).await?;
    // Locks the row, and sees that what is taken away is there.
    let sql = "UPDATE stored_value SET version = version + 1 WHERE id = $1 AND balance - held + $2 >= 0";
    if tx.execute(sql, args![id, amount.amount]).await? == 0 {
        return Err(Error::field("amount", "The customer has less than that."));
    }
    let booking = Booking {
        account_id: id,
        kind: Kind::StoreCredit,
        currency: amount.currency.code(),
        what: "adjust",
        amount: amount.amount,
        against: "goodwill",
        order_id: None,
        reason,
        actor: &by.name,
    };
    book(&mut tx, &[booking], now).await?;
    let after = serde_json::json!({ "amount": amount.amount, "currency": amount.currency.code(), "reason": reason });
    let entry = Entry::new(by, "credit.grant", "customer", customer).after(&after);
    audit::record(&mut tx, &entry, now).await?;
    Ok(tx.commit().await?)
}

/// The customer's account, made when there is none.
pub(crate) async fn account(tx: &mut Tx, customer: CustomerId, currency: Currency, now: i64) -> Result<StoredValueId> {
    tx.execute(
        "INSERT INTO stored_value (id, kind, currency, customer_id, created_at)
         VALUES ($1, 'store_credit', $2, $3, $4) ON CONFLICT (customer_id, currency) DO NOTHING",
        args![StoredValueId::new(), currency, customer, now],
    )
    .await?;
    let sql = "SELECT id FROM stored_value WHERE customer_id = $1 AND currency = $2";
    let (id,): (StoredValueId,) = tx.fetch_one(sql, args![customer, currency]).await?;
    Ok(id)
}

/// What the visitor could use of credit in `currency`, and does not: `shares` are those of the cart.
pub async fn unused(shop: &Shop, visitor: &Visitor, currency: Currency, shares: &[Share]) -> Result<Option<Money>> {
    let Some(customer) = &visitor.customer else { return Ok(None) };
    let credit = of_customer(shop, customer.id).await?;
    let free = credit.into_iter().find(|one| one.balance.currency == currency);
    let is_used = |one: &Credit| shares.iter().any(|share| share.account_id == one.id);
    Ok(free
        .filter(|one| !is_used(one) && one.balance.amount > one.held.amount)
        .map(|one| currency.money(one.balance.amount - one.held.amount)))
}

/// Lets the customer's credit pay of the cart.
///
/// # Errors
/// `Invalid` "credit" when there is none in the cart's currency, or nobody is logged in.
pub async fn use_in_cart(shop: &Shop, visitor: &Visitor) -> Result<()> {
    let now = shop.now_ms();
    let mut db = &shop.db;
    let Some(head) = cart::read::head(&mut db, visitor, now).await? else { return Err(Error::NotFound("cart")) };
    let Some(customer) = &visitor.customer else {
        return Err(Error::field("credit", "Log in to use your credit."));
    };
    let credit = of_customer(shop, customer.id).await?;
    let Some(usable) = credit.iter().find(|one| one.balance.currency == head.currency && one.balance.amount > 0) else {
        return Err(Error::field("credit", format!("You have no credit in {}.", head.currency.code())));
    };
    tender::put(shop, visitor, usable.id, "credit").await
}
