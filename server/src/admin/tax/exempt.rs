//! Who is exempt: groups, and numbers that are written down, verified and taken back.

use super::super::desk::{Desk, form, mendable};
use super::{Answer, Pairs, SECTION};
use admin::form::Form;
use admin::page::tax::{self as view, HERE};
use admin::part::Place;
use axum::extract::{Form as Body, Path, Query};
use http::StatusCode;
use serde::Deserialize;
use shop::Error;
use shop::id::{GroupId, TaxExemptionId};
use shop::tax;

const ROWS: i64 = 50;

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Sought {
    at: String,
}

fn here() -> String {
    format!("{HERE}/exemptions")
}

pub async fn list(desk: Desk, Query(sought): Query<Sought>) -> Answer {
    draw(&desk, StatusCode::OK, Form::new("number"), &sought.at).await
}

pub async fn add(desk: Desk, Body(pairs): Pairs) -> Answer {
    let form = form("number", pairs);
    let (draft, errors) = view::read_certificate(&form);
    let added = if errors.is_empty() {
        tax::add_certificate(&desk.shop, &desk.staff, &draft).await
    } else {
        Err(Error::Invalid(errors))
    };
    match added {
        Ok(_) => Ok(desk.done(&here(), "The number is saved. It counts once you have verified it.").await?),
        Err(error) => {
            let (status, fields) = mendable(error)?;
            draw(&desk, status, form.refused(fields), "").await
        }
    }
}

pub async fn verify(desk: Desk, Path(id): Path<TaxExemptionId>, Body(pairs): Pairs) -> Answer {
    let verified = form("number", pairs).is_on("verified");
    tax::set_verified(&desk.shop, &desk.staff, id, verified).await?;
    let said = if verified { "The number is verified." } else { "The number counts no longer." };
    Ok(desk.done(&here(), said).await?)
}

pub async fn remove(desk: Desk, Path(id): Path<TaxExemptionId>) -> Answer {
    tax::remove_certificate(&desk.shop, &desk.staff, id).await?;
    Ok(desk.done(&here(), "The number is removed.").await?)
}

pub async fn set_group(desk: Desk, Path(id): Path<GroupId>, Body(pairs): Pairs) -> Answer {
    let exempt = form("group", pairs).is_on("exempt");
    tax::set_exempt_group(&desk.shop, &desk.staff, id, exempt).await?;
    let said = if exempt { "Members with a verified number are exempt." } else { "Its members are taxed." };
    Ok(desk.done(&here(), said).await?)
}

async fn draw(desk: &Desk, status: StatusCode, form: Form, at: &str) -> Answer {
    let (shop, staff) = (&desk.shop, &desk.staff);
    let groups = tax::exempt_groups(shop, staff).await?;
    let found = tax::certificates(shop, staff, Place::cursor(at), ROWS).await?;
    let place = Place::new(here(), at, found.next);
    let now = shop.now_ms();
    let draw = || view::exemptions(groups, found.items, &place, &form, now);
    Ok(desk.page_with(status, SECTION, "Tax exemptions", draw).await)
}
