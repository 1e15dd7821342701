//! Reading a cart: whose it is, its lines at today's prices, and what has changed since they were last seen.

use super::{Cart, Line, LineProblem, MergeNotice};
use crate::account::Visitor;
use crate::catalogue::Availability;
use crate::catalogue::statement::Statement;
use crate::checkout::Details;
use crate::db::Read;
use crate::id::{CartId, CartLineId, CustomerId, ProductId, VariantId};
use crate::money::Currency;
use crate::price_list::{offers, read_offers};
use crate::{Result, Shop, args, pricing};
use serde_json::Value;
use std::sync::LazyLock;

/// A cart lives this long after its last change.
pub(crate) const LIFE_MS: i64 = 30 * 24 * 60 * 60 * 1000;

/// The visitor's cart with everything a page shows; `None` before the first line was added.
pub async fn load(shop: &Shop, visitor: &Visitor) -> Result<Option<Cart>> {
    let mut db = &shop.db;
    let now = shop.now_ms();
    match head(&mut db, visitor, now).await? {
        Some(head) => Ok(Some(whole(&mut db, head, now).await?)),
        None => Ok(None),
    }
}

/// Units in the visitor's cart, for the badge.
pub async fn count(shop: &Shop, visitor: &Visitor) -> Result<i64> {
    let (sql, owner) = match &visitor.customer {
        Some(customer) => (COUNT_OF_CUSTOMER, args![customer.id, shop.now_ms()]),
        None if visitor.cart_id.is_none() => return Ok(0),
        None => (COUNT_OF_GUEST, args![visitor.cart_id, shop.now_ms()]),
    };
    Ok(shop.db.fetch_one::<(i64,)>(sql, owner).await?.0)
}

const COUNT_OF_CUSTOMER: &str = "SELECT CAST(COALESCE(SUM(l.quantity), 0) AS BIGINT)
    FROM cart c JOIN cart_line l ON l.cart_id = c.id AND l.saved_for_later = FALSE
    WHERE c.customer_id = $1 AND c.status = 'active' AND c.expires_at > $2";
const COUNT_OF_GUEST: &str = "SELECT CAST(COALESCE(SUM(l.quantity), 0) AS BIGINT)
    FROM cart c JOIN cart_line l ON l.cart_id = c.id AND l.saved_for_later = FALSE
    WHERE c.id = $1 AND c.customer_id IS NULL AND c.status = 'active' AND c.expires_at > $2";

/// A cart without its lines.
#[derive(Clone, sqlx::FromRow)]
pub(crate) struct Head {
    pub id: CartId,
    pub customer_id: Option<CustomerId>,
    pub version: i64,
    #[sqlx(try_from = "String")]
    pub currency: Currency,
    pub(super) details: String,
    pub(super) merge_notice: Option<String>,
}

impl Head {
    pub fn details(&self) -> Result<Details> {
        Ok(serde_json::from_str(&self.details)?)
    }

    pub fn merge_notice(&self) -> Result<Option<MergeNotice>> {
        Ok(self.merge_notice.as_deref().map(serde_json::from_str).transpose()?)
    }
}

/// The visitor's active cart: a customer's by account, a guest's by session. A cart that belongs to somebody is
/// never found by its id alone.
pub(crate) async fn head(db: &mut impl Read, visitor: &Visitor, now: i64) -> Result<Option<Head>> {
    let row = match (&visitor.customer, visitor.cart_id) {
        (Some(customer), _) => db.fetch_optional(HEAD_OF_CUSTOMER, args![customer.id, now]).await?,
        (None, Some(cart)) => db.fetch_optional(HEAD_OF_GUEST, args![cart, now]).await?,
        (None, None) => None,
    };
    Ok(row)
}

const HEAD_OF_CUSTOMER: &str = "SELECT id, customer_id, version, currency, details, merge_notice FROM cart
    WHERE customer_id = $1 AND status = 'active' AND expires_at > $2";
const HEAD_OF_GUEST: &str = "SELECT id, customer_id, version, currency, details, merge_notice FROM cart
    WHERE id = $1 AND customer_id IS NULL AND status = 'active' AND expires_at > $2";

/// The cart with its lines, as they are priced at `now` for whoever it belongs to.
pub(crate) async fn whole(db: &mut impl Read, head: Head, now: i64) -> Result<Cart> {
    let lines = LINES.on(db.engine());
    let rows: Vec<LineRow> = db.fetch_all(lines, args![head.id, head.currency, now, head.customer_id]).await?;
    let merge_notice = head.merge_notice()?;
    let (mut lines, mut saved) = (Vec::new(), Vec::new());
    let mut subtotal = 0_i64;
    for row in rows {
        let is_saved = row.saved_for_later;
        let line = row.line(head.currency)?;
        if is_saved {
            saved.push(line);
            continue;
        }
        if line.problem != Some(LineProblem::Unavailable) {
            let buyable = line.availability.cap(line.quantity).max(0);
            subtotal = subtotal.saturating_add(line.unit_price.amount.saturating_mul(buyable));
        }
        lines.push(line);
    }
    Ok(Cart {
        id: head.id,
        version: head.version,
        currency: head.currency,
        count: lines.iter().map(|line| line.quantity).sum(),
        subtotal: head.currency.money(subtotal),
        lines,
        saved,
        merge_notice,
    })
}

#[derive(sqlx::FromRow)]
#[expect(clippy::struct_excessive_bools, reason = "columns as they are stored")]
struct LineRow {
    id: CartLineId,
    variant_id: VariantId,
    product_id: ProductId,
    sku: String,
    slug: String,
    title: String,
    variant_title: String,
    picture_url: Option<String>,
    quantity: i64,
    unit_price_seen: i64,
    saved_for_later: bool,
    price: Option<i64>,
    compare_at: Option<i64>,
    offers: Option<String>,
    tracked: bool,
    requires_shipping: bool,
    taxable: bool,
    tax_class: String,
    weight_grams: i64,
    sellable: bool,
    units: i64,
}

// SQLite refuses an outer column in a subquery's ORDER BY, hence three subqueries for one picture.
// Units held for this very cart by a started payment count as there for it: a sum for each of its checkouts, because
// in one join PostgreSQL may begin with everybody's held units.
static LINES: LazyLock<Statement> = LazyLock::new(|| {
    Statement::new(&format!("SELECT l.id, l.variant_id, v.product_id, v.sku, p.slug, p.title, v.title AS variant_title,
      COALESCE(
        (SELECT COALESCE(i.thumb_url, i.url) FROM picture i WHERE i.product_id = p.id AND i.variant_id = v.id ORDER BY i.position LIMIT 1),
        (SELECT COALESCE(i.thumb_url, i.url) FROM picture i WHERE i.product_id = p.id AND i.variant_id IS NULL ORDER BY i.position LIMIT 1),
        (SELECT COALESCE(i.thumb_url, i.url) FROM picture i WHERE i.product_id = p.id ORDER BY i.position LIMIT 1))
        AS picture_url,
      l.quantity, l.unit_price_seen, l.saved_for_later, a.amount AS price, a.compare_at,
      {} AS offers,
      v.tracked, v.requires_shipping, v.taxable, v.tax_class, v.weight_grams,
      (p.status = 'published' AND v.active) AS sellable,
      CAST(COALESCE((SELECT SUM(s.free) FROM stock s WHERE s.variant_id = v.id), 0)
        + COALESCE((SELECT SUM((SELECT SUM(r.quantity) FROM reservation r
                JOIN stock s ON s.id = r.stock_id AND s.variant_id = v.id
                WHERE r.checkout_id = k.id AND r.state = 'held'))
            FROM checkout k WHERE k.cart_id = $1), 0) AS BIGINT) AS units
    FROM cart_line l
    JOIN variant v ON v.id = l.variant_id
    JOIN product p ON p.id = v.product_id
    LEFT JOIN price a ON a.variant_id = v.id AND a.currency = $2
    WHERE l.cart_id = $1
    ORDER BY l.added_at, l.id", offers("$2", "$3", "$4")))
});

impl LineRow {
    fn line(self, currency: Currency) -> Result<Line> {
        let availability = if self.tracked { Availability::Units(self.units.max(0)) } else { Availability::Untracked };
        let offers = read_offers(self.offers.map_or(Value::Null, Value::String))?;
        let price = pricing::unit_price(self.price.unwrap_or(self.unit_price_seen), self.quantity, &offers);
        let unit_price = price.amount;
        let problem = if !self.sellable || self.price.is_none() {
            Some(LineProblem::Unavailable)
        } else if !availability.can_buy(self.quantity) {
            Some(LineProblem::StockReduced { wanted: self.quantity, available: availability.cap(self.quantity) })
        } else if unit_price != self.unit_price_seen {
            Some(LineProblem::PriceChanged {
                from: currency.money(self.unit_price_seen),
                to: currency.money(unit_price),
            })
        } else {
            None
        };
        Ok(Line {
            id: self.id,
            variant_id: self.variant_id,
            product_id: self.product_id,
            sku: self.sku,
            product_slug: self.slug,
            title: self.title,
            variant_title: self.variant_title,
            picture_url: self.picture_url,
            quantity: self.quantity,
            unit_price: currency.money(unit_price),
            from_quantity: price.from_quantity,
            price_seen: currency.money(self.unit_price_seen),
            total: currency.money(unit_price.saturating_mul(self.quantity)),
            compare_at: self.compare_at.map(|amount| currency.money(amount)),
            availability,
            requires_shipping: self.requires_shipping,
            weight_grams: self.weight_grams,
            tax_class: self.taxable.then_some(self.tax_class),
            problem,
        })
    }
}
