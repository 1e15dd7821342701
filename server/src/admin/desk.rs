//! Where a merchant's request is handled: who asks, the shop, and how to answer.

use crate::assets;
use crate::error::PageError;
use crate::render::render;
use crate::session::{RequireOwner, RequireStaff};
use crate::state::AppState;
use admin::form::Form;
use admin::shell::{self, Assets, Flash, Frame};
use axum::extract::FromRequestParts;
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::StatusCode;
use http::request::Parts;
use leptos::prelude::AnyView;
use shop::staff::Staff;
use shop::{Error, FieldError, Result, Shop};
use tower_sessions::Session;

const FLASH: &str = "flash";

/// A request by somebody of the staff.
pub struct Desk {
    pub shop: Shop,
    pub staff: Staff,
    pub session: Session,
}

/// A request by an owner.
pub struct OwnersDesk(pub Desk);

impl FromRequestParts<AppState> for Desk {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> std::result::Result<Self, PageError> {
        let RequireStaff(staff) =
            <RequireStaff as FromRequestParts<AppState>>::from_request_parts(parts, state).await?;
        let session = parts.extensions.get::<Session>().cloned();
        let session = session.ok_or_else(|| Error::Internal("the admin stands outside the session layer".into()))?;
        Ok(Self { shop: state.shop.clone(), staff, session })
    }
}

impl FromRequestParts<AppState> for OwnersDesk {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> std::result::Result<Self, PageError> {
        let RequireOwner(_) = RequireOwner::from_request_parts(parts, state).await?;
        Ok(Self(Desk::from_request_parts(parts, state).await?))
    }
}

impl Desk {
    /// Answers with a page. `section` names its entry in the navigation.
    pub async fn page(&self, section: &'static str, title: &str, view: impl FnOnce() -> AnyView) -> Response {
        self.page_with(StatusCode::OK, section, title, view).await
    }

    pub async fn page_with(
        &self,
        status: StatusCode,
        section: &'static str,
        title: &str,
        view: impl FnOnce() -> AnyView,
    ) -> Response {
        let frame = Frame {
            title: title.to_owned(),
            shop_name: self.shop.settings.shop_name.clone(),
            section,
            staff: self.staff.clone(),
            flash: self.flash().await,
            assets: files(),
        };
        (status, Html(render(|| shell::document(frame, view())))).into_response()
    }

    /// Goes back to a page that then says `text` once.
    pub async fn done(&self, path: &str, text: impl Into<String>) -> Result<Response> {
        self.say(path, Flash { good: true, text: text.into() }).await
    }

    /// Goes back to a page that then says why nothing happened.
    pub async fn refused(&self, path: &str, text: impl Into<String>) -> Result<Response> {
        self.say(path, Flash { good: false, text: text.into() }).await
    }

    /// What is to be said once.
    async fn flash(&self) -> Option<Flash> {
        let flash = self.session.get(FLASH).await.ok()??;
        // Only now: taking out what is not there would be written as a change, for every page.
        self.session.remove_value(FLASH).await.ok();
        Some(flash)
    }

    async fn say(&self, path: &str, flash: Flash) -> Result<Response> {
        let kept = self.session.insert(FLASH, flash).await;
        kept.map_err(|error| Error::Internal(format!("session: {error}")))?;
        Ok(Redirect::to(path).into_response())
    }
}

/// A page for somebody who is not logged in.
pub fn outside(shop: &Shop, status: StatusCode, title: &str, view: impl FnOnce() -> AnyView) -> Response {
    let html = render(|| shell::outside(title, &shop.settings.shop_name, files(), view()));
    (status, Html(html)).into_response()
}

/// What the person who sent a form can mend: the fields and the status of the answer. Anything else stays an error.
pub fn mendable(error: Error) -> Result<(StatusCode, Vec<FieldError>)> {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    match error {
        Error::Invalid(fields) => Ok((status, fields)),
        Error::Conflict { message, .. } | Error::Declined { message, .. } | Error::Unavailable { message, .. } => {
            Ok((status, vec![FieldError { field: String::new(), message }]))
        }
        Error::SoldOut(_) => {
            let message = error.problem().detail;
            Ok((status, vec![FieldError { field: String::new(), message }]))
        }
        other => Err(other),
    }
}

/// The pairs of a sent form, for reading and for drawing it again.
pub fn form(id: &'static str, pairs: Vec<(String, String)>) -> Form {
    Form { id, values: pairs, errors: Vec::new() }
}

fn files() -> Assets {
    Assets {
        style: assets::url("admin.css"),
        loader: assets::url("loader.js"),
        module: assets::url("admin.js"),
        wasm: assets::url("admin.wasm"),
        icon: "/favicon.svg",
    }
}
