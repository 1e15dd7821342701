//! Prices in other currencies: what is typed wins, the rest follows the rate, and what was ordered stays as it was.

mod choice;
mod order;

use crate::catalogue::edit::anna;
use crate::support::TestShop;
use shop::catalogue::draft::DraftPrice;
use shop::catalogue::edit;
use shop::currency::{self, Draft};
use shop::db::Read;
use shop::id::StaffId;
use shop::invariant::{self, Moment};
use shop::money::Currency;
use shop::price_list;
use shop::sale::{self, Scope};
use shop::setting::{Live, Settings};
use shop::staff::{Role, Staff};
use shop::{Error, Shop, args};
use tokio_util::sync::CancellationToken;

pub fn yen() -> Currency {
    Currency::parse("JPY").unwrap()
}

pub fn dinar() -> Currency {
    Currency::parse("KWD").unwrap()
}

/// The shop, selling in these currencies beside the euro.
pub fn selling(shop: Shop, others: &[Currency]) -> Shop {
    let currencies = [&[Currency::EUR], others].concat();
    Shop { settings: Live::new(Settings { currencies, ..(*shop.settings).clone() }), ..shop }
}

/// 162.5 for one euro, in whole tens of yen, up.
pub fn in_tens(t: &TestShop) -> Draft {
    Draft {
        active: true,
        rate: currency::parse_rate("162.5").unwrap(),
        source: "by hand".into(),
        rated_at: t.now(),
        step: 10,
        less: 0,
        round_up: true,
    }
}

pub async fn work(shop: &Shop) -> usize {
    currency::work(shop, &CancellationToken::new()).await.unwrap()
}

async fn version(shop: &Shop, currency: Currency) -> i64 {
    let all = currency::standing(shop, &anna()).await.unwrap();
    all.into_iter().find(|one| one.currency == currency).unwrap().rule.map_or(0, |rule| rule.version)
}

pub async fn set(shop: &Shop, currency: Currency, draft: Draft) {
    let version = version(shop, currency).await;
    currency::save(shop, &anna(), currency, draft, version).await.unwrap();
    work(shop).await;
}

async fn sql(t: &TestShop, text: &str) {
    let mut tx = t.db.begin().await.unwrap();
    assert!(tx.execute(text, args![]).await.unwrap() > 0, "{text}");
    tx.commit().await.unwrap();
}

/// SKU, amount, struck-through amount and whether it was converted, of all prices in a currency.
async fn prices(t: &TestShop, currency: Currency) -> Vec<(String, i64, Option<i64>, bool)> {
    let sql = "SELECT v.sku, r.amount, r.compare_at, r.converted FROM price r JOIN variant v ON v.id = r.variant_id
        WHERE r.currency = $1 ORDER BY v.sku";
    t.db.fetch_all(sql, args![currency]).await.unwrap()
}

async fn amounts(t: &TestShop, currency: Currency) -> Vec<(i64, bool)> {
    prices(t, currency).await.into_iter().map(|(_, amount, _, converted)| (amount, converted)).collect()
}

/// Writes the prices of a product with one variant, as its editor does.
async fn price(shop: &Shop, slug: &str, prices: &[(Currency, i64)]) {
    let mut edited = edit::load(shop, &anna(), slug).await.unwrap();
    let price =
        |(currency, amount): &(Currency, i64)| DraftPrice { currency: *currency, amount: *amount, compare_at: None };
    edited.draft.variants[0].prices = prices.iter().map(price).collect();
    edit::update(shop, &anna(), edited.id, edited.draft, edited.version).await.unwrap();
}

async fn breaches(db: &mut impl Read, now: i64) -> Vec<&'static str> {
    let verdicts = invariant::check(db, Moment::Busy, now).await.unwrap();
    invariant::breaches(&verdicts).iter().map(|breach| breach.rule).collect()
}

/// Whatever the worker is about to do stands in no rule's way, and neither does what it has done.
async fn settled(t: &TestShop, shop: &Shop) {
    assert_eq!(breaches(&mut &t.db, t.now()).await, Vec::<&str>::new(), "before the work");
    work(shop).await;
    assert_eq!(breaches(&mut &t.db, t.now()).await, Vec::<&str>::new(), "after the work");
    assert_eq!(work(shop).await, 0);
}

on_both_engines! {
    async fn what_is_typed_wins_and_the_rest_is_converted(t: TestShop) {
        t.variant("A").await;
        t.variant("B").await;
        let shop = selling(t.shop(), &[yen()]);
        sql(&t, "INSERT INTO price (variant_id, currency, amount) SELECT id, 'JPY', 999 FROM variant WHERE sku = 'B'").await;
        assert_eq!(work(&shop).await, 0, "nothing is converted yet");
        set(&shop, yen(), in_tens(&t)).await;
        assert_eq!(amounts(&t, yen()).await, [(1630, true), (999, false)]);
        settled(&t, &shop).await;
        // The base price moves; a converted one is in nobody's form.
        price(&shop, "a", &[(Currency::EUR, 1200)]).await;
        settled(&t, &shop).await;
        assert_eq!(amounts(&t, yen()).await, [(1950, true), (999, false)]);
        // Somebody types one, even the very same.
        price(&shop, "a", &[(Currency::EUR, 1200), (yen(), 1950)]).await;
        settled(&t, &shop).await;
        set(&shop, yen(), Draft { rate: currency::parse_rate("200").unwrap(), ..in_tens(&t) }).await;
        assert_eq!(amounts(&t, yen()).await, [(1950, false), (999, false)]);
        // Taken away again, it is never gone.
        price(&shop, "a", &[(Currency::EUR, 1200)]).await;
        assert_eq!(amounts(&t, yen()).await, [(1950, true), (999, false)]);
        settled(&t, &shop).await;
        assert_eq!(amounts(&t, yen()).await, [(2400, true), (999, false)]);
        // Nothing to convert from, and back.
        price(&shop, "a", &[]).await;
        settled(&t, &shop).await;
        assert_eq!(amounts(&t, yen()).await, [(999, false)]);
        price(&shop, "a", &[(Currency::EUR, 100)]).await;
        settled(&t, &shop).await;
        assert_eq!(amounts(&t, yen()).await, [(200, true), (999, false)]);
        set(&shop, yen(), Draft { active: false, ..in_tens(&t) }).await;
        assert_eq!(amounts(&t, yen()).await, [(999, false)]);
        settled(&t, &shop).await;
        let history = "SELECT COUNT(*) FROM price_history WHERE currency = 'JPY'
            AND variant_id = (SELECT id FROM variant WHERE sku = 'A')";
        assert!(t.number(history).await >= 6, "shoppers are told what it was");
    }

    async fn the_doctor_sees_a_price_that_no_rate_makes(t: TestShop) {
        t.variant("A").await;
        let shop = selling(t.shop(), &[yen()]);
        set(&shop, yen(), in_tens(&t)).await;
        for broken in [
            "UPDATE price SET amount = 1640 WHERE converted",
            "UPDATE price SET compare_at = 5000 WHERE converted",
            "UPDATE currency_conversion SET rate = rate * 2",
            "UPDATE currency_conversion SET active = FALSE",
        ] {
            let mut tx = t.db.begin().await.unwrap();
            assert!(tx.execute(broken, args![]).await.unwrap() > 0);
            assert_eq!(breaches(&mut tx, t.now()).await, ["S2"], "{broken}");
        }
    }

    async fn a_new_rate_goes_through_all_prices_in_whole_steps_whoever_works(t: TestShop) {
        for at in 0..450 {
            t.variant(&format!("V{at:03}")).await;
        }
        let shop = selling(t.shop(), &[yen(), dinar()]);
        currency::save(&shop, &anna(), yen(), in_tens(&t), 0).await.unwrap();
        let mut steps = 0;
        // Every step by a process of its own, with what it knows on disk alone.
        while currency::step(&selling(t.shop(), &[yen()])).await.unwrap() {
            steps += 1;
            let done = t.number("SELECT COUNT(*) FROM price WHERE converted").await;
            assert_eq!(done, [200, 400, 450][(steps - 1).min(2)]);
            assert_eq!(breaches(&mut &t.db, t.now()).await, Vec::<&str>::new());
        }
        assert_eq!(steps, 3);
        // Another rate comes while one is being worked through.
        let again = Draft { rate: currency::parse_rate("100").unwrap(), ..in_tens(&t) };
        currency::save(&shop, &anna(), yen(), again, 1).await.unwrap();
        assert!(currency::step(&shop).await.unwrap());
        let last = Draft { rate: currency::parse_rate("120").unwrap(), ..in_tens(&t) };
        currency::save(&shop, &anna(), yen(), last, 2).await.unwrap();
        let until = CancellationToken::new();
        let other = t.shop();
        let (_, _) = tokio::join!(currency::work(&shop, &until), currency::work(&other, &until));
        work(&shop).await;
        assert_eq!(t.number("SELECT COUNT(*) FROM price WHERE converted AND amount = 1200").await, 450);
        assert_eq!(t.number("SELECT MAX(n) FROM (SELECT COUNT(*) AS n FROM price_history WHERE amount = 1200 GROUP BY variant_id) AS c").await, 1);
        // A rate that changes no price writes none.
        let before = t.number("SELECT COUNT(*) FROM price_history").await;
        currency::save(&shop, &anna(), yen(), Draft { source: "bank".into(), ..in_tens(&t) }, 3).await.unwrap();
        currency::save(&shop, &anna(), yen(), Draft { rate: currency::parse_rate("119.9").unwrap(), ..in_tens(&t) }, 4).await.unwrap();
        work(&shop).await;
        assert_eq!(t.number("SELECT COUNT(*) FROM price_history").await, before);
    }

    async fn sales_and_price_lists_follow(t: TestShop) {
        t.variant("A").await;
        t.variant("B").await;
        let (shop, anna) = (selling(t.shop(), &[yen()]), anna());
        set(&shop, yen(), in_tens(&t)).await;
        let list = price_list::Draft { title: "Ten".into(), active: true, ..price_list::Draft::default() };
        let list = price_list::create(&shop, &anna, &list).await.unwrap();
        price_list::put(&shop, &anna, list, "A,EUR,10,9\nA,EUR,20,8\nA,JPY,20,1111", false).await.unwrap();
        settled(&t, &shop).await;
        let entries = async || {
            let sql = "SELECT min_quantity, amount, converted FROM price_list_entry WHERE currency = 'JPY' ORDER BY min_quantity";
            t.db.fetch_all::<(i64, i64, bool)>(sql, args![]).await.unwrap()
        };
        assert_eq!(entries().await, [(10, 1470, true), (20, 1111, false)]);
        // The merchant sees what was typed alone, and what is put back is that.
        let text = price_list::download(&shop, &anna, list).await.unwrap();
        assert_eq!(text.lines().count(), 4, "{text}");
        assert_eq!(price_list::entries(&shop, &anna, list, None, 10).await.unwrap().items.len(), 3);
        price_list::put(&shop, &anna, list, "A,EUR,10,9.50", true).await.unwrap();
        settled(&t, &shop).await;
        assert_eq!(entries().await, [(10, 1550, true)]);
        // A percentage is taken off what is typed; a price that is named in yen is one.
        let fifth = sale::Draft { title: "Winter".into(), start_at: t.now(), percent: Some(20), end_at: None, ..sale::Draft::default() };
        let percent = sale::create(&shop, &anna, &fifth, true).await.unwrap();
        let until = CancellationToken::new();
        sale::work(&shop, &until).await.unwrap();
        settled(&t, &shop).await;
        let both = vec![("A".to_owned(), 1300, Some(1630), true), ("B".to_owned(), 1300, Some(1630), true)];
        assert_eq!(prices(&t, yen()).await, both);
        sale::cancel(&shop, &anna, percent).await.unwrap();
        sale::work(&shop, &until).await.unwrap();
        settled(&t, &shop).await;
        assert_eq!(amounts(&t, yen()).await, [(1630, true), (1630, true)]);
        let named = sale::Draft { scope: Scope::Prices, percent: None, prices: "A,JPY,500".into(), ..fifth };
        let named = sale::create(&shop, &anna, &named, true).await.unwrap();
        sale::work(&shop, &until).await.unwrap();
        settled(&t, &shop).await;
        set(&shop, yen(), Draft { rate: currency::parse_rate("200").unwrap(), ..in_tens(&t) }).await;
        assert_eq!(amounts(&t, yen()).await, [(500, true), (2000, true)], "the sale's stays while it lasts");
        sale::cancel(&shop, &anna, named).await.unwrap();
        sale::work(&shop, &until).await.unwrap();
        settled(&t, &shop).await;
        assert_eq!(amounts(&t, yen()).await, [(2000, true), (2000, true)]);
    }

    async fn rates_come_from_owners_are_kept_for_ever_and_told_with_their_source(t: TestShop) {
        t.variant("A").await;
        let (shop, anna) = (selling(t.shop(), &[yen(), dinar(), Currency::USD]), anna());
        let clerk: Staff = serde_json::from_value(serde_json::json!({ "id": StaffId::new(), "email": "c@shop.example", "name": "C", "role": Role::Staff })).unwrap();
        assert!(matches!(currency::save(&shop, &clerk, yen(), in_tens(&t), 0).await, Err(Error::Forbidden)));
        assert!(matches!(currency::put_rates(&shop, &clerk, "JPY 1", Currency::EUR, "x").await, Err(Error::Forbidden)));
        let day_ahead = t.now() + 2 * 24 * 60 * 60 * 1000;
        for (draft, currency, field) in [
            (Draft { rate: 0, ..in_tens(&t) }, yen(), "rate"),
            (Draft { source: " ".into(), ..in_tens(&t) }, yen(), "source"),
            (Draft { rated_at: day_ahead, ..in_tens(&t) }, yen(), "rated_at"),
            (Draft { step: 0, ..in_tens(&t) }, yen(), "step"),
            (Draft { less: 10, ..in_tens(&t) }, yen(), "less"),
            (Draft { step: 5, ..in_tens(&t) }, dinar(), "step"),
            (in_tens(&t), Currency::EUR, "currency"),
            (in_tens(&t), Currency::GBP, "currency"),
        ] {
            let refused = currency::save(&shop, &anna, currency, draft, 0).await;
            assert!(matches!(&refused, Err(Error::Invalid(fields)) if fields[0].field == field), "{field}: {refused:?}");
        }
        set(&shop, yen(), in_tens(&t)).await;
        set(&shop, dinar(), Draft { rate: currency::parse_rate("0.33345").unwrap(), ..in_tens(&t) }).await;
        let stale = currency::save(&shop, &anna, yen(), in_tens(&t), 0).await;
        assert!(matches!(stale, Err(Error::Conflict { code: "changed", .. })), "{stale:?}");
        // From a table of rates for one dollar: the quotient.
        let taken = currency::put_rates(&shop, &anna, "EUR 0.8\nJPY 150\nCHF 1", Currency::USD, "bank").await.unwrap();
        assert_eq!((taken.rated, taken.left), (vec![yen()], vec![dinar()]));
        work(&shop).await;
        assert_eq!(amounts(&t, yen()).await, [(1880, true)]);
        let none = currency::put_rates(&shop, &anna, "CHF 1", Currency::EUR, "bank").await;
        assert!(matches!(&none, Err(Error::Invalid(fields)) if fields[0].field == "rates"), "{none:?}");
        let told: Vec<_> = currency::history(&shop, &anna, yen()).await.unwrap();
        let told: Vec<_> = told.iter().map(|one| (currency::rate_text(one.rate), one.source.as_str())).collect();
        assert_eq!(told, [("187.5".to_owned(), "bank"), ("162.5".to_owned(), "by hand")]);
        for lost in ["DELETE FROM currency_rate", "UPDATE currency_rate SET rate = 1"] {
            assert!(t.db.begin().await.unwrap().execute(lost, args![]).await.is_err(), "{lost}");
        }
        let all = currency::standing(&shop, &anna).await.unwrap();
        let of_yen = all.iter().find(|one| one.currency == yen()).unwrap();
        assert_eq!((of_yen.typed, of_yen.converted, of_yen.offered), (0, 1, true));
        let rule = of_yen.rule.as_ref().unwrap();
        assert!(!rule.is_old(t.now()) && rule.is_old(t.now() + 9 * 24 * 60 * 60 * 1000));
        assert_eq!(t.number("SELECT COUNT(*) FROM audit_log WHERE entity = 'currency'").await, 3);
        // What is not sold in a currency is listed.
        t.variant("B").await;
        work(&shop).await;
        let missing = async |currency| {
            let page = currency::missing(&shop, &anna, currency, None, 1).await.unwrap();
            (page.items.iter().map(|one| one.sku.clone()).collect::<Vec<_>>(), page.next.is_some())
        };
        assert_eq!(missing(yen()).await, (vec![], false));
        assert_eq!(missing(Currency::USD).await, (vec!["A".to_owned()], true));
    }
}
