//! Outgoing mail: over SMTP when configured, otherwise into the data folder. Never on the request path.

use async_trait::async_trait;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Identifier of the outbox row; becomes the Message-ID, so that a second delivery can be recognised.
    pub id: crate::id::OutboxId,
    pub recipient: String,
    pub subject: String,
    pub text: String,
    pub html: String,
}

#[async_trait]
pub trait Mailer: Send + Sync {
    /// Hands the message over; an error means that it will be tried again.
    async fn send(&self, from: &str, message: &Message) -> Result<(), String>;
}
