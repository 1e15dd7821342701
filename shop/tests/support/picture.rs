//! Pictures that tests send: a soft pattern, so that files have the size that photos have.

/// Three bytes a pixel.
pub fn pixels(width: u32, height: u32) -> Vec<u8> {
    let mut data = Vec::with_capacity(width as usize * height as usize * 3);
    for y in 0..height {
        for x in 0..width {
            // Red grows to the right, green downwards: what is turned can be told.
            data.extend([x * 255 / width, y * 255 / height, (x ^ y) & 31].map(|c| u8::try_from(c).unwrap()));
        }
    }
    data
}

pub fn png(width: u32, height: u32) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.write_header().unwrap().write_image_data(&pixels(width, height)).unwrap();
    file
}

/// A PNG whose left half can be looked through.
pub fn see_through(width: u32, height: u32) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Rgba);
    let colours = pixels(width, height);
    let data: Vec<u8> = colours.chunks(3).flat_map(|c| [c[0], c[1], c[2], if c[0] < 128 { 0 } else { 255 }]).collect();
    encoder.write_header().unwrap().write_image_data(&data).unwrap();
    file
}

pub fn jpeg(width: u16, height: u16) -> Vec<u8> {
    let mut file = Vec::new();
    let encoder = jpeg_encoder::Encoder::new(&mut file, 90);
    encoder.encode(&pixels(width.into(), height.into()), width, height, jpeg_encoder::ColorType::Rgb).unwrap();
    file
}

pub fn webp(width: u32, height: u32) -> Vec<u8> {
    webp::Encoder::from_rgb(&pixels(width, height), width, height).encode(80.0).to_vec()
}

/// A segment put behind a JPEG's first two bytes.
pub fn with_segment(jpeg: &[u8], marker: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xFF, marker], &length, content, &jpeg[2..]].concat()
}

/// EXIF data as a telephone writes it: which way is up, and where it was.
pub fn exif(orientation: u8) -> Vec<u8> {
    let mut tiff = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
    tiff.extend([orientation, 0, 0, 0, 0, 0, 0, 0]);
    tiff.extend(b"GPS 52.5200 N 13.4050 E");
    tiff
}

/// The file as its decoder sees it: width, height, bytes of a pixel, and the pixels.
pub fn decoded(file: &[u8]) -> (u32, u32, usize, Vec<u8>) {
    let input = std::io::Cursor::new(file);
    if file.starts_with(b"RIFF") {
        let mut decoder = image_webp::WebPDecoder::new(input).unwrap();
        let (width, height) = decoder.dimensions();
        let mut data = vec![0; decoder.output_buffer_size().unwrap()];
        decoder.read_image(&mut data).unwrap();
        (width, height, if decoder.has_alpha() { 4 } else { 3 }, data)
    } else if file.starts_with(b"\x89PNG") {
        let mut reader = png::Decoder::new(input).read_info().unwrap();
        let mut data = vec![0; reader.output_buffer_size().unwrap()];
        let frame = reader.next_frame(&mut data).unwrap();
        (frame.width, frame.height, frame.color_type.samples(), data)
    } else {
        let mut decoder = zune_jpeg::JpegDecoder::new(input);
        let data = decoder.decode().unwrap();
        let info = decoder.info().unwrap();
        (info.width.into(), info.height.into(), 3, data)
    }
}
