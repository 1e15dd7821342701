//! S2: every converted price is what today's rate makes of the typed one, unless the worker has yet to look at it.

use super::{Breach, SHOWN, Verdict};
use crate::currency::Conversion;
use crate::db::Read;
use crate::id::VariantId;
use crate::{Result, args};
use uuid::Uuid;

/// Prices read at a time.
const PAGE: i64 = 1000;

#[derive(sqlx::FromRow)]
struct Row {
    variant_id: VariantId,
    sku: String,
    #[sqlx(flatten)]
    conversion: Conversion,
    base_amount: i64,
    base_compare_at: Option<i64>,
    amount: Option<i64>,
    compare_at: Option<i64>,
}

pub(super) async fn check(db: &mut impl Read) -> Result<Verdict> {
    const PRICES: &str = "SELECT b.variant_id, v.sku, c.currency, c.base, c.rate, c.step, c.less, c.round_up,
          b.amount AS base_amount, b.compare_at AS base_compare_at, x.amount, x.compare_at
        FROM currency_conversion c JOIN price b ON b.currency = c.base AND NOT b.converted
        JOIN variant v ON v.id = b.variant_id
        LEFT JOIN price x ON x.variant_id = b.variant_id AND x.currency = c.currency
        WHERE c.active AND c.fill_after IS NULL AND COALESCE(x.converted, TRUE)
          AND NOT EXISTS (SELECT 1 FROM conversion_due q WHERE q.variant_id = b.variant_id)
          AND NOT EXISTS (SELECT 1 FROM sale_item i WHERE i.variant_id = b.variant_id AND i.currency = c.currency
                            AND i.state = 'held')
          AND (b.variant_id, c.currency) > ($1, $2)
        ORDER BY b.variant_id, c.currency LIMIT $3";
    let mut breaches = Vec::new();
    let mut after = (VariantId(Uuid::nil()), String::new());
    loop {
        let rows: Vec<Row> = db.fetch_all(PRICES, args![after.0, &after.1, PAGE]).await?;
        let Some(last) = rows.last() else { break };
        after = (last.variant_id, last.conversion.currency.code().to_owned());
        breaches.extend(rows.iter().filter_map(Row::breach));
        if breaches.len() >= SHOWN {
            breaches.truncate(SHOWN);
            break;
        }
    }
    Ok(Verdict { rule: "S2", says: "A converted price is what today's rate makes of the typed one", breaches })
}

impl Row {
    fn breach(&self) -> Option<Breach> {
        let wanted = self.conversion.both(self.base_amount, self.base_compare_at);
        let standing = self.amount.map(|amount| (amount, self.compare_at));
        (wanted != standing).then(|| Breach {
            rule: "S2",
            reference: format!("{} {}", self.sku, self.conversion.currency),
            detail: format!("stands at {standing:?}, {} {} come to {wanted:?}", self.base_amount, self.conversion.base),
        })
    }
}
