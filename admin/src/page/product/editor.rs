//! The editor of one product, new or existing.

use super::{attributes, delivery, limit, pictures, variants};
use crate::form::{Field, Form};
use crate::part::{Number, Text};
use crate::{date, part};
use leptos::prelude::*;
use shop::attribute::Attribute;
use shop::catalogue::edit::Edited;
use shop::catalogue::history::PriceChange;
use shop::id::{CategoryId, VariantId};
use shop::limits::{NAME_CHARS, SEO_DESCRIPTION_CHARS, SLUG_CHARS, TITLE_CHARS};
use shop::money::{Currency, Money};
use shop::sale::Held;

/// What the editor stands on besides its form.
#[derive(Clone, Debug)]
pub struct Opened {
    /// `None`: a product that is not saved yet.
    pub stored: Option<Edited>,
    pub categories: Vec<(CategoryId, String)>,
    pub attributes: Vec<Attribute>,
    pub currencies: Vec<Currency>,
    /// Codes and names.
    pub tax_classes: Vec<(String, String)>,
    /// The latest changes of its prices, newest first.
    pub prices: Vec<PriceChange>,
    /// Its prices that sales hold.
    pub held: Vec<Held>,
    /// What its variants cost in currencies in which nothing is typed for them.
    pub converted: Vec<(VariantId, Money)>,
    /// How much one may buy of it, as [`limit::section`] shows it.
    pub limit: Form,
}

pub fn editor(opened: &Opened, form: &Form) -> AnyView {
    let (title, action) = match &opened.stored {
        Some(stored) => (stored.draft.title.clone(), format!("/admin/products/{}", stored.id)),
        None => ("Add product".to_owned(), "/admin/products/new".to_owned()),
    };
    let status = opened.stored.as_ref().map(|stored| super::status_badge(stored.draft.status, stored.draft.publish_at));
    let look = opened.stored.as_ref().filter(|s| s.draft.status.code() == "published").map(|stored| {
        view! { <a class="button quiet" href=format!("/p/{}", stored.draft.slug)>"View in shop"</a> }
    });
    let actions = view! { {status}{look} };
    view! {
        {part::up("/admin/products", "Products")}
        {part::heading(title, Some(actions.into_any()))}
        {form.summary()}
        {opened.limit.summary()}
        <form method="post" action=action class="columns" data-guard="">
            <input type="hidden" name="version" value=form.value("version").to_owned() />
            // Pressing Enter in a field saves: the first button of a form is the one that is meant.
            <button class="sr-only" name="do" value="save" tabindex="-1" aria-hidden="true">"Save"</button>
            <div class="column">
                {basics(form)}
                {opened.stored.as_ref().map(|stored| pictures::section(stored, form))}
            </div>
            <div class="column side-column">
                {organisation(opened, form)}
                {delivery::section(form, &opened.tax_classes)}
                {attributes::section(&opened.attributes, form)}
                {search_engines(form)}
            </div>
            <div class="column across">
                {on_sale(&opened.held)}
                {variants::section(form, &opened.currencies, &opened.converted)}
                <div class="save-bar"><button name="do" value="save">"Save product"</button></div>
            </div>
        </form>
        {opened.stored.as_ref().map(|stored| after(stored, form, opened))}
    }
    .into_any()
}

fn basics(form: &Form) -> AnyView {
    view! {
        <section class="card" aria-labelledby="basics">
            <h2 id="basics">"Product"</h2>
            {Field::new("title", "Title").required().max(TITLE_CHARS).input(form)}
            {Field::new("slug", "Address in the shop")
                .max(SLUG_CHARS)
                .slug_from(form.field_id("title"))
                .hint("Lower-case letters, digits and hyphens. Left empty, it is made from the title.")
                .input(form)}
            {Field::new("description_html", "Description")
                .rows(10)
                .hint("HTML: paragraphs, lists, links, emphasis. Scripts, styles and frames are taken out on saving.")
                .area(form)}
        </section>
    }
    .into_any()
}

fn organisation(opened: &Opened, form: &Form) -> AnyView {
    let statuses = [("draft", "Draft: hidden"), ("published", "Published"), ("archived", "Archived: hidden")]
        .map(|(value, label)| (value.to_owned(), label.to_owned()))
        .into();
    let chosen: Vec<&str> = form.all("category").collect();
    let categories = opened
        .categories
        .iter()
        .map(|(id, name)| {
            let value = id.to_string();
            let checked = chosen.contains(&value.as_str());
            let field = format!("category-{value}");
            view! {
                <li class="check">
                    <input type="checkbox" id=field.clone() name="category" value=value checked=checked />
                    <label for=field>{name.clone()}</label>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="card" aria-labelledby="organisation">
            <h2 id="organisation">"Where it belongs"</h2>
            {Field::new("status", "Status").select(form, statuses)}
            {Field::new("publish_at", "Publish later, at (UTC)")
                .kind("datetime-local")
                .hint("Day and time in UTC at which a draft is published by itself. Left empty, it stays a draft.")
                .input(form)}
            {Field::new("brand", "Brand").max(NAME_CHARS).input(form)}
            {Field::new("product_type", "Type").max(NAME_CHARS).input(form)}
            {Field::new("tags", "Tags, separated by commas").input(form)}
            <fieldset>
                <legend>"Categories"</legend>
                <ul class="choices">{categories}</ul>
            </fieldset>
        </section>
    }
    .into_any()
}

fn search_engines(form: &Form) -> AnyView {
    view! {
        <section class="card" aria-labelledby="seo">
            <h2 id="seo">"In search results"</h2>
            {Field::new("seo_title", "Title").max(TITLE_CHARS).hint("Left empty, the product's title.").input(form)}
            {Field::new("seo_description", "Description").max(SEO_DESCRIPTION_CHARS).rows(3).area(form)}
        </section>
    }
    .into_any()
}

/// What stands below the form of a saved product, because it is sent by itself.
fn after(stored: &Edited, form: &Form, opened: &Opened) -> AnyView {
    let preview = stored.draft.description_html.clone();
    view! {
        {pictures::upload(stored, form)}
        {limit::section(stored.id, &opened.limit)}
        {price_history(&opened.prices)}
        <details class="card">
            <summary><h2>"Preview of the saved description"</h2></summary>
            <div class="prose" inner_html=preview></div>
        </details>
        <p class="hint">"Last saved "{date::time(stored.updated_at)}" UTC · version "{stored.version}" · "<code>{stored.id.to_string()}</code></p>
    }
    .into_any()
}

/// Which prices are a sale's at present.
fn on_sale(held: &[Held]) -> Option<AnyView> {
    if held.is_empty() {
        return None;
    }
    let rows = held
        .iter()
        .map(|price| {
            view! {
                <li>
                    <code>{price.sku.clone()}</code>
                    " in "
                    {price.currency.code()}
                    ": "
                    <a href=format!("/admin/sales/{}", price.sale_id)>{price.sale.clone()}</a>
                </li>
            }
        })
        .collect_view();
    Some(
        view! {
            <section class="notice" aria-labelledby="on-sale">
                <h2 id="on-sale">"On sale"</h2>
                <p>
                    "A sale has set these prices and puts the former ones back when it is over. A price that you change \
                     here leaves the sale and stays as you set it."
                </p>
                <ul>{rows}</ul>
            </section>
        }
        .into_any(),
    )
}

/// What was asked for each variant, and since when.
fn price_history(changes: &[PriceChange]) -> Option<AnyView> {
    if changes.is_empty() {
        return None;
    }
    let rows = changes
        .iter()
        .map(|change| {
            let price = change.price.map_or_else(|| "Not sold".to_owned(), |price| price.to_string());
            view! {
                <tr>
                    <td>{date::time(change.since)}</td>
                    <th scope="row"><code>{change.sku.clone()}</code></th>
                    <td>{change.currency.code()}</td>
                    <td class="num">{price}</td>
                    <td class="num">{change.compare_at.map(|before| before.to_string())}</td>
                </tr>
            }
        })
        .collect_view();
    let columns = [Text("Since (UTC)"), Text("SKU"), Text("Currency"), Number("Price"), Number("Price before")];
    Some(
        view! {
            <details class="card">
                <summary><h2>"Price history"</h2></summary>
                <p class="hint">
                    "The latest changes. Where a price is reduced, the product's page names the lowest one of the 30 days \
                     before, taken from here."
                </p>
                {part::table("Price history", &columns, rows)}
            </details>
        }
        .into_any(),
    )
}
