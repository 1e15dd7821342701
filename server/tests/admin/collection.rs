//! Collections over HTTP: made by hand and by rule, counted, shown to shoppers, programs and search engines.

use super::{owner, page, send};
use crate::page_cache::asked;
use crate::search::catch_up;
use crate::support::{Site, header};
use serde_json::Value;
use shop::{args, worker};

async fn id_of(site: &Site, slug: &str) -> String {
    let sql = "SELECT id FROM product WHERE slug = $1";
    site.shop.db.fetch_one::<(shop::id::ProductId,)>(sql, args![slug]).await.unwrap().0.to_string()
}

async fn made(site: &Site, session: &str, fields: &[(&str, &str)]) -> String {
    let (status, place, text) = send(site, "/admin/collections/new", session, fields).await;
    assert_eq!(status, 303, "{text}");
    place
}

/// Addresses of the products of a list, in order.
async fn cards(site: &Site, path: &str) -> Vec<String> {
    catch_up(site).await;
    let answer = asked(site, path).await;
    assert_eq!(answer.status(), 200, "{path}");
    let text = answer.text().await.unwrap();
    let mut found: Vec<String> =
        text.split("href=\"/p/").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect();
    found.dedup();
    found
}

const RULE: [(&str, &str); 8] = [
    ("kind", "rule"),
    ("title", "Bargains"),
    ("order", "price_low"),
    ("published", "on"),
    ("match", "all"),
    ("conditions.0.on", "price:EUR"),
    ("conditions.0.is", "at_most"),
    ("conditions.0.value", "10"),
];

over_http! {
    async fn a_collection_by_hand_is_filled_arranged_and_shown(site: Site) {
        catch_up(&site).await;
        let olga = owner(&site).await;
        let place = made(&site, &olga, &[("kind", "hand"), ("title", "My things"), ("order", "place"), ("published", "on")]).await;
        let (cup, bowl) = (id_of(&site, "cup").await, id_of(&site, "bowl").await);
        let found = page(&site, &format!("{place}?q=cup"), &olga).await;
        assert!(found.contains(&format!("value=\"{cup}\"")) && !found.contains(&format!("value=\"{bowl}\"")), "{found}");
        let both = [("item", cup.as_str()), ("item", bowl.as_str())];
        assert_eq!(send(&site, &format!("{place}/add"), &olga, &both).await.0, 303);
        assert_eq!(cards(&site, "/collections/my-things").await, ["cup", "bowl"]);
        // Dropped before another; the kept page is drawn anew.
        let drop = [("item", bowl.as_str()), ("before", cup.as_str())];
        assert_eq!(send(&site, &format!("{place}/move"), &olga, &drop).await.0, 303);
        assert_eq!(cards(&site, "/collections/my-things").await, ["bowl", "cup"]);
        assert_eq!(send(&site, &format!("{place}/move"), &olga, &[("item", &bowl), ("do", "down")]).await.0, 303);
        assert_eq!(cards(&site, "/collections/my-things").await, ["cup", "bowl"]);
        assert_eq!(cards(&site, "/collections/my-things?in_stock=1&price_to=10").await.len(), 2);
        // Programs see the same.
        let api = site.get("/api/v1/collections").send().await.unwrap().json::<Value>().await.unwrap();
        assert_eq!(api[0]["slug"], "my-things");
        let path = "/api/v1/collections/my-things/products";
        let listed = site.get(path).send().await.unwrap().json::<Value>().await.unwrap();
        assert_eq!((&listed["total"], &listed["items"][0]["slug"]), (&2.into(), &"cup".into()));
        for (query, status) in [("?limit=1&page=2", 200), ("?strange=1", 422), ("?limit=0", 422)] {
            assert_eq!(site.get(&format!("{path}{query}")).send().await.unwrap().status(), status, "{query}");
        }
        assert_eq!(site.get("/api/v1/collections/none/products").send().await.unwrap().status(), 404);
        // In the sitemap and on the front page, until it is hidden; then it is nowhere.
        let map = async || {
            let index = site.get("/sitemap.xml").send().await.unwrap().text().await.unwrap();
            let Some(part) = index.split("/sitemap/collections-").nth(1) else { return String::new() };
            let part = format!("/sitemap/collections-{}", part.split('<').next().unwrap());
            site.get(&part).send().await.unwrap().text().await.unwrap()
        };
        assert!(map().await.contains("/collections/my-things</loc>"));
        assert!(asked(&site, "/").await.text().await.unwrap().contains("href=\"/collections/my-things\""));
        let renamed = [("version", "1"), ("title", "Mine"), ("slug", "mine"), ("order", "place"), ("published", "on")];
        assert_eq!(send(&site, &place, &olga, &renamed).await.0, 303);
        assert_eq!(header(&asked(&site, "/collections/my-things").await, "location"), "/collections/mine");
        assert_eq!(send(&site, &place, &olga, &renamed).await.0, 409, "an old page overwrites nothing");
        let hidden = [("version", "2"), ("title", "Mine"), ("slug", "mine"), ("order", "place")];
        assert_eq!(send(&site, &place, &olga, &hidden).await.0, 303);
        assert_eq!(asked(&site, "/collections/mine").await.status(), 404);
        assert_eq!(asked(&site, "/collections/my-things").await.status(), 404);
        assert!(!asked(&site, "/").await.text().await.unwrap().contains("/collections/"));
        assert_eq!(map().await, "");
        assert_eq!(send(&site, &format!("{place}/delete"), &olga, &[]).await.0, 303);
        assert_eq!(site.number("SELECT COUNT(*) FROM collection_product").await, 0);
    }

    async fn a_collection_by_rule_is_counted_filled_and_kept(site: Site) {
        catch_up(&site).await;
        let olga = owner(&site).await;
        let count = async |fields: &[(&str, &str)]| {
            let answer = site.form("/admin/collections/count", fields).header("cookie", format!("mercer={olga}")).send().await.unwrap();
            assert_eq!(answer.status(), 200);
            answer.json::<Value>().await.unwrap()["text"].as_str().unwrap().to_owned()
        };
        assert_eq!(count(&RULE).await, "2 products in it.");
        let mut half = RULE;
        half[7] = ("conditions.0.value", "ch");
        assert!(count(&half).await.contains("Enter an amount"));
        // The same without a script: by a button, with everything that was typed.
        let with = |extra| RULE.iter().copied().chain([extra]).collect::<Vec<_>>();
        let (shown, _, text) = send(&site, "/admin/collections/new", &olga, &with(("do", "count"))).await;
        assert!(shown == 200 && text.contains("2 products in it.") && text.contains("value=\"Bargains\""), "{text}");
        let (more, _, text) = send(&site, "/admin/collections/new", &olga, &with(("do", "more"))).await;
        assert!(more == 200 && text.contains("conditions.2.value") && !text.contains("conditions.3.value"), "{text}");
        assert_eq!(site.number("SELECT COUNT(*) FROM collection").await, 0);

        let place = made(&site, &olga, &RULE).await;
        assert!(page(&site, &place, &olga).await.contains("The rule has been asked about 0 of 2 products so far."));
        worker::run_once(&site.shop).await.unwrap();
        assert_eq!(cards(&site, "/collections/bargains").await.len(), 2);
        assert!(!page(&site, &place, &olga).await.contains("has been asked about"));
        // What becomes dear leaves within the index's next look.
        let mut tx = site.shop.db.begin().await.unwrap();
        let dear = "UPDATE price SET amount = 1001 WHERE variant_id = (SELECT id FROM variant WHERE sku = 'CUP')";
        tx.execute(dear, args![]).await.unwrap();
        tx.commit().await.unwrap();
        loop {
            worker::run_once(&site.shop).await.unwrap();
            if site.number("SELECT COUNT(*) FROM collection_product").await == 1 {
                break;
            }
        }
        assert_eq!(cards(&site, "/collections/bargains").await, ["bowl"]);
        let bowl = id_of(&site, "bowl").await;
        for (verb, status) in [("pin", 303), ("unpin", 303), ("take-out", 303), ("add", 303)] {
            assert_eq!(send(&site, &format!("{place}/{verb}"), &olga, &[("item", &bowl)]).await.0, status, "{verb}");
        }
        assert!(page(&site, &place, &olga).await.contains("A rule says what is in this collection."));
        // It stays by rule whatever is sent.
        let by_hand = [("version", "1"), ("kind", "hand"), ("title", "Bargains"), ("order", "newest")];
        let (refused, _, text) = send(&site, &place, &olga, &by_hand).await;
        assert!(refused == 422 && text.contains("At least one condition."), "{text}");
    }

    async fn what_cannot_be_read_is_refused_by_field(site: Site) {
        let olga = owner(&site).await;
        let long = "x".repeat(10 * 1024);
        for (at, value, words) in [
            (1, "", "Please fill this in."),
            (1, long.as_str(), "At most 200 characters."),
            (2, "sideways", "Choose an order of the list."),
            (5, "price:XXX", "Choose what the condition is about."),
            (5, "colour", "Choose what the condition is about."),
            (6, "contains", "At least or at most."),
            (7, "-5", "Enter an amount"),
            (7, "", "Enter an amount"),
        ] {
            let mut fields = RULE;
            fields[at].1 = value;
            let (status, _, text) = send(&site, "/admin/collections/new", &olga, &fields).await;
            assert!(status == 422 && text.contains(words), "{value}: {status} {text}");
        }
        let fields = RULE.iter().copied().chain([("strange", "1"), ("conditions.77.on", "title")]).collect::<Vec<_>>();
        made(&site, &olga, &fields).await;
        let (taken, _, text) = send(&site, "/admin/collections/new", &olga, &RULE).await;
        assert!(taken == 422 && text.contains("Already in use."), "{text}");
        assert_eq!(site.number("SELECT COUNT(*) FROM collection").await, 1);
        let none = shop::id::CollectionId::new();
        assert_eq!(send(&site, &format!("/admin/collections/{none}"), &olga, &RULE).await.0, 404);
        assert_eq!(send(&site, &format!("/admin/collections/{none}/move"), &olga, &[("item", "x")]).await.0, 422);
    }

    async fn strangers_and_other_sites_change_nothing(site: Site) {
        let olga = owner(&site).await;
        let place = made(&site, &olga, &RULE).await;
        for path in ["", "/add", "/move", "/take-out", "/pin", "/unpin", "/delete"] {
            let path = format!("{place}{path}");
            let stranger = site.form(&path, &[("version", "1")]).send().await.unwrap();
            assert_eq!((stranger.status().as_u16(), header(&stranger, "location").as_str()), (303, "/admin/login"), "{path}");
            let foreign = site.ask(http::Method::POST, &path).header("origin", "https://evil.example")
                .header("cookie", format!("mercer={olga}")).form(&[("version", "1")]).send().await.unwrap();
            assert_eq!(foreign.status(), 403, "{path}");
        }
        let counting = site.form("/admin/collections/count", &RULE).send().await.unwrap();
        assert_eq!(counting.status(), 303);
        assert_eq!(site.number("SELECT COUNT(*) FROM collection WHERE version = 1").await, 1);
    }
}
