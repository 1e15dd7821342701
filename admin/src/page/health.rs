//! Whether stock and money are as they must be: every rule, green or red.

use crate::date;
use crate::part::{self, Text};
use leptos::prelude::*;
use shop::invariant::{Breach, SHOWN, Verdict};

/// `open`: differences that are open; `stopped`: no new payment is started; `at`: when the rules were asked, Unix
/// milliseconds.
pub fn page(verdicts: Vec<Verdict>, open: usize, stopped: bool, at: i64) -> AnyView {
    let broken = verdicts.iter().filter(|verdict| !verdict.breaches.is_empty()).count();
    let summary = match broken {
        0 if open == 0 => view! { <p class="notice good" role="status">"Everything is as it must be."</p> }.into_any(),
        0 => view! {
            <div class="notice warn" role="status">
                <p>"Every rule holds, but something differs: see "<a href="#provider">"below"</a>"."</p>
            </div>
        }
        .into_any(),
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
            {part::table("Rules", &[Text("Rule"), Text("State")], rows)}
        </section>
        {differences(open, stopped)}
    }
    .into_any()
}

fn differences(open: usize, stopped: bool) -> AnyView {
    let badge = match open {
        0 => part::badge("good", "Nothing differs"),
        1 => part::badge("bad", "1 difference is open"),
        _ => part::badge("bad", format!("{open} differences are open")),
    };
    let stopped = stopped.then(|| {
        view! { <p class="error">"No new payment is taken: too much differs."</p> }
    });
    view! {
        <section class="card" aria-labelledby="provider">
            <h2 id="provider">"Payment provider"</h2>
            <p>{badge}</p>
            {stopped}
            <p><a href="/admin/reconciliation">"Reconciliation"</a>" lists what differs and what can be done about it."</p>
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
        let items = breaches.into_iter().map(|Breach { reference, detail, .. }| item(reference, detail)).collect_view();
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

/// What it is about, as a link when it is an order, and what is wrong.
fn item(reference: String, detail: String) -> AnyView {
    let named = if reference.starts_with("M-") {
        view! { <a href=format!("/admin/orders/{reference}")>{reference.clone()}</a> }.into_any()
    } else {
        view! { <code>{reference}</code> }.into_any()
    };
    view! { <li>{named}": "{detail}</li> }.into_any()
}
