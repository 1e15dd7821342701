//! Delivery and warehouses at the merchant's desk: edited by plain forms, refused by field, tried out.

use super::{owner, page, send, status};
use crate::support::Site;
use shop::args;

/// Where a page links to with this text.
fn link(html: &str, begins: &str) -> String {
    let from = html.find(&format!("href=\"{begins}")).unwrap_or_else(|| panic!("no link to {begins}")) + 6;
    html[from..].split('"').next().unwrap().to_owned()
}

async fn count(site: &Site, sql: &str) -> i64 {
    site.shop.db.fetch_one::<(i64,)>(sql, args![]).await.unwrap().0
}

over_http! {
    async fn a_zone_gets_methods_and_an_address_is_tried(site: Site) {
        let olga = owner(&site).await;
        let zone = [("name", "Alps"), ("areas", "AT\nCH\nDE 8*"), ("position", "3")];
        let (made, here, body) = send(&site, "/admin/shipping/zones/new", &olga, &zone).await;
        assert_eq!(made, 303, "{body}");
        // A place that another zone has, and one that there is not: typed values stay.
        let wrong = [("name", "Other"), ("areas", "DE\nXX"), ("position", "1")];
        let (refused, _, body) = send(&site, "/admin/shipping/zones/new", &olga, &wrong).await;
        assert!(refused == 422 && body.contains("knows no country XX") && body.contains("value=\"Other\""), "{refused}");
        let wrong = [("name", "Other"), ("areas", "CH"), ("position", "1")];
        let (refused, _, body) = send(&site, "/admin/shipping/zones/new", &olga, &wrong).await;
        assert!(refused == 422 && body.contains("CH is in the zone Alps already."), "{refused}");

        let new = format!("{here}/methods/new");
        assert!(page(&site, &new, &olga).await.contains("Price table in EUR"));
        let method = [
            ("name", "Mountain post"), ("code", "mountain"), ("basis", "quantity"), ("rates.EUR", "1 7.50\n3 9.90"),
            ("free.EUR", "100"), ("days_min", "2"), ("days_max", "5"), ("position", "0"), ("active", "on"), ("pickup", ""),
        ];
        let (made, back, body) = send(&site, &new, &olga, &method).await;
        assert!(made == 303 && back == here, "{body}");
        let mut wrong = method;
        wrong[3].1 = "1 seven";
        let (refused, _, body) = send(&site, &new, &olga, &wrong).await;
        assert!(refused == 422 && body.contains("is no step") && body.contains("1 seven"), "{refused}");
        let shown = page(&site, "/admin/shipping", &olga).await;
        for text in ["Alps", "AT, CH, DE 8*", "Mountain post", "€7.50 to €9.90", "2 to 5"] {
            assert!(shown.contains(text), "{text} is not shown");
        }
        let editor = link(&page(&site, &here, &olga).await, "/admin/shipping/methods/");
        let shown = page(&site, &editor, &olga).await;
        assert!(shown.contains("1 7.50\n3 9.90") && shown.contains("value=\"100.00\""), "{shown}");

        let asked = "/admin/shipping/try?currency=EUR&at=2026-03-13T09:00&lines=CUP+1&country=DE&postal_code=";
        let shown = page(&site, &format!("{asked}80331"), &olga).await;
        for text in ["Alps", "€7.50", "17 Mar 2026 to 20 Mar 2026", "It is for the zone Germany."] {
            assert!(shown.contains(text), "{text} is not shown: {shown}");
        }
        let shown = page(&site, &format!("{asked}10115"), &olga).await;
        assert!(shown.contains("€4.90") && shown.contains("It is for the zone Alps."), "{shown}");
        assert_eq!(status(&site, &asked.replace("CUP", "NONE"), &olga).await, 422);
        assert_eq!(status(&site, &asked.replace("country=DE", "country=XX"), &olga).await, 422);

        // Changed by somebody else meanwhile.
        let mut stale = vec![("version", "9")];
        stale.extend(zone);
        assert_eq!(send(&site, &here, &olga, &stale).await.0, 409);
        assert_eq!(send(&site, &format!("{editor}/delete"), &olga, &[]).await.0, 303);
        assert_eq!(send(&site, &format!("{here}/delete"), &olga, &[]).await.0, 303);
        assert_eq!(count(&site, "SELECT COUNT(*) FROM shipping_area").await, 1);
        assert_eq!(count(&site, "SELECT COUNT(*) FROM audit_log WHERE entity IN ('shipping_zone', 'shipping_method')").await, 4);
    }

    async fn a_warehouse_is_added_closed_and_routed_around(site: Site) {
        let olga = owner(&site).await;
        let house = [
            ("name", "Vienna"), ("code", "vie"), ("country", "AT"), ("line1", "Kai 1"), ("city", "Wien"), ("postal_code", "1010"),
            ("countries", "at, de"), ("priority", "1"), ("cutoff", "10:30"), ("handling_days", "1"), ("pickup", "on"),
            ("active", "on"),
        ];
        let (made, here, body) = send(&site, "/admin/warehouses/new", &olga, &house).await;
        assert_eq!(made, 303, "{body}");
        let mut wrong = house;
        (wrong[1].1, wrong[6].1, wrong[8].1) = ("vie2", "AT, XX", "noon");
        let (refused, _, body) = send(&site, "/admin/warehouses/new", &olga, &wrong).await;
        assert!(refused == 422 && body.contains("A time of day like 14:00.") && body.contains("noon"), "{refused}");
        wrong[8].1 = "12:00";
        let (refused, _, body) = send(&site, "/admin/warehouses/new", &olga, &wrong).await;
        assert!(refused == 422 && body.contains("XX is no country"), "{refused}");
        let shown = page(&site, "/admin/warehouses", &olga).await;
        for text in ["Vienna", "AT, DE", "until 10:30 UTC, a working day later", "Pickup", "Everywhere"] {
            assert!(shown.contains(text), "{text} is not shown");
        }
        let sum = "SELECT CAST(SUM(free) AS BIGINT) FROM stock";
        let before = count(&site, sum).await;
        let first = "SELECT COUNT(*) FROM stock WHERE frozen <> ''";
        let old = site.shop.db.fetch_one::<(shop::id::WarehouseId,)>("SELECT id FROM warehouse WHERE code = 'W'", args![]).await.unwrap().0;
        let closed = [
            ("version", "1"), ("name", "W"), ("code", "W"), ("country", "DE"), ("countries", ""), ("priority", "0"),
            ("cutoff", "14:00"), ("handling_days", "0"),
        ];
        let at = format!("/admin/warehouses/{old}");
        assert_eq!(send(&site, &at, &olga, &closed).await.0, 303);
        assert!(before > 0 && count(&site, sum).await == 0 && count(&site, first).await > 0);
        let asked = "/admin/shipping/try?currency=EUR&at=2026-03-13T09:00&lines=CUP+1&country=DE&postal_code=10115";
        let shown = page(&site, asked, &olga).await;
        assert!(shown.contains("CUP: 0 available.") && shown.contains("The warehouse is closed."), "{shown}");
        assert_eq!(send(&site, &at, &olga, &closed).await.0, 409);
        let mut open = closed.to_vec();
        open[0].1 = "2";
        open.push(("active", "on"));
        assert_eq!(send(&site, &at, &olga, &open).await.0, 303);
        assert_eq!(count(&site, sum).await, before);
        assert!(page(&site, &here, &olga).await.contains("value=\"10:30\""));
        assert_eq!(count(&site, "SELECT COUNT(*) FROM audit_log WHERE entity = 'warehouse'").await, 3);
    }
}
