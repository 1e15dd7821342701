//! Which combinations of option values can be chosen.
//!
//! The first option is free; a later one offers what exists together with the choices before it. So a shopper can
//! reach every variant from any other and is never stuck. The page and its island use the same functions.

/// The index of the variant that has exactly these values.
pub fn find<'a>(mut variants: impl Iterator<Item = &'a [String]>, chosen: &[String]) -> Option<usize> {
    variants.position(|values| values == chosen)
}

/// Whether some variant has `value` at position `at` together with the values chosen before it.
pub fn is_possible<'a>(
    mut variants: impl Iterator<Item = &'a [String]>,
    chosen: &[String],
    at: usize,
    value: &str,
) -> bool {
    variants.any(|values| {
        values.get(at).is_some_and(|known| known == value)
            && values.iter().zip(chosen).take(at).all(|(known, picked)| known == picked)
    })
}

/// The variant that agrees with the longest run of choices from the left; the first one when none does.
pub fn nearest<'a>(variants: impl Iterator<Item = &'a [String]>, chosen: &[String]) -> usize {
    let mut best = (0, 0);
    for (index, values) in variants.enumerate() {
        let agreed = values.iter().zip(chosen).take_while(|(known, picked)| known == picked).count();
        if agreed > best.1 {
            best = (index, agreed);
        }
    }
    best.0
}

/// `text` for use as a value in a query string (RFC 3986 unreserved characters pass).
pub fn query_value(text: &str) -> String {
    use std::fmt::Write;
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shirts() -> Vec<Vec<String>> {
        [["S", "Blue"], ["S", "Red"], ["M", "Blue"]].iter().map(|v| v.map(String::from).to_vec()).collect()
    }

    fn chosen(values: [&str; 2]) -> Vec<String> {
        values.map(String::from).to_vec()
    }

    #[test]
    fn a_later_option_offers_what_exists_with_the_earlier_choice() {
        let shirts = shirts();
        let all = || shirts.iter().map(Vec::as_slice);
        assert!(is_possible(all(), &chosen(["M", "Blue"]), 1, "Blue"));
        assert!(!is_possible(all(), &chosen(["M", "Blue"]), 1, "Red"));
        assert!(is_possible(all(), &chosen(["S", "Red"]), 0, "M"));
    }

    #[test]
    fn a_combination_that_does_not_exist_falls_back_to_the_nearest() {
        let shirts = shirts();
        let all = || shirts.iter().map(Vec::as_slice);
        assert_eq!(find(all(), &chosen(["M", "Red"])), None);
        assert_eq!(nearest(all(), &chosen(["M", "Red"])), 2);
        assert_eq!(nearest(all(), &chosen(["XL", "Red"])), 0);
    }

    #[test]
    fn values_in_a_query_are_escaped() {
        assert_eq!(query_value("A B&c/ü"), "A%20B%26c%2F%C3%BC");
    }
}
