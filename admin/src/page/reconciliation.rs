//! Where shop and payment provider differ, or the shop's own books: what is open with what can be done about it, what is
//! over, and when each comparison ran.

use crate::part::{self, Number, Place, Text};
use crate::{date, form::Form};
use leptos::prelude::*;
use shop::limits::REASON_CHARS;
use shop::reconcile::{Break, LOOPS, Resolution, Run};

/// What the page shows.
pub struct State {
    /// "open", "resolved" or "all".
    pub show: String,
    pub open: Vec<Break>,
    pub resolved: Vec<Break>,
    pub runs: Vec<Run>,
    /// Since when no new payment is started, Unix milliseconds.
    pub stopped: Option<i64>,
    /// Why something was not done.
    pub refused: Form,
}

pub fn page(state: State, place: &Place) -> AnyView {
    let State { show, open, resolved, runs, stopped, refused } = state;
    let running = runs.iter().find(|run| run.name == "now" && run.running);
    let tabs =
        [("open", format!("Open ({})", open.len())), ("resolved", "Settled".to_owned()), ("all", "All".to_owned())]
            .map(|(key, label)| (format!("/admin/reconciliation?show={key}"), label, key == show))
            .into();
    let shown = (show != "resolved").then(|| open_ones(open));
    let over = (show != "open").then(|| settled(resolved));
    view! {
        {part::heading("Reconciliation", Some(compare_now(running.is_some())))}
        {refused.summary()}
        {stopped.map(stopped_notice)}
        {running.map(progress)}
        {part::tabs("Differences by state", tabs)}
        {shown}
        {over}
        {part::pager(place)}
        {loops(&runs)}
    }
    .into_any()
}

fn compare_now(running: bool) -> AnyView {
    view! {
        <form method="post" action="/admin/reconciliation/compare">
            <button disabled=running>"Compare now"</button>
        </form>
    }
    .into_any()
}

fn progress(run: &Run) -> AnyView {
    let step = run.step.clone();
    view! {
        <div class="notice" role="status">
            <p><strong>"Comparing since "{date::time(run.started_at)}</strong>" "{step}</p>
            <p>"This goes on when you leave the page."</p>
        </div>
    }
    .into_any()
}

fn stopped_notice(since: i64) -> AnyView {
    view! {
        <div class="notice bad" role="alert">
            <p><strong>"No new payment is taken since "{date::time(since)}"."</strong></p>
            <p>
                "More than ten differences were found within an hour. Shoppers keep their carts and can look around. "
                "Look at what is open first."
            </p>
            <form method="post" action="/admin/reconciliation/resume">
                <button data-confirm="Take payments again?">"Take payments again"</button>
            </form>
        </div>
    }
    .into_any()
}

fn open_ones(open: Vec<Break>) -> AnyView {
    if open.is_empty() {
        return view! {
            <section class="card flush" aria-label="Open differences">
                {part::empty(
                    "Nothing differs",
                    "Shop and payment provider name the same amounts, and the shop's own books add up. They are compared \
                     every few minutes; what differs is listed here with what can be done about it.",
                    None,
                )}
            </section>
        }
        .into_any();
    }
    open.into_iter().map(one).collect_view().into_any()
}

fn one(one: Break) -> AnyView {
    let id = format!("break-{}", one.id);
    let seen = match one.confirmed_seen {
        Some(_) => part::badge("bad", "Confirmed"),
        None => part::badge("warn", "Seen once"),
    };
    let mut rows = vec![("About", about(&one)), ("What differs", one.detail.clone().into_any())];
    rows.extend(one.amount(one.ours).map(|amount| ("Here", amount.into_any())));
    let there = if one.provider.is_empty() { "Counted" } else { "At the provider" };
    rows.extend(one.amount(one.theirs).map(|amount| (there, amount.into_any())));
    if !one.payment.is_empty() {
        rows.push((
            "Payment",
            view! { {part::provider(&one.provider)}" "<code>{one.payment.clone()}</code> }.into_any(),
        ));
    }
    rows.push(("First seen", date::time(one.first_seen)));
    rows.push(("Last seen", view! { {date::time(one.last_seen)}", "{times(one.times_seen)} }.into_any()));
    let forms = one.kind.resolutions().iter().map(|what| view! { <li>{decision(&one, *what)}</li> }).collect_view();
    view! {
        <section class="card" aria-labelledby=id.clone()>
            <h2 id=id.clone()>{one.kind.says()}" "{part::badge("", one.kind.class())}" "{seen}</h2>
            {part::facts(rows)}
            <details>
                <summary>"What can be done"</summary>
                <ul class="plain">{forms}</ul>
            </details>
        </section>
    }
    .into_any()
}

fn times(count: i64) -> String {
    if count == 1 { "once so far".into() } else { format!("{count} times") }
}

/// The order, the SKU, or the provider's name of what it is about.
fn about(one: &Break) -> AnyView {
    if !one.number.is_empty() {
        let href = format!("/admin/orders/{}", part::encode(&one.number));
        return view! { "Order "<a href=href>{one.number.clone()}</a> }.into_any();
    }
    let named = one.reference.clone();
    if one.kind.class() == "B8" {
        let href = format!("/admin/inventory/{}", part::encode(&named));
        return view! { "SKU "<a href=href><code>{named}</code></a> }.into_any();
    }
    view! { <code>{named}</code> }.into_any()
}

fn decision(one: &Break, what: Resolution) -> AnyView {
    let field = format!("note-{}-{}", what.code(), one.id);
    let note = what.needs_note().then(|| {
        view! {
            <div class="field">
                <label for=field.clone()>"Why nothing is to be done"</label>
                <input id=field name="note" required maxlength=REASON_CHARS autocomplete="off" />
            </div>
        }
    });
    let class = match what {
        Resolution::GiveBack | Resolution::CancelAndRestock | Resolution::SendAgain => "danger",
        Resolution::Handled => "quiet",
        _ => "",
    };
    view! {
        <form method="post" action=format!("/admin/reconciliation/{}", one.id) class="stack">
            <input type="hidden" name="version" value=one.version />
            <input type="hidden" name="do" value=what.code() />
            {note}
            <div><button class=class data-confirm=what.confirm()>{what.label()}</button></div>
        </form>
    }
    .into_any()
}

fn settled(over: Vec<Break>) -> AnyView {
    let body = if over.is_empty() {
        part::empty("Nothing was settled yet", "Differences that are over are kept here, with what was done.", None)
    } else {
        let rows = over.into_iter().map(settled_row).collect_view();
        part::table(
            "Settled differences, table",
            &[
                Text("Difference"),
                Text("About"),
                Number("Here"),
                Number("There"),
                Text("What was done"),
                Text("Settled"),
            ],
            rows,
        )
    };
    view! {
        <h2>"Settled"</h2>
        <section class="card flush" aria-label="Settled differences">{body}</section>
    }
    .into_any()
}

fn settled_row(one: Break) -> AnyView {
    let about = about(&one);
    let [here, there] = [one.ours, one.theirs].map(|amount| one.amount(amount).unwrap_or_default());
    view! {
        <tr>
            <th scope="row">{one.kind.says()}<span class="sub">{one.detail}</span></th>
            <td>{about}</td>
            <td class="num">{here}</td>
            <td class="num">{there}</td>
            <td>{one.action}</td>
            <td>{one.resolved_at.map(date::time)}</td>
        </tr>
    }
    .into_any()
}

fn loops(runs: &[Run]) -> AnyView {
    let rows = LOOPS
        .iter()
        .map(|(name, says, often)| {
            let run = runs.iter().find(|run| run.name == *name);
            view! {
                <tr>
                    <th scope="row">{*says}<span class="sub">{*often}</span></th>
                    <td>{run.map(|run| date::time(run.started_at))}</td>
                    <td class="wordy">{outcome(run)}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <h2>"Comparisons"</h2>
        <section class="card flush" aria-label="Comparisons">
            {part::table("Comparisons, table", &[Text("What is compared"), Text("Last run"), Text("Outcome")], rows)}
        </section>
    }
    .into_any()
}

fn outcome(run: Option<&Run>) -> AnyView {
    let Some(run) = run else { return view! { <span class="hint">"Not yet"</span> }.into_any() };
    if run.running {
        return part::badge("info", "Running");
    }
    if run.finished_at.is_none() {
        return part::badge("bad", "Broke off");
    }
    if !run.error.is_empty() {
        return view! { {part::badge("bad", "Failed")}<span class="sub">{run.error.clone()}</span> }.into_any();
    }
    let counts: Vec<_> = run.counts.iter().map(|(what, count)| format!("{count} {what}")).collect();
    counts.join(", ").into_any()
}
