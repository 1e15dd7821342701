//! Paths as redirects keep them: text that begins with one slash, percent-decoded, without query and without a slash at
//! the end, so that every way of writing an address is one address.

use crate::FieldError;
use crate::limits::REDIRECT_CHARS;
use std::fmt::Write;

/// Below these no page can be missing that a merchant would redirect: the shop's own doors, and addresses of which some
/// carry a secret. They are neither looked up nor written down.
const OWN: [&str; 18] = [
    "account",
    "admin",
    "api",
    "assets",
    "cart",
    "checkout",
    "currency",
    "healthz",
    "login",
    "logout",
    "media",
    "orders",
    "placeholder",
    "readyz",
    "register",
    "robots.txt",
    "sitemap",
    "webhooks",
];

/// The path of a request as redirects keep it; `None` when no redirect can begin there: the shop's own doors, bytes that
/// are no text, more than [`REDIRECT_CHARS`].
pub fn normal(path: &str) -> Option<String> {
    let text = decode(path)?;
    let text = text.trim_end_matches('/');
    let first = text.strip_prefix('/')?.split('/').next().unwrap_or_default();
    (is_plain(text) && !OWN.contains(&first)).then(|| text.to_owned())
}

/// A path as an address: what has a meaning there, or is not ASCII, is percent-encoded (RFC 3986 section 3.3).
pub fn encode(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/!$&'()*+,;=:@".contains(&byte) {
            out.push(byte as char);
        } else {
            write!(out, "%{byte:02X}").expect("a String takes every text");
        }
    }
    out
}

/// What somebody typed as the address that has moved.
pub(super) fn source(text: &str, origin: &str) -> Result<String, FieldError> {
    let path = typed(text, origin).map_err(|message| refused("from", message))?;
    if path == "/" {
        return Err(refused("from", "The front page cannot move."));
    }
    normal(&encode(&path)).ok_or_else(|| refused("from", "This is one of the shop's own addresses; it cannot move."))
}

/// What somebody typed as the address it has moved to.
pub(super) fn target(text: &str, origin: &str) -> Result<String, FieldError> {
    typed(text, origin).map_err(|message| refused("to", message))
}

fn refused(field: &str, message: impl Into<String>) -> FieldError {
    FieldError { field: field.into(), message: message.into() }
}

/// A path, or a full address below `origin`, as text.
fn typed(text: &str, origin: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("Please fill this in.".into());
    }
    let path = match text.strip_prefix(origin) {
        Some("") => "/",
        Some(rest) if rest.starts_with(['/', '?', '#']) => rest,
        _ => text,
    };
    let elsewhere = || format!("An address of this shop, please: begin with / or with {origin}/.");
    if !path.starts_with('/') || path.starts_with("//") || path.contains('\\') {
        return Err(elsewhere());
    }
    if path.contains(['?', '#']) {
        return Err("Without ? and #: what follows a visitor's ? is kept by itself.".into());
    }
    let text = decode(path).ok_or("The percent signs in this address cannot be read.")?;
    let text = text.trim_end_matches('/');
    if text.is_empty() && path == "/" {
        return Ok("/".into());
    }
    if text.chars().count() > REDIRECT_CHARS {
        return Err(format!("At most {REDIRECT_CHARS} characters."));
    }
    if is_plain(text) { Ok(text.to_owned()) } else { Err(elsewhere()) }
}

/// One slash at the start, no way up, nothing that is not text.
fn is_plain(text: &str) -> bool {
    text.starts_with('/')
        && text.len() > 1
        && !text.starts_with("//")
        && !text.contains('\\')
        && text.chars().count() <= REDIRECT_CHARS
        && !text.chars().any(char::is_control)
        && !text.split('/').any(|part| part == "." || part == "..")
}

/// Percent-decoded (RFC 3986 section 2.1); `None` when a percent sign stands alone or the bytes are not UTF-8.
fn decode(path: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let mut digit = || char::from(rest.next()?).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
            bytes.push(digit()? * 16 + digit()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORIGIN: &str = "https://shop.example";

    #[test]
    fn every_way_of_writing_an_address_is_one() {
        for text in ["/p/gr%C3%BCn", "/p/gr%c3%bcn/", "/p/grün", "https://shop.example/p/grün", "  /p/gr%C3%BCn "] {
            assert_eq!(source(text, ORIGIN).unwrap(), "/p/grün", "{text}");
        }
        assert_eq!(normal("/p/gr%C3%BCn/").as_deref(), Some("/p/grün"));
        assert_eq!(encode("/p/grün 50%?"), "/p/gr%C3%BCn%2050%25%3F");
        assert_eq!(target("https://shop.example", ORIGIN).unwrap(), "/");
    }

    #[test]
    fn no_redirect_leaves_the_shop() {
        for text in [
            "https://evil.example/",
            "https://shop.example.evil.example/",
            "//evil.example",
            "/\\evil.example",
            "/%2F/evil.example",
            "/%2Fevil.example",
            "/%5Cevil.example",
            "javascript:alert(1)",
            "p/mug",
            "/../x",
            "/a/%2e%2e/b",
            "/a%00",
            "/a%0d%0ab",
            "/%",
            "/%zz",
            "/%ff",
            "",
            "/a?b=c",
            "/a#b",
        ] {
            assert!(target(text, ORIGIN).is_err(), "{text}");
            assert!(source(text, ORIGIN).is_err(), "{text}");
        }
        assert_eq!(target("/", ORIGIN).unwrap(), "/");
        assert!(target(&format!("/{}", "a".repeat(REDIRECT_CHARS)), ORIGIN).is_err());
    }

    #[test]
    fn the_shops_own_doors_stay_where_they_are() {
        for text in ["/admin/setup/secret", "/cart", "/api/v1/products", "/checkout/return/1", "/", "/assets/a.js"] {
            assert!(source(text, ORIGIN).is_err(), "{text}");
            assert_eq!(normal(text), None, "{text}");
        }
    }
}
