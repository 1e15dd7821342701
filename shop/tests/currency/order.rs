//! Orders in other currencies: delivery, promotions, payment and refunds, and what a later rate changes of them: nothing.

use super::{dinar, in_tens, selling, set, sql, work, yen};
use crate::catalogue::edit::anna;
use crate::support::TestShop;
use crate::support::deal;
use crate::support::till::{Till, VISA};
use shop::account::Visitor;
use shop::cart;
use shop::checkout::{self, Placed, View};
use shop::currency::{self, Draft};
use shop::gift_card;
use shop::money::Currency;
use shop::order;
use shop::pricing::{Effect, Rule};
use shop::setting::{HoldRules, Live, Settings};
use shop::{Error, Shop};

async fn ready(till: &Till, currency: Currency, units: i64) -> (Visitor, View) {
    let mut visitor = Visitor { cart_id: None, customer: None, currency };
    cart::add(&till.shop, &mut visitor, "MUG", units).await.unwrap();
    let view = till.ready(&visitor).await;
    (visitor, view)
}

/// A till that sells mugs for 10 euros, in yen and dinars at a rate.
async fn opened(t: &TestShop) -> Till {
    t.stock("MUG", 50).await;
    let mut till = Till::open(t).await;
    till.shop = selling(till.shop.clone(), &[yen(), dinar()]);
    set(&till.shop, yen(), in_tens(t)).await;
    let fils = Draft { rate: currency::parse_rate("0.33345").unwrap(), step: 100, less: 10, ..in_tens(t) };
    set(&till.shop, dinar(), fils).await;
    till
}

on_both_engines! {
    async fn an_order_is_paid_and_refunded_in_its_currency_whatever_becomes_of_the_rate(t: TestShop) {
        let mut till = opened(&t).await;
        // Two mugs, delivery for 4.90 euros: in tens of yen, and ending in .x90 dinars.
        for (currency, price, delivery) in [(yen(), 1630, 800), (dinar(), 3390, 1690)] {
            let (visitor, view) = ready(&till, currency, 2).await;
            assert_eq!((view.totals.currency, view.totals.subtotal, view.totals.shipping), (currency, 2 * price, delivery));
            let total = 2 * price + delivery;
            let placed = till.pay(&visitor, &view, currency.code(), VISA).await.unwrap();
            let Placed::Order { number, .. } = placed else { panic!("not placed: {placed:?}") };
            till.work().await;
            let charged = |payments: Vec<shop::invariant::provider::Payment>| {
                let of = payments.into_iter().find(|one| one.currency.eq_ignore_ascii_case(currency.code())).unwrap();
                (of.amount, of.captured, of.refunded)
            };
            assert_eq!(charged(till.payments().await), (total, total, 0));
            // The rate moves, and the shop gives the currency up.
            let other = Draft { rate: currency::parse_rate("1").unwrap(), ..in_tens(&t) };
            set(&till.shop, currency, other).await;
            let kept = till.shop.settings.currencies.clone();
            let fewer = Settings { currencies: vec![Currency::EUR], ..(*till.shop.settings).clone() };
            till.shop.settings = Live::new(fewer);
            let anna = anna();
            let order = order::detail(&till.shop, &anna, &number).await.unwrap().order;
            assert_eq!((order.totals.currency, order.totals.total, order.totals.shipping), (currency, total, delivery));
            order::refund(&till.shop, &anna, &number, order.version, price, Vec::new(), "scratched").await.unwrap();
            till.work().await;
            assert_eq!(charged(till.payments().await), (total, total, price));
            let order = order::detail(&till.shop, &anna, &number).await.unwrap().order;
            assert_eq!(order.refunded, currency.money(price));
            till.shop.settings = Live::new(Settings { currencies: kept, ..(*till.shop.settings).clone() });
        }
        let verdicts = shop::invariant::check(&mut &t.db, shop::invariant::Moment::Quiet, t.now()).await.unwrap();
        assert_eq!(shop::invariant::breaches(&verdicts), Vec::<&shop::invariant::Breach>::new());
    }

    async fn a_rule_in_euros_holds_orders_in_yen(t: TestShop) {
        let mut till = opened(&t).await;
        let hold = HoldRules { totals: vec![Currency::EUR.money(3000)], ..HoldRules::default() };
        till.shop.settings = Live::new(Settings { hold, ..(*till.shop.settings).clone() });
        // 30 euros are 4,880 yen.
        for (units, total, held) in [(2, 4060, false), (3, 5690, true)] {
            let (visitor, view) = ready(&till, yen(), units).await;
            assert_eq!(view.totals.total, total);
            let placed = till.pay(&visitor, &view, &format!("{units}"), VISA).await.unwrap();
            let Placed::Order { number, .. } = placed else { panic!("not placed: {placed:?}") };
            let detail = order::detail(&till.shop, &anna(), &number).await.unwrap();
            assert_eq!(!detail.held.is_empty(), held, "{units}");
        }
    }

    async fn delivery_is_converted_where_it_has_no_table_of_its_own(t: TestShop) {
        let till = opened(&t).await;
        sql(&t, "INSERT INTO shipping_free_above (method_id, currency, threshold) SELECT id, 'EUR', 5000 FROM shipping_method").await;
        let (visitor, view) = ready(&till, yen(), 4).await;
        let option = &view.delivery_options[0];
        assert_eq!((option.price, option.free_above), (yen().money(800), Some(yen().money(8130))));
        cart::set_quantity(&till.shop, &visitor, view.cart.lines[0].id, 5).await.unwrap();
        let view = checkout::view(&till.shop, &visitor).await.unwrap();
        assert_eq!((view.totals.subtotal, view.totals.shipping), (8150, 0));
        // A table by value: where its steps begin is converted as well.
        sql(&t, "UPDATE shipping_method SET basis = 'value'").await;
        sql(&t, "INSERT INTO shipping_rate (method_id, currency, from_value, amount) SELECT id, 'EUR', 3000, 290 FROM shipping_method").await;
        cart::set_quantity(&till.shop, &visitor, view.cart.lines[0].id, 3).await.unwrap();
        assert_eq!(checkout::view(&till.shop, &visitor).await.unwrap().totals.shipping, 480);
        // One that is typed is all that counts.
        sql(&t, "INSERT INTO shipping_rate (method_id, currency, from_value, amount) SELECT id, 'JPY', 0, 77 FROM shipping_method").await;
        let view = checkout::view(&till.shop, &visitor).await.unwrap();
        assert_eq!((view.totals.shipping, view.delivery_options[0].free_above), (77, None));
        // Without a conversion nothing is made up.
        set(&till.shop, yen(), Draft { active: false, ..in_tens(&t) }).await;
        sql(&t, "DELETE FROM shipping_rate WHERE currency = 'JPY'").await;
        assert!(checkout::view(&till.shop, &visitor).await.unwrap().delivery_options.is_empty());
    }

    async fn promotions_are_converted_and_gift_cards_are_not(t: TestShop) {
        let till = opened(&t).await;
        let off = |amount: i64, least: i64| Rule {
            minimum: (least > 0).then(|| ("EUR".to_owned(), least)).into_iter().collect(),
            ..Rule::new(Effect::Fixed { amounts: [("EUR".to_owned(), amount)].into() })
        };
        deal::code(&till.shop, "FIVE", off(500, 2000), |_| {}).await;
        deal::code(&till.shop, "BUDGET", off(500, 0), |draft| draft.budgets = [("EUR".to_owned(), 10_000)].into()).await;
        let (visitor, view) = ready(&till, yen(), 1).await;
        let budget = shop::promotion::add_code(&till.shop, &visitor, "192.0.2.1", "BUDGET").await;
        assert!(matches!(&budget, Err(Error::Invalid(fields)) if fields[0].message.contains("currency")), "{budget:?}");
        let short = shop::promotion::add_code(&till.shop, &visitor, "192.0.2.1", "FIVE").await;
        // 20 euros are 3,250 yen.
        assert!(matches!(&short, Err(Error::Invalid(fields)) if fields[0].message.contains("¥1,620")), "{short:?}");
        cart::set_quantity(&till.shop, &visitor, view.cart.lines[0].id, 2).await.unwrap();
        let view = deal::apply(&till.shop, &visitor, "FIVE").await;
        // 5 euros are 812.5 yen, to the nearest ten 810.
        assert_eq!((view.totals.subtotal, view.totals.discount), (3260, 810));
        let draft = gift_card::Draft { value: Currency::EUR.money(500), recipient: String::new(), expires_at: None, reason: "test".into(), mailed: false };
        let card = gift_card::issue(&till.shop, &anna(), &draft).await.unwrap();
        let refused = gift_card::add_to_cart(&till.shop, &visitor, "192.0.2.1", &card.code).await;
        assert!(matches!(&refused, Err(Error::Invalid(fields)) if fields[0].message.contains("another currency")), "{refused:?}");
        till.pay(&visitor, &view, "off", VISA).await.unwrap();
        till.work().await;
        let verdicts = shop::invariant::check(&mut &t.db, shop::invariant::Moment::Quiet, t.now()).await.unwrap();
        assert_eq!(shop::invariant::breaches(&verdicts), Vec::<&shop::invariant::Breach>::new());
    }

    async fn a_cart_changes_its_currency_and_leaves_one_that_was_given_up(t: TestShop) {
        let mut till = opened(&t).await;
        t.stock("OWN", 5).await;
        // Sold in euros and dollars alone: too dear to be converted.
        sql(&t, "UPDATE price SET amount = 900000000000 WHERE variant_id = (SELECT id FROM variant WHERE sku = 'OWN')").await;
        work(&till.shop).await;
        let (visitor, _) = till.guest("MUG", 2).await;
        cart::add_to(&till.shop, &visitor, "OWN", 1).await.unwrap();
        cart::set_currency(&till.shop, &visitor, yen()).await.unwrap();
        let cart = cart::load(&till.shop, &visitor).await.unwrap().unwrap();
        let told: Vec<_> = cart.lines.iter().map(|line| (line.sku.as_str(), line.problem.clone())).collect();
        assert_eq!(told, [("MUG", None), ("OWN", Some(cart::LineProblem::Unavailable))]);
        assert_eq!(cart.subtotal, yen().money(3260));
        cart::acknowledge(&till.shop, &visitor).await.unwrap();
        let view = checkout::view(&till.shop, &visitor).await.unwrap();
        let only_euros = Settings { currencies: vec![Currency::EUR], ..(*till.shop.settings).clone() };
        till.shop = Shop { settings: Live::new(only_euros), ..till.shop.clone() };
        let refused = till.pay(&visitor, &view, "late", VISA).await;
        assert!(matches!(&refused, Err(Error::Conflict { .. })), "{refused:?}");
        let cart = cart::load(&till.shop, &visitor).await.unwrap().unwrap();
        assert_eq!((cart.currency, cart.subtotal.amount, cart.has_problems()), (Currency::EUR, 2000, false));
        assert_eq!(till.money().await, (0, 0, 0, 0));
    }
}
