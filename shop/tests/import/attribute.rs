//! Attributes in files: Shopify's metafields and WooCommerce's attributes that no variation names.

use super::{digest, export, import};
use crate::attribute::{define, values};
use crate::catalogue::edit::{anna, draft};
use crate::support::TestShop;
use shop::attribute::{self, Kind};
use shop::catalogue::{self, edit};
use shop::import::{Format, Mode};
use shop::money::Currency;

async fn specs(t: &TestShop, slug: &str) -> Vec<String> {
    let product = catalogue::product_by_slug(&t.shop(), slug, Currency::EUR).await.unwrap();
    product.specs.iter().map(|spec| format!("{}: {}", spec.name, spec.text())).collect()
}

const METAFIELDS: &str = "Handle,Title,Variant Price,Care (product.metafields.custom.care),\
    Breadth (product.metafields.custom.width),safe (product.metafields.custom.dishwasher_safe),\
    Timber (product.metafields.custom.wood),Country of origin (product.metafields.custom.country_of_origin),\
    Rating (product.metafields.reviews.rating)";

on_both_engines! {
    async fn metafields_are_read_by_the_type_of_the_attribute(t: TestShop) {
        let of = define(&t.shop()).await;
        let file = format!("{METAFIELDS}\nbowl,Bowl,1,Wipe,\"18,5 cm\",TRUE,\"[\"\"ash\"\",\"\"Elm\"\"]\",Japan,5\n");
        let report = import(&t, Format::Shopify, file.as_bytes(), Mode::Apply).await;
        assert_eq!(report.errors, []);
        let all = ["Care: Wipe", "Width: 18.5 cm", "Dishwasher safe: Yes", "Wood: Ash, Elm", "Country of origin: Japan"];
        assert_eq!(specs(&t, "bowl").await, all);
        let now = attribute::all(&t.shop(), &anna()).await.unwrap();
        assert_eq!(now.len(), of.len() + 1, "one is made, of text; an app's own is not");
        assert_eq!((now[4].slug.as_str(), now[4].kind), ("country-of-origin", Kind::Text));
        assert_eq!(now[3].choices.len(), 3);
        // What the file leaves empty goes, what it has no column for stays.
        let file = "Handle,Title,Variant Price,Care (product.metafields.custom.care)\nbowl,Bowl,2,\n";
        assert_eq!(import(&t, Format::Shopify, file.as_bytes(), Mode::Apply).await.counts.updated, 1);
        assert_eq!(specs(&t, "bowl").await, all[1..]);
    }

    async fn what_does_not_fit_refuses_the_product_and_says_where(t: TestShop) {
        define(&t.shop()).await;
        let long = "x".repeat(501);
        let file = format!("{METAFIELDS}\nbowl,Bowl,1,{long},wide,maybe,Oak,,\n");
        let report = import(&t, Format::Shopify, file.as_bytes(), Mode::Apply).await;
        let said: Vec<_> = report.errors.iter().map(|error| (error.line, error.column.split(' ').next().unwrap())).collect();
        assert_eq!(said, [(2, "Care"), (2, "Breadth"), (2, "safe")]);
        assert_eq!(t.number("SELECT COUNT(*) FROM product").await, 0);
    }

    async fn a_dry_run_defines_nothing(t: TestShop) {
        let file = format!("{METAFIELDS}\nbowl,Bowl,1,Wipe,18,yes,Oak,Japan,\n");
        let report = import(&t, Format::Shopify, file.as_bytes(), Mode::DryRun).await;
        assert_eq!((report.counts.created, report.errors.len()), (1, 0));
        assert_eq!(t.number("SELECT COUNT(*) FROM attribute").await, 0);
    }

    async fn attributes_that_no_variation_names_are_the_products(t: TestShop) {
        define(&t.shop()).await;
        let file = "Type,SKU,Name,Published,Regular price,Parent,Attribute 1 name,Attribute 1 value(s),Attribute 1 visible,\
            Attribute 1 global,Attribute 2 name,Attribute 2 value(s),Attribute 2 visible,Attribute 2 global\n\
            variable,CHAIR,Chair,1,,,Size,\"S, L\",1,0,wood,\"Oak, Elm\",1,1\n\
            variation,CHAIR-S,Chair - S,1,10,CHAIR,Size,S,,,,,,\n\
            variation,CHAIR-L,Chair - L,1,12,CHAIR,Size,L,,,,,,\n\
            simple,BENCH,Bench,1,30,,Width,120 cm,1,0,Made in,\"Porto, Portugal\",0,0\n";
        let report = import(&t, Format::WooCommerce, file.as_bytes(), Mode::Apply).await;
        assert_eq!(report.errors, []);
        assert_eq!(specs(&t, "chair").await, ["Wood: Oak, Elm"]);
        assert_eq!(specs(&t, "bench").await, ["Width: 120 cm"], "what is not to be seen there is not to be seen here");
        assert_eq!(t.number("SELECT COUNT(*) FROM product_attribute WHERE text = 'Porto, Portugal'").await, 1);
        let chair = catalogue::product_by_slug(&t.shop(), "chair", Currency::EUR).await.unwrap();
        assert_eq!(chair.options.iter().map(|option| option.name.as_str()).collect::<Vec<_>>(), ["Size"]);
        let again = import(&t, Format::WooCommerce, file.as_bytes(), Mode::Apply).await;
        assert_eq!(again.counts.unchanged, 2);
    }

    async fn whatever_products_have_comes_back(t: TestShop) {
        let shop = t.shop();
        let of = define(&shop).await;
        // An option of the same name stays apart from the attribute.
        let size = attribute::Draft { name: "Size".into(), shown: true, ..attribute::Draft::default() };
        let size = attribute::create(&shop, &anna(), size).await.unwrap();
        for (n, care) in ["a, b; c\\d", "[\"x\",\"y\"]", "=1+1", "'-", "18 cm", "true", "\"", "-5"].into_iter().enumerate() {
            let width = i64::try_from(n).unwrap() * 1_001 - 2_000;
            let mut attributes = values(&of, care, width, n % 2 == 0, if n % 3 == 0 { &[0, 1] } else { &[1] });
            if n == 3 {
                attributes.truncate(1);
            }
            if n > 4 {
                let value = attribute::Value::text(care).unwrap();
                attributes.push(attribute::DraftValue { attribute: size, value });
                attributes.sort_by_key(|value| value.attribute);
            }
            let mut draft = catalogue::draft::Draft { title: format!("Mug {n}"), attributes, ..draft() };
            for (at, variant) in draft.variants.iter_mut().enumerate() {
                variant.sku = format!("M{n}-{at}");
            }
            if n % 2 == 0 {
                draft.options.clear();
                draft.variants.truncate(1);
                draft.variants[0].option_values.clear();
            }
            edit::create(&shop, &anna(), draft).await.unwrap();
        }
        for format in Format::ALL {
            let (before, file) = (digest(&t).await, export(&t, format, None).await);
            let report = import(&t, format, file.as_bytes(), Mode::Apply).await;
            assert_eq!((report.errors, report.counts.unchanged), (vec![], 8), "{file}");
            assert_eq!(digest(&t).await, before, "{file}");
            // Taken away by hand, the file brings it back.
            for slug in ["mug-0", "mug-7"] {
                let mut edited = edit::load(&shop, &anna(), slug).await.unwrap();
                let was = edited.draft.attributes.clone();
                edited.draft.attributes.clear();
                edit::update(&shop, &anna(), edited.id, edited.draft, edited.version).await.unwrap();
                let mut tx = t.db.begin().await.unwrap();
                tx.execute("DELETE FROM imported_product", shop::args![]).await.unwrap();
                tx.commit().await.unwrap();
                assert_eq!(import(&t, format, file.as_bytes(), Mode::Apply).await.counts.updated, 1, "{slug}");
                assert_eq!(edit::load(&shop, &anna(), slug).await.unwrap().draft.attributes, was, "{file}");
            }
        }
    }
}
