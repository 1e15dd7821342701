//! Pages that are kept: sent again while they are right, drawn anew the moment they are not, and never somebody's.

mod proxy;

use crate::recommendation::product;
use crate::review::customer;
use crate::search::catch_up;
use crate::support::{Setup, Site, header};
use proxy::IN_CART;
use reqwest::{Method, Response};
use shop::db::Db;
use shop::{args, search, worker};

pub async fn asked(site: &Site, path: &str) -> Response {
    site.get(path).header("accept", "text/html").send().await.unwrap()
}

async fn is_kept(site: &Site, path: &str) -> bool {
    let answer = asked(site, path).await;
    assert_eq!(answer.status(), 200, "{path}");
    match header(&answer, "cache-status").as_str() {
        "mercer; hit" => true,
        "mercer; fwd=miss" => false,
        other => panic!("{path}: {other}"),
    }
}

/// As another node would: through connections of its own.
async fn elsewhere(site: &Site, sql: &str) {
    let db = Db::open(&site.database).await.unwrap();
    let mut tx = db.begin().await.unwrap();
    assert!(tx.execute(sql, args![]).await.unwrap() > 0, "{sql}");
    tx.commit().await.unwrap();
    db.close().await;
}

over_http! {
    async fn a_page_is_drawn_once_and_told_apart_by_its_tag(site: Site) {
        catch_up(&site).await;
        for path in ["/", "/p/cup", "/search?q=cup", "/about"] {
            assert!(!is_kept(&site, path).await && is_kept(&site, path).await, "{path}");
            let first = asked(&site, path).await;
            let (tag, kept_for) = (header(&first, "etag"), header(&first, "cache-control"));
            assert!(tag.starts_with("W/\"") && kept_for == "public, max-age=0, must-revalidate", "{path}: {tag} {kept_for}");
            assert_eq!(header(&first, "vary"), "cookie, accept-encoding");
            assert!(!header(&first, "content-security-policy").is_empty());
            let body = first.text().await.unwrap();
            for known in [tag.clone(), format!("\"other\", {tag}"), "*".into()] {
                let same = site.get(path).header("if-none-match", known).send().await.unwrap();
                assert_eq!((same.status().as_u16(), header(&same, "etag")), (304, tag.clone()), "{path}");
                assert_eq!(same.bytes().await.unwrap().len(), 0);
            }
            let other = site.get(path).header("if-none-match", "\"other\"").send().await.unwrap();
            assert_eq!((other.status().as_u16(), other.text().await.unwrap()), (200, body), "{path}");
            let head = site.ask(Method::HEAD, path).send().await.unwrap();
            assert_eq!((head.status().as_u16(), header(&head, "etag")), (200, tag), "{path}");
            assert_eq!(head.bytes().await.unwrap().len(), 0);
        }
        for encoding in ["br", "gzip", "br;q=0, gzip;q=0.5", "identity"] {
            let compressed = |answer: &Response| header(answer, "content-encoding");
            let ask = || site.get("/p/cup").header("accept-encoding", encoding).send();
            let (first, second) = (ask().await.unwrap(), ask().await.unwrap());
            assert_eq!(compressed(&first), compressed(&second), "{encoding}");
            assert_eq!(compressed(&first).is_empty(), encoding == "identity");
            assert!(!encoding.contains("br;q=0") || compressed(&first) == "gzip");
            assert_eq!(first.bytes().await.unwrap(), second.bytes().await.unwrap());
        }
    }

    async fn what_changes_on_any_node_is_on_the_next_page(site: Site) {
        catch_up(&site).await;
        customer(&site, "Ann Byron").await;
        let cup = "(SELECT id FROM product WHERE slug = 'cup')";
        let variant = "(SELECT id FROM variant WHERE sku = 'CUP')";
        let review = "INSERT INTO review (id, product_id, author, rating, title, text, state, words, created_at, updated_at)
            SELECT id, id, 'Eve', 5, 'Holds tea', 'It does.', 'approved', '', 0, 0 FROM product WHERE slug = 'cup'";
        let vote = "INSERT INTO review_vote (review_id, customer_id, at) SELECT r.id, c.id, 0 FROM review r, customer c";
        let changes = [
            (format!("UPDATE price SET amount = 1234 WHERE variant_id = {variant}"), "€12.34"),
            (format!("UPDATE price SET compare_at = 5678 WHERE variant_id = {variant}"), "€56.78"),
            (format!("UPDATE price SET lowest_before = 1111 WHERE variant_id = {variant}"), "€11.11"),
            ("UPDATE product SET title = 'Beaker' WHERE slug = 'cup'".into(), "Beaker"),
            ("UPDATE product SET brand = 'Potter' WHERE slug = 'cup'".into(), "Potter"),
            ("UPDATE product SET seo_description = 'For tea' WHERE slug = 'cup'".into(), "For tea"),
            ("UPDATE product SET description_html = '<p>Fired</p>' WHERE slug = 'cup'".into(), "<p>Fired</p>"),
            (format!("UPDATE stock SET reserved = 3 WHERE variant_id = {variant}"), "Only 2 left"),
            (format!("UPDATE stock SET reserved = 4 WHERE variant_id = {variant}"), "Only 1 left"),
            (format!("UPDATE stock SET frozen = 'counted' WHERE variant_id = {variant}"), "Sold out"),
            (format!("UPDATE variant SET weight_grams = 321 WHERE id = {variant}"), "321"),
            (format!("INSERT INTO picture (id, product_id, url, alt) SELECT id, id, '/media/a.png', 'From above' FROM product WHERE id = {cup}"), "From above"),
            ("UPDATE picture SET alt = 'From below'".into(), "From below"),
            (review.into(), "Holds tea"),
            ("UPDATE review SET reply = 'Thank you', replied_at = 1".into(), "Thank you"),
            (vote.into(), "1 person found"),
            ("INSERT INTO category (id, slug, title) SELECT id, 'kitchen', 'Kitchen' FROM product WHERE slug = 'cup'".into(), "Kitchen"),
            ("UPDATE category SET title = 'Table'".into(), "Table"),
        ];
        for (sql, shown) in changes {
            // Drawn since the last change, and kept.
            asked(&site, "/p/cup").await;
            assert!(is_kept(&site, "/p/cup").await, "{sql}");
            elsewhere(&site, &sql).await;
            if sql.contains("review ") {
                worker::count_ratings(&site.shop).await.unwrap();
            }
            let page = asked(&site, "/p/cup").await.text().await.unwrap();
            assert!(page.contains(shown), "{sql} does not show {shown:?}: {page}");
        }
        asked(&site, "/p/cup").await;
        elsewhere(&site, "UPDATE product SET status = 'draft' WHERE slug = 'cup'").await;
        assert_eq!(asked(&site, "/p/cup").await.status(), 404);
    }

    async fn other_pages_are_left_alone(site: Site) {
        for n in 0..4 {
            // Newer, so what stands below the bowl is not the cup.
            product(&site, &format!("new{n}")).await;
        }
        catch_up(&site).await;
        let mut tx = site.shop.db.begin().await.unwrap();
        tx.execute("UPDATE stock SET on_hand = 500", args![]).await.unwrap();
        tx.commit().await.unwrap();
        catch_up(&site).await;
        for path in ["/p/cup", "/p/bowl", "/about", "/search?q=bowl"] {
            asked(&site, path).await;
        }
        // A full warehouse's sales show nowhere.
        elsewhere(&site, "UPDATE stock SET reserved = 300").await;
        assert!(is_kept(&site, "/p/cup").await && is_kept(&site, "/p/bowl").await);
        // What goes with a product stands on its own page alone.
        assert!(asked(&site, "/").await.text().await.unwrap().contains("/p/cup"));
        elsewhere(
            &site,
            "INSERT INTO recommendation (product_id, alike) SELECT id, '[\"00000000-0000-7000-8000-000000000000\"]'
             FROM product WHERE slug = 'cup'",
        )
        .await;
        assert!(!is_kept(&site, "/p/cup").await && is_kept(&site, "/").await && is_kept(&site, "/p/bowl").await);
        elsewhere(&site, "UPDATE product SET title = 'Beaker' WHERE slug = 'cup'").await;
        assert!(!is_kept(&site, "/p/cup").await);
        assert!(is_kept(&site, "/p/bowl").await && is_kept(&site, "/about").await && is_kept(&site, "/search?q=bowl").await);
        catch_up(&site).await;
        assert!(!is_kept(&site, "/search?q=bowl").await, "something else may be found now");
        assert!(asked(&site, "/search?q=beaker").await.text().await.unwrap().contains("/p/cup"));
        site.clock.advance(61_000);
        assert!(!is_kept(&site, "/about").await, "no page is kept for good");
    }

    async fn nobody_is_sent_what_was_drawn_for_somebody(site: Site) {
        let (ann, bob) = (customer(&site, "Ann Byron").await, customer(&site, "Bob Chase").await);
        let put = site.form("/cart/items", &[("sku", "CUP"), ("quantity", "3")]).send().await.unwrap();
        let cart = crate::support::cookie(&put, "mercer").unwrap();
        for _ in 0..3 {
            for path in ["/", "/p/cup", "/about"] {
                for (session, own, other) in [(&ann, "Ann Byron", "Bob Chase"), (&bob, "Bob Chase", "Ann Byron"), (&cart, IN_CART, "Ann")] {
                    let page = site.get(path).header("cookie", format!("mercer={session}")).send().await.unwrap();
                    assert_eq!((header(&page, "cache-control").as_str(), header(&page, "etag").as_str()), ("private, no-cache", ""));
                    let page = page.text().await.unwrap();
                    assert!(page.contains(own) && !page.contains(other), "{path}: {page}");
                }
                let page = asked(&site, path).await;
                assert!(header(&page, "set-cookie").is_empty());
                let page = page.text().await.unwrap();
                assert!(!page.contains("Ann Byron") && !page.contains("Bob Chase") && !page.contains(IN_CART), "{path}");
            }
        }
        for path in ["/cart", "/login", "/checkout", "/account", "/admin", "/nothing", "/search/suggest?q=cup"] {
            let page = asked(&site, path).await;
            assert!(header(&page, "cache-status").is_empty() && !header(&page, "cache-control").contains("public"), "{path}");
        }
    }

    async fn each_currency_has_its_page(site: Site) {
        let mut tx = site.shop.db.begin().await.unwrap();
        let sql = "INSERT INTO price (variant_id, currency, amount) SELECT id, 'USD', 2222 FROM variant";
        tx.execute(sql, args![]).await.unwrap();
        tx.commit().await.unwrap();
        for _ in 0..2 {
            let dollars = site.get("/p/cup").header("cookie", "currency=USD").send().await.unwrap();
            assert!(dollars.text().await.unwrap().contains("$22.22"));
            assert!(asked(&site, "/p/cup").await.text().await.unwrap().contains("€10.00"));
        }
    }

    async fn searches_and_clicks_count_though_the_page_was_kept(site: Site) {
        catch_up(&site).await;
        for _ in 0..3 {
            asked(&site, "/search?q=cup").await;
            let from = format!("{}/search?q=cup", site.origin);
            site.get("/p/cup").header("referer", from).send().await.unwrap();
        }
        search::keep_heard(&site.shop, &site.search).await.unwrap();
        let counted: (i64, i64) = site.shop.db
            .fetch_one("SELECT searches, clicks FROM search_term WHERE term = 'cup'", args![]).await.unwrap();
        assert_eq!(counted, (3, 3));
    }
}

/// While pages are asked for without a pause, stock goes down one by one: whoever asks after a commit sees it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_asks_after_a_change_never_sees_what_was_before() {
    let mut sites = vec![Site::on_sqlite(Setup::default()).await];
    sites.extend(Site::on_postgres(Setup::default()).await);
    for site in &sites {
        for left in (1..=4).rev() {
            // Others keep asking, so that a page may be drawn at any moment.
            let others = (0..4).map(|_| async {
                for _ in 0..20 {
                    asked(site, "/p/cup").await.bytes().await.unwrap();
                }
            });
            let change = async {
                let sql = format!(
                    "UPDATE stock SET reserved = {} WHERE variant_id = (SELECT id FROM variant WHERE sku = 'CUP')",
                    5 - left
                );
                elsewhere(site, &sql).await;
                for _ in 0..20 {
                    let page = asked(site, "/p/cup").await.text().await.unwrap();
                    assert!(page.contains(&format!("Only {left} left")), "{left}: {page}");
                }
            };
            tokio::join!(futures_util::future::join_all(others), change);
        }
    }
}

/// On PostgreSQL a later number may be committed first: none of the two is missed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changes_of_transactions_that_overtake_each_other_are_all_seen() {
    let Some(site) = Site::on_postgres(Setup::default()).await else { return };
    let (slow, fast) = (Db::open(&site.database).await.unwrap(), Db::open(&site.database).await.unwrap());
    asked(&site, "/p/cup").await;
    asked(&site, "/p/bowl").await;
    let mut first = slow.begin().await.unwrap();
    first.execute("UPDATE product SET title = 'Slow' WHERE slug = 'cup'", args![]).await.unwrap();
    let mut second = fast.begin().await.unwrap();
    second.execute("UPDATE product SET title = 'Fast' WHERE slug = 'bowl'", args![]).await.unwrap();
    assert!(is_kept(&site, "/p/bowl").await);
    second.commit().await.unwrap();
    assert!(asked(&site, "/p/bowl").await.text().await.unwrap().contains("Fast"));
    assert!(!asked(&site, "/p/cup").await.text().await.unwrap().contains("Slow"));
    first.commit().await.unwrap();
    assert!(asked(&site, "/p/cup").await.text().await.unwrap().contains("Slow"));
}
