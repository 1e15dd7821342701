//! Methods at the merchant's desk: what is refused, and what the simulator says.

use super::{address, areas};
use crate::catalogue::edit::anna;
use crate::support::TestShop;
use shop::Error;
use shop::money::Currency;
use shop::shipping::{self, Basis, MethodDraft, Sample, Table, ZoneDraft};

/// A method by weight that is two to three days on its way.
pub fn method(code: &str, tables: Vec<Table>) -> MethodDraft {
    MethodDraft {
        name: code.into(),
        code: code.into(),
        description: String::new(),
        basis: Basis::Weight,
        days_min: 2,
        days_max: 3,
        position: 0,
        active: true,
        pickup: None,
        tables,
    }
}

fn euros(rates: &[(i64, i64)], free_above: Option<i64>) -> Table {
    Table { currency: Currency::EUR, rates: rates.to_vec(), free_above }
}

fn fields<T: std::fmt::Debug>(outcome: Result<T, Error>) -> Vec<String> {
    let Err(Error::Invalid(fields)) = outcome else { panic!("not refused: {outcome:?}") };
    fields.into_iter().map(|field| field.field).collect()
}

on_both_engines! {
    async fn a_method_that_cannot_be_is_refused_by_field(t: TestShop) {
        let (shop, anna) = (t.shop(), anna());
        let zone = ZoneDraft { name: "World".into(), position: 0, areas: areas("*") };
        let zone = shipping::create_zone(&shop, &anna, zone).await.unwrap();
        let good = || method("std", vec![euros(&[(2000, 690), (0, 490)], Some(5000))]);
        let id = shipping::create_method(&shop, &anna, zone, good()).await.unwrap();
        let (stored, of, version) = shipping::method(&shop, &anna, id).await.unwrap();
        assert_eq!((stored.tables, of, version), (vec![euros(&[(0, 490), (2000, 690)], Some(5000))], zone, 1));
        for (wrong, field) in [
            (MethodDraft { name: " ".into(), ..good() }, "name"),
            (MethodDraft { code: "Std!".into(), ..good() }, "code"),
            (MethodDraft { days_max: 1, ..good() }, "days_max"),
            (MethodDraft { days_min: -1, ..good() }, "days_min"),
            (method("x", vec![]), "rates"),
            (method("x", vec![euros(&[], Some(1))]), "rates.EUR"),
            (method("x", vec![euros(&[(0, 1), (0, 2)], None)]), "rates.EUR"),
            (method("x", vec![euros(&[(0, -1)], None)]), "rates.EUR"),
            (method("x", vec![euros(&[(0, 1)], Some(-1))]), "free.EUR"),
            (method("std", vec![euros(&[(0, 1)], None)]), "code"),
            (MethodDraft { pickup: Some(shop::id::WarehouseId::new()), ..method("x", vec![euros(&[(0, 1)], None)]) }, "pickup"),
        ] {
            assert_eq!(fields(shipping::create_method(&shop, &anna, zone, wrong).await), [field]);
        }
        let other = MethodDraft { basis: Basis::Quantity, active: false, ..method("std", vec![euros(&[(1, 100)], None)]) };
        shipping::update_method(&shop, &anna, id, other.clone(), 1).await.unwrap();
        assert_eq!(shipping::method(&shop, &anna, id).await.unwrap().0, other);
        assert!(shipping::update_method(&shop, &anna, id, other, 1).await.is_err());
        assert!(shipping::methods_for(&mut &shop.db, &address("DE", "", ""), Currency::EUR).await.unwrap().is_empty());
        shipping::remove_method(&shop, &anna, id).await.unwrap();
        assert_eq!(t.number("SELECT COUNT(*) FROM shipping_rate").await, 0);
        assert_eq!(t.number("SELECT COUNT(*) FROM audit_log WHERE entity = 'shipping_method'").await, 3);
    }

    async fn the_simulator_says_from_where_and_why_not(t: TestShop) {
        let (shop, anna) = (t.shop(), anna());
        let mug = t.variant("MUG").await;
        let house = crate::shipping::warehouses::house;
        let berlin = house(&t, "BER", "DE", "DE AT").await;
        let rotterdam = house(&t, "RTM", "NL", "NL DE").await;
        crate::shipping::warehouses::shelf(&t, mug, berlin, 2).await;
        crate::shipping::warehouses::shelf(&t, mug, rotterdam, 5).await;
        house(&t, "NYC", "US", "US").await;
        for (name, places, from) in [("Germany", "DE", 0), ("France", "FR", 0)] {
            let zone = ZoneDraft { name: name.into(), position: 0, areas: areas(places) };
            let zone = shipping::create_zone(&shop, &anna, zone).await.unwrap();
            let table = || vec![euros(&[(from, 490)], Some(2000))];
            shipping::create_method(&shop, &anna, zone, method(name.to_lowercase().as_str(), table())).await.unwrap();
        }
        let sample = |units, country: &str| Sample {
            lines: vec![("MUG".into(), units)], currency: Currency::EUR, address: address(country, "", "10115"), at: t.now(),
        };
        let one = shipping::simulate(&shop, &anna, &sample(1, "DE")).await.unwrap();
        assert_eq!((one.goods.amount, one.units, one.zone.as_deref()), (1000, 1, Some("Germany")));
        assert_eq!((one.parcels.len(), one.parcels[0].warehouse.as_str()), (1, "BER"));
        assert_eq!(one.others[0].why, "It has everything, but another that has is nearer.");
        assert_eq!(one.others[1].why, "It does not serve DE.");
        assert_eq!((one.methods[0].price.unwrap().amount, one.methods[0].from.as_str()), (490, "BER"));
        assert!(one.methods[0].estimate.is_some());
        assert_eq!(one.methods[1].why, "It is for the zone France.");
        let three = shipping::simulate(&shop, &anna, &sample(3, "DE")).await.unwrap();
        assert_eq!((three.parcels[0].warehouse.as_str(), three.methods[0].price.unwrap().amount), ("RTM", 0));
        assert_eq!(three.others[0].why, "It has 2 of 3 MUG only.");
        let six = shipping::simulate(&shop, &anna, &sample(6, "DE")).await.unwrap();
        assert_eq!(six.parcels.iter().map(|p| p.lines[0].1).collect::<Vec<_>>(), [2, 4]);
        let abroad = shipping::simulate(&shop, &anna, &sample(1, "FR")).await.unwrap();
        assert_eq!(abroad.unserved, "MUG: 0 available, 7 more where it is not sent there.");
        assert!(abroad.parcels.is_empty() && abroad.methods[0].price.is_none());
        assert_eq!(fields(shipping::simulate(&shop, &anna, &sample(1, "XX")).await), ["country"]);
    }
}
