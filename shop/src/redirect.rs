//! Addresses that have moved: where an old path leads, and which paths were asked for in vain.
//!
//! Renaming a product or a category writes its redirect by itself (triggers of `migrations/*/0015_*.sql`), merchants add
//! others by hand or from a file. The schema keeps every redirect one hop long, so there is no chain and no loop, and
//! within the shop. A living page is never asked about here: it is looked for first, and takes its address when it is
//! published. Visits are counted in memory and written in batches ([`Counts`]).

mod count;
pub(crate) mod edit;
mod file;
mod path;

pub use count::{Counts, Missing, forget, missing};
pub use edit::{add, remove};
pub use file::{Imported, import};
pub use path::{encode, normal};

use crate::catalogue::Page;
use crate::limits::{Check, PAGE_ROWS, REDIRECT_CHARS};
use crate::staff::Staff;
use crate::{Error, Result, Shop, args};

/// How a redirect came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A product, category or collection got another slug.
    Slug,
    Hand,
    File,
}

impl Origin {
    pub fn code(self) -> &'static str {
        match self {
            Self::Slug => "slug",
            Self::Hand => "hand",
            Self::File => "file",
        }
    }

    fn parse(code: &str) -> Self {
        match code {
            "slug" => Self::Slug,
            "file" => Self::File,
            _ => Self::Hand,
        }
    }
}

/// One redirect as the merchant sees it; paths as text, without percent-encoding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirect {
    pub id: i64,
    pub source: String,
    pub target: String,
    pub origin: Origin,
    pub hits: i64,
    /// Unix milliseconds; `None` when nobody has come yet.
    pub last_hit_at: Option<i64>,
}

/// Where a path leads that has no page.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Moved {
    pub id: i64,
    /// As text; [`encode`] makes an address of it.
    pub target: String,
}

/// Where `path` (as [`normal`] has it) leads. A page of a product or a collection that is not published is nowhere
/// to be sent, and its new name is nobody's business yet.
pub async fn find(shop: &Shop, path: &str) -> Result<Option<Moved>> {
    let found = shop
        .db
        .fetch_optional(
            "SELECT r.id, r.target FROM redirect r WHERE r.source = $1 AND (substr(r.target, 1, 3) <> '/p/'
               OR EXISTS (SELECT 1 FROM product p WHERE p.slug = substr(r.target, 4) AND p.status = 'published'))
             AND (substr(r.target, 1, 13) <> '/collections/'
               OR EXISTS (SELECT 1 FROM collection c WHERE c.slug = substr(r.target, 14) AND c.published))",
            args![path],
        )
        .await?;
    Ok(found)
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    source: String,
    target: String,
    origin: String,
    hits: i64,
    last_hit_at: Option<i64>,
}

/// Newest first; those whose paths contain `text`.
pub async fn list(shop: &Shop, _by: &Staff, text: &str, after: Option<&str>, rows: i64) -> Result<Page<Redirect>> {
    Check::default().text("text", text, REDIRECT_CHARS).done()?;
    let rows = rows.clamp(*PAGE_ROWS.start(), *PAGE_ROWS.end());
    let unknown = |_| Error::field("after", "Not a position in this list.");
    let after: i64 = after.map_or(Ok(i64::MAX), |text| text.parse().map_err(unknown))?;
    let mut found: Vec<Row> = shop
        .db
        .fetch_all(
            "SELECT id, source, target, origin, hits, last_hit_at FROM redirect
             WHERE id < $1 AND ($2 = '' OR lower(source) LIKE $2 ESCAPE '!' OR lower(target) LIKE $2 ESCAPE '!')
             ORDER BY id DESC LIMIT $3",
            args![after, crate::db::pattern(text), rows + 1],
        )
        .await?;
    let more = i64::try_from(found.len()).is_ok_and(|n| n > rows);
    if more {
        found.pop();
    }
    let next = found.last().filter(|_| more).map(|last| last.id.to_string());
    let items = found
        .into_iter()
        .map(|Row { id, source, target, origin, hits, last_hit_at }| Redirect {
            id,
            source,
            target,
            origin: Origin::parse(&origin),
            hits,
            last_hit_at,
        })
        .collect();
    Ok(Page { items, next })
}
