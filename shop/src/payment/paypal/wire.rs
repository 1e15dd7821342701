//! PayPal's JSON, as far as the shop reads it, and its translation into the shop's own types.
//!
//! PayPal keeps one text of ours with an order, `custom_id`: the checkout and the attempt.

use serde::Deserialize;
use serde_json::{Value, json};

use super::super::{
    IntentStatus, Metadata, NewSession, RefundSnapshot, RefundStatus, Refusal, Session as ShopSession, SessionStatus,
    Snapshot,
};
use super::amount::{Amount, to_wire};
use super::{TEXT_CHARS, time};
use crate::money::Money;

#[derive(Deserialize)]
pub struct Order {
    pub id: String,
    status: String,
    purchase_units: Vec<Unit>,
    #[serde(default)]
    links: Vec<Link>,
    create_time: Option<String>,
}

#[derive(Deserialize)]
struct Unit {
    #[serde(default)]
    reference_id: String,
    #[serde(default)]
    custom_id: String,
    amount: Amount,
    #[serde(default)]
    payments: Payments,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Payments {
    authorizations: Vec<Authorization>,
    captures: Vec<Capture>,
    refunds: Vec<Refund>,
}

#[derive(Deserialize)]
pub struct Authorization {
    pub id: String,
    status: String,
    amount: Amount,
    expiration_time: Option<String>,
}

#[derive(Deserialize)]
struct Capture {
    id: String,
    status: String,
    amount: Amount,
}

#[derive(Deserialize)]
pub struct Refund {
    id: String,
    status: String,
    amount: Amount,
    #[serde(default)]
    custom_id: Option<String>,
    create_time: Option<String>,
}

#[derive(Deserialize)]
pub struct Link {
    pub href: String,
    pub rel: String,
}

impl Order {
    pub fn is_approved(&self) -> bool {
        self.status == "APPROVED"
    }

    pub fn authorization(&self) -> Option<&Authorization> {
        self.unit()?.payments.authorizations.first()
    }

    /// The capture that money can be given back of.
    pub fn capture_id(&self) -> Option<&str> {
        let mut captures = self.unit()?.payments.captures.iter();
        captures.find(|capture| capture.has_money()).map(|capture| capture.id.as_str())
    }

    pub fn refunds(&self) -> impl Iterator<Item = &Refund> {
        self.unit().into_iter().flat_map(|unit| &unit.payments.refunds)
    }

    fn unit(&self) -> Option<&Unit> {
        self.purchase_units.first()
    }

    fn created_ms(&self) -> i64 {
        self.create_time.as_deref().and_then(time::read).unwrap_or_default()
    }

    /// `None` when PayPal says something that it does not describe.
    pub fn session(&self) -> Option<ShopSession> {
        let unit = self.unit()?;
        let status = match self.status.as_str() {
            "CREATED" | "SAVED" | "PAYER_ACTION_REQUIRED" | "APPROVED" => SessionStatus::Open,
            "COMPLETED" => SessionStatus::Complete,
            "VOIDED" => SessionStatus::Expired,
            _ => return None,
        };
        let page = self.links.iter().find(|link| link.rel == "payer-action" || link.rel == "approve");
        Some(ShopSession {
            id: self.id.clone(),
            url: page.filter(|_| status == SessionStatus::Open).map(|link| link.href.clone()),
            intent_id: (status == SessionStatus::Complete).then(|| self.id.clone()),
            status,
            amount: unit.amount.minor()?,
            currency: unit.amount.currency_code.clone(),
            metadata: unit.metadata(),
            // PayPal does not say.
            expires_at: 0,
        })
    }

    pub fn snapshot(&self, livemode: bool) -> Option<Snapshot> {
        let unit = self.unit()?;
        let amount = unit.amount.minor()?;
        let authorization = self.authorization();
        let status = match (self.status.as_str(), authorization) {
            ("CREATED" | "SAVED" | "PAYER_ACTION_REQUIRED", _) => IntentStatus::RequiresPaymentMethod,
            ("APPROVED", _) => IntentStatus::RequiresConfirmation,
            ("VOIDED", _) => IntentStatus::Canceled,
            ("COMPLETED", Some(authorization)) => authorization.status(unit)?,
            _ => return None,
        };
        let received = unit.payments.captures.iter().filter(|capture| capture.has_money());
        let received = received.map(|capture| capture.amount.minor()).sum::<Option<i64>>()?;
        let held = status == IntentStatus::RequiresCapture;
        Some(Snapshot {
            intent_id: self.id.clone(),
            status,
            amount,
            currency: unit.amount.currency_code.clone(),
            amount_capturable: if held { authorization?.amount.minor()? } else { 0 },
            amount_received: received,
            amount_refunded: self
                .refunds()
                .filter(|it| it.is_done())
                .map(|it| it.amount.minor())
                .sum::<Option<i64>>()?,
            client_secret: None,
            next_url: None,
            decline: None,
            metadata: unit.metadata(),
            livemode,
            capture_before: authorization.and_then(|it| time::read(it.expiration_time.as_deref()?)),
            created_ms: self.created_ms(),
        })
    }
}

impl Unit {
    fn metadata(&self) -> Metadata {
        let (checkout, attempt) = self.custom_id.split_once('.').unwrap_or_default();
        [("checkout_id", checkout), ("attempt_id", attempt), ("order_no", self.reference_id.as_str())]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into()
    }
}

impl Authorization {
    fn status(&self, unit: &Unit) -> Option<IntentStatus> {
        let is_taken = unit.payments.captures.iter().any(Capture::has_money);
        Some(match self.status.as_str() {
            "CREATED" => IntentStatus::RequiresCapture,
            "VOIDED" | "DENIED" => IntentStatus::Canceled,
            "CAPTURED" | "PARTIALLY_CAPTURED" if is_taken => IntentStatus::Succeeded,
            // Under review, before or after it was taken: an event will tell.
            "PENDING" | "CAPTURED" | "PARTIALLY_CAPTURED" => IntentStatus::Processing,
            _ => return None,
        })
    }
}

impl Capture {
    fn has_money(&self) -> bool {
        matches!(self.status.as_str(), "COMPLETED" | "PARTIALLY_REFUNDED" | "REFUNDED")
    }
}

impl Refund {
    fn is_done(&self) -> bool {
        self.status == "COMPLETED"
    }

    pub fn read(&self, order: &str) -> Option<RefundSnapshot> {
        let status = match self.status.as_str() {
            "COMPLETED" => RefundStatus::Succeeded,
            "PENDING" => RefundStatus::Pending,
            "FAILED" => RefundStatus::Failed,
            "CANCELLED" => RefundStatus::Canceled,
            _ => return None,
        };
        Some(RefundSnapshot {
            refund_id: self.id.clone(),
            intent_id: order.to_owned(),
            status,
            amount: self.amount.minor()?,
            currency: self.amount.currency_code.clone(),
            metadata: self.custom_id.iter().map(|id| ("refund_id".to_owned(), id.clone())).collect(),
            created_ms: self.create_time.as_deref().and_then(time::read).unwrap_or_default(),
        })
    }
}

/// The request for an order; refuses what PayPal cannot charge.
pub fn new_order(new: &NewSession) -> Result<Value, Refusal> {
    let cut = |text: &str| text.chars().take(TEXT_CHARS).collect::<String>();
    let said = |name: &str| new.metadata.get(name).map_or("", String::as_str);
    let mut total: Option<Money> = None;
    let mut items = Vec::with_capacity(new.lines.len());
    for line in &new.lines {
        let (unit, sum) = (line.unit_price, line.unit_price.amount.checked_mul(line.quantity));
        let before = total.map_or(0, |total| total.amount);
        let sum = sum.and_then(|sum| sum.checked_add(before)).unwrap_or_default();
        total = Some(unit.currency.money(sum));
        items.push(json!({
            "name": cut(&line.name), "quantity": line.quantity.to_string(), "unit_amount": to_wire(unit)?,
        }));
    }
    let Some(total) = total else {
        return Err(Refusal { code: "amount_not_supported".to_owned(), ..Refusal::default() });
    };
    let total = to_wire(total)?;
    Ok(json!({
        "intent": "AUTHORIZE",
        "purchase_units": [{
            "reference_id": said("order_no"),
            "custom_id": format!("{}.{}", said("checkout_id"), said("attempt_id")),
            "description": cut(&format!("Order {}", said("order_no"))),
            "amount": {
                "currency_code": total.currency_code, "value": total.value, "breakdown": {"item_total": total},
            },
            "items": items,
        }],
        "payment_source": {"paypal": {"experience_context": {
            "return_url": new.success_url.split('?').next(), "cancel_url": new.cancel_url,
            "user_action": "PAY_NOW", "shipping_preference": "NO_SHIPPING",
        }}},
    }))
}
