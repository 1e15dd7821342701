//! What every answer carries, and what no answer tells.

use crate::support::{Setup, Site, header};

over_http! {
    async fn every_page_forbids_what_our_pages_never_do(site: Site) {
        for path in ["/", "/cart", "/login", "/nothing-here", "/api/docs", "/admin/login"] {
            let page = site.get(path).header("accept", "text/html").send().await.unwrap();
            let policy = header(&page, "content-security-policy");
            assert!(policy.contains("default-src 'self'") && policy.contains("frame-ancestors 'none'"), "{path}");
            assert!(policy.contains("'wasm-unsafe-eval'") && !policy.contains("unsafe-inline"), "{path}: {policy}");
            assert!(!policy.contains("'unsafe-eval'"), "{path}: {policy}");
            assert_eq!(header(&page, "x-content-type-options"), "nosniff", "{path}");
            assert_eq!(header(&page, "cross-origin-opener-policy"), "same-origin", "{path}");
            assert!(!header(&page, "referrer-policy").is_empty() && !header(&page, "x-request-id").is_empty(), "{path}");
            assert!(header(&page, "strict-transport-security").is_empty(), "plain http promises no https");
            assert!(header(&page, "access-control-allow-origin").is_empty(), "{path}");
        }
    }

    async fn a_preflight_from_elsewhere_allows_nothing(site: Site) {
        let asked = site.ask(reqwest::Method::OPTIONS, "/api/v1/cart").header("origin", "https://evil.example");
        let answer = asked.header("access-control-request-method", "POST").send().await.unwrap();
        assert!(header(&answer, "access-control-allow-origin").is_empty());
        assert!(header(&answer, "access-control-allow-credentials").is_empty());
    }

    async fn what_is_not_there_is_a_page_for_people_and_a_problem_for_programs(site: Site) {
        let page = site.get("/nothing-here").header("accept", "text/html").send().await.unwrap();
        assert_eq!(page.status(), 404);
        assert!(header(&page, "content-type").starts_with("text/html"));
        let problem = site.get("/nothing-here").header("accept", "application/json").send().await.unwrap();
        assert_eq!(header(&problem, "content-type"), "application/problem+json");
        let problem: serde_json::Value = problem.json().await.unwrap();
        assert_eq!(problem["code"], "not_found");
    }

    async fn the_shop_says_that_it_lives_and_that_it_is_ready(site: Site) {
        assert_eq!(site.get("/healthz").send().await.unwrap().status(), 200);
        assert_eq!(site.get("/readyz").send().await.unwrap().status(), 503, "nothing can be found yet");
        shop::search::catch_up(&site.shop, &site.search).await.unwrap();
        assert_eq!(site.get("/readyz").send().await.unwrap().status(), 200);
    }

    async fn a_form_over_its_limit_is_refused(site: Site) {
        let long = "x".repeat(65 * 1024);
        let answer = site.form("/login", &[("email", &long)]).header("accept", "text/html").send().await.unwrap();
        assert_eq!(answer.status(), 413);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_https_browsers_are_told_to_stay_there() {
    let site = Site::on_sqlite(Setup { flags: &[("--origin", "https://shop.example")], ..Setup::default() }).await;
    let page = site.get("/").send().await.unwrap();
    assert!(header(&page, "strict-transport-security").starts_with("max-age=31536000"));
}
