//! Sales as the merchant sees them: the list, one with its form, and what it would do.

use super::{Draft, Scope, State, price};
use crate::catalogue::Page;
use crate::id::{CategoryId, SaleId};
use crate::limits::{NAMED_PRICES, PAGE_ROWS};
use crate::money::{Currency, Money};
use crate::staff::Staff;
use crate::{Error, Result, Shop, args};

/// Examples of one preview.
const EXAMPLES: i64 = 10;

/// A row of the list; times in Unix milliseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    pub id: SaleId,
    pub title: String,
    pub state: State,
    pub scope: Scope,
    pub percent: Option<i64>,
    pub start_at: i64,
    pub end_at: Option<i64>,
    /// When it was over, by its time or by hand.
    pub ended_at: Option<i64>,
    /// Prices by what became of them.
    pub held: i64,
    pub returned: i64,
    pub released: i64,
    pub skipped: i64,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: SaleId,
    title: String,
    state: String,
    scope: String,
    percent: Option<i64>,
    start_at: i64,
    end_at: Option<i64>,
    ended_at: Option<i64>,
    held: i64,
    returned: i64,
    released: i64,
    skipped: i64,
}

const SUMMARY: &str = "SELECT s.id, s.title, s.state, s.scope, s.percent, s.start_at, s.end_at, s.ended_at,
      (SELECT COUNT(*) FROM sale_item i WHERE i.sale_id = s.id AND i.state = 'held') AS held,
      (SELECT COUNT(*) FROM sale_item i WHERE i.sale_id = s.id AND i.state = 'returned') AS returned,
      (SELECT COUNT(*) FROM sale_item i WHERE i.sale_id = s.id AND i.state = 'released') AS released,
      (SELECT COUNT(*) FROM sale_item i WHERE i.sale_id = s.id AND i.state = 'skipped') AS skipped
    FROM sale s";

impl Row {
    fn summary(self) -> Result<Summary> {
        Ok(Summary {
            id: self.id,
            title: self.title,
            state: State::parse(&self.state)?,
            scope: Scope::parse(&self.scope).ok_or_else(|| Error::Internal("a sale without a scope".into()))?,
            percent: self.percent,
            start_at: self.start_at,
            end_at: self.end_at,
            ended_at: self.ended_at,
            held: self.held,
            returned: self.returned,
            released: self.released,
            skipped: self.skipped,
        })
    }
}

/// Newest first.
pub async fn list(shop: &Shop, _by: &Staff, after: Option<&str>, rows: i64) -> Result<Page<Summary>> {
    let rows = rows.clamp(*PAGE_ROWS.start(), *PAGE_ROWS.end());
    let after: SaleId =
        after.map_or(Ok(SaleId(uuid::Uuid::max())), |text| text.parse().map_err(|_| unknown_place()))?;
    let sql = format!("{SUMMARY} WHERE s.id < $1 ORDER BY s.id DESC LIMIT $2");
    let mut found: Vec<Row> = shop.db.fetch_all(&sql, args![after, rows + 1]).await?;
    let more = cut(&mut found, rows);
    let next = found.last().filter(|_| more).map(|last| last.id.to_string());
    Ok(Page { items: found.into_iter().map(Row::summary).collect::<Result<_>>()?, next })
}

/// A sale with what its form holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sale {
    pub summary: Summary,
    /// To be handed back to [`super::update`].
    pub version: i64,
    pub draft: Draft,
}

pub async fn detail(shop: &Shop, _by: &Staff, id: SaleId) -> Result<Sale> {
    let row: Option<Row> = shop.db.fetch_optional(&format!("{SUMMARY} WHERE s.id = $1"), args![id]).await?;
    let summary = row.ok_or(Error::NotFound("sale"))?.summary()?;
    let (brand, version): (String, i64) =
        shop.db.fetch_one("SELECT brand, version FROM sale WHERE id = $1", args![id]).await?;
    let categories: Vec<(CategoryId,)> =
        shop.db.fetch_all("SELECT category_id FROM sale_category WHERE sale_id = $1", args![id]).await?;
    let draft = Draft {
        title: summary.title.clone(),
        start_at: summary.start_at,
        end_at: summary.end_at,
        scope: summary.scope,
        percent: summary.percent,
        brand,
        categories: categories.into_iter().map(|(id,)| id).collect(),
        products: products(shop, id).await?,
        prices: entries(shop, id).await?,
    };
    Ok(Sale { summary, version, draft })
}

/// The chosen products, by the SKU of the first variant of each.
async fn products(shop: &Shop, id: SaleId) -> Result<String> {
    let skus: Vec<(Option<String>,)> = shop
        .db
        .fetch_all(
            "SELECT (SELECT v.sku FROM variant v WHERE v.product_id = f.product_id AND v.active
               ORDER BY v.position, v.id LIMIT 1)
             FROM sale_product f WHERE f.sale_id = $1 ORDER BY f.product_id",
            args![id],
        )
        .await?;
    Ok(skus.into_iter().filter_map(|(sku,)| sku).collect::<Vec<_>>().join("\n"))
}

async fn entries(shop: &Shop, id: SaleId) -> Result<String> {
    let rows: Vec<(String, String, i64)> = shop
        .db
        .fetch_all(
            "SELECT v.sku, e.currency, e.amount FROM sale_entry e JOIN variant v ON v.id = e.variant_id
             WHERE e.sale_id = $1 AND v.active ORDER BY v.sku, e.currency LIMIT $2",
            args![id, i64::try_from(NAMED_PRICES).unwrap_or(i64::MAX)],
        )
        .await?;
    let line = |(sku, code, amount): (String, String, i64)| {
        let currency = Currency::parse(&code)?;
        Some(crate::price_file::line(&[&sku, &code, &currency.money(amount).decimal()]))
    };
    Ok(rows.into_iter().filter_map(line).collect::<Vec<_>>().join("\n"))
}

/// What a sale would do if it began now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preview {
    /// Prices that it is about.
    pub prices: i64,
    /// Products that they are prices of.
    pub products: i64,
    /// Prices that another sale holds at present.
    pub held: i64,
    /// The first ones.
    pub examples: Vec<Example>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    pub title: String,
    pub sku: String,
    pub now: Money,
    /// `None`: it would not be lower.
    pub then: Option<Money>,
}

type ExampleRow = (String, String, String, i64, Option<i64>);

pub async fn preview(shop: &Shop, _by: &Staff, sale: &Summary) -> Result<Preview> {
    let from = format!(
        "FROM sale s CROSS JOIN variant v CROSS JOIN price r
         LEFT JOIN sale_entry e ON e.sale_id = s.id AND e.variant_id = r.variant_id AND e.currency = r.currency
         WHERE s.id = $1 AND v.active AND r.variant_id = v.id AND (s.percent IS NOT NULL OR e.amount IS NOT NULL)
           AND (NOT r.converted OR e.amount IS NOT NULL) AND {}",
        sale.scope.condition()
    );
    let count = format!(
        "SELECT COUNT(*), COUNT(DISTINCT v.product_id), COUNT(CASE WHEN EXISTS (SELECT 1 FROM sale_item h
           WHERE h.variant_id = r.variant_id AND h.currency = r.currency AND h.state = 'held') THEN 1 END) {from}"
    );
    let (prices, products, held): (i64, i64, i64) = shop.db.fetch_one(&count, args![sale.id]).await?;
    let some = format!(
        "SELECT (SELECT p.title FROM product p WHERE p.id = v.product_id), v.sku, r.currency, r.amount, e.amount {from}
         ORDER BY v.id, r.currency LIMIT {EXAMPLES}"
    );
    let rows: Vec<ExampleRow> = shop.db.fetch_all(&some, args![sale.id]).await?;
    let example = |(title, sku, code, amount, wanted): ExampleRow| {
        let currency = Currency::parse(&code)?;
        let then = price(amount, sale.percent, wanted).map(|amount| currency.money(amount));
        Some(Example { title, sku, now: currency.money(amount), then })
    };
    Ok(Preview { prices, products, held, examples: rows.into_iter().filter_map(example).collect() })
}

/// Takes away the row that only told of a next page; whether there is one.
pub(super) fn cut<T>(found: &mut Vec<T>, rows: i64) -> bool {
    let more = i64::try_from(found.len()).is_ok_and(|n| n > rows);
    if more {
        found.pop();
    }
    more
}

pub(super) fn unknown_place() -> Error {
    Error::field("after", "Not a position in this list.")
}
