//! `/v1/customers`, as far as a shop uses them.

use std::sync::Arc;

use super::list::{self, list as list_of, page};
use super::{Call, json};
use crate::error::{Answer, ApiError};
use crate::form::merge;
use crate::id;
use crate::state::{Customer, Method, Place, State, Subject};
use crate::view;

const FIELDS: &[&str] = &["email", "name", "phone", "description", "metadata"];
const TEXT_MAX: usize = 512;

pub fn create(state: &mut State, call: &Call, now: i64) -> Answer<Vec<u8>> {
    call.params.only(FIELDS)?;
    let customer = Customer {
        id: id::new("cus_"),
        created: now,
        email: None,
        name: None,
        phone: None,
        description: None,
        metadata: call.params.metadata("metadata")?,
        deleted: false,
    };
    let customer = state.put_customer(fill_in(customer, call)?);
    state.emit("customer.created", Subject::Customer(Arc::clone(&customer)), now);
    Ok(json(&view::customer(&customer)))
}

pub fn retrieve(state: &State, call: &Call) -> Answer<Vec<u8>> {
    match state.place(&call.id) {
        // One that was deleted is still there to say so.
        Some(Place::Customer(at)) => Ok(json(&view::customer(&state.customers[at]))),
        _ => Err(ApiError::no_such("customer", "id", &call.id)),
    }
}

pub fn update(state: &mut State, call: &Call, now: i64) -> Answer<Vec<u8>> {
    call.params.only(FIELDS)?;
    let old = Arc::clone(state.customer(&call.id)?);
    let metadata = merge(&old.metadata, call.params.metadata("metadata")?);
    let customer = state.put_customer(fill_in(Customer { metadata, ..(*old).clone() }, call)?);
    state.emit("customer.updated", Subject::Customer(Arc::clone(&customer)), now);
    Ok(json(&view::customer(&customer)))
}

/// The customer goes, and lets go of all payment methods.
pub fn delete(state: &mut State, call: &Call, now: i64) -> Answer<Vec<u8>> {
    let old = Arc::clone(state.customer(&call.id)?);
    let owned = |method: &&Arc<Method>| method.customer.as_deref() == Some(&old.id);
    let methods: Vec<_> = state.methods.iter().filter(owned).map(|method| method.id.clone()).collect();
    for method in methods {
        state.attach(&method, None)?;
    }
    let customer = state.put_customer(Customer { deleted: true, ..(*old).clone() });
    state.emit("customer.deleted", Subject::Customer(Arc::clone(&customer)), now);
    Ok(json(&view::customer(&customer)))
}

pub fn list(state: &State, call: &Call) -> Answer<Vec<u8>> {
    call.params.only(&[list::PARAMS, &["email"]].concat())?;
    let email = call.params.text("email");
    let cursor = |id: &str| match state.place(id) {
        Some(Place::Customer(at)) => Some(at),
        _ => None,
    };
    let wanted =
        |customer: &Customer| !customer.deleted && email.is_none_or(|email| customer.email.as_deref() == Some(email));
    let (found, has_more) = page(&call.params, &state.customers, cursor, |customer| customer.created, wanted)?;
    Ok(list_of("/v1/customers", found.into_iter().map(|it| view::customer(it)).collect(), has_more))
}

/// The cards of one customer.
pub fn methods(state: &State, call: &Call) -> Answer<Vec<u8>> {
    call.params.only(&[list::PARAMS, &["type"]].concat())?;
    let customer = state.customer(&call.id)?;
    super::methods::page_of(state, &call.params, Some(&customer.id), "/v1/customers/payment_methods")
}

/// What is not named stays; what is empty goes.
fn fill_in(mut customer: Customer, call: &Call) -> Answer<Customer> {
    for (name, field) in [
        ("email", &mut customer.email),
        ("name", &mut customer.name),
        ("phone", &mut customer.phone),
        ("description", &mut customer.description),
    ] {
        let Some(text) = call.params.given(name) else { continue };
        if text.chars().count() > TEXT_MAX {
            return Err(ApiError::param("parameter_invalid_string", name, format!("Up to {TEXT_MAX} characters.")));
        }
        *field = (!text.is_empty()).then(|| text.to_owned());
    }
    if customer.email.as_deref().is_some_and(|email| !email.contains('@')) {
        return Err(ApiError::param("email_invalid", "email", "Invalid email address."));
    }
    Ok(customer)
}
