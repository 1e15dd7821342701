//! Reviews: the queue, one review, and what is decided about it.

use super::desk::{Desk, form, mendable};
use crate::error::PageError;
use admin::form::Form;
use admin::page::review::{self as view, Sought};
use admin::part::{Place, encode};
use axum::extract::{Form as Body, Path, Query};
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;
use shop::id::{ReviewId, ReviewPictureId};
use shop::limits::REVIEW_STARS;
use shop::review::{self, Filter, State};
use shop::{Error, Result};

type Answer = std::result::Result<Response, PageError>;
type Pairs = Vec<(String, String)>;

const ROWS: i64 = 25;
const LIST: &str = "/admin/reviews";

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    state: String,
    rating: String,
    q: String,
    at: String,
}

pub async fn list(desk: Desk, Query(asked): Query<Asked>) -> Answer {
    let rating = asked.rating.parse().ok().filter(|stars| REVIEW_STARS.contains(stars));
    let filter = Filter {
        state: State::parse(&asked.state),
        rating,
        text: asked.q.clone(),
        after: Place::cursor(&asked.at).map(str::to_owned),
        rows: ROWS,
    };
    let found = review::list(&desk.shop, &desk.staff, &filter).await?;
    let counts = review::counts(&desk.shop, &desk.staff).await?;
    let distribution = review::distribution(&desk.shop, &desk.staff).await?;
    let sought = Sought { state: filter.state, rating, text: filter.needle() };
    let place = Place::new(sought.address(), &asked.at, found.next);
    let draw = || view::list(found.items, counts, distribution, &sought, &place);
    Ok(desk.page("reviews", "Reviews", draw).await)
}

pub async fn detail(desk: Desk, Path(id): Path<ReviewId>) -> Answer {
    draw(&desk, StatusCode::OK, id, &Form::new("decide")).await
}

pub async fn approve(desk: Desk, Path(id): Path<ReviewId>, Body(pairs): Body<Pairs>) -> Answer {
    let form = form("decide", pairs);
    let done = match version(&form) {
        Ok(version) => review::approve(&desk.shop, &desk.staff, id, version).await,
        Err(error) => Err(error),
    };
    answer(&desk, id, form, done, LIST, "The review is shown.").await
}

pub async fn reject(desk: Desk, Path(id): Path<ReviewId>, Body(pairs): Body<Pairs>) -> Answer {
    let form = form("decide", pairs);
    let done = match version(&form) {
        Ok(version) => review::reject(&desk.shop, &desk.staff, id, version, form.value("reason")).await,
        Err(error) => Err(error),
    };
    answer(&desk, id, form, done, LIST, "The review is not shown; its author reads the reason.").await
}

pub async fn reply(desk: Desk, Path(id): Path<ReviewId>, Body(pairs): Body<Pairs>) -> Answer {
    let form = form("decide", pairs);
    let done = match version(&form) {
        Ok(version) => review::reply(&desk.shop, &desk.staff, id, version, form.value("reply")).await,
        Err(error) => Err(error),
    };
    let text = if form.value("reply").trim().is_empty() { "The reply is gone." } else { "The reply is saved." };
    answer(&desk, id, form, done, &format!("{LIST}/{}", encode(&id.to_string())), text).await
}

pub async fn remove_picture(
    desk: Desk,
    Path((id, picture)): Path<(ReviewId, ReviewPictureId)>,
    Body(pairs): Body<Pairs>,
) -> Answer {
    let form = form("decide", pairs);
    let done = match version(&form) {
        Ok(version) => review::remove_picture(&desk.shop, &desk.staff, id, version, picture).await,
        Err(error) => Err(error),
    };
    answer(&desk, id, form, done, &format!("{LIST}/{}", encode(&id.to_string())), "The picture is gone.").await
}

/// Which version of the review was read.
fn version(form: &Form) -> Result<i64> {
    form.value("version").parse().map_err(|_| Error::field("version", "Please open the review again."))
}

async fn answer(desk: &Desk, id: ReviewId, form: Form, done: Result<()>, to: &str, text: &str) -> Answer {
    match done {
        Ok(()) => Ok(desk.done(to, text).await?),
        Err(error) => {
            let (status, fields) = mendable(error)?;
            draw(desk, status, id, &form.refused(fields)).await
        }
    }
}

async fn draw(desk: &Desk, status: StatusCode, id: ReviewId, form: &Form) -> Answer {
    let entry = review::detail(&desk.shop, &desk.staff, id).await?;
    let title = format!("Review of {}", entry.product);
    let is_owner = desk.staff.is_owner();
    Ok(desk.page_with(status, "reviews", &title, || view::detail(&entry, is_owner, form)).await)
}
