//! An order as its buyer sees it: right after paying, and whenever they come back.

use crate::components::{AddressBlock, Errors, Field, Form, Icon, TotalsTable, tender_rows};
use crate::date;
use crate::shell::{Head, Site, document};
use leptos::prelude::*;
use shop::limits::PASSWORD_CHARS;
use shop::order::{BY_MAIL, Fulfilment, Line, Order, PaymentState, Source, State};

/// How the page is reached, which decides what is offered on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Straight from the payment: say thank you.
    pub just_placed: bool,
    /// By the link of a guest.
    pub as_guest: bool,
}

/// `sources` are the warehouses it comes from; `form` is the offer to make an account, for guests.
pub fn order(
    site: &Site,
    order: Order,
    sources: &[Source],
    seen: Seen,
    token: &str,
    form: &Form,
) -> impl IntoView + use<> {
    let title = format!("Order {}", order.number);
    let thanks = if seen.just_placed {
        view! {
            <p class="eyebrow">{title.clone()}</p>
            <h1>"Thank you for your order"</h1>
            <p class="lead">"A confirmation is on its way to " <strong>{order.email.clone()}</strong> "."</p>
        }
        .into_any()
    } else {
        view! {
            <h1>{title.clone()}</h1>
            <p class="lead">"Placed on " <time datetime=date::machine(order.created_at)>{date::day(order.created_at)}</time></p>
        }
        .into_any()
    };
    let offer = (seen.as_guest && site.customer_name.is_none()).then(|| account_offer(&order, token, form));
    let lines = order.lines.iter().map(line).collect_view();
    let parcels = order.fulfilments.iter().map(|parcel| view! { <li>{parcel_text(parcel)}</li> }).collect_view();
    let parcels = (!order.fulfilments.is_empty()).then(|| {
        view! { <section class="section-small" aria-labelledby="parcels"><h2 id="parcels">"Parcels"</h2><ul class="plain">{parcels}</ul></section> }
    });
    let note = (!order.note.is_empty()).then(|| view! { <div><h2>"Your note"</h2><p>{order.note.clone()}</p></div> });
    let gift = (!order.gift_note.is_empty())
        .then(|| view! { <div><h2>"Card of your present"</h2><p class="as-typed">{order.gift_note.clone()}</p></div> });
    let refunded =
        (order.refunded.amount > 0).then(|| view! { <p>{format!("Refunded so far: {}", order.refunded)}</p> });
    let returned = order.tender.iter().filter(|one| one.refunded.amount > 0).map(|one| {
        view! { <p>{format!("Back of what {} paid: {}", one.label(), one.refunded)}</p> }
    });
    let returned = returned.collect_view();
    let credited =
        (order.credited.amount > 0).then(|| view! { <p>{format!("Given as store credit: {}", order.credited)}</p> });
    let unpaid = (order.payment_state == PaymentState::Expired).then(|| pay_anew(&order, token));
    let body = view! {
        <div class="page-head">{thanks}</div>
        {unpaid}
        {timeline(order.state)}
        <div class="with-summary">
            <div>
                <section aria-labelledby="items"><h2 id="items">"Items"</h2><ul class="lines">{lines}</ul></section>
                {parcels}
                {gift_cards(&order)}
                {split(&order, sources)}
                {offer}
            </div>
            <section class="summary" aria-labelledby="summary">
                <h2 id="summary">"Summary"</h2>
                <TotalsTable totals=order.totals.clone() />
                {tender_rows(&order.totals, &order.tender, order.payment_state != PaymentState::Pending)}
                <div class="facts-blocks">
                    <div><h3>"Payment"</h3><p>{payment_text(order.payment_state)}</p>{refunded}{returned}{credited}</div>
                    {delivery(&order)}
                    {gift}
                    {note}
                </div>
            </section>
        </div>
    };
    document(site, Head::private(title), body)
}

/// The gift cards that were bought, which are known by the end of their codes.
fn gift_cards(order: &Order) -> Option<impl IntoView + use<>> {
    let waiting = order.lines.iter().any(|line| line.gift_card && line.fulfilled < line.quantity);
    let is_open = matches!(order.state, State::PendingPayment | State::Confirmed | State::Processing);
    let waiting =
        (waiting && is_open).then(|| view! { <p>"The code is mailed as soon as your payment has arrived."</p> });
    if waiting.is_none() && order.gift_cards.is_empty() {
        return None;
    }
    let cards = order.gift_cards.iter().map(|card| {
        let back = (card.taken_back.amount > 0).then(|| format!(", {} taken back", card.taken_back));
        let text = format!("····{} over {}, mailed to {}", card.last_four, card.value, card.recipient);
        view! { <li>{text}{back}</li> }
    });
    let cards = cards.collect_view();
    Some(view! {
        <section class="section-small" aria-labelledby="gift-cards">
            <h2 id="gift-cards">"Gift cards"</h2>
            {waiting}
            <ul class="plain">{cards}</ul>
        </section>
    })
}

/// How and where it goes, and when it was said to arrive.
fn delivery(order: &Order) -> impl IntoView + use<> {
    let is_coming = matches!(order.state, State::Confirmed | State::Processing | State::Shipped);
    let due = order.due.filter(|_| is_coming).map(|due| {
        let days = due.text();
        view! { <p>{if order.pickup.is_some() { format!("Ready {days}") } else { format!("Arrives {days}") }}</p> }
    });
    let pickup = order.pickup.clone().map(|place| {
        view! { <p>"Fetch it at"</p><AddressBlock address=place /><p>"Your address"</p> }
    });
    view! {
        <div>
            <h3>"Delivery"</h3>
            <p>{order.shipping_method.clone()}</p>
            {due}
            {pickup}
            <AddressBlock address=order.shipping_address.clone() />
        </div>
    }
}

/// What comes in which parcel, while an order of several warehouses is on its way to being packed.
fn split(order: &Order, sources: &[Source]) -> Option<impl IntoView + use<>> {
    let is_open = matches!(order.state, State::PendingPayment | State::Confirmed | State::Processing);
    if sources.len() < 2 || !is_open {
        return None;
    }
    let items = sources
        .iter()
        .map(|source| {
            let lines = source.lines.iter().map(|(title, _, units)| format!("{units} × {title}"));
            view! { <li>{format!("From {}: {}", source.warehouse, lines.collect::<Vec<_>>().join(", "))}</li> }
        })
        .collect_view();
    Some(view! {
        <section class="section-small" aria-labelledby="split">
            <h2 id="split">{format!("It comes in {} parcels", sources.len())}</h2>
            <ul class="plain">{items}</ul>
        </section>
    })
}

fn payment_text(state: PaymentState) -> &'static str {
    match state {
        PaymentState::Pending => "Waiting for the payment",
        PaymentState::Authorized => "Authorised; charged when we confirm",
        PaymentState::Paid => "Paid",
        PaymentState::PartiallyRefunded => "Paid, refunded in part",
        PaymentState::Refunded => "Refunded",
        PaymentState::Voided => "Cancelled, nothing was charged",
        PaymentState::Failed => "Failed",
        PaymentState::Expired => "Expired, nothing was charged",
    }
}

/// The provider has let go of the money before it was taken.
fn pay_anew(order: &Order, token: &str) -> impl IntoView + use<> {
    let until = order.cancel_at.map(|at| {
        view! { "We keep your items until " <time datetime=date::machine(at)>{date::minute(at)}" UTC"</time> ". " }
    });
    view! {
        <div class="notice notice-bad" role="status">
            <p><strong>"The payment of this order has expired"</strong></p>
            <p>"The hold on your money ended before we could take it, so nothing was charged. "{until}"Please pay again."</p>
            <form action=format!("/orders/{}/pay", order.number) method="post">
                <input type="hidden" name="token" value=token.to_owned() />
                <button class="button" type="submit">"Pay "{order.totals.money(order.due()).to_string()}</button>
            </form>
        </div>
    }
}

/// Where the order stands on its way.
fn timeline(state: State) -> impl IntoView {
    const WAY: [State; 4] = [State::Confirmed, State::Processing, State::Shipped, State::Delivered];
    let Some(reached) = WAY.iter().position(|step| *step == state) else {
        return view! { <p class="notice" role="status"><strong>{state.label()}</strong></p> }.into_any();
    };
    let steps = WAY
        .iter()
        .enumerate()
        .map(|(at, step)| {
            let current = (at == reached).then_some("step");
            let mark = (at <= reached).then(|| Icon::Check.draw());
            view! { <li class:done=at <= reached aria-current=current><span class="mark">{mark}</span>{step.label()}</li> }
        })
        .collect_view();
    view! { <ol class="timeline" aria-label="State of the order">{steps}</ol> }.into_any()
}

fn line(line: &Line) -> impl IntoView + use<> {
    let picture = (!line.picture_url.is_empty())
        .then(|| view! { <img src=line.picture_url.clone() alt="" width="120" height="120" loading="lazy" /> });
    let variant =
        (!line.variant_title.is_empty()).then(|| view! { <p class="line-variant">{line.variant_title.clone()}</p> });
    view! {
        <li class="line">
            <div class="line-picture">{picture}</div>
            <div class="line-main">
                <h3 class="line-title"><a href=format!("/p/{}", line.product_slug)>{line.title.clone()}</a></h3>
                {variant}
                <p class="line-variant">{format!("{} × {}", line.quantity, line.unit_price)}</p>
            </div>
            <p class="line-total">{line.total.to_string()}</p>
        </li>
    }
}

fn parcel_text(parcel: &Fulfilment) -> String {
    let units: i64 = parcel.lines.iter().map(|(_, units)| units).sum();
    let units = if units == 1 { "1 item".to_owned() } else { format!("{units} items") };
    let tracking = if parcel.tracking_number.is_empty() {
        String::new()
    } else {
        format!(", tracking number {}", parcel.tracking_number)
    };
    let how = if parcel.carrier == BY_MAIL { "by" } else { "with" };
    format!("{}: {units} {how} {}{tracking}", date::day(parcel.at), parcel.carrier)
}

/// One field turns a guest into a customer: name and e-mail are known.
fn account_offer(order: &Order, token: &str, form: &Form) -> impl IntoView + use<> {
    view! {
        <section class="offer-box" aria-labelledby="account-offer">
            <h2 id="account-offer">"Save your details for next time?"</h2>
            <p>"Choose a password and you have an account; next time your address is filled in."</p>
            <Errors form=form />
            <form class="stack" action="/register" method="post">
                <input type="text" name="email" value=order.email.clone() autocomplete="username" readonly hidden />
                <input type="hidden" name="name" value=order.shipping_address.name.clone() />
                <input type="hidden" name="order" value=order.number.clone() />
                <input type="hidden" name="token" value=token.to_owned() />
                <Field form=form name="password" label="Password" kind="password" autocomplete="new-password" hint="At least 8 characters." max=*PASSWORD_CHARS.end() min=*PASSWORD_CHARS.start() />
                <button class="button" type="submit">"Create account"</button>
            </form>
        </section>
    }
}
