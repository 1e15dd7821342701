//! How many products a rule would take, for a merchant who is still writing it.

use super::Rule;
use super::facts::{self, Needs, Which};
use crate::id::ProductId;
use crate::limits::{COUNTED_PRODUCTS, Check};
use crate::staff::Staff;
use crate::{Result, Shop};
use uuid::Uuid;

/// Products read at a time: others get a turn in between.
const BATCH: i64 = 500;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// Products that the rule takes.
    pub taken: i64,
    /// Of them, those that shoppers see.
    pub published: i64,
    /// All products were looked at; otherwise the first [`COUNTED_PRODUCTS`].
    pub complete: bool,
}

/// # Errors
/// `Invalid` as [`Rule::check`] says.
pub async fn count(shop: &Shop, _by: &Staff, rule: &Rule) -> Result<Counted> {
    let mut check = Check::default();
    rule.check(&mut check);
    check.done()?;
    let (now, needs) = (shop.now_ms(), Needs::of(std::iter::once(rule)));
    let (mut counted, mut after, mut seen) = (Counted::default(), ProductId(Uuid::nil()), 0);
    while seen < COUNTED_PRODUCTS {
        let products = facts::of(&mut &shop.db, Which::After(after, BATCH), needs).await?;
        for product in products.iter().filter(|product| rule.takes(product, now)) {
            counted.taken += 1;
            counted.published += i64::from(product.published);
        }
        let Some(last) = products.last() else {
            counted.complete = true;
            break;
        };
        after = last.id;
        seen += BATCH;
        tokio::task::yield_now().await;
    }
    Ok(counted)
}
