//! One decision of an owner about one difference: done once, audited, refused when things have changed.

use super::{kinds, later, open, run, staff, stray};
use crate::support::TestShop;
use crate::support::till::{Till, VISA};
use shop::checkout::PaymentWay;
use shop::payment::Outcome;
use shop::reconcile::{self, Break, Report, Resolution};
use shop::staff::Role;
use shop::{Error, Result, args, order};

async fn decide(till: &Till, one: &Break, resolution: Resolution) -> Result<()> {
    reconcile::resolve(&till.shop, &staff(Role::Owner), one.id, one.version, resolution, "as agreed").await
}

fn code(done: Result<()>) -> &'static str {
    match done {
        Err(Error::Conflict { code, .. }) => code,
        other => panic!("no conflict: {other:?}"),
    }
}

/// A checkout that is frozen because the provider took a cent less than was agreed.
async fn paid_wrongly(till: &Till) -> Report {
    let (visitor, view) = till.guest("MUG", 2).await;
    let placed = till.place(&visitor, &view, "k1", PaymentWay::Embedded).await.unwrap();
    let shop::checkout::Placed::Confirm { client_secret, .. } = placed else { panic!("{placed:?}") };
    till.tamper("UPDATE payment_attempt SET amount = amount + 1").await;
    assert!(till.confirm_in_page(&client_secret, VISA).await.is_success());
    run(till).await
}

const AUDITED: &str = "SELECT COUNT(*) FROM audit_log WHERE action = 'reconciliation.resolve'";

on_both_engines! {
    async fn an_owner_gives_strange_money_back_once(t: TestShop) {
        let till = open(&t).await;
        stray(&till, &till.shop.origin, "taken", true).await;
        let one = run(&till).await.breaks.remove(0);
        let by = staff(Role::Staff);
        let refused = reconcile::resolve(&till.shop, &by, one.id, one.version, Resolution::GiveBack, "").await;
        assert!(matches!(refused, Err(Error::Forbidden)));
        assert_eq!(code(reconcile::resolve(
            &till.shop, &staff(Role::Owner), one.id, one.version + 1, Resolution::GiveBack, "",
        ).await), "stale");
        let wrong = decide(&till, &one, Resolution::SellAgain).await;
        assert!(matches!(wrong, Err(Error::Invalid(_))), "{wrong:?}");
        assert_eq!(till.money().await.3, 0);
        decide(&till, &one, Resolution::GiveBack).await.unwrap();
        assert_eq!(till.money().await, (700, 700, 0, 700));
        assert_eq!(code(decide(&till, &one, Resolution::GiveBack).await), "settled");
        assert_eq!((till.money().await.3, till.count(AUDITED).await), (700, 1));
        assert_eq!(run(&till).await.breaks, Vec::new());
        let over = reconcile::resolved_breaks(&till.shop, None, 10).await.unwrap().items;
        assert_eq!(over[0].action, "Gave the money back (Mia): as agreed");
    }

    async fn what_was_let_stand_is_not_told_again_until_it_says_something_else(t: TestShop) {
        let till = open(&t).await;
        stray(&till, &till.shop.origin, "taken", true).await;
        let one = run(&till).await.breaks.remove(0);
        let by = staff(Role::Owner);
        let silent = reconcile::resolve(&till.shop, &by, one.id, one.version, Resolution::Handled, " ").await;
        assert!(matches!(silent, Err(Error::Invalid(_))), "a note is demanded");
        decide(&till, &one, Resolution::Handled).await.unwrap();
        assert_eq!(later(&t, &till).await.breaks, Vec::new());
        assert_eq!(till.money().await.3, 0);
        till.tamper("UPDATE recon_break SET accepted = 'something else'").await;
        assert_eq!(kinds(&run(&till).await), ["charged_no_order"]);
    }

    async fn a_checkout_that_was_paid_wrongly_ends_when_its_money_goes_back(t: TestShop) {
        let till = open(&t).await;
        let report = paid_wrongly(&till).await;
        assert_eq!(kinds(&report), ["payment_mismatch"]);
        let one = &report.breaks[0];
        assert_eq!((one.ours, one.theirs), (Some(2491), Some(2490)));
        assert_eq!(till.count("SELECT reserved FROM stock").await, 2, "held until somebody decides");
        assert_eq!(code(decide(&till, one, Resolution::Handled).await), "checkout_frozen");
        decide(&till, one, Resolution::GiveBack).await.unwrap();
        assert_eq!(till.money().await, (2490, 0, 2490, 0));
        assert_eq!(till.count("SELECT reserved FROM stock").await, 0);
        assert_eq!(run(&till).await.breaks, Vec::new());
        till.tamper("UPDATE payment_attempt SET amount = amount - 1").await;
        till.check().await;
    }

    async fn what_else_had_frozen_a_checkout_is_over_with_it(t: TestShop) {
        let till = open(&t).await;
        stray(&till, &till.shop.origin, "another", false).await;
        paid_wrongly(&till).await;
        let sql = "UPDATE recon_break SET kind = 'paid_after_end', number = (SELECT number FROM orders)
            WHERE kind = 'charged_no_order'";
        till.tamper(sql).await;
        let open = reconcile::open_breaks(&till.shop).await.unwrap();
        let other = open.iter().find(|one| one.kind.code() == "paid_after_end").unwrap();
        assert_eq!(open.len(), 2);
        decide(&till, other, Resolution::GiveBack).await.unwrap();
        assert_eq!(till.money().await, (2490 + 700, 0, 2490 + 700, 0));
        assert_eq!(reconcile::open_breaks(&till.shop).await.unwrap(), Vec::new());
        assert_eq!(till.count("SELECT reserved FROM stock").await, 0);
        till.tamper("UPDATE payment_attempt SET amount = amount - 1").await;
        till.check().await;
    }

    async fn a_checkout_stays_frozen_no_longer_than_what_froze_it(t: TestShop) {
        let till = open(&t).await;
        let report = paid_wrongly(&till).await;
        assert_eq!(run(&till).await.mended, Vec::<String>::new());
        assert_eq!(till.count("SELECT reserved FROM stock").await, 2, "held until somebody decides");
        // Somebody has let go of the money at the provider, and there is no difference any more.
        let gone = till.provider().cancel_intent("by hand", &report.breaks[0].payment).await;
        assert!(matches!(gone, Outcome::Done(_)));
        till.tamper("UPDATE recon_break SET resolved_at = 1, action = 'agrees again'").await;
        let report = run(&till).await;
        assert_eq!((report.mended.len(), report.breaks), (1, Vec::new()), "{:?}", report.mended);
        assert_eq!(till.money().await, (2490, 0, 2490, 0));
        assert_eq!(till.count("SELECT COUNT(*) FROM checkout WHERE state = 'released'").await, 1);
        assert_eq!(till.count("SELECT reserved FROM stock").await, 0);
        till.tamper("UPDATE payment_attempt SET amount = amount - 1").await;
        till.check().await;
    }

    async fn a_checkout_that_was_paid_as_agreed_too_becomes_an_order_when_the_other_money_goes_back(t: TestShop) {
        let till = open(&t).await;
        let (visitor, view) = till.guest("MUG", 2).await;
        let pay = async |key: &str| match till.place(&visitor, &view, key, PaymentWay::Embedded).await.unwrap() {
            shop::checkout::Placed::Confirm { client_secret, .. } => client_secret,
            other => panic!("{other:?}"),
        };
        let first = pay("k1").await;
        // A page that the provider closed for the shop only.
        till.tamper("UPDATE payment_attempt SET state = 'canceled'").await;
        till.tamper("UPDATE checkout SET state = 'payable_again', lease_until = 0").await;
        let second = pay("k2").await;
        assert!(till.confirm_in_page(&first, VISA).await.is_success());
        let report = run(&till).await;
        assert_eq!(kinds(&report), ["paid_after_end"]);
        assert!(till.confirm_in_page(&second, VISA).await.is_success());
        t.clock.advance(60_000);
        till.work().await;
        assert_eq!(till.count("SELECT COUNT(*) FROM checkout WHERE state = 'manual_review'").await, 1);
        decide(&till, &reconcile::open_breaks(&till.shop).await.unwrap()[0], Resolution::GiveBack).await.unwrap();
        till.work().await;
        assert_eq!(till.money().await, (4980, 2490, 2490, 0));
        assert_eq!(till.count("SELECT COUNT(*) FROM orders WHERE state = 'confirmed' AND captured = 2490").await, 1);
        assert_eq!(till.count("SELECT on_hand FROM stock").await, 3);
        assert_eq!(run(&till).await.breaks, Vec::new());
    }

    async fn an_order_whose_authorisation_is_gone_is_cancelled_by_its_owner(t: TestShop) {
        let till = open(&t).await;
        let (visitor, view) = till.guest("MUG", 2).await;
        till.pay(&visitor, &view, "k1", VISA).await.unwrap();
        till.tamper("DELETE FROM outbox WHERE kind = 'capture'").await;
        let intent = till.intents().await.remove(0).id;
        assert!(till.provider().cancel_intent("dashboard", &intent).await.done().is_some());
        let report = run(&till).await;
        assert_eq!(kinds(&report), ["authorisation_lost"]);
        decide(&till, &report.breaks[0], Resolution::CancelAndRestock).await.unwrap();
        assert_eq!(till.count("SELECT on_hand - reserved FROM stock").await, 5);
        assert_eq!(till.count("SELECT COUNT(*) FROM orders WHERE state = 'cancelled'").await, 1);
        assert_eq!(code(decide(&till, &report.breaks[0], Resolution::CancelAndRestock).await), "settled");
        till.check().await;
    }

    async fn a_lost_authorisation_waits_for_nobody_once_its_order_is_cancelled(t: TestShop) {
        let till = open(&t).await;
        let (visitor, view) = till.guest("MUG", 2).await;
        till.pay(&visitor, &view, "k1", VISA).await.unwrap();
        till.tamper("DELETE FROM outbox WHERE kind = 'capture'").await;
        let intent = till.intents().await.remove(0).id;
        assert!(till.provider().cancel_intent("dashboard", &intent).await.done().is_some());
        let number = run(&till).await.breaks.remove(0).number;
        let version = order::detail(&till.shop, &staff(Role::Owner), &number).await.unwrap().order.version;
        order::cancel(&till.shop, &staff(Role::Owner), &number, version, true, "").await.unwrap();
        assert_eq!(reconcile::open_breaks(&till.shop).await.unwrap(), Vec::new());
        let over = reconcile::resolved_breaks(&till.shop, None, 10).await.unwrap().items;
        assert_eq!(over[0].action, "The order was cancelled (Mia)");
        till.check().await;
    }

    async fn a_refund_that_the_provider_does_not_have_is_sent_again(t: TestShop) {
        let till = open(&t).await;
        till.buy("MUG", 1).await;
        till.tamper(
            "INSERT INTO refund (id, attempt_id, amount, state, actor, created_at, updated_at)
             SELECT id, id, 100, 'succeeded', 'system', 0, 0 FROM payment_attempt",
        ).await;
        till.tamper("UPDATE orders SET refunded = 100").await;
        let id = uuid::Uuid::now_v7();
        let mut tx = t.db.begin().await.unwrap();
        for (account, amount) in [("refunds", 100), ("provider", -100)] {
            let sql = "INSERT INTO ledger (id, tx_id, account, amount, currency, order_id, at)
                SELECT $1, $2, $3, $4, 'EUR', id, 0 FROM orders";
            tx.execute(sql, args![uuid::Uuid::now_v7(), id, account, amount]).await.unwrap();
        }
        tx.commit().await.unwrap();
        let report = run(&till).await;
        assert_eq!(kinds(&report), ["refund_differs"]);
        assert_eq!(code(decide(&till, &report.breaks[0], Resolution::TakeOver).await), "nothing_to_take_over");
        decide(&till, &report.breaks[0], Resolution::SendAgain).await.unwrap();
        till.work().await;
        assert_eq!(till.money().await.3, 100);
        assert_eq!(run(&till).await.breaks, Vec::new());
        till.check().await;
    }

    async fn a_comparison_that_was_asked_for_runs_beside_and_tells_how_far_it_is(t: TestShop) {
        let till = open(&t).await;
        till.buy("MUG", 1).await;
        let by = staff(Role::Owner);
        assert!(matches!(reconcile::start(&till.shop, &staff(Role::Staff), 1).await, Err(Error::Forbidden)));
        reconcile::start(&till.shop, &by, 3_600_000).await.unwrap();
        for _ in 0..200 {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            let run = reconcile::runs(&till.shop).await.unwrap().remove(0);
            assert!(run.name == "now" && (run.running || run.finished_at.is_some()), "{run:?}");
            if run.finished_at.is_some() {
                assert!(run.counts.contains(&("payments compared".to_owned(), 1)), "{run:?}");
                reconcile::start(&till.shop, &by, 3_600_000).await.unwrap();
                return;
            }
        }
        panic!("it never ends");
    }
}
