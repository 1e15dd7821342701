//! The texts of the shop's mail, as plain text and as HTML with the same words.

use crate::alert::Told;
use crate::cart::recovery::Reminder;
use crate::money::Money;
use crate::order::Order;

/// What a mail says.
pub(super) struct Text {
    pub subject: String,
    pub plain: String,
    pub html: String,
}

/// The mail of the named template; `None` when there is no such template.
pub(super) fn render(template: &str, shop_name: &str, origin: &str, order: &Order, token: &str) -> Option<Text> {
    let number = &order.number;
    let (subject, opening) = match template {
        "order_confirmed" => (
            format!("Your order {number} is confirmed"),
            format!("Thank you for your order. We have received it and are getting it ready.{}", arrival(order)),
        ),
        "shipped" => (format!("Your order {number} is on its way"), shipped(order)),
        "refunded" => (
            format!("Refund for your order {number}"),
            if order.tender.is_empty() && order.credited.amount == 0 {
                format!("We have sent {} back to you. It can take a few days until your bank shows it.", order.refunded)
            } else {
                refunded(order)
            },
        ),
        "cancelled" => (
            format!("Your order {number} was cancelled"),
            "Your order was cancelled. What you paid goes back to you.".to_owned(),
        ),
        "payment_failed" => (
            format!("Payment for order {number} did not go through"),
            "We could not take your payment, so nothing was charged and nothing will be sent. \
             The items may still be in your cart."
                .to_owned(),
        ),
        "payment_expired" => (
            format!("Please pay for your order {number} again"),
            "The hold on your money ended before we could take it, so nothing was charged. We keep your items for 24 \
             hours: please open your order and pay again. Otherwise it will be cancelled, and nothing will be charged."
                .to_owned(),
        ),
        "paid_anew" => (
            format!("Your payment for order {number} has arrived"),
            "Thank you. Your new payment has reached us, and we are getting your order ready.".to_owned(),
        ),
        "payment_returned" => (
            format!("Your payment for order {number} goes back to you"),
            "Your payment reached us after the time to pay had run out, and the items, or a discount that was \
             for one order only, are gone by now. We are sorry. The full amount goes back to you."
                .to_owned(),
        ),
        _ => return None,
    };
    let link = match template {
        "payment_failed" => format!("{origin}/cart"),
        _ => format!("{origin}/orders/{number}?token={token}"),
    };
    let lines: Vec<(String, String)> = order
        .lines
        .iter()
        .map(|line| {
            let variant =
                if line.variant_title.is_empty() { String::new() } else { format!(" ({})", line.variant_title) };
            (format!("{} × {}{variant}", line.quantity, line.title), line.total.to_string())
        })
        .collect();
    let sums = sums(order);
    let address = order.shipping_address.lines();
    Some(Text {
        plain: plain(shop_name, &opening, &lines, &sums, &address, &link),
        html: html(shop_name, &subject, &opening, &lines, &sums, &address, &link),
        subject,
    })
}

/// When it was said to arrive, or to be ready; a sentence with a space before it.
fn arrival(order: &Order) -> String {
    let Some(due) = order.due else { return String::new() };
    match &order.pickup {
        Some(at) => format!(" You can fetch it {} at {}.", due.text(), at.lines().join(", ")),
        None => format!(" It should arrive {}.", due.text()),
    }
}

fn shipped(order: &Order) -> String {
    let parcel = order.fulfilments.last().map(|f| format!("{} {}", f.carrier, f.tracking_number)).unwrap_or_default();
    match parcel.trim() {
        "" => "Your parcel has left our warehouse.".to_owned(),
        parcel => format!("Your parcel has left our warehouse. Tracking: {parcel}"),
    }
}

fn sums(order: &Order) -> Vec<(String, String)> {
    let totals = &order.totals;
    let mut sums = vec![("Subtotal".to_owned(), totals.money(totals.subtotal).to_string())];
    for discount in totals.discounts.iter().filter(|discount| discount.amount > 0) {
        sums.push((discount.label(), totals.money(-discount.amount).to_string()));
    }
    let delivery = totals.shipping + totals.shipping_discount;
    sums.push((format!("Delivery ({})", order.shipping_method), totals.money(delivery).to_string()));
    for discount in totals.discounts.iter().filter(|discount| discount.shipping > 0) {
        sums.push((discount.label(), totals.money(-discount.shipping).to_string()));
    }
    for (name, amount) in &totals.tax_rows {
        let name = if totals.tax_inclusive { format!("includes {name}") } else { name.clone() };
        sums.push((name, totals.money(*amount).to_string()));
    }
    sums.push(("Total".into(), totals.money(totals.total).to_string()));
    for tender in order.tender.iter().filter(|tender| !tender.released) {
        sums.push((tender.label(), totals.money(-tender.amount.amount).to_string()));
    }
    if !order.tender.is_empty() {
        sums.push(("Left to pay".into(), totals.money(order.due()).to_string()));
    }
    sums
}

/// What went back so far, whichever way.
fn refunded(order: &Order) -> String {
    let mut ways = Vec::new();
    if order.refunded.amount > 0 {
        ways.push(format!("{} the way you paid, which can take a few days until your bank shows it", order.refunded));
    }
    let cards = order.tender.iter().filter(|tender| tender.refunded.amount > 0);
    ways.extend(cards.map(|tender| format!("{} of what your {} paid", tender.refunded, tender.label().to_lowercase())));
    if order.credited.amount > 0 {
        ways.push(format!("{} as store credit", order.credited));
    }
    format!("So far we have given back: {}.", ways.join("; "))
}

fn plain(
    shop_name: &str,
    opening: &str,
    lines: &[(String, String)],
    sums: &[(String, String)],
    address: &[String],
    link: &str,
) -> String {
    let rows = |rows: &[(String, String)]| {
        rows.iter().flat_map(|(name, sum)| [name.as_str(), ": ", sum.as_str(), "\n"]).collect::<String>()
    };
    format!(
        "{opening}\n\n{}\n{}\nDelivery address:\n{}\n\nYour order: {link}\n\n{shop_name}\n",
        rows(lines),
        rows(sums),
        address.join("\n")
    )
}

fn html(
    shop_name: &str,
    subject: &str,
    opening: &str,
    lines: &[(String, String)],
    sums: &[(String, String)],
    address: &[String],
    link: &str,
) -> String {
    // Mail programs know neither style sheets nor layout: a table with a little inline style is what they show.
    let rows = |rows: &[(String, String)]| {
        rows.iter().fold(String::new(), |table, (name, sum)| {
            let (name, sum) = (escape(name), escape(sum));
            table
                + "<tr><td style=\"padding:4px 16px 4px 0\">"
                + &name
                + "</td><td style=\"padding:4px 0;text-align:right\">"
                + &sum
                + "</td></tr>"
        })
    };
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title></head>\
         <body style=\"font:16px/1.5 sans-serif;color:#222;max-width:36em;margin:2em auto;padding:0 1em\">\
         <h1 style=\"font-size:1.25em\">{title}</h1><p>{opening}</p>\
         <table style=\"border-collapse:collapse\">{lines}<tr><td colspan=\"2\"><hr></td></tr>{sums}</table>\
         <p>Delivery address:<br>{address}</p><p><a href=\"{link}\">See your order</a></p><p>{shop}</p></body></html>",
        title = escape(subject),
        opening = escape(opening),
        lines = rows(lines),
        sums = rows(sums),
        address = address.iter().map(|line| escape(line)).collect::<Vec<_>>().join("<br>"),
        link = escape(link),
        shop = escape(shop_name),
    )
}

/// What somebody waited for can be bought again.
pub(super) fn back_in_stock(shop_name: &str, origin: &str, told: &Told) -> Text {
    let name = match told.variant_title.as_str() {
        "" => told.title.clone(),
        variant => format!("{} ({variant})", told.title),
    };
    let subject = format!("{name} is back");
    let opening = format!("You asked us to tell you when {name} can be bought again. It can, as long as it lasts.");
    let closing = "This is the only mail about it. If you did not ask for it, somebody else typed your address.";
    let sku = url::form_urlencoded::byte_serialize(told.sku.as_bytes()).collect::<String>();
    let link = format!("{origin}/p/{}?variant={sku}", told.slug);
    let end = format!("{origin}/alerts/{}", told.token);
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title></head>\
         <body style=\"font:16px/1.5 sans-serif;color:#222;max-width:36em;margin:2em auto;padding:0 1em\">\
         <h1 style=\"font-size:1.25em\">{title}</h1><p>{opening}</p><p><a href=\"{link}\">See it in the shop</a></p>\
         <p style=\"color:#555\">{closing} <a href=\"{end}\">No more mails like this</a></p><p>{shop}</p></body></html>",
        title = escape(&subject),
        opening = escape(&opening),
        link = escape(&link),
        closing = escape(closing),
        end = escape(&end),
        shop = escape(shop_name),
    );
    let plain = format!("{opening}\n\n{link}\n\n{closing}\nNo more mails like this: {end}\n\n{shop_name}\n");
    Text { subject, plain, html }
}

/// A gift card with its code, and the words of who gave it.
pub(super) fn gift_card(shop_name: &str, origin: &str, value: Money, code: &str, until: &str, message: &str) -> Text {
    let subject = format!("Your gift card over {value} for {shop_name}");
    let opening = format!("This is a gift card over {value} for {shop_name}. Type its code when you check out:");
    let closing = format!("What you do not spend stays on it. {until} Keep this mail: the code cannot be told again.");
    let words = if message.is_empty() {
        (String::new(), String::new())
    } else {
        let html = escape(message).replace('\n', "<br>");
        (
            format!("{message}\n\n"),
            format!(
                "<blockquote style=\"margin:0 0 1em;padding-left:1em;border-left:3px solid #ccc\">{html}</blockquote>"
            ),
        )
    };
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title></head>\
         <body style=\"font:16px/1.5 sans-serif;color:#222;max-width:36em;margin:2em auto;padding:0 1em\">\
         <h1 style=\"font-size:1.25em\">{title}</h1>{words}<p>{opening}</p>\
         <p style=\"font:bold 1.5em monospace\">{code}</p><p>{closing}</p><p><a href=\"{link}\">Go to the shop</a></p>\
         <p>{shop}</p></body></html>",
        title = escape(&subject),
        words = words.1,
        opening = escape(&opening),
        code = escape(code),
        closing = escape(&closing),
        link = escape(origin),
        shop = escape(shop_name),
    );
    let plain = format!("{}{opening}\n\n    {code}\n\n{closing}\n\n{origin}\n\n{shop_name}\n", words.0);
    Text { subject, plain, html }
}

/// Somebody has left a cart and wants to be reminded of it.
pub(super) fn cart_reminder(shop_name: &str, origin: &str, reminder: &Reminder, token: &str) -> Text {
    let subject = format!("Your cart at {shop_name}");
    let opening = "You asked us to remind you when you leave something in your cart. This is what is in it; nothing of it is \
        set aside for you.";
    let offer = reminder.code.as_ref().map(|code| format!("With the code {code} it costs less."));
    let closing = "The link works for 30 days and shows what was in the cart to whoever has it, but nothing about you.";
    let lines: Vec<String> = reminder.lines.iter().map(|(units, title)| format!("{units} × {title}")).collect();
    let (link, end) = (format!("{origin}/cart/restore/{token}"), format!("{origin}/cart-mails/{token}"));
    let items = lines.iter().fold(String::new(), |list, line| list + "<li>" + &escape(line) + "</li>");
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title></head>\
         <body style=\"font:16px/1.5 sans-serif;color:#222;max-width:36em;margin:2em auto;padding:0 1em\">\
         <h1 style=\"font-size:1.25em\">{title}</h1><p>{opening}</p><ul>{items}</ul>{offer}\
         <p><a href=\"{link}\">See your cart</a></p>\
         <p style=\"color:#555\">{closing} <a href=\"{end}\">No more mails like this</a></p><p>{shop}</p></body></html>",
        title = escape(&subject),
        opening = escape(opening),
        offer = offer.as_ref().map(|text| format!("<p>{}</p>", escape(text))).unwrap_or_default(),
        link = escape(&link),
        closing = escape(closing),
        end = escape(&end),
        shop = escape(shop_name),
    );
    let offer = offer.map(|text| format!("{text}\n\n")).unwrap_or_default();
    let plain = format!(
        "{opening}\n\n{}\n\n{offer}Your cart: {link}\n\n{closing}\nNo more mails like this: {end}\n\n{shop_name}\n",
        lines.join("\n")
    );
    Text { subject, plain, html }
}

/// Text as HTML shows it, also inside a quoted attribute.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}
