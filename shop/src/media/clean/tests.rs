//! What is taken out of files, and what is not taken in.

use super::*;

#[test]
fn no_beginning_of_a_file_brings_a_walk_down() {
    let jpeg = [0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 1, 2, 0xFF, 0xFF, 0xDA, 0, 3, 1, 9, 0xFF, 0, 7, 0xFF, 0xD9];
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\x01IHDR\0abcd\0\0\0\0IEND\0\0\0\0";
    let webp = b"RIFF\x16\0\0\0WEBPVP8 \x03\0\0\0abc\0EXIF\0\0\0\0";
    let files = [(&jpeg[..], Kind::Jpeg), (&png[..], Kind::Png), (&webp[..webp.len() - 8], Kind::Webp)];
    for (file, kind) in files {
        for length in 0..file.len() {
            let _ = clean(&file[..length], kind);
        }
    }
    assert!(clean(&jpeg, Kind::Jpeg).is_ok());
    assert!(clean(png, Kind::Png).is_ok());
    assert_eq!(clean(&jpeg[..19], Kind::Jpeg).unwrap_err(), CUT_OFF);
}

#[test]
fn which_way_is_up_is_read_in_both_byte_orders() {
    let entry = |order: &[u8], tag: [u8; 2], value: [u8; 2]| [order, &tag, &[0; 6], &value, &[0; 6]].concat();
    assert_eq!(orientation(&entry(b"MM\0*\0\0\0\x08\0\x01", [0x01, 0x12], [0, 6])), 6);
    assert_eq!(orientation(&entry(b"II*\0\x08\0\0\0\x01\0", [0x12, 0x01], [8, 0])), 8);
    for odd in [
        &b"II*\0\xff\xff\xff\xff"[..],
        b"MM\0*\0\0\0\x08\xff\xff",
        b"",
        &entry(b"II*\0\x08\0\0\0\x01\0", [0x12, 0x01], [9, 0]),
    ] {
        assert_eq!(orientation(odd), 1);
    }
}

#[test]
fn cameras_notes_are_no_documents() {
    for harmless in [&b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>"[..], b"100% < 200%", b"\xFF\xD8\xFF\xE0second picture"] {
        assert!(!is_a_document(harmless));
    }
    for document in [&b"\0\0<ScRiPt>"[..], b"..%PDF-1.7", b"<!DOCTYPE html>"] {
        assert!(is_a_document(document));
    }
    assert!(is_an_archive(b"MZ\x90\0") && is_an_archive(b"\0\0PK\x03\x04\x14\0") && !is_an_archive(b"\xFF\xD8PK"));
}
