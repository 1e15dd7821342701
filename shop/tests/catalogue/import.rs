//! Shopify files: the three real ones, the same again, changed ones, and broken ones.

use crate::support::TestShop;
use shop::args;
use shop::audit::Actor;
use shop::catalogue;
use shop::import::job::{Report, whole};
use shop::import::{Format, Mode};
use shop::money::Currency;

const FILES: [(&str, &[u8]); 3] = [
    ("apparel", include_bytes!("shopify/apparel.csv")),
    ("home-and-garden", include_bytes!("shopify/home-and-garden.csv")),
    ("jewelery", include_bytes!("shopify/jewelery.csv")),
];

async fn import(t: &TestShop, csv: &[u8], mode: Mode) -> Report {
    whole(&t.shop(), Format::Shopify, csv, mode, &Actor::Cli, None, &mut |_, _| {}).await.unwrap()
}

const HEADER: &str = "Handle,Title,Body (HTML),Type,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Qty,Variant Price,Image Src";

fn file(rows: &[&str]) -> Vec<u8> {
    format!("{HEADER}\n{}\n", rows.join("\n")).into_bytes()
}

on_both_engines! {
    async fn real_files_come_in_whole_and_only_once(t: TestShop) {
        for (name, csv) in FILES {
            let dry = import(&t, csv, Mode::DryRun).await;
            assert!(dry.errors.is_empty(), "{name}: {:?}", dry.errors);
            assert!(dry.columns.iter().any(|c| c.column == "Variant Price" && c.field.is_some()));
            assert!(dry.columns.iter().any(|c| c.column.starts_with("Google") && c.field.is_none()));
            let before = t.number("SELECT COUNT(*) FROM product").await;
            let report = import(&t, csv, Mode::Apply).await;
            let created = report.counts.created;
            assert_eq!(created, dry.counts.created, "{name}");
            assert!(created > 15, "{name}: {created}");
            assert_eq!(t.number("SELECT COUNT(*) FROM product").await, before + created);
        }
        let rows = ["product", "variant", "price", "picture", "stock_movement", "category", "audit_log"];
        let mut counts = Vec::new();
        for table in rows {
            counts.push(t.number(&format!("SELECT COUNT(*) FROM {table}")).await);
        }
        for (name, csv) in FILES {
            let again = import(&t, csv, Mode::Apply).await;
            assert_eq!((again.counts.created, again.counts.updated, again.counts.refused), (0, 0, 0), "{name}");
            assert!(again.counts.unchanged > 15, "{name}");
        }
        for (table, count) in rows.iter().zip(counts) {
            assert_eq!(t.number(&format!("SELECT COUNT(*) FROM {table}")).await, count, "{table}");
        }
        let shop = t.shop();
        let pot = catalogue::product_by_slug(&shop, "clay-plant-pot", Currency::EUR).await.unwrap();
        assert_eq!(pot.options[0].values, ["Regular", "Large"]);
        assert_eq!(pot.variants.iter().map(|v| v.price.amount).collect::<Vec<_>>(), [999, 1599]);
        assert_eq!(pot.breadcrumb[0].title, "Outdoor");
        assert!(pot.pictures[0].url.starts_with("/placeholder/"));
        assert_eq!(shop::media::title_of(&shop, pot.pictures[0].id).await.unwrap(), "Clay Plant Pot");
        assert_eq!(catalogue::category_by_slug(&shop, "women").await.unwrap().title, "Women");
    }

    async fn a_dry_run_changes_nothing(t: TestShop) {
        import(&t, FILES[0].1, Mode::DryRun).await;
        for table in ["product", "category", "warehouse", "audit_log"] {
            assert_eq!(t.number(&format!("SELECT COUNT(*) FROM {table}")).await, 0, "{table}");
        }
    }

    async fn a_changed_row_updates_and_sold_stock_stays_sold(t: TestShop) {
        import(&t, &file(&["mug,Mug,<b>x</b>,Cups,Size,S,A,5,10,", "mug,,,,,L,B,7,12,"]), Mode::Apply).await;
        // Two of A are sold.
        let mut tx = t.db.begin().await.unwrap();
        tx.execute(
            "UPDATE stock SET on_hand = 3 WHERE variant_id = (SELECT id FROM variant WHERE sku = 'A')",
            args![],
        ).await.unwrap();
        tx.commit().await.unwrap();
        // Title and the number of B change; A's number does not. L goes, XL comes.
        let report = import(&t, &file(&["mug,Big mug,,Cups,Size,S,A,5,11,", "mug,,,,,XL,B,9,12,"]), Mode::Apply).await;
        assert_eq!(report.counts.updated, 1, "{report:?}");
        let mug = catalogue::product_by_slug(&t.shop(), "mug", Currency::EUR).await.unwrap();
        assert_eq!(mug.title, "Big mug");
        let stock: Vec<_> = mug.variants.iter().map(|v| (v.sku.as_str(), v.title.as_str(), v.availability)).collect();
        use shop::catalogue::Availability::Units;
        assert_eq!(stock, [("A", "S", Units(3)), ("B", "XL", Units(9))]);
    }

    async fn html_is_made_safe(t: TestShop) {
        let row = "a,A,\"<p onclick='x()'>Hi <script>alert(1)</script><img src=x onerror=y></p>\",,,,,1,5,";
        import(&t, &file(&[row]), Mode::Apply).await;
        let product = catalogue::product_by_slug(&t.shop(), "a", Currency::EUR).await.unwrap();
        assert_eq!(product.description_html, "<p>Hi </p>");
        assert_eq!(product.variants[0].sku, "A");
    }

    async fn one_broken_product_does_not_hold_up_the_others(t: TestShop) {
        let report = import(&t, &file(&["good,Good,,,,,,1,5,", "bad,Bad,,,Size,S,,1,5,", "bad,,,,,M,,1,many,"]), Mode::Apply).await;
        assert_eq!((report.counts.created, report.counts.refused), (1, 1));
        assert_eq!(report.errors.len(), 1);
        assert_eq!((report.errors[0].line, report.errors[0].column.as_str()), (4, "Variant Price"));
        assert_eq!(t.number("SELECT COUNT(*) FROM product").await, 1);
    }

    async fn a_sku_of_another_product_is_refused_by_line(t: TestShop) {
        import(&t, &file(&["one,One,,,,,X,1,5,"]), Mode::Apply).await;
        let report = import(&t, &file(&["two,Two,,,,,X,1,5,"]), Mode::Apply).await;
        assert_eq!((report.errors[0].line, report.errors[0].column.as_str()), (2, "Variant SKU"));
        assert_eq!(t.number("SELECT COUNT(*) FROM product").await, 1);
    }

    async fn malformed_files_give_a_report(t: TestShop) {
        let long = format!("a,{},,,,,,1,5,", "x".repeat(300));
        let table: Vec<(&str, Vec<u8>, u64, &str)> = vec![
            ("empty", Vec::new(), 1, "Handle"),
            ("no header", b"mug,Mug,5\n".to_vec(), 1, "Handle"),
            ("no title column", b"Handle,Price\nmug,5\n".to_vec(), 1, "Title"),
            ("neither encoding", b"Handle,Title\nmug,Gr\xC3\xBC\xDFe\n".to_vec(), 2, ""),
            ("half a UTF-16 character", b"\xFF\xFEH\0a".to_vec(), 1, ""),
            ("lines that end as on Windows", b"Handle,Title,Variant Price\r\nwin,W,\"1\"\r\n\r\nb,\"B\r\nB\",x\r\n".to_vec(), 4, "Variant Price"),
            ("a spreadsheet", b"PK\x03\x04 and so on".to_vec(), 1, ""),
            ("a zero byte", b"Handle,Title\nmug,M\0g\n".to_vec(), 2, ""),
            ("a handle with two titles", file(&["m,M,,,,,A,1,5,", "n,N,,,,,B,1,5,", "m,Other,,,,,C,1,5,"]), 4, "Handle"),
            ("a million columns", vec![b','; 1_000_000], 1, ""),
            ("a cell of 10 MB", file(&[&format!("m,M,\"{}\",,,,A,1,5,", "x".repeat(10_000_000))]), 2, "Body (HTML)"),
            ("a quotation mark that is not closed", file(&[&format!("m,\"M,,,,,A,1,5,\n{}", "n,N,,,,,B,1,5,\n".repeat(50_000))]), 2, "Title"),
            ("a row of a million cells", file(&[&format!("m,M{}x", ",".repeat(1_000_000))]), 2, ""),
            ("no handle", file(&[",Mug,,,,,,1,5,"]), 2, "Handle"),
            ("no title", file(&["mug,,,,,,,1,5,"]), 2, "Title"),
            ("no price", file(&["mug,Mug,,,,,,1,,"]), 2, "Variant Price"),
            ("bad price", file(&["mug,Mug,,,,,,1,-5,"]), 2, "Variant Price"),
            ("huge price", file(&["mug,Mug,,,,,,1,99999999999999999999,"]), 2, "Variant Price"),
            ("bad quantity", file(&["mug,Mug,,,,,,lots,5,"]), 2, "Variant Inventory Qty"),
            ("long title", file(&[&long]), 2, "Title"),
            ("same option twice", file(&["m,M,,,Size,S,A,1,5,", "m,,,,,S,B,1,5,"]), 3, "Option1 Value"),
            ("same sku twice", file(&["m,M,,,,,A,1,5,", "n,N,,,,,A,1,5,"]), 3, "Variant SKU"),
            ("handle without letters", file(&["!!!,M,,,,,A,1,5,"]), 2, "Handle"),
            ("too many cells", file(&["m,M,,,,,A,1,5,,,,surplus"]), 2, ""),
        ];
        for (name, csv, line, column) in table {
            let report = import(&t, &csv, Mode::Apply).await;
            let error = report.errors.first().unwrap_or_else(|| panic!("{name}: no error"));
            assert_eq!((error.line, error.column.as_str()), (line, column), "{name}: {error:?}");
        }
        assert_eq!(t.number("SELECT COUNT(*) FROM product WHERE slug NOT IN ('m', 'n', 'win')").await, 0);
    }
}
