//! Price lists: who pays what for how many, and that pages, carts, checkouts and orders agree about it.

use crate::catalogue::edit::anna;
use crate::support::TestShop;
use crate::support::till::{Till, VISA, customer};
use shop::account::Visitor;
use shop::cart::{self, LineProblem};
use shop::catalogue::{self, ListQuery, Sort};
use shop::checkout::PaymentWay;
use shop::id::PriceListId;
use shop::money::Currency;
use shop::price_list::{self, Buyer, Draft, Fill};
use shop::{Error, args, customer_group};

const HOUR_MS: i64 = 60 * 60 * 1000;

fn guest() -> Visitor {
    Visitor { cart_id: None, customer: None, currency: Currency::EUR }
}

fn for_all(title: &str) -> Draft {
    Draft { title: title.into(), active: true, ..Draft::default() }
}

async fn listed(t: &TestShop, draft: &Draft, entries: &str) -> PriceListId {
    let (shop, anna) = (t.shop(), anna());
    let id = price_list::create(&shop, &anna, draft).await.unwrap();
    price_list::put(&shop, &anna, id, entries, false).await.unwrap();
    id
}

/// What the product page says each costs when `quantity` are taken.
async fn on_page(t: &TestShop, slug: &str, buyer: impl Into<Buyer>, quantity: i64) -> i64 {
    let variant = catalogue::product_by_slug(&t.shop(), slug, buyer).await.unwrap().variants.remove(0);
    let step = variant.breaks.iter().rev().find(|step| step.min_quantity <= quantity);
    step.map_or(variant.price.amount, |step| step.amount)
}

async fn on_card(t: &TestShop, buyer: Buyer) -> i64 {
    let query = ListQuery {
        category: None,
        currency: buyer.currency,
        customer: buyer.customer,
        sort: Sort::Newest,
        in_stock_only: false,
        after: None,
        rows: 1,
    };
    catalogue::list(&t.shop(), &query).await.unwrap().items[0].price_from.amount
}

on_both_engines! {
    async fn the_best_price_in_force_for_the_buyer_is_said_everywhere(t: TestShop) {
        t.stock("MUG", 500).await;
        let (shop, anna) = (t.shop(), anna());
        let ada = customer(&shop, "ada@example.com").await;
        let bob = customer(&shop, "bob@example.com").await;
        let group = customer_group::create(&shop, &anna, "Trade").await.unwrap();
        customer_group::add(&shop, &anna, group, " ADA@example.com ").await.unwrap();
        let mut tx = t.db.begin().await.unwrap();
        tx.execute("INSERT INTO price (variant_id, currency, amount) SELECT id, 'JPY', 1500 FROM variant", args![]).await.unwrap();
        tx.commit().await.unwrap();
        let now = t.now();
        listed(&t, &for_all("Breaks"), "MUG,EUR,10,9\nMUG,EUR,50,8\nMUG,EUR,5,99\nMUG,JPY,10,1400").await;
        listed(&t, &Draft { group: Some(group), ..for_all("Trade") }, "MUG,EUR,1,9.50\nMUG,EUR,20,7").await;
        listed(&t, &Draft { active: false, ..for_all("Off") }, "MUG,EUR,1,1").await;
        listed(&t, &Draft { start_at: Some(now + HOUR_MS), ..for_all("Later") }, "MUG,EUR,1,6").await;
        listed(&t, &Draft { end_at: Some(now), ..for_all("Over") }, "MUG,EUR,1,2").await;
        listed(&t, &Draft { start_at: Some(now), end_at: Some(now + 2 * HOUR_MS), ..for_all("Now") }, "MUG,EUR,100,5").await;
        // Who, currency, quantity, what each costs, hours later.
        let cases = [
            (None, "EUR", 1, 1000, 0), (None, "EUR", 9, 1000, 0), (None, "EUR", 10, 900, 0), (None, "EUR", 49, 900, 0),
            (None, "EUR", 50, 800, 0), (None, "EUR", 100, 500, 0), (None, "JPY", 9, 1500, 0), (None, "JPY", 10, 1400, 0),
            (Some(&bob), "EUR", 20, 900, 0), (Some(&ada), "EUR", 1, 950, 0), (Some(&ada), "EUR", 10, 900, 0),
            (Some(&ada), "EUR", 20, 700, 0), (Some(&ada), "EUR", 100, 500, 0), (Some(&ada), "JPY", 1, 1500, 0),
            (None, "EUR", 1, 600, 1), (Some(&ada), "EUR", 100, 500, 1), (None, "EUR", 100, 600, 2), (None, "EUR", 1, 600, 2),
        ];
        for (who, code, quantity, amount, hours) in cases {
            t.clock.advance(now + hours * HOUR_MS - t.now());
            let currency = Currency::parse(code).unwrap();
            let mut visitor = Visitor { customer: who.cloned(), currency, ..guest() };
            let said = format!("{:?} {code} {quantity} after {hours} h", who.map(|c| &c.email));
            assert_eq!(on_page(&t, "mug", &visitor, quantity).await, amount, "page: {said}");
            if quantity == 1 {
                assert_eq!(on_card(&t, Buyer::from(&visitor)).await, amount, "card: {said}");
            }
            let mut tx = t.db.begin().await.unwrap();
            tx.execute("DELETE FROM cart_line", args![]).await.unwrap();
            tx.execute("DELETE FROM cart", args![]).await.unwrap();
            tx.commit().await.unwrap();
            let line = cart::add(&shop, &mut visitor, "MUG", quantity).await.unwrap().lines.remove(0);
            assert_eq!((line.unit_price.amount, line.total.amount, line.problem), (amount, amount * quantity, None), "cart: {said}");
            assert_eq!(cart::load(&shop, &visitor).await.unwrap().unwrap().lines[0].problem, None, "{said}");
        }
    }

    async fn a_quantity_that_makes_a_price_is_no_change_that_needs_a_word(t: TestShop) {
        t.stock("MUG", 30).await;
        let (shop, anna) = (t.shop(), anna());
        let id = listed(&t, &for_all("Breaks"), "MUG,EUR,10,9").await;
        let mut visitor = guest();
        let line = cart::add(&shop, &mut visitor, "MUG", 4).await.unwrap().lines.remove(0);
        for (quantity, amount, from) in [(10, 900, Some(10)), (9, 1000, None), (20, 900, Some(10))] {
            let line = cart::set_quantity(&shop, &visitor, line.id, quantity).await.unwrap().lines.remove(0);
            assert_eq!((line.unit_price.amount, line.price_seen.amount, line.from_quantity, line.problem), (amount, amount, from, None));
            assert_eq!(cart::load(&shop, &visitor).await.unwrap().unwrap().lines[0].problem, None);
        }
        let line = cart::add(&shop, &mut visitor, "MUG", 1).await.unwrap().lines.remove(0);
        assert_eq!((line.quantity, line.price_seen.amount, line.problem), (21, 900, None));
        // A price that the shop changes is told, and another quantity does not hush it up.
        price_list::put(&shop, &anna, id, "MUG,EUR,10,9.50", true).await.unwrap();
        let changed = |from, to| Some(LineProblem::PriceChanged { from: Currency::EUR.money(from), to: Currency::EUR.money(to) });
        assert_eq!(cart::load(&shop, &visitor).await.unwrap().unwrap().lines[0].problem, changed(900, 950));
        let line = cart::set_quantity(&shop, &visitor, line.id, 25).await.unwrap().lines.remove(0);
        assert_eq!(line.problem, changed(900, 950));
        let cart = cart::acknowledge(&shop, &visitor).await.unwrap();
        assert_eq!((cart.lines[0].problem.clone(), cart.subtotal.amount), (None, 25 * 950));
        // Fewer are left than the price was for: first the number is confirmed, then the price.
        let mut tx = t.db.begin().await.unwrap();
        tx.execute("UPDATE stock SET on_hand = 5", args![]).await.unwrap();
        tx.commit().await.unwrap();
        assert!(matches!(cart::load(&shop, &visitor).await.unwrap().unwrap().lines[0].problem, Some(LineProblem::StockReduced { available: 5, .. })));
        let line = cart::acknowledge(&shop, &visitor).await.unwrap().lines.remove(0);
        assert_eq!((line.quantity, line.problem), (5, changed(950, 1000)));
        assert_eq!(cart::acknowledge(&shop, &visitor).await.unwrap().lines[0].problem, None);
    }

    async fn a_list_that_ends_between_showing_and_paying_is_confirmed_first(t: TestShop) {
        t.stock("MUG", 50).await;
        let till = Till::open(&t).await;
        listed(&t, &Draft { end_at: Some(t.now() + HOUR_MS), ..for_all("Hour") }, "MUG,EUR,5,8").await;
        let (early, shown) = till.guest("MUG", 5).await;
        let (late, seen) = till.guest("MUG", 5).await;
        assert_eq!((shown.totals.subtotal, seen.totals.subtotal), (4000, 4000));
        t.clock.advance(HOUR_MS - 1);
        till.pay(&early, &shown, "early", VISA).await.unwrap();
        till.work().await;
        t.clock.advance(1);
        let refused = till.place(&late, &seen, "late", PaymentWay::Embedded).await;
        assert!(matches!(&refused, Err(Error::Conflict { .. })), "{refused:?}");
        let line = cart::load(&till.shop, &late).await.unwrap().unwrap().lines.remove(0);
        let money = |amount| Currency::EUR.money(amount);
        assert_eq!(line.problem, Some(LineProblem::PriceChanged { from: money(800), to: money(1000) }));
        cart::acknowledge(&till.shop, &late).await.unwrap();
        let again = till.ready(&late).await;
        assert_eq!(again.totals.subtotal, 5000);
        till.pay(&late, &again, "again", VISA).await.unwrap();
        let paid: Vec<(i64,)> = shop::db::Read::fetch_all(&mut &t.db, "SELECT unit_price FROM order_line ORDER BY unit_price", args![]).await.unwrap();
        assert_eq!(paid, [(800,), (1000,)], "an order keeps its price");
        assert_eq!(t.number("SELECT COUNT(*) FROM orders WHERE subtotal IN (4000, 5000)").await, 2);
    }

    async fn entries_are_taken_over_whole_or_not_at_all(t: TestShop) {
        for sku in ["A", "B", "C,1"] {
            t.variant(sku).await;
        }
        let (shop, anna) = (t.shop(), anna());
        let id = listed(&t, &for_all("Breaks"), "A,EUR,10,9").await;
        let stored = price_list::download(&shop, &anna, id).await.unwrap();
        for bad in [
            "A,EUR,1,1\nNONE,EUR,1,1", "A,EUR,0,1", "A,EUR,-3,1", "A,EUR,1,-1", "A,XXX,1,1", "A,EUR,1,9999999999999999",
            "A,EUR,1", "", "A,EUR,1,1\nA,EUR,1,2", &"A,EUR,1,1\n".repeat(1_000_000),
        ] {
            let refused = price_list::put(&shop, &anna, id, bad, true).await;
            assert!(matches!(&refused, Err(Error::Invalid(fields)) if fields[0].field == "entries"), "{refused:?}");
            assert_eq!(price_list::download(&shop, &anna, id).await.unwrap(), stored);
        }
        assert_eq!(price_list::put(&shop, &anna, id, "A,EUR,10,8\n\"C,1\",EUR,2,7", false).await.unwrap(), 2);
        let text = price_list::download(&shop, &anna, id).await.unwrap();
        assert_eq!(text, "SKU,currency,min quantity,amount\nA,EUR,10,8.00\n\"C,1\",EUR,2,7.00\n");
        price_list::put(&shop, &anna, id, &text, true).await.unwrap();
        assert_eq!(price_list::download(&shop, &anna, id).await.unwrap(), text, "what comes out goes in");
        // Worked out from the catalogue, once.
        let filled = Fill { percent: 15, min_quantity: 3, skus: "B".into() };
        assert_eq!(price_list::fill(&shop, &anna, id, &filled).await.unwrap(), 1);
        assert_eq!(on_page(&t, "b", Currency::EUR, 3).await, 850);
        for (field, bad) in [("percent", Fill { percent: 0, ..filled.clone() }), ("percent", Fill { percent: 100, ..filled.clone() }), ("min_quantity", Fill { min_quantity: 0, ..filled.clone() }), ("skus", Fill { skus: "NONE".into(), ..filled }) ] {
            assert!(matches!(price_list::fill(&shop, &anna, id, &bad).await, Err(Error::Invalid(fields)) if fields[0].field == field));
        }
        // Page by page, and one at a time away.
        let first = price_list::entries(&shop, &anna, id, None, 2).await.unwrap();
        let rest = price_list::entries(&shop, &anna, id, first.next.as_deref(), 2).await.unwrap();
        assert_eq!((first.items.len(), rest.items.len(), rest.next), (2, 1, None));
        let entry = &first.items[0];
        price_list::remove(&shop, &anna, id, entry.variant, entry.price.currency.code(), entry.min_quantity).await.unwrap();
        assert_eq!(price_list::detail(&shop, &anna, id).await.unwrap().summary.entries, 2);
        price_list::delete(&shop, &anna, id).await.unwrap();
        assert_eq!(on_page(&t, "b", Currency::EUR, 3).await, 1000);
        assert!(matches!(price_list::put(&shop, &anna, id, "A,EUR,1,1", false).await, Err(Error::NotFound(_))));
    }

    async fn lists_and_groups_are_refused_by_field(t: TestShop) {
        let (shop, anna) = (t.shop(), anna());
        let good = for_all("List");
        for (field, bad) in [
            ("title", Draft { title: "  ".into(), ..good.clone() }),
            ("start_at", Draft { start_at: Some(i64::MAX), ..good.clone() }),
            ("end_at", Draft { start_at: Some(t.now()), end_at: Some(t.now()), ..good.clone() }),
            ("end_at", Draft { end_at: Some(-1), ..good.clone() }),
            ("group", Draft { group: Some(shop::id::GroupId::new()), ..good.clone() }),
        ] {
            let refused = price_list::create(&shop, &anna, &bad).await;
            assert!(matches!(&refused, Err(Error::Invalid(fields)) if fields[0].field == field), "{bad:?} {refused:?}");
        }
        let id = price_list::create(&shop, &anna, &good).await.unwrap();
        price_list::update(&shop, &anna, id, &good, 1).await.unwrap();
        assert!(matches!(price_list::update(&shop, &anna, id, &good, 1).await, Err(Error::Conflict { .. })));
        let group = customer_group::create(&shop, &anna, "Trade").await.unwrap();
        for (name, email) in [("Trade", ""), (" ", ""), ("", "nobody@example.com"), ("", "no address")] {
            let refused = if email.is_empty() {
                customer_group::create(&shop, &anna, name).await.map(drop)
            } else {
                customer_group::add(&shop, &anna, group, email).await
            };
            assert!(matches!(refused, Err(Error::Invalid(_))), "{name} {email}");
        }
        // A group with prices stays: without it they would be everybody's.
        price_list::update(&shop, &anna, id, &Draft { group: Some(group), ..good }, 2).await.unwrap();
        assert!(matches!(customer_group::delete(&shop, &anna, group).await, Err(Error::Conflict { .. })));
        price_list::delete(&shop, &anna, id).await.unwrap();
        customer_group::delete(&shop, &anna, group).await.unwrap();
        assert_eq!(customer_group::list(&shop, &anna).await.unwrap(), []);
    }

    async fn who_leaves_a_group_confirms_the_usual_price(t: TestShop) {
        t.stock("MUG", 9).await;
        let (shop, anna) = (t.shop(), anna());
        let ada = customer(&shop, "ada@example.com").await;
        let group = customer_group::create(&shop, &anna, "Trade").await.unwrap();
        customer_group::add(&shop, &anna, group, "ada@example.com").await.unwrap();
        customer_group::add(&shop, &anna, group, "ada@example.com").await.unwrap();
        listed(&t, &Draft { group: Some(group), ..for_all("Trade") }, "MUG,EUR,1,7").await;
        let mut visitor = Visitor { customer: Some(ada.clone()), ..guest() };
        assert_eq!(cart::add(&shop, &mut visitor, "MUG", 1).await.unwrap().subtotal.amount, 700);
        assert_eq!(customer_group::members(&shop, &anna, group, None, 10).await.unwrap().items.len(), 1);
        customer_group::remove(&shop, &anna, group, ada.id).await.unwrap();
        let line = cart::load(&shop, &visitor).await.unwrap().unwrap().lines.remove(0);
        let money = |amount| Currency::EUR.money(amount);
        assert_eq!(line.problem, Some(LineProblem::PriceChanged { from: money(700), to: money(1000) }));
    }
}
