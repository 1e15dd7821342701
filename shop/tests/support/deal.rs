//! Promotions that tests need.

use crate::catalogue::edit::anna;
use shop::Shop;
use shop::account::Visitor;
use shop::checkout::{self, View};
use shop::id::PromotionId;
use shop::pricing::{Combines, Effect, Rule};
use shop::promotion::{self, Draft, State};

/// A percentage off everything, that goes together with anything.
pub fn percent(percent: i64) -> Rule {
    let combines = Combines { line: true, order: true, delivery: true };
    Rule { combines, ..Rule::new(Effect::Percent { percent }) }
}

/// An active promotion with one code, which is its title.
pub async fn code(shop: &Shop, code: &str, rule: Rule, change: impl FnOnce(&mut Draft)) -> PromotionId {
    let mut draft = Draft::new(code, true, rule);
    change(&mut draft);
    let id = promotion::create(shop, &anna(), &draft, State::Active).await.unwrap();
    promotion::create_code(shop, &anna(), id, code, None, "").await.unwrap();
    id
}

/// Types a code; the checkout as it is then.
pub async fn apply(shop: &Shop, visitor: &Visitor, code: &str) -> View {
    promotion::add_code(shop, visitor, "192.0.2.1", code).await.unwrap();
    checkout::view(shop, visitor).await.unwrap()
}
