//! Several warehouses: which one serves, what happens when somebody is faster, and what is closed.

use crate::catalogue::edit::anna;
use crate::support::TestShop;
use crate::support::till::{Till, VISA};
use futures_util::future::join_all;
use shop::address::Address;
use shop::checkout::{self, Placed};
use shop::id::{StockId, VariantId, WarehouseId};
use shop::inventory::reserve::{ReserveRequest, reserve_many};
use shop::shipping::Estimate;
use shop::tax::{self, RateDraft, ZoneDraft};
use shop::warehouse::route::{Destination, Otherwise, Shelf};
use shop::warehouse::{self, Draft};
use shop::{Error, args, cart, inventory, order};

fn draft(code: &str, country: &str, countries: &str) -> Draft {
    let address = Address {
        line1: "Dock 1".into(),
        city: "Town".into(),
        postal_code: if country == "NL" { "1234 AB".into() } else { "12345".into() },
        region: if country == "US" { "NY".into() } else { String::new() },
        country: country.into(),
        ..Address::default()
    };
    Draft {
        code: code.into(),
        name: code.into(),
        address,
        countries: countries.split_whitespace().map(str::to_owned).collect(),
        cutoff: 14 * 60,
        active: true,
        pickup: true,
        ..Draft::default()
    }
}

pub async fn house(t: &TestShop, code: &str, country: &str, countries: &str) -> WarehouseId {
    warehouse::create(&t.shop(), &anna(), draft(code, country, countries)).await.unwrap()
}

/// A stock row with a movement that explains it.
pub async fn shelf(t: &TestShop, variant: VariantId, house: WarehouseId, units: i64) -> StockId {
    let id = StockId::new();
    let mut tx = t.db.begin().await.unwrap();
    let sql = "INSERT INTO stock (id, variant_id, warehouse_id, on_hand) VALUES ($1, $2, $3, $4)";
    tx.execute(sql, args![id, variant, house, units]).await.unwrap();
    let sql = "INSERT INTO stock_movement (id, stock_id, delta, on_hand_after, reason, actor, at)
        VALUES ($1, $2, $3, $3, 'initial', 'test', 0)";
    tx.execute(sql, args![uuid::Uuid::now_v7(), id, units]).await.unwrap();
    tx.commit().await.unwrap();
    id
}

fn number(placed: &Placed) -> (String, String) {
    let Placed::Order { number, access_token, .. } = placed else { panic!("not placed: {placed:?}") };
    (number.clone(), access_token.clone())
}

on_both_engines! {
    async fn an_order_comes_from_the_nearest_that_has_it_all(t: TestShop) {
        let mug = t.variant("MUG").await;
        let (berlin, rotterdam) = (house(&t, "BER", "DE", "").await, house(&t, "RTM", "NL", "").await);
        let (near, far) = (shelf(&t, mug, berlin, 2).await, shelf(&t, mug, rotterdam, 4).await);
        let till = Till::open(&t).await;
        let buy = async |units: i64, key: &str| {
            let (visitor, view) = till.guest("MUG", units).await;
            let (number, token) = number(&till.pay(&visitor, &view, key, VISA).await.unwrap());
            order::by_token(&till.shop, &number, &token).await.unwrap()
        };
        let first = buy(1, "a").await;
        assert_eq!((till.stock(near).await, till.stock(far).await), ((1, 0), (4, 0)));
        // Three are not in Berlin: one parcel from farther away.
        buy(3, "b").await;
        assert_eq!((till.stock(near).await, till.stock(far).await), ((1, 0), (1, 0)));
        let split = buy(2, "c").await;
        assert_eq!((till.stock(near).await, till.stock(far).await), ((0, 0), (0, 0)));
        let from = |sources: Vec<order::Source>| {
            sources.into_iter().map(|source| (source.warehouse, source.lines[0].2)).collect::<Vec<_>>()
        };
        assert_eq!(from(order::sources(&till.shop, &first).await.unwrap()), [("BER".to_owned(), 1)]);
        let two = [("BER".to_owned(), 1), ("RTM".to_owned(), 1)];
        assert_eq!(from(order::sources(&till.shop, &split).await.unwrap()), two);
        till.check().await;
    }

    async fn everybody_is_served_while_any_warehouse_has_it(t: TestShop) {
        let mug = t.variant("MUG").await;
        let mut rows = Vec::new();
        for code in ["A", "B", "C", "D"] {
            let house = house(&t, code, "DE", "").await;
            rows.push(shelf(&t, mug, house, 3).await);
        }
        let till = Till::open(&t).await;
        let guests: Vec<_> = join_all((0..16).map(|_| till.guest("MUG", 1))).await;
        let keys: Vec<String> = (0..guests.len()).map(|at| format!("k{at}")).collect();
        let placing = guests.iter().zip(&keys).map(|((visitor, view), key)| till.pay(visitor, view, key, VISA));
        let outcomes = join_all(placing).await;
        let placed = outcomes.iter().filter(|outcome| matches!(outcome, Ok(Placed::Order { .. }))).count();
        let sold_out = outcomes.iter().filter(|outcome| matches!(outcome, Err(Error::SoldOut(_)))).count();
        assert_eq!((placed, sold_out), (12, 4), "{outcomes:?}");
        for row in rows {
            assert_eq!(till.stock(row).await, (0, 0));
        }
        till.check().await;
    }

    async fn who_loses_the_nearest_in_a_batch_gets_the_next(t: TestShop) {
        let mug = t.variant("MUG").await;
        let (a, b) = (house(&t, "A", "DE", "").await, house(&t, "B", "NL", "").await);
        let (near, far) = (shelf(&t, mug, a, 2).await, shelf(&t, mug, b, 2).await);
        let seen = |stock_id, warehouse_id, country: &str| Shelf {
            stock_id, variant_id: mug, warehouse_id, country: country.into(), countries: String::new(), priority: 0,
            cutoff: 0, handling_days: 0, available: 2,
        };
        let shelves = [seen(near, a, "DE"), seen(far, b, "NL")];
        let to = Destination { country: "DE".into(), pickup: None };
        let wanted = [checkout::Demand { variant_id: mug, quantity: 2 }];
        let checkouts = t.checkouts(3).await;
        let requests: Vec<_> = checkouts.iter().map(|&checkout_id| ReserveRequest {
            checkout_id, expires_at: 0, demands: vec![(near, 2)], otherwise: Otherwise::of(&wanted, &shelves, &to),
        }).collect();
        let mut tx = t.db.begin().await.unwrap();
        let outcomes = reserve_many(&mut tx, &requests).await.unwrap();
        tx.commit().await.unwrap();
        assert!(outcomes[0].is_ok() && outcomes[1].is_ok() && outcomes[2].is_err(), "{outcomes:?}");
        for row in [near, far] {
            let (reserved,): (i64,) = t.db.fetch_one("SELECT reserved FROM stock WHERE id = $1", args![row]).await.unwrap();
            assert_eq!(reserved, 2);
        }
    }

    async fn what_no_warehouse_sends_there_is_not_offered(t: TestShop) {
        let mug = t.variant("MUG").await;
        let york = house(&t, "NYC", "US", "US CA").await;
        let row = shelf(&t, mug, york, 4).await;
        let till = Till::open(&t).await;
        let mut visitor = shop::account::Visitor { cart_id: None, customer: None, currency: shop::money::Currency::EUR };
        cart::add(&till.shop, &mut visitor, "MUG", 1).await.unwrap();
        checkout::save_contact(&till.shop, &visitor, "ada@example.com", "").await.unwrap();
        let here = Address { name: "Ada".into(), line1: "1 Way".into(), city: "Berlin".into(), postal_code: "10115".into(),
            country: "DE".into(), ..Address::default() };
        let view = checkout::save_address(&till.shop, &visitor, here.clone()).await.unwrap();
        assert_eq!(view.delivery_options, []);
        // Chosen while another warehouse had it.
        let berlin = house(&t, "BER", "DE", "").await;
        let near = shelf(&t, mug, berlin, 1).await;
        let view = till.ready(&visitor).await;
        assert_eq!(view.delivery_options.len(), 1);
        let mut tx = t.db.begin().await.unwrap();
        tx.execute("UPDATE stock SET frozen = 'gone' WHERE id = $1", args![near]).await.unwrap();
        tx.commit().await.unwrap();
        let refused = till.pay(&visitor, &view, "k", VISA).await;
        assert!(matches!(refused, Err(Error::Conflict { code: "not_delivered_there", .. })), "{refused:?}");
        assert_eq!(till.stock(row).await, (4, 0));
        assert_eq!(till.count("SELECT COUNT(*) FROM checkout").await, 0);
    }

    async fn what_is_fetched_comes_from_the_pickup_point(t: TestShop) {
        let mug = t.variant("MUG").await;
        let (berlin, rotterdam) = (house(&t, "BER", "DE", "").await, house(&t, "RTM", "NL", "").await);
        let (near, far) = (shelf(&t, mug, berlin, 5).await, shelf(&t, mug, rotterdam, 2).await);
        let till = Till::open(&t).await;
        let mut tx = t.db.begin().await.unwrap();
        tx.execute("UPDATE shipping_method SET pickup_id = $1, days_min = 0, days_max = 0", args![rotterdam]).await.unwrap();
        tx.commit().await.unwrap();
        let dutch = ZoneDraft { name: "Netherlands".into(), inclusive: true, places: "NL".into() };
        let dutch = tax::create_zone(&till.shop, &anna(), &dutch).await.unwrap();
        for class in ["standard", "shipping"] {
            let rate = RateDraft {
                tax_class: class.into(), name: "BTW 21 %".into(), rate_ppm: 210_000, valid_from: 0, valid_until: None,
            };
            tax::add_rate(&till.shop, &anna(), dutch, &rate).await.unwrap();
        }
        let (visitor, view) = till.guest("MUG", 2).await;
        assert_eq!(view.delivery_options[0].pickup.as_ref().unwrap().address.name, "RTM");
        let placed = till.pay(&visitor, &view, "a", VISA).await.unwrap();
        assert_eq!((till.stock(near).await, till.stock(far).await), ((5, 0), (0, 0)));
        let (number, token) = number(&placed);
        let order = order::by_token(&till.shop, &number, &token).await.unwrap();
        assert_eq!(order.pickup.unwrap().name, "RTM");
        assert_eq!(order.shipping_address.city, "Berlin");
        // It is handed over in Rotterdam, so Dutch rates apply.
        let sql = "SELECT country, name, CAST(SUM(goods_tax + delivery_tax) AS BIGINT) FROM order_tax GROUP BY country, name";
        let taxed: Vec<(String, String, i64)> = t.db.fetch_all(sql, args![]).await.unwrap();
        assert_eq!(taxed, [("NL".to_owned(), "BTW 21 %".to_owned(), 432)]);
        // There is nothing left to be fetched, however much lies elsewhere.
        let mut visitor = shop::account::Visitor { cart_id: None, ..visitor };
        cart::add(&till.shop, &mut visitor, "MUG", 1).await.unwrap();
        let view = checkout::save_contact(&till.shop, &visitor, "ada@example.com", "").await.unwrap();
        let address = order.shipping_address.clone();
        assert_eq!(checkout::save_address(&till.shop, &visitor, address).await.unwrap().delivery_options, []);
        assert_eq!(view.cart.lines[0].problem, None);
        // A method keeps its warehouse from saying that nothing is fetched there.
        let draft = Draft { pickup: false, ..draft("RTM", "NL", "") };
        let refused = warehouse::update(&till.shop, &anna(), rotterdam, draft, 1).await;
        assert!(matches!(refused, Err(Error::Invalid(fields)) if fields[0].field == "pickup"));
        till.check().await;
    }

    async fn nothing_of_a_closed_warehouse_is_sold(t: TestShop) {
        let (mug, bowl) = (t.variant("MUG").await, t.variant("BOWL").await);
        let berlin = house(&t, "BER", "DE", "").await;
        let row = shelf(&t, mug, berlin, 5).await;
        let till = Till::open(&t).await;
        let (visitor, view) = till.guest("MUG", 1).await;
        let closed = || Draft { active: false, ..draft("BER", "DE", "") };
        warehouse::update(&till.shop, &anna(), berlin, closed(), 1).await.unwrap();
        assert!(matches!(till.pay(&visitor, &view, "k", VISA).await, Err(Error::SoldOut(_))));
        // What comes there is not sold either; nor does it look as if its numbers were wrong.
        inventory::levels(&till.shop, bowl).await.unwrap();
        let later = shelf(&t, t.variant("CUP").await, berlin, 3).await;
        for id in [row, later] {
            let (free,): (i64,) = t.db.fetch_one("SELECT free FROM stock WHERE id = $1", args![id]).await.unwrap();
            assert_eq!(free, 0);
        }
        let seen = inventory::overview(&till.shop, &anna(), inventory::StockFilter::All, "MUG", None, 1).await.unwrap();
        assert_eq!(seen.items[0].frozen, "");
        // Numbers that do not add up outlive the opening, and the opening outlives them.
        let mut tx = t.db.begin().await.unwrap();
        tx.execute("UPDATE stock SET frozen = 'wrong' WHERE id = $1", args![later]).await.unwrap();
        tx.commit().await.unwrap();
        inventory::unfreeze(&till.shop, &anna(), "CUP").await.unwrap();
        assert_eq!(till.count("SELECT COUNT(*) FROM stock WHERE frozen = 'The warehouse is closed.'").await, 3);
        warehouse::update(&till.shop, &anna(), berlin, draft("BER", "DE", ""), 2).await.unwrap();
        assert_eq!(till.count("SELECT CAST(SUM(free) AS BIGINT) FROM stock").await, 8);
        till.pay(&visitor, &view, "again", VISA).await.unwrap();
        assert_eq!(till.stock(row).await, (4, 0));
        till.check().await;
    }

    async fn an_order_keeps_the_days_it_was_told(t: TestShop) {
        let mug = t.variant("MUG").await;
        let berlin = house(&t, "BER", "DE", "").await;
        shelf(&t, mug, berlin, 5).await;
        let till = Till::open(&t).await;
        let (visitor, view) = till.guest("MUG", 1).await;
        let told = view.delivery_options[0].estimate.unwrap();
        let leaving = shop::shipping::Leaving { cutoff: 14 * 60, handling_days: 0 };
        assert_eq!(Some(told), Estimate::of(t.now(), [leaving], (1, 3)));
        let (number, token) = number(&till.pay(&visitor, &view, "k", VISA).await.unwrap());
        warehouse::update(&till.shop, &anna(), berlin, Draft { handling_days: 9, ..draft("BER", "DE", "") }, 1).await.unwrap();
        assert_eq!(order::by_token(&till.shop, &number, &token).await.unwrap().due, Some(told));
    }

    async fn a_warehouse_that_cannot_be_is_refused_by_field(t: TestShop) {
        let good = || draft("BER", "DE", "DE AT");
        let id = house(&t, "OLD", "NL", "").await;
        for (wrong, field) in [
            (Draft { code: "B R".into(), ..good() }, "code"),
            (Draft { code: "OLD".into(), ..good() }, "code"),
            (Draft { name: String::new(), ..good() }, "name"),
            (Draft { cutoff: 1440, ..good() }, "cutoff"),
            (Draft { handling_days: -1, ..good() }, "handling_days"),
            (Draft { priority: -1, ..good() }, "priority"),
            (Draft { countries: vec!["DE".into(), "XX".into()], ..good() }, "countries"),
            (Draft { countries: vec!["DE".into(), "de".into()], ..good() }, "countries"),
            (Draft { address: Address { country: "XX".into(), ..good().address }, ..good() }, "country"),
            (Draft { address: Address { postal_code: "1".into(), ..good().address }, ..good() }, "postal_code"),
        ] {
            let refused = warehouse::create(&t.shop(), &anna(), wrong).await;
            let Err(Error::Invalid(fields)) = refused else { panic!("{field}: {refused:?}") };
            assert!(fields.iter().any(|wrong| wrong.field == field), "{field}: {fields:?}");
        }
        let anywhere = Address { country: "DE".into(), ..Address::default() };
        let plain = Draft { address: anywhere, pickup: false, ..good() };
        let made = warehouse::create(&t.shop(), &anna(), plain).await.unwrap();
        assert_eq!(warehouse::load(&t.shop(), &anna(), made).await.unwrap().draft.countries, ["DE", "AT"]);
        let stale = warehouse::update(&t.shop(), &anna(), id, draft("OLD", "NL", ""), 7).await;
        assert!(matches!(stale, Err(Error::Conflict { code: "changed", .. })));
    }
}
