//! Uploading pictures: several at once, hostile ones, and what is served afterwards. Cases 88 to 91.

use super::{owner, page, send};
use crate::support::{Site, header};
use admin::island::Uploaded;
use shop::media;

const HTML: &[u8] = b"<!doctype html><script>alert(1)</script>";
const SVG: &[u8] = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";

fn jpeg(width: u16, height: u16) -> Vec<u8> {
    let mut file = Vec::new();
    let data: Vec<u8> = (0..=250).cycle().take(usize::from(width) * usize::from(height) * 3).collect();
    jpeg_encoder::Encoder::new(&mut file, 80).encode(&data, width, height, jpeg_encoder::ColorType::Rgb).unwrap();
    file
}

/// A PNG's first bytes, which claim 20,000 × 20,000 pixels.
fn boast() -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x4e\x20\0\0\x4e\x20\x08\x02\0\0\0".to_vec();
    let crc = !file[12..29].iter().fold(!0_u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 })
    });
    file.extend(crc.to_be_bytes());
    file.extend(b"\0\0\0\x08IDAT\x78\x9c\x03\0\0\0\0\x01\0\0\0\0\0\0\0\0IEND\xae\x42\x60\x82");
    file
}

/// Sends files as a browser's form does, or as the page's script does.
async fn upload(site: &Site, path: &str, session: &str, files: &[(&[u8], &[u8])], accept: &str) -> reqwest::Response {
    let mut body = Vec::new();
    for (name, bytes) in files {
        body.extend(b"--boundary7\r\nContent-Disposition: form-data; name=\"picture\"; filename=\"");
        body.extend(*name);
        body.extend(b"\"\r\nContent-Type: image/png\r\n\r\n");
        body.extend(*bytes);
        body.extend(b"\r\n");
    }
    body.extend(b"--boundary7--\r\n");
    site.ask(reqwest::Method::POST, path)
        .header("origin", &site.origin)
        .header("cookie", format!("mercer={session}"))
        .header("content-type", "multipart/form-data; boundary=boundary7")
        .header("accept", accept)
        .body(body)
        .send()
        .await
        .unwrap()
}

const PAGE: &str = "text/html";
const SCRIPT: &str = "application/json";

async fn cup(site: &Site) -> String {
    let (id,): (uuid::Uuid,) =
        site.shop.db.fetch_one("SELECT id FROM product WHERE slug = 'cup'", Vec::new()).await.unwrap();
    format!("/admin/products/{id}")
}

over_http! {
    async fn pictures_are_added_together_and_served_with_care(site: Site) {
        let olga = owner(&site).await;
        let editor = cup(&site).await;
        let path = format!("{editor}/pictures");
        let sent = upload(&site, &path, &olga, &[(b"a.jpg", &jpeg(700, 500)), (b"b.jpg", &jpeg(60, 40))], PAGE).await;
        assert_eq!((sent.status().as_u16(), header(&sent, "location")), (303, editor.clone()));
        assert!(page(&site, &editor, &olga).await.contains("2 pictures are added."));
        while media::draw_due(&site.shop).await.unwrap() > 0 {}

        let shop_page = site.get("/p/cup").send().await.unwrap().text().await.unwrap();
        let (_, rest) = shop_page.split_once("<source type=\"image/webp\" srcset=\"").unwrap();
        let srcset = rest.split('"').next().unwrap();
        let widths: Vec<&str> = srcset.split(", ").map(|one| one.split(' ').nth(1).unwrap()).collect();
        assert_eq!(widths, ["320w", "700w"]);
        assert!(rest.contains("sizes=\"") && rest.contains("width=\"700\"") && rest.contains("height=\"500\""));
        assert!(rest.contains("fetchpriority=\"high\""));

        let url = srcset.split(' ').next().unwrap();
        let served = site.get(url).send().await.unwrap();
        assert_eq!(served.status(), 200);
        assert_eq!(header(&served, "content-type"), "image/webp");
        assert_eq!(header(&served, "x-content-type-options"), "nosniff");
        assert_eq!(header(&served, "content-security-policy"), "default-src 'none'; style-src 'unsafe-inline'; sandbox");
        assert_eq!(header(&served, "cache-control"), "public, max-age=31536000, immutable");
        let (tag, length) = (header(&served, "etag"), header(&served, "content-length"));
        assert_eq!(served.bytes().await.unwrap().len().to_string(), length);

        let head = site.ask(reqwest::Method::HEAD, url).send().await.unwrap();
        assert_eq!((head.status().as_u16(), header(&head, "content-length")), (200, length));
        for known in [tag.clone(), format!("\"x\", W/{tag}"), "*".into()] {
            let again = site.get(url).header("if-none-match", &known).send().await.unwrap();
            assert_eq!((again.status().as_u16(), header(&again, "etag")), (304, tag.clone()), "{known}");
        }
        assert_eq!(site.get(url).header("if-none-match", "\"x\"").send().await.unwrap().status(), 200);
    }

    async fn a_file_that_is_refused_is_named_and_costs_no_other(site: Site) {
        let olga = owner(&site).await;
        let editor = cup(&site).await;
        let path = format!("{editor}/pictures");
        let (good, boast) = (jpeg(50, 40), boast());
        let polyglot = [good.as_slice(), b"<html><script>alert(1)</script>"].concat();
        let files: [(&[u8], &[u8]); 5] = [
            (b"page.png", HTML),
            (b"drawing.png", SVG),
            (b"good.jpg", &good),
            (b"two&lt;at&gt;once.jpg", &polyglot),
            (b"huge.png", &boast),
        ];
        let start = std::time::Instant::now();
        let answer = upload(&site, &path, &olga, &files, PAGE).await;
        assert_eq!(answer.status(), 422);
        assert!(start.elapsed() < std::time::Duration::from_secs(2));
        let text = answer.text().await.unwrap();
        for said in ["page.png: This is not", "drawing.png: This is not", "once.jpg: The file hides", "huge.png: At most 50"] {
            assert!(text.contains(said), "{said}: {text}");
        }
        assert!(text.contains("The picture is added."));
        assert_eq!(site.number("SELECT COUNT(*) FROM picture").await, 1);

        let answer = upload(&site, &path, &olga, &[(b"page.png", HTML)], SCRIPT).await;
        assert_eq!(answer.status(), 422);
        let said: Uploaded = answer.json().await.unwrap();
        assert_eq!((said.added, said.errors.len()), (0, 1));
        let answer = upload(&site, &path, &olga, &[(b"other.jpg", &jpeg(41, 40))], SCRIPT).await;
        let said: Uploaded = answer.json().await.unwrap();
        let version = site.number("SELECT version FROM product WHERE slug = 'cup'").await;
        assert_eq!(said, Uploaded { added: 1, version, errors: Vec::new() });
        let nothing = upload(&site, &path, &olga, &[(b"", b"")], PAGE).await;
        assert_eq!(nothing.status(), 422);
    }

    async fn names_that_files_come_with_are_nobodys_paths(site: Site) {
        let olga = owner(&site).await;
        let path = format!("{}/pictures", cup(&site).await);
        let long = vec![b'x'; 4096];
        let names: [&[u8]; 5] = [b"../../../../tmp/x.png", b"..\\..\\x.png", b"a\0b.png", &long, b"/etc/passwd"];
        for (at, name) in names.into_iter().enumerate() {
            let at = u16::try_from(at).unwrap();
            let answer = upload(&site, &path, &olga, &[(name, &jpeg(30 + at, 20))], SCRIPT).await;
            assert!(answer.status() == 200 || answer.status() == 422, "{name:?}: {}", answer.status());
        }
        let refused = upload(&site, &path, &olga, &[(&long, HTML)], SCRIPT).await.text().await.unwrap();
        assert!(refused.len() < 300, "{refused}");
        let stored: Vec<(String,)> = site.shop.db.fetch_all("SELECT url FROM picture", Vec::new()).await.unwrap();
        assert!(stored.len() >= 4, "{stored:?}");
        for (url,) in &stored {
            let key = url.strip_prefix("/media/").unwrap();
            assert!(key.len() == 36 && key.split_once('.').is_some_and(|(_, extension)| extension == "jpg"), "{key}");
        }
        let there = std::fs::read_dir(&*site.shop.media.folder).unwrap().count();
        assert_eq!(there, stored.len());
    }

    async fn order_text_and_focus_are_the_merchants(site: Site) {
        let olga = owner(&site).await;
        let editor = cup(&site).await;
        let path = format!("{editor}/pictures");
        upload(&site, &path, &olga, &[(b"a.jpg", &jpeg(50, 40)), (b"b.jpg", &jpeg(60, 40))], PAGE).await;
        let ids: Vec<(uuid::Uuid,)> =
            site.shop.db.fetch_all("SELECT id FROM picture ORDER BY position", Vec::new()).await.unwrap();
        let (first, second) = (ids[0].0.to_string(), ids[1].0.to_string());
        let version = site.number("SELECT version FROM product WHERE slug = 'cup'").await.to_string();
        let fields = |asked: &'static str, focus: &'static str| {
            vec![
                ("do", asked), ("version", version.as_str()), ("title", "Cup"), ("slug", "cup"), ("status", "published"),
                ("variants.0.sku", "CUP"), ("variants.0.prices.EUR", "10"), ("variants.0.tracked", "on"),
                ("pictures.0.id", first.as_str()), ("pictures.0.alt", "Left"), ("pictures.0.focus_x", "50"), ("pictures.0.focus_y", "50"),
                ("pictures.1.id", second.as_str()), ("pictures.1.alt", "Right"), ("pictures.1.focus_x", focus), ("pictures.1.focus_y", "96"),
            ]
        };
        // A button moves the picture in the form, with what was typed, and saves nothing yet.
        let (status, _, drawn) = send(&site, &editor, &olga, &fields("picture-up-1", "0")).await;
        assert_eq!(status, 200);
        assert!(drawn.find("value=\"Right\"").unwrap() < drawn.find("value=\"Left\"").unwrap());
        assert!(drawn.contains("The new order is kept when you save"));
        assert_eq!(site.number("SELECT COUNT(*) FROM picture WHERE alt = 'Right'").await, 0);
        for bad in ["101", "-1", "left"] {
            let (status, _, drawn) = send(&site, &editor, &olga, &fields("save", bad)).await;
            assert_eq!(status, 422, "{bad}");
            assert!(drawn.contains(&format!("value=\"{bad}\"")) && drawn.contains("100"), "{bad}");
        }
        let (status, ..) = send(&site, &editor, &olga, &fields("save", "0")).await;
        assert_eq!(status, 303);
        assert_eq!(site.number("SELECT COUNT(*) FROM picture WHERE alt = 'Right' AND focus_x = 0 AND focus_y = 96").await, 1);
        let shown = site.get("/p/cup").send().await.unwrap().text().await.unwrap();
        assert!(shown.contains("class=\"focus-x-0 focus-y-10\""));
    }
}
