//! The providers that this deployment has keys for, and which of them shoppers may use.
//!
//! A payment belongs to the provider it was started with, whatever is enabled later.

use std::sync::Arc;

use super::Provider;
use crate::checkout::PaymentWay;
use crate::money::Currency;
use crate::{Error, Result};

/// In the order in which shoppers see them; cheap to clone.
#[derive(Clone)]
pub struct Providers(Arc<[Arc<dyn Provider>]>);

impl Providers {
    /// At least one; the first is what a shop uses that has not chosen.
    pub fn new(configured: Vec<Arc<dyn Provider>>) -> Self {
        Self(configured.into())
    }

    pub fn configured(&self) -> impl Iterator<Item = &dyn Provider> {
        self.0.iter().map(AsRef::as_ref)
    }

    /// Who a started payment is with. `Unavailable` when its keys are gone: the payment waits for them.
    pub fn by_name(&self, name: &str) -> Result<&dyn Provider> {
        self.configured().find(|provider| provider.name() == name).ok_or_else(|| Error::Unavailable {
            message: format!("The payment provider {name} is not configured."),
            retry_after_s: 60,
        })
    }

    /// What the merchant has enabled and has keys for; without any of those, the first that has keys.
    pub fn enabled(&self, chosen: &[String]) -> Vec<&dyn Provider> {
        let enabled: Vec<_> = self.configured().filter(|it| chosen.iter().any(|name| name == it.name())).collect();
        if enabled.is_empty() { self.configured().take(1).collect() } else { enabled }
    }

    /// The enabled provider for a new payment: the named one, else the first that offers the way and the currency.
    pub fn choose(
        &self,
        chosen: &[String],
        name: Option<&str>,
        way: &PaymentWay,
        currency: Currency,
    ) -> Result<&dyn Provider> {
        let fits =
            |it: &&dyn Provider| it.offers(way) && it.takes(currency) && name.is_none_or(|name| name == it.name());
        let found = self.enabled(chosen).into_iter().find(fits);
        found.ok_or_else(|| Error::field("provider", "Choose one of the ways to pay."))
    }
}

impl<P: Provider + 'static> From<P> for Providers {
    fn from(only: P) -> Self {
        Self::new(vec![Arc::new(only)])
    }
}
