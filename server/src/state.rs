//! What every handler can reach.

use crate::config::Config;
use axum::extract::FromRef;
use shop::Shop;
use shop::payment::stripe::StripeConfig;
use std::sync::Arc;

/// Cheap to clone; made once at start.
#[derive(Clone)]
pub struct AppState {
    pub shop: Shop,
    pub config: Arc<Config>,
    /// How browsers reach the payment provider: publishable key and script.
    pub stripe: Arc<StripeConfig>,
}

impl AppState {
    pub fn new(shop: Shop, config: Config) -> Self {
        let stripe = Arc::new(config.stripe());
        Self { shop, config: Arc::new(config), stripe }
    }
}

impl FromRef<AppState> for Shop {
    fn from_ref(state: &AppState) -> Self {
        state.shop.clone()
    }
}
