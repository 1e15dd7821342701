//! The API as a program meets it.

use crate::support::{Site, header};
use reqwest::{Method, Response};
use serde_json::{Value, json};

/// A cart's token.
async fn cart(site: &Site) -> String {
    let answer = site.ask(Method::POST, "/api/v1/cart").json(&json!({"currency": "EUR"})).send().await.unwrap();
    assert_eq!(answer.status(), 201);
    answer.json::<Value>().await.unwrap()["token"].as_str().unwrap().to_owned()
}

async fn call(site: &Site, token: &str, method: Method, path: &str, body: Value) -> (u16, Value) {
    let asked = site.ask(method, path).header("authorization", format!("Bearer {token}")).json(&body);
    read(asked.send().await.unwrap()).await
}

async fn read(answer: Response) -> (u16, Value) {
    let status = answer.status().as_u16();
    if status >= 400 {
        assert_eq!(header(&answer, "content-type"), "application/problem+json");
    }
    (status, answer.json().await.unwrap())
}

async fn add(site: &Site, token: &str, sku: &str, quantity: Value) -> (u16, Value) {
    call(site, token, Method::POST, "/api/v1/cart/items", json!({"sku": sku, "quantity": quantity})).await
}

/// A cart with one cup, delivered to Berlin for 14.90 in all: its token and what an order of it says.
async fn ready_to_order(site: &Site) -> (String, Value) {
    let token = cart(site).await;
    add(site, &token, "CUP", json!(1)).await;
    let address = json!({"name": "Ann", "line1": "Weg 1", "city": "Berlin", "postal_code": "10115", "country": "DE"});
    let details = json!({"email": "ann@example.org", "address": address});
    let (_, options) = call(site, &token, Method::PUT, "/api/v1/checkout", details).await;
    let delivery = json!({"delivery": options["delivery_options"][0]["id"]});
    let (_, options) = call(site, &token, Method::PUT, "/api/v1/checkout", delivery).await;
    let version = &options["cart_version"];
    (token, json!({"expected_total": 1490, "cart_version": version, "payment_method": "pm_card_visa"}))
}

/// Status, whether it was a replay, body.
async fn order(site: &Site, token: &str, key: &str, body: &Value) -> (u16, bool, Value) {
    let asked = site.ask(Method::POST, "/api/v1/checkout").header("x-cart-token", token).header("idempotency-key", key);
    let answer = asked.json(body).send().await.unwrap();
    let replayed = header(&answer, "idempotent-replayed") == "true";
    let (status, body) = read(answer).await;
    (status, replayed, body)
}

over_http! {
    async fn the_same_key_and_body_are_answered_alike_and_charged_once(site: Site) {
        let (token, body) = ready_to_order(&site).await;
        let (status, replayed, first) = order(&site, &token, "key-1", &body).await;
        assert_eq!((status, replayed, &first["status"]), (201, false, &json!("ordered")), "{first}");
        let (status, replayed, second) = order(&site, &token, "key-1", &body).await;
        assert_eq!((status, replayed), (201, true), "{second}");
        assert_eq!(first, second);
        let mut other = body.clone();
        other["expected_total"] = json!(1);
        assert_eq!(order(&site, &token, "key-1", &other).await.0, 422);
        assert_eq!(site.number("SELECT CAST(COUNT(*) AS BIGINT) FROM payment_attempt").await, 1);
        let (status, problem) = add(&site, &token, "CUP", json!(1)).await;
        assert_eq!((status, &problem["code"]), (409, &json!("cart_ordered")));
    }

    async fn many_requests_at_once_with_one_key_make_one_order(site: Site) {
        let (token, body) = ready_to_order(&site).await;
        let asked = (0..12).map(|_| order(&site, &token, "key-1", &body));
        for (status, _, answer) in futures_util::future::join_all(asked).await {
            assert!(status == 201 || (status == 409 && answer["code"] == "in_progress"), "{status} {answer}");
        }
        assert_eq!(order(&site, &token, "key-1", &body).await.0, 201);
        assert_eq!(site.number("SELECT CAST(COUNT(*) AS BIGINT) FROM orders").await, 1);
        assert_eq!(site.number("SELECT CAST(SUM(on_hand) AS BIGINT) FROM stock").await, 5);
    }

    async fn a_declined_card_is_told_and_the_cart_can_be_paid_otherwise(site: Site) {
        let (token, body) = ready_to_order(&site).await;
        let mut declined = body.clone();
        declined["payment_method"] = json!("pm_card_visa_chargeDeclined");
        let (status, _, problem) = order(&site, &token, "key-1", &declined).await;
        assert_eq!(status, 402, "{problem}");
        let (status, replayed, _) = order(&site, &token, "key-1", &declined).await;
        assert_eq!((status, replayed), (402, true));
        let (status, _, answer) = order(&site, &token, "key-2", &body).await;
        assert_eq!(status, 201, "{answer}");
    }

    async fn an_order_opens_with_its_own_token_alone(site: Site) {
        let (token, body) = ready_to_order(&site).await;
        let (_, _, placed) = order(&site, &token, "key-1", &body).await;
        let path = placed["order_url"].as_str().unwrap().to_owned();
        let with = |token: String| site.get(&path).header("authorization", format!("Bearer {token}")).send();
        let (status, found) = read(with(placed["access_token"].as_str().unwrap().to_owned()).await.unwrap()).await;
        assert_eq!((status, &found["totals"]["total"], &found["number"]), (200, &json!(1490), &placed["order_number"]));
        assert_eq!(read(with(token.clone()).await.unwrap()).await.0, 404);
        assert_eq!(read(site.get(&path).send().await.unwrap()).await.0, 401);
    }

    async fn products_are_listed_page_by_page_and_found_by_sku_or_slug(site: Site) {
        let (status, first) = read(site.get("/api/v1/products?limit=1").send().await.unwrap()).await;
        assert_eq!((status, first["items"].as_array().unwrap().len()), (200, 1));
        let next = first["next"].as_str().unwrap();
        let (_, second) = read(site.get(&format!("/api/v1/products?limit=1&after={next}")).send().await.unwrap()).await;
        assert_ne!(first["items"][0]["id"], second["items"][0]["id"]);
        for key in ["CUP", "cup"] {
            let (status, product) = read(site.get(&format!("/api/v1/products/{key}")).send().await.unwrap()).await;
            assert_eq!((status, &product["variants"][0]["price"]["amount"]), (200, &json!(1000)), "{key}");
        }
    }

    async fn what_cannot_be_answered_is_told_by_field(site: Site) {
        for (path, status) in [
            ("/api/v1/products/NOPE", 404),
            ("/api/v1/products?limit=100000", 422),
            ("/api/v1/products?limit=x", 422),
            ("/api/v1/products?after=rubbish", 422),
            ("/api/v1/products?currency=XXX", 422),
            ("/api/v1/products?user=*", 422),
            ("/api/v1/products?category=nope", 404),
            ("/api/v1/cart", 401),
            ("/api/v1/orders/1", 401),
            ("/api/v1/nothing", 404),
        ] {
            assert_eq!(read(site.get(path).send().await.unwrap()).await.0, status, "{path}");
        }
        let foreign = site.get("/api/v1/cart").header("x-cart-token", "someone-elses").send().await.unwrap();
        assert_eq!(read(foreign).await.0, 404);
    }

    async fn a_cart_takes_changes_and_gives_items_up(site: Site) {
        let token = cart(&site).await;
        let (status, filled) = add(&site, &token, "CUP", json!(2)).await;
        assert_eq!((status, &filled["subtotal"]["amount"]), (201, &json!(2000)));
        let item = format!("/api/v1/cart/items/{}", filled["items"][0]["id"].as_str().unwrap());
        let (status, changed) = call(&site, &token, Method::PATCH, &item, json!({"quantity": 3})).await;
        assert_eq!((status, &changed["count"]), (200, &json!(3)));
        let other = cart(&site).await;
        assert_eq!(call(&site, &other, Method::PATCH, &item, json!({"quantity": 1})).await.0, 404);
        let (status, emptied) = call(&site, &token, Method::DELETE, &item, json!({})).await;
        assert_eq!((status, &emptied["count"]), (200, &json!(0)));
    }

    async fn more_than_is_left_is_refused_with_what_is_left(site: Site) {
        let token = cart(&site).await;
        let (status, problem) = add(&site, &token, "BOWL", json!(2)).await;
        assert_eq!((status, &problem["code"], &problem["shortages"][0]["available"]), (409, &json!("sold_out"), &json!(1)));
        assert_eq!(add(&site, &token, "NOPE", json!(1)).await.0, 404);
        assert_eq!(site.number("SELECT CAST(COUNT(*) AS BIGINT) FROM cart_line").await, 0);
    }

    async fn bodies_of_another_kind_size_or_shape_are_refused(site: Site) {
        let token = cart(&site).await;
        let ask = |content_type: &'static str, body: String| {
            let asked = site.ask(Method::POST, "/api/v1/cart/items").header("content-type", content_type);
            asked.header("x-cart-token", &token).body(body).send()
        };
        assert_eq!(ask("text/plain", "{\"sku\":\"CUP\",\"quantity\":1}".into()).await.unwrap().status(), 415);
        assert_eq!(ask("application/json", "{".into()).await.unwrap().status(), 400);
        assert_eq!(ask("application/json", "x".repeat(70 * 1024)).await.unwrap().status(), 413);
        let deep = ask("application/json", "[".repeat(10_000)).await.unwrap().status().as_u16();
        assert!(deep == 400 || deep == 422, "{deep}");
        assert_eq!(site.number("SELECT CAST(COUNT(*) AS BIGINT) FROM cart_line").await, 0);
    }

    async fn a_checkout_is_filled_in_step_by_step(site: Site) {
        let token = cart(&site).await;
        let (status, problem) = read(site.get("/api/v1/checkout/options").header("x-cart-token", &token).send().await.unwrap()).await;
        assert_eq!((status, &problem["code"]), (409, &json!("cart_empty")));
        add(&site, &token, "CUP", json!(1)).await;
        let address = json!({"name": "Ann", "line1": "Weg 1", "city": "Berlin", "postal_code": "10115", "country": "DE"});
        let details = json!({"email": "ann@example.org", "address": address});
        let (status, options) = call(&site, &token, Method::PUT, "/api/v1/checkout", details).await;
        assert_eq!((status, &options["next_step"]), (200, &json!("delivery")), "{options}");
        let delivery = json!({"delivery": options["delivery_options"][0]["id"]});
        let (status, options) = call(&site, &token, Method::PUT, "/api/v1/checkout", delivery).await;
        assert_eq!((status, &options["next_step"], &options["totals"]["total"]), (200, &json!("payment"), &json!(1490)));
        let wrong = json!({"email": "nobody"});
        assert_eq!(call(&site, &token, Method::PUT, "/api/v1/checkout", wrong).await.0, 422);
    }

    async fn every_operation_of_the_contract_is_served(site: Site) {
        let contract: Value = site.get("/api/openapi.json").send().await.unwrap().json().await.unwrap();
        assert!(contract["openapi"].as_str().unwrap().starts_with("3.1"));
        for (path, methods) in contract["paths"].as_object().unwrap() {
            let path = path.replace("{id}", "1").replace("{key}", "CUP");
            for method in methods.as_object().unwrap().keys() {
                let asked = site.ask(method.to_uppercase().parse().unwrap(), &path).send().await.unwrap();
                let (status, body) = (asked.status(), asked.text().await.unwrap());
                assert_ne!(status, 405, "{method} {path}");
                assert!(!body.contains("nothing at this address"), "{method} {path}");
            }
        }
        let page = site.get("/api/docs").send().await.unwrap().text().await.unwrap();
        assert!(page.contains("/api/v1/cart/items") && page.contains("Idempotency-Key"));
        assert!(!page.contains("<script") && !page.contains("style=\""));
    }
}
