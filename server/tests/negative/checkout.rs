//! 47 to 60: prices, carts and the order of steps.

use super::scene::{CARDS, Given, Scene};
use super::{Expect, Row, Then, row};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

/// Quantities that are none: as JSON and as somebody types them.
const QUANTITIES: [(&str, &str); 7] = [
    ("0", "0"),
    ("-1", "-1"),
    ("1.5", "1.5"),
    ("1000000000", "1e9"),
    ("\"NaN\"", "NaN"),
    ("9223372036854775808", "9223372036854775808"),
    ("\"2\"", "2 pieces"),
];

pub fn rows() -> Vec<Row> {
    let mut rows = vec![
        row(
            47,
            Given::Cart,
            |s| add(s, json!({"sku": "CUP", "quantity": 1, "unit_price": 1})),
            Expect(422, "unit_price"),
            Then::Unchanged,
        ),
        row(
            47,
            Given::Cart,
            |s| {
                s.shopper.form("/cart/items", &[("sku", "CUP"), ("quantity", "1"), ("unit_price", "1"), ("price", "1")])
            },
            Expect(303, "/cart"),
            Then::Holds("SELECT unit_price_seen FROM cart_line WHERE cart_id = $1", 1000),
        ),
    ];
    for (json, typed) in QUANTITIES {
        let body: Value = serde_json::from_str(&format!(r#"{{"sku":"CUP","quantity":{json}}}"#)).unwrap();
        rows.push(row(48, Given::Cart, move |s| add(s, body.clone()), Expect(422, "quantity"), Then::Unchanged));
        rows.push(row(
            48,
            Given::Cart,
            move |s| s.shopper.form("/cart/items", &[("sku", "CUP"), ("quantity", typed)]),
            Expect(422, ""),
            Then::Unchanged,
        ));
    }
    rows.extend([
        row(
            49,
            Given::Priceless,
            |s| s.shopper.api(Method::PUT, "/checkout").json(&json!({"email": "a@b.co"})),
            Expect(422, "quantity"),
            Then::Unchanged,
        ),
        row(
            49,
            Given::Priceless,
            |s| s.shopper.form("/checkout/contact", &[("email", "a@b.co")]),
            Expect(422, ""),
            Then::Unchanged,
        ),
        row(
            49,
            Given::Priceless,
            |s| s.shopper.place("k", &s.shopper.order("pm_card_visa")),
            Expect(422, "quantity"),
            Then::Unchanged,
        ),
        row(
            50,
            Given::Swapped,
            |s| s.shopper.place("k", &s.shopper.order("pm_card_visa")),
            Expect(409, "cart_changed"),
            Then::Unchanged,
        ),
        row(
            50,
            Given::Swapped,
            |s| s.shopper.place_form("k", s.shopper.total),
            Expect(409, "Your cart has changed"),
            Then::Unchanged,
        ),
        row(51, Given::Ready, |s| s.shopper.place("k", &other_total(s)), Expect(409, "cart_changed"), Then::Unchanged),
        row(51, Given::Ready, |s| s.shopper.place_form("k", 1), Expect(409, "The total has changed"), Then::Unchanged),
        row(52, Given::Ready, |s| code(s, "OVER"), Expect(422, "code"), Then::Unchanged),
        row(52, Given::Ready, |s| code(s, "SOON"), Expect(422, "code"), Then::Unchanged),
        row(52, Given::Ready, |s| code(s, "EVES"), Expect(422, "code"), Then::Unchanged),
        row(
            52,
            Given::Ready,
            |s| s.shopper.form("/cart/codes", &[("code", "over")]),
            Expect(422, "OVER does not apply. It has expired."),
            Then::Unchanged,
        ),
        row(
            52,
            Given::Ready,
            |s| s.shopper.form("/checkout/codes", &[("code", "EVES"), ("from", "/checkout/payment")]),
            Expect(422, "It is for somebody else"),
            Then::Unchanged,
        ),
        row(53, Given::Coded, |s| code(s, " ｔｅｎ "), Expect(200, "TEN"), Then::Unchanged),
        row(53, Given::Coded, |s| code(s, "Ten"), Expect(200, "TEN"), Then::Unchanged),
        row(54, Given::Coded, |s| code(s, "ALL"), Expect(422, "code"), Then::Unchanged),
        row(
            54,
            Given::CodedAll,
            order,
            Expect(201, ""),
            Then::Holds(
                "SELECT o.total FROM orders o JOIN checkout k ON k.id = o.checkout_id WHERE k.cart_id = $1",
                490,
            ),
        ),
        // Wanting more off than there is.
        row(
            54,
            Given::Coded,
            |s| s.shopper.place("k", &with(s, "expected_total", json!(-1))),
            Expect(409, "cart_changed"),
            Then::Unchanged,
        ),
        row(53, Given::Carded, |s| card(s, &s.card.to_lowercase()), Expect(200, "gift_card"), Then::Unchanged),
        row(53, Given::Carded, |s| card(s, &spaced(&s.card)), Expect(200, "gift_card"), Then::Unchanged),
        row(
            53,
            Given::Carded,
            |s| s.shopper.form("/cart/gift-cards", &[("gift_card", &spaced(&s.card).replace(' ', "-"))]),
            Expect(303, "/cart"),
            Then::Unchanged,
        ),
        // The card pays its part once, and the total stays that of the goods.
        row(
            53,
            Given::Carded,
            order,
            Expect(201, ""),
            Then::Holds(
                "SELECT o.total * 10000 + a.amount FROM orders o JOIN checkout k ON k.id = o.checkout_id
                 JOIN payment_attempt a ON a.checkout_id = k.id WHERE k.cart_id = $1",
                14_900_990,
            ),
        ),
        // Wanting the card to pay more than is on it.
        row(
            54,
            Given::Carded,
            |s| s.shopper.place("k", &with(s, "expected_due", json!(0))),
            Expect(409, "cart_changed"),
            Then::Unchanged,
        ),
        row(
            54,
            Given::Carded,
            |s| s.shopper.place("k", &with(s, "expected_due", json!(-100))),
            Expect(409, "cart_changed"),
            Then::Unchanged,
        ),
        row(56, Given::GuessedCards, |s| card(s, &s.card), Expect(429, "too_many"), Then::Unchanged),
        row(
            56,
            Given::GuessedCards,
            |s| s.shopper.form("/cart/gift-cards", &[("gift_card", &s.card)]),
            Expect(429, ""),
            Then::Unchanged,
        ),
        row(56, Given::Guessed, |s| code(s, "TEN"), Expect(429, "too_many"), Then::Unchanged),
        row(
            56,
            Given::Guessed,
            |s| s.shopper.form("/cart/codes", &[("code", "TEN")]),
            Expect(429, ""),
            Then::Unchanged,
        ),
        row(57, Given::Cart, order, Expect(409, "incomplete"), Then::Unchanged),
        row(57, Given::NoAddress, order, Expect(409, "incomplete"), Then::Unchanged),
        row(57, Given::NoDelivery, order, Expect(409, "incomplete"), Then::Unchanged),
        // People are led to the step that is missing.
        row(
            57,
            Given::NoAddress,
            |s| s.shopper.place_form("k", s.shopper.total),
            Expect(303, "/checkout/address"),
            Then::Unchanged,
        ),
        row(
            57,
            Given::NoDelivery,
            |s| s.shopper.place_form("k", s.shopper.total),
            Expect(303, "/checkout/delivery"),
            Then::Unchanged,
        ),
        row(58, Given::Ready, |s| deliver(s, &s.elsewhere.to_string()), Expect(422, "delivery"), Then::Unchanged),
        row(58, Given::Ready, |s| deliver(s, "parcel"), Expect(422, "delivery"), Then::Unchanged),
        row(
            58,
            Given::Ready,
            |s| s.shopper.form("/checkout/delivery", &[("delivery", &s.elsewhere.to_string())]),
            Expect(422, "Choose one of the ways"),
            Then::Unchanged,
        ),
        row(
            59,
            Given::Ready,
            |s| s.shopper.api(Method::PUT, "/checkout").json(&json!({"tax_exempt": true})),
            Expect(422, "tax_exempt"),
            Then::Unchanged,
        ),
        row(
            59,
            Given::Ready,
            |s| s.shopper.place("k", &with(s, "tax_exempt", json!(true))),
            Expect(422, "tax_exempt"),
            Then::Unchanged,
        ),
        row(
            59,
            Given::Ready,
            |s| {
                let version = s.shopper.version.to_string();
                let fields = [
                    ("way", "hosted"),
                    ("idempotency_key", "k"),
                    ("expected_total", "1490"),
                    ("cart_version", &version),
                    ("tax_exempt", "1"),
                    ("tax", "0"),
                ];
                s.shopper.form("/checkout/place", &fields)
            },
            Expect(303, "/c/pay/"),
            Then::Holds("SELECT o.tax FROM orders o JOIN checkout k ON k.id = o.checkout_id WHERE k.cart_id = $1", 238),
        ),
        row(60, Given::Emptied, order, Expect(409, "cart_empty"), Then::Unchanged),
        row(60, Given::Emptied, |s| s.shopper.place_island("k", 1490), Expect(409, "cart_empty"), Then::Unchanged),
        row(60, Given::Emptied, |s| s.shopper.place_form("k", 1490), Expect(303, "/cart"), Then::Unchanged),
    ]);
    for (code, _) in CARDS {
        rows.push(row(52, Given::Ready, move |s| card(s, code), Expect(422, "gift_card"), Then::Unchanged));
    }
    for code in ["AAAA-AAAA-AAAA-AAAA", "", "' OR 1=1 --"] {
        rows.push(row(52, Given::Ready, move |s| card(s, code), Expect(422, "gift_card"), Then::Unchanged));
    }
    for (path, words) in [
        ("/cart/gift-cards", "Gift card ····FR0Z cannot be used. It is blocked."),
        ("/checkout/gift-cards", "Gift card ····FR0Z cannot be used. It is blocked."),
    ] {
        rows.push(row(
            52,
            Given::Ready,
            move |s| s.shopper.form(path, &[("gift_card", CARDS[1].0), ("from", "/checkout/payment")]),
            Expect(422, words),
            Then::Unchanged,
        ));
    }
    rows
}

fn card(s: &Scene<'_>, code: &str) -> RequestBuilder {
    s.shopper.api(Method::POST, "/cart/gift-cards").json(&json!({ "code": code }))
}

fn spaced(code: &str) -> String {
    let chars: Vec<char> = code.chars().collect();
    chars.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

fn add(s: &Scene<'_>, body: Value) -> RequestBuilder {
    s.shopper.api(Method::POST, "/cart/items").json(&body)
}

fn code(s: &Scene<'_>, code: &str) -> RequestBuilder {
    s.shopper.api(Method::POST, "/cart/codes").json(&json!({ "code": code }))
}

fn order(s: &Scene<'_>) -> RequestBuilder {
    s.shopper.place("k", &s.shopper.order("pm_card_visa"))
}

fn deliver(s: &Scene<'_>, method: &str) -> RequestBuilder {
    s.shopper.api(Method::PUT, "/checkout").json(&json!({"delivery": method}))
}

fn other_total(s: &Scene<'_>) -> Value {
    with(s, "expected_total", json!(s.shopper.total - 1))
}

fn with(s: &Scene<'_>, name: &str, value: Value) -> Value {
    let mut order = s.shopper.order("pm_card_visa");
    order[name] = value;
    order
}
