//! Pages kept for visitors whom the shop knows nothing about: drawn and compressed once, sent many times.
//!
//! ```text
//! GET without a session ──▶ what has changed since the last look? ──▶ kept and current: sent as it is (or 304)
//!                                                                └──▶ drawn; kept if the handler says how long it is right
//! ```
//!
//! Two things keep it right. Only an answer that its handler has marked with [`Keep`] is kept, and only for requests
//! that carry no session, so what is kept was drawn for nobody. And no kept page is sent before everything that was
//! committed when the request came, on any node, has been looked at ([`shop::change`]): a sold last unit, a price or a
//! word is on the next page that is asked for. No page outlives the moment at which a price list begins or ends by its
//! time. [`KEPT_MS`] is a second net under that.

mod known;
mod page;

use crate::pages::CONTENT;
use crate::session;
use crate::state::AppState;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::{ACCEPT_ENCODING, CONTENT_TYPE, SET_COOKIE};
use http::{HeaderValue, Method, StatusCode};
use known::Known;
use page::Page;
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use shop::change::{self, Mark};
use shop::id::ProductId;
use shop::{Result, Shop, price_list, tax};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::Mutex;

/// No page is kept longer.
const KEPT_MS: i64 = 60_000;
/// Addresses longer than this are drawn each time: nobody links to them.
const ADDRESS_BYTES: usize = 1_024;
/// About what a page takes when compressed; a guess for the size of the table.
const PAGE_BYTES: u64 = 16 << 10;
/// Larger pages are not kept.
const PAGE_BYTES_MAX: usize = 1 << 20;

/// How long an answer is right: until one of these changes. Put into a response's extensions by its handler, for a
/// visitor without cart and log-in.
#[derive(Clone, Debug, Default)]
pub struct Keep {
    /// Products that it shows anything of.
    pub products: Vec<ProductId>,
    /// It is this product's own page.
    pub own_page_of: Option<ProductId>,
    /// It shows products that a statement has picked among all there are.
    pub picked: bool,
    /// It shows what this state of the search index has found.
    pub found_in: Option<u64>,
    /// The search that it answers, and how much was found: each time it is sent, somebody has looked for that.
    pub searched: Option<(String, usize)>,
}

pub struct PageCache {
    /// `None`: switched off.
    pages: Option<Cache<String, Arc<Page>, Bytes>>,
    /// What has changed, for as long as pages from before may be kept.
    known: RwLock<Known>,
    /// When prices change by themselves next, as of the last look that found anything: Unix milliseconds, in order.
    boundaries: RwLock<Vec<i64>>,
    /// Up to where changes were read; whoever holds it reads on.
    mark: Mutex<Option<Mark>>,
    /// Looks for changes: how many have begun, and the last one that has come back.
    begun: AtomicU64,
    done: AtomicU64,
}

#[derive(Clone)]
struct Bytes;

impl Weighter<String, Arc<Page>> for Bytes {
    fn weight(&self, key: &String, page: &Arc<Page>) -> u64 {
        (key.len() + page.bytes()) as u64
    }
}

impl PageCache {
    /// `most_bytes` 0 keeps nothing.
    pub fn new(most_bytes: u64) -> Self {
        let pages = (most_bytes > 0).then(|| {
            let estimate = usize::try_from(most_bytes / PAGE_BYTES).unwrap_or(usize::MAX).max(16);
            Cache::with_weighter(estimate, most_bytes, Bytes)
        });
        Self {
            pages,
            known: RwLock::default(),
            boundaries: RwLock::default(),
            mark: Mutex::default(),
            begun: AtomicU64::new(0),
            done: AtomicU64::new(0),
        }
    }

    /// Pages kept and bytes they take.
    pub fn size(&self) -> (usize, u64) {
        self.pages.as_ref().map_or((0, 0), |pages| (pages.len(), pages.weight()))
    }

    /// Learns of everything that was committed before this was called. Those who call at the same time share a look.
    async fn catch_up(&self, shop: &Shop) -> Result<u64> {
        let wanted = self.begun.load(Ordering::SeqCst) + 1;
        let mut mark = self.mark.lock().await;
        if self.done.load(Ordering::SeqCst) < wanted {
            let this = self.begun.fetch_add(1, Ordering::SeqCst) + 1;
            // Nothing is lost when this request is given up here: the mark moves when what it led to is known.
            if let Some(at) = mark.as_ref() {
                let mut next = at.clone();
                let changes = change::since(shop, &mut next).await?;
                if changes.everything || !changes.products.is_empty() {
                    self.look_at_the_calendar(shop).await?;
                }
                self.known.write().unwrap_or_else(PoisonError::into_inner).learn(changes);
                *mark = Some(next);
            } else {
                let now = change::now(shop).await?;
                self.look_at_the_calendar(shop).await?;
                *mark = Some(now);
            }
            self.done.store(this, Ordering::SeqCst);
        }
        drop(mark);
        Ok(self.known.read().unwrap_or_else(PoisonError::into_inner).at())
    }

    /// A list that somebody changes is a change of its products, and a tax rate one of every page, so this is read no later
    /// than a page that shows it is drawn.
    async fn look_at_the_calendar(&self, shop: &Shop) -> Result<()> {
        let now = shop.now_ms();
        let mut boundaries = price_list::boundaries(shop, now).await?;
        boundaries.extend(tax::boundaries(shop, now).await?);
        boundaries.sort_unstable();
        *self.boundaries.write().unwrap_or_else(PoisonError::into_inner) = boundaries;
        Ok(())
    }

    /// Until when a page is right that is drawn from `now` on.
    fn until(&self, now: i64) -> i64 {
        let boundaries = self.boundaries.read().unwrap_or_else(PoisonError::into_inner);
        let next = boundaries.iter().copied().find(|at| *at > now).unwrap_or(i64::MAX);
        next.min(now + KEPT_MS)
    }

    fn current(&self, state: &AppState, key: &str) -> Option<Arc<Page>> {
        let page = self.pages.as_ref()?.get(key)?;
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        page.is_current(&known, state.search.generation(), state.shop.now_ms()).then_some(page)
    }
}

/// Middleware: answers from what is kept, keeps what may be.
pub async fn keep(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let Some(key) = key(&state, &request) else { return next.run(request).await };
    let cache = &state.pages;
    let at = match cache.catch_up(&state.shop).await {
        Ok(at) => at,
        Err(error) => {
            tracing::warn!(%error, "pages are not kept while changes cannot be read");
            return next.run(request).await;
        }
    };
    if let Some(page) = cache.current(&state, &key) {
        page.count(&state, request.headers());
        return page.answer(request.headers(), true);
    }
    // Before it is drawn: a price may change while it is.
    let until = cache.until(state.shop.now_ms());
    // The key says which encoding is to come back.
    let encoding = HeaderValue::from_static(encoding(&request));
    request.headers_mut().insert(ACCEPT_ENCODING, encoding);
    let (headers, is_get) = (request.headers().clone(), request.method() == Method::GET);
    let mut response = next.run(request).await;
    let keep = response.extensions_mut().remove::<Keep>();
    let is_page = response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    let Some(keep) = keep.filter(|_| is_get && is_page && is_plain(&response)) else { return response };
    match Page::read(response, keep, at, until, &state).await {
        Ok(page) => {
            let answer = page.answer(&headers, false);
            if let Some(pages) = cache.pages.as_ref().filter(|_| page.bytes() <= PAGE_BYTES_MAX) {
                pages.insert(key, Arc::new(page));
            }
            answer
        }
        Err(response) => response,
    }
}

fn is_plain(response: &Response) -> bool {
    response.status() == StatusCode::OK && !response.headers().contains_key(SET_COOKIE)
}

/// What a kept page is found by; `None` for what is never answered from here.
fn key(state: &AppState, request: &Request) -> Option<String> {
    state.pages.pages.as_ref()?;
    let address = request.uri().path_and_query()?.as_str();
    let asks = matches!(*request.method(), Method::GET | Method::HEAD) && address.len() <= ADDRESS_BYTES;
    if !asks || !is_for_all(request.uri().path()) || session::is_carried(request.headers()) {
        return None;
    }
    let currency = session::currency(request.headers(), &state.shop);
    Some(format!("{} {} {address}", currency.code(), encoding(request)))
}

/// Pages whose handlers may mark an answer with [`Keep`]; files, the API and everybody's own pages never ask what has changed.
fn is_for_all(path: &str) -> bool {
    let is_list = path.starts_with("/c/") || path.starts_with("/collections/");
    matches!(path, "/" | "/search") || is_list || path.starts_with("/p/") || CONTENT.contains(&path)
}

/// The best that the asker takes of what the shop compresses with.
fn encoding(request: &Request) -> &'static str {
    let taken = request.headers().get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let takes = |name: &str| {
        taken.split(',').any(|one| {
            let mut parts = one.split(';').map(str::trim);
            let named = parts.next().is_some_and(|found| found.eq_ignore_ascii_case(name));
            let refused = parts.any(|part| part.strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0_f32)));
            named && !refused
        })
    };
    ["br", "gzip"].into_iter().find(|name| takes(name)).unwrap_or("identity")
}

#[cfg(test)]
mod tests {
    use super::is_for_all;

    #[test]
    fn what_is_no_page_for_all_never_asks_the_database() {
        assert!(["/", "/c/mugs", "/collections/new", "/p/cup", "/search", "/about"].into_iter().all(is_for_all));
        for path in ["/cart", "/account", "/admin", "/api/v1/search", "/media/a.webp", "/assets/shop.js", "/healthz"] {
            assert!(!is_for_all(path), "{path}");
        }
    }
}
