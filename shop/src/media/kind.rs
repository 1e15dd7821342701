//! Kinds of picture the shop serves, told by their first bytes.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Png,
    Jpeg,
    Webp,
    /// Served where earlier versions took it in; nothing here can look inside one, so new ones are refused.
    Avif,
    /// Drawn by the shop itself; refused from anybody else, because it can carry script.
    Svg,
}

const KINDS: [(Kind, &str, &str); 5] = [
    (Kind::Png, "png", "image/png"),
    (Kind::Jpeg, "jpg", "image/jpeg"),
    (Kind::Webp, "webp", "image/webp"),
    (Kind::Avif, "avif", "image/avif"),
    (Kind::Svg, "svg", "image/svg+xml"),
];

impl Kind {
    pub fn extension(self) -> &'static str {
        KINDS[self as usize].1
    }

    pub fn content_type(self) -> &'static str {
        KINDS[self as usize].2
    }

    pub fn of_extension(extension: &str) -> Option<Self> {
        KINDS.iter().find(|(_, known, _)| *known == extension).map(|(kind, ..)| *kind)
    }
}

/// The kind of a bitmap that the shop can read; `None` for anything else.
pub fn sniff(bytes: &[u8]) -> Option<Kind> {
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") && bytes.get(12..16)? == b"IHDR" {
        Some(Kind::Png)
    } else if bytes.starts_with(&[0xFF, 0xD8, 0xFF]) {
        Some(Kind::Jpeg)
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12)? == b"WEBP" {
        Some(Kind::Webp)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_told_by_their_bytes() {
        assert_eq!(sniff(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), Some(Kind::Png));
        assert_eq!(sniff(&[0xFF, 0xD8, 0xFF, 0xE0]), Some(Kind::Jpeg));
        assert_eq!(sniff(b"RIFF\x10\0\0\0WEBPVP8 "), Some(Kind::Webp));
        for other in [&b"<svg xmlns='http://www.w3.org/2000/svg'/>"[..], b"GIF89a", b"", b"\0\0\0\x1cftypavif", b"RIFF"]
        {
            assert_eq!(sniff(other), None);
        }
    }
}
