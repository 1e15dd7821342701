//! Looking for products.

use super::frame::{page, site};
use crate::error::PageError;
use crate::state::AppState;
use app::pages::search::{self as view, Choices};
use axum::extract::State;
use axum::response::Response;
use http::Uri;
use shop::FieldError;
use shop::account::Visitor;
use shop::money::{Currency, Money};
use shop::search::{self, Query};

const ROWS: i64 = 24;
/// A page that no list has, for those who write another number into the address.
const NO_PAGE: usize = 400;

/// Prices that cannot be read are named and left out of the search; everything else stays as it was chosen.
pub async fn search(State(state): State<AppState>, visitor: Visitor, uri: Uri) -> Result<Response, PageError> {
    let pairs = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    let choices = Choices::read(pairs.into_owned());
    let site = site(&state, &visitor, &uri).await?;
    let (prices, problems) = match prices(&choices, visitor.currency) {
        Ok(prices) => (prices, Vec::new()),
        Err(problems) => ((None, None), problems),
    };
    let query = Query {
        text: choices.text.clone(),
        categories: choices.categories.clone(),
        brands: choices.brands.clone(),
        price_from: prices.0,
        price_to: prices.1,
        in_stock_only: choices.in_stock_only,
        sort: choices.sort,
        currency: visitor.currency,
        page: choices.page.min(NO_PAGE),
        rows: ROWS,
    };
    let found = search::find(&state.shop, &state.search, &query).await?;
    let status = if problems.is_empty() { 200 } else { 422 };
    Ok(page(status, || view::search(&site, &choices, found, &problems)))
}

type Prices = (Option<i64>, Option<i64>);

/// From and to, in minor units.
fn prices(choices: &Choices, currency: Currency) -> Result<Prices, Vec<FieldError>> {
    let mut problems = Vec::new();
    let mut problem =
        |field: &str, message: &str| problems.push(FieldError { field: field.into(), message: message.into() });
    let mut read = |field: &str, text: &str| {
        let amount = Money::parse(text, currency).map(|money| money.amount);
        if amount.is_none() && !text.is_empty() {
            problem(field, "Enter an amount like 25 or 25.50.");
        }
        amount
    };
    let (from, to) = (read("price_from", &choices.price_from), read("price_to", &choices.price_to));
    if from.zip(to).is_some_and(|(from, to)| from > to) {
        problem("price_to", "The highest price is below the lowest.");
    }
    if problems.is_empty() { Ok((from, to)) } else { Err(problems) }
}
