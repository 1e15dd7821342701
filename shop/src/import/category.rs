//! Categories by the titles on the way to them, as files name them.

use crate::catalogue::draft::slugify;
use crate::db::{Read, Tx};
use crate::id::CategoryId;
use crate::{Result, args, limits};
use std::collections::HashMap;

/// All categories as they were when it was loaded, and those made since.
#[derive(Default)]
pub struct Tree {
    known: HashMap<CategoryId, Known>,
    /// By parent and title, the first of each.
    by_title: HashMap<(Option<CategoryId>, String), CategoryId>,
    by_slug: HashMap<String, CategoryId>,
    /// Made through this tree, oldest first.
    pub made: Vec<CategoryId>,
}

struct Known {
    parent: Option<CategoryId>,
    title: String,
}

impl Tree {
    pub async fn load(db: &mut impl Read) -> Result<Self> {
        let rows: Vec<(CategoryId, Option<CategoryId>, String, String)> =
            db.fetch_all("SELECT id, parent_id, title, slug FROM category ORDER BY position, id", args![]).await?;
        let mut tree = Self::default();
        for (id, parent, title, slug) in rows {
            tree.add(id, parent, title, slug);
        }
        Ok(tree)
    }

    fn add(&mut self, id: CategoryId, parent: Option<CategoryId>, title: String, slug: String) {
        self.by_title.entry((parent, title.clone())).or_insert(id);
        self.by_slug.insert(slug, id);
        self.known.insert(id, Known { parent, title });
    }

    /// Titles from the root down to a category.
    pub fn path(&self, id: CategoryId) -> Vec<&str> {
        let (mut path, mut at) = (Vec::new(), Some(id));
        while let Some(known) = at.and_then(|id| self.known.get(&id)) {
            path.push(known.title.as_str());
            at = known.parent.filter(|_| path.len() < 20);
        }
        path.reverse();
        path
    }

    /// The category at the end of a path: one of `own`, which the product is in already, rather than another of the
    /// same titles. What is missing is made. A lone title is also known by its address, whatever its parent.
    pub async fn find(&mut self, tx: &mut Tx, path: &[String], own: &[CategoryId]) -> Result<Option<CategoryId>> {
        if path.is_empty() || path.iter().any(|t| slugify(t).is_empty() || t.chars().count() > limits::NAME_CHARS) {
            return Ok(None);
        }
        if let Some(id) = own.iter().find(|id| self.path(**id) == path) {
            return Ok(Some(*id));
        }
        if let ([title], false) = (path, self.by_title.contains_key(&(None, path[0].clone())))
            && let Some(id) = self.by_slug.get(&slugify(title))
        {
            return Ok(Some(*id));
        }
        let mut parent = None;
        for title in path {
            parent = Some(match self.by_title.get(&(parent, title.clone())) {
                Some(id) => *id,
                None => self.make(tx, parent, title).await?,
            });
        }
        Ok(parent)
    }

    async fn make(&mut self, tx: &mut Tx, parent: Option<CategoryId>, title: &str) -> Result<CategoryId> {
        let mut slug = slugify(title);
        for n in 2.. {
            if !self.by_slug.contains_key(&slug) {
                break;
            }
            slug = format!("{}-{n}", slugify(title));
        }
        let mut name = title.to_owned();
        if let Some(first) = title.chars().next().filter(|c| parent.is_none() && c.is_lowercase()) {
            // Tags are often written small; a category is a heading.
            name = first.to_uppercase().chain(title.chars().skip(1)).collect();
        }
        let id = CategoryId::new();
        tx.execute(
            "INSERT INTO category (id, parent_id, slug, title, position)
             VALUES ($1, $2, $3, $4, (SELECT COUNT(*) FROM category c))",
            args![id, parent, &slug, &name],
        )
        .await?;
        self.by_title.entry((parent, title.to_owned())).or_insert(id);
        self.add(id, parent, name, slug);
        self.made.push(id);
        Ok(id)
    }
}
