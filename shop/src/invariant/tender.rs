//! Rules about gift cards and store credit, one statement each, as in `rule`.

use super::Moment;
use super::rule::Rule;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "I5",
        says: "What went back to gift cards and as credit is what their books say, and never more than was paid that way",
        from: Moment::Busy,
        broken: "SELECT o.number AS reference, 'back to cards ' || o.tender_refunded || ', by tender ' || COALESCE(t.refunded, 0)
               || ', credited ' || o.credited || ', by books ' || COALESCE(e.refunded, 0) AS detail
             FROM orders o
             LEFT JOIN (SELECT checkout_id, CAST(SUM(refunded) AS BIGINT) AS refunded FROM tender GROUP BY checkout_id) t
               ON t.checkout_id = o.checkout_id
             LEFT JOIN (SELECT order_id, CAST(SUM(amount) AS BIGINT) AS refunded FROM stored_value_entry
                        WHERE kind = 'refund' GROUP BY order_id) e ON e.order_id = o.id
             WHERE o.tender_refunded <> COALESCE(t.refunded, 0) OR o.tender_refunded > o.tender
               OR o.tender_refunded + o.credited <> COALESCE(e.refunded, 0)",
    },
    Rule {
        id: "I7",
        says: "What gift cards and credit are to pay of an order is held, spent or given back as the order stands",
        from: Moment::Busy,
        broken: "SELECT o.number AS reference, o.state || ', to pay ' || o.tender || ', held ' || COALESCE(t.held, 0)
               || ', spent ' || COALESCE(t.spent, 0) || ', released ' || COALESCE(t.released, 0)
               || ', by books ' || COALESCE(e.spent, 0) AS detail
             FROM orders o
             LEFT JOIN (SELECT checkout_id,
                 CAST(SUM(CASE state WHEN 'held' THEN amount ELSE 0 END) AS BIGINT) AS held,
                 CAST(SUM(CASE state WHEN 'spent' THEN amount ELSE 0 END) AS BIGINT) AS spent,
                 CAST(SUM(CASE state WHEN 'released' THEN amount ELSE 0 END) AS BIGINT) AS released
               FROM tender GROUP BY checkout_id) t ON t.checkout_id = o.checkout_id
             LEFT JOIN (SELECT order_id, CAST(-SUM(amount) AS BIGINT) AS spent FROM stored_value_entry
                        WHERE kind = 'spend' GROUP BY order_id) e ON e.order_id = o.id
             WHERE COALESCE(e.spent, 0) <> COALESCE(t.spent, 0)
               OR o.tender <> CASE WHEN o.placed_at IS NOT NULL THEN COALESCE(t.spent, 0)
                                   WHEN o.state = 'pending_payment' THEN COALESCE(t.held, 0)
                                   ELSE COALESCE(t.released, 0) END
               OR o.tender <> COALESCE(t.held + t.spent + t.released, 0)
               OR (o.state = 'cancelled' AND o.placed_at IS NOT NULL AND o.tender_refunded <> o.tender)",
    },
    Rule {
        id: "I13",
        says: "What the ledger owes to holders of gift cards and credit is what their books say, order by order",
        from: Moment::Busy,
        broken: "SELECT COALESCE(MAX(o.number), 'by hand') AS reference,
               x.account || ' differ by ' || SUM(x.amount) || ' ' || x.currency AS detail
             FROM (SELECT order_id, account, currency, amount FROM ledger WHERE account IN ('gift_cards','store_credit')
                   UNION ALL
                   SELECT e.order_id, CASE s.kind WHEN 'gift_card' THEN 'gift_cards' ELSE 'store_credit' END, s.currency,
                     e.amount
                   FROM stored_value_entry e JOIN stored_value s ON s.id = e.account_id) x
             LEFT JOIN orders o ON o.id = x.order_id
             GROUP BY x.order_id, x.account, x.currency HAVING SUM(x.amount) <> 0",
    },
    Rule {
        id: "I14",
        says: "What is on a gift card or credit is the sum of its book, what is held of it is what checkouts hold, and \
               neither is below nothing",
        from: Moment::Busy,
        broken: "SELECT s.kind || ' ' || CASE WHEN s.last_four = '' THEN COALESCE(c.email, '') ELSE s.last_four END AS reference,
               'on it ' || s.balance || ' ' || s.currency || ', by its book ' || COALESCE(e.balance, 0) || '; held ' || s.held
               || ', by checkouts ' || COALESCE(t.held, 0) AS detail
             FROM stored_value s LEFT JOIN customer c ON c.id = s.customer_id
             LEFT JOIN (SELECT account_id, CAST(SUM(amount) AS BIGINT) AS balance FROM stored_value_entry
                        GROUP BY account_id) e ON e.account_id = s.id
             LEFT JOIN (SELECT account_id, CAST(SUM(amount) AS BIGINT) AS held FROM tender WHERE state = 'held'
                        GROUP BY account_id) t ON t.account_id = s.id
             WHERE s.balance <> COALESCE(e.balance, 0) OR s.held <> COALESCE(t.held, 0) OR s.held > s.balance OR s.held < 0",
    },
    Rule {
        id: "I14",
        says: "Each unit of a gift card that was paid has made one card over its price, and nothing else has",
        from: Moment::Busy,
        broken: "SELECT o.number AS reference, l.title || ': made ' || l.issued || ' of ' || l.quantity || ', cards '
               || COALESCE(c.cards, 0) || ' over ' || COALESCE(c.value, 0) AS detail
             FROM order_line l JOIN orders o ON o.id = l.order_id
             LEFT JOIN (SELECT order_line_id, COUNT(*) AS cards, CAST(SUM(initial) AS BIGINT) AS value FROM stored_value
                        WHERE order_line_id IS NOT NULL GROUP BY order_line_id) c ON c.order_line_id = l.id
             WHERE (l.gift_card OR c.cards IS NOT NULL)
               AND (COALESCE(c.value, 0) <> l.unit_price * l.issued
                 OR COALESCE(c.cards, 0) <> CASE WHEN l.unit_price > 0 THEN l.issued ELSE 0 END
                 OR (l.issued > 0 AND o.captured + o.tender < o.total))",
    },
];
