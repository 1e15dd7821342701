//! Codes of promotions: those that are in the cart, each of which can be taken out, and the field for another.

use leptos::prelude::*;
use shop::limits::CODE_CHARS;
use shop::promotion::CodeState;

/// A code that was refused: as it was typed, and why.
pub type Refused = (String, String);

/// A field that is folded away until somebody has such a code, or one was refused.
pub struct CodeField {
    pub summary: &'static str,
    pub label: &'static str,
    pub name: &'static str,
    pub max_chars: usize,
}

const DISCOUNT: CodeField =
    CodeField { summary: "Add a code", label: "Discount code", name: "code", max_chars: 4 * *CODE_CHARS.end() };

/// `action` takes the field "code" and, with "remove", takes it out; `from` says on which page it was typed.
pub fn codes(codes: &[CodeState], action: &'static str, from: &str, refused: Option<Refused>) -> AnyView {
    let chips = codes.iter().map(|code| chip(code, action, from)).collect_view();
    let chips = (!codes.is_empty()).then(|| view! { <ul class="codes" aria-label="Your codes">{chips}</ul> });
    view! {
        {chips}
        {code_field(&DISCOUNT, action, from, refused)}
    }
    .into_any()
}

/// A form with that one field.
pub fn code_field(field: &CodeField, action: &'static str, from: &str, refused: Option<Refused>) -> AnyView {
    let is_open = refused.is_some();
    let (typed, problem) = refused.unzip();
    let (id, error) = (field.name.replace('_', "-"), format!("{}-error", field.name.replace('_', "-")));
    let described_by = is_open.then(|| error.clone());
    let message = problem.map(|text| view! { <p class="field-error" id=error>{text}</p> });
    view! {
        <details class="code-form" open=is_open>
            <summary>{field.summary}</summary>
            <form action=action method="post">
                <input type="hidden" name="from" value=from.to_owned() />
                <label for=id.clone()>{field.label}</label>
                <div class="code-row">
                    <input
                        id=id
                        name=field.name
                        type="text"
                        required=true
                        maxlength=field.max_chars.to_string()
                        autocomplete="off"
                        autocapitalize="characters"
                        spellcheck="false"
                        value=typed.unwrap_or_default()
                        autofocus=is_open
                        aria-invalid=is_open.then_some("true")
                        aria-describedby=described_by
                    />
                    <button class="button button-quiet" type="submit">"Apply"</button>
                </div>
                {message}
            </form>
        </details>
    }
    .into_any()
}

fn chip(code: &CodeState, action: &'static str, from: &str) -> impl IntoView + use<> {
    let problem = code.problem.clone().map(|text| view! { <p class="code-problem">{text}</p> });
    view! {
        <li>
            <form action=action method="post">
                <input type="hidden" name="from" value=from.to_owned() />
                <input type="hidden" name="remove" value="1" />
                <button class="chip" type="submit" name="code" value=code.code.clone() aria-label=format!("Remove the code {}", code.code)>
                    {code.code.clone()}
                    <span aria-hidden="true">" ×"</span>
                </button>
            </form>
            {problem}
        </li>
    }
}
