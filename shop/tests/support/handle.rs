//! The shop's handle over a test's database: a provider nobody answers for, mail that goes nowhere.

use super::TestShop;
use async_trait::async_trait;
use shop::mail::{Mailer, Message};
use shop::media::Media;
use shop::payment::stripe::{Stripe, StripeConfig};
use shop::setting::{Live, Settings};
use std::sync::Arc;

struct NoMail;

#[async_trait]
impl Mailer for NoMail {
    async fn send(&self, _from: &str, _message: &Message) -> Result<(), String> {
        Ok(())
    }
}

#[allow(dead_code, reason = "tests take what they need")]
impl TestShop {
    pub fn shop(&self) -> shop::Shop {
        let stripe = StripeConfig {
            api_base: "http://127.0.0.1:9".into(),
            secret_key: "sk_test".into(),
            publishable_key: "pk_test".into(),
            webhook_secrets: Vec::new(),
        };
        // Files are named by their content, so tests may share the folder.
        let folder = std::env::temp_dir().join("mercer-test-media");
        shop::Shop {
            db: self.db.clone(),
            clock: self.clock.clone(),
            payments: Stripe::new(stripe).unwrap().into(),
            taxes: None,
            mailer: Arc::new(NoMail),
            media: Media::in_folder(folder),
            settings: Live::new(Settings::default()),
            origin: "http://shop.example".into(),
            checkouts: shop::checkout::Queues::start(&self.db),
            wake: Arc::default(),
        }
    }
}
