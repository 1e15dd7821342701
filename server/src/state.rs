//! What every handler can reach.

use crate::config::Config;
use crate::page_cache::PageCache;
use axum::extract::FromRef;
use shop::Shop;
use shop::payment::stripe::StripeConfig;
use shop::recent::Views;
use shop::redirect::Counts;
use shop::search::Search;
use std::ops::Deref;
use std::sync::Arc;

/// In the data folder; may be deleted at any time.
pub const SEARCH_FOLDER: &str = "search";

/// One pointer: every layer around a handler clones it for every request. Made once at start.
#[derive(Clone)]
pub struct AppState(Arc<Parts>);

pub struct Parts {
    pub shop: Shop,
    pub config: Config,
    /// How browsers reach the payment provider: publishable key and script.
    pub stripe: StripeConfig,
    /// The search index of this process.
    pub search: Search,
    /// Who came by an old address or one that is not there.
    pub visits: Counts,
    /// What visitors have looked at and is not written yet.
    pub viewed: Views,
    /// Pages for visitors whom the shop knows nothing about.
    pub pages: PageCache,
}

impl AppState {
    pub fn new(shop: Shop, config: Config) -> Self {
        let search = Search::in_folder(&config.data_dir.join(SEARCH_FOLDER));
        let pages = PageCache::new(config.page_cache_mib << 20);
        let (stripe, visits, viewed) = (config.stripe(), Counts::default(), Views::default());
        Self(Arc::new(Parts { shop, config, stripe, search, visits, viewed, pages }))
    }
}

impl Deref for AppState {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl FromRef<AppState> for Shop {
    fn from_ref(state: &AppState) -> Self {
        state.shop.clone()
    }
}
