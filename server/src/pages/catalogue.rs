//! Front page, categories, collections, products.

use super::frame::{kept, page, site};
use super::listing::{Listing, Within};
use super::recent;
use super::review::{self, Wanted};
use super::search::searched_before;
use crate::error::PageError;
use crate::page_cache::Keep;
use crate::session::wisher;
use crate::state::AppState;
use app::components::Form;
use app::pages;
use app::variants;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use http::{HeaderMap, Uri};
use serde::Deserialize;
use shop::Error;
use shop::account::Visitor;
use shop::catalogue::{self, ListQuery, Product, Sort};
use shop::collection;
use shop::price_list::Buyer;
use shop::recommendation;
use shop::tax;
use shop::wishlist::{self, Owner};
use tower_sessions::Session;

/// Cards on the front page, and of each kind below a product.
const HOME_ROWS: i64 = 16;
const BEST_SELLERS: usize = 4;
const BESIDE: usize = 4;
/// Collections on the front page.
const COLLECTIONS: i64 = 6;

pub async fn home(State(state): State<AppState>, visitor: Visitor, uri: Uri) -> Result<Response, PageError> {
    let site = site(&state, &visitor, &uri).await?;
    let query = ListQuery {
        category: None,
        currency: visitor.currency,
        customer: Buyer::from(&visitor).customer,
        sort: Sort::Newest,
        in_stock_only: true,
        after: None,
        rows: HOME_ROWS,
    };
    let newest = catalogue::list(&state.shop, &query).await?.items;
    let categories = catalogue::top_categories(&state.shop).await?;
    let collections = collection::published(&state.shop, COLLECTIONS).await?;
    let mut products: Vec<_> = newest.iter().map(|card| card.id).collect();
    let best_sellers = recommendation::best_sellers(&state.shop, &visitor, &products, BEST_SELLERS).await?;
    products.extend(best_sellers.iter().map(|card| card.id));
    let recent = recent::cards(&state, &visitor, None).await?;
    let shown = pages::home::Shown { categories, collections, newest, best_sellers, recent };
    let keep = Keep { products, picked: true, ..Keep::default() };
    Ok(kept(page(200, || pages::home::home(&site, shown)), &visitor, keep))
}

pub async fn category(
    State(state): State<AppState>,
    Path(slug): Path<String>,
    visitor: Visitor,
    uri: Uri,
) -> Result<Response, PageError> {
    let category = catalogue::category_by_slug(&state.shop, &slug).await?;
    let path = format!("/c/{}", category.slug);
    let listing = Listing::read(&state, &visitor, &uri, path, Within::Category(category.id)).await?;
    let site = site(&state, &visitor, &uri).await?;
    let status = listing.status();
    let keep = listing.keep();
    let Listing { choices, problems, found, ways_out, .. } = listing;
    let page = page(status, || pages::category::category(&site, category, &choices, found, &problems, ways_out));
    Ok(kept(page, &visitor, keep))
}

pub async fn collection(
    State(state): State<AppState>,
    Path(slug): Path<String>,
    visitor: Visitor,
    uri: Uri,
) -> Result<Response, PageError> {
    let collection = collection::by_slug(&state.shop, &slug).await?;
    let path = format!("/collections/{}", collection.slug);
    let listing = Listing::read(&state, &visitor, &uri, path, Within::Collection(&collection)).await?;
    let site = site(&state, &visitor, &uri).await?;
    let status = listing.status();
    let keep = listing.keep();
    let Listing { choices, problems, found, ways_out, .. } = listing;
    let page = page(status, || pages::category::collection(&site, collection, &choices, found, &problems, ways_out));
    Ok(kept(page, &visitor, keep))
}

/// A variant by its SKU, or by a choice for each option; and which of the reviews.
#[derive(Default, Deserialize)]
pub struct VariantChoice {
    variant: Option<String>,
    option1: Option<String>,
    option2: Option<String>,
    option3: Option<String>,
    stars: Option<String>,
    /// "1": only reviews with pictures.
    pictures: Option<String>,
    reviews: Option<String>,
    /// "asked": it was just asked to be told when it is back.
    alert: Option<String>,
}

pub async fn product(
    State(state): State<AppState>,
    Path(slug): Path<String>,
    Query(choice): Query<VariantChoice>,
    session: Session,
    visitor: Visitor,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, PageError> {
    let product = match catalogue::product_by_slug(&state.shop, &slug, &visitor).await {
        Err(Error::NotFound(_)) => return elsewhere(&state, &visitor, &uri, &slug).await,
        found => found?,
    };
    if let Some(text) = searched_before(&headers, &state.shop.origin) {
        state.search.clicked(&text);
    }
    recent::note(&state, &visitor, &headers, product.id);
    let options: Vec<String> = [choice.option1, choice.option2, choice.option3].into_iter().flatten().collect();
    let chosen = chosen(&product, choice.variant.as_deref(), &options);
    let reviews = Wanted::read(choice.stars.as_deref(), choice.pictures.as_deref() == Some("1"), choice.reviews);
    let around = Around {
        asked: choice.alert.as_deref() == Some("asked"),
        wisher: wisher(&session, &visitor).await?,
        ..Around::default()
    };
    draw_with(&state, &visitor, &uri, product, Shown { status: 200, chosen, around, reviews }).await
}

/// What is sold in the shop's default currency and not in the one that was chosen has a page that says so.
async fn elsewhere(state: &AppState, visitor: &Visitor, uri: &Uri, slug: &str) -> Result<Response, PageError> {
    let main = state.shop.settings.currencies.first().copied().filter(|main| *main != visitor.currency);
    let main = main.ok_or(Error::NotFound("product"))?;
    let product = catalogue::product_by_slug(&state.shop, slug, main).await?;
    let site = site(state, visitor, uri).await?;
    Ok(page(200, || pages::product::elsewhere(&site, &product.title, &product.slug, main)))
}

/// The variant to show: the one asked for, or the first that can be bought.
pub fn chosen(product: &Product, sku: Option<&str>, options: &[String]) -> usize {
    if let Some(at) = sku.and_then(|sku| product.variants.iter().position(|variant| variant.sku == sku)) {
        return at;
    }
    if !options.is_empty() {
        return variants::nearest(product.variants.iter().map(|variant| variant.option_values.as_slice()), options);
    }
    product.variants.iter().position(|variant| variant.availability.can_buy(1)).unwrap_or(0)
}

/// How a product page is shown.
pub struct Shown {
    pub status: u16,
    /// Position of the variant.
    pub chosen: usize,
    pub around: Around,
    pub reviews: Wanted,
}

/// What became of the forms around the one that buys.
#[derive(Default)]
pub struct Around {
    /// Why adding it to the cart was refused.
    pub problem: Option<String>,
    /// The form to be told when it is back as it was sent, after a refusal.
    pub alert: Option<Form>,
    /// That was just asked for.
    pub asked: bool,
    /// Whose wishlist it may be on.
    pub wisher: Option<Owner>,
}

/// The product page; `problem` is why adding it was refused, with its status.
pub async fn draw(
    state: &AppState,
    visitor: &Visitor,
    uri: &Uri,
    product: Product,
    chosen: usize,
    problem: Option<(u16, String)>,
) -> Result<Response, PageError> {
    let (status, problem) = problem.map_or((200, None), |(status, text)| (status, Some(text)));
    let around = Around { problem, ..Around::default() };
    draw_with(state, visitor, uri, product, Shown { status, chosen, around, reviews: Wanted::default() }).await
}

pub async fn draw_with(
    state: &AppState,
    visitor: &Visitor,
    uri: &Uri,
    product: Product,
    shown: Shown,
) -> Result<Response, PageError> {
    let found = recommendation::of_product(&state.shop, product.id, visitor, BESIDE).await?;
    let recent = recent::cards(state, visitor, Some(product.id)).await?;
    let mut site = site(state, visitor, uri).await?;
    if shown.status != 200 {
        site.here = format!("/p/{}", product.slug);
    }
    let reviews = review::section(state, visitor, &product, shown.reviews).await?;
    let keep = Keep { products: found.considered, own_page_of: Some(product.id), ..Keep::default() };
    let beside =
        pages::product::Beside { together: found.together, similar: found.similar, popular: found.popular, recent };
    let alert = pages::product::alert::Offer {
        email: visitor.customer.as_ref().map(|customer| customer.email.clone()),
        form: shown.around.alert.unwrap_or_else(|| Form::new("alert")),
        asked: shown.around.asked,
    };
    let wished = match shown.around.wisher.or(visitor.customer.as_ref().map(|customer| Owner::Customer(customer.id))) {
        Some(owner) => wishlist::wishes(&state.shop, owner, product.id).await?,
        None => false,
    };
    let tax = match product.variants.get(shown.chosen).or(product.variants.first()) {
        Some(variant) => tax::at_home(&state.shop, variant.id).await?,
        None => None,
    };
    let around = pages::product::Around { problem: shown.around.problem, alert, wished, tax };
    let page = page(shown.status, || pages::product::product(&site, product, shown.chosen, beside, around, &reviews));
    Ok(kept(page, visitor, keep))
}
