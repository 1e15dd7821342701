//! Bulk edits over HTTP, from the ticked rows to the undo.

use super::{owner, page, send};
use crate::support::{Site, header};
use tokio_util::sync::CancellationToken;

async fn work(site: &Site) {
    shop::bulk::work(&site.shop, &CancellationToken::new()).await.unwrap();
}

/// The identifiers of the rows that can be ticked.
fn ticks(html: &str) -> Vec<String> {
    let parts = html.split("name=\"id\" value=\"").skip(1);
    parts.filter_map(|part| part.split('"').next().map(str::to_owned)).collect()
}

over_http! {
    async fn ticked_products_are_changed_and_changed_back(site: Site) {
        shop::seed::demo(&site.shop, &mut |_, _| ()).await.unwrap();
        crate::search::catch_up(&site).await;
        let olga = owner(&site).await;
        assert!(page(&site, "/admin/products/bulk", &olga).await.contains("No bulk edits yet"));
        let list = page(&site, "/admin/products", &olga).await;
        let ids = ticks(&list);
        assert!(ids.len() > 2 && list.contains("Edit all products"), "{list}");
        // Nothing ticked: told where the rows are.
        let (status, place, _) = send(&site, "/admin/products/bulk", &olga, &[]).await;
        assert_eq!(status, 303);
        assert!(page(&site, &place, &olga).await.contains("Choose at least one product."));
        let (status, here, _) = send(&site, "/admin/products/bulk", &olga, &[("id", ids[0].as_str()), ("id", ids[1].as_str())]).await;
        assert_eq!(status, 303);
        let form = page(&site, &here, &olga).await;
        assert!(form.contains("Edit 2 products") && form.contains("Lower by %"), "{form}");
        // What cannot be read keeps what was typed.
        let wrong = [("brand_do", "set"), ("brand", ""), ("price_step", "lower_percent"), ("price_value", "ten"), ("currency", "EUR"), ("add_tags", "soon")];
        let (status, _, html) = send(&site, &format!("{here}/plan"), &olga, &wrong).await;
        assert_eq!(status, 422);
        assert!(html.contains("Enter the new text.") && html.contains("Enter a percentage like 10 or 12.5."), "{html}");
        assert!(html.contains("value=\"ten\"") && html.contains("value=\"soon\""), "{html}");
        let (status, _, html) = send(&site, &format!("{here}/plan"), &olga, &[("currency", "EUR")]).await;
        assert_eq!(status, 422);
        assert!(html.contains("Choose something to change."), "{html}");
        let changes = [("brand_do", "set"), ("brand", "Bulk & Co"), ("currency", "EUR"), ("status", "")];
        assert_eq!(send(&site, &format!("{here}/plan"), &olga, &changes).await.0, 303);
        let waiting = site.get(&here).header("cookie", format!("mercer={olga}")).send().await.unwrap();
        assert_eq!(header(&waiting, "refresh"), "2");
        work(&site).await;
        let html = page(&site, &here, &olga).await;
        assert!(html.contains("Change 2 products") && html.contains("Bulk &amp; Co"), "{html}");
        assert_eq!(send(&site, &format!("{here}/apply"), &olga, &[]).await.0, 303);
        work(&site).await;
        let html = page(&site, &here, &olga).await;
        assert!(html.contains("Undo the change of 2 products"), "{html}");
        crate::search::catch_up(&site).await;
        // All that a search finds.
        let (_, all, _) = send(&site, "/admin/products/bulk", &olga, &[("all", "on"), ("q", "bulk")]).await;
        assert!(page(&site, &all, &olga).await.contains("Edit 2 products"));
        assert_eq!(send(&site, &format!("{here}/undo"), &olga, &[]).await.0, 303);
        work(&site).await;
        assert!(page(&site, &here, &olga).await.contains("The changes are taken back"));
        assert_eq!(send(&site, &format!("{here}/undo"), &olga, &[]).await.0, 303);
        assert!(page(&site, &here, &olga).await.contains("This bulk edit has moved on"));
        let history = page(&site, "/admin/products/bulk", &olga).await;
        assert!(history.contains("Undone") && history.contains("Not planned yet"), "{history}");
    }

    async fn strangers_change_nothing(site: Site) {
        let (status, place, _) = send(&site, "/admin/products/bulk", "nobody", &[("all", "on")]).await;
        assert!((status, place.starts_with("/admin/login")) == (303, true) || status == 401, "{status} {place}");
        let foreign = site.ask(http::Method::POST, "/admin/products/bulk").header("origin", "https://elsewhere.example")
            .body("all=on").send().await.unwrap();
        assert_eq!(foreign.status(), 403);
    }
}
