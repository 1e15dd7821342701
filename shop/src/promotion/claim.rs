//! Claiming promotions for checkouts, many at a time, within every limit.
//!
//! [`take`] locks the promotions in order of their ids, reads what is left of them and decides in order of arrival; after
//! that nobody else counts a use of them before the transaction ends. [`write`] counts what the winners have by updates that
//! carry the limits as conditions, and CHECKs stand behind those. A batch without promotions costs no statement.

use super::QuotedUse;
use super::code::normalised_email;
use super::counts::{Counted, Counts};
use crate::canary::{self, Canary};
use crate::db::{Read, Sql, Tx};
use crate::id::{CheckoutId, CustomerId, PromotionCodeId, PromotionId};
use crate::pricing::Reason;
use crate::{Result, args, rows};
use serde::Serialize;
use std::collections::HashMap;
use uuid::Uuid;

/// What one checkout wants.
#[derive(Clone, Debug)]
pub struct Claim<'q> {
    pub checkout_id: CheckoutId,
    pub customer_id: Option<CustomerId>,
    pub email: &'q str,
    /// ISO 4217.
    pub currency: &'q str,
    pub uses: &'q [QuotedUse],
    /// It was claimed before: that it has ended meanwhile does not matter, only what is left of it.
    pub again: bool,
    /// Unix milliseconds.
    pub now: i64,
}

/// A promotion that a checkout cannot have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gone {
    pub title: String,
    pub code: String,
    pub reason: Reason,
}

impl Claim<'_> {
    /// As whom its shopper is counted.
    fn buyers(&self) -> impl Iterator<Item = String> {
        buyers(self.customer_id, self.email)
    }
}

/// As whom a shopper is counted: as customer, and by the mailbox.
pub(crate) fn buyers(customer: Option<CustomerId>, email: &str) -> impl Iterator<Item = String> + use<> {
    let email = Some(normalised_email(email)).filter(|email| !email.is_empty());
    customer.map(|id| format!("c:{id}")).into_iter().chain(email.map(|email| format!("e:{email}")))
}

/// Decides who may have what they claim, all or nothing for each checkout; nothing is counted yet.
pub async fn take(tx: &mut Tx, claims: &[Claim<'_>]) -> Result<Vec<std::result::Result<(), Gone>>> {
    if claims.iter().all(|claim| claim.uses.is_empty()) || canary::on(Canary::UncheckedCoupons) {
        return Ok(vec![Ok(()); claims.len()]);
    }
    let mut left = Left::lock(tx, claims).await?;
    Ok(claims.iter().map(|claim| left.grant(claim)).collect())
}

#[derive(sqlx::FromRow)]
struct PromotionRow {
    id: PromotionId,
    state: String,
    start_at: Option<i64>,
    end_at: Option<i64>,
    max_uses: Option<i64>,
    per_buyer: Option<i64>,
    used: i64,
    /// Currencies that have a budget.
    budgets: i64,
}

#[derive(sqlx::FromRow)]
struct CodeRow {
    id: PromotionCodeId,
    promotion_id: PromotionId,
    active: bool,
    max_uses: Option<i64>,
    used: i64,
    customer_id: Option<CustomerId>,
}

/// What is left of the promotions that a batch wants.
struct Left {
    promotions: HashMap<PromotionId, PromotionRow>,
    codes: HashMap<PromotionCodeId, CodeRow>,
    budgets: HashMap<(PromotionId, String), i64>,
    buyers: HashMap<(PromotionId, String), i64>,
}

/// `$1`: promotion ids.
const LOCK: Sql = Sql {
    sqlite: "SELECT p.id, p.state, p.start_at, p.end_at, p.max_uses, p.per_buyer, p.used,
        (SELECT COUNT(*) FROM promotion_budget b WHERE b.promotion_id = p.id) AS budgets
      FROM promotion p WHERE p.id IN (SELECT unhex(value) FROM json_each($1))",
    postgres: "SELECT p.id, p.state, p.start_at, p.end_at, p.max_uses, p.per_buyer, p.used,
        (SELECT COUNT(*) FROM promotion_budget b WHERE b.promotion_id = p.id) AS budgets
      FROM promotion p WHERE p.id = ANY($1) ORDER BY p.id FOR NO KEY UPDATE OF p",
};
const CODES: Sql = Sql {
    sqlite: "SELECT id, promotion_id, active, max_uses, used, customer_id FROM promotion_code
      WHERE id IN (SELECT unhex(value) FROM json_each($1))",
    postgres: "SELECT id, promotion_id, active, max_uses, used, customer_id FROM promotion_code WHERE id = ANY($1)",
};
const BUDGETS: Sql = Sql {
    sqlite: "SELECT promotion_id, currency, amount - spent FROM promotion_budget
      WHERE promotion_id IN (SELECT unhex(value) FROM json_each($1))",
    postgres: "SELECT promotion_id, currency, amount - spent FROM promotion_budget WHERE promotion_id = ANY($1)",
};
const BUYERS: Sql = rows!(
    "SELECT b.promotion_id, b.buyer, b.used FROM",
    [promotion_id UUID, buyer TEXT],
    "JOIN promotion_buyer b ON b.promotion_id = d.promotion_id AND b.buyer = d.buyer"
);

#[derive(PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct BuyerKey {
    promotion_id: PromotionId,
    buyer: String,
}

impl Left {
    /// Nobody else counts a use of these before the transaction ends; a code belongs to one promotion.
    async fn lock(tx: &mut Tx, claims: &[Claim<'_>]) -> Result<Self> {
        let engine = tx.engine();
        let ids = distinct(claims.iter().flat_map(|claim| claim.uses).map(|u| u.promotion_id.0));
        let rows: Vec<PromotionRow> = tx.fetch_all(LOCK.of(engine), args![ids]).await?;
        let codes = distinct(claims.iter().flat_map(|claim| claim.uses).filter_map(|u| u.code_id).map(|id| id.0));
        let codes: Vec<CodeRow> =
            if codes.is_empty() { Vec::new() } else { tx.fetch_all(CODES.of(engine), args![codes]).await? };
        let with_budget: Vec<Uuid> = rows.iter().filter(|row| row.budgets > 0).map(|row| row.id.0).collect();
        let budgets: Vec<(PromotionId, String, i64)> = if with_budget.is_empty() {
            Vec::new()
        } else {
            tx.fetch_all(BUDGETS.of(engine), args![with_budget]).await?
        };
        let limited: Vec<PromotionId> = rows.iter().filter(|row| row.per_buyer.is_some()).map(|row| row.id).collect();
        let mut keys: Vec<BuyerKey> = Vec::new();
        for claim in claims {
            for promotion_id in claim.uses.iter().map(|u| u.promotion_id).filter(|id| limited.contains(id)) {
                keys.extend(claim.buyers().map(|buyer| BuyerKey { promotion_id, buyer }));
            }
        }
        keys.sort();
        keys.dedup();
        let buyers: Vec<(PromotionId, String, i64)> = if keys.is_empty() {
            Vec::new()
        } else {
            tx.fetch_all(BUYERS.of(engine), args![serde_json::to_string(&keys)?]).await?
        };
        Ok(Self {
            promotions: rows.into_iter().map(|row| (row.id, row)).collect(),
            codes: codes.into_iter().map(|row| (row.id, row)).collect(),
            budgets: budgets.into_iter().map(|(id, currency, left)| ((id, currency), left)).collect(),
            buyers: buyers.into_iter().map(|(id, buyer, used)| ((id, buyer), used)).collect(),
        })
    }

    fn grant(&mut self, claim: &Claim<'_>) -> std::result::Result<(), Gone> {
        for wanted in claim.uses {
            if let Some(reason) = self.refusal(claim, wanted) {
                return Err(Gone { title: wanted.title.clone(), code: wanted.code.clone(), reason });
            }
        }
        for wanted in claim.uses {
            let id = wanted.promotion_id;
            if let Some(row) = self.promotions.get_mut(&id) {
                row.used += 1;
            }
            if let Some(code) = wanted.code_id.and_then(|id| self.codes.get_mut(&id)) {
                code.used += 1;
            }
            if let Some(left) = self.budgets.get_mut(&(id, claim.currency.to_owned())) {
                *left -= wanted.amount + wanted.shipping;
            }
            for buyer in claim.buyers() {
                *self.buyers.entry((id, buyer)).or_default() += 1;
            }
        }
        Ok(())
    }

    fn refusal(&self, claim: &Claim<'_>, wanted: &QuotedUse) -> Option<Reason> {
        let id = wanted.promotion_id;
        let Some(row) = self.promotions.get(&id).filter(|row| claim.again || row.state == "active") else {
            return Some(Reason::Inactive);
        };
        if !claim.again && row.start_at.is_some_and(|start| start > claim.now) {
            return Some(Reason::NotYet);
        }
        if !claim.again && row.end_at.is_some_and(|end| end <= claim.now) {
            return Some(Reason::Over);
        }
        if row.max_uses.is_some_and(|most| row.used >= most) {
            return Some(Reason::UsedUp);
        }
        if let Some(code) = wanted.code_id {
            let Some(code) =
                self.codes.get(&code).filter(|code| code.promotion_id == id && (claim.again || code.active))
            else {
                return Some(Reason::Inactive);
            };
            if code.customer_id.is_some() && code.customer_id != claim.customer_id {
                return Some(Reason::NotYours);
            }
            if code.max_uses.is_some_and(|most| code.used >= most) {
                return Some(Reason::UsedUp);
            }
        }
        if let Some(most) = row.per_buyer {
            let had = claim.buyers().filter_map(|buyer| self.buyers.get(&(id, buyer))).max();
            if had.is_some_and(|had| *had >= most) {
                return Some(Reason::HadBefore);
            }
        }
        if row.budgets > 0 {
            let left = self.budgets.get(&(id, claim.currency.to_owned()));
            if left.is_none_or(|left| wanted.amount + wanted.shipping > *left) {
                return Some(if left.is_none() { Reason::Currency } else { Reason::BudgetSpent });
            }
        }
        None
    }
}

fn distinct(ids: impl Iterator<Item = Uuid>) -> Vec<Uuid> {
    let mut ids: Vec<Uuid> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

#[derive(Serialize)]
struct UseRow<'q> {
    promotion_id: PromotionId,
    checkout_id: CheckoutId,
    code_id: Option<PromotionCodeId>,
    position: usize,
    title: &'q str,
    code: &'q str,
    customer_id: Option<CustomerId>,
    email: String,
    currency: &'q str,
    amount: i64,
    shipping: i64,
    lines: String,
    at: i64,
}

const INSERT: Sql = rows!(
    "INSERT INTO promotion_use (promotion_id, checkout_id, code_id, state, position, title, code, customer_id, email,
       currency, amount, shipping, lines, at)
     SELECT d.promotion_id, d.checkout_id, d.code_id, 'claimed', d.position, d.title, d.code, d.customer_id, d.email,
       d.currency, d.amount, d.shipping, d.lines, d.at FROM",
    [
        promotion_id UUID, checkout_id UUID, code_id UUID, position BIGINT, title TEXT, code TEXT, customer_id UUID,
        email TEXT, currency TEXT, amount BIGINT, shipping BIGINT, lines TEXT, at BIGINT
    ],
    ""
);

/// Counts what was granted and writes it down. Any error means that nothing may be kept of this transaction.
pub async fn write(tx: &mut Tx, claims: &[Claim<'_>]) -> Result<()> {
    let mut rows = Vec::new();
    for claim in claims {
        for (position, wanted) in claim.uses.iter().enumerate() {
            rows.push(UseRow {
                promotion_id: wanted.promotion_id,
                checkout_id: claim.checkout_id,
                code_id: wanted.code_id,
                position,
                title: &wanted.title,
                code: &wanted.code,
                customer_id: claim.customer_id,
                email: normalised_email(claim.email),
                currency: claim.currency,
                amount: wanted.amount,
                shipping: wanted.shipping,
                lines: serde_json::to_string(&wanted.lines)?,
                at: claim.now,
            });
        }
    }
    if rows.is_empty() {
        return Ok(());
    }
    let counts = Counts::of(rows.iter().map(|row| {
        let buyers = buyers(row.customer_id, &row.email).collect();
        Counted {
            promotion_id: row.promotion_id,
            code_id: row.code_id,
            currency: row.currency.to_owned(),
            off: row.amount + row.shipping,
            buyers,
        }
    }));
    counts.add(tx).await?;
    tx.execute(INSERT.of(tx.engine()), args![serde_json::to_string(&rows)?]).await?;
    Ok(())
}
