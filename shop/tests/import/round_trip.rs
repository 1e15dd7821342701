//! What is exported and imported again changes nothing, and makes the same shop of an empty one.

use super::{digest, export, import};
use crate::support::{self, TestShop};
use proptest::prelude::*;
use shop::args;
use shop::catalogue::ProductOption;
use shop::catalogue::draft::{Draft, DraftPrice, DraftVariant, Status};
use shop::catalogue::edit;
use shop::db::Engine;
use shop::id::StaffId;
use shop::import::{Format, Mode};
use shop::money::Currency;
use shop::staff::{Role, Staff};

const FILES: [&[u8]; 3] = [
    include_bytes!("../catalogue/shopify/apparel.csv"),
    include_bytes!("../catalogue/shopify/home-and-garden.csv"),
    include_bytes!("../catalogue/shopify/jewelery.csv"),
];

pub fn anna() -> Staff {
    let text = serde_json::json!({ "id": StaffId::new(), "email": "anna@shop.example", "name": "Anna", "role": Role::Staff, "address": "" });
    serde_json::from_value(text).unwrap()
}

/// Exported in each format and imported again, nothing of the catalogue moves.
async fn stays_as_it_is(t: &TestShop) {
    for format in Format::ALL {
        let before = digest(t).await;
        let file = export(t, format, None).await;
        let report = import(t, format, file.as_bytes(), Mode::Apply).await;
        assert_eq!(report.errors, [], "{format:?}\n{file}");
        assert_eq!((report.counts.created, report.counts.updated), (0, 0), "{format:?}\n{file}");
        assert_eq!(digest(t).await, before, "{format:?}");
        // And once more, when it is known already.
        import(t, format, file.as_bytes(), Mode::Apply).await;
        assert_eq!(digest(t).await, before, "{format:?}");
        assert_eq!(export(t, format, None).await, file, "{format:?}");
    }
}

/// A shop's export makes the same export of an empty shop, through either format.
fn moves_house(file: &str, format: Format) {
    let file = file.to_owned();
    support::run_in_memory(Engine::Sqlite, move |t| async move {
        let report = import(&t, format, file.as_bytes(), Mode::Apply).await;
        assert_eq!(report.errors, [], "{file}");
        assert_eq!(export(&t, format, None).await, file);
    });
}

fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        "[A-Za-z0-9 éß_]{1,12}",
        "[=+@'-][a-z=+-]{0,4}",
        Just("a, \"b\" & <c>".to_owned()),
        Just("x > y\\, z".to_owned()),
        Just("日本語 🫖".to_owned()),
    ]
    .prop_map(|text| text.trim().to_owned())
    .prop_filter("not blank", |text| !text.is_empty())
}

fn price(currency: Currency) -> impl Strategy<Value = DraftPrice> {
    (0..1_000_000_i64, prop::option::of(0..1_000_000_i64)).prop_map(move |(amount, compare_at)| DraftPrice {
        currency,
        amount,
        compare_at,
    })
}

prop_compose! {
    fn variant()(
        barcode in prop::option::of("[0-9]{8,13}"),
        eur in prop::option::of(price(Currency::EUR)),
        usd in prop::option::of(price(Currency::USD)),
        weight_grams in 0..1_000_000_i64,
        flags in any::<[bool; 3]>(),
        class in prop_oneof![Just("standard"), Just("reduced")],
        cost in prop::option::of(0..100_000_i64),
    ) -> DraftVariant {
        DraftVariant {
            barcode,
            prices: eur.into_iter().chain(usd).collect(),
            weight_grams,
            tracked: flags[0],
            taxable: flags[1],
            requires_shipping: flags[2],
            tax_class: class.into(),
            cost,
            ..DraftVariant::default()
        }
    }
}

prop_compose! {
    fn draft()(
        title in word(),
        brand in prop_oneof![Just(String::new()), word()],
        product_type in prop_oneof![Just(String::new()), word()],
        description in prop_oneof![Just(String::new()), Just("<p>Plain &amp; warm,\r\n\"good\"</p>".to_owned()), Just("no paragraph".to_owned())],
        tags in prop::collection::btree_set(word(), 0..4),
        names in prop::collection::btree_set("[A-Z][a-z]{2,6}", 0..3),
        values in prop::collection::btree_set(word(), 3..5),
        rest in prop::collection::vec(variant(), 1..5),
        status in prop_oneof![Just(Status::Draft), Just(Status::Published), Just(Status::Archived)],
        later in any::<bool>(),
        seo in (prop_oneof![Just(String::new()), word()], prop_oneof![Just(String::new()), word()]),
    ) -> Draft {
        let values: Vec<String> = values.into_iter().collect();
        let options: Vec<ProductOption> =
            names.into_iter().map(|name| ProductOption { name, values: values.clone() }).collect();
        let many = if options.is_empty() { 1 } else { rest.len().min(values.len()) };
        let variants = rest
            .into_iter()
            .take(many)
            .enumerate()
            // Backwards, so that the order of values is not that of the variants.
            .map(|(n, v)| DraftVariant { option_values: options.iter().map(|_| values[values.len() - 1 - n].clone()).collect(), ..v })
            .collect();
        Draft {
            title, brand, product_type, description_html: description, tags: tags.into_iter().collect(), options, variants, status,
            publish_at: (later && status == Status::Draft).then_some(1_900_000_000_000),
            seo_title: seo.0, seo_description: seo.1, ..Draft::default()
        }
    }
}

/// Whatever products a merchant may type in.
fn with_products(engine: Engine, drafts: Vec<Draft>) {
    let (send, files) = std::sync::mpsc::channel();
    support::run_in_memory(engine, move |t| async move {
        let (shop, staff) = (t.shop(), anna());
        for (n, mut draft) in drafts.into_iter().enumerate() {
            draft.slug = format!("product-{n}");
            for (at, variant) in draft.variants.iter_mut().enumerate() {
                variant.sku = format!("=SKU {n}-{at}");
            }
            edit::create(&shop, &staff, draft).await.unwrap();
        }
        let mut tx = t.db.begin().await.unwrap();
        tx.execute("UPDATE variant SET sku = sku", args![]).await.unwrap();
        tx.commit().await.unwrap();
        stays_as_it_is(&t).await;
        for format in Format::ALL {
            send.send((export(&t, format, None).await, format)).unwrap();
        }
    });
    for (file, format) in files.try_iter() {
        moves_house(&file, format);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_a_merchant_types_comes_back_on_sqlite(drafts in prop::collection::vec(draft(), 1..4)) {
        with_products(Engine::Sqlite, drafts);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4, max_shrink_iters: 10, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_a_merchant_types_comes_back_on_postgres(drafts in prop::collection::vec(draft(), 1..4)) {
        with_products(Engine::Postgres, drafts);
    }
}

on_both_engines! {
    async fn real_files_come_back(t: TestShop) {
        for file in FILES {
            assert_eq!(import(&t, Format::Shopify, file, Mode::Apply).await.errors, []);
        }
        stays_as_it_is(&t).await;
        for format in Format::ALL {
            let file = export(&t, format, None).await;
            tokio::task::spawn_blocking(move || moves_house(&file, format)).await.unwrap();
        }
    }

    async fn the_demo_shop_comes_back(t: TestShop) {
        shop::seed::demo(&t.shop(), &mut |_, _| {}).await.unwrap();
        stays_as_it_is(&t).await;
    }

    async fn an_export_of_one_status_has_only_that(t: TestShop) {
        import(&t, Format::Shopify, b"Handle,Title,Status,Variant Price\na,A,active,1\nb,B,draft,1\n", Mode::Apply).await;
        let file = export(&t, Format::Shopify, Some(Status::Draft)).await;
        assert!(file.contains("\nb,B,") && !file.contains("\na,A,"), "{file}");
        let nothing = export(&t, Format::WooCommerce, Some(Status::Archived)).await;
        assert_eq!(nothing.lines().count(), 1);
    }

    async fn formulas_are_disarmed_on_export(t: TestShop) {
        import(&t, Format::Shopify, b"Handle,Title,Vendor,Variant Price\na,\"=HYPERLINK(\"\"x\"\")\",@brand,1\n", Mode::Apply).await;
        for format in Format::ALL {
            let file = export(&t, format, None).await;
            let mut reader = csv::Reader::from_reader(file.as_bytes());
            let cells: Vec<String> =
                reader.records().flat_map(|row| row.unwrap().iter().map(str::to_owned).collect::<Vec<_>>()).collect();
            assert!(cells.contains(&"'=HYPERLINK(\"x\")".to_owned()), "{file}");
            assert!(cells.iter().all(|cell| !cell.starts_with(['=', '+', '-', '@', '\t', '\r'])), "{file}");
        }
    }

    async fn products_whose_handles_would_be_the_same_stay_apart(t: TestShop) {
        import(&t, Format::Shopify, b"Handle,Title,Variant Price\nmug,Mug,1\n", Mode::Apply).await;
        let mut tx = t.db.begin().await.unwrap();
        tx.execute("UPDATE product SET slug = 'cup'", args![]).await.unwrap();
        tx.commit().await.unwrap();
        t.variant("Mug").await;
        stays_as_it_is(&t).await;
    }
}
