//! What a page shows of it: published products with a price in the buyer's currency, those that can be bought first.
//!
//! Where nothing is known yet, what sells stands in: in the product's categories, then in the shop, then what is new.

use super::{KEPT, read_list};
use crate::catalogue::card::in_order;
use crate::catalogue::{self, Card, ListQuery, Sort};
use crate::db::Sql;
use crate::id::ProductId;
use crate::limits::PAGE_ROWS;
use crate::price_list::Buyer;
use crate::{Result, Shop, args};
use std::collections::{BTreeMap, HashSet};

/// Of what sells, so many are looked at for those of the same category.
const SELLERS: i64 = 200;
/// Lines of a cart that are looked at.
const LINES: usize = 20;

/// What is shown with a product. No product stands in two lists, nor with itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recommended {
    /// Bought together with it.
    pub together: Vec<Card>,
    pub similar: Vec<Card>,
    /// Best sellers, where nothing similar is known.
    pub popular: Vec<Card>,
    /// Every product on which this depends, shown or not.
    pub considered: Vec<ProductId>,
}

/// Up to `rows` products of each kind.
pub async fn of_product(shop: &Shop, product: ProductId, buyer: impl Into<Buyer>, rows: usize) -> Result<Recommended> {
    let buyer = buyer.into();
    const LISTS: &str = "SELECT together, alike FROM recommendation WHERE product_id = $1";
    let lists: Option<(String, String)> = shop.db.fetch_optional(LISTS, args![product]).await?;
    let (together, alike) = match &lists {
        Some((together, alike)) => (read_list(together)?, read_list(alike)?),
        None => (Vec::new(), Vec::new()),
    };
    let mut considered = vec![product];
    considered.extend(together.iter().chain(&alike));
    let mut cards = likely(shop, &together, &alike, buyer, rows).await?;
    let mut taken = HashSet::from([product]);
    let together = pick(&mut cards, &together, &mut taken, rows);
    let similar = pick(&mut cards, &alike, &mut taken, rows);
    let popular =
        if similar.is_empty() { popular(shop, Some(product), buyer, &mut taken, rows).await? } else { Vec::new() };
    considered.extend(popular.iter().map(|card| card.id));
    Ok(Recommended { together, similar, popular, considered })
}

/// Cards of the first of both lists; of all others, too, when one of these cannot be bought: most pages need no more.
async fn likely(
    shop: &Shop,
    together: &[ProductId],
    alike: &[ProductId],
    buyer: Buyer,
    rows: usize,
) -> Result<BTreeMap<ProductId, Card>> {
    let above: Vec<ProductId> = together.iter().copied().take(rows).collect();
    let below = alike.iter().copied().filter(|id| !above.contains(id)).take(rows);
    let first: Vec<ProductId> = above.iter().copied().chain(below).collect();
    let mut found = cards(shop, &first, buyer).await?;
    if first.iter().any(|id| !found.get(id).is_some_and(|card| card.in_stock)) {
        let others: Vec<ProductId> = together.iter().chain(alike).copied().filter(|id| !first.contains(id)).collect();
        found.extend(cards(shop, &others, buyer).await?);
    }
    Ok(found)
}

/// Up to `rows` products that go with those in a cart and are not in it: what was bought together with most of them, then
/// what is similar, then what sells.
pub async fn of_cart(shop: &Shop, inside: &[ProductId], buyer: impl Into<Buyer>, rows: usize) -> Result<Vec<Card>> {
    let buyer = buyer.into();
    const LISTS: Sql = Sql {
        sqlite: "SELECT product_id, together, alike FROM recommendation
            WHERE product_id IN (SELECT unhex(value) FROM json_each($1)) ORDER BY product_id",
        postgres: "SELECT product_id, together, alike FROM recommendation WHERE product_id = ANY($1) ORDER BY product_id",
    };
    let mut taken: HashSet<ProductId> = inside.iter().copied().collect();
    let ids: Vec<_> = inside.iter().take(LINES).map(|id| id.0).collect();
    let lists: Vec<(ProductId, String, String)> = shop.db.fetch_all(LISTS.of(shop.db.engine()), args![ids]).await?;
    let (mut partners, mut likes) = (BTreeMap::new(), BTreeMap::new());
    for (_, together, alike) in lists {
        vote(&mut partners, &read_list(&together)?);
        vote(&mut likes, &read_list(&alike)?);
    }
    let (partners, likes) = (elected(partners), elected(likes));
    let known: Vec<ProductId> = partners.iter().chain(&likes).copied().collect();
    let mut cards = cards(shop, &known, buyer).await?;
    let mut found = pick(&mut cards, &partners, &mut taken, rows);
    let missing = rows - found.len();
    found.extend(pick(&mut cards, &likes, &mut taken, missing));
    let missing = rows - found.len();
    if missing > 0 {
        found.extend(popular(shop, None, buyer, &mut taken, missing).await?);
    }
    Ok(found)
}

/// What has sold best lately, without `but`; empty in a shop that has not sold anything.
pub async fn best_sellers(shop: &Shop, buyer: impl Into<Buyer>, but: &[ProductId], rows: usize) -> Result<Vec<Card>> {
    let mut taken = but.iter().copied().collect();
    sellers(shop, None, buyer.into(), &mut taken, rows).await
}

/// The first of a list counts twelve, the next eleven, and so on (Borda's count).
fn vote(votes: &mut BTreeMap<ProductId, usize>, list: &[ProductId]) {
    for (place, product) in list.iter().take(KEPT).enumerate() {
        *votes.entry(*product).or_default() += KEPT - place;
    }
}

fn elected(votes: BTreeMap<ProductId, usize>) -> Vec<ProductId> {
    let mut ranked: Vec<_> = votes.into_iter().collect();
    ranked.sort_by_key(|(product, count)| (std::cmp::Reverse(*count), *product));
    ranked.truncate(2 * KEPT);
    ranked.into_iter().map(|(product, _)| product).collect()
}

async fn cards(shop: &Shop, ids: &[ProductId], buyer: Buyer) -> Result<BTreeMap<ProductId, Card>> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let ids: Vec<_> = ids.iter().map(|id| id.0).collect();
    Ok(in_order(shop, ids, buyer).await?.into_iter().map(|card| (card.id, card)).collect())
}

/// The first `rows` of `list` that are not `taken`, those that can be bought before the others.
fn pick(
    cards: &mut BTreeMap<ProductId, Card>,
    list: &[ProductId],
    taken: &mut HashSet<ProductId>,
    rows: usize,
) -> Vec<Card> {
    let there = list.iter().filter(|id| !taken.contains(id));
    let (mut first, sold_out): (Vec<_>, Vec<_>) =
        there.filter(|id| cards.contains_key(id)).partition(|id| cards[id].in_stock);
    first.extend(sold_out);
    first.truncate(rows);
    taken.extend(first.iter().copied().copied());
    first.into_iter().filter_map(|id| cards.remove(id)).collect()
}

/// What sells, and what is new where not enough does.
async fn popular(
    shop: &Shop,
    with: Option<ProductId>,
    buyer: Buyer,
    taken: &mut HashSet<ProductId>,
    rows: usize,
) -> Result<Vec<Card>> {
    let mut found = sellers(shop, with, buyer, taken, rows).await?;
    if found.len() < rows {
        // Some are sold out: PostgreSQL reads all stock when it is to leave these out by itself.
        let asked = i64::try_from(rows + taken.len() + KEPT).unwrap_or(i64::MAX).min(*PAGE_ROWS.end());
        let query = ListQuery {
            category: None,
            currency: buyer.currency,
            customer: buyer.customer,
            sort: Sort::Newest,
            in_stock_only: false,
            after: None,
            rows: asked,
        };
        let newest = catalogue::list(shop, &query).await?.items;
        let fits = |card: &Card| card.in_stock && !taken.contains(&card.id);
        found.extend(newest.into_iter().filter(fits).take(rows - found.len()));
        taken.extend(found.iter().map(|card| card.id));
    }
    Ok(found)
}

/// Best sellers, those of the categories of `with` first.
async fn sellers(
    shop: &Shop,
    with: Option<ProductId>,
    buyer: Buyer,
    taken: &mut HashSet<ProductId>,
    rows: usize,
) -> Result<Vec<Card>> {
    const BEST: &str = "SELECT s.product_id FROM (SELECT product_id, units FROM product_sales
          ORDER BY units DESC, product_id DESC LIMIT $3) AS s
        ORDER BY CASE WHEN EXISTS (SELECT 1 FROM product_category m WHERE m.product_id = s.product_id
            AND m.category_id IN (SELECT n.category_id FROM product_category n WHERE n.product_id = $1))
          THEN 0 ELSE 1 END, s.units DESC, s.product_id DESC LIMIT $2";
    let asked = i64::try_from(rows + taken.len() + KEPT).unwrap_or(i64::MAX);
    let best: Vec<(ProductId,)> = shop.db.fetch_all(BEST, args![with, asked, SELLERS]).await?;
    let best: Vec<ProductId> = best.into_iter().map(|(id,)| id).collect();
    let mut cards = cards(shop, &best, buyer).await?;
    Ok(pick(&mut cards, &best, taken, rows))
}
