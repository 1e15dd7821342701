//! How much one may buy: told in the cart, kept by the database however many ask at once, given back with what is not sold.

use crate::catalogue::edit::anna;
use crate::support::TestShop;
use crate::support::till::{Till, VISA, customer};
use futures_util::future::join_all;
use shop::account::Visitor;
use shop::cart::{self, LineProblem};
use shop::checkout::{self, PaymentWay, Placed, View};
use shop::id::{CheckoutId, ProductId, VariantId};
use shop::money::Currency;
use shop::purchase_limit::{self, Limit};
use shop::{Error, args, order};

const HOUR_MS: i64 = 60 * 60 * 1000;
const DAY_MS: i64 = 24 * HOUR_MS;

fn visitor() -> Visitor {
    Visitor { cart_id: None, customer: None, currency: Currency::EUR }
}

async fn product(t: &TestShop, sku: &str) -> ProductId {
    let sql = "SELECT product_id FROM variant WHERE sku = $1";
    t.db.fetch_one::<(ProductId,)>(sql, args![sku]).await.unwrap().0
}

async fn limit(t: &TestShop, till: &Till, limit: Limit) {
    purchase_limit::set(&till.shop, &anna(), product(t, "MUG").await, limit).await.unwrap();
}

fn per_buyer(most: i64) -> Limit {
    Limit { per_buyer: Some(most), ..Limit::default() }
}

/// A guest with this address who wants `units` mugs.
async fn guest(till: &Till, email: &str, units: i64) -> (Visitor, View) {
    let (visitor, _) = till.guest("MUG", units).await;
    checkout::save_contact(&till.shop, &visitor, email, "").await.unwrap();
    let view = checkout::view(&till.shop, &visitor).await.unwrap();
    (visitor, view)
}

fn number(placed: &Placed) -> String {
    let Placed::Order { number, .. } = placed else { panic!("not placed: {placed:?}") };
    number.clone()
}

fn refusal<T: std::fmt::Debug>(outcome: Result<T, Error>) -> String {
    match outcome {
        Err(Error::Invalid(fields)) => fields[0].message.clone(),
        Err(Error::Conflict { code: "limit_reached", message }) => message,
        other => panic!("not refused: {other:?}"),
    }
}

/// What the counters say, and what is claimed.
async fn counted(till: &Till) -> (i64, i64) {
    (
        till.count("SELECT CAST(COALESCE(MAX(bought), 0) AS BIGINT) FROM purchase_buyer").await,
        till.count("SELECT CAST(COALESCE(SUM(units), 0) AS BIGINT) FROM purchase WHERE state = 'claimed'").await,
    )
}

/// The checkout is given up here, and the provider has not heard of it.
async fn release_here(t: &TestShop, checkout_id: CheckoutId) {
    crate::checkout::force_release(&t.db, checkout_id).await;
    let mut tx = t.db.begin().await.unwrap();
    let sql = "UPDATE purchase SET state = 'released' WHERE checkout_id = $1";
    assert_eq!(tx.execute(sql, args![checkout_id]).await.unwrap(), 1);
    tx.commit().await.unwrap();
}

on_both_engines! {
    async fn the_cart_says_what_one_may_buy(t: TestShop) {
        t.stock("MUG", 9).await;
        let till = Till::open(&t).await;
        let shop = &till.shop;
        let mut tx = t.db.begin().await.unwrap();
        // Another variant of the same product counts with it.
        let other = VariantId::new();
        let sql = "INSERT INTO variant (id, product_id, sku, option_values, tracked, position)
            SELECT $1, product_id, 'MUG-2', '[\"2\"]', FALSE, 1 FROM variant";
        tx.execute(sql, args![other]).await.unwrap();
        tx.execute("INSERT INTO price (variant_id, currency, amount) VALUES ($1, 'EUR', 1000)", args![other]).await.unwrap();
        tx.commit().await.unwrap();
        let mut ada = visitor();
        cart::add(shop, &mut ada, "MUG", 5).await.unwrap();
        limit(&t, &till, Limit { per_order: Some(3), ..Limit::default() }).await;
        let seen = cart::load(shop, &ada).await.unwrap().unwrap();
        let why = "At most 3 in one order.".to_owned();
        assert_eq!(seen.lines[0].problem, Some(LineProblem::LimitReached { wanted: 5, allowed: 3, why }));
        assert_eq!(seen.subtotal.amount, 3000, "what can be bought of it");
        let seen = cart::acknowledge(shop, &ada).await.unwrap();
        assert_eq!((seen.count, seen.has_problems()), (3, false));
        let told = "mug: At most 3 in one order.";
        assert_eq!(refusal(cart::add(shop, &mut ada, "MUG", 1).await), told);
        assert_eq!(refusal(cart::add(shop, &mut ada, "MUG-2", 1).await), told);
        assert_eq!(refusal(cart::set_quantity(shop, &ada, seen.lines[0].id, 4).await), told);
        let seen = cart::set_quantity(shop, &ada, seen.lines[0].id, 2).await.unwrap();
        assert_eq!((seen.count, seen.lines[0].cap(99)), (2, 3));
        assert_eq!(cart::add(shop, &mut ada, "MUG-2", 1).await.unwrap().count, 3);
        // The merchant's bounds, and no limit any more.
        for wrong in [Limit { per_order: Some(0), ..Limit::default() }, Limit { days: Some(3), ..Limit::default() }, per_buyer(10_000)] {
            let refused = purchase_limit::set(shop, &anna(), product(&t, "MUG").await, wrong).await;
            assert!(matches!(refused, Err(Error::Invalid(_))), "{wrong:?}");
        }
        assert!(matches!(purchase_limit::set(shop, &anna(), ProductId::new(), per_buyer(1)).await, Err(Error::NotFound(_))));
        limit(&t, &till, Limit::default()).await;
        assert_eq!(cart::add(shop, &mut ada, "MUG", 4).await.unwrap().count, 7);
        assert_eq!(till.count("SELECT COUNT(*) FROM audit_log WHERE action = 'product.limit'").await, 2);
    }

    async fn thirty_checkouts_of_one_buyer_never_exceed_the_limit(t: TestShop) {
        let stock = t.stock("MUG", 99).await;
        let till = Till::open(&t).await;
        limit(&t, &till, per_buyer(3)).await;
        let mut crowd = Vec::new();
        for at in 0..30 {
            let mailbox = ["ada@gmail.com", "a.d.a@gmail.com", "Ada+mug@googlemail.com"][at % 3];
            crowd.push(guest(&till, mailbox, 1).await);
        }
        let before = till.count("SELECT COUNT(*) FROM checkout").await;
        let answers = join_all(crowd.iter().map(|(visitor, view)| till.pay(visitor, view, "k", VISA))).await;
        let won = answers.iter().filter(|answer| matches!(answer, Ok(Placed::Order { .. }))).count();
        let told = answers.iter().filter(|answer| {
            matches!(answer, Err(Error::Conflict { code: "limit_reached", message }) if message.contains("mug: At most 3 for each customer"))
        });
        assert_eq!((won, told.count()), (3, 27), "{answers:?}");
        assert_eq!(till.count("SELECT COUNT(*) FROM checkout").await, before + 3, "who lost has begun nothing");
        till.work().await;
        assert_eq!((till.stock(stock).await, counted(&till).await), ((96, 0), (3, 3)));
        // Another mailbox may, two at a time.
        let (other, view) = guest(&till, "eve@example.com", 3).await;
        number(&till.pay(&other, &view, "k", VISA).await.unwrap());
        till.check().await;
    }

    async fn a_customer_is_counted_by_account_and_by_mailbox(t: TestShop) {
        t.stock("MUG", 99).await;
        let till = Till::open(&t).await;
        limit(&t, &till, per_buyer(2)).await;
        let ada = customer(&till.shop, "ada@example.com").await;
        let mut home = Visitor { customer: Some(ada), ..visitor() };
        cart::add(&till.shop, &mut home, "MUG", 2).await.unwrap();
        let view = till.ready(&home).await;
        number(&till.pay(&home, &view, "k1", VISA).await.unwrap());
        assert_eq!(counted(&till).await, (2, 4), "two units, under two names");
        let told = "mug: At most 2 for each customer. You have bought 2 already.";
        assert_eq!(refusal(cart::add(&till.shop, &mut home, "MUG", 1).await), told);
        // Logged out, but at the same mailbox: told as soon as it is known.
        let (away, view) = guest(&till, "ada+2@example.com", 1).await;
        assert!(matches!(view.cart.lines[0].problem, Some(LineProblem::LimitReached { allowed: 0, .. })));
        assert_eq!(refusal(till.pay(&away, &view, "k2", VISA).await), format!("{told} Nothing was charged."));
        assert_eq!(cart::acknowledge(&till.shop, &away).await.unwrap().lines, []);
        till.check().await;
    }

    async fn log_in_caps_the_merged_cart_to_what_one_may_buy(t: TestShop) {
        t.stock("MUG", 99).await;
        let till = Till::open(&t).await;
        let ada = customer(&till.shop, "ada@example.com").await;
        let mut home = Visitor { customer: Some(ada.clone()), ..visitor() };
        cart::add(&till.shop, &mut home, "MUG", 1).await.unwrap();
        let mut away = visitor();
        cart::add(&till.shop, &mut away, "MUG", 5).await.unwrap();
        limit(&t, &till, per_buyer(2)).await;
        cart::merge_on_login(&till.shop, away.cart_id, ada.id).await.unwrap();
        let merged = cart::load(&till.shop, &home).await.unwrap().unwrap();
        assert_eq!((merged.count, merged.has_problems()), (2, false));
        assert_eq!(merged.merge_notice.unwrap().capped, [("mug".to_owned(), 5, 2)]);
    }

    async fn what_is_not_sold_is_given_back_once(t: TestShop) {
        t.stock("MUG", 99).await;
        let till = Till::open(&t).await;
        limit(&t, &till, per_buyer(2)).await;
        // Cancelled by the shopper, who may go on with the cart meanwhile.
        let (visitor, view) = guest(&till, "ada@example.com", 2).await;
        let placed = till.place(&visitor, &view, "k1", PaymentWay::Embedded).await.unwrap();
        let Placed::Confirm { checkout_id, .. } = placed else { panic!("{placed:?}") };
        assert_eq!(counted(&till).await, (2, 2));
        assert!(!checkout::view(&till.shop, &visitor).await.unwrap().cart.has_problems(), "it is this cart that holds them");
        assert!(guest(&till, "ada@example.com", 1).await.1.cart.has_problems());
        for _ in 0..2 {
            checkout::cancel(&till.shop, &visitor, checkout_id).await.unwrap();
            assert_eq!(counted(&till).await, (0, 0));
        }
        // Declined, and then its time ran out.
        let view = checkout::view(&till.shop, &visitor).await.unwrap();
        assert!(till.pay(&visitor, &view, "k2", "pm_card_chargeDeclined").await.is_err());
        assert_eq!(counted(&till).await, (2, 2));
        t.clock.advance(2 * HOUR_MS);
        till.work().await;
        till.work().await;
        assert_eq!(counted(&till).await, (0, 0));
        // Bought, paid, and cancelled by the merchant.
        let view = checkout::view(&till.shop, &visitor).await.unwrap();
        let order_number = number(&till.pay(&visitor, &view, "k3", VISA).await.unwrap());
        till.work().await;
        assert_eq!(counted(&till).await, (2, 2));
        let detail = order::detail(&till.shop, &anna(), &order_number).await.unwrap();
        order::cancel(&till.shop, &anna(), &order_number, detail.order.version, true, "").await.unwrap();
        assert_eq!(counted(&till).await, (0, 0));
        till.check().await;
    }

    async fn a_late_payment_has_its_units_or_its_money_back(t: TestShop) {
        t.stock("MUG", 99).await;
        let till = Till::open(&t).await;
        limit(&t, &till, per_buyer(2)).await;
        for somebody_else_bought in [false, true] {
            let email = format!("ada{somebody_else_bought}@example.com");
            let (visitor, view) = guest(&till, &email, 2).await;
            let placed = till.place(&visitor, &view, "k", PaymentWay::Embedded).await.unwrap();
            let Placed::Confirm { checkout_id, client_secret } = placed else { panic!("{placed:?}") };
            release_here(&t, checkout_id).await;
            if somebody_else_bought {
                let (again, view) = guest(&till, &email, 1).await;
                number(&till.pay(&again, &view, "k", VISA).await.unwrap());
            }
            assert!(till.confirm_in_page(&client_secret, VISA).await.is_success());
            t.clock.advance(60_000);
            till.work().await;
            let state = if somebody_else_bought { "refunded" } else { "settled" };
            let sql = "SELECT state FROM checkout WHERE id = $1";
            let (found,): (String,) = t.db.fetch_one(sql, args![checkout_id]).await.unwrap();
            assert_eq!(found, state);
            till.check().await;
        }
    }

    async fn only_the_orders_of_the_last_days_count(t: TestShop) {
        t.stock("MUG", 99).await;
        let till = Till::open(&t).await;
        limit(&t, &till, Limit { per_buyer: Some(2), days: Some(30), ..Limit::default() }).await;
        for day in 0..2 {
            let (visitor, view) = guest(&till, "ada@example.com", 1).await;
            number(&till.pay(&visitor, &view, &format!("k{day}"), VISA).await.unwrap());
            till.work().await;
            t.clock.advance(10 * DAY_MS);
        }
        let (visitor, view) = guest(&till, "ada@example.com", 1).await;
        let told = "mug: At most 2 for each customer within 30 days. You have bought 2 already. Nothing was charged.";
        assert_eq!(refusal(till.pay(&visitor, &view, "early", VISA).await), told);
        // The first of the two is more than 30 days ago.
        t.clock.advance(10 * DAY_MS + 1);
        let (visitor, view) = guest(&till, "ada@example.com", 1).await;
        number(&till.pay(&visitor, &view, "later", VISA).await.unwrap());
        assert_eq!(counted(&till).await, (2, 3));
        // A lower limit does not undo what was sold, and lets nobody buy more.
        limit(&t, &till, per_buyer(1)).await;
        let (visitor, view) = guest(&till, "ada@example.com", 1).await;
        refusal(till.pay(&visitor, &view, "lower", VISA).await);
        till.check().await;
    }
}
