//! What anybody can see of a shop between two operations; the model foretells it, the real one is asked.

/// Authorised, captured, voided, refunded; by the provider's own books.
pub type Money = [i64; 4];

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// On hand and reserved of each of the goods.
    pub stock: Vec<(i64, i64)>,
    /// Of each shopper; `None` without an active cart.
    pub carts: Vec<Option<Cart>>,
    /// In the order in which they were placed.
    pub checkouts: Vec<Checkout>,
    /// Of each checkout.
    pub money: Vec<Money>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cart {
    pub version: i64,
    pub subtotal: i64,
    pub lines: Vec<Line>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub what: usize,
    pub quantity: i64,
    pub problem: Option<Problem>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// With so many left.
    Short(i64),
    Price,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkout {
    pub state: String,
    pub attempts: Vec<String>,
    pub order: String,
    pub total: i64,
    pub captured: i64,
    pub refunded: i64,
    /// What was bought: which, how many, shipped, back on the shelf.
    pub lines: Vec<(usize, i64, i64, i64)>,
}

impl Seen {
    /// The first thing that differs, in words.
    pub fn differs(&self, real: &Self) -> Option<String> {
        let line = |what: &str, model: &dyn std::fmt::Debug, real: &dyn std::fmt::Debug| {
            Some(format!("{what}\n  by the model {model:?}\n  in the shop  {real:?}"))
        };
        if self.stock != real.stock {
            return line("stock (on hand, reserved)", &self.stock, &real.stock);
        }
        if let Some(at) = (0..self.carts.len()).find(|at| self.carts[*at] != real.carts[*at]) {
            return line(&format!("cart of shopper {at}"), &self.carts[at], &real.carts[at]);
        }
        if self.checkouts.len() != real.checkouts.len() {
            return line("number of checkouts", &self.checkouts.len(), &real.checkouts.len());
        }
        if let Some(at) = (0..self.checkouts.len()).find(|at| self.checkouts[*at] != real.checkouts[*at]) {
            return line(&format!("checkout {at}"), &self.checkouts[at], &real.checkouts[at]);
        }
        let at = (0..self.money.len()).find(|at| self.money[*at] != real.money[*at])?;
        let what = format!("money of checkout {at} (authorised, captured, voided, refunded)");
        line(&what, &self.money[at], &real.money[at])
    }
}
