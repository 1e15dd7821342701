//! What pages show of it, and what stands in where nothing is known.

use super::{shown, slugs};
use crate::support::TestShop;
use shop::args;
use shop::money::Currency;
use shop::recommendation::{best_sellers, of_cart, of_product};

const NONE: [&str; 0] = [];

on_both_engines! {
    async fn partners_then_what_is_similar_then_what_sells_then_what_is_new(t: TestShop) {
        let shop = t.shop();
        let p = t.products(&["MUG", "CUP", "LAMP", "RUG", "TRAY", "NEW"]).await;
        assert_eq!(slugs(&shown(&shop, p["MUG"], 2).await), [NONE.to_vec(), NONE.to_vec(), vec!["new", "tray"]], "what is new");
        t.category("room", &[p["MUG"], p["RUG"]]).await;
        for (sku, units) in [("LAMP", 90), ("RUG", 3), ("MUG", 500)] {
            t.put("INSERT INTO product_sales (product_id, units) VALUES ($1, $2)", args![p[sku], units]).await;
        }
        let sells = shown(&shop, p["MUG"], 3).await;
        assert_eq!(slugs(&sells)[2], ["rug", "lamp", "new"], "its category first, itself never");
        assert!(sells.considered.contains(&p["LAMP"]) && sells.considered.contains(&p["MUG"]));
        let best = best_sellers(&shop, Currency::EUR, &[p["MUG"]], 5).await.unwrap();
        assert_eq!(best.iter().map(|card| card.slug.as_str()).collect::<Vec<_>>(), ["lamp", "rug"]);
        t.recommend().await;
        assert_eq!(slugs(&shown(&shop, p["MUG"], 3).await), [vec![], vec!["rug"], vec![]], "what is similar");
        t.order_of(&["MUG", "TRAY"], "confirmed").await;
        t.order_of(&["MUG", "RUG"], "confirmed").await;
        t.recommend().await;
        let both = shown(&shop, p["MUG"], 3).await;
        assert_eq!(slugs(&both)[0].len(), 2, "{:?}", slugs(&both));
        assert_eq!(slugs(&both)[1], NONE, "the rug stands above");
        assert_eq!(slugs(&both)[2], ["lamp", "new", "cup"], "and what sells does not repeat it");
    }

    async fn only_what_is_for_sale_is_shown_and_what_can_be_bought_comes_first(t: TestShop) {
        let shop = t.shop();
        let p = t.products(&["MUG", "OUT", "GONE", "DRAFT", "DEAR", "CUP"]).await;
        for other in ["OUT", "GONE", "DRAFT", "DEAR"] {
            t.order_of(&["MUG", other], "confirmed").await;
            t.order_of(&["MUG", other], "confirmed").await;
        }
        t.order_of(&["MUG", "CUP"], "confirmed").await;
        t.recommend().await;
        t.put("UPDATE stock SET on_hand = 0 WHERE variant_id = (SELECT id FROM variant WHERE sku = 'OUT')", args![]).await;
        t.put("UPDATE product SET status = 'archived' WHERE slug = 'gone'", args![]).await;
        t.put("UPDATE product SET status = 'draft' WHERE slug = 'draft'", args![]).await;
        t.put("UPDATE price SET currency = 'USD' WHERE variant_id = (SELECT id FROM variant WHERE sku = 'DEAR')", args![]).await;
        let seen = shown(&shop, p["MUG"], 4).await;
        assert_eq!(slugs(&seen)[0], ["cup", "out"]);
        assert!(p.values().all(|id| seen.considered.contains(id)), "any of them may come back");
        assert_eq!(slugs(&shown(&shop, p["MUG"], 1).await)[0], ["cup"]);
        let dollars = of_product(&shop, p["MUG"], Currency::USD, 4).await.unwrap();
        assert_eq!(slugs(&dollars)[0], ["dear"]);
    }

    async fn a_cart_is_shown_what_goes_with_most_of_it_and_is_not_in_it(t: TestShop) {
        let shop = t.shop();
        let p = t.products(&["MUG", "TEA", "POT", "SPOON", "HAT"]).await;
        for order in [["MUG", "TEA"], ["MUG", "POT"], ["POT", "TEA"], ["MUG", "SPOON"], ["POT", "SPOON"]] {
            t.order_of(&order, "confirmed").await;
        }
        t.recommend().await;
        let cart = async |inside: &[&str], rows| {
            let inside: Vec<_> = inside.iter().map(|sku| p[*sku]).collect();
            let cards = of_cart(&shop, &inside, Currency::EUR, rows).await.unwrap();
            cards.into_iter().map(|card| card.slug).collect::<Vec<_>>()
        };
        let mut two = cart(&["MUG", "POT"], 2).await;
        two.sort();
        assert_eq!(two, ["spoon", "tea"]);
        assert_eq!(cart(&["MUG", "POT", "TEA"], 3).await, ["spoon", "hat"], "then what sells or is new");
        assert_eq!(cart(&["MUG", "POT", "TEA", "SPOON", "HAT"], 3).await, Vec::<String>::new());
    }
}
