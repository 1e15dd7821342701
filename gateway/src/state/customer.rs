//! Customers, as far as a shop needs them: a name for the cards that somebody pays with again.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Method, Place, State};
use crate::error::{Answer, ApiError};
use crate::form::Metadata;
use crate::journal::Record;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Customer {
    pub id: String,
    pub created: i64,
    pub email: Option<String>,
    pub name: Option<String>,
    pub phone: Option<String>,
    pub description: Option<String>,
    pub metadata: Metadata,
    pub deleted: bool,
}

impl State {
    /// A customer that was not deleted.
    pub fn customer(&self, id: &str) -> Answer<&Arc<Customer>> {
        match self.place(id) {
            Some(Place::Customer(at)) if !self.customers[at].deleted => Ok(&self.customers[at]),
            _ => Err(ApiError::no_such("customer", "customer", id)),
        }
    }

    pub fn put_customer(&mut self, customer: Customer) -> Arc<Customer> {
        let customer = Arc::new(customer);
        self.changes.push(Record::Customer(Arc::clone(&customer)));
        self.restore_customer(Arc::clone(&customer));
        customer
    }

    pub fn restore_customer(&mut self, customer: Arc<Customer>) {
        if let Some(Place::Customer(at)) = self.place(&customer.id) {
            self.customers[at] = customer;
        } else {
            self.places.insert(customer.id.clone(), Place::Customer(self.customers.len()));
            self.customers.push(customer);
        }
    }

    pub fn method(&self, id: &str) -> Answer<&Arc<Method>> {
        match self.place(id) {
            Some(Place::Method(at)) => Ok(&self.methods[at]),
            _ => Err(ApiError::no_such("PaymentMethod", "payment_method", id)),
        }
    }

    /// Gives a payment method to a customer, or takes it from its customer.
    pub fn attach(&mut self, method: &str, customer: Option<&str>) -> Answer<Arc<Method>> {
        let old = Arc::clone(self.method(method)?);
        match (&old.customer, customer) {
            (Some(_), Some(_)) => {
                Err(ApiError::state("", "The payment method you provided has already been attached to a customer.")
                    .unnamed())
            }
            (None, None) => {
                let message =
                    "The payment method you provided is not attached to a customer so detachment is impossible.";
                Err(ApiError::state("", message).unnamed())
            }
            _ => {
                let customer = customer.map(|id| self.customer(id).map(|found| found.id.clone())).transpose()?;
                Ok(self.put_method(Method { customer, ..(*old).clone() }))
            }
        }
    }
}
