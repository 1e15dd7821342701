//! Fetching pictures from addresses somebody else wrote down.
//!
//! Only http and https, only public addresses (checked after the name is resolved, and the connection goes to exactly
//! the address checked), no redirects, a time limit, a size limit, and only bytes that are a bitmap. A host that did
//! not answer is not asked again in the same run.

use crate::Error;
use crate::limits::PICTURE_BYTES;
use crate::media::{Media, TakenIn};
use std::collections::HashSet;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::Mutex;
use std::time::Duration;
use url::Url;

#[derive(Default)]
pub struct Fetcher {
    silent: Mutex<HashSet<String>>,
}

impl Fetcher {
    pub fn new() -> Self {
        Self::default()
    }

    /// Fetches a picture and stores it by the same door as an uploaded one. `None` whenever there is no picture to be had;
    /// the reason goes to the log.
    ///
    /// # Errors
    /// What the store says when it cannot keep it.
    pub(super) async fn picture(&self, media: &Media, address: &str) -> Result<Option<TakenIn>, Error> {
        let Some(bytes) = self.bytes(address).await else { return Ok(None) };
        match media.take_in(bytes).await {
            Ok(taken) => Ok(Some(taken)),
            Err(Error::Invalid(why)) => {
                tracing::info!(address, ?why, "what was fetched is no picture");
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    async fn bytes(&self, address: &str) -> Option<Vec<u8>> {
        let url = Url::parse(address).ok().filter(|u| matches!(u.scheme(), "http" | "https"))?;
        let host = url.host_str()?.to_owned();
        if self.silent.lock().is_ok_and(|silent| silent.contains(&host)) {
            return None;
        }
        match fetch(&url, &host).await {
            Ok(bytes) => Some(bytes),
            Err(reason) => {
                tracing::info!(host, reason, "picture not fetched");
                if let Ok(mut silent) = self.silent.lock() {
                    silent.insert(host);
                }
                None
            }
        }
    }
}

async fn fetch(url: &Url, host: &str) -> Result<Vec<u8>, String> {
    let port = url.port_or_known_default().ok_or("no port")?;
    let found =
        tokio::time::timeout(Duration::from_secs(3), tokio::net::lookup_host((host.trim_matches(['[', ']']), port)));
    let found: Vec<SocketAddr> =
        found.await.map_err(|_| "name lookup timed out")?.map_err(|e| e.to_string())?.collect();
    if found.is_empty() || !found.iter().all(|address| is_public(address.ip())) {
        return Err("not a public address".into());
    }
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .resolve_to_addrs(host, &found)
        .timeout(Duration::from_secs(10))
        .connect_timeout(Duration::from_secs(3))
        .build()
        .map_err(|e| e.to_string())?;
    let mut response = client.get(url.clone()).send().await.map_err(|e| e.to_string())?;
    if !response.status().is_success() {
        return Err(format!("status {}", response.status()));
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|e| e.to_string())? {
        if bytes.len() + chunk.len() > PICTURE_BYTES {
            return Err("too large".into());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// Neither loopback, private, link-local, shared, multicast, documentation nor reserved (IANA special-purpose registries).
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            !(v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_multicast()
                || v4.is_documentation()
                || a == 0
                || a >= 240
                || (a == 100 && (64..128).contains(&b))
                || (a == 192 && b == 0 && c == 0)
                || (a == 198 && (18..20).contains(&b)))
        }
        IpAddr::V6(v6) => public_v6(v6),
    }
}

fn public_v6(v6: Ipv6Addr) -> bool {
    if let Some(v4) = v6.to_ipv4_mapped() {
        return is_public(v4.into());
    }
    let [first, second, ..] = v6.segments();
    // Global unicast only, without documentation, 6to4 and Teredo, which can carry a private address inside.
    (0x2000..0x4000).contains(&first) && first != 0x2002 && !(first == 0x2001 && (second == 0 || second == 0xdb8))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_inside_the_house_are_not_public() {
        for inside in [
            "127.0.0.1",
            "10.1.2.3",
            "192.168.0.1",
            "172.16.0.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "198.18.0.1",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "::ffff:127.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001:db8::1",
        ] {
            assert!(!is_public(inside.parse().unwrap()), "{inside}");
        }
        for outside in ["1.1.1.1", "93.184.216.34", "2606:4700::1111"] {
            assert!(is_public(outside.parse().unwrap()), "{outside}");
        }
    }

    #[tokio::test]
    async fn a_private_address_and_a_file_are_not_asked() {
        let fetcher = Fetcher::new();
        for address in ["http://127.0.0.1:1/a.png", "http://[::1]/a.png", "file:///etc/passwd", "nonsense"] {
            assert!(fetcher.bytes(address).await.is_none(), "{address}");
        }
    }
}
