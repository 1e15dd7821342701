//! Which webhooks are believed: security cases 71 to 83.

use crate::support::Site;
use hmac::{Hmac, Mac};
use reqwest::Method;
use sha2::Sha256;
use shop::clock::Clock;

const EVENT: &str = r#"{"id":"evt_1","object":"event","type":"payment_intent.succeeded","livemode":false,"created":1767225600,
    "data":{"object":{"id":"pi_1","object":"payment_intent"}}}"#;

fn signature(secret: &str, t: i64, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{t}.{body}").as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

async fn send(site: &Site, header: Option<String>, body: &str) -> u16 {
    let mut asked = site.ask(Method::POST, "/webhooks/stripe").body(body.to_owned());
    if let Some(header) = header {
        asked = asked.header("stripe-signature", header);
    }
    asked.send().await.unwrap().status().as_u16()
}

async fn stored(site: &Site) -> i64 {
    site.number("SELECT CAST(COUNT(*) AS BIGINT) FROM psp_event").await
}

over_http! {
    async fn only_what_the_provider_signed_lately_is_stored(site: Site) {
        let t = site.clock.now_ms() / 1000;
        let signed = |secret: &str, t: i64| format!("t={t},v1={}", signature(secret, t, EVENT));
        let live = EVENT.replace("\"livemode\":false", "\"livemode\":true");
        let refused = [
            (None, EVENT),
            (Some("rubbish".to_owned()), EVENT),
            (Some(format!("t={t},v1={}", "0".repeat(64))), EVENT),
            (Some(signed("whsec_new", t)), &EVENT.replace("pi_1", "pi_2")),
            (Some(signed("whsec_new", t - 301)), EVENT),
            (Some(signed("whsec_new", t + 301)), EVENT),
            (Some(format!("t={t},v0={}", signature("whsec_new", t, EVENT))), EVENT),
            (Some(signed("whsec_gone", t)), EVENT),
            (Some(format!("t={t},v1={}", signature("whsec_new", t, &live))), &live),
        ];
        for (header, body) in refused {
            assert_eq!(send(&site, header.clone(), body).await, 400, "{header:?}");
        }
        assert_eq!(stored(&site).await, 0);
    }

    async fn one_good_signature_of_several_and_both_secrets_are_enough(site: Site) {
        let t = site.clock.now_ms() / 1000;
        let good = signature("whsec_new", t, EVENT);
        assert_eq!(send(&site, Some(format!("t={t},v1={},v1={good}", "0".repeat(64))), EVENT).await, 200);
        let old = EVENT.replace("evt_1", "evt_2");
        assert_eq!(send(&site, Some(format!("t={t},v1={}", signature("whsec_old", t, &old))), &old).await, 200);
        assert_eq!(stored(&site).await, 2);
    }

    async fn the_same_event_twice_is_one(site: Site) {
        let t = site.clock.now_ms() / 1000;
        for _ in 0..2 {
            let header = format!("t={t},v1={}", signature("whsec_new", t, EVENT));
            assert_eq!(send(&site, Some(header), EVENT).await, 200);
        }
        assert_eq!(stored(&site).await, 1);
    }

    async fn what_is_signed_but_unreadable_is_kept_and_not_asked_for_again(site: Site) {
        let t = site.clock.now_ms() / 1000;
        let header = format!("t={t},v1={}", signature("whsec_new", t, "no json"));
        assert_eq!(send(&site, Some(header), "no json").await, 200);
        assert_eq!(stored(&site).await, 1);
    }

    async fn a_large_event_is_refused(site: Site) {
        assert_eq!(send(&site, Some("t=1,v1=0".into()), &"x".repeat(300 * 1024)).await, 413);
    }
}

/// As Razorpay signs: over the bytes alone.
fn razorpay_signature(secret: &str, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

const RAZORPAY_EVENT: &str =
    r#"{"event":"payment_link.paid","payload":{"payment_link":{"entity":{"id":"plink_1"}}},"created_at":1767225600}"#;

over_http! {
    async fn every_provider_has_its_own_door_and_its_own_seal(site: Site) {
        let post = async |path: &str, headers: &[(&str, String)], body: &'static str| {
            let mut asked = site.ask(Method::POST, path).body(body);
            for (name, value) in headers {
                asked = asked.header(*name, value);
            }
            asked.send().await.unwrap().status().as_u16()
        };
        let sealed = |secret: &str| [("x-razorpay-signature", razorpay_signature(secret, RAZORPAY_EVENT))];
        assert_eq!(post("/webhooks/razorpay", &sealed("rzp_gone"), RAZORPAY_EVENT).await, 400);
        assert_eq!(post("/webhooks/razorpay", &[], RAZORPAY_EVENT).await, 400);
        // Stripe's seal opens nothing at another door.
        let t = site.clock.now_ms() / 1000;
        let stripes = [("stripe-signature", format!("t={t},v1={}", signature("whsec_new", t, EVENT)))];
        assert_eq!(post("/webhooks/paypal", &stripes, EVENT).await, 400);
        assert_eq!(post("/webhooks/bank", &stripes, EVENT).await, 404);
        let forged = ["auth-algo", "cert-url", "transmission-id", "transmission-sig", "transmission-time"]
            .map(|name| (format!("paypal-{name}"), "SHA256withRSA".to_owned()));
        let forged: Vec<_> = forged.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        assert_eq!(post("/webhooks/paypal", &forged, EVENT).await, 400);
        assert_eq!(stored(&site).await, 0);
        assert_eq!(post("/webhooks/razorpay", &sealed("rzp_old"), RAZORPAY_EVENT).await, 200);
        assert_eq!(post("/webhooks/razorpay", &sealed("rzp_new"), RAZORPAY_EVENT).await, 200);
        assert_eq!(site.number("SELECT CAST(COUNT(*) AS BIGINT) FROM psp_event WHERE provider = 'razorpay'").await, 1);
    }
}
