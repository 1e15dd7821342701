//! The shoppers' notebook: what they were told, line by line, in a file that no shop ever reads. A line is written before
//! a request is sent and after its answer is here; what stands in it counts as acknowledged.

use serde::{Deserialize, Serialize};
use shop::checkout::{PlaceOrder, Placed};
use shop::id::CartId;
use shop::invariant::client::Told;
use shop::{Error, Result};
use std::io::Write;
use std::path::Path;
use std::sync::Mutex;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "snake_case")]
pub enum Line {
    /// The cart was changed and this is its version.
    Cart { cart_id: CartId, version: i64 },
    /// About to be sent: the same again after a break.
    Sent(Sent),
    /// The answer.
    Told(Told),
    /// The merchant was told that this refund is written down.
    Refund { reason: String },
    /// The merchant was told that this order is cancelled.
    Cancel { number: String },
}

/// A request to place an order.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Sent {
    pub shopper: usize,
    pub cart_id: CartId,
    pub order: PlaceOrder,
    /// Whether the shopper pays in the page, if it comes to that.
    pub pays: bool,
}

pub struct Notebook(Mutex<std::fs::File>);

impl Notebook {
    /// Goes on after the last line.
    pub fn open(path: &Path) -> std::io::Result<Self> {
        Ok(Self(Mutex::new(std::fs::OpenOptions::new().create(true).append(true).open(path)?)))
    }

    /// Writes one line in one piece.
    pub fn write(&self, line: &impl Serialize) -> Result<()> {
        let text = serde_json::to_string(line)? + "\n";
        let mut file = self.0.lock().map_err(|error| Error::Internal(error.to_string()))?;
        file.write_all(text.as_bytes()).map_err(|error| Error::Internal(error.to_string()))
    }
}

/// Every whole line; none when nothing was written yet.
pub fn read<L: for<'l> Deserialize<'l>>(path: &Path) -> std::result::Result<Vec<L>, String> {
    let text = match std::fs::read_to_string(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other.map_err(|error| error.to_string())?,
    };
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    whole.lines().map(serde_json::from_str).collect::<std::result::Result<_, _>>().map_err(|error| error.to_string())
}

/// The answer as an HTTP client would have it.
pub fn told(key: &str, answer: &Result<Placed>) -> Told {
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
