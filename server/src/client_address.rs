//! The network address of whoever asks.
//!
//! Each reverse proxy appends the address it saw to `X-Forwarded-For`. Behind n of them the n-th entry from the
//! right is the one the outermost wrote; everything left of it, and the whole header without a proxy, is the
//! client's own invention.

use crate::config::Config;
use crate::state::AppState;
use axum::extract::{ConnectInfo, FromRequestParts};
use http::HeaderMap;
use http::request::Parts;
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};

/// As text, for limits and the audit log; empty when it is not known.
pub fn of(parts: &Parts, config: &Config) -> String {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(address)| address.ip());
    client(peer, &parts.headers, config.trusted_proxies).map(|address| address.to_string()).unwrap_or_default()
}

/// [`of`] as an extractor.
pub struct From(pub String);

impl FromRequestParts<AppState> for From {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Infallible> {
        Ok(Self(of(parts, &state.config)))
    }
}

fn client(peer: Option<IpAddr>, headers: &HeaderMap, proxies: usize) -> Option<IpAddr> {
    let Some(from_right) = proxies.checked_sub(1) else { return peer };
    let entries = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok()).collect::<Vec<_>>();
    let named = entries.join(",");
    named.rsplit(',').nth(from_right).and_then(|entry| entry.trim().parse().ok()).or(peer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_entries_of_trusted_proxies_count() {
        let peer: Option<IpAddr> = "10.0.0.1".parse().ok();
        let headers = HeaderMap::from_iter([(
            http::HeaderName::from_static("x-forwarded-for"),
            "6.6.6.6, 203.0.113.9, 10.0.0.2".parse().unwrap(),
        )]);
        let seen = |proxies| client(peer, &headers, proxies).unwrap().to_string();
        assert_eq!(seen(0), "10.0.0.1");
        assert_eq!(seen(1), "10.0.0.2");
        assert_eq!(seen(2), "203.0.113.9");
        assert_eq!(seen(9), "10.0.0.1");
    }
}
