//! The entries of a list: pasted, worked out from the catalogue's prices, taken away, downloaded.

use crate::audit::{self, Entry as Note};
use crate::db::{Read, Sql, Tx};
use crate::id::{PriceListId, VariantId};
use crate::limits::{Check, LINE_QUANTITY, NAMED_PRICES, SALE_PERCENT};
use crate::money::Currency;
use crate::price_file::{self, Kind};
use crate::staff::Staff;
use crate::{Error, Result, Shop, args, pricing, rows};
use serde_json::json;

/// Takes over lines of SKU, currency, minimum quantity and amount: all or none. A line for a variant, currency and quantity
/// that the list has already gives it another amount; with `instead`, entries that no line names go.
pub async fn put(shop: &Shop, by: &Staff, id: PriceListId, text: &str, instead: bool) -> Result<usize> {
    let lines = price_file::read(text, "entries", Kind::Breaks)?;
    let mut tx = shop.db.begin().await?;
    touch(&mut tx, id).await?;
    let variants = price_file::variants(&mut tx, &lines, "entries").await?;
    if instead {
        tx.execute("DELETE FROM price_list_entry WHERE list_id = $1", args![id]).await?;
    }
    let rows: Vec<_> = lines
        .iter()
        .zip(variants)
        .map(|(line, variant)| {
            row(id, variant, line.currency.map_or("", Currency::code), line.min_quantity, line.amount)
        })
        .collect();
    write(&mut tx, &rows).await?;
    let first: Vec<_> = text.lines().take(100).collect();
    let said = json!({ "lines": lines.len(), "instead": instead, "first": first });
    audit::record(&mut tx, &Note::new(by, "price_list.entries", "price_list", id).after(&said), shop.now_ms()).await?;
    tx.commit().await?;
    Ok(lines.len())
}

/// What [`fill`] works out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fill {
    pub percent: i64,
    pub min_quantity: i64,
    /// SKUs, one a line; empty for all that the shop sells.
    pub skus: String,
}

/// Writes, once, the catalogue's prices of today less a percentage, rounded half up, in every currency in which they were
/// typed; how many. A price
/// that would not be lower is left out.
pub async fn fill(shop: &Shop, by: &Staff, id: PriceListId, fill: &Fill) -> Result<usize> {
    const NAMED: Sql = rows!(
        "SELECT r.variant_id, r.currency, r.amount FROM",
        [id UUID],
        "JOIN price r ON r.variant_id = d.id AND NOT r.converted ORDER BY r.variant_id, r.currency"
    );
    const ALL: &str = "SELECT r.variant_id, r.currency, r.amount FROM price r JOIN variant v ON v.id = r.variant_id
        WHERE v.active AND NOT r.converted ORDER BY r.variant_id, r.currency LIMIT $1";
    let mut check = Check::default();
    check.that(SALE_PERCENT.contains(&fill.percent), "percent", "A whole number between 1 and 99.");
    check.that(LINE_QUANTITY.contains(&fill.min_quantity), "min_quantity", "A whole number between 1 and 999.");
    check.done()?;
    let mut tx = shop.db.begin().await?;
    touch(&mut tx, id).await?;
    let most = i64::try_from(NAMED_PRICES).unwrap_or(i64::MAX);
    let prices: Vec<(VariantId, String, i64)> = if fill.skus.trim().is_empty() {
        tx.fetch_all(ALL, args![most + 1]).await?
    } else {
        let lines = price_file::read(&fill.skus, "skus", Kind::Skus)?;
        let ids: Vec<_> =
            price_file::variants(&mut tx, &lines, "skus").await?.iter().map(|id| json!({ "id": id })).collect();
        tx.fetch_all(NAMED.of(tx.engine()), args![serde_json::to_string(&ids)?]).await?
    };
    if prices.len() > NAMED_PRICES {
        return Err(Error::field("skus", format!("More than {NAMED_PRICES} prices at a time. Name some products.")));
    }
    let rows: Vec<_> = prices
        .into_iter()
        .map(|(variant, currency, amount)| (variant, currency, amount, pricing::reduced(amount, fill.percent)))
        .filter(|(.., amount, reduced)| reduced < amount)
        .map(|(variant, currency, _, reduced)| row(id, variant, &currency, fill.min_quantity, reduced))
        .collect();
    write(&mut tx, &rows).await?;
    let said = json!({ "percent": fill.percent, "min_quantity": fill.min_quantity, "entries": rows.len() });
    audit::record(&mut tx, &Note::new(by, "price_list.fill", "price_list", id).after(&said), shop.now_ms()).await?;
    tx.commit().await?;
    Ok(rows.len())
}

/// Takes one entry away.
pub async fn remove(
    shop: &Shop,
    by: &Staff,
    id: PriceListId,
    variant: VariantId,
    currency: &str,
    min_quantity: i64,
) -> Result<()> {
    let mut tx = shop.db.begin().await?;
    touch(&mut tx, id).await?;
    let gone: Option<(i64,)> = tx
        .fetch_optional(
            "DELETE FROM price_list_entry WHERE list_id = $1 AND variant_id = $2 AND currency = $3 AND min_quantity = $4
               AND NOT converted RETURNING amount",
            args![id, variant, currency, min_quantity],
        )
        .await?;
    let (amount,) = gone.ok_or(Error::NotFound("entry"))?;
    let was = json!({ "variant": variant, "currency": currency, "min_quantity": min_quantity, "amount": amount });
    audit::record(&mut tx, &Note::new(by, "price_list.entry", "price_list", id).before(&was), shop.now_ms()).await?;
    Ok(tx.commit().await?)
}

/// Every entry as text that [`put`] takes, with a heading.
pub async fn download(shop: &Shop, _by: &Staff, id: PriceListId) -> Result<String> {
    let rows: Vec<(String, String, i64, i64)> = shop
        .db
        .fetch_all(
            "SELECT v.sku, e.currency, e.min_quantity, e.amount FROM price_list_entry e JOIN variant v ON v.id = e.variant_id
             WHERE e.list_id = $1 AND v.active AND NOT e.converted ORDER BY v.sku, e.currency, e.min_quantity",
            args![id],
        )
        .await?;
    let mut text = "SKU,currency,min quantity,amount\n".to_owned();
    for (sku, code, min_quantity, amount) in rows {
        let Some(currency) = Currency::parse(&code) else { continue };
        let amount = currency.money(amount).decimal();
        text.push_str(&price_file::line(&[&sku, &code, &min_quantity.to_string(), &amount]));
        text.push('\n');
    }
    Ok(text)
}

/// Keeps others who write this list waiting; forms that were opened before are out of date.
async fn touch(tx: &mut Tx, id: PriceListId) -> Result<()> {
    match tx.execute("UPDATE price_list SET version = version + 1 WHERE id = $1", args![id]).await? {
        0 => Err(Error::NotFound("price list")),
        _ => Ok(()),
    }
}

fn row(list: PriceListId, variant: VariantId, currency: &str, min_quantity: i64, amount: i64) -> serde_json::Value {
    json!({
        "variant_id": variant, "currency": currency, "list_id": list, "min_quantity": min_quantity, "amount": amount,
    })
}

async fn write(tx: &mut Tx, rows: &[serde_json::Value]) -> Result<()> {
    const PUT: Sql = rows!(
        "INSERT INTO price_list_entry (variant_id, currency, list_id, min_quantity, amount)
         SELECT variant_id, currency, list_id, min_quantity, amount FROM",
        [variant_id UUID, currency TEXT, list_id UUID, min_quantity BIGINT, amount BIGINT],
        "WHERE TRUE ON CONFLICT (variant_id, currency, list_id, min_quantity) DO UPDATE
           SET amount = excluded.amount, converted = FALSE"
    );
    tx.execute(PUT.of(tx.engine()), args![serde_json::to_string(rows)?]).await?;
    Ok(())
}
