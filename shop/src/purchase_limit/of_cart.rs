//! What limits mean to the lines of a cart.

use crate::cart::{Line, LineProblem};
use crate::db::{Read, Sql};
use crate::id::{CartId, CustomerId, ProductId};
use crate::{Result, args, promotion};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// Whose cart it is, as far as that is known.
pub(crate) struct Buyer<'c> {
    pub cart: CartId,
    pub customer: Option<CustomerId>,
    /// Empty until it is told.
    pub email: &'c str,
    /// Unix milliseconds.
    pub now: i64,
}

// What a payment of this cart that has begun holds counts as there for it.
const HAD: Sql = Sql {
    sqlite: "SELECT p.product_id, p.buyer, CAST(SUM(p.units) AS BIGINT) AS units
      FROM purchase p JOIN purchase_limit q ON q.product_id = p.product_id
      WHERE p.product_id IN (SELECT unhex(value) FROM json_each($1)) AND p.buyer IN (SELECT value FROM json_each($2))
        AND p.state = 'claimed' AND (q.days IS NULL OR p.at > $3 - q.days * 86400000)
        AND NOT EXISTS (SELECT 1 FROM checkout k WHERE k.id = p.checkout_id AND k.cart_id = $4
          AND k.state NOT IN ('placed','settled'))
      GROUP BY p.product_id, p.buyer",
    postgres: "SELECT p.product_id, p.buyer, CAST(SUM(p.units) AS BIGINT) AS units
      FROM purchase p JOIN purchase_limit q ON q.product_id = p.product_id
      WHERE p.product_id = ANY($1) AND p.buyer = ANY($2)
        AND p.state = 'claimed' AND (q.days IS NULL OR p.at > $3 - q.days * 86400000)
        AND NOT EXISTS (SELECT 1 FROM checkout k WHERE k.id = p.checkout_id AND k.cart_id = $4
          AND k.state NOT IN ('placed','settled'))
      GROUP BY p.product_id, p.buyer",
};

/// Marks lines that ask for more than their limits allow, in the order in which they stand; without a limit it costs nothing.
pub(crate) async fn mark(db: &mut impl Read, buyer: Buyer<'_>, lines: &mut [Line]) -> Result<()> {
    if lines.iter().all(|line| line.limit.is_none()) {
        return Ok(());
    }
    let had = had(db, &buyer, lines).await?;
    let mut taken: HashMap<ProductId, i64> = HashMap::new();
    for line in lines {
        let Some(allowed) = &mut line.limit else { continue };
        let before = taken.entry(line.product_id).or_default();
        allowed.had = had.get(&line.product_id).copied().unwrap_or(0);
        allowed.most = allowed.limit.left(allowed.had).saturating_sub(*before).max(0);
        if line.problem == Some(LineProblem::Unavailable) {
            continue;
        }
        *before += line.quantity.min(allowed.most);
        let most = match line.problem {
            Some(LineProblem::StockReduced { available, .. }) => available,
            _ => line.quantity,
        };
        if allowed.most < most {
            let why = allowed.limit.text(allowed.had);
            line.problem = Some(LineProblem::LimitReached { wanted: line.quantity, allowed: allowed.most, why });
        }
    }
    Ok(())
}

/// What the buyer has had of each product that has a limit for each buyer.
async fn had(db: &mut impl Read, buyer: &Buyer<'_>, lines: &[Line]) -> Result<HashMap<ProductId, i64>> {
    let limited = lines.iter().filter(|line| line.limit.is_some_and(|allowed| allowed.limit.per_buyer.is_some()));
    let products: BTreeSet<Uuid> = limited.map(|line| line.product_id.0).collect();
    let buyers: Vec<String> = promotion::buyers(buyer.customer, buyer.email).collect();
    let mut had = HashMap::new();
    if products.is_empty() || buyers.is_empty() {
        return Ok(had);
    }
    let args = args![products.into_iter().collect::<Vec<_>>(), buyers, buyer.now, buyer.cart];
    let rows: Vec<(ProductId, String, i64)> = db.fetch_all(HAD.of(db.engine()), args).await?;
    for (product, _, units) in rows {
        // Known by two names, somebody has had what either of them has.
        let most = had.entry(product).or_insert(0);
        *most = units.max(*most);
    }
    Ok(had)
}

/// Units of each product with a limit for each buyer, as a checkout of these lines claims them.
pub(crate) fn claimed(lines: &[Line]) -> Vec<(ProductId, i64)> {
    let mut units: HashMap<ProductId, i64> = HashMap::new();
    for line in lines.iter().filter(|line| line.limit.is_some_and(|allowed| allowed.limit.per_buyer.is_some())) {
        *units.entry(line.product_id).or_default() += line.quantity;
    }
    let mut units: Vec<_> = units.into_iter().collect();
    units.sort_unstable_by_key(|(product, _)| *product);
    units
}
