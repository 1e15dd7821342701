//! Price lists over HTTP: what merchants write, and that kept pages, carts and the API say the same.

use super::{is_too_large, owner, page, send, status};
use crate::page_cache::asked;
use crate::review::customer;
use crate::support::shopper::Shopper;
use crate::support::{Site, header};
use reqwest::Method;
use serde_json::Value;

const HOUR_MS: i64 = 60 * 60 * 1000;

async fn list(site: &Site, session: &str, more: &[(&str, &str)]) -> String {
    let fields: Vec<_> = [("title", "Breaks"), ("active", "on")].into_iter().chain(more.iter().copied()).collect();
    let (made, place, body) = send(site, "/admin/price-lists/new", session, &fields).await;
    assert_eq!(made, 303, "{body}");
    place
}

/// The product page as strangers get it, and whether it was kept.
async fn cup(site: &Site) -> (String, bool) {
    let answer = asked(site, "/p/cup").await;
    let hit = header(&answer, "cache-status") == "mercer; hit";
    (answer.text().await.unwrap(), hit)
}

over_http! {
    async fn a_quantity_break_is_on_page_cart_and_api(site: Site) {
        let olga = owner(&site).await;
        cup(&site).await;
        assert!(cup(&site).await.1, "it is kept");
        assert!(page(&site, "/admin/price-lists", &olga).await.contains("No price lists yet"));
        let place = list(&site, &olga, &[]).await;
        assert!(cup(&site).await.1, "a list without entries changes no page");
        let put = async |text: &str| send(&site, &format!("{place}/entries"), &olga, &[("entries", text)]).await;
        assert_eq!(put("CUP,EUR,3,8.50\nCUP,EUR,5,8").await.0, 303);
        let (shown, kept) = cup(&site).await;
        assert!(!kept && shown.contains("From 3 pieces") && shown.contains("€8.50") && shown.contains("€10.00"), "{shown}");
        let bowl = asked(&site, "/p/bowl").await;
        assert!(!bowl.text().await.unwrap().contains("Cheaper in quantity"));
        let shopper = Shopper::with(&site, "CUP", 4).await;
        let cart = shopper.page("/cart").send().await.unwrap().text().await.unwrap();
        assert!(cart.contains("€8.50 each, the price from 3 pieces") && cart.contains("€34.00"), "{cart}");
        let item = shopper.api(Method::GET, "/cart").send().await.unwrap().json::<Value>().await.unwrap()["items"][0].clone();
        assert_eq!((&item["unit_price"]["amount"], &item["price_from_quantity"]), (&850.into(), &3.into()), "{item}");
        let api: Value = site.get("/api/v1/products/CUP").send().await.unwrap().json().await.unwrap();
        assert_eq!(api["variants"][0]["quantity_prices"][1]["price"]["amount"], 800, "{api}");
        // A refusal keeps what was typed and changes nothing.
        let (refused, _, again) = put("CUP,EUR,0,1\nNONE").await;
        assert!(refused == 422 && again.contains("Line 1, min quantity") && again.contains("CUP,EUR,0,1"), "{again}");
        let csv = site.get(&format!("{place}/entries.csv")).header("cookie", format!("mercer={olga}")).send().await.unwrap();
        assert_eq!(csv.text().await.unwrap(), "SKU,currency,min quantity,amount\nCUP,EUR,3,8.50\nCUP,EUR,5,8.00\n");
        let huge = "CUP,EUR,1,1\n".repeat(1024 * 1024);
        assert!(is_too_large(&site, &format!("{place}/entries"), &olga, &[("entries", &huge)]).await);
        let fill = [("percent", "50"), ("min_quantity", "9"), ("skus", "CUP")];
        assert_eq!(send(&site, &format!("{place}/fill"), &olga, &fill).await.0, 303);
        assert!(page(&site, &place, &olga).await.contains("€5.00"));
        assert_eq!(send(&site, &format!("{place}/fill"), &olga, &[("percent", "x"), ("min_quantity", "9")]).await.0, 422);
        // Off, and the page says so at once.
        cup(&site).await;
        assert!(cup(&site).await.1);
        let version = site.number("SELECT version FROM price_list").await.to_string();
        assert_eq!(send(&site, &place, &olga, &[("title", "Breaks"), ("version", &version)]).await.0, 303);
        let (shown, kept) = cup(&site).await;
        assert!(!kept && !shown.contains("From 3 pieces"), "{shown}");
        assert_eq!(send(&site, &format!("{place}/delete"), &olga, &[]).await.0, 303);
        for path in ["/admin/price-lists/new", &format!("{place}/entries"), &format!("{place}/fill"), "/admin/price-lists/groups"] {
            let answer = site.form(path, &[("title", "x"), ("entries", "x"), ("name", "x")]).send().await.unwrap();
            assert_eq!((answer.status().as_u16(), header(&answer, "location").as_str()), (303, "/admin/login"), "{path}");
        }
        assert_eq!(status(&site, &place, &olga).await, 404);
    }

    async fn a_kept_page_does_not_outlive_the_start_and_end_of_a_list(site: Site) {
        let olga = owner(&site).await;
        // Whole minutes, as the form has them.
        let now = site.shop.now_ms();
        let start = (now / 60_000 + 2) * 60_000;
        let times = (admin::date::local(start), admin::date::local(start + HOUR_MS));
        let place = list(&site, &olga, &[("start_at", &times.0), ("end_at", &times.1)]).await;
        assert_eq!(send(&site, &format!("{place}/entries"), &olga, &[("entries", "CUP,EUR,2,7")]).await.0, 303);
        for (at, shown) in [(start, true), (start + HOUR_MS, false)] {
            // Kept a second before, so that the minute that pages are kept for is not what ends it.
            site.clock.advance(at - 1_000 - site.shop.now_ms());
            cup(&site).await;
            let (page, kept) = cup(&site).await;
            assert!(kept && page.contains("From 2 pieces") != shown, "{page}");
            site.clock.advance(999);
            assert!(cup(&site).await.1);
            site.clock.advance(1);
            let (page, kept) = cup(&site).await;
            assert!(!kept && page.contains("From 2 pieces") == shown, "{page}");
        }
    }

    async fn a_groups_price_is_its_members_alone(site: Site) {
        let olga = owner(&site).await;
        let ann = customer(&site, "Ann Byron").await;
        let mail: (String,) = site.shop.db.fetch_one("SELECT email FROM customer", shop::args![]).await.unwrap();
        let (made, group, _) = send(&site, "/admin/price-lists/groups", &olga, &[("name", "Trade")]).await;
        assert_eq!(made, 303);
        assert_eq!(send(&site, "/admin/price-lists/groups", &olga, &[("name", "Trade")]).await.0, 422);
        assert_eq!(send(&site, &format!("{group}/add"), &olga, &[("email", "nobody@example.com")]).await.0, 422);
        assert_eq!(send(&site, &format!("{group}/add"), &olga, &[("email", &mail.0)]).await.0, 303);
        assert!(page(&site, &group, &olga).await.contains(&mail.0));
        let id = group.rsplit('/').next().unwrap();
        let place = list(&site, &olga, &[("group", id)]).await;
        assert_eq!(send(&site, &format!("{place}/entries"), &olga, &[("entries", "CUP,EUR,1,6.60")]).await.0, 303);
        let seen = async |path: &str| site.get(path).header("accept", "text/html").header("cookie", format!("mercer={ann}")).send().await.unwrap().text().await.unwrap();
        for path in ["/p/cup", "/"] {
            assert!(seen(path).await.contains("€6.60"), "{path}");
            for _ in 0..2 {
                assert!(!asked(&site, path).await.text().await.unwrap().contains("€6.60"), "{path}");
            }
        }
        assert_eq!(send(&site, &format!("{group}/delete"), &olga, &[]).await.0, 303);
        assert!(page(&site, &group, &olga).await.contains("Price lists are for this group"));
        let (lost, _, body) = send(&site, "/admin/price-lists/new", &olga, &[("title", "X"), ("active", "on"), ("group", "everyone")]).await;
        assert!(lost == 422 && body.contains("There is no such group"), "a group that cannot be read is not everybody");
    }
}
