//! Cards: products in lists. A statement picks the page's products, [`around`] dresses them, all in one go.

use super::statement::{AVAILABLE, Statement, asked_for, read};
use super::{Availability, Card, Drawn, Picture, ProductOption};
use crate::db::Engine;
use crate::id::{PictureId, ProductId};
use crate::money::Currency;
use crate::price_list::{Buyer, offers, read_offers};
use crate::review::{RATING, Rating};
use crate::{Result, Shop, args, pricing};
use serde_json::Value;
use std::sync::LazyLock;
use uuid::Uuid;

/// The products as cards, in this order; what is not for sale in the buyer's currency is left out.
pub(crate) async fn in_order(shop: &Shop, ids: Vec<Uuid>, buyer: impl Into<Buyer>) -> Result<Vec<Card>> {
    let Buyer { currency, customer } = buyer.into();
    static SQLITE: LazyLock<Statement> = LazyLock::new(|| these(asked_for(Engine::Sqlite)));
    static POSTGRES: LazyLock<Statement> = LazyLock::new(|| these(asked_for(Engine::Postgres)));
    let engine = shop.db.engine();
    let statement = match engine {
        Engine::Sqlite => &SQLITE,
        Engine::Postgres => &POSTGRES,
    };
    let rows: Vec<Row> = shop.db.fetch_all(statement.on(engine), args![currency, ids, shop.now_ms(), customer]).await?;
    rows.into_iter().filter_map(|row| row.card(currency).transpose()).collect()
}

fn these(asked: &str) -> Statement {
    let page = format!(
        "SELECT p.id, a.place AS amount, '' AS name, p.id AS tie
         FROM {asked} AS a CROSS JOIN product p WHERE p.id = a.id AND p.status || '' = 'published'"
    );
    Statement::new(&around(&page, "page.amount", 3))
}

/// Wraps `page`, which yields `id` and the sort keys `amount`, `name`, `tie`, into a statement that yields cards
/// priced in currency `$1` for the customer and at the time that two more arguments name, the first of them number `next`.
pub(crate) fn around(page: &str, order: &str, next: usize) -> String {
    let offers = offers("$1", &format!("${next}"), &format!("${}", next + 1));
    format!(
        "SELECT p.id, p.slug, p.title, p.brand, p.options, page.amount, page.name, page.tie,
           (SELECT CAST(json_agg(json_build_array(v.sku, r.amount, r.compare_at, {AVAILABLE}, {offers})
                ORDER BY r.amount, v.position, v.id) AS TEXT)
            FROM variant v CROSS JOIN price r
            WHERE r.variant_id = v.id AND r.currency = $1 AND v.product_id = p.id AND v.active) AS variants,
           (SELECT CAST(json_build_array(id_text(i.id), i.url, i.alt, i.width, i.height,
                i.focus_x, i.focus_y, i.widths, i.fallback) AS TEXT)
            FROM picture i WHERE i.product_id = p.id ORDER BY i.position, i.id LIMIT 1) AS picture,
           {RATING} AS rating
         FROM ({page}) AS page JOIN product p ON p.id = page.id ORDER BY {order}"
    )
}

#[derive(sqlx::FromRow)]
pub(crate) struct Row {
    id: ProductId,
    slug: String,
    title: String,
    brand: String,
    options: String,
    pub amount: i64,
    pub name: String,
    pub tie: Uuid,
    variants: Option<String>,
    picture: Option<String>,
    rating: Option<String>,
}

impl Row {
    /// `None` when the product lost its last priced variant between picking and dressing.
    pub fn card(self, currency: Currency) -> Result<Option<Card>> {
        let mut variants = read::<(String, i64, Option<i64>, Option<i64>, Value)>(self.variants.as_deref())?;
        for (_, amount, .., offered) in &mut variants {
            *amount = pricing::unit_price(*amount, 1, &read_offers(offered.take())?).amount;
        }
        // Cheapest first.
        variants.sort_by_key(|(_, amount, ..)| *amount);
        let Some((_, cheapest, was, ..)) = variants.first() else { return Ok(None) };
        let availability = |units: Option<i64>| units.map_or(Availability::Untracked, Availability::Units);
        let options: Vec<ProductOption> = serde_json::from_str(&self.options)?;
        Ok(Some(Card {
            id: self.id,
            slug: self.slug,
            title: self.title,
            brand: self.brand,
            picture: self.picture.as_deref().map(picture).transpose()?,
            price_from: currency.money(*cheapest),
            price_varies: variants.last().is_some_and(|(_, dearest, ..)| dearest > cheapest),
            compare_at: was.filter(|was| was > cheapest).map(|was| currency.money(was)),
            in_stock: variants.iter().any(|(.., units, _)| availability(*units).can_buy(1)),
            choices: options.into_iter().find(|o| o.values.len() > 1).map(|o| (o.name, o.values.len())),
            only_sku: match variants.as_slice() {
                [(sku, ..)] => Some(sku.clone()),
                _ => None,
            },
            rating: Rating::read(self.rating.as_deref())?,
        }))
    }
}

fn picture(json: &str) -> Result<Picture> {
    let (id, url, alt, width, height, x, y, widths, fallback): (PictureId, _, _, _, _, _, _, String, _) =
        serde_json::from_str(json)?;
    let drawn = Drawn::read(&widths, fallback);
    Ok(Picture { id, url, alt, width, height, variant_id: None, focus: (x, y), drawn })
}
