//! Every rule of the invariants can be broken, and is then found: a doctor who never finds anything proves nothing.

use crate::catalogue::edit::anna;
use crate::support::TestShop;
use crate::support::deal;
use crate::support::till::{Till, VISA};
use shop::account::Visitor;
use shop::checkout::{self, PaymentWay, Placed, View};
use shop::clock::Clock;
use shop::db::Read;
use shop::invariant::client::{self, Told};
use shop::invariant::{self, Moment};
use shop::money::Currency;
use shop::order::{self, Destination};
use shop::{args, gift_card};

/// Shops that break a rule, by one statement each: (the rule, what breaks it).
const BROKEN: &[(&str, &str)] = &[
    ("I1", "UPDATE stock SET reserved = reserved + 1"),
    ("I1", "DELETE FROM reservation WHERE state = 'held'"),
    ("I2", "UPDATE stock SET on_hand = on_hand + 1"),
    ("I2", "DELETE FROM stock_movement WHERE reason = 'sold'"),
    ("I3", "UPDATE reservation SET quantity = quantity + 1 WHERE state = 'committed'"),
    ("I5", "UPDATE orders SET captured = captured - 1 WHERE captured > 0"),
    ("I5", "UPDATE refund SET amount = 9999999"),
    ("I7", "UPDATE payment_attempt SET amount = amount + 1"),
    ("I7", "UPDATE payment_attempt SET state = 'canceled' WHERE state = 'captured'"),
    ("I9", "UPDATE idempotency SET finished = FALSE"),
    ("I10", "UPDATE transition_log SET to_state = 'settled' WHERE to_state = 'paying'"),
    ("I10", "UPDATE orders SET state = 'delivered' WHERE state = 'confirmed'"),
    ("I10", "DELETE FROM transition_log WHERE entity = 'payment_attempt' AND to_state = 'authorized'"),
    ("I11", "UPDATE checkout SET expires_at = 0"),
    ("I12", "UPDATE outbox SET delivered_at = NULL, created_at = 0"),
    ("I12", "INSERT INTO psp_event (event_id, type, object_id, received_at, payload) VALUES ('e', 't', 'o', 0, '')"),
    ("I13", "UPDATE ledger SET amount = amount + 1 WHERE account = 'sales'"),
    ("I13", "DELETE FROM ledger WHERE account = 'provider'"),
    ("I14", "UPDATE promotion SET used = used + 1"),
    ("I14", "UPDATE promotion SET used = 0, max_uses = 1"),
    ("I14", "UPDATE promotion_code SET used = 0"),
    ("I14", "UPDATE promotion_budget SET spent = spent + 1"),
    ("I14", "UPDATE promotion_buyer SET used = used + 1"),
    ("I5", "UPDATE orders SET tender_refunded = tender_refunded - 1 WHERE tender_refunded > 0"),
    ("I5", "UPDATE tender SET refunded = refunded - 1 WHERE refunded > 0"),
    ("I7", "UPDATE tender SET state = 'released' WHERE state = 'held'"),
    ("I7", "UPDATE tender SET state = 'held' WHERE state = 'spent' AND refunded = 0"),
    ("I7", "UPDATE orders SET tender = tender - 1 WHERE tender > 0 AND tender_refunded < tender"),
    ("I13", "UPDATE ledger SET account = 'sales' WHERE account = 'gift_cards'"),
    ("I14", "UPDATE stored_value SET balance = balance + 1"),
    ("I14", "UPDATE stored_value SET held = held + 1 WHERE held < balance"),
    ("I14", "UPDATE tender SET amount = amount + 1 WHERE state = 'held'"),
    ("I14", "UPDATE order_line SET issued = 0 WHERE gift_card"),
    ("I14", "UPDATE stored_value SET order_line_id = NULL, unit = 0 WHERE order_line_id IS NOT NULL"),
    ("I15", "UPDATE order_line SET discount = discount + 1 WHERE discount > 0"),
    ("I15", "UPDATE promotion_use SET amount = amount + 1"),
    ("I15", "UPDATE checkout SET quote = quote || ' '"),
    ("I15", "UPDATE orders SET subtotal = subtotal + 1, total = total + 1"),
    ("I15", "UPDATE order_tax SET goods = goods + 1"),
    ("I17", "UPDATE transition_log SET actor = 'Mallory' WHERE entity = 'order'"),
    ("I17", "UPDATE refund SET actor = 'Mallory'"),
    ("I21", "UPDATE checkout SET state = 'released' WHERE state = 'settled'"),
    ("I22", "UPDATE purchase_buyer SET bought = bought + 1"),
    ("I22", "UPDATE purchase_buyer SET most = NULL, bought = 999"),
    ("I22", "UPDATE purchase SET units = units + 1"),
    ("I22", "UPDATE orders SET state = 'cancelled'"),
];

/// A shop with one order that is paid, one that is refunded in part, and one that is being paid.
async fn lived_in(t: &TestShop) -> Till {
    t.stock("MUG", 9).await;
    let till = Till::open(t).await;
    deal::code(&till.shop, "TEN", deal::percent(10), |draft| draft.budgets = [("EUR".to_owned(), 10_000)].into()).await;
    till.tamper("INSERT INTO purchase_limit (product_id, per_buyer) SELECT id, 99 FROM product").await;
    for units in [2, 1] {
        let (visitor, _) = till.guest("MUG", units).await;
        let view = deal::apply(&till.shop, &visitor, "TEN").await;
        till.pay(&visitor, &view, "buy", VISA).await.unwrap();
        till.work().await;
    }
    t.variant("CARD").await;
    till.tamper(crate::gift_card_sale::IS_CARD).await;
    till.buy("CARD", 1).await;
    let mut tx = t.db.begin().await.unwrap();
    let sql = "INSERT INTO refund (id, attempt_id, amount, state, actor, created_at, updated_at)
        SELECT id, id, 100, 'prepared', 'system', 0, 0 FROM payment_attempt ORDER BY id LIMIT 1";
    tx.execute(sql, args![]).await.unwrap();
    tx.commit().await.unwrap();
    let (visitor, view) = carded(&till, 500).await;
    till.place(&visitor, &view, "open", PaymentWay::Embedded).await.unwrap();
    // Paid by a card in part, of which something went back.
    let (visitor, view) = carded(&till, 300).await;
    let placed = till.pay(&visitor, &view, "card", VISA).await.unwrap();
    till.work().await;
    let Placed::Order { number, .. } = placed else { panic!("not placed: {placed:?}") };
    let order = order::detail(&till.shop, &anna(), &number).await.unwrap().order;
    let to = Destination::Source(order.tender[0].account_id);
    order::refund_value(&till.shop, &anna(), &number, order.version, to, 100, Vec::new(), "").await.unwrap();
    let (visitor, view) = carded(&till, 200).await;
    till.pay(&visitor, &view, "card", VISA).await.unwrap();
    till.work().await;
    till
}

/// A guest with a mug and a gift card of this value.
async fn carded(till: &Till, value: i64) -> (Visitor, View) {
    let draft = gift_card::Draft {
        value: Currency::EUR.money(value),
        recipient: String::new(),
        expires_at: None,
        reason: "test".into(),
        mailed: false,
    };
    let issued = gift_card::issue(&till.shop, &anna(), &draft).await.unwrap();
    let (visitor, _) = till.guest("MUG", 1).await;
    gift_card::add_to_cart(&till.shop, &visitor, "192.0.2.1", &issued.code).await.unwrap();
    let view = checkout::view(&till.shop, &visitor).await.unwrap();
    (visitor, view)
}

async fn broken_rules(db: &mut impl Read, now: i64) -> Vec<&'static str> {
    let verdicts = invariant::check(db, Moment::Quiet, now).await.unwrap();
    invariant::breaches(&verdicts).iter().map(|breach| breach.rule).collect()
}

on_both_engines! {
    async fn a_shop_that_is_well_breaks_no_rule_and_each_rule_can_be_broken(t: TestShop) {
        let _till = Box::pin(lived_in(&t)).await;
        let soon = t.clock.now_ms() + 15 * 60_000;
        assert_eq!(broken_rules(&mut &t.db, soon).await, Vec::<&str>::new());
        for (rule, sql) in BROKEN {
            // Looked at inside the transaction and thrown away with it.
            let mut tx = t.db.begin().await.unwrap();
            let changed = tx.execute(sql, args![]).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
            assert!(changed > 0, "{sql} changed nothing");
            let found = broken_rules(&mut tx, soon).await;
            assert!(found.contains(rule), "{sql} should break {rule}, found {found:?}");
        }
    }

    async fn what_a_shopper_was_told_stays_true(t: TestShop) {
        t.stock("MUG", 1).await;
        let till = Till::open(&t).await;
        let (_, number, _) = till.buy("MUG", 1).await;
        let told = |key: &str, status, is_final, number: Option<&str>| Told {
            key: key.into(),
            status,
            is_final,
            number: number.map(Into::into),
            body: number.unwrap_or_default().into(),
        };
        let fine = [told("a", 0, false, None), told("a", 201, true, Some(&number)), told("a", 201, true, Some(&number))];
        let verdicts = client::check(&mut &t.db, &fine, true).await.unwrap();
        assert_eq!(invariant::breaches(&verdicts), Vec::<&invariant::Breach>::new());
        let lies = [
            told("a", 201, true, Some("M-GONE-GONE")),
            told("b", 201, true, Some(&number)),
            told("b", 402, true, None),
            told("c", 503, false, None),
        ];
        let verdicts = client::check(&mut &t.db, &lies, true).await.unwrap();
        let rules: Vec<_> = invariant::breaches(&verdicts).iter().map(|breach| breach.rule).collect();
        assert_eq!(rules, ["I8", "I9", "I20"]);
    }
}
