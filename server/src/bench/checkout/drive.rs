//! Shoppers who place orders: each the next when one is done, or at a fixed rate whatever happens.

use super::stage::Stage;
use super::{CheckoutArgs, Skus, internal};
use crate::bench::http::Connection;
use shop::Result;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// The card that is always good for it.
const CARD: &str = "pm_card_visa";

pub(super) struct Run {
    pub(super) elapsed: Duration,
    /// Microseconds per answer, ascending; at a fixed rate from when the checkout should have begun.
    pub(super) latencies: Vec<u32>,
    /// Orders that stand.
    pub(super) placed: usize,
}

/// Lets shoppers place orders until the time is up or no cart is left, and waits for the last answer.
pub(super) async fn run(args: &CheckoutArgs, shop: SocketAddr, stage: &Stage) -> Result<Run> {
    let begun = Instant::now();
    let plan = Arc::new(Plan {
        shop,
        tokens: stage.tokens.clone(),
        version: stage.version,
        total: stage.total,
        sold_out: args.skus == Skus::SoldOut,
        rate: args.rate,
        begun,
        until: begun + Duration::from_secs_f64(args.seconds),
        next: AtomicUsize::new(0),
    });
    let shoppers: Vec<_> = (0..args.shoppers).map(|_| tokio::spawn(Arc::clone(&plan).shop_until_closed())).collect();
    let mut latencies = Vec::new();
    for shopper in shoppers {
        latencies.append(&mut shopper.await.map_err(internal)??);
    }
    let elapsed = begun.elapsed();
    latencies.sort_unstable();
    let placed = if plan.sold_out { 0 } else { latencies.len() };
    Ok(Run { elapsed, latencies, placed })
}

struct Plan {
    shop: SocketAddr,
    tokens: Vec<String>,
    version: i64,
    total: i64,
    sold_out: bool,
    rate: Option<u32>,
    begun: Instant,
    until: Instant,
    next: AtomicUsize,
}

impl Plan {
    async fn shop_until_closed(self: Arc<Self>) -> Result<Vec<u32>> {
        let mut latencies = Vec::new();
        let mut connection = Connection::open(self.shop).await.map_err(internal)?;
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            // Who was told "sold out" keeps the cart and asks again.
            let cart = if self.sold_out { number % self.tokens.len() } else { number };
            let intended = self.intended(number);
            if cart >= self.tokens.len() || intended >= self.until {
                return Ok(latencies);
            }
            tokio::time::sleep_until(intended.into()).await;
            self.place(&mut connection, number, cart).await?;
            latencies.push(u32::try_from(intended.elapsed().as_micros()).unwrap_or(u32::MAX));
        }
    }

    fn intended(&self, number: usize) -> Instant {
        let Some(rate) = self.rate else { return Instant::now() };
        #[expect(clippy::cast_precision_loss, reason = "at most some hundred thousand")]
        let after = number as f64 / f64::from(rate);
        self.begun + Duration::from_secs_f64(after)
    }

    /// Anything but the expected answer ends the measurement.
    async fn place(&self, connection: &mut Connection, number: usize, cart: usize) -> Result<()> {
        let (total, version, token) = (self.total, self.version, &self.tokens[cart]);
        let order = format!(r#"{{"expected_total":{total},"cart_version":{version},"payment_method":"{CARD}"}}"#);
        let request = format!(
            "POST /api/v1/checkout HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n\
             X-Cart-Token: {token}\r\nIdempotency-Key: bench-{number}\r\nContent-Length: {}\r\n\r\n{order}",
            order.len()
        );
        let answer = connection.ask(&request).await.map_err(internal)?;
        let says = |code: &[u8]| memchr::memmem::find(answer.body, code).is_some();
        match answer.status {
            201 if !self.sold_out => Ok(()),
            409 if self.sold_out && says(b"\"sold_out\"") => Ok(()),
            status => {
                let body = String::from_utf8_lossy(answer.body);
                Err(internal(format!("an order was answered with {status}: {body}")))
            }
        }
    }
}
