//! The one place that writes prices. Triggers write what changes into `price_history` (`catalogue/history.rs`).

use super::draft::DraftPrice;
use crate::db::{Read, Sql, Tx};
use crate::id::VariantId;
use crate::{Result, args, rows};

/// Prices of variants that have none yet; `now` is when they came into force, Unix milliseconds.
pub(super) const INSERT: Sql = rows!(
    "INSERT INTO price (variant_id, currency, amount, compare_at, changed_at)
     SELECT variant_id, currency, amount, compare_at, now FROM",
    [variant_id UUID, currency TEXT, amount BIGINT, compare_at BIGINT, now BIGINT],
    ""
);

/// Gives prices another amount and struck-through price, in force from `now`, Unix milliseconds; only those that are still
/// what `was_amount` and `was_compare_at` say.
pub(crate) const CHANGE: Sql = rows!(
    "UPDATE price SET amount = d.amount, compare_at = d.compare_at, changed_at = d.now FROM",
    [
        variant_id UUID, currency TEXT, was_amount BIGINT, was_compare_at BIGINT, amount BIGINT, compare_at BIGINT,
        now BIGINT
    ],
    "WHERE price.variant_id = d.variant_id AND price.currency = d.currency AND price.amount = d.was_amount
       AND price.compare_at IS NOT DISTINCT FROM d.was_compare_at"
);

/// Prices that were converted ([`crate::currency`]), new or another amount than before; one that somebody has typed stays.
pub(crate) const CONVERT: Sql = rows!(
    "INSERT INTO price (variant_id, currency, amount, compare_at, changed_at, converted)
     SELECT variant_id, currency, amount, compare_at, now, TRUE FROM",
    [variant_id UUID, currency TEXT, amount BIGINT, compare_at BIGINT, now BIGINT],
    "WHERE TRUE ON CONFLICT (variant_id, currency) DO UPDATE
       SET amount = excluded.amount, compare_at = excluded.compare_at, changed_at = excluded.changed_at
       WHERE price.converted"
);

/// Takes converted prices away; one that somebody has typed stays.
pub(crate) const UNCONVERT: Sql = rows!(
    "DELETE FROM price WHERE converted AND (variant_id, currency) IN (SELECT variant_id, currency FROM",
    [variant_id UUID, currency TEXT],
    ")"
);

/// From whoever typed a price to who converts them.
const HAND_OVER: &str = "UPDATE price SET converted = TRUE WHERE variant_id = $1 AND currency = $2
    AND EXISTS (SELECT 1 FROM currency_conversion c WHERE c.currency = $2 AND c.active)";

/// Gives a variant these prices and no other typed ones, in force from `now`, Unix milliseconds. What stays as it is is left
/// alone. In a currency that is converted, a price that goes stays until the worker has converted it.
pub(super) async fn write(tx: &mut Tx, variant: VariantId, prices: &[DraftPrice], now: i64) -> Result<()> {
    let known: Vec<(String,)> =
        tx.fetch_all("SELECT currency FROM price WHERE variant_id = $1 AND NOT converted", args![variant]).await?;
    for (gone,) in known.iter().filter(|(code,)| !prices.iter().any(|price| price.currency.code() == code)) {
        if tx.execute(HAND_OVER, args![variant, gone]).await? == 0 {
            tx.execute("DELETE FROM price WHERE variant_id = $1 AND currency = $2", args![variant, gone]).await?;
        }
    }
    for price in prices {
        tx.execute(
            "INSERT INTO price (variant_id, currency, amount, compare_at, changed_at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (variant_id, currency) DO UPDATE
               SET amount = excluded.amount, compare_at = excluded.compare_at, changed_at = excluded.changed_at,
                 converted = FALSE
               WHERE price.amount <> excluded.amount OR price.compare_at IS DISTINCT FROM excluded.compare_at
                 OR price.converted",
            args![variant, price.currency, price.amount, price.compare_at, now],
        )
        .await?;
    }
    Ok(())
}
