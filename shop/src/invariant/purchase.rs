//! Rules about limits of products, one statement each, as in `rule`.

use super::Moment;
use super::rule::Rule;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "I22",
        says: "A buyer is counted with what their checkouts claim of a limited product, and never above the limit",
        from: Moment::Busy,
        broken: "SELECT p.title || ' ' || b.buyer AS reference, 'counted ' || b.bought || ' of '
               || COALESCE(CAST(b.most AS TEXT), 'any') || ', claimed ' || COALESCE(u.units, 0) AS detail
             FROM purchase_buyer b JOIN product p ON p.id = b.product_id
             LEFT JOIN (SELECT s.product_id, s.buyer, CAST(SUM(s.units) AS BIGINT) AS units
                        FROM purchase s JOIN purchase_buyer c ON c.product_id = s.product_id AND c.buyer = s.buyer
                        WHERE s.state = 'claimed' AND s.at > c.since GROUP BY s.product_id, s.buyer) u
               ON u.product_id = b.product_id AND u.buyer = b.buyer
             WHERE b.bought <> COALESCE(u.units, 0) OR b.bought > b.most",
    },
    Rule {
        id: "I22",
        says: "What ended without an order, or was cancelled, takes nothing of a limit",
        from: Moment::Busy,
        broken: "SELECT o.number AS reference, o.state || ', ' || s.units || ' for ' || s.buyer AS detail
             FROM purchase s JOIN orders o ON o.checkout_id = s.checkout_id
             WHERE s.state = 'claimed' AND o.state IN ('payment_failed','cancelled')",
    },
];
