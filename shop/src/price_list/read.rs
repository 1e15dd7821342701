//! Price lists as the merchant sees them, and when they begin and end.

use super::Draft;
use crate::catalogue::Page;
use crate::id::{GroupId, PriceListId, VariantId};
use crate::limits::PAGE_ROWS;
use crate::money::{Currency, Money};
use crate::staff::Staff;
use crate::{Error, Result, Shop, args};
use uuid::Uuid;

/// A row of the list of lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    pub id: PriceListId,
    pub draft: Draft,
    pub group_name: Option<String>,
    pub entries: i64,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: PriceListId,
    title: String,
    group_id: Option<GroupId>,
    group_name: Option<String>,
    start_at: Option<i64>,
    end_at: Option<i64>,
    active: bool,
    version: i64,
    entries: i64,
}

const SUMMARY: &str =
    "SELECT l.id, l.title, l.group_id, g.name AS group_name, l.start_at, l.end_at, l.active, l.version,
      (SELECT COUNT(*) FROM price_list_entry e WHERE e.list_id = l.id AND NOT e.converted) AS entries
    FROM price_list l LEFT JOIN customer_group g ON g.id = l.group_id";

impl Row {
    fn summary(self) -> Summary {
        let draft = Draft {
            title: self.title,
            group: self.group_id,
            start_at: self.start_at,
            end_at: self.end_at,
            active: self.active,
        };
        Summary { id: self.id, draft, group_name: self.group_name, entries: self.entries }
    }
}

/// Newest first.
pub async fn list(shop: &Shop, _by: &Staff, after: Option<&str>, rows: i64) -> Result<Page<Summary>> {
    let rows = rows.clamp(*PAGE_ROWS.start(), *PAGE_ROWS.end());
    let after = after.map_or(Ok(PriceListId(Uuid::max())), |text| text.parse().map_err(|_| unknown_place()))?;
    let sql = format!("{SUMMARY} WHERE l.id < $1 ORDER BY l.id DESC LIMIT $2");
    let mut found: Vec<Row> = shop.db.fetch_all(&sql, args![after, rows + 1]).await?;
    let more = i64::try_from(found.len()).is_ok_and(|n| n > rows);
    if more {
        found.pop();
    }
    let next = found.last().filter(|_| more).map(|last| last.id.to_string());
    Ok(Page { items: found.into_iter().map(Row::summary).collect(), next })
}

/// A list with the version that [`super::update`] asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    pub summary: Summary,
    pub version: i64,
}

pub async fn detail(shop: &Shop, _by: &Staff, id: PriceListId) -> Result<List> {
    let row: Option<Row> = shop.db.fetch_optional(&format!("{SUMMARY} WHERE l.id = $1"), args![id]).await?;
    let row = row.ok_or(Error::NotFound("price list"))?;
    Ok(List { version: row.version, summary: row.summary() })
}

/// One entry beside the catalogue's price of today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub variant: VariantId,
    pub sku: String,
    pub title: String,
    pub min_quantity: i64,
    pub price: Money,
    /// `None`: it is not sold in this currency, so the entry has no effect.
    pub base: Option<Money>,
}

type EntryRow = (VariantId, String, String, String, i64, i64, Option<i64>);

/// The typed entries in the order of their variants; a page begins after a key, however large the list is.
pub async fn entries(shop: &Shop, _by: &Staff, id: PriceListId, after: Option<&str>, rows: i64) -> Result<Page<Entry>> {
    let rows = rows.clamp(*PAGE_ROWS.start(), *PAGE_ROWS.end());
    let (variant, currency, quantity) = after.map_or(Ok((VariantId(Uuid::nil()), String::new(), 0)), place)?;
    let mut found: Vec<EntryRow> = shop
        .db
        .fetch_all(
            "SELECT e.variant_id, v.sku, p.title, e.currency, e.min_quantity, e.amount, r.amount
             FROM price_list_entry e JOIN variant v ON v.id = e.variant_id JOIN product p ON p.id = v.product_id
             LEFT JOIN price r ON r.variant_id = e.variant_id AND r.currency = e.currency
             WHERE e.list_id = $1 AND NOT e.converted AND (e.variant_id, e.currency, e.min_quantity) > ($2, $3, $4)
             ORDER BY e.variant_id, e.currency, e.min_quantity LIMIT $5",
            args![id, variant, currency, quantity, rows + 1],
        )
        .await?;
    let more = i64::try_from(found.len()).is_ok_and(|n| n > rows);
    if more {
        found.pop();
    }
    let key = |(variant, _, _, currency, quantity, ..): &EntryRow| format!("{variant}.{currency}.{quantity}");
    let next = found.last().filter(|_| more).map(key);
    let entry = |(variant, sku, title, code, min_quantity, amount, base): EntryRow| {
        let currency = Currency::parse(&code)?;
        let base = base.map(|amount| currency.money(amount));
        Some(Entry { variant, sku, title, min_quantity, price: currency.money(amount), base })
    };
    Ok(Page { items: found.into_iter().filter_map(entry).collect(), next })
}

fn place(text: &str) -> Result<(VariantId, String, i64)> {
    let mut parts = text.splitn(3, '.');
    let variant = parts.next().and_then(|part| part.parse().ok());
    let currency = parts.next().map(str::to_owned);
    let quantity = parts.next().and_then(|part| part.parse().ok());
    variant.zip(currency).zip(quantity).map(|((v, c), q)| (v, c, q)).ok_or_else(unknown_place)
}

/// When lists for everybody begin or end after `now`, Unix milliseconds, in order. A page that shows prices is right no
/// longer than until the next of them.
pub async fn boundaries(shop: &Shop, now: i64) -> Result<Vec<i64>> {
    let found: Vec<(i64,)> = shop
        .db
        .fetch_all(
            "SELECT start_at FROM price_list WHERE active AND group_id IS NULL AND start_at > $1
             UNION SELECT end_at FROM price_list WHERE active AND group_id IS NULL AND end_at > $1 ORDER BY 1",
            args![now],
        )
        .await?;
    Ok(found.into_iter().map(|(at,)| at).collect())
}

fn unknown_place() -> Error {
    Error::field("after", "Not a position in this list.")
}
