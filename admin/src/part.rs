//! Building blocks that many pages share: badges, empty states, paging, tabs, facts, tables.

use leptos::prelude::*;
use shop::order::{PaymentState, State};

/// A small coloured word. `tone`: "good", "warn", "bad", "info" or "" for neutral.
pub fn badge(tone: &'static str, text: impl Into<String>) -> AnyView {
    let text = text.into();
    view! { <span class=format!("badge {tone}")>{text}</span> }.into_any()
}

pub fn order_badge(state: State) -> AnyView {
    let tone = match state {
        State::Confirmed | State::Processing => "info",
        State::Shipped | State::Delivered => "good",
        State::PendingPayment => "warn",
        State::PaymentFailed => "bad",
        State::Cancelled | State::Refunded => "",
    };
    badge(tone, state.label())
}

pub fn payment_badge(state: PaymentState) -> AnyView {
    let (tone, text) = match state {
        PaymentState::Pending => ("warn", "Unpaid"),
        PaymentState::Authorized => ("info", "Authorised"),
        PaymentState::Paid => ("good", "Paid"),
        PaymentState::PartiallyRefunded => ("warn", "Partly refunded"),
        PaymentState::Refunded => ("", "Refunded"),
        PaymentState::Voided => ("", "Voided"),
        PaymentState::Failed => ("bad", "Failed"),
        PaymentState::Expired => ("bad", "Payment expired"),
    };
    badge(tone, text)
}

/// A payment provider as it writes itself; `name` is how it is stored.
pub fn provider(name: &str) -> String {
    match name {
        "stripe" => "Stripe".into(),
        "paypal" => "PayPal".into(),
        "razorpay" => "Razorpay".into(),
        other => other.to_owned(),
    }
}

/// Says why there is nothing and what to do about it.
pub fn empty(title: &'static str, why: impl Into<String>, action: Option<(String, &'static str)>) -> AnyView {
    let why = why.into();
    view! {
        <div class="empty">
            <p class="empty-title">{title}</p>
            <p>{why}</p>
            {action.map(|(href, label)| view! { <p><a class="button" href=href>{label}</a></p> })}
        </div>
    }
    .into_any()
}

/// Where a keyset-paged list stands: the cursors that led here and the one that leads on.
#[derive(Clone, Debug, Default)]
pub struct Place {
    /// Path and filters without cursors: "/admin/orders?tab=all".
    pub base: String,
    /// Cursors of the pages before this one, oldest first, this page's own last.
    pub trail: Vec<String>,
    pub next: Option<String>,
}

impl Place {
    /// Cursors travel in the address as `at=a.b.c`.
    pub fn new(base: String, at: &str, next: Option<String>) -> Self {
        let trail = at.split('~').filter(|c| !c.is_empty()).map(str::to_owned).collect();
        Self { base, trail, next }
    }

    /// The cursor after which the page starts.
    pub fn cursor(at: &str) -> Option<&str> {
        at.rsplit('~').next().filter(|c| !c.is_empty())
    }

    fn link(&self, trail: &[String]) -> String {
        if trail.is_empty() {
            return self.base.clone();
        }
        let join = if self.base.contains('?') { '&' } else { '?' };
        format!("{}{join}at={}", self.base, trail.join("~"))
    }
}

/// Links to the page before and the page after; nothing when all fits on one.
pub fn pager(place: &Place) -> Option<AnyView> {
    /// Longer ways back start over at the first page, so that addresses stay short.
    const TRAIL: usize = 40;
    if place.trail.is_empty() && place.next.is_none() {
        return None;
    }
    let back = place.trail.split_last().map(|(_, before)| place.link(before));
    let on = place.next.clone().map(|next| {
        let skip = (place.trail.len() + 1).saturating_sub(TRAIL);
        let trail: Vec<_> = place.trail.iter().cloned().chain([next]).skip(skip).collect();
        place.link(&trail)
    });
    Some(
        view! {
            <nav class="pager" aria-label="Pages">
                {back.map(|href| view! { <a class="button quiet" href=href rel="prev">"← Previous"</a> })}
                {on.map(|href| view! { <a class="button quiet" href=href rel="next">"Next →"</a> })}
            </nav>
        }
        .into_any(),
    )
}

/// Views of one list, as links: (address, label, is this one).
pub fn tabs(label: &'static str, items: Vec<(String, String, bool)>) -> AnyView {
    let items = items
        .into_iter()
        .map(|(href, text, here)| {
            view! { <li><a href=href aria-current=here.then_some("page")>{text}</a></li> }
        })
        .collect_view();
    view! { <nav class="tabs" aria-label=label><ul>{items}</ul></nav> }.into_any()
}

/// Term and value, line by line.
pub fn facts(rows: Vec<(&'static str, AnyView)>) -> AnyView {
    let rows =
        rows.into_iter().map(|(term, value)| view! { <div><dt>{term}</dt><dd>{value}</dd></div> }).collect_view();
    view! { <dl class="facts">{rows}</dl> }.into_any()
}

/// The page's heading with what can be done from here on its right.
pub fn heading(title: impl Into<String>, actions: Option<AnyView>) -> AnyView {
    let title = title.into();
    view! {
        <header class="page-head">
            <h1>{title}</h1>
            {actions.map(|actions| view! { <div class="actions">{actions}</div> })}
        </header>
    }
    .into_any()
}

/// A link up to the list the page belongs to.
pub fn up(href: impl Into<String>, label: &'static str) -> AnyView {
    let href = href.into();
    view! { <p class="up"><a href=href>"← "{label}</a></p> }.into_any()
}

/// A column of a table by its heading; numbers stand at its right edge.
#[derive(Clone, Copy, Debug)]
pub enum Column {
    Text(&'static str),
    Number(&'static str),
}
pub use Column::{Number, Text};

/// A table that can be scrolled sideways where it is wider than the page. `label` names it to those who listen.
pub fn table(label: &'static str, columns: &[Column], rows: impl IntoView + 'static) -> AnyView {
    let head = columns
        .iter()
        .map(|column| {
            let (name, class) = match *column {
                Text(name) => (name, None),
                Number(name) => (name, Some("num")),
            };
            view! { <th scope="col" class=class>{name}</th> }
        })
        .collect_view();
    view! {
        <div class="scroll" role="group" aria-label=label tabindex="0">
            <table>
                <thead>
                    <tr>{head}</tr>
                </thead>
                <tbody>{rows.into_any()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// Text as a part of an address.
pub fn encode(text: &str) -> String {
    use std::fmt::Write;
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(byte as char);
        } else {
            write!(out, "%{byte:02X}").expect("a String takes every text");
        }
    }
    out
}

/// "1,000,000".
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
