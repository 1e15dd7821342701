//! An address in front of another that counts how many connections are open at a time.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::net::{TcpListener, TcpStream};

#[derive(Default)]
pub struct Gauge {
    open: AtomicUsize,
    most: AtomicUsize,
}

impl Gauge {
    /// The address, and what is counted there.
    pub async fn before(address: SocketAddr) -> (String, Arc<Self>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let gauge = Arc::new(Self::default());
        let counts = gauge.clone();
        tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                let gauge = counts.clone();
                tokio::spawn(async move {
                    let now = gauge.open.fetch_add(1, Ordering::SeqCst) + 1;
                    gauge.most.fetch_max(now, Ordering::SeqCst);
                    if let Ok(mut far) = TcpStream::connect(address).await {
                        let (mut from, mut to) = near.split();
                        let (mut answers, mut calls) = far.split();
                        // Whichever side leaves first ends both.
                        tokio::select! {
                            _ = tokio::io::copy(&mut from, &mut calls) => {}
                            _ = tokio::io::copy(&mut answers, &mut to) => {}
                        }
                    }
                    gauge.open.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        (url, gauge)
    }

    /// The most that were open at a time.
    pub fn most(&self) -> usize {
        self.most.load(Ordering::SeqCst)
    }
}
