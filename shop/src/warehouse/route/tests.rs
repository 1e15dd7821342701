//! Routing against examples, and against every set of warehouses there is.

use super::*;
use proptest::prelude::*;
use uuid::Uuid;

fn shelf(house: u128, variant: u128, country: &str, priority: i64, available: i64) -> Shelf {
    Shelf {
        stock_id: StockId(Uuid::from_u128(house * 1000 + variant)),
        variant_id: VariantId(Uuid::from_u128(variant)),
        warehouse_id: WarehouseId(Uuid::from_u128(house)),
        country: country.into(),
        countries: String::new(),
        priority,
        cutoff: 840,
        handling_days: 0,
        available,
    }
}

fn serving(shelf: Shelf, countries: &str) -> Shelf {
    Shelf { countries: countries.into(), ..shelf }
}

fn demand(variant: u128, quantity: i64) -> Demand {
    Demand { variant_id: VariantId(Uuid::from_u128(variant)), quantity }
}

fn to(country: &str) -> Destination {
    Destination { country: country.into(), pickup: None }
}

fn houses(taken: &[(StockId, i64)]) -> Vec<u128> {
    let mut houses: Vec<_> = taken.iter().map(|(id, _)| id.0.as_u128() / 1000).collect();
    houses.sort_unstable();
    houses.dedup();
    houses
}

#[test]
fn the_nearest_warehouse_serves_when_it_can() {
    let shelves = [shelf(1, 1, "FR", 0, 5), shelf(2, 1, "DE", 9, 5)];
    assert_eq!(houses(&allocate(&[demand(1, 5)], &shelves, &to("DE")).unwrap()), [2]);
    assert_eq!(houses(&allocate(&[demand(1, 5)], &shelves, &to("ES")).unwrap()), [1]);
}

#[test]
fn the_list_of_countries_says_who_is_near_and_who_does_not_serve() {
    let shelves = [
        serving(shelf(1, 1, "NL", 0, 5), "NL BE DE"),
        serving(shelf(2, 1, "PL", 9, 5), "DE PL"),
        shelf(3, 1, "US", 5, 5),
    ];
    assert_eq!(houses(&allocate(&[demand(1, 5)], &shelves, &to("DE")).unwrap()), [2]);
    assert_eq!(houses(&allocate(&[demand(1, 5)], &shelves, &to("BE")).unwrap()), [1]);
    assert_eq!(houses(&allocate(&[demand(1, 5)], &shelves, &to("JP")).unwrap()), [3]);
    let (variant_id, none) = (VariantId(Uuid::from_u128(1)), &shelves[..2]);
    let missing = Missing { variant_id, available: 0, elsewhere: 10 };
    assert_eq!(allocate(&[demand(1, 1)], none, &to("JP")).unwrap_err(), [missing]);
}

#[test]
fn what_is_fetched_comes_from_where_it_is_fetched() {
    let shelves = [shelf(1, 1, "DE", 0, 5), shelf(2, 1, "US", 9, 3)];
    let pickup = Destination { country: "DE".into(), pickup: Some(WarehouseId(Uuid::from_u128(2))) };
    assert_eq!(houses(&allocate(&[demand(1, 3)], &shelves, &pickup).unwrap()), [2]);
    let missing = allocate(&[demand(1, 4)], &shelves, &pickup).unwrap_err();
    assert_eq!((missing[0].available, missing[0].elsewhere), (3, 5));
}

#[test]
fn one_far_warehouse_is_better_than_two_near_ones() {
    let shelves = [shelf(1, 1, "DE", 0, 1), shelf(2, 2, "DE", 0, 1), shelf(3, 1, "US", 5, 1), shelf(3, 2, "US", 5, 1)];
    assert_eq!(houses(&allocate(&[demand(1, 1), demand(2, 1)], &shelves, &to("DE")).unwrap()), [3]);
}

#[test]
fn an_order_is_split_when_no_single_warehouse_can() {
    let shelves = [shelf(1, 1, "DE", 0, 2), shelf(2, 1, "DE", 1, 2)];
    let taken = allocate(&[demand(1, 1), demand(1, 2)], &shelves, &to("DE")).unwrap();
    assert_eq!(taken.iter().map(|(_, n)| *n).collect::<Vec<_>>(), [2, 1]);
    let missing = allocate(&[demand(1, 5)], &shelves, &to("DE")).unwrap_err();
    assert_eq!((missing[0].available, missing[0].elsewhere), (4, 0));
}

#[test]
fn who_lost_the_nearest_takes_the_next() {
    let shelves = [shelf(1, 1, "DE", 0, 2), shelf(2, 1, "DE", 1, 2), serving(shelf(3, 1, "US", 0, 9), "US")];
    let otherwise = Otherwise::of(&[demand(1, 2)], &shelves, &to("DE")).unwrap();
    assert_eq!(otherwise.rows().count(), 2);
    let left: BTreeMap<_, _> = [(shelves[0].stock_id, 1), (shelves[1].stock_id, 2)].into();
    assert_eq!(otherwise.choose(&left).unwrap(), [(shelves[1].stock_id, 2)]);
    let gone: BTreeMap<_, _> = [(shelves[0].stock_id, 1)].into();
    assert_eq!(otherwise.choose(&gone), None);
    assert!(Otherwise::of(&[demand(1, 2)], &shelves[..1], &to("DE")).is_none());
}

#[test]
fn with_many_warehouses_everything_is_served_all_the_same() {
    let shelves: Vec<Shelf> = (1..40).map(|house| shelf(house, 1, "DE", 0, 1)).collect();
    let taken = allocate(&[demand(1, 30)], &shelves, &to("DE")).unwrap();
    assert_eq!(houses(&taken), (1..31).collect::<Vec<_>>());
}

type Drawn = (Vec<Shelf>, Vec<(u128, i64)>);

fn shops() -> impl Strategy<Value = Drawn> {
    let served = prop_oneof![Just(""), Just("DE"), Just("FR DE"), Just("FR")];
    let stock = proptest::collection::vec((1..6_u128, 1..4_u128, 0..6_i64), 0..18);
    let houses = proptest::collection::vec((0..3_i64, served), 6);
    let wanted = proptest::collection::vec((1..4_u128, 1..6_i64), 1..5);
    (stock, houses, wanted).prop_map(|(stock, of, wanted)| {
        let mut shelves: Vec<Shelf> = Vec::new();
        for (house, variant, available) in stock {
            let (priority, countries) = of[usize::try_from(house).unwrap()];
            let one = serving(shelf(house, variant, "DE", priority, available), countries);
            if shelves.iter().all(|known| known.stock_id != one.stock_id) {
                shelves.push(one);
            }
        }
        (shelves, wanted)
    })
}

/// All sets of warehouses that serve Germany, each as their keys of nearness.
fn sets(shelves: &[Shelf]) -> Vec<Vec<(usize, i64, WarehouseId)>> {
    let near = |s: &Shelf| Some((nearness(&s.countries, &s.country, "DE")?, s.priority, s.warehouse_id));
    let mut all: Vec<_> = shelves.iter().filter_map(near).collect();
    all.sort_unstable();
    all.dedup();
    let within =
        |set: &u32| all.iter().enumerate().filter(|(at, _)| set & (1 << at) != 0).map(|(_, key)| *key).collect();
    (0..1_u32 << all.len()).map(|set| within(&set)).collect()
}

proptest! {
    #[test]
    fn everything_is_served_by_the_fewest_and_nearest_or_refused((shelves, wanted) in shops()) {
        let demands: Vec<_> = wanted.iter().map(|(variant, quantity)| demand(*variant, *quantity)).collect();
        let asked = |v: VariantId| demands.iter().filter(|d| d.variant_id == v).map(|d| d.quantity).sum::<i64>();
        let has = |v: VariantId, set: &[(usize, i64, WarehouseId)]| {
            let here = shelves.iter().filter(|s| s.variant_id == v && set.iter().any(|(.., id)| *id == s.warehouse_id));
            here.map(|s| s.available).sum::<i64>()
        };
        let serves = |set: &Vec<_>| demands.iter().all(|d| has(d.variant_id, set) >= asked(d.variant_id));
        let best = sets(&shelves).into_iter().filter(serves).min_by_key(|set| (set.len(), set.clone()));
        match allocate(&demands, &shelves, &to("DE")) {
            Ok(taken) => {
                for shelf in &shelves {
                    let of_row: i64 = taken.iter().filter(|(id, _)| *id == shelf.stock_id).map(|(_, n)| n).sum();
                    prop_assert!(of_row <= shelf.available);
                }
                for (variant, _) in &wanted {
                    let variant = VariantId(Uuid::from_u128(*variant));
                    let of = |id: &StockId| shelves.iter().any(|s| s.stock_id == *id && s.variant_id == variant);
                    let got = taken.iter().filter(|(id, _)| of(id)).map(|(_, n)| n).sum::<i64>();
                    prop_assert_eq!(got, asked(variant));
                }
                let best = best.unwrap();
                let mut expected: Vec<_> = best.iter().map(|(.., id)| id.0.as_u128()).collect();
                expected.sort_unstable();
                prop_assert_eq!(houses(&taken), expected);
            }
            Err(missing) => {
                prop_assert!(best.is_none() && !missing.is_empty());
                let all = sets(&shelves).into_iter().max_by_key(Vec::len).unwrap();
                for one in missing {
                    prop_assert!(one.available == has(one.variant_id, &all) && one.available < asked(one.variant_id));
                }
            }
        }
    }
}
