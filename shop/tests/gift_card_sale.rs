//! Gift cards that are bought: made once for each unit when the order is paid, mailed, never cheaper than what they hold,
//! and taken back before their price goes back.

use crate::catalogue::edit::anna;
use crate::support::TestShop;
use crate::support::deal;
use crate::support::till::{Till, VISA};
use async_trait::async_trait;
use futures_util::future::join_all;
use shop::account::Visitor;
use shop::checkout::{self, Placed, View};
use shop::gift_card;
use shop::invariant::{self, Moment};
use shop::mail::{Mailer, Message};
use shop::money::Currency;
use shop::order::{self, Order, State};
use shop::setting::{CapturePolicy, Live, Settings};
use shop::{Error, args, cart, worker};
use std::sync::{Arc, Mutex};

/// Keeps what it was given to send.
#[derive(Default)]
struct Caught(Mutex<Vec<Message>>);

#[async_trait]
impl Mailer for Caught {
    async fn send(&self, _from: &str, message: &Message) -> Result<(), String> {
        self.0.lock().unwrap().push(message.clone());
        Ok(())
    }
}

impl Caught {
    /// The codes that went to this address.
    fn codes(&self, to: &str) -> Vec<String> {
        let messages = self.0.lock().unwrap();
        let of_cards = messages.iter().filter(|one| one.recipient == to && one.subject.contains("gift card"));
        let line = |text: &str| {
            text.lines().map(str::trim).find(|line| gift_card::normalised(line).is_some()).map(str::to_owned)
        };
        of_cards.map(|one| line(&one.text).expect("a code")).collect()
    }
}

pub const IS_CARD: &str = "UPDATE variant
    SET gift_card = TRUE, requires_shipping = FALSE, taxable = FALSE, tracked = FALSE WHERE sku = 'CARD'";

/// A till whose shop sells mugs and a gift card over 10.00, and what it mails.
async fn open(t: &TestShop) -> (Till, Arc<Caught>) {
    t.stock("MUG", 9).await;
    t.variant("CARD").await;
    let mut till = Till::open(t).await;
    till.tamper(IS_CARD).await;
    let caught = Arc::new(Caught::default());
    till.shop.mailer = caught.clone();
    (till, caught)
}

/// A guest with these in the cart, who has told everything but the payment.
async fn guest(till: &Till, wanted: &[(&str, i64)]) -> (Visitor, View) {
    let mut visitor = Visitor { cart_id: None, customer: None, currency: Currency::EUR };
    for (sku, quantity) in wanted {
        cart::add(&till.shop, &mut visitor, sku, *quantity).await.unwrap();
    }
    let view = till.ready(&visitor).await;
    (visitor, view)
}

/// Buys; the order's number.
async fn buy(till: &Till, wanted: &[(&str, i64)]) -> String {
    let (visitor, view) = guest(till, wanted).await;
    place(till, &visitor, &view).await
}

async fn place(till: &Till, visitor: &Visitor, view: &View) -> String {
    match till.pay(visitor, view, "buy", VISA).await.unwrap() {
        Placed::Order { number, .. } => number,
        other => panic!("not placed: {other:?}"),
    }
}

async fn found(till: &Till, number: &str) -> Order {
    order::detail(&till.shop, &anna(), number).await.unwrap().order
}

async fn version(till: &Till, of: shop::id::StoredValueId) -> i64 {
    let sql = "SELECT version FROM stored_value WHERE id = $1";
    till.shop.db.fetch_one::<(i64,)>(sql, args![of]).await.unwrap().0
}

async fn assert_well(till: &Till) {
    let verdicts = invariant::check(&mut &till.shop.db, Moment::Quiet, till.shop.now_ms()).await.unwrap();
    let broken: Vec<_> =
        invariant::breaches(&verdicts).iter().map(|breach| (breach.rule, breach.detail.clone())).collect();
    assert_eq!(broken, []);
}

fn refusal<T: std::fmt::Debug>(outcome: Result<T, Error>) -> (String, String) {
    match outcome {
        Err(Error::Invalid(fields)) => (fields[0].field.clone(), fields[0].message.clone()),
        other => panic!("not refused: {other:?}"),
    }
}

on_both_engines! {
    async fn each_unit_becomes_one_card_that_is_mailed_and_pays(t: TestShop) {
        let (till, caught) = open(&t).await;
        let (visitor, view) = guest(&till, &[("CARD", 2)]).await;
        assert_eq!((view.totals.total, view.totals.tax, view.delivery_options.len()), (2000, 0, 0));
        let words = "Happy birthday!\nYour Ada <3";
        let view = checkout::save_gift_to(&till.shop, &visitor, " Bob@Example.com ", words).await.unwrap();
        let number = place(&till, &visitor, &view).await;
        till.work().await;
        // Many workers, again and again.
        for _ in 0..3 {
            join_all((0..4).map(|_| worker::run_once(&till.shop))).await.into_iter().for_each(|done| assert!(done.is_ok()));
        }
        let order = found(&till, &number).await;
        assert_eq!((order.state, order.gift_cards.len(), order.fulfilments.len()), (State::Delivered, 2, 1));
        let cards = order.gift_cards.iter().map(|card| (card.value.amount, card.recipient.as_str()));
        assert_eq!(cards.collect::<Vec<_>>(), [(1000, "bob@example.com"); 2]);
        let codes = caught.codes("bob@example.com");
        assert_eq!(codes.len(), 2);
        assert!(caught.codes("ada@example.com").is_empty());
        assert!(caught.0.lock().unwrap().iter().any(|one| one.html.contains("Happy birthday!<br>Your Ada &lt;3")));
        // Once they have gone out, nobody can read the codes any more.
        for code in &codes {
            let sql = "SELECT (SELECT COUNT(*) FROM mail WHERE body_text LIKE $1 OR body_html LIKE $1)
                + (SELECT COUNT(*) FROM outbox WHERE payload LIKE $1)";
            let (seen,): (i64,) = t.db.fetch_one(sql, args![format!("%{code}%")]).await.unwrap();
            assert_eq!(seen, 0);
        }
        let (visitor, _) = guest(&till, &[("MUG", 1)]).await;
        gift_card::add_to_cart(&till.shop, &visitor, "192.0.2.1", &codes[0]).await.unwrap();
        let view = checkout::view(&till.shop, &visitor).await.unwrap();
        assert_eq!((view.totals.total, view.due()), (1490, 490));
        place(&till, &visitor, &view).await;
        till.work().await;
        assert_well(&till).await;
        assert_eq!(till.money().await.1, 2000 + 490);
    }

    async fn cards_come_with_the_money_and_not_before(t: TestShop) {
        let (mut till, caught) = open(&t).await;
        let settings = Settings { capture: CapturePolicy::Manual, ..(*till.shop.settings).clone() };
        till.shop.settings = Live::new(settings);
        let number = buy(&till, &[("CARD", 1), ("MUG", 1)]).await;
        till.work().await;
        assert_eq!((found(&till, &number).await.state, caught.codes("ada@example.com").len()), (State::Confirmed, 0));
        let order = found(&till, &number).await;
        order::hold(&till.shop, &anna(), &number, order.version, "look at it").await.unwrap();
        till.work().await;
        order::release(&till.shop, &anna(), &number, order.version + 1).await.unwrap();
        order::capture(&till.shop, &anna(), &number, order.version + 2).await.unwrap();
        till.work().await;
        let order = found(&till, &number).await;
        assert_eq!((order.state, order.gift_cards.len(), caught.codes("ada@example.com").len()), (State::Processing, 1, 1));
        // Packed is what can be packed.
        let card = order.lines.iter().find(|line| line.gift_card).unwrap();
        let refused = order::ship(&till.shop, &anna(), &number, order.version, vec![(card.id, 1)], "", "").await;
        assert_eq!(refusal(refused).0, "quantity");
        order::ship(&till.shop, &anna(), &number, order.version, Vec::new(), "DHL", "1").await.unwrap();
        let order = found(&till, &number).await;
        assert_eq!((order.state, order.fulfilments.len()), (State::Shipped, 2));
        assert_well(&till).await;
    }

    async fn no_promotion_makes_a_card_cheaper_than_what_it_holds(t: TestShop) {
        let (till, _) = open(&t).await;
        deal::code(&till.shop, "TEN", deal::percent(10), |_| ()).await;
        let (visitor, _) = guest(&till, &[("CARD", 1)]).await;
        assert_eq!(refusal(shop::promotion::add_code(&till.shop, &visitor, "192.0.2.1", "TEN").await).0, "code");
        let (visitor, _) = guest(&till, &[("CARD", 1), ("MUG", 1)]).await;
        let view = deal::apply(&till.shop, &visitor, "TEN").await;
        assert_eq!((view.totals.discount, view.totals.total), (100, 2000 - 100 + 490));
        // And the schema would refuse it.
        let number = place(&till, &visitor, &view).await;
        let mut tx = t.db.begin().await.unwrap();
        assert!(tx.execute("UPDATE order_line SET discount = 1 WHERE gift_card", args![]).await.is_err());
        drop(tx);
        till.work().await;
        let values: Vec<_> = found(&till, &number).await.gift_cards.iter().map(|card| card.value.amount).collect();
        assert_eq!(values, [1000]);
        assert_well(&till).await;
    }

    async fn what_is_on_a_card_does_not_go_back_as_money_as_well(t: TestShop) {
        let (till, caught) = open(&t).await;
        let number = buy(&till, &[("CARD", 2), ("MUG", 1)]).await;
        till.work().await;
        let order = found(&till, &number).await;
        assert_eq!(order.totals.total, 3490);
        let refund = async |version: i64, amount: i64| {
            order::refund(&till.shop, &anna(), &number, version, amount, Vec::new(), "").await
        };
        let (field, message) = refusal(refund(order.version, 1491).await);
        assert_eq!(field, "amount");
        assert!(message.contains("€20.00") && message.contains("€14.90"), "{message}");
        let [taken, spent] = [order.gift_cards[0].id, order.gift_cards[1].id];
        // One pays for another order, so nothing of it can be taken back.
        let codes = caught.codes("ada@example.com");
        let code = codes.iter().find(|code| code.ends_with(&order.gift_cards[1].last_four)).unwrap();
        let (visitor, _) = guest(&till, &[("MUG", 1)]).await;
        gift_card::add_to_cart(&till.shop, &visitor, "192.0.2.1", code).await.unwrap();
        let view = checkout::view(&till.shop, &visitor).await.unwrap();
        place(&till, &visitor, &view).await;
        till.work().await;
        let again = gift_card::take_back(&till.shop, &anna(), spent, version(&till, spent).await).await;
        assert!(matches!(again, Err(Error::Conflict { code: "spent", .. })), "{again:?}");
        let stale = gift_card::take_back(&till.shop, &anna(), taken, version(&till, taken).await + 1).await;
        assert!(matches!(stale, Err(Error::Conflict { code: "stale", .. })), "{stale:?}");
        gift_card::take_back(&till.shop, &anna(), taken, version(&till, taken).await).await.unwrap();
        let version = found(&till, &number).await.version;
        assert_eq!(refusal(refund(version, 2491).await).0, "amount");
        refund(version, 2490).await.unwrap();
        till.work().await;
        let order = found(&till, &number).await;
        assert_eq!((order.refunded.amount, order.gift_cards[0].taken_back.amount), (2490, 1000));
        assert_well(&till).await;
    }

    async fn a_recipient_is_an_address_or_the_buyer(t: TestShop) {
        let (till, _) = open(&t).await;
        let (visitor, before) = guest(&till, &[("CARD", 1)]).await;
        for (email, message, field) in [("bob", "", "gift_email"), ("", "For you", "gift_email"), ("bob@example.com", "x".repeat(501).as_str(), "gift_message")] {
            assert_eq!(refusal(checkout::save_gift_to(&till.shop, &visitor, email, message).await).0, field);
        }
        let view = checkout::save_gift_to(&till.shop, &visitor, "", "").await.unwrap();
        assert_eq!((view.details.gift_to.is_none(), view.cart.version), (true, before.cart.version));
    }
}
