//! What shoppers do on the real shop's pages.

use super::{World, refusal};
use crate::model::op::{Card, Lost};
use crate::model::reference::{Model, Request};
use crate::support::till::VISA;
use serde_json::json;
use shop::checkout::{self, PaymentWay, PlaceOrder, Placed, Status, StepName};

impl World {
    pub(super) async fn place_cart(&mut self, who: usize, key: String, card: Card, lost: Lost) -> String {
        let visitor = &self.visitors[who];
        let view = match checkout::view(&self.till.shop, visitor).await {
            Ok(view) if view.reached == StepName::Payment => view,
            Ok(_) => self.till.ready(visitor).await,
            Err(error) => return refusal(&error),
        };
        let (operation, mood) = match lost {
            Lost::Create => ("payment_intents.create", "html"),
            Lost::Answer | Lost::Nothing => ("payment_intents.confirm", "truncated"),
        };
        if lost != Lost::Nothing {
            self.till.mood(json!({ "operation": operation, "times": 1, "mood": mood })).await;
            let deaf = json!({ "operation": "payment_intents.retrieve", "times": 1, "mood": "html" });
            self.till.mood(deaf).await;
        }
        let request = Request { key, version: view.cart.version, total: view.totals.total, card };
        let answer = self.place(who, request).await;
        if lost != Lost::Nothing {
            self.till.good_mood().await;
            // A story's clock is not the breaker's: it would still be open after what the story calls a day.
            self.till.reconnect();
        }
        answer
    }

    pub(super) async fn place(&self, who: usize, request: Request) -> String {
        let payment_method = match request.card {
            Card::Good => VISA,
            Card::Declined => "pm_card_chargeDeclined",
            Card::Challenged => "pm_card_threeDSecure2Required",
        };
        let order = PlaceOrder {
            idempotency_key: request.key,
            expected_total: request.total,
            expected_due: None,
            cart_version: request.version,
            payment: PaymentWay::Token { payment_method: payment_method.into() },
            provider: None,
            network_address: String::new(),
        };
        match checkout::place(&self.till.shop, &self.visitors[who], order).await {
            Ok(Placed::Order { number, .. }) => format!("order {}", self.position(|it| it.1 == number).await),
            Ok(Placed::Redirect { checkout_id, .. }) => {
                format!("redirect {}", self.position(|it| it.0 == checkout_id).await)
            }
            Ok(Placed::Pending { checkout_id }) => format!("pending {}", self.position(|it| it.0 == checkout_id).await),
            Ok(Placed::Confirm { .. }) => "confirm".into(),
            Err(error) => refusal(&error),
        }
    }

    pub(super) async fn look(&self, who: usize, give_up: bool, before: &Model) -> String {
        let Some(at) = before.own(who) else { return "-".into() };
        let all = self.checkouts().await;
        let (shop, visitor) = (&self.till.shop, &self.visitors[who]);
        let status = if give_up {
            checkout::cancel(shop, visitor, all[at].0).await
        } else {
            checkout::status(shop, visitor, all[at].0).await
        };
        match status {
            Ok(Status::Placed { number, .. }) => {
                format!("placed {}", all.iter().position(|it| it.1 == number).expect("an order it has"))
            }
            Ok(Status::Released) => "released".into(),
            Ok(Status::PayableAgain { .. }) => "payable again".into(),
            Ok(Status::Pending) => "pending".into(),
            Err(error) => refusal(&error),
        }
    }
}
