//! Discounts of the demo shop. All need a code: without one, carts cost what the catalogue says.

use crate::id::{PromotionCodeId, PromotionId};
use crate::pricing::{Amounts, Combines, Effect, Rule};
use crate::{Result, Shop, args};

/// Adds those whose code is missing.
pub(super) async fn fill(shop: &Shop) -> Result<()> {
    let all = Combines { line: true, order: true, delivery: true };
    let from: Amounts = [("EUR", 4_000), ("GBP", 3_500), ("USD", 4_500)].map(|(code, to)| (code.to_owned(), to)).into();
    let welcome = Rule { first_order: true, combines: all, ..Rule::new(Effect::Percent { percent: 10 }) };
    let delivery = Rule { minimum: from, combines: all, ..Rule::new(Effect::FreeDelivery) };
    let three = Rule {
        combines: Combines { delivery: true, ..Combines::default() },
        ..Rule::new(Effect::BuyGet { buy: 2, get: 1, percent: 100 })
    };
    for (code, title, rule, per_buyer) in [
        ("WELCOME10", "Welcome", welcome, Some(1_i64)),
        ("FREESHIP", "Free delivery", delivery, None),
        ("3FOR2", "3 for 2", three, None),
    ] {
        let mut tx = shop.db.begin().await?;
        let id = PromotionId::new();
        let sql = "INSERT INTO promotion (id, title, state, way, rule, per_buyer, created_at)
            SELECT $1, $2, 'active', 'code', $3, $4, $5
            WHERE NOT EXISTS (SELECT 1 FROM promotion_code WHERE code = $6)";
        let added =
            tx.execute(sql, args![id, title, serde_json::to_string(&rule)?, per_buyer, shop.now_ms(), code]).await?;
        if added == 1 {
            let sql = "INSERT INTO promotion_code (id, promotion_id, code, created_at) VALUES ($1, $2, $3, $4)";
            tx.execute(sql, args![PromotionCodeId::new(), id, code, shop.now_ms()]).await?;
        }
        tx.commit().await?;
    }
    Ok(())
}
