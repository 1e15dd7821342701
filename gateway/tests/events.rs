//! Events and their signed delivery.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use gateway::Config;
use hmac::{Hmac, Mac};
use serde_json::Value;

use crate::support::{Sandbox, config};

type Heard = Arc<Mutex<Vec<(String, Bytes)>>>;

/// Hears everything, and refuses the first delivery.
async fn listener() -> (String, Heard) {
    let heard = Heard::default();
    let hear = |State(heard): State<Heard>, headers: HeaderMap, body: Bytes| async move {
        let mut heard = heard.lock().unwrap();
        heard.push((headers["stripe-signature"].to_str().unwrap().to_owned(), body));
        if heard.len() == 1 { StatusCode::INTERNAL_SERVER_ERROR } else { StatusCode::OK }
    };
    let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", socket.local_addr().unwrap());
    let router = Router::new().route("/hook", post(hear)).with_state(Arc::clone(&heard));
    tokio::spawn(async move { axum::serve(socket, router).await.unwrap() });
    (url, heard)
}

#[tokio::test]
async fn events_arrive_signed_and_are_sent_again_until_accepted() {
    let (url, heard) = listener().await;
    let sandbox = Sandbox::with(Config { webhook_url: Some(url), ..config() }).await;
    let intent = sandbox.authorised().await;
    sandbox.post(&format!("/v1/payment_intents/{intent}/capture"), &[]).await;
    // Created, charge succeeded, capturable, charge captured, succeeded; and one of them twice.
    for _ in 0..100 {
        if heard.lock().unwrap().len() == 6 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let heard = heard.lock().unwrap().clone();
    assert_eq!(heard.len(), 6);
    let mut types = Vec::new();
    for (signature, body) in &heard {
        let (time, v1) = signature.strip_prefix("t=").unwrap().split_once(",v1=").unwrap();
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(b"whsec_mercer_sandbox").unwrap();
        mac.update(format!("{time}.").as_bytes());
        mac.update(body);
        mac.verify_slice(&hex::decode(v1).unwrap()).unwrap();
        let event: Value = serde_json::from_slice(body).unwrap();
        types.push((event["type"].as_str().unwrap().to_owned(), event["id"].as_str().unwrap().to_owned()));
    }
    types.sort();
    types.dedup();
    let names: Vec<_> = types.iter().map(|(name, _)| name.as_str()).collect();
    let wanted = [
        "charge.captured",
        "charge.succeeded",
        "payment_intent.amount_capturable_updated",
        "payment_intent.created",
        "payment_intent.succeeded",
    ];
    assert_eq!(names, wanted);
}

#[tokio::test]
async fn events_are_listed_with_their_object_as_it_was() {
    let sandbox = Sandbox::start().await;
    let intent = sandbox.authorised().await;
    sandbox.post(&format!("/v1/payment_intents/{intent}/capture"), &[]).await;
    let (_, list) = sandbox.get("/v1/events?type=payment_intent.*").await;
    let seen: Vec<_> = list["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| {
            assert_eq!(event["data"]["object"]["id"], intent.as_str());
            event["data"]["object"]["status"].as_str().unwrap()
        })
        .collect();
    assert_eq!(seen, ["succeeded", "requires_capture", "requires_payment_method"]);
    let id = list["data"][0]["id"].as_str().unwrap();
    assert_eq!(sandbox.get(&format!("/v1/events/{id}")).await.1["type"], "payment_intent.succeeded");
    let later = list["data"][0]["created"].as_i64().unwrap() + 1;
    assert_eq!(sandbox.get(&format!("/v1/events?created[gte]={later}")).await.1["data"].as_array().unwrap().len(), 0);
}

#[tokio::test]
async fn endpoints_are_added_and_removed_over_the_api() {
    let sandbox = Sandbox::start().await;
    let params = [("url", "http://127.0.0.1:9/hook"), ("enabled_events[]", "charge.refunded")];
    let (_, made) = sandbox.post("/v1/webhook_endpoints", &params).await;
    assert!(made["secret"].as_str().unwrap().starts_with("whsec_"));
    let (_, list) = sandbox.get("/v1/webhook_endpoints").await;
    assert_eq!((list["data"][0]["id"].as_str(), list["data"][0]["secret"].as_str()), (made["id"].as_str(), None));
    let path = format!("/v1/webhook_endpoints/{}", made["id"].as_str().unwrap());
    assert_eq!(sandbox.delete(&path).await.1["deleted"], true);
    assert_eq!(sandbox.get(&path).await.0, 404);
    assert_eq!(sandbox.post("/v1/webhook_endpoints", &[("url", "ftp://x")]).await.0, 400);
}
