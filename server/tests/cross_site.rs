//! Who may write with a visitor's cookies: security cases 36 to 44.

use crate::support::header;
use reqwest::Method;

over_http! {
    async fn only_our_own_pages_may_write(site: Site) {
        let own = site.origin.clone();
        let referer = format!("{own}/cart");
        let cases: [(&[(&str, &str)], bool); 9] = [
            (&[("sec-fetch-site", "same-origin")], true),
            (&[("sec-fetch-site", "cross-site"), ("origin", &own)], false),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("origin", &own)], true),
            (&[("origin", "https://evil.example")], false),
            (&[("origin", "null")], false),
            (&[("referer", &referer)], true),
            (&[("referer", "https://evil.example/")], false),
            (&[], false),
        ];
        for (headers, passes) in cases {
            let mut asked = site.ask(Method::POST, "/login").form(&[("email", "a@b.co"), ("password", "wrong password")]);
            for (name, value) in headers {
                asked = asked.header(*name, *value);
            }
            let status = asked.send().await.unwrap().status();
            assert_eq!(status != 403, passes, "{headers:?} answered {status}");
        }
        let counted = site.number("SELECT CAST(COALESCE(SUM(count), 0) AS BIGINT) FROM attempt_count WHERE scope = 'login:mail'");
        assert_eq!(counted.await, 3, "a refused write reached the log-in");
    }

    async fn no_method_but_its_own_reaches_a_writing_route(site: Site) {
        let by_get = site.get("/api/v1/cart/items").header("x-http-method-override", "POST").send().await.unwrap();
        assert_eq!(by_get.status(), 405);
        assert!(header(&by_get, "allow").contains("POST"));
    }

    async fn the_api_with_a_cookie_is_guarded_like_a_page(site: Site) {
        let asked = || site.ask(Method::POST, "/api/v1/cart").json(&serde_json::json!({}));
        assert_eq!(asked().send().await.unwrap().status(), 201);
        let with_cookie = asked().header("cookie", "mercer=abc").header("origin", "https://evil.example");
        assert_eq!(with_cookie.send().await.unwrap().status(), 403);
    }
}
