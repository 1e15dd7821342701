//! Delivery from the zone of an address to the parcels of an order: what it costs, where it comes from, when it arrives.

mod desk;
pub mod warehouses;

use crate::support::TestShop;
use crate::support::deal::{apply, code, percent};
use crate::support::till::Till;
use shop::address::Address;
use shop::money::Currency;
use shop::shipping::{self, Area, ZoneDraft, create_zone, methods_for};
use shop::{Error, args};

fn address(country: &str, region: &str, postal_code: &str) -> Address {
    Address { country: country.into(), region: region.into(), postal_code: postal_code.into(), ..Address::default() }
}

fn areas(text: &str) -> Vec<Area> {
    text.split(", ").map(|one| Area::parse(one).unwrap()).collect()
}

/// Changes rows behind the shop's back.
async fn sql(t: &TestShop, text: &str) -> Result<u64, shop::db::DbError> {
    let mut tx = t.db.begin().await?;
    let changed = tx.execute(text, args![]).await?;
    tx.commit().await?;
    Ok(changed)
}

on_both_engines! {
    async fn the_most_specific_place_around_an_address_decides(t: TestShop) {
        let (shop, anna) = (t.shop(), crate::catalogue::edit::anna());
        for (name, places) in [
            ("World", "*"), ("Germany", "DE"), ("Berlin", "DE 10*"), ("Mitte", "DE 101*"), ("States", "US"), ("West", "US-CA, US-OR"),
            ("Hollywood", "US 900*"), ("Ulster", "GB BT*"),
        ] {
            let draft = ZoneDraft { name: name.into(), position: 0, areas: areas(places) };
            let zone = create_zone(&shop, &anna, draft).await.unwrap();
            let table = shipping::Table { currency: Currency::EUR, rates: vec![(0, 490)], free_above: None };
            let method = desk::method(&name.to_lowercase(), vec![table]);
            shipping::create_method(&shop, &anna, zone, method).await.unwrap();
        }
        for (address, zone) in [
            (address("DE", "", "10115"), "mitte"),
            (address("DE", "", "10999"), "berlin"),
            (address("DE", "", "20095"), "germany"),
            (address("DE", "", ""), "germany"),
            (address("US", "CA", "94016"), "west"),
            (address("US", "CA", "90028"), "hollywood"),
            (address("US", "NY", "10001"), "states"),
            (address("GB", "", "bt1 5gs"), "ulster"),
            (address("GB", "", "B1 5GS"), "world"),
            (address("JP", "13", "100-0001"), "world"),
        ] {
            let found = methods_for(&mut &shop.db, &address, Currency::EUR).await.unwrap();
            let codes: Vec<_> = found.iter().map(|method| method.code.as_str()).collect();
            assert_eq!(codes, [zone], "{address:?}");
            assert!(methods_for(&mut &shop.db, &address, Currency::USD).await.unwrap().is_empty());
        }
    }

    async fn a_place_is_in_one_zone(t: TestShop) {
        let (shop, anna) = (t.shop(), crate::catalogue::edit::anna());
        let draft = |name: &str, places| ZoneDraft { name: name.into(), position: 0, areas: areas(places) };
        let first = create_zone(&shop, &anna, draft("Alps", "AT, CH, DE 8*")).await.unwrap();
        let refused = create_zone(&shop, &anna, draft("Germany", "DE, DE 8*")).await;
        let Err(Error::Invalid(fields)) = refused else { panic!("{refused:?}") };
        assert_eq!((fields[0].field.as_str(), fields[0].message.as_str()), ("areas", "DE 8* is in the zone Alps already."));
        let refused = create_zone(&shop, &anna, draft("Alps", "IT")).await;
        assert!(matches!(refused, Err(Error::Invalid(fields)) if fields[0].field == "name"));
        assert_eq!(t.number("SELECT COUNT(*) FROM shipping_zone").await, 1);
        // Nor by a statement of anybody else's.
        let again = "INSERT INTO shipping_area (country, region, postcode, zone_id) SELECT country, region, postcode, zone_id FROM shipping_area";
        assert!(sql(&t, again).await.unwrap_err().is_unique_violation());
        assert!(sql(&t, "UPDATE shipping_area SET region = 'X' WHERE postcode <> ''").await.is_err());
        // Its own places may stay.
        shipping::update_zone(&shop, &anna, first, draft("Alps", "AT, CH, IT"), 1).await.unwrap();
        let stale = shipping::update_zone(&shop, &anna, first, draft("Alps", "AT"), 1).await;
        assert!(matches!(stale, Err(Error::Conflict { code: "changed", .. })));
        shipping::remove_zone(&shop, &anna, first).await.unwrap();
        assert_eq!(t.number("SELECT COUNT(*) FROM shipping_area").await, 0);
        assert_eq!(t.number("SELECT COUNT(*) FROM audit_log WHERE entity = 'shipping_zone'").await, 3);
    }

    async fn free_above_counts_what_is_left_after_promotions(t: TestShop) {
        t.stock("MUG", 9).await;
        let till = Till::open(&t).await;
        sql(&t, "INSERT INTO shipping_free_above (method_id, currency, threshold) SELECT id, 'EUR', 2000 FROM shipping_method")
            .await.unwrap();
        code(&till.shop, "TEN", percent(10), |_| ()).await;
        // 20.00 reach the threshold, 19.99 do not.
        let (_, view) = till.guest("MUG", 2).await;
        assert_eq!((view.totals.shipping, view.delivery_options[0].price.amount), (0, 0));
        let (visitor, _) = till.guest("MUG", 1).await;
        assert_eq!(shop::checkout::view(&till.shop, &visitor).await.unwrap().totals.shipping, 490);
        // 10 % off leave 18.00 of 20.00, and 27.00 of 30.00.
        let (visitor, _) = till.guest("MUG", 2).await;
        let view = apply(&till.shop, &visitor, "TEN").await;
        assert_eq!((view.totals.discount, view.totals.shipping, view.totals.total), (200, 490, 2290));
        assert_eq!(view.delivery_options[0].price.amount, 490);
        till.pay(&visitor, &view, "k", crate::support::till::VISA).await.unwrap();
        let (visitor, _) = till.guest("MUG", 3).await;
        let view = apply(&till.shop, &visitor, "TEN").await;
        assert_eq!((view.totals.discount, view.totals.shipping, view.totals.total), (300, 0, 2700));
        till.check().await;
    }
}
