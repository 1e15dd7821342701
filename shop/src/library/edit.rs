//! Changing pictures where they lie: their words, their content, and whether files are kept.

use crate::audit::{self, Entry};
use crate::db::{Read, Sql, Tx};
use crate::id::{PictureId, ProductId};
use crate::limits::{ALT_CHARS, Check, LIBRARY_ROWS};
use crate::media::shown;
use crate::staff::Staff;
use crate::{Error, Result, Shop, args};
use serde_json::json;

/// Writes the alternative text of one picture.
///
/// # Errors
/// `Invalid` "alt"; `NotFound`.
pub async fn set_alt(shop: &Shop, by: &Staff, picture: PictureId, alt: &str) -> Result<()> {
    const ALT: &str = "UPDATE picture SET alt = $2 WHERE id = $1";
    let alt = alt.trim();
    Check::default().text("alt", alt, ALT_CHARS).done()?;
    let mut tx = shop.db.begin().await?;
    let (product, before) = read(&mut tx, picture, "alt").await?;
    if before != alt {
        tx.execute(ALT, args![picture, alt]).await?;
        touch(&mut tx, product, shop.now_ms()).await?;
        let (before, after) = (json!({ "picture": picture, "alt": before }), json!({ "picture": picture, "alt": alt }));
        let entry = Entry::new(by, "product.picture_alt", "product", product).before(&before).after(&after);
        audit::record(&mut tx, &entry, shop.now_ms()).await?;
    }
    Ok(tx.commit().await?)
}

/// Puts another file in the place of a picture's, wherever products show that file; in how many pictures.
///
/// # Errors
/// `Invalid` "picture" as [`crate::media::Media::take_in`] says; `NotFound`.
pub async fn replace(shop: &Shop, by: &Staff, picture: PictureId, bytes: Vec<u8>) -> Result<usize> {
    const WHERE_SHOWN: &str = "SELECT DISTINCT product_id FROM picture WHERE url = $1 ORDER BY product_id";
    const REPLACE: &str = "UPDATE picture SET url = $2, width = $3, height = $4 WHERE url = $1";
    let taken = shop.media.take_in(bytes).await?;
    let mut tx = shop.db.begin().await?;
    let (_, before) = read(&mut tx, picture, "url").await?;
    if before == taken.url {
        return Ok(0);
    }
    let products: Vec<(ProductId,)> = tx.fetch_all(WHERE_SHOWN, args![&before]).await?;
    for (product,) in &products {
        touch(&mut tx, *product, shop.now_ms()).await?;
        let (was, is) = (json!({ "picture": before }), json!({ "picture": taken.url }));
        let entry = Entry::new(by, "product.picture_replace", "product", *product).before(&was).after(&is);
        audit::record(&mut tx, &entry, shop.now_ms()).await?;
    }
    let changed = tx.execute(REPLACE, args![&before, &taken.url, taken.width, taken.height]).await?;
    tx.commit().await?;
    Ok(usize::try_from(changed).unwrap_or(usize::MAX))
}

/// The picture's product and one of its columns; the product's row is locked, as by whoever edits it.
async fn read(tx: &mut Tx, picture: PictureId, column: &'static str) -> Result<(ProductId, String)> {
    const LOCK: &str =
        "UPDATE product SET updated_at = updated_at WHERE id = (SELECT product_id FROM picture WHERE id = $1)";
    if tx.execute(LOCK, args![picture]).await? == 0 {
        return Err(Error::NotFound("picture"));
    }
    let sql = format!("SELECT product_id, {column} FROM picture WHERE id = $1");
    tx.fetch_optional(&sql, args![picture]).await?.ok_or(Error::NotFound("picture"))
}

/// Whoever has the product open in the editor is told that it has changed.
async fn touch(tx: &mut Tx, product: ProductId, now: i64) -> Result<()> {
    const TOUCH: &str = "UPDATE product SET version = version + 1, updated_at = $2 WHERE id = $1";
    tx.execute(TOUCH, args![product, now]).await?;
    Ok(())
}

/// Has files erased that nothing shows; how many. Those that an order shows, or an import needs to be taken back, are kept.
///
/// # Errors
/// `Invalid` "url" for too many at a time.
pub async fn erase(shop: &Shop, by: &Staff, urls: Vec<String>) -> Result<usize> {
    const ERASE: Sql =
        Sql {
            sqlite: concat!(
            "INSERT INTO picture_erase (url) SELECT f.url FROM json_each($1) AS asked CROSS JOIN picture_file f
             WHERE f.url = asked.value AND NOT ", shown!("f.url"),
            " AND NOT EXISTS (SELECT 1 FROM order_line l WHERE l.picture_url IN (f.url, COALESCE(f.thumb_url, f.url)))
              AND NOT EXISTS (SELECT 1 FROM import_item i WHERE i.before LIKE '%' || f.url || '%')
             ON CONFLICT (url) DO NOTHING RETURNING url"
        ),
            postgres: concat!(
            "INSERT INTO picture_erase (url) SELECT f.url FROM picture_file f
             WHERE f.url = ANY($1) AND NOT ", shown!("f.url"),
            " AND NOT EXISTS (SELECT 1 FROM order_line l WHERE l.picture_url IN (f.url, COALESCE(f.thumb_url, f.url)))
              AND NOT EXISTS (SELECT 1 FROM import_item i WHERE i.before LIKE '%' || f.url || '%')
             ON CONFLICT (url) DO NOTHING RETURNING url"
        ),
        };
    if urls.len() > LIBRARY_ROWS {
        return Err(Error::field("url", format!("At most {LIBRARY_ROWS} at a time.")));
    }
    let mut tx = shop.db.begin().await?;
    let gone: Vec<(String,)> = tx.fetch_all(ERASE.of(tx.engine()), args![urls]).await?;
    if !gone.is_empty() {
        let files: Vec<_> = gone.iter().map(|(url,)| url).collect();
        let entry = Entry::new(by, "media.erase", "media", "unused").before(&json!({ "files": files }));
        audit::record(&mut tx, &entry, shop.now_ms()).await?;
    }
    tx.commit().await?;
    shop.wake.notify_one();
    Ok(gone.len())
}
