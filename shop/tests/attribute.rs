//! Attributes: defined by the merchant, written with products, shown, found and counted.

use crate::catalogue::edit::{anna, draft};
use crate::search::catch_up;
use crate::support::TestShop;
use shop::attribute::{self, Attribute, Draft, DraftChoice, DraftValue, Kind, Step, Value};
use shop::catalogue::{self, edit};
use shop::id::{AttributeId, ProductId};
use shop::money::Currency;
use shop::search::{self, Query, Search};
use shop::{Error, Shop, args};

fn choices(values: &[&str]) -> Vec<DraftChoice> {
    values.iter().map(|value| DraftChoice { id: None, value: (*value).into(), swatch: "#a04030".into() }).collect()
}

fn definition(name: &str, kind: Kind) -> Draft {
    Draft { name: name.into(), kind, filterable: true, searchable: true, shown: true, ..Draft::default() }
}

/// One of each kind, in the order in which they are listed.
pub async fn define(shop: &Shop) -> Vec<Attribute> {
    for draft in [
        definition("Care", Kind::Text),
        Draft { unit: "cm".into(), ..definition("Width", Kind::Number) },
        definition("Dishwasher safe", Kind::Boolean),
        Draft { choices: choices(&["Oak", "Ash"]), ..definition("Wood", Kind::Choice) },
    ] {
        attribute::create(shop, &anna(), draft).await.unwrap();
    }
    attribute::all(shop, &anna()).await.unwrap()
}

pub fn values(of: &[Attribute], care: &str, width: i64, safe: bool, woods: &[usize]) -> Vec<DraftValue> {
    let wood = Value::choice(woods.iter().map(|at| of[3].choices[*at].id).collect()).unwrap();
    let all = [Value::text(care).unwrap(), Value::Number(width), Value::Boolean(safe), wood];
    let mut values: Vec<_> = of.iter().zip(all).map(|(of, value)| DraftValue { attribute: of.id, value }).collect();
    values.sort_by_key(|value| value.attribute);
    values
}

async fn product(shop: &Shop, n: usize, attributes: Vec<DraftValue>) -> ProductId {
    let mut draft = catalogue::draft::Draft { title: format!("Mug {n}"), attributes, ..draft() };
    for (at, variant) in draft.variants.iter_mut().enumerate() {
        variant.sku = format!("M{n}-{at}");
    }
    edit::create(shop, &anna(), draft).await.unwrap()
}

fn fields(error: Error) -> Vec<String> {
    let Error::Invalid(fields) = error else { panic!("{error}") };
    fields.into_iter().map(|field| field.field).collect()
}

async fn write(t: &TestShop, sql: &str, args: Vec<shop::db::Arg>) -> Result<u64, shop::db::DbError> {
    let mut tx = t.db.begin().await.unwrap();
    let written = tx.execute(sql, args).await?;
    tx.commit().await?;
    Ok(written)
}

on_both_engines! {
    async fn an_attribute_is_defined_changed_moved_and_taken_away(t: TestShop) {
        let (shop, anna) = (t.shop(), anna());
        let of = define(&shop).await;
        let names = async || attribute::list(&shop, &anna).await.unwrap().into_iter().map(|a| a.draft.name).collect::<Vec<_>>();
        attribute::put(&shop, &anna, of[3].id, Step::Up).await.unwrap();
        attribute::put(&shop, &anna, of[0].id, Step::Up).await.unwrap();
        assert_eq!(names().await, ["Care", "Width", "Wood", "Dishwasher safe"]);
        let wood = attribute::load(&shop, &anna, of[3].id).await.unwrap();
        let mut draft = wood.draft.clone();
        draft.kind = Kind::Text;
        draft.choices.swap(0, 1);
        // Values change hands, and one is new.
        (draft.choices[0].value, draft.choices[1].value) = ("Oak".into(), "Ash".into());
        draft.choices.push(DraftChoice { id: None, value: "Elm".into(), swatch: String::new() });
        attribute::update(&shop, &anna, wood.id, draft.clone(), wood.version).await.unwrap();
        let now = attribute::load(&shop, &anna, wood.id).await.unwrap();
        assert_eq!(now.draft.kind, Kind::Choice, "it stays of its kind");
        let read: Vec<_> = now.draft.choices.iter().map(|choice| choice.value.as_str()).collect();
        assert_eq!(read, ["Oak", "Ash", "Elm"]);
        assert_eq!(now.draft.choices[0].id, wood.draft.choices[1].id);
        let late = attribute::update(&shop, &anna, wood.id, draft, wood.version).await.unwrap_err();
        assert_eq!(late.problem().code, "changed");
        product(&shop, 1, values(&of, "Wipe", 1_000, true, &[0, 1])).await;
        let now = attribute::load(&shop, &anna, wood.id).await.unwrap();
        assert_eq!((now.products, now.uses), (1, vec![1, 1, 0]));
        assert_eq!(attribute::remove(&shop, &anna, wood.id).await.unwrap(), 1);
        assert!(matches!(attribute::remove(&shop, &anna, wood.id).await, Err(Error::NotFound(_))));
        assert_eq!(names().await, ["Care", "Width", "Dishwasher safe"]);
        assert_eq!(t.number("SELECT COUNT(*) FROM product_attribute").await, 3);
        assert_eq!(t.number("SELECT COUNT(*) FROM audit_log WHERE entity = 'attribute'").await, 7);
    }

    async fn names_and_keys_are_taken_once_and_there_are_not_too_many(t: TestShop) {
        let (shop, anna) = (t.shop(), anna());
        let of = define(&shop).await;
        let create = async |draft| fields(attribute::create(&shop, &anna, draft).await.unwrap_err());
        assert_eq!(create(definition("WIDTH", Kind::Text)).await, ["slug"]);
        assert_eq!(create(Draft { slug: "span".into(), ..definition("width", Kind::Text) }).await, ["name"]);
        assert_eq!(create(definition("§", Kind::Text)).await, ["slug"]);
        let width = attribute::load(&shop, &anna, of[1].id).await.unwrap();
        let care = Draft { name: "Care".into(), ..width.draft.clone() };
        assert_eq!(fields(attribute::update(&shop, &anna, of[1].id, care, width.version).await.unwrap_err()), ["name"]);
        for n in 4..shop::limits::ATTRIBUTES {
            attribute::create(&shop, &anna, definition(&format!("A{n}"), Kind::Text)).await.unwrap();
        }
        assert_eq!(create(definition("One more", Kind::Text)).await, ["name"]);
    }

    async fn a_product_has_values_and_shows_them_in_the_merchants_order(t: TestShop) {
        let (shop, anna) = (t.shop(), anna());
        let of = define(&shop).await;
        let id = product(&shop, 1, values(&of, " Wipe  with a cloth ", -18_500, false, &[1, 0, 0])).await;
        let page = async || catalogue::product_by_slug(&shop, "mug-1", Currency::EUR).await.unwrap().specs;
        let lines: Vec<_> = page().await.iter().map(|spec| format!("{}: {}", spec.name, spec.text())).collect();
        assert_eq!(lines, ["Care: Wipe with a cloth", "Width: -18.5 cm", "Dishwasher safe: No", "Wood: Oak, Ash"]);
        let edited = edit::load(&shop, &anna, "mug-1").await.unwrap();
        assert_eq!(edited.draft.attributes, values(&of, "Wipe with a cloth", -18_500, false, &[0, 1]));
        // What stays as it is is not written again.
        let noted = "SELECT COUNT(*) FROM product_change";
        let rows = "SELECT COUNT(*) FROM product_attribute";
        let before = t.number(noted).await;
        edit::update(&shop, &anna, id, edited.draft.clone(), edited.version).await.unwrap();
        let plain = t.number(noted).await - before;
        let mut draft = edited.draft;
        draft.attributes.retain(|value| value.attribute != of[3].id);
        edit::update(&shop, &anna, id, draft.clone(), edited.version + 1).await.unwrap();
        assert_eq!(t.number(noted).await - before - plain, plain + 5 + 3, "five rows went, three came");
        assert_eq!(t.number(rows).await, 3);
        // One that is hidden is not on the page; what is gone meanwhile is left out.
        let care = attribute::load(&shop, &anna, of[0].id).await.unwrap();
        attribute::update(&shop, &anna, care.id, Draft { shown: false, ..care.draft }, care.version).await.unwrap();
        assert_eq!(page().await.len(), 2);
        attribute::remove(&shop, &anna, of[0].id).await.unwrap();
        edit::update(&shop, &anna, id, draft.clone(), edited.version + 2).await.unwrap();
        assert_eq!(t.number(rows).await, 2);
        draft.attributes[0].value = Value::Text("x".repeat(501));
        let error = edit::update(&shop, &anna, id, draft, edited.version + 3).await.unwrap_err();
        assert_eq!(fields(error), [format!("attributes.{}", of[0].id)]);
    }

    async fn the_schema_refuses_what_does_not_fit_the_type(t: TestShop) {
        let shop = t.shop();
        let of = define(&shop).await;
        let colour = Draft { choices: choices(&["Red"]), ..definition("Colour", Kind::Choice) };
        let other = attribute::create(&shop, &anna(), colour).await.unwrap();
        let id = product(&shop, 1, values(&of, "Wipe", 1_000, true, &[0])).await;
        let bare = product(&shop, 2, Vec::new()).await;
        let oak = of[3].choices[0].id;
        let insert = async |product: ProductId, attribute: AttributeId, kind: &str, text: Option<&str>, number: Option<i64>, choice| {
            let sql = "INSERT INTO product_attribute (product_id, attribute_id, kind, text, number, choice_id)
                VALUES ($1, $2, $3, $4, $5, $6)";
            write(&t, sql, args![product, attribute, kind, text, number, choice]).await
        };
        for (why, refused) in [
            ("a text is no number", insert(bare, of[1].id, "text", Some("x"), None, None).await),
            ("a number has no text", insert(bare, of[1].id, "number", Some("x"), Some(1), None).await),
            ("a number is there", insert(bare, of[1].id, "number", None, None, None).await),
            ("yes or no", insert(bare, of[2].id, "boolean", None, Some(2), None).await),
            ("of its own list", insert(bare, other, "choice", None, None, Some(oak)).await),
            ("within reach", insert(bare, of[1].id, "number", None, Some(i64::MAX), None).await),
            ("one text", insert(id, of[0].id, "text", Some("x"), None, None).await),
            ("each choice once", insert(id, of[3].id, "choice", None, None, Some(oak)).await),
        ] {
            assert!(refused.is_err(), "{why}");
        }
        assert!(insert(bare, of[1].id, "number", None, Some(-5), None).await.is_ok());
        assert!(write(&t, "UPDATE attribute SET kind = 'text', unit = '' WHERE id = $1", args![of[1].id]).await.is_err());
        assert!(write(&t, "UPDATE attribute SET unit = 'cm' WHERE id = $1", args![of[0].id]).await.is_err());
    }

    async fn whoever_follows_hears_of_definitions_that_products_have(t: TestShop) {
        let (shop, anna) = (t.shop(), anna());
        let of = define(&shop).await;
        let all = "SELECT COUNT(*) FROM product_change WHERE product_id IS NULL";
        let pages = "SELECT COUNT(*) FROM page_change WHERE product_id IS NULL";
        let change = async |at: usize, change: fn(&mut Draft)| {
            let before = (t.number(all).await, t.number(pages).await);
            let mut edited = attribute::load(&shop, &anna, of[at].id).await.unwrap();
            change(&mut edited.draft);
            attribute::update(&shop, &anna, edited.id, edited.draft, edited.version).await.unwrap();
            (t.number(all).await - before.0, t.number(pages).await - before.1)
        };
        assert_eq!(change(0, |draft| draft.name = "Cleaning".into()).await, (0, 0), "nothing has it");
        product(&shop, 1, values(&of, "Wipe", 1_000, true, &[0])).await;
        assert_eq!(change(0, |draft| draft.name = "Care".into()).await, (1, 0));
        assert_eq!(change(1, |draft| draft.unit = "mm".into()).await, (1, 0));
        assert_eq!(change(1, |draft| draft.shown = false).await, (0, 1));
        assert_eq!(change(3, |draft| draft.choices[0].swatch = "#000000".into()).await, (0, 1));
        assert_eq!(change(3, |draft| draft.choices[0].value = "Old oak".into()).await.0, 2, "freed, then written");
        let before = t.number(pages).await;
        attribute::put(&shop, &anna, of[0].id, Step::Down).await.unwrap();
        assert_eq!(t.number(pages).await - before, 2);
    }

    async fn products_are_found_and_counted_by_what_they_are_like(t: TestShop) {
        let (shop, anna, search) = (t.shop(), anna(), Search::in_memory());
        let of = define(&shop).await;
        for n in 1..=12 {
            let woods: &[usize] = if n % 2 == 0 { &[0] } else { &[0, 1] };
            let width = i64::try_from(n).unwrap() * 1_500;
            product(&shop, n, values(&of, if n == 7 { "Polish weekly" } else { "Wipe" }, width, n < 4, woods)).await;
        }
        catch_up(&shop, &search).await;
        let find = async |text: &str, chosen: &[(&str, &str)]| {
            let attributes = chosen.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            let query = Query { text: text.into(), attributes, rows: 100, ..Query::everything(Currency::EUR) };
            search::find(&shop, &search, &query).await.unwrap()
        };
        let counts = |found: &search::Found, name: &str| -> Vec<(String, usize)> {
            let of = found.attributes.iter().find(|attribute| attribute.name == name).unwrap();
            of.values.iter().map(|facet| (facet.title.clone(), facet.count)).collect()
        };
        let is = |list: &[(&str, usize)]| list.iter().map(|(title, count)| ((*title).to_owned(), *count)).collect::<Vec<_>>();
        let found = find("", &[]).await;
        let names: Vec<_> = found.attributes.iter().map(|attribute| attribute.name.as_str()).collect();
        assert_eq!(names, ["Size", "Care", "Width", "Dishwasher safe", "Wood"], "options, then the merchant's order");
        assert_eq!(counts(&found, "Wood"), is(&[("Oak", 12), ("Ash", 6)]));
        assert_eq!(found.attributes[4].values[0].swatch.as_deref(), Some("#a04030"));
        assert_eq!(counts(&found, "Dishwasher safe"), is(&[("Yes", 3), ("No", 9)]));
        assert_eq!(
            counts(&found, "Width"),
            is(&[("0 to under 5 cm", 3), ("5 to under 10 cm", 3), ("10 to under 15 cm", 3), ("15 to under 20 cm", 3)])
        );
        // "Or" within an attribute, "and" between them.
        assert_eq!(find("", &[("Wood", "Ash"), ("Wood", "Oak")]).await.total, 12);
        let found = find("", &[("Wood", "Ash"), ("Width", "0..5"), ("Width", "15..20")]).await;
        assert_eq!(found.total, 3, "the first, third and eleventh");
        assert_eq!(counts(&found, "Dishwasher safe"), is(&[("Yes", 2), ("No", 1)]));
        assert_eq!(counts(&found, "Width").iter().map(|(_, count)| count).sum::<usize>(), 6, "as if none were chosen in it");
        assert!(found.attributes.iter().flat_map(|a| &a.values).filter(|facet| facet.chosen).count() == 3);
        assert_eq!(find("", &[("Width", "9 cm")]).await.total, 1, "a value itself can be asked for, too");
        // By its words.
        assert_eq!(find("polish", &[]).await.total, 1);
        assert_eq!(find("dishwasher safe", &[]).await.total, 3);
        assert_eq!(find("ash mug", &[]).await.total, 6);
        let care = attribute::load(&shop, &anna, of[0].id).await.unwrap();
        let quiet = Draft { searchable: false, filterable: false, ..care.draft };
        attribute::update(&shop, &anna, care.id, quiet, care.version).await.unwrap();
        attribute::remove(&shop, &anna, of[3].id).await.unwrap();
        catch_up(&shop, &search).await;
        let found = find("", &[]).await;
        assert!(!found.attributes.iter().any(|attribute| attribute.name == "Care" || attribute.name == "Wood"));
        assert_eq!(find("weekly", &[]).await.total, 0);
    }

    async fn a_value_that_is_no_choice_any_more_is_nobodys(t: TestShop) {
        let (shop, anna) = (t.shop(), anna());
        let of = define(&shop).await;
        product(&shop, 1, values(&of, "Wipe", 1_000, true, &[0, 1])).await;
        let mut wood = attribute::load(&shop, &anna, of[3].id).await.unwrap();
        wood.draft.choices.remove(0);
        attribute::update(&shop, &anna, wood.id, wood.draft, wood.version).await.unwrap();
        let specs = catalogue::product_by_slug(&shop, "mug-1", Currency::EUR).await.unwrap().specs;
        assert_eq!(specs.last().unwrap().values, ["Ash"]);
    }
}
