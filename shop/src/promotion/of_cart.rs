//! A cart with its promotions: what it costs, which codes are in it and why they do or do not apply, and the two ways to
//! change them.

use super::code::normalised;
use super::read::{Asking, Candidates, of_a_code};
use super::{CodeState, QuotedUse};
use crate::account::Visitor;
use crate::cart::{self, Cart, Line, LineProblem};
use crate::checkout::Details;
use crate::db::Tx;
use crate::id::{PromotionCodeId, PromotionId};
use crate::limits::CART_CODES;
use crate::pricing::{self, Facts, Item, Priced, Reason, Snapshot, Totals};
use crate::tax::{self, Destination, Taxation};
use crate::{Error, Result, Shop, args, attempt};
use std::collections::HashMap;

/// What the goods of a cart cost with promotions; delivery, and tax that comes on top, are not in it.
#[derive(Clone, Debug, PartialEq)]
pub struct OfCart {
    pub totals: Totals,
    /// Tax comes on top where it goes, and is worked out at checkout.
    pub tax_on_top: bool,
    pub codes: Vec<CodeState>,
}

/// A priced cart.
pub(crate) struct PricedCart {
    pub priced: Priced,
    pub codes: Vec<CodeState>,
    pub ids: HashMap<(PromotionId, String), PromotionCodeId>,
}

/// The visitor's cart with its promotions, before anything is known of delivery.
pub async fn of_cart(shop: &Shop, visitor: &Visitor, cart: &Cart) -> Result<OfCart> {
    let mut db = &shop.db;
    let head = cart::read::head(&mut db, visitor, shop.now_ms()).await?;
    let details = head.map(|head| head.details()).transpose()?.unwrap_or_default();
    let to = details.address.as_ref().map_or_else(|| Destination::home(shop), Destination::from);
    let mut taxation = tax::taxation(shop, visitor, &to).await?;
    let tax_on_top = taxation.exempt.is_none() && !tax::is_inclusive(&taxation.rates);
    if tax_on_top || taxation.exempt.is_some() {
        // The cart shows shelf prices.
        taxation = Taxation::default();
    }
    let priced = price_cart(shop, visitor, cart, &details, &taxation, |_| None).await?;
    Ok(OfCart { totals: priced.priced.totals, tax_on_top, codes: priced.codes })
}

/// Prices what of a cart can be bought now. `delivery` says what carrying it costs when its goods come to that many minor units
/// after promotions.
pub(crate) async fn price_cart(
    shop: &Shop,
    visitor: &Visitor,
    cart: &Cart,
    details: &Details,
    taxation: &Taxation,
    delivery: impl FnOnce(i64) -> Option<i64>,
) -> Result<PricedCart> {
    let (mut db, now) = (&shop.db, shop.now_ms());
    let mut items: Vec<Item> = cart.lines.iter().filter_map(item).collect();
    let home = shop.settings.home_country.clone();
    let asking = Asking::of(visitor, cart, details, &home);
    let Candidates { promotions, codes: ids, buyer } = asking.candidates(&mut db, &mut items, now).await?;
    // What makes delivery free is in the prices that everybody is shown, with the tax that somebody exempt does not pay.
    let shown = Snapshot {
        currency: cart.currency,
        items: &items,
        shipping: None,
        rates: &[],
        promotions: &promotions,
        buyer: buyer.clone(),
        now,
    };
    let shipping = delivery(pricing::goods(&shown)?);
    let (items, shipping, rates) = taxation.applied(cart.currency, items, shipping)?;
    let snapshot = Snapshot {
        currency: cart.currency,
        items: &items,
        shipping,
        rates: &rates,
        promotions: &promotions,
        buyer,
        now,
    };
    let priced = pricing::price(&snapshot)?;
    let codes = priced.verdicts.iter().filter(|verdict| !verdict.code.is_empty()).map(|verdict| CodeState {
        code: verdict.code.clone(),
        title: verdict.title.clone(),
        problem: verdict.refused.as_ref().map(Reason::text),
    });
    Ok(PricedCart { codes: codes.collect(), ids, priced })
}

/// What of a line can be bought now.
pub(super) fn item(line: &Line) -> Option<Item> {
    let quantity = line.cap(line.quantity);
    (quantity > 0 && line.problem != Some(LineProblem::Unavailable)).then(|| Item {
        variant_id: line.variant_id,
        quantity,
        unit_price: line.unit_price.amount,
        tax_class: line.tax_class.clone(),
        facts: Facts {
            product: Some(line.product_id),
            reduced: line.from_quantity.is_some()
                || line.compare_at.is_some_and(|before| before.amount > line.unit_price.amount),
            intangible: !line.requires_shipping,
            gift_card: line.gift_card,
            ..Facts::default()
        },
    })
}

/// The promotions of a quote, as they are claimed.
pub(crate) fn uses(priced: &PricedCart) -> Vec<QuotedUse> {
    let reductions = priced.priced.reductions.iter();
    reductions
        .map(|reduction| QuotedUse {
            promotion_id: reduction.promotion,
            code_id: priced.ids.get(&(reduction.promotion, reduction.code.clone())).copied(),
            title: reduction.title.clone(),
            code: reduction.code.clone(),
            amount: reduction.amount,
            shipping: reduction.shipping,
            lines: reduction.lines.clone(),
        })
        .collect()
}

/// Puts a code into the visitor's cart; one that is in it stays, however it is written. Whoever guesses is stopped:
/// attempts are counted by cart and by network address.
///
/// # Errors
/// `Invalid` "code" with the reason when it does not apply to the cart, and nothing is changed; `TooMany`.
pub async fn add_code(shop: &Shop, visitor: &Visitor, network_address: &str, typed: &str) -> Result<Cart> {
    let now = shop.now_ms();
    let mut db = &shop.db;
    let Some(head) = cart::read::head(&mut db, visitor, now).await? else { return Err(Error::NotFound("cart")) };
    let subject = head.id.to_string();
    attempt::count(shop, attempt::CODE_ADDRESS, network_address).await?;
    attempt::count(shop, attempt::CODE_CART, &subject).await?;
    let (code_id, code) = usable(shop, visitor, typed).await?;
    let mut tx = shop.db.begin().await?;
    let head = cart::touch(&mut tx, visitor, now).await?;
    let sql = "INSERT INTO cart_code (cart_id, code_id, added_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    if tx.execute(sql, args![head.id, code_id, now]).await? == 0 {
        drop(tx);
        attempt::forget(shop, attempt::CODE_CART, &subject).await?;
        return cart::load(shop, visitor).await?.ok_or(Error::NotFound("cart"));
    }
    check_room(&mut tx, head.id).await?;
    let details = head.details()?;
    let cart = cart::read::whole(&mut tx, head, now).await?;
    // Looked at before it is kept: what does not apply leaves the cart as it was.
    let home = shop.settings.home_country.clone();
    let mut items: Vec<Item> = cart.lines.iter().filter_map(item).collect();
    let asking = Asking::of(visitor, &cart, &details, &home);
    let Candidates { promotions, buyer, .. } = asking.candidates(&mut tx, &mut items, now).await?;
    let snapshot = Snapshot {
        currency: cart.currency,
        items: &items,
        shipping: None,
        rates: &[],
        promotions: &promotions,
        buyer,
        now,
    };
    let priced = pricing::price(&snapshot)?;
    let reason = priced.verdicts.into_iter().find(|v| v.code == code).and_then(|verdict| verdict.refused);
    // A gift comes into the cart by itself.
    if let Some(reason) = reason.filter(|reason| *reason != Reason::NoGift) {
        return Err(refused(&code, &reason));
    }
    tx.commit().await?;
    attempt::forget(shop, attempt::CODE_CART, &subject).await?;
    Ok(cart)
}

/// The code if there is one and nothing stands against it by itself.
async fn usable(shop: &Shop, visitor: &Visitor, typed: &str) -> Result<(PromotionCodeId, String)> {
    let unknown = || Error::field("code", "There is no such code. Please check how it is written.");
    let code = normalised(typed).ok_or_else(unknown)?;
    let cart = cart::load(shop, visitor).await?.ok_or(Error::NotFound("cart"))?;
    let mut db = &shop.db;
    let details = Details::default();
    let asking = Asking::of(visitor, &cart, &details, "");
    let row = asking.rows(&mut db, &of_a_code(), code.as_str()).await?.pop().ok_or_else(unknown)?;
    let id = row.code_id.ok_or_else(unknown)?;
    match row.promotion(visitor.customer.as_ref().map(|customer| customer.id), shop.now_ms())?.refused {
        Some(reason) => Err(refused(&code, &reason)),
        None => Ok((id, code)),
    }
}

fn refused(code: &str, reason: &Reason) -> Error {
    Error::field("code", format!("{code} does not apply. {}", reason.text()))
}

async fn check_room(tx: &mut Tx, cart: crate::id::CartId) -> Result<()> {
    use crate::db::Read;
    let sql = "SELECT COUNT(*) FROM cart_code WHERE cart_id = $1";
    let (codes,): (i64,) = tx.fetch_one(sql, args![cart]).await?;
    if codes > CART_CODES {
        return Err(Error::field("code", format!("At most {CART_CODES} codes at a time.")));
    }
    Ok(())
}

/// Takes a code out of the visitor's cart; one that is not in it is `NotFound`.
pub async fn remove_code(shop: &Shop, visitor: &Visitor, typed: &str) -> Result<Cart> {
    let code = normalised(typed).ok_or(Error::NotFound("code"))?;
    let now = shop.now_ms();
    let mut tx = shop.db.begin().await?;
    let head = cart::touch(&mut tx, visitor, now).await?;
    let sql = "DELETE FROM cart_code WHERE cart_id = $1
        AND code_id = (SELECT id FROM promotion_code WHERE code = $2)";
    if tx.execute(sql, args![head.id, code]).await? == 0 {
        return Err(Error::NotFound("code"));
    }
    let cart = cart::read::whole(&mut tx, head, now).await?;
    tx.commit().await?;
    Ok(cart)
}
