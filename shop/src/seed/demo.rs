//! The demo shop: a maker of plain, warm things for the home, with pictures drawn for each.
//!
//! Running it again adds what is missing and leaves what is there, so that a merchant who plays with the demo shop
//! keeps the changes.

mod attribute;
mod collection;
mod promotion;
mod range;
mod review;

use super::illustration::{self, Shot};
use super::{Progress, delivery};
use crate::catalogue::draft::{Draft, DraftPicture, DraftPrice, DraftVariant, Status, middle, slugify};
use crate::catalogue::{ProductOption, write};
use crate::db::Tx;
use crate::id::{CategoryId, PictureId, ProductId, VariantId, WarehouseId};
use crate::inventory::{self, Count};
use crate::media::Kind;
use crate::money::Currency;
use crate::{Result, Shop, args};
use range::{GROUPS, ITEMS, Item};
use std::collections::{HashMap, HashSet};

/// Adds the demo range, warehouses, delivery, tax, attributes, reviews and collections to the shop; the number of products that were missing.
pub async fn demo(shop: &Shop, progress: Progress<'_>) -> Result<usize> {
    delivery::fill(shop).await?;
    let categories = categories(shop).await?;
    let attributes = attribute::fill(shop).await?;
    let warehouses: Vec<(WarehouseId,)> =
        shop.db.fetch_all("SELECT id FROM warehouse ORDER BY priority, id LIMIT 2", args![]).await?;
    let there: Vec<(String,)> = shop.db.fetch_all("SELECT slug FROM product", args![]).await?;
    let there: HashSet<String> = there.into_iter().map(|(slug,)| slug).collect();
    let mut added = 0;
    for step in 0..ITEMS.len() {
        // Spread the kinds, so that the newest products are not all of the last category.
        let at = step * 29 % ITEMS.len();
        let item = &ITEMS[at];
        progress(step, ITEMS.len());
        if there.contains(&slugify(item.title)) {
            continue;
        }
        let mut draft = draft(item, at, categories.get(item.group).copied());
        draft.attributes = attribute::values(item, &attributes);
        draft.pictures = pictures(shop, item, at, &draft).await?;
        draft.check()?;
        let mut tx = shop.db.begin().await?;
        let variants = insert(&mut tx, &draft, shop.now_ms()).await?;
        let count = Count { reason: "initial", reference: "demo", actor: "cli", now: shop.now_ms() };
        for (n, variant) in variants.into_iter().enumerate() {
            for (warehouse, units) in warehouses.iter().zip(on_hand(at * 7 + n)) {
                inventory::count_to(&mut tx, variant, warehouse.0, units, &count).await?;
            }
        }
        tx.commit().await?;
        added += 1;
    }
    review::fill(shop).await?;
    collection::fill(shop).await?;
    promotion::fill(shop).await?;
    progress(ITEMS.len(), ITEMS.len());
    Ok(added)
}

/// What is reduced was sold for its full price before, so that the shop can say what the lowest price was.
async fn insert(tx: &mut Tx, draft: &Draft, now: i64) -> Result<Vec<VariantId>> {
    const DAY_MS: i64 = 24 * 60 * 60 * 1000;
    let id = ProductId::new();
    let mut before = draft.clone();
    for price in before.variants.iter_mut().flat_map(|variant| &mut variant.prices) {
        price.amount = price.compare_at.take().unwrap_or(price.amount);
    }
    if before == *draft {
        return write::insert(tx, id, draft, None, now).await;
    }
    write::insert(tx, id, &before, None, now - 60 * DAY_MS).await?;
    write::update(tx, id, draft, None, now - 7 * DAY_MS).await
}

/// Units in the two warehouses: mostly plenty, some low, a few sold out.
fn on_hand(seed: usize) -> [i64; 2] {
    let n = i64::try_from(seed % 37).unwrap_or(0);
    match seed % 17 {
        3 => [0, 0],
        7 | 11 => [2, 0],
        13 => [0, 3],
        _ => [12 + n, 4 + n / 2],
    }
}

async fn categories(shop: &Shop) -> Result<HashMap<&'static str, CategoryId>> {
    let mut ids = HashMap::new();
    for (at, group) in GROUPS.iter().enumerate() {
        let svg = illustration::category(&group.picture, at as u64);
        let url = shop.media.store(svg.as_bytes(), Kind::Svg).await?;
        let mut tx = shop.db.begin().await?;
        let parent = group.parent.and_then(|slug| ids.get(slug)).copied();
        let position = i64::try_from(at).unwrap_or(0);
        insert_category(&mut tx, parent, group, &url, position).await?;
        tx.commit().await?;
        let (id,): (CategoryId,) =
            shop.db.fetch_one("SELECT id FROM category WHERE slug = $1", args![group.slug]).await?;
        ids.insert(group.slug, id);
    }
    Ok(ids)
}

async fn insert_category(
    tx: &mut Tx,
    parent: Option<CategoryId>,
    group: &range::Group,
    url: &str,
    position: i64,
) -> Result<()> {
    tx.execute(
        "INSERT INTO category (id, parent_id, slug, title, description, picture_url, position)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (slug) DO NOTHING",
        args![CategoryId::new(), parent, group.slug, group.title, group.description, url, position],
    )
    .await?;
    Ok(())
}

fn draft(item: &Item, at: usize, category: Option<CategoryId>) -> Draft {
    let mut options = Vec::new();
    if item.colours.len() > 1 {
        options.push(ProductOption {
            name: "Colour".into(),
            values: item.colours.iter().map(|(name, _)| (*name).to_owned()).collect(),
        });
    }
    if item.sizes.len() > 1 {
        let name = if item.sizes.iter().all(|(_, more)| *more == 0) { "Paper" } else { "Size" };
        options.push(ProductOption {
            name: name.into(),
            values: item.sizes.iter().map(|(s, _)| (*s).to_owned()).collect(),
        });
    }
    let facts: String = ["<li>", &item.facts.join("</li><li>"), "</li>"].concat();
    Draft {
        title: item.title.into(),
        slug: slugify(item.title),
        description_html: format!("<p>{}</p><ul>{facts}</ul>", item.story),
        brand: "Mercer".into(),
        product_type: format!("{:?}", item.object),
        status: Status::Published,
        publish_at: None,
        tags: vec![item.group.to_owned()],
        options,
        categories: category.into_iter().collect(),
        attributes: Vec::new(),
        seo_title: String::new(),
        seo_description: item.story.into(),
        variants: variants(item, at),
        pictures: Vec::new(),
    }
}

fn variants(item: &Item, at: usize) -> Vec<DraftVariant> {
    let sizes: &[(&str, i64)] = if item.sizes.is_empty() { &[("", 0)] } else { item.sizes };
    let mut list = Vec::new();
    for (colour, _) in item.colours {
        for (n, (size, more)) in sizes.iter().enumerate() {
            let mut option_values = Vec::new();
            let mut sku = format!("M{:03}", at + 1);
            if item.colours.len() > 1 {
                option_values.push((*colour).to_owned());
                sku = format!("{sku}-{}", colour[..3].to_uppercase());
            }
            if item.sizes.len() > 1 {
                option_values.push((*size).to_owned());
                sku = format!("{sku}-{}", n + 1);
            }
            list.push(DraftVariant {
                sku,
                option_values,
                prices: prices(item.price + more, if item.was > 0 { item.was + more } else { 0 }),
                weight_grams: item.grams + if *more > 0 { item.grams / 2 } else { 0 },
                cost: Some((item.price + more) * 2 / 5),
                ..DraftVariant::default()
            });
        }
    }
    list
}

/// Shelf prices in three currencies, tax included where that is the custom.
fn prices(euro_cents: i64, was: i64) -> Vec<DraftPrice> {
    [(Currency::EUR, 100), (Currency::USD, 115), (Currency::GBP, 88)]
        .map(|(currency, percent)| DraftPrice {
            currency,
            amount: shelf(euro_cents * percent / 100),
            compare_at: (was > 0).then(|| shelf(was * percent / 100)),
        })
        .to_vec()
}

/// The nearest 0.50, above 100 the nearest whole.
fn shelf(cents: i64) -> i64 {
    let step = if cents >= 10_000 { 100 } else { 50 };
    (cents + step / 2) / step * step
}

async fn pictures(shop: &Shop, item: &Item, at: usize, draft: &Draft) -> Result<Vec<DraftPicture>> {
    let seed = at as u64;
    let colours: Vec<_> = item.colours.iter().map(|(_, c)| *c).collect();
    let mut shots = vec![(Shot::Studio, 0, "")];
    shots.push((Shot::Room, 0, ", at home"));
    shots.push((
        if at.is_multiple_of(2) && item.object.stands() { Shot::Above } else { Shot::Detail },
        0,
        ", a closer look",
    ));
    if colours.len() > 1 {
        shots.push((Shot::Together, 0, ", in its colours"));
    }
    shots.extend((1..colours.len()).map(|n| (Shot::Studio, n, "")));
    let mut list = Vec::new();
    for (shot, n, note) in shots {
        let mut order = colours.clone();
        order.rotate_left(n);
        let svg = illustration::picture(item.object, &order, shot, seed);
        let (name, _) = item.colours[n];
        let alone = item.colours.len() == 1;
        list.push(DraftPicture {
            id: PictureId::new(),
            url: shop.media.store(svg.as_bytes(), Kind::Svg).await?,
            source_url: None,
            alt: if alone {
                format!("{}{note}", item.title)
            } else {
                format!("{} in {}{note}", item.title, name.to_lowercase())
            },
            width: 800,
            height: 800,
            variant: (shot == Shot::Studio && !alone)
                .then(|| draft.variants.iter().position(|v| v.option_values.first().is_some_and(|c| c == name)))
                .flatten(),
            focus: middle(),
            thumb: None,
        });
    }
    Ok(list)
}
