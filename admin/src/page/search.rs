//! What shoppers look for and find: the index, terms, synonyms, pinned products, and why something stands where it stands.

mod explained;
mod words;

use crate::form::Form;
use crate::part::{self, Number, Text, encode};
use leptos::prelude::*;
use shop::search::{Explained, Lag, Pin, Report, Synonym, Term};

/// Days of the report that can be chosen.
pub const DAYS: [i64; 3] = [7, 30, 90];

/// All that the page shows.
pub struct Shown {
    pub lag: Lag,
    pub report: Report,
    pub synonyms: Vec<Synonym>,
    pub pins: Vec<Pin>,
    /// What is tried out, and what it finds; empty before anything was.
    pub tried: String,
    pub explained: Vec<Explained>,
}

/// `synonym` and `pin` are the forms as they were sent.
pub fn page(shown: Shown, synonym: &Form, pin: &Form) -> AnyView {
    let Shown { lag, report, synonyms, pins, tried, explained } = shown;
    view! {
        {part::heading("Search", None)}
        {synonym.summary()}
        {pin.summary()}
        {index(lag)}
        {explained::section(&tried, explained, report.days)}
        {terms(report)}
        {words::synonyms(synonyms, synonym)}
        {words::pins(pins, pin)}
    }
    .into_any()
}

fn index(lag: Lag) -> AnyView {
    let state = match lag.changes {
        0 => part::badge("good", "Up to date"),
        1 => part::badge("warn", "1 change behind"),
        changes => part::badge("warn", format!("{changes} changes behind")),
    };
    view! {
        <section class="card" aria-labelledby="index">
            <h2 id="index">"Index"</h2>
            {part::facts(vec![("State", state), ("Products that can be found", lag.products.into_any())])}
            <p class="hint">
                "It follows every change by itself, within seconds. Building it anew reads all products again; meanwhile \
                 shoppers find what they found before."
            </p>
            <form method="post" action="/admin/search/reindex">
                <button class="quiet">"Build the index anew"</button>
            </form>
        </section>
    }
    .into_any()
}

fn terms(report: Report) -> AnyView {
    let days = report.days;
    let tabs =
        DAYS.map(|some| (format!("/admin/search?days={some}#terms"), format!("{some} days"), some == days)).into();
    let Term { searches, no_results, clicks, .. } = report.all;
    let body = if report.top.is_empty() {
        part::empty(
            "Nobody has searched yet",
            "What shoppers look for is counted here, by day and without their names.",
            None,
        )
    } else {
        let top = report.top.into_iter().map(|term| row(term, |term| rate(term.clicks, term.searches))).collect_view();
        let none = if report.no_results.is_empty() {
            view! { <p class="hint">"Everything that was looked for found something."</p> }.into_any()
        } else {
            let rows =
                report.no_results.into_iter().map(|term| row(term, |term| term.no_results.to_string())).collect_view();
            part::table(
                "Looked for without finding anything",
                &[Text("Term"), Number("Searches"), Number("Found nothing")],
                rows,
            )
        };
        view! {
            {part::facts(vec![
                ("Searches", searches.into_any()),
                ("Found nothing", rate(no_results, searches).into_any()),
                ("A product was opened", rate(clicks, searches).into_any()),
            ])}
            <h3>"Most looked for"</h3>
            {part::table("Most looked for", &[Text("Term"), Number("Searches"), Number("Clicks")], top)}
            <h3>"Looked for without finding anything"</h3>
            {none}
        }
        .into_any()
    };
    view! {
        <section class="card" aria-labelledby="terms">
            <h2 id="terms">"What shoppers look for"</h2>
            {part::tabs("Days", tabs)}
            {body}
        </section>
    }
    .into_any()
}

fn row(term: Term, last: impl Fn(&Term) -> String) -> AnyView {
    let last = last(&term);
    let href = format!("/admin/search?try={}#try", encode(&term.term));
    view! {
        <tr>
            <th scope="row"><a href=href>{term.term}</a></th>
            <td class="num">{term.searches}</td>
            <td class="num">{last}</td>
        </tr>
    }
    .into_any()
}

/// As whole per cent; more clicks than searches are possible, one search leads to several products.
fn rate(some: i64, of: i64) -> String {
    if of == 0 { "–".to_owned() } else { format!("{some} ({} %)", some * 100 / of) }
}
