//! Attributes by a merchant's hand: defined, changed, put in order, removed, each with its audit row.

use super::{Draft, DraftChoice, Kind, read};
use crate::audit::{self, Entry};
use crate::db::{DbError, Read, Tx};
use crate::id::{AttributeId, ChoiceId};
use crate::limits;
use crate::staff::Staff;
use crate::{Error, Result, Shop, args};
use serde_json::json;

/// Products that lose a value in one transaction when an attribute goes.
const BATCH: i64 = 1_000;

/// Defines an attribute, the last in order.
///
/// # Errors
/// `Invalid` by field; there are `limits::ATTRIBUTES` at most.
pub async fn create(shop: &Shop, by: &Staff, draft: Draft) -> Result<AttributeId> {
    let draft = draft.clean()?;
    let (id, now) = (AttributeId::new(), shop.now_ms());
    let mut tx = shop.db.begin().await?;
    insert(&mut tx, id, &draft, now).await?;
    audit::record(&mut tx, &Entry::new(by, "attribute.create", "attribute", id).after(&draft), now).await?;
    tx.commit().await?;
    Ok(id)
}

/// Writes a definition that has been checked. What is taken is refused before anything is tried, so that the transaction can
/// go on; only somebody who is faster makes it fail.
pub(crate) async fn insert(tx: &mut Tx, id: AttributeId, draft: &Draft, now: i64) -> Result<()> {
    const INSERT: &str =
        "INSERT INTO attribute (id, slug, name, kind, unit, filterable, searchable, shown, position, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    const BEHIND: &str = "SELECT COALESCE(MAX(position) + 1, 0), COUNT(*) FROM attribute";
    let (position, count): (i64, i64) = tx.fetch_one(BEHIND, args![]).await?;
    if usize::try_from(count).is_ok_and(|count| count >= limits::ATTRIBUTES) {
        return Err(Error::field("name", format!("At most {} attributes.", limits::ATTRIBUTES)));
    }
    check_free(tx, id, draft).await?;
    let args = args![
        id,
        &draft.slug,
        &draft.name,
        draft.kind.code(),
        &draft.unit,
        draft.filterable,
        draft.searchable,
        draft.shown,
        position,
        now,
    ];
    tx.execute(INSERT, args).await.map_err(taken)?;
    for (at, choice) in draft.choices.iter().enumerate() {
        write_choice(tx, id, at, choice, None).await?;
    }
    Ok(())
}

/// Another value at the end of a choice's list, as an import brings it.
pub(crate) async fn add_choice(tx: &mut Tx, of: AttributeId, at: usize, value: &str) -> Result<ChoiceId> {
    let choice = DraftChoice { id: None, value: value.to_owned(), swatch: String::new() };
    write_choice(tx, of, at, &choice, None).await
}

async fn write_choice(
    tx: &mut Tx,
    of: AttributeId,
    at: usize,
    choice: &DraftChoice,
    known: Option<ChoiceId>,
) -> Result<ChoiceId> {
    const INSERT: &str =
        "INSERT INTO attribute_choice (id, attribute_id, value, swatch, position) VALUES ($1, $2, $3, $4, $5)";
    const UPDATE: &str =
        "UPDATE attribute_choice SET value = $3, swatch = $4, position = $5 WHERE id = $1 AND attribute_id = $2";
    let swatch = Some(choice.swatch.as_str()).filter(|swatch| !swatch.is_empty());
    let position = i64::try_from(at).unwrap_or(i64::MAX);
    let (sql, id) = known.map_or_else(|| (INSERT, ChoiceId::new()), |id| (UPDATE, id));
    let written = tx.execute(sql, args![id, of, &choice.value, swatch, position]).await;
    written.map_err(|error| {
        if error.is_unique_violation() {
            Error::field(format!("choices.{at}.value"), "This value stands there twice.")
        } else {
            error.into()
        }
    })?;
    Ok(id)
}

/// Replaces what stands in the editor; an attribute stays of its kind. Products lose values that are not among the choices
/// any more.
///
/// # Errors
/// `Invalid` by field; `Conflict` "changed" when `version` is no longer the attribute's; `NotFound`.
pub async fn update(shop: &Shop, by: &Staff, id: AttributeId, draft: Draft, version: i64) -> Result<()> {
    const UPDATE: &str = "UPDATE attribute SET slug = $2, name = $3, unit = $4, filterable = $5, searchable = $6,
          shown = $7, version = version + 1 WHERE id = $1 AND version = $8";
    let now = shop.now_ms();
    let mut tx = shop.db.begin().await?;
    let before = read::read(&mut tx, id).await?;
    let draft = Draft { kind: before.draft.kind, ..draft }.clean()?;
    check_free(&mut tx, id, &draft).await?;
    let args =
        args![id, &draft.slug, &draft.name, &draft.unit, draft.filterable, draft.searchable, draft.shown, version,];
    if tx.execute(UPDATE, args).await.map_err(taken)? == 0 {
        return Err(changed());
    }
    if draft.kind == Kind::Choice && draft.choices != before.draft.choices {
        replace_choices(&mut tx, id, &before.draft.choices, &draft.choices).await?;
    }
    let entry = Entry::new(by, "attribute.update", "attribute", id).before(&before.draft).after(&draft);
    audit::record(&mut tx, &entry, now).await?;
    Ok(tx.commit().await?)
}

async fn replace_choices(tx: &mut Tx, of: AttributeId, before: &[DraftChoice], after: &[DraftChoice]) -> Result<()> {
    let mut kept = Vec::new();
    for choice in after {
        let known = choice.id.filter(|id| before.iter().any(|known| known.id == Some(*id)) && !kept.contains(id));
        kept.extend(known);
    }
    for gone in before.iter().filter_map(|known| known.id).filter(|id| !kept.contains(id)) {
        tx.execute("DELETE FROM attribute_choice WHERE id = $1", args![gone]).await?;
    }
    // Values may move from one to another: those that change are freed before they are handed out again.
    for choice in after {
        let known = before.iter().find(|known| known.id.is_some() && known.id == choice.id);
        if let Some(id) = known.filter(|known| known.value != choice.value).and_then(|known| known.id) {
            let sql = "UPDATE attribute_choice SET value = $2 WHERE id = $1";
            tx.execute(sql, args![id, format!("~{id}")]).await?;
        }
    }
    for (at, choice) in after.iter().enumerate() {
        let known = choice.id.filter(|id| kept.contains(id));
        write_choice(tx, of, at, choice, known).await?;
    }
    Ok(())
}

/// Where an attribute goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Up,
    Down,
}

/// Moves an attribute by one place; beyond the ends it stays.
///
/// # Errors
/// `NotFound`.
pub async fn put(shop: &Shop, by: &Staff, id: AttributeId, step: Step) -> Result<()> {
    const ORDER: &str = "SELECT id, position FROM attribute ORDER BY position, id";
    let mut tx = shop.db.begin().await?;
    let before: Vec<(AttributeId, i64)> = tx.fetch_all(ORDER, args![]).await?;
    let at = before.iter().position(|(known, _)| *known == id).ok_or(Error::NotFound("attribute"))?;
    let to = match step {
        Step::Up => at.saturating_sub(1),
        Step::Down => (at + 1).min(before.len() - 1),
    };
    if at == to {
        return Ok(());
    }
    let mut order: Vec<AttributeId> = before.iter().map(|(id, _)| *id).collect();
    order.swap(at, to);
    let mut moved: Vec<(AttributeId, i64)> = (0..).zip(order).map(|(position, id)| (id, position)).collect();
    moved.retain(|now| !before.contains(now));
    // In one order for everybody: two moves at once wait for each other and do not lock each other out.
    moved.sort();
    for (id, position) in moved {
        tx.execute("UPDATE attribute SET position = $2 WHERE id = $1", args![id, position]).await?;
    }
    let entry = Entry::new(by, "attribute.move", "attribute", id);
    let entry = entry.before(&json!({ "place": at + 1 })).after(&json!({ "place": to + 1 }));
    audit::record(&mut tx, &entry, shop.now_ms()).await?;
    Ok(tx.commit().await?)
}

/// Takes an attribute away, and what products have of it; how many products had a value.
///
/// # Errors
/// `NotFound`.
pub async fn remove(shop: &Shop, by: &Staff, id: AttributeId) -> Result<i64> {
    const SOME: &str = "DELETE FROM product_attribute WHERE attribute_id = $1 AND product_id IN
        (SELECT x.product_id FROM product_attribute x WHERE x.attribute_id = $1 ORDER BY x.product_id LIMIT $2)";
    let before = read::read(&mut &shop.db, id).await?;
    // The rest goes with the attribute: nobody who writes waits for a hundred thousand of them.
    for _ in 0..before.products / BATCH {
        shop.db.execute(SOME, args![id, BATCH]).await?;
    }
    let mut tx = shop.db.begin().await?;
    if tx.execute("DELETE FROM attribute WHERE id = $1", args![id]).await? == 0 {
        return Err(Error::NotFound("attribute"));
    }
    let entry = Entry::new(by, "attribute.delete", "attribute", id).before(&before.draft);
    audit::record(&mut tx, &entry, shop.now_ms()).await?;
    tx.commit().await?;
    Ok(before.products)
}

/// Says by field what another attribute has already.
async fn check_free(tx: &mut Tx, id: AttributeId, draft: &Draft) -> Result<()> {
    const TAKEN: &str = "SELECT slug FROM attribute WHERE id <> $1 AND (slug = $2 OR lower(name) = lower($3)) LIMIT 1";
    let known: Option<(String,)> = tx.fetch_optional(TAKEN, args![id, &draft.slug, &draft.name]).await?;
    match known {
        Some((slug,)) if slug == draft.slug => Err(Error::field("slug", "Another attribute has this key.")),
        Some(_) => Err(Error::field("name", "Another attribute has this name.")),
        None => Ok(()),
    }
}

fn taken(error: DbError) -> Error {
    if error.is_unique_violation() {
        Error::field("name", "Another attribute has this name or key.")
    } else {
        error.into()
    }
}

fn changed() -> Error {
    Error::conflict("changed", "Somebody else has changed this attribute in the meantime. Reload to see their version.")
}
