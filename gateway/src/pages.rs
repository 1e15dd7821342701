//! What people see: the hosted payment page, the challenge page and the card element.
use std::sync::Arc;

use axum::Router;

use crate::Gateway;

pub fn router() -> Router<Arc<Gateway>> {
    Router::new()
}
