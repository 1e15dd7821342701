//! Holding what checkouts want of cards and credit, many at a time and never more than there is.
//!
//! [`take`] locks the accounts in order of their ids and decides in order of arrival; after that nobody else changes them
//! before the transaction ends. [`write`] holds what the winners have by updates that carry the balance as condition, and a
//! CHECK stands behind those. A batch without cards costs no statement.

use super::account::{self, Account, HOLD, HOLD_BLINDLY, Sums};
use super::{Gone, Problem, QuotedTender, label};
use crate::canary::{self, Canary};
use crate::db::{Sql, Tx};
use crate::id::{CheckoutId, CustomerId, StoredValueId};
use crate::{Result, args, rows};
use serde::Serialize;
use std::collections::HashMap;
use uuid::Uuid;

/// What one checkout wants.
#[derive(Clone, Debug)]
pub struct Claim<'q> {
    pub checkout_id: CheckoutId,
    pub customer_id: Option<CustomerId>,
    /// ISO 4217.
    pub currency: &'q str,
    pub tender: &'q [QuotedTender],
    /// It was held before: that it has expired meanwhile does not matter, only what is left of it.
    pub again: bool,
    /// Unix milliseconds.
    pub now: i64,
}

/// Decides who may have what they want, all or nothing for each checkout; nothing is held yet.
pub async fn take(tx: &mut Tx, claims: &[Claim<'_>]) -> Result<Vec<std::result::Result<(), Gone>>> {
    if claims.iter().all(|claim| claim.tender.is_empty()) || canary::on(Canary::UncheckedTender) {
        return Ok(vec![Ok(()); claims.len()]);
    }
    let wanted = claims.iter().flat_map(|claim| claim.tender).map(|one| one.account_id);
    let mut accounts = account::lock(tx, wanted).await?;
    Ok(claims.iter().map(|claim| grant(&mut accounts, claim)).collect())
}

fn grant(accounts: &mut HashMap<Uuid, Account>, claim: &Claim<'_>) -> std::result::Result<(), Gone> {
    for one in claim.tender {
        let account = accounts.get(&one.account_id.0);
        let problem = match account {
            None => Some(Problem::Spent),
            Some(account) => account
                .problem(claim.currency, claim.customer_id, claim.again, claim.now)
                .or_else(|| (account.balance - account.held < one.amount).then_some(Problem::Spent)),
        };
        if let Some(problem) = problem {
            return Err(Gone { label: label(one.kind, &one.last_four), problem });
        }
    }
    for one in claim.tender {
        if let Some(account) = accounts.get_mut(&one.account_id.0) {
            account.held += one.amount;
        }
    }
    Ok(())
}

const INSERT: Sql = rows!(
    "INSERT INTO tender (checkout_id, account_id, position, amount, state, at)
     SELECT d.checkout_id, d.account_id, d.position, d.amount, 'held', d.at FROM",
    [checkout_id UUID, account_id UUID, position BIGINT, amount BIGINT, at BIGINT],
    ""
);

/// Holds what was granted and writes it down. Any error means that nothing may be kept of this transaction.
pub async fn write(tx: &mut Tx, claims: &[Claim<'_>]) -> Result<()> {
    #[derive(Serialize)]
    struct Row {
        checkout_id: CheckoutId,
        account_id: StoredValueId,
        position: usize,
        amount: i64,
        at: i64,
    }
    let mut rows = Vec::new();
    let mut sums = Sums::default();
    for claim in claims {
        for (position, one) in claim.tender.iter().enumerate() {
            let (account_id, amount) = (one.account_id, one.amount);
            sums.add(account_id, amount);
            rows.push(Row { checkout_id: claim.checkout_id, account_id, position, amount, at: claim.now });
        }
    }
    if rows.is_empty() {
        return Ok(());
    }
    sums.apply(tx, if canary::on(Canary::UncheckedTender) { HOLD_BLINDLY } else { HOLD }).await?;
    tx.execute(INSERT.of(tx.engine()), args![serde_json::to_string(&rows)?]).await?;
    Ok(())
}
