//! The session cookie: who gets one, when it changes, when it is worth nothing. Security cases 7 to 13.

use crate::support::{Site, cookie, header};
use shop::{account, args};

const PASSWORD: &str = "correct horse battery";

async fn logged_in(site: &Site) -> String {
    account::register(&site.shop, "ann@example.org", "Ann", PASSWORD, "").await.unwrap();
    let answer = site.form("/login", &[("email", "ann@example.org"), ("password", PASSWORD)]).send().await.unwrap();
    assert_eq!(answer.status(), 303, "{}", answer.text().await.unwrap());
    cookie(&answer, "mercer").expect("a log-in sets the cookie")
}

async fn account_status(site: &Site, session: &str) -> u16 {
    let asked = site
        .get("/account/addresses")
        .header("accept", "application/json")
        .header("cookie", format!("mercer={session}"));
    asked.send().await.unwrap().status().as_u16()
}

over_http! {
    async fn a_visitor_without_cart_and_log_in_has_no_session(site: Site) {
        let page = site.get("/").send().await.unwrap();
        assert_eq!(page.status(), 200);
        assert!(cookie(&page, "mercer").is_none());
        assert_eq!(site.number("SELECT CAST(COUNT(*) AS BIGINT) FROM session").await, 0);
    }

    async fn the_cookie_is_kept_from_scripts_and_other_sites(site: Site) {
        account::register(&site.shop, "ann@example.org", "Ann", PASSWORD, "").await.unwrap();
        let answer = site.form("/login", &[("email", "ann@example.org"), ("password", PASSWORD)]).send().await.unwrap();
        let set = header(&answer, "set-cookie");
        assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax") && set.contains("Path=/"), "{set}");
        assert!(!set.contains("Domain"), "{set}");
        let stored: (String,) = site.shop.db.fetch_one("SELECT id FROM session", args![]).await.unwrap();
        assert_ne!(Some(stored.0), cookie(&answer, "mercer"), "the database must not hold what the browser sends");
    }

    async fn the_first_line_of_a_cart_makes_cart_and_session_together_or_neither(site: Site) {
        for refused in [("NONE", "1"), ("CUP", "6"), ("CUP", "many")] {
            let answer = site.form("/cart/items", &[("sku", refused.0), ("quantity", refused.1)]).send().await.unwrap();
            assert!(answer.status().is_client_error(), "{refused:?}: {}", answer.status());
            assert!(cookie(&answer, "mercer").is_none(), "{refused:?}");
        }
        let made = "SELECT CAST((SELECT COUNT(*) FROM session) + (SELECT COUNT(*) FROM cart) AS BIGINT)";
        assert_eq!(site.number(made).await, 0);

        let added = site.form("/cart/items", &[("sku", "CUP"), ("quantity", "2")]).send().await.unwrap();
        assert_eq!((added.status().as_u16(), site.number(made).await), (303, 2));
        let session = cookie(&added, "mercer").expect("a cart needs a session");
        let seen = site.get("/cart").header("accept", "application/json").header("cookie", format!("mercer={session}"));
        let cart: serde_json::Value = seen.send().await.unwrap().json().await.unwrap();
        assert_eq!(cart["count"], 2, "{cart}");

        let wished = site.form("/wishlist/items", &[("product", "cup")]).send().await.unwrap();
        let attributes = |answer: &reqwest::Response| {
            let sent: Vec<_> = answer.headers().get_all("set-cookie").iter().map(|value| value.to_str().unwrap()).collect();
            assert_eq!(sent.len(), 1, "{sent:?}");
            sent[0].split_once(';').unwrap().1.to_owned()
        };
        assert_eq!(attributes(&added), attributes(&wished), "a cookie is the same, whatever made its session");
    }

    async fn a_session_from_before_the_log_in_is_worth_nothing_after_it(site: Site) {
        let added = site.form("/cart/items", &[("sku", "CUP"), ("quantity", "1")]).send().await.unwrap();
        let before = cookie(&added, "mercer").expect("a cart needs a session");
        account::register(&site.shop, "ann@example.org", "Ann", PASSWORD, "").await.unwrap();
        let answer = site
            .form("/login", &[("email", "ann@example.org"), ("password", PASSWORD)])
            .header("cookie", format!("mercer={before}"))
            .send()
            .await
            .unwrap();
        let after = cookie(&answer, "mercer").unwrap();
        assert_ne!(before, after);
        assert_eq!(account_status(&site, &before).await, 401);
        assert_eq!(account_status(&site, &after).await, 200);
    }

    async fn logging_out_ends_the_session_on_the_server(site: Site) {
        let session = logged_in(&site).await;
        assert_eq!(account_status(&site, &session).await, 200);
        let out = site.form("/logout", &[]).header("cookie", format!("mercer={session}")).send().await.unwrap();
        assert_eq!(out.status(), 303);
        assert_eq!(account_status(&site, &session).await, 401);
    }

    async fn a_disabled_customer_is_out_at_once(site: Site) {
        let session = logged_in(&site).await;
        let mut tx = site.shop.db.begin().await.unwrap();
        tx.execute("UPDATE customer SET disabled_at = 1", args![]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(account_status(&site, &session).await, 401);
    }

    async fn a_session_that_was_not_used_for_a_month_is_over(site: Site) {
        let session = logged_in(&site).await;
        site.clock.advance(31 * 24 * 60 * 60 * 1000);
        assert_eq!(account_status(&site, &session).await, 401);
    }

    async fn a_forged_cookie_is_nobody(site: Site) {
        for forged in ["x", "AAAAAAAAAAAAAAAAAAAAAA", "%00", &"A".repeat(4000)] {
            assert_eq!(account_status(&site, forged).await, 401, "{forged}");
        }
    }

    async fn headers_that_name_somebody_are_ignored(site: Site) {
        account::register(&site.shop, "ann@example.org", "Ann", PASSWORD, "").await.unwrap();
        let asked = site.get("/account/addresses").header("accept", "application/json").header("x-forwarded-user", "ann@example.org");
        assert_eq!(asked.header("x-user-id", "1").send().await.unwrap().status(), 401);
        let admin = site.get("/admin/sessions").header("accept", "application/json").send().await.unwrap();
        assert_eq!(admin.status(), 401);
    }
}
