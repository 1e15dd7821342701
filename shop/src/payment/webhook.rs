//! Reading a signed webhook: is it from the provider, is it fresh, and which object is it about?
//!
//! The signature is checked over the raw bytes, against every `v1` value and every configured secret (secrets
//! rotate), in constant time; schemes other than `v1` are ignored. The payload is only a hint: the caller stores
//! the notice and fetches the object from the provider before believing anything.

use hmac::{Hmac, Mac};
use serde::Deserialize;
use sha2::Sha256;

use super::EventNotice;

/// How far the signed time may be from ours, in either direction.
pub const TOLERANCE_S: i64 = 300;
/// More signatures than this in one header are not read.
const SIGNATURES_MAX: usize = 16;

/// Why a webhook was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    #[error("the signature header is missing or malformed")]
    Malformed,
    #[error("no signature matches")]
    BadSignature,
    #[error("signed too long ago or in the future")]
    Stale,
    #[error("a test event on a live shop, or the reverse")]
    WrongMode,
    /// Signed by the provider and still not an event: store it with its error and answer 200, so that the
    /// provider does not send it for days.
    #[error("signed, but not an event")]
    Unreadable,
    /// The provider, who has to be asked, gave no answer: let it send the event again.
    #[error("the provider could not be asked whether it sent this")]
    Unverified,
}

/// Verifies `header` (`Stripe-Signature`) over `body` and reads the notice.
pub fn read(
    header: &str,
    body: &[u8],
    secrets: &[String],
    now_ms: i64,
    livemode: bool,
) -> Result<EventNotice, Rejection> {
    verify(header, body, secrets, now_ms)?;
    let notice = parse(body).ok_or(Rejection::Unreadable)?;
    if notice.livemode == livemode { Ok(notice) } else { Err(Rejection::WrongMode) }
}

/// Checks the signature and its age.
pub fn verify(header: &str, body: &[u8], secrets: &[String], now_ms: i64) -> Result<(), Rejection> {
    let mut signed_at = None;
    let mut signatures = Vec::new();
    for part in header.split(',') {
        match part.trim().split_once('=') {
            Some(("t", value)) if signed_at.is_none() => signed_at = Some(value),
            Some(("t", _)) => return Err(Rejection::Malformed),
            Some(("v1", value)) if signatures.len() < SIGNATURES_MAX => {
                signatures.extend(hex::decode(value).ok());
            }
            _ => {}
        }
    }
    let signed_at = signed_at.ok_or(Rejection::Malformed)?;
    let at_s: i64 = signed_at.parse().map_err(|_| Rejection::Malformed)?;
    let mut matches = false;
    for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
        mac.update(signed_at.as_bytes());
        mac.update(b".");
        mac.update(body);
        for signature in &signatures {
            matches |= mac.clone().verify_slice(signature).is_ok();
        }
    }
    if !matches {
        return Err(Rejection::BadSignature);
    }
    let age_s = now_ms.div_euclid(1000).saturating_sub(at_s);
    if age_s.saturating_abs() > TOLERANCE_S { Err(Rejection::Stale) } else { Ok(()) }
}

/// Reads an event's JSON without judging where it came from.
pub fn parse(body: &[u8]) -> Option<EventNotice> {
    let event: Event = serde_json::from_slice(body).ok()?;
    Some(event.notice())
}

#[derive(Deserialize)]
pub(super) struct Event {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    livemode: bool,
    created: i64,
    data: Data,
}

impl Event {
    pub(super) fn notice(self) -> EventNotice {
        EventNotice {
            event_id: self.id,
            kind: self.kind,
            object_id: self.data.object.id,
            livemode: self.livemode,
            created_ms: self.created.saturating_mul(1000),
        }
    }
}

#[derive(Deserialize)]
struct Data {
    object: Object,
}

#[derive(Deserialize)]
struct Object {
    id: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW_S: i64 = 1_800_000_000;
    const BODY: &str = r#"{"id":"evt_1","type":"payment_intent.succeeded","livemode":false,"created":1800000000,"data":{"object":{"id":"pi_1"}}}"#;

    fn sign(at_s: i64, body: &str, secret: &str) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(format!("{at_s}.{body}").as_bytes());
        hex::encode(mac.finalize().into_bytes())
    }

    fn check(header: &str, body: &str) -> Result<EventNotice, Rejection> {
        let secrets = ["whsec_new".to_owned(), "whsec_old".to_owned()];
        read(header, body.as_bytes(), &secrets, NOW_S * 1000, false)
    }

    #[test]
    fn only_fresh_events_signed_with_one_of_our_secrets_are_read() {
        let good = sign(NOW_S, BODY, "whsec_new");
        let old = sign(NOW_S, BODY, "whsec_old");
        let foreign = sign(NOW_S, BODY, "whsec_foreign");
        let at = |at_s: i64| format!("t={at_s},v1={}", sign(at_s, BODY, "whsec_new"));
        let table: &[(&str, String, Result<(), Rejection>)] = &[
            ("one good v1", format!("t={NOW_S},v1={good}"), Ok(())),
            ("spaces after commas", format!("t={NOW_S}, v1={good}"), Ok(())),
            ("two v1, the second good", format!("t={NOW_S},v1={foreign},v1={good}"), Ok(())),
            ("the old secret during rotation", format!("t={NOW_S},v1={old}"), Ok(())),
            ("an unknown scheme beside a good v1", format!("t={NOW_S},v9=zz,v1={good},v0=1"), Ok(())),
            ("300 seconds old", at(NOW_S - 300), Ok(())),
            ("301 seconds old", at(NOW_S - 301), Err(Rejection::Stale)),
            ("301 seconds in the future", at(NOW_S + 301), Err(Rejection::Stale)),
            ("a time out of range", format!("t={},v1={good}", "9".repeat(30)), Err(Rejection::Malformed)),
            ("no header", String::new(), Err(Rejection::Malformed)),
            ("no time", format!("v1={good}"), Err(Rejection::Malformed)),
            ("two times", format!("t=1,t={NOW_S},v1={good}"), Err(Rejection::Malformed)),
            ("a time that is not a number", format!("t=now,v1={good}"), Err(Rejection::Malformed)),
            ("only v0", format!("t={NOW_S},v0={good}"), Err(Rejection::BadSignature)),
            ("a foreign secret", format!("t={NOW_S},v1={foreign}"), Err(Rejection::BadSignature)),
            ("a truncated signature", format!("t={NOW_S},v1={}", &good[..62]), Err(Rejection::BadSignature)),
            ("an empty signature", format!("t={NOW_S},v1="), Err(Rejection::BadSignature)),
            ("another time than was signed", format!("t={},v1={good}", NOW_S - 1), Err(Rejection::BadSignature)),
        ];
        for (case, header, expected) in table {
            assert_eq!(check(header, BODY).map(|_| ()), *expected, "{case}");
        }
    }

    #[test]
    fn one_changed_byte_spoils_the_signature() {
        let header = format!("t={NOW_S},v1={}", sign(NOW_S, BODY, "whsec_new"));
        assert_eq!(check(&header, &BODY.replace("pi_1", "pi_2")), Err(Rejection::BadSignature));
    }

    #[test]
    fn a_removed_secret_and_an_empty_secret_open_nothing() {
        let old = format!("t={NOW_S},v1={}", sign(NOW_S, BODY, "whsec_old"));
        let empty = format!("t={NOW_S},v1={}", sign(NOW_S, BODY, ""));
        for (header, secrets) in [(old, vec!["whsec_new".to_owned()]), (empty, vec![String::new()])] {
            assert_eq!(verify(&header, BODY.as_bytes(), &secrets, NOW_S * 1000), Err(Rejection::BadSignature));
        }
    }

    #[test]
    fn the_mode_must_match_and_junk_is_told_apart_from_forgery() {
        let sealed = |body: &str| format!("t={NOW_S},v1={}", sign(NOW_S, body, "whsec_new"));
        let live = BODY.replace("\"livemode\":false", "\"livemode\":true");
        assert_eq!(check(&sealed(&live), &live), Err(Rejection::WrongMode));
        for junk in ["", "{", "[]", r#"{"id":"evt_1"}"#, "<html>"] {
            assert_eq!(check(&sealed(junk), junk), Err(Rejection::Unreadable), "{junk}");
        }
        let notice = check(&sealed(BODY), BODY).unwrap();
        assert_eq!((notice.event_id.as_str(), notice.object_id.as_str()), ("evt_1", "pi_1"));
        assert_eq!(notice.kind, "payment_intent.succeeded");
    }
}
