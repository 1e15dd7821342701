//! Kinds of picture the shop serves, told by their first bytes.

/// Bytes of one picture.
pub const MAX_BYTES: usize = 8 * 1024 * 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Png,
    Jpeg,
    Webp,
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

/// Kind, width and height of a bitmap; `None` when it is none of ours or its header is broken.
pub fn sniff(bytes: &[u8]) -> Option<(Kind, i64, i64)> {
    let found = if bytes.starts_with(b"\x89PNG\r\n\x1a\n") && bytes.get(12..16)? == b"IHDR" {
        (Kind::Png, be32(bytes, 16)?, be32(bytes, 20)?)
    } else if bytes.starts_with(&[0xFF, 0xD8, 0xFF]) {
        let (w, h) = jpeg(bytes)?;
        (Kind::Jpeg, w, h)
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12)? == b"WEBP" {
        let (w, h) = webp(bytes)?;
        (Kind::Webp, w, h)
    } else if bytes.get(4..8)? == b"ftyp" && bytes.get(8..32)?.windows(4).any(|b| b == b"avif") {
        // The image spatial extents property (ISO/IEC 23008-12 section 6.5.3).
        let head = &bytes[..bytes.len().min(64 * 1024)];
        let at = head.windows(4).position(|b| b == b"ispe")?;
        (Kind::Avif, be32(bytes, at + 8)?, be32(bytes, at + 12)?)
    } else {
        return None;
    };
    ((1..=20_000).contains(&found.1) && (1..=20_000).contains(&found.2)).then_some(found)
}

fn be32(bytes: &[u8], at: usize) -> Option<i64> {
    Some(i64::from(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?)))
}

fn be16(bytes: &[u8], at: usize) -> Option<i64> {
    Some(i64::from(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?)))
}

/// Walks the segments to the frame header (ITU-T T.81 section B.2.2).
fn jpeg(bytes: &[u8]) -> Option<(i64, i64)> {
    let mut at = 2;
    loop {
        if *bytes.get(at)? != 0xFF {
            return None;
        }
        let marker = *bytes.get(at + 1)?;
        match marker {
            0xFF => at += 1,
            0xC0..=0xCF if !matches!(marker, 0xC4 | 0xC8 | 0xCC) => {
                return Some((be16(bytes, at + 7)?, be16(bytes, at + 5)?));
            }
            _ => at += 2 + usize::try_from(be16(bytes, at + 2)?).ok()?,
        }
    }
}

/// The three forms of a `WebP` file (RFC 9649 section 2).
fn webp(bytes: &[u8]) -> Option<(i64, i64)> {
    let le = |at: usize| Some(i64::from(*bytes.get(at)?) | i64::from(*bytes.get(at + 1)?) << 8);
    match bytes.get(12..16)? {
        b"VP8 " => Some((le(26)? & 0x3FFF, le(28)? & 0x3FFF)),
        b"VP8L" => {
            let bits = le(21)? | le(23)? << 16;
            Some(((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1))
        }
        b"VP8X" => {
            let high = |at: usize| Some(i64::from(*bytes.get(at)?) << 16);
            Some(((le(24)? | high(26)?) + 1, (le(27)? | high(29)?) + 1))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_told_by_their_bytes() {
        let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        png.extend([0, 0, 2, 0, 0, 0, 1, 0]);
        assert_eq!(sniff(&png), Some((Kind::Png, 512, 256)));
        let jpeg = [0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 1, 2, 0xFF, 0xC0, 0, 17, 8, 0, 90, 0, 120, 3];
        assert_eq!(sniff(&jpeg), Some((Kind::Jpeg, 120, 90)));
        assert_eq!(sniff(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), None);
        assert_eq!(sniff(b"GIF89a------------------------------"), None);
        assert_eq!(sniff(&png[..20]), None);
        for n in 0..jpeg.len() - 1 {
            let _ = sniff(&jpeg[..n]);
        }
    }
}
