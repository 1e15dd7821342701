//! The tree of categories as merchants arrange it.
//!
//! The schema refuses a circle and what lies too deep (`migrations/*/0020_collection.sql`); what is said about it to a person
//! is found out here. Whoever changes the shape of the tree writes `category_tree` first, so two moves take turns and each
//! sees what the other has left.

mod edit;
mod remove;
mod shape;

pub use edit::{Draft, create, set_picture, update};
pub use remove::{Heirs, remove};
pub use shape::{Put, put};

use crate::id::CategoryId;
use crate::staff::Staff;
use crate::{Error, Result, Shop, args};
use shape::Shape;
use std::collections::HashMap;

/// A category in the merchant's tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    pub id: CategoryId,
    pub parent: Option<CategoryId>,
    pub slug: String,
    pub title: String,
    /// 0 at the top.
    pub depth: usize,
    pub version: i64,
    /// Products that are in it, not in those below it.
    pub products: i64,
    pub is_first: bool,
    pub is_last: bool,
}

/// All categories, each before those below it.
pub async fn all(shop: &Shop, _by: &Staff) -> Result<Vec<Node>> {
    let shape = Shape::load(&mut &shop.db).await?;
    let rows: Vec<(CategoryId, String, String, i64)> = shop
        .db
        .fetch_all(
            "SELECT c.id, c.slug, c.title, (SELECT COUNT(*) FROM product_category m WHERE m.category_id = c.id)
             FROM category c",
            args![],
        )
        .await?;
    let mut texts: HashMap<_, _> =
        rows.into_iter().map(|(id, slug, title, products)| (id, (slug, title, products))).collect();
    let nodes = shape.in_order().into_iter().filter_map(|(id, depth)| {
        let (slug, title, products) = texts.remove(&id)?;
        let (parent, version) = shape.of(id)?;
        let siblings = shape.children(parent);
        let (is_first, is_last) = (siblings.first() == Some(&id), siblings.last() == Some(&id));
        Some(Node { id, parent, slug, title, depth, version, products, is_first, is_last })
    });
    Ok(nodes.collect())
}

/// A category in the editor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edited {
    pub id: CategoryId,
    /// To be handed back to [`update`] and [`put`].
    pub version: i64,
    pub draft: Draft,
    pub picture_url: Option<String>,
    /// Products and categories directly in it.
    pub products: i64,
    pub children: i64,
}

#[derive(sqlx::FromRow)]
struct Row {
    parent_id: Option<CategoryId>,
    slug: String,
    title: String,
    description: String,
    seo_title: String,
    seo_description: String,
    picture_url: Option<String>,
    version: i64,
    products: i64,
    children: i64,
}

/// # Errors
/// `NotFound`.
pub async fn load(shop: &Shop, _by: &Staff, id: CategoryId) -> Result<Edited> {
    let row: Option<Row> = shop
        .db
        .fetch_optional(
            "SELECT c.parent_id, c.slug, c.title, c.description, c.seo_title, c.seo_description, c.picture_url, c.version,
               (SELECT COUNT(*) FROM product_category m WHERE m.category_id = c.id) AS products,
               (SELECT COUNT(*) FROM category k WHERE k.parent_id = c.id) AS children
             FROM category c WHERE c.id = $1",
            args![id],
        )
        .await?;
    let row = row.ok_or(Error::NotFound("category"))?;
    Ok(Edited {
        id,
        version: row.version,
        draft: Draft {
            title: row.title,
            slug: row.slug,
            parent: row.parent_id,
            description: row.description,
            seo_title: row.seo_title,
            seo_description: row.seo_description,
        },
        picture_url: row.picture_url,
        products: row.products,
        children: row.children,
    })
}

fn changed() -> Error {
    Error::conflict("changed", "Somebody else has changed this category in the meantime. Reload to see their version.")
}
