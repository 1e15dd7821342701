//! Putting many things into a cart at once; what cannot be had is told and keeps nothing else out.

use super::add::add;
use super::{Cart, Filled, read};
use crate::account::Visitor;
use crate::{Error, Result, Shop};

/// Something that is to go into a cart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    pub sku: String,
    pub title: String,
    pub quantity: i64,
}

/// How many units of `sku` the cart holds.
pub(super) fn held(cart: Option<&Cart>, sku: &str) -> i64 {
    cart.and_then(|cart| cart.lines.iter().find(|line| line.sku == sku)).map_or(0, |line| line.quantity)
}

/// Puts things into the visitor's cart, one after the other, as many of each as can be had.
pub(super) async fn fill(shop: &Shop, visitor: &mut Visitor, all: Vec<Wanted>) -> Result<Vec<Filled>> {
    let mut filled = Vec::with_capacity(all.len());
    for Wanted { sku, title, quantity } in all {
        let (added, problem) = match add(shop, visitor, &sku, quantity).await {
            Ok(_) => (quantity, None),
            Err(Error::SoldOut(short)) => {
                rest(shop, visitor, &sku, short.first().map_or(0, |one| one.available)).await?
            }
            Err(Error::Invalid(fields)) => {
                (0, Some(fields.into_iter().next().map(|field| field.message).unwrap_or_default()))
            }
            Err(Error::NotFound("product")) => (0, Some("This is no longer sold.".to_owned())),
            Err(error) => return Err(error),
        };
        filled.push(Filled { sku, title, added, problem });
    }
    Ok(filled)
}

/// What is left of something of which there is not enough.
async fn rest(shop: &Shop, visitor: &mut Visitor, sku: &str, available: i64) -> Result<(i64, Option<String>)> {
    let cart = read::load(shop, visitor).await?;
    let left = available - held(cart.as_ref(), sku);
    if left <= 0 {
        let why = if available == 0 { "This is sold out now." } else { "All there is of it is in your cart already." };
        return Ok((0, Some(why.to_owned())));
    }
    match add(shop, visitor, sku, left).await {
        Ok(_) => Ok((left, Some(format!("Only {available} left.")))),
        // Somebody was faster, or a limit stands in the way as well.
        Err(Error::SoldOut(_) | Error::Invalid(_) | Error::NotFound("product")) => {
            Ok((0, Some(format!("Only {available} left."))))
        }
        Err(error) => Err(error),
    }
}
