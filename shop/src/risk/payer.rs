//! Who pays, as far as it is known, and how often that was declined of late.

use crate::address::Address;
use crate::db::Read;
use crate::setting::DeclineLimits;
use crate::{Error, Result, Shop, args};
use sha2::{Digest, Sha256};
use std::net::{IpAddr, Ipv6Addr};

/// How long a declined payment counts.
const WINDOW_MS: i64 = 60 * 60_000;
/// Empty is what is not known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Payer {
    /// E-mail address in lower case.
    pub buyer: String,
    pub place: String,
    pub network: String,
}

impl Payer {
    /// `network_address` as text; of an IPv6 address its network of 64 bits, because a host has all of it.
    pub fn new(email: &str, address: &Address, network_address: &str) -> Self {
        let parts = [&address.country, &address.postal_code, &address.city, &address.line1, &address.line2];
        let written = parts.map(|part| part.to_lowercase().split_whitespace().collect::<String>()).join("|");
        let network = match network_address.parse() {
            Ok(IpAddr::V6(v6)) => Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX)).to_string(),
            _ => network_address.to_owned(),
        };
        Self {
            buyer: email.trim().to_lowercase(),
            place: digest(&written),
            network: if network.is_empty() { network } else { digest(&network) },
        }
    }
}

/// Not to be read by people; equal for equal texts.
fn digest(text: &str) -> String {
    hex::encode(&Sha256::digest(text)[..16])
}

/// Declined payments of the last hour, and when the first of them was.
struct Declined {
    count: i64,
    oldest: i64,
}

/// By card, buyer, place and network.
async fn declined(db: &mut impl Read, payer: &Payer, card: &str, now: i64) -> Result<[Declined; 4]> {
    const SQL: &str = "SELECT 0, COUNT(*), CAST(COALESCE(MIN(outcome_at), 0) AS BIGINT) FROM payment_attempt
          WHERE state = 'declined' AND pm_token = $1 AND pm_token <> '' AND outcome_at > $5
        UNION ALL SELECT 1, COUNT(*), CAST(COALESCE(MIN(outcome_at), 0) AS BIGINT) FROM payment_attempt
          WHERE state = 'declined' AND buyer = $2 AND buyer <> '' AND outcome_at > $5
        UNION ALL SELECT 2, COUNT(*), CAST(COALESCE(MIN(outcome_at), 0) AS BIGINT) FROM payment_attempt
          WHERE state = 'declined' AND place = $3 AND place <> '' AND outcome_at > $5
        UNION ALL SELECT 3, COUNT(*), CAST(COALESCE(MIN(outcome_at), 0) AS BIGINT) FROM payment_attempt
          WHERE state = 'declined' AND network = $4 AND network <> '' AND outcome_at > $5";
    let values = args![card, &payer.buyer, &payer.place, &payer.network, now - WINDOW_MS];
    let rows: Vec<(i32, i64, i64)> = db.fetch_all(SQL, values).await?;
    Ok([0, 1, 2, 3].map(|kind| {
        let row = rows.iter().find(|row| row.0 == kind);
        row.map_or(Declined { count: 0, oldest: 0 }, |row| Declined { count: row.1, oldest: row.2 })
    }))
}

/// How often payments of this buyer, to this place or from this network were declined in the last hour, the most of them.
///
/// # Errors
/// `TooMany` when a limit is used up, also of the card `card` (a payment-method token, empty when it is not known here).
pub(crate) async fn may_pay(shop: &Shop, payer: &Payer, card: &str) -> Result<i64> {
    let now = shop.now_ms();
    let declined = declined(&mut &shop.db, payer, card, now).await?;
    let DeclineLimits { card, buyer, place, network } = shop.settings.declines;
    for (found, most) in declined.iter().zip([card, buyer, place, network]) {
        if most > 0 && found.count >= most {
            let left_ms = found.oldest + WINDOW_MS - now;
            return Err(Error::TooMany { retry_after_s: u64::try_from(left_ms / 1000 + 1).unwrap_or(1) });
        }
    }
    Ok(declined[1..].iter().map(|found| found.count).max().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_place_and_one_network_are_known_however_they_are_written() {
        let address = |line1: &str, city: &str| Address {
            line1: line1.into(),
            city: city.into(),
            country: "DE".into(),
            postal_code: "10115".into(),
            ..Address::default()
        };
        let of = |line1, city, network| Payer::new(" A@Example.com", &address(line1, city), network);
        let one = of("Invaliden Str. 1", "Berlin", "2001:db8:1:2:3::4");
        assert_eq!(one, of("invalidenstr. 1", "BERLIN", "2001:db8:1:2:ffff::1"));
        assert_eq!(one.buyer, "a@example.com");
        assert_ne!(one.place, of("Invalidenstr. 2", "Berlin", "").place);
        assert_ne!(one.network, of("", "", "2001:db8:1:3::4").network);
        assert_eq!(of("", "", "").network, "");
    }
}
