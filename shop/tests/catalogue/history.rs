//! What prices were, and the lowest one before a reduction.

use super::edit::{anna, draft};
use crate::support::TestShop;
use shop::args;
use shop::catalogue::draft::{Draft, DraftPrice};
use shop::catalogue::history::price_changes;
use shop::catalogue::{self, edit};
use shop::id::ProductId;
use shop::money::Currency;
use std::path::Path;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// Gives the first variant a price in euros.
async fn set(t: &TestShop, id: ProductId, amount: i64, compare_at: Option<i64>) {
    let (shop, anna) = (t.shop(), anna());
    // Nobody saves twice at one moment.
    t.clock.advance(1);
    let stored = edit::load(&shop, &anna, &id.to_string()).await.unwrap();
    let mut changed: Draft = stored.draft;
    changed.variants[0].prices = vec![DraftPrice { currency: Currency::EUR, amount, compare_at }];
    edit::update(&shop, &anna, id, changed, stored.version).await.unwrap();
}

/// What the page says was the lowest price before.
async fn lowest(t: &TestShop) -> Option<i64> {
    let product = catalogue::product_by_slug(&t.shop(), "mug", Currency::EUR).await.unwrap();
    product.variants[0].lowest_before.map(|money| money.amount)
}

on_both_engines! {
    async fn the_history_names_the_lowest_price_of_the_thirty_days_before_the_reduction(t: TestShop) {
        let id = edit::create(&t.shop(), &anna(), draft()).await.unwrap();
        // 10.00 from the start; 8.00 for a week; 12.00; then reduced to 9.00 from 12.00.
        t.clock.advance(40 * DAY_MS);
        set(&t, id, 800, None).await;
        t.clock.advance(7 * DAY_MS);
        set(&t, id, 1200, None).await;
        assert_eq!(lowest(&t).await, None, "nothing is reduced");
        t.clock.advance(20 * DAY_MS);
        set(&t, id, 900, Some(1200)).await;
        assert_eq!(lowest(&t).await, Some(800), "the week at 8.00 lies within 30 days");
        // While the reduction lasts the figure stays, whatever else is saved.
        t.clock.advance(60 * DAY_MS);
        set(&t, id, 900, Some(1300)).await;
        assert_eq!(lowest(&t).await, Some(800));
        // A further reduction is one of its own: the lowest before it is what was asked until now.
        set(&t, id, 700, Some(1300)).await;
        assert_eq!(lowest(&t).await, Some(900));
        // Over; and long after, what counts is the price that was in force when the 30 days began.
        set(&t, id, 1200, None).await;
        assert_eq!(lowest(&t).await, None);
        t.clock.advance(100 * DAY_MS);
        set(&t, id, 1000, Some(1200)).await;
        assert_eq!(lowest(&t).await, Some(1200));
    }

    async fn a_product_that_begins_reduced_claims_no_earlier_price(t: TestShop) {
        let mut reduced = draft();
        reduced.variants[0].prices[0].compare_at = Some(1500);
        let id = edit::create(&t.shop(), &anna(), reduced).await.unwrap();
        assert_eq!(lowest(&t).await, None);
        set(&t, id, 1000, Some(900)).await;
        assert_eq!(lowest(&t).await, None, "a lower price before is no reduction");
    }

    async fn the_history_has_a_row_for_every_change_and_none_for_what_stays(t: TestShop) {
        let (shop, anna) = (t.shop(), anna());
        let begun = t.now();
        let id = edit::create(&shop, &anna, draft()).await.unwrap();
        t.clock.advance(DAY_MS);
        set(&t, id, 1000, None).await;
        let changes = price_changes(&shop, &anna, id).await.unwrap();
        assert_eq!(changes.len(), 2, "two variants, one price each, nothing changed");
        assert!(changes.iter().all(|change| change.since == begun));
        set(&t, id, 1100, None).await;
        let newest = price_changes(&shop, &anna, id).await.unwrap().swap_remove(0);
        assert_eq!((newest.sku.as_str(), newest.since, newest.price), ("A", t.now(), Some(Currency::EUR.money(1100))));
        // By a statement that knows of no history, and taken away altogether.
        let mut tx = t.db.begin().await.unwrap();
        tx.execute("UPDATE price SET amount = 1300 WHERE variant_id = (SELECT id FROM variant WHERE sku = 'A')", args![]).await.unwrap();
        tx.execute("DELETE FROM price WHERE variant_id = (SELECT id FROM variant WHERE sku = 'A')", args![]).await.unwrap();
        tx.commit().await.unwrap();
        let changes = price_changes(&shop, &anna, id).await.unwrap();
        let amounts: Vec<_> = changes.iter().filter(|c| c.sku == "A").map(|c| c.price.map(|m| m.amount)).collect();
        assert_eq!(amounts, [None, Some(1300), Some(1100), Some(1000)]);
        // A variant that goes takes its history along.
        let mut tx = t.db.begin().await.unwrap();
        tx.execute("DELETE FROM variant WHERE sku = 'B'", args![]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(t.number("SELECT COUNT(*) FROM price_history").await, 4);
    }
}

/// The time in the history is the shop's clock's only where the writer gives it.
#[test]
fn prices_are_written_into_their_history_from_one_place() {
    fn files(folder: &Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                files(&path, found);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                if ["INTO price ", "UPDATE price "].iter().any(|words| text.contains(words)) {
                    found.push(path.file_name().unwrap().to_string_lossy().into_owned());
                }
            }
        }
    }
    let mut found = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    assert_eq!(found, ["price.rs"]);
}
