//! Gift cards: the list, a new one, one with its book; and customers' store credit.

use crate::date;
use crate::form::{Field, Form};
use crate::part::{self, Number, Place, Text};
use leptos::prelude::*;
use shop::catalogue::Page;
use shop::credit::Credit;
use shop::gift_card::{Card, State};
use shop::limits::{EMAIL_CHARS, REASON_CHARS};
use shop::money::Currency;
use shop::tender::Entry;

const HERE: &str = "/admin/gift-cards";
const CREDIT: &str = "/admin/gift-cards/credit";

/// A customer whose credit is looked at.
#[derive(Clone, Debug)]
pub struct Holder {
    pub email: String,
    pub name: String,
    pub credit: Vec<Credit>,
    /// Of the first account.
    pub entries: Vec<Entry>,
}

fn tabs(credit: bool) -> AnyView {
    part::tabs(
        "Gift cards and store credit",
        vec![(HERE.into(), "Gift cards".into(), !credit), (CREDIT.into(), "Store credit".into(), credit)],
    )
}

pub fn list(cards: Vec<Card>, text: &str, currencies: &[Currency], place: &Place, form: &Form) -> AnyView {
    let body = if cards.is_empty() {
        let why = if text.is_empty() { "Cards that you give or sell stand here." } else { "No card matches." };
        part::empty("No gift cards", why, None)
    } else {
        let columns =
            [Text("Card"), Text("For"), Number("Value"), Number("On it"), Text("State"), Text("Expires"), Text("Made")];
        part::table("Gift cards, table", &columns, cards.into_iter().map(row).collect_view())
    };
    view! {
        {part::heading("Gift cards", None)}
        {tabs(false)}
        {form.summary()}
        <section class="card" aria-labelledby="issue">
            <h2 id="issue">"Give a gift card"</h2>
            <form method="post" action=HERE class="stack">
                {Field::new("value", "Value").required().keys("decimal").input(form)}
                {Field::new("currency", "Currency").select(form, choices(currencies))}
                {Field::new("recipient", "E-mail address of whom it is for").kind("email").max(EMAIL_CHARS).input(form)}
                {Field::new("expires_at", "Expires (UTC)").kind("datetime-local").hint("Empty: never.").input(form)}
                {Field::new("reason", "Reason").required().max(REASON_CHARS).input(form)}
                {Field::new("mailed", "Mail the code to this address").check(form)}
                <div><button>"Make the card"</button></div>
            </form>
        </section>
        <form method="get" action=HERE class="search" role="search">
            <label for="search" class="sr-only">"Last four characters, or beginning of an e-mail address"</label>
            <input
                id="search"
                type="search"
                name="q"
                value=text.to_owned()
                maxlength=EMAIL_CHARS.to_string()
                placeholder="Last four or e-mail"
            />
            <button class="quiet">"Search"</button>
        </form>
        <section class="card flush" aria-label="Gift cards">{body}</section>
        {part::pager(place)}
    }
    .into_any()
}

fn choices(currencies: &[Currency]) -> Vec<(String, String)> {
    currencies.iter().map(|currency| (currency.code().to_owned(), currency.code().to_owned())).collect()
}

fn row(card: Card) -> AnyView {
    view! {
        <tr>
            <th scope="row"><a href=format!("{HERE}/{}", card.id)>{format!("····{}", card.last_four)}</a></th>
            <td>{card.recipient}</td>
            <td class="num">{card.initial.to_string()}</td>
            <td class="num">{card.balance.to_string()}</td>
            <td>{badge(card.state)}</td>
            <td>{card.expires_at.map(date::day)}</td>
            <td>{date::day(card.created_at)}</td>
        </tr>
    }
    .into_any()
}

fn badge(state: State) -> AnyView {
    let tone = match state {
        State::Usable => "good",
        State::UsedUp => "",
        State::Expired | State::Frozen => "bad",
    };
    part::badge(tone, state.label())
}

pub fn show(card: &Card, entries: Page<Entry>, at: &str, form: &Form) -> AnyView {
    let here = format!("{HERE}/{}", card.id);
    let place = Place::new(here.clone(), at, entries.next);
    let facts = vec![
        ("State", badge(card.state)),
        ("Value", card.initial.to_string().into_any()),
        ("On it", card.balance.to_string().into_any()),
        ("Held by payments under way", card.held.to_string().into_any()),
        ("For", card.recipient.clone().into_any()),
        ("Expires", card.expires_at.map_or_else(|| "Never".to_owned(), date::day).into_any()),
    ];
    let (action, label) =
        if card.is_frozen { ("unfreeze", "Let it be used again") } else { ("freeze", "Block the card") };
    let can_be_taken_back = card.is_bought && card.balance.amount > 0;
    let version = || view! { <input type="hidden" name="version" value=card.version.to_string() /> };
    view! {
        {part::up(HERE, "Gift cards")}
        {part::heading(format!("Gift card ····{}", card.last_four), None)}
        {form.summary()}
        <div class="columns">
            <div class="column">
                <section class="card" aria-labelledby="facts"><h2 id="facts">"Card"</h2>{part::facts(facts)}</section>
            </div>
            <div class="column side-column">
                <section class="card" aria-labelledby="expiry">
                    <h2 id="expiry">"Expiry"</h2>
                    <form method="post" action=format!("{here}/expiry") class="stack">
                        {version()}
                        {Field::new("expires_at", "Expires (UTC)").kind("datetime-local").hint("Empty: never.").input(form)}
                        <div><button class="quiet">"Save expiry"</button></div>
                    </form>
                </section>
                <section class="card" aria-labelledby="use">
                    <h2 id="use">"Use"</h2>
                    <form method="post" action=format!("{here}/{action}") class="stack">
                        {version()}
                        <div><button class="quiet">{label}</button></div>
                    </form>
                    <form method="post" action=format!("{here}/renew") class="stack">
                        {version()}
                        <p class="hint">"For a code that was lost or seen by others. The old code ends; the new one is shown once."</p>
                        {(!card.recipient.is_empty()).then(|| Field::new("mailed", format!("Mail it to {}", card.recipient)).check(form))}
                        <div><button class="quiet" data-confirm="Replace the code? The old one cannot be used any more.">"New code"</button></div>
                    </form>
                    {can_be_taken_back.then(|| view! {
                        <form method="post" action=format!("{here}/take-back") class="stack">
                            {version()}
                            <p class="hint">"Blocks the card and takes off it what is left, so that the order it was bought with can be refunded."</p>
                            <div><button class="quiet danger" data-confirm="Take back what is on the card?">{format!("Take {} back", card.balance)}</button></div>
                        </form>
                    })}
                </section>
            </div>
        </div>
        <section class="card flush" aria-label="Book of the card">{book(entries.items, card.balance.currency)}</section>
        {part::pager(&place)}
    }
    .into_any()
}

fn book(entries: Vec<Entry>, currency: Currency) -> AnyView {
    if entries.is_empty() {
        return part::empty("Nothing booked yet", "What comes and goes stands here.", None);
    }
    let columns = [Text("When"), Text("What"), Number("Amount"), Text("Order"), Text("Reason"), Text("By")];
    let rows = entries
        .into_iter()
        .map(|entry| {
            let order = entry.order.map(|number| {
                view! { <a href=format!("/admin/orders/{number}")>{number.clone()}</a> }
            });
            view! {
                <tr>
                    <th scope="row">{date::time(entry.at)}</th>
                    <td>{what(&entry.kind)}</td>
                    <td class="num">{currency.money(entry.amount).to_string()}</td>
                    <td>{order}</td>
                    <td>{entry.reason}</td>
                    <td>{entry.actor}</td>
                </tr>
            }
        })
        .collect_view();
    part::table("Book, table", &columns, rows)
}

fn what(kind: &str) -> &'static str {
    match kind {
        "issue" => "Made",
        "spend" => "Paid with",
        "refund" => "Given back",
        _ => "Changed by hand",
    }
}

pub fn credit(email: &str, holder: Option<Holder>, currencies: &[Currency], form: &Form) -> AnyView {
    let found = match holder {
        None if email.is_empty() => None,
        None => Some(part::empty("No such customer", "Nobody has registered with this address.", None)),
        Some(holder) => Some(of_holder(holder, currencies, form)),
    };
    view! {
        {part::heading("Store credit", None)}
        {tabs(true)}
        {form.summary()}
        <form method="get" action=CREDIT class="search" role="search">
            <label for="search" class="sr-only">"E-mail address of a customer"</label>
            <input
                id="search"
                type="search"
                name="email"
                value=email.to_owned()
                maxlength=EMAIL_CHARS.to_string()
                placeholder="E-mail address of a customer"
            />
            <button class="quiet">"Show"</button>
        </form>
        {found}
    }
    .into_any()
}

fn of_holder(holder: Holder, currencies: &[Currency], form: &Form) -> AnyView {
    let currency = holder.credit.first().map(|one| one.balance.currency);
    let sums = holder.credit.iter().map(|one| format!("{} ({} held)", one.balance, one.held)).collect::<Vec<_>>();
    let sums = if sums.is_empty() { "None".to_owned() } else { sums.join(", ") };
    let facts = vec![("Customer", holder.name.clone().into_any()), ("Credit", sums.into_any())];
    let form = form.clone().with("email", &holder.email);
    view! {
        <div class="columns">
            <div class="column">
                <section class="card" aria-labelledby="holder"><h2 id="holder">{holder.email.clone()}</h2>{part::facts(facts)}</section>
            </div>
            <div class="column side-column">
                <section class="card" aria-labelledby="grant">
                    <h2 id="grant">"Give or take credit"</h2>
                    <form method="post" action=CREDIT class="stack">
                        <input type="hidden" name="email" value=holder.email.clone() />
                        {Field::new("amount", "Amount").required().hint("With a minus it is taken away.").input(&form)}
                        {Field::new("currency", "Currency").select(&form, choices(currencies))}
                        {Field::new("reason", "Reason").required().max(REASON_CHARS).input(&form)}
                        <div><button>"Book it"</button></div>
                    </form>
                </section>
            </div>
        </div>
        {currency.map(|currency| view! {
            <section class="card flush" aria-label="Book of the credit">{book(holder.entries, currency)}</section>
        })}
    }
    .into_any()
}
