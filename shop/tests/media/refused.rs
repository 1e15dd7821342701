//! Files that are not taken in, and files that lose what they carry. Cases 88 to 90 of the shop's promises.

use crate::support::picture;
use shop::media::Media;
use std::time::{Duration, Instant};

async fn refusal(file: Vec<u8>) -> String {
    let folder = tempfile::tempdir().unwrap();
    let error = match Media::in_folder(folder.path()).take_in(file).await {
        Ok(taken) => panic!("taken: {taken:?}"),
        Err(error) => error,
    };
    assert_eq!(error.status(), 422, "{error:?}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing may be left behind");
    error.problem().errors[0].message.clone()
}

/// A PNG that says it is this large, with a picture of one pixel inside.
fn boast(width: u32, height: u32) -> Vec<u8> {
    let mut file = picture::png(1, 1);
    file[16..20].copy_from_slice(&width.to_be_bytes());
    file[20..24].copy_from_slice(&height.to_be_bytes());
    let crc = crc(&file[12..29]);
    file[29..33].copy_from_slice(&crc.to_be_bytes());
    file
}

/// CRC-32 as PNG has it.
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 })
    })
}

fn boasting_jpeg(width: u16, height: u16) -> Vec<u8> {
    let mut file = picture::jpeg(16, 16);
    let at = file.windows(2).position(|w| w == [0xFF, 0xC0]).unwrap();
    file[at + 5..at + 7].copy_from_slice(&height.to_be_bytes());
    file[at + 7..at + 9].copy_from_slice(&width.to_be_bytes());
    file
}

#[tokio::test]
async fn what_is_no_picture_is_refused_whatever_its_name() {
    let files: [&[u8]; 6] = [
        b"<!doctype html><script>alert(1)</script>",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"GIF89a\x01\0\x01\0\0\0\0;",
        b"\0\0\0\x1cftypavif\0\0\0\0avifmif1",
        b"",
        b"%PDF-1.7",
    ];
    for file in files {
        assert_eq!(refusal(file.to_vec()).await, "This is not a JPEG, PNG or WebP picture.");
    }
}

#[tokio::test]
async fn two_documents_in_one_file_are_refused() {
    let html = b"<html><script>alert(1)</script></html>";
    let mut zip = b"PK\x03\x04\x14\0\0\0".to_vec();
    zip.resize(64, 0);
    let jpeg = picture::jpeg(40, 30);
    let files = [
        [&jpeg, html.as_slice()].concat(),
        [&jpeg, zip.as_slice()].concat(),
        [&picture::png(40, 30), html.as_slice()].concat(),
        [&picture::webp(40, 30), zip.as_slice()].concat(),
        picture::with_segment(&jpeg, 0xFE, b"*/=1;/*<script>alert(1)</script>"),
        picture::with_segment(&jpeg, 0xE0, html),
        picture::with_segment(&jpeg, 0xE1, b"%PDF-1.4 obj"),
    ];
    for (at, file) in files.into_iter().enumerate() {
        assert!(refusal(file).await.contains("another document"), "{at}");
    }
}

#[tokio::test]
async fn a_file_that_is_cut_off_or_damaged_is_refused() {
    for whole in [picture::jpeg(200, 150), picture::png(200, 150), picture::webp(200, 150)] {
        assert_eq!(refusal(whole[..whole.len() / 2].to_vec()).await, "The file is cut off or damaged.");
        let folder = tempfile::tempdir().unwrap();
        Media::in_folder(folder.path()).take_in(whole).await.unwrap();
    }
    let mut scrambled = picture::png(200, 150);
    let middle = scrambled.len() / 2;
    scrambled[middle..middle + 40].fill(0xA5);
    assert_eq!(refusal(scrambled).await, "The file is cut off or damaged.");
}

#[tokio::test]
async fn what_would_be_enormous_is_refused_before_it_is_decoded() {
    let mut lossless =
        b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\x10\0\0\0\x1f\x4e\0\x1f\x4e\0VP8L\x08\0\0\0\x2f\xff\xff\xff\x0f\0\0\0"
            .to_vec();
    let length = u32::try_from(lossless.len() - 8).unwrap();
    lossless[4..8].copy_from_slice(&length.to_le_bytes());
    let files = [
        boast(20_000, 20_000),
        boast(32_768, 32_768),
        boast(u32::MAX, 1),
        boast(12_001, 10),
        boast(10_000, 5_001),
        boasting_jpeg(20_000, 20_000),
        boasting_jpeg(9_000, 9_000),
        lossless,
    ];
    for (at, file) in files.into_iter().enumerate() {
        assert!(file.len() < 2048);
        let start = Instant::now();
        let why = refusal(file).await;
        assert!(start.elapsed() < Duration::from_secs(1), "{at}: {:?}", start.elapsed());
        assert!(why.contains("megapixels") || why.contains("damaged"), "{at}: {why}");
    }
    assert!(refusal(boast(20_000, 20_000)).await.contains("50 megapixels"));
    assert_eq!(refusal(vec![0xFF; 16 * 1024 * 1024 + 1]).await, "At most 16 MB.");
}

#[tokio::test]
async fn what_telephones_hang_on_is_cut_away() {
    let folder = tempfile::tempdir().unwrap();
    let media = Media::in_folder(folder.path());
    let plain = picture::jpeg(60, 40);
    let noted = picture::with_segment(&plain, 0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>Berlin</x:xmpmeta>");
    let second = [noted.as_slice(), &picture::jpeg(30, 20)].concat();
    let taken = media.take_in(second).await.unwrap();
    // The same picture without notes is the same file.
    assert_eq!(media.take_in(plain).await.unwrap().url, taken.url);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn names_that_the_shop_did_not_give_are_not_looked_for() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("x.png"), "x").unwrap();
    let media = Media::in_folder(folder.path());
    let hash = "0".repeat(32);
    let long = "1".repeat(4096);
    for key in [
        "x.png",
        "../x.png",
        "",
        "\0",
        &hash,
        &format!("{hash}.exe"),
        &format!("{hash}-.png"),
        &format!("{hash}-1.png/../x"),
        &format!("{hash}-{long}.png"),
        &format!("{hash}\0.png"),
        &hash.replace('0', "A"),
    ] {
        assert!(matches!(media.open(key).await, Err(shop::Error::NotFound(_))), "{key:?}");
    }
}
