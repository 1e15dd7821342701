//! The merchant's list of products.
//!
//! All there are are read by key, newest first; what is filtered or sorted is found by the search index, which holds drafts
//! and archived products for this list alone. Rows come from the database either way.

use super::Page;
use super::draft::Status;
use super::statement::asked_for;
use crate::id::ProductId;
use crate::limits::{self, Check};
use crate::money::Currency;
use crate::search::{Search, not_yet};
use crate::staff::Staff;
use crate::{Error, Result, Shop, args, search};
use ::search::DeskQuery;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use uuid::Uuid;

pub use ::search::DeskSort as Sort;

/// What has just been changed is waited for this long, looking so often: a merchant who saves a product finds it.
const LOOKS: u32 = 20;
const LOOK: Duration = Duration::from_millis(50);

/// Which products the merchant wants to see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub status: Option<Status>,
    /// Words of title, brand, SKU or barcode, or their beginnings, any case.
    pub text: String,
    /// Only products that have a counted variant nobody can buy.
    pub sold_out: bool,
    /// Only drafts that have a time at which they are published, whatever `status` says.
    pub scheduled: bool,
    pub sort: Sort,
}

/// A product in the merchant's list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, sqlx::FromRow)]
pub struct ListRow {
    pub id: ProductId,
    pub slug: String,
    pub title: String,
    pub status: String,
    /// When a draft will be published, Unix milliseconds.
    pub publish_at: Option<i64>,
    pub picture_url: Option<String>,
    pub variants: i64,
    /// Units that can be bought, over all variants and warehouses.
    pub available: i64,
    /// Lowest price in the default currency, minor units.
    pub price_from: Option<i64>,
    pub updated_at: i64,
}

/// One page of the list.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    pub page: Page<ListRow>,
    /// How many there are on all pages; `None` when nobody has counted.
    pub total: Option<usize>,
}

/// `rows` products after the position `after`, from [`Page::next`].
///
/// # Errors
/// `Invalid` "text" or "after"; `Unavailable` when the index is needed and has never been filled.
pub async fn list(
    shop: &Shop,
    search: &Search,
    _by: &Staff,
    filter: &Filter,
    after: Option<&str>,
    rows: i64,
) -> Result<Listed> {
    Check::default().text("text", &filter.text, limits::TITLE_CHARS).done()?;
    let rows = rows.clamp(*limits::PAGE_ROWS.start(), *limits::PAGE_ROWS.end());
    if *filter == Filter::default() {
        Ok(Listed { page: by_key(shop, after, rows).await?, total: None })
    } else {
        found(shop, search, filter, after, rows).await
    }
}

const COLUMNS: &str = "p.id, p.slug, p.title, p.status, p.publish_at,
    (SELECT COALESCE(i.thumb_url, i.url) FROM picture i WHERE i.product_id = p.id
       ORDER BY i.position, i.id LIMIT 1) AS picture_url,
    (SELECT COUNT(*) FROM variant v WHERE v.product_id = p.id AND v.active) AS variants,
    (SELECT CAST(COALESCE(SUM(s.free), 0) AS BIGINT) FROM variant v
       JOIN stock s ON s.variant_id = v.id WHERE v.product_id = p.id AND v.active) AS available,
    (SELECT MIN(r.amount) FROM variant v CROSS JOIN price r
       WHERE r.variant_id = v.id AND r.currency = $1 AND v.product_id = p.id AND v.active) AS price_from,
    p.updated_at";

async fn by_key(shop: &Shop, after: Option<&str>, rows: i64) -> Result<Page<ListRow>> {
    let start = ProductId(Uuid::max());
    let after: ProductId = after.map_or(Ok(start), |text| text.parse().map_err(|_| not_a_position()))?;
    let sql = format!("SELECT {COLUMNS} FROM product p WHERE p.id < $2 ORDER BY p.id DESC LIMIT $3");
    let args = args![currency(shop)?, after, rows + 1];
    let mut items: Vec<ListRow> = shop.db.fetch_all(&sql, args).await?;
    let more = i64::try_from(items.len()).is_ok_and(|n| n > rows);
    if more {
        items.pop();
    }
    let next = items.last().filter(|_| more).map(|last| last.id.to_string());
    Ok(Page { items, next })
}

async fn found(shop: &Shop, search: &Search, filter: &Filter, after: Option<&str>, rows: i64) -> Result<Listed> {
    if !search::is_filled(search).await? {
        return Err(not_yet());
    }
    let offset: usize = after.map_or(Ok(0), |text| text.parse().map_err(|_| not_a_position()))?;
    caught_up(shop, search).await?;
    let (currency, wanted) = (currency(shop)?, usize::try_from(rows).unwrap_or_default());
    let asked = filter.clone();
    let (total, ids) =
        search.with(move |index| index.find_for_desk(&question(&asked, currency, offset, wanted))).await?;
    let source = asked_for(shop.db.engine());
    let sql = format!("SELECT {COLUMNS} FROM {source} AS a CROSS JOIN product p WHERE p.id = a.id ORDER BY a.place");
    let items: Vec<ListRow> = shop.db.fetch_all(&sql, args![currency, ids]).await?;
    let end = offset.saturating_add(wanted);
    let next = (end < total.min(::search::DEPTH)).then(|| end.to_string());
    Ok(Listed { page: Page { items, next }, total: Some(total) })
}

/// Which products all pages of the list would show, at most so many.
///
/// # Errors
/// As [`list`].
pub(crate) async fn matching(
    shop: &Shop,
    search: &Search,
    _by: &Staff,
    filter: &Filter,
    most: usize,
) -> Result<Vec<ProductId>> {
    Check::default().text("text", &filter.text, limits::TITLE_CHARS).done()?;
    if *filter == (Filter { sort: filter.sort, ..Filter::default() }) {
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let all: Vec<(ProductId,)> =
            shop.db.fetch_all("SELECT id FROM product ORDER BY id DESC LIMIT $1", args![most]).await?;
        return Ok(all.into_iter().map(|(id,)| id).collect());
    }
    if !search::is_filled(search).await? {
        return Err(not_yet());
    }
    caught_up(shop, search).await?;
    let (currency, asked) = (currency(shop)?, filter.clone());
    let ids = search.with(move |index| index.all_for_desk(&question(&asked, currency, 0, 0), most)).await?;
    Ok(ids.into_iter().map(ProductId).collect())
}

fn question(filter: &Filter, currency: Currency, offset: usize, rows: usize) -> DeskQuery<'_> {
    DeskQuery {
        text: &filter.text,
        status: if filter.scheduled { Some(::search::SCHEDULED) } else { filter.status.map(Status::code) },
        only_short: filter.sold_out,
        sort: filter.sort,
        currency: currency.code(),
        offset,
        rows,
    }
}

/// Waits until the index knows of every change so far, or for a second: a stale list is better than none.
async fn caught_up(shop: &Shop, search: &Search) -> Result<()> {
    for _ in 0..LOOKS {
        if search::lag(shop, search).await?.changes == 0 {
            break;
        }
        tokio::time::sleep(LOOK).await;
    }
    Ok(())
}

fn currency(shop: &Shop) -> Result<Currency> {
    shop.settings.currencies.first().copied().ok_or(Error::NotFound("default currency"))
}

fn not_a_position() -> Error {
    Error::field("after", "Not a position in this list.")
}
