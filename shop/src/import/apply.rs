//! Writes products of a file in the caller's transaction: new ones and those with other prices in sets, others that changed
//! one by one, the rest not at all.
//!
//! Decisions:
//! - A product is recognised by its key. Rows that say the same as at the last import leave it alone, also when the
//!   merchant has edited it since; changed rows win over such edits, in the fields that the file has columns for.
//! - A quantity goes to the first warehouse. At a later import only a number that has changed *in the file* is set
//!   again, so that importing twice never brings back sold stock.

mod known;
mod merge;
mod picture;
mod reprice;

pub(super) use picture::address;

use super::attribute::Definitions;
use super::category::Tree;
use super::item::Item;
use super::plan::Plan;
use super::{Outcome, RowError};
use crate::audit::Actor;
use crate::catalogue::draft::Draft;
use crate::catalogue::many::{self, Arrival, New};
use crate::catalogue::stored::Stored;
use crate::catalogue::write;
use crate::db::{Read, Sql, Tx};
use crate::id::{ProductId, VariantId, WarehouseId};
use crate::inventory::{self, Count};
use crate::{Error, Result, args, rows};
use known::Known;
use reprice::Repriced;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashSet};

/// What every batch of one import has in common.
pub struct Context<'a> {
    pub plan: &'a Plan,
    pub by: &'a Actor,
    /// Of this shop, by which it recognises its own pictures.
    pub origin: &'a str,
    /// Where a warehouse is made when there is none.
    pub country: &'a str,
    /// Unix milliseconds.
    pub now: i64,
}

/// What became of one product.
pub struct Done {
    pub outcome: Outcome,
    pub errors: Vec<RowError>,
    /// Of what was created or updated.
    pub change: Option<Change>,
}

pub struct Change {
    pub product: ProductId,
    pub version: i64,
    pub before: Option<Before>,
}

/// What an update has replaced.
#[derive(Serialize, Deserialize)]
pub struct Before {
    pub draft: Draft,
    pub warehouse: WarehouseId,
    /// By how many units stock was changed.
    pub moved: Vec<(VariantId, i64)>,
    /// Units there were of each variant.
    pub on_hand: Vec<(VariantId, i64)>,
    /// What the import before it said.
    pub source: Option<(String, String)>,
}

/// One outcome for each of `items`. An error leaves nothing of the transaction usable: what can be known beforehand is
/// an outcome, so an error means that the database saw what nobody could.
pub async fn batch(tx: &mut Tx, context: &Context<'_>, items: &[Item], tree: &mut Tree) -> Result<Vec<Done>> {
    let warehouse = warehouse(tx, context.country).await?;
    let known = Known::load(tx, context.plan, items, warehouse).await?;
    let attributes = Definitions::load(tx, context.now).await?;
    let mut work = Work {
        context,
        warehouse,
        known,
        attributes,
        skus: HashSet::new(),
        repriced: Repriced::default(),
        bookings: Vec::new(),
        log: Vec::new(),
    };
    let mut done = Vec::with_capacity(items.len());
    let mut new = Vec::new();
    for (at, item) in items.iter().enumerate() {
        let outcome = match work.known.product(at) {
            _ if !item.errors.is_empty() => Err(item.errors.clone()),
            Some(_) if work.known.is_duplicate(at) => Err(vec![RowError {
                line: item.line,
                column: context.plan.mapping.name_of("").to_owned(),
                message: "Another product of this file is the same in the shop.".into(),
            }]),
            Some(_) => work.change(tx, at, item, tree).await?,
            None => work.create(tx, item, tree).await?.map(|product| {
                let change = Change { product: product.id, version: 1, before: None };
                new.push(product);
                (Outcome::Created, Some(change))
            }),
        };
        done.push(match outcome {
            Ok((outcome, change)) => Done { outcome, errors: Vec::new(), change },
            Err(errors) => Done { outcome: Outcome::Refused, errors, change: None },
        });
    }
    work.finish(tx, &new).await?;
    Ok(done)
}

/// A product that is about to be inserted.
struct Newcomer {
    id: ProductId,
    key: String,
    draft: Draft,
    units: Vec<Option<i64>>,
}

/// Why a product was refused; nothing of it was written.
type Refusal = Vec<RowError>;

struct Work<'a> {
    context: &'a Context<'a>,
    warehouse: WarehouseId,
    known: Known,
    attributes: Definitions,
    /// Taken by products of this batch.
    skus: HashSet<String>,
    repriced: Repriced,
    bookings: Vec<serde_json::Value>,
    log: Vec<serde_json::Value>,
}

impl Work<'_> {
    async fn create(&mut self, tx: &mut Tx, item: &Item, tree: &mut Tree) -> Result<Result<Newcomer, Refusal>> {
        let plan = self.context.plan;
        let mut draft = match merge::created(item, plan) {
            Ok(draft) => draft,
            Err(error) => return Ok(Err(located(item, plan, error)?)),
        };
        if let Err(refusal) = self.claim(item, &draft, None) {
            return Ok(Err(refusal));
        }
        draft.attributes = match self.attributes.apply(tx, item, &[]).await? {
            Ok(values) => values,
            Err(refusal) => return Ok(Err(refusal)),
        };
        draft.slug = self.known.free_slug(tx, &draft.slug).await?;
        draft.categories = categories(tx, item, tree, &[]).await?;
        draft.pictures = picture::list(item, None, &draft, self.context.origin, plan.given.own);
        if let Err(error) = draft.check() {
            return Ok(Err(located(item, plan, error)?));
        }
        let id = ProductId::new();
        let newcomer = Newcomer { id, key: item.key.clone(), draft, units: item.quantities.clone() };
        self.book(id, item, &newcomer.draft, source_hash(item, plan.given.own)?);
        Ok(Ok(newcomer))
    }

    async fn change(
        &mut self,
        tx: &mut Tx,
        at: usize,
        item: &Item,
        tree: &mut Tree,
    ) -> Result<Result<(Outcome, Option<Change>), Refusal>> {
        let plan = self.context.plan;
        let hash = source_hash(item, plan.given.own)?;
        let (id, source) = self.known.product(at).cloned().ok_or(Error::NotFound("product"))?;
        if source.as_ref().is_some_and(|(known, _)| *known == hash) {
            return Ok(Ok((Outcome::Unchanged, None)));
        }
        // Somebody may have deleted it since this batch began.
        let stored = self.known.stored(id).cloned().ok_or(Error::NotFound("product"))?;
        let mut draft = match merge::changed(item, &stored, plan) {
            Ok(draft) => draft,
            Err(error) => return Ok(Err(located(item, plan, error)?)),
        };
        if let Err(refusal) = self.claim(item, &draft, Some(id)) {
            return Ok(Err(refusal));
        }
        draft.attributes = match self.attributes.apply(tx, item, &stored.draft.attributes).await? {
            Ok(values) => values,
            Err(refusal) => return Ok(Err(refusal)),
        };
        if plan.given.categories {
            draft.categories = categories(tx, item, tree, &stored.draft.categories).await?;
        }
        if plan.given.images {
            draft.pictures = picture::list(item, Some(&stored), &draft, self.context.origin, plan.given.own);
        }
        if let Err(error) = draft.check() {
            return Ok(Err(located(item, plan, error)?));
        }
        let counts = self.counts(item, &draft, &stored, source.as_ref())?;
        self.book(id, item, &draft, hash);
        if draft == stored.draft && counts.is_empty() {
            return Ok(Ok((Outcome::Unchanged, None)));
        }
        let now = self.context.now;
        let mut moved = Vec::new();
        if !counts.is_empty() || !self.repriced.note(id, stored.version, &stored.draft, &draft, now) {
            let ids = write::update(tx, id, &draft, Some(stored.version), now).await?;
            let actor = self.context.by.code();
            let count = Count { reason: "import", reference: &item.key, actor: &actor, now };
            for (variant, units) in counts {
                let delta = inventory::count_to(tx, ids[variant], self.warehouse, units, &count).await?;
                moved.push((ids[variant], delta));
            }
        }
        self.note(id, &item.key, &draft);
        let on_hand = stored.on_hand.into_iter().collect();
        let before = Before { draft: stored.draft, warehouse: self.warehouse, moved, on_hand, source };
        let change = Change { product: id, version: stored.version + 1, before: Some(before) };
        Ok(Ok((Outcome::Updated, Some(change))))
    }

    /// Units that are to be set, by number of the variant: where the file names another number than at the last import,
    /// and than there are.
    fn counts(
        &self,
        item: &Item,
        draft: &Draft,
        stored: &Stored,
        source: Option<&(String, String)>,
    ) -> Result<Vec<(usize, i64)>> {
        if !self.context.plan.given.variants {
            return Ok(Vec::new());
        }
        let before: BTreeMap<String, i64> =
            source.map(|(_, quantities)| serde_json::from_str(quantities)).transpose()?.unwrap_or_default();
        let named = item.quantities.iter().enumerate().filter_map(|(at, units)| Some((at, (*units)?)));
        Ok(named
            .filter(|(at, units)| {
                let variant = &draft.variants[*at];
                let there = variant.id.and_then(|id| stored.on_hand.get(&id));
                before.get(&variant.sku) != Some(units) && there != Some(units)
            })
            .collect())
    }

    /// Makes sure that SKUs are nobody else's, in the shop or before it in the batch.
    fn claim(&mut self, item: &Item, draft: &Draft, own: Option<ProductId>) -> Result<(), Refusal> {
        let mut refusal = Vec::new();
        for (at, variant) in draft.variants.iter().enumerate() {
            let taken = self.known.owner(&variant.sku).is_some_and(|owner| Some(owner) != own);
            if taken || self.skus.contains(&variant.sku) {
                let field = crate::FieldError {
                    field: format!("variants.{at}.sku"),
                    message: format!("{} is the SKU of another product.", variant.sku),
                };
                refusal.push(item.locate(field, &self.context.plan.mapping));
            }
        }
        if refusal.is_empty() {
            self.skus.extend(draft.variants.iter().map(|variant| variant.sku.clone()));
            return Ok(());
        }
        Err(refusal)
    }

    fn book(&mut self, id: ProductId, item: &Item, draft: &Draft, hash: String) {
        let units = item.quantities.iter().zip(&draft.variants);
        let named: BTreeMap<&String, i64> =
            units.filter_map(|(units, variant)| Some((&variant.sku, (*units)?))).collect();
        self.bookings.push(json!({
            "id": id, "hash": hash, "quantities": json!(named).to_string(), "now": self.context.now,
        }));
    }

    fn note(&mut self, id: ProductId, key: &str, draft: &Draft) {
        let after = json!({ "handle": key, "title": draft.title, "variants": draft.variants.len() });
        self.log.push(json!({
            "id": crate::chance::uuid(), "actor": self.context.by.code(), "entity_id": id.to_string(),
            "after_": after.to_string(), "address": self.context.by.address(), "at": self.context.now,
        }));
    }

    async fn finish(mut self, tx: &mut Tx, new: &[Newcomer]) -> Result<()> {
        let actor = self.context.by.code();
        let arrival = Arrival { warehouse: self.warehouse, reason: "import", actor: &actor, now: self.context.now };
        let rows: Vec<_> =
            new.iter().map(|n| New { id: n.id, handle: &n.key, draft: &n.draft, units: &n.units }).collect();
        many::insert(tx, &rows, &arrival).await?;
        self.repriced.write(tx).await?;
        for newcomer in new {
            self.note(newcomer.id, &newcomer.key, &newcomer.draft);
        }
        for (sql, rows) in [(BOOK, &self.bookings), (LOG, &self.log)] {
            if !rows.is_empty() {
                tx.execute(sql.of(tx.engine()), args![serde_json::to_string(rows)?]).await?;
            }
        }
        Ok(())
    }
}

const BOOK: Sql = rows!(
    "INSERT INTO imported_product (product_id, source_hash, quantities, imported_at)
     SELECT id, hash, quantities, now FROM",
    [id UUID, hash TEXT, quantities TEXT, now BIGINT],
    "WHERE TRUE ON CONFLICT (product_id) DO UPDATE
     SET source_hash = excluded.source_hash, quantities = excluded.quantities, imported_at = excluded.imported_at"
);
const LOG: Sql = rows!(
    "INSERT INTO audit_log (id, actor, action, entity, entity_id, after, address, at)
     SELECT id, actor, 'product.import', 'product', entity_id, after_, address, at FROM",
    [id UUID, actor TEXT, entity_id TEXT, after_ TEXT, address TEXT, at BIGINT],
    ""
);

/// Whether a product could be taken by an empty shop.
pub fn is_fit(item: &Item, plan: &Plan) -> bool {
    item.errors.is_empty() && merge::created(item, plan).is_ok()
}

/// What is wrong with a draft, by line and column; any other error stays one.
pub fn located(item: &Item, plan: &Plan, error: Error) -> Result<Refusal> {
    match error {
        Error::Invalid(fields) => Ok(fields.into_iter().map(|field| item.locate(field, &plan.mapping)).collect()),
        Error::Conflict { message, .. } => Ok(vec![RowError { line: item.line, column: String::new(), message }]),
        other => Err(other),
    }
}

fn source_hash(item: &Item, own: bool) -> Result<String> {
    let mut text = serde_json::to_vec(&(own, &item.draft, &item.quantities, &item.categories, &item.images))?;
    // Left out where there are none: imports compare digests of what was written before there were any.
    if !item.attributes.is_empty() {
        text.extend(serde_json::to_vec(&item.attributes)?);
    }
    Ok(hex::encode(Sha256::digest(text)))
}

async fn categories(
    tx: &mut Tx,
    item: &Item,
    tree: &mut Tree,
    own: &[crate::id::CategoryId],
) -> Result<Vec<crate::id::CategoryId>> {
    let mut ids = Vec::new();
    for path in &item.categories {
        if let Some(id) = tree.find(tx, path, own).await?
            && !ids.contains(&id)
        {
            ids.push(id);
        }
    }
    ids.sort();
    Ok(ids)
}

/// The first warehouse; one is made where there is none.
async fn warehouse(tx: &mut Tx, country: &str) -> Result<WarehouseId> {
    if let Some(id) = first_warehouse(tx).await? {
        return Ok(id);
    }
    let id = WarehouseId::new();
    tx.execute(
        "INSERT INTO warehouse (id, code, name, country) VALUES ($1, 'MAIN', 'Main warehouse', $2)",
        args![id, country],
    )
    .await?;
    Ok(id)
}

/// Where imports put stock and exports count it.
pub(super) async fn first_warehouse(db: &mut impl Read) -> Result<Option<WarehouseId>> {
    const FIRST: &str = "SELECT id FROM warehouse ORDER BY priority, id LIMIT 1";
    Ok(db.fetch_optional::<(WarehouseId,)>(FIRST, args![]).await?.map(|(id,)| id))
}
