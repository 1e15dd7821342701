//! Gifts that promotions put into carts by themselves.
//!
//! Which are earned is asked of what the shopper has put there, without the gifts; whether they cost nothing, of the cart with
//! them. What is there and what should be are compared, and only a difference is written: so a gift comes with the change that
//! earns it, goes with the one that does not, and a page that is looked at twice changes nothing. A gift that was taken out
//! stays away (`cart_gift_declined`).

use super::of_cart::item;
use super::read::{Asking, Candidates};
use crate::account::Visitor;
use crate::cart::{self, Cart, Line};
use crate::catalogue::Availability;
use crate::catalogue::statement::AVAILABLE;
use crate::checkout::Details;
use crate::db::Sql;
use crate::id::{CartLineId, ProductId, PromotionId, VariantId};
use crate::pricing::{self, Effect, Facts, Item, Reason, Snapshot, Verdict};
use crate::{Result, Shop, args};
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;
use uuid::Uuid;

/// A line that a promotion gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Gift {
    promotion: PromotionId,
    variant: VariantId,
    quantity: i64,
}

/// What is known of a variant that may be given.
#[derive(Clone, sqlx::FromRow)]
struct Stock {
    id: VariantId,
    product_id: ProductId,
    amount: i64,
    available: Option<i64>,
    requires_shipping: bool,
}

/// The visitor's cart with the gifts that it earns and without those that it does not. Gifts of which there is nothing left are
/// named in [`Cart::missing_gifts`] and keep nobody from buying.
pub async fn with_gifts(shop: &Shop, visitor: &Visitor, mut cart: Cart) -> Result<Cart> {
    const ANY: &str = "SELECT COUNT(*) FROM promotion WHERE state = 'active' AND rule LIKE '%\"kind\":\"gift\"%'";
    let has = current(&cart);
    // Most shops have none, and everybody who puts something into a cart asks.
    if has.is_empty() && shop.db.by_key().fetch_one::<(i64,)>(ANY, args![]).await?.0 == 0 {
        return Ok(cart);
    }
    let (wanted, missing) = earned(shop, visitor, &cart).await?;
    if wanted != has {
        cart = write(shop, visitor, cart, &has, &wanted).await?;
    }
    cart.missing_gifts = missing;
    Ok(cart)
}

fn current(cart: &Cart) -> Vec<Gift> {
    let gift = |line: &Line| Some(Gift { promotion: line.gift?, variant: line.variant_id, quantity: line.quantity });
    sorted(cart.lines.iter().filter_map(gift).collect())
}

fn sorted(mut gifts: Vec<Gift>) -> Vec<Gift> {
    gifts.sort_unstable_by_key(|gift| (gift.promotion, gift.variant));
    gifts
}

/// Gifts that belong into the cart, and the titles of promotions whose gifts are sold out.
async fn earned(shop: &Shop, visitor: &Visitor, cart: &Cart) -> Result<(Vec<Gift>, Vec<String>)> {
    let (mut db, now) = (&shop.db, shop.now_ms());
    let head = cart::read::head(&mut db, visitor, now).await?;
    let details: Details = head.map(|head| head.details()).transpose()?.unwrap_or_default();
    let home = shop.settings.home_country.clone();
    let asking = Asking::of(visitor, cart, &details, &home);
    let mut items: Vec<Item> = cart.lines.iter().filter(|line| line.gift.is_none()).filter_map(item).collect();
    let found = asking.candidates(&mut db, &mut items, now).await?;
    let rules: Vec<(PromotionId, String, Vec<VariantId>, i64)> = found
        .promotions
        .iter()
        .filter_map(|promotion| match &promotion.rule.effect {
            Effect::Gift { variants, units } => Some((promotion.id, promotion.title.clone(), variants.clone(), *units)),
            _ => None,
        })
        .collect();
    let verdicts = verdicts(cart, &items, &found, now)?;
    let declined = declined(shop, cart).await?;
    let stock = stock(shop, cart, rules.iter().flat_map(|(_, _, variants, _)| variants)).await?;
    let own: HashSet<VariantId> = items.iter().map(|item| item.variant_id).collect();
    let (mut gifts, mut missing) = (Vec::new(), Vec::new());
    let mut taken: HashSet<VariantId> = own.clone();
    for (promotion, title, variants, units) in rules {
        let is_earned = verdicts
            .iter()
            .any(|verdict| verdict.promotion == promotion && matches!(verdict.refused, None | Some(Reason::NoGift)));
        // Who has put the gift there by hand has it.
        if !is_earned || declined.contains(&promotion) || variants.iter().any(|variant| own.contains(variant)) {
            continue;
        }
        let had = cart.lines.iter().find(|line| line.gift == Some(promotion)).map(|line| line.variant_id);
        let choices = had.iter().chain(&variants).filter_map(|variant| stock.get(variant));
        let chosen = choices.filter(|one| !taken.contains(&one.id)).find(|one| one.left(cart) > 0);
        match chosen {
            Some(one) => {
                taken.insert(one.id);
                let quantity = units.min(one.left(cart));
                gifts.push((Gift { promotion, variant: one.id, quantity }, one.clone()));
            }
            None => missing.push(title),
        }
    }
    if gifts.is_empty() {
        return Ok((Vec::new(), missing));
    }
    // With the gifts in it, another promotion may come first, or a budget be spent.
    items.extend(gifts.iter().map(|(gift, stock)| stock.item(gift.quantity)));
    let found = asking.candidates(&mut db, &mut items, now).await?;
    let verdicts = self::verdicts(cart, &items, &found, now)?;
    let free = |gift: &Gift| verdicts.iter().any(|v| v.promotion == gift.promotion && v.refused.is_none());
    Ok((sorted(gifts.into_iter().map(|(gift, _)| gift).filter(free).collect()), missing))
}

fn verdicts(cart: &Cart, items: &[Item], found: &Candidates, now: i64) -> Result<Vec<Verdict>> {
    let snapshot = Snapshot {
        currency: cart.currency,
        items,
        shipping: None,
        rates: &[],
        promotions: &found.promotions,
        buyer: found.buyer.clone(),
        now,
    };
    Ok(pricing::price(&snapshot)?.verdicts)
}

async fn declined(shop: &Shop, cart: &Cart) -> Result<HashSet<PromotionId>> {
    let sql = "SELECT promotion_id FROM cart_gift_declined WHERE cart_id = $1";
    let rows: Vec<(PromotionId,)> = shop.db.fetch_all(sql, args![cart.id]).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

async fn stock(
    shop: &Shop,
    cart: &Cart,
    variants: impl Iterator<Item = &VariantId>,
) -> Result<HashMap<VariantId, Stock>> {
    static STOCK: LazyLock<[String; 2]> = LazyLock::new(|| {
        ["IN (SELECT unhex(value) FROM json_each($1))", "= ANY($1)"].map(|which| {
            format!(
                "SELECT v.id, v.product_id, a.amount, {AVAILABLE} AS available, v.requires_shipping
                 FROM variant v JOIN product p ON p.id = v.product_id AND p.status || '' = 'published'
                 JOIN price a ON a.variant_id = v.id AND a.currency = $2 WHERE v.id {which} AND v.active AND NOT v.gift_card"
            )
        })
    });
    let ids: HashSet<Uuid> = variants.map(|variant| variant.0).collect();
    let sql = Sql { sqlite: &STOCK[0], postgres: &STOCK[1] };
    let args = args![ids.into_iter().collect::<Vec<_>>(), cart.currency];
    let rows: Vec<Stock> = shop.db.fetch_all(sql.of(shop.db.engine()), args).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

impl Stock {
    /// Units that this cart can have of it, those that its own payment holds included.
    fn left(&self, cart: &Cart) -> i64 {
        let there = cart.lines.iter().find(|line| line.variant_id == self.id && line.gift.is_some());
        match (there.map(|line| line.availability), self.available) {
            (Some(Availability::Units(units)), _) | (None, Some(units)) => units,
            (Some(Availability::Untracked), _) | (None, None) => i64::MAX,
        }
    }

    fn item(&self, quantity: i64) -> Item {
        let facts = Facts { product: Some(self.product_id), intangible: !self.requires_shipping, ..Facts::default() };
        Item { variant_id: self.id, quantity, unit_price: self.amount, tax_class: None, facts }
    }
}

/// Writes the difference, unless the cart has changed meanwhile.
async fn write(shop: &Shop, visitor: &Visitor, cart: Cart, has: &[Gift], wanted: &[Gift]) -> Result<Cart> {
    const GO: &str = "DELETE FROM cart_line WHERE cart_id = $1 AND variant_id = $2 AND gift_of = $3";
    // What was saved for later stays so.
    const COME: &str = "INSERT INTO cart_line (id, cart_id, variant_id, quantity, unit_price_seen, gift_of, added_at)
        SELECT $1, $2, a.variant_id, $4, a.amount, $5, $6 FROM price a WHERE a.variant_id = $3 AND a.currency = $7
        ON CONFLICT (cart_id, variant_id) DO NOTHING";
    let now = shop.now_ms();
    let mut tx = shop.db.begin().await?;
    let head = cart::touch(&mut tx, visitor, now).await?;
    if head.id != cart.id || head.version != cart.version + 1 {
        return Ok(cart);
    }
    let mut changed = 0;
    for gift in has.iter().filter(|gift| !wanted.contains(gift)) {
        changed += tx.execute(GO, args![cart.id, gift.variant, gift.promotion]).await?;
    }
    for gift in wanted.iter().filter(|gift| !has.contains(gift)) {
        let args = args![CartLineId::new(), cart.id, gift.variant, gift.quantity, gift.promotion, now, cart.currency];
        changed += tx.execute(COME, args).await?;
    }
    if changed == 0 {
        return Ok(cart);
    }
    let cart = cart::read::whole(&mut tx, head, now).await?;
    tx.commit().await?;
    Ok(cart)
}
