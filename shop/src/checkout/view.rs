//! The steps before paying: what is known, what can be chosen, what it costs.
//!
//! Details are kept with the cart; saving them raises its version only when they really change, so that a shopper
//! who goes back and forth keeps the payment that was started.

use super::{Details, StepName, View};
use crate::account::Visitor;
use crate::address::Address;
use crate::cart::{self, Cart, read::Head};
use crate::id::ShippingMethodId;
use crate::limits::{self, Check};
use crate::order::GiftTo;
use crate::shipping::{self, DeliveryOption, Method, offer};
use crate::tax::{self, Destination, Taxation};
use crate::{Error, Result, Shop, args};
use crate::{pricing, promotion, tender};

/// The checkout of the visitor's cart; `Conflict` "cart_empty" when there is nothing to buy.
pub async fn view(shop: &Shop, visitor: &Visitor) -> Result<View> {
    let (cart, details) = told(shop, visitor).await?;
    let cart = promotion::with_gifts(shop, visitor, cart).await?;
    if cart.lines.is_empty() {
        return Err(empty());
    }
    let mut view = priced(shop, visitor, cart, details).await?;
    if let Some(address) = &view.details.address {
        let options = std::mem::take(&mut view.delivery_options);
        view.delivery_options = offer::look_up(shop, &view.cart, &address.country, options).await?;
        let is_offered = view.delivery_options.iter().any(|option| Some(option.id) == view.details.delivery);
        if view.cart.requires_shipping() && !is_offered {
            // It was, until what is in the cart left the warehouse that could have sent it.
            view.reached = view.reached.min(StepName::Delivery);
        }
    }
    Ok(view)
}

/// The visitor's cart, which is not empty, and what was told with it.
pub(super) async fn told(shop: &Shop, visitor: &Visitor) -> Result<(Cart, Details)> {
    let mut db = &shop.db;
    let head = head(shop, visitor).await?;
    let mut details = head.details()?;
    let cart = cart::read::whole(&mut db, head, shop.now_ms()).await?;
    if cart.lines.is_empty() {
        return Err(empty());
    }
    if !shop.settings.currencies.contains(&cart.currency) {
        // The cart's page changes it to one that the shop sells in.
        return Err(changed());
    }
    if let (true, Some(customer)) = (details.email.is_empty(), &visitor.customer) {
        details.email.clone_from(&customer.email);
    }
    Ok((cart, details))
}

/// What can be chosen, and what it comes to.
pub(super) async fn priced(shop: &Shop, visitor: &Visitor, cart: Cart, details: Details) -> Result<View> {
    let (methods, taxation, to) = destination(shop, visitor, &cart, &details).await?;
    let mut delivery_options = Vec::new();
    let mut chosen = None;
    let mut of_cart = promotion::price_cart(shop, visitor, &cart, &details, &taxation, |value| {
        delivery_options = shipping::options(&methods, &offer::goods(&cart, value), cart.currency);
        chosen = delivery_options.iter().find(|option| Some(option.id) == details.delivery);
        chosen.map(|option| option.price.amount)
    })
    .await?;
    let reached = reached(&cart, &details, chosen);
    let shipping = chosen.map(|option| option.price.amount);
    if reached == StepName::Payment
        && let Some(told) = tax::service::asked(shop, &cart, &to, &taxation, &of_cart.priced).await?
    {
        of_cart = promotion::price_cart(shop, visitor, &cart, &details, &told, |_| shipping).await?;
    }
    let uses = promotion::uses(&of_cart);
    let pricing::Priced { lines, totals, taxes, .. } = of_cart.priced;
    let customer = visitor.customer.as_ref().map(|customer| customer.id);
    let (total, accounts) = (totals.total, &details.tender[..]);
    let asking = tender::Asking { cart: cart.id, currency: cart.currency, customer, total, accounts };
    let tender = tender::shares(&mut &shop.db, &asking, shop.now_ms()).await?;
    let exemption = taxation.exempt.map(|exempt| exempt.number).unwrap_or_default();
    let cart = if exemption.is_empty() { cart } else { without_tax(cart, &lines) };
    Ok(View {
        cart,
        details,
        reached,
        delivery_options,
        totals,
        priced: lines,
        codes: of_cart.codes,
        refused_code: None,
        uses,
        tender,
        credit: None,
        refused_card: None,
        taxes,
        exemption,
    })
}

/// The cart at the prices of somebody who is exempt.
fn without_tax(mut cart: Cart, priced: &[pricing::PricedLine]) -> Cart {
    for line in &mut cart.lines {
        if let Some(priced) = priced.iter().find(|priced| priced.variant_id == line.variant_id) {
            line.unit_price = cart.currency.money(priced.unit_price);
            line.total = cart.currency.money(priced.unit_price.saturating_mul(line.quantity));
            line.compare_at = None;
        }
    }
    cart.subtotal = cart.currency.money(priced.iter().map(|line| line.total).sum());
    cart
}

/// The first step that still lacks something.
fn reached(cart: &Cart, details: &Details, chosen: Option<&DeliveryOption>) -> StepName {
    if !limits::is_email(&details.email) {
        StepName::Contact
    } else if details.address.as_ref().is_none_or(|address| !address.check("").is_empty()) {
        StepName::Address
    } else if cart.requires_shipping() && chosen.is_none() {
        StepName::Delivery
    } else {
        StepName::Payment
    }
}

/// Saves e-mail address and note to the merchant.
pub async fn save_contact(shop: &Shop, visitor: &Visitor, email: &str, note: &str) -> Result<View> {
    let (email, note) = (email.trim().to_lowercase(), note.trim().to_owned());
    Check::default()
        .required("email", &email, limits::EMAIL_CHARS)
        .that(limits::is_email(&email), "email", "Enter an e-mail address like name@example.com.")
        .text("note", &note, limits::ORDER_NOTE_CHARS)
        .done()?;
    save(shop, visitor, move |details| {
        details.email = email;
        details.note = note;
    })
    .await
}

/// Saves whom gift cards in the cart go to; without an address the buyer gets them.
///
/// # Errors
/// `Invalid` "gift_email" or "gift_message".
pub async fn save_gift_to(shop: &Shop, visitor: &Visitor, email: &str, message: &str) -> Result<View> {
    let (email, message) = (email.trim().to_lowercase(), message.trim().to_owned());
    Check::default()
        .text("gift_email", &email, limits::EMAIL_CHARS)
        .that(
            email.is_empty() || limits::is_email(&email),
            "gift_email",
            "Enter an e-mail address like name@example.com.",
        )
        .that(message.is_empty() || !email.is_empty(), "gift_email", "Enter whom your words are for.")
        .text("gift_message", &message, limits::GIFT_MESSAGE_CHARS)
        .done()?;
    let gift_to = (!email.is_empty()).then_some(GiftTo { email, message });
    save(shop, visitor, move |details| details.gift_to = gift_to).await
}

/// Says whether to remind of this cart, at the address of the contact step, when it is left.
pub async fn save_reminder(shop: &Shop, visitor: &Visitor, wanted: bool) -> Result<View> {
    save(shop, visitor, move |details| details.remind = wanted).await
}

/// Saves what the card of a present says; empty: there is none.
pub async fn save_gift_note(shop: &Shop, visitor: &Visitor, typed: &str) -> Result<View> {
    // A form sends other line ends than it shows.
    let message = typed.trim().replace("\r\n", "\n");
    Check::default().text("gift_note", &message, limits::GIFT_NOTE_CHARS).done()?;
    save(shop, visitor, move |details| details.gift_note = message).await
}

/// Saves the address after the rules of its country; a delivery method that does not serve it is forgotten.
pub async fn save_address(shop: &Shop, visitor: &Visitor, address: Address) -> Result<View> {
    let address = address.normalised();
    Check::default().extend(address.check("")).done()?;
    save(shop, visitor, move |details| details.address = Some(address)).await
}

/// Chooses one of the offered delivery methods.
pub async fn save_delivery(shop: &Shop, visitor: &Visitor, method: ShippingMethodId) -> Result<View> {
    let offered = view(shop, visitor).await?.delivery_options;
    if offered.iter().all(|option| option.id != method) {
        return Err(Error::field("delivery", "Choose one of the ways to deliver."));
    }
    save(shop, visitor, move |details| details.delivery = Some(method)).await
}

async fn save(shop: &Shop, visitor: &Visitor, change: impl FnOnce(&mut Details)) -> Result<View> {
    let head = head(shop, visitor).await?;
    let before = head.details()?;
    let mut details = before.clone();
    change(&mut details);
    if details != before {
        let now = shop.now_ms();
        let mut tx = shop.db.begin().await?;
        let saved = tx
            .execute(
                "UPDATE cart SET details = $3, version = version + 1, updated_at = $4, expires_at = $5
                 WHERE id = $1 AND version = $2 AND status = 'active'",
                args![head.id, head.version, serde_json::to_string(&details)?, now, now + cart::read::LIFE_MS],
            )
            .await?;
        if saved == 0 {
            return Err(changed());
        }
        tx.commit().await?;
    }
    view(shop, visitor).await
}

async fn head(shop: &Shop, visitor: &Visitor) -> Result<Head> {
    let mut db = &shop.db;
    cart::read::head(&mut db, visitor, shop.now_ms()).await?.ok_or_else(empty)
}

/// What delivery and tax the destination has, and where that is: at the counter, for whoever fetches it. Nothing before the
/// address is known.
async fn destination(
    shop: &Shop,
    visitor: &Visitor,
    cart: &Cart,
    details: &Details,
) -> Result<(Vec<Method>, Taxation, Address)> {
    let mut db = &shop.db;
    let Some(address) = &details.address else {
        // Prices are shown as the home country's shoppers see them until the shopper's is known.
        let rates = tax::rates_at(&mut db, &Destination::home(shop), shop.now_ms()).await?;
        return Ok((Vec::new(), Taxation { rates, ..Taxation::default() }, Address::default()));
    };
    let methods = if cart.requires_shipping() {
        shipping::methods_for(&mut db, address, cart.currency).await?
    } else {
        Vec::new()
    };
    let fetched = methods.iter().find(|method| Some(method.id) == details.delivery);
    let handed_over = fetched.and_then(|method| method.pickup.as_ref()).map_or(address, |pickup| &pickup.address);
    let taxation = tax::taxation(shop, visitor, &Destination::from(handed_over)).await?;
    let handed_over = handed_over.clone();
    Ok((methods, taxation, handed_over))
}

pub(super) fn empty() -> Error {
    Error::conflict("cart_empty", "Your cart is empty.")
}

pub(super) fn changed() -> Error {
    Error::conflict("cart_changed", "Your cart has changed. Please check it before you pay.")
}
