//! What differs and was not mended: written down, seen again, gone, or settled by a person.

use super::kind::{Kind, codes};
use crate::catalogue::Page;
use crate::db::{Read, Sql, Tx};
use crate::id::BreakId;
use crate::limits::PAGE_ROWS;
use crate::money::Currency;
use crate::{Error, Result, Shop, args};
use serde::Serialize;
use std::collections::HashSet;

/// A difference is confirmed when it is seen again this much later.
pub(super) const CONFIRM_MS: i64 = 10 * 60_000;

/// A difference between the shop and its provider, or between what the shop knows and what must hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct Break {
    pub id: BreakId,
    #[sqlx(try_from = "String")]
    pub kind: Kind,
    /// What it is told apart by: the order's number, the provider's id of a payment, a SKU, a rule.
    pub reference: String,
    pub detail: String,
    /// Number of the order it is about, or empty.
    pub number: String,
    pub provider: String,
    /// The provider's name of the payment, or empty.
    pub payment: String,
    /// ISO 4217; empty where `ours` and `theirs` are units.
    pub currency: String,
    pub ours: Option<i64>,
    pub theirs: Option<i64>,
    /// Unix milliseconds.
    pub first_seen: i64,
    pub last_seen: i64,
    pub times_seen: i64,
    pub confirmed_seen: Option<i64>,
    pub resolved_at: Option<i64>,
    /// What was done about it.
    pub action: String,
    /// Goes up with what it says: whoever decides names the version that was on the screen.
    pub version: i64,
}

impl Break {
    /// An amount of it, in words.
    pub fn amount(&self, amount: Option<i64>) -> Option<String> {
        let amount = amount?;
        Some(match Currency::parse(&self.currency) {
            Some(currency) => currency.money(amount).to_string(),
            None => amount.to_string(),
        })
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, kind, ref AS reference, detail, number, provider, payment, currency, ours, theirs, first_seen,
               last_seen, times_seen, confirmed_seen, resolved_at, action, version FROM recon_break ",
            $rest
        )
    };
}

/// A difference that was found.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Found {
    pub kind: Kind,
    pub reference: String,
    pub detail: String,
    pub number: String,
    pub provider: String,
    pub payment: String,
    pub currency: String,
    pub ours: Option<i64>,
    pub theirs: Option<i64>,
    /// When the payment was made, Unix milliseconds.
    pub subject_at: Option<i64>,
}

impl Found {
    pub fn new(kind: Kind, reference: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            kind,
            reference: reference.into(),
            detail: detail.into(),
            number: String::new(),
            provider: String::new(),
            payment: String::new(),
            currency: String::new(),
            ours: None,
            theirs: None,
            subject_at: None,
        }
    }

    #[must_use]
    pub fn of_order(mut self, number: &str) -> Self {
        number.clone_into(&mut self.number);
        self
    }

    #[must_use]
    pub fn of_payment(mut self, provider: &str, payment: &str, made: i64) -> Self {
        (self.provider, self.payment, self.subject_at) = (provider.to_owned(), payment.to_owned(), Some(made));
        self
    }

    /// Minor units of `currency`; units of stock when that is empty.
    #[must_use]
    pub fn amounts(mut self, currency: &str, ours: Option<i64>, theirs: Option<i64>) -> Self {
        (self.currency, self.ours, self.theirs) = (currency.to_owned(), ours, theirs);
        self
    }
}

/// All open breaks, oldest first.
pub async fn open_breaks(shop: &Shop) -> Result<Vec<Break>> {
    const OPEN: &str = select!("WHERE resolved_at IS NULL ORDER BY first_seen, kind, ref");
    Ok(shop.db.fetch_all(OPEN, args![]).await?)
}

/// The open breaks of an order, oldest first.
pub async fn of_order(shop: &Shop, number: &str) -> Result<Vec<Break>> {
    const OF: &str = select!("WHERE resolved_at IS NULL AND number = $1 ORDER BY first_seen, kind, ref");
    Ok(shop.db.fetch_all(OF, args![number]).await?)
}

/// Breaks that are over, the last one first.
pub async fn resolved_breaks(shop: &Shop, after: Option<&str>, rows: i64) -> Result<Page<Break>> {
    const OVER: &str = select!(
        "WHERE resolved_at IS NOT NULL AND (resolved_at < $1 OR (resolved_at = $1 AND id < $2))
         ORDER BY resolved_at DESC, id DESC LIMIT $3"
    );
    let nowhere = || Error::field("after", "This page does not exist.");
    let (at, id) = match after {
        None => (i64::MAX, BreakId(uuid::Uuid::max())),
        Some(text) => {
            let (at, id) = text.split_once('.').ok_or_else(nowhere)?;
            (at.parse().map_err(|_| nowhere())?, id.parse().map_err(|_| nowhere())?)
        }
    };
    let rows = rows.clamp(*PAGE_ROWS.start(), *PAGE_ROWS.end());
    let mut items: Vec<Break> = shop.db.fetch_all(OVER, args![at, id, rows + 1]).await?;
    let wanted = usize::try_from(rows).unwrap_or(usize::MAX);
    let more = items.len() > wanted;
    items.truncate(wanted);
    let last = items.last().filter(|_| more);
    let next = last.map(|last| format!("{}.{}", last.resolved_at.unwrap_or_default(), last.id));
    Ok(Page { items, next })
}

pub(super) async fn by_id(db: &mut impl Read, id: BreakId) -> Result<Break> {
    const ONE: &str = select!("WHERE id = $1");
    db.fetch_optional(ONE, args![id]).await?.ok_or(Error::NotFound("difference"))
}

/// Writes down a difference, or that it was seen again. What a person has let stand stays settled until it says something
/// else.
pub(crate) async fn put(tx: &mut Tx, found: &Found, now: i64) -> Result<()> {
    const SEEN: &str = "INSERT INTO recon_break (id, kind, ref, detail, number, provider, payment, currency, ours, theirs,
          subject_at, first_seen, last_seen)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12)
        ON CONFLICT (kind, ref) DO UPDATE SET detail = excluded.detail, number = excluded.number,
          provider = excluded.provider, payment = excluded.payment, currency = excluded.currency,
          ours = excluded.ours, theirs = excluded.theirs,
          subject_at = COALESCE(excluded.subject_at, recon_break.subject_at), last_seen = excluded.last_seen,
          version = recon_break.version + CASE WHEN recon_break.resolved_at IS NOT NULL
            OR COALESCE(recon_break.ours, -1) <> COALESCE(excluded.ours, -1)
            OR COALESCE(recon_break.theirs, -1) <> COALESCE(excluded.theirs, -1) THEN 1 ELSE 0 END,
          times_seen = CASE WHEN recon_break.resolved_at IS NULL THEN recon_break.times_seen + 1 ELSE 1 END,
          first_seen = CASE WHEN recon_break.resolved_at IS NULL THEN recon_break.first_seen ELSE excluded.first_seen END,
          confirmed_seen = CASE WHEN recon_break.resolved_at IS NULL AND recon_break.first_seen + $13 <= excluded.first_seen
            THEN excluded.first_seen ELSE NULL END,
          resolved_at = NULL, action = '', accepted = ''
        WHERE recon_break.resolved_at IS NULL OR recon_break.accepted = '' OR recon_break.accepted <> excluded.detail";
    let values = args![
        BreakId::new(),
        found.kind.code(),
        &found.reference,
        &found.detail,
        &found.number,
        &found.provider,
        &found.payment,
        &found.currency,
        found.ours,
        found.theirs,
        found.subject_at,
        now,
        CONFIRM_MS
    ];
    tx.execute(SEEN, values).await?;
    Ok(())
}

/// Closes what is over; whether it was open.
pub(crate) async fn close(tx: &mut Tx, kind: Kind, reference: &str, action: &str, now: i64) -> Result<bool> {
    let sql = "UPDATE recon_break SET resolved_at = $3, action = $4, version = version + 1
        WHERE kind = $1 AND ref = $2 AND resolved_at IS NULL";
    Ok(tx.execute(sql, args![kind.code(), reference, now, action]).await? == 1)
}

/// What a comparison has looked at: its open breaks that it did not find again are over.
pub(super) struct Looked {
    /// Payments made since then, Unix milliseconds.
    pub from: i64,
    pub now: i64,
    /// Whose payments were listed.
    pub providers: Vec<String>,
}

/// Said of what is over without anybody's doing; does not count for the kill switch.
pub(super) const AGREES: &str = "agrees again";

/// Writes down what a comparison has found and closes what is gone.
pub(super) async fn write_down(shop: &Shop, found: &[Found], looked: &Looked) -> Result<()> {
    const COMPARED: Sql = Sql {
        sqlite:
            "SELECT kind, ref FROM recon_break WHERE resolved_at IS NULL AND (subject_at IS NULL OR subject_at >= $1)
          AND kind IN (SELECT value FROM json_each($2))
          AND (provider = '' OR provider IN (SELECT value FROM json_each($3)))",
        postgres:
            "SELECT kind, ref FROM recon_break WHERE resolved_at IS NULL AND (subject_at IS NULL OR subject_at >= $1)
          AND kind = ANY($2) AND (provider = '' OR provider = ANY($3))",
    };
    const APPLIED: &str = "UPDATE recon_break SET resolved_at = $2, action = 'applied', version = version + 1
        WHERE kind = $1 AND resolved_at IS NULL
          AND ref IN (SELECT event_id FROM psp_event WHERE applied_at IS NOT NULL)";
    let still: HashSet<(&str, &str)> = found.iter().map(|one| (one.kind.code(), one.reference.as_str())).collect();
    let mut tx = shop.db.begin().await?;
    let sql = COMPARED.of(tx.engine());
    let before: Vec<(String, String)> =
        tx.fetch_all(sql, args![looked.from, codes(Kind::is_compared), looked.providers.clone()]).await?;
    for one in found {
        put(&mut tx, one, looked.now).await?;
    }
    for (kind, reference) in before {
        if !still.contains(&(kind.as_str(), reference.as_str())) {
            close(&mut tx, Kind::try_from(kind)?, &reference, AGREES, looked.now).await?;
        }
    }
    tx.execute(APPLIED, args![Kind::EventNotApplied.code(), looked.now]).await?;
    tx.commit().await?;
    Ok(())
}

/// Since when the oldest payment was made that a comparison has to look at again: it differs and nobody has seen that
/// twice, or the shop itself has something to do about it.
pub(super) async fn to_see_again(shop: &Shop) -> Result<Option<i64>> {
    const OLDEST: Sql = Sql {
        sqlite: "SELECT MIN(subject_at) FROM recon_break WHERE resolved_at IS NULL
          AND kind IN (SELECT value FROM json_each($1)) AND (confirmed_seen IS NULL OR kind IN ('charged_no_order','charged_twice','order_no_charge'))",
        postgres: "SELECT MIN(subject_at) FROM recon_break WHERE resolved_at IS NULL
          AND kind = ANY($1) AND (confirmed_seen IS NULL OR kind IN ('charged_no_order','charged_twice','order_no_charge'))",
    };
    let sql = OLDEST.of(shop.db.engine());
    let (oldest,): (Option<i64>,) = shop.db.fetch_one(sql, args![codes(Kind::is_compared)]).await?;
    Ok(oldest)
}

/// Whether the order waits for somebody to look into a difference: nothing of it is sent.
pub(crate) async fn stops_shipping(db: &mut impl Read, number: &str) -> Result<bool> {
    let sql = "SELECT kind FROM recon_break WHERE number = $1 AND resolved_at IS NULL";
    let open: Vec<(String,)> = db.fetch_all(sql, args![number]).await?;
    let kinds = open.into_iter().map(|(kind,)| Kind::try_from(kind)).collect::<Result<Vec<_>>>()?;
    Ok(kinds.into_iter().any(Kind::stops_shipping))
}
