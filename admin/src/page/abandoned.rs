//! Carts that were left: which, how much they are worth, whether their owners were reminded and came back.

use crate::date;
use crate::form::{Field, Form};
use crate::part::{self, Number, Place, Text};
use leptos::prelude::*;
use shop::cart::recovery::{Abandoned, Recovered};
use shop::limits::{CODE_CHARS, RECOVERY_HOURS, RECOVERY_MAILS};
use shop::setting::Recovery;

pub const HERE: &str = "/admin/abandoned-carts";

/// Fields: `on`, `recovery_hours`, `recovery_mails`, `recovery_code`.
pub fn form_of(rules: &Recovery) -> Form {
    Form::new("recovery")
        .with("on", if rules.on { "1" } else { "" })
        .with("recovery_hours", rules.hours)
        .with("recovery_mails", rules.mails)
        .with("recovery_code", &rules.code)
}

/// What was sent; what is no number is 0, which is out of bounds and told so.
pub fn read(form: &Form) -> Recovery {
    let number = |name: &str| form.value(name).trim().parse().unwrap_or(0);
    Recovery {
        on: form.is_on("on"),
        hours: number("recovery_hours"),
        mails: number("recovery_mails"),
        code: form.value("recovery_code").trim().to_owned(),
    }
}

/// `now` in Unix milliseconds; `form` is there for owners.
pub fn list(carts: Vec<Abandoned>, recovered: &Recovered, place: &Place, form: Option<&Form>, now: i64) -> AnyView {
    let body = if carts.is_empty() {
        let why = "A cart stands here once its owner has told an e-mail address and not touched it for some hours.";
        part::empty("No carts were left", why, None)
    } else {
        let columns = [
            Text("E-mail"),
            Number("Value"),
            Number("Units"),
            Text("Left at"),
            Text("Since (UTC)"),
            Number("Hours"),
            Number("Mails"),
            Text("State"),
        ];
        part::table(
            "Carts that were left, table",
            &columns,
            carts.into_iter().map(|cart| row(cart, now)).collect_view(),
        )
    };
    let sums: Vec<String> = recovered.totals.iter().map(ToString::to_string).collect();
    let sums = if sums.is_empty() { "nothing yet".to_owned() } else { sums.join(", ") };
    let facts =
        vec![("Orders after a mail", recovered.orders.to_string().into_any()), ("They came to", sums.into_any())];
    view! {
        {part::heading("Abandoned carts", None)}
        {form.map(Form::summary)}
        <section class="card flush" aria-label="Carts that were left">{body}</section>
        {part::pager(place)}
        <div class="columns">
            <div class="column">{form.map(settings)}</div>
            <div class="column side-column">
                <section class="card" aria-labelledby="recovered">
                    <h2 id="recovered">"Brought back in 30 days"</h2>
                    {part::facts(facts)}
                </section>
            </div>
        </div>
    }
    .into_any()
}

fn settings(form: &Form) -> AnyView {
    let (least, most) = (RECOVERY_HOURS.start(), RECOVERY_HOURS.end());
    view! {
        <section class="card" aria-labelledby="reminders">
            <h2 id="reminders">"Reminders by e-mail"</h2>
            <p class="hint">
                "Only to those who ask for them, at the contact step of the checkout or in their account; every mail has a link that \
                 ends them. None is sent once something was ordered, or a week after the cart was left."
            </p>
            <form method="post" action=HERE class="stack">
                {Field::new("on", "Send reminders").check(form)}
                <div class="pair">
                    {Field::new("recovery_hours", "Hours without a change")
                        .keys("numeric")
                        .required()
                        .hint(format!("After which a cart counts as left. Between {least} and {most}."))
                        .input(form)}
                    {Field::new("recovery_mails", "Mails about one cart, at most")
                        .keys("numeric")
                        .required()
                        .hint(format!("Up to {}, two days apart.", RECOVERY_MAILS.end()))
                        .input(form)}
                </div>
                {Field::new("recovery_code", "Discount code")
                    .max(*CODE_CHARS.end())
                    .hint("Of one of your discounts. While it can be used the mail names it, and the link puts it into the cart.")
                    .input(form)}
                <div><button>"Save"</button></div>
            </form>
        </section>
    }
    .into_any()
}

fn row(cart: Abandoned, now: i64) -> AnyView {
    let step = match cart.step.as_str() {
        "cart" => "Cart",
        "address" => "Address",
        "delivery" => "Delivery",
        _ => "Payment",
    };
    let hours = (now - cart.since) / 3_600_000;
    let state = match (&cart.order, cart.mail_at, cart.wanted) {
        (Some(number), ..) => {
            let label = if cart.mails > 0 { "Brought back" } else { "Ordered" };
            view! { {part::badge("good", label)} " " <a href=format!("/admin/orders/{number}")>{number.clone()}</a> }
                .into_any()
        }
        (None, Some(_), _) => part::badge("info", "Mail is due"),
        (None, None, true) => part::badge("", "Left"),
        (None, None, false) => part::badge("", "Left, wants no mail"),
    };
    view! {
        <tr>
            <th scope="row">{cart.email}</th>
            <td class="num">{cart.value.to_string()}</td>
            <td class="num">{cart.units.to_string()}</td>
            <td>{step}</td>
            <td>{date::time(cart.since)}</td>
            <td class="num">{hours.to_string()}</td>
            <td class="num">{cart.mails.to_string()}</td>
            <td>{state}</td>
        </tr>
    }
    .into_any()
}
