//! The frame around every page of the admin: document head, navigation, messages.
//!
//! The navigation stands beside the page on wide screens and behind a disclosure on narrow ones; both are plain HTML.

mod icon;

use crate::island::Comfort;
use leptos::prelude::*;
use shop::staff::Staff;

/// Addresses of the files a page links to.
#[derive(Clone, Copy, Debug)]
pub struct Assets {
    pub style: &'static str,
    pub loader: &'static str,
    pub module: &'static str,
    pub wasm: &'static str,
    pub icon: &'static str,
}

/// Something to say once, after an action.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Flash {
    /// False: what was asked did not happen.
    pub good: bool,
    pub text: String,
}

/// What the frame needs to know.
#[derive(Clone, Debug)]
pub struct Frame {
    pub title: String,
    pub shop_name: String,
    /// First part of the path below `/admin`: "orders"; marks the entry of the navigation.
    pub section: &'static str,
    pub staff: Staff,
    pub flash: Option<Flash>,
    pub assets: Assets,
}

struct Entry {
    section: &'static str,
    label: &'static str,
    owner_only: bool,
}

const fn entry(section: &'static str, label: &'static str, owner_only: bool) -> Entry {
    Entry { section, label, owner_only }
}

const GROUPS: &[(&str, &[Entry])] = &[
    (
        "Sell",
        &[
            entry("", "Home", false),
            entry("orders", "Orders", false),
            entry("abandoned-carts", "Abandoned carts", false),
            entry("products", "Products", false),
            entry("categories", "Categories", false),
            entry("collections", "Collections", false),
            entry("attributes", "Attributes", false),
            entry("inventory", "Inventory", false),
            entry("warehouses", "Warehouses", false),
            entry("shipping", "Shipping", false),
            entry("media", "Media", false),
            entry("sales", "Sales", false),
            entry("price-lists", "Price lists", false),
            entry("currencies", "Currencies", false),
            entry("discounts", "Discounts", false),
            entry("taxes", "Taxes", false),
            entry("gift-cards", "Gift cards", false),
            entry("reviews", "Reviews", false),
        ],
    ),
    (
        "Tools",
        &[
            entry("search", "Search", false),
            entry("redirects", "Redirects", false),
            entry("import", "Import and export", false),
            entry("mail", "Sent mail", false),
        ],
    ),
    (
        "Shop",
        &[
            entry("staff", "Staff", true),
            entry("audit", "Audit log", true),
            entry("health", "Health", true),
            entry("reconciliation", "Reconciliation", true),
            entry("settings", "Settings", true),
            entry("sessions", "Your account", false),
        ],
    ),
];

/// A page for somebody who is logged in.
pub fn document(frame: Frame, content: AnyView) -> impl IntoView {
    let Frame { title, shop_name, section, staff, flash, assets } = frame;
    let flash = flash.map(|flash| {
        let (class, role) = if flash.good { ("notice good", "status") } else { ("notice bad", "alert") };
        view! { <div class=class role=role><p>{flash.text}</p></div> }
    });
    let body = view! {
        <a class="skip" href="#content">"Skip to content"</a>
        <header class="top">
            <a class="brand" href="/admin">{shop_name.clone()}</a>
            <details class="menu">
                <summary>{icon::draw("menu")}<span>"Menu"</span></summary>
                <nav aria-label="Menu">{navigation(section, &staff)}{person(&staff)}</nav>
            </details>
        </header>
        <nav class="side" aria-label="Main">
            <a class="brand" href="/admin">{icon::draw("mark")}<span>{shop_name.clone()}</span></a>
            {navigation(section, &staff)}
            {person(&staff)}
        </nav>
        <main id="content" tabindex="-1">{flash}{content}</main>
        <Comfort />
    };
    page(title, &shop_name, assets, "desk", body.into_any())
}

/// A page for somebody who is not: log in, accept an invitation.
pub fn outside(title: &str, shop_name: &str, assets: Assets, content: AnyView) -> impl IntoView + use<> {
    let brand = shop_name.to_owned();
    let body = view! {
        <main id="content" class="door">
            <p class="brand">{icon::draw("mark")}<span>{brand}</span></p>
            {content}
        </main>
    };
    page(title.to_owned(), shop_name, assets, "outside", body.into_any())
}

fn page(title: String, shop_name: &str, assets: Assets, class: &'static str, body: AnyView) -> impl IntoView + use<> {
    let title = format!("{title} · {shop_name} admin");
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <meta name="robots" content="noindex" />
                <title>{title}</title>
                <link rel="icon" href=assets.icon type="image/svg+xml" />
                <link rel="stylesheet" href=assets.style />
                <script defer src=assets.loader data-module=assets.module data-wasm=assets.wasm></script>
            </head>
            <body class=class>{body}</body>
        </html>
    }
}

fn navigation(section: &'static str, staff: &Staff) -> AnyView {
    let groups = GROUPS
        .iter()
        .map(|(name, entries)| {
            let items = entries
                .iter()
                .filter(|entry| !entry.owner_only || staff.is_owner())
                .map(|entry| {
                    let href =
                        if entry.section.is_empty() { "/admin".into() } else { format!("/admin/{}", entry.section) };
                    let here = (entry.section == section).then_some("page");
                    view! {
                        <li>
                            <a href=href aria-current=here>{icon::draw(entry.section)}<span>{entry.label}</span></a>
                        </li>
                    }
                })
                .collect_view();
            view! { <li><p class="nav-group">{*name}</p><ul>{items}</ul></li> }
        })
        .collect_view();
    view! { <ul class="nav">{groups}</ul> }.into_any()
}

fn person(staff: &Staff) -> AnyView {
    view! {
        <div class="person">
            <p><strong>{staff.name.clone()}</strong><span>{staff.role.label()}</span></p>
            <div class="person-links">
                <a href="/">"View shop"</a>
                <form method="post" action="/admin/logout"><button class="link">"Log out"</button></form>
            </div>
        </div>
    }
    .into_any()
}
