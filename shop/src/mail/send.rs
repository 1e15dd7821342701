//! From an outbox row to a mail: rendered once, stored, handed over, marked.

use super::{Keep, Message, template};
use crate::id::{OrderId, OutboxId};
use crate::point::{self, Point};
use crate::{Error, Result, Shop, args, order};

/// Sends the mail of an outbox row. The row's id is the mail's: a second delivery finds it and, once it was sent, does
/// nothing.
pub(crate) async fn send(shop: &Shop, id: OutboxId, order_id: OrderId, name: &str) -> Result<()> {
    point::reached(Point::BeforeMail).await;
    let sql = "SELECT state, recipient, subject, body_text, body_html FROM mail WHERE id = $1";
    let stored: Option<(String, String, String, String, String)> = shop.db.fetch_optional(sql, args![id]).await?;
    let message = match stored {
        Some((state, ..)) if state == "sent" => return Ok(()),
        Some((_, recipient, subject, text, html)) => Message { id, recipient, subject, text, html },
        None => store(shop, id, order_id, name).await?,
    };
    let sent = shop.mailer.send(&shop.settings.mail_from, &message).await;
    point::reached(Point::MailSent).await;
    shop.checkouts.keep_mail(Keep::handed(id, &sent)).await?;
    sent.map_err(|why| Error::Unavailable { message: why, retry_after_s: 60 })
}

async fn store(shop: &Shop, id: OutboxId, order_id: OrderId, name: &str) -> Result<Message> {
    let mut db = &shop.db;
    let (order, token) = order::by_order_id(&mut db, order_id).await?;
    let text = template::render(name, &shop.settings.shop_name, &shop.origin, &order, &token)
        .ok_or_else(|| Error::Internal(format!("no mail template {name:?}")))?;
    let message = Message { id, recipient: order.email, subject: text.subject, text: text.plain, html: text.html };
    shop.checkouts.keep_mail(Keep::stored(&message, order_id, shop.now_ms())).await?;
    Ok(message)
}
