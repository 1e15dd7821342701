//! Collections: what rules take, kept as products and rules change; places by hand; what search finds of them.

mod hand;
mod rule;

use crate::catalogue::anna;
use crate::support::TestShop;
use shop::collection::{self, Bound, Condition, Draft, Kind, Matching, Order, Rule};
use shop::id::{CollectionId, ProductId};
use shop::money::Currency;
use shop::{Error, Shop, args};
use tokio_util::sync::CancellationToken;

pub async fn keep_up(shop: &Shop) -> usize {
    let mut done = 0;
    loop {
        // On PostgreSQL a change waits for older transactions of other databases, too.
        let more = collection::keep_up(shop, &CancellationToken::new()).await.unwrap();
        done += more;
        let behind =
            "SELECT COUNT(*) FROM product_change c JOIN collection_feed f ON c.transaction_id > f.transaction_id
            OR (c.transaction_id = f.transaction_id AND c.seq > f.seq)";
        let (behind,): (i64,) = shop.db.fetch_one(behind, args![]).await.unwrap();
        let (rules,): (i64,) =
            shop.db.fetch_one("SELECT COUNT(*) FROM collection WHERE kind = 'rule'", args![]).await.unwrap();
        if more == 0 && (behind == 0 || rules == 0) {
            return done;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}

pub fn by_hand(title: &str) -> Draft {
    Draft { title: title.into(), published: true, ..Draft::default() }
}

pub fn by_rule(title: &str, matching: Matching, conditions: Vec<Condition>) -> Draft {
    let rule = Some(Rule { matching, conditions });
    Draft { kind: Kind::Rule, rule, order: Order::Newest, ..by_hand(title) }
}

pub fn cheap(amount: i64) -> Condition {
    Condition::Price { is: Bound::AtMost, currency: Currency::EUR, amount }
}

pub async fn product(t: &TestShop, slug: &str) -> ProductId {
    t.db.fetch_one::<(ProductId,)>("SELECT id FROM product WHERE slug = $1", args![slug]).await.unwrap().0
}

/// Slugs of what is in it.
pub async fn inside(t: &TestShop, id: CollectionId) -> Vec<String> {
    let sql = "SELECT p.slug FROM collection_product m JOIN product p ON p.id = m.product_id
        WHERE m.collection_id = $1 ORDER BY CASE WHEN m.place IS NULL THEN 1 ELSE 0 END, m.place, p.slug";
    t.db.fetch_all::<(String,)>(sql, args![id]).await.unwrap().into_iter().map(|(slug,)| slug).collect()
}

pub async fn run(t: &TestShop, sql: &str, slug: &str) {
    let mut tx = t.db.begin().await.unwrap();
    assert!(tx.execute(sql, args![slug]).await.unwrap() > 0, "{sql}");
    tx.commit().await.unwrap();
}

pub fn fields(error: Error) -> Vec<String> {
    let Error::Invalid(fields) = error else { panic!("{error}") };
    fields.into_iter().map(|field| field.field).collect()
}

on_both_engines! {
    async fn a_collection_is_made_changed_and_logged(t: TestShop) {
        let (shop, anna) = (t.shop(), anna());
        let id = collection::create(&shop, &anna, by_hand("Für Ärzte & Köche")).await.unwrap();
        let edited = collection::load(&shop, &anna, id).await.unwrap();
        assert_eq!((edited.draft.slug.as_str(), edited.version), ("fuer-aerzte-koeche", 1));
        let changed = Draft { title: "Cooks".into(), slug: "cooks".into(), ..edited.draft };
        collection::update(&shop, &anna, id, changed.clone(), 1).await.unwrap();
        // The old address leads to the new one, and a late colleague overwrites nothing.
        let leads = async |path: &str| shop::redirect::find(&shop, path).await.unwrap().map(|moved| moved.target);
        assert_eq!(leads("/collections/fuer-aerzte-koeche").await.as_deref(), Some("/collections/cooks"));
        let late = collection::update(&shop, &anna, id, by_hand("Late"), 1).await.unwrap_err();
        assert_eq!(late.problem().code, "changed");
        assert_eq!(collection::by_slug(&shop, "cooks").await.unwrap().title, "Cooks");
        // Hidden, it is nowhere, and nobody is sent there.
        collection::update(&shop, &anna, id, Draft { published: false, ..changed }, 2).await.unwrap();
        assert_eq!(collection::by_slug(&shop, "cooks").await.unwrap_err().status(), 404);
        assert_eq!(leads("/collections/fuer-aerzte-koeche").await, None);
        assert!(collection::published(&shop, 10).await.unwrap().is_empty());
        collection::remove(&shop, &anna, id).await.unwrap();
        assert_eq!(collection::remove(&shop, &anna, id).await.unwrap_err().status(), 404);
        let log = "SELECT COUNT(*) FROM audit_log WHERE entity = 'collection' AND actor LIKE 'staff:%'";
        assert_eq!(t.number(log).await, 4);
    }

    async fn what_is_out_of_bounds_is_refused_by_field_and_changes_nothing(t: TestShop) {
        let (shop, anna) = (t.shop(), anna());
        collection::create(&shop, &anna, by_hand("Taken")).await.unwrap();
        let long = "x".repeat(10 * 1024);
        let gone = Condition::Category { within: true, id: shop::id::CategoryId::new() };
        for (draft, field) in [
            (by_hand(""), "title"),
            (by_hand(" "), "title"),
            (Draft { slug: "ok".into(), ..by_hand(&long) }, "title"),
            (Draft { slug: "Not A Slug".into(), ..by_hand("T") }, "slug"),
            (Draft { slug: "a".repeat(121), ..by_hand("T") }, "slug"),
            (by_hand("Taken"), "slug"),
            (Draft { description: long.clone(), ..by_hand("T") }, "description"),
            (Draft { seo_title: long.clone(), ..by_hand("T") }, "seo_title"),
            (Draft { seo_description: "a\0".into(), ..by_hand("T") }, "seo_description"),
            (Draft { kind: Kind::Rule, ..by_hand("T") }, "conditions"),
            (by_rule("T", Matching::All, vec![]), "conditions"),
            (by_rule("T", Matching::All, vec![cheap(1), cheap(-1)]), "conditions.1.value"),
            (by_rule("T", Matching::All, vec![gone]), "conditions.0.value"),
            (by_rule("T", Matching::All, vec![cheap(1); 21]), "conditions"),
        ] {
            let told = fields(collection::create(&shop, &anna, draft).await.unwrap_err());
            assert!(!told.is_empty() && told.iter().all(|name| name == field), "{field}: {told:?}");
        }
        assert_eq!(t.number("SELECT COUNT(*) FROM collection").await, 1);
    }
}
