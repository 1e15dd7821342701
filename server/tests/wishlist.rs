//! Wishlists over HTTP: a guest's, a customer's, a shared one, a program's.

use crate::admin::page;
use crate::review::customer;
use crate::support::{Site, cookie, header};
use serde_json::{Value, json};
use shop::args;

async fn post(site: &Site, path: &str, session: &str, fields: &[(&str, &str)]) -> (u16, String) {
    let asked = site.form(path, fields).header("cookie", format!("mercer={session}")).header("accept", "text/html");
    let answer = asked.send().await.unwrap();
    (answer.status().as_u16(), header(&answer, "location"))
}

async fn change(site: &Site, sql: &str) {
    let mut tx = site.shop.db.begin().await.unwrap();
    tx.execute(sql, args![]).await.unwrap();
    tx.commit().await.unwrap();
}

over_http! {
    async fn a_guest_keeps_a_list_that_log_in_takes_along(site: Site) {
        let neutral = site.get("/p/cup").send().await.unwrap().text().await.unwrap();
        assert!(neutral.contains("Add to wishlist"), "{neutral}");
        let empty = site.get("/wishlist").send().await.unwrap();
        assert_eq!(header(&empty, "set-cookie"), "", "looking makes no session");
        assert!(empty.text().await.unwrap().contains("Nothing here yet"));

        let back = [("product", "cup"), ("back", "/p/cup#wish")];
        let added = site.form("/wishlist/items", &back).send().await.unwrap();
        assert_eq!((added.status().as_u16(), header(&added, "location").as_str()), (303, "/p/cup#wish"));
        let guest = cookie(&added, "mercer").unwrap();
        assert!(page(&site, "/p/cup", &guest).await.contains("On your wishlist"));
        let again = site.get("/p/cup").send().await.unwrap().text().await.unwrap();
        assert!(!again.contains("On your wishlist"), "others see a page that was drawn for nobody");
        let away = site.form("/wishlist/items", &[("product", "cup"), ("back", "https://evil.example")]);
        let away = away.header("cookie", format!("mercer={guest}")).send().await.unwrap();
        assert_eq!(header(&away, "location"), "/wishlist");
        assert_eq!(post(&site, "/wishlist/items", &guest, &[("product", "none")]).await.0, 404);

        change(&site, "UPDATE price SET amount = 750").await;
        let list = page(&site, "/wishlist", &guest).await;
        assert!(list.contains("2.50 cheaper than when you added it") && list.contains("Move to cart"), "{list}");
        assert!(list.contains("kept for this browser") && list.contains("noindex"), "{list}");

        let fields = [("name", "Ann"), ("email", "ann@example.org"), ("password", "correct horse battery"), ("next", "/wishlist")];
        let registered = site.form("/register", &fields).header("cookie", format!("mercer={guest}")).send().await.unwrap();
        let ann = cookie(&registered, "mercer").unwrap();
        let list = page(&site, "/wishlist", &ann).await;
        assert!(list.contains("cheaper than when you added it") && !list.contains("kept for this browser"), "{list}");
        assert_eq!(site.number("SELECT COUNT(*) FROM wishlist").await, 1);
        let moved = post(&site, "/wishlist/items/move", &ann, &[("product", "cup"), ("sku", "CUP")]).await;
        assert_eq!(moved, (303, "/cart".to_owned()));
        assert_eq!(site.number("SELECT COUNT(*) FROM wishlist_item").await, 0);
        assert_eq!(site.number("SELECT COUNT(*) FROM cart_line").await, 1);
    }

    async fn what_is_sold_out_stays_on_the_list_and_says_so(site: Site) {
        let ann = customer(&site, "Ann").await;
        post(&site, "/wishlist/items", &ann, &[("product", "bowl")]).await;
        change(&site, "UPDATE stock SET on_hand = 0").await;
        let list = page(&site, "/wishlist", &ann).await;
        assert!(list.contains("Sold out") && list.contains("/p/bowl#back-in-stock"), "{list}");
        let (status, _) = post(&site, "/wishlist/items/move", &ann, &[("product", "bowl"), ("sku", "BOWL")]).await;
        assert_eq!((status, site.number("SELECT COUNT(*) FROM wishlist_item").await), (409, 1));
        post(&site, "/p/bowl/alert", &ann, &[("sku", "BOWL")]).await;
        let list = page(&site, "/wishlist", &ann).await;
        assert!(list.contains("We will tell you when it is back"), "{list}");
        let action = list.split("action=\"").find(|part| part.starts_with("/account/alerts/")).unwrap();
        let action = action.split('"').next().unwrap();
        let eve = customer(&site, "Eve").await;
        post(&site, action, &eve, &[]).await;
        assert_eq!(site.number("SELECT COUNT(*) FROM stock_alert").await, 1, "it is not hers");
        assert_eq!(post(&site, action, &ann, &[]).await, (303, "/wishlist#waiting".to_owned()));
        assert_eq!(site.number("SELECT COUNT(*) FROM stock_alert").await, 0);
        change(&site, "UPDATE product SET status = 'archived' WHERE slug = 'bowl'").await;
        assert!(page(&site, "/wishlist", &ann).await.contains("Not sold at the moment"));
        assert_eq!(post(&site, "/wishlist/items/remove", &ann, &[("product", "bowl")]).await.0, 303);
        assert!(page(&site, "/wishlist", &ann).await.contains("Nothing here yet"));
    }

    async fn a_shared_list_is_read_by_its_link_until_it_is_taken_back(site: Site) {
        let ann = customer(&site, "Ann").await;
        assert_eq!(post(&site, "/wishlist/share", &ann, &[]).await.0, 404);
        post(&site, "/wishlist/items", &ann, &[("product", "cup")]).await;
        assert_eq!(post(&site, "/wishlist/share", &ann, &[]).await.1, "/wishlist#share");
        let own = page(&site, "/wishlist", &ann).await;
        let link = own.split("/wishlist/shared/").nth(1).unwrap().split('"').next().unwrap();
        let path = format!("/wishlist/shared/{link}");
        let seen = site.get(&path).send().await.unwrap();
        assert_eq!(header(&seen, "cache-control"), "private, no-cache");
        let seen = seen.text().await.unwrap();
        assert!(seen.contains("/p/cup") && seen.contains("noindex") && !seen.contains("Remove") && !seen.contains("Ann"), "{seen}");
        assert_eq!(post(&site, "/wishlist/share/revoke", &ann, &[]).await.0, 303);
        assert_eq!(site.get(&path).send().await.unwrap().status(), 404);
        for path in ["/wishlist/items", "/wishlist/items/remove", "/wishlist/items/move", "/wishlist/share", "/wishlist/share/revoke"] {
            let foreign = site.ask(reqwest::Method::POST, path).form(&[("product", "bowl")]);
            let foreign = foreign.header("cookie", format!("mercer={ann}")).header("origin", "https://evil.example");
            assert_eq!(foreign.send().await.unwrap().status(), 403, "{path}");
        }
        assert_eq!(site.number("SELECT COUNT(*) FROM wishlist_item").await, 1);
    }

    async fn a_program_holds_a_list_by_its_token(site: Site) {
        let made = site.ask(reqwest::Method::POST, "/api/v1/wishlist").send().await.unwrap();
        assert_eq!(made.status(), 201);
        let token = made.json::<Value>().await.unwrap()["token"].as_str().unwrap().to_owned();
        let api = |method: reqwest::Method, path: &str| site.ask(method, &format!("/api/v1/wishlist{path}")).header("x-wishlist-token", &token);
        let post = || api(reqwest::Method::POST, "/items");
        assert_eq!(post().json(&json!({"product": "CUP"})).send().await.unwrap().status(), 201);
        assert_eq!(post().json(&json!({"product": "none"})).send().await.unwrap().status(), 404);
        assert_eq!(post().json(&json!({"product": "cup", "quantity": 2})).send().await.unwrap().status(), 422);
        change(&site, "UPDATE price SET amount = 900").await;
        let list = api(reqwest::Method::GET, "").send().await.unwrap().json::<Value>().await.unwrap();
        let wish = &list["items"][0];
        assert_eq!((wish["slug"].as_str(), wish["price_then"]["amount"].as_i64(), wish["price_drop"]["amount"].as_i64()), (Some("cup"), Some(1000), Some(100)));
        assert_eq!(wish["product"]["in_stock"], true);
        let gone = api(reqwest::Method::DELETE, "/items/cup").send().await.unwrap();
        assert_eq!((gone.status().as_u16(), gone.json::<Value>().await.unwrap()), (200, json!({"items": []})));
        assert_eq!(site.get("/api/v1/wishlist").send().await.unwrap().status(), 401);
        assert_eq!(site.get("/api/v1/wishlist").header("authorization", "Bearer nonsense").send().await.unwrap().status(), 404);
    }
}
