//! Products similar to a product, by what the merchant says of them.
//!
//! A product that has changed is compared with those beside it in its categories, its brand and its kind: a bounded number,
//! however large the shop is. Likeness is mutual, so a changed product is also offered to the lists of those it has found and
//! taken off those it has left. A walk through all products does what this cannot see, at first and then once a week.

use super::likeness::{Traits, likeness, traits};
use super::progress::{Part, Progress};
use super::{KEPT, read_list};
use crate::db::{Read, Sql, Tx};
use crate::id::ProductId;
use crate::money::Currency;
use crate::search::{Position, changes_after, known};
use crate::{Result, Shop, args, rows};
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Products of one transaction.
const AT_ONCE: usize = 20;
/// Changes read for them; a product that was just made has several.
const CHANGES: i64 = 200;
/// Products looked at on either side in each category, brand and kind.
const BESIDE: i64 = 30;
/// Categories looked through.
const CATEGORIES: usize = 4;
const WALK_EVERY_MS: i64 = 7 * 24 * 60 * 60 * 1000;

/// What a product is similar to, best first, and how much.
type Likes = Vec<(ProductId, i64)>;

/// Takes in some changes, or the next products of a walk; how many products were looked at. 0: nothing is left.
pub(super) async fn look_due(shop: &Shop) -> Result<usize> {
    let before = Progress::read(&mut &shop.db, Part::Products).await?;
    let known = known(shop).await?;
    if !known.contains(&before.position()) {
        // At first, and where changes were forgotten unread. What changes from here on is read after it.
        let next = Progress { reached: Some(Uuid::nil()), ..before.at(*known.end()) };
        write(shop, before, next, &BTreeMap::new(), false).await?;
        return Ok(1);
    }
    let changes = changes_after(&mut &shop.db, before.position(), CHANGES).await?;
    let (mut ids, mut at) = (BTreeSet::new(), before.position());
    for (transaction, seq, product) in changes {
        // `None` is a category's name or place, at which likeness does not look.
        if product.is_some_and(|id| !ids.contains(&id.0)) && ids.len() == AT_ONCE {
            break;
        }
        ids.extend(product.map(|id| id.0));
        at = Position { transaction, seq };
    }
    if at != before.position() {
        let found = find(shop, ids.into_iter().collect()).await?;
        write(shop, before, before.at(at), &found, true).await?;
        return Ok(found.len().max(1));
    }
    if before.reached.is_none() && before.walked_at + WALK_EVERY_MS > shop.now_ms() {
        return Ok(0);
    }
    walk(shop, before).await
}

async fn walk(shop: &Shop, before: Progress) -> Result<usize> {
    const NEXT: &str = "SELECT id FROM product WHERE id > $1 ORDER BY id LIMIT $2";
    let after = before.reached.unwrap_or(Uuid::nil());
    let rows = i64::try_from(AT_ONCE).unwrap_or(i64::MAX);
    let ids: Vec<(Uuid,)> = shop.db.fetch_all(NEXT, args![after, rows]).await?;
    let reached = ids.last().map(|(id,)| *id);
    let found = find(shop, ids.into_iter().map(|(id,)| id).collect()).await?;
    let walked_at = if reached.is_none() { shop.now_ms() } else { before.walked_at };
    write(shop, before, Progress { reached, walked_at, ..before }, &found, false).await?;
    Ok(found.len())
}

/// What each of the products is similar to; nothing for one that is not for sale or gone.
async fn find(shop: &Shop, ids: Vec<Uuid>) -> Result<BTreeMap<ProductId, Likes>> {
    let currency = shop.settings.currencies.first().copied().unwrap_or(Currency::EUR);
    let mut found: BTreeMap<ProductId, Likes> = ids.iter().map(|id| (ProductId(*id), Likes::new())).collect();
    for product in traits(&mut &shop.db, ids, currency).await?.into_iter().filter(|product| product.is_published) {
        let beside = beside(shop, &product).await?;
        let others = traits(&mut &shop.db, beside, currency).await?;
        let mut likes: Likes = others
            .iter()
            .filter(|other| other.is_published)
            .map(|other| (other.id, likeness(&product, other)))
            .filter(|(_, much)| *much > 0)
            .collect();
        // Of what is equally alike the next ones come first, else all would show the same few.
        likes.sort_by_key(|(id, much)| (Reverse(*much), *id <= product.id, *id));
        likes.truncate(KEPT);
        found.insert(product.id, likes);
    }
    Ok(found)
}

/// The neighbours of a product in what it belongs to.
async fn beside(shop: &Shop, product: &Traits) -> Result<Vec<Uuid>> {
    const IN_CATEGORY: &str = "SELECT id FROM (SELECT product_id AS id FROM product_category
          WHERE category_id = $1 AND product_id < $2 ORDER BY product_id DESC LIMIT $3) AS before
        UNION ALL SELECT id FROM (SELECT product_id AS id FROM product_category
          WHERE category_id = $1 AND product_id > $2 ORDER BY product_id LIMIT $3) AS after";
    const OF_BRAND: &str = "SELECT id FROM (SELECT id FROM product
          WHERE brand = $1 AND brand <> '' AND id < $2 ORDER BY id DESC LIMIT $3) AS before
        UNION ALL SELECT id FROM (SELECT id FROM product
          WHERE brand = $1 AND brand <> '' AND id > $2 ORDER BY id LIMIT $3) AS after";
    const OF_TYPE: &str = "SELECT id FROM (SELECT id FROM product
          WHERE product_type = $1 AND product_type <> '' AND id < $2 ORDER BY id DESC LIMIT $3) AS before
        UNION ALL SELECT id FROM (SELECT id FROM product
          WHERE product_type = $1 AND product_type <> '' AND id > $2 ORDER BY id LIMIT $3) AS after";
    let mut ids = BTreeSet::new();
    let mut take = async |sql: &str, of: crate::db::Arg| -> Result<()> {
        let rows: Vec<(Uuid,)> = shop.db.fetch_all(sql, vec![of, product.id.into(), BESIDE.into()]).await?;
        ids.extend(rows.into_iter().map(|(id,)| id));
        Ok(())
    };
    for category in product.categories.iter().take(CATEGORIES) {
        take(IN_CATEGORY, (*category).into()).await?;
    }
    take(OF_BRAND, (&product.brand).into()).await?;
    take(OF_TYPE, (&product.product_type).into()).await?;
    Ok(ids.into_iter().collect())
}

/// Writes what was found together with how far that is, unless another process has come further meanwhile. `offered`: the
/// lists of the others are mended, too.
async fn write(
    shop: &Shop,
    before: Progress,
    next: Progress,
    found: &BTreeMap<ProductId, Likes>,
    offered: bool,
) -> Result<()> {
    let mut tx = shop.db.begin().await?;
    if Progress::lock(&mut tx, Part::Products).await? != before {
        return Ok(());
    }
    let lists = if offered { mended(&mut tx, found).await? } else { found.clone() };
    put(&mut tx, &lists).await?;
    next.write(&mut tx, Part::Products).await?;
    Ok(tx.commit().await?)
}

/// The lists found, and those of others that gain or lose a product by them.
async fn mended(tx: &mut Tx, found: &BTreeMap<ProductId, Likes>) -> Result<BTreeMap<ProductId, Likes>> {
    let old = stored(tx, found.keys().copied()).await?;
    let near = found.values().chain(old.values()).flatten().map(|(other, _)| *other);
    let others: BTreeSet<ProductId> = near.filter(|other| !found.contains_key(other)).collect();
    let mut lists = stored(tx, others.iter().copied()).await?;
    for (product, likes) in found {
        for other in old.get(product).into_iter().flatten().map(|(other, _)| other) {
            if let Some(list) = lists.get_mut(other) {
                list.retain(|(id, _)| id != product);
            }
        }
        for (other, much) in likes.iter().filter(|(other, _)| others.contains(other)) {
            let list = lists.entry(*other).or_default();
            list.retain(|(id, _)| id != product);
            list.push((*product, *much));
            list.sort_by_key(|(id, much)| (Reverse(*much), id <= other, *id));
            list.truncate(KEPT);
        }
    }
    lists.extend(found.iter().map(|(product, likes)| (*product, likes.clone())));
    Ok(lists)
}

async fn stored(tx: &mut Tx, ids: impl Iterator<Item = ProductId>) -> Result<BTreeMap<ProductId, Likes>> {
    const READ: Sql = Sql {
        sqlite: "SELECT product_id, alike, alike_scores FROM recommendation
            WHERE product_id IN (SELECT unhex(value) FROM json_each($1))",
        postgres: "SELECT product_id, alike, alike_scores FROM recommendation WHERE product_id = ANY($1)",
    };
    let ids: Vec<Uuid> = ids.map(|id| id.0).collect();
    let rows: Vec<(ProductId, String, String)> = tx.fetch_all(READ.of(tx.engine()), args![ids]).await?;
    let list = |(id, ids, scores): (ProductId, String, String)| {
        let scores: Vec<i64> = serde_json::from_str(&scores)?;
        Ok((id, read_list(&ids)?.into_iter().zip(scores).collect()))
    };
    rows.into_iter().map(list).collect()
}

async fn put(tx: &mut Tx, lists: &BTreeMap<ProductId, Likes>) -> Result<()> {
    #[derive(Serialize)]
    struct List {
        id: ProductId,
        ids: String,
        scores: String,
    }
    // Scores alone change no page: the trigger looks at the identifiers.
    const WRITE: Sql = rows!(
        "INSERT INTO recommendation (product_id, alike, alike_scores) SELECT d.id, d.ids, d.scores FROM",
        [id UUID, ids TEXT, scores TEXT],
        "WHERE EXISTS (SELECT 1 FROM product p WHERE p.id = d.id)
         ON CONFLICT (product_id) DO UPDATE SET alike = excluded.alike, alike_scores = excluded.alike_scores
         WHERE recommendation.alike <> excluded.alike OR recommendation.alike_scores <> excluded.alike_scores"
    );
    if lists.is_empty() {
        return Ok(());
    }
    let mut rows = Vec::with_capacity(lists.len());
    for (id, likes) in lists {
        let (ids, scores): (Vec<ProductId>, Vec<i64>) = likes.iter().copied().unzip();
        rows.push(List { id: *id, ids: serde_json::to_string(&ids)?, scores: serde_json::to_string(&scores)? });
    }
    tx.execute(WRITE.of(tx.engine()), args![serde_json::to_string(&rows)?]).await?;
    Ok(())
}
