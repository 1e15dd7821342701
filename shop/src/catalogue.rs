//! What is sold: categories, products with variants, prices per currency, pictures.
//!
//! The types here are what pages, islands and the API show; SQL stands in the files below, the merchant's
//! editor in `catalogue/edit.rs`. Stock numbers come along as "what can be bought", never as a promise.

pub mod draft;
mod picture;

#[cfg(feature = "server")]
pub(crate) mod card;
#[cfg(feature = "server")]
mod category;
#[cfg(feature = "server")]
pub mod desk;
#[cfg(feature = "server")]
pub mod edit;
#[cfg(feature = "server")]
pub mod history;
#[cfg(feature = "server")]
mod list;
#[cfg(feature = "server")]
pub(crate) mod many;
#[cfg(feature = "server")]
pub(crate) mod price;
#[cfg(feature = "server")]
mod product;
#[cfg(feature = "server")]
pub mod quick;
#[cfg(feature = "server")]
pub mod sales;
#[cfg(feature = "server")]
pub mod schedule;
#[cfg(feature = "server")]
pub(crate) mod statement;
#[cfg(feature = "server")]
pub(crate) mod stored;
#[cfg(feature = "server")]
pub mod tree;
#[cfg(feature = "server")]
pub(crate) mod write;

pub use picture::{Drawn, Picture};

#[cfg(feature = "server")]
pub use category::{category_by_slug, menu, top_categories};
#[cfg(feature = "server")]
pub use list::list;
#[cfg(feature = "server")]
pub use product::{id_of_slug, product_by_sku, product_by_slug};

use crate::attribute::Spec;
use crate::id::{CategoryId, CustomerId, ProductId, VariantId};
use crate::money::{Currency, Money};
use crate::pricing::Offer;
use crate::purchase_limit::Limit;
use crate::review::Rating;
use serde::{Deserialize, Serialize};

/// A product in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Card {
    pub id: ProductId,
    pub slug: String,
    pub title: String,
    pub brand: String,
    pub picture: Option<Picture>,
    /// Lowest price over the active variants.
    pub price_from: Money,
    /// Prices differ between variants: show "from".
    pub price_varies: bool,
    pub compare_at: Option<Money>,
    pub in_stock: bool,
    /// Name of the first option with more than one value and how many there are, e.g. ("Colour", 3).
    pub choices: Option<(String, usize)>,
    /// Sku to add straight from the card: set when there is exactly one variant.
    pub only_sku: Option<String>,
    pub rating: Rating,
}

/// How much of a variant can be bought now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Availability {
    /// Not counted: always there.
    Untracked,
    /// Units available over all warehouses, 0 when sold out.
    Units(i64),
}

impl Availability {
    pub fn can_buy(self, quantity: i64) -> bool {
        match self {
            Self::Untracked => true,
            Self::Units(units) => units >= quantity,
        }
    }

    /// `quantity` cut down to what can be bought.
    pub fn cap(self, quantity: i64) -> i64 {
        match self {
            Self::Untracked => quantity,
            Self::Units(units) => quantity.min(units),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Variant {
    pub id: VariantId,
    pub sku: String,
    pub barcode: Option<String>,
    /// In the order of the product's options; empty for a product with one variant.
    pub option_values: Vec<String>,
    /// "Small / Blue"; empty for a product with one variant.
    pub title: String,
    /// Of one unit.
    pub price: Money,
    /// What each costs to who takes more, from two units up.
    pub breaks: Vec<Offer>,
    pub compare_at: Option<Money>,
    /// Where a higher price is struck through: the lowest in force within the 30 days before the reduction began
    /// (directive 98/6/EC, Article 6a). `None` when there was no price before it.
    pub lowest_before: Option<Money>,
    pub weight_grams: i64,
    pub availability: Availability,
}

/// One choice a shopper makes: "Size" with its values in display order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductOption {
    pub name: String,
    pub values: Vec<String>,
}

/// A published product as its page shows it, priced in one currency.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Product {
    pub id: ProductId,
    pub slug: String,
    pub title: String,
    /// Sanitised HTML.
    pub description_html: String,
    pub brand: String,
    pub product_type: String,
    pub tags: Vec<String>,
    pub options: Vec<ProductOption>,
    /// Active variants that have a price in the asked currency, in position order; never empty.
    pub variants: Vec<Variant>,
    pub pictures: Vec<Picture>,
    /// What it has of the attributes that are shown, in the merchant's order.
    pub specs: Vec<Spec>,
    /// From the root down to the product's first category.
    pub breadcrumb: Vec<CategoryLink>,
    pub seo_title: String,
    pub seo_description: String,
    pub rating: Rating,
    /// How much one may buy of it.
    pub limit: Limit,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CategoryLink {
    pub slug: String,
    pub title: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Category {
    pub id: CategoryId,
    pub slug: String,
    pub title: String,
    pub description: String,
    pub picture_url: Option<String>,
    pub breadcrumb: Vec<CategoryLink>,
    pub children: Vec<CategoryLink>,
    /// What search engines show; empty: title and description.
    pub seo_title: String,
    pub seo_description: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    #[default]
    Newest,
    PriceLow,
    PriceHigh,
    Title,
}

/// What a list shows: all published products, or one category with its descendants.
#[derive(Clone, Debug)]
pub struct ListQuery {
    pub category: Option<CategoryId>,
    pub currency: Currency,
    /// Whose prices the cards show; they are picked and sorted by the catalogue's.
    pub customer: Option<CustomerId>,
    pub sort: Sort,
    pub in_stock_only: bool,
    /// Opaque position after which the page starts, from [`Page::next`]; an unreadable one is `Error::Invalid`.
    pub after: Option<String>,
    /// Within `limits::PAGE_ROWS`.
    pub rows: i64,
}

/// One page of a keyset-paged list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Page<T> {
    pub items: Vec<T>,
    pub next: Option<String>,
}
