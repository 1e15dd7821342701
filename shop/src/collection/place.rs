//! What a merchant puts into a collection, and where: all of a collection by hand, what is pinned of one by rule.
//!
//! Places have gaps, so moving one product changes one row (and one document of the index) until a gap is used up.

use super::Kind;
use crate::audit::{self, Entry};
use crate::db::{Read, Tx};
use crate::id::{CollectionId, ProductId};
use crate::limits::COLLECTION_PLACES;
use crate::staff::Staff;
use crate::{Error, Result, Shop, args};
use serde_json::json;

pub(crate) const GAP: i64 = 1 << 16;

/// Where a product is to stand among those that have a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    First,
    Up,
    Down,
    /// Behind all others without a product.
    Before(Option<ProductId>),
}

/// Puts products behind those that are in a collection by hand; those that are in it already stay where they are. How many
/// came.
///
/// # Errors
/// `Invalid` "product" when one does not exist or there would be more than `limits::COLLECTION_PLACES`; `Conflict` for a
/// collection by rule; `NotFound`.
pub async fn add(shop: &Shop, by: &Staff, id: CollectionId, products: &[ProductId]) -> Result<usize> {
    const INSERT: &str = "INSERT INTO collection_product (collection_id, product_id, place) VALUES ($1, $2, $3)
        ON CONFLICT (collection_id, product_id) DO NOTHING";
    let mut tx = shop.db.begin().await?;
    demand(hold(&mut tx, id, shop.now_ms()).await?, Kind::Hand)?;
    let placed = placed(&mut tx, id).await?;
    let mut last = placed.last().map_or(0, |(_, place)| *place);
    let mut came = 0;
    for product in products {
        last += GAP;
        let there: Option<(ProductId,)> =
            tx.fetch_optional("SELECT id FROM product WHERE id = $1", args![*product]).await?;
        there.ok_or_else(|| Error::field("product", "This product does not exist any more."))?;
        came += usize::from(tx.execute(INSERT, args![id, *product, last]).await? == 1);
    }
    bounded(placed.len() + came)?;
    let entry = Entry::new(by, "collection.add", "collection", id).after(&products);
    audit::record(&mut tx, &entry, shop.now_ms()).await?;
    tx.commit().await?;
    Ok(came)
}

/// Takes a product out of a collection by hand.
///
/// # Errors
/// `NotFound` when it is not in it; `Conflict` for a collection by rule.
pub async fn take_out(shop: &Shop, by: &Staff, id: CollectionId, product: ProductId) -> Result<()> {
    const DELETE: &str = "DELETE FROM collection_product WHERE collection_id = $1 AND product_id = $2";
    let mut tx = shop.db.begin().await?;
    demand(hold(&mut tx, id, shop.now_ms()).await?, Kind::Hand)?;
    if tx.execute(DELETE, args![id, product]).await? == 0 {
        return Err(Error::NotFound("product of the collection"));
    }
    let entry = Entry::new(by, "collection.remove", "collection", id).before(&product);
    audit::record(&mut tx, &entry, shop.now_ms()).await?;
    Ok(tx.commit().await?)
}

/// Gives a product of a collection by rule a place before those without; behind those that have one. It loses it with the
/// rule.
///
/// # Errors
/// `NotFound` when it is not in the collection; `Invalid` "product" when too many have a place; `Conflict` by hand.
pub async fn pin(shop: &Shop, by: &Staff, id: CollectionId, product: ProductId) -> Result<()> {
    let mut tx = shop.db.begin().await?;
    demand(hold(&mut tx, id, shop.now_ms()).await?, Kind::Rule)?;
    let placed = placed(&mut tx, id).await?;
    if placed.iter().all(|(known, _)| *known != product) {
        bounded(placed.len() + 1)?;
        let place = placed.last().map_or(0, |(_, place)| *place) + GAP;
        set(&mut tx, id, product, Some(place)).await?;
        let entry = Entry::new(by, "collection.pin", "collection", id).after(&product);
        audit::record(&mut tx, &entry, shop.now_ms()).await?;
    }
    Ok(tx.commit().await?)
}

/// # Errors
/// As [`pin`].
pub async fn unpin(shop: &Shop, by: &Staff, id: CollectionId, product: ProductId) -> Result<()> {
    let mut tx = shop.db.begin().await?;
    demand(hold(&mut tx, id, shop.now_ms()).await?, Kind::Rule)?;
    set(&mut tx, id, product, None).await?;
    let entry = Entry::new(by, "collection.unpin", "collection", id).before(&product);
    audit::record(&mut tx, &entry, shop.now_ms()).await?;
    Ok(tx.commit().await?)
}

/// Moves a product that has a place.
///
/// # Errors
/// `NotFound` when it has none; `Conflict` "changed" when the product before which it should stand has none any more.
pub async fn put(shop: &Shop, by: &Staff, id: CollectionId, product: ProductId, to: Put) -> Result<()> {
    let mut tx = shop.db.begin().await?;
    hold(&mut tx, id, shop.now_ms()).await?;
    let mut placed = placed(&mut tx, id).await?;
    let from = placed.iter().position(|(known, _)| *known == product);
    let from = from.ok_or(Error::NotFound("product of the collection"))?;
    let moved = placed.remove(from);
    let at = match to {
        Put::First => 0,
        Put::Up => from.saturating_sub(1),
        Put::Down => (from + 1).min(placed.len()),
        Put::Before(None) => placed.len(),
        Put::Before(Some(other)) if other == product => from,
        Put::Before(Some(other)) => {
            let at = placed.iter().position(|(known, _)| *known == other);
            at.ok_or_else(super::edit::changed)?
        }
    };
    placed.insert(at, moved);
    let low = at.checked_sub(1).map_or(0, |before| placed[before].1);
    let high = placed.get(at + 1).map_or(low + 2 * GAP, |(_, place)| *place);
    if high - low >= 2 {
        set(&mut tx, id, product, Some(low + (high - low) / 2)).await?;
    } else {
        for (place, (product, known)) in (1..).zip(&placed) {
            if *known != place * GAP {
                set(&mut tx, id, *product, Some(place * GAP)).await?;
            }
        }
    }
    let entry = Entry::new(by, "collection.move", "collection", id);
    let entry = entry.before(&json!({ "product": product, "at": from + 1 })).after(&json!({ "at": at + 1 }));
    audit::record(&mut tx, &entry, shop.now_ms()).await?;
    Ok(tx.commit().await?)
}

/// Those who arrange the same collection take turns.
async fn hold(tx: &mut Tx, id: CollectionId, now: i64) -> Result<Kind> {
    let held: Option<(String,)> =
        tx.fetch_optional("UPDATE collection SET updated_at = $2 WHERE id = $1 RETURNING kind", args![id, now]).await?;
    let (kind,) = held.ok_or(Error::NotFound("collection"))?;
    Ok(Kind::parse(&kind).unwrap_or_default())
}

fn demand(kind: Kind, wanted: Kind) -> Result<()> {
    let message = match wanted {
        _ if kind == wanted => return Ok(()),
        Kind::Hand => "A rule says what is in this collection.",
        Kind::Rule => "Everything in this collection has its place already.",
    };
    Err(Error::conflict("kind", message))
}

fn bounded(count: usize) -> Result<()> {
    if i64::try_from(count).is_ok_and(|count| count <= COLLECTION_PLACES) {
        return Ok(());
    }
    Err(Error::field("product", format!("At most {COLLECTION_PLACES} products have a place by hand.")))
}

async fn placed(tx: &mut Tx, id: CollectionId) -> Result<Vec<(ProductId, i64)>> {
    const PLACED: &str = "SELECT product_id, place FROM collection_product
        WHERE collection_id = $1 AND place IS NOT NULL ORDER BY place, product_id";
    Ok(tx.fetch_all(PLACED, args![id]).await?)
}

async fn set(tx: &mut Tx, id: CollectionId, product: ProductId, place: Option<i64>) -> Result<()> {
    const SET: &str = "UPDATE collection_product SET place = $3 WHERE collection_id = $1 AND product_id = $2";
    match tx.execute(SET, args![id, product, place]).await? {
        0 => Err(Error::NotFound("product of the collection")),
        _ => Ok(()),
    }
}
