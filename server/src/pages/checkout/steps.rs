//! Contact, address, delivery: each page and what its form saves.

use super::super::cart::{CodeForm, GiftCardForm, words};
use super::super::frame::page;
use super::{AtCheckout, to};
use crate::client_address;
use crate::error::PageError;
use app::components::Form;
use app::pages::checkout::{self as pages, address_form, contact_form};
use axum::extract::{Form as Body, Query};
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;
use shop::address::Address;
use shop::checkout::{self, StepName};
use shop::id::ShippingMethodId;
use shop::{Error, account, promotion};

pub async fn start(at: AtCheckout) -> Response {
    // Whom a gift card is for is asked there, and nobody is asked twice who they are.
    to(if at.view.cart.has_gift_cards() { StepName::Contact } else { at.view.reached })
}

pub async fn contact(mut at: AtCheckout) -> Result<Response, PageError> {
    if at.view.details.email.is_empty() {
        at.view.details.email = at.visitor.customer.as_ref().map(|c| c.email.clone()).unwrap_or_default();
    }
    let form = contact_form(&at.view);
    let site = at.site().await?;
    Ok(page(200, || pages::contact(&site, &at.view, &form)))
}

#[derive(Deserialize)]
pub struct Contact {
    email: String,
    #[serde(default)]
    note: String,
    /// Not empty: remind of this cart.
    #[serde(default)]
    remind: String,
    /// There while a gift card is in the cart.
    gift_email: Option<String>,
    #[serde(default)]
    gift_message: String,
}

impl Contact {
    async fn save(&self, at: &AtCheckout) -> Result<(), Error> {
        let (shop, visitor) = (&at.state.shop, &at.visitor);
        checkout::save_contact(shop, visitor, &self.email, &self.note).await?;
        if let Some(email) = &self.gift_email {
            checkout::save_gift_to(shop, visitor, email, &self.gift_message).await?;
        }
        if visitor.customer.is_none() {
            checkout::save_reminder(shop, visitor, !self.remind.is_empty()).await?;
        }
        Ok(())
    }
}

pub async fn save_contact(at: AtCheckout, Body(form): Body<Contact>) -> Result<Response, PageError> {
    match form.save(&at).await {
        Ok(()) => Ok(to(StepName::Address)),
        Err(error @ Error::Invalid(_)) => {
            let again = Form::new("contact")
                .with("email", form.email)
                .with("note", form.note)
                .with("remind", form.remind)
                .with("gift_email", form.gift_email.unwrap_or_default())
                .with("gift_message", form.gift_message)
                .refused(&error);
            let site = at.site().await?;
            Ok(page(error.status(), || pages::contact(&site, &at.view, &again)))
        }
        Err(error) => Err(error.into()),
    }
}

/// An address as a form sends it.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct AddressFields {
    name: String,
    company: String,
    line1: String,
    line2: String,
    city: String,
    region: String,
    postal_code: String,
    country: String,
    phone: String,
    update_country: String,
}

impl AddressFields {
    pub fn address(&self) -> Address {
        Address {
            name: self.name.clone(),
            company: self.company.clone(),
            line1: self.line1.clone(),
            line2: self.line2.clone(),
            city: self.city.clone(),
            region: self.region.clone(),
            postal_code: self.postal_code.clone(),
            country: self.country.clone(),
            phone: self.phone.clone(),
        }
    }

    /// Without scripts: draw the form again for the chosen country, save nothing.
    pub fn updates_country(&self) -> bool {
        !self.update_country.is_empty()
    }
}

#[derive(Deserialize)]
pub struct ForCountry {
    country: Option<String>,
}

pub async fn address(at: AtCheckout, Query(query): Query<ForCountry>) -> Result<Response, PageError> {
    if let Some(response) = at.too_early(StepName::Address) {
        return Ok(response);
    }
    let mut address = at.view.details.address.clone().unwrap_or_else(|| Address {
        name: at.visitor.customer.as_ref().map(|customer| customer.name.clone()).unwrap_or_default(),
        country: at.state.shop.settings.home_country.clone(),
        ..Address::default()
    });
    if let Some(country) = query.country {
        address.country = country;
    }
    draw_address(&at, 200, &address_form(&address)).await
}

async fn draw_address(at: &AtCheckout, status: u16, form: &Form) -> Result<Response, PageError> {
    let saved: Vec<Address> = match &at.visitor.customer {
        Some(customer) => {
            account::addresses(&at.state.shop, customer).await?.into_iter().map(|saved| saved.address).collect()
        }
        None => Vec::new(),
    };
    let site = at.site().await?;
    Ok(page(status, || pages::address(&site, &at.view, form, &saved)))
}

pub async fn save_address(at: AtCheckout, Body(fields): Body<AddressFields>) -> Result<Response, PageError> {
    let address = fields.address();
    if fields.updates_country() {
        return draw_address(&at, 200, &address_form(&address)).await;
    }
    match checkout::save_address(&at.state.shop, &at.visitor, address.clone()).await {
        Ok(view) => Ok(to(if view.cart.requires_shipping() { StepName::Delivery } else { StepName::Payment })),
        Err(error @ Error::Invalid(_)) => {
            draw_address(&at, error.status(), &address_form(&address).refused(&error)).await
        }
        Err(error) => Err(error.into()),
    }
}

pub async fn delivery(at: AtCheckout) -> Result<Response, PageError> {
    if let Some(response) = at.too_early(StepName::Delivery) {
        return Ok(response);
    }
    if !at.view.cart.requires_shipping() {
        return Ok(to(StepName::Payment));
    }
    let site = at.site().await?;
    Ok(page(200, || pages::delivery(&site, &at.view, &pages::delivery_form(&at.view))))
}

#[derive(Deserialize)]
pub struct Delivery {
    #[serde(default)]
    delivery: String,
    #[serde(default)]
    gift_note: String,
}

pub async fn save_delivery(at: AtCheckout, Body(form): Body<Delivery>) -> Result<Response, PageError> {
    let (shop, visitor) = (&at.state.shop, &at.visitor);
    let saved = match form.delivery.parse::<ShippingMethodId>() {
        Ok(method) => match checkout::save_gift_note(shop, visitor, &form.gift_note).await {
            Ok(_) => checkout::save_delivery(shop, visitor, method).await,
            refused => refused,
        },
        Err(_) => Err(Error::field("delivery", "Choose one of the ways to deliver.")),
    };
    match saved {
        Ok(_) => Ok(to(StepName::Payment)),
        Err(error @ Error::Invalid(_)) => {
            let again = Form::new("delivery").with("gift_note", form.gift_note).refused(&error);
            let site = at.site().await?;
            Ok(page(error.status(), || pages::delivery(&site, &at.view, &again)))
        }
        Err(error) => Err(error.into()),
    }
}

/// A code that is typed, or taken out, beside any step; a refusal is shown there.
pub async fn code(
    client_address::From(address): client_address::From,
    mut at: AtCheckout,
    Body(form): Body<CodeForm>,
) -> Result<Response, PageError> {
    let step = pages::step_of(&form.from).unwrap_or(at.view.reached);
    let (shop, visitor) = (&at.state.shop, &at.visitor);
    let outcome = if form.remove.is_empty() {
        promotion::add_code(shop, visitor, &address, &form.code).await
    } else {
        promotion::remove_code(shop, visitor, &form.code).await
    };
    let error = match outcome {
        Ok(_) | Err(Error::NotFound("code")) => return Ok(to(step)),
        Err(error @ Error::Invalid(_)) => error,
        Err(error) => return Err(error.into()),
    };
    at.view.refused_code = Some((form.code, words(&error)));
    refused(at, step).await
}

/// A gift card that is typed or taken out, or the credit that is to pay, beside any step; a refusal is shown there.
pub async fn gift_card(
    client_address::From(address): client_address::From,
    mut at: AtCheckout,
    Body(form): Body<GiftCardForm>,
) -> Result<Response, PageError> {
    let step = pages::step_of(&form.from).unwrap_or(at.view.reached);
    match form.carry_out(&at.state.shop, &at.visitor, &address).await {
        Ok(()) => return Ok(to(step)),
        Err(error @ Error::Invalid(_)) => at.view.refused_card = Some((form.gift_card, words(&error))),
        Err(error) => return Err(error.into()),
    }
    refused(at, step).await
}

/// The step once more, with what was refused beside it.
async fn refused(at: AtCheckout, step: StepName) -> Result<Response, PageError> {
    let mut response = match step {
        StepName::Contact => contact(at).await?,
        StepName::Address => self::address(at, Query(ForCountry { country: None })).await?,
        StepName::Delivery => delivery(at).await?,
        StepName::Payment => super::payment(at).await?,
    };
    if response.status() == StatusCode::OK {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}
