//! What the shopper has seen and agrees to: whether it can be ordered, and its frozen copy.

use crate::cart::{Cart, LineProblem};
use crate::checkout::{Quote, QuoteLine, StepName, View, view};
use crate::error::Shortage;
use crate::warehouse::route::Missing;
use crate::{Error, Result, tender};

/// [`Error::SoldOut`] when a line asks for more than there is.
pub(super) fn check_stock(cart: &Cart) -> Result<()> {
    let short: Vec<_> = cart
        .lines
        .iter()
        .filter_map(|line| match line.problem {
            Some(LineProblem::StockReduced { available, .. }) => {
                Some(Shortage { sku: line.sku.clone(), title: line.title.clone(), available })
            }
            _ => None,
        })
        .collect();
    if short.is_empty() { Ok(()) } else { Err(Error::SoldOut(short)) }
}

/// `Conflict` "limit_reached" when a line asks for more than one may buy.
fn check_limits(cart: &Cart) -> Result<()> {
    cart.lines.iter().try_for_each(|line| match &line.problem {
        Some(LineProblem::LimitReached { why, .. }) => Err(limit_reached(&line.title, why)),
        _ => Ok(()),
    })
}

/// More than one may buy of a product; `why` is the limit.
pub(super) fn limit_reached(title: &str, why: &str) -> Error {
    Error::conflict("limit_reached", format!("{title}: {why} Nothing was charged."))
}

/// Nothing about the cart may be unacknowledged, and every step must be done.
pub(super) fn check(view: &View) -> Result<()> {
    check_stock(&view.cart)?;
    check_limits(&view.cart)?;
    if view.cart.has_problems() {
        return Err(view::changed());
    }
    let missing = match view.reached {
        StepName::Payment => return Ok(()),
        StepName::Contact => "Tell us your e-mail address first.",
        StepName::Address => "Tell us where to deliver first.",
        StepName::Delivery => "Choose how to deliver first.",
    };
    Err(Error::conflict("incomplete", missing))
}

/// Freezes what the shopper sees: today's prices, promotions, the chosen delivery, the tax of the destination. Every line
/// can be bought: [`check`].
pub(super) fn quote(view: &View) -> Result<Quote> {
    let chosen = view.delivery_options.iter().find(|option| Some(option.id) == view.details.delivery);
    if view.priced.len() != view.cart.lines.len() {
        return Err(view::changed());
    }
    let pickup = chosen.and_then(|option| option.pickup.as_ref());
    let lines = view
        .priced
        .iter()
        .zip(&view.cart.lines)
        .map(|(priced, line)| QuoteLine {
            priced: priced.clone(),
            sku: line.sku.clone(),
            title: line.title.clone(),
            variant_title: line.variant_title.clone(),
            product_slug: line.product_slug.clone(),
            picture_url: line.picture_url.clone().unwrap_or_default(),
            tracked: line.availability != crate::catalogue::Availability::Untracked,
            gift_card: line.gift_card,
        })
        .collect();
    Ok(Quote {
        lines,
        email: view.details.email.clone(),
        address: view.details.address.clone().unwrap_or_default(),
        delivery_id: chosen.map(|option| option.id),
        delivery_name: chosen.map_or_else(|| "No delivery needed".to_owned(), |option| option.name.clone()),
        pickup: pickup.map(|pickup| pickup.warehouse_id),
        taxed_at: pickup.map(|pickup| (pickup.address.country.clone(), pickup.address.region.clone())),
        note: view.details.note.clone(),
        gift_to: view.details.gift_to.clone().filter(|_| view.cart.has_gift_cards()),
        gift_note: view.details.gift_note.clone(),
        totals: view.totals.clone(),
        promotions: view.uses.clone(),
        tender: tender::quoted(&view.tender),
        taxes: view.taxes.clone(),
        exemption: view.exemption.clone(),
    })
}

/// Code of the refusal of what is there, but not where it would have to be.
pub(super) const NOT_THERE: &str = "not_delivered_there";

/// Why a cart cannot be served: the units are gone, or lie where they are of no use for this address.
pub(super) fn unserved(view: &View, quote: &Quote, missing: &[Missing]) -> Error {
    let lines = missing.iter().filter_map(|one| {
        let line = view.cart.lines.iter().find(|line| line.variant_id == one.variant_id)?;
        Some((line, one))
    });
    let out_of_reach: Vec<_> = lines
        .clone()
        .filter(|(line, one)| one.available + one.elsewhere >= line.quantity)
        .map(|(line, _)| line.title.as_str())
        .collect();
    if out_of_reach.is_empty() {
        let shortages = lines.map(|(line, one)| Shortage {
            sku: line.sku.clone(),
            title: line.title.clone(),
            available: one.available,
        });
        return Error::SoldOut(shortages.collect());
    }
    let titles = out_of_reach.join(", ");
    let message = match quote.pickup {
        Some(_) => {
            format!("{titles}: not all of it is where you want to fetch it. Please choose another way to deliver.")
        }
        None => format!("{titles}: cannot be delivered to this address."),
    };
    Error::conflict(NOT_THERE, message)
}
