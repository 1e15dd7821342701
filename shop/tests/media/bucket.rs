//! Pictures in an S3 bucket: an imitation of such a store that works signatures out by itself and refuses wrong ones.

use super::{alone, draw_all, file, mug, shown};
use crate::catalogue::edit::anna;
use crate::support::{TestShop, picture};
use axum::body::Bytes;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use shop::Shop;
use shop::catalogue::edit;
use shop::media::{Bucket, Media, Queue, UrlStyle, queue};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

const KEY: &str = "AKIAIOSFODNN7EXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const REGION: &str = "eu-central-1";

#[derive(Default)]
struct Imitation {
    objects: Mutex<BTreeMap<String, (String, Bytes)>>,
    asked: Mutex<Vec<String>>,
    is_down: Mutex<bool>,
}

/// The signature of an address by AWS Signature Version 4, written from its documentation: everything in the query but the
/// signature itself, the named headers, and no body.
fn signature(method: &str, uri: &Uri, headers: &HeaderMap, secret: &str) -> Option<String> {
    let query = uri.query()?;
    let mut pairs: Vec<&str> = query.split('&').filter(|pair| !pair.starts_with("X-Amz-Signature=")).collect();
    pairs.sort_unstable();
    let value = |name: &str| pairs.iter().find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    let credential = value("X-Amz-Credential")?.replace("%2F", "/");
    let scope = credential.split_once('/')?.1;
    let signed = value("X-Amz-SignedHeaders")?.replace("%3B", ";");
    let header = |name: &str| Some(format!("{name}:{}\n", headers.get(name)?.to_str().ok()?.trim()));
    let named = signed.split(';').map(header).collect::<Option<String>>()?;
    let (path, query) = (uri.path(), pairs.join("&"));
    let canonical = format!("{method}\n{path}\n{query}\n{named}\n{signed}\nUNSIGNED-PAYLOAD");
    let date = value("X-Amz-Date")?;
    let text = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{}", hex::encode(Sha256::digest(canonical)));
    let mac = |key: &[u8], text: &str| {
        let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
        mac.update(text.as_bytes());
        mac.finalize().into_bytes().to_vec()
    };
    let start = format!("AWS4{secret}").into_bytes();
    let key = scope.split('/').fold(start, |key, part| mac(&key, part));
    Some(hex::encode(mac(&key, &text)))
}

#[test]
fn the_imitation_agrees_with_the_documentations_example() {
    let uri: Uri = "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host".parse().unwrap();
    let headers = HeaderMap::from_iter([(axum::http::header::HOST, "examplebucket.s3.amazonaws.com".parse().unwrap())]);
    let expected = "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
    assert_eq!(signature("GET", &uri, &headers, SECRET).as_deref(), Some(expected));
}

async fn answer(
    State(store): State<Arc<Imitation>>,
    method: Method,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    store.asked.lock().unwrap().push(format!("{method} {}", uri.path()));
    if *store.is_down.lock().unwrap() {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let sent = uri.query().and_then(|query| query.split('&').find_map(|pair| pair.strip_prefix("X-Amz-Signature=")));
    let right = signature(method.as_str(), &uri, &headers, SECRET);
    if sent.is_none() || sent != right.as_deref() {
        return (StatusCode::FORBIDDEN, "<Error><Code>SignatureDoesNotMatch</Code></Error>").into_response();
    }
    let Some(key) = uri.path().strip_prefix("/pictures/") else { return StatusCode::NOT_FOUND.into_response() };
    let mut objects = store.objects.lock().unwrap();
    match method {
        Method::PUT => {
            let kind = headers["content-type"].to_str().unwrap().to_owned();
            objects.insert(key.to_owned(), (kind, body));
            StatusCode::OK.into_response()
        }
        _ => match objects.get(key) {
            Some((kind, body)) => ([("content-type", kind.clone())], body.clone()).into_response(),
            None => (StatusCode::NOT_FOUND, "<Error><Code>NoSuchKey</Code></Error>").into_response(),
        },
    }
}

/// The imitation on a port of its own, and its address.
async fn imitation() -> (Arc<Imitation>, String) {
    let store = Arc::new(Imitation::default());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let router = axum::Router::new()
        .fallback(answer)
        .layer(axum::extract::DefaultBodyLimit::max(64 * 1024 * 1024))
        .with_state(store.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (store, address)
}

fn over(shop: &Shop, address: &str, secret: &str) -> Shop {
    let bucket = Bucket::new(address, UrlStyle::Path, "pictures", REGION, KEY, secret).unwrap();
    Shop { media: Media::in_bucket(shop.media.folder.as_path(), bucket), ..shop.clone() }
}

on_both_engines! {
    async fn originals_and_sizes_live_in_a_bucket(t: TestShop) {
        let (shop, folder) = alone(&t);
        let (store, address) = imitation().await;
        let shop = over(&shop, &address, SECRET);
        let id = mug(&shop).await;
        let added = edit::add_picture(&shop, &anna(), id, picture::jpeg(700, 500), "").await.unwrap();
        assert_eq!(draw_all(&shop).await, 1);
        let picture = shown(&shop).await;
        let drawn = picture.drawn.clone().unwrap();
        let kinds: BTreeMap<String, String> =
            store.objects.lock().unwrap().iter().map(|(key, (kind, _))| (format!("/media/{key}"), kind.clone())).collect();
        assert_eq!(kinds.len(), 5, "{kinds:?}");
        assert_eq!(kinds[&added.url], "image/jpeg");
        assert_eq!(kinds[&drawn.webp(&added.url, 320)], "image/webp");
        let (wide, ..) = picture::decoded(&file(&shop, &drawn.webp(&added.url, 320)).await);
        assert_eq!(wide, 320);
        // Nothing on this machine's disk, and no key that was not given out is asked for.
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        let asked = store.asked.lock().unwrap().len();
        assert!(shop.media.open("../secret").await.is_err());
        assert_eq!(store.asked.lock().unwrap().len(), asked);
        let absent = format!("{}.jpg", "0".repeat(32));
        assert!(matches!(shop.media.open(&absent).await, Err(shop::Error::NotFound(_))));
    }

    async fn a_store_that_is_away_is_waited_for(t: TestShop) {
        let (shop, _folder) = alone(&t);
        let (store, address) = imitation().await;
        let shop = over(&shop, &address, SECRET);
        let id = mug(&shop).await;
        edit::add_picture(&shop, &anna(), id, picture::jpeg(400, 300), "").await.unwrap();
        *store.is_down.lock().unwrap() = true;
        draw_all(&shop).await;
        assert_eq!(queue(&shop).await.unwrap(), Queue { waiting: 1, drawn: 0, failed: 0 });
        // What cannot be stored is not hung up either.
        let error = edit::add_picture(&shop, &anna(), id, picture::jpeg(401, 300), "").await.unwrap_err();
        assert_eq!(error.status(), 503);
        assert_eq!(t.number("SELECT COUNT(*) FROM picture").await, 1);
        *store.is_down.lock().unwrap() = false;
        t.clock.advance(60_000);
        assert_eq!(draw_all(&shop).await, 1);
        assert_eq!(queue(&shop).await.unwrap().drawn, 1);
    }

    async fn a_wrong_secret_stores_nothing(t: TestShop) {
        let (shop, _folder) = alone(&t);
        let (store, address) = imitation().await;
        let shop = over(&shop, &address, "another secret");
        let error = shop.media.take_in(picture::png(30, 20)).await.unwrap_err();
        assert!(error.to_string().contains("SignatureDoesNotMatch"), "{error}");
        assert!(!error.to_string().contains("another secret"));
        assert!(store.objects.lock().unwrap().is_empty());
    }
}
