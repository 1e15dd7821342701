//! What delivering a cart comes to before anybody has told an address: an estimate by country and postcode.

use super::offer::{self, look_up};
use super::{DeliveryOption, methods_for, options};
use crate::account::Visitor;
use crate::address::Address;
use crate::cart::{self, Cart};
use crate::checkout::Details;
use crate::money::Money;
use crate::tax::Taxation;
use crate::{Result, Shop, promotion};

/// What a cart's delivery costs somewhere.
#[derive(Clone, Debug, PartialEq)]
pub struct CartDelivery {
    /// Of it only country, region and postcode count.
    pub address: Address,
    /// With their prices after promotions of the goods; empty: it is not delivered there.
    pub options: Vec<DeliveryOption>,
    /// It costs nothing to have it carried there, because of its value or of a promotion.
    pub free: bool,
    /// What the goods would have to come to more, after promotions, for that; `None`: it is free, or never will be.
    pub missing: Option<Money>,
}

/// Delivery of the visitor's cart to `asked`, else to the address that was told, else to the shop's own country; `None` when
/// nothing has to be carried.
pub async fn for_cart(
    shop: &Shop,
    visitor: &Visitor,
    cart: &Cart,
    asked: Option<Address>,
) -> Result<Option<CartDelivery>> {
    if !cart.requires_shipping() {
        return Ok(None);
    }
    let mut db = &shop.db;
    let head = cart::read::head(&mut db, visitor, shop.now_ms()).await?;
    let details = head.map(|head| head.details()).transpose()?.unwrap_or_default();
    let home = || Address { country: shop.settings.home_country.clone(), ..Address::default() };
    let address = asked.or_else(|| details.address.clone()).unwrap_or_else(home);
    let methods = methods_for(&mut db, &address, cart.currency).await?;
    let (mut value, mut found) = (0, Vec::new());
    // Promotions may be for some countries.
    let there = Details { address: Some(address.clone()), ..details };
    let priced = promotion::price_cart(shop, visitor, cart, &there, &Taxation::default(), |goods| {
        value = goods;
        found = options(&methods, &offer::goods(cart, goods), cart.currency);
        found.iter().filter(|option| option.pickup.is_none()).map(|option| option.price.amount).min()
    })
    .await?;
    let options = look_up(shop, cart, &address.country, found).await?;
    let is_promoted = priced.priced.totals.shipping_discount > 0;
    let carried = || options.iter().filter(|option| option.pickup.is_none());
    let free = carried().any(|option| option.price.amount == 0 || is_promoted);
    let thresholds = carried().filter_map(|option| option.free_above);
    let missing = thresholds.map(|above| above.amount - value).filter(|missing| *missing > 0 && !free).min();
    Ok(Some(CartDelivery { address, free, missing: missing.map(|amount| cart.currency.money(amount)), options }))
}
