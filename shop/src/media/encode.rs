//! From pixels to the files that browsers get.

use super::Kind;
use super::decode::Pixels;
use crate::{Error, Result};
use fast_image_resize::images::Image;
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use std::borrow::Cow;

/// Where shoppers stop seeing a difference at twice the density.
const WEBP_QUALITY: f32 = 78.0;
const JPEG_QUALITY: u8 = 82;

impl Pixels {
    /// A smaller one of exactly this size.
    pub fn resized(&self, width: u32, height: u32) -> Result<Self> {
        let kind = if self.has_alpha { PixelType::U8x4 } else { PixelType::U8x3 };
        let from = fast_image_resize::images::ImageRef::new(self.width, self.height, &self.data, kind)
            .map_err(|e| failed(&e))?;
        let mut to = Image::new(width, height, kind);
        let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3));
        Resizer::new().resize(&from, &mut to, &options).map_err(|e| failed(&e))?;
        Ok(Self { width, height, has_alpha: self.has_alpha, data: to.into_vec(), profile: self.profile.clone() })
    }

    /// Turned and mirrored so that it stands upright; `orientation` as EXIF counts, 1 to 8.
    pub fn upright(self, orientation: u8) -> Self {
        if !(2..=8).contains(&orientation) {
            return self;
        }
        let (width, height) = if orientation >= 5 { (self.height, self.width) } else { (self.width, self.height) };
        let (bytes, right, bottom) = (self.bytes_each(), self.width as usize - 1, self.height as usize - 1);
        let mut data = Vec::with_capacity(self.data.len());
        for y in 0..height as usize {
            for x in 0..width as usize {
                let (from_x, from_y) = match orientation {
                    2 => (right - x, y),
                    3 => (right - x, bottom - y),
                    4 => (x, bottom - y),
                    5 => (y, x),
                    6 => (y, bottom - x),
                    7 => (right - y, bottom - x),
                    _ => (right - y, x),
                };
                let at = (from_y * self.width as usize + from_x) * bytes;
                data.extend_from_slice(&self.data[at..at + bytes]);
            }
        }
        Self { width, height, data, ..self }
    }

    fn bytes_each(&self) -> usize {
        if self.has_alpha { 4 } else { 3 }
    }

    /// The file of this kind, without any metadata but a colour profile.
    pub fn file(&self, kind: Kind) -> Result<Vec<u8>> {
        match kind {
            Kind::Webp => self.webp(),
            Kind::Jpeg => self.jpeg(),
            _ => self.png(),
        }
    }

    fn webp(&self) -> Result<Vec<u8>> {
        let encoder = if self.has_alpha {
            webp::Encoder::from_rgba(&self.data, self.width, self.height)
        } else {
            webp::Encoder::from_rgb(&self.data, self.width, self.height)
        };
        let file = encoder.encode_simple(false, WEBP_QUALITY).map_err(|e| Error::Internal(format!("WebP: {e:?}")))?;
        Ok(match &self.profile {
            Some(profile) => with_profile(&file, profile, self),
            None => file.to_vec(),
        })
    }

    fn jpeg(&self) -> Result<Vec<u8>> {
        let (width, height) = (u16::try_from(self.width), u16::try_from(self.height));
        let (Ok(width), Ok(height)) = (width, height) else { return Err(Error::Internal("JPEG: too large".into())) };
        let mut file = Vec::new();
        let mut encoder = jpeg_encoder::Encoder::new(&mut file, JPEG_QUALITY);
        encoder.set_progressive(true);
        encoder.set_optimized_huffman_tables(true);
        if let Some(profile) = &self.profile {
            encoder.add_icc_profile(profile).map_err(|e| failed(&e))?;
        }
        encoder.encode(&self.data, width, height, jpeg_encoder::ColorType::Rgb).map_err(|e| failed(&e))?;
        Ok(file)
    }

    fn png(&self) -> Result<Vec<u8>> {
        let mut info = png::Info::with_size(self.width, self.height);
        info.color_type = if self.has_alpha { png::ColorType::Rgba } else { png::ColorType::Rgb };
        info.bit_depth = png::BitDepth::Eight;
        info.icc_profile = self.profile.as_deref().map(Cow::Borrowed);
        let mut file = Vec::new();
        let encoder = png::Encoder::with_info(&mut file, info).map_err(|e| failed(&e))?;
        let mut writer = encoder.write_header().map_err(|e| failed(&e))?;
        writer.write_image_data(&self.data).map_err(|e| failed(&e))?;
        writer.finish().map_err(|e| failed(&e))?;
        Ok(file)
    }
}

fn failed(error: &dyn std::fmt::Display) -> Error {
    Error::Internal(format!("drawing: {error}"))
}

/// A `WebP` file in the extended form, which is the one that can carry a profile (RFC 9649 section 2.7).
fn with_profile(file: &[u8], profile: &[u8], pixels: &Pixels) -> Vec<u8> {
    const HAS_PROFILE: u8 = 0x20;
    const HAS_ALPHA: u8 = 0x10;
    // A file with transparency is in the extended form already; its header of 18 bytes is written anew.
    let chunks = if file.get(12..16) == Some(b"VP8X") { &file[30..] } else { &file[12..] };
    let flags = HAS_PROFILE | if pixels.has_alpha { HAS_ALPHA } else { 0 };
    let three = |number: u32| -> [u8; 3] {
        let [a, b, c, _] = (number - 1).to_le_bytes();
        [a, b, c]
    };
    let four = |number: usize| u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes();
    let mut body = b"WEBPVP8X\x0a\0\0\0".to_vec();
    body.extend([flags, 0, 0, 0]);
    body.extend(three(pixels.width));
    body.extend(three(pixels.height));
    body.extend(b"ICCP");
    body.extend(four(profile.len()));
    body.extend(profile);
    body.resize(body.len() + profile.len() % 2, 0);
    body.extend(chunks);
    [b"RIFF".as_slice(), &four(body.len()), &body].concat()
}
