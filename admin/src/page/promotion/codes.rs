//! The codes of a promotion: a page of them, one more, thousands at a time.

use super::HERE;
use crate::form::{Field, Form};
use crate::part::{self, Number, Place, Text};
use leptos::prelude::*;
use shop::id::PromotionId;
use shop::limits::{CODE_BATCH, EMAIL_CHARS};
use shop::promotion::Code;

/// A page of codes and the forms below it.
pub struct Codes {
    pub promotion: PromotionId,
    pub codes: Vec<Code>,
    pub place: Place,
    pub form: Form,
}

/// The form as it stands there at first.
pub fn code_form() -> Form {
    Form::new("codes").with("count", 100).with("each", 1)
}

pub(super) fn codes(of: Codes) -> AnyView {
    let base = format!("{HERE}/{}/codes", of.promotion);
    let body = if of.codes.is_empty() {
        part::empty("No codes yet", "Nobody gets this discount before it has a code.", None)
    } else {
        let columns = [Text("Code"), Text("For"), Number("Uses"), Text("Batch"), Text("Withdraw")];
        part::table("Codes, table", &columns, of.codes.into_iter().map(|code| row(&base, code)).collect_view())
    };
    let form = &of.form;
    view! {
        {form.summary()}
        <section class="card flush" aria-label="Codes">{body}</section>
        {part::pager(&of.place)}
        <p><a href=format!("{base}.csv")>"Download all codes (CSV)"</a></p>
        <div class="columns">
            <div class="column">
                <section class="card" aria-labelledby="one-code">
                    <h2 id="one-code">"Add a code"</h2>
                    <form method="post" action=base.clone() class="stack">
                        {Field::new("code", "Code").required().hint("A to Z, 0 to 9, - and _; capitals and spaces do not matter.").input(form)}
                        {Field::new("uses", "Uses").keys("numeric").hint("Left empty, as often as the discount.").input(form)}
                        {Field::new("customer", "For the customer").max(EMAIL_CHARS).hint("The e-mail address of an account; left empty, for whoever knows it.").input(form)}
                        <div><button>"Add code"</button></div>
                    </form>
                </section>
            </div>
            <div class="column side-column">
                <section class="card" aria-labelledby="many-codes">
                    <h2 id="many-codes">"Make many codes"</h2>
                    <form method="post" action=format!("{base}/batch") class="stack">
                        {Field::new("count", "How many").required().keys("numeric").hint(format!("At most {CODE_BATCH}.")).input(form)}
                        {Field::new("prefix", "They begin with").max(30).input(form)}
                        {Field::new("each", "Uses of each").required().keys("numeric").input(form)}
                        <div><button>"Make codes"</button></div>
                    </form>
                </section>
            </div>
        </div>
    }
    .into_any()
}

fn row(base: &str, code: Code) -> AnyView {
    let uses = code.max_uses.map_or_else(|| code.used.to_string(), |most| format!("{} of {most}", code.used));
    let batch = (!code.batch.is_empty()).then(|| {
        let short: String = code.batch.chars().skip(20).collect();
        view! { <a href=format!("{base}.csv?batch={}", code.batch)>{format!("…{short}")}<span class="sr-only">", as CSV"</span></a> }
    });
    let (label, wanted) = if code.active { ("Withdraw", "") } else { ("Give out again", "on") };
    view! {
        <tr>
            <th scope="row"><code>{code.code.clone()}</code></th>
            <td>{if code.email.is_empty() { "Everybody".to_owned() } else { code.email }}</td>
            <td class="num">{uses}</td>
            <td>{batch}</td>
            <td class="link-cell">
                <form method="post" action=format!("{base}/{}", code.id)>
                    <input type="hidden" name="active" value=wanted />
                    <button class="link">{label}<span class="sr-only">{format!(" {}", code.code)}</span></button>
                </form>
            </td>
        </tr>
    }
    .into_any()
}
