//! Drafts that publish themselves.

use super::edit::{anna, draft};
use crate::support::TestShop;
use shop::args;
use shop::catalogue::draft::{Draft, Status};
use shop::catalogue::schedule::publish_due;
use shop::catalogue::{self, desk, edit};
use shop::limits::PUBLISH_AHEAD_MS;
use shop::money::Currency;

const HOUR_MS: i64 = 60 * 60 * 1000;

fn scheduled(at: i64) -> Draft {
    Draft { status: Status::Draft, publish_at: Some(at), ..draft() }
}

async fn is_shown(t: &TestShop) -> bool {
    catalogue::product_by_slug(&t.shop(), "mug", Currency::EUR).await.is_ok()
}

on_both_engines! {
    async fn a_scheduled_product_is_published_once_when_its_time_comes(t: TestShop) {
        let (shop, anna) = (t.shop(), anna());
        let id = edit::create(&shop, &anna, scheduled(t.now() + HOUR_MS)).await.unwrap();
        let search = shop::search::Search::in_memory();
        let filter = desk::Filter { scheduled: true, ..desk::Filter::default() };
        let mut other = draft();
        (other.variants[0].sku, other.variants[1].sku) = ("OTHER-1".into(), "OTHER-2".into());
        edit::create(&shop, &anna, Draft { title: "Other".into(), status: Status::Draft, ..other }).await.unwrap();
        while shop::search::catch_up(&shop, &search).await.unwrap() > 0 {}
        for sort in [desk::Sort::Newest, desk::Sort::PriceLow] {
            let filter = desk::Filter { sort, ..filter.clone() };
            let rows = desk::list(&shop, &search, &anna, &filter, None, 10).await.unwrap().page.items;
            assert_eq!((rows.len(), rows[0].publish_at), (1, Some(t.now() + HOUR_MS)), "{sort:?}");
        }
        t.clock.advance(HOUR_MS - 1);
        assert_eq!((publish_due(&shop).await.unwrap(), is_shown(&t).await), (0, false));
        // The shop was away for a day; then two processes look at the same moment.
        t.clock.advance(24 * HOUR_MS);
        let (one, other) = tokio::join!(publish_due(&shop), publish_due(&shop));
        assert_eq!(one.unwrap() + other.unwrap(), 1);
        assert!(is_shown(&t).await);
        assert_eq!(t.number("SELECT COUNT(*) FROM audit_log WHERE action = 'product.publish' AND actor = 'system'").await, 1);
        let stored = edit::load(&shop, &anna, &id.to_string()).await.unwrap();
        assert_eq!((stored.draft.status, stored.draft.publish_at, stored.version), (Status::Published, None, 2));
        while shop::search::catch_up(&shop, &search).await.unwrap() > 0 {}
        assert!(desk::list(&shop, &search, &anna, &filter, None, 10).await.unwrap().page.items.is_empty());
        assert_eq!(shop::worker::run_once(&shop).await.unwrap(), 0);
    }

    async fn what_is_done_by_hand_clears_the_schedule(t: TestShop) {
        let (shop, anna) = (t.shop(), anna());
        let id = edit::create(&shop, &anna, scheduled(t.now() + HOUR_MS)).await.unwrap();
        for (status, publish_at, kept) in [
            (Status::Draft, Some(t.now() + 2 * HOUR_MS), true),
            (Status::Published, Some(t.now() + 2 * HOUR_MS), false),
            (Status::Draft, Some(t.now() + HOUR_MS), true),
            (Status::Archived, Some(t.now() + HOUR_MS), false),
            (Status::Draft, None, false),
        ] {
            let stored = edit::load(&shop, &anna, &id.to_string()).await.unwrap();
            let changed = Draft { status, publish_at, ..stored.draft };
            edit::update(&shop, &anna, id, changed, stored.version).await.unwrap();
            let stored = edit::load(&shop, &anna, &id.to_string()).await.unwrap().draft;
            assert_eq!((stored.status, stored.publish_at), (status, publish_at.filter(|_| kept)));
        }
        t.clock.advance(24 * HOUR_MS);
        assert_eq!((publish_due(&shop).await.unwrap(), is_shown(&t).await), (0, false));
        let mut tx = t.db.begin().await.unwrap();
        let wrong = "UPDATE product SET status = 'archived', publish_at = 1";
        assert!(tx.execute(wrong, args![]).await.is_err(), "the schema lets no time stand on anything but a draft");
    }

    async fn a_time_is_refused_by_field_unless_it_stood_there_before(t: TestShop) {
        let (shop, anna) = (t.shop(), anna());
        for at in [t.now(), 0, i64::MIN, t.now() + PUBLISH_AHEAD_MS + 1] {
            let shop::Error::Invalid(fields) = edit::create(&shop, &anna, scheduled(at)).await.unwrap_err() else { panic!() };
            assert_eq!(fields[0].field, "publish_at");
        }
        let id = edit::create(&shop, &anna, scheduled(t.now() + HOUR_MS)).await.unwrap();
        let stored = edit::load(&shop, &anna, &id.to_string()).await.unwrap();
        t.clock.advance(2 * HOUR_MS);
        edit::update(&shop, &anna, id, stored.draft, stored.version).await.unwrap();
        assert_eq!(publish_due(&shop).await.unwrap(), 1, "it was due while the merchant was typing");
    }
}
