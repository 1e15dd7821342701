//! Carts that were left: found once, reminded of as often as the rules say, and never without being asked.

use super::{sql, units, visitor};
use crate::catalogue::edit::anna;
use crate::support::TestShop;
use crate::support::deal::{code, percent};
use crate::support::till::{Till, VISA, customer};
use shop::account::Visitor;
use shop::cart::{self, recovery};
use shop::checkout;
use shop::setting::{Live, Recovery, Settings};
use shop::{Error, Shop, args, worker};

const HOUR_MS: i64 = 60 * 60 * 1000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// A shop that reminds after four hours, twice at most.
async fn reminding(t: &TestShop, rules: Recovery) -> Till {
    t.stock("MUG", 9).await;
    t.stock("CUP", 9).await;
    let mut till = Till::open(t).await;
    let settings = Settings { recovery: rules, ..Settings::clone(&till.shop.settings) };
    till.shop = Shop { settings: Live::new(settings), ..till.shop.clone() };
    till
}

fn twice() -> Recovery {
    Recovery { on: true, mails: 2, ..Recovery::default() }
}

/// A guest who has told the address, and perhaps wants to be reminded.
async fn left(till: &Till, email: &str, wanted: bool) -> Visitor {
    let mut ada = visitor();
    cart::add(&till.shop, &mut ada, "MUG", 2).await.unwrap();
    checkout::save_contact(&till.shop, &ada, email, "").await.unwrap();
    checkout::save_reminder(&till.shop, &ada, wanted).await.unwrap();
    ada
}

async fn mails(till: &Till) -> Vec<String> {
    worker::deliver_outbox(&till.shop).await.unwrap();
    let sql = "SELECT body_text FROM mail WHERE order_id IS NULL ORDER BY id";
    let rows: Vec<(String,)> = till.shop.db.fetch_all(sql, args![]).await.unwrap();
    rows.into_iter().map(|(text,)| text).collect()
}

/// The token of the latest mail.
async fn token(till: &Till) -> String {
    let mail = mails(till).await.pop().expect("a mail");
    mail.split("/cart/restore/").nth(1).unwrap().split_whitespace().next().unwrap().to_owned()
}

on_both_engines! {
    async fn who_wants_it_is_reminded_as_often_as_the_rules_say(t: TestShop) {
        let till = reminding(&t, twice()).await;
        left(&till, "ada@example.com", true).await;
        left(&till, "eve@example.com", false).await;
        let mut nobody = visitor();
        cart::add(&till.shop, &mut nobody, "MUG", 1).await.unwrap();
        t.clock.advance(4 * HOUR_MS - 1);
        assert_eq!(recovery::work(&till.shop).await.unwrap(), 0);
        t.clock.advance(1);
        recovery::work(&till.shop).await.unwrap();
        let sent = mails(&till).await;
        assert_eq!(sent.len(), 1, "{sent:?}");
        assert!(sent[0].contains("2 × mug") && sent[0].contains("/cart-mails/") && !sent[0].contains("code"), "{}", sent[0]);
        assert!(!sent[0].contains("ada@example.com"), "whoever reads it over a shoulder: {}", sent[0]);
        let page = recovery::list(&till.shop, &anna(), None, 1).await.unwrap();
        assert_eq!((page.items[0].value.amount, page.items[0].step.as_str(), page.items[0].order.as_deref()), (2000, "address", None));
        let rest = recovery::list(&till.shop, &anna(), page.next.as_deref(), 9).await.unwrap();
        let mut seen = vec![page.items[0].clone()];
        seen.extend(rest.items);
        seen.sort_by(|a, b| a.email.cmp(&b.email));
        let seen: Vec<_> = seen.iter().map(|one| (one.email.as_str(), one.wanted, one.mails)).collect();
        assert_eq!(seen, [("ada@example.com", true, 1), ("eve@example.com", false, 0)], "nobody's cart is not noted");
        // Once is once, however often the worker looks; then the second, and no third.
        assert_eq!(recovery::work(&till.shop).await.unwrap(), 0);
        t.clock.advance(2 * DAY_MS);
        recovery::work(&till.shop).await.unwrap();
        assert_eq!(mails(&till).await.len(), 2);
        t.clock.advance(2 * DAY_MS);
        recovery::work(&till.shop).await.unwrap();
        assert_eq!(mails(&till).await.len(), 2);
        let twice = "INSERT INTO cart_mail (abandoned_id, number, token_hash, email, at, expires_at)
            SELECT abandoned_id, number, 'x', email, at, expires_at FROM cart_mail WHERE number = 1";
        let mut tx = t.db.begin().await.unwrap();
        assert!(tx.execute(twice, args![]).await.is_err(), "the schema refuses the same mail again");
    }

    async fn nothing_is_sent_where_it_is_off_or_the_cart_is_not_left_any_more(t: TestShop) {
        let till = reminding(&t, Recovery { on: false, ..twice() }).await;
        left(&till, "ada@example.com", true).await;
        t.clock.advance(5 * HOUR_MS);
        recovery::work(&till.shop).await.unwrap();
        assert_eq!(mails(&till).await.len(), 0);
        assert_eq!(recovery::list(&till.shop, &anna(), None, 9).await.unwrap().items.len(), 1, "but it is seen");

        let till = {
            let mut till = till;
            let settings = Settings { recovery: twice(), ..Settings::clone(&till.shop.settings) };
            till.shop = Shop { settings: Live::new(settings), ..till.shop.clone() };
            till
        };
        // Emptied, changed, or ordered between being found and being written to.
        let emptied = left(&till, "emptied@example.com", true).await;
        let mut changed = left(&till, "changed@example.com", true).await;
        let ordered = left(&till, "ordered@example.com", true).await;
        t.clock.advance(5 * HOUR_MS);
        while recovery::find(&till.shop).await.unwrap() > 0 {}
        assert_eq!(t.number("SELECT COUNT(*) FROM abandoned_cart WHERE mail_at IS NOT NULL").await, 3);
        let line = cart::load(&till.shop, &emptied).await.unwrap().unwrap().lines[0].id;
        cart::remove(&till.shop, &emptied, line).await.unwrap();
        cart::add(&till.shop, &mut changed, "CUP", 1).await.unwrap();
        let email = "ordered@example.com";
        let view = till.ready(&ordered).await;
        sql(&t, "UPDATE abandoned_cart SET mail_at = 0 WHERE mail_at IS NOT NULL").await;
        till.pay(&ordered, &view, "k", VISA).await.unwrap();
        recovery::work(&till.shop).await.unwrap();
        assert_eq!(mails(&till).await.len(), 0);
        let seen = recovery::list(&till.shop, &anna(), None, 9).await.unwrap().items;
        let bought = seen.iter().find(|one| one.email == email).unwrap();
        assert!(bought.order.is_some() && bought.mails == 0, "{bought:?}");
        // Left again, with something in it.
        t.clock.advance(5 * HOUR_MS);
        recovery::work(&till.shop).await.unwrap();
        let sent = mails(&till).await;
        assert!(sent.len() == 1 && sent[0].contains("1 × cup"), "{sent:?}");
        till.check().await;
    }

    async fn a_link_brings_goods_back_and_nothing_about_their_owner(t: TestShop) {
        let till = reminding(&t, Recovery { code: "BACK".into(), ..twice() }).await;
        code(&till.shop, "BACK", percent(10), |_| ()).await;
        let ada = left(&till, "ada@example.com", true).await;
        till.ready(&ada).await;
        t.clock.advance(5 * HOUR_MS);
        recovery::work(&till.shop).await.unwrap();
        assert!(mails(&till).await[0].contains("With the code BACK it costs less."));
        let token = token(&till).await;
        // Forwarded: goods alone, and looking changes nothing.
        let mut eve = visitor();
        let seen = recovery::behind(&till.shop, &token, &eve).await.unwrap();
        assert_eq!((units(&seen.lines), seen.own), (vec![("MUG", 2)], false));
        assert!(cart::load(&till.shop, &eve).await.unwrap().is_none());
        cart::add(&till.shop, &mut eve, "MUG", 1).await.unwrap();
        let filled = recovery::restore(&till.shop, &token, &mut eve, "192.0.2.1").await.unwrap();
        assert_eq!(filled[0].added, 1, "what is there already is not doubled");
        let view = checkout::view(&till.shop, &eve).await.unwrap();
        assert_eq!((units(&view.cart.lines), view.details.email.as_str(), view.details.address.is_none()), (vec![("MUG", 2)], "", true));
        assert_eq!((view.codes[0].code.as_str(), view.totals.discount), ("BACK", 200));
        // Bought there: brought back, and no second mail.
        let view = till.ready(&eve).await;
        till.pay(&eve, &view, "k", VISA).await.unwrap();
        let brought = recovery::recovered(&till.shop, &anna()).await.unwrap();
        assert_eq!((brought.orders, brought.totals[0].amount), (1, view.totals.total));
        t.clock.advance(3 * DAY_MS);
        recovery::work(&till.shop).await.unwrap();
        assert_eq!(t.number("SELECT COUNT(*) FROM cart_mail").await, 1);
        // Her own cart is hers by the same link; after a month it opens nothing.
        assert!(recovery::behind(&till.shop, &token, &ada).await.unwrap().own);
        assert_eq!(recovery::restore(&till.shop, &token, &mut ada.clone(), "").await.unwrap(), []);
        assert!(matches!(recovery::behind(&till.shop, "guessed", &ada).await, Err(Error::NotFound("link"))));
        t.clock.advance(30 * DAY_MS);
        assert!(matches!(recovery::behind(&till.shop, &token, &ada).await, Err(Error::NotFound("link"))));
        recovery::stop(&till.shop, &token).await.unwrap();
    }

    async fn one_press_ends_it_for_the_mailbox(t: TestShop) {
        let till = reminding(&t, twice()).await;
        left(&till, "ada@gmail.com", true).await;
        let bob = customer(&till.shop, "bob@example.com").await;
        let mut home = Visitor { customer: Some(bob.clone()), ..visitor() };
        cart::add(&till.shop, &mut home, "MUG", 1).await.unwrap();
        assert!(!recovery::reminders(&till.shop, &bob).await.unwrap(), "nobody is asked for what they did not ask");
        t.clock.advance(5 * HOUR_MS);
        recovery::work(&till.shop).await.unwrap();
        assert_eq!(mails(&till).await.len(), 1);
        let stop = token(&till).await;
        for _ in 0..2 {
            recovery::stop(&till.shop, &stop).await.unwrap();
        }
        left(&till, "a.d.a+new@gmail.com", true).await;
        t.clock.advance(5 * DAY_MS);
        recovery::work(&till.shop).await.unwrap();
        assert_eq!(mails(&till).await.len(), 1, "neither the second mail nor another cart's");
        // A customer says so in the account, and takes it back by the link.
        recovery::set_reminders(&till.shop, &bob, true).await.unwrap();
        cart::add(&till.shop, &mut home, "MUG", 1).await.unwrap();
        t.clock.advance(5 * HOUR_MS);
        recovery::work(&till.shop).await.unwrap();
        assert_eq!(mails(&till).await.len(), 2);
        recovery::stop(&till.shop, &token(&till).await).await.unwrap();
        assert!(!recovery::reminders(&till.shop, &bob).await.unwrap());
        recovery::set_reminders(&till.shop, &bob, true).await.unwrap();
        assert_eq!(t.number("SELECT COUNT(*) FROM cart_mail_stop").await, 1, "the account may ask again");
        // Long after, nothing of it is known.
        t.clock.advance(400 * DAY_MS);
        worker::purge(&till.shop).await.unwrap();
        assert_eq!(t.number("SELECT (SELECT COUNT(*) FROM abandoned_cart) + (SELECT COUNT(*) FROM cart_mail)").await, 0);
    }

    async fn two_workers_send_one_mail(t: TestShop) {
        let till = reminding(&t, twice()).await;
        for at in 0..5 {
            left(&till, &format!("ada{at}@example.com"), true).await;
        }
        t.clock.advance(5 * HOUR_MS);
        let (one, two) = (recovery::work(&till.shop), recovery::work(&till.shop));
        let (one, two) = tokio::join!(one, two);
        assert!(one.is_ok() && two.is_ok(), "{one:?} {two:?}");
        recovery::work(&till.shop).await.unwrap();
        assert_eq!(mails(&till).await.len(), 5);
    }

    async fn the_card_of_a_present_goes_with_the_order(t: TestShop) {
        t.stock("MUG", 9).await;
        let till = Till::open(&t).await;
        let (visitor, _) = till.guest("MUG", 1).await;
        let long = "ü".repeat(501);
        assert!(matches!(checkout::save_gift_note(&till.shop, &visitor, &long).await, Err(Error::Invalid(_))));
        let view = checkout::save_gift_note(&till.shop, &visitor, " Happy birthday,\r\nAda \n").await.unwrap();
        till.pay(&visitor, &view, "k", VISA).await.unwrap();
        let (message,): (String,) = t.db.fetch_one("SELECT gift_note FROM orders", args![]).await.unwrap();
        assert_eq!(message, "Happy birthday,\nAda");
        till.check().await;
    }
}
