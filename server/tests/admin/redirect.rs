//! Redirects over HTTP: what visitors get, and what merchants do about it.

use super::{owner, page, send};
use crate::support::{Site, header};
use shop::args;

async fn rename(site: &Site, from: &str, to: &str) {
    let mut tx = site.shop.db.begin().await.unwrap();
    tx.execute("UPDATE product SET slug = $2 WHERE slug = $1", args![from, to]).await.unwrap();
    tx.commit().await.unwrap();
}

/// Status and where to.
async fn visit(site: &Site, path: &str) -> (u16, String) {
    let answer = site.get(path).header("accept", "text/html").send().await.unwrap();
    (answer.status().as_u16(), header(&answer, "location"))
}

async fn upload(site: &Site, session: &str, csv: &'static str) -> (u16, String) {
    let part =
        "--edge\r\ncontent-disposition: form-data; name=\"file\"; filename=\"r.csv\"\r\ncontent-type: text/csv\r\n\r\n";
    let answer = site
        .ask(http::Method::POST, "/admin/redirects/file")
        .header("origin", &site.origin)
        .header("cookie", format!("mercer={session}"))
        .header("content-type", "multipart/form-data; boundary=edge")
        .body(format!("{part}{csv}\r\n--edge--\r\n"))
        .send()
        .await
        .unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

over_http! {
    async fn a_redirect_leads_from_the_old_address_to_the_new_one(site: Site) {
        let to = |path: &str| (301, path.to_owned());
        rename(&site, "cup", "big-cup").await;
        rename(&site, "big-cup", "große-tasse").await;
        assert_eq!(visit(&site, "/p/cup").await, to("/p/gro%C3%9Fe-tasse"));
        assert_eq!(visit(&site, "/p/big-cup/?variant=CUP&utm=%20x").await, to("/p/gro%C3%9Fe-tasse?variant=CUP&utm=%20x"));
        assert_eq!(visit(&site, "/p/gro%C3%9Fe-tasse").await.0, 200);
        // A page that lives there again wins.
        rename(&site, "bowl", "cup").await;
        assert_eq!(visit(&site, "/p/cup").await.0, 200);
        assert_eq!(visit(&site, "/p/bowl").await, to("/p/cup"));
        let answer = site.get("/p/bowl").header("accept", "text/html").send().await.unwrap();
        assert_eq!(header(&answer, "cache-control"), "no-cache");
        assert!(answer.headers().get("set-cookie").is_none(), "a robot needs no session");
        // Programs and forms are told that there is nothing.
        let program = site.get("/p/bowl").header("accept", "application/json").send().await.unwrap();
        assert_eq!(program.status(), 404);
        assert_eq!(site.form("/p/bowl", &[]).send().await.unwrap().status(), 405);
    }

    async fn redirects_are_added_counted_and_deleted(site: Site) {
        let olga = owner(&site).await;
        assert_eq!(visit(&site, "/alte-tasse?token=secret").await.0, 404);
        assert_eq!(visit(&site, "/alte-tasse").await.0, 404);
        assert_eq!(visit(&site, "/admin/nowhere").await.0, 404);
        let missing = page(&site, "/admin/redirects/missing", &olga).await;
        assert!(missing.contains("/alte-tasse") && !missing.contains("secret") && !missing.contains("/admin/nowhere"));
        assert!(missing.contains("href=\"/admin/redirects?from=%2Falte-tasse#add\""), "{missing}");
        assert!(page(&site, "/admin/redirects?from=%2Falte-tasse", &olga).await.contains("value=\"/alte-tasse\""));

        for (from, to, words) in [
            ("/alte-tasse", "https://evil.example/", "An address of this shop, please"),
            ("/p/cup", "/p/bowl", "There is a page at this address."),
            ("/admin/x", "/p/bowl", "own addresses"),
            ("/alte-tasse", "/alte-tasse", "leads back"),
        ] {
            let (status, _, again) = send(&site, "/admin/redirects", &olga, &[("from", from), ("to", to)]).await;
            assert_eq!(status, 422, "{from} {to}");
            assert!(again.contains(words) && again.contains(&format!("value=\"{from}\"")), "{again}");
        }
        let (added, place, _) = send(&site, "/admin/redirects", &olga, &[("from", "/alte-tasse"), ("to", "/p/cup")]).await;
        assert_eq!((added, place.as_str()), (303, "/admin/redirects"));
        assert_eq!(visit(&site, "/alte-tasse").await, (301, "/p/cup".into()));
        let list = page(&site, "/admin/redirects", &olga).await;
        assert!(list.contains("<td class=\"num\">1</td>"), "{list}");
        assert_eq!(site.number("SELECT hits FROM redirect").await, 1);

        let (taken, _) = upload(&site, &olga, "from,to\n/a,/p/cup\n/b,/p/bowl\n").await;
        assert_eq!((taken, visit(&site, "/b").await), (303, (301, "/p/bowl".into())));
        let (refused, again) = upload(&site, &olga, "from,to\n/c,/p/cup\n/d,//evil.example\n").await;
        assert_eq!((refused, visit(&site, "/c").await.0), (422, 404));
        assert!(again.contains("<td class=\"num\">3</td>"), "{again}");

        let id = site.number("SELECT id FROM redirect WHERE source = '/alte-tasse'").await;
        assert_eq!(send(&site, &format!("/admin/redirects/{id}/delete"), &olga, &[]).await.0, 303);
        assert_eq!(visit(&site, "/alte-tasse").await.0, 404);
        assert!(page(&site, "/admin/audit?entity=redirect", &olga).await.contains("Redirect delete"));
        page(&site, "/admin/redirects/missing", &olga).await;
        assert_eq!(send(&site, "/admin/redirects/missing/forget", &olga, &[("path", "/alte-tasse")]).await.0, 303);
        assert_eq!(send(&site, "/admin/redirects/missing/forget", &olga, &[("path", "/alte-tasse")]).await.0, 404);
        // Nobody else.
        for path in ["/admin/redirects", "/admin/redirects/file", "/admin/redirects/1/delete", "/admin/redirects/missing/forget"] {
            let answer = site.form(path, &[("from", "/x"), ("to", "/y"), ("path", "/x")]).send().await.unwrap();
            assert_eq!((answer.status().as_u16(), header(&answer, "location").as_str()), (303, "/admin/login"), "{path}");
        }
    }
}
