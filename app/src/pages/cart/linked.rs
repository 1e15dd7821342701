//! Where links to carts lead: a cart that somebody shares, one that was left, and the end of reminders.

use super::{each, picture, title};
use crate::components::problem_text;
use crate::date;
use crate::shell::{Head, Site, document};
use leptos::prelude::*;
use shop::cart::{Filled, Line, LineProblem};

/// What somebody shows of a cart. `own`: to themselves; `until` in Unix milliseconds. `filled` is what became of it when it was
/// just put into the visitor's cart.
pub fn shared(
    site: &Site,
    lines: Vec<Line>,
    filled: &[Filled],
    token: &str,
    own: bool,
    until: i64,
) -> impl IntoView + use<> {
    let here = format!("/cart/shared/{token}");
    let lead = if own {
        let link = format!("{}{here}", site.origin);
        view! {
            <div class="notice stack">
                <div class="field">
                    <label for="share-link">"Whoever has this link sees what is below"</label>
                    <input id="share-link" type="url" readonly value=link />
                </div>
                <p>
                    "They do not see whose cart it is, nor what you change in it later. The link works until "
                    <time datetime=date::machine(until)>{date::day(until)}</time>
                    " and is shown here alone, so copy it now."
                </p>
                <form action="/cart/share/stop" method="post">
                    <button class="text-link" type="submit">"Take back all links to this cart"</button>
                </form>
            </div>
        }
        .into_any()
    } else {
        view! { <p class="lead">"Somebody has put this together for you, at today's prices."</p> }.into_any()
    };
    let add = (!own).then(|| press(format!("{here}/add"), "Add all to my cart"));
    let content = view! { {lead} {told(filled)} {list(&lines)} {add} {back(own)} };
    frame(site, "A shared cart", content.into_any())
}

/// What was left in a cart, behind the link of a reminder.
pub fn left(site: &Site, lines: Vec<Line>, filled: &[Filled], token: &str) -> impl IntoView + use<> {
    if lines.is_empty() {
        let content = view! {
            <p class="lead">"This cart was ordered, or has ended."</p>
            <p><a class="button" href="/">"To the shop"</a></p>
        };
        return frame(site, "Your cart", content.into_any()).into_any();
    }
    let content = view! {
        <p class="lead">"This is what you left, at today's prices. Nothing of it is set aside."</p>
        {told(filled)}
        {list(&lines)}
        {press(format!("/cart/restore/{token}"), "Put it into my cart")}
    };
    frame(site, "Your cart", content.into_any()).into_any()
}

/// The button that ends reminders.
pub fn reminders(site: &Site, token: &str) -> impl IntoView + use<> {
    let content = view! {
        <p>"You get a mail when you leave something in your cart, because you asked for it."</p>
        {press(format!("/cart-mails/{token}"), "Do not write to me")}
    };
    frame(site, "Reminders of your cart", content.into_any())
}

pub fn reminders_ended(site: &Site) -> impl IntoView + use<> {
    let content = view! {
        <p>"We do not write to your address about carts any more. In your account you may ask for it again."</p>
        <p><a class="button button-quiet" href="/">"To the shop"</a></p>
    };
    frame(site, "No more mails like this", content.into_any())
}

fn frame(site: &Site, title: &'static str, content: AnyView) -> impl IntoView + use<> {
    let body = view! { <div class="page-head"><h1>{title}</h1></div> <div class="stack linked-cart">{content}</div> };
    document(site, Head::private(title), body)
}

fn press(action: String, label: &'static str) -> impl IntoView {
    view! { <form action=action method="post"><button class="button" type="submit">{label}</button></form> }
}

fn back(own: bool) -> Option<impl IntoView> {
    own.then(|| view! { <p><a class="button button-quiet" href="/cart">"Back to the cart"</a></p> })
}

/// What could not be put into the cart as it was wanted, line by line.
fn told(filled: &[Filled]) -> Option<impl IntoView + use<>> {
    if filled.is_empty() {
        return None;
    }
    let items = filled
        .iter()
        .map(|one| {
            let text = match (&one.problem, one.added) {
                (None, added) => format!("{}: {added} added.", one.title),
                (Some(why), 0) => format!("{}: not added. {why}", one.title),
                (Some(why), added) => format!("{}: {added} added. {why}", one.title),
            };
            view! { <li>{text}</li> }
        })
        .collect_view();
    Some(view! {
        <div class="notice" role="alert" tabindex="-1" autofocus>
            <p class="notice-title">"Not everything could be added"</p>
            <ul>{items}</ul>
            <p><a class="text-link" href="/cart">"To your cart"</a></p>
        </div>
    })
}

fn list(lines: &[Line]) -> impl IntoView + use<> {
    let lines = lines
        .iter()
        .map(|line| {
            let problem =
                line.problem.as_ref().map(|problem| view! { <p class="line-problem">{problem_text(problem)}</p> });
            let total = (line.problem != Some(LineProblem::Unavailable)).then(|| line.total.to_string());
            view! {
                <li class="line">
                    {picture(line)}
                    <div class="line-main">
                        {title(line)}
                        <p class="line-variant">{format!("{} × {}", line.quantity, each(line))}</p>
                        {problem}
                    </div>
                    <p class="line-total">{total}</p>
                </li>
            }
        })
        .collect_view();
    view! {
        <section aria-labelledby="items"><h2 class="visually-hidden" id="items">"Items"</h2><ul class="lines">{lines}</ul></section>
    }
}
