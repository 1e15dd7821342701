//! The shoppers' notebook: what was asked for and what was answered.

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
