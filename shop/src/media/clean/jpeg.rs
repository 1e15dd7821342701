//! The segments of a JPEG file (ITU-T T.81 annex B).

use super::{CUT_OFF, Kept, Refusal, orientation};

/// Keeps what decoding needs, and colour; returns where the picture ends.
pub(super) fn walk(bytes: &[u8], out: &mut Kept) -> Result<usize, Refusal> {
    let start = out.bytes.len();
    out.keep(bytes.get(..2).ok_or(CUT_OFF)?);
    let mut at = 2;
    loop {
        let marker = marker(bytes, &mut at)?;
        match marker {
            0xD9 => {
                out.keep(&[0xFF, 0xD9]);
                upright(out, start + 2);
                return Ok(at);
            }
            0x01 | 0xD0..=0xD7 => {}
            0xD8 => return Err(CUT_OFF),
            _ => {
                let length = usize::from(u16::from_be_bytes(pair(bytes, at)?));
                let segment = bytes.get(at..at + length).filter(|_| length >= 2).ok_or(CUT_OFF)?;
                at += length;
                if is_kept(marker, &segment[2..]) {
                    out.keep(&[0xFF, marker]);
                    out.keep(segment);
                } else {
                    if let (0xE1, Some(tiff)) = (marker, segment[2..].strip_prefix(b"Exif\0\0")) {
                        out.orientation = orientation(tiff);
                    }
                    out.remove(&segment[2..]);
                }
                if marker == 0xDA {
                    let scan = entropy_coded(bytes, at);
                    out.keep(&bytes[at..scan]);
                    at = scan;
                }
            }
        }
    }
}

/// The marker at `at`, which moves behind it. Any number of fill bytes may stand before it.
fn marker(bytes: &[u8], at: &mut usize) -> Result<u8, Refusal> {
    if bytes.get(*at) != Some(&0xFF) {
        return Err(CUT_OFF);
    }
    let fill = bytes[*at..].iter().take_while(|byte| **byte == 0xFF).count();
    *at += fill;
    let marker = *bytes.get(*at).ok_or(CUT_OFF)?;
    *at += 1;
    Ok(marker)
}

fn pair(bytes: &[u8], at: usize) -> Result<[u8; 2], Refusal> {
    bytes.get(at..at + 2).and_then(|pair| pair.try_into().ok()).ok_or(CUT_OFF)
}

/// Where the next marker is that is neither a stuffed byte nor a restart.
fn entropy_coded(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(next) = bytes.get(at..).and_then(|rest| rest.iter().position(|byte| *byte == 0xFF)) {
        at += next;
        match bytes.get(at + 1) {
            Some(0x00 | 0xD0..=0xD7) => at += 2,
            _ => return at,
        }
    }
    bytes.len()
}

/// Application segments stay only for colour (ICC, Adobe) and the bare JFIF header; comments never.
fn is_kept(marker: u8, content: &[u8]) -> bool {
    match marker {
        0xE0 => content.starts_with(b"JFIF\0") && content.len() == 14,
        0xE2 => content.starts_with(b"ICC_PROFILE\0"),
        0xEE => content.starts_with(b"Adobe") && content.len() == 12,
        0xE1 | 0xE3..=0xED | 0xEF | 0xFE => false,
        _ => true,
    }
}

/// Says again which way is up, and nothing else.
fn upright(out: &mut Kept, at: usize) {
    if out.orientation != 1 {
        let mut exif = b"\xFF\xE1\0\x22Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
        exif.extend([out.orientation, 0, 0, 0, 0, 0, 0]);
        out.bytes.splice(at..at, exif);
    }
}
