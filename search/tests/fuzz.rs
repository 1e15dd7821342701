//! Whatever somebody types, in whatever order and language: an answer within bounds, never a panic, and the same however it
//! is counted.
//!
//! A few hundred each time; as long as you like with `MERCER_FUZZ_SECONDS` (`make fuzz`). A query that breaks something is
//! named by its seed, which `MERCER_FUZZ_SEED` asks again.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use search::{Document, Filter, Index, Query, Sort};
use std::time::{Duration, Instant};
use uuid::Uuid;

const PIECES: [&str; 30] = [
    "mug", "mugs", "mugg", "gla", "bowl", "SKU-1", "sku-1/2", "aldine", " ", "\t", "\u{a0}", "\"", "-", "+", "AND",
    "OR", "NOT", "(", ")", "title:", "*", "?", "~2", "^3", "[a TO z]", "\\", "\0", "🫖", "שלום", "e\u{301}",
];

fn filled() -> Index {
    let index = Index::in_memory().unwrap();
    index.speak(&["en".into(), "de".into(), "ar".into()]);
    let titles = ["Glazed mug", "Soup bowl 🫖", "Tasse für Tee", "كوب شاي", "茶碗", "Mugs & bowls, 2 × 3"];
    let documents: Vec<Document> = (0..600_u128)
        .map(|n| Document {
            id: Uuid::from_u128(n),
            listed: n % 7 > 0,
            title: titles[usize::try_from(n).unwrap() % titles.len()].into(),
            brand: "Aldine".into(),
            codes: vec![format!("SKU-{n}")],
            prices: vec![("EUR".into(), i64::try_from(n).unwrap())],
            in_stock: n % 3 > 0,
            ..Document::default()
        })
        .collect();
    index.write(&[], &documents, "1").unwrap();
    index
}

fn text(random: &mut StdRng) -> String {
    let mut text = String::new();
    for _ in 0..random.random_range(0..12) {
        match random.random_range(0..10) {
            0 => text.extend((0..random.random_range(1..8)).map(|_| random.random::<char>())),
            1 => text.push_str(&PIECES.choose(random).unwrap().repeat(random.random_range(1..600))),
            2 => text.push(random.random_range(b'!'..=b'~').into()),
            _ => text.push_str(PIECES.choose(random).unwrap()),
        }
        if random.random_bool(0.5) {
            text.push(' ');
        }
    }
    text
}

/// How many were found.
fn ask(index: &Index, seed: u64) -> usize {
    let random = &mut StdRng::seed_from_u64(seed);
    let typed = text(random);
    let line: Vec<String> = (0..random.random_range(0..4)).map(|_| text(random)).collect();
    let pinned: Vec<Uuid> =
        (0..random.random_range(0..3)).map(|_| Uuid::from_u128(random.random_range(0..700))).collect();
    let sorts = [Sort::Relevance, Sort::Newest, Sort::PriceLow, Sort::PriceHigh, Sort::Rating, Sort::BestSelling];
    let query = Query {
        text: &typed,
        synonyms: &[line],
        pinned: &pinned,
        within: None,
        collection: None,
        placed: false,
        filter: Filter {
            in_stock: random.random(),
            brands: random.random_bool(0.1).then(|| text(random)).into_iter().collect(),
            ..Filter::default()
        },
        sort: *sorts.choose(random).unwrap(),
        currency: "EUR",
        offset: random.random_range(0..40),
        rows: random.random_range(0..30),
        counts: true,
    };
    let found = index.find(&query).unwrap();
    assert!(found.ids.len() <= query.rows.min(found.total), "{typed:?}");
    let best = index.find(&Query { counts: false, ..query.clone() }).unwrap();
    assert_eq!(best.ids, found.ids, "{typed:?}");
    found.total
}

#[allow(clippy::disallowed_methods, reason = "how long, and which query, is for whoever asks to say")]
fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn whatever_is_typed_is_answered() {
    let index = filled();
    if let Some(seed) = number("MERCER_FUZZ_SEED") {
        ask(&index, seed);
        return;
    }
    let start = Instant::now();
    let until = number("MERCER_FUZZ_SECONDS").map(Duration::from_secs);
    let mut seed = if until.is_some() { rand::random() } else { 0_u64 };
    let (mut queries, mut with_results, mut slowest) = (0_u64, 0_u64, Duration::ZERO);
    while until.map_or(queries < 500, |until| start.elapsed() < until) {
        let asked = Instant::now();
        let found = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| ask(&index, seed)));
        let found = found.unwrap_or_else(|_| panic!("seed {seed} breaks the search"));
        slowest = slowest.max(asked.elapsed());
        assert!(asked.elapsed() < Duration::from_secs(20), "seed {seed} takes {:?}", asked.elapsed());
        with_results += u64::from(found > 0);
        seed = seed.wrapping_add(1);
        queries += 1;
    }
    // Noise that finds nothing would ask nothing.
    assert!(10 * with_results > queries, "{with_results} of {queries} queries find anything");
    println!("{queries} queries, {with_results} with results, the slowest took {slowest:?}");
}
