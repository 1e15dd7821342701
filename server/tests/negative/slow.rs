//! 79 and 83 on the bare connection: bodies whose length is not told, and bodies that never end.

use super::snapshot;
use crate::support::Site;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const HEAD: &str = "POST /webhooks/stripe HTTP/1.1\r\nhost: shop\r\nstripe-signature: t=1,v1=0\r\n";

/// As much as a shop may read of an event before it says no, the buffers of both ends of the connection included.
const SENT_AT_MOST: usize = 16 << 20;

pub async fn a_large_event_in_pieces(site: &Site) {
    let before = snapshot::of(&site.shop.db).await;
    let mut connection = TcpStream::connect(site.origin.trim_start_matches("http://")).await.unwrap();
    connection.write_all(format!("{HEAD}transfer-encoding: chunked\r\n\r\n").as_bytes()).await.unwrap();
    let piece = format!("{:x}\r\n{}\r\n", 64 << 10, "x".repeat(64 << 10));
    let (mut from, mut to) = connection.into_split();
    let sending = tokio::spawn(async move {
        let mut sent = 0;
        // Without an end: whoever wanted to read it all would never answer.
        while sent < SENT_AT_MOST && to.write_all(piece.as_bytes()).await.is_ok() {
            sent += piece.len();
        }
        sent
    });
    let answer = first_line(&mut from).await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    drop(from);
    assert!(sending.await.unwrap() < SENT_AT_MOST, "the shop went on reading");
    assert_eq!(snapshot::of(&site.shop.db).await, before);
}

pub async fn an_event_that_never_ends(site: &Site) {
    let before = snapshot::of(&site.shop.db).await;
    let begun = Instant::now();
    let mut connection = TcpStream::connect(site.origin.trim_start_matches("http://")).await.unwrap();
    connection.write_all(format!("{HEAD}content-length: 100\r\n\r\n").as_bytes()).await.unwrap();
    let (mut from, mut to) = connection.into_split();
    // A byte now and then keeps the connection alive, and must not keep the request alive.
    let dripping = tokio::spawn(async move {
        while to.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    });
    let answer = first_line(&mut from).await;
    dripping.abort();
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    let took = begun.elapsed();
    assert!((9..12).contains(&took.as_secs()), "{took:?}");
    assert_eq!(snapshot::of(&site.shop.db).await, before);
}

async fn first_line(from: &mut (impl AsyncReadExt + Unpin)) -> String {
    let mut bytes = [0; 64];
    let read = tokio::time::timeout(Duration::from_secs(30), from.read(&mut bytes)).await.unwrap().unwrap_or_default();
    String::from_utf8_lossy(&bytes[..read]).into_owned()
}
