//! What goes with a product, over HTTP: on its page, at the cart, for programs; and what somebody has looked at.

use crate::page_cache::asked;
use crate::review::customer;
use crate::support::{Site, cookie, header};
use serde_json::Value;
use shop::id::{CartId, CheckoutId, OrderId, OrderLineId, ProductId, VariantId};
use shop::{args, worker};

/// One more product, sold without counting.
pub async fn product(site: &Site, slug: &str) {
    let (id, variant) = (ProductId::new(), VariantId::new());
    let mut tx = site.shop.db.begin().await.unwrap();
    let sql =
        "INSERT INTO product (id, slug, title, status, created_at, updated_at) VALUES ($1, $2, $2, 'published', 0, 0)";
    tx.execute(sql, args![id, slug]).await.unwrap();
    let sql = "INSERT INTO variant (id, product_id, sku, tracked) VALUES ($1, $2, $3, FALSE)";
    tx.execute(sql, args![variant, id, slug.to_uppercase()]).await.unwrap();
    tx.execute("INSERT INTO price (variant_id, currency, amount) VALUES ($1, 'EUR', 700)", args![variant])
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

/// Somebody has bought these together.
async fn ordered(site: &Site, skus: &[&str]) {
    let (cart, checkout, order, now) = (CartId::new(), CheckoutId::new(), OrderId::new(), site.shop.now_ms());
    let mut tx = site.shop.db.begin().await.unwrap();
    let sql = "INSERT INTO cart (id, status, currency, created_at, updated_at, expires_at) VALUES ($1, 'ordered', 'EUR', $2, $2, $2)";
    tx.execute(sql, args![cart, now]).await.unwrap();
    let sql =
        "INSERT INTO checkout (id, cart_id, cart_version, state, quote, quote_hash, total, currency, recovery_point,
          expires_at, created_at, updated_at) VALUES ($1, $2, 1, 'settled', '{}', '', 0, 'EUR', 'settled', $3, $3, $3)";
    tx.execute(sql, args![checkout, cart, now]).await.unwrap();
    let sql =
        "INSERT INTO orders (id, number, checkout_id, access_token, state, email, currency, subtotal, shipping, tax,
          tax_inclusive, total, shipping_address, shipping_method, created_at)
        VALUES ($1, $2, $3, '', 'confirmed', '', 'EUR', 1000, 0, 0, TRUE, 1000, '{}', 'Parcel', $4)";
    tx.execute(sql, args![order, format!("M-{order}"), checkout, now]).await.unwrap();
    for sku in skus {
        let sql = "INSERT INTO order_line (id, order_id, position, variant_id, sku, title, product_slug, quantity, unit_price,
              total, tax) SELECT $1, $2, 0, v.id, v.sku, 'T', 's', 1, 1000, 1000, 0 FROM variant v WHERE v.sku = $3";
        tx.execute(sql, args![OrderLineId::new(), order, *sku]).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn page(site: &Site, path: &str, session: &str) -> String {
    let answer = site
        .get(path)
        .header("cookie", format!("mercer={session}"))
        .header("accept", "text/html")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    assert_eq!(header(&answer, "cache-control"), "private, no-cache", "{path}");
    answer.text().await.unwrap()
}

/// The slugs of the cards below a heading.
fn below(page: &str, heading: &str) -> Vec<String> {
    let Some((_, rest)) = page.split_once(&format!(">{heading}</h2>")) else { return Vec::new() };
    let section = rest.split("</section>").next().unwrap_or_default();
    let links = section.split("href=\"/p/").skip(1);
    links.map(|link| link.split('"').next().unwrap_or_default().to_owned()).collect()
}

async fn hit(site: &Site, path: &str) -> bool {
    header(&asked(site, path).await, "cache-status") == "mercer; hit"
}

over_http! {
    async fn a_kept_page_shows_what_goes_with_its_product_from_the_moment_it_is_known(site: Site) {
        product(&site, "lamp").await;
        worker::recommend(&site.shop).await.unwrap();
        let first = asked(&site, "/p/cup").await.text().await.unwrap();
        assert_eq!((below(&first, "Bought together").len(), below(&first, "You may also like")), (0, vec!["lamp".into(), "bowl".into()]));
        for path in ["/p/cup", "/about"] {
            asked(&site, path).await;
            assert!(hit(&site, path).await, "{path}");
        }
        ordered(&site, &["CUP", "BOWL"]).await;
        assert!(hit(&site, "/p/cup").await, "nobody has counted yet");
        worker::recommend(&site.shop).await.unwrap();
        let known = asked(&site, "/p/cup").await.text().await.unwrap();
        assert_eq!((below(&known, "Bought together"), below(&known, "You may also like")), (vec!["bowl".to_owned()], vec!["lamp".to_owned()]));
        assert!(hit(&site, "/p/cup").await && hit(&site, "/about").await, "other pages are left alone");
        ordered(&site, &["CUP", "BOWL"]).await;
        ordered(&site, &["LAMP"]).await;
        worker::recommend(&site.shop).await.unwrap();
        assert!(hit(&site, "/p/cup").await, "counted, and nothing is shown otherwise");
        // The partner itself changes.
        let mut tx = site.shop.db.begin().await.unwrap();
        tx.execute("UPDATE product SET status = 'archived' WHERE slug = 'bowl'", args![]).await.unwrap();
        tx.commit().await.unwrap();
        let without = asked(&site, "/p/cup").await.text().await.unwrap();
        assert_eq!((below(&without, "Bought together").len(), below(&without, "You may also like")), (0, vec!["lamp".to_owned()]));
        let mut tx = site.shop.db.begin().await.unwrap();
        tx.execute("UPDATE product SET status = 'published' WHERE slug = 'bowl'", args![]).await.unwrap();
        tx.commit().await.unwrap();
        let again = asked(&site, "/p/cup").await.text().await.unwrap();
        assert_eq!(below(&again, "Bought together"), ["bowl"], "what was not shown may come back");
    }

    async fn similar_products_stand_on_the_page_and_best_sellers_on_the_front_page(site: Site) {
        let mut tx = site.shop.db.begin().await.unwrap();
        tx.execute("UPDATE product SET product_type = 'Vessel'", args![]).await.unwrap();
        tx.commit().await.unwrap();
        for n in 0..16 {
            product(&site, &format!("new{n:02}")).await;
        }
        worker::recommend(&site.shop).await.unwrap();
        let cup = asked(&site, "/p/cup").await.text().await.unwrap();
        assert_eq!(below(&cup, "Similar products"), ["bowl"]);
        assert_eq!(below(&asked(&site, "/").await.text().await.unwrap(), "Best sellers").len(), 0);
        ordered(&site, &["CUP"]).await;
        shop::catalogue::sales::count(&site.shop).await.unwrap();
        let home = asked(&site, "/").await.text().await.unwrap();
        assert_eq!(below(&home, "Best sellers"), ["cup"], "{home}");
    }

    async fn a_cart_is_offered_what_goes_with_it(site: Site) {
        product(&site, "lamp").await;
        ordered(&site, &["CUP", "LAMP"]).await;
        worker::recommend(&site.shop).await.unwrap();
        let put = site.form("/cart/items", &[("sku", "CUP"), ("quantity", "1")]).send().await.unwrap();
        let session = cookie(&put, "mercer").unwrap();
        let cart = page(&site, "/cart", &session).await;
        assert_eq!(below(&cart, "Goes well with it"), ["lamp", "bowl"]);
        let refused = site.form("/cart/items", &[("sku", "BOWL"), ("quantity", "9")])
            .header("cookie", format!("mercer={session}")).header("accept", "text/html").send().await.unwrap();
        assert_ne!(refused.status(), 200);
        assert_eq!(below(&refused.text().await.unwrap(), "Goes well with it"), ["lamp", "bowl"]);
        let empty = site.get("/cart").header("accept", "text/html").send().await.unwrap().text().await.unwrap();
        assert_eq!(below(&empty, "You may also like").len(), 3, "{empty}");
        assert!(!empty.contains("Recently viewed"));
    }

    async fn a_browser_keeps_the_list_of_whom_the_shop_does_not_know_and_hands_it_over(site: Site) {
        product(&site, "lamp").await;
        let kept = asked(&site, "/p/cup").await.text().await.unwrap();
        assert!(kept.contains("data-recently-viewed") && kept.contains(r#"data-slug="cup""#), "{kept}");
        let part = site.get("/recently-viewed?slugs=lamp,none,bowl,%3Cb%3E").send().await.unwrap();
        assert_eq!((part.status().as_u16(), header(&part, "cache-control").as_str()), (200, "private, no-store"));
        assert_eq!((header(&part, "cache-status"), cookie(&part, "mercer")), (String::new(), None));
        let part = part.text().await.unwrap();
        assert_eq!(below(&part, "Recently viewed"), ["lamp", "bowl"]);
        assert!(!part.contains("<html"), "{part}");
        for nothing in ["/recently-viewed", "/recently-viewed?slugs=none", "/recently-viewed?slugs=,,"] {
            assert_eq!(site.get(nothing).send().await.unwrap().text().await.unwrap(), "", "{nothing}");
        }
        let many = (0..500).map(|n| format!("x{n}")).collect::<Vec<_>>().join(",");
        let bounded = site.get(&format!("/recently-viewed?slugs={many},bowl")).send().await.unwrap().text().await.unwrap();
        assert_eq!(bounded, "", "only the first ones are looked at");

        let hand = async |session: &str| {
            let sent = site.form("/recently-viewed", &[("slugs", "lamp,bowl,none")]).header("cookie", format!("mercer={session}"));
            assert_eq!(sent.send().await.unwrap().status(), 204);
        };
        hand("nobody").await;
        let put = site.form("/cart/items", &[("sku", "CUP"), ("quantity", "1")]).send().await.unwrap();
        let guest = cookie(&put, "mercer").unwrap();
        page(&site, "/p/cup", &guest).await;
        hand(&guest).await;
        let home = page(&site, "/", &guest).await;
        assert_eq!(below(&home, "Recently viewed"), ["cup", "lamp", "bowl"]);
        assert!(home.contains("data-known") && !home.contains("data-slug"), "the server keeps the list now");
    }

    async fn programs_read_the_same(site: Site) {
        product(&site, "lamp").await;
        ordered(&site, &["CUP", "BOWL"]).await;
        worker::recommend(&site.shop).await.unwrap();
        for key in ["cup", "CUP"] {
            let answer = site.get(&format!("/api/v1/products/{key}/recommendations")).send().await.unwrap();
            assert_eq!(answer.status(), 200);
            let found: Value = answer.json().await.unwrap();
            assert_eq!(found["bought_together"][0]["slug"], "bowl", "{found}");
            assert_eq!((found["similar"].as_array().unwrap().len(), &found["popular"][0]["sku"]), (0, &Value::from("LAMP")), "{found}");
        }
        for (path, status) in [("/api/v1/products/none/recommendations", 404), ("/api/v1/products/cup/recommendations?currency=XXX", 422)] {
            let answer = site.get(path).send().await.unwrap();
            assert_eq!((answer.status().as_u16(), header(&answer, "content-type").as_str()), (status, "application/problem+json"));
        }
        let document: Value = site.get("/api/openapi.json").send().await.unwrap().json().await.unwrap();
        assert!(document["paths"]["/api/v1/products/{key}/recommendations"]["get"].is_object());
    }

    async fn who_has_a_session_finds_what_they_have_looked_at_and_can_clear_it(site: Site) {
        product(&site, "lamp").await;
        let put = site.form("/cart/items", &[("sku", "CUP"), ("quantity", "1")]).send().await.unwrap();
        let guest = cookie(&put, "mercer").unwrap();
        for path in ["/p/cup", "/p/lamp", "/p/bowl"] {
            site.clock.advance(1000);
            page(&site, path, &guest).await;
        }
        // Fetched ahead, and by somebody without a session: neither is theirs.
        site.get("/p/cup").header("cookie", format!("mercer={guest}")).header("sec-purpose", "prefetch").send().await.unwrap();
        asked(&site, "/p/cup").await;
        assert_eq!(below(&page(&site, "/p/bowl", &guest).await, "Recently viewed"), ["lamp", "cup"]);
        assert_eq!(below(&page(&site, "/", &guest).await, "Recently viewed"), ["bowl", "lamp", "cup"]);
        assert!(below(&page(&site, "/cart", &guest).await, "Recently viewed").is_empty(), "the cart is not empty");
        assert!(!asked(&site, "/p/cup").await.text().await.unwrap().contains("Recently viewed"), "the page that is kept for all");

        let fields = [("name", "Ann"), ("email", "ann@example.org"), ("password", "correct horse battery")];
        let known = site.form("/register", &fields).header("cookie", format!("mercer={guest}")).send().await.unwrap();
        let ann = cookie(&known, "mercer").unwrap();
        assert_eq!(below(&page(&site, "/account", &ann).await, "Recently viewed"), ["bowl", "lamp", "cup"], "it came along");
        let mut tx = site.shop.db.begin().await.unwrap();
        tx.execute("UPDATE product SET status = 'archived' WHERE slug = 'lamp'", args![]).await.unwrap();
        tx.execute("DELETE FROM cart_line", args![]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(below(&page(&site, "/cart", &ann).await, "Recently viewed"), ["bowl", "cup"]);
        let eve = customer(&site, "Eve").await;
        assert!(!page(&site, "/account", &eve).await.contains("Recently viewed"));

        let foreign = site.ask(reqwest::Method::POST, "/recently-viewed/clear").header("origin", "https://evil.example")
            .header("cookie", format!("mercer={ann}")).form(&[("back", "/account")]).send().await.unwrap();
        assert_eq!(foreign.status(), 403);
        let clear = async |back: &str| {
            let answer = site.form("/recently-viewed/clear", &[("back", back)]).header("cookie", format!("mercer={ann}")).send().await.unwrap();
            (answer.status().as_u16(), header(&answer, "location"))
        };
        assert_eq!(clear("/account").await, (303, "/account".to_owned()));
        assert_eq!(clear("https://evil.example").await, (303, "/".to_owned()));
        assert!(!page(&site, "/account", &ann).await.contains("Recently viewed"));
    }
}
