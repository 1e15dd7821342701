//! The shop's side of each provider, and an address for their news.

use bytes::Bytes;
use reqwest::header::HeaderMap;
use shop::payment::Provider;
use shop::payment::paypal::{Paypal, PaypalConfig};
use shop::payment::razorpay::{Razorpay, RazorpayConfig};
use shop::payment::stripe::{Stripe, StripeConfig};
use std::sync::Arc;
use tokio::sync::mpsc;

/// The shop's side of a provider, pointed at the gateway.
pub fn adapter(name: &str, handle: &gateway::Handle, config: &gateway::Config) -> Arc<dyn Provider> {
    match name {
        "stripe" => Arc::new(
            Stripe::new(StripeConfig {
                api_base: handle.url().to_owned(),
                secret_key: config.secret_key.clone(),
                publishable_key: config.publishable_key.clone(),
                webhook_secrets: Vec::new(),
            })
            .unwrap(),
        ),
        "paypal" => Arc::new(
            Paypal::new(PaypalConfig {
                api_base: handle.paypal_url(),
                client_id: config.paypal.client_id.clone(),
                secret: config.paypal.secret.clone(),
                webhook_id: config.paypal.webhook_id.clone(),
            })
            .unwrap(),
        ),
        "razorpay" => Arc::new(
            Razorpay::new(RazorpayConfig {
                api_base: handle.razorpay_url(),
                key_id: config.razorpay.key_id.clone(),
                key_secret: config.razorpay.key_secret.clone(),
                webhook_secrets: vec![config.razorpay.webhook_secret.clone()],
            })
            .unwrap(),
        ),
        other => panic!("no provider {other}"),
    }
}

/// An address that keeps what is posted to it.
pub async fn mailbox() -> (String, mpsc::UnboundedReceiver<(HeaderMap, Bytes)>) {
    let (keep, kept) = mpsc::unbounded_channel();
    let take = move |headers: HeaderMap, body: Bytes| {
        let keep = keep.clone();
        async move {
            // Nobody may be there to read it.
            let _ = keep.send((headers, body));
        }
    };
    let app = axum::Router::new().fallback(take);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    (url, kept)
}
