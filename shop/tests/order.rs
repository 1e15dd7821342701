//! What the merchant does with an order, judged by the gateway's ledger.

use crate::support::TestShop;
use crate::support::till::{Till, VISA};
use shop::checkout::Placed;
use shop::order::{self, ListFilter, PaymentState, State};
use shop::setting::{CapturePolicy, Live, Settings};
use shop::staff::{Role, Staff};
use shop::{Error, Shop};

fn staff() -> Staff {
    Staff {
        id: shop::id::StaffId::new(),
        email: "m@example.com".into(),
        name: "Mia".into(),
        role: Role::Owner,
        address: String::new(),
    }
}

async fn version(till: &Till, number: &str) -> i64 {
    order::detail(&till.shop, &staff(), number).await.unwrap().order.version
}

on_both_engines! {
    async fn a_paid_order_ships_and_arrives(t: TestShop) {
        t.stock("MUG", 5).await;
        let till = Till::open(&t).await;
        let (_, number, _) = till.buy("MUG", 3).await;
        let (shop, by) = (&till.shop, staff());
        let detail = order::detail(shop, &by, &number).await.unwrap();
        assert!(detail.order.actions().ship);
        let line = detail.order.lines[0].id;
        let stale = order::ship(shop, &by, &number, detail.order.version - 1, vec![], "DHL", "1").await;
        assert!(matches!(&stale, Err(Error::Conflict { code: "stale", .. })), "{stale:?}");
        order::ship(shop, &by, &number, detail.order.version, vec![(line, 1)], "DHL", "1").await.unwrap();
        let too_many = order::ship(shop, &by, &number, version(&till, &number).await, vec![(line, 3)], "DHL", "2").await;
        assert!(matches!(too_many, Err(Error::Invalid(_))), "{too_many:?}");
        order::ship(shop, &by, &number, version(&till, &number).await, vec![], "DHL", "2").await.unwrap();
        order::mark_delivered(shop, &by, &number, version(&till, &number).await).await.unwrap();
        till.work().await;
        let detail = order::detail(shop, &by, &number).await.unwrap();
        assert_eq!(detail.order.state, State::Delivered);
        assert_eq!(detail.order.fulfilments.len(), 2);
        assert_eq!(detail.mails.len(), 3);
        let audited = "SELECT COUNT(*) FROM audit_log WHERE entity = 'order'";
        assert_eq!(till.count(audited).await, 3);
        let filter = ListFilter { text: number[..4].to_lowercase(), rows: 10, ..ListFilter::default() };
        assert_eq!(order::list(shop, &by, &filter).await.unwrap().items.len(), 1);
        let none = ListFilter { state: Some(State::Cancelled), rows: 10, ..ListFilter::default() };
        assert_eq!(order::list(shop, &by, &none).await.unwrap().items, []);
    }

    async fn an_uncaptured_order_is_cancelled_by_a_void(t: TestShop) {
        let stock = t.stock("MUG", 5).await;
        let mut till = Till::open(&t).await;
        let settings = Settings { capture: CapturePolicy::Manual, ..(*till.shop.settings).clone() };
        till.shop = Shop { settings: Live::new(settings), ..till.shop.clone() };
        let (_, number, _) = till.buy("MUG", 2).await;
        assert_eq!(till.money().await, (2490, 0, 0, 0), "nothing is captured by itself");
        assert_eq!(till.stock(stock).await, (3, 0));
        order::cancel(&till.shop, &staff(), &number, version(&till, &number).await, true, "too late").await.unwrap();
        till.work().await;
        assert_eq!(till.money().await, (2490, 0, 2490, 0));
        assert_eq!(till.stock(stock).await, (5, 0));
        assert_eq!(t.number("SELECT COUNT(*) FROM stock_movement WHERE reason = 'restocked'").await, 1);
        let detail = order::detail(&till.shop, &staff(), &number).await.unwrap();
        assert_eq!((detail.order.state, detail.order.payment_state), (State::Cancelled, PaymentState::Voided));
        let again = order::cancel(&till.shop, &staff(), &number, detail.order.version, true, "").await;
        assert!(matches!(&again, Err(Error::Conflict { code: "illegal_move", .. })), "{again:?}");
        till.check().await;
    }

    async fn the_merchant_captures_when_the_shop_says_so(t: TestShop) {
        t.stock("MUG", 5).await;
        let mut till = Till::open(&t).await;
        let settings = Settings { capture: CapturePolicy::Manual, ..(*till.shop.settings).clone() };
        till.shop = Shop { settings: Live::new(settings), ..till.shop.clone() };
        let (_, number, _) = till.buy("MUG", 1).await;
        let early = order::ship(&till.shop, &staff(), &number, version(&till, &number).await, vec![], "", "").await;
        assert!(matches!(&early, Err(Error::Conflict { code: "not_captured", .. })), "{early:?}");
        order::capture(&till.shop, &staff(), &number, version(&till, &number).await).await.unwrap();
        till.work().await;
        assert_eq!(till.money().await, (1490, 1490, 0, 0));
        let twice = order::capture(&till.shop, &staff(), &number, version(&till, &number).await).await;
        assert!(matches!(&twice, Err(Error::Conflict { code: "nothing_to_capture", .. })), "{twice:?}");
        till.check().await;
    }

    async fn a_captured_order_is_cancelled_by_a_refund(t: TestShop) {
        let stock = t.stock("MUG", 5).await;
        let till = Till::open(&t).await;
        let (_, number, _) = till.buy("MUG", 2).await;
        order::cancel(&till.shop, &staff(), &number, version(&till, &number).await, true, "").await.unwrap();
        till.work().await;
        assert_eq!(till.money().await, (2490, 2490, 0, 2490));
        assert_eq!(till.stock(stock).await, (5, 0));
        till.check().await;
    }

    async fn more_than_was_taken_is_never_given_back(t: TestShop) {
        let stock = t.stock("MUG", 5).await;
        let till = Till::open(&t).await;
        let (_, number, token) = till.buy("MUG", 2).await;
        let (shop, by) = (&till.shop, staff());
        let order = order::by_token(shop, &number, &token).await.unwrap();
        let line = order.lines[0].id;
        order::refund(shop, &by, &number, order.version, 1000, vec![(line, 1)], "scratched").await.unwrap();
        assert_eq!(till.stock(stock).await, (4, 0));
        let stale = order::refund(shop, &by, &number, order.version, 1000, vec![], "again").await;
        assert!(matches!(&stale, Err(Error::Conflict { code: "stale", .. })), "a second click: {stale:?}");
        let too_much = order::refund(shop, &by, &number, version(&till, &number).await, 1491, vec![], "").await;
        assert!(matches!(too_much, Err(Error::Invalid(_))), "{too_much:?}");
        let too_many = order::refund(shop, &by, &number, version(&till, &number).await, 1, vec![(line, 2)], "").await;
        assert!(matches!(too_many, Err(Error::Invalid(_))), "{too_many:?}");
        order::refund(shop, &by, &number, version(&till, &number).await, 1490, vec![], "").await.unwrap();
        till.work().await;
        assert_eq!(till.money().await, (2490, 2490, 0, 2490));
        let order = order::by_token(shop, &number, &token).await.unwrap();
        assert_eq!((order.state, order.payment_state), (State::Refunded, PaymentState::Refunded));
        till.check().await;
    }

    async fn a_customer_sees_their_own_orders_only(t: TestShop) {
        t.stock("MUG", 5).await;
        let till = Till::open(&t).await;
        let ada = crate::support::till::customer(&till.shop, "ada@example.com").await;
        let bob = crate::support::till::customer(&till.shop, "bob@example.com").await;
        let mut visitor = shop::account::Visitor {
            cart_id: None,
            customer: Some(ada.clone()),
            currency: shop::money::Currency::EUR,
        };
        shop::cart::add(&till.shop, &mut visitor, "MUG", 1).await.unwrap();
        let view = till.ready(&visitor).await;
        let placed = till.pay(&visitor, &view, "k", VISA).await.unwrap();
        let Placed::Order { number, .. } = placed else { panic!("{placed:?}") };
        assert_eq!(order::history(&till.shop, &ada, None).await.unwrap().items.len(), 1);
        assert_eq!(order::of_customer(&till.shop, &ada, &number).await.unwrap().number, number);
        assert!(matches!(order::of_customer(&till.shop, &bob, &number).await, Err(Error::NotFound(_))));
        assert_eq!(order::history(&till.shop, &bob, None).await.unwrap().items, []);
    }
}
