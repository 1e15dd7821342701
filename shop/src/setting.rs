//! Settings of the shop, kept in table `setting` and read once at start and after each change.

use crate::money::{Currency, Money};
use serde::{Deserialize, Serialize};
#[cfg(feature = "server")]
use std::sync::{Arc, RwLock};

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
    pub declines: DeclineLimits,
    /// Which orders wait for a person.
    pub hold: HoldRules,
    /// Languages of the catalogue, as in [`LANGUAGES`]: searches know words by their stems in these.
    pub languages: Vec<String>,
    /// Names of the payment providers that shoppers can choose from; none chosen means the first that has keys.
    pub payment_providers: Vec<String>,
    /// What happens while the tax service does not answer, where there is one.
    pub tax_fallback: TaxFallback,
    /// Reminders of carts that were left.
    pub recovery: Recovery,
}

/// Languages that a catalogue can be in: code of ISO 639-1 and name.
pub const LANGUAGES: [(&str, &str); 18] = [
    ("ar", "Arabic"),
    ("da", "Danish"),
    ("nl", "Dutch"),
    ("en", "English"),
    ("fi", "Finnish"),
    ("fr", "French"),
    ("de", "German"),
    ("el", "Greek"),
    ("hu", "Hungarian"),
    ("it", "Italian"),
    ("no", "Norwegian"),
    ("pt", "Portuguese"),
    ("ro", "Romanian"),
    ("ru", "Russian"),
    ("es", "Spanish"),
    ("sv", "Swedish"),
    ("ta", "Tamil"),
    ("tr", "Turkish"),
];

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

/// Declined payments in an hour after which no further one is tried. 0: without a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DeclineLimits {
    /// With one payment-method token.
    pub card: i64,
    /// With one e-mail address.
    pub buyer: i64,
    /// To one delivery address.
    pub place: i64,
    /// From one network address, behind which many people may sit.
    pub network: i64,
}

impl DeclineLimits {
    pub const NONE: Self = Self { card: 0, buyer: 0, place: 0, network: 0 };
}

impl Default for DeclineLimits {
    fn default() -> Self {
        Self { card: 5, buyer: 10, place: 15, network: 30 }
    }
}

/// Which orders are held when they are placed, until somebody of the staff releases them. 0: that rule is off.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HoldRules {
    /// Orders of at least so much, by currency.
    pub totals: Vec<Money>,
    /// Orders whose buyer, delivery address or network had so many payments declined in the last hour.
    pub declined: i64,
    /// Of one buyer within 24 hours: this order and all after it.
    pub orders_a_day: i64,
}

/// What happens while the tax service does not answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaxFallback {
    /// The table's rates are charged.
    #[default]
    Table,
    /// No orders are taken.
    Refuse,
}

/// Reminders of carts that were left, to those who want them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Recovery {
    pub on: bool,
    /// Hours without a change after which a cart counts as left.
    pub hours: i64,
    /// Mails about one cart, at most.
    pub mails: i64,
    /// Code of a promotion that the mails name; empty: none.
    pub code: String,
}

impl Default for Recovery {
    fn default() -> Self {
        Self { on: false, hours: 4, mails: 1, code: String::new() }
    }
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
            declines: DeclineLimits::default(),
            hold: HoldRules::default(),
            languages: vec!["en".into()],
            payment_providers: Vec::new(),
            tax_fallback: TaxFallback::Table,
            recovery: Recovery::default(),
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

/// The settings in force, for everyone who holds a clone: read without waiting, replaced by [`change`].
///
/// Readers borrow them for as long as they like, so a replaced version stays in memory: a few hundred bytes, a few
/// times a year. Other processes over the same database read the change when they start.
#[cfg(feature = "server")]
#[derive(Clone, Debug)]
pub struct Live(Arc<RwLock<&'static Settings>>);

#[cfg(feature = "server")]
impl Live {
    pub fn new(settings: Settings) -> Self {
        Self(Arc::new(RwLock::new(Box::leak(Box::new(settings)))))
    }

    fn now(&self) -> &'static Settings {
        *self.0.read().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn replace(&self, settings: Settings) {
        *self.0.write().unwrap_or_else(std::sync::PoisonError::into_inner) = Box::leak(Box::new(settings));
    }
}

#[cfg(feature = "server")]
impl std::ops::Deref for Live {
    type Target = Settings;

    fn deref(&self) -> &Settings {
        self.now()
    }
}

/// Changes the settings, for owners: stored with an audit entry, then in force at once.
#[cfg(feature = "server")]
pub async fn change(shop: &crate::Shop, by: &crate::staff::Staff, settings: Settings) -> crate::Result<()> {
    use crate::audit::{self, Entry};
    by.require_owner()?;
    settings.check()?;
    // A provider whose keys were taken away may stay chosen; nobody can choose one that never was.
    let known = |name: &String| {
        shop.payments.configured().any(|provider| provider.name() == name)
            || shop.settings.payment_providers.contains(name)
    };
    if !settings.payment_providers.iter().all(known) {
        return Err(crate::Error::field("payment_providers", "Choose among the providers that have keys."));
    }
    let before = shop.settings.now();
    let mut tx = shop.db.begin().await?;
    save(&mut tx, &settings).await?;
    let entry = Entry::new(by, "setting.update", "setting", "").before(before).after(&settings);
    audit::record(&mut tx, &entry, shop.now_ms()).await?;
    tx.commit().await?;
    shop.settings.replace(settings);
    Ok(())
}

impl Settings {
    /// Fields refused: "shop_name", "mail_from", "home_country", "languages", "currencies", "hold_minutes",
    /// "hold_totals", "hold_declined", "hold_orders", "declines_card", "declines_buyer", "declines_place", "declines_network".
    pub fn check(&self) -> crate::Result<()> {
        use crate::limits::{
            CODE_CHARS, Check, DECLINES, EMAIL_CHARS, HOLD_COUNT, HOLD_MINUTES, NAME_CHARS, RECOVERY_HOURS,
            RECOVERY_MAILS,
        };
        let mut check = Check::default();
        check.required("shop_name", &self.shop_name, NAME_CHARS).required("mail_from", &self.mail_from, EMAIL_CHARS);
        let address = self.mail_from.split_once('@');
        let mail = address.is_some_and(|(who, at)| !who.is_empty() && !at.is_empty() && !at.contains('@'));
        let plain = !self.mail_from.contains(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | ',' | ';'));
        check.that(mail && plain, "mail_from", "Enter an e-mail address like shop@example.com.");
        let known = crate::address::rules(&self.home_country).is_some();
        check.that(known, "home_country", "Choose a country.");
        let listed = |language: &String| LANGUAGES.iter().any(|(code, _)| code == language);
        check.that(self.languages.iter().all(listed), "languages", "Choose among the languages listed.");
        let most = crate::limits::LANGUAGES;
        check.that(self.languages.len() <= most, "languages", format!("At most {most}: others would blur these."));
        check.that(!self.currencies.is_empty(), "currencies", "Choose at least one currency.");
        let (least, most) = (*HOLD_MINUTES.start(), *HOLD_MINUTES.end());
        let whole = self.hold_ms % 60_000 == 0 && HOLD_MINUTES.contains(&(self.hold_ms / 60_000));
        check.that(whole, "hold_minutes", format!("Between {least} and {most} whole minutes."));
        for (field, number) in [("hold_declined", self.hold.declined), ("hold_orders", self.hold.orders_a_day)] {
            check.that(HOLD_COUNT.contains(&number), field, format!("Between 1 and {}, or empty.", HOLD_COUNT.end()));
        }
        let DeclineLimits { card, buyer, place, network } = self.declines;
        for (field, number) in [
            ("declines_card", card),
            ("declines_buyer", buyer),
            ("declines_place", place),
            ("declines_network", network),
        ] {
            let most = DECLINES.end();
            check.that(DECLINES.contains(&number), field, format!("Between 1 and {most}, or empty for no limit."));
        }
        let right = self.hold.totals.iter().all(|least| least.amount > 0);
        check.that(right, "hold_totals", "One on each line: a currency and an amount above 0, like EUR 500.");
        let Recovery { hours, mails, code, .. } = &self.recovery;
        let (least, most) = (RECOVERY_HOURS.start(), RECOVERY_HOURS.end());
        check.that(RECOVERY_HOURS.contains(hours), "recovery_hours", format!("Between {least} and {most}."));
        check.that(
            RECOVERY_MAILS.contains(mails),
            "recovery_mails",
            format!("Between 1 and {}.", RECOVERY_MAILS.end()),
        );
        check.text("recovery_code", code, *CODE_CHARS.end());
        check.done()
    }
}

#[cfg(all(test, feature = "server"))]
mod tests {
    use super::LANGUAGES;

    #[test]
    fn the_search_knows_every_language_that_can_be_chosen() {
        assert!(LANGUAGES.iter().all(|(code, _)| search::language::is_known(code)));
    }
}
