//! Entries of price lists, converted like prices.

use super::Conversion;
use crate::db::{Read, Sql, Tx};
use crate::id::{PriceListId, VariantId};
use crate::money::Currency;
use crate::{Result, args, rows};
use serde_json::json;

#[derive(sqlx::FromRow)]
struct Entry {
    variant_id: VariantId,
    currency: String,
    list_id: PriceListId,
    min_quantity: i64,
    amount: i64,
    converted: bool,
}

impl Entry {
    /// An entry of the same list for the same quantity of the same variant, in `currency`.
    fn beside<'e>(&self, all: &'e [Self], currency: &str) -> Option<&'e Self> {
        let place = |entry: &Self| (entry.variant_id, entry.list_id, entry.min_quantity);
        // In the order of the statement, so a variant's stand together.
        let from = all.partition_point(|entry| place(entry) < place(self));
        all[from..].iter().take_while(|entry| place(entry) == place(self)).find(|entry| entry.currency == currency)
    }
}

pub(super) async fn convert(tx: &mut Tx, keys: &str, rules: &[Conversion], only: Option<Currency>) -> Result<()> {
    const ENTRIES: Sql = rows!(
        "SELECT e.variant_id, e.currency, e.list_id, e.min_quantity, e.amount, e.converted FROM",
        [id UUID],
        "JOIN price_list_entry e ON e.variant_id = d.id ORDER BY e.variant_id, e.list_id, e.min_quantity"
    );
    const CONVERT: Sql = rows!(
        "INSERT INTO price_list_entry (variant_id, currency, list_id, min_quantity, amount, converted)
         SELECT variant_id, currency, list_id, min_quantity, amount, TRUE FROM",
        [variant_id UUID, currency TEXT, list_id UUID, min_quantity BIGINT, amount BIGINT],
        "WHERE TRUE ON CONFLICT (variant_id, currency, list_id, min_quantity) DO UPDATE SET amount = excluded.amount
           WHERE price_list_entry.converted"
    );
    const UNCONVERT: Sql = rows!(
        "DELETE FROM price_list_entry WHERE converted AND (variant_id, currency, list_id, min_quantity) IN
           (SELECT variant_id, currency, list_id, min_quantity FROM",
        [variant_id UUID, currency TEXT, list_id UUID, min_quantity BIGINT],
        ")"
    );
    let all: Vec<Entry> = tx.fetch_all(ENTRIES.of(tx.engine()), args![keys]).await?;
    let row = |entry: &Entry, currency: &str, amount: i64| {
        json!({
            "variant_id": entry.variant_id, "currency": currency, "list_id": entry.list_id,
            "min_quantity": entry.min_quantity, "amount": amount,
        })
    };
    let (mut written, mut gone) = (Vec::new(), Vec::new());
    for rule in rules.iter().filter(|rule| only.is_none_or(|only| only == rule.currency)) {
        let code = rule.currency.code();
        for entry in all.iter().filter(|entry| entry.currency == rule.base.code() && !entry.converted) {
            let known = entry.beside(&all, code);
            let Some(amount) = rule.price(entry.amount) else { continue };
            if known.is_none_or(|known| known.converted && known.amount != amount) {
                written.push(row(entry, code, amount));
            }
        }
    }
    for entry in all.iter().filter(|entry| entry.converted) {
        let rule = rules.iter().find(|rule| rule.currency.code() == entry.currency);
        let base = rule.and_then(|rule| Some((rule, entry.beside(&all, rule.base.code())?)));
        if base.is_none_or(|(rule, base)| base.converted || rule.price(base.amount).is_none()) {
            gone.push(row(entry, &entry.currency, entry.amount));
        }
    }
    if !written.is_empty() {
        tx.execute(CONVERT.of(tx.engine()), args![serde_json::to_string(&written)?]).await?;
    }
    if !gone.is_empty() {
        tx.execute(UNCONVERT.of(tx.engine()), args![serde_json::to_string(&gone)?]).await?;
    }
    Ok(())
}
