//! Taking an import back.

use super::round_trip::anna;
use super::{HEADER, import, many};
use crate::support::TestShop;
use shop::args;
use shop::catalogue::edit;
use shop::id::ImportId;
use shop::import::job::{self, State};
use shop::import::{Format, Mode};
use tokio_util::sync::CancellationToken;

async fn last(t: &TestShop) -> ImportId {
    job::history(&t.shop(), None, 1).await.unwrap().items[0].id
}

async fn take_back(t: &TestShop, id: ImportId) -> job::Job {
    let shop = t.shop();
    job::roll_back(&shop, &anna(), id).await.unwrap();
    job::work(&shop, &CancellationToken::new()).await.unwrap();
    job::load(&shop, id).await.unwrap()
}

async fn state(t: &TestShop) -> Vec<(String,)> {
    t.db.fetch_all(
        "SELECT p.slug || p.title || p.options || p.status || v.sku || v.title || CAST(r.amount AS TEXT)
           || CAST(COALESCE(s.on_hand, -1) AS TEXT) || COALESCE(c.title, '') AS text
         FROM product p JOIN variant v ON v.product_id = p.id JOIN price r ON r.variant_id = v.id
         LEFT JOIN stock s ON s.variant_id = v.id
         LEFT JOIN product_category m ON m.product_id = p.id LEFT JOIN category c ON c.id = m.category_id
         WHERE v.active ORDER BY text",
        args![],
    )
    .await
    .unwrap()
}

fn file(rows: &str) -> Vec<u8> {
    format!("{HEADER},Option1 Name,Option1 Value\n{rows}").into_bytes()
}

on_both_engines! {
    async fn what_it_made_goes_and_what_it_changed_is_as_before(t: TestShop) {
        import(&t, Format::Shopify, &file("mug,Mug,S,5,10,Cups,Size,S\nmug,,L,7,12,,,L\nold,Old,O,1,1,Cups,,\n"), Mode::Apply).await;
        let before = state(&t).await;
        let report = import(&t, Format::Shopify, &file("mug,Big mug,S,8,11,Pots,Size,S\nmug,,XL,2,15,,,XL\nnew,New,N,3,4,Pots,,\nold,Old,O,1,1,Cups,,\n"), Mode::Apply).await;
        assert_eq!((report.counts.created, report.counts.updated, report.counts.unchanged), (1, 1, 1));
        assert_ne!(state(&t).await, before);
        let job = take_back(&t, last(&t).await).await;
        assert_eq!(job.state, State::RolledBack);
        assert_eq!((job.counts.removed, job.counts.restored, job.counts.kept, job.counts.archived), (1, 1, 0, 0));
        assert_eq!(state(&t).await, before);
        assert_eq!(t.number("SELECT COUNT(*) FROM category WHERE title = 'Pots'").await, 0);
        // The ledger knows of it.
        assert_eq!(t.number("SELECT COUNT(*) FROM (SELECT s.id FROM stock s JOIN stock_movement m ON m.stock_id = s.id
            GROUP BY s.id, s.on_hand HAVING SUM(m.delta) <> s.on_hand) wrong").await, 0);
        // Once is enough, and the first file is known again.
        assert!(job::roll_back(&t.shop(), &anna(), job.id).await.is_err());
        let again = import(&t, Format::Shopify, &file("mug,Mug,S,5,10,Cups,Size,S\nmug,,L,7,12,,,L\nold,Old,O,1,1,Cups,,\n"), Mode::Apply).await;
        assert_eq!(again.counts.unchanged, 2);
    }

    async fn what_was_sold_meanwhile_stays_sold(t: TestShop) {
        import(&t, Format::Shopify, &file("mug,Mug,M,5,10,,,\n"), Mode::Apply).await;
        import(&t, Format::Shopify, &file("mug,Mug,M,9,10,,,\n"), Mode::Apply).await;
        let mut tx = t.db.begin().await.unwrap();
        tx.execute("UPDATE stock SET on_hand = on_hand - 2", args![]).await.unwrap();
        tx.commit().await.unwrap();
        take_back(&t, last(&t).await).await;
        assert_eq!(t.number("SELECT on_hand FROM stock").await, 3);
    }

    async fn what_somebody_has_edited_since_is_left_alone(t: TestShop) {
        import(&t, Format::Shopify, &many(3), Mode::Apply).await;
        let (shop, staff) = (t.shop(), anna());
        let mut edited = edit::load(&shop, &staff, "p1").await.unwrap();
        edited.draft.title = "Mine".into();
        edit::update(&shop, &staff, edited.id, edited.draft, edited.version).await.unwrap();
        let id = last(&t).await;
        let job = take_back(&t, id).await;
        assert_eq!((job.counts.removed, job.counts.kept), (2, 1));
        assert_eq!(t.number("SELECT COUNT(*) FROM product WHERE title = 'Mine'").await, 1);
        let touched = job::touched(&shop, id).await.unwrap();
        assert_eq!((touched[0].title.as_deref(), touched[0].rolled_back.as_deref()), (Some("Mine"), Some("edited")));
    }

    async fn what_somebody_has_reviewed_or_reserved_is_archived(t: TestShop) {
        import(&t, Format::Shopify, &many(3), Mode::Apply).await;
        let mut tx = t.db.begin().await.unwrap();
        tx.execute("UPDATE stock SET reserved = 1 WHERE variant_id = (SELECT id FROM variant WHERE sku = 'P2')", args![]).await.unwrap();
        tx.commit().await.unwrap();
        let job = take_back(&t, last(&t).await).await;
        assert_eq!((job.counts.removed, job.counts.archived), (2, 1));
        assert_eq!(t.number("SELECT COUNT(*) FROM product WHERE status = 'archived' AND slug = 'p2'").await, 1);
    }

    async fn a_roll_back_survives_its_worker(t: TestShop) {
        import(&t, Format::Shopify, &many(120), Mode::Apply).await;
        let (shop, id) = (t.shop(), last(&t).await);
        job::roll_back(&shop, &anna(), id).await.unwrap();
        let mut dead = job::Worker::claim(&shop, None).await.unwrap().unwrap();
        assert!(dead.step(&shop).await.unwrap());
        t.clock.advance(61_000);
        assert_eq!(job::work(&shop, &CancellationToken::new()).await.unwrap(), 1);
        assert!(!dead.step(&shop).await.unwrap());
        let job = job::load(&shop, id).await.unwrap();
        assert_eq!((job.state, job.counts.removed), (State::RolledBack, 120));
        assert_eq!(t.number("SELECT COUNT(*) FROM product").await, 0);
    }
}
