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
            currencies: vec![Currency::EUR, Currency::USD, Currency::GBP],
            hold_ms: 30 * 60 * 1000,
            capture: CapturePolicy::Automatic,
        }
    }
}

/// The stored settings; defaults stand in for what was never set.
#[cfg(feature = "server")]
pub async fn load(db: &crate::db::Db) -> crate::Result<Settings> {
    let rows: Vec<(String, String)> = db.fetch_all("SELECT key, value FROM setting", crate::args![]).await?;
    let mut values = serde_json::Map::new();
    for (key, value) in rows {
        values.insert(key, serde_json::from_str(&value)?);
    }
    Ok(serde_json::from_value(values.into())?)
}

/// Stores all settings, one row each.
#[cfg(feature = "server")]
pub async fn save(tx: &mut crate::db::Tx, settings: &Settings) -> crate::Result<()> {
    const SET: &str = "INSERT INTO setting (key, value) VALUES ($1, $2)
        ON CONFLICT (key) DO UPDATE SET value = excluded.value";
    let serde_json::Value::Object(values) = serde_json::to_value(settings)? else {
        return Err(crate::Error::Internal("settings are not an object".into()));
    };
    for (key, value) in values {
        tx.execute(SET, crate::args![key, value.to_string()]).await?;
    }
    Ok(())
}
