//! The book of an account: entries that are only ever added, whose sum a trigger keeps as its balance, and beside each the
//! movement in the money ledger.

use super::Kind;
use crate::catalogue::Page;
use crate::db::{Sql, Tx};
use crate::id::{OrderId, StoredValueId};
use crate::ledger;
use crate::limits::PAGE_ROWS;
use crate::{Error, Result, Shop, args, rows};
use serde::Serialize;
use uuid::Uuid;

/// A movement to be booked.
#[derive(Clone, Debug)]
pub(crate) struct Booking<'b> {
    pub account_id: StoredValueId,
    pub kind: Kind,
    /// ISO 4217.
    pub currency: &'b str,
    /// `issue`, `adjust`, `spend` or `refund`.
    pub what: &'static str,
    /// Minor units: above zero onto the account.
    pub amount: i64,
    /// The account of the money ledger on the other side.
    pub against: &'static str,
    pub order_id: Option<OrderId>,
    pub reason: &'b str,
    pub actor: &'b str,
}

/// Books all of them. The accounts are locked by the caller, who has also let go of what is spent.
pub(crate) async fn book(tx: &mut Tx, bookings: &[Booking<'_>], now: i64) -> Result<()> {
    #[derive(Serialize)]
    struct Row<'b> {
        id: Uuid,
        account_id: StoredValueId,
        kind: &'static str,
        amount: i64,
        order_id: Option<OrderId>,
        reason: &'b str,
        actor: &'b str,
    }
    if bookings.is_empty() {
        return Ok(());
    }
    let row = |one: &Booking<'_>| {
        serde_json::to_value(Row {
            id: crate::chance::uuid(),
            account_id: one.account_id,
            kind: one.what,
            amount: one.amount,
            order_id: one.order_id,
            reason: one.reason,
            actor: one.actor,
        })
    };
    let rows = bookings.iter().map(row).collect::<std::result::Result<Vec<_>, _>>()?;
    tx.execute(INSERT.of(tx.engine()), args![serde_json::to_string(&rows)?, now]).await?;
    let entries: Vec<_> = bookings
        .iter()
        .flat_map(|one| {
            let parts = [(one.against, one.amount), (one.kind.ledger_account(), -one.amount)];
            ledger::transaction(one.order_id, one.currency, &parts)
        })
        .collect();
    ledger::record(tx, &entries, now).await
}

const INSERT: Sql = rows!(
    "INSERT INTO stored_value_entry (id, account_id, kind, amount, order_id, reason, actor, at)
     SELECT d.id, d.account_id, d.kind, d.amount, d.order_id, d.reason, d.actor, $2 FROM",
    [id UUID, account_id UUID, kind TEXT, amount BIGINT, order_id UUID, reason TEXT, actor TEXT],
    ""
);

/// One entry, as it is read.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Entry {
    id: Uuid,
    /// `issue`, `adjust`, `spend` or `refund`.
    pub kind: String,
    /// Minor units of the account's currency.
    pub amount: i64,
    /// Number of the order that it belongs to.
    pub order: Option<String>,
    pub reason: String,
    pub actor: String,
    /// Unix milliseconds.
    pub at: i64,
}

/// The book of an account, newest first.
///
/// # Errors
/// `Invalid` "after" for a position that is none.
pub async fn entries(shop: &Shop, account: StoredValueId, after: Option<&str>, rows: i64) -> Result<Page<Entry>> {
    let before = match after {
        None => Uuid::max(),
        Some(text) => text.parse().map_err(|_| Error::field("after", "This page does not exist."))?,
    };
    let wanted = rows.clamp(*PAGE_ROWS.start(), *PAGE_ROWS.end());
    let sql = "SELECT e.id, e.kind, e.amount, o.number AS \"order\", e.reason, e.actor, e.at
        FROM stored_value_entry e LEFT JOIN orders o ON o.id = e.order_id
        WHERE e.account_id = $1 AND e.id < $2 ORDER BY e.id DESC LIMIT $3";
    let mut items: Vec<Entry> = shop.db.fetch_all(sql, args![account, before, wanted + 1]).await?;
    let wanted = usize::try_from(wanted).expect("within the bounds of a page");
    let more = items.len() > wanted;
    items.truncate(wanted);
    let next = items.last().filter(|_| more).map(|last| last.id.to_string());
    Ok(Page { items, next })
}
