//! The chunks of a WebP file (RFC 9649 section 2).

use super::{ANIMATED, CUT_OFF, Kept, Refusal};

/// Bits of the extended header: EXIF data, XMP data, animation.
const EXIF: u8 = 0x08;
const XMP: u8 = 0x04;
const MOVES: u8 = 0x02;

/// Returns where the picture ends.
pub(super) fn walk(bytes: &[u8], out: &mut Kept) -> Result<usize, Refusal> {
    let end = le32(bytes, 4)?.checked_add(8).filter(|end| *end <= bytes.len()).ok_or(CUT_OFF)?;
    let start = out.bytes.len();
    out.keep(bytes.get(..12).ok_or(CUT_OFF)?);
    let mut at = 12;
    while at + 8 <= end {
        let length = le32(bytes, at + 4)?;
        // A chunk of odd length is followed by a byte of padding.
        let next = at.checked_add(8 + length + length % 2).ok_or(CUT_OFF)?;
        let chunk = bytes.get(at..next.min(end)).filter(|chunk| chunk.len() >= 8 + length).ok_or(CUT_OFF)?;
        match &chunk[..4] {
            b"VP8X" => {
                let flags = *chunk.get(8).ok_or(CUT_OFF)?;
                if flags & MOVES != 0 {
                    return Err(ANIMATED);
                }
                let kept = out.bytes.len();
                out.keep(chunk);
                out.bytes[kept + 8] = flags & !(EXIF | XMP);
            }
            b"ANIM" | b"ANMF" => return Err(ANIMATED),
            b"VP8 " | b"VP8L" | b"ALPH" | b"ICCP" => out.keep(chunk),
            _ => out.remove(&chunk[8..]),
        }
        at = next;
    }
    let length = u32::try_from(out.bytes.len() - start - 8).map_err(|_| CUT_OFF)?;
    out.bytes[start + 4..start + 8].copy_from_slice(&length.to_le_bytes());
    Ok(end)
}

fn le32(bytes: &[u8], at: usize) -> Result<usize, Refusal> {
    let four: [u8; 4] = bytes.get(at..at + 4).and_then(|four| four.try_into().ok()).ok_or(CUT_OFF)?;
    usize::try_from(u32::from_le_bytes(four)).map_err(|_| CUT_OFF)
}
