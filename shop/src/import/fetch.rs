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
        match fetch(&url, &host, lookup).await {
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

/// What the name stands for, asked once.
async fn lookup(host: String, port: u16) -> std::io::Result<Vec<SocketAddr>> {
    Ok(tokio::net::lookup_host((host.trim_matches(['[', ']']), port)).await?.collect())
}

async fn fetch<L>(url: &Url, host: &str, lookup: impl FnOnce(String, u16) -> L) -> Result<Vec<u8>, String>
where
    L: Future<Output = std::io::Result<Vec<SocketAddr>>>,
{
    let port = url.port_or_known_default().ok_or("no port")?;
    let found = tokio::time::timeout(Duration::from_secs(3), lookup(host.to_owned(), port));
    let found = found.await.map_err(|_| "name lookup timed out")?.map_err(|e| e.to_string())?;
    if found.is_empty() || !found.iter().all(|address| is_public(address.ip())) {
        return Err("not a public address".into());
    }
    from(url, host, &found).await
}

/// Asks exactly these addresses, whatever the name stands for by now, and goes nowhere else from there.
async fn from(url: &Url, host: &str, found: &[SocketAddr]) -> Result<Vec<u8>, String> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .resolve_to_addrs(host, found)
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
        for address in ["file:///etc/passwd", "gopher://example.com/", "ftp://example.com/a.png", "nonsense", "http://"]
        {
            assert!(fetcher.bytes(address).await.is_none(), "{address}");
        }
    }

    /// A server on this machine that counts who comes; it answers everybody with `answer`.
    async fn inside(answer: &'static str) -> (SocketAddr, std::sync::Arc<std::sync::atomic::AtomicUsize>) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let visits = std::sync::Arc::<std::sync::atomic::AtomicUsize>::default();
        let count = visits.clone();
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                let _ = tokio::io::AsyncReadExt::read(&mut socket, &mut [0; 2048]).await;
                let _ = tokio::io::AsyncWriteExt::write_all(&mut socket, answer.as_bytes()).await;
            }
        });
        (address, visits)
    }

    const HELLO: &str = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\nhello";

    #[tokio::test]
    async fn an_address_inside_the_house_is_not_asked_however_it_is_written() {
        let (address, visits) = inside(HELLO).await;
        let port = address.port();
        for host in [
            "127.0.0.1",
            "localhost",
            "2130706433",
            "0x7f000001",
            "0177.0.0.1",
            "127.1",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "0.0.0.0",
            "[::]",
            "169.254.169.254",
            "[64:ff9b::7f00:1]",
        ] {
            let url = Url::parse(&format!("http://{host}:{port}/latest/meta-data")).unwrap();
            let refused = fetch(&url, url.host_str().unwrap(), lookup).await.unwrap_err();
            // A machine without IPv6 may say so before the address is looked at.
            assert!(refused == "not a public address" || host.starts_with('['), "{host}: {refused}");
        }
        assert_eq!(visits.load(std::sync::atomic::Ordering::SeqCst), 0);
    }

    #[tokio::test]
    async fn a_name_is_asked_once_and_one_private_address_spoils_all() {
        let (address, visits) = inside(HELLO).await;
        let url = Url::parse(&format!("http://pictures.example:{}/a.png", address.port())).unwrap();
        let public: SocketAddr = "203.0.114.1:80".parse().unwrap();
        let both = move |_, _| async move { Ok(vec![public, address]) };
        assert_eq!(fetch(&url, "pictures.example", both).await.unwrap_err(), "not a public address");
        assert_eq!(visits.load(std::sync::atomic::Ordering::SeqCst), 0);
        // Whoever changes the name's address after it was looked at changes nothing: the connection goes to the address
        // that was looked at. The name itself exists nowhere, so only that address can have answered.
        assert_eq!(from(&url, "pictures.example", &[address]).await.unwrap(), b"hello");
        assert_eq!(visits.load(std::sync::atomic::Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn nobody_is_led_elsewhere_by_a_redirect() {
        let (secret, visits) = inside(HELLO).await;
        let answer = format!(
            "HTTP/1.1 302 Found\r\nlocation: http://{secret}/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        );
        let (address, _) = inside(Box::leak(answer.into_boxed_str())).await;
        let url = Url::parse(&format!("http://pictures.example:{}/a.png", address.port())).unwrap();
        assert_eq!(from(&url, "pictures.example", &[address]).await.unwrap_err(), "status 302 Found");
        assert_eq!(visits.load(std::sync::atomic::Ordering::SeqCst), 0);
    }
}
