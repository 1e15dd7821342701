//! Orders in lists: a customer's history, and the merchant's.

use super::read::{Paid, state};
use super::{ListFilter, Summary};
use crate::account::Customer;
use crate::catalogue::Page;
use crate::db::Arg;
use crate::id::OrderId;
use crate::limits::PAGE_ROWS;
use crate::money::Currency;
use crate::staff::Staff;
use crate::{Error, Result, Shop, args};

#[derive(sqlx::FromRow)]
struct SummaryRow {
    id: OrderId,
    number: String,
    state: String,
    email: String,
    #[sqlx(try_from = "String")]
    currency: Currency,
    #[sqlx(flatten)]
    paid: Paid,
    created_at: i64,
    units: i64,
}

macro_rules! summaries_where {
    ($condition:literal) => {
        concat!(
            "SELECT o.id, o.number, o.state, o.email, o.currency, o.total, o.tender, o.tender_refunded, o.credited,
               o.captured, o.refunded, o.created_at,
               o.payment_expired_at,
               (SELECT a.state FROM payment_attempt a WHERE a.checkout_id = o.checkout_id
                ORDER BY a.attempt_no DESC LIMIT 1) AS attempt_state,
               (SELECT CAST(COALESCE(SUM(l.quantity), 0) AS BIGINT) FROM order_line l WHERE l.order_id = o.id) AS units
             FROM orders o WHERE ",
            $condition
        )
    };
}

const HISTORY_ROWS: i64 = 20;

/// The customer's orders, newest first; those that were never paid are left out.
pub async fn history(shop: &Shop, customer: &Customer, after: Option<&str>) -> Result<Page<Summary>> {
    const SQL: &str =
        summaries_where!("o.customer_id = $1 AND o.id < $2 AND o.placed_at IS NOT NULL ORDER BY o.id DESC LIMIT $3");
    let rows = shop.db.fetch_all(SQL, args![customer.id, position(after)?, HISTORY_ROWS + 1]).await?;
    page(rows, HISTORY_ROWS)
}

/// Orders as the merchant lists them, newest first.
pub async fn list(shop: &Shop, _by: &Staff, filter: &ListFilter) -> Result<Page<Summary>> {
    const ALL: &str = summaries_where!("o.id < $1 ORDER BY o.id DESC LIMIT $2");
    const IN_STATE: &str = summaries_where!("o.id < $1 AND o.state = $3 ORDER BY o.id DESC LIMIT $2");
    const BY_TEXT: &str = summaries_where!(
        "o.id < $1 AND ((o.number >= $3 AND o.number < $4) OR (o.email >= $5 AND o.email < $6))
         ORDER BY o.id DESC LIMIT $2"
    );
    const BY_TEXT_IN_STATE: &str = summaries_where!(
        "o.id < $1 AND ((o.number >= $3 AND o.number < $4) OR (o.email >= $5 AND o.email < $6)) AND o.state = $7
         ORDER BY o.id DESC LIMIT $2"
    );
    // Nobody leaves many orders waiting.
    const HELD: &str = summaries_where!("o.id < $1 AND o.held <> '' ORDER BY o.id DESC LIMIT $2");
    const BY_TEXT_HELD: &str = summaries_where!(
        "o.id < $1 AND ((o.number >= $3 AND o.number < $4) OR (o.email >= $5 AND o.email < $6)) AND o.held <> ''
         ORDER BY o.id DESC LIMIT $2"
    );
    let rows = filter.rows.clamp(*PAGE_ROWS.start(), *PAGE_ROWS.end());
    let mut args: Vec<Arg> = args![position(filter.after.as_deref())?, rows + 1];
    let text = filter.text.trim();
    if !text.is_empty() {
        let (number, email) = (text.to_uppercase(), text.to_lowercase());
        // Everything that begins with the text, as an index range.
        args.extend(args![&number, format!("{number}\u{10ffff}"), &email, format!("{email}\u{10ffff}")]);
    }
    let state = filter.state.filter(|_| !filter.held);
    if let Some(state) = state {
        args.push(state.as_str().into());
    }
    let sql = match (text.is_empty(), state) {
        (true, _) if filter.held => HELD,
        (false, _) if filter.held => BY_TEXT_HELD,
        (true, None) => ALL,
        (true, Some(_)) => IN_STATE,
        (false, None) => BY_TEXT,
        (false, Some(_)) => BY_TEXT_IN_STATE,
    };
    page(shop.db.fetch_all(sql, args).await?, rows)
}

/// The id before which a page starts.
fn position(after: Option<&str>) -> Result<OrderId> {
    match after {
        None => Ok(OrderId(uuid::Uuid::max())),
        Some(text) => text.parse().map_err(|_| Error::field("after", "This page does not exist.")),
    }
}

fn page(mut rows: Vec<SummaryRow>, wanted: i64) -> Result<Page<Summary>> {
    let wanted = usize::try_from(wanted).expect("within the bounds of a page");
    let more = rows.len() > wanted;
    rows.truncate(wanted);
    let next = rows.last().filter(|_| more).map(|last| last.id.to_string());
    let items = rows
        .into_iter()
        .map(|row| {
            let state = state(&row.state)?;
            Ok(Summary {
                id: row.id,
                number: row.number,
                state,
                payment_state: row.paid.state(state),
                email: row.email,
                total: row.currency.money(row.paid.total),
                units: row.units,
                created_at: row.created_at,
            })
        })
        .collect::<Result<_>>()?;
    Ok(Page { items, next })
}
