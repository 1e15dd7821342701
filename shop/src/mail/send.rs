//! From an outbox row to a mail: rendered once, stored, handed over, marked.

use super::{Message, template};
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
    let (state, why) = match &sent {
        Ok(()) => ("sent", String::new()),
        Err(why) => ("failed", why.clone()),
    };
    let mut tx = shop.db.begin().await?;
    tx.execute("UPDATE mail SET state = $2, error = $3 WHERE id = $1", args![id, state, &why]).await?;
    tx.commit().await?;
    sent.map_err(|why| Error::Unavailable { message: why, retry_after_s: 60 })
}

async fn store(shop: &Shop, id: OutboxId, order_id: OrderId, name: &str) -> Result<Message> {
    let mut db = &shop.db;
    let (order, token) = order::by_order_id(&mut db, order_id).await?;
    let text = template::render(name, &shop.settings.shop_name, &shop.origin, &order, &token)
        .ok_or_else(|| Error::Internal(format!("no mail template {name:?}")))?;
    let message = Message { id, recipient: order.email, subject: text.subject, text: text.plain, html: text.html };
    let mut tx = shop.db.begin().await?;
    tx.execute(
        "INSERT INTO mail (id, recipient, subject, body_text, body_html, order_id, state, at)
         VALUES ($1, $2, $3, $4, $5, $6, 'stored', $7) ON CONFLICT (id) DO NOTHING",
        args![id, &message.recipient, &message.subject, &message.text, &message.html, order_id, shop.now_ms()],
    )
    .await?;
    tx.commit().await?;
    Ok(message)
}
