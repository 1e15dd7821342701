//! What stands in one cell: spreadsheets must not run it, and a list must come back as the list it was.

use std::borrow::Cow;

/// A cell as it is written: one that a spreadsheet would take for a formula gets an apostrophe in front, and so does one
/// that would otherwise be read back as such ([OWASP, "CSV Injection"](https://owasp.org/www-community/attacks/CSV_Injection)).
pub fn guarded(text: &str) -> Cow<'_, str> {
    if is_formula(text.trim_start_matches('\'')) { format!("'{text}").into() } else { text.into() }
}

/// The inverse of [`guarded`].
pub fn unguarded(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if is_formula(rest.trim_start_matches('\'')) => rest,
        _ => text,
    }
}

fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

/// Parts in one cell, `separator` between them; one within a part has a backslash in front.
pub fn join<'p>(parts: impl IntoIterator<Item = &'p str>, separator: char) -> String {
    let mut out = String::new();
    for (at, part) in parts.into_iter().enumerate() {
        if at > 0 {
            // "A > B" and "A, B", as people write them.
            out.push_str(if separator == '>' { " " } else { "" });
            out.push(separator);
            out.push(' ');
        }
        for c in part.chars() {
            if c == separator || c == '\\' {
                out.push('\\');
            }
            out.push(c);
        }
    }
    out
}

/// The parts of a cell; spaces around them do not count, empty ones are left out. Where `escapes`, a backslash takes the
/// separator behind it for a letter.
pub fn split(cell: &str, separator: char, escapes: bool) -> Vec<String> {
    let (mut parts, mut part, mut chars) = (Vec::new(), String::new(), cell.chars().peekable());
    while let Some(c) = chars.next() {
        match c {
            '\\' if escapes && chars.peek().is_some_and(|next| *next == separator || *next == '\\') => {
                part.extend(chars.next());
            }
            c if c == separator => parts.push(std::mem::take(&mut part)),
            c => part.push(c),
        }
    }
    parts.push(part);
    parts.into_iter().map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn formulas_are_disarmed() {
        for text in ["=1+1", "+1", "-1", "@sum", "\tx", "\rx", "'=1", "''-"] {
            assert_eq!(guarded(text), format!("'{text}"), "{text:?}");
        }
        for text in ["", "a=b", "'quoted'", "'", "1-1"] {
            assert_eq!(guarded(text), text);
        }
    }

    proptest! {
        #[test]
        fn a_guarded_cell_comes_back(text in "['=+@\\-\t\ra-c ]{0,6}|.{0,12}") {
            let written = guarded(&text);
            prop_assert!(!is_formula(&written));
            prop_assert_eq!(unguarded(&written), text.as_str());
        }

        #[test]
        fn a_list_comes_back(parts in prop::collection::vec("[a-c,>\\\\ é]{1,6}", 0..5)) {
            let parts: Vec<String> = parts.iter().map(|p| p.trim().to_owned()).filter(|p| !p.is_empty()).collect();
            for separator in [',', '>'] {
                prop_assert_eq!(&split(&join(parts.iter().map(String::as_str), separator), separator, true), &parts);
            }
        }
    }
}
