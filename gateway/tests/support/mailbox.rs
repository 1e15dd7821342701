//! An address that only keeps what is posted to it.

use axum::Router;
use axum::http::HeaderMap;
use axum::routing::post;
use tokio::sync::mpsc;

/// Its URL and the postings.
pub async fn mailbox() -> (String, mpsc::UnboundedReceiver<(HeaderMap, String)>) {
    let (keep, kept) = mpsc::unbounded_channel();
    let app = Router::new().route(
        "/",
        post(move |headers: HeaderMap, body: String| async move {
            keep.send((headers, body)).unwrap();
        }),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    (url, kept)
}
