//! Who stands below whom, in which order; moving a category within it.

use crate::audit::{self, Entry};
use crate::db::{Read, Tx};
use crate::id::CategoryId;
use crate::limits::CATEGORY_DEPTH;
use crate::staff::Staff;
use crate::{Error, Result, Shop, args};
use serde_json::json;
use std::collections::HashMap;

/// Where a category is to stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    /// Among its siblings.
    Up,
    Down,
    /// Below the sibling before it, as the last.
    In,
    /// Behind its parent.
    Out,
    /// Below `parent` (at the top without one), before a category there or as the last.
    At {
        parent: Option<CategoryId>,
        before: Option<CategoryId>,
    },
}

/// The tree without its texts.
pub(super) struct Shape {
    nodes: HashMap<CategoryId, (Option<CategoryId>, i64, i64)>,
    children: HashMap<Option<CategoryId>, Vec<CategoryId>>,
}

impl Shape {
    pub async fn load(db: &mut impl Read) -> Result<Self> {
        let rows: Vec<(CategoryId, Option<CategoryId>, i64, i64)> = db
            .fetch_all("SELECT id, parent_id, version, position FROM category ORDER BY position, id", args![])
            .await?;
        let mut shape = Self { nodes: HashMap::new(), children: HashMap::new() };
        for (id, parent, version, position) in rows {
            shape.children.entry(parent).or_default().push(id);
            shape.nodes.insert(id, (parent, version, position));
        }
        Ok(shape)
    }

    /// Parent and version.
    pub fn of(&self, id: CategoryId) -> Option<(Option<CategoryId>, i64)> {
        self.nodes.get(&id).map(|(parent, version, _)| (*parent, *version))
    }

    pub fn children(&self, parent: Option<CategoryId>) -> &[CategoryId] {
        self.children.get(&parent).map_or(&[], Vec::as_slice)
    }

    /// Each category before those below it, with its depth.
    pub fn in_order(&self) -> Vec<(CategoryId, usize)> {
        let mut order = Vec::with_capacity(self.nodes.len());
        let mut waiting: Vec<_> = self.children(None).iter().rev().map(|id| (*id, 0)).collect();
        while let Some((id, depth)) = waiting.pop() {
            order.push((id, depth));
            waiting.extend(self.children(Some(id)).iter().rev().map(|id| (*id, depth + 1)));
        }
        order
    }

    /// The category and all above it, itself first.
    fn way_up(&self, id: CategoryId) -> Vec<CategoryId> {
        let (mut way, mut at) = (Vec::new(), Some(id));
        while let Some(id) = at.filter(|_| way.len() <= self.nodes.len()) {
            way.push(id);
            at = self.of(id).and_then(|(parent, _)| parent);
        }
        way
    }

    fn height(&self, id: CategoryId) -> usize {
        1 + self.children(Some(id)).iter().map(|child| self.height(*child)).max().unwrap_or(0)
    }

    /// Refuses by the field `parent` what the schema would refuse.
    pub fn check(&self, id: Option<CategoryId>, parent: Option<CategoryId>) -> Result<()> {
        let Some(parent) = parent else { return Ok(()) };
        if self.of(parent).is_none() {
            return Err(Error::field("parent", "This category does not exist any more."));
        }
        self.check_way("parent", id, parent, id.map_or(1, |id| self.height(id)))
    }

    /// The same by the field `heirs` for what is in `id`, when it goes into `to`.
    pub fn check_heir(&self, id: CategoryId, to: CategoryId) -> Result<()> {
        if self.of(to).is_none() {
            return Err(Error::field("heirs", "This category does not exist any more."));
        }
        self.check_way("heirs", Some(id), to, self.height(id) - 1)
    }

    fn check_way(&self, field: &str, id: Option<CategoryId>, parent: CategoryId, height: usize) -> Result<()> {
        let above = self.way_up(parent);
        if id.is_some_and(|id| above.contains(&id)) {
            return Err(Error::field(field, "A category cannot stand below itself."));
        }
        if above.len() + height > CATEGORY_DEPTH {
            return Err(Error::field(field, format!("Categories lie at most {CATEGORY_DEPTH} deep.")));
        }
        Ok(())
    }

    /// Parent, and the place among its children without the category itself.
    fn target(&self, id: CategoryId, to: Put) -> Result<(Option<CategoryId>, usize)> {
        let (parent, _) = self.of(id).ok_or(Error::NotFound("category"))?;
        let siblings = self.children(parent);
        let at = siblings.iter().position(|sibling| *sibling == id).unwrap_or_default();
        Ok(match to {
            Put::Up => (parent, at.saturating_sub(1)),
            Put::Down => (parent, (at + 1).min(siblings.len() - 1)),
            Put::In => match at.checked_sub(1).map(|before| siblings[before]) {
                Some(before) => (Some(before), self.children(Some(before)).len()),
                None => (parent, at),
            },
            Put::Out => match parent.and_then(|parent| Some((parent, self.of(parent)?.0))) {
                Some((parent, above)) => {
                    let place = self.children(above).iter().position(|sibling| *sibling == parent);
                    (above, place.map_or(0, |place| place + 1))
                }
                None => (parent, at),
            },
            Put::At { parent, before } => {
                let others: Vec<_> = self.children(parent).iter().filter(|other| **other != id).collect();
                let place = match before.filter(|before| *before != id) {
                    Some(before) => others.iter().position(|other| **other == before).ok_or_else(super::changed)?,
                    None if before.is_some() && self.of(id).is_some_and(|(known, _)| known == parent) => at,
                    None => others.len(),
                };
                (parent, place)
            }
        })
    }
}

/// Moves a category, and all below it with it.
///
/// # Errors
/// `Invalid` "parent" for a circle or what would lie too deep; `Conflict` "changed" when the category has another version,
/// or what it should stand before is not there any more; `NotFound`.
pub async fn put(shop: &Shop, by: &Staff, id: CategoryId, version: i64, to: Put) -> Result<()> {
    let mut tx = shop.db.begin().await?;
    let shape = take_turn(&mut tx).await?;
    let (before, known) = shape.of(id).ok_or(Error::NotFound("category"))?;
    if known != version {
        return Err(super::changed());
    }
    let (parent, at) = shape.target(id, to)?;
    shape.check(Some(id), parent)?;
    place(&mut tx, &shape, id, parent, at).await?;
    let entry = Entry::new(by, "category.move", "category", id)
        .before(&json!({ "parent": before }))
        .after(&json!({ "parent": parent, "at": at + 1 }));
    audit::record(&mut tx, &entry, shop.now_ms()).await?;
    Ok(tx.commit().await?)
}

/// Keeps others from changing the tree until the transaction ends; the tree as it is now.
pub(super) async fn take_turn(tx: &mut Tx) -> Result<Shape> {
    tx.execute("UPDATE category_tree SET turn = turn + 1 WHERE id = 1", args![]).await?;
    Shape::load(tx).await
}

/// Puts a category that has been checked below `parent`, at place `at` among the others.
pub(super) async fn place(
    tx: &mut Tx,
    shape: &Shape,
    id: CategoryId,
    parent: Option<CategoryId>,
    at: usize,
) -> Result<()> {
    const MOVE: &str = "UPDATE category SET parent_id = $2, version = version + 1 WHERE id = $1";
    tx.execute(MOVE, args![id, parent]).await?;
    let mut order: Vec<_> = shape.children(parent).iter().copied().filter(|other| *other != id).collect();
    order.insert(at.min(order.len()), id);
    for (position, sibling) in (0_i64..).zip(order) {
        if shape.nodes.get(&sibling).is_none_or(|(.., known)| *known != position) {
            tx.execute("UPDATE category SET position = $2 WHERE id = $1", args![sibling, position]).await?;
        }
    }
    Ok(())
}
