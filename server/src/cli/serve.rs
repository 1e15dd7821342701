//! `mercer serve`: migrate, start the background work, answer requests until told to stop.
//!
//! SIGTERM or SIGINT: no new connections, requests under way get their answers, then the background work ends its
//! step. A second signal, or twenty seconds, ends the wait; whatever was under way is picked up at the next start.

use super::{Outcome, open};
use crate::config::Config;
use crate::moved;
use crate::router::router;
use crate::state::AppState;
use axum::serve::ListenerExt;
use shop::{Shop, args, search, staff, worker};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

const STOP_WITHIN: Duration = Duration::from_secs(20);

pub async fn run(config: Config) -> Outcome {
    let shop = open::shop(&config).await?;
    until_signal(shop, config).await
}

/// Serves a shop that is open until the process is told to stop.
pub async fn until_signal(shop: Shop, config: Config) -> Outcome {
    let listener =
        TcpListener::bind(config.addr).await.map_err(|error| format!("cannot listen on {}: {error}", config.addr))?;
    let stopping = CancellationToken::new();
    let background = tokio::spawn(worker::run(shop.clone(), stopping.clone()));
    let state = AppState::new(shop, config);
    let following = tokio::spawn(search::follow(state.shop.clone(), state.search.clone(), stopping.clone()));
    let counting = tokio::spawn(moved::keep_count(state.clone(), stopping.clone()));
    print_admin_link(&state.shop).await?;
    println!("ready {}", state.shop.origin);

    let on_signal = stopping.clone();
    let signals = tokio::spawn(async move {
        signal().await;
        tracing::info!("stopping");
        on_signal.cancel();
        // Whoever asks twice does not want to wait.
        signal().await;
        std::process::exit(1);
    });
    let served = serve(listener, state, stopping).await;
    signals.abort();
    let _ = tokio::join!(background, following, counting);
    served
}

/// Answers requests until `stop`, and then those under way.
pub async fn serve(listener: TcpListener, state: AppState, stop: CancellationToken) -> Outcome {
    let listener = listener.tap_io(|stream| {
        // A page is one write; waiting for more only delays it.
        let _ = stream.set_nodelay(true);
    });
    let app = router(state).into_make_service_with_connect_info::<SocketAddr>();
    let server = axum::serve(listener, app).with_graceful_shutdown(stop.clone().cancelled_owned());
    tokio::select! {
        ended = server => ended.map_err(|error| error.to_string()),
        () = async { stop.cancelled().await; tokio::time::sleep(STOP_WITHIN).await } => {
            tracing::warn!("some requests did not end in time");
            Ok(())
        }
    }
}

/// The first start has nobody who could log in.
async fn print_admin_link(shop: &Shop) -> Outcome {
    let count = "SELECT CAST(COUNT(*) AS BIGINT) FROM staff WHERE disabled_at IS NULL";
    let (staff,): (i64,) = shop.db.fetch_one(count, args![]).await.map_err(|error| error.to_string())?;
    if staff == 0 {
        let link = staff::first_link(shop).await.map_err(|error| error.to_string())?;
        println!("admin (one-time link, valid for a day): {}{}", shop.origin, link.path());
    }
    Ok(())
}

async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).expect("the process may listen for signals");
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
