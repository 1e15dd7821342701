//! C1, C2, C3, C13, C14 and C16: more people than units, and a merchant who counts meanwhile.

use super::arena::{Arena, Buyer};
use super::count::{C1, C2, C3, C13, C14, C16, Count, flash_sale_units};
use super::crowd::{Answer, count, rush};
use super::{QUIET, WITH_NEWS};
use reqwest::Method;
use shop::args;
use shop::db::Engine;
use shop::id::{ProductId, VariantId};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

const VISA: &str = "pm_card_visa";

/// Everybody wants one, `units` are there: so many win, the others are told that it is sold out.
async fn last_units(arena: &Arena, of: Count, units: usize) {
    let (crowd, rounds) = (of.crowd(), of.rounds());
    for round in 0..rounds {
        arena.stock("BOWL", i64::try_from(units).unwrap()).await;
        let buyers = arena.buyers(crowd, &["BOWL"]).await;
        let answers = rush(buyers.iter().map(|buyer| arena.buy(buyer, "one", VISA))).await;
        let (won, lost) = (count(&answers, Answer::is_order), count(&answers, |a| a.is(409, "sold_out")));
        assert_eq!((won, lost), (units, crowd - units), "round {round}: {:?}", odd(&answers));
        assert_eq!(arena.shelf("BOWL").await.1, 0);
    }
    arena.judge(rounds * units).await;
}

fn odd(answers: &[Answer]) -> Vec<&Answer> {
    answers.iter().filter(|a| !a.is_order() && !a.is(409, "sold_out")).collect()
}

race! {
    QUIET;

    async fn c01_two_after_the_last_unit(arena: Arena) {
        last_units(&arena, C1, 1).await;
    }

    async fn c02_many_after_the_last_unit(arena: Arena) {
        last_units(&arena, C2, 1).await;
    }

    async fn c03_a_crowd_after_a_hundred_units(arena: Arena) {
        last_units(&arena, C3, 100).await;
    }

    async fn c13_carts_in_opposite_order_never_wait_for_each_other(arena: Arena) {
        let (crowd, rounds) = (C13.crowd(), C13.rounds());
        for sku in ["CUP", "BOWL"] {
            arena.stock(sku, i64::try_from(crowd * rounds).unwrap()).await;
        }
        for _ in 0..rounds {
            let there = arena.buyers(crowd / 2, &["CUP", "BOWL"]).await;
            let back = arena.buyers(crowd - crowd / 2, &["BOWL", "CUP"]).await;
            let everybody = there.iter().zip(&back).flat_map(|(a, b)| [a, b]);
            let answers = rush(everybody.map(|buyer| arena.buy(buyer, "both", VISA))).await;
            assert_eq!(count(&answers, Answer::is_order), crowd, "{:?}", odd(&answers));
        }
        assert_eq!((arena.shelf("CUP").await.1, arena.shelf("BOWL").await.1), (0, 0));
        if arena.site.shop.db.engine() == Engine::Postgres {
            // Not even ones that were tried again in silence.
            let deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
            assert_eq!(arena.number(deadlocks).await, 0);
        }
        arena.judge(crowd * rounds).await;
    }

    async fn c14_a_merchant_counts_and_prices_while_people_buy(arena: Arena) {
        counts_and_prices(&arena).await;
    }

}

race! {
    WITH_NEWS;

    async fn c16_a_flash_sale(arena: Arena) {
        flash_sale(&arena).await;
    }
}

/// Of 50 at a time, 40 buy, five count the shelf and five change the price: each time, two thirds of what is asked for is
/// there.
async fn counts_and_prices(arena: &Arena) {
    let rounds = C14.rounds();
    let crowd = C14.crowd();
    let (edits, buying) = (crowd / 10, crowd - 2 * (crowd / 10));
    let start = i64::try_from(buying * 2 / 3).unwrap();
    let mut sold = 0;
    for round in 0..rounds {
        arena.stock("BOWL", start).await;
        let buyers = arena.buyers(buying, &["BOWL"]).await;
        let total = buyers[0].total;
        let mut answers = Vec::new();
        let shopping = async {
            answers = rush(buyers.iter().map(|buyer| arena.buy(buyer, "one", VISA))).await;
        };
        // Cheaper and dearer by turns, so that the page that shoppers saw is wrong from some moment on.
        let form = priced_form(arena, &format!("{}", 10 + (round + 1) % 2)).await;
        let merchant = async {
            let adjusts = rush((0..edits).map(|at| adjust(arena, if at % 2 == 0 { 2 } else { -3 })));
            let prices = rush((0..edits).map(|_| send_form(arena, &form)));
            tokio::join!(adjusts, prices)
        };
        let ((), (adjusted, priced)) = tokio::join!(shopping, merchant);
        let added: i64 = adjusted.iter().sum();
        assert_eq!(priced.iter().filter(|status| **status == 303).count(), 1, "one of the same version: {priced:?}");
        let won = count(&answers, Answer::is_order);
        let lost = count(&answers, |a| a.is(409, "sold_out") || a.is(409, "cart_changed"));
        assert_eq!(won + lost, buying, "{:?}", odd(&answers));
        let left = arena.shelf("BOWL").await.1;
        assert_eq!(left, start + added - i64::try_from(won).unwrap(), "units on the shelf");
        sold += won;
        let charged = arena.ledger().await.into_iter().filter(|p| p.authorised > 0);
        assert!(charged.into_iter().all(|p| p.authorised == 1490 || p.authorised == 1590), "a price nobody agreed to");
        let sql = format!("SELECT COUNT(*) FROM orders WHERE placed_at IS NOT NULL AND total = {total}");
        assert!(arena.number(&sql).await >= i64::try_from(won).unwrap(), "an order at another price than was seen");
    }
    arena.judge(sold).await;
}

/// Books `delta` units; how many were booked.
async fn adjust(arena: &Arena, delta: i64) -> i64 {
    let sql = "SELECT s.id FROM stock s JOIN variant v ON v.id = s.variant_id WHERE v.sku = 'BOWL'";
    let (stock,): (shop::id::StockId,) = arena.site.shop.db.fetch_one(sql, args![]).await.unwrap();
    let (stock, text) = (stock.to_string(), delta.to_string());
    let fields = [("stock", stock.as_str()), ("delta", &text), ("reason", "counted"), ("note", "")];
    match arena.admin("/admin/inventory/BOWL", &fields).send().await.unwrap().status().as_u16() {
        303 => delta,
        // What is promised to somebody cannot be taken from the shelf.
        409 => 0,
        other => panic!("an adjustment was answered with {other}"),
    }
}

/// The editor's form as somebody opens it now, with another price written in.
async fn priced_form(arena: &Arena, price: &str) -> (String, Vec<(&'static str, String)>) {
    let sql = "SELECT p.id, p.version, v.id FROM product p JOIN variant v ON v.product_id = p.id WHERE v.sku = 'BOWL'";
    let (product, version, variant): (ProductId, i64, VariantId) =
        arena.site.shop.db.fetch_one(sql, args![]).await.unwrap();
    let fields = [
        ("do", "save"),
        ("version", &version.to_string()),
        ("title", "Bowl"),
        ("slug", "bowl"),
        ("status", "published"),
        ("variants.0.id", &variant.to_string()),
        ("variants.0.sku", "BOWL"),
        ("variants.0.prices.EUR", price),
        ("variants.0.tracked", "on"),
        ("variants.0.requires_shipping", "on"),
        ("variants.0.active", "on"),
    ];
    (format!("/admin/products/{product}"), fields.map(|(name, value)| (name, value.to_owned())).to_vec())
}

async fn send_form(arena: &Arena, (path, fields): &(String, Vec<(&str, String)>)) -> u16 {
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    arena.admin(path, &fields).send().await.unwrap().status().as_u16()
}

/// Everybody at once after a few units, with the background work, the merchant and the provider's news going on.
async fn flash_sale(arena: &Arena) {
    let (crowd, units) = (C16.crowd(), flash_sale_units());
    for _ in 0..C16.rounds() {
        arena.stock("BOWL", units.try_into().unwrap()).await;
        let buyers = arena.buyers(crowd, &["BOWL"]).await;
        let stop = CancellationToken::new();
        let background = tokio::spawn(shop::worker::run(arena.site.shop.clone(), stop.clone()));
        let begun = Instant::now();
        let (answers, seen) = tokio::join!(
            async {
                let answers = rush(buyers.iter().map(|buyer| timed(arena, buyer, begun))).await;
                stop.cancel();
                answers
            },
            look_around(arena, &stop)
        );
        background.await.unwrap();
        let (mut waited, answers): (Vec<_>, Vec<_>) = answers.into_iter().unzip();
        waited.sort_unstable();
        let (won, lost) = (count(&answers, Answer::is_order), count(&answers, |a| a.is(409, "sold_out")));
        assert_eq!((won, lost), (units, crowd - units), "{:?}", odd(&answers));
        assert!(seen > 0, "the merchant's page was never answered");
        eprintln!(
            "{crowd} people and {units} units: half were told within {:?}, 99 % within {:?}, all within {:?}; the merchant saw {seen} pages",
            waited[crowd / 2],
            waited[crowd * 99 / 100],
            waited[crowd - 1]
        );
    }
    arena.judge(C16.rounds() * units).await;
}

async fn timed(arena: &Arena, buyer: &Buyer, begun: Instant) -> (Duration, Answer) {
    let answer = arena.buy(buyer, "one", VISA).await;
    (begun.elapsed(), answer)
}

/// Looks at the merchant's orders until the rush is over; how often they were shown.
async fn look_around(arena: &Arena, until: &CancellationToken) -> usize {
    let mut seen = 0;
    while !until.is_cancelled() {
        let page = arena.site.ask(Method::GET, "/admin/orders").header("cookie", format!("mercer={}", arena.desk));
        let status = page.send().await.unwrap().status().as_u16();
        // On a machine that has too much to do the merchant, too, is asked to come again.
        assert!(matches!(status, 200 | 503), "{status}");
        seen += usize::from(status == 200);
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    seen
}
