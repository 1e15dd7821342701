//! What customers do: write or change their review, and say that somebody else's helped.

use super::{Draft, PictureChange, picture};
use crate::account::Customer;
use crate::db::Read;
use crate::id::{ProductId, ReviewId};
use crate::limits::Check;
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

/// As [`write_with`], and leaves the pictures as they are.
pub async fn write(shop: &Shop, customer: &Customer, product: ProductId, draft: &Draft) -> Result<()> {
    write_with(shop, customer, product, draft, PictureChange::default()).await
}

/// Writes the customer's review of a published product, or changes the one there is; either way it waits for staff. The
/// same sent again changes nothing.
///
/// # Errors
/// `Invalid` by field, "picture" among them; `TooMany`; `NotFound` when the product is not for sale; `Unavailable` for a
/// picture that is just being erased.
pub async fn write_with(
    shop: &Shop,
    customer: &Customer,
    product: ProductId,
    draft: &Draft,
    pictures: PictureChange,
) -> Result<()> {
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
    // Other pictures are another review, even under the same words.
    const ASK_AGAIN: &str = "UPDATE review SET state = 'pending', reason = '', version = version + 1, updated_at = $2
        WHERE id = $1";
    // Who found it helpful had read other words.
    const FORGET_VOTES: &str = "DELETE FROM review_vote WHERE review_id = $1";
    const THERE: &str = "SELECT id FROM review WHERE customer_id = $1 AND product_id = $2";
    let draft = draft.tidied();
    let mut refused = Check::default();
    for outcome in [draft.check(), pictures.check()] {
        match outcome {
            Err(Error::Invalid(fields)) => {
                refused.extend(fields);
            }
            other => other?,
        }
    }
    refused.done()?;
    attempt::count(shop, attempt::REVIEW, &customer.id.to_string()).await?;
    let (taken, removed) = pictures.take_in(shop).await?;
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
    let written = tx.execute(WRITE, args).await? > 0;
    // In here, and committed: on SQLite a review that was written just before may not be on the disk yet.
    let there: Option<(ReviewId,)> = tx.fetch_optional(THERE, args![customer.id, product]).await?;
    let (review,) = there.ok_or(Error::NotFound("product"))?;
    let hung = picture::apply(&mut tx, review, &taken, &removed).await?;
    if hung && !written {
        tx.execute(ASK_AGAIN, args![review, shop.now_ms()]).await?;
    }
    if hung || written {
        tx.execute(FORGET_VOTES, args![review]).await?;
    }
    Ok(tx.commit().await?)
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
