//! [`Shop`]: the handle every business function takes first.

use crate::clock::Clock;
use crate::db::Db;
use crate::mail::Mailer;
use crate::media::Media;
use crate::payment::Providers;
use crate::setting::Live;
use crate::tax::service::TaxService;
use std::sync::Arc;

/// Everything the business needs from outside; cheap to clone.
#[derive(Clone)]
pub struct Shop {
    pub db: Db,
    pub clock: Arc<dyn Clock>,
    pub payments: Providers,
    /// Who tells tax rates in the table's place; `None`: the table.
    pub taxes: Option<Arc<dyn TaxService>>,
    pub mailer: Arc<dyn Mailer>,
    pub media: Media,
    pub settings: Live,
    /// The checkout's batch queues; one set per database.
    pub checkouts: crate::checkout::Queues,
    /// Origin under which shoppers reach the shop, "https://shop.example", no slash at the end:
    /// for links in mail and for the provider's return addresses. Never taken from a request.
    pub origin: Arc<str>,
    /// Tells the worker that something waits; `Arc::default()` when the shop is opened.
    pub wake: Arc<tokio::sync::Notify>,
}

impl Shop {
    pub fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }

    /// The same shop for work that names every row by its key ([`Db::by_key`]).
    #[must_use]
    pub(crate) fn by_key(&self) -> Self {
        Self { db: self.db.by_key(), ..self.clone() }
    }
}
