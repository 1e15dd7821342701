//! 61 to 70: keys, payments and refunds.

use super::scene::{Given, Scene};
use super::{Expect, Row, Then, row};
use reqwest::{Method, RequestBuilder};

const ORDERS: &str = "SELECT COUNT(*) FROM orders o JOIN checkout k ON k.id = o.checkout_id
    WHERE k.cart_id = $1 AND o.state = 'confirmed'";

pub fn rows() -> Vec<Row> {
    let mut rows = vec![
        row(
            61,
            Given::Ready,
            |s| s.shopper.api(Method::POST, "/checkout").json(&s.shopper.order("pm_card_visa")),
            Expect(400, "idempotency_key"),
            Then::Unchanged,
        ),
        row(
            61,
            Given::Ready,
            |s| {
                let version = s.shopper.version.to_string();
                s.shopper.form(
                    "/checkout/place",
                    &[("way", "hosted"), ("expected_total", "1490"), ("cart_version", version.as_str())],
                )
            },
            Expect(400, "idempotency key"),
            Then::Unchanged,
        ),
    ];
    for key in [String::new(), "k".repeat(256), "two words".into(), "schlüssel".into()] {
        let typed = key.clone();
        rows.push(row(62, Given::Ready, move |s| keyed(s, &key), Expect(400, "idempotency_key"), Then::Unchanged));
        rows.push(row(
            62,
            Given::Ready,
            move |s| s.shopper.place_form(&typed, s.shopper.total),
            Expect(400, "idempotency key"),
            Then::Unchanged,
        ));
    }
    rows.extend([
        row(
            63,
            Given::Declined,
            |s| s.shopper.place("used", &s.shopper.order("pm_card_visa")),
            Expect(422, "idempotency_key"),
            Then::Unchanged,
        ),
        row(
            63,
            Given::Declined,
            |s| s.shopper.place_form("used", s.shopper.total),
            Expect(422, "used for another request"),
            Then::Unchanged,
        ),
        row(
            64,
            Given::SharedKey,
            |s| s.shopper.place("shared", &s.shopper.order("pm_card_visa")),
            Expect(201, "ordered"),
            Then::Holds(ORDERS, 1),
        ),
        row(
            65,
            Given::Challenged,
            |s| s.stranger.page(&forged_return(s)),
            Expect(200, "We are processing your payment"),
            Then::Unchanged,
        ),
        row(
            65,
            Given::Challenged,
            |s| s.shopper.page(&forged_return(s)),
            Expect(200, "We are processing your payment"),
            Then::Unchanged,
        ),
        // What is not there looks the same as what is somebody else's.
        row(
            65,
            Given::Challenged,
            |s| s.stranger.page("/checkout/return/019aa7a8-0000-7000-8000-000000000000"),
            Expect(200, "We are processing your payment"),
            Then::Unchanged,
        ),
        row(
            65,
            Given::Challenged,
            |s| s.stranger.api(Method::GET, &format!("/checkout/{}", s.checkout)),
            Expect(404, "not_found"),
            Then::Unchanged,
        ),
        row(
            66,
            Given::Ordered,
            |s| s.shopper.place("again", &s.shopper.order("pm_card_visa")),
            Expect(409, "already_ordered"),
            Then::Unchanged,
        ),
        row(
            66,
            Given::Ordered,
            |s| s.shopper.place_form("again", s.shopper.total),
            Expect(303, "/orders/"),
            Then::Unchanged,
        ),
        row(
            67,
            Given::ForeignCard,
            |s| s.shopper.place("k", &s.shopper.order(&s.card)),
            Expect(402, "invalid_request_error"),
            Then::HoldsNoted(ORDERS, 0),
        ),
        row(
            67,
            Given::Ready,
            |s| s.shopper.place("k", &s.shopper.order("pm_1Nobodys")),
            Expect(402, "resource_missing"),
            Then::HoldsNoted(ORDERS, 0),
        ),
        row(68, Given::Captured, |s| s.give_back("14.91"), Expect(422, "More than is left to refund"), Then::Unchanged),
        row(68, Given::Captured, |s| s.give_back("-1"), Expect(422, "Enter an amount"), Then::Unchanged),
        row(68, Given::Refunded, |s| s.give_back("14.90"), Expect(422, "More than is left to refund"), Then::Unchanged),
        row(68, Given::Refunded, |s| s.give_back("0.01"), Expect(422, "More than is left to refund"), Then::Unchanged),
        row(
            70,
            Given::TriedOut,
            |s| s.shopper.place("once-more", &s.shopper.order("pm_card_visa")),
            Expect(429, "too_many"),
            Then::Unchanged,
        ),
        row(
            70,
            Given::TriedOut,
            |s| s.shopper.place_form("once-more", s.shopper.total),
            Expect(429, "Too many attempts"),
            Then::Unchanged,
        ),
    ]);
    rows
}

fn keyed(s: &Scene<'_>, key: &str) -> RequestBuilder {
    s.shopper.place(key, &s.shopper.order("pm_card_visa"))
}

/// The address that the provider leads back to, as somebody would forge it.
fn forged_return(s: &Scene<'_>) -> String {
    format!("/checkout/return/{}?redirect_status=succeeded&payment_intent=pi_1", s.checkout)
}
