//! Cards and credit in a cart: which there are, what each pays of it, and the two ways to change that. They stand with the
//! details that the shopper has told, so a cart without any costs no statement. What a started payment of this very cart
//! holds counts as there for it, as its stock does.

use super::account::Account;
use super::{Kind, Problem, QuotedTender, Share};
use crate::account::Visitor;
use crate::cart::{self, Cart};
use crate::db::{Read, Sql, Tx};
use crate::id::{CartId, CustomerId, StoredValueId};
use crate::limits::CART_CARDS;
use crate::money::Currency;
use crate::{Error, Result, Shop, args};
use uuid::Uuid;

#[derive(sqlx::FromRow)]
struct Row {
    #[sqlx(flatten)]
    account: Account,
    /// Held by started payments of this cart.
    own: i64,
}

/// `$1`: account ids, `$2`: the cart.
const OF_CART: Sql = Sql {
    sqlite: "SELECT s.id, s.kind, s.currency, s.last_four, s.balance, s.held, s.customer_id, s.expires_at, s.frozen_at,
        CAST(COALESCE((SELECT SUM(t.amount) FROM checkout k
          JOIN tender t ON t.checkout_id = k.id AND t.account_id = s.id AND t.state = 'held'
          WHERE k.cart_id = $2), 0) AS BIGINT) AS own
      FROM stored_value s WHERE s.id IN (SELECT unhex(value) FROM json_each($1))",
    postgres:
        "SELECT s.id, s.kind, s.currency, s.last_four, s.balance, s.held, s.customer_id, s.expires_at, s.frozen_at,
        CAST(COALESCE((SELECT SUM(t.amount) FROM checkout k
          JOIN tender t ON t.checkout_id = k.id AND t.account_id = s.id AND t.state = 'held'
          WHERE k.cart_id = $2), 0) AS BIGINT) AS own
      FROM stored_value s WHERE s.id = ANY($1)",
};

/// Whose cart it is, and what of it is to be paid.
pub(crate) struct Asking<'a> {
    pub cart: CartId,
    pub currency: Currency,
    pub customer: Option<CustomerId>,
    /// Minor units.
    pub total: i64,
    /// In the order in which they were added.
    pub accounts: &'a [StoredValueId],
}

/// What each account pays: cards in the order in which they were added, then the credit.
pub(crate) async fn shares(db: &mut impl Read, asking: &Asking<'_>, now: i64) -> Result<Vec<Share>> {
    if asking.accounts.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Uuid> = asking.accounts.iter().map(|id| id.0).collect();
    let mut rows: Vec<Row> = db.fetch_all(OF_CART.of(db.engine()), args![ids, asking.cart]).await?;
    let place = |id: StoredValueId| asking.accounts.iter().position(|one| *one == id);
    rows.sort_by_key(|row| (row.account.kind, place(row.account.id)));
    let mut left = asking.total;
    Ok(rows
        .into_iter()
        .filter_map(|Row { account, own }| {
            let free = account.balance - account.held + own;
            let problem = account
                .problem(asking.currency.code(), asking.customer, false, now)
                .or_else(|| (free <= 0).then_some(Problem::Spent));
            let amount = if problem.is_some() { 0 } else { free.min(left) };
            left -= amount;
            let (account_id, kind, last_four) = (account.id, account.kind, account.last_four);
            let balance = Currency::parse(&account.currency)?.money(free);
            Some(Share { account_id, kind, last_four, balance, amount, problem })
        })
        .collect())
}

/// As a quote takes them.
pub(crate) fn quoted(shares: &[Share]) -> Vec<QuotedTender> {
    let paying = shares.iter().filter(|share| share.amount > 0);
    paying
        .map(|share| QuotedTender {
            account_id: share.account_id,
            kind: share.kind,
            last_four: share.last_four.clone(),
            amount: share.amount,
        })
        .collect()
}

/// What cards and credit in the visitor's cart pay of `total` (minor units).
pub async fn of_cart(shop: &Shop, visitor: &Visitor, cart: &Cart, total: i64) -> Result<Vec<Share>> {
    let (db, now) = (&mut &shop.db, shop.now_ms());
    let head = cart::read::head(db, visitor, now).await?;
    let details = head.map(|head| head.details()).transpose()?.unwrap_or_default();
    let customer = visitor.customer.as_ref().map(|customer| customer.id);
    let asking = Asking { cart: cart.id, currency: cart.currency, customer, total, accounts: &details.tender };
    shares(db, &asking, now).await
}

/// Puts an account into the visitor's cart; one that is in it stays, and nothing is changed.
///
/// # Errors
/// `NotFound` "cart"; `Invalid` `field` when the cart has too many.
pub(crate) async fn put(shop: &Shop, visitor: &Visitor, id: StoredValueId, field: &str) -> Result<()> {
    let now = shop.now_ms();
    let mut tx = shop.db.begin().await?;
    let head = cart::touch(&mut tx, visitor, now).await?;
    let mut details = head.details()?;
    if details.tender.contains(&id) {
        // Not committed: the cart keeps its version, and a started payment goes on.
        return Ok(());
    }
    details.tender.push(id);
    if details.tender.len() > CART_CARDS {
        return Err(Error::field(field, format!("At most {CART_CARDS} gift cards at a time.")));
    }
    save(&mut tx, head.id, &details).await?;
    Ok(tx.commit().await?)
}

/// Takes an account out of the visitor's cart; one that is not in it is `NotFound`.
pub async fn remove(shop: &Shop, visitor: &Visitor, id: StoredValueId) -> Result<()> {
    let now = shop.now_ms();
    let mut tx = shop.db.begin().await?;
    let head = cart::touch(&mut tx, visitor, now).await?;
    let mut details = head.details()?;
    let before = details.tender.len();
    details.tender.retain(|one| *one != id);
    if details.tender.len() == before {
        return Err(Error::NotFound("gift card"));
    }
    save(&mut tx, head.id, &details).await?;
    Ok(tx.commit().await?)
}

async fn save(tx: &mut Tx, cart: CartId, details: &crate::checkout::Details) -> Result<()> {
    tx.execute("UPDATE cart SET details = $2 WHERE id = $1", args![cart, serde_json::to_string(details)?]).await?;
    Ok(())
}

impl Share {
    /// A guest's cart shows no credit, and nobody sees what is on somebody else's.
    pub fn is_shown(&self) -> bool {
        self.kind == Kind::GiftCard || self.problem != Some(Problem::NotYours)
    }
}
