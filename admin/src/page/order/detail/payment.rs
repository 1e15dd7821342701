//! What was paid and given back, and giving back more.

use super::hidden_version;
use super::parcel::with_variant;
use crate::form::{Field, Form};
use crate::{date, part};
use leptos::prelude::*;
use shop::limits::REASON_CHARS;
use shop::order::{Actions, Attempt, Order, Refund};

pub(super) fn payment(order: &Order, attempts: Vec<Attempt>, refunds: Vec<Refund>) -> AnyView {
    let attempts = attempts.into_iter().map(|attempt| view! { <li>{one_attempt(attempt)}</li> }).collect_view();
    let refunds = (!refunds.is_empty()).then(|| {
        let rows = refunds.into_iter().map(|refund| view! { <li>{one_refund(refund)}</li> }).collect_view();
        view! { <h3>"Refunds"</h3><ul class="plain">{rows}</ul> }
    });
    view! {
        <section class="card" aria-labelledby="payment">
            <h2 id="payment">"Payment"</h2>
            <p class="hint">"Checkout "<code>{order.checkout_id.to_string()}</code></p>
            <ul class="plain">{attempts}</ul>
            {refunds}
        </section>
    }
    .into_any()
}

fn one_attempt(attempt: Attempt) -> AnyView {
    let tone = match attempt.state.as_str() {
        "authorized" | "captured" => "good",
        "declined" | "canceled" => "bad",
        _ => "warn",
    };
    let until = attempt.capture_before.filter(|_| attempt.state == "authorized");
    view! {
        <p>
            <strong>"Attempt "{attempt.number}</strong>" · "{attempt.amount.to_string()}" · "{part::provider(&attempt.provider)}", "{attempt.way}" "
            {part::badge(tone, attempt.state.replace('_', " "))}
        </p>
        <p class="hint">
            {date::time(attempt.created_at)}
            {(!attempt.provider_ref.is_empty()).then(|| view! { " · " <code>{attempt.provider_ref.clone()}</code> })}
            {(attempt.captured.amount > 0).then(|| format!(" · captured {}", attempt.captured))}
            {until.map(|at| view! { " · capture before "{date::time(at)} })}
        </p>
        {(!attempt.decline_message.is_empty()).then(|| declined(attempt.decline_message.clone(), tone == "good"))}
    }
    .into_any()
}

/// What the card's bank said; once another card has paid under the same intent it is history.
fn declined(message: String, overcome: bool) -> AnyView {
    if overcome {
        view! { <p class="hint">"Declined before: "{message}</p> }.into_any()
    } else {
        view! { <p class="error">{message}</p> }.into_any()
    }
}

fn one_refund(refund: Refund) -> AnyView {
    let tone = match refund.state.as_str() {
        "succeeded" => "good",
        "failed" => "bad",
        _ => "warn",
    };
    view! {
        <p><strong>{refund.amount.to_string()}</strong>" "{part::badge(tone, refund.state)}" "{refund.reason}</p>
        <p class="hint">{date::time(refund.created_at)}</p>
    }
    .into_any()
}

/// Where money can go back to, with what can go there: the payment first, as `to` of the form names it.
fn ways(order: &Order, can: Actions) -> Vec<(String, String, i64)> {
    let mut ways = vec![(String::new(), "The payment".to_owned(), can.refundable)];
    ways.extend(order.tender.iter().map(|one| (one.account_id.to_string(), one.label(), one.left())));
    if order.customer_id.is_some() {
        let all = ways.iter().map(|(_, _, left)| left).sum();
        ways.push(("credit".to_owned(), "Store credit".to_owned(), all));
    }
    ways.retain(|(_, _, left)| *left > 0);
    ways
}

/// Whether anything can go back.
pub(super) fn is_refundable(order: &Order, can: Actions) -> bool {
    !ways(order, can).is_empty()
}

pub(super) fn refund(order: &Order, can: Actions, form: &Form) -> AnyView {
    let ways = ways(order, can);
    let left = order.totals.money(ways.first().map_or(0, |(_, _, left)| *left));
    let filled = if form.values.is_empty() { form.clone().with("amount", left.decimal()) } else { form.clone() };
    let hint = if ways.len() > 1 {
        format!("Write it like {}.", left.decimal())
    } else {
        format!("At most {left}. Write it like {}.", left.decimal())
    };
    let to = ways.iter().any(|(to, ..)| !to.is_empty()).then(|| {
        let choice = |(value, label, left): (String, String, i64)| {
            (value, format!("{label}, at most {}", order.totals.money(left)))
        };
        Field::new("to", "Back to").select(form, ways.into_iter().map(choice).collect())
    });
    let rows = order
        .lines
        .iter()
        .filter(|line| line.restocked < line.quantity)
        .map(|line| {
            let name = format!("restock-{}", line.id);
            let form = if form.values.is_empty() { form.clone().with(&name, 0) } else { form.clone() };
            view! { <li>{Field::new(name, with_variant(line)).kind("number").keys("numeric").input(&form)}</li> }
        })
        .collect_view();
    let open = !form.errors.is_empty();
    view! {
        <details class="card" open=open>
            <summary><h2>"Refund"</h2></summary>
            <form method="post" action=format!("/admin/orders/{}/refund", order.number) class="stack">
                {hidden_version(order)}
                {Field::new("amount", format!("Amount in {}", left.currency))
                    .required()
                    .keys("decimal")
                    .hint(hint)
                    .input(&filled)}
                {to}
                <fieldset>
                    <legend>"Units that go back on the shelf"</legend>
                    <ul class="units">{rows}</ul>
                </fieldset>
                {Field::new("reason", "Reason").max(REASON_CHARS).input(form)}
                <div>
                    <button class="danger" data-confirm="Send this money back? It cannot be undone.">"Refund"</button>
                </div>
            </form>
        </details>
    }
    .into_any()
}
