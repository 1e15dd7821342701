//! Rate limits, when they are asked for.

use gateway::Config;

use crate::support::{Sandbox, code, config, read};

#[tokio::test]
async fn calls_beyond_the_limit_are_refused_until_the_bucket_fills() {
    let rate_limit = Some("4/2".parse().unwrap());
    let sandbox = Sandbox::with(Config { rate_limit, ..config() }).await;
    let ask = async |path: &str| {
        let answer = sandbox.http().get(sandbox.url(path)).bearer_auth("sk_test_mercer_sandbox").send().await.unwrap();
        let header = |name| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        (answer.status().as_u16(), header("stripe-rate-limited-reason"), header("retry-after"))
    };
    let refused = |reason: &str| (429, Some(reason.to_owned()), Some("1".to_owned()));
    for _ in 0..2 {
        assert_eq!(ask("/v1/refunds").await, (200, None, None));
    }
    assert_eq!(ask("/v1/refunds").await, refused("endpoint-rate"));
    for _ in 0..2 {
        assert_eq!(ask("/v1/events").await.0, 200);
    }
    assert_eq!(ask("/v1/customers").await, refused("global-rate"));
    let body = read(sandbox.http().get(sandbox.url("/v1/customers")).bearer_auth("sk_test_mercer_sandbox")).await;
    assert_eq!(code(&body), (429, "rate_limit"));
    sandbox.advance(1000).await;
    assert_eq!(ask("/v1/refunds").await.0, 200);
}

#[tokio::test]
async fn a_refused_call_leaves_its_key_alone() {
    let rate_limit = Some("1/1".parse().unwrap());
    let sandbox = Sandbox::with(Config { rate_limit, ..config() }).await;
    let new = [("amount", "1999"), ("currency", "eur")];
    assert_eq!(sandbox.post_with_key("/v1/payment_intents", "a", &new).await.0.0, 200);
    assert_eq!(sandbox.post_with_key("/v1/payment_intents", "b", &new).await.0.0, 429);
    sandbox.advance(1000).await;
    let (answer, replayed) = sandbox.post_with_key("/v1/payment_intents", "b", &new).await;
    assert_eq!((answer.0, replayed), (200, false));
}
