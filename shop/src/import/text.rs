//! From the bytes of a file to text: which encoding it is in, and what separates its cells.

use super::RowError;
use std::borrow::Cow;

/// How the file was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    Utf16,
    /// What spreadsheets on Windows write: taken where nothing of the file is UTF-8.
    Windows1252,
}

impl Encoding {
    /// As merchants know it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf16 => "UTF-16",
            Self::Windows1252 => "Windows-1252",
        }
    }
}

/// The file as text, without byte order mark. What cannot be text is refused by its line.
pub fn decode(bytes: &[u8]) -> Result<(Cow<'_, str>, Encoding), RowError> {
    let (text, encoding) = match bytes {
        [0xFF, 0xFE, rest @ ..] => (wide(rest, encoding_rs::UTF_16LE)?, Encoding::Utf16),
        [0xFE, 0xFF, rest @ ..] => (wide(rest, encoding_rs::UTF_16BE)?, Encoding::Utf16),
        [b'P', b'K', 3, 4, ..] => {
            return Err(problem(1, "This is a spreadsheet or an archive, not CSV. Save it as CSV in UTF-8."));
        }
        _ => narrow(bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes))?,
    };
    if let Some(at) = text.find('\0') {
        return Err(problem(line_of(&text.as_bytes()[..at]), "Contains a zero byte, so it is no text."));
    }
    Ok((text, encoding))
}

fn wide<'b>(bytes: &'b [u8], encoding: &'static encoding_rs::Encoding) -> Result<Cow<'b, str>, RowError> {
    encoding.decode_without_bom_handling_and_without_replacement(bytes).ok_or_else(|| {
        let (text, _) = encoding.decode_without_bom_handling(bytes);
        let at = text.find('\u{FFFD}').unwrap_or(0);
        problem(line_of(&text.as_bytes()[..at]), "Not UTF-16 text, although the file says so.")
    })
}

fn narrow(bytes: &[u8]) -> Result<(Cow<'_, str>, Encoding), RowError> {
    let error = match std::str::from_utf8(bytes) {
        Ok(text) => return Ok((text.into(), Encoding::Utf8)),
        Err(error) => error,
    };
    // Letters that are right in UTF-8 beside some that are not: whatever this is, guessing would spoil names.
    let mixed = bytes.utf8_chunks().any(|chunk| !chunk.valid().is_ascii());
    let undefined = bytes.iter().any(|b| matches!(b, 0x81 | 0x8D | 0x8F | 0x90 | 0x9D));
    if mixed || undefined {
        return Err(problem(
            line_of(&bytes[..error.valid_up_to()]),
            "Neither UTF-8 nor Windows-1252 text. Save the file as CSV in UTF-8.",
        ));
    }
    let (text, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes);
    Ok((text, Encoding::Windows1252))
}

/// What separates the cells of the header: comma, semicolon or tab, whichever it has most of.
pub fn delimiter(text: &str) -> u8 {
    let (mut quoted, mut found) = (false, [(b',', 0), (b';', 0), (b'\t', 0)]);
    for byte in text.bytes() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            _ if quoted => {}
            _ => found.iter_mut().filter(|(known, _)| *known == byte).for_each(|(_, count)| *count += 1),
        }
    }
    // The first of equals.
    found.into_iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(byte, _)| byte)
}

/// The line on which what follows `before` stands.
fn line_of(before: &[u8]) -> u64 {
    before.split(|b| *b == b'\n').count() as u64
}

fn problem(line: u64, message: &str) -> RowError {
    RowError { line, column: String::new(), message: message.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wide(text: &str, big: bool) -> Vec<u8> {
        let units = std::iter::once(0xFEFF).chain(text.encode_utf16());
        units.flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    }

    #[test]
    fn every_encoding_that_shops_write_is_read() {
        let text = "Handle;Title\nmug;Größe €";
        let files = [
            (text.as_bytes().to_vec(), Encoding::Utf8),
            ([b"\xEF\xBB\xBF", text.as_bytes()].concat(), Encoding::Utf8),
            (wide(text, false), Encoding::Utf16),
            (wide(text, true), Encoding::Utf16),
            (b"Handle;Title\nmug;Gr\xF6\xDFe \x80".to_vec(), Encoding::Windows1252),
        ];
        for (bytes, encoding) in files {
            assert_eq!(decode(&bytes).unwrap(), (text.into(), encoding), "{encoding:?}");
        }
    }

    #[test]
    fn what_is_no_text_is_refused_by_its_line() {
        for (bytes, line) in [
            (&b"a,b\nc,\0"[..], 2),
            (b"PK\x03\x04whatever", 1),
            ("Grüße\nx".as_bytes().iter().copied().chain([0xFF]).collect::<Vec<_>>().as_slice(), 2),
            (b"a\nb\n\x81", 3),
            (b"\xFF\xFEa\0\n\0\x00\xD8", 2),
        ] {
            assert_eq!(decode(bytes).unwrap_err().line, line, "{bytes:?}");
        }
    }

    #[test]
    fn the_separator_is_found_in_the_header() {
        for (text, wanted) in
            [("a,b", b','), ("a;b,c;d", b';'), ("a\tb", b'\t'), ("", b','), ("\"a;b;c\",d", b','), ("a\nb;c;d", b',')]
        {
            assert_eq!(delimiter(text), wanted, "{text:?}");
        }
    }
}
