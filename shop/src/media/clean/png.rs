//! The chunks of a PNG file (W3C PNG, third edition, section 5).

use super::{ANIMATED, CUT_OFF, Kept, Refusal};

/// Pixels, palette, transparency, colour and density.
const KEPT: [&[u8; 4]; 11] =
    [b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"pHYs"];

/// Returns where the picture ends.
pub(super) fn walk(bytes: &[u8], out: &mut Kept) -> Result<usize, Refusal> {
    out.keep(bytes.get(..8).ok_or(CUT_OFF)?);
    let mut at = 8;
    loop {
        let length: [u8; 4] = bytes.get(at..at + 4).and_then(|four| four.try_into().ok()).ok_or(CUT_OFF)?;
        let length = usize::try_from(u32::from_be_bytes(length)).map_err(|_| CUT_OFF)?;
        let end = at.checked_add(12).and_then(|head| head.checked_add(length)).ok_or(CUT_OFF)?;
        let chunk = bytes.get(at..end).ok_or(CUT_OFF)?;
        let name = &chunk[4..8];
        if name == b"acTL" {
            return Err(ANIMATED);
        }
        if KEPT.iter().any(|kept| name == kept.as_slice()) {
            out.keep(chunk);
        } else {
            out.remove(&chunk[8..8 + length]);
        }
        at = end;
        if name == b"IEND" {
            return Ok(at);
        }
    }
}
