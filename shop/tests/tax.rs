//! Tax from the address to the report: which rate applies when and where, who is exempt, what an order keeps, and what a
//! refund takes back.

mod service;

use crate::catalogue::edit::anna;
use crate::support::TestShop;
use crate::support::till::{Till, VISA, customer};
use futures_util::future::join_all;
use shop::account::Visitor;
use shop::checkout::{self, Placed, View};
use shop::id::{TaxRateId, TaxZoneId};
use shop::money::Currency;
use shop::tax::{self, CertificateDraft, Destination, Question, RateDraft, ZoneDraft};
use shop::{Error, Shop, args, cart, customer_group, order};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

fn to(country: &str, region: &str, postal_code: &str) -> Destination {
    Destination { country: country.into(), region: region.into(), postal_code: postal_code.into() }
}

fn rate(class: &str, rate_ppm: i64, from: i64, until: Option<i64>) -> RateDraft {
    let name = format!("VAT {} %", tax::percent(rate_ppm));
    RateDraft { tax_class: class.into(), name, rate_ppm, valid_from: from, valid_until: until }
}

async fn zone(shop: &Shop, name: &str, places: &str, inclusive: bool) -> TaxZoneId {
    let draft = ZoneDraft { name: name.into(), inclusive, places: places.into() };
    tax::create_zone(shop, &anna(), &draft).await.unwrap()
}

async fn germany(shop: &Shop) -> TaxZoneId {
    tax::zones(shop, &anna()).await.unwrap().into_iter().find(|zone| zone.name == "Germany").unwrap().id
}

/// Rates at a place, as (class, parts per million).
async fn at(shop: &Shop, to: &Destination, now: i64) -> Vec<(String, i64)> {
    let mut db = &shop.db;
    let rates = tax::rates_at(&mut db, to, now).await.unwrap();
    rates.into_iter().map(|rate| (rate.tax_class, rate.rate_ppm)).collect()
}

fn field<T: std::fmt::Debug>(outcome: Result<T, Error>) -> String {
    match outcome {
        Err(Error::Invalid(fields)) => fields[0].field.clone(),
        other => panic!("not refused: {other:?}"),
    }
}

fn number(placed: &Placed) -> String {
    let Placed::Order { number, .. } = placed else { panic!("not placed: {placed:?}") };
    number.clone()
}

/// What an order was charged: name, parts per million, goods, their tax, delivery, its tax.
async fn charged(t: &TestShop, number: &str) -> Vec<(String, i64, i64, i64, i64, i64)> {
    let sql = "SELECT t.name, t.rate_ppm, t.goods, t.goods_tax, t.delivery, t.delivery_tax
        FROM order_tax t JOIN orders o ON o.id = t.order_id WHERE o.number = $1 ORDER BY t.position";
    t.db.fetch_all(sql, args![number]).await.unwrap()
}

async fn execute(t: &TestShop, text: &str) {
    let mut tx = t.db.begin().await.unwrap();
    tx.execute(text, args![]).await.unwrap();
    tx.commit().await.unwrap();
}

async fn refund(till: &Till, number: &str, amount: i64) {
    let found = order::detail(&till.shop, &anna(), number).await.unwrap().order;
    order::refund(&till.shop, &anna(), number, found.version, amount, Vec::new(), "").await.unwrap();
}

/// Ada, whose number is verified for Germany, in a group whose members can be exempt.
async fn exempt_customer(till: &Till) -> Visitor {
    let (shop, anna) = (&till.shop, anna());
    let ada = customer(shop, "ada@example.com").await;
    let group = customer_group::create(shop, &anna, "Resellers").await.unwrap();
    customer_group::add(shop, &anna, group, "ada@example.com").await.unwrap();
    tax::set_exempt_group(shop, &anna, group, true).await.unwrap();
    Visitor { cart_id: None, customer: Some(ada), currency: Currency::EUR }
}

fn certificate(place: &str) -> CertificateDraft {
    let email = " Ada@example.com".to_owned();
    CertificateDraft { email, number: "FR12345678901".into(), place: place.into(), valid_until: None }
}

async fn mug_for(till: &Till, visitor: &mut Visitor) -> View {
    cart::add(&till.shop, visitor, "MUG", 1).await.unwrap();
    till.ready(visitor).await
}

on_both_engines! {
    async fn the_rate_is_that_of_the_address_and_the_moment(t: TestShop) {
        let (shop, anna, now) = (t.shop(), anna(), t.now());
        let spain = zone(&shop, "Spain", "ES", true).await;
        zone(&shop, "Canaries", "ES 35, ES 38", true).await;
        let states = zone(&shop, "Taxed states", "US-CA\nUS-NY", false).await;
        tax::add_rate(&shop, &anna, spain, &rate("standard", 180_000, 0, Some(now))).await.unwrap();
        tax::add_rate(&shop, &anna, spain, &rate("standard", 210_000, now, Some(now + DAY_MS))).await.unwrap();
        tax::add_rate(&shop, &anna, spain, &rate("reduced", 100_000, 0, None)).await.unwrap();
        tax::add_rate(&shop, &anna, states, &rate("standard", 72_500, 0, None)).await.unwrap();
        let both = |ppm| vec![("reduced".to_owned(), 100_000), ("standard".to_owned(), ppm)];
        assert_eq!(at(&shop, &to("ES", "", "28013"), now - 1).await, both(180_000));
        assert_eq!(at(&shop, &to("ES", "", "28013"), now).await, both(210_000));
        assert_eq!(at(&shop, &to("ES", "", "28013"), now + DAY_MS).await, [("reduced".to_owned(), 100_000)]);
        assert_eq!(at(&shop, &to("ES", "", " 35 001"), now).await, []);
        assert_eq!(at(&shop, &to("US", "CA", "90210"), now).await, [("standard".to_owned(), 72_500)]);
        assert_eq!(at(&shop, &to("US", "OR", "97201"), now).await, []);
        assert_eq!(at(&shop, &to("FR", "", "75001"), now).await, []);
    }

    async fn no_two_rates_of_a_class_are_valid_at_one_time_and_no_place_is_in_two_zones(t: TestShop) {
        let (shop, anna, now) = (t.shop(), anna(), t.now());
        let spain = zone(&shop, "Spain", "ES", true).await;
        let first = tax::add_rate(&shop, &anna, spain, &rate("standard", 210_000, now, Some(now + DAY_MS))).await.unwrap();
        for (from, until) in [(0, None), (now, Some(now + 1)), (now - 1, Some(now + 1)), (now + DAY_MS - 1, None)] {
            assert_eq!(field(tax::add_rate(&shop, &anna, spain, &rate("standard", 1, from, until)).await), "valid_from");
        }
        tax::add_rate(&shop, &anna, spain, &rate("standard", 1, now + DAY_MS, None)).await.unwrap();
        tax::add_rate(&shop, &anna, spain, &rate("standard", 1, 0, Some(now))).await.unwrap();
        tax::add_rate(&shop, &anna, spain, &rate("reduced", 1, 0, None)).await.unwrap();
        assert_eq!(field(tax::end_rate(&shop, &anna, spain, first, Some(now + DAY_MS + 1)).await), "valid_until");
        assert_eq!(field(tax::end_rate(&shop, &anna, spain, first, Some(now)).await), "valid_until");
        tax::end_rate(&shop, &anna, spain, first, Some(now + 5)).await.unwrap();
        // Whatever the way, and whoever is at the same time.
        let mut tx = t.db.begin().await.unwrap();
        let sql = "INSERT INTO tax_rate (id, zone_id, tax_class, name, rate_ppm) VALUES ($1, $2, 'standard', 'X', 1)";
        assert!(tx.execute(sql, args![TaxRateId::new(), spain]).await.is_err());
        drop(tx);
        let many = (0..8).map(|ppm| {
            let (shop, anna, draft) = (shop.clone(), anna.clone(), rate("shipping", ppm, 0, None));
            async move { tax::add_rate(&shop, &anna, spain, &draft).await.is_ok() }
        });
        assert_eq!(join_all(many).await.into_iter().filter(|added| *added).count(), 1);
        let draft = ZoneDraft { name: "Iberia".into(), inclusive: true, places: "PT, ES".into() };
        assert_eq!(field(tax::create_zone(&shop, &anna, &draft).await), "places");
        assert_eq!(field(tax::create_zone(&shop, &anna, &ZoneDraft { name: "Spain".into(), ..draft }).await), "name");
    }

    async fn an_order_keeps_what_it_was_charged_and_refunds_take_it_back(t: TestShop) {
        t.stock("MUG", 9).await;
        let till = Till::open(&t).await;
        let (shop, anna) = (&till.shop, anna());
        let zone = germany(shop).await;
        let (_, mug, _) = till.buy("MUG", 2).await;
        let rows = charged(&t, &mug).await;
        // 20.00 and 4.90, 19 % contained.
        assert_eq!(rows, [("VAT 19 %".to_owned(), 190_000, 1681, 319, 412, 78)]);
        // Other rates, and none: the order stays as it is.
        tax::delete_zone(shop, &anna, zone).await.unwrap();
        assert_eq!(charged(&t, &mug).await, rows);
        let (_, untaxed, _) = till.buy("MUG", 1).await;
        assert_eq!(charged(&t, &untaxed).await, [(String::new(), 0, 1000, 0, 490, 0)]);
        till.check().await;
        let today = (t.now() - DAY_MS, t.now() + DAY_MS);
        let report = async || tax::report(shop, &anna, today.0, today.1).await.unwrap().rows;
        let rows = report().await;
        let told: Vec<_> = rows.iter().map(|row| (row.country.as_str(), row.name.as_str(), row.orders, row.net())).collect();
        assert_eq!(told, [("DE", "VAT 19 %", 1, (2093, 397)), ("DE", "", 1, (1490, 0))]);
        refund(&till, &mug, 1000).await;
        refund(&till, &mug, 333).await;
        let row = report().await.remove(0);
        assert_eq!(row.refunded + row.refunded_tax, 1333);
        // 1333 of 2490, and the tax of 397.
        assert!((212..=213).contains(&row.refunded_tax), "{row:?}");
        refund(&till, &mug, 2490 - 1333).await;
        let row = report().await.remove(0);
        assert_eq!((row.refunded, row.refunded_tax, row.net()), (2093, 397, (0, 0)));
        // Later, there is nothing.
        assert_eq!(tax::report(shop, &anna, today.1, today.1 + DAY_MS).await.unwrap().rows, []);
        assert_eq!(field(tax::report(shop, &anna, today.1, today.1).await), "to");
        till.check().await;
    }

    async fn delivery_shares_the_rates_of_what_it_carries(t: TestShop) {
        t.stock("MUG", 9).await;
        let till = Till::open(&t).await;
        let (shop, anna) = (&till.shop, anna());
        let zone = germany(shop).await;
        tax::add_rate(shop, &anna, zone, &rate("reduced", 70_000, 0, None)).await.unwrap();
        execute(&t, "UPDATE variant SET tax_class = 'reduced'").await;
        let (_, reduced, _) = till.buy("MUG", 1).await;
        assert_eq!(charged(&t, &reduced).await, [("VAT 7 %".to_owned(), 70_000, 935, 65, 458, 32)]);
        // A rate of its own.
        tax::add_rate(shop, &anna, zone, &rate("shipping", 0, 0, None)).await.unwrap();
        let (_, own, _) = till.buy("MUG", 1).await;
        let rows = charged(&t, &own).await;
        assert_eq!(rows, [("VAT 7 %".to_owned(), 70_000, 935, 65, 0, 0), ("VAT 0 %".to_owned(), 0, 0, 0, 490, 0)]);
        // A class that has no rate there is standard goods, one that came with a file, too.
        execute(&t, "UPDATE variant SET tax_class = 'from-a-file'").await;
        let (_, unknown, _) = till.buy("MUG", 1).await;
        assert_eq!(charged(&t, &unknown).await[0].1, 190_000);
        let known = tax::classes(shop, &anna).await.unwrap();
        assert!(known.iter().any(|class| class.code == "from-a-file"));
        for class in ["from-a-file", "reduced", "standard"] {
            let refused = tax::remove_class(shop, &anna, class).await;
            assert!(matches!(refused, Err(Error::Conflict { code: "in_use", .. })), "{class}: {refused:?}");
        }
        tax::add_class(shop, &anna, "toys", "Toys").await.unwrap();
        tax::remove_class(shop, &anna, "toys").await.unwrap();
        till.check().await;
    }

    async fn a_rate_that_ends_before_the_order_is_placed_is_told_first(t: TestShop) {
        t.stock("MUG", 9).await;
        let till = Till::open(&t).await;
        let (shop, anna, now) = (&till.shop, anna(), t.now());
        let zone_id = germany(shop).await;
        let old = tax::zone(shop, &anna, zone_id).await.unwrap().rates.remove(0).id;
        tax::end_rate(shop, &anna, zone_id, old, Some(now + 60_000)).await.unwrap();
        tax::update_zone(shop, &anna, zone_id, &ZoneDraft { name: "Germany".into(), inclusive: false, places: "DE".into() }, 1)
            .await
            .unwrap();
        tax::add_rate(shop, &anna, zone_id, &rate("standard", 160_000, now + 60_000, None)).await.unwrap();
        let (visitor, view) = till.guest("MUG", 1).await;
        assert_eq!((view.totals.tax, view.totals.total), (190 + 93, 1490 + 283));
        t.clock.advance(60_000);
        let refused = till.pay(&visitor, &view, "buy", VISA).await;
        assert!(matches!(refused, Err(Error::Conflict { code: "cart_changed", .. })), "{refused:?}");
        let view = checkout::view(shop, &visitor).await.unwrap();
        assert_eq!(view.totals.tax, 160 + 78);
        let placed = till.pay(&visitor, &view, "again", VISA).await.unwrap();
        assert_eq!(charged(&t, &number(&placed)).await, [("VAT 16 %".to_owned(), 160_000, 1000, 160, 490, 78)]);
        till.work().await;
        till.check().await;
    }

    async fn whose_number_is_verified_pays_no_tax_where_it_counts(t: TestShop) {
        t.stock("MUG", 9).await;
        let till = Till::open(&t).await;
        let (shop, anna) = (&till.shop, anna());
        let mut ada = exempt_customer(&till).await;
        // In the group, and nothing was shown.
        assert_eq!(mug_for(&till, &mut ada).await.totals.tax, 238);
        let total = async |ada: &Visitor| {
            let totals = checkout::view(shop, ada).await.unwrap().totals;
            (totals.total, totals.tax)
        };
        let elsewhere = tax::add_certificate(shop, &anna, &certificate("FR")).await.unwrap();
        tax::set_verified(shop, &anna, elsewhere, true).await.unwrap();
        assert_eq!(total(&ada).await, (1490, 238), "verified for another country");
        let here = tax::add_certificate(shop, &anna, &certificate("DE")).await.unwrap();
        assert_eq!(total(&ada).await, (1490, 238), "shown, not verified");
        tax::set_verified(shop, &anna, here, true).await.unwrap();
        // 10.00 without 1.60, 4.90 without 0.78.
        assert_eq!(total(&ada).await, (840 + 412, 0));
        let view = checkout::view(shop, &ada).await.unwrap();
        assert_eq!(view.totals.tax_rows, [(tax::EXEMPT.to_owned(), 0)]);
        assert_eq!((view.cart.subtotal.amount, view.cart.lines[0].unit_price.amount), (840, 840));
        let placed = till.pay(&ada, &view, "buy", VISA).await.unwrap();
        till.work().await;
        assert_eq!(charged(&t, &number(&placed)).await, [(tax::EXEMPT.to_owned(), 0, 840, 0, 412, 0)]);
        let sql = "SELECT exemption FROM order_tax";
        let (number,): (String,) = t.db.fetch_one(sql, args![]).await.unwrap();
        assert_eq!(number, "FR12345678901");
        // A guest, a group that is not exempt any more, a number that was taken back: taxed.
        let (_, guest) = till.guest("MUG", 1).await;
        assert_eq!(guest.totals.tax, 238);
        assert_eq!(mug_for(&till, &mut ada).await.totals.tax, 0);
        let group = tax::exempt_groups(shop, &anna).await.unwrap().remove(0).0;
        tax::set_exempt_group(shop, &anna, group, false).await.unwrap();
        assert_eq!(total(&ada).await, (1490, 238));
        tax::set_exempt_group(shop, &anna, group, true).await.unwrap();
        assert_eq!(total(&ada).await.1, 0);
        tax::set_verified(shop, &anna, here, false).await.unwrap();
        assert_eq!(total(&ada).await, (1490, 238));
        tax::set_verified(shop, &anna, here, true).await.unwrap();
        tax::remove_certificate(shop, &anna, here).await.unwrap();
        assert_eq!(total(&ada).await, (1490, 238));
        let over = CertificateDraft { valid_until: Some(t.now() + 1000), ..certificate("DE") };
        let over = tax::add_certificate(shop, &anna, &over).await.unwrap();
        tax::set_verified(shop, &anna, over, true).await.unwrap();
        assert_eq!(total(&ada).await.1, 0);
        t.clock.advance(1000);
        assert_eq!(total(&ada).await, (1490, 238));
        assert_eq!(field(tax::add_certificate(shop, &anna, &certificate("DE")).await), "place");
        till.check().await;
    }

    async fn presets_fill_in_what_is_missing_and_nothing_else(t: TestShop) {
        let (shop, anna, now) = (t.shop(), anna(), t.now());
        let mine = zone(&shop, "Mine", "DE, FR", false).await;
        tax::add_rate(&shop, &anna, mine, &rate("standard", 1, 0, None)).await.unwrap();
        let added = tax::fill_preset(&shop, &anna, "eu-vat").await.unwrap();
        assert_eq!(added, 28, "27 states and three areas, two states are mine");
        assert_eq!(tax::fill_preset(&shop, &anna, "eu-vat").await.unwrap(), 0);
        assert_eq!(tax::fill_preset(&shop, &anna, "us-sales-tax").await.unwrap(), 46);
        assert!(tax::fill_preset(&shop, &anna, "none").await.is_err());
        assert_eq!(at(&shop, &to("DE", "", "10115"), now).await, [("standard".to_owned(), 1)]);
        assert_eq!(at(&shop, &to("ES", "", "35001"), now).await, []);
        assert_eq!(at(&shop, &to("PT", "", "9500-321"), now).await.last().unwrap().1, 160_000);
        assert_eq!(at(&shop, &to("US", "CA", "90210"), now).await, [("standard".to_owned(), 72_500)]);
    }

    async fn the_calculator_says_why(t: TestShop) {
        let till = Till::open(&t).await;
        let (shop, anna) = (&till.shop, anna());
        exempt_customer(&till).await;
        let ask = |class: &str, country: &str, customer: &str| Question {
            price: Currency::EUR.money(11_900),
            tax_class: class.into(),
            to: to(country, "", ""),
            customer: customer.into(),
            at: t.now(),
        };
        let told = tax::try_out(shop, &anna, &ask("reduced", "DE", "")).await.unwrap();
        assert_eq!((told.net.amount, told.tax.amount, told.total.amount), (10_000, 1_900, 11_900));
        assert!(told.steps[1].contains("no rate of its own"), "{told:?}");
        let abroad = tax::try_out(shop, &anna, &ask("standard", "FR", "")).await.unwrap();
        assert_eq!((abroad.tax.amount, abroad.total.amount), (0, 11_900));
        let id = tax::add_certificate(shop, &anna, &certificate("DE")).await.unwrap();
        tax::set_verified(shop, &anna, id, true).await.unwrap();
        let exempt = tax::try_out(shop, &anna, &ask("standard", "DE", "ada@example.com")).await.unwrap();
        assert_eq!((exempt.tax.amount, exempt.total.amount), (0, 10_000));
        assert!(exempt.steps[2].contains("Resellers"), "{exempt:?}");
        assert_eq!(field(tax::try_out(shop, &anna, &ask("none", "DE", "")).await), "tax_class");
        assert_eq!(field(tax::try_out(shop, &anna, &ask("standard", "DE", "eve@example.com")).await), "customer");
    }

    async fn nothing_in_the_report_s_file_is_a_formula(t: TestShop) {
        t.stock("MUG", 9).await;
        let till = Till::open(&t).await;
        execute(&t, "UPDATE tax_rate SET name = '=1+1'").await;
        till.buy("MUG", 1).await;
        let file = tax::report_csv(&till.shop, &anna(), t.now() - DAY_MS, t.now() + DAY_MS).await.unwrap();
        let text = String::from_utf8(file).unwrap();
        assert_eq!(text.lines().nth(1), Some("DE,'=1+1,19,EUR,1,12.52,2.38,0.00,0.00,12.52,2.38"));
    }
}
