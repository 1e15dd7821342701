//! Asking for a cart: once for the same question, and what to do without an answer.

use super::{ServiceAddress, ServiceAnswer, ServiceLine, ServiceQuestion};
use crate::address::Address;
use crate::cart::Cart;
use crate::id::CartId;
use crate::pricing::Priced;
use crate::setting::TaxFallback;
use crate::tax::{DELIVERY_CLASS, TaxRate, Taxation, is_inclusive};
use crate::{Error, Result, Shop, args};
use sha2::{Digest, Sha256};

/// How long an answer holds for the same question, and how long the table stands in for one that did not come:
/// milliseconds. Between looking and paying, the shopper should see one total.
const KEPT_MS: i64 = 60 * 60 * 1000;
const STAND_IN_MS: i64 = 5 * 60 * 1000;

/// The service's rates for a cart that is ready to be paid; `None` when there is no service, the buyer is exempt, or the
/// table stands in. `to` is where it is handed over, `priced` the cart as the table's rates have it.
///
/// # Errors
/// `Unavailable` when there is no answer and the owner wants no order without one.
pub(crate) async fn asked(
    shop: &Shop,
    cart: &Cart,
    to: &Address,
    taxation: &Taxation,
    priced: &Priced,
) -> Result<Option<Taxation>> {
    let (Some(service), None) = (&shop.taxes, &taxation.exempt) else { return Ok(None) };
    let question = question(shop, cart, to.clone(), taxation, priced);
    if question.lines.is_empty() {
        return Ok(None);
    }
    let hash = hex::encode(Sha256::digest(serde_json::to_vec(&question)?));
    let answer = match kept(shop, cart.id, &hash).await? {
        Kept::Told(answer) => Some(answer),
        Kept::StandsIn => None,
        Kept::Nothing => {
            let told = service.rates(&question).await;
            let answer = told.inspect_err(|why| tracing::warn!(why, "the tax service does not answer")).ok();
            keep(shop, cart.id, &hash, answer.as_ref()).await?;
            answer
        }
    };
    match (answer, shop.settings.tax_fallback) {
        (Some(answer), _) => Ok(Some(by_line(&question, answer))),
        (None, TaxFallback::Table) => Ok(None),
        (None, TaxFallback::Refuse) => Err(Error::Unavailable {
            message: "The tax on your order cannot be worked out at the moment. Nothing was charged, and your cart is \
                      kept; please try again in a few minutes."
                .into(),
            retry_after_s: 60,
        }),
    }
}

fn question(shop: &Shop, cart: &Cart, to: Address, taxation: &Taxation, priced: &Priced) -> ServiceQuestion {
    let lines = cart.lines.iter().filter_map(|line| {
        let class = line.tax_class.clone()?;
        let priced = priced.lines.iter().find(|priced| priced.variant_id == line.variant_id)?;
        Some(ServiceLine {
            reference: line.variant_id.to_string(),
            sku: line.sku.clone(),
            tax_class: class,
            quantity: priced.quantity,
            amount: priced.net(),
        })
    });
    ServiceQuestion {
        currency: cart.currency.code().to_owned(),
        from_country: shop.settings.home_country.clone(),
        to: ServiceAddress {
            country: to.country,
            region: to.region,
            city: to.city,
            postal_code: to.postal_code,
            line1: to.line1,
        },
        amounts_include_tax: !taxation.rates.is_empty() && is_inclusive(&taxation.rates),
        lines: lines.collect(),
        delivery: cart.requires_shipping().then_some(priced.totals.shipping),
    }
}

/// The answer as rates, a class for each line.
fn by_line(question: &ServiceQuestion, answer: ServiceAnswer) -> Taxation {
    let own = answer.delivery.map(|rate| (DELIVERY_CLASS.to_owned(), rate));
    let rates = answer.lines.into_iter().chain(own).map(|(tax_class, rate)| TaxRate {
        tax_class,
        name: rate.name.trim().to_owned(),
        rate_ppm: rate.rate_ppm,
        inclusive: question.amounts_include_tax,
    });
    Taxation { rates: rates.collect(), by_line: true, exempt: None }
}

/// What is known of a question without asking.
enum Kept {
    Nothing,
    /// The table's rates, in the place of an answer that did not come.
    StandsIn,
    Told(ServiceAnswer),
}

/// What was told to the same question not long ago.
async fn kept(shop: &Shop, cart: CartId, hash: &str) -> Result<Kept> {
    let sql = "SELECT answer, at FROM tax_answer WHERE cart_id = $1 AND question = $2";
    let found: Option<(Option<String>, i64)> = shop.db.fetch_optional(sql, args![cart, hash]).await?;
    let Some((answer, at)) = found else { return Ok(Kept::Nothing) };
    let holds = if answer.is_some() { KEPT_MS } else { STAND_IN_MS };
    if shop.now_ms() >= at + holds {
        return Ok(Kept::Nothing);
    }
    Ok(match answer {
        Some(text) => Kept::Told(serde_json::from_str(&text)?),
        None => Kept::StandsIn,
    })
}

async fn keep(shop: &Shop, cart: CartId, hash: &str, answer: Option<&ServiceAnswer>) -> Result<()> {
    let text = answer.map(serde_json::to_string).transpose()?;
    let mut tx = shop.db.begin().await?;
    let sql = "INSERT INTO tax_answer (cart_id, question, answer, at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (cart_id) DO UPDATE SET question = excluded.question, answer = excluded.answer, at = excluded.at";
    tx.execute(sql, args![cart, hash, text, shop.now_ms()]).await?;
    Ok(tx.commit().await?)
}
