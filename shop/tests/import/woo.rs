//! WooCommerce files: products with and without variations, and what has no place here.

use super::import;
use crate::support::TestShop;
use shop::catalogue::{self, Availability};
use shop::import::{Format, Mode};
use shop::money::Currency;

const HEADER: &str = "ID,Type,SKU,Name,Published,Stock,In stock?,Backorders allowed?,Weight (kg),Sale price,Regular price,\
    Categories,Tags,Images,Parent,Attribute 1 name,Attribute 1 value(s),Attribute 2 name,Attribute 2 value(s)";

fn file(rows: &[&str]) -> Vec<u8> {
    format!("{HEADER}\n{}\n", rows.join("\n")).into_bytes()
}

on_both_engines! {
    async fn variations_find_their_parent_wherever_it_stands(t: TestShop) {
        let csv = file(&[
            "12,variation,S,,1,3,1,0,0.25,,20,,,,MUG,Size,S,,",
            "11,variable,MUG,Mug,1,,1,0,,,,\"Kitchen > Cups, Gifts\",\"warm, plain\",http://pictures.invalid/a.png,,Size,\"L, S\",Material,Clay",
            "13,variation,L,,1,0,1,0,,15,20,,,http://pictures.invalid/b.png,id:11,Size,L,,",
        ]);
        let report = import(&t, Format::WooCommerce, &csv, Mode::Apply).await;
        assert_eq!(report.errors, []);
        let mug = catalogue::product_by_slug(&t.shop(), "mug", Currency::EUR).await.unwrap();
        assert_eq!(mug.options.len(), 1, "an attribute that no variation names is no option");
        assert_eq!(mug.options[0].values, ["L", "S"]);
        let seen: Vec<_> = mug.variants.iter().map(|v| (v.sku.as_str(), v.price.amount, v.compare_at.map(|c| c.amount), v.availability, v.weight_grams)).collect();
        assert_eq!(seen, [("S", 2000, None, Availability::Units(3), 250), ("L", 1500, Some(2000), Availability::Units(0), 0)]);
        assert_eq!(mug.tags, ["warm", "plain"]);
        assert_eq!(mug.pictures.len(), 2);
        assert_eq!(mug.pictures[1].variant_id, Some(mug.variants[1].id));
        assert_eq!(t.number("SELECT COUNT(*) FROM category c JOIN category p ON p.id = c.parent_id WHERE p.title = 'Kitchen' AND c.title = 'Cups'").await, 1);
        assert_eq!(t.number("SELECT COUNT(*) FROM product_category").await, 2);
        let again = import(&t, Format::WooCommerce, &csv, Mode::Apply).await;
        assert_eq!((again.counts.unchanged, again.counts.updated), (1, 0));
    }

    async fn what_has_no_place_is_refused_by_line(t: TestShop) {
        let table: [(&str, &[&str], u64, &str); 12] = [
            ("grouped", &["1,grouped,G,G,1,,1,0,,,,,,,,,,,"], 2, "Type"),
            ("no type", &["1,,G,G,1,,1,0,,,1,,,,,,,,"], 2, "Type"),
            ("an orphan", &["2,variation,V,V,1,,1,0,,,1,,,,GONE,Size,S,,"], 2, "Parent"),
            ("a variation of nobody", &["2,variation,V,V,1,,1,0,,,1,,,,,Size,S,,"], 2, "Parent"),
            ("no variations", &["1,variable,G,G,1,,1,0,,,,,,,,,,,"], 2, "Type"),
            ("a simple parent", &["1,simple,G,G,1,,1,0,,,1,,,,,,,,", "2,variation,V,V,1,,1,0,,,1,,,,G,Size,S,,"], 2, "Type"),
            ("any value", &["1,variable,G,G,1,,1,0,,,,,,,,Size,\"S, M\",,", "2,variation,V,V,1,,1,0,,,1,,,,G,Size,S,,", "3,variation,W,W,1,,1,0,,,1,,,,G,Size,,,"], 4, "Attribute 1 value(s)"),
            ("no price", &["1,simple,G,G,1,,1,0,,,,,,,,,,,"], 2, "Regular price"),
            ("shared stock", &["1,variable,G,G,1,5,1,0,,,,,,,,Size,S,,", "2,variation,V,V,1,parent,1,0,,,1,,,,G,Size,S,,"], 3, "Stock"),
            ("a weight of words", &["1,simple,G,G,1,,1,0,heavy,,1,,,,,,,,"], 2, "Weight (kg)"),
            ("the same SKU twice", &["1,simple,G,G,1,,1,0,,,1,,,,,,,,", "2,simple,G,H,1,,1,0,,,1,,,,,,,,"], 3, "SKU"),
            ("no name", &["1,simple,G,,1,,1,0,,,1,,,,,,,,"], 2, "Name"),
        ];
        for (name, rows, line, column) in table {
            let report = import(&t, Format::WooCommerce, &file(rows), Mode::Apply).await;
            let error = report.errors.first().unwrap_or_else(|| panic!("{name}: no error"));
            assert_eq!((error.line, error.column.as_str()), (line, column), "{name}: {:?}", report.errors);
            assert_eq!(report.counts.created, 0, "{name}");
        }
    }

    async fn stock_is_counted_when_the_file_says_so(t: TestShop) {
        let csv = file(&[
            "1,simple,counted,A,1,4,1,0,,,1,,,,,,,,",
            "2,simple,free,B,1,,1,0,,,1,,,,,,,,",
            "3,simple,gone,C,1,,0,0,,,1,,,,,,,,",
            "4,simple,later,D,1,0,0,1,,,1,,,,,,,,",
            "5,\"simple, virtual\",sent,E,-1,,1,0,,,1,,,,,,,,",
        ]);
        assert_eq!(import(&t, Format::WooCommerce, &csv, Mode::Apply).await.errors, []);
        let shop = t.shop();
        for (slug, wanted) in [("a", Availability::Units(4)), ("b", Availability::Untracked), ("c", Availability::Units(0)), ("d", Availability::Untracked)] {
            let product = catalogue::product_by_slug(&shop, slug, Currency::EUR).await.unwrap();
            assert_eq!(product.variants[0].availability, wanted, "{slug}");
        }
        assert_eq!(t.number("SELECT COUNT(*) FROM product p JOIN variant v ON v.product_id = p.id WHERE p.status = 'draft' AND NOT v.requires_shipping").await, 1);
    }

    async fn a_product_of_the_shop_is_known_by_its_sku(t: TestShop) {
        t.variant("LAMP").await;
        let report = import(&t, Format::WooCommerce, b"Type,SKU,Name,Regular price\nsimple,LAMP,Lamp,12\n", Mode::Apply).await;
        assert_eq!((report.counts.updated, report.errors.len()), (1, 0));
        let lamp = catalogue::product_by_sku(&t.shop(), "LAMP", Currency::EUR).await.unwrap();
        assert_eq!((lamp.title.as_str(), lamp.slug.as_str(), lamp.variants[0].price.amount), ("Lamp", "lamp", 1200));
    }

    async fn the_samples_are_good(t: TestShop) {
        for format in Format::ALL {
            let report = import(&t, format, format.sample().as_bytes(), Mode::DryRun).await;
            assert_eq!((report.errors.len(), report.counts.created), (0, 2), "{format:?}: {:?}", report.errors);
            assert!(report.columns.iter().all(|column| column.field.is_some() || !column.note.is_empty()));
        }
    }
}
