//! `mercer run`: a shop to look at, from nothing. What `make run` ends in.
//!
//! It differs from `serve` in two ways: an empty database is filled with the demo shop, and without any provider's
//! keys the sandbox gateway runs in the same process, on a port of its own, with its payments kept in the data
//! folder. Shop and gateway still talk HTTP.

use super::{Outcome, open, serve};
use crate::config::{Config, Secret};
use shop::{Shop, args};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

pub async fn run(mut config: Config) -> Outcome {
    let db = open::migrated_database(&config).await?;
    let gateway = if config.lacks_payment() { Some(start_gateway(&mut config).await?) } else { None };
    let shop = open::shop_over(db, &config).await?;
    fill_when_empty(&shop).await?;
    let served = serve::until_signal(shop, config).await;
    if let Some(gateway) = gateway {
        gateway.stop().await;
    }
    served
}

/// Starts the sandbox and points the configuration at it.
async fn start_gateway(config: &mut Config) -> Result<gateway::Handle, String> {
    let webhook = |provider: &str| Some(format!("http://{}/webhooks/{provider}", reachable(config.addr)));
    let sandbox = gateway::Config {
        webhook_url: webhook("stripe"),
        paypal: gateway::PaypalAccount { webhook_url: webhook("paypal"), ..gateway::PaypalAccount::default() },
        razorpay: gateway::RazorpayAccount { webhook_url: webhook("razorpay"), ..gateway::RazorpayAccount::default() },
        state_path: Some(config.data_dir.join("sandbox-gateway.journal")),
        ..gateway::Config::sandbox(config.gateway_addr)
    };
    let handle = gateway::serve(sandbox.clone())
        .await
        .map_err(|error| format!("sandbox gateway on {}: {error}", config.gateway_addr))?;
    handle.url().clone_into(&mut config.stripe_api_base);
    config.stripe_secret_key = Some(Secret::from(sandbox.secret_key.as_str()));
    config.stripe_publishable_key = sandbox.publishable_key;
    config.stripe_webhook_secret = vec![Secret::from(sandbox.webhook_secret.as_str())];
    config.paypal_api_base = handle.paypal_url();
    config.paypal_client_id = sandbox.paypal.client_id;
    config.paypal_secret = Some(Secret::from(sandbox.paypal.secret.as_str()));
    config.paypal_webhook_id = sandbox.paypal.webhook_id;
    config.razorpay_api_base = handle.razorpay_url();
    config.razorpay_key_id = sandbox.razorpay.key_id;
    config.razorpay_key_secret = Some(Secret::from(sandbox.razorpay.key_secret.as_str()));
    config.razorpay_webhook_secret = vec![Secret::from(sandbox.razorpay.webhook_secret.as_str())];
    println!("sandbox payment gateway on {}", handle.url());
    Ok(handle)
}

/// "All addresses" can be listened on but not called.
fn reachable(mut addr: SocketAddr) -> SocketAddr {
    if addr.ip().is_unspecified() {
        addr.set_ip(if addr.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() });
    }
    addr
}

async fn fill_when_empty(shop: &Shop) -> Outcome {
    let count = "SELECT CAST(COUNT(*) AS BIGINT) FROM (SELECT id FROM product LIMIT 1) AS one";
    let (products,): (i64,) = shop.db.fetch_one(count, args![]).await.map_err(|error| error.to_string())?;
    if products > 0 {
        return Ok(());
    }
    let added = shop::seed::demo(shop, &mut super::seed::bar("products")).await.map_err(|error| error.to_string())?;
    println!("filled the demo shop: {added} products");
    Ok(())
}
