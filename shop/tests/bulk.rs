//! Many products changed at once, and taken back.

use crate::catalogue::edit::{anna, draft};
use crate::support::TestShop;
use shop::bulk::{self, Changes, Chosen, CompareAt, PriceChange, PriceStep, State};
use shop::catalogue::desk::Filter;
use shop::catalogue::draft::{Draft, Status};
use shop::catalogue::edit;
use shop::id::{BulkEditId, ProductId};
use shop::money::Currency;
use shop::search::{self, Search};
use shop::{Error, Shop};
use tokio_util::sync::CancellationToken;

/// `count` products with two variants each, at 10.00 and 12.00.
async fn products(shop: &Shop, count: usize) -> Vec<ProductId> {
    let mut ids = Vec::new();
    for n in 0..count {
        let mut draft = Draft { title: format!("Mug {n}"), brand: format!("Brand {}", n % 2), ..draft() };
        for (at, variant) in draft.variants.iter_mut().enumerate() {
            variant.sku = format!("M{n}-{at}");
        }
        ids.push(edit::create(shop, &anna(), draft).await.unwrap());
    }
    ids
}

async fn drafts(shop: &Shop, ids: &[ProductId]) -> Vec<Draft> {
    let mut drafts = Vec::new();
    for id in ids {
        drafts.push(edit::load(shop, &anna(), &id.to_string()).await.unwrap().draft);
    }
    drafts
}

async fn work(shop: &Shop) -> usize {
    bulk::work(shop, &CancellationToken::new()).await.unwrap()
}

async fn state(shop: &Shop, id: BulkEditId) -> State {
    bulk::load(shop, &anna(), id).await.unwrap().state
}

fn cheaper() -> Changes {
    let price =
        PriceChange { currency: Currency::EUR, step: PriceStep::Percent(-2_500), compare_at: CompareAt::Former };
    Changes { price: Some(price), add_tags: vec!["sale".into()], status: Some(Status::Published), ..Changes::default() }
}

/// Chosen, planned and applied.
async fn applied(shop: &Shop, ids: &[ProductId], changes: &Changes) -> BulkEditId {
    let (anna, search) = (anna(), Search::in_memory());
    let id = bulk::begin(shop, &search, &anna, Chosen::These(ids.to_vec())).await.unwrap();
    bulk::plan(shop, &anna, id, changes).await.unwrap();
    work(shop).await;
    bulk::apply(shop, &anna, id).await.unwrap();
    work(shop).await;
    id
}

on_both_engines! {
    async fn products_change_as_was_shown_and_come_back_whole(t: TestShop) {
        let (shop, anna, search) = (t.shop(), anna(), Search::in_memory());
        // More than one batch.
        let ids = products(&shop, 120).await;
        let before = drafts(&shop, &ids).await;
        let id = bulk::begin(&shop, &search, &anna, Chosen::These(ids[..110].to_vec())).await.unwrap();
        assert_eq!(state(&shop, id).await, State::Choosing);
        bulk::plan(&shop, &anna, id, &cheaper()).await.unwrap();
        assert_eq!(work(&shop).await, 110);
        assert_eq!(drafts(&shop, &ids).await, before, "a plan writes nothing");
        let edit = bulk::load(&shop, &anna, id).await.unwrap();
        assert_eq!((edit.state, edit.counts.planned, edit.counts.all()), (State::Planned, 110, 110));
        let shown = bulk::items(&shop, &anna, id, None, 50).await.unwrap();
        let lines: Vec<_> = shown.items[0].difference.iter().map(|d| (d.what.as_str(), d.before.as_str(), d.after.as_str())).collect();
        assert_eq!(lines, [
            ("Tags", "", "sale"),
            ("Price of M0-0 in EUR", "10.00", "7.50"), ("Price before of M0-0 in EUR", "", "10.00"),
            ("Price of M0-1 in EUR", "12.00", "9.00"), ("Price before of M0-1 in EUR", "", "12.00"),
        ]);
        let rest = bulk::items(&shop, &anna, id, shown.next.as_deref(), 100).await.unwrap();
        assert_eq!((shown.items.len(), rest.items.len(), rest.next), (50, 60, None));
        bulk::apply(&shop, &anna, id).await.unwrap();
        assert_eq!(work(&shop).await, 110);
        let after = drafts(&shop, &ids).await;
        let changed = cheaper();
        for (n, (is, was)) in after.iter().zip(&before).enumerate() {
            let want = if n < 110 { changed.made_of(was).unwrap() } else { was.clone() };
            assert_eq!(*is, want, "{n}");
        }
        assert_eq!(t.number("SELECT COUNT(*) FROM audit_log WHERE action = 'product.update'").await, 110);
        bulk::undo(&shop, &anna, id).await.unwrap();
        assert_eq!(work(&shop).await, 110);
        assert_eq!(drafts(&shop, &ids).await, before);
        assert_eq!(state(&shop, id).await, State::Undone);
        assert_eq!(work(&shop).await, 0);
    }

    async fn what_somebody_else_changes_is_left_alone(t: TestShop) {
        let (shop, anna, search) = (t.shop(), anna(), Search::in_memory());
        let ids = products(&shop, 3).await;
        let id = bulk::begin(&shop, &search, &anna, Chosen::These(ids.clone())).await.unwrap();
        bulk::plan(&shop, &anna, id, &cheaper()).await.unwrap();
        work(&shop).await;
        // One is edited between the difference and its application, one after it.
        let rename = async |id: ProductId| {
            let mut edited = edit::load(&shop, &anna, &id.to_string()).await.unwrap();
            edited.draft.title = "Renamed".into();
            edit::update(&shop, &anna, id, edited.draft, edited.version).await.unwrap();
        };
        rename(ids[0]).await;
        bulk::apply(&shop, &anna, id).await.unwrap();
        work(&shop).await;
        let counts = bulk::load(&shop, &anna, id).await.unwrap().counts;
        assert_eq!((counts.applied, counts.edited), (2, 1));
        rename(ids[1]).await;
        bulk::undo(&shop, &anna, id).await.unwrap();
        work(&shop).await;
        let now = drafts(&shop, &ids).await;
        let prices: Vec<_> = now.iter().map(|d| d.variants[0].prices[0].amount).collect();
        assert_eq!(prices, [1_000, 1_000, 1_000]);
        assert_eq!(now.iter().map(|d| d.title.as_str()).collect::<Vec<_>>(), ["Renamed", "Renamed", "Mug 2"]);
        assert!(now.iter().all(|d| d.tags.is_empty()));
    }

    async fn two_workers_and_a_stop_change_no_product_twice(t: TestShop) {
        let (shop, anna, search) = (t.shop(), anna(), Search::in_memory());
        let ids = products(&shop, 60).await;
        let id = bulk::begin(&shop, &search, &anna, Chosen::These(ids.clone())).await.unwrap();
        bulk::plan(&shop, &anna, id, &cheaper()).await.unwrap();
        let (one, other) = tokio::join!(work(&shop), work(&shop));
        assert_eq!(one + other, 60);
        bulk::apply(&shop, &anna, id).await.unwrap();
        let (one, other) = tokio::join!(work(&shop), work(&shop));
        assert_eq!(one + other, 60);
        assert!(drafts(&shop, &ids).await.iter().all(|d| d.variants[0].prices[0].amount == 750), "once each");
        // A second one is stopped before it begins; what it has not done is not undone.
        let id = bulk::begin(&shop, &search, &anna, Chosen::These(ids.clone())).await.unwrap();
        bulk::plan(&shop, &anna, id, &Changes { brand: Some("New".into()), ..Changes::default() }).await.unwrap();
        work(&shop).await;
        bulk::apply(&shop, &anna, id).await.unwrap();
        bulk::stop(&shop, &anna, id).await.unwrap();
        assert_eq!(work(&shop).await, 0);
        let edit = bulk::load(&shop, &anna, id).await.unwrap();
        assert_eq!((edit.state, edit.stopped, edit.counts.planned), (State::Applied, true, 60));
        for late in [bulk::stop(&shop, &anna, id).await, bulk::apply(&shop, &anna, id).await, bulk::again(&shop, &anna, id).await] {
            assert_eq!(late.unwrap_err().problem().code, "moved_on");
        }
    }

    async fn products_that_cannot_be_changed_are_named_and_hold_up_no_other(t: TestShop) {
        let (shop, anna, search) = (t.shop(), anna(), Search::in_memory());
        let ids = products(&shop, 3).await;
        let id = bulk::begin(&shop, &search, &anna, Chosen::These(ids.clone())).await.unwrap();
        let lower = |amount| Changes {
            price: Some(PriceChange { currency: Currency::EUR, step: PriceStep::By(amount), compare_at: CompareAt::Keep }),
            ..Changes::default()
        };
        let mut edited = edit::load(&shop, &anna, &ids[1].to_string()).await.unwrap();
        edited.draft.variants[1].prices[0].amount = 500;
        edit::update(&shop, &anna, ids[1], edited.draft, edited.version).await.unwrap();
        bulk::plan(&shop, &anna, id, &lower(-600)).await.unwrap();
        work(&shop).await;
        let items = bulk::items(&shop, &anna, id, None, 50).await.unwrap().items;
        assert_eq!(items.iter().map(|i| i.state.as_str()).collect::<Vec<_>>(), ["planned", "refused", "planned"]);
        assert_eq!(items[1].message, "The price of M1-1 would be below 0 or out of range.");
        // Another plan over the same products; a product that is gone by then is said to be.
        bulk::again(&shop, &anna, id).await.unwrap();
        bulk::plan(&shop, &anna, id, &Changes { brand: Some("Brand 0".into()), ..Changes::default() }).await.unwrap();
        let mut tx = shop.db.begin().await.unwrap();
        tx.execute("DELETE FROM product WHERE id = $1", shop::args![ids[2]]).await.unwrap();
        tx.commit().await.unwrap();
        work(&shop).await;
        let counts = bulk::load(&shop, &anna, id).await.unwrap().counts;
        assert_eq!((counts.planned, counts.same, counts.gone, counts.refused), (1, 1, 1, 0));
    }

    async fn all_that_the_list_finds_can_be_chosen(t: TestShop) {
        let (shop, anna, search) = (t.shop(), anna(), Search::in_memory());
        products(&shop, 7).await;
        while search::catch_up(&shop, &search).await.unwrap() > 0 || search::lag(&shop, &search).await.unwrap().changes > 0 {}
        let count = async |filter: Filter| {
            let id = bulk::begin(&shop, &search, &anna, Chosen::All(filter)).await.unwrap();
            bulk::load(&shop, &anna, id).await.unwrap().counts.chosen
        };
        assert_eq!(count(Filter::default()).await, 7);
        assert_eq!(count(Filter { text: "mug 3".into(), ..Filter::default() }).await, 1);
        assert_eq!(count(Filter { status: Some(Status::Published), ..Filter::default() }).await, 7);
        for none in [Chosen::These(vec![ProductId::new()]), Chosen::These(vec![]), Chosen::All(Filter { text: "lamp".into(), ..Filter::default() })] {
            assert!(matches!(bulk::begin(&shop, &search, &anna, none).await, Err(Error::Invalid(_))));
        }
        assert_eq!(t.number("SELECT COUNT(*) FROM bulk_edit").await, 3);
    }

    async fn what_nobody_can_mean_is_refused(t: TestShop) {
        let (shop, anna) = (t.shop(), anna());
        let ids = products(&shop, 1).await;
        let id = bulk::begin(&shop, &Search::in_memory(), &anna, Chosen::These(ids)).await.unwrap();
        let price = |step| Changes {
            price: Some(PriceChange { currency: Currency::EUR, step, compare_at: CompareAt::Keep }),
            ..Changes::default()
        };
        for (field, changes) in [
            ("changes", Changes::default()),
            ("changes", price(PriceStep::Keep)),
            ("price_value", price(PriceStep::Percent(-10_001))),
            ("price_value", price(PriceStep::Percent(0))),
            ("price_value", price(PriceStep::To(-1))),
            ("brand", Changes { brand: Some("x".repeat(10_000)), ..Changes::default() }),
            ("add_tags", Changes { add_tags: vec!["a\0b".into()], ..Changes::default() }),
            ("remove_tags", Changes { remove_tags: vec!["x".repeat(1_000)], ..Changes::default() }),
        ] {
            let Err(Error::Invalid(fields)) = bulk::plan(&shop, &anna, id, &changes).await else { panic!("{changes:?}") };
            assert_eq!(fields[0].field, field, "{changes:?}");
            assert_eq!(state(&shop, id).await, State::Choosing);
        }
    }

    async fn an_undo_after_another_edit_gives_back_only_its_own(t: TestShop) {
        let shop = t.shop();
        let ids = products(&shop, 2).await;
        let first = applied(&shop, &ids, &Changes { brand: Some("First".into()), ..Changes::default() }).await;
        applied(&shop, &ids, &Changes { brand: Some("Second".into()), ..Changes::default() }).await;
        bulk::undo(&shop, &anna(), first).await.unwrap();
        work(&shop).await;
        let counts = bulk::load(&shop, &anna(), first).await.unwrap().counts;
        assert_eq!((counts.undone, counts.kept), (0, 2));
        assert!(drafts(&shop, &ids).await.iter().all(|d| d.brand == "Second"));
    }
}
