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

/// Names and values of a page's fields, those of its search boxes too.
fn fields(html: &str) -> Vec<(String, String)> {
    let of = |tag: &str, name: &str| {
        let (_, after) = tag.split_once(&format!(" {name}=\""))?;
        Some(after.split('"').next()?.to_owned())
    };
    let tags = html.split("<input").skip(1).filter_map(|tag| tag.split('>').next());
    tags.filter_map(|tag| Some((of(tag, "name")?, of(tag, "value").unwrap_or_default()))).collect()
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

    async fn a_table_changes_each_variant_on_its_own_and_what_is_pasted_fills_it_in(site: Site) {
        shop::seed::demo(&site.shop, &mut |_, _| ()).await.unwrap();
        crate::search::catch_up(&site).await;
        let olga = owner(&site).await;
        let ids = ticks(&page(&site, "/admin/products", &olga).await);
        let ticked = [("id", ids[0].as_str()), ("id", ids[1].as_str()), ("sheet", "on")];
        let (status, here, _) = send(&site, "/admin/products/bulk", &olga, &ticked).await;
        assert!(status == 303 && here.ends_with("/sheet"), "{status} {here}");
        let html = page(&site, &here, &olga).await;
        assert!(html.contains("2 products as a table"), "{html}");
        let cells = fields(&html);
        let sku = cells.iter().find(|(name, _)| name.rsplit_once('.').is_some_and(|(_, column)| column == "sku")).unwrap().clone();
        let variant = sku.0.trim_end_matches(".sku").to_owned();
        let sent = |changes: &[(&str, &str)]| -> Vec<(String, String)> {
            let changed = |name: &str| changes.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
            let known = cells.iter().map(|(name, value)| (name.clone(), changed(name).unwrap_or_else(|| value.clone())));
            let new = changes.iter().filter(|(name, _)| !cells.iter().any(|(known, _)| known == name));
            known.chain(new.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))).collect()
        };
        let post = async |pairs: Vec<(String, String)>| {
            let pairs: Vec<_> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            send(&site, &here, &olga, &pairs).await
        };
        // Nothing typed, something that is no price, a table that names nothing: told, and what was typed stands.
        let (status, _, html) = post(sent(&[])).await;
        assert!(status == 422 && html.contains("Change something in the table."), "{status} {html}");
        let price = format!("{variant}.price");
        let (status, _, html) = post(sent(&[(&price, "cheap")])).await;
        assert!(status == 422 && html.contains("is no amount") && html.contains("value=\"cheap\""), "{status} {html}");
        let (status, _, html) = post(sent(&[("paste", "Price\t1"), ("do", "paste")])).await;
        assert!(status == 422 && html.contains("one of them must be SKU"), "{status} {html}");
        let table = format!("SKU\tPrice\tWeight, g\n{}\t7,77\t321\n", sku.1);
        let (status, _, html) = post(sent(&[("paste", &table), ("do", "paste")])).await;
        assert!(status == 200 && html.contains("2 cells are filled in"), "{status} {html}");
        assert!(html.contains("value=\"7,77\"") && html.contains("value=\"321\""), "{html}");
        let weight = format!("{variant}.weight_grams");
        let (status, place, _) = post(sent(&[(&price, "7,77"), (&weight, "321")])).await;
        assert_eq!((status, place.as_str()), (303, here.trim_end_matches("/sheet")));
        work(&site).await;
        let html = page(&site, &place, &olga).await;
        assert!(html.contains("Change 1 product") && html.contains("7.77") && html.contains("321"), "{html}");
        assert_eq!(send(&site, &format!("{place}/apply"), &olga, &[]).await.0, 303);
        work(&site).await;
        let sql = format!(
            "SELECT r.amount FROM price r JOIN variant v ON v.id = r.variant_id WHERE v.sku = '{}' AND r.currency = 'EUR'",
            sku.1
        );
        assert_eq!(site.number(&sql).await, 777);
        // It is under way: the table has moved on.
        let (status, elsewhere, _) = post(sent(&[])).await;
        assert_eq!((status, elsewhere.as_str()), (303, place.as_str()));
    }

    async fn prices_and_stock_are_typed_over_in_the_list(site: Site) {
        let olga = owner(&site).await;
        let html = page(&site, "/admin/products?edit=on", &olga).await;
        assert!(html.contains("Save prices and stock"), "{html}");
        let cells = fields(&html);
        let with = |name: &str, value: &str| -> Vec<(String, String)> {
            let cell = |(known, was): &(String, String)| (known.clone(), if known == name { value.to_owned() } else { was.clone() });
            cells.iter().map(cell).collect()
        };
        let post = async |pairs: Vec<(String, String)>| {
            let pairs: Vec<_> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            send(&site, "/admin/products/quick", &olga, &pairs).await
        };
        let price = cells.iter().find(|(name, _)| name.starts_with("price.")).unwrap().0.clone();
        let units = cells.iter().find(|(name, _)| name.starts_with("units.")).unwrap().0.clone();
        let (status, _, html) = post(with(&price, "free")).await;
        assert!(status == 422 && html.contains("Enter a price like 12.50.") && html.contains("value=\"free\""), "{status}");
        assert_eq!(post(with(&price, "3.21")).await.0, 303);
        // Somebody else has the old page: the price moved.
        let (status, _, html) = post(with(&price, "4.00")).await;
        assert!(status == 422 && html.contains("is €3.21 by now"), "{status} {html}");
        assert_eq!(post(with(&units, "9")).await.0, 303);
    }

    async fn strangers_change_nothing(site: Site) {
        let (status, place, _) = send(&site, "/admin/products/bulk", "nobody", &[("all", "on")]).await;
        assert!((status, place.starts_with("/admin/login")) == (303, true) || status == 401, "{status} {place}");
        let foreign = site.ask(http::Method::POST, "/admin/products/bulk").header("origin", "https://elsewhere.example")
            .body("all=on").send().await.unwrap();
        assert_eq!(foreign.status(), 403);
    }
}
