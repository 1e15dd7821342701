//! Claiming units of limited products for checkouts, many at a time.
//!
//! [`take`] makes and locks the rows of the buyers in order of their keys, counts what they have had and decides in order of
//! arrival; [`write`] notes what the winners take. A batch without a limited product costs no statement.

use super::Limit;
use crate::db::{Read, Sql, Tx};
use crate::id::{CheckoutId, CustomerId, ProductId};
use crate::{Result, args, promotion, rows};
use serde::Serialize;
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// What one checkout wants of products that have a limit for each buyer.
#[derive(Clone, Debug)]
pub(crate) struct Claim<'q> {
    pub checkout_id: CheckoutId,
    pub customer_id: Option<CustomerId>,
    pub email: &'q str,
    /// Units of each product.
    pub units: &'q [(ProductId, i64)],
    /// Unix milliseconds.
    pub now: i64,
}

/// A limit that a checkout would break.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reached {
    pub product_id: ProductId,
    /// The limit, as a sentence.
    pub why: String,
}

/// A product and somebody who buys it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub(super) struct Key {
    pub product_id: ProductId,
    pub buyer: String,
}

impl Claim<'_> {
    fn buyers(&self) -> impl Iterator<Item = String> {
        promotion::buyers(self.customer_id, self.email)
    }

    fn keys(&self) -> impl Iterator<Item = Key> {
        self.units.iter().flat_map(|&(product_id, _)| self.buyers().map(move |buyer| Key { product_id, buyer }))
    }
}

/// Decides who may have what they claim, all or nothing for each checkout; nothing is counted yet.
pub(crate) async fn take(tx: &mut Tx, claims: &[Claim<'_>]) -> Result<Vec<std::result::Result<(), Reached>>> {
    let Some(now) = claims.iter().filter(|claim| !claim.units.is_empty()).map(|claim| claim.now).max() else {
        return Ok(vec![Ok(()); claims.len()]);
    };
    let mut left = Left::lock(tx, claims.iter().flat_map(|claim| claim.keys()).collect(), now).await?;
    Ok(claims.iter().map(|claim| left.grant(claim)).collect())
}

/// What is left to the buyers of a batch.
pub(super) struct Left {
    limits: HashMap<ProductId, Limit>,
    had: HashMap<Key, i64>,
}

/// `$1`: product ids. Nobody changes the limits before the transaction ends.
const LIMITS: Sql = Sql {
    sqlite: "SELECT product_id, per_order, per_buyer, days FROM purchase_limit
      WHERE per_buyer IS NOT NULL AND product_id IN (SELECT unhex(value) FROM json_each($1))",
    postgres: "SELECT product_id, per_order, per_buyer, days FROM purchase_limit
      WHERE per_buyer IS NOT NULL AND product_id = ANY($1) ORDER BY product_id FOR SHARE",
};
// Writing a row as it is locks it, whether it was there or not, and in the order in which the rows come.
const LOCK: Sql = rows!(
    "INSERT INTO purchase_buyer (product_id, buyer) SELECT d.product_id, d.buyer FROM",
    [product_id UUID, buyer TEXT],
    "WHERE TRUE ORDER BY d.product_id, d.buyer ON CONFLICT (product_id, buyer) DO UPDATE SET buyer = excluded.buyer"
);
const HAD: Sql = rows!(
    "SELECT d.product_id, d.buyer, CAST(SUM(p.units) AS BIGINT) AS units FROM",
    [product_id UUID, buyer TEXT, since BIGINT],
    "JOIN purchase p ON p.product_id = d.product_id AND p.buyer = d.buyer AND p.state = 'claimed' AND p.at > d.since
     GROUP BY d.product_id, d.buyer"
);

type LimitRow = (ProductId, Option<i64>, Option<i64>, Option<i64>);

impl Left {
    /// Nobody else counts anything of these before the transaction ends.
    pub async fn lock(tx: &mut Tx, keys: BTreeSet<Key>, now: i64) -> Result<Self> {
        #[derive(Serialize)]
        struct Since<'k> {
            #[serde(flatten)]
            key: &'k Key,
            since: i64,
        }
        let engine = tx.engine();
        let products: BTreeSet<Uuid> = keys.iter().map(|key| key.product_id.0).collect();
        let rows: Vec<LimitRow> =
            tx.fetch_all(LIMITS.of(engine), args![products.into_iter().collect::<Vec<_>>()]).await?;
        let limit = |(id, per_order, per_buyer, days): LimitRow| (id, Limit { per_order, per_buyer, days });
        let limits: HashMap<ProductId, Limit> = rows.into_iter().map(limit).collect();
        let since = |key: &Key| limits[&key.product_id].days.map_or(0, |days| now - days * DAY_MS);
        let keys: Vec<&Key> = keys.iter().filter(|key| limits.contains_key(&key.product_id)).collect();
        if keys.is_empty() {
            return Ok(Self { limits, had: HashMap::new() });
        }
        tx.execute(LOCK.of(engine), args![serde_json::to_string(&keys)?]).await?;
        let asked: Vec<_> = keys.iter().map(|&key| Since { key, since: since(key) }).collect();
        let had: Vec<(ProductId, String, i64)> =
            tx.fetch_all(HAD.of(engine), args![serde_json::to_string(&asked)?]).await?;
        let had = had.into_iter().map(|(product_id, buyer, units)| (Key { product_id, buyer }, units)).collect();
        Ok(Self { limits, had })
    }

    fn grant(&mut self, claim: &Claim<'_>) -> std::result::Result<(), Reached> {
        for &(product_id, units) in claim.units {
            for buyer in claim.buyers() {
                self.allow(&Key { product_id, buyer }, units)?;
            }
        }
        for &(product_id, units) in claim.units {
            for buyer in claim.buyers() {
                self.count(Key { product_id, buyer }, units);
            }
        }
        Ok(())
    }

    /// Whether somebody may have so many units more.
    pub fn allow(&self, key: &Key, units: i64) -> std::result::Result<(), Reached> {
        let Some(limit) = self.limits.get(&key.product_id) else { return Ok(()) };
        let had = self.had.get(key).copied().unwrap_or(0);
        let fits = limit.per_buyer.is_none_or(|most| had + units <= most);
        if fits { Ok(()) } else { Err(Reached { product_id: key.product_id, why: limit.text(had) }) }
    }

    pub fn count(&mut self, key: Key, units: i64) {
        *self.had.entry(key).or_default() += units;
    }
}

/// Counts anew what the buyers have had within the days of today's limits; their rows are locked.
const RECOUNT: Sql = rows!(
    "UPDATE purchase_buyer SET most = n.most, since = n.since, bought = CAST(COALESCE((
         SELECT SUM(p.units) FROM purchase p WHERE p.product_id = n.product_id AND p.buyer = n.buyer
           AND p.state = 'claimed' AND p.at > n.since), 0) AS BIGINT)
     FROM (SELECT d.product_id, d.buyer, q.per_buyer AS most, COALESCE($2 - q.days * 86400000, 0) AS since FROM",
    [product_id UUID, buyer TEXT],
    "LEFT JOIN purchase_limit q ON q.product_id = d.product_id) AS n
     WHERE purchase_buyer.product_id = n.product_id AND purchase_buyer.buyer = n.buyer"
);
const INSERT: Sql = rows!(
    "INSERT INTO purchase (checkout_id, product_id, buyer, units, state, at)
     SELECT d.checkout_id, d.product_id, d.buyer, d.units, 'claimed', d.at FROM",
    [checkout_id UUID, product_id UUID, buyer TEXT, units BIGINT, at BIGINT],
    "JOIN purchase_limit q ON q.product_id = d.product_id AND q.per_buyer IS NOT NULL"
);

pub(super) async fn recount(tx: &mut Tx, keys: &BTreeSet<Key>, now: i64) -> Result<()> {
    tx.execute(RECOUNT.of(tx.engine()), args![serde_json::to_string(keys)?, now]).await?;
    Ok(())
}

/// Notes what was granted. Any error means that nothing may be kept of this transaction.
pub(crate) async fn write(tx: &mut Tx, claims: &[Claim<'_>]) -> Result<()> {
    #[derive(Serialize)]
    struct Row {
        checkout_id: CheckoutId,
        #[serde(flatten)]
        key: Key,
        units: i64,
        at: i64,
    }
    let Some(now) = claims.iter().filter(|claim| !claim.units.is_empty()).map(|claim| claim.now).max() else {
        return Ok(());
    };
    let mut rows = Vec::new();
    for claim in claims {
        for &(product_id, units) in claim.units {
            let key = |buyer| Key { product_id, buyer };
            rows.extend(claim.buyers().map(|buyer| Row {
                checkout_id: claim.checkout_id,
                key: key(buyer),
                units,
                at: claim.now,
            }));
        }
    }
    recount(tx, &rows.iter().map(|row| row.key.clone()).collect(), now).await?;
    tx.execute(INSERT.of(tx.engine()), args![serde_json::to_string(&rows)?]).await?;
    Ok(())
}
