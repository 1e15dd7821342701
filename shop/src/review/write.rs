//! What customers do: write or change their review, and say that somebody else's helped.

use super::Draft;
use crate::account::Customer;
use crate::db::Read;
use crate::id::{ProductId, ReviewId};
use crate::{Error, Result, Shop, args, attempt, secret};

/// Whether a customer has bought a product here: an order that was confirmed or came further and was not cancelled, or
/// one that was refunded after the product had been sent.
macro_rules! bought {
    ($customer:literal, $product:literal) => {
        concat!(
            "EXISTS (SELECT 1 FROM orders o JOIN order_line l ON l.order_id = o.id JOIN variant v ON v.id = l.variant_id
               WHERE o.customer_id = ",
            $customer,
            " AND v.product_id = ",
            $product,
            " AND (o.state IN ('confirmed','processing','shipped','delivered') OR o.state = 'refunded' AND l.fulfilled > 0))"
        )
    };
}
pub(super) use bought;

/// Writes the customer's review of a published product, or changes the one there is; either way it waits for staff. The
/// same sent again changes nothing.
///
/// # Errors
/// `Invalid` by field; `TooMany`; `NotFound` when the product is not for sale.
pub async fn write(shop: &Shop, customer: &Customer, product: ProductId, draft: &Draft) -> Result<()> {
    const WRITE: &str = concat!(
        "INSERT INTO review (id, product_id, customer_id, author, rating, title, text, verified, state, fingerprint, words,
           created_at, updated_at)
         SELECT $1, p.id, $3, $4, $5, $6, $7, ",
        bought!("$3", "p.id"),
        ", 'pending', $8, $9, $10, $10 FROM product p WHERE p.id = $2 AND p.status = 'published'
         ON CONFLICT (customer_id, product_id) DO UPDATE SET author = excluded.author, rating = excluded.rating,
           title = excluded.title, text = excluded.text, verified = excluded.verified, state = 'pending', reason = '',
           fingerprint = excluded.fingerprint, words = excluded.words, version = review.version + 1,
           updated_at = excluded.updated_at
         WHERE review.author <> excluded.author OR review.rating <> excluded.rating OR review.title <> excluded.title
           OR review.text <> excluded.text"
    );
    // Who found it helpful had read other words.
    const FORGET_VOTES: &str = "DELETE FROM review_vote WHERE review_id IN
        (SELECT id FROM review WHERE customer_id = $1 AND product_id = $2)";
    const THERE: &str = "SELECT id FROM review WHERE customer_id = $1 AND product_id = $2";
    let draft = draft.tidied();
    draft.check()?;
    attempt::count(shop, attempt::REVIEW, &customer.id.to_string()).await?;
    let mut tx = shop.db.begin().await?;
    let args = args![
        ReviewId::new(),
        product,
        customer.id,
        &draft.author,
        draft.rating,
        &draft.title,
        &draft.text,
        fingerprint(&draft.text),
        words(&draft),
        shop.now_ms(),
    ];
    if tx.execute(WRITE, args).await? > 0 {
        tx.execute(FORGET_VOTES, args![customer.id, product]).await?;
        return Ok(tx.commit().await?);
    }
    // In here, and committed: on SQLite a review that was written just before may not be on the disk yet.
    let there: Option<(ReviewId,)> = tx.fetch_optional(THERE, args![customer.id, product]).await?;
    tx.commit().await?;
    there.map(drop).ok_or(Error::NotFound("product"))
}

/// Notes that a customer found an approved review helpful, or takes that back. Asking twice counts once.
///
/// # Errors
/// `NotFound` unless the review is shown; `Conflict` when it is the customer's own.
pub async fn vote(shop: &Shop, customer: &Customer, review: ReviewId, helpful: bool) -> Result<()> {
    const VOTE: &str = "INSERT INTO review_vote (review_id, customer_id, at) VALUES ($1, $2, $3)
        ON CONFLICT (review_id, customer_id) DO NOTHING";
    const SHOWN: &str =
        "SELECT COALESCE(customer_id = $2, FALSE) AS own FROM review WHERE id = $1 AND state = 'approved'";
    let mut tx = shop.db.begin().await?;
    if helpful {
        use crate::db::Read;
        let shown: Option<(bool,)> = tx.fetch_optional(SHOWN, args![review, customer.id]).await?;
        let (own,) = shown.ok_or(Error::NotFound("review"))?;
        if own {
            return Err(Error::conflict("own_review", "This is your own review."));
        }
        tx.execute(VOTE, args![review, customer.id, shop.now_ms()]).await?;
    } else {
        let sql = "DELETE FROM review_vote WHERE review_id = $1 AND customer_id = $2";
        tx.execute(sql, args![review, customer.id]).await?;
    }
    Ok(tx.commit().await?)
}

/// Equal for texts that differ in case, spaces and signs alone; empty for texts too short to be anybody's own.
pub(crate) fn fingerprint(text: &str) -> String {
    const TELLING: usize = 20;
    let plain: String = text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    if plain.chars().count() < TELLING { String::new() } else { secret::hash_token(&plain) }
}

/// What the merchant's search looks into.
pub(crate) fn words(draft: &Draft) -> String {
    format!("{}\n{}\n{}", draft.author, draft.title, draft.text).to_lowercase()
}
