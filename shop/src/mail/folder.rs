//! Mail as files, for shops without an SMTP server: one `.eml` each, readable by every mail program.

use super::{Mailer, Message, smtp};
use async_trait::async_trait;
use std::path::PathBuf;

/// Writes every message into a folder, named by its id: a second delivery overwrites the first.
pub struct FolderMailer {
    pub folder: PathBuf,
}

#[async_trait]
impl Mailer for FolderMailer {
    async fn send(&self, from: &str, message: &Message) -> Result<(), String> {
        let bytes = smtp::compose(from, message)?.formatted();
        tokio::fs::create_dir_all(&self.folder).await.map_err(|e| e.to_string())?;
        let file = self.folder.join(format!("{}.eml", message.id));
        tokio::fs::write(file, bytes).await.map_err(|e| e.to_string())
    }
}
