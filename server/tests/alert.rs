//! "Tell me when it is back" over HTTP: the form of the page, the API, the link in the mail.

use crate::admin::{owner, page};
use crate::review::customer;
use crate::support::{Site, header};
use serde_json::{Value, json};
use shop::{args, worker};

/// Brings the only bowl there is in or out of stock.
async fn bowls(site: &Site, on_hand: i64) {
    let mut tx = site.shop.db.begin().await.unwrap();
    let sql = "UPDATE stock SET on_hand = $1 WHERE variant_id = (SELECT id FROM variant WHERE sku = 'BOWL')";
    tx.execute(sql, args![on_hand]).await.unwrap();
    tx.commit().await.unwrap();
}

async fn text(site: &Site, path: &str) -> String {
    site.get(path).send().await.unwrap().text().await.unwrap()
}

over_http! {
    async fn a_stranger_leaves_an_address_and_ends_it_by_the_mails_link(site: Site) {
        assert!(!text(&site, "/p/bowl").await.contains("Tell me when it is back"), "it can be bought");
        bowls(&site, 0).await;
        let form = text(&site, "/p/bowl").await;
        assert!(form.contains("Tell me when it is back") && form.contains(r#"action="/p/bowl/alert""#), "{form}");
        let bad = site.form("/p/bowl/alert", &[("sku", "BOWL"), ("email", "ann<at>example")]).send().await.unwrap();
        assert_eq!(bad.status(), 422);
        let again = bad.text().await.unwrap();
        assert!(again.contains(r##"href="#alert-email""##) && again.contains("ann&lt;at&gt;example"), "{again}");

        // Whoever is first or second to type an address gets the same answer.
        for _ in 0..2 {
            let asked = site.form("/p/bowl/alert", &[("sku", "BOWL"), ("email", "Ann@example.org")]).send().await.unwrap();
            assert_eq!(asked.status(), 303);
            assert_eq!(header(&asked, "location"), "/p/bowl?variant=BOWL&alert=asked#back-in-stock");
            assert_eq!(header(&asked, "set-cookie"), "", "no session for this");
        }
        let thanks = text(&site, "/p/bowl?variant=BOWL&alert=asked").await;
        assert!(thanks.contains("We will tell you") && !thanks.contains("ann@example.org"), "{thanks}");
        let olga = owner(&site).await;
        let desk = page(&site, "/admin/inventory/BOWL", &olga).await;
        assert!(desk.contains("1 address wants to be told"), "{desk}");

        bowls(&site, 1).await;
        worker::tell_waiting(&site.shop).await.unwrap();
        worker::deliver_outbox(&site.shop).await.unwrap();
        let sql = "SELECT subject, body_text FROM mail WHERE recipient = 'ann@example.org'";
        let (subject, body): (String, String) = site.shop.db.fetch_one(sql, args![]).await.unwrap();
        assert_eq!(subject, "bowl is back");
        let link = body.split(&site.shop.origin.to_string()).find(|part| part.starts_with("/alerts/")).unwrap();
        let link = link.lines().next().unwrap();

        bowls(&site, 0).await;
        site.form("/p/bowl/alert", &[("sku", "BOWL"), ("email", "ann@example.org")]).send().await.unwrap();
        let open = text(&site, link).await;
        assert!(open.contains("What you wait for") && open.contains(r#"href="/p/bowl""#) && open.contains("noindex"), "{open}");
        assert_eq!(site.number("SELECT COUNT(*) FROM stock_alert WHERE told_at IS NULL").await, 1, "looking ends nothing");
        // As a mail program does it: no cookie, no origin (RFC 8058).
        let ended = site.ask(reqwest::Method::POST, link).form(&[("List-Unsubscribe", "One-Click")]).send().await.unwrap();
        assert_eq!(ended.status(), 200);
        assert!(ended.text().await.unwrap().contains("No more mails like this"));
        assert_eq!(site.number("SELECT COUNT(*) FROM stock_alert WHERE told_at IS NULL").await, 0);
        assert_eq!(site.get("/alerts/nonsense").send().await.unwrap().status(), 404);
        let foreign = site.ask(reqwest::Method::POST, "/p/bowl/alert").header("origin", "https://evil.example");
        let foreign = foreign.form(&[("sku", "BOWL"), ("email", "ann@example.org")]).send().await.unwrap();
        assert_eq!(foreign.status(), 403);
    }

    async fn the_mail_says_where_it_ends(site: Site) {
        bowls(&site, 0).await;
        let ann = customer(&site, "Ann").await;
        let form = page(&site, "/p/bowl", &ann).await;
        assert!(form.contains("We write to ann@example.org.") && !form.contains(r#"name="email""#), "{form}");
        let asked = site.form("/p/bowl/alert", &[("sku", "BOWL")]).header("cookie", format!("mercer={ann}"));
        assert_eq!(asked.send().await.unwrap().status(), 303);
        bowls(&site, 1).await;
        worker::tell_waiting(&site.shop).await.unwrap();
        worker::deliver_outbox(&site.shop).await.unwrap();
        let sql = "SELECT id, state FROM mail WHERE recipient = 'ann@example.org'";
        let (id, state): (shop::id::OutboxId, String) = site.shop.db.fetch_one(sql, args![]).await.unwrap();
        assert_eq!(state, "sent");
        let file = site.shop.media.folder.parent().unwrap().join("mail").join(format!("{id}.eml"));
        let mail = tokio::fs::read_to_string(&file).await.unwrap();
        let head = mail.replace("\r\n ", " ");
        assert!(head.contains(&format!("List-Unsubscribe: <{}/alerts/", site.shop.origin)), "{head}");
        assert!(head.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click"), "{head}");
    }

    async fn a_program_asks_too_and_reads_ratings(site: Site) {
        let ask = |body: Value| site.ask(reqwest::Method::POST, "/api/v1/alerts").json(&body);
        let early = ask(json!({"sku": "BOWL", "email": "ann@example.org"})).send().await.unwrap();
        assert_eq!(early.status(), 409);
        assert_eq!(early.json::<Value>().await.unwrap()["code"], "in_stock");
        bowls(&site, 0).await;
        assert_eq!(ask(json!({"sku": "BOWL", "email": "ann@example.org"})).send().await.unwrap().status(), 202);
        assert_eq!(ask(json!({"sku": "BOWL", "email": "ann"})).send().await.unwrap().status(), 422);
        assert_eq!(ask(json!({"sku": "NONE", "email": "ann@example.org"})).send().await.unwrap().status(), 404);
        assert_eq!(site.number("SELECT COUNT(*) FROM stock_alert").await, 1);

        let mut tx = site.shop.db.begin().await.unwrap();
        for stars in [4_i64, 5, 5] {
            let sql = "INSERT INTO review (id, product_id, author, rating, title, text, state, words, created_at, updated_at)
                SELECT $1, id, 'Ann', $2, 'T', 'T', 'approved', '', 0, 0 FROM product WHERE slug = 'cup'";
            tx.execute(sql, args![shop::id::ReviewId::new(), stars]).await.unwrap();
        }
        tx.commit().await.unwrap();
        worker::count_ratings(&site.shop).await.unwrap();
        let get = async |path: &str| site.get(path).send().await.unwrap().json::<Value>().await.unwrap();
        let expected = json!({"average": "4.7", "count": 3});
        assert_eq!(get("/api/v1/products/cup").await["rating"], expected);
        assert_eq!(get("/api/v1/products/bowl").await["rating"], Value::Null);
        let list = get("/api/v1/products").await;
        let of = |slug: &str| list["items"].as_array().unwrap().iter().find(|one| one["slug"] == slug).unwrap()["rating"].clone();
        assert_eq!((of("cup"), of("bowl")), (expected, Value::Null));
        let contract = get("/api/openapi.json").await;
        assert_eq!(contract["components"]["schemas"]["Rating"]["properties"]["average"]["type"], "string");
        assert!(contract["paths"]["/api/v1/alerts"]["post"].is_object());
    }
}
