//! What search engines are told.

use crate::support::{Site, header};

async fn text_status(site: &Site, path: &str) -> u16 {
    site.get(path).header("accept", "text/html").send().await.unwrap().status().as_u16()
}

over_http! {
    async fn the_sitemap_is_complete_and_robots_know_it(site: Site) {
        let text = async |path: &str| {
            let answer = site.get(path).send().await.unwrap();
            assert_eq!(answer.status(), 200, "{path}");
            (header(&answer, "content-type"), answer.text().await.unwrap())
        };
        let origin = site.shop.origin.to_string();
        let (_, robots) = text("/robots.txt").await;
        assert!(robots.contains(&format!("Sitemap: {origin}/sitemap.xml")) && robots.contains("Disallow: /admin"));
        let (kind, index) = text("/sitemap.xml").await;
        assert_eq!(kind, "application/xml; charset=utf-8");
        let places = |xml: &str| -> Vec<String> {
            assert!(xml.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<"), "{xml}");
            let inner = xml.split("<loc>").skip(1).map(|rest| rest.split("</loc>").next().unwrap().to_owned());
            inner.collect()
        };
        let mut all = Vec::new();
        for part in places(&index) {
            let (kind, xml) = text(part.strip_prefix(&origin).unwrap()).await;
            assert_eq!(kind, "application/xml; charset=utf-8");
            assert!(xml.contains("xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\"") && xml.ends_with("</urlset>\n"));
            all.extend(places(&xml).into_iter().map(|place| place.strip_prefix(&origin).unwrap().to_owned()));
            assert!(!part.contains("products") || xml.matches("<lastmod>").count() == 2, "{xml}");
        }
        for path in ["/", "/about", "/p/cup", "/p/bowl"] {
            assert!(all.iter().any(|known| known == path), "{path} in {all:?}");
        }
        for path in &all {
            assert_eq!(text_status(&site, path).await, 200, "{path}");
        }
        for path in ["/sitemap/x.xml", "/sitemap/products-.xml", "/sitemap/products-zz.xml", "/sitemap/pages"] {
            assert_eq!(text_status(&site, path).await, 404, "{path}");
        }
    }
}
