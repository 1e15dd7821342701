//! Wishlists on the wire.

use super::Money;
use super::catalogue::ProductCard;
use serde::Serialize;
use shop::wishlist;
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
pub struct NewWishlist {
    /// For `Authorization: Bearer` or `X-Wishlist-Token`.
    pub token: String,
}

#[derive(Serialize, ToSchema)]
pub struct Wishlist {
    /// Added last first.
    items: Vec<Wish>,
}

/// A product that somebody would like to have.
#[derive(Serialize, ToSchema)]
pub struct Wish {
    slug: String,
    title: String,
    /// Null: it is not sold any more, or not in this currency.
    product: Option<ProductCard>,
    /// The lowest of its variants' prices when it was added.
    price_then: Money,
    /// By how much that is less now, in the same currency; null when it is not.
    price_drop: Option<Money>,
    added_at: i64,
}

impl From<wishlist::Wishlist> for Wishlist {
    fn from(list: wishlist::Wishlist) -> Self {
        Self { items: list.wishes.into_iter().map(Wish::from).collect() }
    }
}

impl From<wishlist::Wish> for Wish {
    fn from(wish: wishlist::Wish) -> Self {
        let price_drop = wish.cheaper_by().map(Money::from);
        Self {
            slug: wish.slug,
            title: wish.title,
            product: wish.card.map(ProductCard::from),
            price_then: wish.price_then.into(),
            price_drop,
            added_at: wish.added_at,
        }
    }
}
