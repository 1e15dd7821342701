//! The same checkout through every provider, judged by the gateway's own ledger.

use crate::support::TestShop;
use crate::support::till::{PROVIDERS, Till};
use serde_json::json;
use shop::checkout::{self, PaymentWay, Placed, Status};
use shop::id::{CheckoutId, StaffId};
use shop::order::{self, State};
use shop::payment::{IntentStatus, Outcome, SessionStatus};
use shop::setting::{self, CapturePolicy, Live, Settings};
use shop::staff::{Role, Staff};
use shop::{Error, Shop, args, payment};

mod adapter;
mod dispute;

const HOLD_MS: i64 = 31 * 60 * 1000;
const TOTAL: i64 = 1490;

fn staff() -> Staff {
    Staff {
        id: StaffId::new(),
        email: "m@example.com".into(),
        name: "Mia".into(),
        role: Role::Owner,
        address: String::new(),
    }
}

/// One test for all three: a shop, a till and a gateway of its own for each.
macro_rules! at_every_provider {
    ($(async fn $name:ident($till:ident: Till, $t:ident: &TestShop, $provider:ident: &str) $body:block)*) => {$(
        mod $name {
            #[allow(clippy::wildcard_imports, unused_imports, reason = "the body sees what its file sees")]
            use super::*;

            async fn story($till: Till, $t: &TestShop, $provider: &str) $body

            on_both_engines! {
                async fn at_stripe(t: TestShop) { story(Till::of(&t, &["stripe"]).await, &t, "stripe").await; }
                async fn at_paypal(t: TestShop) { story(Till::of(&t, &["paypal"]).await, &t, "paypal").await; }
                async fn at_razorpay(t: TestShop) { story(Till::of(&t, &["razorpay"]).await, &t, "razorpay").await; }
            }
        }
    )*};
}

/// The names of an operation at each provider.
fn operation(provider: &str, of: [&'static str; 3]) -> &'static str {
    of[PROVIDERS.iter().position(|it| *it == provider).unwrap()]
}

/// What makes a page at each provider.
fn creation(provider: &str) -> &'static str {
    operation(provider, ["checkout.sessions.create", "paypal.orders.create", "razorpay.payment_links.create"])
}

async fn status(till: &Till, visitor: &shop::account::Visitor, id: CheckoutId) -> Status {
    checkout::status(&till.shop, visitor, id).await.unwrap()
}

async fn number(till: &Till) -> String {
    till.shop.db.fetch_one::<(String,)>("SELECT number FROM orders", args![]).await.unwrap().0
}

async fn version(till: &Till) -> i64 {
    order::detail(&till.shop, &staff(), &number(till).await).await.unwrap().order.version
}

at_every_provider! {
    async fn a_shopper_pays_on_the_page_and_the_worker_captures(till: Till, t: &TestShop, provider: &str) {
        let stock = t.stock("MUG", 2).await;
        let (visitor, view) = till.guest("MUG", 1).await;
        let (id, url) = till.go_to(provider, &visitor, &view, "k1").await.unwrap();
        assert_eq!(till.stock(stock).await, (2, 1));
        assert_eq!(status(&till, &visitor, id).await, Status::Pending);
        assert!(till.act(&url, "good").await);
        t.clock.advance(3_000);
        assert!(matches!(status(&till, &visitor, id).await, Status::Placed { .. }));
        let taken = if provider == "razorpay" { TOTAL } else { 0 };
        assert_eq!(till.money().await, (TOTAL, taken, 0, 0), "success is the pivot where the provider captures itself");
        till.work().await;
        assert_eq!(till.money().await, (TOTAL, TOTAL, 0, 0));
        assert_eq!(till.stock(stock).await, (1, 0));
        let names = "SELECT COUNT(*) FROM payment_attempt WHERE provider = ";
        assert_eq!(till.count(&format!("{names}'{provider}'")).await, 1);
        till.check().await;
    }

    async fn without_a_return_the_poller_finds_out(till: Till, t: &TestShop, provider: &str) {
        t.stock("MUG", 1).await;
        let (visitor, view) = till.guest("MUG", 1).await;
        let (id, url) = till.go_to(provider, &visitor, &view, "k1").await.unwrap();
        till.act(&url, "good").await;
        t.clock.advance(35_000);
        till.work().await;
        assert!(matches!(status(&till, &visitor, id).await, Status::Placed { .. }));
        assert_eq!(till.money().await, (TOTAL, TOTAL, 0, 0));
        till.check().await;
    }

    async fn a_decline_leaves_the_order_payable(till: Till, t: &TestShop, provider: &str) {
        let stock = t.stock("MUG", 1).await;
        let (visitor, view) = till.guest("MUG", 1).await;
        let (id, url) = till.go_to(provider, &visitor, &view, "k1").await.unwrap();
        // Whose page does not tell leads back; Razorpay tells on its page alone.
        assert_eq!(till.act(&url, "bad").await, provider == "paypal");
        t.clock.advance(3_000);
        let told = status(&till, &visitor, id).await;
        assert_eq!(matches!(told, Status::PayableAgain { .. }), provider != "razorpay", "{told:?}");
        assert_eq!(till.stock(stock).await, (1, 1), "held for the next try");
        let (again, url) = till.go_to(provider, &visitor, &view, "k2").await.unwrap();
        assert_eq!(again, id);
        till.act(&url, "good").await;
        t.clock.advance(3_000);
        assert!(matches!(status(&till, &visitor, id).await, Status::Placed { .. }));
        till.work().await;
        assert_eq!(till.money().await, (TOTAL, TOTAL, 0, 0));
        till.check().await;
    }

    async fn a_lost_answer_to_the_creation_makes_no_second_payment(till: Till, t: &TestShop, provider: &str) {
        t.stock("MUG", 3).await;
        let moods = ["truncated", "html", "status_500_uncached"];
        for mood in moods {
            let (visitor, view) = till.guest("MUG", 1).await;
            till.mood(json!({"operation": creation(provider), "mood": mood})).await;
            let lost = till.go_to(provider, &visitor, &view, "lost").await;
            assert!(matches!(lost, Err(Error::Unavailable { .. })), "{mood}: {lost:?}");
            // Until the lease of the lost call is over.
            t.clock.advance(61_000);
            let (id, url) = till.go_to(provider, &visitor, &view, "again").await.unwrap();
            till.act(&url, "good").await;
            t.clock.advance(3_000);
            assert!(matches!(status(&till, &visitor, id).await, Status::Placed { .. }), "{mood}");
            till.work().await;
        }
        assert_eq!(till.intents().await.len(), moods.len());
        assert_eq!(till.count("SELECT COUNT(*) FROM payment_attempt").await, 3);
        assert_eq!(till.money().await, (3 * TOTAL, 3 * TOTAL, 0, 0));
        till.check().await;
    }

    async fn a_page_whose_address_never_came_is_left_for_another(till: Till, t: &TestShop, provider: &str) {
        let stock = t.stock("MUG", 1).await;
        let (visitor, view) = till.guest("MUG", 1).await;
        till.mood(json!({"operation": creation(provider), "mood": "truncated", "times": 2})).await;
        let lost = till.go_to(provider, &visitor, &view, "k1").await;
        assert!(matches!(lost, Err(Error::Unavailable { .. })), "{lost:?}");
        t.clock.advance(61_000);
        let (id, url) = till.go_to(provider, &visitor, &view, "k2").await.unwrap();
        assert_eq!(till.count("SELECT COUNT(*) FROM payment_attempt WHERE state = 'canceled'").await, 1);
        assert_eq!(till.stock(stock).await, (1, 1));
        till.act(&url, "good").await;
        t.clock.advance(3_000);
        assert!(matches!(status(&till, &visitor, id).await, Status::Placed { .. }));
        till.deliver_webhooks(1).await;
        till.work().await;
        assert_eq!(till.money().await, (TOTAL, TOTAL, 0, 0));
        till.check().await;
    }

    async fn lost_answers_to_questions_decide_nothing(till: Till, t: &TestShop, provider: &str) {
        let stock = t.stock("MUG", 1).await;
        let (visitor, view) = till.guest("MUG", 1).await;
        let (id, url) = till.go_to(provider, &visitor, &view, "k1").await.unwrap();
        till.act(&url, "good").await;
        let asked =
            operation(provider, ["checkout.sessions.retrieve", "paypal.orders.authorize", "razorpay.orders.payments"]);
        // The last one is done and not told: the next question finds it so.
        for (mood, times) in [("html", 1), ("status_500_uncached", 1), ("in_flight", 3), ("truncated", 1)] {
            till.mood(json!({"operation": asked, "mood": mood, "times": times})).await;
            t.clock.advance(3_000);
            assert_eq!(status(&till, &visitor, id).await, Status::Pending, "{mood}");
            assert_eq!(till.stock(stock).await, (1, 1), "{mood}");
        }
        t.clock.advance(3_000);
        assert!(matches!(status(&till, &visitor, id).await, Status::Placed { .. }));
        till.work().await;
        assert_eq!(till.money().await, (TOTAL, TOTAL, 0, 0));
        till.check().await;
    }

    async fn a_provider_that_asks_for_fewer_calls_loses_no_payment(till: Till, t: &TestShop, provider: &str) {
        t.stock("MUG", 1).await;
        let (visitor, view) = till.guest("MUG", 1).await;
        // The pause is short enough to be waited for, so that the shopper sees nothing of it.
        till.mood(json!({"operation": creation(provider), "mood": "rate_limited", "retry_after_s": 1})).await;
        let (id, url) = till.go_to(provider, &visitor, &view, "k1").await.unwrap();
        till.act(&url, "good").await;
        t.clock.advance(3_000);
        assert!(matches!(status(&till, &visitor, id).await, Status::Placed { .. }));
        till.work().await;
        assert_eq!(till.count("SELECT COUNT(*) FROM payment_attempt").await, 1);
        assert_eq!(till.money().await, (TOTAL, TOTAL, 0, 0));
        till.check().await;
    }

    async fn a_page_that_ran_out_of_time_frees_the_stock(till: Till, t: &TestShop, provider: &str) {
        let stock = t.stock("MUG", 1).await;
        let (visitor, view) = till.guest("MUG", 1).await;
        let (id, url) = till.go_to(provider, &visitor, &view, "k1").await.unwrap();
        t.clock.advance(HOLD_MS);
        till.work().await;
        assert_eq!(status(&till, &visitor, id).await, Status::Released);
        assert_eq!(till.stock(stock).await, (1, 0));
        // Whatever the shopper does there now: no money moves.
        till.act(&url, "good").await;
        till.deliver_webhooks(1).await;
        t.clock.advance(60_000);
        till.work().await;
        assert_eq!(till.money().await, (0, 0, 0, 0));
        assert_eq!(status(&till, &visitor, id).await, Status::Released);
        till.check().await;
    }

    async fn whoever_paid_in_the_last_moment_keeps_the_order(till: Till, t: &TestShop, provider: &str) {
        let stock = t.stock("MUG", 1).await;
        let (visitor, view) = till.guest("MUG", 1).await;
        let (id, url) = till.go_to(provider, &visitor, &view, "k1").await.unwrap();
        till.act(&url, "good").await;
        // The shopper came back, and the answer that says so was lost.
        if provider == "paypal" {
            till.mood(json!({"operation": "paypal.orders.authorize", "mood": "truncated"})).await;
            t.clock.advance(3_000);
            assert_eq!(status(&till, &visitor, id).await, Status::Pending);
        }
        t.clock.advance(HOLD_MS);
        till.work().await;
        assert!(matches!(status(&till, &visitor, id).await, Status::Placed { .. }));
        assert_eq!(till.money().await, (TOTAL, TOTAL, 0, 0));
        assert_eq!(till.stock(stock).await, (0, 0));
        till.check().await;
    }

    async fn a_merchant_refunds_in_part_and_then_the_rest(till: Till, t: &TestShop, provider: &str) {
        t.stock("MUG", 1).await;
        let (visitor, view) = till.guest("MUG", 1).await;
        let (id, url) = till.go_to(provider, &visitor, &view, "k1").await.unwrap();
        till.act(&url, "good").await;
        t.clock.advance(3_000);
        status(&till, &visitor, id).await;
        till.work().await;
        let number = number(&till).await;
        let refund = operation(provider, ["refunds.create", "paypal.captures.refund", "razorpay.payments.refund"]);
        till.mood(json!({"operation": refund, "mood": "truncated"})).await;
        order::refund(&till.shop, &staff(), &number, version(&till).await, 500, vec![], "chipped").await.unwrap();
        till.work().await;
        assert_eq!(till.money().await, (TOTAL, TOTAL, 0, 500), "the lost answer refunded once");
        order::refund(&till.shop, &staff(), &number, version(&till).await, TOTAL - 500, vec![], "gone").await.unwrap();
        till.work().await;
        assert_eq!(till.money().await, (TOTAL, TOTAL, 0, TOTAL));
        let state = order::detail(&till.shop, &staff(), &number).await.unwrap().order.state;
        assert_eq!(state, State::Refunded);
        till.check().await;
    }

    async fn a_lost_answer_to_the_capture_captures_once(till: Till, t: &TestShop, provider: &str) {
        t.stock("MUG", 1).await;
        let (visitor, view) = till.guest("MUG", 1).await;
        let (id, url) = till.go_to(provider, &visitor, &view, "k1").await.unwrap();
        till.act(&url, "late").await;
        t.clock.advance(3_000);
        assert!(matches!(status(&till, &visitor, id).await, Status::Placed { .. }));
        assert_eq!(till.money().await, (TOTAL, 0, 0, 0));
        let capture = operation(
            provider,
            ["payment_intents.capture", "paypal.authorizations.capture", "razorpay.payments.capture"],
        );
        till.mood(json!({"operation": capture, "mood": "status_500_uncached"})).await;
        till.work().await;
        assert_eq!(till.money().await, (TOTAL, 0, 0, 0));
        till.mood(json!({"operation": capture, "mood": "truncated"})).await;
        t.clock.advance(60_000);
        till.work().await;
        t.clock.advance(60_000);
        till.work().await;
        assert_eq!(till.money().await, (TOTAL, TOTAL, 0, 0));
        till.check().await;
    }

    async fn an_authorised_order_that_is_cancelled_takes_no_money(till: Till, t: &TestShop, provider: &str) {
        let stock = t.stock("MUG", 1).await;
        let mut till = till;
        let settings = Settings { capture: CapturePolicy::Manual, ..(*till.shop.settings).clone() };
        till.shop = Shop { settings: Live::new(settings), ..till.shop.clone() };
        let (visitor, view) = till.guest("MUG", 1).await;
        let (id, url) = till.go_to(provider, &visitor, &view, "k1").await.unwrap();
        till.act(&url, "late").await;
        t.clock.advance(3_000);
        status(&till, &visitor, id).await;
        till.work().await;
        assert_eq!(till.money().await, (TOTAL, 0, 0, 0));
        let number = number(&till).await;
        order::cancel(&till.shop, &staff(), &number, version(&till).await, true, "changed mind").await.unwrap();
        till.work().await;
        if provider == "razorpay" {
            // It cannot be let go: it goes back by itself, and the shop waits for that.
            assert_eq!(till.money().await, (TOTAL, 0, 0, 0));
            till.advance_gateway(3 * 24 * 3_600_000).await;
            t.clock.advance(3 * 24 * 3_600_000);
            till.work().await;
        }
        assert_eq!(till.money().await, (TOTAL, 0, TOTAL, 0));
        assert_eq!(till.count("SELECT COUNT(*) FROM outbox WHERE delivered_at IS NULL").await, 0);
        assert_eq!(till.stock(stock).await, (1, 0));
        till.check().await;
    }
}

/// Each event twice, the younger before the older, and nobody who asks by himself.
async fn webhooks_alone(t: &TestShop, provider: &str) {
    t.stock("MUG", 1).await;
    let till = Till::of(t, &[provider]).await;
    let (visitor, view) = till.guest("MUG", 1).await;
    let (id, url) = till.go_to(provider, &visitor, &view, "k1").await.unwrap();
    till.act(&url, "good").await;
    assert!(till.deliver_webhooks(2).await >= 1);
    till.work().await;
    let told = "SELECT COUNT(*) FROM payment_attempt
        WHERE polls = 0 AND asked_at = 0 AND state IN ('authorized','captured')";
    assert_eq!(till.count(told).await, 1);
    till.deliver_webhooks(2).await;
    till.work().await;
    assert!(matches!(status(&till, &visitor, id).await, Status::Placed { .. }));
    assert_eq!(till.money().await, (TOTAL, TOTAL, 0, 0));
    assert_eq!(till.count("SELECT COUNT(*) FROM psp_event WHERE applied_at IS NULL").await, 0);
    assert_eq!(till.count("SELECT COUNT(*) FROM mail").await, 1);
    till.check().await;
}

on_both_engines! {
    async fn webhooks_alone_place_the_order_at_paypal(t: TestShop) {
        webhooks_alone(&t, "paypal").await;
    }

    async fn webhooks_alone_place_the_order_at_razorpay(t: TestShop) {
        webhooks_alone(&t, "razorpay").await;
    }

    async fn a_shopper_changes_the_provider(t: TestShop) {
        let stock = t.stock("MUG", 1).await;
        let till = Till::of(&t, &PROVIDERS).await;
        let (visitor, view) = till.guest("MUG", 1).await;
        let mut pages = Vec::new();
        for (key, provider) in [("k1", "paypal"), ("k2", "razorpay"), ("k3", "stripe"), ("k4", "paypal")] {
            pages.push(till.go_to(provider, &visitor, &view, key).await.unwrap());
        }
        assert!(pages.iter().all(|(id, _)| *id == pages[0].0), "one checkout");
        assert_eq!(till.stock(stock).await, (1, 1));
        // The pages left behind take no money.
        for (_, url) in &pages[..3] {
            till.act(url, "good").await;
        }
        till.deliver_webhooks(1).await;
        till.work().await;
        assert_eq!(till.money().await, (0, 0, 0, 0));
        till.act(&pages[3].1, "good").await;
        t.clock.advance(3_000);
        assert!(matches!(status(&till, &visitor, pages[3].0).await, Status::Placed { .. }));
        till.work().await;
        assert_eq!(till.money().await, (TOTAL, TOTAL, 0, 0));
        till.check().await;
    }

    async fn only_enabled_providers_are_chosen_and_a_started_payment_stays_with_its_own(t: TestShop) {
        t.stock("MUG", 2).await;
        let till = Till::of(&t, &PROVIDERS).await;
        let (visitor, view) = till.guest("MUG", 1).await;
        let (id, url) = till.go_to("paypal", &visitor, &view, "k1").await.unwrap();
        let only = |names: &[&str]| Settings {
            payment_providers: names.iter().map(|&name| name.to_owned()).collect(),
            ..(*till.shop.settings).clone()
        };
        setting::change(&till.shop, &staff(), only(&["razorpay"])).await.unwrap();
        let audited = "SELECT COUNT(*) FROM audit_log WHERE action = 'setting.update'";
        assert_eq!(till.count(audited).await, 1);
        let unknown = setting::change(&till.shop, &staff(), only(&["bank"])).await;
        assert!(matches!(unknown, Err(Error::Invalid(_))), "{unknown:?}");
        till.act(&url, "good").await;
        t.clock.advance(3_000);
        assert!(matches!(status(&till, &visitor, id).await, Status::Placed { .. }));
        till.work().await;
        assert_eq!(till.money().await, (TOTAL, TOTAL, 0, 0));
        let (visitor, view) = till.guest("MUG", 1).await;
        let disabled = till.place_with(Some("paypal"), &visitor, &view, "k2", PaymentWay::Hosted).await;
        assert!(matches!(disabled, Err(Error::Invalid(_))), "{disabled:?}");
        // A way that no enabled provider has is refused before anything is written.
        let embedded = till.place(&visitor, &view, "k3", PaymentWay::Embedded).await;
        assert!(matches!(embedded, Err(Error::Invalid(_))), "{embedded:?}");
        assert_eq!(till.count("SELECT COUNT(*) FROM checkout").await, 1);
        let placed = till.place(&visitor, &view, "k4", PaymentWay::Hosted).await.unwrap();
        assert!(matches!(&placed, Placed::Redirect { url, .. } if url.contains("/razorpay/")), "{placed:?}");
    }
}
