//! What lists of products share: reading the choices, asking the index, ways out of an empty list.

use crate::error::PageError;
use crate::page_cache::Keep;
use crate::state::AppState;
use app::listing::{Choices, WayOut};
use http::Uri;
use shop::FieldError;
use shop::account::Visitor;
use shop::collection::Collection;
use shop::id::CategoryId;
use shop::money::{Currency, Money};
use shop::price_list::Buyer;
use shop::search::{self, Found, Query};

const ROWS: i64 = 24;
/// A page that no list has, for those who write another number into the address.
const NO_PAGE: usize = 400;
/// Filters that are taken away by way of trial when nothing fits all of them.
const WAYS_OUT: usize = 6;

/// Beyond which products a list never goes.
#[derive(Clone, Copy)]
pub enum Within<'l> {
    Shop,
    Category(CategoryId),
    Collection(&'l Collection),
}

/// A list as it was asked for.
pub struct Listing {
    pub choices: Choices,
    /// Choices that could not be read; `found` is without them.
    pub problems: Vec<FieldError>,
    pub found: Found,
    pub ways_out: Vec<WayOut>,
    /// The state of the index that it comes from.
    found_in: u64,
}

impl Listing {
    /// Reads the choices in the address `uri` of the list at `path`. Prices that cannot be read are named and left out of
    /// the search; everything else stays as it was chosen.
    pub async fn read(
        state: &AppState,
        visitor: &Visitor,
        uri: &Uri,
        path: String,
        within: Within<'_>,
    ) -> Result<Self, PageError> {
        let pairs = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
        let choices = Choices::read(path, pairs.into_owned());
        let found_in = state.search.generation();
        let problems = prices(&choices, visitor.currency).err().unwrap_or_default();
        let found = search::find(&state.shop, &state.search, &query(&choices, visitor.into(), within)).await?;
        let mut ways_out = Vec::new();
        if found.total == 0 && choices.page == 1 {
            for (title, without) in choices.filters(&found).into_iter().take(WAYS_OUT) {
                let query = Query { rows: 1, ..query(&without, visitor.into(), within) };
                let total = search::find(&state.shop, &state.search, &query).await?.total;
                if total > 0 {
                    ways_out.push(WayOut { title, href: without.address(), total });
                }
            }
        }
        Ok(Self { choices, problems, found, ways_out, found_in })
    }

    /// How long it is right.
    pub fn keep(&self) -> Keep {
        let products = self.found.items.iter().map(|card| card.id).collect();
        Keep { products, found_in: Some(self.found_in), ..Keep::default() }
    }

    pub fn status(&self) -> u16 {
        if self.problems.is_empty() { 200 } else { 422 }
    }
}

fn query(choices: &Choices, buyer: Buyer, within: Within<'_>) -> Query {
    let Buyer { currency, customer } = buyer;
    let (price_from, price_to) = prices(choices, currency).unwrap_or_default();
    let collection = match within {
        Within::Collection(collection) => Some(collection),
        Within::Shop | Within::Category(_) => None,
    };
    // A shopper who has not asked for an order gets the collection's.
    let own = collection.filter(|_| choices.sort == search::Sort::Relevance && choices.text.is_empty());
    Query {
        text: choices.text.clone(),
        within: match within {
            Within::Category(id) => Some(id),
            Within::Shop | Within::Collection(_) => None,
        },
        collection: collection.map(|collection| collection.id),
        placed: own.is_some_and(Collection::is_placed),
        categories: choices.categories.clone(),
        brands: choices.brands.clone(),
        attributes: choices.attributes.clone(),
        price_from,
        price_to,
        in_stock_only: choices.in_stock_only,
        on_sale_only: choices.on_sale_only,
        rated_from: choices.rated_from,
        sort: own.map_or(choices.sort, |collection| collection.order.sort()),
        currency,
        customer,
        page: choices.page.min(NO_PAGE),
        rows: ROWS,
    }
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
