//! Reading a cart: whose it is, its lines at today's prices, and what has changed since they were last seen.

use super::{Cart, Line, LineProblem, MergeNotice};
use crate::account::Visitor;
use crate::catalogue::Availability;
use crate::catalogue::statement::Statement;
use crate::checkout::Details;
use crate::db::{Read, Sql};
use crate::id::{CartId, CartLineId, CustomerId, ProductId, PromotionId, VariantId};
use crate::money::Currency;
use crate::price_list::{offers, read_offers};
use crate::purchase_limit::{self, Allowed, Limit};
use crate::{Error, Result, Shop, args, pricing, rows};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::LazyLock;

/// A cart lives this long after its last change.
pub(crate) const LIFE_MS: i64 = 30 * 24 * 60 * 60 * 1000;

/// The visitor's cart with everything a page shows; `None` before the first line was added. One in a currency that the shop
/// has given up changes to one that it sells in.
pub async fn load(shop: &Shop, visitor: &Visitor) -> Result<Option<Cart>> {
    let mut db = &shop.db;
    let now = shop.now_ms();
    let Some(mut found) = head(&mut db, visitor, now).await? else { return Ok(None) };
    let offered = &shop.settings.currencies;
    if !offered.contains(&found.currency) {
        let wanted = Some(visitor.currency).filter(|wanted| offered.contains(wanted)).or(offered.first().copied());
        super::set_currency(shop, visitor, wanted.ok_or(Error::NotFound("default currency"))?).await?;
        let Some(changed) = head(&mut db, visitor, now).await? else { return Ok(None) };
        found = changed;
    }
    Ok(Some(whole(&mut db, found, now).await?))
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
    head.with(db, rows, now).await
}

/// As [`whole`], many at a time, in their order.
pub(super) async fn whole_of_many(db: &mut impl Read, heads: Vec<Head>, now: i64) -> Result<Vec<Cart>> {
    let ids =
        serde_json::to_string(&heads.iter().map(|head| serde_json::json!({ "id": head.id })).collect::<Vec<_>>())?;
    let mut of_cart: HashMap<Option<CartId>, Vec<LineRow>> = HashMap::new();
    for row in db.fetch_all::<LineRow>(LINES_OF_MANY.on(db.engine()), args![ids, now]).await? {
        of_cart.entry(row.cart_id).or_default().push(row);
    }
    let mut carts = Vec::with_capacity(heads.len());
    for head in heads {
        let rows = of_cart.remove(&Some(head.id)).unwrap_or_default();
        carts.push(head.with(db, rows, now).await?);
    }
    Ok(carts)
}

impl Head {
    /// Asks nothing of the database unless a product has a limit.
    async fn with(self, db: &mut impl Read, rows: Vec<LineRow>, now: i64) -> Result<Cart> {
        let merge_notice = self.merge_notice()?;
        let (mut lines, mut saved) = (Vec::new(), Vec::new());
        for row in rows {
            let side = if row.saved_for_later { &mut saved } else { &mut lines };
            side.push(row.line(self.currency)?);
        }
        if lines.iter().any(|line| line.limit.is_some()) {
            let email = self.details()?.email;
            let buyer = purchase_limit::Buyer { cart: self.id, customer: self.customer_id, email: &email, now };
            purchase_limit::mark(db, buyer, &mut lines).await?;
        }
        let sold = lines.iter().filter(|line| line.problem != Some(LineProblem::Unavailable));
        let subtotal = sold.fold(0_i64, |sum, line| {
            sum.saturating_add(line.unit_price.amount.saturating_mul(line.cap(line.quantity)))
        });
        Ok(Cart {
            id: self.id,
            version: self.version,
            currency: self.currency,
            count: lines.iter().map(|line| line.quantity).sum(),
            subtotal: self.currency.money(subtotal),
            lines,
            saved,
            merge_notice,
            missing_gifts: Vec::new(),
        })
    }
}

/// What stands behind a link to a cart, by the hash of its token, priced for whoever looks.
pub(super) async fn shared_lines(
    db: &mut impl Read,
    token_hash: &str,
    currency: Currency,
    customer: Option<CustomerId>,
    now: i64,
) -> Result<Vec<Line>> {
    let args = args![token_hash, currency, now, customer];
    for_others(db.fetch_all(SHARED.on(db.engine()), args).await?, currency)
}

/// What is in a cart, priced for somebody else than its owner; without what was saved for later.
pub(super) async fn lines_for(
    db: &mut impl Read,
    cart: CartId,
    currency: Currency,
    customer: Option<CustomerId>,
    now: i64,
) -> Result<Vec<Line>> {
    for_others(db.fetch_all(LINES.on(db.engine()), args![cart, currency, now, customer]).await?, currency)
}

fn for_others(rows: Vec<LineRow>, currency: Currency) -> Result<Vec<Line>> {
    let rows = rows.into_iter().filter(|row| !row.saved_for_later && row.gift_of.is_none());
    let mut lines = rows.map(|row| row.line(currency)).collect::<Result<Vec<_>>>()?;
    for line in &mut lines {
        // Whoever looks has seen no price before.
        line.problem.take_if(|problem| matches!(problem, LineProblem::PriceChanged { .. }));
    }
    Ok(lines)
}

#[derive(sqlx::FromRow)]
#[expect(clippy::struct_excessive_bools, reason = "columns as they are stored")]
struct LineRow {
    /// `None` behind a link.
    cart_id: Option<CartId>,
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
    gift_card: bool,
    tax_class: String,
    weight_grams: i64,
    sellable: bool,
    units: i64,
    per_order: Option<i64>,
    per_buyer: Option<i64>,
    days: Option<i64>,
    gift_of: Option<PromotionId>,
}

// SQLite refuses an outer column in a subquery's ORDER BY, hence three subqueries for one picture.
// Units held for this very cart by a started payment count as there for it: a sum for each of its checkouts, because
// in one join PostgreSQL may begin with everybody's held units.
fn select(from: &str, currency: &str, now: &str, customer: &str) -> String {
    let offers = offers(currency, now, customer);
    format!(
        "SELECT l.cart_id, l.id, l.variant_id, v.product_id, v.sku, p.slug, p.title, v.title AS variant_title,
      COALESCE(
        (SELECT COALESCE(i.thumb_url, i.url) FROM picture i WHERE i.product_id = p.id AND i.variant_id = v.id ORDER BY i.position LIMIT 1),
        (SELECT COALESCE(i.thumb_url, i.url) FROM picture i WHERE i.product_id = p.id AND i.variant_id IS NULL ORDER BY i.position LIMIT 1),
        (SELECT COALESCE(i.thumb_url, i.url) FROM picture i WHERE i.product_id = p.id ORDER BY i.position LIMIT 1))
        AS picture_url,
      l.quantity, l.unit_price_seen, l.saved_for_later, a.amount AS price, a.compare_at,
      {offers} AS offers,
      v.tracked, v.requires_shipping, v.taxable, v.gift_card, v.tax_class, v.weight_grams,
      (p.status = 'published' AND v.active) AS sellable,
      CAST(COALESCE((SELECT SUM(s.free) FROM stock s WHERE s.variant_id = v.id), 0)
        + COALESCE((SELECT SUM((SELECT SUM(r.quantity) FROM reservation r
                JOIN stock s ON s.id = r.stock_id AND s.variant_id = v.id
                WHERE r.checkout_id = k.id AND r.state = 'held'))
            FROM checkout k WHERE k.cart_id = l.cart_id), 0) AS BIGINT) AS units,
      q.per_order, q.per_buyer, q.days, l.gift_of
    FROM {from}
    JOIN variant v ON v.id = l.variant_id
    JOIN product p ON p.id = v.product_id
    LEFT JOIN price a ON a.variant_id = v.id AND a.currency = {currency}
    LEFT JOIN purchase_limit q ON q.product_id = p.id"
    )
}

static LINES: LazyLock<Statement> = LazyLock::new(|| {
    let text = select("cart_line l", "$2", "$3", "$4");
    Statement::new(&format!("{text} WHERE l.cart_id = $1 ORDER BY l.added_at, l.id"))
});

static LINES_OF_MANY: LazyLock<Statement> = LazyLock::new(|| {
    const CARTS: Sql = rows!("", [id UUID], "JOIN cart c ON c.id = d.id JOIN cart_line l ON l.cart_id = c.id");
    let text = |from| format!("{} ORDER BY l.added_at, l.id", select(from, "c.currency", "$2", "c.customer_id"));
    Statement::of(&text(CARTS.sqlite), &text(CARTS.postgres))
});

// Nobody's lines: at no price that was seen, with nothing held for them.
static SHARED: LazyLock<Statement> = LazyLock::new(|| {
    let from = "(SELECT CAST(NULL AS UUID) AS cart_id, s.variant_id AS id, s.variant_id, s.quantity,
        CAST(0 AS BIGINT) AS unit_price_seen, FALSE AS saved_for_later, s.position AS added_at,
        CAST(NULL AS UUID) AS gift_of, s.token_hash FROM cart_share_line s) l";
    let text = select(from, "$2", "$3", "$4");
    Statement::new(&format!("{text} WHERE l.token_hash = $1 ORDER BY l.added_at, l.id"))
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
        } else if unit_price != self.unit_price_seen && self.gift_of.is_none() {
            Some(LineProblem::PriceChanged {
                from: currency.money(self.unit_price_seen),
                to: currency.money(unit_price),
            })
        } else {
            None
        };
        let limit = Limit { per_order: self.per_order, per_buyer: self.per_buyer, days: self.days };
        let allowed = Allowed { limit, had: 0, most: i64::MAX };
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
            gift_card: self.gift_card,
            limit: (!limit.is_none()).then_some(allowed),
            gift: self.gift_of,
            problem,
        })
    }
}
