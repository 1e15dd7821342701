//! From rows to what is indexed of a product.

use crate::attribute::Kind;
use crate::catalogue::draft::Status;
use crate::catalogue::statement::{AVAILABLE, Statement, read};
use crate::catalogue::{Availability, ProductOption};
use crate::db::Read;
use crate::id::{CategoryId, CollectionId, ProductId};
use crate::{Result, Shop, args};
use ::search::Document;
use std::collections::HashMap;
use std::sync::LazyLock;

#[derive(sqlx::FromRow)]
struct Row {
    id: ProductId,
    title: String,
    brand: String,
    product_type: String,
    tags: String,
    options: String,
    description_html: String,
    status: String,
    publish_at: Option<i64>,
    created_at: i64,
    updated_at: i64,
    reviews: i64,
    stars: i64,
    sold: i64,
    variants: Option<String>,
    prices: Option<String>,
    on_sale: Option<String>,
    attributes: Option<String>,
    categories: Option<String>,
    collections: Option<String>,
}

fn statement(which: &str) -> Statement {
    Statement::new(&format!(
        "SELECT p.id, p.title, p.brand, p.product_type, p.tags, p.options, p.description_html, p.status, p.publish_at,
           p.created_at, p.updated_at, COALESCE(g.reviews, 0) AS reviews, COALESCE(g.stars, 0) AS stars,
           COALESCE(s.units, 0) AS sold,
           (SELECT CAST(json_agg(json_build_array(v.sku, v.barcode, v.option_values, {AVAILABLE})) AS TEXT)
            FROM variant v WHERE v.product_id = p.id AND v.active) AS variants,
           (SELECT CAST(json_agg(json_build_array(low.currency, low.amount)) AS TEXT)
            FROM (SELECT r.currency, MIN(r.amount) AS amount FROM variant v CROSS JOIN price r
                  WHERE r.variant_id = v.id AND v.product_id = p.id AND v.active GROUP BY r.currency) AS low) AS prices,
           (SELECT CAST(json_agg(DISTINCT r.currency) AS TEXT) FROM variant v CROSS JOIN price r
            WHERE r.variant_id = v.id AND v.product_id = p.id AND v.active AND r.compare_at > r.amount) AS on_sale,
           (SELECT CAST(json_agg(json_build_array(a.name, a.kind, a.unit, CASE WHEN a.filterable THEN 1 ELSE 0 END,
                CASE WHEN a.searchable THEN 1 ELSE 0 END, x.text, x.number, h.value)) AS TEXT)
            FROM product_attribute x CROSS JOIN attribute a LEFT JOIN attribute_choice h ON h.id = x.choice_id
            WHERE x.product_id = p.id AND a.id = x.attribute_id AND (a.filterable OR a.searchable)) AS attributes,
           (SELECT CAST(json_agg(id_text(m.category_id)) AS TEXT)
            FROM product_category m WHERE m.product_id = p.id) AS categories,
           (SELECT CAST(json_agg(json_build_array(id_text(n.collection_id), n.place)) AS TEXT)
            FROM collection_product n WHERE n.product_id = p.id) AS collections
         FROM product p LEFT JOIN product_rating g ON g.product_id = p.id
           LEFT JOIN product_sales s ON s.product_id = p.id
         WHERE {which}"
    ))
}

/// Those of `ids` that are there.
pub(super) async fn of(shop: &Shop, ids: Vec<uuid::Uuid>, tree: &Tree) -> Result<Vec<Document>> {
    static SQLITE: LazyLock<Statement> =
        LazyLock::new(|| statement("p.id IN (SELECT unhex(value) FROM json_each($1))"));
    static POSTGRES: LazyLock<Statement> = LazyLock::new(|| statement("p.id = ANY($1)"));
    let engine = shop.db.engine();
    let statement = match engine {
        crate::db::Engine::Sqlite => &SQLITE,
        crate::db::Engine::Postgres => &POSTGRES,
    };
    documents(shop.db.fetch_all(statement.on(engine), args![ids]).await?, tree)
}

/// Up to `rows` products after `after`, in order of their identifiers.
pub(super) async fn page(shop: &Shop, after: ProductId, rows: i64, tree: &Tree) -> Result<Vec<Document>> {
    static PAGE: LazyLock<Statement> =
        LazyLock::new(|| statement("p.id IN (SELECT n.id FROM product n WHERE n.id > $1 ORDER BY n.id LIMIT $2)"));
    let rows = shop.db.fetch_all(PAGE.on(shop.db.engine()), args![after, rows]).await?;
    let mut documents = documents(rows, tree)?;
    documents.sort_unstable_by_key(|document| document.id);
    Ok(documents)
}

fn documents(rows: Vec<Row>, tree: &Tree) -> Result<Vec<Document>> {
    rows.into_iter().map(|row| row.document(tree)).collect()
}

impl Row {
    fn document(self, tree: &Tree) -> Result<Document> {
        let variants = read::<(String, Option<String>, String, Option<i64>)>(self.variants.as_deref())?;
        let can_buy = |units: &Option<i64>| units.map_or(Availability::Untracked, Availability::Units).can_buy(1);
        let in_stock = variants.iter().any(|(.., units)| can_buy(units));
        let is_short = variants.iter().any(|(.., units)| !can_buy(units));
        let mut words: Vec<String> = serde_json::from_str(&self.tags)?;
        let options: Vec<ProductOption> = serde_json::from_str(&self.options)?;
        let mut attributes: Vec<(String, String)> = Vec::new();
        for (_, _, values, _) in &variants {
            let values: Vec<String> = serde_json::from_str(values)?;
            for chosen in options.iter().map(|option| option.name.clone()).zip(values) {
                if !attributes.contains(&chosen) {
                    attributes.push(chosen);
                }
            }
        }
        words.extend(attributes.iter().map(|(_, value)| value.clone()));
        for row in read::<AttributeRow>(self.attributes.as_deref())? {
            let (is_facet, word, of) = attribute(row);
            words.extend(word);
            attributes.extend(of.filter(|of| is_facet && !attributes.contains(of)));
        }
        words.push(self.product_type);
        let mut categories = Vec::new();
        for id in read::<CategoryId>(self.categories.as_deref())? {
            tree.climb(id, &mut |id, title| {
                if !categories.contains(&id.0) {
                    categories.push(id.0);
                    words.push(title.to_owned());
                }
            });
        }
        words.retain(|word| !word.is_empty());
        let collections = read::<(CollectionId, Option<i64>)>(self.collections.as_deref())?;
        Ok(Document {
            id: self.id.0,
            listed: self.status == Status::Published.code(),
            status: self.status,
            is_scheduled: self.publish_at.is_some(),
            title: self.title,
            brand: self.brand,
            words,
            text: text_of(&self.description_html),
            codes: variants.into_iter().flat_map(|(sku, barcode, ..)| [Some(sku), barcode]).flatten().collect(),
            categories,
            places: collections.iter().filter_map(|(id, place)| Some((id.0, (*place)?))).collect(),
            collections: collections.into_iter().map(|(id, _)| id.0).collect(),
            prices: read(self.prices.as_deref())?,
            attributes,
            on_sale: read(self.on_sale.as_deref())?,
            in_stock,
            is_short,
            rating: tenths(self.reviews, self.stars),
            rating_rank: rank(self.reviews, self.stars),
            sold: self.sold,
            created_at: self.created_at,
            updated_at: self.updated_at,
        })
    }
}

/// Name, kind and unit; whether it is a facet, and found by its words; text, number and choice.
type AttributeRow = (String, Kind, String, i64, i64, Option<String>, Option<i64>, Option<String>);

/// Whether it is a facet, what it is found by, and its name and value.
fn attribute(row: AttributeRow) -> (bool, Option<String>, Option<(String, String)>) {
    let (name, kind, unit, filterable, searchable, text, number, choice) = row;
    let value = crate::attribute::shown(kind, text, number, choice).map(|value| with_unit(value, &unit));
    let word = match kind {
        // "Dishwasher safe" is looked for, not "yes".
        Kind::Boolean => value.as_ref().filter(|value| *value == "Yes").map(|_| name.clone()),
        _ => value.clone(),
    };
    (filterable == 1, word.filter(|_| searchable == 1), value.map(|value| (name, value)))
}

fn with_unit(value: String, unit: &str) -> String {
    if unit.is_empty() { value } else { format!("{value} {unit}") }
}

/// Tenths of a star on average, rounded; 0 without reviews.
pub(crate) fn tenths(reviews: i64, stars: i64) -> i64 {
    if reviews > 0 { (20 * stars + reviews) / (2 * reviews) } else { 0 }
}

/// As if some people had given every product a middling rating, too: one review of five stars does not outrank forty of
/// nearly five. Thousandths of a star; what nobody has rated comes last.
fn rank(reviews: i64, stars: i64) -> i64 {
    const SUPPOSED: i64 = 5;
    const SUPPOSED_THOUSANDTHS: i64 = 3_500;
    if reviews > 0 { (1_000 * stars + SUPPOSED * SUPPOSED_THOUSANDTHS) / (reviews + SUPPOSED) } else { 0 }
}

/// The categories and what each stands under.
pub(crate) struct Tree(HashMap<CategoryId, (Option<CategoryId>, String)>);

/// The shop's categories are not deeper; a circle would be climbed for ever.
const DEPTH: usize = 8;

impl Tree {
    pub async fn load(db: &mut impl Read) -> Result<Self> {
        let rows: Vec<(CategoryId, Option<CategoryId>, String)> =
            db.fetch_all("SELECT id, parent_id, title FROM category", args![]).await?;
        Ok(Self(rows.into_iter().map(|(id, parent, title)| (id, (parent, title))).collect()))
    }

    /// Visits the category and all above it.
    pub fn climb(&self, id: CategoryId, visit: &mut impl FnMut(CategoryId, &str)) {
        let mut at = Some(id);
        for _ in 0..DEPTH {
            let Some((id, (parent, title))) = at.and_then(|id| self.0.get_key_value(&id)) else { return };
            visit(*id, title);
            at = *parent;
        }
    }
}

/// The words of a description: what stands between its tags, which `ammonia` has left well formed.
fn text_of(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, tag)) = rest.split_once('<') {
        text.push_str(before);
        text.push(' ');
        rest = tag.split_once('>').map_or("", |(_, after)| after);
    }
    text.push_str(rest);
    text.replace("&nbsp;", " ").replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_good_reviews_outrank_a_single_best_one() {
        assert_eq!([tenths(0, 0), tenths(1, 5), tenths(3, 13), tenths(2, 7)], [0, 50, 43, 35]);
        assert!(rank(40, 195) > rank(1, 5) && rank(1, 5) > rank(1, 4) && rank(1, 1) > rank(0, 0));
    }

    #[test]
    fn a_description_is_read_without_its_markup() {
        assert_eq!(
            text_of("<p>Glazed <b>by hand</b>,<br>fired&nbsp;twice &amp; cooled</p>")
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" "),
            "Glazed by hand , fired twice & cooled"
        );
        assert_eq!(text_of("no markup"), "no markup");
        assert_eq!(text_of("broken <b"), "broken  ");
    }
}
