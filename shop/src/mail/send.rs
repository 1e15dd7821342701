//! From an outbox row to a mail: rendered once, stored, handed over, marked.

use super::template::Text;
use super::{Keep, Message, template};
use crate::cart::recovery;
use crate::id::{AbandonedCartId, AlertId, OrderId, OutboxId};
use crate::point::{self, Point};
use crate::{Error, Result, Shop, alert, args, order};

/// Sends the mail of an outbox row. The row's id is the mail's: a second delivery finds it and, once it was sent, does
/// nothing.
pub(crate) async fn send(shop: &Shop, id: OutboxId, order_id: OrderId, name: &str) -> Result<()> {
    point::reached(Point::BeforeMail).await;
    let message = match stored(shop, id).await? {
        Before::Sent => return Ok(()),
        Before::Stored(message) => message,
        Before::Nothing => store(shop, id, order_id, name).await?,
    };
    hand_over(shop, &message).await
}

/// As [`send`], for somebody who waited for what is back. Who has cancelled since gets none.
pub(crate) async fn send_alert(shop: &Shop, id: OutboxId, alert_id: AlertId) -> Result<()> {
    point::reached(Point::BeforeMail).await;
    let before = stored(shop, id).await?;
    if matches!(before, Before::Sent) {
        return Ok(());
    }
    let Some(told) = alert::message(shop, alert_id).await? else { return Ok(()) };
    let unsubscribe = Some(format!("{}/alerts/{}", shop.origin, told.token));
    let message = match before {
        Before::Stored(message) => Message { unsubscribe, ..message },
        _ => {
            let Text { subject, plain, html } = template::back_in_stock(&shop.settings.shop_name, &shop.origin, &told);
            let message = Message { id, recipient: told.email, subject, text: plain, html, unsubscribe };
            shop.checkouts.keep_mail(Keep::stored(&message, None, shop.now_ms())).await?;
            message
        }
    };
    hand_over(shop, &message).await
}

/// As [`send`], for somebody who left a cart. Who has ordered it since gets none.
pub(crate) async fn send_reminder(shop: &Shop, id: OutboxId, cart: AbandonedCartId, token: &str) -> Result<()> {
    point::reached(Point::BeforeMail).await;
    let before = stored(shop, id).await?;
    if matches!(before, Before::Sent) {
        return Ok(());
    }
    let Some(reminder) = recovery::message(shop, cart).await? else { return Ok(()) };
    let unsubscribe = Some(format!("{}/cart-mails/{token}", shop.origin));
    let message = match before {
        Before::Stored(message) => Message { unsubscribe, ..message },
        _ => {
            let text = template::cart_reminder(&shop.settings.shop_name, &shop.origin, &reminder, token);
            let Text { subject, plain, html } = text;
            let message = Message { id, recipient: reminder.email, subject, text: plain, html, unsubscribe };
            shop.checkouts.keep_mail(Keep::stored(&message, None, shop.now_ms())).await?;
            message
        }
    };
    hand_over(shop, &message).await
}

/// What an earlier delivery has left.
pub(super) enum Before {
    Nothing,
    Stored(Message),
    Sent,
}

pub(super) async fn stored(shop: &Shop, id: OutboxId) -> Result<Before> {
    let sql = "SELECT state, recipient, subject, body_text, body_html FROM mail WHERE id = $1";
    let stored: Option<(String, String, String, String, String)> = shop.db.fetch_optional(sql, args![id]).await?;
    Ok(match stored {
        Some((state, ..)) if state == "sent" => Before::Sent,
        Some((_, recipient, subject, text, html)) => {
            Before::Stored(Message { id, recipient, subject, text, html, unsubscribe: None })
        }
        None => Before::Nothing,
    })
}

pub(super) async fn hand_over(shop: &Shop, message: &Message) -> Result<()> {
    let sent = shop.mailer.send(&shop.settings.mail_from, message).await;
    point::reached(Point::MailSent).await;
    shop.checkouts.keep_mail(Keep::handed(message.id, &sent)).await?;
    sent.map_err(|why| Error::Unavailable { message: why, retry_after_s: 60 })
}

async fn store(shop: &Shop, id: OutboxId, order_id: OrderId, name: &str) -> Result<Message> {
    let mut db = &shop.db;
    let (order, token) = order::by_order_id(&mut db, order_id).await?;
    let text = template::render(name, &shop.settings.shop_name, &shop.origin, &order, &token)
        .ok_or_else(|| Error::Internal(format!("no mail template {name:?}")))?;
    let Text { subject, plain, html } = text;
    let message = Message { id, recipient: order.email, subject, text: plain, html, unsubscribe: None };
    shop.checkouts.keep_mail(Keep::stored(&message, Some(order_id), shop.now_ms())).await?;
    Ok(message)
}
