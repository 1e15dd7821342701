//! The cart and everything that changes it.

use super::catalogue::{chosen, draw};
use super::frame::{page, site};
use super::recent as viewed;
use crate::client_address;
use crate::error::{PageError, wants_json};
use crate::session;
use crate::state::AppState;
use app::{pages, variants, wire};
use axum::extract::{Form, Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Json, extract::FromRequestParts};
use axum_extra::extract::CookieJar;
use http::request::Parts;
use http::{HeaderMap, Uri};
use serde::Deserialize;
use shop::account::Visitor;
use shop::address::{Address, rules};
use shop::cart::{self, Cart};
use shop::id::CartLineId;
use shop::recent::{self, Viewer};
use shop::{Error, Result, Shop, catalogue, credit, gift_card, promotion, recommendation, shipping, tender};
use tower_sessions::Session;

/// Products that stand below the cart.
const BESIDE: usize = 4;

/// Who changes the cart, from where, and in which form they want the answer.
pub struct Change {
    pub(super) state: AppState,
    pub(super) visitor: Visitor,
    uri: Uri,
    json: bool,
}

impl FromRequestParts<AppState> for Change {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, PageError> {
        let visitor = Visitor::from_request_parts(parts, state).await?;
        let json = wants_json(parts.uri.path(), &parts.headers);
        Ok(Self { state: state.clone(), visitor, uri: parts.uri.clone(), json })
    }
}

impl Change {
    /// The new cart for an island, the cart page for a form; a refusal on the page it concerns.
    pub(super) async fn answer(self, outcome: Result<Cart, Error>) -> Result<Response, PageError> {
        match outcome {
            Ok(cart) if self.json => {
                let cart = promotion::with_gifts(&self.state.shop, &self.visitor, cart).await?;
                Ok(Json(wire::Cart::from(&cart)).into_response())
            }
            Ok(_) => Ok(Redirect::to("/cart").into_response()),
            Err(error) if self.json || !is_for_people(&error) => Err(error.into()),
            Err(error) => {
                let status = error.status();
                self.refused(status, Some(words(&error)), |_| ()).await
            }
        }
    }

    /// The cart page with what was refused: a change of a line, a code or a gift card, which `mark` writes down.
    async fn refused(
        self,
        status: u16,
        problem: Option<String>,
        mark: impl FnOnce(&mut pages::cart::Sum),
    ) -> Result<Response, PageError> {
        let cart = loaded(&self.state.shop, &self.visitor).await?;
        let mut sum = sum(&self.state, &self.visitor, cart.as_ref(), None).await?;
        if let Some(sum) = &mut sum {
            mark(sum);
        }
        let mut site = site(&self.state, &self.visitor, &self.uri).await?;
        site.here = "/cart".into();
        let beside = beside(&self.state, &self.visitor, cart.as_ref()).await?;
        Ok(page(status, || pages::cart::cart(&site, cart, sum, problem, beside)))
    }
}

/// Whether the shopper can do something about it on the page.
fn is_for_people(error: &Error) -> bool {
    matches!(error, Error::Invalid(_) | Error::SoldOut(_) | Error::Conflict { .. })
}

/// What to tell the shopper: a field's message stands for itself.
pub(super) fn words(error: &Error) -> String {
    match error {
        Error::Invalid(fields) if !fields.is_empty() => fields[0].message.clone(),
        other => other.problem().detail,
    }
}

/// Where somebody wants to know what delivery costs.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    country: String,
    region: String,
    postal_code: String,
}

impl Asked {
    /// `None` for no country that the shop knows.
    fn address(self) -> Option<Address> {
        let Self { country, region, postal_code } = self;
        let mut address = Address { country, region, postal_code, ..Address::default() }.normalised();
        let rules = rules(&address.country)?;
        // Chosen for another country.
        if rules.regions.iter().all(|(code, _)| *code != address.region) {
            address.region.clear();
        }
        Some(address)
    }
}

pub async fn show(
    State(state): State<AppState>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let cart = loaded(&state.shop, &visitor).await?;
    if wants_json(uri.path(), &headers) {
        return Ok(Json(cart.as_ref().map(wire::Cart::from).unwrap_or_default()).into_response());
    }
    let site = site(&state, &visitor, &uri).await?;
    let beside = beside(&state, &visitor, cart.as_ref()).await?;
    let sum = sum(&state, &visitor, cart.as_ref(), asked.address()).await?;
    Ok(page(200, || pages::cart::cart(&site, cart, sum, None, beside)))
}

/// The visitor's cart with the gifts that it earns.
async fn loaded(shop: &Shop, visitor: &Visitor) -> Result<Option<Cart>> {
    match cart::load(shop, visitor).await? {
        Some(cart) => Ok(Some(promotion::with_gifts(shop, visitor, cart).await?)),
        None => Ok(None),
    }
}

/// What the cart costs with its promotions, and what its delivery costs there.
async fn sum(
    state: &AppState,
    visitor: &Visitor,
    cart: Option<&Cart>,
    asked: Option<Address>,
) -> Result<Option<pages::cart::Sum>> {
    let Some(cart) = cart else { return Ok(None) };
    let promotion::OfCart { totals, tax_on_top, codes } = promotion::of_cart(&state.shop, visitor, cart).await?;
    let shares = tender::of_cart(&state.shop, visitor, cart, totals.total).await?;
    let credit = credit::unused(&state.shop, visitor, cart.currency, &shares).await?;
    let links = cart::share::links(&state.shop, cart.id).await?;
    let was_asked = asked.is_some();
    let delivery = shipping::for_cart(&state.shop, visitor, cart, asked).await?;
    Ok(Some(pages::cart::Sum {
        totals,
        tax_on_top,
        codes,
        refused: None,
        delivery,
        asked: was_asked,
        shares,
        credit,
        refused_card: None,
        links,
    }))
}

/// A gift card that is typed, an account that is taken out, or the credit that is to pay.
#[derive(Deserialize)]
pub struct GiftCardForm {
    #[serde(default)]
    pub gift_card: String,
    /// An account to take out.
    #[serde(default)]
    pub remove: String,
    /// Not empty: use the customer's credit.
    #[serde(default)]
    pub credit: String,
    /// The step of the checkout it was sent from.
    #[serde(default)]
    pub from: String,
}

impl GiftCardForm {
    /// Does it; what was taken out in another tab is out.
    pub async fn carry_out(&self, shop: &Shop, visitor: &Visitor, address: &str) -> Result<()> {
        if !self.remove.is_empty() {
            let Ok(id) = self.remove.parse() else { return Ok(()) };
            return match tender::remove(shop, visitor, id).await {
                Err(Error::NotFound("gift card")) => Ok(()),
                outcome => outcome,
            };
        }
        if !self.credit.is_empty() {
            return credit::use_in_cart(shop, visitor).await;
        }
        gift_card::add_to_cart(shop, visitor, address, &self.gift_card).await
    }
}

pub async fn gift_card(
    client_address::From(address): client_address::From,
    change: Change,
    Form(form): Form<GiftCardForm>,
) -> Result<Response, PageError> {
    match form.carry_out(&change.state.shop, &change.visitor, &address).await {
        Ok(()) => Ok(Redirect::to("/cart").into_response()),
        Err(error @ Error::Invalid(_)) if !change.json => {
            let (status, why) = (error.status(), words(&error));
            change.refused(status, None, |sum| sum.refused_card = Some((form.gift_card, why))).await
        }
        Err(error) => Err(error.into()),
    }
}

/// A code that is typed, or taken out.
#[derive(Deserialize)]
pub struct CodeForm {
    pub code: String,
    /// Not empty: take it out.
    #[serde(default)]
    pub remove: String,
    /// The step of the checkout it was typed at.
    #[serde(default)]
    pub from: String,
}

pub async fn code(
    client_address::From(address): client_address::From,
    change: Change,
    Form(form): Form<CodeForm>,
) -> Result<Response, PageError> {
    let (shop, visitor) = (&change.state.shop, &change.visitor);
    if !form.remove.is_empty() {
        return match promotion::remove_code(shop, visitor, &form.code).await {
            // Taken out in another tab.
            Err(Error::NotFound("code")) => Ok(Redirect::to("/cart").into_response()),
            outcome => change.answer(outcome).await,
        };
    }
    match promotion::add_code(shop, visitor, &address, &form.code).await {
        Err(error @ Error::Invalid(_)) if !change.json => {
            let (status, why) = (error.status(), words(&error));
            change.refused(status, None, |sum| sum.refused = Some((form.code, why))).await
        }
        outcome => change.answer(outcome).await,
    }
}

/// What goes with the cart; when there is nothing in it, what sells and what the visitor has looked at.
async fn beside(state: &AppState, visitor: &Visitor, cart: Option<&Cart>) -> Result<pages::cart::Beside> {
    let lines = cart.into_iter().flat_map(|cart| cart.lines.iter().chain(&cart.saved));
    let inside: Vec<_> = lines.map(|line| line.product_id).collect();
    let also = recommendation::of_cart(&state.shop, &inside, visitor, BESIDE).await?;
    let is_empty = cart.is_none_or(|cart| cart.lines.is_empty());
    let recent = if is_empty { viewed::cards(state, visitor, None).await? } else { Some(Vec::new()) };
    Ok(pages::cart::Beside { also, recent })
}

/// A SKU, or a product with a choice for each of its options.
#[derive(Deserialize)]
pub struct Add {
    #[serde(default)]
    sku: String,
    #[serde(default)]
    product: String,
    option1: Option<String>,
    option2: Option<String>,
    option3: Option<String>,
    #[serde(default)]
    quantity: String,
}

pub async fn add(
    session: Session,
    headers: HeaderMap,
    mut change: Change,
    Form(form): Form<Add>,
) -> Result<Response, PageError> {
    let options: Vec<String> = [&form.option1, &form.option2, &form.option3].into_iter().flatten().cloned().collect();
    let shop = change.state.shop.clone();
    let mut cookie = None;
    let outcome = async {
        let sku = if options.is_empty() {
            form.sku.clone()
        } else {
            let product = catalogue::product_by_slug(&shop, &form.product, &change.visitor).await?;
            let values = product.variants.iter().map(|variant| variant.option_values.as_slice());
            let at = variants::find(values, &options)
                .ok_or_else(|| Error::field("option1", "This combination does not exist. Please choose another."))?;
            product.variants[at].sku.clone()
        };
        let quantity = quantity(&form.quantity)?;
        if !session::is_carried(&headers) {
            let (first, opens) = session::first(&change.state.config)?;
            let cart = cart::add_first(&shop, &mut change.visitor, first, &sku, quantity).await?;
            cookie = Some(opens);
            return Ok(cart);
        }
        let before = Viewer::of(&change.visitor);
        let cart = cart::add(&shop, &mut change.visitor, &sku, quantity).await?;
        session::set_cart(&session, &change.visitor).await?;
        // After an order the next cart is another one; what was looked at goes along.
        if let (Some(before), Some(after)) = (before, Viewer::of(&change.visitor)) {
            recent::merge(&shop, &change.state.viewed, before, after).await?;
        }
        Ok(cart)
    }
    .await;
    match outcome {
        Err(error) if !change.json && is_for_people(&error) && !form.product.is_empty() => {
            let product = catalogue::product_by_slug(&shop, &form.product, &change.visitor).await?;
            let at = chosen(&product, Some(&form.sku).filter(|sku| !sku.is_empty()).map(String::as_str), &options);
            let problem = Some((error.status(), words(&error)));
            draw(&change.state, &change.visitor, &change.uri, product, at, problem).await
        }
        outcome => {
            Ok((cookie.into_iter().fold(CookieJar::new(), CookieJar::add), change.answer(outcome).await?)
                .into_response())
        }
    }
}

fn quantity(text: &str) -> Result<i64, Error> {
    if text.is_empty() {
        return Ok(1);
    }
    text.trim().parse().map_err(|_| Error::field("quantity", "Please enter a whole number."))
}

#[derive(Deserialize)]
pub struct Quantity {
    quantity: String,
}

pub async fn set_quantity(
    Path(line): Path<CartLineId>,
    change: Change,
    Form(form): Form<Quantity>,
) -> Result<Response, PageError> {
    let outcome = match quantity(&form.quantity) {
        Ok(quantity) => cart::set_quantity(&change.state.shop, &change.visitor, line, quantity).await,
        Err(error) => Err(error),
    };
    change.answer(outcome).await
}

pub async fn remove(Path(line): Path<CartLineId>, change: Change) -> Result<Response, PageError> {
    let outcome = cart::remove(&change.state.shop, &change.visitor, line).await;
    change.answer(outcome).await
}

pub async fn save(Path(line): Path<CartLineId>, change: Change) -> Result<Response, PageError> {
    let outcome = cart::save_for_later(&change.state.shop, &change.visitor, line).await;
    change.answer(outcome).await
}

pub async fn restore(Path(line): Path<CartLineId>, change: Change) -> Result<Response, PageError> {
    let outcome = cart::move_to_cart(&change.state.shop, &change.visitor, line).await;
    change.answer(outcome).await
}

pub async fn acknowledge(change: Change) -> Result<Response, PageError> {
    let outcome = cart::acknowledge(&change.state.shop, &change.visitor).await;
    change.answer(outcome).await
}

pub async fn undo_merge(change: Change) -> Result<Response, PageError> {
    let outcome = cart::undo_merge(&change.state.shop, &change.visitor).await;
    change.answer(outcome).await
}

pub async fn dismiss_merge(change: Change) -> Result<Response, PageError> {
    let outcome = cart::dismiss_merge(&change.state.shop, &change.visitor).await;
    change.answer(outcome).await
}
