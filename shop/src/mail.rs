//! Outgoing mail: over SMTP when configured, otherwise into the data folder. Never on the request path.
//!
//! The outbox hands a message over; every message is also a row of table `mail`, where the merchant reads it.

mod folder;
mod gift_card;
mod keep;
mod send;
mod smtp;
mod template;

pub use folder::FolderMailer;
pub(crate) use gift_card::send_gift_card;
pub(crate) use keep::{Keep, Keeping};
pub(crate) use send::{send, send_alert, send_reminder};
pub use smtp::SmtpMailer;

use crate::catalogue::Page;
use crate::id::{OrderId, OutboxId};
use crate::limits::PAGE_ROWS;
use crate::staff::Staff;
use crate::{Error, Result, Shop, args};
use async_trait::async_trait;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Identifier of the outbox row; becomes the Message-ID, so that a second delivery can be recognised.
    pub id: OutboxId,
    pub recipient: String,
    pub subject: String,
    pub text: String,
    pub html: String,
    /// Where one press ends further mail of this kind (RFC 8058); none for mail about an order.
    pub unsubscribe: Option<String>,
}

#[async_trait]
pub trait Mailer: Send + Sync {
    /// Hands the message over; an error means that it will be tried again.
    async fn send(&self, from: &str, message: &Message) -> std::result::Result<(), String>;
}

/// A mail as the merchant reads it.
#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub struct Stored {
    pub id: OutboxId,
    pub recipient: String,
    pub subject: String,
    pub body_text: String,
    pub body_html: String,
    pub order_id: Option<OrderId>,
    /// `stored` (not handed over yet), `sent`, `failed`.
    pub state: String,
    pub error: String,
    /// Unix milliseconds.
    pub at: i64,
}

/// The shop's mail, newest first.
pub async fn list(shop: &Shop, _by: &Staff, after: Option<&str>, rows: i64) -> Result<Page<Stored>> {
    let rows = rows.clamp(*PAGE_ROWS.start(), *PAGE_ROWS.end());
    let after: Option<OutboxId> =
        after.map(str::parse).transpose().map_err(|_| Error::field("after", "This page does not exist."))?;
    let mut items: Vec<Stored> = match after {
        Some(id) => shop.db.fetch_all(LIST_AFTER, args![rows + 1, id]).await?,
        None => shop.db.fetch_all(LIST, args![rows + 1]).await?,
    };
    let more = items.len() as i64 > rows;
    items.truncate(usize::try_from(rows).expect("within the bounds of a page"));
    let next = items.last().filter(|_| more).map(|last| last.id.to_string());
    Ok(Page { items, next })
}

const LIST: &str = "SELECT id, recipient, subject, body_text, body_html, order_id, state, error, at FROM mail
    ORDER BY id DESC LIMIT $1";
const LIST_AFTER: &str = "SELECT id, recipient, subject, body_text, body_html, order_id, state, error, at FROM mail
    WHERE id < $2 ORDER BY id DESC LIMIT $1";

/// One mail with its text.
pub async fn by_id(shop: &Shop, _by: &Staff, id: OutboxId) -> Result<Stored> {
    let sql = "SELECT id, recipient, subject, body_text, body_html, order_id, state, error, at FROM mail WHERE id = $1";
    shop.db.fetch_optional(sql, args![id]).await?.ok_or(Error::NotFound("mail"))
}
