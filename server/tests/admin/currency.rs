//! Currencies at the merchant's desk: rates and rules by an owner's hand, what staff sees.

use super::{colleague, owner, page, send, status};
use crate::support::Site;
use shop::id::ProductId;
use shop::{args, currency};
use tokio_util::sync::CancellationToken;

const RULE: [(&str, &str); 8] = [
    ("way", "converted"),
    ("rate", "162.5"),
    ("source", "By hand"),
    ("rated_at", "2026-01-01T00:00"),
    ("step", "10"),
    ("less", "0"),
    ("rounding", "up"),
    ("version", "0"),
];

/// Lets the shop sell in yen, 162.5 for one euro, in whole tens; the owner's session.
pub async fn in_yen(site: &Site) -> String {
    let olga = owner(site).await;
    let (status, to, _) = send(site, "/admin/currencies", &olga, &[("currency", "JPY")]).await;
    assert_eq!((status, to.as_str()), (303, "/admin/currencies/JPY"));
    let (status, _, body) = send(site, "/admin/currencies/JPY", &olga, &RULE).await;
    assert_eq!(status, 303, "{body}");
    work(site).await;
    olga
}

pub async fn work(site: &Site) {
    currency::work(&site.shop, &CancellationToken::new()).await.unwrap();
}

fn with<'f>(name: &'f str, value: &'f str) -> Vec<(&'f str, &'f str)> {
    RULE.iter().map(|(known, kept)| (*known, if *known == name { value } else { *kept })).collect()
}

over_http! {
    async fn an_owner_sets_a_rate_and_a_rule_and_nothing_typed_is_lost(site: Site) {
        let olga = in_yen(&site).await;
        let shown = page(&site, "/admin/currencies/JPY", &olga).await;
        for text in ["1 EUR = 162.5 JPY", "By hand", "days ago", "¥1,630", "Rates so far"] {
            assert!(shown.contains(text), "{text}: {shown}");
        }
        let list = page(&site, "/admin/currencies", &olga).await;
        assert!(list.contains("Converted from EUR") && list.contains("Older than 7 days: the rate of JPY."), "{list}");
        for (field, value, told) in [
            ("rate", "a lot", "Enter a rate like 1.0850."),
            ("rate", "0", "Enter a rate like 1.0850."),
            ("source", " ", "Please fill this in."),
            ("rated_at", "soon", "Enter a date and a time."),
            ("step", "1.5", "Enter an amount like 1."),
            ("less", "10", "Less than what prices are a multiple of."),
        ] {
            let (status, _, body) = send(&site, "/admin/currencies/JPY", &olga, &with(field, value)).await;
            assert_eq!(status, 422, "{field}");
            assert!(body.contains(told) && body.contains("value=\"By hand\"") == (field != "source"), "{field}: {body}");
        }
        let (status, _, body) = send(&site, "/admin/currencies/JPY", &olga, &RULE).await;
        assert_eq!(status, 409, "somebody else saved meanwhile: {body}");
        // A table of rates.
        let table = [("rates", "USD 1.1\nJPY 200\n"), ("per", "EUR"), ("source", "Bank")];
        assert_eq!(send(&site, "/admin/currencies/rates", &olga, &table).await.0, 303);
        work(&site).await;
        let shown = page(&site, "/admin/currencies/JPY", &olga).await;
        assert!(shown.contains("1 EUR = 200 JPY") && shown.contains("today") && shown.contains("162.5"), "{shown}");
        let wrong = [("rates", "JPY many"), ("per", "EUR"), ("source", "Bank")];
        let (status, _, body) = send(&site, "/admin/currencies/rates", &olga, &wrong).await;
        assert!(status == 422 && body.contains("Line 1: “many” is no rate") && body.contains("JPY many"), "{body}");
        // The editor says what is charged where nothing is typed.
        let sql = "SELECT id FROM product WHERE slug = 'cup'";
        let (cup,): (ProductId,) = site.shop.db.fetch_one(sql, args![]).await.unwrap();
        let editor = page(&site, &format!("/admin/products/{cup}"), &olga).await;
        assert!(editor.contains("Converted: ¥2,000"), "{editor}");
    }

    async fn staff_finds_what_has_no_price_and_changes_no_rate(site: Site) {
        let olga = in_yen(&site).await;
        let sam = colleague(&site).await;
        let missing = page(&site, "/admin/currencies/USD/missing", &sam).await;
        assert!(missing.contains("<code>CUP</code>") && missing.contains("<code>BOWL</code>"), "{missing}");
        assert!(page(&site, "/admin/currencies/JPY/missing", &sam).await.contains("Nothing is missing"));
        let shown = page(&site, "/admin/currencies/JPY", &sam).await;
        assert!(shown.contains("162.5") && !shown.contains("How prices come about"), "{shown}");
        for path in ["/admin/currencies", "/admin/currencies/JPY", "/admin/currencies/rates", "/admin/currencies/JPY/withdraw"] {
            assert_eq!(send(&site, path, &sam, &RULE).await.0, 403, "{path}");
        }
        assert_eq!(status(&site, "/admin/currencies/XXX", &sam).await, 404);
        assert_eq!(status(&site, "/admin/currencies/EUR", &olga).await, 404, "the default is nothing to convert");
        assert_eq!(send(&site, "/admin/currencies/EUR/withdraw", &olga, &[]).await.0, 409);
        assert_eq!(send(&site, "/admin/currencies/JPY/withdraw", &olga, &[]).await.0, 303);
        assert!(page(&site, "/admin/currencies", &olga).await.contains("Not offered"));
    }
}
