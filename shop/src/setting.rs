//! Settings of the shop, kept in table `setting` and read once at start and after each change.

use crate::money::Currency;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    pub shop_name: String,
    /// Sender of the shop's mail.
    pub mail_from: String,
    /// Country the shop sells from and assumes until it knows the shopper's.
    pub home_country: String,
    /// Currencies prices are kept in; the first is the default.
    pub currencies: Vec<Currency>,
    /// How long a started payment holds its stock.
    pub hold_ms: i64,
    /// When authorised money is taken.
    pub capture: CapturePolicy,
}

/// When authorised money is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CapturePolicy {
    /// Right after the order was placed, by the worker.
    #[default]
    Automatic,
    /// When the merchant says so.
    Manual,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            shop_name: "Mercer".into(),
            mail_from: "shop@example.com".into(),
            home_country: "DE".into(),
            currencies: vec![Currency::EUR, Currency::USD],
            hold_ms: 30 * 60 * 1000,
            capture: CapturePolicy::Automatic,
        }
    }
}
