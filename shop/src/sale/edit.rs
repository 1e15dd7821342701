//! A sale by the merchant's hand: made, changed, cancelled, deleted, each with its audit row.

use super::{Draft, Scope, State, entity, moved_on};
use crate::audit::{self, Entry};
use crate::db::{Read, Sql, Tx};
use crate::id::SaleId;
use crate::limits::{self, Check};
use crate::price_file::{self, Kind};
use crate::staff::Staff;
use crate::{Error, Result, Shop, args, rows};
use serde_json::{Value, json};

/// Makes a sale: a draft, or one that begins at its time.
pub async fn create(shop: &Shop, by: &Staff, draft: &Draft, scheduled: bool) -> Result<SaleId> {
    let (id, now) = (SaleId::new(), shop.now_ms());
    check(draft, scheduled, now)?;
    let mut tx = shop.db.begin().await?;
    tx.execute(
        "INSERT INTO sale (id, title, state, scope, brand, percent, start_at, end_at, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        args![
            id,
            draft.title.trim(),
            state(scheduled).code(),
            draft.scope.code(),
            brand(draft),
            percent(draft),
            draft.start_at,
            draft.end_at,
            now
        ],
    )
    .await?;
    name(&mut tx, id, draft).await?;
    audit::record(&mut tx, &Entry::new(by, "sale.create", "sale", entity(id)).after(&said(draft, scheduled)), now)
        .await?;
    tx.commit().await?;
    Ok(id)
}

/// Writes another draft over a sale that has not begun. `Conflict` "changed" when it has, or when `version` is no longer
/// its own.
pub async fn update(shop: &Shop, by: &Staff, id: SaleId, draft: &Draft, scheduled: bool, version: i64) -> Result<()> {
    let now = shop.now_ms();
    check(draft, scheduled, now)?;
    let mut tx = shop.db.begin().await?;
    let changed = tx
        .execute(
            "UPDATE sale SET title = $3, state = $4, scope = $5, brand = $6, percent = $7, start_at = $8, end_at = $9,
               version = version + 1, step = step + 1
             WHERE id = $1 AND version = $2 AND state IN ('draft', 'scheduled')",
            args![
                id,
                version,
                draft.title.trim(),
                state(scheduled).code(),
                draft.scope.code(),
                brand(draft),
                percent(draft),
                draft.start_at,
                draft.end_at
            ],
        )
        .await?;
    if changed == 0 {
        return Err(missing_or_moved(&mut tx, id).await?);
    }
    for table in ["sale_category", "sale_product", "sale_entry"] {
        tx.execute(&format!("DELETE FROM {table} WHERE sale_id = $1"), args![id]).await?;
    }
    name(&mut tx, id, draft).await?;
    audit::record(&mut tx, &Entry::new(by, "sale.update", "sale", entity(id)).after(&said(draft, scheduled)), now)
        .await?;
    Ok(tx.commit().await?)
}

/// Ends a sale before its time: what it has written is taken back by the worker. One that is over stays as it is.
pub async fn cancel(shop: &Shop, by: &Staff, id: SaleId) -> Result<()> {
    let now = shop.now_ms();
    let mut tx = shop.db.begin().await?;
    let changed = tx
        .execute(
            "UPDATE sale SET ended_at = CASE WHEN state = 'scheduled' THEN CAST($2 AS BIGINT) END,
               state = CASE WHEN state = 'scheduled' THEN 'cancelled' ELSE 'cancelling' END, step = step + 1
             WHERE id = $1 AND state IN ('scheduled', 'starting', 'running')",
            args![id, now],
        )
        .await?;
    if changed == 0 {
        return Err(missing_or_moved(&mut tx, id).await?);
    }
    audit::record(&mut tx, &Entry::new(by, "sale.cancel", "sale", entity(id)), now).await?;
    Ok(tx.commit().await?)
}

/// Throws a draft away.
pub async fn delete(shop: &Shop, by: &Staff, id: SaleId) -> Result<()> {
    let mut tx = shop.db.begin().await?;
    let gone: Option<(String,)> =
        tx.fetch_optional("DELETE FROM sale WHERE id = $1 AND state = 'draft' RETURNING title", args![id]).await?;
    let Some((title,)) = gone else { return Err(missing_or_moved(&mut tx, id).await?) };
    let entry = Entry::new(by, "sale.delete", "sale", entity(id)).before(&json!({ "title": title }));
    audit::record(&mut tx, &entry, shop.now_ms()).await?;
    Ok(tx.commit().await?)
}

fn check(draft: &Draft, scheduled: bool, now: i64) -> Result<()> {
    let mut check = Check::default();
    check.required("title", &draft.title, limits::TITLE_CHARS);
    let ahead = now + limits::PUBLISH_AHEAD_MS;
    check.that((0..=ahead).contains(&draft.start_at), "start_at", "At most ten years ahead.");
    if let Some(end) = draft.end_at {
        check.that(end > draft.start_at, "end_at", "The end must lie after the start.");
        check.that(end <= ahead, "end_at", "At most ten years ahead.");
        check.that(!scheduled || end > now, "end_at", "This time is over.");
    }
    if draft.scope != Scope::Prices {
        let within = draft.percent.is_some_and(|percent| limits::SALE_PERCENT.contains(&percent));
        check.that(within, "percent", "A whole number between 1 and 99.");
    }
    match draft.scope {
        Scope::Brand => drop(check.required("brand", &draft.brand, limits::NAME_CHARS)),
        Scope::Categories => {
            let some = (1..=limits::NAMED_PRICES).contains(&draft.categories.len());
            check.that(some, "category", "Choose at least one.");
        }
        Scope::Everything | Scope::Products | Scope::Prices => {}
    }
    check.done()
}

fn state(scheduled: bool) -> State {
    if scheduled { State::Scheduled } else { State::Draft }
}

fn brand(draft: &Draft) -> &str {
    if draft.scope == Scope::Brand { draft.brand.trim() } else { "" }
}

fn percent(draft: &Draft) -> Option<i64> {
    draft.percent.filter(|_| draft.scope != Scope::Prices)
}

/// Writes down what the sale is about.
async fn name(tx: &mut Tx, id: SaleId, draft: &Draft) -> Result<()> {
    const PRODUCTS: Sql = rows!(
        "INSERT INTO sale_product (sale_id, product_id) SELECT DISTINCT d.sale_id, v.product_id FROM",
        [sale_id UUID, variant_id UUID],
        "JOIN variant v ON v.id = d.variant_id"
    );
    const ENTRIES: Sql = rows!(
        "INSERT INTO sale_entry (sale_id, variant_id, currency, amount) SELECT sale_id, variant_id, currency, amount FROM",
        [sale_id UUID, variant_id UUID, currency TEXT, amount BIGINT],
        ""
    );
    let engine = tx.engine();
    match draft.scope {
        Scope::Everything | Scope::Brand => {}
        Scope::Categories => {
            for category in &draft.categories {
                let sql = "INSERT INTO sale_category (sale_id, category_id) VALUES ($1, $2) ON CONFLICT DO NOTHING";
                tx.execute(sql, args![id, *category]).await.map_err(|error| match error.violation() {
                    Some(crate::db::Violation::ForeignKey) => Error::field("category", "No such category."),
                    _ => error.into(),
                })?;
            }
        }
        Scope::Products => {
            let lines = price_file::read(&draft.products, "products", Kind::Skus)?;
            let variants = price_file::variants(tx, &lines, "products").await?;
            let rows: Vec<_> = variants.iter().map(|v| json!({ "sale_id": id, "variant_id": v })).collect();
            tx.execute(PRODUCTS.of(engine), args![serde_json::to_string(&rows)?]).await?;
        }
        Scope::Prices => {
            let lines = price_file::read(&draft.prices, "prices", Kind::Prices)?;
            let variants = price_file::variants(tx, &lines, "prices").await?;
            let row = |(line, variant): (&price_file::Line, _)| json!({ "sale_id": id, "variant_id": variant, "currency": line.currency, "amount": line.amount });
            let rows: Vec<_> = lines.iter().zip(&variants).map(row).collect();
            tx.execute(ENTRIES.of(engine), args![serde_json::to_string(&rows)?]).await?;
        }
    }
    Ok(())
}

/// What the audit log keeps; of long lists their beginning.
fn said(draft: &Draft, scheduled: bool) -> Value {
    let text = match draft.scope {
        Scope::Products => &draft.products,
        Scope::Prices => &draft.prices,
        Scope::Everything | Scope::Brand | Scope::Categories => "",
    };
    json!({
        "title": draft.title, "state": state(scheduled).code(), "scope": draft.scope.code(), "brand": brand(draft),
        "percent": percent(draft), "start_at": draft.start_at, "end_at": draft.end_at,
        "categories": if draft.scope == Scope::Categories { draft.categories.as_slice() } else { &[] },
        "lines": text.lines().count(), "first_lines": text.lines().take(100).collect::<Vec<_>>(),
    })
}

async fn missing_or_moved(tx: &mut Tx, id: SaleId) -> Result<Error> {
    let known: Option<(String,)> = tx.fetch_optional("SELECT state FROM sale WHERE id = $1", args![id]).await?;
    Ok(if known.is_some() { moved_on() } else { Error::NotFound("sale") })
}
