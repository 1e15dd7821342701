//! Which passwords are taken (NIST SP 800-63B section 3.1.1.2): long enough, and not one that everybody tries first.
//! No rules about digits or capitals, nothing is cut off.

use crate::limits::{Check, PASSWORD_CHARS};

/// The 3,000 passwords of at least eight characters that leak most often, sorted, one a line, lower case.
#[cfg(feature = "server")]
const COMMON: &str = include_str!("common_passwords.txt");

/// Checks `password` for an account of `email`, reporting under `field`.
pub fn check(check: &mut Check, field: &str, password: &str, email: &str) {
    // Bytes first: nothing is counted in a text of megabytes.
    let fits = password.len() <= 4 * PASSWORD_CHARS.end() && PASSWORD_CHARS.contains(&password.chars().count());
    check.that(fits, field, format!("Use {} to {} characters.", PASSWORD_CHARS.start(), PASSWORD_CHARS.end()));
    if fits {
        check.that(!is_guessed_first(password, email), field, "This password is among the first to be guessed.");
    }
}

fn is_guessed_first(password: &str, email: &str) -> bool {
    let lower = password.to_lowercase();
    let mut characters = lower.chars();
    let first = characters.next();
    let same = characters.all(|c| Some(c) == first);
    same || (!email.is_empty() && lower == email.to_lowercase()) || is_common(&lower)
}

#[cfg(feature = "server")]
fn is_common(lower: &str) -> bool {
    static SORTED: std::sync::LazyLock<Vec<&'static str>> = std::sync::LazyLock::new(|| COMMON.lines().collect());
    SORTED.binary_search(&lower).is_ok()
}

/// The browser does not carry the list; the server asks again.
#[cfg(not(feature = "server"))]
fn is_common(_: &str) -> bool {
    false
}

#[cfg(all(test, feature = "server"))]
mod tests {
    use super::*;

    fn accepts(password: &str) -> bool {
        let mut form = Check::default();
        check(&mut form, "password", password, "ann@example.org");
        form.done().is_ok()
    }

    #[test]
    fn length_counts_characters_and_nothing_is_cut_off() {
        assert!(!accepts("sevench"));
        assert!(accepts("eight ch"));
        assert!(accepts(&"🦀 crab ".repeat(10)));
        assert!(!accepts(&"ab".repeat(5_000)));
    }

    #[test]
    fn passwords_that_are_tried_first_are_refused() {
        for bad in ["password1", "PASSWORD", "12345678", "zzzzzzzzzz", "Ann@Example.org"] {
            assert!(!accepts(bad), "{bad}");
        }
    }

    #[test]
    fn the_list_is_sorted_so_that_the_search_finds() {
        assert!(COMMON.lines().is_sorted());
        assert_eq!(COMMON.lines().count(), 3_000);
    }
}
