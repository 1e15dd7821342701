//! A new order: what is asked for, and what PayPal refuses.

use std::sync::Arc;

use serde::Deserialize;

use super::api::{Call, Money, read};
use super::order::{Intent, Line, Order, Status};
use super::problem::{Answer, Problem};
use crate::id;
use crate::state::State;

#[derive(Deserialize)]
struct NewOrder {
    intent: Intent,
    purchase_units: Vec<Unit>,
    payment_source: Option<Source>,
}

#[derive(Deserialize)]
struct Unit {
    reference_id: Option<String>,
    custom_id: Option<String>,
    description: Option<String>,
    amount: WithBreakdown,
    #[serde(default)]
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct WithBreakdown {
    #[serde(flatten)]
    money: Money,
    breakdown: Option<Breakdown>,
}

#[derive(Deserialize)]
struct Breakdown {
    item_total: Option<Money>,
}

#[derive(Deserialize)]
struct Item {
    name: String,
    quantity: String,
    unit_amount: Money,
}

#[derive(Deserialize)]
struct Source {
    paypal: Option<Wallet>,
}

#[derive(Deserialize)]
struct Wallet {
    experience_context: Option<Experience>,
}

#[derive(Deserialize)]
struct Experience {
    return_url: Option<String>,
    cancel_url: Option<String>,
}

pub fn create(state: &mut State, call: &Call, now: i64) -> Answer<Arc<Order>> {
    let new: NewOrder = read(&call.body)?;
    if new.payment_source.is_some() && call.request_id.is_none() {
        let message = "A PayPal-Request-Id is required when the payment source is given.";
        return Err(Problem::invalid("PAYPAL_REQUEST_ID_REQUIRED", message));
    }
    let [unit] = new.purchase_units.as_slice() else {
        return Err(Problem::invalid("INVALID_ARRAY_MAX_ITEMS", "The sandbox takes one purchase unit."));
    };
    let within = |text: &Option<String>| text.as_ref().is_none_or(|t| (1..=127).contains(&t.chars().count()));
    if !within(&unit.custom_id)
        || !within(&unit.description)
        || unit.items.iter().any(|it| it.name.chars().count() > 127)
    {
        return Err(Problem::invalid("INVALID_STRING_LENGTH", "A text is empty or too long."));
    }
    let total = unit.amount.money.minor()?;
    let lines = unit.items.iter().map(|item| item.line()).collect::<Answer<Vec<_>>>()?;
    if !lines.is_empty() {
        let sum: i64 = lines.iter().map(|line| line.unit_amount * line.quantity).sum();
        let said = unit.amount.breakdown.as_ref().and_then(|it| it.item_total.as_ref());
        let Some(said) = said else {
            return Err(Problem::unprocessable("ITEM_TOTAL_REQUIRED", "If items are given, item_total is required."));
        };
        if said.minor()? != sum || sum != total {
            return Err(Problem::unprocessable("ITEM_TOTAL_MISMATCH", "Should equal sum of (unit_amount * quantity)."));
        }
    }
    let status = if new.payment_source.is_some() { Status::PayerActionRequired } else { Status::Created };
    let context = new.payment_source.and_then(|source| source.paypal?.experience_context);
    let (return_url, cancel_url) = context.map(|it| (it.return_url, it.cancel_url)).unwrap_or_default();
    Ok(state.put_paypal_order(Order {
        id: id::capitals(),
        created: now,
        intent: new.intent,
        status,
        amount: total,
        currency: unit.amount.money.currency_code.clone(),
        reference_id: unit.reference_id.clone().unwrap_or_else(|| "default".to_owned()),
        custom_id: unit.custom_id.clone(),
        description: unit.description.clone(),
        lines,
        return_url: return_url.unwrap_or_default(),
        cancel_url: cancel_url.unwrap_or_default(),
        funding: None,
        authorization: None,
        capture: None,
        refunds: Vec::new(),
    }))
}

impl Item {
    fn line(&self) -> Answer<Line> {
        let quantity: Option<i64> = self.quantity.parse().ok().filter(|n| (1..=9_999_999_999).contains(n));
        let wrong = || Problem::invalid("INVALID_PARAMETER_VALUE", "The quantity is not a whole number.");
        Ok(Line {
            name: self.name.clone(),
            unit_amount: self.unit_amount.minor()?,
            quantity: quantity.ok_or_else(wrong)?,
        })
    }
}
