//! The program under test, as a child.

use super::super::http::Connection;
use super::told;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A million products take about half a minute to index.
const READY_WITHIN: Duration = Duration::from_mins(10);

/// Ended when this is dropped.
pub struct Server {
    child: Child,
    pub address: String,
    /// From its start to the first search that it can answer.
    pub ready_after: Duration,
    /// A line of every request: the cookie of a log-in.
    pub header: String,
    log: PathBuf,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    /// Starts `mercer serve` on a free port of the loopback and waits until products can be found.
    pub async fn start(url: &str, folder: &Path, page_cache_mib: &str) -> Result<Self, String> {
        let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).map_err(told)?.port();
        let address = format!("127.0.0.1:{port}");
        let log = folder.join("serve.log");
        let output = std::fs::File::create(&log).map_err(told)?;
        let begun = Instant::now();
        let child = Command::new(std::env::current_exe().map_err(told)?)
            .args(["serve"])
            .env("MERCER_ADDR", &address)
            .env("MERCER_DATA_DIR", folder)
            .env("DATABASE_URL", url)
            .env("MERCER_PAGE_CACHE_MIB", page_cache_mib)
            .stdout(output.try_clone().map_err(told)?)
            .stderr(output)
            .stdin(Stdio::null())
            .spawn()
            .map_err(told)?;
        let mut server = Self { child, address, ready_after: Duration::ZERO, header: String::new(), log };
        while begun.elapsed() < READY_WITHIN {
            if let Ok(mut connection) = Connection::open(&server.address).await
                && connection.get("/readyz", "").await.is_ok()
            {
                server.ready_after = begun.elapsed();
                return Ok(server);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Err(format!("the server did not get ready:\n{}", server.said()))
    }

    pub async fn connect(&self) -> Result<Connection, String> {
        Connection::open(&self.address).await.map_err(told)
    }

    /// Comes in by the one-time link that a server without staff prints, or by one that is made for it.
    pub async fn log_in(&mut self) -> Result<(), String> {
        let said = self.said();
        let path = said.split_whitespace().find_map(|word| Some(&word[word.find("/admin/setup/")?..]));
        let body = match path {
            Some(_) => "name=Bench&email=bench%40example.com&password=correct+horse+battery",
            None => "email=bench%40example.com&password=correct+horse+battery",
        };
        let (path, origin) = (path.unwrap_or("/admin/login"), format!("http://{}", self.address));
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: {0}\r\nOrigin: {origin}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Content-Length: {1}\r\n\r\n{body}",
            self.address,
            body.len()
        );
        let mut connection = self.connect().await?;
        let answer = connection.ask(&request).await.map_err(told)?;
        let cookie = answer.header("set-cookie").and_then(|cookie| cookie.split(';').next().map(str::to_owned));
        let cookie = cookie.ok_or_else(|| format!("the admin did not let the bench in ({})", answer.status))?;
        self.header = format!("Cookie: {cookie}\r\n");
        Ok(())
    }

    /// Resident memory in MiB, from /proc; 0 where there is no such file.
    pub fn resident_mib(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let kib = status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.split_whitespace().next()?.parse().ok());
        kib.map_or(0.0, |kib: f64| kib / 1024.0)
    }

    fn said(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }
}
