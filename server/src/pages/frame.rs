//! What all pages share: the data of header and footer, and the way a view becomes an answer.

use crate::assets;
use crate::page_cache::Keep;
use crate::state::AppState;
use app::shell::{Assets, Site};
use axum::response::{Html, IntoResponse, Response};
use http::header::CACHE_CONTROL;
use http::{HeaderValue, StatusCode, Uri};
use leptos::prelude::IntoView;
use shop::account::Visitor;
use shop::catalogue;
use shop::{Result, cart};

/// The frame around a page at `uri` for `visitor`.
pub async fn site(state: &AppState, visitor: &Visitor, uri: &Uri) -> Result<Site> {
    let count = cart::count(&state.shop, visitor).await?;
    Ok(Site {
        here: uri.path_and_query().map_or("/", |path| path.as_str()).to_owned(),
        menu: catalogue::menu(&state.shop).await?,
        currency: visitor.currency,
        cart_count: count,
        customer_name: visitor.customer.as_ref().map(|customer| customer.name.clone()),
        ..bare_site(state)
    })
}

/// The frame without anything that has to be looked up.
pub fn bare_site(state: &AppState) -> Site {
    let settings = &state.shop.settings;
    Site {
        shop_name: settings.shop_name.clone(),
        origin: state.shop.origin.to_string(),
        here: "/".into(),
        menu: Vec::new(),
        currency: settings.currencies.first().copied().unwrap_or(shop::money::Currency::EUR),
        currencies: settings.currencies.clone(),
        cart_count: 0,
        customer_name: None,
        assets: assets(),
    }
}

fn assets() -> Assets {
    Assets {
        style: assets::url("shop.css"),
        loader: assets::url("loader.js"),
        module: assets::url("shop.js"),
        wasm: assets::url("shop.wasm"),
        recent: assets::url("recent.js"),
        icon: "/favicon.svg",
    }
}

/// Draws a page. It shows who is logged in and what is in the cart, so only the browser itself may keep it.
pub fn page<V: IntoView>(status: u16, view: impl FnOnce() -> V) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let mut response = (status, Html(crate::render::render(view))).into_response();
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    response
}

/// Lets the page cache keep a page of a visitor whom the shop knows nothing about.
pub fn kept(mut page: Response, visitor: &Visitor, keep: Keep) -> Response {
    if visitor.cart_id.is_none() && visitor.customer.is_none() {
        page.extensions_mut().insert(keep);
    }
    page
}

/// `wanted` when it is an address of this shop, `otherwise` when it leads elsewhere.
pub fn local<'a>(wanted: &'a str, otherwise: &'a str) -> &'a str {
    let elsewhere = wanted.starts_with("//") || wanted.contains(['\\', '\n', '\r', '\t']);
    if wanted.starts_with('/') && !elsewhere { wanted } else { otherwise }
}

#[cfg(test)]
mod tests {
    use super::local;

    #[test]
    fn a_way_back_never_leaves_the_shop() {
        assert_eq!(local("/checkout?x=1", "/"), "/checkout?x=1");
        for elsewhere in ["", "https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"] {
            assert_eq!(local(elsewhere, "/"), "/");
        }
    }
}
