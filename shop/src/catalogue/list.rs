//! Lists of published products, paged by key: a page begins after the last one's sort key, never at a row number.
//!
//! Without a category each sort walks an index and stops after a page. Within a category the work is bounded by the
//! category's own size. A product stands at its lowest price among active variants in the asked currency.

use super::card::{self, around};
use super::statement::Statement;
use super::{Card, ListQuery, Page, Sort};
use crate::{Error, Result, Shop, args, limits};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;
use uuid::Uuid;

/// One page of what `query` describes.
pub async fn list(shop: &Shop, query: &ListQuery) -> Result<Page<Card>> {
    let mut check = limits::Check::default();
    check.that(limits::PAGE_ROWS.contains(&query.rows), "rows", "Between 1 and 100.").done()?;
    let after = query.after.as_deref().map(|text| Position::parse(text, query.sort)).transpose()?;
    let (amount, name, tie) = after.map_or_else(|| start(query.sort), |p| (p.amount, p.name, p.tie));
    // One more than asked for tells whether there is a next page.
    let mut args = args![query.currency, query.rows + 1, !query.in_stock_only, tie];
    match query.sort {
        Sort::Newest => {}
        Sort::PriceLow | Sort::PriceHigh => args.push(amount.into()),
        Sort::Title => args.push(name.into()),
    }
    if let Some(category) = query.category {
        args.push(category.into());
    }
    args.extend(args![shop.now_ms(), query.customer]);
    let statement = &STATEMENTS[query.sort as usize][usize::from(query.category.is_some())];
    let mut rows: Vec<card::Row> = shop.db.fetch_all(statement.on(shop.db.engine()), args).await?;
    let more = i64::try_from(rows.len()).is_ok_and(|n| n > query.rows);
    if more {
        rows.pop();
    }
    let next = rows.last().filter(|_| more).map(|last| Position::at(last, query.sort).to_string());
    let items = rows.into_iter().filter_map(|row| row.card(query.currency).transpose()).collect::<Result<_>>()?;
    Ok(Page { items, next })
}

/// Where the page after this one starts.
#[derive(Serialize, Deserialize)]
struct Position {
    sort: Sort,
    amount: i64,
    name: String,
    tie: Uuid,
}

impl Position {
    fn at(row: &card::Row, sort: Sort) -> Self {
        Self { sort, amount: row.amount, name: row.name.clone(), tie: row.tie }
    }

    fn parse(text: &str, sort: Sort) -> Result<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok();
        let position = bytes.and_then(|b| serde_json::from_slice::<Self>(&b).ok()).filter(|p| p.sort == sort);
        position.ok_or_else(|| Error::field("after", "Not a position in this list."))
    }
}

impl std::fmt::Display for Position {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let json = serde_json::to_vec(self).map_err(|_| std::fmt::Error)?;
        f.write_str(&URL_SAFE_NO_PAD.encode(json))
    }
}

/// Before the first row.
fn start(sort: Sort) -> (i64, String, Uuid) {
    match sort {
        Sort::Newest => (0, String::new(), Uuid::max()),
        Sort::PriceLow => (-1, String::new(), Uuid::nil()),
        Sort::PriceHigh => (i64::MAX, String::new(), Uuid::max()),
        Sort::Title => (0, String::new(), Uuid::nil()),
    }
}

const PRICED: &str = "EXISTS (SELECT 1 FROM variant v CROSS JOIN price r
     WHERE r.variant_id = v.id AND r.currency = $1 AND v.product_id = p.id AND v.active)";

const BUYABLE: &str = "($3 OR EXISTS (SELECT 1 FROM variant v WHERE v.product_id = p.id AND v.active
     AND (NOT v.tracked OR EXISTS (SELECT 1 FROM stock s WHERE s.variant_id = v.id AND s.free > 0))))";

/// By sort, then without and with a category.
static STATEMENTS: LazyLock<[[Statement; 2]; 4]> = LazyLock::new(|| {
    [Sort::Newest, Sort::PriceLow, Sort::PriceHigh, Sort::Title]
        .map(|sort| [statement(sort, None), statement(sort, Some(if sort == Sort::Newest { 5 } else { 6 }))])
});

/// `category`: number of the argument that names it.
fn statement(sort: Sort, category: Option<u32>) -> Statement {
    // CROSS JOIN is SQLite's word for "in this order": along the sort's index, or from the category's members.
    // The concatenation takes the status from the indexes that begin with it, so that members are looked up by identifier.
    let (members, of) = match category {
        None => (String::new(), "AND p.status = 'published'"),
        Some(n) => (
            format!(
                "(SELECT DISTINCT m.product_id AS id FROM product_category m WHERE m.category_id IN (
                     WITH RECURSIVE below(id) AS (SELECT c.id FROM category c WHERE c.id = ${n}
                       UNION SELECT c.id FROM category c JOIN below ON c.parent_id = below.id)
                     SELECT below.id FROM below)) AS member CROSS JOIN "
            ),
            "AND p.id = member.id AND p.status || '' = 'published'",
        ),
    };
    let by_price = |compare: &str, direction: &str| {
        let tables = match category {
            None => "price x CROSS JOIN variant w CROSS JOIN product p",
            Some(_) => "product p CROSS JOIN variant w CROSS JOIN price x",
        };
        format!(
            "SELECT p.id, x.amount, '' AS name, w.id AS tie FROM {members}{tables}
             WHERE x.currency = $1 AND w.id = x.variant_id AND w.active AND p.id = w.product_id
               {of} AND (x.amount, x.variant_id) {compare} ($5, $4) AND {BUYABLE}
               AND NOT EXISTS (SELECT 1 FROM variant v CROSS JOIN price r
                 WHERE r.variant_id = v.id AND r.currency = $1 AND v.product_id = p.id AND v.active
                   AND (r.amount, r.variant_id) < (x.amount, x.variant_id))
             ORDER BY x.amount {direction}, x.variant_id {direction} LIMIT $2"
        )
    };
    let (page, order) = match sort {
        Sort::Newest => (
            format!(
                "SELECT p.id, CAST(0 AS BIGINT) AS amount, '' AS name, p.id AS tie FROM {members}product p
                 WHERE p.id < $4 {of} AND {PRICED} AND {BUYABLE}
                 ORDER BY p.id DESC LIMIT $2"
            ),
            "page.tie DESC",
        ),
        Sort::PriceLow => (by_price(">", "ASC"), "page.amount, page.tie"),
        Sort::PriceHigh => (by_price("<", "DESC"), "page.amount DESC, page.tie DESC"),
        // Spelled out, because SQLite uses an index over an expression for a comparison but not for a pair of them.
        Sort::Title => (
            format!(
                "SELECT p.id, CAST(0 AS BIGINT) AS amount, lower(p.title) AS name, p.id AS tie FROM {members}product p
                 WHERE lower(p.title) >= $5 AND (lower(p.title) > $5 OR p.id > $4) {of}
                   AND {PRICED} AND {BUYABLE}
                 ORDER BY lower(p.title), p.id LIMIT $2"
            ),
            "page.name, page.tie",
        ),
    };
    let own = if sort == Sort::Newest { 4 } else { 5 };
    Statement::new(&around(&page, order, own + usize::from(category.is_some()) + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_of_another_sort_or_of_nonsense_is_refused() {
        let position = Position { sort: Sort::Title, amount: 0, name: "mug".into(), tie: Uuid::nil() }.to_string();
        assert!(Position::parse(&position, Sort::Title).is_ok());
        assert!(Position::parse(&position, Sort::Newest).is_err());
        assert!(Position::parse("%%%", Sort::Title).is_err());
        assert!(Position::parse("", Sort::Title).is_err());
    }
}
