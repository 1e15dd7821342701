//! A job between its steps: what a dead, a paused and a second worker leave behind.

use super::round_trip::anna;
use super::{digest, import, many};
use crate::support::TestShop;
use shop::args;
use shop::audit::Actor;
use shop::id::ImportId;
use shop::import::job::{self, State, Worker};
use shop::import::{Format, Mode};
use shop::limits::{IMPORT_ERRORS, IMPORT_KEPT_MS, IMPORT_WAITS_MS};
use shop::{Error, Shop};
use std::time::Instant;
use tokio_util::sync::CancellationToken;

async fn uploaded(shop: &Shop, csv: &[u8]) -> ImportId {
    job::create(shop, &Actor::from(&anna()), "products.csv", csv, None).await.unwrap()
}

async fn check(shop: &Shop, id: ImportId) {
    let job = job::load(shop, id).await.unwrap();
    job::check(shop, &anna(), id, job.mapping.format(), job.mapping.read_as().to_vec(), false).await.unwrap();
}

/// A job that has been checked and was told to run.
async fn begun(shop: &Shop, csv: &[u8]) -> ImportId {
    let id = uploaded(shop, csv).await;
    check(shop, id).await;
    job::work(shop, &CancellationToken::new()).await.unwrap();
    assert_eq!(job::load(shop, id).await.unwrap().state, State::Checked);
    job::run(shop, &anna(), id).await.unwrap();
    id
}

on_both_engines! {
    async fn a_worker_that_dies_loses_and_doubles_nothing(t: TestShop) {
        let shop = t.shop();
        let id = begun(&shop, &many(1_000)).await;
        let mut dead = Worker::claim(&shop, None).await.unwrap().unwrap();
        assert!(dead.step(&shop).await.unwrap());
        let there = t.number("SELECT COUNT(*) FROM product").await;
        let job = job::load(&shop, id).await.unwrap();
        assert_eq!((job.position, job.total, there), (200, Some(1_000), 200));
        // While its lease lasts nobody else takes the job; afterwards the next goes on where it was.
        assert!(Worker::claim(&shop, None).await.unwrap().is_none());
        t.clock.advance(61_000);
        let mut next = Worker::claim(&shop, None).await.unwrap().unwrap();
        assert!(next.step(&shop).await.unwrap());
        // The one that was taken for dead wakes up, and writes nothing.
        assert!(!dead.step(&shop).await.unwrap());
        assert_eq!(t.number("SELECT COUNT(*) FROM product").await, 400);
        while next.step(&shop).await.unwrap() {}
        let job = job::load(&shop, id).await.unwrap();
        assert_eq!((job.state, job.counts.created, job.counts.refused, job.counts.file_rows), (State::Done, 1_000, 0, 1_000));
        assert_eq!(t.number("SELECT COUNT(*) FROM product").await, 1_000);
        assert_eq!(t.number("SELECT COUNT(*) FROM import_item").await, 1_000);
        assert_eq!(t.number("SELECT CAST(SUM(on_hand) AS BIGINT) FROM stock").await, 999 * 1_000 / 2);
        assert_eq!(t.number("SELECT COUNT(*) FROM import_chunk").await, 0, "the file has done its duty");
    }

    async fn a_process_that_is_told_to_stop_hands_its_job_on(t: TestShop) {
        let shop = t.shop();
        let id = begun(&shop, &many(500)).await;
        let stop = CancellationToken::new();
        stop.cancel();
        job::work(&shop, &stop).await.unwrap();
        assert_eq!(job::load(&shop, id).await.unwrap().position, 200);
        job::work(&shop, &CancellationToken::new()).await.unwrap();
        assert_eq!(job::load(&shop, id).await.unwrap().state, State::Done);
        assert_eq!(t.number("SELECT COUNT(*) FROM product").await, 500);
    }

    async fn a_job_that_is_cancelled_ends_after_its_batch(t: TestShop) {
        let shop = t.shop();
        let id = begun(&shop, &many(1_000)).await;
        let mut worker = Worker::claim(&shop, None).await.unwrap().unwrap();
        assert!(worker.step(&shop).await.unwrap());
        job::cancel(&shop, &anna(), id).await.unwrap();
        assert!(!worker.step(&shop).await.unwrap());
        let job = job::load(&shop, id).await.unwrap();
        assert_eq!((job.state, job.counts.created), (State::Cancelled, 200));
        assert!(job.can_roll_back);
        assert_eq!(t.number("SELECT COUNT(*) FROM product").await, 200);
        assert_eq!(t.number("SELECT COUNT(*) FROM audit_log WHERE action = 'import.cancel'").await, 1);
    }

    async fn a_dry_run_says_what_an_import_does_and_writes_nothing(t: TestShop) {
        let shop = t.shop();
        import(&t, Format::Shopify, &many(3), Mode::Apply).await;
        let before = digest(&t).await;
        let csv = b"Handle,Title,Variant SKU,Variant Price,Type\np0,Product 0,P0,0.50,Things\np1,Other,P1,1.50,Things\nnew,New,N,1,Lamps\nbad,Bad,B,cheap,Lamps\nlike,Like,P2,1,\n";
        let id = uploaded(&shop, csv).await;
        check(&shop, id).await;
        job::work(&shop, &CancellationToken::new()).await.unwrap();
        let checked = job::load(&shop, id).await.unwrap().counts;
        assert_eq!((checked.created, checked.updated, checked.unchanged, checked.refused, checked.errors), (1, 1, 1, 2, 2));
        assert_eq!(digest(&t).await, before);
        let file = job::errors_file(&shop, id).await.unwrap();
        assert_eq!(file, "Line,Column,Problem\n5,Variant Price,\"\"\"cheap\"\" is not an amount in EUR.\"\n6,Variant SKU,P2 is the SKU of another product.\n");
        job::run(&shop, &anna(), id).await.unwrap();
        job::work(&shop, &CancellationToken::new()).await.unwrap();
        let done = job::load(&shop, id).await.unwrap().counts;
        assert_eq!(done, checked);
        assert_eq!(t.number("SELECT COUNT(*) FROM product").await, 4);
    }

    async fn a_column_is_read_as_the_merchant_wants(t: TestShop) {
        let shop = t.shop();
        let id = uploaded(&shop, b"Code;Was;Kostet\nmug;Becher;1,50\n").await;
        let job = job::load(&shop, id).await.unwrap();
        assert!(job.mapping.read_as().iter().all(String::is_empty));
        let columns = |names: [&str; 3]| names.map(str::to_owned).to_vec();
        let refused = job::check(&shop, &anna(), id, Format::Shopify, columns(["Handle", "", ""]), false).await;
        assert!(matches!(refused, Err(Error::Invalid(fields)) if fields[0].field == "columns"));
        job::check(&shop, &anna(), id, Format::Shopify, columns(["Handle", "Title", "Variant Price"]), false).await.unwrap();
        job::work(&shop, &CancellationToken::new()).await.unwrap();
        // The columns can be changed as long as nothing was written.
        job::check(&shop, &anna(), id, Format::Shopify, columns(["Handle", "Title", "Variant Price"]), false).await.unwrap();
        job::work(&shop, &CancellationToken::new()).await.unwrap();
        job::run(&shop, &anna(), id).await.unwrap();
        assert!(job::run(&shop, &anna(), id).await.is_err(), "a second click");
        job::work(&shop, &CancellationToken::new()).await.unwrap();
        assert_eq!(t.number("SELECT amount FROM price").await, 150);
        assert!(job::check(&shop, &anna(), id, Format::Shopify, columns(["Handle", "Title", ""]), false).await.is_err());
    }

    async fn fields_without_a_column_stay_as_they_are(t: TestShop) {
        import(&t, Format::Shopify, b"Handle,Title,Vendor,Tags,Variant SKU,Variant Grams,Variant Price,SEO Title\nmug,Mug,Brand,\"a, b\",M,300,5,Seo\n", Mode::Apply).await;
        let report = import(&t, Format::Shopify, b"Handle,Title,Variant SKU,Variant Price\nmug,Mug,M,6\n", Mode::Apply).await;
        assert_eq!(report.counts.updated, 1);
        assert_eq!(t.number("SELECT COUNT(*) FROM product WHERE brand = 'Brand' AND tags = '[\"a\",\"b\"]' AND seo_title = 'Seo'").await, 1);
        assert_eq!(t.number("SELECT weight_grams FROM variant").await, 300);
        // Without any column of variants, these stay, too.
        let report = import(&t, Format::Shopify, b"Handle,Title\nmug,Big mug\n", Mode::Apply).await;
        assert_eq!((report.counts.updated, report.errors.len()), (1, 0));
        assert_eq!(t.number("SELECT amount FROM price").await, 600);
    }

    async fn a_product_that_the_database_refuses_holds_up_no_other(t: TestShop) {
        let mut tx = t.db.begin().await.unwrap();
        // A rule that no check of a draft knows of.
        let sql = match t.db.engine() {
            shop::db::Engine::Sqlite => "CREATE TRIGGER no_p1 BEFORE INSERT ON variant WHEN NEW.sku = 'P1' BEGIN SELECT RAISE(ABORT, 'no'); END",
            shop::db::Engine::Postgres => "ALTER TABLE variant ADD CONSTRAINT no_p1 CHECK (sku <> 'P1')",
        };
        tx.execute(sql, args![]).await.unwrap();
        tx.commit().await.unwrap();
        let report = import(&t, Format::Shopify, &many(4), Mode::Apply).await;
        assert_eq!((report.counts.created, report.counts.refused), (3, 1));
        assert_eq!(report.errors[0].line, 3);
    }

    async fn errors_are_bounded_and_all_are_counted(t: TestShop) {
        let rows: Vec<String> = (0..IMPORT_ERRORS + 500).map(|n| format!("h{n},T,much")).collect();
        let csv = format!("Handle,Title,Variant Price\n{}\n", rows.join("\n"));
        let report = import(&t, Format::Shopify, csv.as_bytes(), Mode::DryRun).await;
        assert_eq!(report.counts.errors, IMPORT_ERRORS + 500);
        assert_eq!(t.number("SELECT COUNT(*) FROM import_job_error").await, IMPORT_ERRORS);
    }

    async fn old_jobs_are_forgotten(t: TestShop) {
        let shop = t.shop();
        let waiting = uploaded(&shop, &many(1)).await;
        let run = begun(&shop, &many(2)).await;
        job::work(&shop, &CancellationToken::new()).await.unwrap();
        assert_eq!(job::forget_old(&shop).await.unwrap(), 0);
        t.clock.advance(IMPORT_WAITS_MS + 1);
        assert_eq!(job::forget_old(&shop).await.unwrap(), 1);
        assert!(matches!(job::load(&shop, waiting).await, Err(Error::NotFound(_))));
        assert!(job::load(&shop, run).await.unwrap().can_roll_back);
        t.clock.advance(IMPORT_KEPT_MS);
        assert_eq!(job::forget_old(&shop).await.unwrap(), 1);
        let job = job::load(&shop, run).await.unwrap();
        assert_eq!((job.can_roll_back, job.counts.created), (false, 2), "that it was is remembered");
        assert_eq!(job::forget_old(&shop).await.unwrap(), 0);
        assert_eq!(job::history(&shop, None, 10).await.unwrap().items.len(), 1);
    }

    async fn every_encoding_is_read(t: TestShop) {
        let text = "Handle;Title;Variant Price\nmug;Größe;1\n";
        let wide: Vec<u8> = std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        for bytes in [text.as_bytes().to_vec(), wide, b"Handle;Title;Variant Price\nmug;Gr\xF6\xDFe;1\n".to_vec()] {
            let report = import(&t, Format::Shopify, &bytes, Mode::Apply).await;
            assert_eq!(report.errors, []);
            assert_eq!(t.number("SELECT COUNT(*) FROM product WHERE title = 'Größe'").await, 1);
        }
    }

    async fn hostile_files_take_neither_time_nor_memory(t: TestShop) {
        let files: [(&str, Vec<u8>); 6] = [
            ("quotation marks", vec![b'"'; 5_000_000]),
            ("separators", vec![b','; 5_000_000]),
            ("line breaks", vec![b'\n'; 5_000_000]),
            ("one handle", format!("Handle,Title,Option1 Name,Option1 Value,Variant Price\n{}", "a,A,Size,S,1\n".repeat(20_000)).into_bytes()),
            ("pictures", format!("Handle,Title,Variant Price,Image Src\na,A,1,\n{}", (0..20_000).map(|n| format!("a,,,http://x/{n}")).collect::<Vec<_>>().join("\n")).into_bytes()),
            ("tags", format!("Handle,Title,Variant Price,Tags\na,A,1,\"{}\"\n", "t,".repeat(100_000)).into_bytes()),
        ];
        for (name, bytes) in files {
            let start = Instant::now();
            let report = import(&t, Format::Shopify, &bytes, Mode::Apply).await;
            assert!(!report.errors.is_empty() || name == "tags", "{name}");
            assert!(start.elapsed().as_secs() < 60, "{name}: {:?}", start.elapsed());
        }
    }
}
