//! Products similar to a product, by what the merchant says of them.
//!
//! A product that has changed is compared with those beside it in its categories, its brand and its kind: a bounded number,
//! however large the shop is. Likeness is mutual, so a changed product is also offered to the lists of those it has found and
//! taken off those it has left. A walk through all products does what this cannot see, at first and then once a week.

use super::likeness::{Traits, likeness, traits};
use super::progress::{Part, Progress};
use super::{KEPT, read_list};
use crate::catalogue::statement::{Statement, read};
use crate::db::{Read, Sql, Tx};
use crate::id::ProductId;
use crate::money::Currency;
use crate::search::{Position, changes_after, known};
use crate::{Result, Shop, args, rows};
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;
use uuid::Uuid;

/// Products of one transaction.
const AT_ONCE: usize = 20;
/// Changes read for them; a product that was just made has several.
const CHANGES: i64 = 200;
/// Products looked at on either side in each category, brand and kind.
const BESIDE: i64 = 30;
/// Categories looked through.
const CATEGORIES: usize = 4;
/// Neighbours read in one statement.
const NEIGHBOURS_AT_ONCE: usize = 500;
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
    let mut products = traits(&mut &shop.db, ids, currency).await?;
    products.retain(|product| product.is_published);
    let beside = beside(shop, &products).await?;
    // Neighbours of products that stand side by side are mostly the same: each is read once.
    let all: BTreeSet<Uuid> = beside.iter().flatten().copied().collect();
    let all: Vec<Uuid> = all.into_iter().collect();
    let mut others = BTreeMap::new();
    for some in all.chunks(NEIGHBOURS_AT_ONCE) {
        let read = traits(&mut &shop.db, some.to_vec(), currency).await?;
        others.extend(read.into_iter().filter(|other| other.is_published).map(|other| (other.id.0, other)));
    }
    for (product, beside) in products.iter().zip(beside) {
        let mut likes: Likes = beside
            .iter()
            .filter_map(|id| others.get(id))
            .map(|other| (other.id, likeness(product, other)))
            .filter(|(_, much)| *much > 0)
            .collect();
        // Of what is equally alike the next ones come first, else all would show the same few.
        likes.sort_by_key(|(id, much)| (Reverse(*much), *id <= product.id, *id));
        likes.truncate(KEPT);
        found.insert(product.id, likes);
    }
    Ok(found)
}

/// One thing that a product belongs to.
#[derive(Serialize)]
struct Belongs<T> {
    /// Which of the products.
    n: usize,
    id: ProductId,
    belongs_to: T,
}

/// What `to` says of each, as rows of a statement.
fn belonging<'p, T: Serialize>(products: &'p [Traits], to: impl Fn(&'p Traits) -> Vec<T>) -> Result<String> {
    let rows = products.iter().enumerate().flat_map(|(n, product)| {
        to(product).into_iter().map(move |belongs_to| Belongs { n, id: product.id, belongs_to })
    });
    Ok(serde_json::to_string(&rows.collect::<Vec<_>>())?)
}

/// The neighbours of each product in what it belongs to: three statements, however many products.
async fn beside(shop: &Shop, products: &[Traits]) -> Result<Vec<BTreeSet<Uuid>>> {
    static IN_CATEGORY: LazyLock<Statement> = LazyLock::new(|| {
        Statement::over(rows!(
            "SELECT d.n, (SELECT CAST(json_agg(id_text(b.id)) AS TEXT) FROM (SELECT m.product_id AS id
                FROM product_category m WHERE m.category_id = d.belongs_to AND m.product_id < d.id
                ORDER BY m.product_id DESC LIMIT $2) AS b),
              (SELECT CAST(json_agg(id_text(a.id)) AS TEXT) FROM (SELECT m.product_id AS id
                FROM product_category m WHERE m.category_id = d.belongs_to AND m.product_id > d.id
                ORDER BY m.product_id LIMIT $2) AS a) FROM",
            [n BIGINT, id UUID, belongs_to UUID],
            ""
        ))
    });
    static OF_BRAND: LazyLock<Statement> = LazyLock::new(|| Statement::over(OF_KIND).about("p.kind", "p.brand"));
    static OF_TYPE: LazyLock<Statement> = LazyLock::new(|| Statement::over(OF_KIND).about("p.kind", "p.product_type"));
    const OF_KIND: Sql = rows!(
        "SELECT d.n, (SELECT CAST(json_agg(id_text(b.id)) AS TEXT) FROM (SELECT p.id
            FROM product p WHERE p.kind = d.belongs_to AND p.kind <> '' AND p.id < d.id
            ORDER BY p.id DESC LIMIT $2) AS b),
          (SELECT CAST(json_agg(id_text(a.id)) AS TEXT) FROM (SELECT p.id
            FROM product p WHERE p.kind = d.belongs_to AND p.kind <> '' AND p.id > d.id
            ORDER BY p.id LIMIT $2) AS a) FROM",
        [n BIGINT, id UUID, belongs_to TEXT],
        ""
    );
    let categories = belonging(products, |product| product.categories.iter().take(CATEGORIES).collect())?;
    let brands = belonging(products, |product| vec![&product.brand])?;
    let types = belonging(products, |product| vec![&product.product_type])?;
    let mut beside = vec![BTreeSet::new(); products.len()];
    for (statement, rows) in [(&IN_CATEGORY, categories), (&OF_BRAND, brands), (&OF_TYPE, types)] {
        let found: Vec<(i64, Option<String>, Option<String>)> =
            shop.db.fetch_all(statement.on(shop.db.engine()), args![rows, BESIDE]).await?;
        for (n, before, after) in found {
            let Some(own) = usize::try_from(n).ok().and_then(|n| beside.get_mut(n)) else { continue };
            own.extend(read::<Uuid>(before.as_deref())?);
            own.extend(read::<Uuid>(after.as_deref())?);
        }
    }
    Ok(beside)
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
