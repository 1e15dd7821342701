//! An external tax service over loopback: what it says is charged, once it was asked; what happens without an answer is
//! the owner's rule.

use super::{charged, exempt_customer, number};
use crate::support::TestShop;
use crate::support::till::{Till, VISA};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use shop::setting::{Live, Settings, TaxFallback};
use shop::tax::service::HttpService;
use shop::{Error, Shop, cart, checkout, tax};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// How the service behaves, and what it was asked.
#[derive(Default)]
struct Desk {
    mood: &'static str,
    asked: Vec<Value>,
    bearer: String,
}

type Shared = Arc<Mutex<Desk>>;

async fn answer(State(desk): State<Shared>, headers: HeaderMap, body: String) -> Response {
    let question: Value = serde_json::from_str(&body).unwrap();
    let mood = {
        let mut desk = desk.lock().unwrap();
        desk.asked.push(question.clone());
        headers["authorization"].to_str().unwrap().clone_into(&mut desk.bearer);
        desk.mood
    };
    let rate = |ppm: i64| json!({ "name": "County tax", "rate_ppm": ppm });
    let lines = |ppm: i64| {
        let all = question["lines"].as_array().unwrap().iter();
        all.map(|line| (line["reference"].as_str().unwrap().to_owned(), rate(ppm))).collect::<serde_json::Map<_, _>>()
    };
    match mood {
        "slow" => {
            tokio::time::sleep(Duration::from_secs(20)).await;
            StatusCode::OK.into_response()
        }
        "broken" => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        "page" => "<html>Back soon</html>".into_response(),
        "missing" => json!({ "lines": {} }).to_string().into_response(),
        "absurd" => json!({ "lines": lines(1_000_001) }).to_string().into_response(),
        "nameless" => json!({ "lines": { "x": { "name": "", "rate_ppm": 1 } } }).to_string().into_response(),
        "carried" => json!({ "lines": lines(100_000) }).to_string().into_response(),
        _ => json!({ "lines": lines(100_000), "delivery": rate(0) }).to_string().into_response(),
    }
}

async fn open() -> (String, Shared) {
    let desk = Shared::default();
    let app = axum::Router::new().fallback(answer).with_state(Arc::clone(&desk));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/rates", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    (url, desk)
}

fn with_service(shop: &Shop, url: &str, fallback: TaxFallback) -> Shop {
    let settings = Settings { tax_fallback: fallback, ..Settings::default() };
    let service = HttpService::new(url, "key").unwrap();
    Shop { taxes: Some(Arc::new(service)), settings: Live::new(settings), ..shop.clone() }
}

on_both_engines! {
    async fn what_the_service_says_is_charged_and_it_is_asked_once(t: TestShop) {
        t.stock("MUG", 9).await;
        let (url, desk) = open().await;
        let mut till = Till::open(&t).await;
        till.shop = with_service(&till.shop, &url, TaxFallback::Table);
        let (visitor, view) = till.guest("MUG", 2).await;
        // 20.00 with 10 % contained, 4.90 not taxed; the table would say 19 %.
        assert_eq!((view.totals.total, view.totals.tax), (2490, 182));
        {
            let desk = desk.lock().unwrap();
            assert_eq!((desk.asked.len(), desk.bearer.as_str()), (1, "Bearer key"));
            let asked = &desk.asked[0];
            assert_eq!((&asked["to"]["country"], &asked["to"]["city"]), (&"DE".into(), &"Berlin".into()));
            assert_eq!((&asked["amounts_include_tax"], &asked["delivery"]), (&true.into(), &490.into()));
            let line = &asked["lines"][0];
            assert_eq!((&line["sku"], &line["amount"], &line["quantity"]), (&"MUG".into(), &2000.into(), &2.into()));
        }
        // It says something else meanwhile: the order is placed with what the shopper saw.
        desk.lock().unwrap().mood = "carried";
        let placed = till.pay(&visitor, &view, "buy", VISA).await.unwrap();
        assert_eq!(desk.lock().unwrap().asked.len(), 1);
        let rows = charged(&t, &number(&placed)).await;
        let county = |ppm, goods, tax, delivery| ("County tax".to_owned(), ppm, goods, tax, delivery, 0);
        assert_eq!(rows, [county(100_000, 1818, 182, 0), county(0, 0, 0, 490)]);
        till.work().await;
        till.check().await;
        // Another cart is another question; without a rate of its own, delivery is taxed as the goods.
        let (other, view) = till.guest("MUG", 1).await;
        assert_eq!((view.totals.tax, desk.lock().unwrap().asked.len()), (91 + 45, 2));
        // An answer is not for ever.
        t.clock.advance(60 * 60 * 1000);
        desk.lock().unwrap().mood = "";
        let placed = till.pay(&other, &view, "late", VISA).await.unwrap();
        assert_eq!(charged(&t, &number(&placed)).await, [county(100_000, 909, 91, 0), county(0, 0, 0, 490)]);
        // Nobody asks for somebody who is exempt.
        let asked = desk.lock().unwrap().asked.len();
        let mut ada = exempt_customer(&till).await;
        let draft = tax::CertificateDraft {
            email: "ada@example.com".into(), number: "N1".into(), place: "DE".into(), valid_until: None,
        };
        let anna = crate::catalogue::edit::anna();
        let id = tax::add_certificate(&till.shop, &anna, &draft).await.unwrap();
        tax::set_verified(&till.shop, &anna, id, true).await.unwrap();
        cart::add(&till.shop, &mut ada, "MUG", 1).await.unwrap();
        assert_eq!(till.ready(&ada).await.totals.tax, 0);
        assert_eq!(desk.lock().unwrap().asked.len(), asked);
    }

    async fn without_an_answer_the_table_stands_in_or_nothing_is_sold(t: TestShop) {
        t.stock("MUG", 99).await;
        let (url, desk) = open().await;
        let mut till = Till::open(&t).await;
        let plain = till.shop.clone();
        for mood in ["broken", "page", "missing", "absurd", "nameless", "slow"] {
            desk.lock().unwrap().mood = mood;
            // A service that nobody has learnt anything of yet.
            till.shop = with_service(&plain, &url, TaxFallback::Table);
            let begun = Instant::now();
            let (visitor, view) = till.guest("MUG", 1).await;
            assert_eq!((view.totals.tax, view.totals.total), (160 + 78, 1490), "{mood}");
            assert!(begun.elapsed() < Duration::from_secs(6), "{mood} took {:?}", begun.elapsed());
            // It is back, and this cart keeps its total.
            desk.lock().unwrap().mood = "";
            let placed = till.pay(&visitor, &view, mood, VISA).await.unwrap();
            assert_eq!(charged(&t, &number(&placed)).await[0].1, 190_000, "{mood}");
        }
        till.work().await;
        till.check().await;
        desk.lock().unwrap().mood = "broken";
        let (visitor, view) = till.guest("MUG", 1).await;
        till.shop = with_service(&plain, &url, TaxFallback::Refuse);
        t.clock.advance(5 * 60 * 1000);
        let refused = till.pay(&visitor, &view, "refused", VISA).await;
        let Err(Error::Unavailable { message, .. }) = refused else { panic!("sold: {refused:?}") };
        assert!(message.contains("Nothing was charged"), "{message}");
        assert!(checkout::view(&till.shop, &visitor).await.is_err());
        desk.lock().unwrap().mood = "";
        t.clock.advance(5 * 60 * 1000);
        assert_eq!(checkout::view(&till.shop, &visitor).await.unwrap().totals.tax, 91);
    }

    async fn a_service_that_fails_is_left_alone(t: TestShop) {
        t.stock("MUG", 99).await;
        let (url, desk) = open().await;
        let mut till = Till::open(&t).await;
        till.shop = with_service(&till.shop, &url, TaxFallback::Table);
        desk.lock().unwrap().mood = "broken";
        for _ in 0..6 {
            assert_eq!(till.guest("MUG", 1).await.1.totals.tax, 238);
        }
        let asked = desk.lock().unwrap().asked.len();
        assert!((3..6).contains(&asked), "{asked} questions");
    }
}
