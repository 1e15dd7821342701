//! What a deployment sets: by flag, else by environment, else in a TOML file, else a default.
//!
//! One list of fields serves all four and the reference page (`mercer config --markdown`). Values of the file
//! become the defaults of the flags, so an unknown key or a value that does not parse is refused in the same way.
//! Secrets never show: not in `--help`, not in `Debug`, not in logs.

mod file;
mod reference;

pub use file::command_with_file;
pub use reference::markdown;

use clap::{Args, ValueEnum};
use shop::media::{Bucket, Media, UrlStyle};
use shop::payment::RateLimit;
use shop::payment::paypal::PaypalConfig;
use shop::payment::razorpay::RazorpayConfig;
use shop::payment::stripe::StripeConfig;
use shop::tax::service::{HttpService, TaxService};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

/// A value that must not be printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The value, for whoever it is meant for.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// One line for people.
    Text,
    /// One JSON object a line.
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum S3Style {
    Path,
    Host,
}

#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Configuration")]
pub struct Config {
    /// TOML file with any of these settings; keys are the flags' names with underscores
    #[arg(long, env = "MERCER_CONFIG", value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,

    /// Where the shop listens
    #[arg(long, env = "MERCER_ADDR", value_name = "HOST:PORT", default_value = "127.0.0.1:3000", global = true)]
    pub addr: SocketAddr,

    /// Folder for the database, pictures and stored mail; created when absent
    #[arg(long, env = "MERCER_DATA_DIR", value_name = "FOLDER", default_value = "data", global = true)]
    pub data_dir: PathBuf,

    /// `sqlite:PATH` or `postgres://…` (`?pool=4`: so many connections in each of two pools, 16 unless said); without it,
    /// a SQLite file in the data folder
    #[arg(long, env = "DATABASE_URL", value_name = "URL", hide_env_values = true, global = true)]
    pub database_url: Option<Secret>,

    /// Origin under which shoppers reach the shop, for links and cookies; without it, `http://` and the address
    #[arg(long, env = "MERCER_ORIGIN", value_name = "URL", value_parser = parse_origin, global = true)]
    pub origin: Option<String>,

    /// Where Stripe's API answers; another address is a sandbox gateway
    #[arg(long, env = "STRIPE_API_BASE", value_name = "URL", default_value = "https://api.stripe.com", global = true)]
    pub stripe_api_base: String,

    /// Secret key of Stripe; without the keys of any provider, `mercer run` starts the sandbox gateway
    #[arg(long, env = "STRIPE_SECRET_KEY", value_name = "KEY", hide_env_values = true, global = true)]
    pub stripe_secret_key: Option<Secret>,

    /// Publishable key of Stripe, shown to browsers
    #[arg(long, env = "STRIPE_PUBLISHABLE_KEY", value_name = "KEY", default_value = "", global = true)]
    pub stripe_publishable_key: String,

    /// Secrets that may sign Stripe's webhooks, comma separated; two while one replaces the other
    #[arg(
        long,
        env = "STRIPE_WEBHOOK_SECRET",
        value_name = "SECRETS",
        hide_env_values = true,
        value_delimiter = ',',
        global = true
    )]
    pub stripe_webhook_secret: Vec<Secret>,

    /// Calls a second to Stripe from this process, in all and at each endpoint; 0 is no limit. Without it `100/25`, with
    /// test keys `25/25`, and none for a sandbox gateway
    #[arg(long, env = "STRIPE_RATE_LIMIT", value_name = "ALL/EACH", global = true)]
    pub stripe_rate_limit: Option<RateLimit>,

    /// Where PayPal's API answers: PayPal, its sandbox, or `…/paypal` of a sandbox gateway
    #[arg(
        long,
        env = "PAYPAL_API_BASE",
        value_name = "URL",
        default_value = "https://api-m.paypal.com",
        global = true
    )]
    pub paypal_api_base: String,

    /// Client id of the PayPal app; without it, PayPal is not offered
    #[arg(long, env = "PAYPAL_CLIENT_ID", value_name = "ID", default_value = "", global = true)]
    pub paypal_client_id: String,

    /// Secret of the PayPal app
    #[arg(long, env = "PAYPAL_SECRET", value_name = "SECRET", hide_env_values = true, global = true)]
    pub paypal_secret: Option<Secret>,

    /// PayPal's id of the webhook that points to `/webhooks/paypal`
    #[arg(long, env = "PAYPAL_WEBHOOK_ID", value_name = "ID", default_value = "", global = true)]
    pub paypal_webhook_id: String,

    /// Calls a second to PayPal from this process; 0 is no limit
    #[arg(long, env = "PAYPAL_RATE_LIMIT", value_name = "COUNT", default_value_t = 0, global = true)]
    pub paypal_rate_limit: u32,

    /// Where Razorpay's API answers: Razorpay, or `…/razorpay` of a sandbox gateway
    #[arg(
        long,
        env = "RAZORPAY_API_BASE",
        value_name = "URL",
        default_value = "https://api.razorpay.com",
        global = true
    )]
    pub razorpay_api_base: String,

    /// Id of the Razorpay API key; without it, Razorpay is not offered
    #[arg(long, env = "RAZORPAY_KEY_ID", value_name = "ID", default_value = "", global = true)]
    pub razorpay_key_id: String,

    /// Secret of the Razorpay API key
    #[arg(long, env = "RAZORPAY_KEY_SECRET", value_name = "SECRET", hide_env_values = true, global = true)]
    pub razorpay_key_secret: Option<Secret>,

    /// Secrets that may sign Razorpay's webhooks, comma separated; two while one replaces the other
    #[arg(
        long,
        env = "RAZORPAY_WEBHOOK_SECRET",
        value_name = "SECRETS",
        hide_env_values = true,
        value_delimiter = ',',
        global = true
    )]
    pub razorpay_webhook_secret: Vec<Secret>,

    /// Calls a second to Razorpay from this process; 0 is no limit
    #[arg(long, env = "RAZORPAY_RATE_LIMIT", value_name = "COUNT", default_value_t = 0, global = true)]
    pub razorpay_rate_limit: u32,

    /// Where `mercer run` lets the sandbox gateway listen
    #[arg(
        long,
        env = "MERCER_GATEWAY_ADDR",
        value_name = "HOST:PORT",
        default_value = "127.0.0.1:4242",
        global = true
    )]
    pub gateway_addr: SocketAddr,

    /// `smtp://user:password@host:587` or `smtps://…`; without it, mail is kept in the data folder
    #[arg(long, env = "MERCER_SMTP_URL", value_name = "URL", hide_env_values = true, global = true)]
    pub smtp_url: Option<Secret>,

    /// Where an S3-compatible store answers, `https://s3.eu-central-1.amazonaws.com`; without it, pictures lie in the data
    /// folder
    #[arg(long, env = "MERCER_S3_ENDPOINT", value_name = "URL", default_value = "", global = true)]
    pub s3_endpoint: String,

    /// Bucket for pictures; nobody else needs access to it, the shop answers `/media` itself
    #[arg(long, env = "MERCER_S3_BUCKET", value_name = "NAME", default_value = "", global = true)]
    pub s3_bucket: String,

    /// Region that requests to the store are signed for
    #[arg(long, env = "MERCER_S3_REGION", value_name = "REGION", default_value = "us-east-1", global = true)]
    pub s3_region: String,

    /// How the bucket is addressed: `path` (`endpoint/bucket/key`) or `host` (`bucket.endpoint/key`)
    #[arg(long, env = "MERCER_S3_STYLE", value_name = "STYLE", value_enum, default_value = "path", global = true)]
    pub s3_style: S3Style,

    /// Access key that may put and get objects of the bucket
    #[arg(long, env = "MERCER_S3_ACCESS_KEY", value_name = "KEY", default_value = "", global = true)]
    pub s3_access_key: String,

    /// Secret of the access key
    #[arg(long, env = "MERCER_S3_SECRET_KEY", value_name = "SECRET", hide_env_values = true, global = true)]
    pub s3_secret_key: Option<Secret>,

    /// Where questions about tax rates are posted, in JSON; without it, rates are those of the shop's own table
    #[arg(long, env = "MERCER_TAX_SERVICE_URL", value_name = "URL", default_value = "", global = true)]
    pub tax_service_url: String,

    /// Key that the tax service is asked with, as a bearer token
    #[arg(long, env = "MERCER_TAX_SERVICE_KEY", value_name = "KEY", hide_env_values = true, global = true)]
    pub tax_service_key: Option<Secret>,

    /// How many reverse proxies stand in front and append to `X-Forwarded-For`
    #[arg(long, env = "MERCER_TRUSTED_PROXIES", value_name = "COUNT", default_value_t = 0, global = true)]
    pub trusted_proxies: usize,

    /// What is logged: `info`, `debug`, `server=debug,warn`, …
    #[arg(long, env = "MERCER_LOG", value_name = "FILTER", default_value = "info,sqlx=warn", global = true)]
    pub log: String,

    /// Memory for pages kept for visitors without cart and log-in, in MiB; 0 draws every page anew
    #[arg(long, env = "MERCER_PAGE_CACHE_MIB", value_name = "MIB", default_value_t = 64, global = true)]
    pub page_cache_mib: u64,

    /// Seconds for which a cache in front of the shop (a CDN, nginx) may answer with such a page unasked; what is sold
    /// meanwhile still looks available there. 0 has it ask each time
    #[arg(long, env = "MERCER_SHARED_CACHE_SECONDS", value_name = "SECONDS", default_value_t = 0, global = true)]
    pub shared_cache_seconds: u32,

    /// How log lines look
    #[arg(long, env = "MERCER_LOG_FORMAT", value_name = "FORMAT", value_enum, default_value = "text", global = true)]
    pub log_format: LogFormat,
}

impl Config {
    /// The database to open.
    pub fn database_url(&self) -> String {
        self.database_url.as_ref().map_or_else(
            || format!("sqlite:{}", self.data_dir.join("mercer.sqlite").display()),
            |url| url.reveal().to_owned(),
        )
    }

    /// Scheme, host and port, no slash at the end.
    pub fn origin(&self) -> String {
        self.origin.clone().unwrap_or_else(|| format!("http://{}", self.addr))
    }

    pub fn is_https(&self) -> bool {
        self.origin.as_deref().is_some_and(|origin| origin.starts_with("https://"))
    }

    pub fn stripe(&self) -> StripeConfig {
        StripeConfig {
            api_base: self.stripe_api_base.clone(),
            secret_key: self.stripe_secret_key.as_ref().map(|key| key.reveal().to_owned()).unwrap_or_default(),
            publishable_key: self.stripe_publishable_key.clone(),
            webhook_secrets: reveal_all(&self.stripe_webhook_secret),
        }
    }

    /// `None` without a client id.
    pub fn paypal(&self) -> Option<PaypalConfig> {
        (!self.paypal_client_id.is_empty()).then(|| PaypalConfig {
            api_base: self.paypal_api_base.clone(),
            client_id: self.paypal_client_id.clone(),
            secret: self.paypal_secret.as_ref().map(|secret| secret.reveal().to_owned()).unwrap_or_default(),
            webhook_id: self.paypal_webhook_id.clone(),
        })
    }

    /// `None` without a key id.
    pub fn razorpay(&self) -> Option<RazorpayConfig> {
        (!self.razorpay_key_id.is_empty()).then(|| RazorpayConfig {
            api_base: self.razorpay_api_base.clone(),
            key_id: self.razorpay_key_id.clone(),
            key_secret: self.razorpay_key_secret.as_ref().map(|key| key.reveal().to_owned()).unwrap_or_default(),
            webhook_secrets: reveal_all(&self.razorpay_webhook_secret),
        })
    }

    /// Where pictures are kept.
    ///
    /// # Errors
    /// A sentence for people when a store is named but not completely, or its address cannot be used.
    pub fn media(&self) -> Result<Media, String> {
        let folder = self.data_dir.join("media");
        if self.s3_endpoint.is_empty() {
            return Ok(Media::in_folder(folder));
        }
        let secret = self.s3_secret_key.as_ref().map(Secret::reveal).unwrap_or_default();
        if self.s3_bucket.is_empty() || self.s3_access_key.is_empty() || secret.is_empty() {
            return Err("S3: an endpoint needs a bucket, an access key and a secret key".into());
        }
        let style = match self.s3_style {
            S3Style::Path => UrlStyle::Path,
            S3Style::Host => UrlStyle::VirtualHost,
        };
        let bucket =
            Bucket::new(&self.s3_endpoint, style, &self.s3_bucket, &self.s3_region, &self.s3_access_key, secret);
        Ok(Media::in_bucket(folder, bucket.map_err(|error| error.to_string())?))
    }

    /// Who tells tax rates in the place of the shop's table; `None` without an address.
    ///
    /// # Errors
    /// A sentence for people when the address or the key cannot be used.
    pub fn tax_service(&self) -> Result<Option<Arc<dyn TaxService>>, String> {
        if self.tax_service_url.is_empty() {
            return Ok(None);
        }
        let key = self.tax_service_key.as_ref().map(Secret::reveal).unwrap_or_default();
        Ok(Some(Arc::new(HttpService::new(&self.tax_service_url, key)?)))
    }

    /// Whether no provider has keys: then `mercer run` starts the sandbox gateway.
    pub fn lacks_payment(&self) -> bool {
        self.stripe_secret_key.is_none() && self.paypal().is_none() && self.razorpay().is_none()
    }
}

fn reveal_all(secrets: &[Secret]) -> Vec<String> {
    secrets.iter().map(|secret| secret.reveal().to_owned()).collect()
}

/// Keeps scheme, host and port of an `http` or `https` URL, refuses anything more.
fn parse_origin(text: &str) -> Result<String, String> {
    let url = url::Url::parse(text).map_err(|error| error.to_string())?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("must begin with http:// or https://".into());
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err("must be scheme, host and port only".into());
    }
    Ok(url.origin().ascii_serialization())
}

#[cfg(test)]
mod tests;
