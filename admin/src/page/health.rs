//! Whether stock and money are as they must be: every rule, green or red, and where shop and payment provider differ.

use crate::{date, part};
use leptos::prelude::*;
use shop::invariant::{Breach, SHOWN, Verdict};
use shop::reconcile::Break;

/// `at`: when the rules were asked, Unix milliseconds.
pub fn page(verdicts: Vec<Verdict>, breaks: Vec<Break>, at: i64) -> AnyView {
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
        {differences(breaks)}
    }
    .into_any()
}

fn differences(breaks: Vec<Break>) -> AnyView {
    let body = if breaks.is_empty() {
        part::empty(
            "Shop and payment provider agree",
            "They are compared every hour, and over 35 days once a day. What differs is listed here.",
            None,
        )
    } else {
        let rows = breaks.into_iter().map(difference).collect_view();
        view! {
            <div class="scroll" role="group" aria-label="Differences" tabindex="0">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"Difference"</th>
                            <th scope="col">"Seen since"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    view! {
        <h2>"Payment provider"</h2>
        <section class="card flush" aria-label="Differences with the payment provider">{body}</section>
    }
    .into_any()
}

fn difference(one: Break) -> AnyView {
    let says = match one.kind.as_str() {
        "charged_no_order" => "Charged, and there is no order",
        "charged_twice" => "Charged twice",
        "refund_differs" => "Refunded differently",
        "authorisation_lost" => "The authorisation is lost",
        "paid_after_end" => "Paid after the payment had ended",
        "payment_mismatch" => "Another amount, currency or checkout",
        "event_not_applied" => "An event that belongs to nothing here",
        _ => "Order and payment differ",
    };
    let since = date::time(one.first_seen);
    view! {
        <tr>
            <th scope="row">
                {says}
                <ul class="breaches">{item(one.reference, one.detail)}</ul>
            </th>
            <td>{since}</td>
        </tr>
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
