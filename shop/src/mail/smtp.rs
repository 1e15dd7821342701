//! Mail over SMTP.

use super::{Mailer, Message};
use async_trait::async_trait;
use lettre::message::MultiPart;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};

/// Sends through one server.
pub struct SmtpMailer(AsyncSmtpTransport<Tokio1Executor>);

impl SmtpMailer {
    /// `url` as `smtps://user:password@host:465`, `smtp://host:587?tls=required` or `smtp://127.0.0.1:1025`.
    pub fn new(url: &str) -> Result<Self, String> {
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(|e| e.to_string())?;
        Ok(Self(transport.timeout(Some(std::time::Duration::from_secs(20))).build()))
    }
}

#[async_trait]
impl Mailer for SmtpMailer {
    async fn send(&self, from: &str, message: &Message) -> Result<(), String> {
        self.0.send(compose(from, message)?).await.map(|_| ()).map_err(|e| e.to_string())
    }
}

/// The message as it goes over the wire: text with an HTML alternative, Message-ID from the outbox row.
pub(super) fn compose(from: &str, message: &Message) -> Result<lettre::Message, String> {
    let from: lettre::message::Mailbox = from.parse().map_err(|e| format!("sender: {e}"))?;
    let domain = from.email.domain().to_owned();
    lettre::Message::builder()
        .message_id(Some(format!("<{}@{domain}>", message.id)))
        .from(from)
        .to(message.recipient.parse().map_err(|e| format!("recipient: {e}"))?)
        .subject(&message.subject)
        .multipart(MultiPart::alternative_plain_html(message.text.clone(), message.html.clone()))
        .map_err(|e| e.to_string())
}
