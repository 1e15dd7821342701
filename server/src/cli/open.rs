//! From the configuration to a shop that can be asked things.

use crate::config::Config;
use shop::Shop;
use shop::clock::SystemClock;
use shop::db::Db;
use shop::mail::{FolderMailer, Mailer, SmtpMailer};
use shop::payment::paypal::Paypal;
use shop::payment::razorpay::Razorpay;
use shop::payment::stripe::Stripe;
use shop::payment::{Provider, Providers, RateLimit};
use shop::setting;
use std::sync::Arc;

/// The shop over a database that has every migration of this binary.
pub async fn shop(config: &Config) -> Result<Shop, String> {
    let db = migrated_database(config).await?;
    shop_over(db, config).await
}

/// Opens the database, creating the data folder first, and migrates it.
pub async fn migrated_database(config: &Config) -> Result<Db, String> {
    let folder = &config.data_dir;
    std::fs::create_dir_all(folder).map_err(|error| format!("data folder {}: {error}", folder.display()))?;
    let db = Db::open(&config.database_url()).await.map_err(|error| error.to_string())?;
    db.migrate().await.map_err(|error| format!("migrations: {error}"))?;
    Ok(db)
}

/// Opens a database that is there and changes nothing about it.
pub async fn existing_database(config: &Config) -> Result<Db, String> {
    let url = config.database_url();
    let file = url.strip_prefix("sqlite:").map(|path| path.trim_start_matches("//"));
    if let Some(path) = file.filter(|path| !std::path::Path::new(path).is_file()) {
        return Err(format!("there is no database at {path}"));
    }
    Db::open(&url).await.map_err(|error| error.to_string())
}

/// The shop over a migrated database.
pub async fn shop_over(db: Db, config: &Config) -> Result<Shop, String> {
    let settings = setting::load(&db).await.map_err(|error| format!("settings: {error}"))?;
    let checkouts = shop::checkout::Queues::start(&db);
    Ok(Shop {
        db,
        clock: Arc::new(SystemClock),
        payments: providers(config).map_err(|error| error.to_string())?,
        taxes: config.tax_service()?,
        mailer: mailer(config)?,
        media: config.media()?,
        settings: setting::Live::new(settings),
        origin: config.origin().into(),
        checkouts,
        wake: Arc::default(),
    })
}

/// Whoever has keys; Stripe stands in when nobody has, so that the shop can be looked at.
fn providers(config: &Config) -> shop::Result<Providers> {
    let (paypal, razorpay) = (config.paypal(), config.razorpay());
    let mut all: Vec<Arc<dyn Provider>> = Vec::new();
    if config.stripe_secret_key.is_some() || config.lacks_payment() {
        let stripe = Stripe::new(config.stripe())?;
        all.push(Arc::new(match config.stripe_rate_limit {
            Some(limit) => stripe.limited(limit),
            None => stripe,
        }));
    }
    if let Some(paypal) = paypal {
        all.push(Arc::new(Paypal::new(paypal)?.limited(RateLimit::of_all(config.paypal_rate_limit))));
    }
    if let Some(razorpay) = razorpay {
        all.push(Arc::new(Razorpay::new(razorpay)?.limited(RateLimit::of_all(config.razorpay_rate_limit))));
    }
    Ok(Providers::new(all))
}

fn mailer(config: &Config) -> Result<Arc<dyn Mailer>, String> {
    Ok(match &config.smtp_url {
        Some(url) => Arc::new(SmtpMailer::new(url.reveal()).map_err(|error| format!("SMTP: {error}"))?),
        None => Arc::new(FolderMailer { folder: config.data_dir.join("mail") }),
    })
}
