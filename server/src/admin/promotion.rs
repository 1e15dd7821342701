//! Promotions: made, changed, archived, given codes, tried out.

use super::desk::{Desk, form, mendable};
use crate::error::PageError;
use admin::form::Form;
use admin::page::promotion::{self as view, Choices, Codes, Named};
use admin::part::Place;
use axum::extract::{Form as Body, Path, Query};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use serde::Deserialize;
use shop::catalogue::edit;
use shop::id::{PromotionCodeId, PromotionId};
use shop::money::Currency;
use shop::pricing::{Effect, Rule};
use shop::promotion::{self, Draft, Sample, State};
use shop::{Error, collection, customer_group};

type Answer = std::result::Result<Response, PageError>;
type Pairs = Body<Vec<(String, String)>>;

const ROWS: i64 = 50;
const HERE: &str = "/admin/discounts";

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Sought {
    state: String,
    at: String,
    batch: String,
}

pub async fn list(desk: Desk, Query(sought): Query<Sought>) -> Answer {
    let state = State::ALL.into_iter().find(|state| state.code() == sought.state).unwrap_or(State::Active);
    let found = promotion::list(&desk.shop, &desk.staff, state).await?;
    let now = desk.shop.now_ms();
    Ok(desk.page("discounts", "Discounts", || view::list(found, state, now)).await)
}

pub async fn new_page(desk: Desk) -> Answer {
    let mut rule = Rule::new(Effect::Percent { percent: 10 });
    rule.combines.delivery = true;
    let form = view::form_of(&Draft::new("", true, rule), &Named::default(), 0);
    draw(&desk, StatusCode::OK, None, Some(form), None, "").await
}

pub async fn show(desk: Desk, Path(id): Path<PromotionId>, Query(sought): Query<Sought>) -> Answer {
    draw(&desk, StatusCode::OK, Some(id), None, None, &sought.at).await
}

/// The draft that a form says, with what it names by SKU.
async fn read(desk: &Desk, form: &Form) -> shop::Result<Draft> {
    let (mut draft, errors) = view::read(form);
    if !errors.is_empty() {
        return Err(Error::Invalid(errors));
    }
    let products = promotion::variants(&desk.shop, "products", form.value("products")).await?;
    draft.rule.scope.products = products.into_iter().map(|(_, product)| product).collect();
    if let Effect::Gift { variants, .. } = &mut draft.rule.effect {
        let gifts = promotion::variants(&desk.shop, "gifts", form.value("gifts")).await?;
        *variants = gifts.into_iter().map(|(variant, _)| variant).collect();
    }
    Ok(draft)
}

fn wanted(form: &Form) -> State {
    if form.value("do") == "active" { State::Active } else { State::Draft }
}

pub async fn create(desk: Desk, Body(pairs): Pairs) -> Answer {
    let form = form("promotion", pairs);
    let made = match read(&desk, &form).await {
        Ok(draft) => promotion::create(&desk.shop, &desk.staff, &draft, wanted(&form)).await,
        Err(error) => Err(error),
    };
    match made {
        Ok(id) => Ok(desk.done(&format!("{HERE}/{id}"), "The discount is saved.").await?),
        Err(error) => {
            let (status, fields) = mendable(error)?;
            draw(&desk, status, None, Some(form.refused(fields)), None, "").await
        }
    }
}

pub async fn save(desk: Desk, Path(id): Path<PromotionId>, Body(pairs): Pairs) -> Answer {
    let form = form("promotion", pairs);
    let version = form.value("version").parse().unwrap_or_default();
    let saved = match read(&desk, &form).await {
        Ok(draft) => promotion::update(&desk.shop, &desk.staff, id, &draft, wanted(&form), version).await,
        Err(error) => Err(error),
    };
    match saved {
        Ok(()) => Ok(desk.done(&format!("{HERE}/{id}"), "The discount is saved.").await?),
        Err(error) => {
            let (status, fields) = mendable(error)?;
            draw(&desk, status, Some(id), Some(form.refused(fields)), None, "").await
        }
    }
}

#[derive(Deserialize)]
pub struct Version {
    version: i64,
}

pub async fn archive(desk: Desk, Path(id): Path<PromotionId>, Body(sent): Body<Version>) -> Answer {
    match promotion::set_state(&desk.shop, &desk.staff, id, State::Archived, sent.version).await {
        Ok(()) => Ok(desk.done(HERE, "The discount is archived.").await?),
        Err(Error::Conflict { message, .. }) => Ok(desk.refused(&format!("{HERE}/{id}"), message).await?),
        Err(error) => Err(error.into()),
    }
}

/// A number, or what to say instead.
fn number(form: &Form, field: &str) -> shop::Result<i64> {
    form.value(field).trim().parse().map_err(|_| Error::field(field, "A whole number, please."))
}

pub async fn add_code(desk: Desk, Path(id): Path<PromotionId>, Body(pairs): Pairs) -> Answer {
    let form = form("codes", pairs);
    let done = async {
        let uses = if form.value("uses").trim().is_empty() { None } else { Some(number(&form, "uses")?) };
        promotion::create_code(&desk.shop, &desk.staff, id, form.value("code"), uses, form.value("customer")).await
    };
    match done.await {
        Ok(()) => Ok(desk.done(&format!("{HERE}/{id}"), "The code is added.").await?),
        Err(error) => {
            let (status, fields) = mendable(error)?;
            draw(&desk, status, Some(id), None, Some(form.refused(fields)), "").await
        }
    }
}

pub async fn generate(desk: Desk, Path(id): Path<PromotionId>, Body(pairs): Pairs) -> Answer {
    let form = form("codes", pairs);
    let done = async {
        let (count, each) = (number(&form, "count")?, number(&form, "each")?);
        promotion::generate(&desk.shop, &desk.staff, id, count, form.value("prefix"), each).await?;
        Ok(count)
    };
    match done.await {
        Ok(count) => Ok(desk.done(&format!("{HERE}/{id}"), format!("{count} codes are made.")).await?),
        Err(error) => {
            let (status, fields) = mendable(error)?;
            draw(&desk, status, Some(id), None, Some(form.refused(fields)), "").await
        }
    }
}

#[derive(Deserialize)]
pub struct Active {
    #[serde(default)]
    active: String,
}

pub async fn set_code(
    desk: Desk,
    Path((id, code)): Path<(PromotionId, PromotionCodeId)>,
    Body(sent): Body<Active>,
) -> Answer {
    promotion::set_code(&desk.shop, &desk.staff, id, code, !sent.active.is_empty()).await?;
    let said = if sent.active.is_empty() { "The code is withdrawn." } else { "The code is given out again." };
    Ok(desk.done(&format!("{HERE}/{id}"), said).await?)
}

pub async fn download(desk: Desk, Path(id): Path<PromotionId>, Query(sought): Query<Sought>) -> Answer {
    promotion::detail(&desk.shop, &desk.staff, id).await?;
    let text = promotion::export(&desk.shop, &desk.staff, id, Some(&sought.batch)).await?;
    let headers =
        [(CONTENT_TYPE, "text/csv; charset=utf-8"), (CONTENT_DISPOSITION, "attachment; filename=\"codes.csv\"")];
    Ok((headers, text).into_response())
}

/// Asked by address, so that a sample can be handed to a colleague.
pub async fn try_out(desk: Desk, Query(pairs): Query<Vec<(String, String)>>) -> Answer {
    let settings = &desk.shop.settings;
    let currencies: Vec<String> = settings.currencies.iter().map(|currency| currency.code().to_owned()).collect();
    let first = currencies.first().cloned().unwrap_or_default();
    let (mut status, mut found) = (StatusCode::OK, None);
    let mut shown = view::sample_form(&first, &settings.home_country, desk.shop.now_ms());
    if !pairs.is_empty() {
        shown = form("sample", pairs);
        match sample(&shown) {
            Ok(sample) => match promotion::simulate(&desk.shop, &desk.staff, &sample).await {
                Ok(simulated) => found = Some(simulated),
                Err(error) => {
                    let (refused, fields) = mendable(error)?;
                    (status, shown) = (refused, shown.refused(fields));
                }
            },
            Err(error) => {
                let (refused, fields) = mendable(error)?;
                (status, shown) = (refused, shown.refused(fields));
            }
        }
    }
    let draw = || view::simulate(&shown, currencies, found.as_ref());
    Ok(desk.page_with(status, "discounts", "Try out discounts", draw).await)
}

fn sample(form: &Form) -> shop::Result<Sample> {
    let unread = || Error::field("lines", "One on each line: a SKU and how many, like MUG 2.");
    let lines = form.value("lines").lines().map(str::trim).filter(|line| !line.is_empty());
    let lines = lines.map(|line| match line.rsplit_once(char::is_whitespace) {
        Some((sku, units)) => Ok((sku.trim().to_owned(), units.parse().map_err(|_| unread())?)),
        None => Ok((line.to_owned(), 1)),
    });
    Ok(Sample {
        lines: lines.collect::<shop::Result<_>>()?,
        currency: Currency::parse(form.value("currency"))
            .ok_or_else(|| Error::field("currency", "Choose a currency."))?,
        country: form.value("country").trim().to_uppercase(),
        customer: form.value("customer").to_owned(),
        code: form.value("code").to_owned(),
        at: admin::date::parse_local(form.value("at").trim())
            .ok_or_else(|| Error::field("at", "A day and a time, please."))?,
    })
}

/// The page of a promotion, or of a new one; `form` as it was sent, else as the promotion is stored.
async fn draw(
    desk: &Desk,
    status: StatusCode,
    id: Option<PromotionId>,
    form: Option<Form>,
    code_form: Option<Form>,
    at: &str,
) -> Answer {
    let (shop, staff) = (&desk.shop, &desk.staff);
    let stored = match id {
        Some(id) => Some(promotion::detail(shop, staff, id).await?),
        None => None,
    };
    let form = match (form, &stored) {
        (Some(form), _) => form,
        (None, Some(stored)) => {
            let rule = &stored.draft.rule;
            let gifts = match &rule.effect {
                Effect::Gift { variants, .. } => variants.as_slice(),
                _ => &[],
            };
            let (gifts, products) = promotion::skus(shop, gifts, &rule.scope.products).await?;
            view::form_of(&stored.draft, &Named { gifts, products }, stored.version)
        }
        (None, None) => Form::new("promotion"),
    };
    let choices = choices(desk).await?;
    let of_codes = match &stored {
        Some(stored) if stored.draft.by_code => {
            let after = Place::cursor(at).unwrap_or_default().to_owned();
            let found = promotion::codes(shop, staff, stored.id, &after, ROWS).await?;
            let place = Place::new(format!("{HERE}/{}", stored.id), at, found.next);
            let form = code_form.unwrap_or_else(view::code_form);
            Some(Codes { promotion: stored.id, codes: found.items, place, form })
        }
        _ => None,
    };
    let title = stored.as_ref().map_or("Add discount".to_owned(), |stored| stored.draft.title.clone());
    let now = shop.now_ms();
    let draw = || view::show(stored.as_ref(), &choices, &form, of_codes, now);
    Ok(desk.page_with(status, "discounts", &title, draw).await)
}

async fn choices(desk: &Desk) -> shop::Result<Choices> {
    let (shop, staff) = (&desk.shop, &desk.staff);
    let categories = edit::categories(shop, staff).await?;
    let collections = collection::list(shop, staff).await?;
    let groups = customer_group::list(shop, staff).await?;
    Ok(Choices {
        categories: categories.into_iter().map(|(id, title)| (id.to_string(), title)).collect(),
        collections: collections.into_iter().map(|one| (one.id.to_string(), one.title)).collect(),
        groups: groups.into_iter().map(|group| (group.id.to_string(), group.name)).collect(),
        currencies: shop.settings.currencies.iter().map(|currency| currency.code().to_owned()).collect(),
    })
}
