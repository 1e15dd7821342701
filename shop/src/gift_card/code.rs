//! Codes of gift cards: how they are made, and one way to write one.

use crate::secret;
use unicode_normalization::UnicodeNormalization;

/// Crockford's base 32: nothing that is read as something else.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Five bits each.
const CHARS: usize = 16;

/// A new code, as people read it: "7KQ2-M9XA-0B3C-ZZ41".
pub(super) fn generate() -> String {
    let random: [u8; CHARS] = crate::chance::bytes();
    let plain: Vec<char> = random.iter().map(|byte| char::from(ALPHABET[usize::from(byte & 31)])).collect();
    plain.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// A code as it is compared: compatibility forms made plain, capitals, no spaces and dashes, O as 0, I and L as 1. `None` for
/// what cannot be one.
pub fn normalised(typed: &str) -> Option<String> {
    // More than any way to write a code needs: nothing long is looked at.
    if typed.len() > 16 * CHARS {
        return None;
    }
    let plain: String = typed.nfkc().flat_map(char::to_uppercase).collect();
    let is_dash = |c: char| matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}');
    let code: String = plain
        .nfkc()
        .filter(|c| !c.is_whitespace() && !is_dash(*c))
        .map(|c| match c {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect();
    let is_code = code.len() == CHARS && code.bytes().all(|byte| ALPHABET.contains(&byte));
    is_code.then_some(code)
}

/// What is stored of a normalised code. It has 80 random bits, so one round of SHA-256 is enough to keep it.
pub(crate) fn hash(code: &str) -> String {
    secret::hash_token(code)
}

/// By which people tell their cards apart.
pub(super) fn last_four(code: &str) -> String {
    code[code.len() - 4..].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_to_write_a_code_are_one_code() {
        for typed in [
            "7KQ2-M9XA-0B1C-ZZ41",
            " 7kq2 m9xa ob1c zz41 ",
            "7kq2m9xa0biczz4l",
            "７ＫＱ２－Ｍ９ＸＡ－０Ｂ１Ｃ－ＺＺ４１",
            "7KQ2–M9XA—0B1C\u{2212}ZZ41",
        ] {
            assert_eq!(normalised(typed).as_deref(), Some("7KQ2M9XA0B1CZZ41"), "{typed}");
        }
        for typed in [
            "",
            "7KQ2-M9XA-0B1C-ZZ4",
            "7KQ2-M9XA-0B1C-ZZ411",
            "UKQ2-M9XA-0B1C-ZZ41",
            "' OR 1=1 --",
            &"A".repeat(100_000),
        ] {
            assert_eq!(normalised(typed), None, "{typed}");
        }
    }

    #[test]
    fn a_new_code_is_one() {
        let (one, other) = (generate(), generate());
        assert_ne!(one, other);
        let plain = normalised(&one).unwrap();
        assert_eq!((plain.len(), one.replace('-', "")), (16, plain.clone()));
        assert_eq!(last_four(&plain), plain[12..]);
    }
}
