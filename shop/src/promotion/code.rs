//! One way to write a code, and one to write an e-mail address: what shoppers vary is no second use.

use crate::limits::CODE_CHARS;
use unicode_normalization::UnicodeNormalization;

/// A code as it is stored and compared: compatibility forms made plain, capitals, no spaces. `None` for what cannot be one:
/// anything but A to Z, digits, `-` and `_` is left over, or its length is out of bounds.
pub fn normalised(typed: &str) -> Option<String> {
    // More than any way to write a code needs: nothing long is looked at.
    if typed.len() > 16 * *CODE_CHARS.end() {
        return None;
    }
    let plain: String = typed.nfkc().flat_map(char::to_uppercase).collect();
    let code: String = plain.nfkc().filter(|c| !c.is_whitespace()).collect();
    let is_code = code.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || matches!(c, '-' | '_'));
    (is_code && CODE_CHARS.contains(&code.len())).then_some(code)
}

/// The mailbox behind an address: lower case, without what follows a `+`, and at Gmail without dots.
pub fn normalised_email(email: &str) -> String {
    let email = email.trim().to_lowercase();
    let Some((local, domain)) = email.rsplit_once('@') else { return email };
    let local = local.split('+').next().unwrap_or(local);
    match domain {
        "gmail.com" | "googlemail.com" => format!("{}@gmail.com", local.replace('.', "")),
        _ => format!("{local}@{domain}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_to_write_a_code_are_one_code() {
        for typed in
            ["WELCOME10", "welcome10", " Welcome 10 ", "ＷＥＬＣＯＭＥ１０", "welcome\u{2460}0", "w\u{2003}elcome10"]
        {
            assert_eq!(normalised(typed).as_deref(), Some("WELCOME10"), "{typed}");
        }
        assert_eq!(normalised("ﬁx-ſ").as_deref(), Some("FIX-S"), "a ligature and a long s");
        for typed in ["", "  ", "ab", "ÜBER10", "a'b\"c", "WELCOMЕ10", "=1+1", &"A".repeat(65), &"A".repeat(100_000)]
        {
            assert_eq!(normalised(typed), None, "{typed}");
        }
    }

    #[test]
    fn one_mailbox_is_one_buyer() {
        assert_eq!(normalised_email(" Ada+1@Example.com "), "ada@example.com");
        assert_eq!(normalised_email("a.d.a+x@googlemail.com"), "ada@gmail.com");
        assert_eq!(normalised_email("a.da@example.com"), "a.da@example.com");
        assert_eq!(normalised_email(""), "");
    }
}
