//! Carts on the wire.

use super::catalogue::units;
use super::{Discount, Money};
use serde::Serialize;
use shop::cart;
use shop::promotion::{CodeState, OfCart};
use shop::tender::{Problem, Share};
use utoipa::ToSchema;

/// A cart that was just created.
#[derive(Serialize, ToSchema)]
pub struct NewCart {
    /// Opens this cart: `Authorization: Bearer <token>` or `X-Cart-Token: <token>`. Keep it secret.
    pub token: String,
    pub cart: Cart,
}

#[derive(Serialize, ToSchema)]
pub struct Cart {
    id: uuid::Uuid,
    /// Goes up with every change; placing an order names the version that was seen.
    version: i64,
    currency: String,
    items: Vec<Item>,
    /// Units over all items.
    count: i64,
    /// Before promotions, delivery and tax that is not included.
    subtotal: Money,
    /// What promotions take off the items.
    discount: Money,
    discounts: Vec<Discount>,
    /// Codes in the cart, those that do not apply included.
    codes: Vec<Code>,
    gift_cards: Vec<GiftCard>,
    /// Promotions whose gifts are sold out.
    missing_gifts: Vec<String>,
}

/// A gift card, or the customer's store credit, that is to pay.
#[derive(Serialize, ToSchema)]
pub struct GiftCard {
    id: uuid::Uuid,
    /// `gift_card` or `store_credit`.
    #[schema(example = "gift_card")]
    kind: &'static str,
    /// Of the code; empty for store credit.
    last_four: String,
    /// What can be used of it now.
    balance: Money,
    /// What it pays of the items, or in the checkout of everything; minor units of the cart's currency.
    amount: i64,
    /// Why it pays nothing, for people.
    problem: Option<&'static str>,
}

impl From<Share> for GiftCard {
    fn from(share: Share) -> Self {
        Self {
            id: share.account_id.0,
            kind: share.kind.as_str(),
            last_four: share.last_four,
            balance: share.balance.into(),
            amount: share.amount,
            problem: share.problem.map(Problem::text),
        }
    }
}

/// A code of a promotion that is in the cart.
#[derive(Serialize, ToSchema)]
pub struct Code {
    #[schema(example = "WELCOME10")]
    code: String,
    title: String,
    /// Why it does not apply, for people; null when it does.
    problem: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct Item {
    id: uuid::Uuid,
    sku: String,
    product_slug: String,
    title: String,
    variant_title: String,
    picture_url: Option<String>,
    quantity: i64,
    /// Today's price for this quantity.
    unit_price: Money,
    /// The quantity from which that is the price, where it is lower than the catalogue's.
    price_from_quantity: Option<i64>,
    total: Money,
    /// Units that can be bought now; null when stock is not counted.
    available: Option<i64>,
    /// A promotion has put it there, and it costs nothing; removed, it stays away.
    gift: bool,
    problem: Option<ItemProblem>,
}

/// What has changed since the item was added.
#[derive(Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ItemProblem {
    PriceChanged {
        from: Money,
        to: Money,
    },
    StockReduced {
        wanted: i64,
        available: i64,
    },
    /// More than one may buy of it; `why` is the limit, for people.
    LimitReached {
        wanted: i64,
        allowed: i64,
        why: String,
    },
    Unavailable,
}

impl From<CodeState> for Code {
    fn from(c: CodeState) -> Self {
        Self { code: c.code, title: c.title, problem: c.problem }
    }
}

impl Cart {
    pub fn new(c: cart::Cart, priced: OfCart, shares: Vec<Share>) -> Self {
        Self {
            id: c.id.0,
            version: c.version,
            currency: c.currency.code().into(),
            items: c.lines.into_iter().map(Item::from).collect(),
            count: c.count,
            subtotal: c.subtotal.into(),
            discount: priced.totals.money(priced.totals.discount).into(),
            discounts: priced.totals.discounts.into_iter().map(Discount::from).collect(),
            codes: priced.codes.into_iter().map(Code::from).collect(),
            gift_cards: shares.into_iter().map(GiftCard::from).collect(),
            missing_gifts: c.missing_gifts,
        }
    }
}

impl From<cart::Line> for Item {
    fn from(l: cart::Line) -> Self {
        Self {
            id: l.id.0,
            sku: l.sku,
            product_slug: l.product_slug,
            title: l.title,
            variant_title: l.variant_title,
            picture_url: l.picture_url,
            quantity: l.quantity,
            unit_price: l.unit_price.into(),
            price_from_quantity: l.from_quantity,
            total: l.total.into(),
            available: units(l.availability),
            gift: l.gift.is_some(),
            problem: l.problem.map(ItemProblem::from),
        }
    }
}

impl From<cart::LineProblem> for ItemProblem {
    fn from(problem: cart::LineProblem) -> Self {
        use cart::LineProblem as P;
        match problem {
            P::PriceChanged { from, to } => Self::PriceChanged { from: from.into(), to: to.into() },
            P::StockReduced { wanted, available } => Self::StockReduced { wanted, available },
            P::LimitReached { wanted, allowed, why } => Self::LimitReached { wanted, allowed, why },
            P::Unavailable => Self::Unavailable,
        }
    }
}
