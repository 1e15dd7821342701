//! Rates and rules by an owner's hand.

use super::rate::{self, SCALE};
use super::{Conversion, conversions};
use crate::audit::{self, Entry};
use crate::db::{Engine, Tx};
use crate::limits::{CURRENCY_SOURCE_CHARS, Check, PRICE_MAX};
use crate::money::Currency;
use crate::staff::Staff;
use crate::{Error, Result, Shop, args};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

/// How prices in a currency come about. Converted is from the shop's default currency at the time it is saved; making another
/// currency the default later leaves it as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Draft {
    /// Whether what has no price in this currency is sold at a converted one.
    pub active: bool,
    /// See [`Conversion`].
    pub rate: i64,
    /// Where the rate comes from, for people.
    pub source: String,
    /// The moment it is of, Unix milliseconds.
    pub rated_at: i64,
    pub step: i64,
    pub less: i64,
    pub round_up: bool,
}

/// What a pasted table has changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// Currencies that have another rate now, or the same one anew.
    pub rated: Vec<Currency>,
    /// Converted currencies that the table does not name.
    pub left: Vec<Currency>,
}

/// Sets how prices in `currency` come about; the worker then goes through all products. `version` is the one that was
/// loaded, 0 for a currency that nothing was said of.
///
/// # Errors
/// `Forbidden` to who is no owner; `Invalid` on "currency", "rate", "source", "rated_at", "step" or "less"; `Conflict` "changed".
pub async fn save(shop: &Shop, by: &Staff, currency: Currency, draft: Draft, version: i64) -> Result<()> {
    const UPDATE: &str = "UPDATE currency_conversion SET base = $2, active = $3, rate = $4, source = $5, rated_at = $6,
          step = $7, less = $8, round_up = $9, version = version + 1, fill_after = $10, fill_turn = fill_turn + 1
        WHERE currency = $1 AND version = $11";
    const INSERT: &str =
        "INSERT INTO currency_conversion (currency, base, active, rate, source, rated_at, step, less, round_up,
          fill_after) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (currency) DO NOTHING";
    by.require_owner()?;
    let (draft, now) = (Draft { source: draft.source.trim().to_owned(), ..draft }, shop.now_ms());
    let base = shop.settings.currencies.first().copied().ok_or(Error::NotFound("default currency"))?;
    check(shop, currency, &draft, now)?;
    let mut tx = shop.db.begin().await?;
    hold_prices(&mut tx).await?;
    let chained = conversions(&mut tx).await?.iter().any(|one| one.currency == base || one.base == currency);
    if draft.active && chained {
        let message =
            format!("{base} is converted itself, or others are converted from {currency}. Turn that off first.");
        return Err(Error::field("active", message));
    }
    let mut columns = args![
        currency,
        base,
        draft.active,
        draft.rate,
        &draft.source,
        draft.rated_at,
        draft.step,
        draft.less,
        draft.round_up,
        Uuid::nil(),
    ];
    let changed = if version == 0 {
        tx.execute(INSERT, columns).await?
    } else {
        columns.extend(args![version]);
        tx.execute(UPDATE, columns).await?
    };
    if changed == 0 {
        return Err(Error::conflict("changed", "Somebody else has changed this currency. Reload it and try again."));
    }
    audit::record(&mut tx, &Entry::new(by, "currency.convert", "currency", currency).after(&draft), now).await?;
    Ok(tx.commit().await?)
}

fn check(shop: &Shop, currency: Currency, draft: &Draft, now: i64) -> Result<()> {
    const DAY_MS: i64 = 24 * 60 * 60 * 1000;
    let others = shop.settings.currencies.get(1..).unwrap_or_default();
    // Card networks charge no single fils (see payment/stripe/amount.rs).
    let whole = if currency.exponent() == 3 { 10 } else { 1 };
    Check::default()
        .that(others.contains(&currency), "currency", "The shop does not sell in this currency beside its default one.")
        .that((1..=SCALE * SCALE).contains(&draft.rate), "rate", "A rate such as 1.0850, above 0.")
        .required("source", &draft.source, CURRENCY_SOURCE_CHARS)
        .that((0..=now + DAY_MS).contains(&draft.rated_at), "rated_at", "This lies ahead.")
        .that((1..=PRICE_MAX).contains(&draft.step), "step", "More than nothing.")
        .that(draft.step % whole == 0, "step", "Ending in 0: the last digit cannot be paid by card.")
        .that((0..draft.step.max(1)).contains(&draft.less), "less", "Less than what prices are a multiple of.")
        .that(draft.less % whole == 0, "less", "Ending in 0: the last digit cannot be paid by card.")
        .done()
}

/// Takes over the rates of a pasted table, each for one unit of `per`; those of currencies that are not converted are left
/// out. A currency that is converted from another one than `per` gets the quotient.
///
/// # Errors
/// `Forbidden` to who is no owner; `Invalid` on "rates" or "source".
pub async fn put_rates(shop: &Shop, by: &Staff, text: &str, per: Currency, source: &str) -> Result<Taken> {
    by.require_owner()?;
    let source = source.trim();
    Check::default().required("source", source, CURRENCY_SOURCE_CHARS).done()?;
    let named = rate::table(text, "rates")?;
    let of = |currency| match named.iter().find(|(known, _)| *known == currency) {
        Some((_, rate)) => Some(*rate),
        None => (currency == per).then_some(SCALE),
    };
    let now = shop.now_ms();
    let mut tx = shop.db.begin().await?;
    let (mut taken, mut told) = (Taken::default(), Vec::new());
    for known in conversions(&mut tx).await? {
        match of(known.currency).zip(of(known.base)).and_then(|(rate, base)| quotient(rate, base)) {
            Some(rate) => {
                rate_anew(&mut tx, &known, rate, source, now).await?;
                told.push(json!({ "currency": known.currency, "was": known.rate, "is": rate }));
                taken.rated.push(known.currency);
            }
            None => taken.left.push(known.currency),
        }
    }
    if taken.rated.is_empty() {
        return Err(Error::field("rates", "None of these currencies is converted here."));
    }
    let said = json!({ "source": source, "per": per, "rates": told });
    audit::record(&mut tx, &Entry::new(by, "currency.rates", "currency", "").after(&said), now).await?;
    tx.commit().await?;
    Ok(taken)
}

/// Rounded to the nearest billionth.
fn quotient(rate: i64, base: i64) -> Option<i64> {
    let (rate, base) = (i128::from(rate) * i128::from(SCALE), i128::from(base));
    i64::try_from((2 * rate + base) / (2 * base)).ok().filter(|rate| (1..=SCALE * SCALE).contains(rate))
}

/// The same rate anew begins no walk: it changes no price.
async fn rate_anew(tx: &mut Tx, known: &Conversion, rate: i64, source: &str, now: i64) -> Result<()> {
    const RATE: &str = "UPDATE currency_conversion SET rate = $2, source = $3, rated_at = $4, version = version + 1
        WHERE currency = $1";
    const WALK: &str = "UPDATE currency_conversion SET fill_after = $2, fill_turn = fill_turn + 1 WHERE currency = $1";
    tx.execute(RATE, args![known.currency, rate, source, now]).await?;
    if rate != known.rate {
        tx.execute(WALK, args![known.currency, Uuid::nil()]).await?;
    }
    Ok(())
}

/// A price that is written at this moment by somebody who sees nothing converted would be in no queue: they finish first.
async fn hold_prices(tx: &mut Tx) -> Result<()> {
    if tx.engine() == Engine::Postgres {
        tx.execute("LOCK TABLE price, price_list_entry IN SHARE ROW EXCLUSIVE MODE", args![]).await?;
    }
    Ok(())
}
