//! What fits the beginning of a search.

use super::ask::Ask;
use super::find::categories;
use super::{Query, Search, Suggestions};
use crate::catalogue::CategoryLink;
use crate::catalogue::card::in_order;
use crate::price_list::Buyer;
use crate::{Result, Shop};

/// Shorter beginnings fit everything.
const TEXT_CHARS: usize = 2;
const PRODUCTS: i64 = 6;
const CATEGORIES: usize = 3;

/// Products with the words, the last of which may go on, and categories called like it.
///
/// # Errors
/// `Unavailable` before the first products were indexed.
pub async fn suggest(shop: &Shop, search: &Search, text: &str, buyer: impl Into<Buyer>) -> Result<Suggestions> {
    let buyer = buyer.into();
    let text = text.trim();
    if text.chars().count() < TEXT_CHARS {
        return Ok(Suggestions::default());
    }
    let query = Query { text: text.to_owned(), rows: PRODUCTS, ..Query::everything(buyer.currency) };
    let mut ask = Ask::of(shop, &query).await?;
    ask.counts = false;
    let found = ask.put(search).await?;
    let words: Vec<String> = text.to_lowercase().split_whitespace().map(str::to_owned).collect();
    let links = categories(shop).await?.into_iter().filter(|(.., title)| begins(title, &words));
    Ok(Suggestions {
        products: in_order(shop, found.ids, buyer).await?,
        categories: links.take(CATEGORIES).map(|(_, slug, title)| CategoryLink { slug, title }).collect(),
    })
}

/// Whether each word begins one of the title's.
fn begins(title: &str, words: &[String]) -> bool {
    let title = title.to_lowercase();
    words.iter().all(|word| title.split(|c: char| !c.is_alphanumeric()).any(|part| part.starts_with(word)))
}
