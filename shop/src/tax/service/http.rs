//! A service that is asked over HTTP, in JSON: docs/tax-service.md.

use super::{ServiceAnswer, ServiceQuestion, TaxService};
use crate::payment::http::{Http, Wire, read};
use crate::payment::{Guard, Outcome, RateLimit};
use reqwest::{Method, header};
use std::time::Duration;

/// A shopper waits for it.
const TIMEOUT: Duration = Duration::from_secs(2);

/// One service; a guard leaves it alone while it does not answer.
pub struct HttpService {
    http: Http,
    guard: Guard,
    bearer: header::HeaderValue,
}

impl HttpService {
    /// A service whose questions are posted to `url`, with `key` as the bearer token.
    ///
    /// # Errors
    /// A sentence for whoever configures it.
    pub fn new(url: &str, key: &str) -> Result<Self, String> {
        let mut bearer = header::HeaderValue::from_str(&format!("Bearer {key}"))
            .map_err(|_| "the tax service's key has characters that no key has".to_owned())?;
        bearer.set_sensitive(true);
        Ok(Self { http: Http::new(Wire::to(url)?, url), guard: Guard::new(RateLimit::NONE), bearer })
    }
}

#[async_trait::async_trait]
impl TaxService for HttpService {
    async fn rates(&self, question: &ServiceQuestion) -> Result<ServiceAnswer, String> {
        let body = serde_json::to_vec(question).map_err(|error| error.to_string())?;
        let send = || {
            let request = self
                .http
                .request(Method::POST, "")
                .timeout(TIMEOUT)
                .header(header::AUTHORIZATION, self.bearer.clone())
                .header(header::CONTENT_TYPE, "application/json")
                .body(body.clone());
            self.http.send(request)
        };
        // An answer to another question is none, and a sign of a service that is broken.
        let fitting = |outcome| match outcome {
            Outcome::Done(answer) if !ServiceAnswer::fits(&answer, question) => {
                Outcome::Unknown("the answer does not fit the question".to_owned())
            }
            told => told,
        };
        match self.guard.call("rates", send, |reply| fitting(read(reply, |_, _| None))).await {
            Outcome::Done(answer) => Ok(answer),
            Outcome::Refused(refusal) => Err(format!("{} {}", refusal.code, refusal.message)),
            Outcome::Unknown(why) => Err(why),
        }
    }
}
