//! Looking for products: the page that shoppers get, and the API.

use crate::support::Site;
use serde_json::{Value, json};
use shop::{args, search};
use std::time::Duration;

/// Until everything about products can be found.
async fn catch_up(site: &Site) {
    loop {
        if search::catch_up(&site.shop, &site.search).await.unwrap() > 0 {
            continue;
        }
        if search::lag(&site.shop, &site.search).await.unwrap().changes == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn page(site: &Site, query: &str) -> (u16, String) {
    let answer = site.get(&format!("/search{query}")).header("accept", "text/html").send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

async fn api(site: &Site, query: &str) -> (u16, Value) {
    let answer = site.get(&format!("/api/v1/search{query}")).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

over_http! {
    async fn products_are_found_by_word_and_by_sku(site: Site) {
        catch_up(&site).await;
        for query in ["?q=bowl", "?q=BOWL", "?q=bow", "?q=bowls", "?q=bouwl"] {
            let (status, found) = api(&site, query).await;
            assert_eq!((status, &found["total"], &found["items"][0]["slug"]), (200, &json!(1), &json!("bowl")), "{query}");
            assert_eq!(found["is_guess"], json!(query == "?q=bouwl"), "{query}");
            let (status, html) = page(&site, query).await;
            assert!(status == 200 && html.contains("href=\"/p/bowl\"") && !html.contains("href=\"/p/cup\""), "{query}");
        }
        let (_, all) = api(&site, "").await;
        assert_eq!((&all["total"], &all["in_stock"], &all["price_low"]["amount"]), (&json!(2), &json!(2), &json!(1000)));
        let (status, html) = page(&site, "?q=elephant").await;
        assert!(status == 200 && html.contains("Nothing found"), "{html}");
    }

    async fn what_is_sold_out_leaves_the_list_of_what_can_be_bought(site: Site) {
        catch_up(&site).await;
        assert_eq!(api(&site, "?in_stock=true").await.1["total"], json!(2));
        let mut tx = site.shop.db.begin().await.unwrap();
        let sql = "UPDATE stock SET reserved = on_hand WHERE variant_id = (SELECT id FROM variant WHERE sku = $1)";
        tx.execute(sql, args!["BOWL"]).await.unwrap();
        tx.commit().await.unwrap();
        catch_up(&site).await;
        let (_, found) = api(&site, "?in_stock=true").await;
        assert_eq!((&found["total"], &found["items"][0]["slug"]), (&json!(1), &json!("cup")));
        let (_, all) = api(&site, "").await;
        assert_eq!((&all["total"], &all["items"][1]["slug"]), (&json!(2), &json!("bowl")), "last, but there");
    }

    async fn bad_input_is_refused_by_name_and_kept_in_the_form(site: Site) {
        catch_up(&site).await;
        for (query, field) in [
            ("?page=0", "page"),
            ("?page=9999999", "page"),
            ("?limit=0", "limit"),
            ("?limit=x", "limit"),
            ("?price_from=-1", "price_from"),
            ("?price_from=3&price_to=2", "price_to"),
            ("?in_stock=perhaps", "in_stock"),
            ("?sort=colour", "sort"),
            ("?currency=XXX", "currency"),
            ("?colour=red", "colour"),
        ] {
            let (status, problem) = api(&site, query).await;
            assert_eq!((status, &problem["errors"][0]["field"]), (422, &json!(field)), "{query}: {problem}");
        }
        let (status, html) = page(&site, "?q=cup&price_from=abc&price_to=20").await;
        assert!(status == 422 && html.contains("Enter an amount") && html.contains("value=\"abc\""), "{html}");
        assert!(html.contains("value=\"20\"") && html.contains("value=\"cup\""), "{html}");
        assert!(html.contains("href=\"/p/cup\""), "found without the price: {html}");
        let (status, html) = page(&site, "?price_from=30&price_to=20").await;
        assert!(status == 422 && html.contains("below the lowest"), "{html}");
        for query in ["?page=0", "?page=x", "?page=99999999999999999999"] {
            assert_eq!(page(&site, query).await.0, 200, "{query}");
        }
        let (status, html) = page(&site, "?page=9999999").await;
        assert!(status == 200 && html.contains("There is no such page"), "{html}");
    }

    async fn nothing_typed_breaks_the_page(site: Site) {
        catch_up(&site).await;
        let long = format!("?q={}", "cup%20".repeat(1500));
        for query in [&*long, "?q=%00", "?q=%F0%9F%A6%80", "?q=%E2%80%AE", "?q=%22%29%20OR%20(", "?q=title%3Acup%5E9", "?q=%FF%FE"] {
            assert_eq!(page(&site, query).await.0, 200, "{query}");
            assert_eq!(api(&site, query).await.0, 200, "{query}");
        }
        let (_, html) = page(&site, "?q=%3Cscript%3Ealert(1)%3C/script%3E").await;
        assert!(!html.contains("<script>alert"), "{html}");
    }
}
