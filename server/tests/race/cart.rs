//! C12: something is put into the cart while it is being paid.

use super::QUIET;
use super::arena::{Arena, Buyer};
use super::count::C12;
use super::crowd::{Answer, rush};
use reqwest::Method;
use serde_json::json;
use shop::args;
use std::pin::Pin;

/// Carts that are raced for at a time.
const TOGETHER: usize = 10;

race! {
    QUIET;

    async fn c12_what_is_paid_is_what_was_agreed(arena: Arena) {
        let rounds = C12.rounds().next_multiple_of(TOGETHER);
        let units = i64::try_from(rounds).unwrap();
        arena.stock("CUP", units).await;
        arena.stock("BOWL", units).await;
        let buyers = arena.buyers(rounds, &["CUP"]).await;
        let mut placed = 0;
        for some in buyers.chunks(TOGETHER) {
            type Doing<'d> = Pin<Box<dyn Future<Output = Answer> + Send + 'd>>;
            let both = some.iter().flat_map(|buyer| {
                [Box::pin(arena.buy(buyer, "key", "pm_card_visa")) as Doing<'_>, Box::pin(add(&arena, buyer))]
            });
            let answers = rush(both).await;
            for (buyer, told) in some.iter().zip(answers.chunks(2)) {
                placed += usize::from(judge(&arena, buyer, &told[0], &told[1]).await);
            }
        }
        eprintln!("{placed} of {rounds} were placed before the cart changed");
        arena.judge(placed).await;
        assert!(arena.ledger().await.iter().all(|payment| payment.authorised == 1490), "paid for what was not agreed");
        assert_eq!(arena.shelf("BOWL").await.1, units, "nobody has bought a bowl");
    }
}

async fn add(arena: &Arena, buyer: &Buyer) -> Answer {
    let asked = arena.api(buyer, Method::POST, "/cart/items").json(&json!({"sku": "BOWL", "quantity": 1}));
    Answer::to(asked).await
}

/// Whether the order was placed; what is in the cart afterwards fits to both answers.
async fn judge(arena: &Arena, buyer: &Buyer, order: &Answer, added: &Answer) -> bool {
    assert!(order.is_order() || order.is(409, "cart_changed"), "{order:?}");
    assert!(added.status == 201 || added.is(409, "cart_ordered") || added.status == 404, "{added:?}");
    assert!(order.is_order() || added.status == 201, "neither: {order:?} {added:?}");
    let sql = "SELECT v.sku FROM cart_line l JOIN variant v ON v.id = l.variant_id JOIN cart c ON c.id = l.cart_id
        WHERE l.cart_id = $1 AND c.status = 'active' ORDER BY v.sku";
    let left: Vec<(String,)> = arena.site.shop.db.fetch_all(sql, args![buyer.cart]).await.unwrap();
    let left: Vec<_> = left.iter().map(|(sku,)| sku.as_str()).collect();
    let expected: &[&str] = match (order.is_order(), added.status == 201) {
        (true, false) => &[],
        (true, true) => &["BOWL"],
        (false, _) => &["BOWL", "CUP"],
    };
    assert_eq!(left, expected, "{order:?} {added:?}");
    order.is_order()
}
