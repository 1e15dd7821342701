//! Placing an order.
use super::{PlaceOrder, Placed, Status};
use crate::account::Visitor;
use crate::id::CheckoutId;
use crate::{Error, Result, Shop};

/// Places the order; the saga goes on when the caller gives up waiting.
pub async fn place(_shop: &Shop, _visitor: &Visitor, _order: PlaceOrder) -> Result<Placed> {
    Err(Error::Internal("not yet".into()))
}

/// Where a checkout stands; asks the provider when it must. Another visitor's is `NotFound`.
pub async fn status(_shop: &Shop, _visitor: &Visitor, _checkout: CheckoutId) -> Result<Status> {
    Err(Error::Internal("not yet".into()))
}

/// The shopper gives up: cancelled at the provider, then released.
pub async fn cancel(_shop: &Shop, _visitor: &Visitor, _checkout: CheckoutId) -> Result<Status> {
    Err(Error::Internal("not yet".into()))
}

/// The started payment of the visitor's cart, if there is one.
pub async fn live(_shop: &Shop, _visitor: &Visitor) -> Result<Option<CheckoutId>> {
    Err(Error::Internal("not yet".into()))
}
