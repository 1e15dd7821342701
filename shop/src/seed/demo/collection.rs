//! The demo shop's collections: one by hand, two by rules that its range fits.

use crate::catalogue::draft::slugify;
use crate::collection::{self, Bound, Condition, Draft, Kind, Matching, Order, Rule};
use crate::id::CollectionId;
use crate::money::Currency;
use crate::{Result, Shop, args};
use tokio_util::sync::CancellationToken;

/// Products of the collection by hand, in their order.
const MORNING: [&str; 8] = [
    "Morning Mug",
    "Porridge Mug",
    "Milk Jug",
    "Bread Board",
    "Breakfast Tray",
    "Linen Napkins, Set of Five",
    "Everyday Bowl",
    "Field Notebook",
];

/// Adds those that are missing.
pub(super) async fn fill(shop: &Shop) -> Result<()> {
    let reduced = Rule {
        matching: Matching::All,
        conditions: vec![Condition::OnSale { currency: Currency::EUR }, Condition::Available { yes: true }],
    };
    let small = Rule {
        matching: Matching::All,
        conditions: vec![Condition::Price { is: Bound::AtMost, currency: Currency::EUR, amount: 3_000 }],
    };
    let words = "Things for the first hour, in the order in which they are reached for.";
    add(shop, "A quiet morning", words, None, Order::Place).await?;
    let words = "What costs less than it did, for as long as there is any.";
    add(shop, "Reduced", words, Some(reduced), Order::BestSelling).await?;
    let words = "Small things that say a lot, for thirty euros or less.";
    add(shop, "Presents up to 30", words, Some(small), Order::PriceLow).await?;
    // Whoever looks at the shop at once finds everything in its place.
    collection::keep_up(shop, &CancellationToken::new()).await?;
    Ok(())
}

async fn add(shop: &Shop, title: &str, description: &str, rule: Option<Rule>, order: Order) -> Result<()> {
    const THERE: &str = "SELECT id FROM collection WHERE slug = $1";
    const PUT: &str = "INSERT INTO collection_product (collection_id, product_id, place)
        SELECT $1, p.id, $3 FROM product p WHERE p.slug = $2";
    let draft = Draft {
        title: title.into(),
        slug: slugify(title),
        description: description.into(),
        kind: if rule.is_some() { Kind::Rule } else { Kind::Hand },
        rule,
        order,
        published: true,
        ..Draft::default()
    };
    let there: Option<(CollectionId,)> = shop.db.fetch_optional(THERE, args![&draft.slug]).await?;
    if there.is_some() {
        return Ok(());
    }
    let id = CollectionId::new();
    let mut tx = shop.db.begin().await?;
    collection::insert(&mut tx, id, &draft, shop.now_ms()).await?;
    if draft.kind == Kind::Hand {
        for (at, title) in (1_i64..).zip(MORNING) {
            tx.execute(PUT, args![id, slugify(title), at * collection::GAP]).await?;
        }
    }
    Ok(tx.commit().await?)
}
