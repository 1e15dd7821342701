//! The tree of categories over HTTP: moves by button and by drop, what shoppers see of them, and who may.

use super::{owner, page, send};
use crate::page_cache::asked;
use crate::search::catch_up;
use crate::support::{Site, header};
use shop::args;
use shop::id::CategoryId;

async fn add(site: &Site, session: &str, title: &str, parent: &str) -> String {
    let (status, place, text) =
        send(site, "/admin/categories/new", session, &[("title", title), ("parent", parent)]).await;
    assert_eq!(status, 303, "{text}");
    place.split_once("#c-").unwrap().1.to_owned()
}

/// Titles of the menu, in order.
async fn menu(site: &Site) -> Vec<String> {
    let text = asked(site, "/about").await.text().await.unwrap();
    let nav = text.split("aria-label=\"Categories\"").nth(1).unwrap().split("</nav>").next().unwrap();
    nav.split("href=\"/c/").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

over_http! {
    async fn the_menu_follows_the_tree_at_once(site: Site) {
        catch_up(&site).await;
        let olga = owner(&site).await;
        let (one, two) = (add(&site, &olga, "One", "").await, add(&site, &olga, "Two", "").await);
        let three = add(&site, &olga, "Three", "").await;
        assert_eq!(menu(&site).await, ["one", "two", "three"]);
        assert_eq!(menu(&site).await.len(), 3, "from the cache, too");
        let place = |id: &str| format!("/admin/categories/{id}/move");
        let (moved, back, _) = send(&site, &place(&three), &olga, &[("version", "1"), ("do", "up")]).await;
        assert_eq!((moved, back), (303, format!("/admin/categories#c-{three}")));
        assert_eq!(menu(&site).await, ["one", "three", "two"]);
        // Dropped: into another, and before another; the version is the one that was seen.
        let drop = [("version", "1"), ("parent", &one), ("before", ""), ("item", &two)];
        assert_eq!(send(&site, &place(&two), &olga, &drop).await.0, 303);
        assert_eq!(menu(&site).await, ["one", "three"]);
        let (stale, _, text) = send(&site, &place(&two), &olga, &drop).await;
        assert!(stale == 409 && text.contains("Somebody else has changed this category"), "{stale}");
        let (circle, _, text) =
            send(&site, &place(&one), &olga, &[("version", "1"), ("parent", &two), ("before", "")]).await;
        assert!(circle == 422 && text.contains("A category cannot stand below itself."), "{circle} {text}");
        let tree = page(&site, "/admin/categories", &olga).await;
        let row = |id: &str| tree.split(&format!("id=\"c-{id}\"")).nth(1).unwrap().split('>').next().unwrap();
        let level = |id: &str| row(id).contains("depth-1");
        assert!(level(&two) && !level(&one) && !level(&three));
        // A page of its own, under its parent, with what search engines are told.
        let fields = [
            ("version", "2"), ("title", "Two & more"), ("slug", "two-more"), ("parent", one.as_str()),
            ("description", "Pairs"), ("seo_title", "Pairs of things"), ("seo_description", ""),
        ];
        assert_eq!(send(&site, &format!("/admin/categories/{two}"), &olga, &fields).await.0, 303);
        let shown = asked(&site, "/c/two-more").await.text().await.unwrap();
        assert!(shown.contains("<title>Pairs of things · ") && shown.contains("href=\"/c/one\">One</a>"), "{shown}");
        assert!(shown.contains("content=\"Pairs\"") && shown.contains("<h1>Two &amp; more</h1>"), "{shown}");
        assert_eq!(header(&asked(&site, "/c/two").await, "location"), "/c/two-more");
        let log = page(&site, "/admin/audit?entity=category", &olga).await;
        assert!(log.contains("Category move") && log.contains("Category update"), "{log}");
    }

    async fn what_is_wrong_is_said_and_what_was_typed_stays(site: Site) {
        let olga = owner(&site).await;
        let one = add(&site, &olga, "One", "").await;
        let long = "x".repeat(10 * 1024);
        let nobody = CategoryId::new().to_string();
        for (fields, words) in [
            (vec![("title", "")], "Please fill this in."),
            (vec![("title", long.as_str()), ("slug", "ok")], "At most 120 characters."),
            (vec![("title", "T"), ("slug", "NO")], "Lower-case letters"),
            (vec![("title", "T"), ("slug", "one")], "Already in use."),
            (vec![("title", "T"), ("parent", "nonsense")], "Choose a category of the list."),
            (vec![("title", "T"), ("parent", nobody.as_str())], "This category does not exist any more."),
        ] {
            let (status, _, text) = send(&site, "/admin/categories/new", &olga, &fields).await;
            assert!(status == 422 && text.contains(words), "{status} {words}: {text}");
            assert!(text.contains(&format!("value=\"{}\"", fields[0].1)));
        }
        for (fields, status) in [
            (vec![("version", "1"), ("do", "sideways")], 422),
            (vec![("version", "1"), ("parent", "nonsense")], 422),
            (vec![("version", "1"), ("parent", nobody.as_str())], 422),
            (vec![("version", "1"), ("before", nobody.as_str())], 409),
            (vec![("version", "-1"), ("do", "up")], 409),
            (vec![], 409),
        ] {
            let done = send(&site, &format!("/admin/categories/{one}/move"), &olga, &fields).await.0;
            assert_eq!(done, status, "{fields:?}");
        }
        let delete = format!("/admin/categories/{one}/delete");
        let mut tx = site.shop.db.begin().await.unwrap();
        let id: CategoryId = one.parse().unwrap();
        tx.execute("INSERT INTO product_category (category_id, product_id) SELECT $1, id FROM product", args![id]).await.unwrap();
        tx.commit().await.unwrap();
        for (heirs, words) in [("", "choose where they go"), ("top", "Products need a category"), ("x", "Choose a category")] {
            let (status, _, text) = send(&site, &delete, &olga, &[("version", "1"), ("heirs", heirs)]).await;
            assert!(status == 422 && text.contains(words), "{heirs}: {text}");
        }
        let two = add(&site, &olga, "Two", "").await;
        assert_eq!(send(&site, &delete, &olga, &[("version", "1"), ("heirs", &two)]).await.0, 303);
        assert_eq!(header(&asked(&site, "/c/one").await, "location"), "/c/two");
        assert_eq!(send(&site, "/admin/categories/not-an-id/move", &olga, &[]).await.0, 400);
        assert_eq!(send(&site, &format!("/admin/categories/{nobody}/move"), &olga, &[("do", "up")]).await.0, 404);
    }

    async fn strangers_and_other_sites_move_nothing(site: Site) {
        let olga = owner(&site).await;
        let one = add(&site, &olga, "One", "").await;
        for path in ["move", "delete", "picture", "picture/remove"] {
            let path = format!("/admin/categories/{one}/{path}");
            let stranger = site.form(&path, &[("version", "1")]).send().await.unwrap();
            assert_eq!((stranger.status().as_u16(), header(&stranger, "location").as_str()), (303, "/admin/login"), "{path}");
            let foreign = site.ask(http::Method::POST, &path).header("origin", "https://evil.example")
                .header("cookie", format!("mercer={olga}")).form(&[("version", "1")]).send().await.unwrap();
            assert_eq!(foreign.status(), 403, "{path}");
        }
        assert_eq!(site.number("SELECT COUNT(*) FROM category WHERE version = 1").await, 1);
    }
}
