//! Why products stand where they stand, for the merchant.

use super::ask::Ask;
use super::find::cards;
use super::{Explained, Query, Search};
use crate::money::Currency;
use crate::staff::Staff;
use crate::{Result, Shop};
use ::search::{Explanation, Place};

const PRODUCTS: i64 = 10;

/// The first products that `text` finds, and what each of its words counts in them.
///
/// # Errors
/// `Unavailable` before the first products were indexed.
pub async fn explain(
    shop: &Shop,
    search: &Search,
    _: &Staff,
    text: &str,
    currency: Currency,
) -> Result<Vec<Explained>> {
    let query = Query { text: text.to_owned(), rows: PRODUCTS, ..Query::everything(currency) };
    let ask = Ask::of(shop, &query).await?;
    let found = ask.clone().put(search).await?;
    let ids = found.ids.clone();
    let told = search.with(move |index| ids.into_iter().map(|id| index.explain(&ask.query(), id)).collect());
    let told: Vec<Option<Explanation>> = told.await?;
    let cards = cards(shop, found.ids.clone(), currency.into()).await?;
    let of = |(id, told): (uuid::Uuid, Option<Explanation>)| {
        let card = cards.iter().find(|card| card.id.0 == id)?.clone();
        let told = told?;
        let places =
            |places: Vec<(Place, f32)>| places.into_iter().map(|(place, score)| (name(place), score)).collect();
        Some(Explained {
            card,
            score: told.score * told.sold_out.unwrap_or(1.0),
            pinned: told.pinned.map(|place| place + 1),
            sold_out: told.sold_out,
            words: told.words.into_iter().map(|(word, found)| (word, places(found))).collect(),
        })
    };
    Ok(found.ids.into_iter().zip(told).filter_map(of).collect())
}

fn name(place: Place) -> String {
    match place {
        Place::Code => "SKU or barcode",
        Place::Title => "title",
        Place::TitleStem => "title, in another form",
        Place::Brand => "brand",
        Place::Word => "category, tag, type or option",
        Place::Text => "description",
        Place::TitleBeginning => "title, begins with it",
        Place::BrandBeginning => "brand, begins with it",
        Place::TitleMistaken => "title, a word like it",
        Place::BrandMistaken => "brand, a word like it",
        Place::WordMistaken => "category, tag, type or option, a word like it",
    }
    .to_owned()
}
