//! Codes of promotions: those that are in the cart, each of which can be taken out, and the field for another.

use leptos::prelude::*;
use shop::limits::CODE_CHARS;
use shop::promotion::CodeState;

/// A code that was refused: as it was typed, and why.
pub type Refused = (String, String);

/// `action` takes the field "code" and, with "remove", takes it out; `from` says on which page it was typed.
pub fn codes(codes: &[CodeState], action: &'static str, from: &str, refused: Option<Refused>) -> AnyView {
    let chips = codes.iter().map(|code| chip(code, action, from)).collect_view();
    let chips = (!codes.is_empty()).then(|| view! { <ul class="codes" aria-label="Your codes">{chips}</ul> });
    let is_open = refused.is_some();
    let (typed, problem) = refused.unzip();
    let message = problem.clone().map(|text| view! { <p class="field-error" id="code-error">{text}</p> });
    view! {
        {chips}
        <details class="code-form" open=is_open>
            <summary>"Add a code"</summary>
            <form action=action method="post">
                <input type="hidden" name="from" value=from.to_owned() />
                <label for="code">"Discount code"</label>
                <div class="code-row">
                    <input
                        id="code"
                        name="code"
                        type="text"
                        required=true
                        maxlength=(4 * CODE_CHARS.end()).to_string()
                        autocomplete="off"
                        autocapitalize="characters"
                        spellcheck="false"
                        value=typed.unwrap_or_default()
                        autofocus=is_open
                        aria-invalid=is_open.then_some("true")
                        aria-describedby=problem.map(|_| "code-error")
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
