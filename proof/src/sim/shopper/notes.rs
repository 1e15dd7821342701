//! The shoppers' notebook: what was asked for and what was answered.

use shop::Error;
use shop::checkout::Placed;
use shop::invariant::client::Told;

/// Whether nothing more is to be expected for this key: a final answer came, or the shop has refused before it began.
pub fn is_over(told: &[Told], key: &str) -> bool {
    let mut answers = told.iter().filter(|told| told.key == key).peekable();
    let mut began = false;
    let mut refused = false;
    while let Some(told) = answers.next() {
        if told.is_final {
            return true;
        }
        began |= matches!(told.status, 200 | 202);
        refused = answers.peek().is_none() && matches!(told.status, 409 | 422) && told.body != "in_progress";
    }
    refused && !began
}

/// Written down before there is an answer: perhaps none will come.
pub fn asked_for(key: &str) -> Told {
    Told { key: key.to_owned(), status: 0, is_final: false, number: None, body: String::new() }
}

/// The answer as an HTTP client would have it.
pub fn told(key: &str, answer: &shop::Result<Placed>) -> Told {
    let (status, is_final, number, body) = match answer {
        Ok(Placed::Order { number, .. }) => (201, true, Some(number.clone()), number.clone()),
        Ok(Placed::Pending { .. }) => (202, false, None, String::new()),
        Ok(_) => (200, false, None, String::new()),
        Err(error) => {
            let is_final = matches!(error, Error::Declined { .. } | Error::Conflict { code: "checkout_expired", .. });
            (error.status(), is_final, None, error.problem().code)
        }
    };
    Told { key: key.to_owned(), status, is_final, number, body }
}
