//! Canaries 12 and 15 at the till itself: two checkouts in one batch want the last use of a promotion, or all that is on a
//! gift card. The town's shoppers have no codes, so no storm would come to the first.

use crate::sim::{self, Town};
use shop::args;
use shop::canary::{self, Canary};
use shop::db::{Db, Read, Tx};
use shop::id::{CheckoutId, PromotionId, StoredValueId};
use shop::invariant::{self, Moment};
use shop::promotion::{Claim, QuotedUse, take, write};
use shop::tender::{self, QuotedTender};
use std::path::Path;

/// Lets two checkouts claim the one use of a promotion, of a shop with this bug; whether the invariants find it given away
/// twice. Must not be called inside a runtime.
///
/// # Errors
/// When the machine does not play along.
pub fn gives_away_twice(town: &Town, bug: Option<Canary>) -> Result<bool, String> {
    let folder = town.plot()?;
    let path = folder.path().join("till.sqlite");
    std::fs::write(&path, &town.file).map_err(|error| error.to_string())?;
    let runtime = sim::runtime()?;
    canary::plant_here(bug);
    let found = runtime.block_on(claim(&path));
    canary::plant_here(None);
    found.map_err(|error| error.to_string())
}

/// Lets two checkouts hold all that is on one gift card, of a shop with this bug; whether the invariants find it promised
/// twice. Must not be called inside a runtime.
///
/// # Errors
/// When the machine does not play along.
pub fn spends_twice(town: &Town, bug: Option<Canary>) -> Result<bool, String> {
    let folder = town.plot()?;
    let path = folder.path().join("till.sqlite");
    std::fs::write(&path, &town.file).map_err(|error| error.to_string())?;
    let runtime = sim::runtime()?;
    canary::plant_here(bug);
    let found = runtime.block_on(hold(&path));
    canary::plant_here(None);
    found.map_err(|error| error.to_string())
}

async fn hold(path: &Path) -> shop::Result<bool> {
    let db = Db::open(&format!("sqlite:{}", path.display())).await?;
    let mut tx = db.begin().await?;
    let sql = "SELECT id, balance FROM stored_value WHERE kind = 'gift_card' ORDER BY id LIMIT 1";
    let (account_id, amount): (StoredValueId, i64) = tx.fetch_one(sql, args![]).await?;
    let checkouts = checkouts(&mut tx).await?;
    let all = [QuotedTender { account_id, kind: tender::Kind::GiftCard, last_four: String::new(), amount }];
    let one = |checkout_id| tender::Claim {
        checkout_id,
        customer_id: None,
        currency: "EUR",
        tender: &all,
        again: false,
        now: 0,
    };
    let claims = checkouts.map(one);
    let granted = tender::take(&mut tx, &claims).await?;
    let won: Vec<_> =
        claims.iter().zip(granted).filter(|(_, granted)| granted.is_ok()).map(|(c, _)| c.clone()).collect();
    tender::write(&mut tx, &won).await?;
    tx.commit().await?;
    is_broken(&db, "I14").await
}

/// Two checkouts of one cart, which nobody has placed.
async fn checkouts(tx: &mut Tx) -> shop::Result<[CheckoutId; 2]> {
    let checkouts = [CheckoutId::new(), CheckoutId::new()];
    let sql = "INSERT INTO checkout (id, cart_id, cart_version, state, quote, quote_hash, total, currency,
          recovery_point, expires_at, created_at, updated_at)
        SELECT $1, id, $2, 'prepared', '{}', '', 0, 'EUR', 'prepared', 0, 0, 0 FROM cart LIMIT 1";
    for (version, id) in (-2_i64..).zip(checkouts) {
        tx.execute(sql, args![id, version]).await?;
    }
    Ok(checkouts)
}

async fn is_broken(mut db: &Db, rule: &str) -> shop::Result<bool> {
    let verdicts = invariant::check(&mut db, Moment::Busy, 0).await?;
    Ok(invariant::breaches(&verdicts).iter().any(|breach| breach.rule == rule))
}

async fn claim(path: &Path) -> shop::Result<bool> {
    let db = Db::open(&format!("sqlite:{}", path.display())).await?;
    let promotion_id = PromotionId::new();
    let mut tx = db.begin().await?;
    let sql = "INSERT INTO promotion (id, title, state, way, rule, max_uses, created_at)
        VALUES ($1, 'Once', 'active', 'automatic', '{\"effect\":{\"kind\":\"percent\",\"percent\":10}}', 1, 0)";
    tx.execute(sql, args![promotion_id]).await?;
    let checkouts = checkouts(&mut tx).await?;
    let uses = [QuotedUse {
        promotion_id,
        code_id: None,
        title: "Once".into(),
        code: String::new(),
        amount: 100,
        shipping: 0,
        lines: vec![100],
    }];
    let one = |checkout_id| Claim {
        checkout_id,
        customer_id: None,
        email: "ada@example.com",
        currency: "EUR",
        uses: &uses,
        again: false,
        now: 0,
    };
    let claims = checkouts.map(one);
    let granted = take(&mut tx, &claims).await?;
    let won: Vec<_> =
        claims.iter().zip(granted).filter(|(_, granted)| granted.is_ok()).map(|(c, _)| c.clone()).collect();
    write(&mut tx, &won).await?;
    tx.commit().await?;
    is_broken(&db, "I14").await
}
