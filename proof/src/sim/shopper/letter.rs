//! The letter that asks for another payment: its shopper opens the order, and most pay at the provider's page.

use crate::sim::agenda::Act;
use crate::sim::world::World;
use shop::mail::Message;
use shop::{Error, Shop, checkout, order};

/// Whoever cannot pay tries so often.
const VISITS: u32 = 5;

/// The link of a letter, and how often its shopper has followed it.
#[derive(Clone, Debug)]
pub struct Letter {
    number: String,
    token: String,
    visits: u32,
}

impl Letter {
    /// `None` when the mail asks for no payment.
    pub fn of(mail: &Message) -> Option<Self> {
        let (_, link) = mail.text.split_once("/orders/").filter(|_| mail.subject.starts_with("Please pay"))?;
        let (number, token) = link.split_whitespace().next()?.split_once("?token=")?;
        Some(Self { number: number.to_owned(), token: token.to_owned(), visits: 0 })
    }
}

impl World {
    /// Sooner or later somebody reads it; not everybody does.
    pub fn put_in_letterbox(&self, letter: Letter) {
        if letter.visits < VISITS && self.roll(0.9) {
            let letter = Letter { visits: letter.visits + 1, ..letter };
            self.later(self.between(500, 900_000), Act::Letter(letter));
        }
    }

    /// One visit by the letter's link. Whoever could not pay, or was declined, comes again.
    pub async fn pay_anew(&self, shop: &Shop, letter: Letter) {
        self.note(format_args!("pay {} anew", letter.number));
        let paid = self.visit(shop, &letter).await;
        self.note(format_args!("pay {} anew: {paid:?}", letter.number));
        match paid {
            Ok(()) => {}
            // Paid already, or cancelled meanwhile.
            Err(Error::Conflict { code: "not_payable", .. }) => return,
            Err(error) => self.failed("paying anew", &error),
        }
        self.put_in_letterbox(letter);
    }

    async fn visit(&self, shop: &Shop, letter: &Letter) -> shop::Result<()> {
        let order = order::by_token(shop, &letter.number, &letter.token).await?;
        // The order's page asks the provider before it shows its button.
        checkout::ask_anew(shop, order.checkout_id).await?;
        let url = checkout::pay_anew(shop, &order).await?;
        if self.roll(0.9) {
            self.pay(&url).await;
        }
        Ok(())
    }
}
