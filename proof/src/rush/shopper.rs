//! One shopper of a rush, and the merchant when an order of theirs needs one.

use super::Crowd;
use crate::notebook::{Line, Sent, told};
use crate::{page, stage};
use rand::Rng;
use rand::rngs::StdRng;
use shop::account::Visitor;
use shop::args;
use shop::checkout::{self, PaymentWay, PlaceOrder, Placed};
use shop::error::Error;
use shop::money::Currency;
use shop::order;
use std::convert::Infallible;
use std::time::Duration;

const VISA: &str = "pm_card_visa";
const DECLINED: &str = "pm_card_chargeDeclined";
/// A request that is not answered is put aside after so many tries, and sent again later.
const TRIES: usize = 4;
/// With more requests open than this a shopper buys nothing new.
const OPEN_MAX: usize = 30;

pub struct Shopper {
    number: usize,
    chance: StdRng,
    /// Sent and not finally answered.
    open: Vec<Sent>,
    /// Finally answered.
    last: Option<Sent>,
}

/// What an answer leaves to do.
enum Next {
    Final(Option<String>),
    Pay(String),
    Wait,
}

impl Shopper {
    pub fn new(number: usize, chance: StdRng, open: Vec<Sent>) -> Self {
        Self { number, chance, open, last: None }
    }

    pub async fn buy_for_ever(mut self, crowd: &Crowd) -> shop::Result<Infallible> {
        loop {
            let again = !self.open.is_empty() && (self.open.len() > OPEN_MAX || self.chance.random_bool(0.2));
            if again {
                let sent = self.open.remove(0);
                self.insist(crowd, sent).await?;
            } else if let Some(last) = self.last.clone().filter(|_| self.chance.random_bool(0.1)) {
                // A page that is loaded again.
                self.ask(crowd, &last).await?;
            } else {
                self.buy(crowd).await?;
            }
            tokio::task::yield_now().await;
        }
    }

    /// Sends everything that is open once more.
    pub async fn ask_all(&mut self, crowd: &Crowd) -> shop::Result<()> {
        for sent in std::mem::take(&mut self.open) {
            self.insist(crowd, sent).await?;
        }
        Ok(())
    }

    async fn buy(&mut self, crowd: &Crowd) -> shop::Result<()> {
        let mut lines = vec![self.line(crowd)];
        if self.chance.random_bool(0.3) {
            lines.push(self.line(crowd));
        }
        let lines: Vec<(&str, i64)> = lines.iter().map(|(sku, units)| (sku.as_str(), *units)).collect();
        let Some((cart_id, view)) = crowd.tolerate(stage::fill(&crowd.shop, &lines).await)? else { return Ok(()) };
        crowd.notes.write(&Line::Cart { cart_id, version: view.cart.version })?;
        let request = |number: usize, key: String, payment: PaymentWay, pays: bool| Sent {
            shopper: number,
            cart_id,
            order: PlaceOrder {
                idempotency_key: key,
                expected_total: view.totals.total,
                expected_due: None,
                cart_version: view.cart.version,
                payment,
                provider: None,
                network_address: String::new(),
            },
            pays,
        };
        let token = |method: &str| PaymentWay::Token { payment_method: method.to_owned() };
        let number = self.number;
        match self.chance.random_range(0..100) {
            0..55 => self.send(crowd, request(number, format!("{cart_id}-1"), token(VISA), true)).await,
            55..65 => {
                self.send(crowd, request(number, format!("{cart_id}-1"), token(DECLINED), true)).await?;
                self.send(crowd, request(number, format!("{cart_id}-2"), token(VISA), true)).await
            }
            65..80 => self.send(crowd, request(number, format!("{cart_id}-1"), PaymentWay::Embedded, true)).await,
            80..88 => self.send(crowd, request(number, format!("{cart_id}-1"), PaymentWay::Embedded, false)).await,
            _ => {
                // A double click.
                let sent = request(number, format!("{cart_id}-1"), token(VISA), true);
                crowd.notes.write(&Line::Sent(sent.clone()))?;
                let (first, second) = tokio::join!(place(crowd, &sent), place(crowd, &sent));
                first.and(second)?;
                self.insist(crowd, sent).await
            }
        }
    }

    fn line(&mut self, crowd: &Crowd) -> (String, i64) {
        let sku = crowd.range[self.chance.random_range(0..crowd.range.len())].clone();
        (sku, self.chance.random_range(1..4))
    }

    async fn send(&mut self, crowd: &Crowd, sent: Sent) -> shop::Result<()> {
        crowd.notes.write(&Line::Sent(sent.clone()))?;
        self.insist(crowd, sent).await
    }

    /// Sends the same request until the answer is final, or for now there is none.
    async fn insist(&mut self, crowd: &Crowd, sent: Sent) -> shop::Result<()> {
        for _ in 0..TRIES {
            match self.ask(crowd, &sent).await? {
                Next::Final(number) => {
                    self.last = Some(sent);
                    return match number {
                        Some(number) => self.afterwards(crowd, &number).await,
                        None => Ok(()),
                    };
                }
                Next::Pay(secret) if sent.pays => page::pay(&crowd.http, &crowd.gateway, &secret, VISA).await,
                // Leaves, and looks again some day.
                Next::Pay(_) => break,
                Next::Wait => tokio::time::sleep(Duration::from_millis(self.chance.random_range(1..20))).await,
            }
        }
        self.open.push(sent);
        Ok(())
    }

    async fn ask(&mut self, crowd: &Crowd, sent: &Sent) -> shop::Result<Next> {
        place(crowd, sent).await
    }

    /// Some orders are refunded in part, some cancelled.
    async fn afterwards(&mut self, crowd: &Crowd, number: &str) -> shop::Result<()> {
        let (refunds, cancels) = (self.chance.random_bool(0.2), self.chance.random_bool(0.15));
        if !refunds && !cancels {
            return Ok(());
        }
        let sql = "SELECT version, captured, state FROM orders WHERE number = $1";
        let (version, captured, state): (i64, i64, String) = crowd.shop.db.fetch_one(sql, args![number]).await?;
        let anna = stage::merchant();
        if cancels && state == "confirmed" {
            let done = order::cancel(&crowd.shop, &anna, number, version, true, "wish").await;
            if crowd.tolerate(done)?.is_some() {
                crowd.notes.write(&Line::Cancel { number: number.to_owned() })?;
            }
        } else if refunds && captured > 0 {
            let reason = format!("scratched: {number} at {version}");
            let done = order::refund(&crowd.shop, &anna, number, version, 100, Vec::new(), &reason).await;
            if crowd.tolerate(done)?.is_some() {
                crowd.notes.write(&Line::Refund { reason })?;
            }
        }
        Ok(())
    }
}

/// One request and its answer, written down.
async fn place(crowd: &Crowd, sent: &Sent) -> shop::Result<Next> {
    let visitor = Visitor { cart_id: Some(sent.cart_id), customer: None, currency: Currency::EUR };
    let answer = checkout::place(&crowd.shop, &visitor, sent.order.clone()).await;
    let told = told(&sent.order.idempotency_key, &answer);
    crowd.told(&told)?;
    match answer {
        Ok(Placed::Confirm { client_secret, .. }) => Ok(Next::Pay(client_secret)),
        Err(Error::Declined { .. }) => Ok(Next::Final(None)),
        answer => {
            crowd.tolerate(answer)?;
            Ok(if told.is_final { Next::Final(told.number) } else { Next::Wait })
        }
    }
}
