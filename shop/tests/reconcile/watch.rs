//! What must hold within the shop is asked every minute; stock that does not add up is not sold, and too many differences
//! stop new payments.

use super::{open, run, staff};
use crate::support::TestShop;
use crate::support::till::{Till, VISA};
use shop::checkout::Placed;
use shop::inventory::{self, StockFilter};
use shop::reconcile::{self, Resolution};
use shop::staff::Role;
use shop::{Error, args};

/// The next minute's look, and the night's with the first.
async fn watch(t: &TestShop, till: &Till) -> Vec<String> {
    t.clock.advance(61_000);
    assert!(reconcile::watch_on_time(&till.shop).await.unwrap() > 0);
    let open = reconcile::open_breaks(&till.shop).await.unwrap();
    open.into_iter().map(|one| format!("{} {}", one.kind.code(), one.reference)).collect()
}

on_both_engines! {
    async fn stock_that_does_not_add_up_is_not_sold_until_somebody_has_looked(t: TestShop) {
        let till = open(&t).await;
        let (visitor, view) = till.guest("MUG", 1).await;
        assert_eq!(watch(&t, &till).await, Vec::<String>::new());
        till.tamper("UPDATE stock SET reserved = reserved + 1").await;
        assert_eq!(watch(&t, &till).await, ["stock_differs MUG"]);
        // Whoever is about to pay as well as whoever looks.
        let sold = till.pay(&visitor, &view, "k1", VISA).await;
        assert!(matches!(sold, Err(Error::SoldOut(_))), "{sold:?}");
        assert_eq!(till.money().await, (0, 0, 0, 0));
        let by = staff(Role::Staff);
        let rows = inventory::overview(&till.shop, &by, StockFilter::Out, "", None, 10).await.unwrap().items;
        assert!(rows[0].frozen.contains("1 reserved, 0 held"), "{rows:?}");
        let one = reconcile::open_breaks(&till.shop).await.unwrap().remove(0);
        let by = staff(Role::Owner);
        reconcile::resolve(&till.shop, &by, one.id, one.version, Resolution::SellAgain, "").await.unwrap();
        let again = inventory::unfreeze(&till.shop, &by, "MUG").await;
        assert!(matches!(again, Err(Error::Conflict { code: "not_frozen", .. })), "{again:?}");
        assert_eq!(till.count("SELECT COUNT(*) FROM audit_log WHERE action = 'stock.unfreeze'").await, 1);
        assert_eq!(watch(&t, &till).await, Vec::<String>::new());
        assert!(matches!(till.pay(&visitor, &view, "k2", VISA).await.unwrap(), Placed::Order { .. }));
        till.check().await;
    }

    async fn a_reservation_in_another_program_sees_the_mark(t: TestShop) {
        let stock = t.stock("MUG", 5).await;
        let checkouts = t.checkouts(1).await;
        let request = inventory::reserve::ReserveRequest {
            checkout_id: checkouts[0], expires_at: 0, demands: vec![(stock, 1)], otherwise: None,
        };
        let other = shop::db::Db::open(&t.url).await.unwrap();
        let mut tx = t.db.begin().await.unwrap();
        tx.execute("UPDATE stock SET frozen = 'because'", args![]).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = other.begin().await.unwrap();
        let short = inventory::reserve::reserve_many(&mut tx, &[request]).await.unwrap();
        assert_eq!(short[0].as_ref().unwrap_err()[0].available, 0);
    }

    async fn what_no_movement_explains_is_found_at_night_and_explained_by_whoever_counts(t: TestShop) {
        let till = open(&t).await;
        till.tamper("UPDATE stock SET on_hand = on_hand + 2").await;
        assert_eq!(watch(&t, &till).await.len(), 2, "the stock, and the rule that names it");
        inventory::unfreeze(&till.shop, &staff(Role::Staff), "MUG").await.unwrap();
        assert_eq!(till.count("SELECT CAST(SUM(delta) AS BIGINT) FROM stock_movement").await, 7);
        t.clock.advance(24 * 3_600_000);
        assert_eq!(watch(&t, &till).await, Vec::<String>::new());
        till.check().await;
    }

    async fn broken_books_and_late_deliveries_are_told_and_over_when_they_are(t: TestShop) {
        let till = open(&t).await;
        let (_, number, _) = till.buy("MUG", 1).await;
        assert_eq!(watch(&t, &till).await, Vec::<String>::new());
        till.tamper("UPDATE ledger SET amount = amount + 1 WHERE account = 'sales'").await;
        till.tamper("UPDATE reservation SET state = 'released'").await;
        till.tamper("UPDATE idempotency SET finished = FALSE").await;
        till.tamper("UPDATE outbox SET delivered_at = NULL, created_at = 0 WHERE kind = 'event'").await;
        t.clock.advance(11 * 60_000);
        let expected =
            ["rule_broken I12 event".to_owned(), format!("rule_broken I13 {number}"), format!("rule_broken I3 {number}"),
             format!("rule_broken I9 {number}")];
        assert_eq!(watch(&t, &till).await, expected);
        till.work().await;
        assert_eq!(watch(&t, &till).await, expected[1..], "delivered");
    }

    async fn too_many_differences_stop_new_payments_and_nothing_else(t: TestShop) {
        let till = open(&t).await;
        let (visitor, view) = till.guest("MUG", 1).await;
        for at in 0..11 {
            let sql = "INSERT INTO recon_break (id, kind, ref, first_seen) VALUES ($1, 'order_differs', $2, $3)";
            let mut tx = t.db.begin().await.unwrap();
            tx.execute(sql, args![uuid::Uuid::now_v7(), format!("M-{at}"), t.now()]).await.unwrap();
            tx.commit().await.unwrap();
            assert_eq!(reconcile::payments_stopped(&till.shop).await.unwrap(), None);
            if at == 9 {
                watch(&t, &till).await;
            }
        }
        watch(&t, &till).await;
        assert!(reconcile::payments_stopped(&till.shop).await.unwrap().is_some());
        let refused = till.pay(&visitor, &view, "k1", VISA).await.unwrap_err();
        assert_eq!(refused.status(), 503);
        assert_eq!(till.money().await, (0, 0, 0, 0));
        assert_eq!(till.count("SELECT COUNT(*) FROM cart_line").await, 1, "the cart is kept");
        let none = reconcile::resume_payments(&till.shop, &staff(Role::Staff)).await;
        assert!(matches!(none, Err(Error::Forbidden)));
        reconcile::resume_payments(&till.shop, &staff(Role::Owner)).await.unwrap();
        watch(&t, &till).await;
        run(&till).await;
        assert!(matches!(till.pay(&visitor, &view, "k1", VISA).await.unwrap(), Placed::Order { .. }));
        assert_eq!(till.count("SELECT COUNT(*) FROM audit_log WHERE action LIKE 'payments.%'").await, 2);
    }
}
