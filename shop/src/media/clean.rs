//! Takes everything out of a file that is not the picture: where and when it was taken, comments, previews, and whatever
//! was hung behind its end. What is taken out must not be a document of its own: such a file is two at once, and refused.
//!
//! Colour profiles stay, and of a photo's EXIF data which way is up.

mod jpeg;
mod png;
mod webp;

use super::Kind;

/// A file with nothing but its picture.
#[derive(Debug)]
pub(super) struct Cleaned {
    pub bytes: Vec<u8>,
    /// Which way is up, as EXIF says it: 1 to 8, 1 for upright.
    pub orientation: u8,
}

/// Why a file is not taken, for people.
pub(super) type Refusal = &'static str;

pub(super) const CUT_OFF: Refusal = "The file is cut off or damaged.";
const ANIMATED: Refusal = "This picture moves. Please save it as a still one.";
const TWO_AT_ONCE: Refusal = "The file hides another document behind its picture.";

pub(super) fn clean(bytes: &[u8], kind: Kind) -> Result<Cleaned, Refusal> {
    let mut out = Kept { bytes: Vec::with_capacity(bytes.len()), removed: Vec::new(), orientation: 1 };
    let end = match kind {
        Kind::Jpeg => jpeg::walk(bytes, &mut out)?,
        Kind::Png => png::walk(bytes, &mut out)?,
        Kind::Webp => webp::walk(bytes, &mut out)?,
        Kind::Avif | Kind::Svg => return Err("This kind of picture cannot be read."),
    };
    let behind = bytes.get(end..).unwrap_or_default();
    if is_a_document(&out.removed) || is_a_document(behind) || is_an_archive(behind) {
        return Err(TWO_AT_ONCE);
    }
    Ok(Cleaned { bytes: out.bytes, orientation: out.orientation })
}

/// What a walk over a file's parts keeps of it.
struct Kept {
    bytes: Vec<u8>,
    removed: Vec<u8>,
    orientation: u8,
}

impl Kept {
    fn keep(&mut self, part: &[u8]) {
        self.bytes.extend_from_slice(part);
    }

    fn remove(&mut self, part: &[u8]) {
        self.removed.extend_from_slice(part);
    }
}

/// Whether a browser or a server could take this for a page or a script.
fn is_a_document(bytes: &[u8]) -> bool {
    const SIGNS: [&[u8]; 7] = [b"<html", b"<script", b"<svg", b"<!doctype", b"<?php", b"<iframe", b"%pdf-"];
    let opens = |at: usize| {
        SIGNS.iter().any(|sign| bytes.get(at..at + sign.len()).is_some_and(|b| b.eq_ignore_ascii_case(sign)))
    };
    memchr2(bytes).any(opens)
}

/// Where a sign may begin.
fn memchr2(bytes: &[u8]) -> impl Iterator<Item = usize> + '_ {
    bytes.iter().enumerate().filter(|(_, byte)| matches!(byte, b'<' | b'%')).map(|(at, _)| at)
}

/// Whether the bytes behind a picture's end hold an archive or a program. Second pictures and cameras' notes do not.
fn is_an_archive(behind: &[u8]) -> bool {
    const SIGNS: [&[u8]; 4] = [b"PK\x03\x04", b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x7fELF"];
    behind.starts_with(b"MZ") || behind.windows(6).any(|w| SIGNS.iter().any(|sign| w.starts_with(sign)))
}

/// Which way is up, from a TIFF header's first directory (EXIF 2.3 section 4.6.4, tag 0x0112); 1 when it does not say.
fn orientation(tiff: &[u8]) -> u8 {
    fn read(tiff: &[u8]) -> Option<u16> {
        let big = match tiff.get(..4)? {
            b"MM\0*" => true,
            b"II*\0" => false,
            _ => return None,
        };
        let u16_at = |at: usize| -> Option<u16> {
            let pair: [u8; 2] = tiff.get(at..at.checked_add(2)?)?.try_into().ok()?;
            Some(if big { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) })
        };
        let four: [u8; 4] = tiff.get(4..8)?.try_into().ok()?;
        let first = if big { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) };
        let first = usize::try_from(first).ok()?;
        (0..usize::from(u16_at(first)?))
            .map_while(|n| first.checked_add(2 + n * 12))
            .find(|at| u16_at(*at) == Some(0x0112))
            .and_then(|at| u16_at(at + 8))
    }
    read(tiff).and_then(|said| u8::try_from(said).ok()).filter(|said| (1..=8).contains(said)).unwrap_or(1)
}

#[cfg(test)]
mod tests;
