//! A promotion's codes: one that everybody shares, one for somebody, thousands for one order each.

use super::code::normalised;
use crate::audit::{self, Entry};
use crate::catalogue::Page;
use crate::db::{Read, Sql, Tx};
use crate::id::{CustomerId, PromotionCodeId, PromotionId};
use crate::limits::{CODE_BATCH, CODE_CHARS, PAGE_ROWS};
use crate::staff::Staff;
use crate::{Error, Result, Shop, args, rows};
use serde::Serialize;
use serde_json::json;

/// Random characters of a code that is made: 50 bits that nobody guesses.
const RANDOM_CHARS: usize = 10;
/// Codes written by one statement.
const AT_A_TIME: usize = 1_000;

/// A code with its counters.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Code {
    pub id: PromotionCodeId,
    pub code: String,
    pub active: bool,
    pub max_uses: Option<i64>,
    pub used: i64,
    /// Of the customer whose it is; empty for whoever knows it.
    pub email: String,
    /// Of the batch it was made with; empty for one of its own.
    pub batch: String,
}

const CODES: &str = "SELECT c.id, c.code, c.active, c.max_uses, c.used, COALESCE(k.email, '') AS email, c.batch
    FROM promotion_code c LEFT JOIN customer k ON k.id = c.customer_id";

/// By the alphabet; a page begins after a code.
pub async fn codes(shop: &Shop, _by: &Staff, id: PromotionId, after: &str, rows: i64) -> Result<Page<Code>> {
    let rows = rows.clamp(*PAGE_ROWS.start(), *PAGE_ROWS.end());
    let sql = format!("{CODES} WHERE c.promotion_id = $1 AND c.code > $2 ORDER BY c.code LIMIT $3");
    let mut items: Vec<Code> = shop.db.fetch_all(&sql, args![id, after, rows + 1]).await?;
    let length = usize::try_from(rows).unwrap_or(usize::MAX);
    let more = items.len() > length;
    items.truncate(length);
    let next = items.last().filter(|_| more).map(|last| last.code.clone());
    Ok(Page { items, next })
}

/// All of a promotion, or of one batch, as a CSV file; nothing in it is a formula to a spreadsheet.
pub async fn export(shop: &Shop, _by: &Staff, id: PromotionId, batch: Option<&str>) -> Result<Vec<u8>> {
    let sql = format!("{CODES} WHERE c.promotion_id = $1 AND ($2 = '' OR c.batch = $2) ORDER BY c.code");
    let all: Vec<Code> = shop.db.fetch_all(&sql, args![id, batch.unwrap_or_default()]).await?;
    let mut file = csv::Writer::from_writer(Vec::new());
    let failed = |error: csv::Error| Error::Internal(error.to_string());
    file.write_record(["Code", "Active", "Uses", "Most uses", "Customer", "Batch"]).map_err(failed)?;
    for code in all {
        let most = code.max_uses.map(|most| most.to_string()).unwrap_or_default();
        let cells = [
            code.code.as_str(),
            if code.active { "yes" } else { "no" },
            &code.used.to_string(),
            &most,
            &code.email,
            &code.batch,
        ];
        file.write_record(cells.map(|cell| crate::import::cell::guarded(cell).into_owned())).map_err(failed)?;
    }
    file.into_inner().map_err(|error| Error::Internal(error.to_string()))
}

/// Adds one code, perhaps for one customer alone (by the e-mail address of the account).
pub async fn create_code(
    shop: &Shop,
    by: &Staff,
    id: PromotionId,
    typed: &str,
    max_uses: Option<i64>,
    customer: &str,
) -> Result<()> {
    let (from, to) = (CODE_CHARS.start(), CODE_CHARS.end());
    let code = normalised(typed)
        .ok_or_else(|| Error::field("code", format!("{from} to {to} of the characters A to Z, 0 to 9, - and _.")))?;
    check_uses(max_uses)?;
    let now = shop.now_ms();
    let mut tx = shop.db.begin().await?;
    check_way(&mut tx, id).await?;
    let owner = owner(&mut tx, customer).await?;
    let added = tx
        .execute(
            "INSERT INTO promotion_code (id, promotion_id, code, max_uses, customer_id, created_at)
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (code) DO NOTHING",
            args![PromotionCodeId::new(), id, &code, max_uses, owner, now],
        )
        .await?;
    if added == 0 {
        return Err(Error::field("code", "There is such a code already."));
    }
    let entry = Entry::new(by, "promotion.code", "promotion", id).after(&json!({ "code": code, "max_uses": max_uses }));
    audit::record(&mut tx, &entry, now).await?;
    Ok(tx.commit().await?)
}

/// Makes `count` codes for `max_uses` orders each, all or none; returns the name of the batch.
pub async fn generate(
    shop: &Shop,
    by: &Staff,
    id: PromotionId,
    count: i64,
    prefix: &str,
    max_uses: i64,
) -> Result<String> {
    let most = CODE_CHARS.end() - RANDOM_CHARS;
    let prefix = prefix.trim().to_uppercase();
    let fits = prefix.is_empty() || (prefix.len() <= most && normalised(&format!("{prefix}AAA")).is_some());
    if !fits {
        return Err(Error::field("prefix", format!("At most {most} of the characters A to Z, 0 to 9, - and _.")));
    }
    if !(1..=CODE_BATCH).contains(&count) {
        return Err(Error::field("count", format!("Between 1 and {CODE_BATCH}.")));
    }
    check_uses(Some(max_uses))?;
    let now = shop.now_ms();
    let batch = crate::chance::uuid().simple().to_string();
    let mut tx = shop.db.begin().await?;
    check_way(&mut tx, id).await?;
    let mut left = usize::try_from(count).unwrap_or(0);
    while left > 0 {
        let codes: Vec<_> = (0..left.min(AT_A_TIME)).map(|_| New::random(&prefix)).collect();
        let added = tx
            .execute(GENERATE.of(tx.engine()), args![serde_json::to_string(&codes)?, id, max_uses, &batch, now])
            .await?;
        // One that is there already is made up for.
        left -= usize::try_from(added).unwrap_or(left);
    }
    let after = json!({ "batch": batch, "count": count, "prefix": prefix, "max_uses": max_uses });
    audit::record(&mut tx, &Entry::new(by, "promotion.codes", "promotion", id).after(&after), now).await?;
    tx.commit().await?;
    Ok(batch)
}

#[derive(Serialize)]
struct New {
    id: PromotionCodeId,
    code: String,
}

impl New {
    /// Crockford's base 32, which has no letters that look like digits.
    fn random(prefix: &str) -> Self {
        const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
        let random: [u8; RANDOM_CHARS] = crate::chance::bytes();
        let tail: String = random.iter().map(|byte| char::from(ALPHABET[usize::from(byte & 31)])).collect();
        Self { id: PromotionCodeId::new(), code: format!("{prefix}{tail}") }
    }
}

const GENERATE: Sql = rows!(
    "INSERT INTO promotion_code (id, promotion_id, code, max_uses, batch, created_at)
     SELECT d.id, $2, d.code, $3, $4, $5 FROM",
    [id UUID, code TEXT],
    "WHERE TRUE ON CONFLICT (code) DO NOTHING"
);

/// Withdraws a code, or gives it out again.
pub async fn set_code(shop: &Shop, by: &Staff, id: PromotionId, code: PromotionCodeId, active: bool) -> Result<()> {
    let mut tx = shop.db.begin().await?;
    let sql = "UPDATE promotion_code SET active = $3 WHERE id = $1 AND promotion_id = $2 RETURNING code";
    let named: Option<(String,)> = tx.fetch_optional(sql, args![code, id, active]).await?;
    let (named,) = named.ok_or(Error::NotFound("code"))?;
    let entry = Entry::new(by, "promotion.code", "promotion", id).after(&json!({ "code": named, "active": active }));
    audit::record(&mut tx, &entry, shop.now_ms()).await?;
    Ok(tx.commit().await?)
}

fn check_uses(max_uses: Option<i64>) -> Result<()> {
    if max_uses.is_none_or(|most| (1..=1_000_000_000).contains(&most)) {
        return Ok(());
    }
    Err(Error::field("uses", "A whole number above zero."))
}

/// Only a promotion that needs a code has codes.
async fn check_way(tx: &mut Tx, id: PromotionId) -> Result<()> {
    let way: Option<(String,)> = tx.fetch_optional("SELECT way FROM promotion WHERE id = $1", args![id]).await?;
    match way {
        None => Err(Error::NotFound("promotion")),
        Some((way,)) if way == "code" => Ok(()),
        Some(_) => Err(Error::field("code", "This promotion applies by itself and needs no code.")),
    }
}

async fn owner(tx: &mut Tx, email: &str) -> Result<Option<CustomerId>> {
    let email = email.trim().to_lowercase();
    if email.is_empty() {
        return Ok(None);
    }
    let found: Option<(CustomerId,)> =
        tx.fetch_optional("SELECT id FROM customer WHERE email = $1", args![email]).await?;
    found.map(|(id,)| Some(id)).ok_or_else(|| Error::field("customer", "No customer has this e-mail address."))
}
