//! What a cart can do besides being filled: gifts that come by themselves, links, reminders, messages of presents.

mod gift;
mod recovery;
mod share;

use crate::support::TestShop;
use shop::account::Visitor;
use shop::args;
use shop::money::Currency;

fn visitor() -> Visitor {
    Visitor { cart_id: None, customer: None, currency: Currency::EUR }
}

async fn sql(t: &TestShop, text: &str) {
    let mut tx = t.db.begin().await.unwrap();
    tx.execute(text, args![]).await.unwrap();
    tx.commit().await.unwrap();
}

/// SKU and units of lines.
fn units(lines: &[shop::cart::Line]) -> Vec<(&str, i64)> {
    lines.iter().map(|line| (line.sku.as_str(), line.quantity)).collect()
}
