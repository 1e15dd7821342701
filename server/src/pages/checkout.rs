//! The steps of the checkout, placing the order, and what comes of it.

mod place;
mod steps;

pub use place::{cancel, outcome, payment, place};
pub use steps::{
    AddressFields, address, code, contact, delivery, gift_card, save_address, save_contact, save_delivery, start,
};

use super::frame::site;
use crate::error::PageError;
use crate::state::AppState;
use app::pages::checkout::step_path;
use app::shell::Site;
use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Redirect, Response};
use http::Uri;
use http::request::Parts;
use shop::account::Visitor;
use shop::checkout::{self, StepName, View};
use shop::{Error, Result, credit};

/// A shopper with a cart that can be bought, at one of the steps.
pub struct AtCheckout {
    state: AppState,
    visitor: Visitor,
    uri: Uri,
    view: View,
}

/// Why there is no checkout: the cart is empty or has to be looked at first.
pub enum NoCheckout {
    ToCart,
    Failed(PageError),
}

impl IntoResponse for NoCheckout {
    fn into_response(self) -> Response {
        match self {
            Self::ToCart => Redirect::to("/cart").into_response(),
            Self::Failed(error) => error.into_response(),
        }
    }
}

impl FromRequestParts<AppState> for AtCheckout {
    type Rejection = NoCheckout;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, NoCheckout> {
        let visitor = Visitor::from_request_parts(parts, state).await.map_err(NoCheckout::Failed)?;
        let mut view = match checkout::view(&state.shop, &visitor).await {
            Ok(view) => view,
            Err(Error::Conflict { .. } | Error::NotFound(_)) => return Err(NoCheckout::ToCart),
            Err(error) => return Err(NoCheckout::Failed(error.into())),
        };
        if view.cart.lines.iter().any(|line| line.problem.is_some()) {
            return Err(NoCheckout::ToCart);
        }
        let credit = credit::unused(&state.shop, &visitor, view.cart.currency, &view.tender).await;
        view.credit = credit.map_err(|error| NoCheckout::Failed(error.into()))?;
        Ok(Self { state: state.clone(), visitor, uri: parts.uri.clone(), view })
    }
}

impl AtCheckout {
    async fn site(&self) -> Result<Site> {
        site(&self.state, &self.visitor, &self.uri).await
    }

    /// Where to go first when `step` cannot be shown yet.
    fn too_early(&self, step: StepName) -> Option<Response> {
        (step > self.view.reached).then(|| to(self.view.reached))
    }
}

fn to(step: StepName) -> Response {
    Redirect::to(step_path(step)).into_response()
}
