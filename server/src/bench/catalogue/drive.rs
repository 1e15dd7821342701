//! Asking without a pause.

use super::super::http::Connection;
use super::server::Server;
use super::table::Measured;
use super::told;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Asks for `paths` in turn over `connections` connections until the time is up.
///
/// # Errors
/// For any answer but 200.
pub async fn load(
    server: &Server,
    paths: &Arc<Vec<String>>,
    connections: usize,
    seconds: u64,
) -> Result<Measured, String> {
    if paths.is_empty() {
        return Err("nothing to ask for".into());
    }
    let begun = Instant::now();
    let until = begun + Duration::from_secs(seconds);
    let tasks: Vec<_> = (0..connections)
        .map(|connection| {
            let (address, header, paths) = (server.address.clone(), server.header.clone(), paths.clone());
            tokio::spawn(async move { one_connection(&address, &header, &paths, connection, until).await })
        })
        .collect();
    let mut latencies = Vec::new();
    for task in tasks {
        latencies.extend(task.await.map_err(told)?.map_err(told)?);
    }
    Ok(Measured::of(latencies, begun.elapsed(), connections))
}

async fn one_connection(
    address: &str,
    header: &str,
    paths: &[String],
    first: usize,
    until: Instant,
) -> io::Result<Vec<u32>> {
    let mut connection = Connection::open(address).await?;
    let mut latencies = Vec::new();
    // A large odd stride visits all of them in no helpful order.
    let mut at = first * 7_919;
    while Instant::now() < until {
        let begun = Instant::now();
        connection.get(&paths[at % paths.len()], header).await?;
        latencies.push(u32::try_from(begun.elapsed().as_micros()).unwrap_or(u32::MAX));
        at += 104_729;
    }
    Ok(latencies)
}
