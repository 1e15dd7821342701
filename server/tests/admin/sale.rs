//! Sales over HTTP: made by forms, seen by shoppers, cancelled; and nobody else's.

use super::{colleague, is_too_large, owner, page, send, status};
use crate::support::{Site, header};
use tokio_util::sync::CancellationToken;

const HOUR_MS: i64 = 60 * 60 * 1000;

async fn work(site: &Site) {
    shop::sale::work(&site.shop, &CancellationToken::new()).await.unwrap();
}

async fn product(site: &Site) -> String {
    site.get("/p/cup").header("accept", "text/html").send().await.unwrap().text().await.unwrap()
}

over_http! {
    async fn a_merchant_makes_schedules_and_cancels_a_sale(site: Site) {
        owner(&site).await;
        let sam = colleague(&site).await;
        assert!(page(&site, "/admin/sales", &sam).await.contains("No sales yet"));
        let start = admin::date::local(site.shop.now_ms() + HOUR_MS);
        let with = |action: &'static str, percent: &'static str| {
            [("do", action), ("title", "Winter"), ("scope", "everything"), ("percent", percent), ("start_at", start.as_str()), ("end_at", "")]
        };
        let (status_, place, _) = send(&site, "/admin/sales/new", &sam, &with("draft", "20")).await;
        assert_eq!(status_, 303);
        let draft = page(&site, &place, &sam).await;
        assert!(draft.contains("these 2 prices of 2 products") && draft.contains("€10.00") && draft.contains("€8.00"), "{draft}");
        let mut fields = with("schedule", "25").to_vec();
        fields.push(("version", "1"));
        assert_eq!(send(&site, &place, &sam, &fields).await.0, 303);
        let (stale, _, again) = send(&site, &place, &sam, &fields).await;
        assert!(stale == 409 && again.contains("This sale has moved on"), "{again}");
        work(&site).await;
        assert!(product(&site).await.contains("€10.00"));
        // Kept pages, the product page and the list know at once.
        product(&site).await;
        site.clock.advance(HOUR_MS + 60_000);
        work(&site).await;
        let shown = product(&site).await;
        assert!(shown.contains("€7.50") && shown.contains("€10.00") && shown.contains("Lowest price in the last 30 days: €10.00"), "{shown}");
        let api: serde_json::Value = site.get("/api/v1/products/CUP").send().await.unwrap().json().await.unwrap();
        assert_eq!(api["variants"][0]["price"]["amount"], 750, "{api}");
        let running = page(&site, &place, &sam).await;
        assert!(running.contains("Running") && running.contains("Held by the sale") && running.contains("Cancel the sale"), "{running}");
        assert!(page(&site, &format!("{place}?state=skipped"), &sam).await.contains("No prices here"));
        let id = running.split("/admin/products/").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
        assert!(page(&site, &format!("/admin/products/{id}"), &sam).await.contains("leaves the sale and stays as you set it"));
        assert_eq!(send(&site, &format!("{place}/cancel"), &sam, &[]).await.0, 303);
        work(&site).await;
        assert!(!product(&site).await.contains("€7.50"));
        let over = page(&site, &place, &sam).await;
        assert!(over.contains("Cancelled") && over.contains("Put back") && !over.contains("Cancel the sale"), "{over}");
        assert_eq!(send(&site, &format!("{place}/cancel"), &sam, &[]).await.0, 303);
        assert!(page(&site, &place, &sam).await.contains("This sale has moved on"));
    }

    async fn a_refused_sale_keeps_what_was_typed_and_strangers_make_none(site: Site) {
        let olga = owner(&site).await;
        let good = [("do", "schedule"), ("title", "T <b>"), ("scope", "prices"), ("percent", ""), ("start_at", "2026-01-01T00:00"), ("end_at", ""), ("prices", "CUP,EUR,5")];
        for (field, value, said) in [
            ("start_at", "tomorrow", "sale-start-at-error"), ("end_at", "2025-01-01T00:00", "sale-end-at-error"),
            ("scope", "nothing", "sale-scope-error"), ("prices", "CUP,EUR,x", "Line 1, amount"), ("prices", "NONE,EUR,1", "Line 1, SKU"),
            ("title", "", "sale-title-error"),
        ] {
            let fields = good.map(|(name, known)| (name, if name == field { value } else { known }));
            let (refused, _, again) = send(&site, "/admin/sales/new", &olga, &fields).await;
            assert!(refused == 422 && again.contains(said), "{field} {value}: {again}");
            assert!(!again.contains("<b>") && (field == "prices" || again.contains("CUP,EUR,5")), "{again}");
        }
        let huge = "CUP,EUR,1\n".repeat(1024 * 1024);
        let fields = good.map(|(name, known)| (name, if name == "prices" { huge.as_str() } else { known }));
        assert!(is_too_large(&site, "/admin/sales/new", &olga, &fields).await);
        // From another site's page, and by nobody.
        let forged = site.ask(http::Method::POST, "/admin/sales/new").header("origin", "https://evil.example")
            .header("cookie", format!("mercer={olga}")).form(&good).send().await.unwrap();
        assert_eq!(forged.status(), 403);
        for path in ["/admin/sales/new", "/admin/sales/018f0000-0000-7000-8000-000000000000/cancel"] {
            let answer = site.form(path, &good).send().await.unwrap();
            assert_eq!((answer.status().as_u16(), header(&answer, "location").as_str()), (303, "/admin/login"), "{path}");
        }
        assert_eq!(status(&site, "/admin/sales/018f0000-0000-7000-8000-000000000000", &olga).await, 404);
        assert_eq!(site.number("SELECT COUNT(*) FROM sale").await, 0);
    }
}
