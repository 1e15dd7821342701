//! Products from and to files over HTTP, from the upload to the roll-back.

use super::{owner, page, send};
use crate::support::{Site, header};
use shop::args;
use shop::import::job;
use tokio_util::sync::CancellationToken;

const FILE: &str = "Handle,Titel,Variant Price,Variant SKU,Notes\nlamp,Lamp,20,LAMP-1,x\nrug,\"=Rug\",cheap,RUG-1,y\n";

/// Status, where to, and what was answered.
async fn upload(site: &Site, session: &str, name: &str, csv: &[u8]) -> (u16, String, String) {
    let part = format!(
        "--edge\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\ncontent-type: text/csv\r\n\r\n"
    );
    let answer = site
        .ask(http::Method::POST, "/admin/import")
        .header("origin", &site.origin)
        .header("cookie", format!("mercer={session}"))
        .header("content-type", "multipart/form-data; boundary=edge")
        .body([part.as_bytes(), csv, b"\r\n--edge--\r\n"].concat())
        .send()
        .await
        .unwrap();
    (answer.status().as_u16(), header(&answer, "location"), answer.text().await.unwrap())
}

async fn work(site: &Site) {
    job::work(&site.shop, &CancellationToken::new()).await.unwrap();
}

over_http! {
    async fn a_file_goes_through_columns_check_and_import_and_back(site: Site) {
        let olga = owner(&site).await;
        assert!(page(&site, "/admin/import", &olga).await.contains("Nothing imported yet"));
        let (status, columns, _) = upload(&site, &olga, "lamps.csv", FILE.as_bytes()).await;
        assert_eq!(status, 303);
        let here = columns.strip_suffix("/columns").unwrap().to_owned();
        let html = page(&site, &columns, &olga).await;
        assert!(html.contains("Titel") && html.contains("Read as a product file of Shopify"), "{html}");
        // The title's column has another name: without it nothing can be checked.
        let lacking = [("format", "shopify"), ("column-0", "Handle"), ("column-2", "Variant Price"), ("column-3", "Variant SKU")];
        let (status, _, html) = send(&site, &format!("{here}/check"), &olga, &lacking).await;
        assert_eq!(status, 422);
        assert!(html.contains("The column Title is missing"), "{html}");
        let whole = [lacking.as_slice(), &[("column-1", "Title")]].concat();
        assert_eq!(send(&site, &format!("{here}/check"), &olga, &whole).await.0, 303);
        let waiting = site.get(&here).header("cookie", format!("mercer={olga}")).send().await.unwrap();
        assert_eq!(header(&waiting, "refresh"), "2");
        work(&site).await;
        let html = page(&site, &here, &olga).await;
        assert!(html.contains("Nothing is written yet") && html.contains("Import 1 product"), "{html}");
        let errors = site.get(&format!("{here}/errors.csv")).header("cookie", format!("mercer={olga}")).send().await.unwrap();
        assert_eq!(header(&errors, "content-disposition"), "attachment; filename=\"import-errors.csv\"");
        assert_eq!(errors.text().await.unwrap(), "Line,Column,Problem\n3,Variant Price,\"\"\"cheap\"\" is not an amount in EUR.\"\n");
        assert_eq!(site.get("/p/lamp").send().await.unwrap().status(), 404);
        assert_eq!(send(&site, &format!("{here}/run"), &olga, &[]).await.0, 303);
        work(&site).await;
        assert!(page(&site, &here, &olga).await.contains("The import is done"));
        assert_eq!(site.get("/p/lamp").send().await.unwrap().status(), 200);
        assert!(page(&site, "/admin/import", &olga).await.contains("lamps.csv"));
        let again = send(&site, &format!("{here}/run"), &olga, &[]).await;
        assert_eq!(again.0, 303, "a second click is told so on the page");
        assert!(page(&site, &here, &olga).await.contains("This import has moved on"));
        assert_eq!(send(&site, &format!("{here}/roll-back"), &olga, &[]).await.0, 303);
        work(&site).await;
        assert!(page(&site, &here, &olga).await.contains("The import is taken back"));
        assert_eq!(site.get("/p/lamp").send().await.unwrap().status(), 404);
        let actions: Vec<(String,)> = site.shop.db
            .fetch_all("SELECT action FROM audit_log WHERE entity = 'import' ORDER BY id", args![]).await.unwrap();
        assert_eq!(actions.iter().map(|(a,)| a.as_str()).collect::<Vec<_>>(), ["import.run", "import.roll_back"]);
    }

    async fn what_is_no_table_is_refused_where_it_was_chosen(site: Site) {
        let olga = owner(&site).await;
        for (csv, said) in [
            (b"".as_slice(), "Choose a CSV file first."),
            (b"PK\x03\x04", "spreadsheet or an archive"),
            (b"Handle,Title\nmug,M\0g", "Line 2: Contains a zero byte"),
            (&[b','; 5_000], "5001 columns"),
        ] {
            let (status, _, html) = upload(&site, &olga, "x.csv", csv).await;
            assert_eq!(status, 422, "{said}");
            assert!(html.contains(said), "{html}");
        }
    }

    async fn the_catalogue_can_be_taken_away(site: Site) {
        let olga = owner(&site).await;
        for (format, begins) in [("shopify", "Handle,Title,"), ("woocommerce", "ID,Type,SKU,")] {
            let address = format!("/admin/import/export?format={format}&status=published");
            let file = site.get(&address).header("cookie", format!("mercer={olga}")).send().await.unwrap();
            assert_eq!(header(&file, "content-type"), "text/csv; charset=utf-8");
            let text = file.text().await.unwrap();
            assert!(text.starts_with(begins) && text.contains("CUP"), "{text}");
            let sample = site.get(&format!("/admin/import/sample/{format}")).header("cookie", format!("mercer={olga}")).send().await.unwrap();
            assert_eq!(sample.status(), 200);
            // Nobody else gets either.
            assert_ne!(site.get(&address).send().await.unwrap().status(), 200);
        }
    }
}
