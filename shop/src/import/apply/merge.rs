//! What a product is to become: as the file says, and as it is where the file says nothing.

use super::super::item::{Given, Item};
use super::super::plan::Plan;
use crate::Result;
use crate::catalogue::draft::{Draft, DraftVariant, Status, slugify};
use crate::catalogue::stored::Stored;

/// The address that a new product asks for.
pub fn slug(item: &Item) -> String {
    if item.draft.slug.is_empty() { slugify(&item.key) } else { item.draft.slug.clone() }
}

/// A new product within bounds, to be checked once it has categories and pictures.
pub fn created(item: &Item, plan: &Plan) -> Result<Draft> {
    let mut draft = item.draft.clone();
    draft.slug = slug(item);
    if draft.status != Status::Draft {
        draft.publish_at = None;
    }
    for at in 0..draft.variants.len() {
        draft.variants[at].sku = item.sku(at);
    }
    // Bounds first: the sanitiser should not be fed megabytes.
    draft.check()?;
    draft.description_html = clean(&draft.description_html, plan.given.own);
    Ok(draft)
}

/// The product that is there with what the file says of it, within bounds; categories and pictures as they are.
pub fn changed(item: &Item, stored: &Stored, plan: &Plan) -> Result<Draft> {
    let (given, file, before) = (&plan.given, &item.draft, &stored.draft);
    let mut draft = before.clone();
    draft.title.clone_from(&file.title);
    for (is_given, to, from) in [
        // The merchant may have given the page another address since; a file of our own knows it.
        (given.own && !file.slug.is_empty(), &mut draft.slug, &file.slug),
        (given.brand, &mut draft.brand, &file.brand),
        (given.product_type, &mut draft.product_type, &file.product_type),
        (given.seo_title, &mut draft.seo_title, &file.seo_title),
        (given.seo_description, &mut draft.seo_description, &file.seo_description),
        (
            given.description && file.description_html != before.description_html,
            &mut draft.description_html,
            &file.description_html,
        ),
    ] {
        if is_given {
            to.clone_from(from);
        }
    }
    if given.status {
        draft.status = file.status;
    }
    draft.publish_at = match (draft.status, given.own) {
        (Status::Draft, true) => file.publish_at,
        (Status::Draft, false) => draft.publish_at,
        _ => None,
    };
    if given.tags {
        draft.tags.clone_from(&file.tags);
    }
    if given.variants {
        draft.options.clone_from(&file.options);
        draft.variants = variants(item, before, given);
        renumber(&mut draft, before);
    }
    draft.check()?;
    if draft.description_html != before.description_html {
        draft.description_html = clean(&draft.description_html, given.own);
    }
    Ok(draft)
}

fn variants(item: &Item, before: &Draft, given: &Given) -> Vec<DraftVariant> {
    let mut free: Vec<&DraftVariant> = before.variants.iter().collect();
    let mut merged = Vec::with_capacity(item.draft.variants.len());
    for (at, file) in item.draft.variants.iter().enumerate() {
        let place = free.iter().position(|v| v.sku == file.sku).or_else(|| {
            free.iter().position(|v| {
                v.option_values == file.option_values && !item.draft.variants.iter().any(|other| other.sku == v.sku)
            })
        });
        merged.push(match place {
            Some(place) => variant(file, free.remove(place), given),
            None => DraftVariant { sku: item.sku(at), ..file.clone() },
        });
    }
    merged
}

fn variant(file: &DraftVariant, before: &DraftVariant, given: &Given) -> DraftVariant {
    let pick = |is_given: bool| if is_given { file } else { before };
    // Prices in currencies that the file does not speak of stay.
    let spoken = |currency| given.currencies.contains(&currency);
    let default = file.prices.iter().find(|price| !spoken(price.currency));
    let mut prices: Vec<_> = before.prices.iter().filter(|p| !spoken(p.currency)).copied().collect();
    if let Some(price) = default {
        let compare_at = match prices.iter().find(|p| p.currency == price.currency) {
            Some(known) if !given.compare_at => known.compare_at,
            _ => price.compare_at,
        };
        prices.retain(|p| p.currency != price.currency);
        prices.push(crate::catalogue::draft::DraftPrice { compare_at, ..*price });
    } else if given.own && given.price {
        prices.retain(|p| Some(p.currency) != given.default);
    }
    prices.extend(file.prices.iter().filter(|p| spoken(p.currency)).copied());
    prices.sort_by_key(|price| price.currency.code());
    let barcode = pick(given.barcode).barcode.clone().filter(|code| !code.is_empty());
    // Nothing and an empty text are the same in a file.
    let barcode =
        if barcode.is_none() && before.barcode.as_deref() == Some("") { Some(String::new()) } else { barcode };
    DraftVariant {
        id: before.id,
        sku: if file.sku.is_empty() { before.sku.clone() } else { file.sku.clone() },
        barcode,
        option_values: file.option_values.clone(),
        prices,
        weight_grams: pick(given.weight).weight_grams,
        tracked: pick(given.tracked).tracked,
        taxable: pick(given.taxable).taxable,
        requires_shipping: pick(given.shipping).requires_shipping,
        tax_class: pick(given.own).tax_class.clone(),
        cost: pick(given.cost).cost,
        gift_card: pick(given.gift_card).gift_card,
    }
    .settled()
}

/// Pictures show the same variants as before, wherever in the list these are now.
fn renumber(draft: &mut Draft, before: &Draft) {
    for picture in &mut draft.pictures {
        let shown = picture.variant.and_then(|at| before.variants.get(at)).and_then(|variant| variant.id);
        picture.variant = shown.and_then(|id| draft.variants.iter().position(|variant| variant.id == Some(id)));
    }
}

/// Safe HTML. In a foreign file pictures are left out and plain text becomes one paragraph.
fn clean(html: &str, own: bool) -> String {
    if own {
        return ammonia::clean(html);
    }
    let safe = ammonia::Builder::default().rm_tags(["img"]).clean(html).to_string();
    let safe = safe.trim();
    if safe.is_empty() || safe.contains("<p") || safe.contains("<ul") || safe.contains("<div") || safe.contains("<h") {
        safe.to_owned()
    } else {
        format!("<p>{safe}</p>")
    }
}
