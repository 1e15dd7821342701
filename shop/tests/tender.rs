//! Gift cards and store credit from the merchant who makes them to the order that gives them back: what they pay, that it
//! is paid once, and that it comes back when nothing comes of an order.

use crate::catalogue::edit::anna;
use crate::support::TestShop;
use crate::support::till::{PROVIDERS, Till, VISA, customer};
use futures_util::future::join_all;
use shop::account::Visitor;
use shop::checkout::{self, PaymentWay, Placed, View};
use shop::gift_card::{self, Draft, Filter};
use shop::id::{CheckoutId, StoredValueId};
use shop::money::{Currency, Money};
use shop::order::{self, Destination, PaymentState, State};
use shop::{Error, args, cart, credit};
use shop::{tax, tender};

const HOUR_MS: i64 = 60 * 60 * 1000;
const ADDRESS: &str = "192.0.2.1";

fn euros(amount: i64) -> Money {
    Currency::EUR.money(amount)
}

/// A card with this value in cents; its id and code.
async fn card(till: &Till, value: i64) -> (StoredValueId, String) {
    let draft =
        Draft { value: euros(value), recipient: String::new(), expires_at: None, reason: "test".into(), mailed: false };
    let issued = gift_card::issue(&till.shop, &anna(), &draft).await.unwrap();
    (issued.id, issued.code)
}

async fn apply(till: &Till, visitor: &Visitor, code: &str) -> View {
    gift_card::add_to_cart(&till.shop, visitor, ADDRESS, code).await.unwrap();
    checkout::view(&till.shop, visitor).await.unwrap()
}

/// A guest with a mug (14.90 with delivery) and the card.
async fn guest(till: &Till, code: &str) -> (Visitor, View) {
    let (visitor, _) = till.guest("MUG", 1).await;
    let view = apply(till, &visitor, code).await;
    (visitor, view)
}

fn number(placed: &Placed) -> String {
    let Placed::Order { number, .. } = placed else { panic!("not placed: {placed:?}") };
    number.clone()
}

fn refusal<T: std::fmt::Debug>(outcome: Result<T, Error>) -> String {
    match outcome {
        Err(Error::Invalid(fields)) => fields[0].message.clone(),
        other => panic!("not refused: {other:?}"),
    }
}

/// On it, and of that held.
async fn on_it(till: &Till, id: StoredValueId) -> (i64, i64) {
    till.shop.db.fetch_one("SELECT balance, held FROM stored_value WHERE id = $1", args![id]).await.unwrap()
}

async fn found(till: &Till, number: &str) -> order::Order {
    order::detail(&till.shop, &anna(), number).await.unwrap().order
}

/// What went back by the report of taxes, those included.
async fn reported_back(t: &TestShop, till: &Till) -> i64 {
    let report = tax::report(&till.shop, &anna(), t.now() - HOUR_MS, t.now() + HOUR_MS).await.unwrap();
    report.rows.iter().map(|row| row.refunded + row.refunded_tax).sum()
}

async fn sql(t: &TestShop, text: &str) {
    let mut tx = t.db.begin().await.unwrap();
    tx.execute(text, args![]).await.unwrap();
    tx.commit().await.unwrap();
}

/// The shop lets the checkout go, and its provider never hears of it.
async fn release_here(t: &TestShop, id: CheckoutId) {
    crate::checkout::force_release(&t.db, id).await;
    let mut tx = t.db.begin().await.unwrap();
    let held = "UPDATE stored_value SET held = held - (SELECT COALESCE(SUM(amount), 0) FROM tender t
        WHERE t.checkout_id = $1 AND t.account_id = stored_value.id AND t.state = 'held')";
    tx.execute(held, args![id]).await.unwrap();
    tx.execute("UPDATE tender SET state = 'released' WHERE checkout_id = $1", args![id]).await.unwrap();
    tx.commit().await.unwrap();
}

/// Makes of a checkout that waits for 9.90 one whose card pays all of it, as it is when its process has died after the
/// first transaction.
async fn pays_everything(t: &TestShop, id: CheckoutId, account: StoredValueId) {
    let (quote,): (String,) = t.db.fetch_one("SELECT quote FROM checkout WHERE id = $1", args![id]).await.unwrap();
    let all = quote.replace("\"amount\":500}", "\"amount\":1490}");
    assert_ne!(all, quote);
    let hash = shop::secret::hash_token(&all);
    let mut tx = t.db.begin().await.unwrap();
    for (sql, args) in [
        ("DELETE FROM payment_attempt WHERE checkout_id = $1", args![id]),
        (
            "UPDATE checkout SET quote = $2, quote_hash = $3, state = 'prepared', recovery_point = 'prepared', lease_until = 1 WHERE id = $1",
            args![id, all, hash],
        ),
        (
            "INSERT INTO stored_value_entry (id, account_id, kind, amount, actor, at) VALUES ($1, $2, 'adjust', 990, 'test', 0)",
            args![uuid::Uuid::now_v7(), account],
        ),
        ("UPDATE stored_value SET held = 1490 WHERE id = $1", args![account]),
        ("UPDATE tender SET amount = 1490 WHERE checkout_id = $1", args![id]),
        ("UPDATE orders SET tender = 1490 WHERE checkout_id = $1", args![id]),
    ] {
        tx.execute(sql, args).await.unwrap();
    }
    tx.commit().await.unwrap();
}

on_both_engines! {
    async fn a_card_pays_a_part_and_the_provider_the_rest(t: TestShop) {
        t.stock("MUG", 9).await;
        let till = Till::open(&t).await;
        let (id, code) = card(&till, 500).await;
        let (visitor, view) = guest(&till, &code.to_lowercase()).await;
        assert_eq!((view.totals.total, view.due(), view.tender[0].label()), (1490, 990, format!("Gift card ····{}", &code[15..])));
        // Again, however it is written: the cart stays as it is.
        let again = apply(&till, &visitor, &code.replace('-', " ")).await;
        assert_eq!((again.cart.version, again.due()), (view.cart.version, 990));
        let order_number = number(&till.pay(&visitor, &view, "k", VISA).await.unwrap());
        assert_eq!(on_it(&till, id).await, (0, 0));
        till.work().await;
        assert_eq!(till.money().await, (990, 990, 0, 0));
        let order = found(&till, &order_number).await;
        assert_eq!((order.totals.total, order.captured.amount, order.payment_state), (1490, 990, PaymentState::Paid));
        assert_eq!((order.tender[0].amount, order.due(), order.actions().ship), (euros(500), 990, true));
        let (mail,): (String,) =
            till.shop.db.fetch_one("SELECT body_text FROM mail WHERE order_id IS NOT NULL", args![]).await.unwrap();
        assert!(mail.contains(&format!("\nGift card ····{}: −€5.00\n", &code[15..])), "{mail}");
        till.check().await;
        // Whoever types it now is told.
        let (late, _) = till.guest("MUG", 1).await;
        let refused = gift_card::add_to_cart(&till.shop, &late, ADDRESS, &code).await;
        assert!(refusal(refused).ends_with("cannot be used. It has been used up."));
    }

    async fn cards_and_credit_that_pay_everything_need_no_payment(t: TestShop) {
        t.stock("MUG", 9).await;
        let till = Till::open(&t).await;
        let ((one, first), (two, second)) = (card(&till, 700).await, card(&till, 200).await);
        let ada = customer(&till.shop, "ada@example.com").await;
        credit::grant(&till.shop, &anna(), ada.id, euros(1000), "sorry").await.unwrap();
        let mut visitor = Visitor { cart_id: None, customer: Some(ada.clone()), currency: Currency::EUR };
        cart::add(&till.shop, &mut visitor, "MUG", 1).await.unwrap();
        till.ready(&visitor).await;
        credit::use_in_cart(&till.shop, &visitor).await.unwrap();
        apply(&till, &visitor, &first).await;
        let view = apply(&till, &visitor, &second).await;
        // Cards first, in the order in which they were typed.
        let paid: Vec<_> = view.tender.iter().map(|share| share.amount).collect();
        assert_eq!((paid, view.due()), (vec![700, 200, 590], 0));
        let order_number = number(&till.pay(&visitor, &view, "k", VISA).await.unwrap());
        till.work().await;
        assert_eq!(till.money().await, (0, 0, 0, 0));
        let own = credit::of_customer(&till.shop, ada.id).await.unwrap();
        assert_eq!((on_it(&till, one).await, on_it(&till, two).await, own[0].balance), ((0, 0), (0, 0), euros(410)));
        let order = found(&till, &order_number).await;
        assert_eq!((order.payment_state, order.actions().ship), (PaymentState::Paid, true));
        till.check().await;
        // Cancelled: everything is where it was.
        order::cancel(&till.shop, &anna(), &order_number, order.version, true, "").await.unwrap();
        let own = credit::of_customer(&till.shop, ada.id).await.unwrap();
        assert_eq!((on_it(&till, one).await, on_it(&till, two).await, own[0].balance), ((700, 0), (200, 0), euros(1000)));
        let order = found(&till, &order_number).await;
        assert_eq!((order.state, order.payment_state), (State::Cancelled, PaymentState::Refunded));
        till.check().await;
    }

    async fn the_pages_of_all_providers_ask_for_what_is_left(t: TestShop) {
        t.stock("MUG", 99).await;
        let till = Till::of(&t, &PROVIDERS).await;
        for provider in PROVIDERS {
            let (_, code) = card(&till, 333).await;
            let (visitor, view) = guest(&till, &code).await;
            let (_, url) = till.go_to(provider, &visitor, &view, "k").await.unwrap();
            if provider == "stripe" {
                assert!(till.pay_hosted(&url, "4242424242424242").await.is_some());
            }
        }
        assert_eq!(till.money().await.0, 1490 - 333);
    }

    async fn a_burst_spends_a_card_once(t: TestShop) {
        let stock = t.stock("MUG", 99).await;
        let till = Till::open(&t).await;
        let (id, code) = card(&till, 500).await;
        let mut crowd = Vec::new();
        for _ in 0..30 {
            crowd.push(guest(&till, &code).await);
        }
        let answers = join_all(crowd.iter().map(|(visitor, view)| till.pay(visitor, view, "k", VISA))).await;
        let won = answers.iter().filter(|answer| matches!(answer, Ok(Placed::Order { .. }))).count();
        let told = answers.iter().filter(|answer| match answer {
            Err(Error::Conflict { code: "tender_gone", message }) => message.ends_with("does not pay any more. It has been used up. Nothing was charged."),
            Err(Error::Conflict { code: "cart_changed", message }) => message.contains("from €9.90 to €14.90"),
            _ => false,
        });
        assert_eq!((won, told.count()), (1, 29), "{answers:?}");
        till.work().await;
        assert_eq!((till.stock(stock).await, on_it(&till, id).await), ((98, 0), (0, 0)));
        assert_eq!(till.money().await, (990, 990, 0, 0));
        assert_eq!(till.count("SELECT COUNT(*) FROM checkout").await, 1);
        till.check().await;
    }

    async fn what_ends_without_an_order_is_given_back_once(t: TestShop) {
        let stock = t.stock("MUG", 9).await;
        let till = Till::open(&t).await;
        let (id, code) = card(&till, 500).await;
        let (visitor, view) = guest(&till, &code).await;
        let placed = till.place(&visitor, &view, "k1", PaymentWay::Embedded).await.unwrap();
        let Placed::Confirm { checkout_id, .. } = placed else { panic!("{placed:?}") };
        assert_eq!(on_it(&till, id).await, (500, 500));
        // What a started payment of this cart holds is there for it, and for nobody else.
        assert_eq!(checkout::view(&till.shop, &visitor).await.unwrap().due(), 990);
        let (_, other) = guest(&till, &code).await;
        assert_eq!((other.due(), other.tender[0].problem), (1490, Some(tender::Problem::Spent)));
        for _ in 0..2 {
            checkout::cancel(&till.shop, &visitor, checkout_id).await.unwrap();
            assert_eq!((on_it(&till, id).await, till.stock(stock).await), ((500, 0), (9, 0)));
        }
        // Declined, tried again, and then its time ran out.
        let view = checkout::view(&till.shop, &visitor).await.unwrap();
        assert!(till.pay(&visitor, &view, "k2", "pm_card_chargeDeclined").await.is_err());
        assert!(till.pay(&visitor, &view, "k3", "pm_card_chargeDeclined").await.is_err());
        assert_eq!(on_it(&till, id).await, (500, 500));
        t.clock.advance(2 * HOUR_MS);
        till.work().await;
        till.work().await;
        assert_eq!((on_it(&till, id).await, till.stock(stock).await), ((500, 0), (9, 0)));
        till.check().await;
        // And paid at last, by another attempt after a decline.
        let view = checkout::view(&till.shop, &visitor).await.unwrap();
        assert!(till.pay(&visitor, &view, "k4", "pm_card_chargeDeclined").await.is_err());
        number(&till.pay(&visitor, &view, "k5", VISA).await.unwrap());
        till.work().await;
        assert_eq!((on_it(&till, id).await, till.money().await), ((0, 0), (990, 990, 0, 0)));
        till.check().await;
    }

    async fn a_process_that_dies_before_it_says_that_nothing_is_to_pay_is_finished_by_another(t: TestShop) {
        t.stock("MUG", 9).await;
        let till = Till::open(&t).await;
        for by_worker in [true, false] {
            let (id, code) = card(&till, 500).await;
            let (visitor, view) = guest(&till, &code).await;
            let placed = till.place(&visitor, &view, "k", PaymentWay::Embedded).await.unwrap();
            let Placed::Confirm { checkout_id, .. } = placed else { panic!("{placed:?}") };
            pays_everything(&t, checkout_id, id).await;
            if by_worker {
                t.clock.advance(120_000);
                till.work().await;
            } else {
                number(&till.place(&visitor, &view, "k", PaymentWay::Embedded).await.unwrap());
            }
            assert_eq!(on_it(&till, id).await, (0, 0));
            let sql = "SELECT o.state FROM orders o WHERE o.checkout_id = $1";
            let (state,): (String,) = till.shop.db.fetch_one(sql, args![checkout_id]).await.unwrap();
            assert_eq!(state, "confirmed");
        }
    }

    async fn nobody_comes_before_the_time_is_up_and_the_card_has_its_value_again(t: TestShop) {
        let mug = t.stock("MUG", 9).await;
        let till = Till::open(&t).await;
        let (id, code) = card(&till, 500).await;
        let (visitor, view) = guest(&till, &code).await;
        let placed = till.place(&visitor, &view, "k", PaymentWay::Embedded).await.unwrap();
        let Placed::Confirm { checkout_id, .. } = placed else { panic!("{placed:?}") };
        pays_everything(&t, checkout_id, id).await;
        let (all, held) = on_it(&till, id).await;
        assert_eq!(held, all);
        t.clock.advance(HOUR_MS);
        till.work().await;
        assert_eq!(on_it(&till, id).await, (all, 0));
        assert_eq!(till.count("SELECT COUNT(*) FROM checkout WHERE state = 'released'").await, 1);
        assert_eq!(till.stock(mug).await, (9, 0));
    }

    async fn a_late_payment_holds_its_card_again_or_goes_back(t: TestShop) {
        let stock = t.stock("MUG", 9).await;
        let till = Till::open(&t).await;
        let (id, code) = card(&till, 500).await;
        for is_there in [true, false] {
            let (visitor, view) = guest(&till, &code).await;
            let placed = till.place(&visitor, &view, "k", PaymentWay::Embedded).await.unwrap();
            let Placed::Confirm { checkout_id, client_secret } = placed else { panic!("{placed:?}") };
            release_here(&t, checkout_id).await;
            assert_eq!(on_it(&till, id).await, (500, 0));
            if !is_there {
                let (other, view) = guest(&till, &code).await;
                number(&till.pay(&other, &view, "k", VISA).await.unwrap());
            }
            assert!(till.confirm_in_page(&client_secret, VISA).await.is_success());
            t.clock.advance(60_000);
            till.work().await;
            assert_eq!(on_it(&till, id).await, (0, 0));
            if is_there {
                let found: (String,) = till.shop.db.fetch_one("SELECT number FROM orders WHERE state = 'confirmed'", args![]).await.unwrap();
                let order = self::found(&till, &found.0).await;
                // Given back, so that the next one can have it.
                order::cancel(&till.shop, &anna(), &order.number, order.version, true, "").await.unwrap();
                assert_eq!(on_it(&till, id).await, (500, 0));
                till.check().await;
            }
        }
        assert_eq!(till.stock(stock).await, (8, 0));
        assert_eq!(till.count("SELECT COUNT(*) FROM checkout WHERE state = 'refunded'").await, 1);
        till.check().await;
    }

    async fn money_goes_back_the_way_it_came_or_as_credit_and_never_more(t: TestShop) {
        t.stock("MUG", 9).await;
        let till = Till::open(&t).await;
        let (id, code) = card(&till, 500).await;
        let ada = customer(&till.shop, "ada@example.com").await;
        let mut visitor = Visitor { cart_id: None, customer: Some(ada.clone()), currency: Currency::EUR };
        cart::add(&till.shop, &mut visitor, "MUG", 1).await.unwrap();
        till.ready(&visitor).await;
        let view = apply(&till, &visitor, &code).await;
        let order_number = number(&till.pay(&visitor, &view, "k", VISA).await.unwrap());
        till.work().await;
        let back = async |to: Destination, amount: i64| {
            let version = found(&till, &order_number).await.version;
            order::refund_value(&till.shop, &anna(), &order_number, version, to, amount, Vec::new(), "broken").await
        };
        refusal(back(Destination::Source(id), 501).await);
        back(Destination::Source(id), 200).await.unwrap();
        refusal(back(Destination::Source(id), 301).await);
        assert_eq!(on_it(&till, id).await, (200, 0));
        let order = found(&till, &order_number).await;
        assert_eq!(order.payment_state, PaymentState::PartiallyRefunded);
        order::refund(&till.shop, &anna(), &order_number, order.version, 400, Vec::new(), "").await.unwrap();
        till.work().await;
        // 5.90 of the payment and 3.00 of the card are left.
        refusal(back(Destination::Credit, 891).await);
        back(Destination::Credit, 600).await.unwrap();
        let order = found(&till, &order_number).await;
        assert_eq!((order.credited, order.tender[0].refunded, order.actions().refundable), (euros(590), euros(210), 0));
        let more = order::refund(&till.shop, &anna(), &order_number, order.version, 1, Vec::new(), "").await;
        refusal(more);
        assert_eq!(reported_back(&t, &till).await, 1200);
        back(Destination::Credit, 290).await.unwrap();
        let order = found(&till, &order_number).await;
        assert_eq!((order.state, order.payment_state), (State::Refunded, PaymentState::Refunded));
        assert_eq!(credit::of_customer(&till.shop, ada.id).await.unwrap()[0].balance, euros(890));
        refusal(back(Destination::Credit, 1).await);
        assert_eq!(till.money().await, (990, 990, 0, 400));
        // The tax of everything has gone back, whichever way the money went.
        assert_eq!(reported_back(&t, &till).await, 1490);
        till.check().await;
        // A guest has nobody to credit.
        let (_, guests, _) = till.buy("MUG", 1).await;
        let version = found(&till, &guests).await.version;
        let answer = order::refund_value(&till.shop, &anna(), &guests, version, Destination::Credit, 1, Vec::new(), "").await;
        assert!(matches!(answer, Err(Error::Conflict { code: "no_customer", .. })), "{answer:?}");
    }

    async fn what_stands_against_a_card_is_told_and_nothing_changes(t: TestShop) {
        t.stock("MUG", 9).await;
        let till = Till::open(&t).await;
        let (frozen, code) = card(&till, 500).await;
        let (visitor, view) = guest(&till, &code).await;
        gift_card::set_frozen(&till.shop, &anna(), frozen, 1, true).await.unwrap();
        let answer = till.pay(&visitor, &view, "k", VISA).await;
        assert!(matches!(&answer, Err(Error::Conflict { code: "cart_changed", message }) if message.contains("from €9.90 to €14.90")), "{answer:?}");
        let stale = gift_card::set_frozen(&till.shop, &anna(), frozen, 1, false).await;
        assert!(matches!(stale, Err(Error::Conflict { code: "stale", .. })));
        let (other, _) = till.guest("MUG", 1).await;
        let refused = gift_card::add_to_cart(&till.shop, &other, ADDRESS, &code).await;
        assert!(refusal(refused).ends_with("It is blocked. Please write to us."));
        gift_card::set_frozen(&till.shop, &anna(), frozen, 2, false).await.unwrap();
        gift_card::set_expiry(&till.shop, &anna(), frozen, 3, Some(t.now())).await.unwrap();
        assert_eq!(checkout::view(&till.shop, &visitor).await.unwrap().tender[0].problem, Some(tender::Problem::Expired));
        gift_card::set_expiry(&till.shop, &anna(), frozen, 4, None).await.unwrap();
        // A new code ends the old.
        let renewed = gift_card::renew(&till.shop, &anna(), frozen, 5, false).await.unwrap();
        let unknown = "There is no such gift card. Please check how its code is written.";
        assert_eq!(refusal(gift_card::add_to_cart(&till.shop, &other, ADDRESS, &code).await), unknown);
        assert_eq!(refusal(gift_card::add_to_cart(&till.shop, &other, ADDRESS, "WELCOME10").await), unknown);
        assert_eq!(apply(&till, &other, &renewed.code).await.due(), 990);
        tender::remove(&till.shop, &other, frozen).await.unwrap();
        assert!(matches!(tender::remove(&till.shop, &other, frozen).await, Err(Error::NotFound("gift card"))));
        // Somebody's credit is nobody else's, even in a cart that names it.
        let ada = customer(&till.shop, "ada@example.com").await;
        credit::grant(&till.shop, &anna(), ada.id, euros(1000), "sorry").await.unwrap();
        refusal(credit::use_in_cart(&till.shop, &other).await);
        let own = credit::of_customer(&till.shop, ada.id).await.unwrap()[0].id;
        sql(&t, &format!("UPDATE cart SET details = REPLACE(details, '\"note\":\"\"', '\"note\":\"\",\"tender\":[\"{own}\"]')")).await;
        let view = checkout::view(&till.shop, &other).await.unwrap();
        assert_eq!((view.tender[0].problem, view.tender[0].is_shown(), view.due()), (Some(tender::Problem::NotYours), false, 1490));
    }

    async fn whoever_guesses_is_stopped(t: TestShop) {
        t.stock("MUG", 9).await;
        let till = Till::open(&t).await;
        let (_, code) = card(&till, 500).await;
        let (visitor, _) = till.guest("MUG", 1).await;
        for at in 0..20 {
            refusal(gift_card::add_to_cart(&till.shop, &visitor, ADDRESS, &format!("AAAA-AAAA-AAAA-{at:04}")).await);
        }
        let stopped = gift_card::add_to_cart(&till.shop, &visitor, ADDRESS, &code).await;
        assert!(matches!(stopped, Err(Error::TooMany { .. })), "{stopped:?}");
    }

    async fn what_the_merchant_gives_is_listed_booked_and_audited(t: TestShop) {
        t.stock("MUG", 9).await;
        let till = Till::open(&t).await;
        let draft = |value, recipient: &str| Draft {
            value: euros(value),
            recipient: recipient.into(),
            expires_at: Some(t.now() + HOUR_MS),
            reason: " a gift ".into(),
            mailed: false,
        };
        refusal(gift_card::issue(&till.shop, &anna(), &draft(0, "")).await);
        refusal(gift_card::issue(&till.shop, &anna(), &draft(1, "nobody")).await);
        let issued = gift_card::issue(&till.shop, &anna(), &draft(500, "Bob@Example.com")).await.unwrap();
        card(&till, 700).await;
        let list = async |text: &str, rows: i64| {
            let filter = Filter { text: text.into(), after: None, rows };
            gift_card::list(&till.shop, &anna(), &filter).await.unwrap()
        };
        assert_eq!(list("", 50).await.items.len(), 2);
        for text in ["bob@", &issued.code[15..].to_lowercase()] {
            let found = list(text, 50).await;
            assert_eq!((found.items.len(), found.items[0].id, found.items[0].balance), (1, issued.id, euros(500)));
        }
        let first = list("", 1).await;
        let filter = Filter { text: String::new(), after: first.next, rows: 1 };
        assert_eq!(gift_card::list(&till.shop, &anna(), &filter).await.unwrap().items[0].id, issued.id);
        let detail = gift_card::detail(&till.shop, &anna(), issued.id, None).await.unwrap();
        let entry = &detail.entries.items[0];
        assert_eq!((entry.kind.as_str(), entry.amount, entry.reason.as_str(), entry.actor.as_str()), ("issue", 500, "a gift", "Anna"));
        let ada = customer(&till.shop, "ada@example.com").await;
        credit::grant(&till.shop, &anna(), ada.id, euros(300), "sorry").await.unwrap();
        refusal(credit::grant(&till.shop, &anna(), ada.id, euros(-301), "too much").await);
        credit::grant(&till.shop, &anna(), ada.id, euros(-100), "too much").await.unwrap();
        assert_eq!(credit::of_customer(&till.shop, ada.id).await.unwrap()[0].balance, euros(200));
        assert_eq!(till.count("SELECT COUNT(*) FROM audit_log WHERE action IN ('gift_card.issue','credit.grant')").await, 4);
        let plain = issued.code.replace('-', "");
        for (table, column) in [("audit_log", "after"), ("stored_value", "code_hash"), ("mail", "body_text")] {
            let sql = format!("SELECT COUNT(*) FROM {table} WHERE {column} LIKE '%{}%' OR {column} LIKE '%{plain}%'", issued.code);
            assert_eq!(till.count(&sql).await, 0, "the code stands in {table}");
        }
        till.check().await;
    }

    async fn the_schema_keeps_the_book(t: TestShop) {
        t.stock("MUG", 9).await;
        let till = Till::open(&t).await;
        card(&till, 500).await;
        for text in [
            "UPDATE stored_value SET held = 501",
            "UPDATE stored_value SET balance = -1",
            "UPDATE stored_value_entry SET amount = 600",
            "DELETE FROM stored_value_entry",
            "INSERT INTO stored_value_entry (id, account_id, kind, amount, actor, at) SELECT id, id, 'adjust', -501, 'x', 0 FROM stored_value",
            "UPDATE stored_value SET code_hash = NULL",
        ] {
            let mut tx = t.db.begin().await.unwrap();
            assert!(tx.execute(text, args![]).await.is_err(), "{text}");
        }
    }
}
