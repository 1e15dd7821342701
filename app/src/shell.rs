//! The document around every page: head, header with navigation, footer.
//!
//! No inline script and no inline style stands in it, so the content security policy can forbid both. The one
//! `<script>` with content is JSON-LD, a data block that no browser runs.

use crate::components::{Icon, Wordmark};
use crate::islands::{CartButton, SearchBox};
use leptos::prelude::*;
use shop::catalogue::CategoryLink;
use shop::money::Currency;

/// Addresses of the built files.
#[derive(Clone, Copy, Debug)]
pub struct Assets {
    pub style: &'static str,
    pub loader: &'static str,
    pub module: &'static str,
    pub wasm: &'static str,
    /// Keeps what was looked at, for those whom the shop does not know.
    pub recent: &'static str,
    pub icon: &'static str,
}

/// What the frame of every page shows: the shop, and who is looking.
#[derive(Clone, Debug)]
pub struct Site {
    pub shop_name: String,
    /// "https://shop.example", no slash at the end.
    pub origin: String,
    /// Path and query of this page, to come back to after switching the currency.
    pub here: String,
    pub menu: Vec<CategoryLink>,
    pub currency: Currency,
    pub currencies: Vec<Currency>,
    pub cart_count: i64,
    pub customer_name: Option<String>,
    pub assets: Assets,
}

/// What one page says about itself.
#[derive(Clone, Debug, Default)]
pub struct Head {
    pub title: String,
    pub description: String,
    /// Path of the canonical address.
    pub canonical: String,
    pub picture: Option<String>,
    pub json_ld: Option<String>,
    /// Keeps the page out of search engines.
    pub private: bool,
    /// Reloads the page after so many seconds where no script runs.
    pub refresh_s: Option<u32>,
    /// The payment provider's script, on the page that takes the payment.
    pub payment_script: Option<String>,
    /// Checkout: no navigation that leads away.
    pub quiet: bool,
}

impl Head {
    pub fn new(title: impl Into<String>, canonical: impl Into<String>) -> Self {
        Self { title: title.into(), canonical: canonical.into(), ..Self::default() }
    }

    pub fn private(title: impl Into<String>) -> Self {
        Self { title: title.into(), private: true, ..Self::default() }
    }

    #[must_use]
    pub fn describe(mut self, text: impl Into<String>) -> Self {
        self.description = text.into();
        self
    }
}

/// A complete document with `body` as its main part.
pub fn document(site: &Site, head: Head, body: impl IntoView + 'static) -> AnyView {
    let quiet = head.quiet;
    let top = if quiet { quiet_header(site).into_any() } else { header(site).into_any() };
    let assets = site.assets;
    let head = head_elements(site, head);
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>{head}</head>
            <body class:quiet=quiet>
                <a class="skip-link" href="#main">"Skip to content"</a>
                {top}
                <main id="main" tabindex="-1">{body.into_any()}</main>
                {footer(site)}
                <script src=assets.loader defer data-module=assets.module data-wasm=assets.wasm></script>
            </body>
        </html>
    }
    .into_any()
}

fn head_elements(site: &Site, head: Head) -> impl IntoView + use<> {
    let title = match head.title.as_str() {
        "" => site.shop_name.clone(),
        title => format!("{title} · {}", site.shop_name),
    };
    let description = if head.description.is_empty() {
        format!("{}: well-made things for everyday life, sold with care.", site.shop_name)
    } else {
        head.description
    };
    let absolute = |path: &str| if path.starts_with('/') { format!("{}{path}", site.origin) } else { path.to_owned() };
    let public = (!head.private).then(|| {
        let address = absolute(&head.canonical);
        let kind = if head.json_ld.is_some() { "product" } else { "website" };
        let picture = head.picture.as_deref().map(absolute).map(|url| og("og:image", url));
        view! {
            <link rel="canonical" href=address.clone() />
            {og("og:title", title.clone())}
            {og("og:description", description.clone())}
            {og("og:type", kind.to_owned())}
            {og("og:url", address)}
            {og("og:site_name", site.shop_name.clone())}
            {picture}
        }
    });
    let assets = site.assets;
    view! {
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{title.clone()}</title>
        <meta name="description" content=description.clone() />
        {head.private.then(|| view! { <meta name="robots" content="noindex" /> })}
        {public}
        <meta name="color-scheme" content="light dark" />
        <link rel="stylesheet" href=assets.style />
        <link rel="icon" href=assets.icon type="image/svg+xml" />
        {head.refresh_s.map(|seconds| {
            view! { <noscript><meta http-equiv="refresh" content=seconds.to_string() /></noscript> }
        })}
        {head.payment_script.map(|src| view! { <script src=src defer></script> })}
        {head.json_ld.map(|json| view! { <script type="application/ld+json" inner_html=json></script> })}
    }
}

/// Open Graph (ogp.me) wants `property` where HTML has `name`.
fn og(property: &'static str, content: String) -> impl IntoView {
    leptos::html::meta().attr("property", property).content(content)
}

fn header(site: &Site) -> impl IntoView + use<> {
    let links = || {
        let current = site.here.clone();
        site.menu
            .iter()
            .map(move |link| {
                let href = format!("/c/{}", link.slug);
                let here = (current.split('?').next() == Some(href.as_str())).then_some("page");
                view! { <li><a href=href aria-current=here>{link.title.clone()}</a></li> }
            })
            .collect_view()
    };
    let (account_href, account_label) = match &site.customer_name {
        Some(name) => ("/account", format!("Account of {name}")),
        None => ("/login", "Log in".to_owned()),
    };
    view! {
        <header class="site-header">
            <div class="bar">
                <details class="menu">
                    <summary aria-label="Menu">{Icon::Menu.draw()}</summary>
                    <div class="menu-panel">
                        <nav aria-label="Menu"><ul>{links()}</ul></nav>
                        {currency_switch(site, "Currency, in the menu")}
                    </div>
                </details>
                <a class="brand" href="/" aria-label=format!("{}, home", site.shop_name)>{brand(&site.shop_name)}</a>
                <nav class="site-nav" aria-label="Categories"><ul>{links()}</ul></nav>
                <form class="site-search" action="/search" method="get" role="search" aria-label="Site">
                    <SearchBox id="search".to_owned() text=String::new() />
                </form>
                <div class="bar-end">
                    <a class="icon-link search-link" href="/search" aria-label="Search">{Icon::Search.draw()}</a>
                    {currency_switch(site, "Currency")}
                    <a class="icon-link wish-link" href="/wishlist" aria-label="Wishlist">{Icon::Heart.draw()}</a>
                    <a class="icon-link" href=account_href aria-label=account_label>{Icon::Account.draw()}</a>
                    <CartButton count=site.cart_count />
                </div>
            </div>
        </header>
    }
}

/// Checkout has one way out, back to the cart.
fn quiet_header(site: &Site) -> impl IntoView + use<> {
    view! {
        <header class="site-header">
            <div class="bar">
                <a class="brand" href="/" aria-label=format!("{}, home", site.shop_name)>{brand(&site.shop_name)}</a>
                <a class="text-link" href="/cart">"Back to cart"</a>
            </div>
        </header>
    }
}

fn brand(name: &str) -> AnyView {
    if name == "Mercer" {
        view! { <Wordmark /> }.into_any()
    } else {
        view! { <span>{name.to_owned()}</span> }.into_any()
    }
}

/// Currencies that stand side by side as buttons; more of them stand in a list.
const CURRENCY_BUTTONS: usize = 3;

/// A page has two, one for wide and one for narrow screens; a landmark's `label` is the page's only one of that name.
fn currency_switch(site: &Site, label: &'static str) -> Option<impl IntoView + use<>> {
    let choice =
        if site.currencies.len() > CURRENCY_BUTTONS { currency_list(site, label) } else { currency_buttons(site) };
    (site.currencies.len() > 1).then(|| {
        view! {
            <form class="currency" action="/currency" method="post" aria-label=label>
                <input type="hidden" name="back" value=site.here.clone() />
                {choice}
            </form>
        }
    })
}

fn currency_buttons(site: &Site) -> AnyView {
    let buttons = site.currencies.iter().map(|currency| {
        let chosen = *currency == site.currency;
        view! {
            <button type="submit" name="currency" value=currency.code() aria-pressed=chosen.to_string()>
                {currency.code()}
            </button>
        }
    });
    buttons.collect_view().into_any()
}

fn currency_list(site: &Site, label: &'static str) -> AnyView {
    let options = site.currencies.iter().map(|currency| {
        let chosen = *currency == site.currency;
        view! { <option value=currency.code() selected=chosen>{currency.code()}</option> }
    });
    view! {
        <select name="currency" aria-label=label>{options.collect_view()}</select>
        <button type="submit">"Change"</button>
    }
    .into_any()
}

fn footer(site: &Site) -> impl IntoView + use<> {
    let column = |title: &'static str, links: Vec<(String, String)>| {
        let links = links.into_iter().map(|(href, label)| view! { <li><a href=href>{label}</a></li> }).collect_view();
        view! { <nav aria-label=title><h2>{title}</h2><ul>{links}</ul></nav> }
    };
    let fixed = |links: &[(&str, &str)]| links.iter().map(|(h, l)| ((*h).to_owned(), (*l).to_owned())).collect();
    let shop = site.menu.iter().map(|link| (format!("/c/{}", link.slug), link.title.clone())).collect();
    let help = fixed(&[
        ("/shipping", "Delivery"),
        ("/returns", "Returns"),
        ("/contact", "Contact"),
        ("/wishlist", "Wishlist"),
    ]);
    let about = fixed(&[("/about", "About us"), ("/privacy", "Privacy"), ("/imprint", "Imprint")]);
    let name = site.shop_name.clone();
    view! {
        <footer class="site-footer">
            <div class="footer-columns">
                <div class="footer-brand">
                    <a class="brand" href="/" aria-label=format!("{name}, home")>{brand(&name)}</a>
                    <p>"Well-made things for everyday life."</p>
                </div>
                {column("Shop", shop)}
                {column("Help", help)}
                {column("About", about)}
            </div>
        </footer>
    }
}
