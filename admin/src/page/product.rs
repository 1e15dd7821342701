//! Products: the list, and the editor for new and existing ones.

mod attributes;
mod delivery;
mod editor;
pub mod limit;
mod pictures;
pub mod quick;
mod sent;
mod variants;

pub use attributes::{fields as attribute_fields, read as read_attributes};
pub use editor::{Opened, editor};
pub use sent::{form_of, read, with_matrix, with_moved_picture};

use crate::form::Form;
use crate::part::{self, Place};
use leptos::prelude::*;
use shop::catalogue::desk::{ListRow, Sort};
use shop::catalogue::draft::Status;
use shop::catalogue::quick::Quick;
use shop::money::Currency;

/// What the list was asked for, as the address has it.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    pub status: String,
    pub stock: String,
    pub sort: String,
    pub text: String,
}

const SORTS: [(Sort, &str, &str); 6] = [
    (Sort::Newest, "", "Newest first"),
    (Sort::Oldest, "oldest", "Oldest first"),
    (Sort::Changed, "changed", "Last changed"),
    (Sort::PriceLow, "price_low", "Price, low to high"),
    (Sort::PriceHigh, "price_high", "Price, high to low"),
    (Sort::BestSelling, "best_selling", "Best-selling"),
];

/// As the address names it; the newest first when it names none.
pub fn sort(name: &str) -> Sort {
    SORTS.iter().find(|(_, known, _)| *known == name).map_or(Sort::Newest, |(sort, ..)| *sort)
}

impl Asked {
    pub fn address(&self, status: &str) -> String {
        let (stock, text, sort) = (part::encode(&self.stock), part::encode(&self.text), part::encode(&self.sort));
        format!("/admin/products?status={status}&stock={stock}&sort={sort}&q={text}")
    }
}

/// `publish_at`: when a draft will be published.
pub fn status_badge(status: Status, publish_at: Option<i64>) -> AnyView {
    match status {
        Status::Published => part::badge("good", "Published"),
        Status::Draft if publish_at.is_some() => part::badge("info", "Scheduled"),
        Status::Draft => part::badge("warn", "Draft"),
        Status::Archived => part::badge("", "Archived"),
    }
}

/// One page of the list.
pub struct Listed {
    pub products: Vec<ListRow>,
    /// How many there are on all pages, when that was counted.
    pub total: Option<usize>,
    /// The shop's default, in which the lowest prices are.
    pub currency: Option<Currency>,
    /// Where the page begins.
    pub at: String,
    /// Prices and stock are typed over: those of products with one variant, and what is typed.
    pub quick: Option<(Vec<Quick>, Form)>,
}

pub fn list(listed: Listed, asked: &Asked, place: &Place) -> AnyView {
    let Listed { products, total, currency, at, quick } = listed;
    let tabs = [
        ("", "All"),
        ("published", "Published"),
        ("draft", "Drafts"),
        ("scheduled", "Scheduled"),
        ("archived", "Archived"),
    ]
    .map(|(key, label)| (asked.address(key), label.to_owned(), key == asked.status))
    .into();
    let filtered = !asked.status.is_empty() || !asked.stock.is_empty() || !asked.text.is_empty();
    let body = match (quick, currency) {
        _ if products.is_empty() => nothing(filtered),
        (Some((only, form)), Some(currency)) => quick::quick(&products, &only, asked, &at, currency, &form),
        _ => chosen(products, total, asked, &at, currency),
    };
    let stock = [("", "Any stock"), ("out", "Something sold out")]
        .map(|(key, label)| view! { <option value=key selected=key == asked.stock>{label}</option> })
        .collect_view();
    let clear = filtered.then(|| view! { <a class="chip" href="/admin/products">"Clear filters ✕"</a> });
    let sorts = SORTS
        .map(|(_, key, label)| view! { <option value=key selected=key == asked.sort>{label}</option> })
        .collect_view();
    let count = total.filter(|total| *total > 0).map(|total| {
        let many =
            if total == 1 { "1 product".to_owned() } else { format!("{} products", part::thousands(total as u64)) };
        view! { <p class="sub" role="status">{many}</p> }
    });
    let new = view! {
        <a class="button quiet" href=super::bulk::HERE>"Bulk edits"</a>
        <a class="button quiet" href="/admin/import">"Import"</a>
        <a class="button" href="/admin/products/new">"Add product"</a>
    };
    view! {
        {part::heading("Products", Some(new.into_any()))}
        {part::tabs("Products by status", tabs)}
        <form method="get" action="/admin/products" class="search" role="search">
            <input type="hidden" name="status" value=asked.status.clone() />
            <label for="search" class="sr-only">"Words of title, brand or SKU"</label>
            <input
                id="search"
                type="search"
                name="q"
                value=asked.text.clone()
                placeholder="Words of title, brand or SKU"
                maxlength="200"
            />
            <label for="stock" class="sr-only">"Stock"</label>
            <select id="stock" name="stock">{stock}</select>
            <label for="sort" class="sr-only">"Sort by"</label>
            <select id="sort" name="sort">{sorts}</select>
            <button class="quiet">"Search"</button>
            {clear}
        </form>
        {count}
        {body}
        {part::pager(place)}
    }
    .into_any()
}

/// The table, whose ticked rows, or all that the search finds, can be edited at once.
fn chosen(
    products: Vec<ListRow>,
    total: Option<usize>,
    asked: &Asked,
    at: &str,
    currency: Option<Currency>,
) -> AnyView {
    let typed_over = format!("{}&at={}&edit=on", asked.address(&asked.status), part::encode(at));
    let all = match total {
        Some(1) => "Edit the 1 found".to_owned(),
        Some(total) => format!("Edit all {} found", part::thousands(total as u64)),
        None => "Edit all products".to_owned(),
    };
    view! {
        <form method="post" action=super::bulk::HERE class="stack">
            <input type="hidden" name="status" value=asked.status.clone() />
            <input type="hidden" name="stock" value=asked.stock.clone() />
            <input type="hidden" name="sort" value=asked.sort.clone() />
            <input type="hidden" name="q" value=asked.text.clone() />
            <section class="card flush" aria-label="Products">{table(products, currency)}</section>
            <div class="actions">
                <button class="quiet">"Edit ticked products"</button>
                <button class="quiet" name="sheet" value="on">"Edit ticked as a table"</button>
                <button class="quiet" name="all" value="on">{all}</button>
                <a class="button quiet" href=typed_over>"Type over prices and stock"</a>
            </div>
        </form>
    }
    .into_any()
}

fn nothing(filtered: bool) -> AnyView {
    let empty = if filtered {
        let all = ("/admin/products".to_owned(), "Show all products");
        part::empty("No product matches", "Nothing fits this view and search.", Some(all))
    } else {
        let new = ("/admin/products/new".to_owned(), "Add product");
        part::empty("No products yet", "Add the first one, or import a file from another shop.", Some(new))
    };
    view! { <section class="card flush" aria-label="Products">{empty}</section> }.into_any()
}

fn table(products: Vec<ListRow>, currency: Option<Currency>) -> AnyView {
    let rows = products.into_iter().map(|product| row(product, currency)).collect_view();
    view! {
        <div class="scroll" role="group" aria-label="Products, table" tabindex="0">
            <table>
                <thead>
                    <tr>
                        <th scope="col"><span class="sr-only">"Ticked"</span></th>
                        <th scope="col">"Product"</th>
                        <th scope="col">"Status"</th>
                        <th scope="col" class="num">"Variants"</th>
                        <th scope="col" class="num">"Price from"</th>
                        <th scope="col">"Stock"</th>
                        <th scope="col">"Changed"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn row(product: ListRow, currency: Option<Currency>) -> AnyView {
    let picture = match product.picture_url {
        Some(url) => view! { <img class="thumb" src=url alt="" width="40" height="40" loading="lazy" /> }.into_any(),
        None => view! { <span class="thumb"></span> }.into_any(),
    };
    let stock = match product.available {
        units if units <= 0 => part::badge("bad", "None left"),
        units @ 1..=5 => part::badge("warn", format!("{units} left")),
        units => format!("{units} available").into_any(),
    };
    let when = product.publish_at.map(|at| view! { <span class="sub">{crate::date::time(at)}" UTC"</span> });
    let price = product.price_from.zip(currency).map(|(amount, currency)| currency.money(amount).to_string());
    view! {
        <tr>
            <td>
                <input type="checkbox" name="id" value=product.id.to_string() aria-label=format!("Tick {}", product.title) />
            </td>
            <th scope="row">
                <div class="item">
                    {picture}
                    <div>
                        <a href=format!("/admin/products/{}", product.id)>{product.title}</a>
                        <span class="sub">"/"{product.slug}</span>
                    </div>
                </div>
            </th>
            <td>{status_badge(Status::parse(&product.status).unwrap_or_default(), product.publish_at)}{when}</td>
            <td class="num">{product.variants}</td>
            <td class="num">{price}</td>
            <td>{stock}</td>
            <td>{crate::date::time(product.updated_at)}</td>
        </tr>
    }
    .into_any()
}
