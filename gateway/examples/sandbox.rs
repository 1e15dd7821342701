//! The sandbox on its own, with its control endpoint open: `cargo run -p gateway --example sandbox [PORT] [WEBHOOK_URL]`.

use std::net::{Ipv4Addr, SocketAddr};

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let port = arguments.next().and_then(|port| port.parse().ok()).unwrap_or(4242);
    let mut config = gateway::Config::sandbox(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    config.webhook_url = arguments.next();
    config.control = true;
    let sandbox = gateway::serve(config).await?;
    println!("{}", sandbox.url());
    sandbox.wait().await;
    Ok(())
}
