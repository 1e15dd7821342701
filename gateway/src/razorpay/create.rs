//! A new payment link: what is asked for, and what Razorpay refuses.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;

use super::api::{Call, read};
use super::fault::{Answer, Fault};
use super::link::{Link, LinkStatus};
use crate::state::State;
use crate::{currency, id};

/// A link must stay open for at least this long.
const OPEN_MIN_S: i64 = 15 * 60;
const REFERENCE_MAX: usize = 40;
const NOTES_MAX: usize = 15;
const NOTE_MAX: usize = 255;

#[derive(Deserialize)]
struct NewLink {
    amount: i64,
    currency: String,
    #[serde(default)]
    reference_id: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    notes: BTreeMap<String, String>,
    callback_url: Option<String>,
    callback_method: Option<String>,
    #[serde(default)]
    expire_by: i64,
}

pub fn create(state: &mut State, call: &Call, now: i64) -> Answer<Arc<Link>> {
    let new: NewLink = read(&call.body)?;
    let known = currency::parse(&new.currency).is_ok();
    if !known || currency::check(new.amount, &new.currency.to_ascii_lowercase(), "amount").is_err() {
        return Err(Fault::bad_request("The amount cannot be charged in this currency"));
    }
    if new.reference_id.len() > REFERENCE_MAX {
        return Err(Fault::bad_request("reference_id: the length must be no more than 40."));
    }
    if new.notes.len() > NOTES_MAX || new.notes.values().any(|note| note.chars().count() > NOTE_MAX) {
        return Err(Fault::bad_request("value: the length must not be greater than 255."));
    }
    if new.callback_url.is_some() && new.callback_method.as_deref() != Some("get") {
        return Err(Fault::bad_request("callback_method must be get"));
    }
    if new.expire_by != 0 && new.expire_by < now + OPEN_MIN_S {
        return Err(Fault::bad_request("timestamp must be atleast 15 minutes in future"));
    }
    if !new.reference_id.is_empty() && state.razorpay.link_by_reference(&new.reference_id).is_some() {
        return Err(Fault::bad_request("payment link creation with reference ID already attempted"));
    }
    Ok(state.put_razorpay_link(Link {
        id: id::short("plink_"),
        order_id: id::short("order_"),
        created: now,
        status: LinkStatus::Created,
        amount: new.amount,
        currency: new.currency,
        reference_id: new.reference_id,
        description: new.description,
        notes: new.notes,
        callback_url: new.callback_url,
        expire_by: new.expire_by,
        closed_at: 0,
        payments: Vec::new(),
    }))
}
