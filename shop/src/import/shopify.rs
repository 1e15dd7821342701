//! Shopify's product CSV: one row per variant or picture, rows of one product share the handle.
//!
//! Decisions where the format leaves room:
//! - A product is recognised by its handle. Rows that say the same as at the last import leave it alone, also when the
//!   merchant has edited it since; changed rows win over such edits.
//! - A quantity goes to the first warehouse. At a later import only a number that has changed *in the file* is set
//!   again, so that importing twice never brings back sold stock.
//! - Stock is counted when a tracker or a quantity is named, unless the policy is "continue".
//! - Type becomes a category; without one, tags that at least two products share do.
//! - Prices are in the shop's default currency; no other price is made up.

mod apply;
mod columns;
mod parse;

use super::{Fetcher, Mode, Outcome, ProductOutcome, Report, RowError};
use crate::audit::Actor;
use crate::seed::Progress;
use crate::{Error, Result, Shop};

/// Imports `csv`. Problems of the file are in the report; an `Err` is the shop's own trouble.
pub async fn shopify(
    shop: &Shop,
    csv: &[u8],
    mode: Mode,
    by: &Actor,
    pictures: Option<&Fetcher>,
    progress: Progress<'_>,
) -> Result<Report> {
    let currency = shop.settings.currencies.first().copied().ok_or(Error::NotFound("default currency"))?;
    let mut report = Report { dry_run: mode == Mode::DryRun, ..Report::default() };
    let parsed = parse::parse(csv, currency, &mut report);
    let total = parsed.len();
    for (at, product) in parsed.into_iter().enumerate() {
        progress(at, total);
        let variants = product.draft.variants.len();
        let (handle, title) = (product.handle.clone(), product.draft.title.clone());
        let outcome = if product.errors.is_empty() {
            match apply::apply(shop, &product, mode, by, pictures, &mut report).await {
                Ok(outcome) => outcome,
                Err(Error::Invalid(fields)) => {
                    report.errors.extend(fields.into_iter().map(|f| product.locate(f)));
                    Outcome::Refused
                }
                Err(Error::Conflict { message, .. }) => {
                    report.errors.push(RowError { line: product.line, column: columns::HANDLE.into(), message });
                    Outcome::Refused
                }
                Err(error) => return Err(error),
            }
        } else {
            report.errors.extend(product.errors);
            Outcome::Refused
        };
        report.products.push(ProductOutcome { handle, title, outcome, variants });
    }
    report.errors.sort_by_key(|error| error.line);
    progress(total, total);
    Ok(report)
}
