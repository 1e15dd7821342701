//! `mercer sandbox-gateway`: the payment provider's stand-in as a process of its own.

use super::Outcome;
use gateway::{PaypalAccount, RazorpayAccount};
use std::net::SocketAddr;
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Arguments {
    /// Where the gateway listens
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:4242")]
    listen: SocketAddr,
    /// The address that browsers use, when it is another
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// Where Stripe's news is sent
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:3000/webhooks/stripe")]
    webhook_url: String,
    /// Where PayPal's news is sent
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:3000/webhooks/paypal")]
    paypal_webhook_url: String,
    /// Where Razorpay's news is sent
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:3000/webhooks/razorpay")]
    razorpay_webhook_url: String,
    /// File that keeps the payments over a restart; without it they are forgotten
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// The key of the shop's server
    #[arg(long, value_name = "KEY", default_value = "sk_test_mercer_sandbox")]
    secret_key: String,
    /// The key of the shop's pages
    #[arg(long, value_name = "KEY", default_value = "pk_test_mercer_sandbox")]
    publishable_key: String,
    /// What payment news is signed with
    #[arg(long, value_name = "SECRET", default_value = "whsec_mercer_sandbox")]
    webhook_secret: String,
    /// Refuse calls beyond so many a second in all and for each operation; without numbers as the real provider does
    #[arg(long, value_name = "ALL/EACH", num_args = 0..=1, default_missing_value = "100/25")]
    rate_limit: Option<gateway::RateLimit>,
    /// Open `/_sandbox`, by which tests cause faults and read the gateway's ledger
    #[arg(long)]
    control: bool,
}

pub async fn run(arguments: Arguments) -> Outcome {
    let config = gateway::Config {
        public_url: arguments.public_url,
        webhook_url: Some(arguments.webhook_url),
        webhook_secret: arguments.webhook_secret,
        publishable_key: arguments.publishable_key,
        secret_key: arguments.secret_key,
        rate_limit: arguments.rate_limit,
        paypal: PaypalAccount { webhook_url: Some(arguments.paypal_webhook_url), ..PaypalAccount::default() },
        razorpay: RazorpayAccount { webhook_url: Some(arguments.razorpay_webhook_url), ..RazorpayAccount::default() },
        state_path: arguments.state,
        control: arguments.control,
        ..gateway::Config::sandbox(arguments.listen)
    };
    let (publishable, secret, webhook) =
        (config.publishable_key.clone(), config.secret_key.clone(), config.webhook_secret.clone());
    let (paypal, razorpay) = (config.paypal.clone(), config.razorpay.clone());
    let handle = gateway::serve(config).await.map_err(|error| format!("{}: {error}", arguments.listen))?;
    println!("STRIPE_API_BASE={}", handle.url());
    println!("STRIPE_SECRET_KEY={secret}");
    println!("STRIPE_PUBLISHABLE_KEY={publishable}");
    println!("STRIPE_WEBHOOK_SECRET={webhook}");
    println!("PAYPAL_API_BASE={}", handle.paypal_url());
    println!("PAYPAL_CLIENT_ID={}", paypal.client_id);
    println!("PAYPAL_SECRET={}", paypal.secret);
    println!("PAYPAL_WEBHOOK_ID={}", paypal.webhook_id);
    println!("RAZORPAY_API_BASE={}", handle.razorpay_url());
    println!("RAZORPAY_KEY_ID={}", razorpay.key_id);
    println!("RAZORPAY_KEY_SECRET={}", razorpay.key_secret);
    println!("RAZORPAY_WEBHOOK_SECRET={}", razorpay.webhook_secret);
    println!("ready {}", handle.url());
    handle.wait().await;
    Ok(())
}
