//! How much one may buy of a product: at most so many units in one order, and as one buyer in all orders of so many days.
//!
//! The cart says what is allowed (`of_cart`), and T1 claims it for the checkout in the transaction that reserves its stock
//! (`claim`): the buyers' rows are locked first, what was bought in the days before now is counted under the lock, and
//! triggers keep `purchase_buyer.bought` with a CHECK against the limit. What ends without an order gives it back; so does an
//! order that is cancelled. A buyer is counted as customer and by mailbox, as for promotions.

#[cfg(feature = "server")]
mod claim;
#[cfg(feature = "server")]
mod edit;
#[cfg(feature = "server")]
mod give_back;
#[cfg(feature = "server")]
mod of_cart;

#[cfg(feature = "server")]
pub(crate) use claim::{Claim, Reached, take, write};
#[cfg(feature = "server")]
pub use edit::{of_product, set};
#[cfg(feature = "server")]
pub(crate) use give_back::{reclaim, release};
#[cfg(feature = "server")]
pub(crate) use of_cart::{Buyer, claimed, mark};

use serde::{Deserialize, Serialize};

/// What the merchant allows of one product, over all of its variants; `None` is no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// Units of one order.
    pub per_order: Option<i64>,
    /// Units of one buyer.
    pub per_buyer: Option<i64>,
    /// Days over which a buyer's orders are counted; `None`: for ever.
    pub days: Option<i64>,
}

impl Limit {
    pub fn is_none(&self) -> bool {
        self.per_order.is_none() && self.per_buyer.is_none()
    }

    /// Units that somebody who has had `had` may put into an order; [`i64::MAX`] without a limit.
    pub fn left(&self, had: i64) -> i64 {
        let of_buyer = self.per_buyer.map(|most| (most - had).max(0));
        self.per_order.into_iter().chain(of_buyer).min().unwrap_or(i64::MAX)
    }

    /// The limit that binds somebody who has had `had`, as a sentence.
    pub fn text(&self, had: i64) -> String {
        let of_order = self.per_order.unwrap_or(i64::MAX);
        match self.per_buyer {
            Some(most) if (most - had).max(0) <= of_order => {
                let within = self.days.map(|days| format!(" within {}", counted(days, "day"))).unwrap_or_default();
                let had = if had > 0 { format!(" You have bought {had} already.") } else { String::new() };
                format!("At most {most} for each customer{within}.{had}")
            }
            _ if self.per_order.is_some() => format!("At most {of_order} in one order."),
            _ => String::new(),
        }
    }
}

fn counted(number: i64, noun: &str) -> String {
    if number == 1 { format!("one {noun}") } else { format!("{number} {noun}s") }
}

/// What a line of a cart may come to, where its product has a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allowed {
    pub limit: Limit,
    /// Units that the buyer has had, within the days of the limit.
    pub had: i64,
    /// Units of this line, less what lines of the same product before it take.
    pub most: i64,
}

#[cfg(test)]
mod tests {
    use super::Limit;

    #[test]
    fn the_tighter_limit_binds_and_is_told() {
        let limit = Limit { per_order: Some(2), per_buyer: Some(3), days: Some(30) };
        assert_eq!((limit.left(0), limit.text(0)), (2, "At most 2 in one order.".to_owned()));
        let text = "At most 3 for each customer within 30 days. You have bought 2 already.";
        assert_eq!((limit.left(2), limit.text(2)), (1, text.to_owned()));
        assert_eq!(limit.left(5), 0, "a limit that was lowered");
        assert_eq!((Limit::default().left(9), Limit::default().text(9)), (i64::MAX, String::new()));
    }
}
