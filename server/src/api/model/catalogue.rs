//! Products, categories and collections on the wire.

use super::Money;
use serde::Serialize;
use shop::catalogue::{self, Availability};
use shop::pricing::Offer;
use shop::recommendation::Recommended;
use utoipa::ToSchema;

/// Products that belong together.
#[derive(Serialize, ToSchema)]
pub struct Collection {
    id: uuid::Uuid,
    slug: String,
    title: String,
    description: String,
}

impl From<shop::collection::Collection> for Collection {
    fn from(c: shop::collection::Collection) -> Self {
        Self { id: c.id.0, slug: c.slug, title: c.title, description: c.description }
    }
}

/// One page of a list; ask again with `after=<next>` until `next` is null.
#[derive(Serialize, ToSchema)]
pub struct ProductPage {
    items: Vec<ProductCard>,
    next: Option<String>,
}

/// A product in a list.
#[derive(Serialize, ToSchema)]
pub struct ProductCard {
    id: uuid::Uuid,
    slug: String,
    title: String,
    brand: String,
    picture_url: Option<String>,
    /// The lowest of its variants' prices.
    price_from: Money,
    price_varies: bool,
    in_stock: bool,
    /// Set when there is exactly one variant.
    sku: Option<String>,
    rating: Option<Rating>,
}

/// What the reviews that are shown come to; null without any.
#[derive(Serialize, ToSchema)]
pub struct Rating {
    /// Stars, 1 to 5, with one decimal place: "4.6".
    average: String,
    /// How many reviews.
    count: i64,
}

/// What goes with a product; no product stands in two of the lists. Those that can be bought come first.
#[derive(Serialize, ToSchema)]
pub struct Recommendations {
    /// From the orders of the last year, best first.
    bought_together: Vec<ProductCard>,
    similar: Vec<ProductCard>,
    /// Best sellers; only where nothing similar is known.
    popular: Vec<ProductCard>,
}

#[derive(Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "`product_type` is the catalogue's own name for it")]
pub struct Product {
    id: uuid::Uuid,
    slug: String,
    title: String,
    /// Sanitised HTML.
    description_html: String,
    brand: String,
    product_type: String,
    tags: Vec<String>,
    options: Vec<ProductOption>,
    variants: Vec<Variant>,
    pictures: Vec<Picture>,
    rating: Option<Rating>,
    /// What its page shows as specifications, in the merchant's order.
    attributes: Vec<ProductAttribute>,
}

/// What a product has of an attribute that the merchant has defined.
#[derive(Serialize, ToSchema)]
pub struct ProductAttribute {
    key: String,
    name: String,
    /// `text`, `number`, `boolean` or `choice`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// Of a number, like "cm"; null: none.
    unit: Option<String>,
    /// As shoppers read them: a number as a decimal without its unit, a boolean as `Yes` or `No`. More than one only of a choice.
    values: Vec<String>,
}

impl From<shop::attribute::Spec> for ProductAttribute {
    fn from(spec: shop::attribute::Spec) -> Self {
        let unit = Some(spec.unit).filter(|unit| !unit.is_empty());
        Self { key: spec.slug, name: spec.name, kind: spec.kind.code(), unit, values: spec.values }
    }
}

#[derive(Serialize, ToSchema)]
pub struct ProductOption {
    name: String,
    values: Vec<String>,
}

#[derive(Serialize, ToSchema)]
pub struct Variant {
    sku: String,
    barcode: Option<String>,
    title: String,
    /// In the order of the product's options.
    option_values: Vec<String>,
    /// Of one unit, for everybody.
    price: Money,
    /// What each costs to who takes more, from two units up.
    quantity_prices: Vec<QuantityPrice>,
    compare_at: Option<Money>,
    weight_grams: i64,
    /// Units that can be bought now; null when stock is not counted.
    available: Option<i64>,
}

/// A price for larger quantities.
#[derive(Serialize, ToSchema)]
pub struct QuantityPrice {
    min_quantity: i64,
    price: Money,
}

#[derive(Serialize, ToSchema)]
pub struct Picture {
    /// The original.
    url: String,
    alt: String,
    width: i64,
    height: i64,
    /// A small one, 320 pixels wide or so.
    thumb_url: String,
    /// Sizes in WebP as HTML's `srcset` writes them; null until they are drawn.
    srcset: Option<String>,
    /// What must stay in sight where the picture is cropped, percent from the left and from the top.
    focus_x: i64,
    focus_y: i64,
}

#[derive(Serialize, ToSchema)]
pub struct Category {
    id: uuid::Uuid,
    slug: String,
    title: String,
    description: String,
    children: Vec<CategoryLink>,
}

#[derive(Serialize, ToSchema)]
pub struct CategoryLink {
    slug: String,
    title: String,
}

impl From<catalogue::Page<catalogue::Card>> for ProductPage {
    fn from(page: catalogue::Page<catalogue::Card>) -> Self {
        Self { items: page.items.into_iter().map(ProductCard::from).collect(), next: page.next }
    }
}

impl From<catalogue::Card> for ProductCard {
    fn from(card: catalogue::Card) -> Self {
        Self {
            id: card.id.0,
            slug: card.slug,
            title: card.title,
            brand: card.brand,
            picture_url: card.picture.map(|picture| picture.src()),
            price_from: card.price_from.into(),
            price_varies: card.price_varies,
            in_stock: card.in_stock,
            sku: card.only_sku,
            rating: Rating::of(card.rating),
        }
    }
}

impl Rating {
    fn of(rating: shop::review::Rating) -> Option<Self> {
        let count = rating.reviews();
        (count > 0).then(|| Self { average: rating.average(), count })
    }
}

impl From<Recommended> for Recommendations {
    fn from(found: Recommended) -> Self {
        let list = |cards: Vec<catalogue::Card>| cards.into_iter().map(ProductCard::from).collect();
        Self { bought_together: list(found.together), similar: list(found.similar), popular: list(found.popular) }
    }
}

impl From<catalogue::Product> for Product {
    fn from(p: catalogue::Product) -> Self {
        let option = |o: catalogue::ProductOption| ProductOption { name: o.name, values: o.values };
        Self {
            id: p.id.0,
            slug: p.slug,
            title: p.title,
            description_html: p.description_html,
            brand: p.brand,
            product_type: p.product_type,
            tags: p.tags,
            options: p.options.into_iter().map(option).collect(),
            variants: p.variants.into_iter().map(Variant::from).collect(),
            pictures: p.pictures.into_iter().map(Picture::from).collect(),
            attributes: p.specs.into_iter().map(ProductAttribute::from).collect(),
            rating: Rating::of(p.rating),
        }
    }
}

impl From<catalogue::Picture> for Picture {
    fn from(p: catalogue::Picture) -> Self {
        let (thumb_url, srcset) = (p.thumb(), p.srcset());
        let (focus_x, focus_y) = p.focus;
        Self { url: p.url, alt: p.alt, width: p.width, height: p.height, thumb_url, srcset, focus_x, focus_y }
    }
}

impl From<catalogue::Variant> for Variant {
    fn from(v: catalogue::Variant) -> Self {
        let currency = v.price.currency;
        let quantity_price = |offer: Offer| QuantityPrice {
            min_quantity: offer.min_quantity,
            price: currency.money(offer.amount).into(),
        };
        Self {
            quantity_prices: v.breaks.into_iter().map(quantity_price).collect(),
            sku: v.sku,
            barcode: v.barcode,
            title: v.title,
            option_values: v.option_values,
            price: v.price.into(),
            compare_at: v.compare_at.map(Money::from),
            weight_grams: v.weight_grams,
            available: units(v.availability),
        }
    }
}

/// `None`: not counted.
pub(super) fn units(availability: Availability) -> Option<i64> {
    match availability {
        Availability::Untracked => None,
        Availability::Units(units) => Some(units),
    }
}

impl From<catalogue::Category> for Category {
    fn from(c: catalogue::Category) -> Self {
        let link = |l: catalogue::CategoryLink| CategoryLink { slug: l.slug, title: l.title };
        Self {
            id: c.id.0,
            slug: c.slug,
            title: c.title,
            description: c.description,
            children: c.children.into_iter().map(link).collect(),
        }
    }
}
