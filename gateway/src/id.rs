//! Identifiers as the providers write them; Stripe: a prefix that names the kind, then random letters and digits.

use std::cell::RefCell;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

thread_local! {
    static SEEDED: RefCell<Option<StdRng>> = const { RefCell::new(None) };
}

/// From now on the names made on this thread follow from `seed`.
pub fn seed(seed: u64) {
    SEEDED.set(Some(StdRng::seed_from_u64(seed)));
}

/// Names made on this thread cannot be foretold again.
pub fn unseed() {
    SEEDED.set(None);
}

const CAPITALS: &[u8; 36] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// `prefix` followed by 24 random characters (142 bits).
pub fn new(prefix: &str) -> String {
    random(prefix, ALPHABET, 24)
}

/// As PayPal names what it sends: a UUID, which no merchant reads.
pub fn uuid() -> String {
    let hex = random("", b"0123456789abcdef", 30);
    format!("{}-{}-4{}-8{}-{}", &hex[..8], &hex[8..12], &hex[12..15], &hex[15..18], &hex[18..])
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
    SEEDED.with_borrow_mut(|seeded| match seeded {
        Some(dice) => fill(&mut id, alphabet, length, dice),
        None => fill(&mut id, alphabet, length, &mut rand::rng()),
    });
    id
}

fn fill(id: &mut String, alphabet: &[u8], length: usize, dice: &mut impl Rng) {
    for _ in 0..length {
        id.push(char::from(alphabet[dice.random_range(0..alphabet.len())]));
    }
}
