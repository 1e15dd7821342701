//! What a shopper does: the request to place an order, the provider's pages, a look at how it stands.

use super::notes::{asked_for, is_over};
use super::{Answer, STEPS, Shopper, Todo};
use crate::notebook::told;
use crate::sim::agenda::Act;
use crate::sim::world::World;
use rand::seq::IndexedRandom;
use shop::checkout::{self, PlaceOrder, Placed, Status};
use shop::id::CheckoutId;
use shop::{Error, Shop, cart};
use std::time::Duration;

impl World {
    /// One step of a shopper, and the next one written down.
    pub async fn shopper(&self, shop: &Shop, at: usize) {
        let shopper = {
            let mut inner = self.lock();
            let shopper = &mut inner.shoppers[at];
            if shopper.steps >= STEPS || matches!(shopper.todo, Todo::Done) {
                return;
            }
            shopper.steps += 1;
            shopper.is_busy = true;
            shopper.clone()
        };
        let answer = self.act(shop, &shopper).await;
        let ms = {
            let mut guard = self.lock();
            let inner = &mut *guard;
            let shopper = &mut inner.shoppers[at];
            shopper.is_busy = false;
            shopper.go_on(&mut inner.dice, &answer)
        };
        self.later(ms, Act::Shopper(at));
    }

    async fn act(&self, shop: &Shop, shopper: &Shopper) -> Answer {
        match &shopper.todo {
            Todo::Place(order) => self.place(shop, shopper, order).await,
            Todo::Pay(url) => self.pay(url).await,
            Todo::PayHere(secret) => self.pay_here(secret).await,
            Todo::Look => self.look(shop, shopper).await,
            Todo::Cancel => self.cancel(shop, shopper).await,
            Todo::Edit => self.edit(shop, shopper).await,
            Todo::Done => Answer::Refused,
        }
    }

    /// One request to place an order; what it was answered is written down.
    async fn place(&self, shop: &Shop, shopper: &Shopper, order: &PlaceOrder) -> Answer {
        let key = &order.idempotency_key;
        self.note(format_args!("place {key} {:?} {:?}", order.payment, order.provider));
        self.lock().told.push(asked_for(key));
        let impatient = self.lock().odds.impatient;
        let visitor = shopper.visitor();
        let asked = checkout::place(shop, &visitor, order.clone());
        let answer = if self.roll(impatient) {
            let patience = Duration::from_millis(self.between(1, 3_000));
            match tokio::time::timeout(patience, asked).await {
                Ok(answer) => answer,
                Err(_) => {
                    self.fault(format_args!("{key} does not wait"));
                    return Answer::Later;
                }
            }
        } else {
            asked.await
        };
        let told = told(key, &answer);
        self.note(format_args!("told {key} {} {}", told.status, told.body));
        self.lock().told.push(told);
        match answer {
            Ok(Placed::Order { .. }) => Answer::Placed,
            Ok(Placed::Pending { checkout_id }) => Answer::Told(Some(checkout_id)),
            Ok(Placed::Redirect { checkout_id, url }) => Answer::Page(checkout_id, url),
            Ok(Placed::Confirm { checkout_id, client_secret }) => Answer::Frame(checkout_id, client_secret),
            Err(Error::Declined { .. }) => Answer::Declined,
            Err(Error::Conflict { code: "in_progress", .. } | Error::Unavailable { .. }) => Answer::Later,
            Err(Error::Conflict { code: "checkout_expired", .. }) => self.cart(shop, shopper, Answer::Over).await,
            Err(Error::Conflict { .. }) => self.cart(shop, shopper, Answer::Refused).await,
            Err(error) => {
                self.failed(&format!("placing {key}"), &error);
                Answer::Refused
            }
        }
    }

    /// The shopper looks at the cart again.
    async fn cart(&self, shop: &Shop, shopper: &Shopper, otherwise: Answer) -> Answer {
        match checkout::view(shop, &shopper.visitor()).await {
            Ok(view) => Answer::Moved(view.cart.version, view.totals.total, view.due()),
            Err(Error::Internal(why)) => {
                self.wrong(format!("looking at a cart: {why}"));
                otherwise
            }
            Err(_) => otherwise,
        }
    }

    /// On the provider's page: a good answer mostly.
    pub(super) async fn pay(&self, url: &str) -> Answer {
        let good = self.roll(0.8);
        if url.contains("/paypal/checkoutnow") {
            let token = url.split_once("token=").map_or("", |(_, token)| token);
            let answer = if good { "approve" } else { "decline" };
            self.browse("/paypal/checkoutnow", &[("token", token), ("answer", answer)], None).await;
        } else if url.contains("/razorpay/pay/") {
            let answer = if good { "success" } else { ["late", "failure"][usize::from(self.roll(0.5))] };
            self.browse(url, &[("answer", answer)], None).await;
        } else if let Some((page, secret)) = url.split_once("?secret=") {
            let answer = if good { "complete" } else { "fail" };
            self.browse(page, &[("secret", secret), ("answer", answer)], None).await;
        } else {
            let number = if good { "4242424242424242" } else { "4000000000000002" };
            let form = [("number", number), ("expiry", "12 / 34"), ("cvc", "123"), ("name", "Ada Byron")];
            self.browse(url, &form, None).await;
        }
        Answer::Paid
    }

    /// What the provider's frame does with the secret.
    async fn pay_here(&self, secret: &str) -> Answer {
        let id = secret.split("_secret_").next().unwrap_or_default();
        let method = if self.roll(0.8) { "pm_card_visa" } else { "pm_card_chargeDeclined" };
        let form =
            [("client_secret", secret), ("payment_method", method), ("return_url", "http://shop.example/return")];
        let key = gateway::Config::sandbox(([127, 0, 0, 1], 0).into()).publishable_key;
        let path = format!("/v1/payment_intents/{id}/confirm");
        self.browse(&path, &form, Some(format!("Bearer {key}"))).await;
        Answer::Paid
    }

    async fn look(&self, shop: &Shop, shopper: &Shopper) -> Answer {
        let Some(id) = shopper.checkout else { return Answer::Refused };
        self.standing(checkout::status(shop, &shopper.visitor(), id).await, id)
    }

    async fn cancel(&self, shop: &Shop, shopper: &Shopper) -> Answer {
        let Some(id) = shopper.checkout else { return Answer::Refused };
        self.note(format_args!("cancel {id}"));
        self.standing(checkout::cancel(shop, &shopper.visitor(), id).await, id)
    }

    fn standing(&self, status: shop::Result<Status>, id: CheckoutId) -> Answer {
        match status {
            Ok(Status::Placed { .. }) => Answer::Placed,
            Ok(Status::Pending) => Answer::Told(Some(id)),
            Ok(Status::PayableAgain { .. }) => Answer::Declined,
            Ok(Status::Released) => Answer::Refused,
            Err(error) => {
                self.failed("asking for the status", &error);
                Answer::Later
            }
        }
    }

    /// Another unit, in another tab, while a payment is under way.
    async fn edit(&self, shop: &Shop, shopper: &Shopper) -> Answer {
        let sku = {
            let mut inner = self.lock();
            self.town.shelves.choose(&mut inner.dice).map(|shelf| shelf.sku.clone()).unwrap_or_default()
        };
        self.note(format_args!("edit {sku}"));
        let mut visitor = shopper.visitor();
        match cart::add(shop, &mut visitor, &sku, 1).await {
            // A cart that has become an order is not to be filled again here.
            Ok(cart) if cart.id == shopper.cart_id => self.cart(shop, shopper, Answer::Refused).await,
            Ok(_) => Answer::Refused,
            Err(error) => {
                self.failed("editing a cart", &error);
                Answer::Refused
            }
        }
    }

    /// Sends every request again that has had no final answer, as long as there is hope; whether all have one.
    pub async fn insist(&self, shop: &Shop) -> bool {
        let open: Vec<_> = {
            let inner = self.lock();
            let is_open = |key: &str| !is_over(&inner.told, key);
            inner
                .shoppers
                .iter()
                .flat_map(|shopper| shopper.sent.values().map(move |order| (shopper, order)))
                .filter(|(_, order)| inner.told.iter().any(|told| told.key == order.idempotency_key))
                .filter(|(_, order)| is_open(&order.idempotency_key))
                .map(|(shopper, order)| (shopper.clone(), order.clone()))
                .collect()
        };
        let is_done = open.is_empty();
        for (shopper, order) in open {
            self.place(shop, &shopper, &order).await;
        }
        is_done
    }
}
