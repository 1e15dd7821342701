//! A card as a form sends it.

use serde::{Deserialize, Serialize};

use crate::card::{Card, CardFault, year_and_month};

/// Longer input is not a card.
const FIELD_MAX: usize = 100;

#[derive(Clone, Default, Deserialize)]
pub struct Typed {
    #[serde(default)]
    pub number: String,
    /// "MM / YY", with or without the slash.
    #[serde(default)]
    pub expiry: String,
    #[serde(default)]
    pub cvc: String,
    #[serde(default)]
    pub name: String,
}

/// A fault at a field of the form.
#[derive(Clone, Copy, Serialize)]
pub struct Fault {
    /// `number`, `expiry` or `cvc`.
    pub field: &'static str,
    pub code: &'static str,
    pub message: &'static str,
}

impl Typed {
    pub fn read(&self, now_s: i64) -> Result<Card, Fault> {
        if [&self.number, &self.expiry, &self.cvc].into_iter().any(|field| field.len() > FIELD_MAX) {
            return Err(Fault { field: "number", code: "incorrect_number", message: "Your card number is invalid." });
        }
        let (month, year) = split_expiry(&self.expiry);
        Card::read(&self.number, &month, &year, &self.cvc, year_and_month(now_s)).map_err(|fault| {
            let CardFault { code, field, message } = fault;
            Fault { field: if field.starts_with("exp") { "expiry" } else { field }, code, message }
        })
    }

    /// The name on the card, cut to what is kept.
    pub fn holder(&self) -> Option<String> {
        let name: String = self.name.trim().chars().take(FIELD_MAX).collect();
        (!name.is_empty()).then_some(name)
    }
}

fn split_expiry(text: &str) -> (String, String) {
    if let Some((month, year)) = text.split_once('/') {
        return (month.trim().to_owned(), year.trim().to_owned());
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let (month, year) = digits.split_at(digits.len().min(2));
    (month.to_owned(), year.to_owned())
}

#[cfg(test)]
mod tests {
    use super::split_expiry;

    #[test]
    fn an_expiry_can_be_typed_in_any_usual_way() {
        for text in ["09 / 30", "09/30", "0930", "09 30"] {
            assert_eq!(split_expiry(text), ("09".to_owned(), "30".to_owned()), "{text}");
        }
        assert_eq!(split_expiry("9/2030"), ("9".to_owned(), "2030".to_owned()));
        assert_eq!(split_expiry(""), (String::new(), String::new()));
    }
}
