//! Mail over SMTP.

use super::{Mailer, Message};
use async_trait::async_trait;
use lettre::message::MultiPart;
use lettre::message::header::{Header, HeaderName, HeaderValue};
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
    let mut builder = lettre::Message::builder();
    if let Some(address) = &message.unsubscribe {
        builder = builder.header(Unsubscribe(format!("<{address}>"))).header(OneClick);
    }
    builder
        .message_id(Some(format!("<{}@{domain}>", message.id)))
        .from(from)
        .to(message.recipient.parse().map_err(|e| format!("recipient: {e}"))?)
        .subject(&message.subject)
        .multipart(MultiPart::alternative_plain_html(message.text.clone(), message.html.clone()))
        .map_err(|e| e.to_string())
}

/// RFC 2369: where mail of this kind ends.
#[derive(Clone)]
struct Unsubscribe(String);

impl Header for Unsubscribe {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("List-Unsubscribe")
    }

    fn parse(text: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self(text.to_owned()))
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), self.0.clone())
    }
}

/// RFC 8058: a mail program may ask for it by itself.
#[derive(Clone)]
struct OneClick;

impl Header for OneClick {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("List-Unsubscribe-Post")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "List-Unsubscribe=One-Click".into())
    }
}
