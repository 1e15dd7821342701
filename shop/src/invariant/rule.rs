//! Rules that one statement can ask: it returns the rows that break them, as (reference, detail). One statement sees
//! one snapshot, so a rule that holds between transactions holds here, however busy the shop is.

use super::{Breach, Moment, SHOWN, Verdict, purchase, tender};
use crate::db::Read;
use crate::{Result, args};

pub(super) struct Rule {
    pub id: &'static str,
    pub says: &'static str,
    pub from: Moment,
    /// May name `$1`, the time in Unix milliseconds.
    pub broken: &'static str,
}

/// Asks every rule that fits the moment.
pub(super) async fn check(db: &mut impl Read, moment: Moment, now: i64) -> Result<Vec<Verdict>> {
    let mut verdicts = Vec::new();
    for rule in rules().filter(|rule| rule.from <= moment) {
        let text = format!(
            "SELECT reference, detail FROM ({}) AS broken WHERE CAST($1 AS BIGINT) IS NOT NULL
             ORDER BY reference, detail LIMIT {SHOWN}",
            rule.broken
        );
        let rows: Vec<(String, String)> = db.fetch_all(&text, args![now]).await?;
        let breaches =
            rows.into_iter().map(|(reference, detail)| Breach { rule: rule.id, reference, detail }).collect();
        verdicts.push(Verdict { rule: rule.id, says: rule.says, breaches });
    }
    Ok(verdicts)
}

/// Several files' rules.
fn rules() -> impl Iterator<Item = &'static Rule> {
    RULES.iter().chain(tender::RULES).chain(purchase::RULES)
}

const RULES: &[Rule] = &[
    Rule {
        id: "I1",
        says: "What is reserved of a stock row is the sum of what is held, and never more than is on hand",
        from: Moment::Busy,
        broken: "SELECT v.sku || ' in ' || w.code AS reference,
               'on hand ' || s.on_hand || ', reserved ' || s.reserved || ', held ' || COALESCE(h.held, 0) AS detail
             FROM stock s JOIN variant v ON v.id = s.variant_id JOIN warehouse w ON w.id = s.warehouse_id
             LEFT JOIN (SELECT stock_id, CAST(SUM(quantity) AS BIGINT) AS held FROM reservation WHERE state = 'held'
                        GROUP BY stock_id) h ON h.stock_id = s.id
             WHERE s.reserved <> COALESCE(h.held, 0) OR s.reserved < 0 OR s.reserved > s.on_hand",
    },
    Rule {
        id: "I2",
        says: "What is on hand is the sum of everything that ever happened to it",
        from: Moment::Busy,
        broken: "SELECT v.sku || ' in ' || w.code AS reference,
               'on hand ' || s.on_hand || ', by its movements ' || COALESCE(m.sum, 0) AS detail
             FROM stock s JOIN variant v ON v.id = s.variant_id JOIN warehouse w ON w.id = s.warehouse_id
             LEFT JOIN (SELECT stock_id, CAST(SUM(delta) AS BIGINT) AS sum FROM stock_movement GROUP BY stock_id) m
               ON m.stock_id = s.id
             WHERE s.on_hand <> COALESCE(m.sum, 0)",
    },
    Rule {
        id: "I2",
        says: "What was sold off a shelf is what orders were committed from it",
        from: Moment::Busy,
        broken: "SELECT v.sku || ' in ' || w.code AS reference,
               'sold ' || COALESCE(m.sold, 0) || ', committed ' || COALESCE(r.committed, 0) AS detail
             FROM stock s JOIN variant v ON v.id = s.variant_id JOIN warehouse w ON w.id = s.warehouse_id
             LEFT JOIN (SELECT stock_id, CAST(-SUM(delta) AS BIGINT) AS sold FROM stock_movement WHERE reason = 'sold'
                        GROUP BY stock_id) m ON m.stock_id = s.id
             LEFT JOIN (SELECT stock_id, CAST(SUM(quantity) AS BIGINT) AS committed FROM reservation
                        WHERE state = 'committed' GROUP BY stock_id) r ON r.stock_id = s.id
             WHERE COALESCE(m.sold, 0) <> COALESCE(r.committed, 0)",
    },
    Rule {
        id: "I4",
        says: "One version of a cart leads to one order that is not cancelled",
        from: Moment::Busy,
        broken: "SELECT MIN(o.number) AS reference, COUNT(*) || ' orders, up to ' || MAX(o.number) AS detail
             FROM orders o JOIN checkout k ON k.id = o.checkout_id
             WHERE o.state NOT IN ('cancelled','payment_failed')
             GROUP BY k.cart_id, k.cart_version HAVING COUNT(*) > 1",
    },
    Rule {
        id: "I5",
        says: "An order's captured and refunded amounts are those of its payments, and never above its total",
        from: Moment::Busy,
        broken: "SELECT o.number AS reference,
               'captured ' || o.captured || ' of ' || (o.total - o.tender) || ', by payments ' || COALESCE(a.captured, 0)
               || '; refunded ' || o.refunded || ', by refunds ' || COALESCE(r.refunded, 0) AS detail
             FROM orders o
             LEFT JOIN (SELECT checkout_id, CAST(SUM(captured) AS BIGINT) AS captured FROM payment_attempt
                        GROUP BY checkout_id) a ON a.checkout_id = o.checkout_id
             LEFT JOIN (SELECT p.checkout_id, CAST(SUM(f.amount) AS BIGINT) AS refunded
                        FROM refund f JOIN payment_attempt p ON p.id = f.attempt_id WHERE f.state = 'succeeded'
                        GROUP BY p.checkout_id) r ON r.checkout_id = o.checkout_id
             WHERE o.captured <> COALESCE(a.captured, 0) OR o.refunded <> COALESCE(r.refunded, 0)
               OR o.captured > o.total - o.tender OR o.refunded + o.credited > o.captured",
    },
    Rule {
        id: "I5",
        says: "Refunds that are written down never come to more than was captured",
        from: Moment::Busy,
        broken: "SELECT o.number AS reference, 'captured ' || a.captured || ', refunds ' || SUM(r.amount) AS detail
             FROM refund r JOIN payment_attempt a ON a.id = r.attempt_id JOIN orders o ON o.checkout_id = a.checkout_id
             WHERE r.state <> 'failed' GROUP BY a.id, o.number, a.captured, o.credited
             HAVING SUM(r.amount) + o.credited > a.captured",
    },
    Rule {
        id: "I7",
        says: "An order that stands has one payment of its currency and of what gift cards and credit leave to pay",
        from: Moment::Busy,
        broken: "SELECT o.number AS reference, o.state || ', ' || o.total || ' ' || o.currency || ', paid by '
               || (SELECT COUNT(*) FROM payment_attempt a WHERE a.checkout_id = o.checkout_id
                     AND a.state IN ('authorized','captured')) AS detail
             FROM orders o
             WHERE o.total > o.tender AND o.state IN ('confirmed','processing','shipped','delivered','refunded')
               AND 1 <> (SELECT COUNT(*) FROM payment_attempt a WHERE a.checkout_id = o.checkout_id
                           AND a.state IN ('authorized','captured') AND a.amount = o.total - o.tender AND a.currency = o.currency)
               AND NOT EXISTS (SELECT 1 FROM recon_break b WHERE b.number = o.number AND b.resolved_at IS NULL)",
    },
    Rule {
        id: "I9",
        says: "A key whose checkout has ended has its final answer",
        from: Moment::Busy,
        broken: "SELECT o.number AS reference, 'key ' || i.key || ' of a checkout that is ' || k.state AS detail
             FROM idempotency i JOIN checkout k ON k.id = i.checkout_id JOIN orders o ON o.checkout_id = k.id
             WHERE i.finished = FALSE AND k.state IN ('placed','settled','released')",
    },
    Rule {
        id: "I11",
        says: "No checkout is undecided 15 minutes after its time ran out, unless a break says why",
        from: Moment::Quiet,
        broken: "SELECT o.number AS reference, k.state AS detail
             FROM checkout k JOIN orders o ON o.checkout_id = k.id
             WHERE k.state IN ('prepared','paying','awaiting_action','unknown','payable_again','authorized','releasing',
                               'late_paid','refunding')
               AND k.expires_at + 900000 < $1
               AND NOT EXISTS (SELECT 1 FROM recon_break b WHERE b.number = o.number AND b.resolved_at IS NULL)",
    },
    Rule {
        id: "I12",
        says: "What an order caused is delivered within ten minutes",
        from: Moment::Quiet,
        broken: "SELECT COALESCE(o.number, '') AS reference, x.kind || ', tried ' || x.tries || ' times: ' || x.error AS detail
             FROM outbox x LEFT JOIN orders o ON o.id = x.subject_id
             WHERE x.delivered_at IS NULL AND x.created_at + 600000 < $1",
    },
    Rule {
        id: "I12",
        says: "Every event of the provider is applied within fifteen minutes, or a break says why not",
        from: Moment::Quiet,
        broken: "SELECT e.event_id AS reference, e.type || ', tried ' || e.tries || ' times: ' || e.error AS detail
             FROM psp_event e
             WHERE e.applied_at IS NULL AND e.received_at + 900000 < $1
               AND NOT EXISTS (SELECT 1 FROM recon_break b WHERE b.ref = e.event_id)",
    },
    Rule {
        id: "I12",
        says: "News of a payment that counts as applied has had its effect, or a break says why not",
        from: Moment::Busy,
        broken: "SELECT e.event_id AS reference, e.type || ', but the attempt is ' || a.state AS detail
             FROM psp_event e JOIN payment_attempt a ON a.provider = e.provider AND a.provider_ref = e.object_id
             JOIN orders o ON o.checkout_id = a.checkout_id
             WHERE e.applied_at IS NOT NULL
               AND (e.type = 'payment_intent.succeeded'
                    AND a.state IN ('prepared','sent','unknown','requires_action','processing','authorized')
                 OR e.type = 'payment_intent.amount_capturable_updated'
                    AND a.state IN ('prepared','sent','unknown','requires_action','processing'))
               AND NOT EXISTS (SELECT 1 FROM recon_break b WHERE b.number = o.number)",
    },
    Rule {
        id: "I13",
        says: "Every movement of money sums to zero",
        from: Moment::Busy,
        broken: "SELECT COALESCE(MIN(o.number), '') AS reference, SUM(l.amount) || ' ' || l.currency || ' too much' AS detail
             FROM ledger l LEFT JOIN orders o ON o.id = l.order_id
             GROUP BY l.tx_id, l.currency HAVING SUM(l.amount) <> 0",
    },
    Rule {
        id: "I13",
        says: "What the ledger says the provider holds of an order is what was captured less what was refunded",
        from: Moment::Busy,
        broken: "SELECT o.number AS reference,
               'ledger ' || COALESCE(l.held, 0) || ', captured ' || o.captured || ', refunded ' || o.refunded AS detail
             FROM orders o
             LEFT JOIN (SELECT order_id, CAST(SUM(amount) AS BIGINT) AS held FROM ledger WHERE account = 'provider'
                        GROUP BY order_id) l ON l.order_id = o.id
             WHERE COALESCE(l.held, 0) <> o.captured - o.refunded",
    },
    Rule {
        id: "I14",
        says: "A promotion is used as often as checkouts claim it, and no oftener than it may be",
        from: Moment::Busy,
        broken: "SELECT p.title AS reference, 'used ' || p.used || ' of ' || COALESCE(CAST(p.max_uses AS TEXT), 'any')
               || ', claimed ' || COALESCE(u.claimed, 0) AS detail
             FROM promotion p
             LEFT JOIN (SELECT promotion_id, COUNT(*) AS claimed FROM promotion_use WHERE state = 'claimed'
                        GROUP BY promotion_id) u ON u.promotion_id = p.id
             WHERE p.used <> COALESCE(u.claimed, 0) OR COALESCE(u.claimed, 0) > p.max_uses",
    },
    Rule {
        id: "I14",
        says: "A code is used as often as checkouts claim it, and no oftener than it may be",
        from: Moment::Busy,
        broken: "SELECT c.code AS reference, 'used ' || c.used || ' of ' || COALESCE(CAST(c.max_uses AS TEXT), 'any')
               || ', claimed ' || COALESCE(u.claimed, 0) AS detail
             FROM promotion_code c
             LEFT JOIN (SELECT code_id, COUNT(*) AS claimed FROM promotion_use
                        WHERE state = 'claimed' AND code_id IS NOT NULL GROUP BY code_id) u ON u.code_id = c.id
             WHERE c.used <> COALESCE(u.claimed, 0) OR COALESCE(u.claimed, 0) > c.max_uses",
    },
    Rule {
        id: "I14",
        says: "What a promotion has spent of its budget is what checkouts claim of it, and never more than there was",
        from: Moment::Busy,
        broken: "SELECT p.title || ' ' || b.currency AS reference, 'spent ' || b.spent || ' of ' || b.amount || ', claimed '
               || COALESCE(u.claimed, 0) AS detail
             FROM promotion_budget b JOIN promotion p ON p.id = b.promotion_id
             LEFT JOIN (SELECT promotion_id, currency, CAST(SUM(amount + shipping) AS BIGINT) AS claimed
                        FROM promotion_use WHERE state = 'claimed' GROUP BY promotion_id, currency) u
               ON u.promotion_id = b.promotion_id AND u.currency = b.currency
             WHERE b.spent <> COALESCE(u.claimed, 0) OR b.spent > b.amount",
    },
    Rule {
        id: "I14",
        says: "A mailbox is counted as often as it has claimed a promotion",
        from: Moment::Busy,
        broken: "SELECT p.title || ' ' || b.buyer AS reference, 'used ' || b.used || ', claimed ' || COALESCE(u.claimed, 0)
               AS detail
             FROM promotion_buyer b JOIN promotion p ON p.id = b.promotion_id
             LEFT JOIN (SELECT promotion_id, email, COUNT(*) AS claimed FROM promotion_use WHERE state = 'claimed'
                        GROUP BY promotion_id, email) u ON u.promotion_id = b.promotion_id AND b.buyer = 'e:' || u.email
             WHERE b.buyer LIKE 'e:%' AND b.used <> COALESCE(u.claimed, 0)",
    },
    Rule {
        id: "I15",
        says: "An order's discounts are what its lines and its promotions add up to",
        from: Moment::Busy,
        broken: "SELECT o.number AS reference, 'off ' || o.discount || ' and ' || o.shipping_discount || ', by lines '
               || COALESCE(l.discount, 0) || ', by promotions ' || COALESCE(u.amount, 0) || ' and ' || COALESCE(u.shipping, 0)
               AS detail
             FROM orders o
             LEFT JOIN (SELECT order_id, CAST(SUM(discount) AS BIGINT) AS discount FROM order_line GROUP BY order_id) l
               ON l.order_id = o.id
             LEFT JOIN (SELECT checkout_id, CAST(SUM(amount) AS BIGINT) AS amount, CAST(SUM(shipping) AS BIGINT) AS shipping
                        FROM promotion_use GROUP BY checkout_id) u ON u.checkout_id = o.checkout_id
             WHERE o.discount <> COALESCE(l.discount, 0) OR o.discount <> COALESCE(u.amount, 0)
               OR o.shipping_discount <> COALESCE(u.shipping, 0)",
    },
    Rule {
        id: "I15",
        says: "What an order was charged by rate adds up to its total and its tax",
        from: Moment::Busy,
        broken: "SELECT o.number AS reference,
               'total ' || o.total || ' with tax ' || o.tax || ', by rate ' || COALESCE(t.paid, 0) || ' with '
                 || COALESCE(t.tax, 0) AS detail
             FROM orders o
             LEFT JOIN (SELECT order_id, CAST(SUM(goods + goods_tax + delivery + delivery_tax) AS BIGINT) AS paid,
                          CAST(SUM(goods_tax + delivery_tax) AS BIGINT) AS tax
                        FROM order_tax GROUP BY order_id) t ON t.order_id = o.id
             WHERE COALESCE(t.paid, 0) <> o.total OR COALESCE(t.tax, 0) <> o.tax",
    },
    Rule {
        id: "I17",
        says: "Whatever staff did to an order is in the audit log",
        from: Moment::Busy,
        broken: "SELECT o.number AS reference, t.actor || ' moved it from ' || t.from_state || ' to ' || t.to_state AS detail
             FROM transition_log t JOIN orders o ON o.id = t.entity_id
             WHERE t.entity = 'order' AND t.actor NOT IN ('system','provider','shopper')
               AND NOT EXISTS (SELECT 1 FROM audit_log a WHERE a.entity = 'order' AND a.entity_id = o.number
                                 AND a.at = t.at)",
    },
    Rule {
        id: "I17",
        says: "Every refund that a person asked for is in the audit log",
        from: Moment::Busy,
        broken: "SELECT o.number AS reference, r.actor || ' refunded ' || r.amount AS detail
             FROM refund r JOIN payment_attempt p ON p.id = r.attempt_id JOIN orders o ON o.checkout_id = p.checkout_id
             WHERE r.actor <> 'system'
               AND NOT EXISTS (SELECT 1 FROM audit_log a WHERE a.entity = 'order' AND a.entity_id = o.number
                                 AND a.action = 'order.refund' AND a.at = r.created_at)",
    },
    Rule {
        id: "I21",
        says: "A checkout that ended without an order leaves a clean slate",
        from: Moment::Busy,
        broken: "SELECT o.number AS reference, 'checkout ' || k.state || ', order ' || o.state || ', reservations '
               || (SELECT COUNT(*) FROM reservation r WHERE r.checkout_id = k.id AND r.state <> 'released') || ', promotions '
               || (SELECT COUNT(*) FROM promotion_use u WHERE u.checkout_id = k.id AND u.state = 'claimed') AS detail
             FROM checkout k JOIN orders o ON o.checkout_id = k.id
             WHERE k.state IN ('released','refunded') AND (
               EXISTS (SELECT 1 FROM reservation r WHERE r.checkout_id = k.id AND r.state <> 'released')
               OR EXISTS (SELECT 1 FROM promotion_use u WHERE u.checkout_id = k.id AND u.state = 'claimed')
               OR EXISTS (SELECT 1 FROM tender t WHERE t.checkout_id = k.id AND t.state <> 'released')
               OR o.state NOT IN ('cancelled','payment_failed','refunded') OR o.captured <> o.refunded)",
    },
    Rule {
        id: "S1",
        says: "A price that a sale holds is what the sale wrote, and no sale that is over holds one",
        from: Moment::Busy,
        broken: "SELECT v.sku || ' ' || i.currency AS reference, s.title || ' (' || s.state || ') wrote ' || i.amount
               || ', the price is ' || COALESCE(CAST(r.amount AS TEXT), 'gone') AS detail
             FROM sale_item i JOIN sale s ON s.id = i.sale_id JOIN variant v ON v.id = i.variant_id
             LEFT JOIN price r ON r.variant_id = i.variant_id AND r.currency = i.currency
             WHERE i.state = 'held' AND (r.amount IS NULL OR r.amount <> i.amount
               OR r.compare_at IS DISTINCT FROM i.former_amount
               OR s.state NOT IN ('starting','running','ending','cancelling'))",
    },
    Rule {
        id: "S2",
        says: "What was converted was converted from a price that somebody has typed",
        from: Moment::Busy,
        broken: "SELECT v.sku || ' ' || r.currency AS reference, 'nothing to convert ' || r.amount || ' from' AS detail
             FROM price r JOIN variant v ON v.id = r.variant_id
             WHERE r.converted
               AND NOT EXISTS (SELECT 1 FROM currency_conversion c JOIN price b ON b.currency = c.base AND NOT b.converted
                                 WHERE b.variant_id = r.variant_id AND c.currency = r.currency AND c.active)
               AND NOT EXISTS (SELECT 1 FROM currency_conversion c WHERE c.currency = r.currency AND c.fill_after IS NOT NULL)
               AND NOT EXISTS (SELECT 1 FROM conversion_due q WHERE q.variant_id = r.variant_id)
               AND NOT EXISTS (SELECT 1 FROM sale_item i WHERE i.variant_id = r.variant_id AND i.currency = r.currency
                                 AND i.state = 'held')",
    },
];
