//! Categories: one with its way up and its children, the top level, and the menu.

use super::statement::{Statement, breadcrumb, read};
use super::{Category, CategoryLink, Drawn};
use crate::id::CategoryId;
use crate::{Error, Result, Shop, args};
use std::sync::LazyLock;

/// The category with this slug.
pub async fn category_by_slug(shop: &Shop, slug: &str) -> Result<Category> {
    static BY_SLUG: LazyLock<Statement> = LazyLock::new(|| statement("g.slug = $1"));
    let row: Option<Row> = shop.db.fetch_optional(BY_SLUG.on(shop.db.engine()), args![slug]).await?;
    row.ok_or(Error::NotFound("category"))?.category()
}

/// The top level in position order, each with its children.
pub async fn top_categories(shop: &Shop) -> Result<Vec<Category>> {
    static TOP: LazyLock<Statement> = LazyLock::new(|| statement("g.parent_id IS NULL"));
    let rows: Vec<Row> = shop.db.fetch_all(TOP.on(shop.db.engine()), args![]).await?;
    rows.into_iter().map(Row::category).collect()
}

/// The top level as the menu of every page shows it.
pub async fn menu(shop: &Shop) -> Result<Vec<CategoryLink>> {
    let links: Vec<(String, String)> = shop
        .db
        .fetch_all("SELECT slug, title FROM category WHERE parent_id IS NULL ORDER BY position, id", args![])
        .await?;
    Ok(links.into_iter().map(|(slug, title)| CategoryLink { slug, title }).collect())
}

fn statement(which: &str) -> Statement {
    Statement::new(&format!(
        "SELECT g.id, g.slug, g.title, g.description, g.picture_url, g.seo_title, g.seo_description, f.widths, f.fallback,
           {breadcrumb} AS breadcrumb,
           (SELECT CAST(json_agg(json_build_array(k.slug, k.title) ORDER BY k.position, k.id) AS TEXT)
            FROM category k WHERE k.parent_id = g.id) AS children
         FROM category g LEFT JOIN picture_file f ON f.url = g.picture_url WHERE {which} ORDER BY g.position, g.id",
        breadcrumb = breadcrumb!("g.id")
    ))
}

#[derive(sqlx::FromRow)]
struct Row {
    id: CategoryId,
    slug: String,
    title: String,
    description: String,
    picture_url: Option<String>,
    seo_title: String,
    seo_description: String,
    widths: Option<String>,
    fallback: Option<String>,
    breadcrumb: Option<String>,
    children: Option<String>,
}

impl Row {
    fn category(self) -> Result<Category> {
        let links = |json: Option<String>| -> Result<Vec<CategoryLink>> {
            let pairs = read::<(String, String)>(json.as_deref())?;
            Ok(pairs.into_iter().map(|(slug, title)| CategoryLink { slug, title }).collect())
        };
        // One size stands for all: tiles and link previews are small.
        let drawn = self.widths.as_deref().and_then(|widths| Drawn::read(widths, self.fallback));
        let small = |url: String| drawn.map_or(url.clone(), |drawn| drawn.fallback(&url, drawn.fallback_width()));
        Ok(Category {
            id: self.id,
            slug: self.slug,
            title: self.title,
            description: self.description,
            picture_url: self.picture_url.map(small),
            seo_title: self.seo_title,
            seo_description: self.seo_description,
            breadcrumb: links(self.breadcrumb)?,
            children: links(self.children)?,
        })
    }
}
