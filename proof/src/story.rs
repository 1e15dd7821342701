//! What happens in a shop in one life: shoppers who buy, one who is declined first, one who leaves, one who pays in the
//! page and is heard of by webhook only, one whose order is cancelled; a merchant who refunds.
//!
//! Every step can be done again: a shopper sends the same request under the same key until the answer is final, as a
//! browser does that was interrupted (RELIABILITY.md R21).

use crate::notebook::{self, Notebook};
use crate::{page, stage};
use serde::{Deserialize, Serialize};
use shop::account::Visitor;
use shop::checkout::{self, PaymentWay, PlaceOrder, Placed};
use shop::clock::ManualClock;
use shop::id::CartId;
use shop::money::Currency;
use shop::payment::Outcome;
use shop::{Error, Shop, args, order, payment, worker};
use std::time::Duration;

/// Who buys what.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Plan {
    pub sku: String,
    pub shoppers: Vec<Shopper>,
    /// SKUs that a rush buys; there is plenty of them.
    pub range: Vec<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Shopper {
    pub role: Role,
    pub cart_id: CartId,
    pub cart_version: i64,
    /// Minor units the shopper has seen.
    pub total: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Role {
    /// Pays by token; is given 1.00 back later.
    Buyer,
    /// Is declined, then pays with another card.
    Declined,
    /// Starts a payment in the page and leaves.
    Leaver,
    /// Pays in the page; the shop hears of it by webhook.
    InPage,
    /// Pays; the merchant cancels the order.
    Cancelled,
}

impl Role {
    pub const ALL: [Self; 5] = [Self::Buyer, Self::Declined, Self::Leaver, Self::InPage, Self::Cancelled];

    pub fn units(self) -> i64 {
        match self {
            Self::Buyer => 1,
            Self::Declined => 2,
            Self::Leaver => 3,
            Self::InPage => 4,
            Self::Cancelled => 5,
        }
    }

    /// The key of the request that this shopper's purchase ends with.
    pub fn last_key(self) -> &'static str {
        match self {
            Self::Buyer => "buyer",
            Self::Declined => "declined-2",
            Self::Leaver => "leaver",
            Self::InPage => "in-page",
            Self::Cancelled => "cancelled",
        }
    }
}

/// Minor units the merchant gives back to the buyer.
pub const GIVEN_BACK: i64 = 100;

const VISA: &str = "pm_card_visa";
const DECLINED: &str = "pm_card_chargeDeclined";
/// A shopper gives up for this life after so many tries.
const TRIES: usize = 30;
/// The story's clock is not the breaker's, which stays open for 15 seconds at most: after so many tries they are a second
/// apart in earnest, and all of them together are over before anybody's hold is.
const TRIES_AT_ONCE: usize = 4;

/// One life's cast: the shop, its clock, the gateway as a browser reaches it, and the shoppers' notebook.
pub struct Cast<'a> {
    pub shop: &'a Shop,
    pub clock: &'a ManualClock,
    pub gateway: &'a str,
    pub http: &'a reqwest::Client,
    pub notes: &'a Notebook,
}

impl Cast<'_> {
    /// Plays the whole story as far as it goes.
    pub async fn play(&self, plan: &Plan) -> shop::Result<()> {
        self.work().await?;
        let shoppers = plan.shoppers.iter().map(|shopper| self.shop_for(shopper));
        futures_util::future::try_join_all(shoppers).await?;
        self.work().await?;
        self.merchant(plan).await?;
        self.pass(60_000).await?;
        // The leaver's hold runs out; a provider that does not answer is asked again.
        self.pass(3_600_000).await?;
        self.pass(120_000).await
    }

    /// Lets time pass, for shop and gateway, and works off what is due then.
    async fn pass(&self, ms: i64) -> shop::Result<()> {
        self.clock.advance(ms);
        page::advance(self.http, self.gateway, ms).await?;
        self.work().await
    }

    /// Before the shopper tries again.
    async fn pause(&self, tries: usize) -> shop::Result<()> {
        if tries < TRIES_AT_ONCE {
            return self.pass(15_000).await;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
        self.pass(4_000).await
    }

    async fn work(&self) -> shop::Result<()> {
        work_off(self.shop).await
    }

    async fn shop_for(&self, shopper: &Shopper) -> shop::Result<()> {
        let token = |method: &str| PaymentWay::Token { payment_method: method.to_owned() };
        match shopper.role {
            Role::Buyer | Role::Cancelled => self.insist(shopper, shopper.role.last_key(), token(VISA)).await,
            Role::Declined => {
                self.insist(shopper, "declined-1", token(DECLINED)).await?;
                self.insist(shopper, shopper.role.last_key(), token(VISA)).await
            }
            Role::Leaver => self.place(shopper, shopper.role.last_key(), PaymentWay::Embedded).await.map(|_| ()),
            Role::InPage => self.in_page(shopper).await,
        }
    }

    /// Sends the same request until the answer is final.
    async fn insist(&self, shopper: &Shopper, key: &str, way: PaymentWay) -> shop::Result<()> {
        for at in 0..TRIES {
            if self.place(shopper, key, way.clone()).await?.is_none() {
                return Ok(());
            }
            self.pause(at).await?;
        }
        Ok(())
    }

    async fn in_page(&self, shopper: &Shopper) -> shop::Result<()> {
        for at in 0..TRIES {
            match self.place(shopper, shopper.role.last_key(), PaymentWay::Embedded).await? {
                None => return Ok(()),
                Some(Some(secret)) => page::pay(self.http, self.gateway, &secret, VISA).await,
                Some(None) => {}
            }
            self.webhooks().await?;
            self.pause(at).await?;
        }
        Ok(())
    }

    /// Delivers every event there has been, twice.
    async fn webhooks(&self) -> shop::Result<()> {
        for provider in self.shop.payments.configured().filter(|provider| provider.lists().events) {
            let Outcome::Done(page) = provider.list_events(0, None).await else { continue };
            for notice in page.items.iter().chain(&page.items) {
                payment::webhook_received(self.shop, provider.name(), notice, "{}").await?;
            }
        }
        self.work().await
    }

    /// One request and its answer, written down. `None`: the answer is final; otherwise the client secret, if it named
    /// one.
    async fn place(&self, shopper: &Shopper, key: &str, payment: PaymentWay) -> shop::Result<Option<Option<String>>> {
        let visitor = Visitor { cart_id: Some(shopper.cart_id), customer: None, currency: Currency::EUR };
        let request = PlaceOrder {
            idempotency_key: key.to_owned(),
            expected_total: shopper.total,
            expected_due: None,
            cart_version: shopper.cart_version,
            payment,
            provider: None,
            network_address: String::new(),
        };
        let answer = checkout::place(self.shop, &visitor, request).await;
        self.notes.write(&notebook::told(key, &answer))?;
        match answer {
            Ok(Placed::Order { .. })
            | Err(Error::Declined { .. } | Error::Conflict { code: "checkout_expired", .. }) => Ok(None),
            Ok(Placed::Confirm { client_secret, .. }) => Ok(Some(Some(client_secret))),
            Ok(_) | Err(Error::Conflict { .. } | Error::Unavailable { .. }) => Ok(Some(None)),
            Err(error) => Err(error),
        }
    }

    async fn merchant(&self, plan: &Plan) -> shop::Result<()> {
        let anna = stage::merchant();
        for shopper in &plan.shoppers {
            let Some(standing) = self.standing(shopper).await? else { continue };
            let done = match shopper.role {
                Role::Buyer if standing.captured > 0 && standing.refunds == 0 => {
                    let (number, version) = (&standing.number, standing.version);
                    order::refund(self.shop, &anna, number, version, GIVEN_BACK, Vec::new(), "scratched").await
                }
                Role::Cancelled if standing.state == "confirmed" => {
                    order::cancel(self.shop, &anna, &standing.number, standing.version, true, "wish").await
                }
                _ => Ok(()),
            };
            match done {
                Ok(()) | Err(Error::Conflict { .. } | Error::Unavailable { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        self.work().await
    }

    async fn standing(&self, shopper: &Shopper) -> shop::Result<Option<Standing>> {
        let sql = "SELECT o.number, o.version, o.state, o.captured,
              (SELECT COUNT(*) FROM refund r JOIN payment_attempt a ON a.id = r.attempt_id
               WHERE a.checkout_id = k.id) AS refunds
            FROM orders o JOIN checkout k ON k.id = o.checkout_id WHERE k.cart_id = $1 AND o.placed_at IS NOT NULL";
        Ok(self.shop.db.fetch_optional(sql, args![shopper.cart_id]).await?)
    }
}

/// Lets the shop's workers do whatever is due.
pub async fn work_off(shop: &Shop) -> shop::Result<()> {
    for _ in 0..20 {
        if worker::run_once(shop).await? == 0 {
            break;
        }
    }
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Standing {
    number: String,
    version: i64,
    state: String,
    captured: i64,
    refunds: i64,
}
