//! What a cart can do besides being filled, over HTTP: limits of products, sharing, gift messages, recovery.

use crate::admin::{PASSWORD, owner, page, send};
use crate::review::customer;
use crate::support::shopper::Shopper;
use crate::support::{Site, cookie, header};
use reqwest::Method;
use serde_json::{Value, json};
use shop::id::ProductId;
use shop::{args, worker};

async fn product(site: &Site, slug: &str) -> ProductId {
    let sql = "SELECT id FROM product WHERE slug = $1";
    site.shop.db.fetch_one::<(ProductId,)>(sql, args![slug]).await.unwrap().0
}

over_http! {
    async fn a_limit_is_set_told_and_kept(site: Site) {
        let olga = owner(&site).await;
        let cup = product(&site, "cup").await;
        assert!(!site.get("/p/cup").send().await.unwrap().text().await.unwrap().contains("At most"), "and now kept");
        let here = format!("/admin/products/{cup}/limit");
        let (status, _, body) = send(&site, &here, &olga, &[("per_order", "none"), ("per_buyer", "2"), ("days", "")]).await;
        assert!(status == 422 && body.contains("Between 1 and 9999") && body.contains("value=\"none\""), "{status}");
        assert_eq!(send(&site, &here, &olga, &[("per_order", ""), ("per_buyer", "2"), ("days", "30")]).await.0, 303);
        let editor = page(&site, &format!("/admin/products/{cup}"), &olga).await;
        assert!(editor.contains("How much one may buy") && editor.contains("value=\"30\""), "{editor}");
        let told = "At most 2 for each customer within 30 days.";
        let shown = site.get("/p/cup").send().await.unwrap().text().await.unwrap();
        assert!(shown.contains(told) && shown.contains("max=\"2\""), "{shown}");
        let more = [("product", "cup"), ("sku", "CUP"), ("quantity", "3")];
        let refused = site.form("/cart/items", &more).header("accept", "text/html").send().await.unwrap();
        assert_eq!(refused.status(), 422);
        assert!(refused.text().await.unwrap().contains(&format!("cup: {told}")));
        let first = Shopper::with(&site, "CUP", 2).await;
        let more = first.api(Method::POST, "/cart/items").json(&json!({"sku": "CUP", "quantity": 1})).send().await.unwrap();
        assert_eq!(more.status(), 422);
        let line = first.api(Method::GET, "/cart").send().await.unwrap().json::<Value>().await.unwrap();
        let line = line["items"][0]["id"].as_str().unwrap().to_owned();
        let refused = first.form(&format!("/cart/items/{line}"), &[("quantity", "3")]).send().await.unwrap();
        assert_eq!(refused.status(), 422);
        assert!(refused.text().await.unwrap().contains(told));
        // Bought by one mailbox, in two sessions at a time.
        let (mut first, mut second) = (first, Shopper::with(&site, "CUP", 1).await);
        first.tell(&["email", "address", "delivery"]).await;
        second.tell(&["email", "address", "delivery"]).await;
        assert_eq!(first.place("k1", &first.order("pm_card_visa")).send().await.unwrap().status(), 201);
        let late = second.place("k2", &second.order("pm_card_visa")).send().await.unwrap();
        assert_eq!(late.status(), 409);
        let problem = late.json::<Value>().await.unwrap();
        assert!(problem["detail"].as_str().unwrap().contains("You have bought 2 already"), "{problem}");
        let cart = second.api(Method::GET, "/cart").send().await.unwrap().json::<Value>().await.unwrap();
        let wrong = &cart["items"][0]["problem"];
        assert_eq!((wrong["kind"].as_str(), wrong["allowed"].as_i64()), (Some("limit_reached"), Some(0)));
        // Without scripts: the checkout leads back to the cart, which asks to accept it.
        let away = second.page("/checkout/payment").send().await.unwrap();
        assert_eq!(header(&away, "location"), "/cart");
        let cart = second.page("/cart").send().await.unwrap().text().await.unwrap();
        assert!(cart.contains("Accept the changes") && cart.contains("You have bought 2 already"), "{cart}");
        assert_eq!(second.form("/cart/acknowledge", &[]).send().await.unwrap().status(), 303);
        assert!(second.page("/cart").send().await.unwrap().text().await.unwrap().contains("Your cart is empty"));
        assert_eq!(site.number("SELECT COUNT(*) FROM orders").await, 1);
    }

    async fn a_cart_is_shared_by_a_link_without_scripts(site: Site) {
        let ada = Shopper::with(&site, "CUP", 2).await;
        let cart = ada.page("/cart").send().await.unwrap().text().await.unwrap();
        assert!(cart.contains("Share this cart") && !cart.contains("Take them back"), "{cart}");
        let made = ada.form("/cart/share", &[]).send().await.unwrap();
        let link = header(&made, "location");
        assert!(made.status() == 303 && link.starts_with("/cart/shared/"), "{link}");
        let own = ada.page(&link).send().await.unwrap().text().await.unwrap();
        assert!(own.contains(&format!("{}{link}", site.shop.origin)) && own.contains("Take back all links"), "{own}");
        assert!(!own.contains("Add all to my cart"), "{own}");
        // Somebody else, without a session: no word of whose it is, and nothing that is kept.
        let seen = site.get(&link).header("accept", "text/html").send().await.unwrap();
        assert_eq!((header(&seen, "cache-control").as_str(), header(&seen, "set-cookie").as_str()), ("private, no-cache", ""));
        let seen = seen.text().await.unwrap();
        assert!(seen.contains("Add all to my cart") && seen.contains("2 × €10.00 each") && seen.contains("noindex"), "{seen}");
        assert!(!seen.contains("Take back"), "{seen}");
        let taken = site.form(&format!("{link}/add"), &[]).send().await.unwrap();
        assert_eq!((taken.status().as_u16(), header(&taken, "location").as_str()), (303, "/cart"));
        let session = cookie(&taken, "mercer").unwrap();
        let short = site.form(&format!("{link}/add"), &[]).header("cookie", format!("mercer={session}"));
        assert_eq!(short.send().await.unwrap().status(), 303);
        let short = site.form(&format!("{link}/add"), &[]).header("cookie", format!("mercer={session}")).send().await.unwrap();
        assert_eq!(short.status(), 409);
        let told = short.text().await.unwrap();
        assert!(told.contains("Not everything could be added") && told.contains("cup: 1 added. Only 5 left."), "{told}");
        // By the API, and from elsewhere.
        let api = ada.api(Method::POST, "/cart/shares").send().await.unwrap();
        assert_eq!(api.status(), 201);
        let api = api.json::<Value>().await.unwrap();
        let path = api["url"].as_str().unwrap().strip_prefix(&*site.shop.origin).unwrap().to_owned();
        assert_eq!(site.get(&path).send().await.unwrap().status(), 200);
        let shared = format!("/api/v1/shared-carts/{}", api["token"].as_str().unwrap());
        let shared = site.get(&shared).send().await.unwrap().json::<Value>().await.unwrap();
        let item = &shared["items"][0];
        assert_eq!((item["sku"].as_str(), item["quantity"].as_i64(), item["problem"].is_null()), (Some("CUP"), Some(2), true));
        let foreign = site.ask(Method::POST, &format!("{link}/add")).header("origin", "https://evil.example");
        assert_eq!(foreign.send().await.unwrap().status(), 403);
        let cart = ada.page("/cart").send().await.unwrap().text().await.unwrap();
        assert!(cart.contains("2 links work."), "{cart}");
        assert_eq!(ada.form("/cart/share/stop", &[]).send().await.unwrap().status(), 303);
        for path in [&link, &path] {
            assert_eq!(site.get(path).send().await.unwrap().status(), 404);
        }
    }

    async fn a_reminder_is_asked_for_sent_followed_and_ended(site: Site) {
        let olga = owner(&site).await;
        let here = "/admin/abandoned-carts";
        let empty = page(&site, here, &olga).await;
        assert!(empty.contains("No carts were left") && empty.contains("Send reminders"), "{empty}");
        let rules = |hours: &'static str| [("on", "1"), ("recovery_hours", hours), ("recovery_mails", "2"), ("recovery_code", "")];
        assert_eq!(send(&site, here, &olga, &rules("0")).await.0, 422);
        assert_eq!(send(&site, here, &olga, &rules("3")).await.0, 303);
        let ada = Shopper::with(&site, "CUP", 2).await;
        let contact = ada.page("/checkout/contact").send().await.unwrap().text().await.unwrap();
        let checkbox = contact.split("name=\"remind\"").nth(1).unwrap().split('>').next().unwrap();
        assert!(!checkbox.contains("checked"), "unticked by default: {checkbox}");
        let told = ada.form("/checkout/contact", &[("email", "ada@example.com"), ("note", ""), ("remind", "1")]);
        assert_eq!(header(&told.send().await.unwrap(), "location"), "/checkout/address");
        let contact = ada.page("/checkout/contact").send().await.unwrap().text().await.unwrap();
        let checkbox = contact.split("name=\"remind\"").nth(1).unwrap().split('>').next().unwrap();
        assert!(checkbox.contains("checked"), "{checkbox}");
        site.clock.advance(3 * 60 * 60 * 1000);
        for _ in 0..3 {
            worker::run_once(&site.shop).await.unwrap();
        }
        let (text,): (String,) = site.shop.db.fetch_one("SELECT body_text FROM mail", args![]).await.unwrap();
        let token = text.split("/cart/restore/").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
        let listed = page(&site, here, &olga).await;
        assert!(listed.contains("ada@example.com") && listed.contains("€20.00") && listed.contains("Address"), "{listed}");
        // The link changes nothing until its button is pressed, and tells nothing of her.
        let link = format!("/cart/restore/{token}");
        let seen = site.get(&link).header("accept", "text/html").send().await.unwrap();
        assert_eq!((seen.status().as_u16(), header(&seen, "set-cookie").as_str()), (200, ""));
        let seen = seen.text().await.unwrap();
        assert!(seen.contains("Put it into my cart") && !seen.contains("ada@example.com") && seen.contains("noindex"), "{seen}");
        let restored = site.form(&link, &[]).send().await.unwrap();
        assert_eq!((restored.status().as_u16(), header(&restored, "location").as_str()), (303, "/cart"));
        let session = cookie(&restored, "mercer").unwrap();
        let contact = site.get("/checkout/contact").header("cookie", format!("mercer={session}")).send().await.unwrap();
        assert!(!contact.text().await.unwrap().contains("ada@example.com"));
        // Ended by a mail program (RFC 8058), which sends no cookie and comes from nowhere.
        let end = format!("/cart-mails/{token}");
        assert!(site.get(&end).send().await.unwrap().text().await.unwrap().contains("Do not write to me"));
        assert_eq!(site.number("SELECT COUNT(*) FROM cart_mail_stop").await, 0);
        let pressed = site.ask(Method::POST, &end).form(&[("List-Unsubscribe", "One-Click")]).send().await.unwrap();
        assert_eq!(pressed.status(), 200);
        assert!(pressed.text().await.unwrap().contains("No more mails like this"));
        assert_eq!(site.number("SELECT COUNT(*) FROM cart_mail_stop").await, 1);
        for path in ["/cart/restore/guessed", "/cart-mails/guessed"] {
            assert_eq!(site.get(path).send().await.unwrap().status(), 404, "{path}");
        }
        // In the account.
        let eve = customer(&site, "Eve").await;
        let account = page(&site, "/account", &eve).await;
        let checkbox = account.split("name=\"remind\"").nth(1).unwrap().split('>').next().unwrap();
        assert!(!checkbox.contains("checked"), "{checkbox}");
        assert_eq!(send(&site, "/account/reminders", &eve, &[("remind", "1")]).await.1, "/account");
        assert_eq!(site.number("SELECT COUNT(*) FROM customer WHERE cart_reminders").await, 1);
        assert_eq!(send(&site, "/account/reminders", &eve, &[]).await.0, 303);
        assert_eq!(site.number("SELECT COUNT(*) FROM customer WHERE cart_reminders").await, 0);
    }

    async fn a_present_has_a_card(site: Site) {
        let mut ada = Shopper::ready(&site).await;
        let options = ada.api(Method::GET, "/checkout/options").send().await.unwrap().json::<Value>().await.unwrap();
        let delivery = options["delivery_options"][0]["id"].as_str().unwrap().to_owned();
        let step = ada.page("/checkout/delivery").send().await.unwrap().text().await.unwrap();
        assert!(step.contains("name=\"gift_note\""), "{step}");
        let long = "x".repeat(501);
        let refused = ada.form("/checkout/delivery", &[("delivery", &delivery), ("gift_note", &long)]).send().await.unwrap();
        assert_eq!(refused.status(), 422);
        assert!(refused.text().await.unwrap().contains(&long), "what was typed stays");
        let message = "Dear <Bob>,\nall the best";
        let saved = ada.form("/checkout/delivery", &[("delivery", &delivery), ("gift_note", message)]).send().await.unwrap();
        assert_eq!(header(&saved, "location"), "/checkout/payment");
        let shown = "Dear &lt;Bob&gt;,";
        assert!(ada.page("/checkout/payment").send().await.unwrap().text().await.unwrap().contains(shown));
        ada.tell(&["delivery"]).await;
        let placed = ada.place("k", &ada.order("pm_card_visa")).send().await.unwrap();
        assert_eq!(placed.status(), 201);
        let (number, token): (String, String) =
            site.shop.db.fetch_one("SELECT number, access_token FROM orders", args![]).await.unwrap();
        let order = site.get(&format!("/orders/{number}?token={token}")).send().await.unwrap().text().await.unwrap();
        assert!(order.contains("Card of your present") && order.contains(shown), "{order}");
        let olga = owner(&site).await;
        let desk = page(&site, &format!("/admin/orders/{number}"), &olga).await;
        assert!(desk.contains("Card of the present") && desk.contains(shown), "{desk}");
    }

    async fn a_promotion_puts_its_gift_into_the_cart(site: Site) {
        let olga = owner(&site).await;
        let fields = [
            ("title", "A bowl with two cups"), ("way", "automatic"), ("effect", "gift"), ("gifts", "BOWL"), ("gift_units", "1"),
            ("min_units", "2"), ("rank", "0"), ("do", "active"),
        ];
        let (status, _, body) = send(&site, "/admin/discounts/new", &olga, &fields).await;
        assert_eq!(status, 303, "{body}");
        let ada = Shopper::with(&site, "CUP", 2).await;
        let cart = ada.page("/cart").send().await.unwrap().text().await.unwrap();
        assert!(cart.contains("A gift: it costs nothing") && cart.contains("A bowl with two cups") && cart.contains("−€10.00"), "{cart}");
        let api = ada.api(Method::GET, "/cart").send().await.unwrap().json::<Value>().await.unwrap();
        let gift = &api["items"][1];
        assert_eq!((gift["sku"].as_str(), gift["gift"].as_bool(), api["items"][0]["gift"].as_bool()), (Some("BOWL"), Some(true), Some(false)));
        let line = gift["id"].as_str().unwrap();
        assert_eq!(ada.form(&format!("/cart/items/{line}/remove"), &[]).send().await.unwrap().status(), 303);
        let cart = ada.page("/cart").send().await.unwrap().text().await.unwrap();
        assert!(!cart.contains("A gift: it costs nothing"), "{cart}");
        assert_eq!(site.number("SELECT COUNT(*) FROM cart_gift_declined").await, 1);
    }

    async fn what_has_changed_is_acknowledged_before_paying(site: Site) {
        let mut ada = Shopper::ready(&site).await;
        let add = ada.form("/cart/items", &[("sku", "BOWL"), ("quantity", "1")]).send().await.unwrap();
        assert_eq!(add.status(), 303);
        let cart = ada.api(Method::GET, "/cart").send().await.unwrap().json::<Value>().await.unwrap();
        let line = |at: usize| format!("/cart/items/{}", cart["items"][at]["id"].as_str().unwrap());
        assert_eq!(ada.form(&format!("{}/save", line(1)), &[]).send().await.unwrap().status(), 303);
        ada.tell(&["delivery"]).await;
        let mut tx = site.shop.db.begin().await.unwrap();
        tx.execute("UPDATE price SET amount = 1200", args![]).await.unwrap();
        tx.commit().await.unwrap();
        let refused = ada.place("k", &ada.order("pm_card_visa")).send().await.unwrap();
        assert_eq!(refused.status(), 409);
        for path in ["/checkout/contact", "/checkout/payment"] {
            assert_eq!(header(&ada.page(path).send().await.unwrap(), "location"), "/cart", "{path}");
        }
        let risen = "The price has risen from €10.00 to €12.00.";
        let seen = ada.page("/cart").send().await.unwrap().text().await.unwrap();
        assert_eq!(seen.matches(risen).count(), 2, "in the cart and saved for later: {seen}");
        assert!(seen.contains("Accept the changes") && !seen.contains("href=\"/checkout\""), "{seen}");
        assert_eq!(ada.form("/cart/acknowledge", &[]).send().await.unwrap().status(), 303);
        let seen = ada.page("/cart").send().await.unwrap().text().await.unwrap();
        assert!(seen.matches(risen).count() == 1 && seen.contains("href=\"/checkout\""), "{seen}");
        // Put back, it is told before paying, too; and so is what cannot be bought any more.
        assert_eq!(ada.form(&format!("{}/restore", line(1)), &[]).send().await.unwrap().status(), 303);
        assert_eq!(header(&ada.page("/checkout/payment").send().await.unwrap(), "location"), "/cart");
        assert_eq!(ada.form("/cart/acknowledge", &[]).send().await.unwrap().status(), 303);
        let mut tx = site.shop.db.begin().await.unwrap();
        tx.execute("UPDATE product SET status = 'archived' WHERE slug = 'bowl'", args![]).await.unwrap();
        tx.commit().await.unwrap();
        let seen = ada.page("/cart").send().await.unwrap().text().await.unwrap();
        assert!(seen.contains("This is no longer sold."), "{seen}");
        assert_eq!(ada.form("/cart/acknowledge", &[]).send().await.unwrap().status(), 303);
        ada.tell(&["delivery"]).await;
        assert_eq!(ada.place("k2", &ada.order("pm_card_visa")).send().await.unwrap().status(), 201);
    }

    async fn log_in_tells_what_it_did_to_two_carts_and_undoes_it(site: Site) {
        let home = customer(&site, "Ann").await;
        let put = [("sku", "CUP"), ("quantity", "1")];
        let at_home = |path: &str, fields: &[(&str, &str)]| site.form(path, fields).header("cookie", format!("mercer={home}"));
        assert_eq!(at_home("/cart/items", &put).send().await.unwrap().status(), 303);
        let away = site.form("/cart/items", &[("sku", "CUP"), ("quantity", "3")]).send().await.unwrap();
        let away = cookie(&away, "mercer").unwrap();
        let (email,): (String,) = site.shop.db.fetch_one("SELECT email FROM customer", args![]).await.unwrap();
        let fields = [("email", email.as_str()), ("password", PASSWORD), ("next", "/cart")];
        let logged_in = site.form("/login", &fields).header("cookie", format!("mercer={away}")).send().await.unwrap();
        assert_eq!(logged_in.status(), 303);
        let session = cookie(&logged_in, "mercer").unwrap();
        let seen = page(&site, "/cart", &session).await;
        assert!(seen.contains("We have put your two carts together") && seen.contains("now 3."), "{seen}");
        assert_eq!(send(&site, "/cart/merge/undo", &session, &[]).await.0, 303);
        let seen = page(&site, "/cart", &session).await;
        assert!(!seen.contains("We have put your two carts together") && seen.contains("1 item"), "{seen}");
    }
}
