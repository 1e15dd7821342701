//! Sales: they begin, end and are cancelled, whatever happens meanwhile, and leave the prices that there were.

use crate::catalogue::edit::anna;
use crate::support::TestShop;
use crate::support::till::Till;
use shop::cart::{self, LineProblem};
use shop::catalogue::edit;
use shop::db::Read;
use shop::id::SaleId;
use shop::invariant::{self, Moment};
use shop::money::Currency;
use shop::sale::{self, Draft, Scope, State};
use shop::{Error, Shop, args, catalogue};
use tokio_util::sync::CancellationToken;

const HOUR_MS: i64 = 60 * 60 * 1000;

/// Variant, currency, amount, struck-through amount: all prices of the shop.
type Prices = Vec<(String, String, i64, Option<i64>)>;

async fn prices(t: &TestShop) -> Prices {
    let sql = "SELECT v.sku, r.currency, r.amount, r.compare_at FROM price r JOIN variant v ON v.id = r.variant_id
        ORDER BY v.sku, r.currency";
    t.db.fetch_all(sql, args![]).await.unwrap()
}

fn amounts(prices: &Prices) -> Vec<(&str, i64, Option<i64>)> {
    prices.iter().map(|(sku, _, amount, compare_at)| (sku.as_str(), *amount, *compare_at)).collect()
}

async fn sql(t: &TestShop, text: &str) {
    let mut tx = t.db.begin().await.unwrap();
    tx.execute(text, args![]).await.unwrap();
    tx.commit().await.unwrap();
}

/// `count` variants `V000`, `V001`, … of 10.00 EUR each; every third has a struck-through price of 15.00 already.
async fn many(t: &TestShop, count: usize) -> Prices {
    for at in 0..count {
        t.variant(&format!("V{at:03}")).await;
    }
    sql(t, "UPDATE price SET compare_at = 1500 WHERE variant_id IN (SELECT id FROM variant WHERE sku LIKE '%3')").await;
    prices(t).await
}

fn fifth_off(t: &TestShop) -> Draft {
    Draft {
        title: "Winter".into(),
        start_at: t.now() + HOUR_MS,
        end_at: Some(t.now() + 3 * HOUR_MS),
        percent: Some(20),
        ..Draft::default()
    }
}

async fn scheduled(t: &TestShop, draft: &Draft) -> SaleId {
    sale::create(&t.shop(), &anna(), draft, true).await.unwrap()
}

async fn work(shop: &Shop) -> usize {
    sale::work(shop, &CancellationToken::new()).await.unwrap()
}

async fn state(t: &TestShop, id: SaleId) -> State {
    sale::detail(&t.shop(), &anna(), id).await.unwrap().summary.state
}

/// How many prices are held, returned, released, skipped.
async fn counts(t: &TestShop, id: SaleId) -> [i64; 4] {
    let s = sale::detail(&t.shop(), &anna(), id).await.unwrap().summary;
    [s.held, s.returned, s.released, s.skipped]
}

async fn breaches(db: &mut impl Read, now: i64) -> Vec<&'static str> {
    let verdicts = invariant::check(db, Moment::Busy, now).await.unwrap();
    invariant::breaches(&verdicts).iter().map(|breach| breach.rule).collect()
}

on_both_engines! {
    async fn a_sale_begins_and_ends_at_its_time_and_leaves_the_former_prices(t: TestShop) {
        let before = many(&t, 7).await;
        let id = scheduled(&t, &fifth_off(&t)).await;
        assert_eq!((work(&t.shop()).await, state(&t, id).await), (0, State::Scheduled));
        t.clock.advance(HOUR_MS);
        assert!(work(&t.shop()).await > 0);
        assert_eq!((state(&t, id).await, counts(&t, id).await), (State::Running, [7, 0, 0, 0]));
        assert!(prices(&t).await.iter().all(|(_, _, amount, was)| (*amount, *was) == (800, Some(1000))));
        let shown = catalogue::product_by_slug(&t.shop(), "v000", Currency::EUR).await.unwrap().variants.remove(0);
        let money = |amount| Currency::EUR.money(amount);
        assert_eq!((shown.price, shown.compare_at, shown.lowest_before), (money(800), Some(money(1000)), Some(money(1000))));
        assert_eq!(breaches(&mut &t.db, t.now()).await, Vec::<&str>::new());
        assert_eq!(work(&t.shop()).await, 0, "nothing is due until the end");
        t.clock.advance(2 * HOUR_MS);
        assert!(work(&t.shop()).await > 0);
        assert_eq!((state(&t, id).await, counts(&t, id).await), (State::Ended, [0, 7, 0, 0]));
        assert_eq!(prices(&t).await, before);
        let actions: Vec<(String,)> = t.db.fetch_all("SELECT action FROM audit_log WHERE entity = 'sale' ORDER BY at, id", args![]).await.unwrap();
        assert_eq!(actions.iter().map(|a| a.0.as_str()).collect::<Vec<_>>(), ["sale.create", "sale.start", "sale.end"]);
        assert_eq!(t.number("SELECT COUNT(*) FROM price_history WHERE amount = 800").await, 7, "the history knows");
    }

    async fn a_crash_after_any_step_is_gone_on_from(t: TestShop) {
        let before = many(&t, 450).await;
        for cancelled in [false, true] {
            let id = scheduled(&t, &fifth_off(&t)).await;
            t.clock.advance(HOUR_MS);
            // Every step by a process of its own, with what it knows on disk alone.
            let mut partly = false;
            while state(&t, id).await != State::Running {
                assert!(sale::step(&t.shop()).await.unwrap());
                let held = counts(&t, id).await[0];
                partly |= held > 0 && held < 450;
                assert_eq!(breaches(&mut &t.db, t.now()).await, Vec::<&str>::new());
            }
            assert!(partly, "it took several transactions");
            assert_eq!(counts(&t, id).await, [450, 0, 0, 0]);
            if cancelled {
                sale::cancel(&t.shop(), &anna(), id).await.unwrap();
            } else {
                t.clock.advance(2 * HOUR_MS);
            }
            while state(&t, id).await != if cancelled { State::Cancelled } else { State::Ended } {
                assert!(sale::step(&t.shop()).await.unwrap());
                assert_eq!(breaches(&mut &t.db, t.now()).await, Vec::<&str>::new());
            }
            assert_eq!((prices(&t).await, counts(&t, id).await), (before.clone(), [0, 450, 0, 0]));
        }
    }

    async fn a_sale_cancelled_while_it_begins_leaves_the_former_prices(t: TestShop) {
        let before = many(&t, 250).await;
        let id = scheduled(&t, &Draft { end_at: None, ..fifth_off(&t) }).await;
        t.clock.advance(HOUR_MS);
        for _ in 0..2 {
            assert!(sale::step(&t.shop()).await.unwrap());
        }
        assert_eq!(counts(&t, id).await, [200, 0, 0, 0]);
        sale::cancel(&t.shop(), &anna(), id).await.unwrap();
        assert!(matches!(sale::cancel(&t.shop(), &anna(), id).await, Err(Error::Conflict { .. })));
        work(&t.shop()).await;
        assert_eq!((state(&t, id).await, prices(&t).await), (State::Cancelled, before));
    }

    async fn two_workers_write_each_price_once(t: TestShop) {
        let before = many(&t, 420).await;
        let id = scheduled(&t, &fifth_off(&t)).await;
        t.clock.advance(HOUR_MS);
        let (one, other) = (t.shop(), t.shop());
        for end in [false, true] {
            if end {
                t.clock.advance(2 * HOUR_MS);
            }
            // One may give a step up to the other; nobody writes one twice.
            for _ in 0..10 {
                let until = CancellationToken::new();
                let (_, _) = tokio::join!(sale::work(&one, &until), sale::work(&other, &until));
            }
            assert_eq!(counts(&t, id).await, if end { [0, 420, 0, 0] } else { [420, 0, 0, 0] });
        }
        assert_eq!((prices(&t).await, state(&t, id).await), (before, State::Ended));
        assert_eq!(t.number("SELECT COUNT(*) FROM audit_log WHERE action IN ('sale.start', 'sale.end')").await, 2);
        assert_eq!(t.number("SELECT MAX(n) FROM (SELECT COUNT(*) AS n FROM price_history WHERE amount = 800 GROUP BY variant_id) AS c").await, 1);
    }

    async fn what_is_changed_by_hand_meanwhile_stays(t: TestShop) {
        for sku in ["A", "B", "C", "D", "E"] {
            t.variant(sku).await;
        }
        let (shop, anna) = (t.shop(), anna());
        let early = edit::load(&shop, &anna, "a").await.unwrap();
        let id = scheduled(&t, &fifth_off(&t)).await;
        t.clock.advance(HOUR_MS);
        work(&shop).await;
        // A form from before the sale would write the old price back.
        let stale = edit::update(&shop, &anna, early.id, early.draft, early.version).await;
        assert!(matches!(stale, Err(Error::Conflict { .. })), "{stale:?}");
        let held = sale::held(&shop, &anna, early.id).await.unwrap();
        assert_eq!((held.len(), held[0].sku.as_str(), held[0].sale.as_str()), (1, "A", "Winter"));
        // A: another title only. B: another price. C: no price any more. D: its variant goes.
        let mut a = edit::load(&shop, &anna, "a").await.unwrap();
        a.draft.title = "Another".into();
        edit::update(&shop, &anna, a.id, a.draft, a.version).await.unwrap();
        let mut b = edit::load(&shop, &anna, "b").await.unwrap();
        (b.draft.variants[0].prices[0].amount, b.draft.variants[0].prices[0].compare_at) = (700, None);
        edit::update(&shop, &anna, b.id, b.draft, b.version).await.unwrap();
        assert!(sale::held(&shop, &anna, b.id).await.unwrap().is_empty());
        sql(&t, "DELETE FROM price WHERE variant_id = (SELECT id FROM variant WHERE sku = 'C')").await;
        sql(&t, "DELETE FROM variant WHERE sku = 'D'").await;
        assert_eq!(counts(&t, id).await, [2, 0, 2, 0]);
        assert_eq!(breaches(&mut &t.db, t.now()).await, Vec::<&str>::new());
        let released = sale::items(&shop, &anna, id, "released", None, 10).await.unwrap().items;
        let shown: Vec<_> = released.iter().map(|i| (i.sku.as_str(), i.now.map(|m| m.amount))).collect();
        assert_eq!(shown, [("B", Some(700)), ("C", None)]);
        t.clock.advance(2 * HOUR_MS);
        work(&shop).await;
        assert_eq!(amounts(&prices(&t).await), [("A", 1000, None), ("B", 700, None), ("E", 1000, None)]);
        assert_eq!(counts(&t, id).await, [0, 2, 2, 0]);
    }

    async fn two_sales_never_hold_one_price(t: TestShop) {
        for sku in ["A", "B"] {
            t.variant(sku).await;
        }
        let before = prices(&t).await;
        let (shop, anna) = (t.shop(), anna());
        let a = Draft { scope: Scope::Products, products: "A".into(), ..fifth_off(&t) };
        let first = scheduled(&t, &a).await;
        let second = scheduled(&t, &Draft { title: "Half".into(), percent: Some(50), start_at: a.start_at + 1, end_at: Some(t.now() + 5 * HOUR_MS), ..fifth_off(&t) }).await;
        let third = scheduled(&t, &Draft { title: "Next".into(), start_at: a.end_at.unwrap(), end_at: None, ..a.clone() }).await;
        t.clock.advance(HOUR_MS + 1);
        work(&shop).await;
        assert_eq!((counts(&t, first).await, counts(&t, second).await), ([1, 0, 0, 0], [1, 0, 0, 1]));
        assert_eq!(amounts(&prices(&t).await), [("A", 800, Some(1000)), ("B", 500, Some(1000))]);
        let skipped = sale::items(&shop, &anna, second, "skipped", None, 10).await.unwrap().items;
        assert_eq!((skipped[0].sku.as_str(), skipped[0].reason.as_str()), ("A", "other_sale"));
        // The one that begins as another ends finds its price free, and the former one.
        t.clock.advance(2 * HOUR_MS);
        work(&shop).await;
        assert_eq!((state(&t, first).await, counts(&t, third).await), (State::Ended, [1, 0, 0, 0]));
        assert_eq!(amounts(&prices(&t).await)[0], ("A", 800, Some(1000)));
        sale::cancel(&shop, &anna, third).await.unwrap();
        t.clock.advance(2 * HOUR_MS);
        work(&shop).await;
        assert_eq!(prices(&t).await, before);
        let twice = "INSERT INTO sale_item (sale_id, variant_id, currency, state, former_amount, amount)
            SELECT s.id, v.id, 'USD', 'held', 2, 1 FROM sale s, variant v WHERE v.sku = 'A'";
        assert!(t.db.begin().await.unwrap().execute(twice, args![]).await.is_err(), "the schema refuses two holders");
    }

    async fn a_sale_is_about_what_it_names(t: TestShop) {
        for sku in ["A", "B", "C", "FREE"] {
            t.variant(sku).await;
        }
        sql(&t, "UPDATE price SET amount = 0 WHERE variant_id = (SELECT id FROM variant WHERE sku = 'FREE')").await;
        sql(&t, "INSERT INTO price (variant_id, currency, amount) SELECT id, 'JPY', 999 FROM variant WHERE sku = 'A'").await;
        sql(&t, "UPDATE product SET brand = 'Acme' WHERE slug IN ('a', 'b')").await;
        let (top, below) = (shop::id::CategoryId::new(), shop::id::CategoryId::new());
        let mut tx = t.db.begin().await.unwrap();
        tx.execute("INSERT INTO category (id, slug, title) VALUES ($1, 'top', 'Top')", args![top]).await.unwrap();
        tx.execute("INSERT INTO category (id, parent_id, slug, title) VALUES ($1, $2, 'below', 'Below')", args![below, top]).await.unwrap();
        tx.execute("INSERT INTO product_category (category_id, product_id) SELECT $1, id FROM product WHERE slug = 'b'", args![below]).await.unwrap();
        tx.commit().await.unwrap();
        let before = prices(&t).await;
        let (shop, anna) = (t.shop(), anna());
        let all = Draft { start_at: t.now(), end_at: None, ..fifth_off(&t) };
        let cases: [(Draft, Vec<(&str, i64)>); 5] = [
            (all.clone(), vec![("A", 800), ("A", 799), ("B", 800), ("C", 800)]),
            (Draft { scope: Scope::Brand, brand: "Acme".into(), ..all.clone() }, vec![("A", 800), ("A", 799), ("B", 800)]),
            (Draft { scope: Scope::Categories, categories: vec![top], ..all.clone() }, vec![("B", 800)]),
            (Draft { scope: Scope::Products, products: "SKU\nC\n".into(), ..all.clone() }, vec![("C", 800)]),
            (Draft { scope: Scope::Prices, percent: None, prices: "A,JPY,500\nB,EUR,9.99\nC,EUR,10".into(), ..all }, vec![("A", 500), ("B", 999)]),
        ];
        for (draft, reduced) in cases {
            let id = scheduled(&t, &draft).await;
            let stored = sale::detail(&shop, &anna, id).await.unwrap();
            let preview = sale::preview(&shop, &anna, &stored.summary).await.unwrap();
            let lower = preview.examples.iter().filter(|example| example.then.is_some()).count();
            assert_eq!(lower, reduced.len(), "{draft:?} {preview:?}");
            work(&shop).await;
            let mut written: Vec<_> = prices(&t).await.into_iter().filter(|p| !before.contains(p)).map(|p| (p.0, p.2)).collect();
            written.sort_by_key(|(sku, amount)| (sku.clone(), -amount));
            assert_eq!(written.iter().map(|(sku, amount)| (sku.as_str(), *amount)).collect::<Vec<_>>(), reduced);
            sale::cancel(&shop, &anna, id).await.unwrap();
            work(&shop).await;
            assert_eq!(prices(&t).await, before);
        }
    }

    async fn what_cannot_be_is_refused_by_field_and_changes_nothing(t: TestShop) {
        t.variant("A").await;
        let (shop, anna) = (t.shop(), anna());
        let good = fifth_off(&t);
        let named = |text: &str| Draft { scope: Scope::Prices, percent: None, prices: text.into(), ..fifth_off(&t) };
        let bad = [
            ("title", Draft { title: " ".into(), ..good.clone() }),
            ("title", Draft { title: "x".repeat(201), ..good.clone() }),
            ("percent", Draft { percent: None, ..good.clone() }),
            ("percent", Draft { percent: Some(0), ..good.clone() }),
            ("percent", Draft { percent: Some(-5), ..good.clone() }),
            ("percent", Draft { percent: Some(100), ..good.clone() }),
            ("end_at", Draft { end_at: Some(good.start_at), ..good.clone() }),
            ("end_at", Draft { start_at: t.now() - 2, end_at: Some(t.now() - 1), ..good.clone() }),
            ("start_at", Draft { start_at: i64::MAX, end_at: None, ..good.clone() }),
            ("start_at", Draft { start_at: -1, ..good.clone() }),
            ("brand", Draft { scope: Scope::Brand, ..good.clone() }),
            ("category", Draft { scope: Scope::Categories, ..good.clone() }),
            ("category", Draft { scope: Scope::Categories, categories: vec![shop::id::CategoryId::new()], ..good.clone() }),
            ("products", Draft { scope: Scope::Products, products: "NONE".into(), ..good.clone() }),
            ("prices", named("A,EUR,-1")),
            ("prices", named("A,XXX,1")),
            ("prices", named("NONE,EUR,1")),
            ("prices", named("A,EUR,999999999999999")),
            ("prices", named(&"A,EUR,1\n".repeat(1_300_000))),
        ];
        for (field, draft) in bad {
            for scheduled in [true, false] {
                let Err(Error::Invalid(fields)) = sale::create(&shop, &anna, &draft, scheduled).await else {
                    assert!(field == "end_at" && !scheduled, "{draft:?} was taken");
                    continue;
                };
                assert_eq!(fields[0].field, field, "{fields:?}");
            }
        }
        assert_eq!(t.number("SELECT COUNT(*) FROM sale WHERE state <> 'draft'").await, 0);
        assert_eq!(t.number("SELECT COUNT(*) FROM sale_entry").await, 0);
        // One that has begun is not written over.
        let id = scheduled(&t, &good).await;
        assert!(matches!(sale::update(&shop, &anna, id, &good, true, 7).await, Err(Error::Conflict { .. })));
        sale::update(&shop, &anna, id, &Draft { percent: Some(30), ..good.clone() }, true, 1).await.unwrap();
        t.clock.advance(HOUR_MS);
        work(&shop).await;
        assert!(matches!(sale::update(&shop, &anna, id, &good, true, 2).await, Err(Error::Conflict { .. })));
        assert!(matches!(sale::delete(&shop, &anna, id).await, Err(Error::Conflict { .. })));
        assert_eq!(prices(&t).await[0].2, 700);
        assert!(matches!(sale::cancel(&shop, &anna, SaleId::new()).await, Err(Error::NotFound(_))));
    }

    async fn a_shop_that_slept_through_a_sale_writes_nothing(t: TestShop) {
        let before = many(&t, 3).await;
        let id = scheduled(&t, &fifth_off(&t)).await;
        t.clock.advance(24 * HOUR_MS);
        work(&t.shop()).await;
        assert_eq!((state(&t, id).await, prices(&t).await), (State::Ended, before));
        assert_eq!(t.number("SELECT COUNT(*) FROM price_history").await, 3, "three prices as they were made");
    }

    async fn a_sale_that_ends_between_cart_and_pay_is_confirmed_first(t: TestShop) {
        t.stock("MUG", 9).await;
        let till = Till::open(&t).await;
        let id = scheduled(&t, &Draft { start_at: t.now(), end_at: None, ..fifth_off(&t) }).await;
        work(&till.shop).await;
        let (visitor, view) = till.guest("MUG", 2).await;
        assert_eq!(cart::load(&till.shop, &visitor).await.unwrap().unwrap().subtotal.amount, 1600);
        sale::cancel(&till.shop, &anna(), id).await.unwrap();
        work(&till.shop).await;
        let refused = till.place(&visitor, &view, "late", shop::checkout::PaymentWay::Embedded).await;
        assert!(matches!(&refused, Err(Error::Conflict { .. })), "{refused:?}");
        let line = cart::load(&till.shop, &visitor).await.unwrap().unwrap().lines.remove(0);
        let money = |amount| Currency::EUR.money(amount);
        assert_eq!(line.problem, Some(LineProblem::PriceChanged { from: money(800), to: money(1000) }));
        assert_eq!(t.number("SELECT COUNT(*) FROM orders").await, 0);
    }

    async fn a_doctor_sees_a_held_price_that_is_another(t: TestShop) {
        many(&t, 2).await;
        scheduled(&t, &Draft { start_at: t.now(), ..fifth_off(&t) }).await;
        work(&t.shop()).await;
        for broken in ["UPDATE sale_item SET amount = amount - 1", "UPDATE sale SET state = 'ended'"] {
            let mut tx = t.db.begin().await.unwrap();
            assert_eq!(breaches(&mut tx, t.now()).await, Vec::<&str>::new());
            tx.execute(broken, args![]).await.unwrap();
            assert!(breaches(&mut tx, t.now()).await.contains(&"S1"), "{broken}");
        }
    }
}
