//! Asking without a pause.

use super::super::http::Connection;
use super::question::Paths;
use super::server::Server;
use super::table::Measured;
use super::told;
use std::io;
use std::time::{Duration, Instant};

/// From one product to the next: visits all of them in no helpful order.
const STRIDE: usize = 104_729;
/// Different products that one shopper puts into a cart, before the next shopper comes over the same connection.
const CART_PRODUCTS: usize = 10;

/// Asks for `paths` in turn over `connections` connections until the time is up.
///
/// # Errors
/// For any answer but 200.
pub async fn load(server: &Server, paths: &Paths, connections: usize, seconds: u64) -> Result<Measured, String> {
    let (address, header) = (server.address.clone(), server.header.clone());
    beside_each_other(paths, connections, seconds, |paths, first, until| {
        ask_all(address.clone(), header.clone(), paths, first, until)
    })
    .await
}

/// Asks for each of `paths` once, one after the other.
///
/// # Errors
/// For any answer but 200.
pub async fn once(server: &Server, paths: &Paths) -> Result<(), String> {
    let mut connection = server.connect().await?;
    for path in paths.iter() {
        connection.get(path, &server.header).await.map_err(told)?;
    }
    Ok(())
}

/// Puts products with `skus` into carts, as a page with scripts does it; the first request of each cart makes it.
///
/// # Errors
/// For any answer but 200.
pub async fn fill_carts(server: &Server, skus: &Paths, connections: usize, seconds: u64) -> Result<Measured, String> {
    let address = server.address.clone();
    beside_each_other(skus, connections, seconds, |skus, first, until| shop(address.clone(), skus, first, until)).await
}

async fn beside_each_other<F>(
    all: &Paths,
    connections: usize,
    seconds: u64,
    one: impl Fn(Paths, usize, Instant) -> F,
) -> Result<Measured, String>
where
    F: Future<Output = io::Result<Vec<u32>>> + Send + 'static,
{
    if all.is_empty() {
        return Err("nothing to ask for".into());
    }
    let begun = Instant::now();
    let until = begun + Duration::from_secs(seconds);
    let tasks: Vec<_> = (0..connections).map(|at| tokio::spawn(one(all.clone(), at * 7_919, until))).collect();
    let mut latencies = Vec::new();
    for task in tasks {
        latencies.extend(task.await.map_err(told)?.map_err(told)?);
    }
    Ok(Measured::of(latencies, begun.elapsed(), connections))
}

async fn ask_all(address: String, header: String, paths: Paths, first: usize, until: Instant) -> io::Result<Vec<u32>> {
    let mut connection = Connection::open(&address).await?;
    let mut latencies = Vec::new();
    let mut at = first;
    while Instant::now() < until {
        let begun = Instant::now();
        connection.get(&paths[at % paths.len()], &header).await?;
        latencies.push(microseconds_since(begun));
        at += STRIDE;
    }
    Ok(latencies)
}

async fn shop(address: String, skus: Paths, first: usize, until: Instant) -> io::Result<Vec<u32>> {
    let mut connection = Connection::open(&address).await?;
    let mut latencies = Vec::new();
    let (mut at, mut cookie) = (first, String::new());
    while Instant::now() < until {
        if latencies.len() % CART_PRODUCTS == 0 {
            cookie.clear();
        }
        let body = format!("sku={}&quantity=1", skus[at % skus.len()]);
        let request = format!(
            "POST /cart/items HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\nAccept: application/json\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n{cookie}\r\n{body}",
            body.len()
        );
        let begun = Instant::now();
        let answer = connection.ask(&request).await?;
        latencies.push(microseconds_since(begun));
        if answer.status != 200 {
            let said = String::from_utf8_lossy(answer.body);
            return Err(io::Error::other(format!("adding to the cart answered {}: {said}", answer.status)));
        }
        if let Some(set) = answer.header("set-cookie") {
            cookie = format!("Cookie: {}\r\n", set.split(';').next().unwrap_or_default());
        }
        at += STRIDE;
    }
    Ok(latencies)
}

fn microseconds_since(begun: Instant) -> u32 {
    u32::try_from(begun.elapsed().as_micros()).unwrap_or(u32::MAX)
}
