//! Shoppers in two currencies: the choice sticks, kept pages are never mixed, and an order is paid and refunded as it was made.

use crate::admin::currency::in_yen;
use crate::admin::send;
use crate::search::catch_up;
use crate::support::shopper::told;
use crate::support::{cookie, header};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use shop::{account, args, worker};

const PASSWORD: &str = "correct horse battery";

fn carrying(request: RequestBuilder, cookies: &str) -> RequestBuilder {
    request.header("cookie", cookies).header("accept", "text/html")
}

async fn text(request: RequestBuilder) -> String {
    request.send().await.unwrap().text().await.unwrap()
}

over_http! {
    async fn pages_of_two_currencies_are_kept_and_never_mixed(site: Site) {
        let olga = in_yen(&site).await;
        catch_up(&site).await;
        for path in ["/p/cup", "/", "/search?q=cup", "/search?sort=price_low"] {
            for round in 0..3 {
                for (cookies, shown, hidden) in
                    [("", "€10.00", "¥1,630"), ("currency=JPY", "¥1,630", "€10.00"), ("currency=XYZ", "€10.00", "¥1,630")]
                {
                    let request = if cookies.is_empty() { site.get(path) } else { carrying(site.get(path), cookies) };
                    let answer = request.header("accept", "text/html").send().await.unwrap();
                    assert_eq!((answer.status().as_u16(), header(&answer, "vary")), (200, "cookie, accept-encoding".into()), "{path} {cookies}");
                    if round == 2 {
                        assert_eq!(header(&answer, "cache-status"), "mercer; hit", "{path} {cookies}");
                    }
                    let body = answer.text().await.unwrap();
                    assert!(body.contains(shown) && !body.contains(hidden), "{path} {cookies}: {body}");
                }
            }
        }
        // What has no price in the chosen one says so, and offers the other.
        for _ in 0..2 {
            let dollars = text(carrying(site.get("/p/cup"), "currency=USD")).await;
            assert!(dollars.contains("This is not sold in USD.") && dollars.contains("See it in EUR"), "{dollars}");
            assert!(text(site.get("/p/cup").header("accept", "text/html")).await.contains("€10.00"));
        }
        assert_eq!(carrying(site.get("/p/nothing"), "currency=USD").send().await.unwrap().status(), 404);
        // What a browser has kept in one currency is not right in the other.
        let tag = header(&site.get("/p/cup").send().await.unwrap(), "etag");
        let other = carrying(site.get("/p/cup"), "currency=JPY").header("if-none-match", &tag).send().await.unwrap();
        assert_eq!(other.status(), 200);
        // A price that follows the rate is on the next page.
        let table = [("rates", "JPY 200"), ("per", "EUR"), ("source", "Bank")];
        assert_eq!(send(&site, "/admin/currencies/rates", &olga, &table).await.0, 303);
        crate::admin::currency::work(&site).await;
        assert!(text(carrying(site.get("/p/cup"), "currency=JPY")).await.contains("¥2,000"));
    }

    async fn prices_are_found_sorted_and_filtered_in_the_chosen_currency(site: Site) {
        in_yen(&site).await;
        let mut tx = site.shop.db.begin().await.unwrap();
        let dearer = "INSERT INTO price (variant_id, currency, amount) SELECT id, 'JPY', 9999 FROM variant WHERE sku = 'CUP'
            ON CONFLICT (variant_id, currency) DO UPDATE SET amount = excluded.amount, converted = FALSE";
        tx.execute(dearer, args![]).await.unwrap();
        tx.commit().await.unwrap();
        catch_up(&site).await;
        let found = async |query: &str| {
            let answer = site.get(&format!("/api/v1/search?currency=JPY&{query}")).send().await.unwrap();
            let (status, body) = told(answer).await;
            assert_eq!(status, 200, "{body}");
            let items = body["items"].as_array().unwrap();
            items.iter().map(|item| item["slug"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(found("sort=price_low").await, ["bowl", "cup"]);
        assert_eq!(found("sort=price_high").await, ["cup", "bowl"]);
        let dear = text(carrying(site.get("/search?price_from=5000"), "currency=JPY")).await;
        assert!(dear.contains("¥9,999") && !dear.contains("/p/bowl"), "{dear}");
    }

    async fn the_choice_sticks_keeps_the_page_and_belongs_to_the_account(site: Site) {
        in_yen(&site).await;
        for (back, to) in [("/p/cup?stars=5", "/p/cup?stars=5"), ("//evil.example", "/"), ("https://evil.example", "/"), ("", "/")] {
            let answer = site.form("/currency", &[("currency", "JPY"), ("back", back)]).send().await.unwrap();
            assert_eq!((answer.status().as_u16(), header(&answer, "location").as_str()), (303, to));
            assert_eq!(cookie(&answer, "currency").as_deref(), Some("JPY"));
            assert!(header(&answer, "set-cookie").contains("Max-Age"), "it outlives the browser");
        }
        for code in ["XYZ", "CHF"] {
            let refused = site.form("/currency", &[("currency", code), ("back", "/")]).send().await.unwrap();
            assert_eq!(refused.status(), 422, "{code}");
        }
        // The cart changes with it, and back.
        let added = site.form("/cart/items", &[("sku", "CUP"), ("quantity", "2")]).send().await.unwrap();
        let session = cookie(&added, "mercer").unwrap();
        for (code, subtotal) in [("JPY", "¥3,260"), ("EUR", "€20.00"), ("JPY", "¥3,260")] {
            let cookies = format!("mercer={session}; currency={code}");
            carrying(site.form("/currency", &[("currency", code), ("back", "/cart")]), &cookies).send().await.unwrap();
            let cart = text(carrying(site.get("/cart"), &cookies)).await;
            assert!(cart.contains(subtotal) && !cart.contains("has changed"), "{code}: {cart}");
        }
        // An account takes the choice over and brings it to another browser, whatever that one had.
        account::register(&site.shop, "ann@example.org", "Ann", PASSWORD, "").await.unwrap();
        let log_in = site.form("/login", &[("email", "ann@example.org"), ("password", PASSWORD)]);
        let first = carrying(log_in, &format!("mercer={session}; currency=JPY")).send().await.unwrap();
        assert_eq!((first.status().as_u16(), cookie(&first, "currency")), (303, None));
        for cookies in ["", "currency=EUR"] {
            let log_in = site.form("/login", &[("email", "ann@example.org"), ("password", PASSWORD)]);
            let other = carrying(log_in, cookies).send().await.unwrap();
            assert_eq!(cookie(&other, "currency").as_deref(), Some("JPY"), "{cookies}");
            let here = format!("mercer={}; currency=JPY", cookie(&other, "mercer").unwrap());
            assert!(text(carrying(site.get("/cart"), &here)).await.contains("¥3,260"));
        }
    }

    async fn an_order_in_yen_is_charged_told_and_refunded_in_yen(site: Site) {
        let olga = in_yen(&site).await;
        let call = async |token: &str, method: Method, path: &str, body: Value| {
            let asked = site.ask(method, &format!("/api/v1{path}")).header("x-cart-token", token).header("idempotency-key", "k");
            told(asked.json(&body).send().await.unwrap()).await
        };
        let (_, offered) = told(site.get("/api/v1/currencies").send().await.unwrap()).await;
        assert!(offered.as_array().unwrap().contains(&json!({"code": "JPY", "digits": 0})), "{offered}");
        let (_, made) = call("", Method::POST, "/cart", json!({})).await;
        let token = made["token"].as_str().unwrap().to_owned();
        call(&token, Method::POST, "/cart/items", json!({"sku": "CUP", "quantity": 2})).await;
        let (status, cart) = call(&token, Method::PUT, "/cart/currency", json!({"currency": "JPY"})).await;
        assert_eq!((status, &cart["currency"]), (200, &json!("JPY")), "{cart}");
        assert_eq!(call(&token, Method::PUT, "/cart/currency", json!({"currency": "CHF"})).await.0, 422);
        let address = json!({"name": "Ann", "line1": "Weg 1", "city": "Berlin", "postal_code": "10115", "country": "DE"});
        let (_, options) = call(&token, Method::PUT, "/checkout", json!({"email": "ann@example.org", "address": address})).await;
        let (_, options) = call(&token, Method::PUT, "/checkout", json!({"delivery": options["delivery_options"][0]["id"]})).await;
        // 2 × 1,630 and 4.90 euros of delivery, which are 796.25 yen.
        assert_eq!(options["totals"]["total"], json!(4060), "{options}");
        let order = json!({"expected_total": 4060, "cart_version": options["cart_version"], "payment_method": "pm_card_visa"});
        let (status, placed) = call(&token, Method::POST, "/checkout", order).await;
        assert_eq!(status, 201, "{placed}");
        worker::run_once(&site.shop).await.unwrap();
        let ledger = async || {
            let url = format!("{}/_sandbox/ledger", site.gateway.url());
            let dump: Value = serde_json::from_str(&site.client.get(url).send().await.unwrap().text().await.unwrap()).unwrap();
            let of = &dump["intents"][0];
            (of["currency"].as_str().unwrap().to_owned(), of["captured"].as_i64().unwrap(), of["refunded"].as_i64().unwrap())
        };
        assert_eq!(ledger().await, ("jpy".into(), 4060, 0));
        // The shop gives the currency up; the order is what it was.
        assert_eq!(send(&site, "/admin/currencies/JPY/withdraw", &olga, &[]).await.0, 303);
        let (number, version): (String, i64) = site.shop.db.fetch_one("SELECT number, version FROM orders", args![]).await.unwrap();
        let here = format!("/admin/orders/{number}");
        assert!(crate::admin::page(&site, &here, &olga).await.contains("¥4,060"));
        let refund = |amount: &'static str| [("version", version.to_string()), ("amount", amount.to_owned()), ("reason", String::new())];
        for (amount, wanted) in [("16.30", 422), ("1630", 303)] {
            let fields = refund(amount);
            let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            assert_eq!(send(&site, &format!("{here}/refund"), &olga, &fields).await.0, wanted, "{amount}");
        }
        worker::run_once(&site.shop).await.unwrap();
        assert_eq!(ledger().await, ("jpy".into(), 4060, 1630));
    }
}
