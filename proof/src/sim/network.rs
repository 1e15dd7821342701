//! Between the shop, the gateway and the browsers: what arrives, what does not, and when.

use super::agenda::Act;
use super::shopper::Letter;
use super::world::{GATEWAY, World};
use async_trait::async_trait;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use bytes::Bytes;
use gateway::{Parcel, Said};
use shop::mail::{Mailer, Message};
use shop::payment::webhook::Rejection;
use shop::payment::{Carrier, Reply, webhook_received};
use shop::{Error, Shop};
use std::sync::Arc;
use std::time::Duration;

/// As the shop's own client.
const CALL_TIMEOUT: Duration = Duration::from_secs(10);
/// A call's way, one direction, milliseconds.
const WAY_MS: (u64, u64) = (1, 120);

/// A call to the gateway.
#[derive(Clone, Debug)]
pub struct Call {
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Bytes,
}

/// The shop's connection to its providers.
pub struct Link(pub Arc<World>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Arrives,
    Refused,
    LostThere,
    Late,
    LostBack,
}

#[async_trait]
impl Carrier for Link {
    async fn carry(&self, request: reqwest::Request) -> Reply {
        let world = &self.0;
        let url = request.url();
        let path = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
        let body = request.body().and_then(|body| body.as_bytes()).map(Bytes::copy_from_slice).unwrap_or_default();
        let call = Call { method: request.method().clone(), path, headers: request.headers().clone(), body };
        let fate = world.fate();
        world.lock().tally.calls += 1;
        world.note(format_args!("{} {} {fate:?}", call.method, call.path));
        if fate != Fate::Arrives {
            world.lock().tally.faults += 1;
        }
        world.step().await;
        world.pause(WAY_MS.0, WAY_MS.1).await;
        match fate {
            Fate::Refused => return Reply::Unreachable("connection refused".into()),
            Fate::LostThere => tokio::time::sleep(CALL_TIMEOUT).await,
            Fate::Late => {
                world.later(world.between(10_000, 240_000), Act::Late(call));
                tokio::time::sleep(CALL_TIMEOUT).await;
            }
            Fate::Arrives | Fate::LostBack => {
                let said = tokio::time::timeout(CALL_TIMEOUT, world.gateway.call(call.request())).await;
                world.collect();
                // The gateway has done what it does: to die here loses the answer.
                world.step().await;
                world.pause(WAY_MS.0, WAY_MS.1).await;
                match said {
                    Ok(Said::Answer { status, retry_after_s, is_replay, body, .. }) if fate == Fate::Arrives => {
                        world.note(format_args!("answered {status}"));
                        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                        return Reply::Answer { status, retry_after_s, is_replay, body: body.to_vec() };
                    }
                    Ok(Said::BrokeOff) => {
                        world.note("the answer broke off");
                        return Reply::Lost("connection reset".into());
                    }
                    Ok(Said::Answer { .. }) => tokio::time::sleep(CALL_TIMEOUT).await,
                    Err(_) => {}
                }
            }
        }
        world.note("no answer in time");
        Reply::Lost("operation timed out".into())
    }
}

impl Call {
    fn request(&self) -> Request<Body> {
        let mut request = Request::new(Body::from(self.body.clone()));
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.path.parse().expect("a path that came out of an address");
        *request.headers_mut() = self.headers.clone();
        request
    }
}

impl World {
    fn fate(&self) -> Fate {
        let now = self.time.now_ms();
        let (odds, is_out) = {
            let inner = self.lock();
            (inner.odds, inner.outage_until > now)
        };
        for (chance, fate) in [
            (if is_out { 0.5 } else { odds.refused }, Fate::Refused),
            (if is_out { 0.9 } else { odds.lost_there }, Fate::LostThere),
            (odds.late, Fate::Late),
            (odds.lost_back, Fate::LostBack),
        ] {
            if self.roll(chance) {
                return fate;
            }
        }
        Fate::Arrives
    }

    /// A call that its caller has long forgotten.
    pub async fn arrive_late(&self, call: Call) {
        self.note(format_args!("late: {} {}", call.method, call.path));
        // Nobody hears the answer; a mood that lets its caller wait ends here too.
        let _ = tokio::time::timeout(CALL_TIMEOUT, self.gateway.call(call.request())).await;
        self.collect();
    }

    /// What a shopper's browser sends to the gateway's pages; whatever it is answered, the shop has to find out.
    pub async fn browse(&self, path: &str, form: &[(&str, &str)], authorization: Option<String>) {
        let path = path.strip_prefix(GATEWAY).unwrap_or(path);
        self.note(format_args!("browser: {path} {form:?}"));
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/x-www-form-urlencoded"));
        if let Some(value) = authorization.and_then(|text| text.parse().ok()) {
            headers.insert(header::AUTHORIZATION, value);
        }
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let call = Call { method: Method::POST, path: path.to_owned(), headers, body: body.into() };
        let _ = tokio::time::timeout(CALL_TIMEOUT, self.gateway.call(call.request())).await;
        self.collect();
    }

    /// Webhooks, one after the other, each as often as it is sent.
    pub async fn deliver(&self, shop: &Shop, parcels: Vec<Parcel>) {
        self.lock().on_their_way.extend(parcels.iter().map(|parcel| parcel.number));
        for parcel in parcels {
            let lost = self.lock().odds.webhook_lost;
            let mut accepted = false;
            for _ in 0..parcel.copies {
                if self.roll(lost) {
                    self.fault(format_args!("webhook {} lost", parcel.number));
                } else {
                    accepted |= self.receive(shop, &parcel).await;
                }
            }
            let mut inner = self.lock();
            inner.tally.webhooks += 1;
            inner.on_their_way.remove(&parcel.number);
            drop(inner);
            self.gateway.delivered(parcel.number, accepted);
        }
    }

    /// As the shop's route for webhooks: verified, stored, answered.
    async fn receive(&self, shop: &Shop, parcel: &Parcel) -> bool {
        let name = parcel.url.rsplit('/').next().unwrap_or_default();
        let mut headers = HeaderMap::new();
        for (name, value) in &parcel.headers {
            if let (Ok(name), Ok(value)) = (name.parse::<header::HeaderName>(), value.parse()) {
                headers.insert(name, value);
            }
        }
        let Ok(provider) = shop.payments.by_name(name) else { return false };
        let read = provider.read_webhook(&headers, &parcel.body, shop.clock.now_ms()).await;
        self.note(format_args!("webhook {} of {name}: {:?}", parcel.number, read.as_ref().map(|it| &it.kind)));
        match read {
            Ok(notice) => {
                let text = String::from_utf8_lossy(&parcel.body);
                match webhook_received(shop, provider.name(), &notice, &text).await {
                    Ok(_) => true,
                    Err(error) => {
                        self.failed("a webhook", &error);
                        false
                    }
                }
            }
            Err(Rejection::Unreadable) => {
                self.wrong(format!("webhook {} cannot be read", parcel.number));
                false
            }
            Err(_) => false,
        }
    }

    /// Notes an error of the shop. One that names a bug is wrong, whenever it comes.
    pub fn failed(&self, what: &str, error: &Error) {
        if let Error::Internal(why) = error {
            self.wrong(format!("{what}: {why}"));
        } else {
            self.note(format_args!("{what}: {error}"));
        }
    }
}

/// Takes the shop's mail.
pub struct Mail(pub Arc<World>);

#[async_trait]
impl Mailer for Mail {
    async fn send(&self, _from: &str, message: &Message) -> Result<(), String> {
        let chance = self.0.lock().odds.mail_fails;
        let fails = self.0.roll(chance);
        self.0.note(format_args!(
            "mail {} {}: {}",
            message.id,
            message.subject,
            if fails { "refused" } else { "taken" }
        ));
        if fails {
            self.0.lock().tally.faults += 1;
            return Err("the mail server is busy".into());
        }
        if let Some(letter) = Letter::of(message) {
            self.0.put_in_letterbox(letter);
        }
        Ok(())
    }
}
