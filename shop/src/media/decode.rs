//! From a file to pixels, with bounds that are checked on its header.

use super::Kind;
use super::clean::{CUT_OFF, Cleaned, Refusal};
use crate::limits::{PICTURE_PIXELS, PICTURE_SIDE};
use std::io::Cursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

/// Larger colour profiles belong to printing presses.
const PROFILE_BYTES: usize = 16 * 1024;
/// What a decoder may ask for besides the pixels.
const DECODER_BYTES: usize = 64 * 1024 * 1024;

/// A decoded picture: rows from the top, 8 bits for red, green and blue, and for how opaque when it is not all opaque.
pub(super) struct Pixels {
    pub width: u32,
    pub height: u32,
    pub has_alpha: bool,
    pub data: Vec<u8>,
    /// A colour profile that is not sRGB.
    pub profile: Option<Vec<u8>>,
}

/// Width and height as stored, from the header alone.
pub(super) fn dimensions(bytes: &[u8], kind: Kind) -> Result<(u32, u32), Refusal> {
    let (width, height) = match kind {
        Kind::Jpeg => {
            let mut decoder = JpegDecoder::new_with_options(Cursor::new(bytes), jpeg_options());
            decoder.decode_headers().map_err(too_large_or_damaged)?;
            let info = decoder.info().ok_or(CUT_OFF)?;
            (u32::from(info.width), u32::from(info.height))
        }
        Kind::Png => png_reader(bytes)?.info().size(),
        Kind::Webp => image_webp::WebPDecoder::new(Cursor::new(bytes)).map_err(|_| CUT_OFF)?.dimensions(),
        Kind::Avif | Kind::Svg => return Err(CUT_OFF),
    };
    let pixels = u64::from(width) * u64::from(height);
    let fits = (1..=PICTURE_SIDE).contains(&width) && (1..=PICTURE_SIDE).contains(&height) && pixels <= PICTURE_PIXELS;
    if fits { Ok((width, height)) } else { Err(TOO_LARGE) }
}

const TOO_LARGE: Refusal = "At most 50 megapixels and 12,000 pixels a side.";

fn too_large_or_damaged(error: zune_jpeg::errors::DecodeErrors) -> Refusal {
    if matches!(error, zune_jpeg::errors::DecodeErrors::LargeDimensions(_)) { TOO_LARGE } else { CUT_OFF }
}

/// The pixels, as stored: which way is up is another question. The dimensions were checked before.
pub(super) fn decode(file: &Cleaned, kind: Kind) -> Result<Pixels, Refusal> {
    let (width, height) = dimensions(&file.bytes, kind)?;
    let (data, profile) = match kind {
        Kind::Jpeg => jpeg(&file.bytes)?,
        Kind::Png => png(&file.bytes)?,
        Kind::Webp => webp(&file.bytes)?,
        Kind::Avif | Kind::Svg => return Err(CUT_OFF),
    };
    let (has_alpha, data) = whole_colours(data, width as usize * height as usize)?;
    Ok(Pixels { width, height, has_alpha, data, profile: profile.filter(|profile| is_special(profile)) })
}

type Decoded = Result<(Vec<u8>, Option<Vec<u8>>), Refusal>;

fn jpeg_options() -> DecoderOptions {
    let side = PICTURE_SIDE as usize;
    DecoderOptions::default().set_max_width(side).set_max_height(side).jpeg_set_out_colorspace(ColorSpace::RGB)
}

fn jpeg(bytes: &[u8]) -> Decoded {
    let mut decoder = JpegDecoder::new_with_options(Cursor::new(bytes), jpeg_options());
    let data = decoder.decode().map_err(|_| CUT_OFF)?;
    Ok((data, decoder.icc_profile()))
}

fn png_reader(bytes: &[u8]) -> Result<png::Reader<Cursor<&[u8]>>, Refusal> {
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(bytes), png::Limits { bytes: DECODER_BYTES });
    decoder.set_transformations(png::Transformations::EXPAND | png::Transformations::STRIP_16);
    decoder.read_info().map_err(|_| CUT_OFF)
}

fn png(bytes: &[u8]) -> Decoded {
    let mut reader = png_reader(bytes)?;
    let mut data = vec![0; reader.output_buffer_size().ok_or(CUT_OFF)?];
    reader.next_frame(&mut data).map_err(|_| CUT_OFF)?;
    let profile = reader.info().icc_profile.as_ref().map(|profile| profile.to_vec());
    Ok((data, profile))
}

fn webp(bytes: &[u8]) -> Decoded {
    let mut decoder = image_webp::WebPDecoder::new(Cursor::new(bytes)).map_err(|_| CUT_OFF)?;
    decoder.set_memory_limit(DECODER_BYTES);
    let mut data = vec![0; decoder.output_buffer_size().ok_or(CUT_OFF)?];
    decoder.read_image(&mut data).map_err(|_| CUT_OFF)?;
    Ok((data, decoder.icc_profile().ok().flatten()))
}

/// Three bytes a pixel, or four where something shines through.
fn whole_colours(data: Vec<u8>, pixels: usize) -> Result<(bool, Vec<u8>), Refusal> {
    match data.len().checked_div(pixels) {
        Some(1) => Ok((false, data.iter().flat_map(|grey| [*grey; 3]).collect())),
        Some(2) => {
            let coloured = data.chunks_exact(2).flat_map(|pixel| [pixel[0], pixel[0], pixel[0], pixel[1]]).collect();
            whole_colours(coloured, pixels)
        }
        Some(3) => Ok((false, data)),
        Some(4) if data.chunks_exact(4).all(|pixel| pixel[3] == 255) => {
            Ok((false, data.chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect()))
        }
        Some(4) => Ok((true, data)),
        _ => Err(CUT_OFF),
    }
}

/// Whether drawings need this profile: it speaks of red, green and blue and is not what browsers take for granted.
fn is_special(profile: &[u8]) -> bool {
    let has = |name: &[u8]| profile.windows(name.len()).any(|part| part == name);
    profile.len() <= PROFILE_BYTES && profile.get(16..20) == Some(b"RGB ") && !has(b"sRGB") && !has(b"s\0R\0G\0B")
}
