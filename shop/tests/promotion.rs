//! Promotions from the code that is typed to the order that is refunded: what they take off, who can have them how often,
//! and that they come back when nothing comes of an order.

use crate::catalogue::edit::anna;
use crate::support::TestShop;
use crate::support::deal::{apply, code, percent};
use crate::support::till::{PROVIDERS, Till, VISA, customer};
use futures_util::future::join_all;
use shop::account::Visitor;
use shop::checkout::{self, PaymentWay, Placed, View};
use shop::id::{CheckoutId, VariantId};
use shop::money::Currency;
use shop::pricing::{Amounts, Effect, Rule};
use shop::promotion::{self, Draft, State};
use shop::{Error, args, cart, order};

const HOUR_MS: i64 = 60 * 60 * 1000;

fn euros(amount: i64) -> Amounts {
    [("EUR".to_owned(), amount)].into()
}

async fn sql(t: &TestShop, text: &str) {
    let mut tx = t.db.begin().await.unwrap();
    tx.execute(text, args![]).await.unwrap();
    tx.commit().await.unwrap();
}

/// Uses by the counters of promotion, code and buyers, uses that are written down, and money of budgets.
async fn counted(till: &Till) -> [i64; 4] {
    [
        till.count("SELECT CAST(COALESCE(SUM(used), 0) AS BIGINT) FROM promotion").await,
        till.count("SELECT CAST(COALESCE(SUM(used), 0) AS BIGINT) FROM promotion_code").await,
        till.count("SELECT COUNT(*) FROM promotion_use WHERE state = 'claimed'").await,
        till.count("SELECT CAST(COALESCE(SUM(spent), 0) AS BIGINT) FROM promotion_budget").await,
    ]
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

/// A guest with another mailbox, with the code in the cart.
async fn guest(till: &Till, email: &str, code: &str) -> (Visitor, View) {
    let (visitor, _) = till.guest("MUG", 1).await;
    checkout::save_contact(&till.shop, &visitor, email, "").await.unwrap();
    let view = apply(&till.shop, &visitor, code).await;
    (visitor, view)
}

/// Nothing is held, nothing was begun.
async fn nothing_is_left(till: &Till, before: i64) {
    assert_eq!(till.count("SELECT COUNT(*) FROM checkout").await, before);
    assert_eq!(till.count("SELECT COUNT(*) FROM idempotency").await, before);
}

on_both_engines! {
    async fn a_code_takes_off_what_it_says_and_the_order_adds_up(t: TestShop) {
        t.stock("MUG", 9).await;
        t.stock("BOWL", 9).await;
        let till = Till::open(&t).await;
        code(&till.shop, "TEN", percent(10), |_| ()).await;
        code(&till.shop, "POST", Rule { combines: percent(1).combines, ..Rule::new(Effect::FreeDelivery) }, |_| ()).await;
        let (mut visitor, before) = till.guest("MUG", 3).await;
        cart::add(&till.shop, &mut visitor, "BOWL", 1).await.unwrap();
        sql(&t, "UPDATE price SET amount = 333 WHERE amount = 1000").await;
        cart::acknowledge(&till.shop, &visitor).await.unwrap();
        apply(&till.shop, &visitor, " ten ").await;
        let view = apply(&till.shop, &visitor, "POST").await;
        // 13.32, of which 10 % is 1.332: 1.33, spread 1.00 (0.9975) and 0.33 (0.3325).
        assert_eq!((before.totals.subtotal, view.totals.subtotal, view.totals.discount), (3000, 1332, 133));
        assert_eq!((view.totals.shipping, view.totals.shipping_discount, view.totals.total), (0, 490, 1199));
        let order_number = number(&till.pay(&visitor, &view, "k", VISA).await.unwrap());
        till.work().await;
        assert_eq!(till.money().await, (1199, 1199, 0, 0));
        let detail = order::detail(&till.shop, &anna(), &order_number).await.unwrap();
        assert_eq!(detail.order.totals, view.totals);
        let off: Vec<_> = detail.order.lines.iter().map(|line| line.discount.amount).collect();
        assert_eq!(off, [100, 33]);
        assert_eq!(counted(&till).await, [2, 2, 2, 0]);
        let (mail,): (String,) =
            till.shop.db.fetch_one("SELECT body_text FROM mail WHERE order_id IS NOT NULL", args![]).await.unwrap();
        assert!(mail.contains("\nTEN: −€1.33\n") && mail.contains("\nPOST: −€4.90\n"), "{mail}");
        // A refund of all that was paid for a line.
        let bowl = &detail.order.lines[1];
        let paid = bowl.total.amount - bowl.discount.amount;
        order::refund(&till.shop, &anna(), &order_number, detail.order.version, paid, vec![(bowl.id, 1)], "").await.unwrap();
        till.work().await;
        assert_eq!(till.money().await, (1199, 1199, 0, 300));
        till.check().await;
    }

    async fn an_order_that_costs_nothing_is_placed_without_a_payment(t: TestShop) {
        t.stock("MUG", 9).await;
        let till = Till::open(&t).await;
        code(&till.shop, "ALL", percent(100), |_| ()).await;
        code(&till.shop, "POST", Rule { combines: percent(1).combines, ..Rule::new(Effect::FreeDelivery) }, |_| ()).await;
        let (visitor, _) = till.guest("MUG", 2).await;
        apply(&till.shop, &visitor, "ALL").await;
        let view = apply(&till.shop, &visitor, "POST").await;
        assert_eq!((view.totals.total, view.totals.tax), (0, 0));
        number(&till.pay(&visitor, &view, "k", VISA).await.unwrap());
        till.work().await;
        assert_eq!(till.money().await, (0, 0, 0, 0));
        till.check().await;
    }

    async fn the_pages_of_all_providers_ask_for_what_is_left(t: TestShop) {
        t.stock("MUG", 99).await;
        let till = Till::of(&t, &PROVIDERS).await;
        code(&till.shop, "THIRD", percent(33), |_| ()).await;
        for provider in PROVIDERS {
            let (visitor, _) = till.guest("MUG", 3).await;
            let view = apply(&till.shop, &visitor, "THIRD").await;
            // 20.10 of 30.00 and 4.90 for the delivery.
            assert_eq!(view.totals.total, 2500);
            let (_, url) = till.go_to(provider, &visitor, &view, "k").await.unwrap();
            if provider == "stripe" {
                assert!(till.pay_hosted(&url, "4242424242424242").await.is_some());
            }
        }
        // As much as was agreed, to the last cent.
        assert_eq!(till.money().await.0, 2500);
    }

    async fn a_single_use_is_had_once_by_a_burst(t: TestShop) {
        let stock = t.stock("MUG", 99).await;
        let till = Till::open(&t).await;
        let id = code(&till.shop, "ONCE", percent(10), |_| ()).await;
        sql(&t, "UPDATE promotion_code SET max_uses = 1").await;
        let mut crowd = Vec::new();
        for at in 0..30 {
            crowd.push(guest(&till, &format!("ada{at}@example.com"), "ONCE").await);
        }
        let before = till.count("SELECT COUNT(*) FROM checkout").await;
        let answers = join_all(crowd.iter().map(|(visitor, view)| till.pay(visitor, view, "k", VISA))).await;
        let won = answers.iter().filter(|answer| matches!(answer, Ok(Placed::Order { .. }))).count();
        let told = answers.iter().filter(|answer| match answer {
            Err(Error::Conflict { code: "promotion_gone", message }) => message.contains("ONCE does not apply any more. It has been used up. €1.00 were not taken off"),
            Err(Error::Conflict { code: "cart_changed", message }) => message.contains("from €13.90 to €14.90"),
            _ => false,
        });
        assert_eq!((won, told.count()), (1, 29), "{answers:?}");
        nothing_is_left(&till, before + 1).await;
        till.work().await;
        assert_eq!(till.stock(stock).await, (98, 0));
        assert_eq!((till.money().await, counted(&till).await), ((1390, 1390, 0, 0), [1, 1, 1, 0]));
        // Whoever types it now is told, and whoever has it in the cart.
        let (late, _) = till.guest("MUG", 1).await;
        let refused = promotion::add_code(&till.shop, &late, "192.0.2.1", "once").await;
        assert_eq!(refusal(refused), "ONCE does not apply. It has been used up.");
        let loser = answers.iter().position(Result::is_err).unwrap();
        let view = checkout::view(&till.shop, &crowd[loser].0).await.unwrap();
        assert_eq!((view.totals.total, view.codes[0].problem.as_deref()), (1490, Some("It has been used up.")));
        assert_eq!(promotion::detail(&till.shop, &anna(), id).await.unwrap().used, 1);
        till.check().await;
    }

    async fn limits_of_uses_buyers_and_budgets_hold_together(t: TestShop) {
        t.stock("MUG", 99).await;
        let till = Till::open(&t).await;
        code(&till.shop, "FEW", percent(10), |draft| {
            draft.max_uses = Some(7);
            draft.per_buyer = Some(2);
            draft.budgets = euros(500);
        }).await;
        // Four mailboxes, twelve orders: two for each of them, and 1.00 off each of five.
        let mut crowd = Vec::new();
        for at in 0..12 {
            let mailbox = ["ada@gmail.com", "a.d.a+1@googlemail.com", "bob@example.com", "Bob+x@example.com", "eve@example.com", "kim@example.com"][at % 6];
            crowd.push(guest(&till, mailbox, "FEW").await);
        }
        let answers = join_all(crowd.iter().map(|(visitor, view)| till.pay(visitor, view, "k", VISA))).await;
        let won = answers.iter().filter(|answer| answer.is_ok()).count();
        assert_eq!(won, 5, "{answers:?}");
        assert_eq!(counted(&till).await, [5, 5, 5, 500]);
        assert!(till.count("SELECT MAX(used) FROM promotion_buyer").await <= 2);
        till.check().await;
    }

    async fn what_ends_without_an_order_is_given_back_once(t: TestShop) {
        let stock = t.stock("MUG", 9).await;
        let till = Till::open(&t).await;
        code(&till.shop, "ONCE", percent(10), |draft| { draft.max_uses = Some(1); draft.budgets = euros(100); }).await;
        // Cancelled by the shopper.
        let (visitor, view) = guest(&till, "ada@example.com", "ONCE").await;
        let placed = till.place(&visitor, &view, "k1", PaymentWay::Embedded).await.unwrap();
        let Placed::Confirm { checkout_id, .. } = placed else { panic!("{placed:?}") };
        assert_eq!(counted(&till).await, [1, 1, 1, 100]);
        // What a started payment of this cart holds is there for it, and for nobody else.
        assert_eq!(checkout::view(&till.shop, &visitor).await.unwrap().totals.total, 1390);
        let (other, _) = till.guest("MUG", 1).await;
        refusal(promotion::add_code(&till.shop, &other, "192.0.2.1", "ONCE").await);
        for _ in 0..2 {
            checkout::cancel(&till.shop, &visitor, checkout_id).await.unwrap();
            assert_eq!((counted(&till).await, till.stock(stock).await), ([0, 0, 0, 0], (9, 0)));
        }
        // Declined, tried again, and then its time ran out.
        let view = checkout::view(&till.shop, &visitor).await.unwrap();
        assert!(till.pay(&visitor, &view, "k2", "pm_card_chargeDeclined").await.is_err());
        assert_eq!(counted(&till).await, [1, 1, 1, 100]);
        assert!(till.pay(&visitor, &view, "k3", "pm_card_chargeDeclined").await.is_err());
        assert_eq!(counted(&till).await, [1, 1, 1, 100]);
        t.clock.advance(2 * HOUR_MS);
        till.work().await;
        till.work().await;
        assert_eq!((counted(&till).await, till.stock(stock).await), ([0, 0, 0, 0], (9, 0)));
        // Had by somebody after all, and cancelled before anything was taken.
        let (visitor, view) = guest(&till, "eve@example.com", "ONCE").await;
        let order_number = number(&till.pay(&visitor, &view, "k", VISA).await.unwrap());
        assert_eq!(counted(&till).await, [1, 1, 1, 100]);
        let detail = order::detail(&till.shop, &anna(), &order_number).await.unwrap();
        order::cancel(&till.shop, &anna(), &order_number, detail.order.version, true, "").await.unwrap();
        assert_eq!(counted(&till).await, [0, 0, 0, 0]);
        till.check().await;
        // Once it was paid, it is used, whatever happens to the order.
        let (visitor, view) = guest(&till, "kim@example.com", "ONCE").await;
        let order_number = number(&till.pay(&visitor, &view, "k", VISA).await.unwrap());
        till.work().await;
        let detail = order::detail(&till.shop, &anna(), &order_number).await.unwrap();
        order::cancel(&till.shop, &anna(), &order_number, detail.order.version, true, "").await.unwrap();
        assert_eq!(counted(&till).await, [1, 1, 1, 100]);
        till.check().await;
    }

    async fn a_late_payment_has_its_promotion_or_its_money_back(t: TestShop) {
        t.stock("MUG", 9).await;
        let till = Till::open(&t).await;
        code(&till.shop, "ONCE", percent(10), |draft| draft.max_uses = Some(1)).await;
        let (visitor, view) = guest(&till, "ada@example.com", "ONCE").await;
        let placed = till.place(&visitor, &view, "k", PaymentWay::Embedded).await.unwrap();
        let Placed::Confirm { checkout_id, client_secret } = placed else { panic!("{placed:?}") };
        release_here(&t, checkout_id).await;
        assert_eq!(counted(&till).await, [0, 0, 0, 0]);
        // Paid after all: it is still there.
        assert!(till.confirm_in_page(&client_secret, VISA).await.is_success());
        t.clock.advance(60_000);
        till.work().await;
        assert_eq!(counted(&till).await, [1, 1, 1, 0]);
        assert_eq!(till.count("SELECT COUNT(*) FROM orders WHERE state = 'confirmed'").await, 1);
        till.check().await;
    }

    async fn a_late_payment_whose_promotion_is_gone_goes_back(t: TestShop) {
        let stock = t.stock("MUG", 9).await;
        let till = Till::open(&t).await;
        code(&till.shop, "ONCE", percent(10), |draft| draft.max_uses = Some(1)).await;
        let (visitor, view) = guest(&till, "ada@example.com", "ONCE").await;
        let placed = till.place(&visitor, &view, "k", PaymentWay::Embedded).await.unwrap();
        let Placed::Confirm { checkout_id, client_secret } = placed else { panic!("{placed:?}") };
        release_here(&t, checkout_id).await;
        let (other, view) = guest(&till, "eve@example.com", "ONCE").await;
        number(&till.pay(&other, &view, "k", VISA).await.unwrap());
        assert!(till.confirm_in_page(&client_secret, VISA).await.is_success());
        t.clock.advance(60_000);
        till.work().await;
        assert_eq!((counted(&till).await, till.stock(stock).await), ([1, 1, 1, 0], (8, 0)));
        assert_eq!(till.count("SELECT COUNT(*) FROM checkout WHERE state = 'refunded'").await, 1);
        till.check().await;
    }

    async fn what_changes_before_paying_is_told_from_what_to_what(t: TestShop) {
        t.stock("MUG", 9).await;
        let till = Till::open(&t).await;
        let id = code(&till.shop, "TEN", percent(10), |_| ()).await;
        let (visitor, view) = guest(&till, "ada@example.com", "TEN").await;
        promotion::update(&till.shop, &anna(), id, &Draft::new("TEN", true, percent(5)), State::Active, 1).await.unwrap();
        let answer = till.pay(&visitor, &view, "k", VISA).await;
        assert!(matches!(&answer, Err(Error::Conflict { code: "cart_changed", message }) if message.contains("from €13.90 to €14.40")), "{answer:?}");
        promotion::set_state(&till.shop, &anna(), id, State::Archived, 2).await.unwrap();
        let answer = till.pay(&visitor, &view, "k", VISA).await;
        assert!(matches!(&answer, Err(Error::Conflict { code: "cart_changed", message }) if message.contains("from €13.90 to €14.90")), "{answer:?}");
        nothing_is_left(&till, 0).await;
        let view = checkout::view(&till.shop, &visitor).await.unwrap();
        assert_eq!(view.codes[0].problem.as_deref(), Some("It is not valid any more."));
        promotion::remove_code(&till.shop, &visitor, "ten").await.unwrap();
        assert!(checkout::view(&till.shop, &visitor).await.unwrap().codes.is_empty());
        assert!(matches!(promotion::remove_code(&till.shop, &visitor, "ten").await, Err(Error::NotFound("code"))));
    }

    async fn what_stands_against_a_code_is_told_and_nothing_changes(t: TestShop) {
        t.stock("MUG", 9).await;
        let till = Till::open(&t).await;
        let now = t.now();
        code(&till.shop, "OVER", percent(10), |draft| draft.end_at = Some(now)).await;
        code(&till.shop, "SOON", percent(10), |draft| draft.start_at = Some(now + HOUR_MS)).await;
        let fifty = Rule { minimum: euros(5000), ..percent(10) };
        code(&till.shop, "FIFTY", fifty, |_| ()).await;
        let first = Rule { first_order: true, ..percent(10) };
        code(&till.shop, "FIRST", first, |_| ()).await;
        let alone = Rule::new(Effect::Percent { percent: 20 });
        code(&till.shop, "ALONE", alone, |_| ()).await;
        let ann = customer(&till.shop, "ann@example.com").await;
        let own = promotion::create(&till.shop, &anna(), &Draft::new("Own", true, percent(10)), State::Active).await.unwrap();
        promotion::create_code(&till.shop, &anna(), own, "ANNS", Some(1), "ann@example.com").await.unwrap();
        till.buy("MUG", 1).await;
        let (visitor, view) = till.guest("MUG", 2).await;
        for (typed, reason) in [
            ("OVER", "OVER does not apply. It has expired."),
            ("soon", "SOON does not apply. It is not valid yet."),
            ("FIFTY", "FIFTY does not apply. Add products for €30.00 more that it is for."),
            ("ANNS", "ANNS does not apply. It is for somebody else; log in if it is yours."),
            ("FIRST", "FIRST does not apply. It is for a first order only."),
            ("NONE", "There is no such code. Please check how it is written."),
            ("' OR 1=1 --", "There is no such code. Please check how it is written."),
        ] {
            assert_eq!(refusal(promotion::add_code(&till.shop, &visitor, "192.0.2.1", typed).await), reason, "{typed}");
        }
        assert_eq!(checkout::view(&till.shop, &visitor).await.unwrap().cart.version, view.cart.version);
        let view = apply(&till.shop, &visitor, "ALONE").await;
        assert_eq!(view.totals.discount, 400);
        // The same, however it is written, changes nothing.
        let again = apply(&till.shop, &visitor, "ａｌｏｎｅ").await;
        assert_eq!((again.cart.version, again.totals.discount), (view.cart.version, 400));
        code(&till.shop, "MORE", percent(10), |draft| draft.rank = 1).await;
        let refused = promotion::add_code(&till.shop, &visitor, "192.0.2.1", "MORE").await;
        assert_eq!(refusal(refused), "MORE does not apply. It does not go together with “ALONE”.");
        // Ann has hers.
        let mut visitor = Visitor { cart_id: None, customer: Some(ann), currency: Currency::EUR };
        cart::add(&till.shop, &mut visitor, "MUG", 1).await.unwrap();
        promotion::add_code(&till.shop, &visitor, "192.0.2.1", "anns").await.unwrap();
        let of_cart = promotion::of_cart(&till.shop, &visitor, &cart::load(&till.shop, &visitor).await.unwrap().unwrap()).await.unwrap();
        assert_eq!(of_cart.totals.discount, 100);
    }

    async fn whoever_guesses_is_stopped(t: TestShop) {
        t.stock("MUG", 9).await;
        let till = Till::open(&t).await;
        code(&till.shop, "TEN", percent(10), |_| ()).await;
        let (visitor, _) = till.guest("MUG", 1).await;
        for at in 0..20 {
            refusal(promotion::add_code(&till.shop, &visitor, "192.0.2.1", &format!("GUESS{at}")).await);
        }
        let stopped = promotion::add_code(&till.shop, &visitor, "192.0.2.2", "TEN").await;
        assert!(matches!(stopped, Err(Error::TooMany { .. })), "{stopped:?}");
        // With a fresh cart each time, the address has its limit.
        for at in 0..79 {
            let (visitor, _) = till.guest("MUG", 1).await;
            let answer = promotion::add_code(&till.shop, &visitor, "192.0.2.1", &format!("GUESS{at}")).await;
            assert!(answer.is_err());
        }
        let (visitor, _) = till.guest("MUG", 1).await;
        promotion::add_code(&till.shop, &visitor, "192.0.2.1", "TEN").await.unwrap();
        let stopped = promotion::add_code(&till.shop, &visitor, "192.0.2.1", "TEN").await;
        assert!(matches!(stopped, Err(Error::TooMany { .. })), "{stopped:?}");
        t.clock.advance(HOUR_MS);
        promotion::add_code(&till.shop, &visitor, "192.0.2.1", "TEN").await.unwrap();
    }

    async fn scopes_are_products_categories_with_those_below_and_collections(t: TestShop) {
        for sku in ["MUG", "BOWL", "CUP"] {
            t.stock(sku, 9).await;
        }
        sql(&t, "INSERT INTO category (id, slug, title) SELECT id, 'kitchen', 'Kitchen' FROM product WHERE slug = 'mug'").await;
        sql(&t, "INSERT INTO category (id, parent_id, slug, title) SELECT p.id, c.id, 'bowls', 'Bowls' FROM product p, category c WHERE p.slug = 'bowl'").await;
        sql(&t, "INSERT INTO product_category (category_id, product_id) SELECT c.id, p.id FROM category c JOIN product p ON p.id = c.id WHERE c.slug = 'bowls'").await;
        let till = Till::open(&t).await;
        let (mut visitor, _) = till.guest("MUG", 1).await;
        cart::add(&till.shop, &mut visitor, "BOWL", 1).await.unwrap();
        cart::add(&till.shop, &mut visitor, "CUP", 3).await.unwrap();
        let (kitchen,) = t.db.fetch_one("SELECT id FROM category WHERE slug = 'kitchen'", args![]).await.unwrap();
        let mut rule = percent(50);
        rule.scope.categories = vec![kitchen];
        promotion::create(&till.shop, &anna(), &Draft::new("Kitchen", false, rule), State::Active).await.unwrap();
        let (cup,): (VariantId,) = t.db.fetch_one("SELECT id FROM variant WHERE sku = 'CUP'", args![]).await.unwrap();
        let gift = Rule { combines: percent(1).combines, ..Rule::new(Effect::Gift { variants: vec![cup], units: 1 }) };
        promotion::create(&till.shop, &anna(), &Draft::new("A cup", false, gift), State::Active).await.unwrap();
        let view = checkout::view(&till.shop, &visitor).await.unwrap();
        let off: Vec<_> = view.priced.iter().map(|line| line.discount).collect();
        assert_eq!(off, [0, 500, 1000]);
        let told: Vec<_> = view.totals.discounts.iter().map(shop::pricing::Discount::label).collect();
        assert_eq!(told, ["Kitchen", "A cup"]);
        number(&till.pay(&visitor, &view, "k", VISA).await.unwrap());
        till.check().await;
    }

    async fn codes_are_made_in_batches_and_limits_never_below_what_was_used(t: TestShop) {
        t.stock("MUG", 9).await;
        let till = Till::open(&t).await;
        let id = code(&till.shop, "TEN", percent(10), |draft| draft.max_uses = Some(5)).await;
        let batch = promotion::generate(&till.shop, &anna(), id, 2_500, "gift-", 1).await.unwrap();
        let file = String::from_utf8(promotion::export(&till.shop, &anna(), id, Some(&batch)).await.unwrap()).unwrap();
        let codes: Vec<&str> = file.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
        assert_eq!(codes.len(), 2_500);
        assert!(codes.iter().all(|code| code.starts_with("GIFT-") && code.len() == 15), "{}", codes[0]);
        for (at, code) in codes.iter().take(2).enumerate() {
            let (visitor, view) = guest(&till, &format!("{at}@example.com"), code).await;
            number(&till.pay(&visitor, &view, "k", VISA).await.unwrap());
        }
        assert_eq!(counted(&till).await, [2, 2, 2, 0]);
        let mut draft = promotion::detail(&till.shop, &anna(), id).await.unwrap().draft;
        draft.max_uses = Some(1);
        let refused = promotion::update(&till.shop, &anna(), id, &draft, State::Active, 1).await;
        assert_eq!(refusal(refused), "It was used more often already.");
        (draft.max_uses, draft.budgets) = (Some(2), euros(199));
        let refused = promotion::update(&till.shop, &anna(), id, &draft, State::Active, 1).await;
        assert_eq!(refusal(refused), "More was given away already.");
        draft.budgets = euros(200);
        promotion::update(&till.shop, &anna(), id, &draft, State::Active, 1).await.unwrap();
        assert_eq!(counted(&till).await[3], 200);
        assert!(matches!(promotion::update(&till.shop, &anna(), id, &draft, State::Active, 1).await, Err(Error::Conflict { .. })));
        assert_eq!(refusal(promotion::generate(&till.shop, &anna(), id, 10_001, "", 1).await), "Between 1 and 10000.");
        assert_eq!(refusal(promotion::create_code(&till.shop, &anna(), id, "ten", None, "").await), "There is such a code already.");
        till.check().await;
    }

    async fn codes_come_along_when_carts_are_put_together(t: TestShop) {
        t.stock("MUG", 9).await;
        let till = Till::open(&t).await;
        code(&till.shop, "TEN", percent(10), |_| ()).await;
        let ann = customer(&till.shop, "ann@example.com").await;
        let mut hers = Visitor { cart_id: None, customer: Some(ann.clone()), currency: Currency::EUR };
        cart::add(&till.shop, &mut hers, "MUG", 1).await.unwrap();
        let (guest, _) = guest(&till, "ann@example.com", "TEN").await;
        cart::merge_on_login(&till.shop, guest.cart_id, ann.id).await.unwrap();
        let cart = cart::load(&till.shop, &hers).await.unwrap().unwrap();
        assert_eq!(promotion::of_cart(&till.shop, &hers, &cart).await.unwrap().totals.discount, 100);
    }
}

/// Released here while the provider could not be reached, so that it may still be paid there.
pub async fn release_here(t: &TestShop, id: CheckoutId) {
    crate::checkout::force_release(&t.db, id).await;
    let mut tx = t.db.begin().await.unwrap();
    let sql = "UPDATE promotion_use SET state = 'released' WHERE checkout_id = $1";
    assert_eq!(tx.execute(sql, args![id]).await.unwrap(), 1);
    for table in ["promotion", "promotion_code", "promotion_buyer"] {
        tx.execute(&format!("UPDATE {table} SET used = 0"), args![]).await.unwrap();
    }
    tx.commit().await.unwrap();
}
