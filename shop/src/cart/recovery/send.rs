//! Sending the reminders that are due, each once.

use super::super::{Line, LineProblem, read};
use super::{LINK_MS, PAUSE_MS};
use crate::db::{Read, Tx};
use crate::id::{AbandonedCartId, CartId};
use crate::money::Currency;
use crate::outbox::{self, Note};
use crate::promotion::normalised_email;
use crate::{Result, Shop, args, secret};

#[derive(sqlx::FromRow)]
struct Due {
    id: AbandonedCartId,
    cart_id: Option<CartId>,
    email: String,
    since: i64,
    mails: i64,
}

/// Writes the next reminder that is due, or finds that there is no reason for it any more; 0 when none is due.
pub async fn send_due(shop: &Shop) -> Result<usize> {
    const LOOK: &str = "SELECT id, mail_at FROM abandoned_cart WHERE mail_at <= $1 ORDER BY mail_at, id LIMIT 1";
    const TAKE: &str = "UPDATE abandoned_cart SET mail_at = NULL WHERE id = $1 AND mail_at = $2
        RETURNING id, cart_id, email, since, mails";
    const MAIL: &str = "INSERT INTO cart_mail (abandoned_id, number, token_hash, email, at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6)";
    const NEXT: &str = "UPDATE abandoned_cart SET mails = $2, mail_at = $3 WHERE id = $1";
    let (now, rules) = (shop.now_ms(), &shop.settings.recovery);
    let found: Option<(AbandonedCartId, i64)> = shop.db.fetch_optional(LOOK, args![now]).await?;
    let Some((id, at)) = found else { return Ok(0) };
    let mut tx = shop.db.begin().await?;
    let taken: Option<Due> = tx.fetch_optional(TAKE, args![id, at]).await?;
    if let Some(due) = taken
        && rules.on
        && due.mails < rules.mails
        && is_wanted(&mut tx, &due).await?
    {
        let (number, token) = (due.mails + 1, secret::token());
        let args = args![due.id, number, secret::hash_token(&token), &due.email, now, now + LINK_MS];
        tx.execute(MAIL, args).await?;
        let next = (number < rules.mails).then_some(now + PAUSE_MS);
        tx.execute(NEXT, args![due.id, number, next]).await?;
        outbox::put(&mut tx, &[Note::cart_reminder(due.id, &token)], now).await?;
    }
    tx.commit().await?;
    shop.wake.notify_one();
    Ok(1)
}

/// Whether the cart is as it was left, its owner has bought nothing since, and still wants to be written to.
async fn is_wanted(tx: &mut Tx, due: &Due) -> Result<bool> {
    const WANTED: &str = "SELECT COUNT(*) FROM cart c JOIN abandoned_cart a ON a.cart_id = c.id
        WHERE c.id = $1 AND c.status || '' = 'active' AND c.updated_at = $2
          AND EXISTS (SELECT 1 FROM cart_line l WHERE l.cart_id = c.id AND l.saved_for_later = FALSE)
          AND NOT EXISTS (SELECT 1 FROM cart_mail_stop s WHERE s.mailbox = $3)
          AND NOT EXISTS (SELECT 1 FROM cart r WHERE r.recovered_from = a.id AND r.id <> c.id)
          AND NOT EXISTS (SELECT 1 FROM orders o WHERE o.email = $4 AND o.created_at >= $2 AND o.placed_at IS NOT NULL)";
    let Some(cart) = due.cart_id else { return Ok(false) };
    let args = args![cart, due.since, normalised_email(&due.email), &due.email];
    Ok(tx.fetch_one::<(i64,)>(WANTED, args).await?.0 > 0)
}

/// What a reminder says.
pub(crate) struct Reminder {
    pub email: String,
    /// What was left: units and title.
    pub lines: Vec<(i64, String)>,
    /// A code that takes something off, where the settings name one that is in force.
    pub code: Option<String>,
}

/// `None` when the cart was ordered, emptied or has gone since.
pub(crate) async fn message(shop: &Shop, id: AbandonedCartId) -> Result<Option<Reminder>> {
    const LEFT: &str = "SELECT a.email, c.id, c.currency FROM abandoned_cart a JOIN cart c ON c.id = a.cart_id
        WHERE a.id = $1 AND c.status || '' = 'active'";
    let found: Option<(String, CartId, String)> = shop.db.fetch_optional(LEFT, args![id]).await?;
    let Some((email, cart, currency)) = found else { return Ok(None) };
    let Ok(currency) = Currency::try_from(currency) else { return Ok(None) };
    let lines = read::lines_for(&mut &shop.db, cart, currency, None, shop.now_ms()).await?;
    let lines: Vec<_> = lines.iter().filter(|line| can_be_had(line)).map(|line| (line.quantity, name(line))).collect();
    let code = code(shop).await?;
    Ok((!lines.is_empty()).then_some(Reminder { email, lines, code }))
}

fn can_be_had(line: &Line) -> bool {
    line.problem != Some(LineProblem::Unavailable)
}

fn name(line: &Line) -> String {
    if line.variant_title.is_empty() { line.title.clone() } else { format!("{} ({})", line.title, line.variant_title) }
}

/// The code of the settings, as long as it can be used.
pub(super) async fn code(shop: &Shop) -> Result<Option<String>> {
    const USABLE: &str = "SELECT c.code FROM promotion_code c JOIN promotion p ON p.id = c.promotion_id
        WHERE c.code = $1 AND c.active AND p.state = 'active' AND (p.start_at IS NULL OR p.start_at <= $2)
          AND (p.end_at IS NULL OR p.end_at > $2) AND (c.max_uses IS NULL OR c.used < c.max_uses)";
    let Some(code) = crate::promotion::normalised(&shop.settings.recovery.code) else { return Ok(None) };
    let row: Option<(String,)> = shop.db.fetch_optional(USABLE, args![code, shop.now_ms()]).await?;
    Ok(row.map(|(code,)| code))
}
