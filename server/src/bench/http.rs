//! The smallest HTTP/1.1 client that will do: it shares the processors with what it measures.

use std::io;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, ToSocketAddrs};

/// A connection that is kept open; one request at a time.
pub(super) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

pub(super) struct Answer<'c> {
    pub(super) status: u16,
    head: &'c [u8],
    pub(super) body: &'c [u8],
}

impl Answer<'_> {
    /// A header's value; `name` in lower case.
    pub(super) fn header(&self, name: &str) -> Option<String> {
        let text = String::from_utf8_lossy(self.head);
        let mut lines = text.lines().filter_map(|line| line.split_once(':'));
        lines.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim().to_owned())
    }
}

impl Connection {
    pub(super) async fn open(address: impl ToSocketAddrs) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(64 * 1024) })
    }

    /// The body of a page; `header` is empty or lines of the request, each with its end.
    ///
    /// # Errors
    /// For any status but 200, too.
    pub(super) async fn get(&mut self, path: &str, header: &str) -> io::Result<&[u8]> {
        let request = format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/html\r\n{header}\r\n");
        let answer = self.ask(&request).await?;
        match answer.status {
            200 => Ok(answer.body),
            status => Err(io::Error::other(format!("{path} answered {status}"))),
        }
    }

    /// Sends `request` as it is, and waits for the whole answer.
    ///
    /// # Errors
    /// For an answer without `Content-Length`, too.
    pub(super) async fn ask(&mut self, request: &str) -> io::Result<Answer<'_>> {
        self.stream.write_all(request.as_bytes()).await?;
        self.buffer.clear();
        let head = loop {
            if let Some(at) = memchr::memmem::find(&self.buffer, b"\r\n\r\n") {
                break at + 4;
            }
            self.read_more().await?;
        };
        let text = String::from_utf8_lossy(&self.buffer[..head]);
        let status = text.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)?.parse().ok());
        let length = text
            .lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
            .and_then(|(_, value)| value.trim().parse::<usize>().ok());
        let (Some(status), Some(length)) = (status, length) else {
            return Err(io::Error::other(format!("an answer without status or length:\n{text}")));
        };
        while self.buffer.len() < head + length {
            self.read_more().await?;
        }
        Ok(Answer { status, head: &self.buffer[..head], body: &self.buffer[head..head + length] })
    }

    async fn read_more(&mut self) -> io::Result<()> {
        match self.stream.read_buf(&mut self.buffer).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }
}
