//! Sales as the merchant sees them: the list, one with its form, what it would do, and what it has done.

use super::{Draft, Scope, State, price};
use crate::catalogue::Page;
use crate::id::{CategoryId, ProductId, SaleId, VariantId};
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
         WHERE s.id = $1 AND v.active AND r.variant_id = v.id AND (s.percent IS NOT NULL OR e.amount IS NOT NULL) AND {}",
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

/// What a sale has done to a price.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub product: ProductId,
    pub title: String,
    pub sku: String,
    /// "held", "returned", "released", "skipped".
    pub state: String,
    /// Why it was skipped: "other_sale", "not_lower"; else empty.
    pub reason: String,
    pub former: Money,
    /// What the sale wrote, or would have written.
    pub price: Money,
    /// What is asked now; `None`: it is not sold in this currency any more.
    pub now: Option<Money>,
}

#[derive(sqlx::FromRow)]
struct ItemRow {
    variant_id: VariantId,
    product_id: ProductId,
    title: String,
    sku: String,
    currency: String,
    state: String,
    reason: String,
    former_amount: i64,
    amount: i64,
    now: Option<i64>,
}

/// What became of the prices of a sale, those in `state` alone unless that is empty; in the order of their variants.
pub async fn items(
    shop: &Shop,
    _by: &Staff,
    id: SaleId,
    state: &str,
    after: Option<&str>,
    rows: i64,
) -> Result<Page<Item>> {
    let rows = rows.clamp(*PAGE_ROWS.start(), *PAGE_ROWS.end());
    let (variant, currency) = match after {
        None => (VariantId(uuid::Uuid::nil()), String::new()),
        Some(text) => {
            let (variant, currency) = text.split_once('.').ok_or_else(unknown_place)?;
            (variant.parse().map_err(|_| unknown_place())?, currency.to_owned())
        }
    };
    let mut found: Vec<ItemRow> = shop
        .db
        .fetch_all(
            "SELECT i.variant_id, v.product_id, p.title, v.sku, i.currency, i.state, i.reason,
               i.former_amount, i.amount, r.amount AS now
             FROM sale_item i JOIN variant v ON v.id = i.variant_id JOIN product p ON p.id = v.product_id
             LEFT JOIN price r ON r.variant_id = i.variant_id AND r.currency = i.currency
             WHERE i.sale_id = $1 AND ($2 = '' OR i.state = $2) AND (i.variant_id, i.currency) > ($3, $4)
             ORDER BY i.variant_id, i.currency LIMIT $5",
            args![id, state, variant, currency, rows + 1],
        )
        .await?;
    let more = cut(&mut found, rows);
    let next = found.last().filter(|_| more).map(|last| format!("{}.{}", last.variant_id, last.currency));
    let item = |row: ItemRow| {
        let currency = Currency::parse(&row.currency)?;
        Some(Item {
            product: row.product_id,
            title: row.title,
            sku: row.sku,
            state: row.state,
            reason: row.reason,
            former: currency.money(row.former_amount),
            price: currency.money(row.amount),
            now: row.now.map(|amount| currency.money(amount)),
        })
    };
    Ok(Page { items: found.into_iter().filter_map(item).collect(), next })
}

/// A price of a product that a sale holds.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Held {
    pub sku: String,
    #[sqlx(try_from = "String")]
    pub currency: Currency,
    pub sale_id: SaleId,
    pub sale: String,
}

/// Which prices of a product are held by sales.
pub async fn held(shop: &Shop, _by: &Staff, product: ProductId) -> Result<Vec<Held>> {
    let sql = "SELECT v.sku, i.currency, s.id AS sale_id, s.title AS sale FROM variant v
         JOIN sale_item i ON i.variant_id = v.id AND i.state = 'held' JOIN sale s ON s.id = i.sale_id
         WHERE v.product_id = $1 ORDER BY s.id, v.position, v.id, i.currency";
    Ok(shop.db.fetch_all(sql, args![product]).await?)
}

/// Takes away the row that only told of a next page; whether there is one.
fn cut<T>(found: &mut Vec<T>, rows: i64) -> bool {
    let more = i64::try_from(found.len()).is_ok_and(|n| n > rows);
    if more {
        found.pop();
    }
    more
}

fn unknown_place() -> Error {
    Error::field("after", "Not a position in this list.")
}
