//! Removing a category: never with anything in it, unless somebody says where that goes.

use super::shape::{self, Shape};
use crate::audit::{self, Entry};
use crate::catalogue::statement::asked_for;
use crate::db::{Engine, Read, Tx, Violation};
use crate::id::{CategoryId, ProductId};
use crate::redirect::{self, Origin};
use crate::staff::Staff;
use crate::{Error, Result, Shop, args};
use serde_json::json;
use uuid::Uuid;

/// Products moved at a time: nobody who writes waits for more.
const BATCH: i64 = 500;

/// Where what is in a category goes when it is removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heirs {
    /// There is nothing in it.
    Nobody,
    /// The categories in it come to the top; products cannot.
    Top,
    Category(CategoryId),
}

/// Removes a category. Its address leads to the category that takes its place, if one does.
///
/// # Errors
/// `Invalid` "heirs" when something is in it that goes nowhere, or goes where it cannot; `Conflict` "changed"; `NotFound`.
pub async fn remove(shop: &Shop, by: &Staff, id: CategoryId, version: i64, heirs: Heirs) -> Result<()> {
    let before = super::load(shop, by, id).await?;
    if before.version != version {
        return Err(super::changed());
    }
    check(&Shape::load(&mut &shop.db).await?, id, &before, heirs)?;
    if let Heirs::Category(to) = heirs {
        while move_products(shop, id, to).await? {}
    }
    let mut tx = shop.db.begin().await?;
    let tree = shape::take_turn(&mut tx).await?;
    check(&tree, id, &before, heirs)?;
    let parent = match heirs {
        Heirs::Category(to) => Some(to),
        Heirs::Nobody | Heirs::Top => None,
    };
    if heirs != Heirs::Nobody {
        adopt(&mut tx, &tree, id, parent).await?;
    }
    let gone = tx.execute("DELETE FROM category WHERE id = $1 AND version = $2", args![id, version]).await;
    match gone {
        Ok(0) => return Err(super::changed()),
        Ok(_) => {}
        // Something has come in meanwhile.
        Err(error) if error.violation() == Some(Violation::ForeignKey) => return Err(super::changed()),
        Err(error) => return Err(error.into()),
    }
    if let Heirs::Category(to) = heirs {
        let slug: Option<(String,)> = tx.fetch_optional("SELECT slug FROM category WHERE id = $1", args![to]).await?;
        if let Some((slug,)) = slug {
            let (from, to) = (format!("/c/{}", before.draft.slug), format!("/c/{slug}"));
            // Without a way on where the schema has another opinion: the page is gone either way.
            let _ = redirect::edit::write(&mut tx, &from, to, Origin::Slug).await?;
        }
    }
    let entry = Entry::new(by, "category.delete", "category", id)
        .before(&before.draft)
        .after(&json!({ "products": before.products, "to": parent }));
    audit::record(&mut tx, &entry, shop.now_ms()).await?;
    Ok(tx.commit().await?)
}

fn check(tree: &Shape, id: CategoryId, before: &super::Edited, heirs: Heirs) -> Result<()> {
    let refuse = |message: String| Err(Error::field("heirs", message));
    match heirs {
        Heirs::Nobody if before.products > 0 || !tree.children(Some(id)).is_empty() => {
            refuse("There are products or categories in it: choose where they go.".into())
        }
        Heirs::Top if before.products > 0 => refuse("Products need a category: choose one.".into()),
        Heirs::Category(to) => tree.check_heir(id, to),
        Heirs::Nobody | Heirs::Top => Ok(()),
    }
}

/// The next products that are in `from` are in `to` instead; whether there were any.
async fn move_products(shop: &Shop, from: CategoryId, to: CategoryId) -> Result<bool> {
    const NEXT: &str = "SELECT product_id FROM product_category WHERE category_id = $1 ORDER BY product_id LIMIT $2";
    let next: Vec<(ProductId,)> = shop.db.fetch_all(NEXT, args![from, BATCH]).await?;
    if next.is_empty() {
        return Ok(false);
    }
    let ids: Vec<Uuid> = next.into_iter().map(|(id,)| id.0).collect();
    let asked = asked_for(shop.db.engine());
    let put = format!(
        "INSERT INTO product_category (category_id, product_id) SELECT $1, a.id FROM {asked} AS a
           WHERE EXISTS (SELECT 1 FROM product p WHERE p.id = a.id) ON CONFLICT (category_id, product_id) DO NOTHING"
    );
    let take = match shop.db.engine() {
        Engine::Sqlite => {
            "DELETE FROM product_category WHERE category_id = $1
               AND product_id IN (SELECT unhex(value) FROM json_each($2))"
        }
        Engine::Postgres => "DELETE FROM product_category WHERE category_id = $1 AND product_id = ANY($2)",
    };
    let mut tx = shop.db.begin().await?;
    tx.execute(&put, args![to, ids.clone()]).await?;
    tx.execute(take, args![from, ids]).await?;
    tx.commit().await?;
    Ok(true)
}

/// The categories in `id` stand behind those that are below `parent`.
async fn adopt(tx: &mut Tx, tree: &Shape, id: CategoryId, parent: Option<CategoryId>) -> Result<()> {
    const MOVE: &str = "UPDATE category SET parent_id = $2, version = version + 1, position = $3 WHERE id = $1";
    const LAST: &str = "SELECT COALESCE(MAX(position), -1) FROM category WHERE parent_id IS NOT DISTINCT FROM $1";
    let (last,): (i64,) = tx.fetch_one(LAST, args![parent]).await?;
    for (behind, child) in (1_i64..).zip(tree.children(Some(id))) {
        tx.execute(MOVE, args![*child, parent, last + behind]).await?;
    }
    Ok(())
}
