//! Identifiers as the providers write them; Stripe: a prefix that names the kind, then random letters and digits.

use rand::Rng;

const CAPITALS: &[u8; 36] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// `prefix` followed by 24 random characters (142 bits).
pub fn new(prefix: &str) -> String {
    random(prefix, ALPHABET, 24)
}

/// As PayPal writes them: 17 capital letters and digits (87 bits).
pub fn capitals() -> String {
    random("", CAPITALS, 17)
}

/// As Razorpay writes them: a prefix that names the kind, then 14 letters and digits (83 bits).
pub fn short(prefix: &str) -> String {
    random(prefix, ALPHABET, 14)
}

fn random(prefix: &str, alphabet: &[u8], length: usize) -> String {
    let mut id = String::with_capacity(prefix.len() + length);
    id.push_str(prefix);
    let mut rng = rand::rng();
    for _ in 0..length {
        id.push(char::from(alphabet[rng.random_range(0..alphabet.len())]));
    }
    id
}
