//! One order: what was bought, what was paid, what was sent, what happened, what to do next.

mod items;
mod parcel;
mod payment;

use self::items::{gift_cards, lines};
use self::parcel::{from_where, parcels, ship};
use self::payment::{is_refundable, payment, refund};
use super::actions;
use crate::date;
use crate::form::{Field, Form};
use crate::page::mail;
use crate::part;
use leptos::prelude::*;
use shop::limits::REASON_CHARS;
use shop::order::{Actions, Detail, Dispute, Event, MailEntry, Order, PaymentState, Source, State};
use shop::pricing::Discount;
use shop::reconcile::Break;

/// What was typed into each of the page's forms.
#[derive(Clone, Debug)]
pub struct Forms {
    pub ship: Form,
    pub cancel: Form,
    pub refund: Form,
    pub hold: Form,
    /// For actions without fields: capture, delivered.
    pub plain: Form,
}

impl Default for Forms {
    fn default() -> Self {
        Self {
            ship: Form::new("ship"),
            cancel: Form::new("cancel"),
            refund: Form::new("refund"),
            hold: Form::new("hold"),
            plain: Form::new("plain"),
        }
    }
}

/// `differences`: the open ones that are about this order; `sources`: the warehouses it comes from.
pub fn detail(detail: Detail, sources: &[Source], differences: &[Break], forms: &Forms) -> AnyView {
    let Detail { order, attempts, refunds, events, mails, dispute, held, tax_exemption } = detail;
    let can = actions(&order, dispute, !held.is_empty());
    let badges = view! { {part::order_badge(order.state)}{part::payment_badge(order.payment_state)} };
    view! {
        {part::up("/admin/orders", "Orders")}
        {part::heading(order.number.clone(), Some(badges.into_any()))}
        <p class="lead">
            "Placed "{date::time(order.placed_at.unwrap_or(order.created_at))}" UTC by "{order.email.clone()}". "
            {if held.is_empty() { next_step(&order, can) } else { "Next: release it, or cancel it." }}
        </p>
        {(!held.is_empty()).then(|| on_hold(&order, &held))}
        {dispute.map(disputed)}
        {(order.payment_state == PaymentState::Expired).then(|| expired(&order))}
        {(!differences.is_empty()).then(|| differing(differences))}
        {[&forms.plain, &forms.ship, &forms.hold, &forms.cancel, &forms.refund].into_iter().find_map(Form::summary)}
        <div class="columns">
            <div class="column">
                {lines(&order)}
                {from_where(sources)}
                {simple(&order, can)}
                {can.ship.then(|| ship(&order, &forms.ship))}
                {parcels(&order)}
                {gift_cards(&order)}
                {payment(&order, attempts, refunds)}
                {is_refundable(&order, can).then(|| refund(&order, can, &forms.refund))}
                {(can.cancel && held.is_empty()).then(|| hold(&order, &forms.hold))}
                {can.cancel.then(|| cancel(&order, &forms.cancel))}
            </div>
            <div class="column side-column">
                {money(&order, &tax_exemption)}
                {customer(&order)}
                {timeline(events)}
                {sent(mails)}
            </div>
        </div>
    }
    .into_any()
}

fn on_hold(order: &Order, reasons: &[String]) -> AnyView {
    let reasons = reasons.iter().map(|reason| view! { <li>{reason.clone()}</li> }).collect_view();
    view! {
        <div class="notice bad" role="status">
            <p><strong>"On hold: look at this order before it goes on"</strong></p>
            <ul>{reasons}</ul>
            <p>"Money that is authorised is not taken and nothing ships until it is released. Cancel it if it is fraud."</p>
            <form method="post" action=format!("/admin/orders/{}/release", order.number)>
                {hidden_version(order)}
                <button>"Release the order"</button>
            </form>
        </div>
    }
    .into_any()
}

fn hold(order: &Order, form: &Form) -> AnyView {
    view! {
        <section class="card" aria-labelledby="hold">
            <h2 id="hold">"Hold for review"</h2>
            <form method="post" action=format!("/admin/orders/{}/hold", order.number) class="stack">
                {hidden_version(order)}
                {Field::new("reason", "Reason").required().max(REASON_CHARS).input(form)}
                <div class="actions"><button class="quiet">"Hold the order"</button></div>
            </form>
        </section>
    }
    .into_any()
}

fn disputed(dispute: Dispute) -> AnyView {
    let (class, text) = match dispute {
        Dispute::Open => (
            "notice bad",
            "The card holder disputes the payment. The bank decides; nothing is refunded meanwhile. \
             Give evidence in the provider's dashboard.",
        ),
        Dispute::Won => ("notice good", "The card holder disputed the payment; the bank decided for the shop."),
        Dispute::Lost => ("notice bad", "The card holder disputed the payment, and the bank has given the money back."),
    };
    view! { <div class=class role="status"><p>{text}</p></div> }.into_any()
}

fn expired(order: &Order) -> AnyView {
    let until = match order.cancel_at {
        Some(at) => {
            view! { "On "{date::time(at)}" UTC it is cancelled and its units go back on the shelf." }.into_any()
        }
        None => "It is kept until you cancel it.".into_any(),
    };
    view! {
        <div class="notice bad" role="status">
            <p>"The provider let go of the money before it was captured. The shopper was asked to pay anew. "{until}</p>
        </div>
    }
    .into_any()
}

fn differing(differences: &[Break]) -> AnyView {
    let items =
        differences.iter().map(|one| view! { <li>{one.kind.says()}": "{one.detail.clone()}</li> }).collect_view();
    view! {
        <div class="notice bad" role="alert">
            <p><strong>"Something about this order differs"</strong></p>
            <ul>{items}</ul>
            <p>"An owner settles it under "<a href="/admin/reconciliation">"Reconciliation"</a>"."</p>
        </div>
    }
    .into_any()
}

fn next_step(order: &Order, can: Actions) -> &'static str {
    match order.state {
        State::PendingPayment => "Next: the shopper finishes paying.",
        State::PaymentFailed => "The payment failed; nothing to do.",
        State::Confirmed if order.payment_state == PaymentState::Expired => "Next: the shopper pays anew.",
        _ if can.capture => "Next: capture the payment, then ship.",
        _ if can.ship => "Next: pack and ship what is left.",
        State::Shipped => "Next: mark it as delivered when it has arrived.",
        _ => "Nothing left to do.",
    }
}

fn hidden_version(order: &Order) -> AnyView {
    view! { <input type="hidden" name="version" value=order.version /> }.into_any()
}

/// Forms that are a button.
fn simple(order: &Order, can: Actions) -> Option<AnyView> {
    if !can.capture && !can.mark_delivered {
        return None;
    }
    let path = format!("/admin/orders/{}", order.number);
    let capture = can.capture.then(|| {
        view! {
            <form method="post" action=format!("{path}/capture")>
                {hidden_version(order)}
                <button>"Capture "{order.totals.money(order.totals.total).to_string()}</button>
            </form>
        }
    });
    let delivered = can.mark_delivered.then(|| {
        view! {
            <form method="post" action=format!("{path}/delivered")>
                {hidden_version(order)}
                <button>"Mark as delivered"</button>
            </form>
        }
    });
    Some(view! { <div class="card actions">{capture}{delivered}</div> }.into_any())
}

fn cancel(order: &Order, form: &Form) -> AnyView {
    let open = !form.errors.is_empty();
    let filled = if form.values.is_empty() { form.clone().with("restock", "on") } else { form.clone() };
    view! {
        <details class="card" open=open>
            <summary><h2>"Cancel this order"</h2></summary>
            <p class="hint">"The payment is voided, or refunded when it was captured. The customer gets a mail."</p>
            <form method="post" action=format!("/admin/orders/{}/cancel", order.number) class="stack">
                {hidden_version(order)}
                {Field::new("restock", "Put the units back on the shelf").check(&filled)}
                {Field::new("reason", "Reason").required().max(REASON_CHARS).input(form)}
                <div>
                    <button class="danger" data-confirm=format!("Cancel {}? It cannot be undone.", order.number)>
                        "Cancel order"
                    </button>
                </div>
            </form>
        </details>
    }
    .into_any()
}

/// The tax, by rate, or why there is none.
fn taxes(order: &Order, exemption: &str) -> AnyView {
    let totals = &order.totals;
    let rows = totals.tax_rows.iter().filter(|(_, amount)| *amount > 0);
    let rows = rows.map(|(name, amount)| {
        view! { <span class="sub">{format!("{name}: {}", totals.money(*amount))}</span> }
    });
    let exempt = (!exemption.is_empty()).then(|| view! { <span class="sub">{format!("Exempt by {exemption}")}</span> });
    view! { {totals.money(totals.tax).to_string()}{rows.collect_view()}{exempt} }.into_any()
}

fn money(order: &Order, exemption: &str) -> AnyView {
    let totals = &order.totals;
    let show = |amount: i64| totals.money(amount).to_string().into_any();
    let mut rows = vec![("Subtotal", show(totals.subtotal))];
    if totals.discount > 0 {
        rows.push(("Discount", discount(order, |discount| discount.amount)));
    }
    rows.push(("Delivery", show(totals.shipping + totals.shipping_discount)));
    if totals.shipping_discount > 0 {
        rows.push(("Off the delivery", discount(order, |discount| discount.shipping)));
    }
    rows.push((if totals.tax_inclusive { "Tax, included" } else { "Tax" }, taxes(order, exemption)));
    rows.push(("Total", view! { <strong>{totals.money(totals.total).to_string()}</strong> }.into_any()));
    for tender in order.tender.iter().filter(|tender| !tender.released) {
        let back = match tender.refunded.amount {
            0 => String::new(),
            _ => format!(", of it {} given back", tender.refunded),
        };
        rows.push(("Paid by", format!("{}: {}{back}", tender.label(), tender.amount).into_any()));
    }
    if !order.tender.is_empty() {
        rows.push(("Left for a payment", totals.money(order.due()).to_string().into_any()));
    }
    if order.credited.amount > 0 {
        rows.push(("Given as credit", order.credited.to_string().into_any()));
    }
    rows.push(("Captured", order.captured.to_string().into_any()));
    rows.push(("Refunded", order.refunded.to_string().into_any()));
    view! {
        <section class="card money" aria-labelledby="money">
            <h2 id="money">"Money"</h2>
            {part::facts(rows)}
        </section>
    }
    .into_any()
}

/// What promotions took off, each by its name.
fn discount(order: &Order, off: fn(&Discount) -> i64) -> AnyView {
    let with = order.totals.discounts.iter().filter(|discount| off(discount) > 0);
    with.map(|one| view! { <div>{format!("{} ({})", order.totals.money(-off(one)), one.label())}</div> })
        .collect_view()
        .into_any()
}

fn customer(order: &Order) -> AnyView {
    let address = order.shipping_address.lines().into_iter().map(|line| view! { {line}<br /> }).collect_view();
    let phone =
        (!order.shipping_address.phone.is_empty()).then(|| view! { <p>{order.shipping_address.phone.clone()}</p> });
    let note = (!order.note.is_empty()).then(|| view! { <h3>"Note"</h3><p class="pre">{order.note.clone()}</p> });
    let gift = (!order.gift_note.is_empty())
        .then(|| view! { <h3>"Card of the present"</h3><p class="pre">{order.gift_note.clone()}</p> });
    let fetched = order.pickup.as_ref().map(|place| {
        let lines = place.lines().into_iter().map(|line| view! { {line}<br /> }).collect_view();
        view! { <h3>"Fetched at"</h3><address>{lines}</address> }
    });
    let due = order.due.map(|due| {
        let (from, to) = due.times();
        view! { <p class="hint">{format!("Promised for {} to {}", date::day(from), date::day(to))}</p> }
    });
    let kind = if order.customer_id.is_some() { "Customer with account" } else { "Guest" };
    view! {
        <section class="card" aria-labelledby="customer">
            <h2 id="customer">"Customer"</h2>
            <p><a href=format!("mailto:{}", order.email)>{order.email.clone()}</a></p>
            <p class="hint">
                {kind}" · "
                <a href=format!("/admin/orders?q={}", part::encode(&order.email))>"all orders"</a>
            </p>
            {fetched}
            <h3>{if order.pickup.is_some() { "Address of the buyer" } else { "Deliver to" }}</h3>
            <address>{address}</address>
            {phone}
            <p class="hint">{order.shipping_method.clone()}</p>
            {due}
            {gift}
            {note}
        </section>
    }
    .into_any()
}

fn timeline(events: Vec<Event>) -> AnyView {
    let items = events
        .into_iter()
        .rev()
        .map(|event| {
            view! { <li><p>{event.text}</p><p class="hint">{date::time(event.at)}" · "{event.actor}</p></li> }
        })
        .collect_view();
    view! {
        <section class="card" aria-labelledby="timeline">
            <h2 id="timeline">"Timeline"</h2>
            <ol class="timeline">{items}</ol>
        </section>
    }
    .into_any()
}

fn sent(mails: Vec<MailEntry>) -> AnyView {
    let body = if mails.is_empty() {
        view! { <p class="hint">"None yet."</p> }.into_any()
    } else {
        let items = mails
            .into_iter()
            .map(|entry| {
                view! {
                    <li>
                        <p><a href=format!("/admin/mail/{}", entry.id)>{entry.subject}</a>" "{mail::badge(&entry.state)}</p>
                        <p class="hint">{date::time(entry.at)}" · "{entry.recipient}</p>
                    </li>
                }
            })
            .collect_view();
        view! { <ul class="plain">{items}</ul> }.into_any()
    };
    view! {
        <section class="card" aria-labelledby="mails">
            <h2 id="mails">"Mails"</h2>
            {body}
        </section>
    }
    .into_any()
}
