//! Whatever is typed into the search field: an answer, never a panic.

#![no_main]

use search::{Document, Filter, Index, Query, Sort};
use std::sync::LazyLock;

static INDEX: LazyLock<Index> = LazyLock::new(|| {
    let index = Index::in_memory().expect("memory is there");
    index.speak(&["en".into(), "de".into()]);
    let product = |title: &str| Document {
        id: uuid::Uuid::from_u128(title.len() as u128),
        listed: true,
        title: title.into(),
        prices: vec![("EUR".into(), 1)],
        ..Document::default()
    };
    index.write(&[], &["Glazed mug", "Soup bowl", "Tasse für Tee 🫖"].map(product), "1").expect("it can be written");
    index
});

libfuzzer_sys::fuzz_target!(|text: &str| {
    let query = Query {
        text,
        synonyms: &[vec!["mug".into(), "tasse".into()]],
        pinned: &[],
        within: None,
        collection: None,
        placed: false,
        filter: Filter::default(),
        sort: Sort::Relevance,
        currency: "EUR",
        offset: 0,
        rows: 10,
        counts: true,
    };
    INDEX.find(&query).expect("an answer");
});
