//! Differences in the admin: seen and settled by owners alone, by plain forms, once, and with a row in the log.

use super::{colleague, owner, page, send, status};
use crate::choice::stop_payments;
use crate::support::{Site, header};
use shop::args;
use shop::id::BreakId;

/// A difference of this kind about an order.
async fn differs(site: &Site, kind: &str) -> String {
    let id = BreakId::new();
    let sql = "INSERT INTO recon_break (id, kind, ref, detail, number, currency, ours, theirs, first_seen, last_seen)
        VALUES ($1, $2, 'M-AAAA-BBBB', '<b>14</b> or 12', 'M-AAAA-BBBB', 'EUR', 1400, 1200, $3, $3)";
    let mut tx = site.shop.db.begin().await.unwrap();
    tx.execute(sql, args![id, kind, site.shop.now_ms()]).await.unwrap();
    tx.commit().await.unwrap();
    id.to_string()
}

over_http! {
    async fn an_owner_settles_a_difference_by_a_plain_form(site: Site) {
        let olga = owner(&site).await;
        let sam = colleague(&site).await;
        assert!(page(&site, "/admin/reconciliation", &olga).await.contains("Nothing differs"));
        let id = differs(&site, "payment_mismatch").await;
        let list = page(&site, "/admin/reconciliation", &olga).await;
        assert!(list.contains("/admin/orders/M-AAAA-BBBB") && list.contains("€14.00") && list.contains("€12.00"));
        assert!(!list.contains("<b>14"), "what differs is text");
        assert!(page(&site, "/admin", &olga).await.contains("/admin/reconciliation?show=open"));
        assert!(page(&site, "/admin/health", &olga).await.contains("1 difference is open"));

        let path = format!("/admin/reconciliation/{id}");
        let handled = |note| [("version", "1"), ("do", "handled"), ("note", note)];
        assert_eq!(send(&site, &path, &sam, &handled("no")).await.0, 403);
        let foreign = site.form(&path, &handled("no")).header("origin", "https://evil.example");
        let foreign = foreign.header("sec-fetch-site", "cross-site").header("cookie", format!("mercer={olga}"));
        assert_eq!(foreign.send().await.unwrap().status(), 403);
        let (refused, _, again) = send(&site, &path, &olga, &handled(" ")).await;
        assert!(refused == 422 && again.contains("Please fill this in."), "{refused}");
        let other = [("version", "1"), ("do", "sell_again")];
        assert_eq!(send(&site, &path, &olga, &other).await.0, 422);
        assert_eq!(site.number("SELECT CAST(COUNT(*) AS BIGINT) FROM recon_break WHERE resolved_at IS NULL").await, 1);

        let (done, place, _) = send(&site, &path, &olga, &handled("Agreed by phone")).await;
        assert_eq!((done, place.as_str()), (303, "/admin/reconciliation"));
        let list = page(&site, "/admin/reconciliation?show=resolved", &olga).await;
        assert!(list.contains("Marked as handled.") && list.contains("Agreed by phone"), "{list}");
        let (late, _, again) = send(&site, &path, &olga, &handled("Once more")).await;
        assert!(late == 409 && again.contains("This was settled meanwhile"), "{late}");
        assert!(page(&site, "/admin/audit", &olga).await.contains("Reconciliation resolve"));
        assert_eq!(status(&site, "/admin/reconciliation?show=none", &olga).await, 404);
        assert_eq!(send(&site, &format!("/admin/reconciliation/{}", BreakId::new()), &olga, &handled("x")).await.0, 404);
    }

    async fn a_comparison_runs_on_and_its_outcome_is_shown(site: Site) {
        let olga = owner(&site).await;
        assert_eq!(send(&site, "/admin/reconciliation/compare", &olga, &[]).await.0, 303);
        for _ in 0..100 {
            let asked = site.get("/admin/reconciliation").header("cookie", format!("mercer={olga}"));
            let answer = asked.send().await.unwrap();
            let runs_on = header(&answer, "refresh") == "2";
            let html = answer.text().await.unwrap();
            if !runs_on && html.contains("0 payments compared") {
                assert!(page(&site, "/admin/audit", &olga).await.contains("Reconciliation compare"));
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        panic!("it never ends");
    }

    async fn an_owner_takes_payments_again(site: Site) {
        let olga = owner(&site).await;
        let sam = colleague(&site).await;
        stop_payments(&site).await;
        assert!(page(&site, "/admin/reconciliation", &olga).await.contains("No new payment is taken since"));
        assert!(page(&site, "/admin/health", &olga).await.contains("No new payment is taken"));
        assert_eq!(send(&site, "/admin/reconciliation/resume", &sam, &[]).await.0, 403);
        assert_eq!(send(&site, "/admin/reconciliation/resume", &olga, &[]).await.0, 303);
        assert_eq!(shop::reconcile::payments_stopped(&site.shop).await.unwrap(), None);
        assert_eq!(send(&site, "/admin/reconciliation/resume", &olga, &[]).await.0, 409);
        assert!(page(&site, "/admin/audit", &olga).await.contains("Payments resume"));
    }

    async fn frozen_stock_is_sold_out_until_it_is_unfrozen(site: Site) {
        let olga = owner(&site).await;
        let mut tx = site.shop.db.begin().await.unwrap();
        tx.execute("UPDATE stock SET frozen = 'W: 5 on hand, 1 reserved, 0 held'", args![]).await.unwrap();
        tx.commit().await.unwrap();
        assert!(page(&site, "/admin/inventory", &olga).await.contains("Frozen"));
        assert!(page(&site, "/admin/inventory/CUP", &olga).await.contains("1 reserved, 0 held"));
        let sold_out = "data-level=\"out\"";
        assert!(page(&site, "/p/cup", "").await.contains(sold_out), "shoppers can look but not buy");
        assert_eq!(send(&site, "/admin/inventory/CUP/unfreeze", &olga, &[]).await.0, 303);
        let (again, _, html) = send(&site, "/admin/inventory/CUP/unfreeze", &olga, &[]).await;
        assert!(again == 409 && html.contains("somebody was faster"), "{again}");
        assert!(!page(&site, "/p/cup", "").await.contains(sold_out));
        assert!(page(&site, "/p/bowl", "").await.contains(sold_out), "the other SKU stays frozen");
        assert!(page(&site, "/admin/audit", &olga).await.contains("Stock unfreeze"));
    }
}
