//! The media library over HTTP: words, other files, files that go, and who may not.

use super::{owner, page, send};
use crate::review::customer;
use crate::support::{Site, header};
use shop::{args, worker};

fn jpeg(width: u16, height: u16) -> Vec<u8> {
    let mut file = Vec::new();
    let data: Vec<u8> = (0..=250).cycle().take(usize::from(width) * usize::from(height) * 3).collect();
    jpeg_encoder::Encoder::new(&mut file, 80).encode(&data, width, height, jpeg_encoder::ColorType::Rgb).unwrap();
    file
}

/// Sends one file as a browser's form does; status and where it leads.
async fn upload(site: &Site, path: &str, session: &str, file: &[u8]) -> (u16, String, String) {
    let mut body =
        b"--b7\r\nContent-Disposition: form-data; name=\"back\"\r\n\r\n/admin/media?show=&q=cup\r\n".to_vec();
    body.extend(b"--b7\r\nContent-Disposition: form-data; name=\"picture\"; filename=\"a.jpg\"\r\n\r\n");
    body.extend(file);
    body.extend(b"\r\n--b7--\r\n");
    let asked = site.ask(reqwest::Method::POST, path).header("origin", &site.origin).header("accept", "text/html");
    let asked = asked.header("cookie", format!("mercer={session}")).body(body);
    let answer = asked.header("content-type", "multipart/form-data; boundary=b7").send().await.unwrap();
    (answer.status().as_u16(), header(&answer, "location"), answer.text().await.unwrap())
}

over_http! {
    async fn pictures_get_words_and_other_files_and_what_is_unused_goes(site: Site) {
        let olga = owner(&site).await;
        assert!(page(&site, "/admin/media", &olga).await.contains("No pictures yet"));
        let (cup,): (uuid::Uuid,) = site.shop.db.fetch_one("SELECT id FROM product WHERE slug = 'cup'", args![]).await.unwrap();
        let added = upload(&site, &format!("/admin/products/{cup}/pictures"), &olga, &jpeg(60, 40)).await;
        assert_eq!(added.0, 303, "{}", added.2);
        let (id, old): (uuid::Uuid, String) = site.shop.db.fetch_one("SELECT id, url FROM picture", args![]).await.unwrap();
        let mut tx = site.shop.db.begin().await.unwrap();
        tx.execute("UPDATE picture SET alt = ''", args![]).await.unwrap();
        tx.commit().await.unwrap();

        let list = page(&site, "/admin/media?show=no-alt&q=cup", &olga).await;
        assert!(list.contains("No alt text") && list.contains("Missing alt text (1)"), "{list}");
        assert!(page(&site, "/admin/media?q=bowl", &olga).await.contains("Nothing matches"));
        let back = "/admin/media?show=no-alt&q=cup";
        let long = "x".repeat(301);
        let (status, _, again) = send(&site, &format!("/admin/media/{id}/alt"), &olga, &[("alt", &long), ("back", back)]).await;
        assert!(status == 422 && again.contains(r##"href="#media-alt""##) && again.contains(r#"id="media-alt""#), "{again}");
        let words = [("alt", "A \"white\" cup"), ("back", back)];
        let (status, to, _) = send(&site, &format!("/admin/media/{id}/alt"), &olga, &words).await;
        assert_eq!((status, to.as_str()), (303, back));
        let shown = site.get("/p/cup").send().await.unwrap().text().await.unwrap();
        assert!(shown.contains("A &quot;white&quot; cup") && shown.contains(&old), "{shown}");

        let file = format!("/admin/media/{id}/file");
        let (status, _, again) = upload(&site, &file, &olga, b"<svg onload=alert(1)>").await;
        assert!(status == 422 && again.contains("This is not a JPEG"), "{again}");
        let (status, to, _) = upload(&site, &file, &olga, &jpeg(80, 50)).await;
        assert_eq!((status, to.as_str()), (303, "/admin/media?show=&q=cup"));
        let shown = site.get("/p/cup").send().await.unwrap().text().await.unwrap();
        assert!(shown.contains("A &quot;white&quot; cup") && !shown.contains(&old), "the kept page is another");

        let unused = page(&site, "/admin/media?show=unused", &olga).await;
        assert!(unused.contains(&old) && unused.contains("Unused files (1)"), "{unused}");
        assert_eq!(send(&site, "/admin/media/erase", &olga, &[]).await.0, 422);
        let eve = customer(&site, "Eve").await;
        assert_eq!(send(&site, "/admin/media/erase", &eve, &[("url", &old)]).await.1, "/admin/login");
        assert_eq!(site.number("SELECT COUNT(*) FROM picture_erase").await, 0);
        assert_eq!(send(&site, "/admin/media/erase", &olga, &[("url", &old)]).await.0, 303);
        assert!(page(&site, "/admin/media?show=unused", &olga).await.contains("1 file is being deleted."));
        worker::erase_pictures(&site.shop).await.unwrap();
        assert_eq!(site.get(&old).send().await.unwrap().status(), 404);
        for path in [format!("/admin/media/{id}/alt"), "/admin/media/erase".to_owned(), file] {
            let foreign = site.ask(reqwest::Method::POST, &path).header("cookie", format!("mercer={olga}"));
            let foreign = foreign.header("origin", "https://evil.example").form(&[("alt", "x")]).send().await.unwrap();
            assert_eq!(foreign.status(), 403, "{path}");
        }
    }
}
