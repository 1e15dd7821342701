//! What the merchant says about words: which mean the same, and what comes first.

use crate::form::{Field, Form};
use crate::part::{self, Number, Text};
use leptos::prelude::*;
use shop::limits::TERM_CHARS;
use shop::search::{Pin, Synonym};

pub fn synonyms(lines: Vec<Synonym>, form: &Form) -> AnyView {
    let list = if lines.is_empty() {
        part::empty(
            "No synonyms yet",
            "When shoppers say “jumper” and your products say “sweater”, a line with both helps them find it.",
            None,
        )
    } else {
        let rows = lines
            .into_iter()
            .map(|line| {
                let phrases = line.phrases.join(", ");
                let label = format!("Remove {phrases}");
                view! {
                    <tr>
                        <th scope="row">{phrases}</th>
                        <td class="row-actions">
                            <form method="post" action=format!("/admin/search/synonyms/{}/delete", line.id)>
                                <button class="link" aria-label=label>"Remove"</button>
                            </form>
                        </td>
                    </tr>
                }
            })
            .collect_view();
        part::table("Synonyms, table", &[Text("Mean the same"), Number("Actions")], rows)
    };
    view! {
        <section class="card" aria-labelledby="synonyms">
            <h2 id="synonyms">"Synonyms"</h2>
            {list}
            <form method="post" action="/admin/search/synonyms" class="line">
                {Field::new("phrases", "Words and phrases that mean the same, with commas between them")
                    .required()
                    .input(form)}
                <button>"Add line"</button>
            </form>
        </section>
    }
    .into_any()
}

pub fn pins(pins: Vec<Pin>, form: &Form) -> AnyView {
    let list = if pins.is_empty() {
        part::empty("Nothing pinned yet", "A pinned product comes first when exactly its term is looked for.", None)
    } else {
        let rows = pins.into_iter().map(pinned).collect_view();
        part::table("Pinned products, table", &[Text("Term"), Text("Product"), Number("Actions")], rows)
    };
    view! {
        <section class="card" aria-labelledby="pins">
            <h2 id="pins">"Pinned products"</h2>
            {list}
            <form method="post" action="/admin/search/pins" class="line">
                {Field::new("term", "When this is looked for").required().max(TERM_CHARS).input(form)}
                {Field::new("product", "This product comes first (SKU or address)").required().input(form)}
                <button>"Pin product"</button>
            </form>
        </section>
    }
    .into_any()
}

fn pinned(pin: Pin) -> AnyView {
    let draft = (!pin.published).then(|| part::badge("warn", "Not for sale"));
    let action = |path: &'static str, text: &'static str| {
        let label = format!("{text}: {} for {}", pin.title, pin.term);
        view! {
            <form method="post" action=format!("/admin/search/pins/{path}")>
                <input type="hidden" name="term" value=pin.term.clone() />
                <input type="hidden" name="product" value=pin.product_id.to_string() />
                <button class="link" aria-label=label>{text}</button>
            </form>
        }
    };
    view! {
        <tr>
            <th scope="row">{pin.term.clone()}</th>
            <td><a href=format!("/admin/products/{}", pin.product_id)>{pin.title.clone()}</a>" "{draft}</td>
            <td class="row-actions">{action("first", "Put first")}{action("delete", "Remove")}</td>
        </tr>
    }
    .into_any()
}
