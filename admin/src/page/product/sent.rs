//! Between a product and the fields of its form: one name per value, the same names that refusals use.
//!
//! `attributes.<id>` is the value of an attribute (`attributes.rs`); `variants.2.prices.EUR` is the price in euros of the third row; `options.0.values` a comma-separated list;
//! `variants.2.remove` and `pictures.1.remove` take a row away. Rows are numbered again when the form is read.

use super::{attributes, delivery};
use crate::date;
use crate::form::{Form, list};
use shop::FieldError;
use shop::attribute::Attribute;
use shop::catalogue::ProductOption;
use shop::catalogue::draft::{Draft, DraftPicture, DraftPrice, DraftVariant, Status, slugify};
use shop::limits::{OPTIONS, PICTURES, VARIANTS};
use shop::money::{Currency, Money};

/// The form that shows `draft`.
pub fn form_of(draft: &Draft, version: i64) -> Form {
    let mut form = Form::new("product")
        .with("version", version)
        .with("title", &draft.title)
        .with("slug", &draft.slug)
        .with("description_html", &draft.description_html)
        .with("brand", &draft.brand)
        .with("product_type", &draft.product_type)
        .with("status", draft.status.code())
        .with("publish_at", draft.publish_at.map(date::local).unwrap_or_default())
        .with("tags", draft.tags.join(", "))
        .with("seo_title", &draft.seo_title)
        .with("seo_description", &draft.seo_description);
    for category in &draft.categories {
        form = form.with("category", category);
    }
    form = attributes::with_values(form, &draft.attributes);
    for (at, option) in draft.options.iter().enumerate() {
        form = form
            .with(&format!("options.{at}.name"), &option.name)
            .with(&format!("options.{at}.values"), option.values.join(", "));
    }
    for (at, variant) in draft.variants.iter().enumerate() {
        form = with_variant(form, at, variant);
    }
    form = delivery::with_values(form, draft);
    for (at, picture) in draft.pictures.iter().enumerate() {
        form = form
            .with(&format!("pictures.{at}.id"), picture.id)
            .with(&format!("pictures.{at}.alt"), &picture.alt)
            .with(&format!("pictures.{at}.focus_x"), picture.focus.0)
            .with(&format!("pictures.{at}.focus_y"), picture.focus.1);
    }
    form
}

fn with_variant(mut form: Form, at: usize, variant: &DraftVariant) -> Form {
    let name = |part: &str| format!("variants.{at}.{part}");
    form = form
        .with(&name("id"), variant.id.map(|id| id.to_string()).unwrap_or_default())
        .with(&name("sku"), &variant.sku)
        .with(&name("barcode"), variant.barcode.as_deref().unwrap_or_default())
        .with(&name("weight_grams"), variant.weight_grams);
    if variant.tracked {
        form = form.with(&name("tracked"), "on");
    }
    for (option, value) in variant.option_values.iter().enumerate() {
        form = form.with(&name(&format!("value.{option}")), value);
    }
    for price in &variant.prices {
        form = form.with(&name(&format!("prices.{}", price.currency)), price.currency.money(price.amount).decimal());
        if let Some(before) = price.compare_at {
            form = form.with(&name(&format!("compare.{}", price.currency)), price.currency.money(before).decimal());
        }
    }
    form
}

/// Rows of a kind that were sent: those with a field of this name.
pub(super) fn rows(form: &Form, kind: &str, field: &str, most: usize) -> Vec<usize> {
    let known = |at: &usize| form.values.iter().any(|(name, _)| *name == format!("{kind}.{at}.{field}"));
    (0..most).filter(known).collect()
}

/// What the form says, on top of what is stored (`before`), and what cannot be read of it. Rows that are to go are gone.
pub fn read(
    form: &Form,
    before: &Draft,
    currencies: &[Currency],
    attributes: &[Attribute],
) -> (Draft, Vec<FieldError>) {
    let mut errors = Vec::new();
    let text = |name: &str| form.value(name).trim().to_owned();
    let options: Vec<ProductOption> = (0..OPTIONS)
        .map(|at| ProductOption {
            name: text(&format!("options.{at}.name")),
            values: list(form.value(&format!("options.{at}.values"))),
        })
        .filter(|option| !option.name.is_empty() || !option.values.is_empty())
        .collect();
    let mut variants = Vec::new();
    for row in rows(form, "variants", "sku", VARIANTS) {
        if !form.is_on(&format!("variants.{row}.remove")) {
            let at = variants.len();
            variants.push(variant(form, row, at, before, options.len(), currencies, &mut errors));
        }
    }
    let publish_at = match text("publish_at").as_str() {
        "" => None,
        typed => {
            // The field holds minutes; a time that was set to the second stays what it is.
            let kept = before.publish_at.filter(|at| date::local(*at) == typed);
            let at = kept.or_else(|| date::parse_local(typed));
            if at.is_none() {
                let message = "Enter a day and a time like 2026-12-01T09:00.".to_owned();
                errors.push(FieldError { field: "publish_at".into(), message });
            }
            at
        }
    };
    let slug = text("slug");
    let attributes = attributes::read(form, &before.attributes, attributes, &mut errors);
    let pictures = pictures(form, before, &variants, &mut errors);
    let draft = Draft {
        publish_at,
        slug: if slug.is_empty() { slugify(form.value("title")) } else { slug },
        title: text("title"),
        description_html: form.value("description_html").to_owned(),
        brand: text("brand"),
        product_type: text("product_type"),
        status: Status::parse(form.value("status")).unwrap_or_default(),
        tags: list(form.value("tags")),
        options,
        categories: form.all("category").filter_map(|id| id.parse().ok()).collect(),
        attributes,
        seo_title: text("seo_title"),
        seo_description: text("seo_description"),
        pictures,
        variants,
    };
    (draft, errors)
}

fn variant(
    form: &Form,
    row: usize,
    at: usize,
    before: &Draft,
    options: usize,
    currencies: &[Currency],
    errors: &mut Vec<FieldError>,
) -> DraftVariant {
    let sent = |part: &str| form.value(&format!("variants.{row}.{part}")).trim().to_owned();
    let mut refuse = |part: &str, message: String| {
        errors.push(FieldError { field: format!("variants.{at}.{part}"), message });
    };
    let id = sent("id").parse().ok();
    let stored = before.variants.iter().find(|v| v.id.is_some() && v.id == id).cloned().unwrap_or_default();
    // Currencies the shop no longer shows keep their prices.
    let mut prices: Vec<DraftPrice> =
        stored.prices.iter().filter(|price| !currencies.contains(&price.currency)).copied().collect();
    for currency in currencies {
        let example = currency.money(1250).decimal();
        let mut money = |part: &str| {
            let text = sent(&format!("{part}.{currency}"));
            let parsed = Money::parse(&text, *currency).map(|money| money.amount);
            if parsed.is_none() && !text.is_empty() {
                refuse(&format!("{part}.{currency}"), format!("Enter an amount like {example}."));
            }
            parsed
        };
        let (amount, compare_at) = (money("prices"), money("compare"));
        match amount {
            Some(amount) => prices.push(DraftPrice { currency: *currency, amount, compare_at }),
            None if compare_at.is_some() => {
                refuse(&format!("prices.{currency}"), "A price before needs a price now.".to_owned());
            }
            None => {}
        }
    }
    let weight = sent("weight_grams");
    let weight_grams = if weight.is_empty() { Some(0) } else { weight.parse().ok() };
    if weight_grams.is_none() {
        refuse("weight_grams", "Enter whole grams, like 250.".to_owned());
    }
    let variant = DraftVariant {
        id,
        sku: sent("sku"),
        barcode: Some(sent("barcode")).filter(|code| !code.is_empty()),
        option_values: (0..options).map(|option| sent(&format!("value.{option}"))).collect(),
        prices,
        weight_grams: weight_grams.unwrap_or_default(),
        tracked: form.is_on(&format!("variants.{row}.tracked")),
        ..stored
    };
    delivery::apply(form, variant)
}

/// The stored pictures in their new order, with their new texts. Those that the form does not name came after it was
/// drawn and stay behind the others: only a ticked box takes one away.
fn pictures(form: &Form, before: &Draft, variants: &[DraftVariant], errors: &mut Vec<FieldError>) -> Vec<DraftPicture> {
    let mut sent: Vec<DraftPicture> = Vec::new();
    let mut named = Vec::new();
    for row in rows(form, "pictures", "id", PICTURES) {
        let value = |part: &str| form.value(&format!("pictures.{row}.{part}")).trim();
        let stored = before.pictures.iter().find(|picture| picture.id.to_string() == value("id"));
        let Some(stored) = stored.filter(|stored| !named.contains(&stored.id)) else { continue };
        named.push(stored.id);
        if form.is_on(&format!("pictures.{row}.remove")) {
            continue;
        }
        let mut percent = |part: &str, before: i64| {
            let typed = value(part);
            typed.parse().unwrap_or_else(|_| {
                if !typed.is_empty() {
                    let field = format!("pictures.{}.{part}", sent.len());
                    errors.push(FieldError { field, message: "Enter a whole number from 0 to 100.".into() });
                }
                before
            })
        };
        let focus = (percent("focus_x", stored.focus.0), percent("focus_y", stored.focus.1));
        sent.push(DraftPicture { alt: value("alt").to_owned(), focus, ..stored.clone() });
    }
    sent.extend(before.pictures.iter().filter(|picture| !named.contains(&picture.id)).cloned());
    for picture in &mut sent {
        let shows = picture.variant.and_then(|at| before.variants.get(at)).and_then(|v| v.id);
        picture.variant = shows.and_then(|id| variants.iter().position(|v| v.id == Some(id)));
    }
    sent
}

/// The draft with one picture moved by one place, when `asked` is `picture-up-2` or `picture-down-2`: what the buttons of
/// the list send, counting from 0. `None` for anything else.
pub fn with_moved_picture(draft: &Draft, asked: &str) -> Option<Draft> {
    let (towards, at) = asked.strip_prefix("picture-")?.split_once('-')?;
    let at: usize = at.parse().ok()?;
    let to = match towards {
        "up" => at.checked_sub(1)?,
        "down" => at.checked_add(1)?,
        _ => return None,
    };
    let mut draft = draft.clone();
    if at.max(to) < draft.pictures.len() {
        draft.pictures.swap(at, to);
    }
    Some(draft)
}

/// Adds a row for every combination of option values that has none, with a SKU made from slug and values. Rows whose
/// values the options no longer have keep standing and are refused on saving until they are mended or removed.
pub fn with_matrix(mut draft: Draft) -> Draft {
    let mut combinations: Vec<Vec<String>> = vec![Vec::new()];
    for option in &draft.options {
        combinations = combinations
            .iter()
            .flat_map(|known| option.values.iter().map(|value| [known.clone(), vec![value.clone()]].concat()))
            .take(VARIANTS)
            .collect();
    }
    let template = draft.variants.first().cloned().unwrap_or_default();
    // A product that had one variant without options: that variant becomes the first combination.
    if let ([only], Some(first)) = (draft.variants.as_mut_slice(), combinations.first())
        && only.option_values.iter().all(String::is_empty)
    {
        only.option_values.clone_from(first);
    }
    for values in combinations {
        if draft.variants.len() < VARIANTS && !draft.variants.iter().any(|v| v.option_values == values) {
            let sku = std::iter::once(&draft.slug)
                .chain(&values)
                .map(|part| slugify(part).to_uppercase())
                .collect::<Vec<_>>()
                .join("-");
            draft.variants.push(DraftVariant {
                id: None,
                sku,
                barcode: None,
                option_values: values,
                ..template.clone()
            });
        }
    }
    draft
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mug() -> Draft {
        Draft {
            title: "Mug".into(),
            slug: "mug".into(),
            publish_at: Some(1_795_341_600_123),
            options: vec![ProductOption { name: "Size".into(), values: vec!["S".into(), "L".into()] }],
            variants: vec![DraftVariant {
                sku: "MUG".into(),
                option_values: vec![String::new()],
                ..Default::default()
            }],
            ..Draft::default()
        }
    }

    #[test]
    fn a_form_reads_back_as_the_product_it_shows() {
        let mut draft = with_matrix(mug());
        draft.variants[1].prices = vec![DraftPrice { currency: Currency::EUR, amount: 1250, compare_at: Some(1500) }];
        let (read_back, errors) = read(&form_of(&draft, 1), &draft, &[Currency::EUR], &[]);
        assert_eq!(errors, []);
        assert_eq!(read_back, draft);
    }

    #[test]
    fn a_time_that_cannot_be_read_is_refused_by_name() {
        let draft = with_matrix(mug());
        let mut form = form_of(&draft, 1);
        form.values.retain(|(name, _)| name != "publish_at");
        let (_, errors) = read(&form.with("publish_at", "tomorrow"), &draft, &[Currency::EUR], &[]);
        assert_eq!(errors[0].field, "publish_at");
    }

    fn with_pictures(count: usize) -> Draft {
        let picture = |at: usize| DraftPicture {
            id: shop::id::PictureId(uuid::Uuid::from_u128(at as u128)),
            url: format!("/media/{at}.png"),
            source_url: None,
            alt: at.to_string(),
            width: 10,
            height: 10,
            variant: None,
            focus: (50, 50),
            thumb: None,
        };
        Draft { pictures: (0..count).map(picture).collect(), ..with_matrix(mug()) }
    }

    fn texts(draft: &Draft) -> Vec<&str> {
        draft.pictures.iter().map(|picture| picture.alt.as_str()).collect()
    }

    #[test]
    fn a_picture_moves_by_one_place_and_not_over_the_edge() {
        let draft = with_pictures(3);
        assert_eq!(texts(&with_moved_picture(&draft, "picture-up-2").unwrap()), ["0", "2", "1"]);
        assert_eq!(texts(&with_moved_picture(&draft, "picture-down-0").unwrap()), ["1", "0", "2"]);
        assert_eq!(texts(&with_moved_picture(&draft, "picture-down-2").unwrap()), ["0", "1", "2"]);
        assert!(with_moved_picture(&draft, "picture-up-0").is_none());
        assert!(with_moved_picture(&draft, "save").is_none());
    }

    #[test]
    fn pictures_that_came_meanwhile_stay_and_ticked_ones_go() {
        let form = form_of(&with_pictures(2), 1).with("pictures.0.remove", "on");
        let (draft, errors) = read(&form, &with_pictures(3), &[Currency::EUR], &[]);
        assert_eq!((texts(&draft), errors), (vec!["1", "2"], vec![]));
    }

    #[test]
    fn a_focus_that_cannot_be_read_is_refused_by_name() {
        let draft = with_pictures(2);
        let mut form = form_of(&draft, 1).with("pictures.0.remove", "on");
        form.values.retain(|(name, _)| name != "pictures.1.focus_x");
        let (_, errors) = read(&form.with("pictures.1.focus_x", "left"), &draft, &[Currency::EUR], &[]);
        assert_eq!(errors[0].field, "pictures.0.focus_x");
    }

    #[test]
    fn the_matrix_has_every_combination_once() {
        let draft = with_matrix(with_matrix(mug()));
        let rows: Vec<_> = draft.variants.iter().map(|v| (v.sku.as_str(), v.option_values.join("/"))).collect();
        assert_eq!(rows, [("MUG", "S".to_owned()), ("MUG-L", "L".to_owned())]);
    }

    #[test]
    fn a_price_that_cannot_be_read_is_refused_by_name() {
        let draft = with_matrix(mug());
        let form = form_of(&draft, 1).with("variants.1.prices.EUR", "twelve");
        let (_, errors) = read(&form, &draft, &[Currency::EUR], &[]);
        assert_eq!(errors[0].field, "variants.1.prices.EUR");
        assert!(errors[0].message.contains("12.50"));
    }
}
