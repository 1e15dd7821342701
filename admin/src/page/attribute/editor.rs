//! The editor of one attribute, new or existing.

use super::sent::rows;
use super::{HERE, kind, products, swatch};
use crate::form::{Field, Form};
use crate::part::{self, Number, Text};
use leptos::prelude::*;
use shop::attribute::{Edited, Kind};
use shop::limits::{NAME_CHARS, SLUG_CHARS, UNIT_CHARS};

/// `stored` is `None` for an attribute that is not saved yet.
pub fn editor(stored: Option<&Edited>, of: Kind, form: &Form) -> AnyView {
    let (title, action) = match stored {
        Some(stored) => (stored.draft.name.clone(), format!("{HERE}/{}", stored.id)),
        None => ("Add attribute".to_owned(), format!("{HERE}/new")),
    };
    let kinds = stored.is_none().then(|| {
        let tab = |one: Kind| (format!("{HERE}/new?kind={}", one.code()), kind(one).to_owned(), one == of);
        part::tabs("Type of attribute", Kind::ALL.map(tab).into())
    });
    let moved = form.is_on("moved").then(|| {
        view! { <p class="notice" role="status">"This is kept when you save the attribute."</p> }
    });
    let here = action.clone();
    view! {
        {part::up(HERE, "Attributes")}
        {part::heading(title, Some(part::badge("info", kind(of))))}
        {kinds}
        {form.summary()}
        {moved}
        <form method="post" action=action class="columns" data-guard="">
            <input type="hidden" name="version" value=form.value("version").to_owned() />
            <input type="hidden" name="kind" value=of.code() />
            // Pressing Enter in a field saves: the first button of a form is the one that is meant.
            <button class="sr-only" name="do" value="save" tabindex="-1" aria-hidden="true">"Save"</button>
            <div class="column">{basics(of, form)}</div>
            <div class="column side-column">{uses(form)}</div>
            <div class="column across">
                {(of == Kind::Choice).then(|| choices(stored, &here, form))}
                <div class="save-bar"><button name="do" value="save">"Save attribute"</button></div>
            </div>
        </form>
        {stored.map(removal)}
    }
    .into_any()
}

fn basics(of: Kind, form: &Form) -> AnyView {
    let unit = (of == Kind::Number).then(|| {
        let hint = "Stands behind the number: cm, ml, W. Numbers have up to three decimals.";
        Field::new("unit", "Unit").max(UNIT_CHARS).hint(hint).input(form)
    });
    view! {
        <section class="card" aria-labelledby="basics">
            <h2 id="basics">"Attribute"</h2>
            {Field::new("name", "Name")
                .required()
                .max(NAME_CHARS)
                .hint("As shoppers read it. An option of products with the same name is one filter with it.")
                .input(form)}
            {Field::new("slug", "Key")
                .max(SLUG_CHARS)
                .slug_from(form.field_id("name"))
                .hint("For files and programs: lower-case letters, digits and hyphens. Left empty, it is made from the name.")
                .input(form)}
            {unit}
        </section>
    }
    .into_any()
}

fn uses(form: &Form) -> AnyView {
    view! {
        <section class="card" aria-labelledby="uses">
            <h2 id="uses">"Used for"</h2>
            {Field::new("shown", "Shown on the product's page").check(form)}
            {Field::new("filterable", "A filter of lists and of the search").check(form)}
            {Field::new("searchable", "Found by its words").check(form)}
        </section>
    }
    .into_any()
}

fn choices(stored: Option<&Edited>, here: &str, form: &Form) -> AnyView {
    let rows = rows(form);
    let last = rows.last().copied();
    let lines = rows.iter().map(|at| choice(stored, here, *at, Some(*at) == last, form)).collect_view();
    let columns = [Text("Value"), Text("Colour"), Number("Products"), Text("Order"), Text("Remove")];
    let refused = form.error("choices").map(|text| view! { <p class="error">{text.to_owned()}</p> });
    view! {
        <section class="card" aria-labelledby="values">
            <h2 id="values" tabindex="-1">"Values"</h2>
            <p class="hint" id=form.field_id("choices")>
                "Products have one or more of them. A colour like #a04030 is drawn beside the value. Products lose a value that you \
                 remove."
            </p>
            {refused}
            {part::table("Values, table", &columns, lines)}
            <div class="actions">
                <button class="quiet" name="do" value="more" formaction=format!("{here}#values")>"More rows"</button>
            </div>
        </section>
    }
    .into_any()
}

fn choice(stored: Option<&Edited>, here: &str, at: usize, is_last: bool, form: &Form) -> AnyView {
    let name = |part: &str| format!("choices.{at}.{part}");
    let id = form.value(&name("id")).to_owned();
    let uses = stored.and_then(|stored| {
        let known = stored.draft.choices.iter().position(|c| c.id.is_some_and(|known| known.to_string() == id))?;
        stored.uses.get(known).copied()
    });
    let colour = form.value(&name("swatch")).to_owned();
    let drawn = (colour.len() == 7 && form.error(&name("swatch")).is_none()).then(|| swatch(colour));
    let number = at + 1;
    let button = |to: &'static str, sign: &'static str, off: bool| {
        let label = format!("Move value {number} {to}");
        view! {
            <button
                class="quiet square"
                name="do"
                value=format!("choice-{to}-{at}")
                formaction=format!("{here}#values")
                aria-label=label
                disabled=off
            >
                {sign}
            </button>
        }
    };
    view! {
        <tr>
            <td>
                <input type="hidden" name=name("id") value=id />
                {Field::new(name("value"), format!("Value {number}")).quiet().max(NAME_CHARS).input(form)}
            </td>
            <td>
                <div class="swatch-field">
                    {drawn}
                    {Field::new(name("swatch"), format!("Colour of value {number}")).quiet().max(9).input(form)}
                </div>
            </td>
            <td class="num">{uses}</td>
            <td><div class="actions">{button("up", "↑", at == 0)}{button("down", "↓", is_last)}</div></td>
            <td>{Field::new(name("remove"), format!("Remove value {number}")).quiet().check(form)}</td>
        </tr>
    }
    .into_any()
}

fn removal(stored: &Edited) -> AnyView {
    let (count, name) = (products(stored.products), &stored.draft.name);
    let what = match stored.products {
        0 => "No product has a value of it.".to_owned(),
        1 => "1 product has a value of it, and loses it.".to_owned(),
        _ => format!("{count} have a value of it, and lose it."),
    };
    view! {
        <section class="card" aria-labelledby="removal">
            <h2 id="removal">"Delete"</h2>
            <p class="hint">{what.clone()}</p>
            <form method="post" action=format!("{HERE}/{}/delete", stored.id)>
                <button class="danger" data-confirm=format!("Delete the attribute {name}? {what}")>"Delete attribute"</button>
            </form>
        </section>
    }
    .into_any()
}
