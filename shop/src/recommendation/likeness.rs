//! How much two products are alike.
//!
//! Gower's general coefficient ("A General Coefficient of Similarity and Some of Its Properties", Biometrics 27(4), 1971):
//! the weighted mean of what each trait says, over the traits that at least one of the two has. Sets are compared by what
//! they share of what they have (Jaccard), kind and brand by being the same, prices by how many times one is the other. It is
//! the same in both directions.

use crate::catalogue::statement::{Statement, read};
use crate::db::{Engine, Read};
use crate::id::{CategoryId, ProductId};
use crate::money::Currency;
use crate::{Result, args};
use std::collections::BTreeSet;
use std::sync::LazyLock;
use uuid::Uuid;

/// What is looked at of a product.
#[derive(Clone, Debug)]
pub(super) struct Traits {
    pub id: ProductId,
    pub is_published: bool,
    pub brand: String,
    pub product_type: String,
    pub categories: BTreeSet<CategoryId>,
    tags: BTreeSet<String>,
    words: BTreeSet<String>,
    /// Lowest, minor units of the shop's first currency.
    price: Option<i64>,
}

/// Millionths: 1,000,000 are the same in everything, 0 have nothing in common.
pub(super) fn likeness(one: &Traits, other: &Traits) -> i64 {
    let mut mean = Mean::default();
    mean.add(3.0, jaccard(&one.categories, &other.categories));
    mean.add(3.0, same(&one.product_type, &other.product_type));
    mean.add(2.0, jaccard(&one.tags, &other.tags));
    mean.add(2.0, jaccard(&one.words, &other.words));
    mean.add(1.0, same(&one.brand, &other.brand));
    mean.add(1.0, one.price.zip(other.price).map(|(a, b)| near(a, b)));
    mean.millionths()
}

#[derive(Default)]
struct Mean {
    sum: f64,
    weights: f64,
}

impl Mean {
    fn add(&mut self, weight: f64, says: Option<f64>) {
        if let Some(says) = says {
            self.sum += weight * says;
            self.weights += weight;
        }
    }

    fn millionths(&self) -> i64 {
        if self.weights <= 0.0 {
            return 0;
        }
        #[expect(clippy::cast_possible_truncation, reason = "between 0 and a million")]
        let millionths = (self.sum / self.weights * 1e6).round() as i64;
        millionths
    }
}

fn jaccard<T: Ord>(one: &BTreeSet<T>, other: &BTreeSet<T>) -> Option<f64> {
    let shared = one.intersection(other).count();
    let all = one.len() + other.len() - shared;
    #[expect(clippy::cast_precision_loss, reason = "numbers of words")]
    let part = shared as f64 / all as f64;
    (all > 0).then_some(part)
}

fn same(one: &str, other: &str) -> Option<f64> {
    let is_known = !one.is_empty() || !other.is_empty();
    is_known.then_some(if one == other { 1.0 } else { 0.0 })
}

/// 1 for the same price, 0 from eight times as much on.
fn near(one: i64, other: i64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "prices")]
    let ratio = one.max(1) as f64 / other.max(1) as f64;
    (1.0 - ratio.ln().abs() / 8.0_f64.ln()).max(0.0)
}

#[derive(sqlx::FromRow)]
struct Row {
    id: ProductId,
    status: String,
    title: String,
    brand: String,
    product_type: String,
    tags: String,
    categories: Option<String>,
    price: Option<i64>,
}

/// Those of `ids` that are there.
pub(super) async fn traits(db: &mut impl Read, ids: Vec<Uuid>, currency: Currency) -> Result<Vec<Traits>> {
    static SQLITE: LazyLock<Statement> =
        LazyLock::new(|| statement("p.id IN (SELECT unhex(value) FROM json_each($1))"));
    static POSTGRES: LazyLock<Statement> = LazyLock::new(|| statement("p.id = ANY($1)"));
    let engine = db.engine();
    let statement = match engine {
        Engine::Sqlite => &SQLITE,
        Engine::Postgres => &POSTGRES,
    };
    let rows: Vec<Row> = db.fetch_all(statement.on(engine), args![ids, currency]).await?;
    rows.into_iter().map(Row::traits).collect()
}

fn statement(which: &str) -> Statement {
    Statement::new(&format!(
        "SELECT p.id, p.status, p.title, p.brand, p.product_type, p.tags,
           (SELECT CAST(json_agg(id_text(m.category_id)) AS TEXT)
            FROM product_category m WHERE m.product_id = p.id) AS categories,
           (SELECT MIN(r.amount) FROM variant v CROSS JOIN price r
            WHERE r.variant_id = v.id AND r.currency = $2 AND v.product_id = p.id AND v.active) AS price
         FROM product p WHERE {which}"
    ))
}

impl Row {
    fn traits(self) -> Result<Traits> {
        let words = self.title.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() > 2);
        Ok(Traits {
            id: self.id,
            is_published: self.status == "published",
            words: words.map(str::to_lowercase).collect(),
            tags: serde_json::from_str(&self.tags)?,
            categories: read::<CategoryId>(self.categories.as_deref())?.into_iter().collect(),
            brand: self.brand,
            product_type: self.product_type,
            price: self.price,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn product(title: &str, kind: &str, brand: &str, price: Option<i64>) -> Traits {
        let row = Row {
            id: ProductId(Uuid::nil()),
            status: "published".into(),
            title: title.into(),
            brand: brand.into(),
            product_type: kind.into(),
            tags: "[]".into(),
            categories: None,
            price,
        };
        row.traits().unwrap()
    }

    #[test]
    fn what_has_more_in_common_is_more_alike_and_in_both_directions() {
        let mug = product("Stoneware mug", "Mug", "Kiln", Some(1800));
        let other = product("Porcelain mug", "Mug", "Kiln", Some(2000));
        let dear = product("Porcelain mug", "Mug", "Kiln", Some(9000));
        let chair = product("Oak chair", "Chair", "Joiner", Some(20_000));
        assert_eq!(likeness(&mug, &mug), 1_000_000);
        assert!(likeness(&mug, &other) > likeness(&mug, &dear));
        assert!(likeness(&mug, &dear) > likeness(&mug, &chair));
        assert_eq!(likeness(&mug, &chair), likeness(&chair, &mug));
        assert_eq!(likeness(&mug, &product("Oak", "Chair", "Joiner", None)), 0);
        assert_eq!(likeness(&product("", "", "", None), &product("", "", "", None)), 0, "nothing is known of them");
    }
}
