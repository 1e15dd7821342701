//! What is indexed of a product.

use uuid::Uuid;

/// A product. Shoppers find those that are listed; merchants find all.
#[derive(Clone, Debug, Default)]
pub struct Document {
    pub id: Uuid,
    /// Whether shoppers find it.
    pub listed: bool,
    /// As merchants filter by it: "draft".
    pub status: String,
    /// A draft with a time at which it is published.
    pub is_scheduled: bool,
    pub title: String,
    pub brand: String,
    /// Category titles, tags, type, option values.
    pub words: Vec<String>,
    /// The description without its markup.
    pub text: String,
    /// SKUs and barcodes.
    pub codes: Vec<String>,
    /// The product's categories and all above them.
    pub categories: Vec<Uuid>,
    /// Collections that it is in.
    pub collections: Vec<Uuid>,
    /// Of them, those in which it has a place: lower comes first. Between 0 and 2^48.
    pub places: Vec<(Uuid, i64)>,
    /// Currency and the lowest price of an active variant in minor units.
    pub prices: Vec<(String, i64)>,
    /// Name and value: "Colour", "Blue". What a shopper may choose between, and what the product is like. A number comes
    /// first in its value, as in "18.5 cm", so that [`crate::Range`] finds it.
    pub attributes: Vec<(String, String)>,
    /// Currencies in which an active variant is reduced.
    pub on_sale: Vec<String>,
    /// Something of it can be bought now.
    pub in_stock: bool,
    /// Something of it is counted and sold out.
    pub is_short: bool,
    /// Tenths of a star on average; 0: nobody has rated it.
    pub rating: i64,
    /// The place among the rated: more is better, and of equal averages the one that more people gave.
    pub rating_rank: i64,
    /// Units sold lately.
    pub sold: i64,
    /// Unix milliseconds.
    pub created_at: i64,
    pub updated_at: i64,
}
