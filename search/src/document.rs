//! What is indexed of a product.

use uuid::Uuid;

/// A published product.
#[derive(Clone, Debug, Default)]
pub struct Document {
    pub id: Uuid,
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
    /// Currency and the lowest price of an active variant in minor units.
    pub prices: Vec<(String, i64)>,
    /// Name and value: "Colour", "Blue". What a shopper may choose between, and what the product is like.
    pub attributes: Vec<(String, String)>,
    /// Currencies in which an active variant is reduced.
    pub on_sale: Vec<String>,
    /// Something of it can be bought now.
    pub in_stock: bool,
    /// Unix milliseconds.
    pub created_at: i64,
}
