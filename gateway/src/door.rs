//! The listener, and how to slam it: connections can be reset before an answer, and for a while nobody answers at
//! the address at all. That is what a dead provider looks like, and no status code can stand in for it.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use futures_util::task::AtomicWaker;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::Instant;

/// Between tries to get the address back, or to accept when the machine is out of sockets.
const RETRY: Duration = Duration::from_millis(20);

/// The control's side of the door.
#[derive(Clone)]
pub struct Latch {
    shut_until: watch::Sender<Option<Instant>>,
    lines: Arc<Mutex<Vec<Weak<Shared>>>>,
}

impl Latch {
    /// Resets all connections and refuses new ones for `period`.
    pub fn shut(&self, period: Duration) {
        self.shut_until.send_replace(Some(Instant::now() + period));
        for line in self.lines.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            if let Some(line) = line.upgrade() {
                Cut(line).now();
            }
        }
    }
}

pub struct Door {
    listener: Option<TcpListener>,
    addr: SocketAddr,
    latch: Latch,
    shut_until: watch::Receiver<Option<Instant>>,
}

impl Door {
    pub async fn open(addr: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(addr).await?;
        let (sender, shut_until) = watch::channel(None);
        let latch = Latch { shut_until: sender, lines: Arc::default() };
        Ok(Self { addr: listener.local_addr()?, listener: Some(listener), latch, shut_until })
    }

    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    pub fn latch(&self) -> Latch {
        self.latch.clone()
    }

    /// The listener, once the address may be answered at.
    async fn listener(&mut self, until: Option<Instant>) -> &TcpListener {
        if let Some(until) = until.filter(|until| *until > Instant::now()) {
            self.listener = None;
            tokio::time::sleep_until(until).await;
        }
        while self.listener.is_none() {
            match TcpListener::bind(self.addr).await {
                Ok(listener) => self.listener = Some(listener),
                Err(_) => tokio::time::sleep(RETRY).await,
            }
        }
        self.listener.as_ref().expect("it has just been bound")
    }

    fn line(&self, stream: TcpStream) -> Line {
        // An answer is one write; on a connection that rests between calls, waiting for its acknowledgement takes 40 ms.
        let _ = stream.set_nodelay(true);
        let shared = Arc::new(Shared::default());
        let mut lines = self.latch.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() == lines.capacity() {
            lines.retain(|line| line.strong_count() > 0);
        }
        lines.push(Arc::downgrade(&shared));
        Line { stream, cut: Cut(shared) }
    }
}

impl Listener for Door {
    type Io = Line;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Line, SocketAddr) {
        loop {
            let until = *self.shut_until.borrow_and_update();
            let mut shut = self.shut_until.clone();
            let accepted = tokio::select! {
                accepted = async { self.listener(until).await.accept().await } => accepted,
                _ = shut.changed() => continue,
            };
            match accepted {
                Ok((stream, from)) => return (self.line(stream), from),
                Err(_) => tokio::time::sleep(RETRY).await,
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.addr)
    }
}

#[derive(Default)]
struct Shared {
    cut: AtomicBool,
    reader: AtomicWaker,
}

/// Ends one connection; handlers find it in their request.
#[derive(Clone, Default)]
pub struct Cut(Arc<Shared>);

impl Cut {
    /// The caller sees a reset; nothing more is read or written.
    pub fn now(&self) {
        self.0.cut.store(true, Ordering::Release);
        self.0.reader.wake();
    }

    pub fn is_made(&self) -> bool {
        self.0.cut.load(Ordering::Acquire)
    }
}

impl Connected<IncomingStream<'_, Door>> for Cut {
    fn connect_info(stream: IncomingStream<'_, Door>) -> Self {
        stream.io().cut.clone()
    }
}

/// A connection that can be cut.
pub struct Line {
    stream: TcpStream,
    cut: Cut,
}

impl Line {
    fn check(&self) -> io::Result<()> {
        if self.cut.is_made() { Err(ErrorKind::ConnectionReset.into()) } else { Ok(()) }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if self.cut.is_made() {
            // Without it the caller would see an orderly end; when it fails, that is what it sees.
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for Line {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.cut.0.reader.register(cx.waker());
        self.check()?;
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Line {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_write_vectored(cx, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
