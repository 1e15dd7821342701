//! Reading orders.
use super::{Detail, ListFilter, Order, Summary};
use crate::account::Customer;
use crate::catalogue::Page;
use crate::id::OrderId;
use crate::staff::Staff;
use crate::{Error, Result, Shop};

/// A guest's order: number and access token must belong together.
pub async fn by_token(_shop: &Shop, _number: &str, _access_token: &str) -> Result<Order> {
    Err(Error::NotFound("order"))
}

/// As [`by_token`], by id: for programs.
pub async fn by_id(_shop: &Shop, _id: OrderId, _access_token: &str) -> Result<Order> {
    Err(Error::NotFound("order"))
}

pub async fn of_customer(_shop: &Shop, _customer: &Customer, _number: &str) -> Result<Order> {
    Err(Error::NotFound("order"))
}

/// The customer's placed orders, newest first.
pub async fn history(_shop: &Shop, _customer: &Customer, _after: Option<&str>) -> Result<Page<Summary>> {
    Err(Error::NotFound("order"))
}

pub async fn list(_shop: &Shop, _by: &Staff, _filter: &ListFilter) -> Result<Page<Summary>> {
    Err(Error::NotFound("order"))
}

pub async fn detail(_shop: &Shop, _by: &Staff, _number: &str) -> Result<Detail> {
    Err(Error::NotFound("order"))
}
