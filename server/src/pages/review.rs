//! The reviews on a product page: reading them, writing one's own, saying which helped.

mod sent;

use super::catalogue::{Around, Shown, chosen, draw_with};
use crate::error::PageError;
use crate::state::AppState;
use app::components::Form;
use app::pages::review::Section;
use axum::extract::{Form as Body, Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::Uri;
use sent::Sent;
use serde::Deserialize;
use shop::account::{Customer, Visitor};
use shop::catalogue::{self, Page, Product};
use shop::id::ReviewId;
use shop::limits::REVIEW_STARS;
use shop::review::{self, Asked, Written};
use shop::{Error, Result};

/// Reviews on one page.
const ROWS: i64 = 8;

/// Which reviews to show and what to say about the last try to write one.
#[derive(Default)]
pub struct Wanted {
    pub stars: Option<i64>,
    /// Only those with pictures.
    pub pictured: bool,
    pub after: Option<String>,
    /// The form as it was sent, after a refusal.
    pub form: Option<Form>,
}

impl Wanted {
    /// From the address; stars that nobody can give count as none.
    pub fn read(stars: Option<&str>, pictured: bool, after: Option<String>) -> Self {
        let stars = stars.and_then(|text| text.parse().ok()).filter(|stars| REVIEW_STARS.contains(stars));
        Self { stars, pictured, after: after.filter(|text| !text.is_empty()), form: None }
    }
}

/// Everything that the reviews' part of the page shows. Products without a review cost no statement but the customer's own.
pub async fn section(state: &AppState, visitor: &Visitor, product: &Product, wanted: Wanted) -> Result<Section> {
    let shop = &state.shop;
    let viewer = visitor.customer.as_ref();
    let asked = Asked { stars: wanted.stars, pictured: wanted.pictured, after: wanted.after.as_deref(), rows: ROWS };
    let (page, with_pictures) = if product.rating.reviews() > 0 {
        let page = review::of_product(shop, product.id, viewer, asked).await?;
        (page, review::pictured(shop, product.id).await?)
    } else {
        (Page { items: Vec::new(), next: None }, 0)
    };
    let own = match viewer {
        Some(customer) => review::own(shop, customer, product.id).await?,
        None => None,
    };
    let (signed_in, is_later) = (viewer.is_some(), wanted.after.is_some());
    let Wanted { stars, pictured, form, .. } = wanted;
    let form = form.unwrap_or_else(|| blank(viewer, own.as_ref()));
    Ok(Section { page, stars, pictured, with_pictures, is_later, signed_in, own, form })
}

/// What stands in the form at first: the review there is, or the customer's first name.
fn blank(viewer: Option<&Customer>, own: Option<&Written>) -> Form {
    let form = Form::new("review");
    match (own, viewer) {
        (Some(own), _) => form
            .with("rating", own.draft.rating.to_string())
            .with("title", &own.draft.title)
            .with("text", &own.draft.text)
            .with("author", &own.draft.author),
        (None, Some(customer)) => form.with("author", customer.name.split_whitespace().next().unwrap_or_default()),
        (None, None) => form,
    }
}

/// The way back after something was done.
pub async fn show(Path(slug): Path<String>) -> Redirect {
    Redirect::to(&format!("/p/{}#reviews", segment(&slug)))
}

pub async fn write(
    State(state): State<AppState>,
    Path(slug): Path<String>,
    visitor: Visitor,
    uri: Uri,
    sent: Sent,
) -> Result<Response, PageError> {
    let Some(customer) = &visitor.customer else { return Ok(to_log_in(&slug, "own-review")) };
    let product = catalogue::product_by_slug(&state.shop, &slug, &visitor).await?;
    let (form, draft) = (sent.form(), sent.draft());
    let done = match sent.pictures() {
        Ok(pictures) => review::write_with(&state.shop, customer, product.id, &draft, pictures).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/p/{}#own-review", segment(&slug))).into_response()),
        Err(error @ (Error::Invalid(_) | Error::TooMany { .. } | Error::Unavailable { .. })) => {
            let reviews = Wanted { form: Some(form.refused(&error)), ..Wanted::default() };
            let chosen = chosen(&product, None, &[]);
            let shown = Shown { status: error.status(), chosen, around: Around::default(), reviews };
            draw_with(&state, &visitor, &uri, product, shown).await
        }
        Err(error) => Err(error.into()),
    }
}

#[derive(Deserialize)]
pub struct Vote {
    /// "0" takes it back.
    #[serde(default)]
    helpful: String,
}

pub async fn vote(
    State(state): State<AppState>,
    Path((slug, review)): Path<(String, ReviewId)>,
    visitor: Visitor,
    Body(vote): Body<Vote>,
) -> Result<Response, PageError> {
    let Some(customer) = &visitor.customer else { return Ok(to_log_in(&slug, "reviews")) };
    review::vote(&state.shop, customer, review, vote.helpful != "0").await?;
    Ok(Redirect::to(&format!("/p/{}#review-{review}", segment(&slug))).into_response())
}

/// Through the log-in and back to a part of the product's page.
fn to_log_in(slug: &str, part: &str) -> Response {
    let next = segment(&format!("/p/{}#{part}", segment(slug)));
    Redirect::to(&format!("/login?next={next}")).into_response()
}

/// Text as a part of an address.
fn segment(text: &str) -> String {
    app::variants::query_value(text)
}
