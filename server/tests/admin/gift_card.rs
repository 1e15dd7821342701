//! Gift cards and store credit at the merchant's desk.

use super::{owner, page, send};
use crate::support::header;
use crate::support::shopper::Shopper;
use reqwest::Method;
use serde_json::json;
use shop::{args, worker};

/// The code that the page shows.
fn code_in(page: &str) -> String {
    let at = page.find("The code of the card is ").expect("the page shows the code") + "The code of the card is ".len();
    page[at..at + 19].to_owned()
}

over_http! {
    async fn a_card_is_given_shown_once_used_and_refunded(site: Site) {
        let olga = owner(&site).await;
        let (status, to, _) = send(&site, "/admin/gift-cards", &olga, &[("value", "nothing"), ("currency", "EUR"), ("reason", "x")]).await;
        assert_eq!(status, 422, "{to}");
        let fields = [("value", "5.00"), ("currency", "EUR"), ("recipient", "bob@example.com"), ("expires_at", ""), ("reason", "sorry")];
        let (status, to, _) = send(&site, "/admin/gift-cards", &olga, &fields).await;
        assert_eq!(status, 303);
        let shown = page(&site, &to, &olga).await;
        let code = code_in(&shown);
        assert!(!page(&site, &to, &olga).await.contains(&code), "shown once");
        let list = page(&site, "/admin/gift-cards?q=bob%40", &olga).await;
        assert!(list.contains(&format!("····{}", &code[15..])) && list.contains("€5.00"), "{list}");
        assert!(page(&site, "/admin/gift-cards?q=nobody", &olga).await.contains("No card matches"));
        // A shopper uses it, and the merchant gives a part of it back.
        let mut shopper = Shopper::ready(&site).await;
        let typed = shopper.form("/cart/gift-cards", &[("gift_card", &code)]).send().await.unwrap();
        assert_eq!((typed.status().as_u16(), header(&typed, "location")), (303, "/cart".to_owned()));
        shopper.tell(&["delivery"]).await;
        assert_eq!((shopper.total, shopper.due), (1490, 990));
        let review = shopper.page("/checkout/payment").send().await.unwrap().text().await.unwrap();
        assert!(review.contains("Place order and pay €9.90") && review.contains("−€5.00"), "{review}");
        let placed = shopper.place("k", &shopper.order("pm_card_visa")).send().await.unwrap();
        assert_eq!(placed.status(), 201);
        worker::run_once(&site.shop).await.unwrap();
        let sql = "SELECT number, version FROM orders";
        let (number, version): (String, i64) = site.shop.db.fetch_one(sql, args![]).await.unwrap();
        let here = format!("/admin/orders/{number}");
        let order = page(&site, &here, &olga).await;
        assert!(order.contains(&format!("Gift card ····{}, at most €5.00", &code[15..])), "{order}");
        let id = to.rsplit('/').next().unwrap();
        let refund = |amount: &'static str, version: i64| {
            [("version", version.to_string()), ("amount", amount.to_owned()), ("to", id.to_owned()), ("reason", String::new())]
        };
        let fields = refund("5.01", version);
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(send(&site, &format!("{here}/refund"), &olga, &fields).await.0, 422);
        let fields = refund("2.00", version);
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(send(&site, &format!("{here}/refund"), &olga, &fields).await.0, 303);
        let book = page(&site, &to, &olga).await;
        assert!(["Made", "Paid with", "Given back", "€2.00"].iter().all(|text| book.contains(text)), "{book}");
        // Blocked, and another code.
        assert_eq!(send(&site, &format!("{to}/freeze"), &olga, &[("version", "1")]).await.0, 303);
        assert_eq!(send(&site, &format!("{to}/freeze"), &olga, &[("version", "1")]).await.0, 409);
        assert!(page(&site, &to, &olga).await.contains("Blocked"));
        assert_eq!(send(&site, &format!("{to}/unfreeze"), &olga, &[("version", "2")]).await.0, 303);
        assert_eq!(send(&site, &format!("{to}/renew"), &olga, &[("version", "3")]).await.0, 303);
        let fresh = code_in(&page(&site, &to, &olga).await);
        assert_ne!(fresh, code);
        let other = Shopper::ready(&site).await;
        let typed = |code: &str| other.api(Method::POST, "/cart/gift-cards").json(&json!({ "code": code })).send();
        assert_eq!(typed(&code).await.unwrap().status(), 422);
        assert_eq!(typed(&fresh).await.unwrap().status(), 200);
        let audited = "SELECT COUNT(*) FROM audit_log WHERE entity = 'gift_card'";
        assert_eq!(site.number(audited).await, 4);
    }

    async fn credit_is_given_and_taken(site: Site) {
        let olga = owner(&site).await;
        let mut tx = site.shop.db.begin().await.unwrap();
        let sql = "INSERT INTO customer (id, email, name, password_hash, created_at) VALUES ($1, 'eve@example.org', 'Eve', 'x', 0)";
        tx.execute(sql, args![shop::id::CustomerId::new()]).await.unwrap();
        tx.commit().await.unwrap();
        let path = "/admin/gift-cards/credit";
        assert!(page(&site, &format!("{path}?email=nobody%40example.org"), &olga).await.contains("No such customer"));
        let grant = |amount: &'static str| [("email", "eve@example.org"), ("amount", amount), ("currency", "EUR"), ("reason", "late parcel")];
        assert_eq!(send(&site, path, &olga, &grant("10.00")).await.0, 303);
        assert_eq!(send(&site, path, &olga, &grant("-10.01")).await.0, 422);
        assert_eq!(send(&site, path, &olga, &grant("-4.00")).await.0, 303);
        let shown = page(&site, &format!("{path}?email=eve%40example.org"), &olga).await;
        assert!(shown.contains("€6.00") && shown.contains("late parcel"), "{shown}");
    }
}
