//! The page of an order whose payment has expired: its button leads to the provider, and back to an order that is paid.

use crate::support::header;
use crate::support::shopper::{Shopper, told};
use serde_json::json;
use shop::worker;

over_http! {
    async fn an_order_whose_payment_expired_is_paid_from_its_page(site: Site) {
        let lapses = json!({ "operation": "payment_intents.capture", "mood": "lapsed_before" });
        let mood = format!("{}/_sandbox/mood", site.gateway.url());
        assert!(site.client.post(mood).json(&lapses).send().await.unwrap().status().is_success());
        let shopper = Shopper::ready(&site).await;
        let placed = shopper.place("k1", &shopper.order("pm_card_visa")).send().await.unwrap();
        let (status, placed) = told(placed).await;
        assert_eq!(status, 201, "{placed}");
        worker::run_once(&site.shop).await.unwrap();
        let sql = "SELECT number, access_token FROM orders";
        let (number, token): (String, String) = site.shop.db.fetch_one(sql, shop::args![]).await.unwrap();
        let path = format!("/orders/{number}?token={token}");
        let page = site.get(&path).send().await.unwrap().text().await.unwrap();
        assert!(page.contains("The payment of this order has expired") && page.contains("We keep your items until"));

        let pay = format!("/orders/{number}/pay");
        let guessed = site.form(&pay, &[("token", "guessed")]).header("accept", "text/html").send().await.unwrap();
        assert_eq!(guessed.status(), 404);
        let led = site.form(&pay, &[("token", &token)]).send().await.unwrap();
        assert_eq!(led.status(), 303);
        let provider = header(&led, "location");
        assert!(provider.contains("/c/pay/"), "{provider}");
        let card = [("number", "4242424242424242"), ("expiry", "12 / 40"), ("cvc", "123"), ("name", "Ann Byron")];
        let back = site.client.post(&provider).form(&card).send().await.unwrap();
        assert_eq!(header(&back, "location"), format!("{}{path}", site.shop.origin));
        site.clock.advance(3_000);
        let page = site.get(&path).send().await.unwrap().text().await.unwrap();
        assert!(!page.contains("has expired"), "the page asks the provider");
        worker::run_once(&site.shop).await.unwrap();
        let page = site.get(&path).send().await.unwrap().text().await.unwrap();
        assert!(page.contains("<h3>Payment</h3><p>Paid</p>"), "{page}");
        let again = site.form(&pay, &[("token", &token)]).header("accept", "text/html").send().await.unwrap();
        assert_eq!(again.status(), 409);
    }
}
