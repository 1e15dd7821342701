//! What may apply to a cart: promotions that apply by themselves, those whose codes are in the cart, and what stands against
//! them already. What a started payment of this very cart holds counts as there for it, as its stock does.

use super::claim::buyers;
use crate::account::Visitor;
use crate::cart::Cart;
use crate::checkout::Details;
use crate::db::Read;
use crate::id::{CartId, CategoryId, CollectionId, CustomerId, GroupId, ProductId, PromotionCodeId, PromotionId};
use crate::money::Currency;
use crate::pricing::{Amounts, Buyer, Effect, Facts, Item, Promotion, Reason, Rule};
use crate::{Result, args, currency};
use std::collections::{HashMap, HashSet};

/// Promotions for one cart and who buys.
pub(super) struct Candidates {
    pub promotions: Vec<Promotion>,
    /// The codes behind those that were typed.
    pub codes: HashMap<(PromotionId, String), PromotionCodeId>,
    pub buyer: Buyer,
}

#[derive(sqlx::FromRow)]
pub(super) struct Row {
    pub id: PromotionId,
    way: String,
    title: String,
    rank: i64,
    rule: String,
    state: String,
    start_at: Option<i64>,
    end_at: Option<i64>,
    max_uses: Option<i64>,
    used: i64,
    per_buyer: Option<i64>,
    pub code_id: Option<PromotionCodeId>,
    code: Option<String>,
    code_active: Option<bool>,
    code_max_uses: Option<i64>,
    code_used: Option<i64>,
    code_customer: Option<CustomerId>,
    budgets: i64,
    budget_left: Option<i64>,
    /// Uses of this shopper.
    had: i64,
    /// Of them, by started payments of this cart: uses, uses of the code, and minor units.
    own: i64,
    own_code: i64,
    own_amount: i64,
}

/// Columns of [`Row`]; `p` is the promotion, `c` the code. `$1` cart, `$2` currency, `$3` and `$4` the buyer's keys.
const COLUMNS: &str = "SELECT p.id, p.way, p.title, p.rank, p.rule, p.state, p.start_at, p.end_at, p.max_uses, p.used, p.per_buyer,
      c.id AS code_id, c.code, c.active AS code_active, c.max_uses AS code_max_uses, c.used AS code_used,
      c.customer_id AS code_customer,
      (SELECT COUNT(*) FROM promotion_budget b WHERE b.promotion_id = p.id) AS budgets,
      (SELECT b.amount - b.spent FROM promotion_budget b WHERE b.promotion_id = p.id AND b.currency = $2) AS budget_left,
      CASE WHEN p.per_buyer IS NULL THEN 0 ELSE CAST(COALESCE((SELECT MAX(b.used) FROM promotion_buyer b
        WHERE b.promotion_id = p.id AND b.buyer IN ($3, $4)), 0) AS BIGINT) END AS had,
      (SELECT COUNT(*) FROM checkout k JOIN promotion_use u ON u.promotion_id = p.id AND u.checkout_id = k.id
        WHERE k.cart_id = $1 AND k.state NOT IN ('placed','settled') AND u.state = 'claimed') AS own,
      (SELECT COUNT(*) FROM checkout k JOIN promotion_use u ON u.promotion_id = p.id AND u.checkout_id = k.id
        WHERE k.cart_id = $1 AND k.state NOT IN ('placed','settled') AND u.state = 'claimed' AND u.code_id = c.id)
        AS own_code,
      CAST(COALESCE((SELECT SUM(u.amount + u.shipping)
        FROM checkout k JOIN promotion_use u ON u.promotion_id = p.id AND u.checkout_id = k.id
        WHERE k.cart_id = $1 AND k.state NOT IN ('placed','settled') AND u.state = 'claimed' AND u.currency = $2), 0)
        AS BIGINT) AS own_amount";

/// Those of a cart. Of what applies by itself only what is in force.
fn of_a_cart() -> String {
    format!(
        "{COLUMNS} FROM promotion p LEFT JOIN promotion_code c ON FALSE
         WHERE p.state = 'active' AND p.way = 'automatic' AND (p.start_at IS NULL OR p.start_at <= $5)
           AND (p.end_at IS NULL OR p.end_at > $5)
         UNION ALL
         {COLUMNS} FROM cart_code t JOIN promotion_code c ON c.id = t.code_id JOIN promotion p ON p.id = c.promotion_id
         WHERE t.cart_id = $1"
    )
}

/// All that are not archived, and the code `$5`, for the merchant's simulator.
pub(super) fn of_everything() -> String {
    format!(
        "{COLUMNS} FROM promotion p LEFT JOIN promotion_code c ON c.promotion_id = p.id AND c.code = $5
         WHERE p.state <> 'archived'"
    )
}

/// One code, for whoever has just typed it.
pub(super) fn of_a_code() -> String {
    format!("{COLUMNS} FROM promotion_code c JOIN promotion p ON p.id = c.promotion_id WHERE c.code = $5")
}

impl Row {
    pub fn promotion(self, customer: Option<CustomerId>, now: i64) -> Result<Promotion> {
        let budget = (self.budgets > 0).then(|| self.budget_left.unwrap_or(0) + self.own_amount);
        let refused = self.refusal(customer, now);
        let rule: Rule = serde_json::from_str(&self.rule)?;
        let code = self.code.unwrap_or_default();
        Ok(Promotion { id: self.id, title: self.title, rank: self.rank, rule, code, refused, budget })
    }

    fn refusal(&self, customer: Option<CustomerId>, now: i64) -> Option<Reason> {
        let reached = |most: Option<i64>, used: i64| most.is_some_and(|most| used >= most);
        if self.state != "active" || self.code_active == Some(false) {
            return Some(Reason::Inactive);
        }
        if self.way == "code" && self.code_id.is_none() {
            return Some(Reason::NoCode);
        }
        if self.start_at.is_some_and(|start| start > now) {
            return Some(Reason::NotYet);
        }
        if self.end_at.is_some_and(|end| end <= now) {
            return Some(Reason::Over);
        }
        if self.code_customer.is_some() && self.code_customer != customer {
            return Some(Reason::NotYours);
        }
        let code_used = self.code_used.unwrap_or(0) - self.own_code;
        if reached(self.max_uses, self.used - self.own) || reached(self.code_max_uses, code_used) {
            return Some(Reason::UsedUp);
        }
        if reached(self.per_buyer, self.had - self.own) {
            return Some(Reason::HadBefore);
        }
        if self.budgets > 0 && self.budget_left.is_none() {
            return Some(Reason::Currency);
        }
        (self.budgets > 0 && self.budget_left.unwrap_or(0) + self.own_amount <= 0).then_some(Reason::BudgetSpent)
    }
}

/// Who asks, as far as promotions are concerned.
pub(super) struct Asking<'a> {
    pub cart: CartId,
    pub currency: Currency,
    pub customer: Option<CustomerId>,
    /// Empty: not known.
    pub email: &'a str,
    pub country: &'a str,
}

impl<'a> Asking<'a> {
    /// Until the address is known, deliveries go to the shop's own country, as its taxes do.
    pub fn of(visitor: &'a Visitor, cart: &Cart, details: &'a Details, home: &'a str) -> Self {
        let customer = visitor.customer.as_ref();
        let known = customer.map_or("", |customer| customer.email.as_str());
        Self {
            cart: cart.id,
            currency: cart.currency,
            customer: customer.map(|customer| customer.id),
            email: if details.email.is_empty() { known } else { &details.email },
            country: details.address.as_ref().map_or(home, |address| address.country.as_str()),
        }
    }

    /// Rows of one of the statements above; `fifth` is its `$5`.
    pub async fn rows(&self, db: &mut impl Read, sql: &str, fifth: impl Into<crate::db::Arg>) -> Result<Vec<Row>> {
        let mut keys = buyers(self.customer, self.email);
        let (one, two) = (keys.next().unwrap_or_default(), keys.next().unwrap_or_default());
        Ok(db.fetch_all(sql, args![self.cart, self.currency, one, two, fifth.into()]).await?)
    }

    /// What may apply, and everything that its rules ask about; the facts of `items` are filled in.
    pub async fn candidates(&self, db: &mut impl Read, items: &mut [Item], now: i64) -> Result<Candidates> {
        let rows = self.rows(db, &of_a_cart(), now).await?;
        self.complete(db, rows, items, now).await
    }

    pub async fn complete(
        &self,
        db: &mut impl Read,
        rows: Vec<Row>,
        items: &mut [Item],
        now: i64,
    ) -> Result<Candidates> {
        let mut codes = HashMap::new();
        let mut promotions = Vec::with_capacity(rows.len());
        for row in rows {
            if let (Some(id), Some(code)) = (row.code_id, &row.code) {
                codes.insert((row.id, code.clone()), id);
            }
            promotions.push(row.promotion(self.customer, now)?);
        }
        self.convert(db, &mut promotions).await?;
        let mut buyer = Buyer { customer: self.customer, country: self.country.to_owned(), ..Buyer::default() };
        if let Some(customer) = self.customer.filter(|_| promotions.iter().any(|p| !p.rule.groups.is_empty())) {
            let sql = "SELECT group_id FROM customer_group_member WHERE customer_id = $1";
            let groups: Vec<(GroupId,)> = db.fetch_all(sql, args![customer]).await?;
            buyer.groups = groups.into_iter().map(|(id,)| id).collect();
        }
        if promotions.iter().any(|p| p.rule.first_order) {
            buyer.ordered_before = self.ordered_before(db).await?;
        }
        let by_category = promotions.iter().any(|p| !p.rule.scope.categories.is_empty());
        let by_collection = promotions.iter().any(|p| !p.rule.scope.collections.is_empty());
        place(db, items, by_category, by_collection).await?;
        Ok(Candidates { promotions, codes, buyer })
    }

    /// Amounts that nobody has typed in the cart's currency.
    async fn convert(&self, db: &mut impl Read, promotions: &mut [Promotion]) -> Result<()> {
        let code = self.currency.code();
        let lacks = |amounts: &Amounts| !amounts.is_empty() && !amounts.contains_key(code);
        let asks = |rule: &Rule| {
            lacks(&rule.minimum)
                || matches!(&rule.effect, Effect::Fixed { amounts } if lacks(amounts))
                || matches!(&rule.effect, Effect::Tiers { currency: Some(other), .. } if *other != self.currency)
        };
        if !promotions.iter().any(|promotion| asks(&promotion.rule)) {
            return Ok(());
        }
        if let Some(conversion) = currency::conversion(db, self.currency).await? {
            for promotion in promotions {
                conversion.complete(&mut promotion.rule);
            }
        }
        Ok(())
    }

    /// Whether an order of this shopper stands; `None` while nobody knows who it is.
    async fn ordered_before(&self, db: &mut impl Read) -> Result<Option<bool>> {
        if self.customer.is_none() && self.email.is_empty() {
            return Ok(None);
        }
        let sql = "SELECT (EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = $1 AND o.placed_at IS NOT NULL
                AND o.state <> 'cancelled')
              OR EXISTS (SELECT 1 FROM orders o WHERE o.email = $2 AND o.placed_at IS NOT NULL
                AND o.state <> 'cancelled')) AS before";
        Ok(Some(db.fetch_one::<(bool,)>(sql, args![self.customer, self.email]).await?.0))
    }
}

/// The categories (with all above them) and collections of the items' products, when a rule asks for them.
async fn place(db: &mut impl Read, items: &mut [Item], by_category: bool, by_collection: bool) -> Result<()> {
    const CATEGORIES: crate::db::Sql = crate::db::Sql {
        sqlite: "WITH RECURSIVE up(product_id, id) AS (
            SELECT product_id, category_id FROM product_category
            WHERE product_id IN (SELECT unhex(value) FROM json_each($1))
            UNION SELECT up.product_id, c.parent_id FROM up JOIN category c ON c.id = up.id WHERE c.parent_id IS NOT NULL)
          SELECT product_id, id FROM up",
        postgres: "WITH RECURSIVE up(product_id, id) AS (
            SELECT product_id, category_id FROM product_category WHERE product_id = ANY($1)
            UNION SELECT up.product_id, c.parent_id FROM up JOIN category c ON c.id = up.id WHERE c.parent_id IS NOT NULL)
          SELECT product_id, id FROM up",
    };
    const COLLECTIONS: crate::db::Sql = crate::db::Sql {
        sqlite: "SELECT product_id, collection_id FROM collection_product
          WHERE product_id IN (SELECT unhex(value) FROM json_each($1))",
        postgres: "SELECT product_id, collection_id FROM collection_product WHERE product_id = ANY($1)",
    };
    let products: HashSet<uuid::Uuid> = items.iter().filter_map(|item| item.facts.product).map(|id| id.0).collect();
    let products: Vec<_> = products.into_iter().collect();
    if by_category {
        let found: Vec<(ProductId, CategoryId)> =
            db.fetch_all(CATEGORIES.of(db.engine()), args![products.clone()]).await?;
        of_product(items, found, |facts| &mut facts.categories);
    }
    if by_collection {
        let found: Vec<(ProductId, CollectionId)> = db.fetch_all(COLLECTIONS.of(db.engine()), args![products]).await?;
        of_product(items, found, |facts| &mut facts.collections);
    }
    Ok(())
}

fn of_product<T: Copy>(items: &mut [Item], found: Vec<(ProductId, T)>, list: impl Fn(&mut Facts) -> &mut Vec<T>) {
    let mut by_product: HashMap<ProductId, Vec<T>> = HashMap::new();
    for (product, one) in found {
        by_product.entry(product).or_default().push(one);
    }
    for item in items {
        if let Some(all) = item.facts.product.and_then(|product| by_product.get(&product)) {
            list(&mut item.facts).clone_from(all);
        }
    }
}
