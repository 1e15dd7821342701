//! Writes one product of the file, in a transaction of its own.

use super::parse::Parsed;
use crate::audit::{self, Actor, Entry};
use crate::catalogue::draft::{DraftPicture, middle, slugify};
use crate::catalogue::write;
use crate::db::{Read, Tx};
use crate::id::{CategoryId, PictureId, ProductId, WarehouseId};
use crate::import::{Fetcher, Mode, Outcome, Report};
use crate::inventory::{self, Count};
use crate::{Result, Shop, args};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};

/// What the shop already knows of a product of this handle.
#[derive(sqlx::FromRow)]
struct Known {
    id: ProductId,
    slug: String,
    source_hash: Option<String>,
    quantities: Option<String>,
}

pub async fn apply(
    shop: &Shop,
    product: &Parsed,
    mode: Mode,
    by: &Actor,
    fetcher: Option<&Fetcher>,
    report: &mut Report,
) -> Result<Outcome> {
    product.draft.check()?;
    let known: Option<Known> = shop
        .db
        .fetch_optional(
            "SELECT p.id, p.slug, m.source_hash, m.quantities FROM product p
             LEFT JOIN imported_product m ON m.product_id = p.id WHERE p.import_handle = $1",
            args![&product.handle],
        )
        .await?;
    let hash = source_hash(product)?;
    if known.as_ref().is_some_and(|k| k.source_hash.as_ref() == Some(&hash)) {
        return Ok(Outcome::Unchanged);
    }
    let mut draft = product.draft.clone();
    // Fetched before the transaction begins: nobody waits for a foreign server inside it.
    draft.pictures = pictures(shop, product, known.as_ref(), mode, fetcher, report).await?;
    let now = shop.now_ms();
    let mut tx = shop.db.begin().await?;
    for title in &product.categories {
        draft.categories.push(category(&mut tx, title).await?);
    }
    let (id, variants) = if let Some(known) = &known {
        // The merchant may have given the page another address since.
        draft.slug.clone_from(&known.slug);
        (known.id, write::update(&mut tx, known.id, &draft, None, now).await?)
    } else {
        draft.slug = free_slug(&mut tx, &draft.slug).await?;
        let id = ProductId::new();
        (id, write::insert(&mut tx, id, &draft, Some(&product.handle), now).await?)
    };
    let warehouse = warehouse(&mut tx, shop).await?;
    let before: HashMap<String, i64> =
        known.as_ref().and_then(|k| k.quantities.as_deref()).map(serde_json::from_str).transpose()?.unwrap_or_default();
    let mut named = BTreeMap::new();
    let actor = by.code();
    let count = Count { reason: "import", reference: &product.handle, actor: &actor, now };
    for ((variant, draft), units) in variants.into_iter().zip(&draft.variants).zip(&product.quantities) {
        let Some(units) = units else { continue };
        if before.get(&draft.sku) != Some(units) {
            inventory::count_to(&mut tx, variant, warehouse, *units, &count).await?;
        }
        named.insert(&draft.sku, *units);
    }
    tx.execute(
        "INSERT INTO imported_product (product_id, source_hash, quantities, imported_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (product_id) DO UPDATE SET source_hash = $2, quantities = $3, imported_at = $4",
        args![id, hash, serde_json::to_string(&named)?, now],
    )
    .await?;
    let after = serde_json::json!({ "handle": product.handle, "title": draft.title, "variants": draft.variants.len() });
    audit::record(&mut tx, &Entry::new(by.clone(), "product.import", "product", id).after(&after), now).await?;
    match mode {
        Mode::Apply => tx.commit().await?,
        Mode::DryRun => drop(tx),
    }
    Ok(if known.is_some() { Outcome::Updated } else { Outcome::Created })
}

fn source_hash(product: &Parsed) -> Result<String> {
    let images: Vec<_> = product.images.iter().map(|i| (&i.source, &i.alt, i.variant)).collect();
    let text = serde_json::to_vec(&(&product.draft, &product.quantities, &product.categories, images))?;
    Ok(hex::encode(Sha256::digest(text)))
}

#[derive(sqlx::FromRow)]
struct Stored {
    id: PictureId,
    url: String,
    source_url: Option<String>,
    width: i64,
    height: i64,
    focus_x: i64,
    focus_y: i64,
}

/// Pictures that are there stay; new ones, and those drawn so far, are fetched when somebody may fetch.
async fn pictures(
    shop: &Shop,
    product: &Parsed,
    known: Option<&Known>,
    mode: Mode,
    fetcher: Option<&Fetcher>,
    report: &mut Report,
) -> Result<Vec<DraftPicture>> {
    let stored: Vec<Stored> = match known {
        Some(known) => {
            let all = "SELECT id, url, source_url, width, height, focus_x, focus_y FROM picture WHERE product_id = $1
                 ORDER BY position, id";
            shop.db.fetch_all(all, args![known.id]).await?
        }
        None => Vec::new(),
    };
    let mut list = Vec::new();
    for image in &product.images {
        let old = stored.iter().find(|s| s.source_url.as_ref() == Some(&image.source));
        let mut picture = DraftPicture {
            id: old.map_or_else(PictureId::new, |o| o.id),
            url: String::new(),
            source_url: Some(image.source.clone()),
            alt: image.alt.clone(),
            width: old.map_or(800, |o| o.width),
            height: old.map_or(800, |o| o.height),
            variant: image.variant,
            focus: old.map_or_else(middle, |o| (o.focus_x, o.focus_y)),
            thumb: None,
        };
        if let Some(old) = old.filter(|o| o.url.starts_with("/media/")) {
            picture.url.clone_from(&old.url);
        } else if let (Mode::Apply, Some(fetcher)) = (mode, fetcher)
            && let Some(came) = fetcher.picture(&shop.media, &image.source).await?
        {
            (picture.url, picture.width, picture.height) = (came.url, came.width, came.height);
            report.pictures_stored += 1;
        } else {
            picture.url = format!("/placeholder/{}.svg", picture.id);
            report.pictures_drawn += 1;
        }
        list.push(picture);
    }
    // What the merchant added by hand stays, after what the file names.
    for own in stored.into_iter().filter(|s| s.source_url.is_none()) {
        let Stored { id, url, width, height, focus_x, focus_y, .. } = own;
        let (alt, focus) = (product.draft.title.clone(), (focus_x, focus_y));
        list.push(DraftPicture { id, url, source_url: None, alt, width, height, variant: None, focus, thumb: None });
    }
    if list.is_empty() {
        let id = PictureId::new();
        let url = format!("/placeholder/{id}.svg");
        let alt = product.draft.title.clone();
        report.pictures_drawn += 1;
        let (width, height, focus) = (800, 800, middle());
        list.push(DraftPicture { id, url, source_url: None, alt, width, height, variant: None, focus, thumb: None });
    }
    Ok(list)
}

async fn category(tx: &mut Tx, title: &str) -> Result<CategoryId> {
    let slug = slugify(title);
    let mut name = title.to_owned();
    if let Some(first) = title.chars().next().filter(|c| c.is_lowercase()) {
        // Tags are often written small; a category is a heading.
        name = first.to_uppercase().chain(title.chars().skip(1)).collect();
    }
    tx.execute(
        "INSERT INTO category (id, slug, title, position) VALUES ($1, $2, $3, (SELECT COUNT(*) FROM category c))
         ON CONFLICT (slug) DO NOTHING",
        args![CategoryId::new(), &slug, name],
    )
    .await?;
    Ok(tx.fetch_one::<(CategoryId,)>("SELECT id FROM category WHERE slug = $1", args![slug]).await?.0)
}

async fn free_slug(tx: &mut Tx, slug: &str) -> Result<String> {
    for n in 1..100 {
        let candidate = if n == 1 { slug.to_owned() } else { format!("{slug}-{n}") };
        let taken: Option<(ProductId,)> =
            tx.fetch_optional("SELECT id FROM product WHERE slug = $1", args![&candidate]).await?;
        if taken.is_none() {
            return Ok(candidate);
        }
    }
    Err(crate::Error::field("slug", "Too many products have this address."))
}

async fn warehouse(tx: &mut Tx, shop: &Shop) -> Result<WarehouseId> {
    const FIRST: &str = "SELECT id FROM warehouse ORDER BY priority, id LIMIT 1";
    if let Some((id,)) = tx.fetch_optional(FIRST, args![]).await? {
        return Ok(id);
    }
    tx.execute(
        "INSERT INTO warehouse (id, code, name, country) VALUES ($1, 'MAIN', 'Main warehouse', $2)",
        args![WarehouseId::new(), &shop.settings.home_country],
    )
    .await?;
    Ok(tx.fetch_one::<(WarehouseId,)>(FIRST, args![]).await?.0)
}
