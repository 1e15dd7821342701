//! Looking for products: the page that shoppers get, and the API.

use crate::admin::{owner, page as admin_page};
use crate::support::{Site, header};
use serde_json::{Value, json};
use shop::{args, search};
use std::time::Duration;

/// Until everything about products can be found.
pub async fn catch_up(site: &Site) {
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

    async fn the_field_is_told_what_fits(site: Site) {
        catch_up(&site).await;
        let answer = site.get("/search/suggest?q=bow").send().await.unwrap();
        assert_eq!(header(&answer, "cache-control"), "private, max-age=30");
        let lines = answer.text().await.unwrap();
        for part in ["data-href=\"/p/bowl\"", "<mark>bow</mark>", "€10.00", "data-search=\"bow\""] {
            assert!(lines.contains(part), "{part}: {lines}");
        }
        for query in ["", "?q=", "?q=b", "?q=%00", "?other=1", "?q=zzzz"] {
            let answer = site.get(&format!("/search/suggest{query}")).send().await.unwrap();
            assert!(!answer.text().await.unwrap().contains("option"), "{query}");
        }
        let answer = site.get("/search/suggest?q=bowl%22%3E%3Cscript%3E").send().await.unwrap();
        assert!(!answer.text().await.unwrap().contains("<script"));
    }

    async fn searches_and_what_is_opened_from_them_are_counted(site: Site) {
        catch_up(&site).await;
        page(&site, "?q=Bowl").await;
        page(&site, "?q=bowl&in_stock=1").await;
        page(&site, "?q=elephant").await;
        let from = format!("{}/search?q=bowl", site.shop.origin);
        for referer in [from.as_str(), "https://elsewhere.example/search?q=bowl", "/search?q=bowl"] {
            site.get("/p/bowl").header("referer", referer).send().await.unwrap();
        }
        search::keep_heard(&site.shop, &site.search).await.unwrap();
        let sql = "SELECT term, searches, no_results, clicks FROM search_term ORDER BY term";
        let counted: Vec<(String, i64, i64, i64)> = site.shop.db.fetch_all(sql, args![]).await.unwrap();
        assert_eq!(counted, [("bowl".to_owned(), 1, 0, 1), ("elephant".to_owned(), 1, 1, 0)], "a filter is no new search");
    }

    async fn an_empty_list_says_which_filter_to_take_away(site: Site) {
        catch_up(&site).await;
        let (_, html) = page(&site, "?q=bowl&price_to=1&in_stock=1").await;
        assert!(html.contains("Without “To 1”: 1 product") && !html.contains("Without “In stock”"), "{html}");
        let (_, html) = page(&site, "?q=bouwl").await;
        assert!(html.contains("Did you mean") && html.contains("href=\"/search?q=bowl\""), "{html}");
        let (_, html) = page(&site, "?q=elephant").await;
        assert!(html.contains("Or one of these?") && html.contains("href=\"/p/cup\""), "{html}");
    }

    async fn a_category_is_narrowed_down_and_turned_like_a_search(site: Site) {
        let mut tx = site.shop.db.begin().await.unwrap();
        let id = shop::id::CategoryId::new();
        tx.execute("INSERT INTO category (id, slug, title) VALUES ($1, 'ware', 'Ware')", args![id]).await.unwrap();
        let all = "INSERT INTO product_category (category_id, product_id) SELECT $1, id FROM product";
        tx.execute(all, args![id]).await.unwrap();
        tx.commit().await.unwrap();
        let category = async |query: &str| {
            let answer = site.get(&format!("/c/ware{query}")).header("accept", "text/html").send().await.unwrap();
            (answer.status().as_u16(), answer.text().await.unwrap())
        };
        catch_up(&site).await;
        let (status, html) = category("").await;
        assert!(status == 200 && html.contains("href=\"/p/bowl\"") && html.contains("2 products"), "{html}");
        assert!(!html.contains("noindex") && html.contains("/c/ware\""), "the whole list may be found: {html}");
        let (_, html) = category("?price_to=5").await;
        assert!(html.contains("Nothing fits all of your filters") && html.contains("noindex"), "{html}");
        assert!(html.contains("href=\"/c/ware\""), "{html}");
        assert_eq!(category("?price_from=x").await.0, 422);
        let (status, html) = category("?page=7").await;
        assert!(status == 200 && html.contains("There is no such page"), "{html}");
    }

    async fn the_merchant_edits_words_and_sees_what_is_looked_for(site: Site) {
        catch_up(&site).await;
        let session = owner(&site).await;
        let send = async |path: &str, fields: &[(&str, &str)]| {
            let asked = site.form(path, fields).header("cookie", format!("mercer={session}"));
            let answer = asked.send().await.unwrap();
            (answer.status().as_u16(), answer.text().await.unwrap())
        };
        assert_eq!(send("/admin/search/synonyms", &[("phrases", "dish, bowl")]).await.0, 303);
        assert!(page(&site, "?q=dish").await.1.contains("Also looked for: bowl"));
        let (status, html) = send("/admin/search/synonyms", &[("phrases", "alone")]).await;
        assert!(status == 422 && html.contains("value=\"alone\"") && html.contains("different words"), "{html}");
        assert_eq!(send("/admin/search/pins", &[("term", "bowl"), ("product", "CUP")]).await.0, 303);
        let (_, found) = api(&site, "?q=bowl").await;
        assert_eq!(found["items"][0]["slug"], json!("cup"));
        let (status, html) = send("/admin/search/pins", &[("term", "bowl"), ("product", "none")]).await;
        assert!(status == 422 && html.contains("No product has this SKU"), "{html}");
        search::keep_heard(&site.shop, &site.search).await.unwrap();
        let html = admin_page(&site, "/admin/search?try=bowl&days=7", &session).await;
        for text in ["dish, bowl", "Pinned, place 1", "title", "Up to date", "?try=dish"] {
            assert!(html.contains(text), "{text}: {html}");
        }
        assert_eq!(send("/admin/search/reindex", &[]).await.0, 303);
        assert!(search::lag(&site.shop, &site.search).await.unwrap().changes > 0);
        let unknown = [("term", "bowl"), ("product", "00000000-0000-0000-0000-000000000000")];
        assert_eq!(send("/admin/search/pins/delete", &unknown).await.0, 303);
    }
}
