//! One sale: its form while nothing has begun, what it does from then on.

use super::badge;
use super::done::{done, ends};
use crate::form::{Field, Form};
use crate::part::{self, Number, Place, Text};
use leptos::prelude::*;
use shop::catalogue::Page;
use shop::id::CategoryId;
use shop::limits::{NAME_CHARS, TITLE_CHARS};
use shop::sale::{Item, Preview, Sale, State};

/// What stands on the page of a sale; `sale` is `None` for one that is not saved yet.
pub struct Opened<'o> {
    pub sale: Option<&'o Sale>,
    pub preview: Option<&'o Preview>,
    pub categories: &'o [(CategoryId, String)],
    pub items: Page<Item>,
    /// Which of its prices are listed: a state, or all when empty.
    pub listed: &'o str,
    pub place: &'o Place,
}

pub fn show(opened: Opened<'_>, form: &Form) -> AnyView {
    let summary = opened.sale.map(|sale| &sale.summary);
    let title = summary.map_or("Add sale".to_owned(), |sale| sale.title.clone());
    let open = summary.is_none_or(|sale| sale.state.is_open());
    let body = match summary {
        Some(sale) if !open => done(sale, opened.items, opened.listed, opened.place),
        _ => editor(&opened, form),
    };
    view! {
        {part::up("/admin/sales", "Sales")}
        {part::heading(title, summary.map(|sale| badge(sale.state)))}
        {form.summary()}
        {body}
        {summary.map(ends)}
    }
    .into_any()
}

fn editor(opened: &Opened<'_>, form: &Form) -> AnyView {
    let action = match opened.sale {
        Some(sale) => format!("/admin/sales/{}", sale.summary.id),
        None => "/admin/sales/new".to_owned(),
    };
    let scheduled = opened.sale.is_some_and(|sale| sale.summary.state == State::Scheduled);
    let unchanged = if scheduled { "schedule" } else { "draft" };
    view! {
        <form method="post" action=action class="columns" data-guard="">
            <input type="hidden" name="version" value=form.value("version").to_owned() />
            // Pressing Enter in a field saves as it is: the first button of a form is the one that is meant.
            <button class="sr-only" name="do" value=unchanged tabindex="-1" aria-hidden="true">"Save"</button>
            <div class="column">
                <section class="card" aria-labelledby="what">
                    <h2 id="what">"What becomes cheaper"</h2>
                    {Field::new("title", "Title").required().max(TITLE_CHARS).hint("For you alone; shoppers see the prices.").input(form)}
                    {scope(opened.categories, form)}
                </section>
            </div>
            <div class="column side-column">
                <section class="card" aria-labelledby="when">
                    <h2 id="when">"When"</h2>
                    {Field::new("start_at", "From (UTC)")
                        .kind("datetime-local")
                        .required()
                        .hint("A time that is over begins the sale at once.")
                        .input(form)}
                    {Field::new("end_at", "Until (UTC)")
                        .kind("datetime-local")
                        .hint("Left empty, it lasts until you cancel it.")
                        .input(form)}
                </section>
            </div>
            <div class="column across">
                <div class="save-bar">
                    <button name="do" value="draft" class="quiet">"Save as draft"</button>
                    <button name="do" value="schedule">"Save and schedule"</button>
                </div>
            </div>
        </form>
        {opened.preview.map(preview)}
    }
    .into_any()
}

fn scope(categories: &[(CategoryId, String)], form: &Form) -> AnyView {
    let scopes = [
        ("everything", "Everything in the shop"),
        ("brand", "Products of a brand"),
        ("categories", "Products in categories"),
        ("products", "Products that you name"),
        ("prices", "New prices that you name"),
    ];
    let scopes = scopes.map(|(value, label)| (value.to_owned(), label.to_owned())).into();
    let chosen: Vec<&str> = form.all("category").collect();
    let boxes = categories
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
    let refused = form.error("category").map(|text| view! { <p class="error">{text.to_owned()}</p> });
    view! {
        {Field::new("scope", "The sale is about").select(form, scopes)}
        {Field::new("percent", "Percent off")
            .keys("numeric")
            .max(2)
            .hint("Between 1 and 99. The new price is rounded half up to the currency's smallest unit. Not for named prices.")
            .input(form)}
        {Field::new("brand", "Brand").max(NAME_CHARS).hint("As it is written in the products.").input(form)}
        <fieldset id=form.field_id("category")>
            <legend>"Categories, with those below them"</legend>
            <ul class="choices">{boxes}</ul>
            {refused}
        </fieldset>
        {Field::new("products", "Products, by SKU")
            .rows(4)
            .hint("One SKU on each line; each means its product with all variants.")
            .area(form)}
        {Field::new("prices", "New prices")
            .rows(4)
            .hint("One price on each line: SKU, currency, amount. Pasted from a table or a CSV file.")
            .area(form)}
    }
    .into_any()
}

fn preview(preview: &Preview) -> AnyView {
    let said = match preview.prices {
        0 => "As saved, this sale changes no price.".to_owned(),
        1 => "As saved, this sale is about one price:".to_owned(),
        many => {
            format!("As saved, this sale is about these {many} prices of {} products, for example:", preview.products)
        }
    };
    let held = (preview.held > 0).then(|| {
        view! {
            <p class="hint">
                {format!("Another sale holds {} of them at present; it keeps what it still holds when this one begins.", preview.held)}
            </p>
        }
    });
    let rows = preview
        .examples
        .iter()
        .map(|example| {
            let then = example.then.map_or_else(|| "Stays: not lower".to_owned(), |price| price.to_string());
            view! {
                <tr>
                    <th scope="row">{example.title.clone()}</th>
                    <td><code>{example.sku.clone()}</code></td>
                    <td class="num">{example.now.to_string()}</td>
                    <td class="num">{then}</td>
                </tr>
            }
        })
        .collect_view();
    let columns = [Text("Product"), Text("SKU"), Number("Price now"), Number("In the sale")];
    let table = (!preview.examples.is_empty()).then(|| part::table("Preview", &columns, rows));
    view! {
        <section class="card" aria-labelledby="preview">
            <h2 id="preview">"Preview"</h2>
            <p>{said}</p>
            {held}
            {table}
        </section>
    }
    .into_any()
}
