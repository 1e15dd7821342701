//! The mail with a gift card's code. What is kept of it names the last four characters only: the code itself stands in the
//! outbox until the mail has gone out, and nowhere after that.

use super::send::{Before, hand_over, stored};
use super::template::{self, Text};
use super::{Keep, Message};
use crate::date;
use crate::id::{OrderId, OutboxId, StoredValueId};
use crate::money::Currency;
use crate::order::GiftTo;
use crate::point::{self, Point};
use crate::{Error, Result, Shop, args, gift_card};

#[derive(sqlx::FromRow)]
struct Card {
    #[sqlx(try_from = "String")]
    currency: Currency,
    initial: i64,
    code_hash: String,
    last_four: String,
    recipient: String,
    expires_at: Option<i64>,
    gift_to: Option<String>,
}

/// Sends the code of a card that is still that card's; forgets it when it is sent.
pub(crate) async fn send_gift_card(
    shop: &Shop,
    id: OutboxId,
    order: Option<OrderId>,
    card: StoredValueId,
    code: &str,
) -> Result<()> {
    point::reached(Point::BeforeMail).await;
    let before = stored(shop, id).await?;
    let sql = "SELECT s.currency, s.initial, s.code_hash, s.last_four, s.recipient, s.expires_at, o.gift_to
        FROM stored_value s LEFT JOIN orders o ON o.id = $2 WHERE s.id = $1";
    let known: Card = shop.db.fetch_optional(sql, args![card, order]).await?.ok_or(Error::NotFound("gift card"))?;
    let plain = gift_card::normalised(code).unwrap_or_default();
    // A code that was replaced meanwhile opens nothing.
    if !matches!(before, Before::Sent) && gift_card::hash(&plain) == known.code_hash {
        if matches!(before, Before::Nothing) {
            let masked = known.message(shop, id, &format!("····-····-····-{}", known.last_four))?;
            shop.checkouts.keep_mail(Keep::stored(&masked, order, shop.now_ms())).await?;
        }
        hand_over(shop, &known.message(shop, id, code)?).await?;
    }
    forget(shop, id, card).await
}

impl Card {
    fn message(&self, shop: &Shop, id: OutboxId, code: &str) -> Result<Message> {
        let words = match self.gift_to.as_deref() {
            None | Some("") => String::new(),
            Some(text) => serde_json::from_str::<GiftTo>(text)?.message,
        };
        let until = self.expires_at.map_or_else(
            || "It does not expire.".to_owned(),
            |end| format!("It can be used until {}.", date::day(end)),
        );
        let (name, value) = (&shop.settings.shop_name, self.currency.money(self.initial));
        let Text { subject, plain, html } = template::gift_card(name, &shop.origin, value, code, &until, &words);
        Ok(Message { id, recipient: self.recipient.clone(), subject, text: plain, html, unsubscribe: None })
    }
}

async fn forget(shop: &Shop, id: OutboxId, card: StoredValueId) -> Result<()> {
    let payload = serde_json::json!({ "gift_card_id": card, "code": "" }).to_string();
    shop.db.execute("UPDATE outbox SET payload = $2 WHERE id = $1", args![id, payload]).await?;
    Ok(())
}
