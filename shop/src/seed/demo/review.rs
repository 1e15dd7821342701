//! Reviews for the demo range: put together from sentences by kind of thing, the same in every shop.
//!
//! A product that has any review is left alone. They belong to no account, so that none is made that nobody may use.
//! A few wait for the merchant, two of them with something to be careful about.

mod words;

use super::range::{ITEMS, Item};
use crate::catalogue::draft::slugify;
use crate::db::Sql;
use crate::id::{ProductId, ReviewId};
use crate::review::{self, Draft};
use crate::{Result, Shop, args, rows, worker};
use serde::Serialize;
use std::collections::HashSet;
use words::{LAST, NAMES, words};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// What the shop answers to those who were not quite happy.
const REPLIES: [&str; 4] = [
    "Thank you for telling us. Write to us with your order's number and we will put it right.",
    "We are sorry that it is not what you had hoped for. You can send it back within 30 days, free of charge.",
    "Thank you, that helps others to choose. We have made the description clearer.",
    "You are right, and we have passed it on to the workshop. Thank you.",
];

/// Waiting reviews that staff should think twice about.
const ODD: [(&str, &str, &str, i64); 2] = [
    ("Dealz", "Much cheaper elsewhere", "Why pay more? Same thing at www.bargain-barn.example for half the price.", 1),
    ("superfan", "BEST SHOP EVER", "I LOVE EVERYTHING ABOUT IT, BUY ALL OF IT NOW!!!", 5),
];

/// One row as the statement takes it.
#[derive(Serialize)]
struct Row {
    id: ReviewId,
    product_id: ProductId,
    author: String,
    rating: i64,
    title: String,
    body: String,
    verified: bool,
    state: &'static str,
    reply: &'static str,
    fingerprint: String,
    words: String,
    /// Unix milliseconds.
    at: i64,
}

const INSERT: Sql = rows!(
    "INSERT INTO review (id, product_id, author, rating, title, text, verified, state, reply, replied_at, fingerprint,
       words, created_at, updated_at)
     SELECT d.id, d.product_id, d.author, d.rating, d.title, d.body, d.verified, d.state, d.reply,
       CASE WHEN d.reply = '' THEN NULL ELSE d.at + $2 END, d.fingerprint, d.words, d.at, d.at FROM",
    [
        id UUID, product_id UUID, author TEXT, rating BIGINT, title TEXT, body TEXT, verified BOOLEAN, state TEXT,
        reply TEXT, fingerprint TEXT, words TEXT, at BIGINT
    ],
    ""
);

/// Writes reviews for the products of the range that have none, and counts them.
pub async fn fill(shop: &Shop) -> Result<()> {
    const BARE: &str = "SELECT p.id, p.slug FROM product p
        WHERE NOT EXISTS (SELECT 1 FROM review r WHERE r.product_id = p.id)";
    let bare: Vec<(ProductId, String)> = shop.db.fetch_all(BARE, args![]).await?;
    // Nobody says word for word what another has said.
    let mut said = HashSet::new();
    let mut rows = Vec::new();
    for (at, item) in ITEMS.iter().enumerate() {
        let slug = slugify(item.title);
        let texts = of(item, at, shop.now_ms(), &mut said);
        if let Some((product, _)) = bare.iter().find(|(_, known)| *known == slug) {
            rows.extend(texts.into_iter().map(|row| Row { product_id: *product, ..row }));
        }
    }
    if !rows.is_empty() {
        shop.db.execute(INSERT.of(shop.db.engine()), args![serde_json::to_string(&rows)?, DAY_MS]).await?;
    }
    worker::count_ratings(shop).await.map(drop)
}

/// Between 0 and `of` - 1, the same for the same thing every time.
fn dice(at: usize, n: usize, salt: usize, of: usize) -> usize {
    let mut x = (at as u64 * 0x9E37_79B9) ^ (n as u64 * 0x85EB_CA6B) ^ (salt as u64 * 0xC2B2_AE35);
    x = (x ^ (x >> 15)).wrapping_mul(0x2C1B_3C6D);
    x = (x ^ (x >> 12)).wrapping_mul(0x297A_2D39);
    usize::try_from((x ^ (x >> 15)) % of as u64).unwrap_or(0)
}

/// What is said of one thing.
fn of(item: &Item, at: usize, now: i64, said: &mut HashSet<String>) -> Vec<Row> {
    let words = words(item.object, item.group);
    let mut list = Vec::new();
    let praised = (2 + dice(at, 0, 1, 5)).min(words.praise.len());
    let first = dice(at, 0, 2, words.praise.len());
    for n in 0..praised {
        let (title, text) = words.praise[(first + n) % words.praise.len()];
        let rating = if dice(at, n, 3, 10) < 7 { 5 } else { 4 };
        let text = longer(
            text,
            words.detail[dice(at, n, 4, words.detail.len())],
            LAST[dice(at, n, 5, LAST.len())],
            dice(at, n, 6, 6),
        );
        list.push((title, text, rating));
    }
    if dice(at, 0, 7, 5) < 3 {
        let (title, text) = words.doubt[dice(at, 0, 8, words.doubt.len())];
        list.insert(dice(at, 0, 9, praised), (title, text.to_owned(), if dice(at, 0, 10, 4) == 0 { 2 } else { 3 }));
    }
    list.retain(|(_, text, _)| said.insert(text.clone()));
    let mut rows: Vec<Row> = list.into_iter().enumerate().map(|(n, said)| row(at, n, said, now)).collect();
    // The newest of some waits to be looked at.
    if let Some(newest) = rows.iter_mut().max_by_key(|row| row.at).filter(|_| at % 9 == 4) {
        newest.state = "pending";
        newest.reply = "";
        newest.at = now - DAY_MS / 24 * (2 + at as i64);
    }
    if let Some((author, title, text, rating)) = ODD.get(at.wrapping_sub(20) / 12).filter(|_| at % 12 == 8 && at >= 20)
    {
        let odd = row(at, 40, (title, (*text).to_owned(), *rating), now);
        let draft = Draft { author: (*author).into(), title: (*title).into(), text: (*text).into(), rating: *rating };
        let words = review::words(&draft);
        rows.push(Row {
            author: draft.author,
            words,
            verified: false,
            state: "pending",
            reply: "",
            at: now - DAY_MS / 2,
            ..odd
        });
    }
    rows
}

/// Some say one thing, some three.
fn longer(text: &str, detail: &str, last: &str, way: usize) -> String {
    match way {
        0 => text.to_owned(),
        1 => format!("{text} {detail}"),
        2 => format!("{text} {last}"),
        3 => format!("{text} {detail} {last}"),
        4 => format!("{text}\n\n{detail} {last}"),
        _ => format!("{detail} {text}"),
    }
}

fn row(at: usize, n: usize, (title, text, rating): (&str, String, i64), now: i64) -> Row {
    let author = NAMES[(at * 7 + n * 13) % NAMES.len()];
    let draft = Draft { rating, title: title.into(), text, author: author.into() };
    let minutes = i64::try_from(3 * 24 * 60 + dice(at, n, 11, 420 * 24 * 60)).unwrap_or(0);
    let reply = if rating <= 3 && dice(at, n, 12, 3) > 0 { REPLIES[dice(at, n, 13, REPLIES.len())] } else { "" };
    Row {
        id: ReviewId::new(),
        product_id: ProductId(uuid::Uuid::nil()),
        fingerprint: review::fingerprint(&draft.text),
        words: review::words(&draft),
        author: draft.author,
        rating,
        title: draft.title,
        body: draft.text,
        verified: dice(at, n, 14, 5) > 0,
        state: "approved",
        reply,
        at: now - minutes * 60 * 1000,
    }
}
