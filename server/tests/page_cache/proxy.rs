//! A caching proxy in front of the shop: nginx, as a merchant would set it up.

use crate::review::customer;
use crate::support::{Setup, Site, header};
use reqwest::Response;
use shop::args;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};

/// Where Debian keeps it.
const NGINX: &str = "/usr/sbin/nginx";

/// What the head of a page says to somebody with three units in the cart.
pub const IN_CART: &str = "&quot;count&quot;:3";

struct Proxy {
    child: Child,
    origin: String,
    folder: tempfile::TempDir,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Proxy {
    /// `None` without nginx.
    async fn before(site: &Site) -> Option<Self> {
        if !Path::new(NGINX).exists() {
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().display();
        let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = free.local_addr().unwrap();
        drop(free);
        let user = if std::env::consts::OS == "linux" { "user root;" } else { "" };
        let text = format!(
            "{user} daemon off; master_process off; pid {at}/pid; error_log {at}/error.log;
             events {{ worker_connections 256; }}
             http {{
               access_log off;
               client_body_temp_path {at}/body; proxy_temp_path {at}/temp; fastcgi_temp_path {at}/fast;
               uwsgi_temp_path {at}/uwsgi; scgi_temp_path {at}/scgi;
               proxy_cache_path {at}/cache keys_zone=shop:1m;
               server {{
                 listen {address};
                 location / {{
                   proxy_pass {};
                   proxy_cache shop;
                   proxy_cache_revalidate on;
                   proxy_cache_lock on;
                   add_header X-Proxy $upstream_cache_status;
                 }}
               }}
             }}",
            site.origin
        );
        std::fs::write(folder.path().join("nginx.conf"), text).unwrap();
        let child = Command::new(NGINX)
            .args(["-p", &at.to_string(), "-e", &format!("{at}/error.log"), "-c", &format!("{at}/nginx.conf")])
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let proxy = Self { child, origin: format!("http://{address}"), folder };
        for _ in 0..200 {
            if TcpStream::connect(address).await.is_ok() {
                return Some(proxy);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let log = std::fs::read_to_string(proxy.folder.path().join("error.log")).unwrap_or_default();
        panic!("nginx does not answer: {log}");
    }

    async fn get(&self, site: &Site, path: &str, session: Option<&str>) -> Response {
        let mut asked = site.client.get(format!("{}{path}", self.origin)).header("accept", "text/html");
        if let Some(session) = session {
            asked = asked.header("cookie", format!("mercer={session}"));
        }
        asked.send().await.unwrap()
    }

    /// Everything that it has kept, as one text.
    fn kept(&self) -> String {
        let files = std::fs::read_dir(self.folder.path().join("cache")).unwrap();
        files.map(|file| String::from_utf8_lossy(&std::fs::read(file.unwrap().path()).unwrap()).into_owned()).collect()
    }
}

/// Two customers, somebody with a cart and a stranger ask in turn; the proxy answers strangers by itself and nobody gets
/// another's page.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proxy_that_keeps_pages_gives_nobody_another_ones() {
    let setup = || Setup { flags: &[("--shared-cache-seconds", "60")], ..Setup::default() };
    let mut sites = vec![Site::on_sqlite(setup()).await];
    sites.extend(Site::on_postgres(setup()).await);
    for site in &sites {
        let Some(proxy) = Proxy::before(site).await else { return };
        interleave(site, &proxy).await;
    }
}

async fn interleave(site: &Site, proxy: &Proxy) {
    let (ann, bob) = (customer(site, "Ann Byron").await, customer(site, "Bob Chase").await);
    let put = site.form("/cart/items", &[("sku", "CUP"), ("quantity", "3")]).send().await.unwrap();
    let cart = crate::support::cookie(&put, "mercer").unwrap();
    let names = ["Ann Byron", "Bob Chase", IN_CART];
    let who = [(Some(ann), Some(0)), (None, None), (Some(bob), Some(1)), (None, None), (Some(cart), Some(2))];
    let paths = ["/", "/p/cup", "/p/bowl", "/about", "/account", "/cart", "/p/cup?stars=5"];
    let mut answered_by_proxy = 0;
    for round in 0..30 {
        for path in paths {
            let (session, own) = &who[round % who.len()];
            let answer = proxy.get(site, path, session.as_deref()).await;
            let by_proxy = header(&answer, "x-proxy") == "HIT";
            assert!(session.is_none() || !by_proxy, "{path}: a session's page comes from the shop");
            answered_by_proxy += usize::from(by_proxy);
            let text = answer.text().await.unwrap();
            for (at, name) in names.iter().enumerate() {
                let is_own = *own == Some(at);
                // Who has a cart alone is sent to log in.
                let is_shown = is_own && !(at == 2 && path == "/account");
                assert_eq!(text.contains(name), is_shown, "{path} for {own:?}: {name}");
            }
        }
    }
    assert!(answered_by_proxy > 30, "the proxy keeps what is public: {answered_by_proxy}");
    let kept = proxy.kept();
    assert!(kept.contains("<title>"), "what is kept can be read");
    for secret in ["Ann", "Bob", "example.org", IN_CART, "set-cookie", "Set-Cookie"] {
        assert!(!kept.contains(secret), "the proxy has kept {secret:?}");
    }
    // A browser that asks the shop itself is not held to what the proxy still has.
    let mut tx = site.shop.db.begin().await.unwrap();
    tx.execute("UPDATE product SET title = 'Beaker' WHERE slug = 'cup'", args![]).await.unwrap();
    tx.commit().await.unwrap();
    assert!(site.get("/p/cup").send().await.unwrap().text().await.unwrap().contains("Beaker"));
}
