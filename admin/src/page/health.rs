//! Whether stock and money are as they must be: every rule, green or red.

use crate::{date, part};
use leptos::prelude::*;
use shop::invariant::{Breach, SHOWN, Verdict};

/// `at`: when the rules were asked, Unix milliseconds.
pub fn page(verdicts: Vec<Verdict>, at: i64) -> AnyView {
    let broken = verdicts.iter().filter(|verdict| !verdict.breaches.is_empty()).count();
    let summary = match broken {
        0 => view! { <p class="notice good" role="status">"Everything is as it must be."</p> }.into_any(),
        1 => view! { <p class="notice bad" role="alert">"One rule is broken. Look at it before you ship."</p> }
            .into_any(),
        _ => {
            view! { <p class="notice bad" role="alert">{broken}" rules are broken. Look at them before you ship."</p> }
                .into_any()
        }
    };
    let rows = verdicts.into_iter().map(row).collect_view();
    view! {
        {part::heading("Health", None)}
        {summary}
        <p class="hint">
            "Each rule was asked of the whole database at "{date::time(at)}". "
            <code>"mercer doctor"</code>" asks the same on the command line."
        </p>
        <section class="card flush" aria-label="Rules">
            <div class="scroll" role="group" aria-label="Rules" tabindex="0">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"Rule"</th>
                            <th scope="col">"State"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

fn row(verdict: Verdict) -> AnyView {
    let Verdict { rule, says, breaches } = verdict;
    let badge = match breaches.len() {
        0 => part::badge("good", "In order"),
        SHOWN => part::badge("bad", format!("{SHOWN} or more")),
        count => part::badge("bad", format!("{count} broken")),
    };
    let list = (!breaches.is_empty()).then(|| {
        let items = breaches.into_iter().map(breach).collect_view();
        view! { <ul class="breaches">{items}</ul> }
    });
    view! {
        <tr>
            <th scope="row">{says}" "<span class="hint">{rule}</span>{list}</th>
            <td>{badge}</td>
        </tr>
    }
    .into_any()
}

fn breach(breach: Breach) -> AnyView {
    let Breach { reference, detail, .. } = breach;
    let named = if reference.starts_with("M-") {
        view! { <a href=format!("/admin/orders/{reference}")>{reference.clone()}</a> }.into_any()
    } else {
        view! { <code>{reference}</code> }.into_any()
    };
    view! { <li>{named}": "{detail}</li> }.into_any()
}
