//! Files that somebody has torn, glued and overwritten at random: an answer within bounds, never a panic.
//!
//! A few hundred each time; as long as you like with `MERCER_FUZZ_SECONDS` (`make fuzz`). A file that breaks the reader
//! is named by its seed, which `MERCER_FUZZ_SEED` asks again.

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use shop::import::{Format, probe};
use std::time::{Duration, Instant};

const REAL: [&[u8]; 3] = [
    include_bytes!("../catalogue/shopify/apparel.csv"),
    include_bytes!("../catalogue/shopify/home-and-garden.csv"),
    include_bytes!("../catalogue/shopify/jewelery.csv"),
];
const PIECES: [&[u8]; 24] = [
    b"\"",
    b"\"\"",
    b",",
    b";",
    b"\t",
    b"\n",
    b"\r\n",
    b"\r",
    b"\0",
    b"\xFF\xFE",
    b"\xFE\xFF",
    b"\xEF\xBB\xBF",
    b"\\",
    b"\\,",
    b" > ",
    b"=1+1",
    b"'",
    b"id:101",
    b"variation",
    b"variable",
    b"Mercer / Slug",
    b"[{\"src\":1}]",
    b"-9223372036854775808",
    "日本\u{0301}🫖".as_bytes(),
];

fn file(random: &mut StdRng) -> Vec<u8> {
    let mut bytes = match random.random_range(0..5) {
        n @ 0..3 => REAL[n].to_vec(),
        n => Format::ALL[n - 3].sample().as_bytes().to_vec(),
    };
    if random.random_bool(0.3) {
        // A file that this shop says it has written.
        let text = String::from_utf8_lossy(&bytes).into_owned();
        bytes = text
            .replacen('\n', ",Mercer / Slug,Mercer / Options,Mercer / Pictures,Mercer / Categories\n", 1)
            .into_bytes();
    }
    for _ in 0..random.random_range(1..12) {
        let at = random.random_range(0..=bytes.len());
        let to = (at + random.random_range(0..200)).min(bytes.len());
        match random.random_range(0..5) {
            0 => drop(bytes.drain(at..to)),
            1 => drop(bytes.splice(at..at, PIECES.choose(random).expect("some").iter().copied())),
            // Seldom bytes that are no text at all: of such a file nothing is read.
            2 if random.random_bool(0.1) => bytes[at..to].fill_with(|| random.random()),
            2 => bytes[at..to].fill_with(|| random.random_range(b' '..=b'~')),
            3 => {
                let part = bytes[at..to].to_vec();
                let there = random.random_range(0..=bytes.len());
                drop(bytes.splice(there..there, part));
            }
            _ => {
                let piece = PIECES.choose(random).expect("some").repeat(random.random_range(1..300));
                drop(bytes.splice(at..to, piece));
            }
        }
    }
    bytes
}

#[allow(clippy::disallowed_methods, reason = "how long, and which file, is for whoever asks to say")]
fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn torn_files_are_answered() {
    if let Some(seed) = number("MERCER_FUZZ_SEED") {
        probe(&file(&mut StdRng::seed_from_u64(seed)));
        return;
    }
    let start = Instant::now();
    let until = number("MERCER_FUZZ_SECONDS").map(Duration::from_secs);
    let mut seed = if until.is_some() { rand::random() } else { 0_u64 };
    let (mut files, mut products, mut slowest) = (0_u64, 0, Duration::ZERO);
    while until.map_or(files < 300, |until| start.elapsed() < until) {
        let bytes = file(&mut StdRng::seed_from_u64(seed));
        let asked = Instant::now();
        let read = std::panic::catch_unwind(|| probe(&bytes));
        slowest = slowest.max(asked.elapsed());
        products += read.unwrap_or_else(|_| panic!("seed {seed} breaks the reader"));
        assert!(asked.elapsed() < Duration::from_secs(20), "seed {seed} takes {:?}", asked.elapsed());
        seed = seed.wrapping_add(1);
        files += 1;
    }
    // A mangler that leaves nothing to read would ask nothing.
    assert!(products as u64 > files, "{products} products of {files} files");
    println!("{files} files, {products} products, the slowest took {slowest:?}");
}
