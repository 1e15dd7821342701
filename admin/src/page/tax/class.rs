//! Tax classes.

use super::{HERE, Tab, head};
use crate::form::{Field, Form};
use crate::part::{self, Number, Text};
use leptos::prelude::*;
use shop::limits::{NAME_CHARS, SKU_CHARS};
use shop::tax::Class;

pub fn classes(classes: Vec<Class>, form: &Form) -> AnyView {
    let columns = [Text("Class"), Text("Code"), Number("Rates"), Text("Delete")];
    view! {
        {head(Tab::Classes, None)}
        {form.summary()}
        <section class="card flush" aria-label="Classes">
            {part::table("Classes, table", &columns, classes.into_iter().map(row).collect_view())}
        </section>
        <section class="card" aria-labelledby="add">
            <h2 id="add">"Add a class"</h2>
            <form method="post" action=format!("{HERE}/classes") class="stack">
                {Field::new("name", "Name").required().max(NAME_CHARS).input(form)}
                {Field::new("code", "Code")
                    .required()
                    .max(SKU_CHARS)
                    .hint("As products and files name it. A file that names another adds that.")
                    .input(form)}
                <div><button>"Add class"</button></div>
            </form>
        </section>
    }
    .into_any()
}

fn row(class: Class) -> AnyView {
    let delete = if class.is_built_in() {
        view! { <span class="hint">"Always there"</span> }.into_any()
    } else {
        view! {
            <form method="post" action=format!("{HERE}/classes/delete")>
                <input type="hidden" name="code" value=class.code.clone() />
                <button class="link">"Delete"<span class="sr-only">" "{class.name.clone()}</span></button>
            </form>
        }
        .into_any()
    };
    view! {
        <tr>
            <th scope="row">{class.name}</th>
            <td><code>{class.code}</code></td>
            <td class="num">{class.rates}</td>
            <td class="link-cell">{delete}</td>
        </tr>
    }
    .into_any()
}
