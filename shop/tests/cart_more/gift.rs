//! Gifts of promotions: they come when they are earned, go when they are not, stay away when they are not wanted.

use super::{sql, units, visitor};
use crate::catalogue::edit::anna;
use crate::support::TestShop;
use crate::support::deal::{code, percent};
use crate::support::till::{Till, VISA, customer};
use shop::account::Visitor;
use shop::cart::{self, Cart};
use shop::checkout::{self, Placed};
use shop::id::{PromotionId, VariantId};
use shop::pricing::{Effect, Rule};
use shop::promotion::{self, Draft, State, with_gifts};
use shop::{Shop, args};

async fn variant(t: &TestShop, sku: &str) -> VariantId {
    t.db.fetch_one::<(VariantId,)>("SELECT id FROM variant WHERE sku = $1", args![sku]).await.unwrap().0
}

/// Two bowls earn a cup, or a pot when there is no cup.
async fn rule(t: &TestShop) -> Rule {
    let variants = vec![variant(t, "CUP").await, variant(t, "POT").await];
    let mut rule = Rule { combines: percent(1).combines, ..Rule::new(Effect::Gift { variants, units: 1 }) };
    rule.minimum = [("EUR".to_owned(), 2000)].into();
    rule
}

async fn promotion(t: &TestShop, till: &Till) -> PromotionId {
    promotion::create(&till.shop, &anna(), &Draft::new("A cup", false, rule(t).await), State::Active).await.unwrap()
}

async fn seen(shop: &Shop, visitor: &Visitor) -> Cart {
    let cart = cart::load(shop, visitor).await.unwrap().unwrap();
    with_gifts(shop, visitor, cart).await.unwrap()
}

async fn stocked(t: &TestShop, cups: i64) -> Till {
    t.stock("BOWL", 9).await;
    t.stock("CUP", cups).await;
    t.stock("POT", 0).await;
    Till::open(t).await
}

on_both_engines! {
    async fn a_gift_comes_with_what_earns_it_and_goes_with_it(t: TestShop) {
        let till = stocked(&t, 2).await;
        promotion(&t, &till).await;
        let mut ada = visitor();
        let cart = cart::add(&till.shop, &mut ada, "BOWL", 1).await.unwrap();
        assert_eq!(units(&seen(&till.shop, &ada).await.lines), [("BOWL", 1)]);
        cart::set_quantity(&till.shop, &ada, cart.lines[0].id, 2).await.unwrap();
        let with = seen(&till.shop, &ada).await;
        assert_eq!(units(&with.lines), [("BOWL", 2), ("CUP", 1)]);
        assert!(with.lines[1].gift.is_some() && with.lines[0].gift.is_none());
        assert_eq!(seen(&till.shop, &ada).await.version, with.version, "looking twice changes nothing");
        let view = till.ready(&ada).await;
        assert_eq!((view.totals.subtotal, view.totals.discount), (3000, 1000));
        // Another price of a gift is nobody's problem.
        sql(&t, "UPDATE price SET amount = 900 WHERE variant_id = (SELECT id FROM variant WHERE sku = 'CUP')").await;
        assert!(!seen(&till.shop, &ada).await.has_problems());
        cart::set_quantity(&till.shop, &ada, cart.lines[0].id, 1).await.unwrap();
        assert_eq!(units(&seen(&till.shop, &ada).await.lines), [("BOWL", 1)]);
        cart::set_quantity(&till.shop, &ada, cart.lines[0].id, 3).await.unwrap();
        let view = checkout::view(&till.shop, &ada).await.unwrap();
        assert_eq!((units(&view.cart.lines), view.totals.discount), (vec![("BOWL", 3), ("CUP", 1)], 900));
        assert!(matches!(till.pay(&ada, &view, "k", VISA).await, Ok(Placed::Order { .. })));
        till.check().await;
    }

    async fn a_gift_that_is_not_wanted_stays_away(t: TestShop) {
        let till = stocked(&t, 2).await;
        promotion(&t, &till).await;
        let mut ada = visitor();
        cart::add(&till.shop, &mut ada, "BOWL", 2).await.unwrap();
        let gift = seen(&till.shop, &ada).await.lines[1].id;
        cart::remove(&till.shop, &ada, gift).await.unwrap();
        assert_eq!(units(&seen(&till.shop, &ada).await.lines), [("BOWL", 2)]);
        cart::add(&till.shop, &mut ada, "BOWL", 1).await.unwrap();
        assert_eq!(units(&seen(&till.shop, &ada).await.lines), [("BOWL", 3)]);
        // Put there by hand after all, it costs nothing, and two of them cost one.
        cart::add(&till.shop, &mut ada, "CUP", 2).await.unwrap();
        let view = till.ready(&ada).await;
        assert_eq!((view.totals.discount, view.cart.lines[1].gift), (1000, None));
    }

    async fn a_sold_out_gift_is_told_and_stands_in_nobodys_way(t: TestShop) {
        let till = stocked(&t, 1).await;
        let id = promotion(&t, &till).await;
        let mut ada = visitor();
        cart::add(&till.shop, &mut ada, "BOWL", 2).await.unwrap();
        assert_eq!(seen(&till.shop, &ada).await.lines.len(), 2);
        sql(&t, "UPDATE stock SET on_hand = 0 WHERE variant_id = (SELECT id FROM variant WHERE sku = 'CUP')").await;
        sql(&t, "DELETE FROM stock_movement WHERE stock_id = (SELECT s.id FROM stock s JOIN variant v ON v.id = s.variant_id WHERE v.sku = 'CUP')").await;
        let left = seen(&till.shop, &ada).await;
        assert_eq!((units(&left.lines), left.missing_gifts.as_slice()), (vec![("BOWL", 2)], ["A cup".to_owned()].as_slice()));
        assert!(!left.has_problems());
        // The next of the merchant's choices, as soon as there is one.
        sql(&t, "UPDATE stock SET on_hand = 1 WHERE variant_id = (SELECT id FROM variant WHERE sku = 'POT')").await;
        sql(&t, "UPDATE stock_movement SET delta = 1, on_hand_after = 1 WHERE stock_id = (SELECT s.id FROM stock s JOIN variant v ON v.id = s.variant_id WHERE v.sku = 'POT')").await;
        assert_eq!(units(&seen(&till.shop, &ada).await.lines), [("BOWL", 2), ("POT", 1)]);
        // The promotion ends: who pays has not seen a price for it, and is asked to look again.
        let view = till.ready(&ada).await;
        promotion::set_state(&till.shop, &anna(), id, State::Archived, 1).await.unwrap();
        assert!(till.pay(&ada, &view, "k", VISA).await.is_err());
        let view = checkout::view(&till.shop, &ada).await.unwrap();
        assert_eq!((units(&view.cart.lines), view.totals.total), (vec![("BOWL", 2)], 2490));
        assert!(matches!(till.pay(&ada, &view, "k2", VISA).await, Ok(Placed::Order { .. })));
        till.check().await;
    }

    async fn a_code_brings_its_gift_and_log_in_brings_it_once(t: TestShop) {
        let till = stocked(&t, 9).await;
        let rule = rule(&t).await;
        code(&till.shop, "CUPPA", rule, |_| ()).await;
        let ada = customer(&till.shop, "ada@example.com").await;
        let mut home = Visitor { customer: Some(ada.clone()), ..visitor() };
        let mut away = visitor();
        for one in [&mut home, &mut away] {
            cart::add(&till.shop, one, "BOWL", 2).await.unwrap();
            promotion::add_code(&till.shop, one, "192.0.2.1", "cuppa").await.unwrap();
            assert_eq!(units(&seen(&till.shop, one).await.lines), [("BOWL", 2), ("CUP", 1)]);
        }
        cart::merge_on_login(&till.shop, away.cart_id, ada.id).await.unwrap();
        let merged = seen(&till.shop, &home).await;
        assert_eq!((units(&merged.lines), merged.merge_notice.is_some()), (vec![("BOWL", 2), ("CUP", 1)], false));
        assert!(merged.lines[1].gift.is_some());
        promotion::remove_code(&till.shop, &home, "CUPPA").await.unwrap();
        assert_eq!(units(&seen(&till.shop, &home).await.lines), [("BOWL", 2)]);
    }
}
