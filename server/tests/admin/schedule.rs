//! A product that is published later, as the merchant sets it.

use super::{owner, page, send, status};

over_http! {
    async fn a_schedule_is_set_in_the_editor(site: Site) {
        let olga = owner(&site).await;
        let now = site.shop.now_ms();
        let at = admin::date::local(now + 2 * 60 * 60 * 1000);
        let with = |at: &str| {
            let fixed = [
                ("do", "save"), ("version", "0"), ("title", "Later"), ("status", "draft"), ("variants.0.id", ""),
                ("variants.0.sku", "LATER"), ("variants.0.prices.EUR", "12,5"),
            ];
            fixed.into_iter().map(|(n, v)| (n, v.to_owned())).chain([("publish_at", at.to_owned())]).collect::<Vec<_>>()
        };
        let sent = |fields: &[(&'static str, String)]| fields.iter().map(|(n, v)| (*n, v.clone())).collect::<Vec<_>>();
        for wrong in ["tomorrow", "2001-01-01T00:00", "2026-02-31T00:00"] {
            let fields = sent(&with(wrong));
            let fields: Vec<_> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
            let (status, _, again) = send(&site, "/admin/products/new", &olga, &fields).await;
            assert_eq!(status, 422, "{wrong}");
            assert!(again.contains("id=\"product-publish-at-error\""), "{again}");
        }
        let fields = sent(&with(&at));
        let fields: Vec<_> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let (made, place, _) = send(&site, "/admin/products/new", &olga, &fields).await;
        assert_eq!(made, 303);
        let editor = page(&site, &place, &olga).await;
        assert!(editor.contains(&format!("value=\"{at}\"")) && editor.contains("Scheduled"), "{editor}");
        assert!(editor.contains("Price history") && editor.contains("12.50"), "{editor}");
        crate::search::catch_up(&site).await;
        let list = page(&site, "/admin/products?status=scheduled", &olga).await;
        assert!(list.contains("Later") && list.contains("UTC") && !list.contains("/admin/products/new\">Add the"), "{list}");
        assert_eq!(status(&site, "/p/later", &olga).await, 404);
        site.clock.advance(2 * 60 * 60 * 1000);
        assert_eq!(shop::catalogue::schedule::publish_due(&site.shop).await.unwrap(), 1);
        assert_eq!(status(&site, "/p/later", &olga).await, 200);
    }
}
