//! The sandbox gateway as a process of its own: this very program, started on a free port of the loopback.

use super::internal;
use crate::bench::http::Connection;
use serde::Deserialize;
use shop::Result;
use shop::payment::stripe::StripeConfig;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

/// Ended when this is dropped.
pub(super) struct Gateway {
    child: Child,
    pub(super) stripe: StripeConfig,
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What became of the money, by the gateway's own books.
#[derive(Deserialize)]
pub(super) struct Intent {
    pub(super) metadata: std::collections::BTreeMap<String, String>,
    pub(super) authorised: i64,
    pub(super) captured: i64,
    pub(super) voided: i64,
    pub(super) refunded: i64,
}

impl Gateway {
    /// Starts it and waits until it listens; its webhooks go to `shop`.
    pub(super) async fn start(shop: SocketAddr) -> Result<Self> {
        let mut child = Command::new(std::env::current_exe().map_err(internal)?)
            .args(["sandbox-gateway", "--listen", "127.0.0.1:0", "--control"])
            .args(["--webhook-url", &format!("http://{shop}/webhooks/stripe")])
            .stdout(Stdio::piped())
            .spawn()
            .map_err(internal)?;
        let stdout = child.stdout.take();
        let mut gateway = Self {
            child,
            stripe: StripeConfig {
                api_base: String::new(),
                secret_key: String::new(),
                publishable_key: String::new(),
                webhook_secrets: Vec::new(),
            },
        };
        let lines = tokio::task::spawn_blocking(move || {
            let lines =
                stdout.map(BufReader::new).into_iter().flat_map(BufRead::lines).map_while(std::result::Result::ok);
            lines.take_while(|line| !line.starts_with("ready")).collect::<Vec<_>>()
        });
        for line in lines.await.map_err(internal)? {
            let Some((name, value)) = line.split_once('=') else { continue };
            let value = value.to_owned();
            match name {
                "STRIPE_API_BASE" => gateway.stripe.api_base = value,
                "STRIPE_SECRET_KEY" => gateway.stripe.secret_key = value,
                "STRIPE_PUBLISHABLE_KEY" => gateway.stripe.publishable_key = value,
                "STRIPE_WEBHOOK_SECRET" => gateway.stripe.webhook_secrets.push(value),
                _ => {}
            }
        }
        if gateway.stripe.api_base.is_empty() {
            Err(internal("the sandbox gateway did not start"))
        } else {
            Ok(gateway)
        }
    }

    pub(super) fn process(&self) -> u32 {
        self.child.id()
    }

    /// Every payment it knows.
    pub(super) async fn intents(&self) -> Result<Vec<Intent>> {
        #[derive(Deserialize)]
        struct Ledger {
            intents: Vec<Intent>,
        }
        let address = self.stripe.api_base.trim_start_matches("http://");
        let mut connection = Connection::open(address).await.map_err(internal)?;
        let body = connection.get("/_sandbox/ledger", "").await.map_err(internal)?;
        Ok(serde_json::from_slice::<Ledger>(body)?.intents)
    }
}
