//! Declined payments stop further ones, and orders that look like fraud wait for a person; judged by the gateway's ledger.

use crate::support::TestShop;
use crate::support::till::{Till, VISA};
use shop::checkout::{PaymentWay, PlaceOrder, Placed, View, place};
use shop::order::{self, ListFilter, State};
use shop::setting::{DeclineLimits, HoldRules, Live, Settings};
use shop::staff::{Role, Staff};
use shop::{Error, Result, Shop};

const DECLINED: &str = "pm_card_chargeDeclined";

fn staff() -> Staff {
    Staff {
        id: shop::id::StaffId::new(),
        email: "m@example.com".into(),
        name: "Mia".into(),
        role: Role::Owner,
        address: String::new(),
    }
}

async fn from_network(
    till: &Till,
    visitor: &shop::account::Visitor,
    view: &View,
    key: &str,
    card: &str,
    network: &str,
) -> Result<Placed> {
    let order = PlaceOrder {
        idempotency_key: key.into(),
        expected_total: view.totals.total,
        expected_due: None,
        cart_version: view.cart.version,
        payment: PaymentWay::Token { payment_method: card.into() },
        provider: None,
        network_address: network.into(),
    };
    place(&till.shop, visitor, order).await
}

fn with_rules(till: &mut Till, hold: HoldRules) {
    let settings = Settings { hold, declines: DeclineLimits::default(), ..(*till.shop.settings).clone() };
    till.shop = Shop { settings: Live::new(settings), ..till.shop.clone() };
}

async fn version(till: &Till, number: &str) -> i64 {
    order::detail(&till.shop, &staff(), number).await.unwrap().order.version
}

on_both_engines! {
    async fn a_card_that_is_declined_again_and_again_is_not_tried_any_more(t: TestShop) {
        t.stock("MUG", 100).await;
        let mut till = Till::open(&t).await;
        with_rules(&mut till, HoldRules::default());
        let mut refused = 0;
        for n in 0..8 {
            // Each from another network, each a new cart: only the card is the same.
            let (visitor, view) = till.guest("MUG", 1).await;
            let tried = from_network(&till, &visitor, &view, &format!("k{n}"), DECLINED, &format!("192.0.2.{n}")).await;
            match tried {
                Err(Error::Declined { .. }) => assert!(n < 5, "the sixth is not tried"),
                Err(Error::TooMany { retry_after_s }) => {
                    assert!((1..=3_601).contains(&retry_after_s), "{retry_after_s}");
                    refused += 1;
                }
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(refused, 3);
        assert_eq!(till.intents().await.len(), 5, "the provider heard of five");
        // Another card of somebody else is nobody's concern, and an hour later neither is this one.
        let (visitor, view) = till.guest("MUG", 1).await;
        assert!(matches!(from_network(&till, &visitor, &view, "ok", VISA, "192.0.2.9").await, Ok(Placed::Order { .. })));
        t.clock.advance(61 * 60_000);
        let (visitor, view) = till.guest("MUG", 1).await;
        let tried = from_network(&till, &visitor, &view, "later", DECLINED, "192.0.2.9").await;
        assert!(matches!(tried, Err(Error::Declined { .. })), "{tried:?}");
    }

    async fn an_order_that_a_rule_names_is_held_until_it_is_released(t: TestShop) {
        t.stock("MUG", 100).await;
        let mut till = Till::open(&t).await;
        with_rules(&mut till, HoldRules { totals: vec![shop::money::Currency::EUR.money(1)], ..HoldRules::default() });
        let (_, number, _) = till.buy("MUG", 2).await;
        till.work().await;
        let (authorized, captured, ..) = till.money().await;
        assert!(authorized > 0 && captured == 0, "its money is not taken");
        let (by, shop) = (staff(), till.shop.clone());
        let detail = order::detail(&shop, &by, &number).await.unwrap();
        assert!(detail.held.len() == 1 && detail.held[0].starts_with("Comes to"), "{:?}", detail.held);
        let held = ListFilter { held: true, rows: 10, ..ListFilter::default() };
        assert_eq!(order::list(&shop, &by, &held).await.unwrap().items.len(), 1);
        let shipped = order::ship(&shop, &by, &number, version(&till, &number).await, vec![], "", "").await;
        assert!(matches!(&shipped, Err(Error::Conflict { code: "held", .. })), "{shipped:?}");
        let taken = order::capture(&shop, &by, &number, version(&till, &number).await).await;
        assert!(matches!(&taken, Err(Error::Conflict { code: "held", .. })), "{taken:?}");
        order::release(&shop, &by, &number, version(&till, &number).await).await.unwrap();
        till.work().await;
        assert_eq!(till.money().await.1, authorized, "taken once it is released");
        let twice = order::release(&shop, &by, &number, version(&till, &number).await).await;
        assert!(matches!(&twice, Err(Error::Conflict { code: "not_held", .. })), "{twice:?}");
        order::ship(&shop, &by, &number, version(&till, &number).await, vec![], "", "").await.unwrap();
        assert_eq!(order::list(&shop, &by, &held).await.unwrap().items, []);
        till.check().await;
    }

    async fn a_held_order_is_cancelled_and_its_money_let_go(t: TestShop) {
        t.stock("MUG", 100).await;
        let mut till = Till::open(&t).await;
        with_rules(&mut till, HoldRules { orders_a_day: 2, ..HoldRules::default() });
        let (_, first, _) = till.buy("MUG", 1).await;
        let by = staff();
        assert_eq!(order::detail(&till.shop, &by, &first).await.unwrap().held, Vec::<String>::new());
        let (_, second, _) = till.buy("MUG", 1).await;
        assert_eq!(order::detail(&till.shop, &by, &second).await.unwrap().held, ["2 orders of this buyer in 24 hours"]);
        order::cancel(&till.shop, &by, &second, version(&till, &second).await, true, "fraud").await.unwrap();
        till.work().await;
        assert_eq!(order::detail(&till.shop, &by, &second).await.unwrap().order.state, State::Cancelled);
        // By hand: of one that has not shipped, once, with a reason.
        let nothing = order::hold(&till.shop, &by, &first, version(&till, &first).await, " ").await;
        assert!(matches!(nothing, Err(Error::Invalid(_))), "{nothing:?}");
        order::hold(&till.shop, &by, &first, version(&till, &first).await, "Call her").await.unwrap();
        assert_eq!(order::detail(&till.shop, &by, &first).await.unwrap().held, ["Call her"]);
        let again = order::hold(&till.shop, &by, &first, version(&till, &first).await, "Again").await;
        assert!(matches!(&again, Err(Error::Conflict { code: "not_open", .. })), "{again:?}");
        till.check().await;
    }
}
