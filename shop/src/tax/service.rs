//! An external tax service: it tells the rate of each line, the shop computes the amounts by its one rounding rule, so the
//! parts of an order add up whoever has told the rates.
//!
//! It is asked once everything is known that it may want to know, outside any transaction, and what it said is kept with the
//! cart: the order is compared with what the shopper has seen. While it does not answer, the owner's rule holds: the table's
//! rates, or no checkout.

mod ask;
mod http;

pub(crate) use ask::asked;
pub use http::HttpService;

use crate::limits::NAME_CHARS;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a service is asked. Amounts in minor units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceQuestion {
    /// ISO 4217.
    pub currency: String,
    /// ISO 3166-1 alpha-2, the country the shop sells from.
    pub from_country: String,
    pub to: ServiceAddress,
    /// Whether the amounts contain the tax.
    pub amounts_include_tax: bool,
    /// The taxable lines.
    pub lines: Vec<ServiceLine>,
    /// What is paid for delivery; `None` when nothing is carried.
    pub delivery: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceAddress {
    pub country: String,
    pub region: String,
    pub city: String,
    pub postal_code: String,
    pub line1: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceLine {
    /// What the answer names the line by.
    pub reference: String,
    pub sku: String,
    pub tax_class: String,
    pub quantity: i64,
    /// After promotions.
    pub amount: i64,
}

/// A rate as a service tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceRate {
    /// As shoppers read it.
    pub name: String,
    /// Parts per million, 0 to 1 000 000.
    pub rate_ppm: i64,
}

/// What a service says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceAnswer {
    /// By reference, one for each line.
    pub lines: BTreeMap<String, ServiceRate>,
    /// Of the delivery; `None`: as the goods that it carries.
    #[serde(default)]
    pub delivery: Option<ServiceRate>,
}

impl ServiceAnswer {
    /// Whether it answers the question: every line, no other, and rates that can be.
    pub fn fits(&self, question: &ServiceQuestion) -> bool {
        let is_rate = |rate: &ServiceRate| {
            let name = rate.name.trim();
            (0..=1_000_000).contains(&rate.rate_ppm)
                && !name.is_empty()
                && name.chars().count() <= NAME_CHARS
                && !name.chars().any(char::is_control)
        };
        self.lines.len() == question.lines.len()
            && question.lines.iter().all(|line| self.lines.contains_key(&line.reference))
            && self.lines.values().chain(&self.delivery).all(is_rate)
    }
}

/// Somebody who knows tax rates better than a table.
#[async_trait::async_trait]
pub trait TaxService: Send + Sync {
    /// The rates for a cart. `Err` says, for the log, why there is no answer; it has no effect to ask again.
    async fn rates(&self, question: &ServiceQuestion) -> Result<ServiceAnswer, String>;
}
