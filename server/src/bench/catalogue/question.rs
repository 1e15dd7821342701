//! What is asked: addresses made of the catalogue's own words.

use super::told;
use shop::args;
use shop::db::Db;
use std::sync::Arc;

/// Pages that everybody looks at.
const POPULAR: usize = 1_000;
/// Products from whose titles searches are made.
const SAMPLE: i64 = 2_000;
/// Of a product that is put into carts.
const UNITS: i64 = 5;

pub type Paths = Arc<Vec<String>>;

pub struct Questions {
    pub popular: Paths,
    pub products: Paths,
    category: Paths,
    search: Paths,
    suggest: Paths,
    admin_all: Paths,
    admin_narrow: Paths,
    admin_text: Paths,
    /// Of products that can be bought.
    pub skus: Paths,
}

impl Questions {
    pub async fn gather(db: &Db) -> Result<Self, String> {
        let slugs: Vec<(String,)> =
            db.fetch_all("SELECT slug FROM product WHERE status = 'published'", args![]).await.map_err(told)?;
        let products: Vec<String> = slugs.into_iter().map(|(slug,)| format!("/p/{slug}")).collect();
        let categories: Vec<(String,)> =
            db.fetch_all("SELECT slug FROM category ORDER BY slug", args![]).await.map_err(told)?;
        let sample: Vec<(String, String)> = db
            .fetch_all(
                "SELECT p.title, v.sku FROM product p JOIN variant v ON v.product_id = p.id ORDER BY p.id DESC LIMIT $1",
                args![SAMPLE],
            )
            .await
            .map_err(told)?;
        let buyable = "SELECT v.sku FROM variant v JOIN product p ON p.id = v.product_id AND p.status = 'published'
            WHERE (SELECT SUM(s.free) FROM stock s WHERE s.variant_id = v.id) >= $1 ORDER BY v.id LIMIT $2";
        let skus: Vec<(String,)> = db.fetch_all(buyable, args![UNITS, SAMPLE]).await.map_err(told)?;
        let prices = (10..60).step_by(5);
        let category = prices.flat_map(|from| {
            categories
                .iter()
                .map(move |(slug,)| format!("/c/{slug}?in_stock=1&price_from={from}&price_to={}", from + 60))
        });
        let searches: Vec<String> = sample.iter().enumerate().map(|(at, one)| search(at, &one.0, &one.1)).collect();
        let suggest = sample.iter().enumerate().map(|(at, (title, _))| beginning(title, 2 + at % 12));
        let admin_narrow = ["published", "draft"].into_iter().flat_map(|status| {
            ["out", ""].into_iter().map(move |stock| format!("/admin/products?status={status}&stock={stock}"))
        });
        let admin_text = sample.iter().map(|(title, _)| format!("/admin/products?status=published&q={}", value(title)));
        Ok(Self {
            popular: Arc::new(products.iter().take(POPULAR).cloned().collect()),
            products: Arc::new(products),
            category: Arc::new(category.collect()),
            search: Arc::new(searches.iter().map(|text| format!("/search?q={}&in_stock=1", value(text))).collect()),
            suggest: Arc::new(suggest.map(|text| format!("/search/suggest?q={}", value(&text))).collect()),
            admin_all: Arc::new(vec!["/admin/products".into()]),
            admin_narrow: Arc::new(admin_narrow.collect()),
            admin_text: Arc::new(admin_text.collect()),
            skus: Arc::new(skus.into_iter().map(|(sku,)| sku).collect()),
        })
    }

    pub fn lists(&self) -> [(&'static str, &Paths); 3] {
        [
            ("category, two filters", &self.category),
            ("search with facets", &self.search),
            ("suggestions", &self.suggest),
        ]
    }

    pub fn admin(&self) -> [(&'static str, &Paths); 3] {
        [
            ("admin: products", &self.admin_all),
            ("admin: by status and stock", &self.admin_narrow),
            ("admin: by words", &self.admin_text),
        ]
    }
}

/// Of ten: six of two words, one of a single word, one whole title, one with a letter missing, one SKU.
fn search(at: usize, title: &str, sku: &str) -> String {
    let words: Vec<&str> = title.split(' ').collect();
    let last = words.last().copied().unwrap_or_default();
    match at % 10 {
        0 => last.to_owned(),
        1 => title.to_owned(),
        2 => title.chars().enumerate().filter(|(n, _)| *n != 2).map(|(_, c)| c).collect(),
        3 => sku.to_owned(),
        _ => format!("{} {last}", words.get(at % 2).copied().unwrap_or_default()),
    }
}

fn beginning(title: &str, chars: usize) -> String {
    title.chars().take(chars).collect()
}

fn value(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
