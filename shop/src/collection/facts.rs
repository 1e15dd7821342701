//! What rules ask about products, read many at a time.

use super::{Condition, Rule};
use crate::catalogue::draft::Status;
use crate::catalogue::statement::{AVAILABLE, Statement, read};
use crate::catalogue::{Availability, ProductOption};
use crate::db::{Engine, Read};
use crate::id::{CategoryId, ProductId};
use crate::search::document::{Tree, tenths};
use crate::{Result, args};
use uuid::Uuid;

/// A product as rules see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    pub id: ProductId,
    pub published: bool,
    pub title: String,
    pub brand: String,
    pub product_type: String,
    pub tags: Vec<String>,
    /// Its categories and all above them.
    pub categories: Vec<CategoryId>,
    /// Currency and the lowest price of an active variant, minor units.
    pub prices: Vec<(String, i64)>,
    /// Currencies in which an active variant is reduced.
    pub on_sale: Vec<String>,
    /// Names and values of its active variants' options.
    pub options: Vec<(String, String)>,
    pub can_buy: bool,
    /// Tenths of a star on average; 0: nobody has rated it.
    pub rating: i64,
    /// Unix milliseconds.
    pub created_at: i64,
}

/// Which products.
pub(super) enum Which {
    These(Vec<Uuid>),
    /// So many behind that one, in the order of their identifiers.
    After(ProductId, i64),
}

/// What has to be read: what no rule asks for costs nothing.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Needs {
    variants: bool,
    prices: bool,
    categories: bool,
}

impl Needs {
    pub fn of<'r>(rules: impl Iterator<Item = &'r Rule>) -> Self {
        let mut needs = Self::default();
        for condition in rules.flat_map(|rule| &rule.conditions) {
            match condition {
                Condition::Available { .. } | Condition::Option { .. } => needs.variants = true,
                Condition::Price { .. } | Condition::OnSale { .. } => needs.prices = true,
                Condition::Category { .. } => needs.categories = true,
                _ => {}
            }
        }
        needs
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    id: ProductId,
    status: String,
    title: String,
    brand: String,
    product_type: String,
    tags: String,
    options: String,
    created_at: i64,
    reviews: i64,
    stars: i64,
    variants: Option<String>,
    prices: Option<String>,
    categories: Option<String>,
}

/// In the order of their identifiers.
pub(super) async fn of(db: &mut impl Read, which: Which, needs: Needs) -> Result<Vec<Facts>> {
    let tree = if needs.categories { Some(Tree::load(db).await?) } else { None };
    let engine = db.engine();
    let (condition, args) = match which {
        Which::These(ids) => match engine {
            Engine::Sqlite => ("p.id IN (SELECT unhex(value) FROM json_each($1))", args![ids]),
            Engine::Postgres => ("p.id = ANY($1)", args![ids]),
        },
        Which::After(id, rows) => {
            ("p.id IN (SELECT n.id FROM product n WHERE n.id > $1 ORDER BY n.id LIMIT $2)", args![id, rows])
        }
    };
    let rows: Vec<Row> = db.fetch_all(statement(condition, needs).on(engine), args).await?;
    rows.into_iter().map(|row| row.facts(tree.as_ref())).collect()
}

fn statement(which: &str, needs: Needs) -> Statement {
    let when = |needed: bool, sql: String| if needed { sql } else { "CAST(NULL AS TEXT)".to_owned() };
    let variants = when(
        needs.variants,
        format!(
            "(SELECT CAST(json_agg(json_build_array(v.option_values, {AVAILABLE})) AS TEXT)
              FROM variant v WHERE v.product_id = p.id AND v.active)"
        ),
    );
    let prices = when(
        needs.prices,
        "(SELECT CAST(json_agg(json_build_array(r.currency, r.amount, r.compare_at)) AS TEXT)
          FROM variant v CROSS JOIN price r WHERE r.variant_id = v.id AND v.product_id = p.id AND v.active)"
            .into(),
    );
    let categories = when(
        needs.categories,
        "(SELECT CAST(json_agg(id_text(m.category_id)) AS TEXT) FROM product_category m WHERE m.product_id = p.id)"
            .into(),
    );
    Statement::new(&format!(
        "SELECT p.id, p.status, p.title, p.brand, p.product_type, p.tags, p.options, p.created_at,
           COALESCE(g.reviews, 0) AS reviews, COALESCE(g.stars, 0) AS stars,
           {variants} AS variants, {prices} AS prices, {categories} AS categories
         FROM product p LEFT JOIN product_rating g ON g.product_id = p.id WHERE {which} ORDER BY p.id"
    ))
}

impl Row {
    fn facts(self, tree: Option<&Tree>) -> Result<Facts> {
        let variants = read::<(String, Option<i64>)>(self.variants.as_deref())?;
        let units = |units: Option<i64>| units.map_or(Availability::Untracked, Availability::Units);
        let names: Vec<ProductOption> = serde_json::from_str(&self.options)?;
        let mut options = Vec::new();
        for (values, _) in &variants {
            let values: Vec<String> = serde_json::from_str(values)?;
            for chosen in names.iter().map(|option| option.name.clone()).zip(values) {
                if !options.contains(&chosen) {
                    options.push(chosen);
                }
            }
        }
        let mut prices: Vec<(String, i64)> = Vec::new();
        let mut on_sale = Vec::new();
        for (currency, amount, before) in read::<(String, i64, Option<i64>)>(self.prices.as_deref())? {
            if before.is_some_and(|before| before > amount) && !on_sale.contains(&currency) {
                on_sale.push(currency.clone());
            }
            match prices.iter_mut().find(|(known, _)| *known == currency) {
                Some((_, lowest)) => *lowest = amount.min(*lowest),
                None => prices.push((currency, amount)),
            }
        }
        let mut categories = Vec::new();
        for id in read::<CategoryId>(self.categories.as_deref())? {
            if let Some(tree) = tree {
                tree.climb(id, &mut |id, _| categories.push(id));
            }
        }
        Ok(Facts {
            id: self.id,
            published: self.status == Status::Published.code(),
            title: self.title,
            brand: self.brand,
            product_type: self.product_type,
            tags: serde_json::from_str(&self.tags)?,
            categories,
            prices,
            on_sale,
            options,
            can_buy: variants.iter().any(|(_, left)| units(*left).can_buy(1)),
            rating: tenths(self.reviews, self.stars),
            created_at: self.created_at,
        })
    }
}
