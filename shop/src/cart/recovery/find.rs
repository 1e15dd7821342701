//! Finding carts that were left: by their last change, each once after each change.

use super::super::{Cart, read};
use super::{FRESH_MS, HOUR_MS};
use crate::checkout::Details;
use crate::db::{Read, Tx};
use crate::id::{AbandonedCartId, CartId, CustomerId};
use crate::money::Currency;
use crate::promotion::normalised_email;
use crate::{Result, Shop, args};

/// Looked at in one step.
const AT_ONCE: i64 = 100;

#[derive(sqlx::FromRow)]
struct Row {
    id: CartId,
    customer_id: Option<CustomerId>,
    version: i64,
    #[sqlx(try_from = "String")]
    currency: Currency,
    details: String,
    merge_notice: Option<String>,
    updated_at: i64,
    account_email: Option<String>,
    reminders: Option<bool>,
}

/// Notes carts that nobody has touched for the hours of the settings, a batch; how many carts were looked at.
pub async fn find(shop: &Shop) -> Result<usize> {
    const THROUGH: &str = "SELECT through FROM cart_watch WHERE one = 1";
    const NEXT: &str = "SELECT MAX(n.updated_at) FROM (SELECT updated_at FROM cart
        WHERE status = 'active' AND updated_at > $1 AND updated_at <= $2 ORDER BY updated_at LIMIT $3) n";
    // Of two workers one goes on.
    const TAKE: &str = "UPDATE cart_watch SET through = $2 WHERE one = 1 AND through = $1";
    const LEFT: &str = "SELECT c.id, c.customer_id, c.version, c.currency, c.details, c.merge_notice, c.updated_at,
          u.email AS account_email, u.cart_reminders AS reminders
        FROM cart c LEFT JOIN customer u ON u.id = c.customer_id
        WHERE c.status = 'active' AND c.updated_at > $1 AND c.updated_at <= $2 ORDER BY c.updated_at, c.id";
    let now = shop.now_ms();
    let (before,): (i64,) = shop.db.fetch_one(THROUGH, args![]).await?;
    // What is written now is younger than an hour: nothing is committed late behind the mark.
    let until = now - shop.settings.recovery.hours.max(1) * HOUR_MS;
    let (next,): (Option<i64>,) = shop.db.fetch_one(NEXT, args![before, until, AT_ONCE]).await?;
    let Some(next) = next else { return Ok(0) };
    let mut tx = shop.db.begin().await?;
    if tx.execute(TAKE, args![before, next]).await? == 0 {
        return Ok(0);
    }
    let rows: Vec<Row> = tx.fetch_all(LEFT, args![before, next]).await?;
    let seen = rows.len().max(1);
    for row in rows {
        note(shop, &mut tx, row, now).await?;
    }
    tx.commit().await?;
    Ok(seen)
}

async fn note(shop: &Shop, tx: &mut Tx, row: Row, now: i64) -> Result<()> {
    const NOTHING: &str = "UPDATE abandoned_cart SET mail_at = NULL WHERE cart_id = $1";
    const NOTE: &str =
        "INSERT INTO abandoned_cart (id, cart_id, email, step, units, value, currency, since, wanted, mail_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        ON CONFLICT (cart_id) DO UPDATE SET email = excluded.email, step = excluded.step, units = excluded.units,
          value = excluded.value, currency = excluded.currency, since = excluded.since, wanted = excluded.wanted,
          mail_at = CASE WHEN abandoned_cart.mails < $11 THEN excluded.mail_at END";
    const STOPPED: &str = "SELECT COUNT(*) FROM cart_mail_stop WHERE mailbox = $1";
    let rules = &shop.settings.recovery;
    let details: Details = serde_json::from_str(&row.details)?;
    let email = if details.email.is_empty() { row.account_email.unwrap_or_default() } else { details.email.clone() };
    let (id, since) = (row.id, row.updated_at);
    let head = read::Head {
        id,
        customer_id: row.customer_id,
        version: row.version,
        currency: row.currency,
        details: row.details,
        merge_notice: row.merge_notice,
    };
    let cart = if email.is_empty() { None } else { Some(read::whole(tx, head, now).await?) };
    let Some(cart) = cart.filter(|cart| cart.count > 0) else {
        tx.execute(NOTHING, args![id]).await?;
        return Ok(());
    };
    let wanted = details.remind || row.reminders == Some(true);
    let (stopped,): (i64,) = tx.fetch_one(STOPPED, args![normalised_email(&email)]).await?;
    let due = rules.on && wanted && stopped == 0 && since > now - FRESH_MS;
    let Cart { count, subtotal, currency, .. } = cart;
    let args = args![
        AbandonedCartId::new(),
        id,
        email,
        step(&details),
        count,
        subtotal.amount,
        currency,
        since,
        wanted,
        due.then_some(now),
        rules.mails
    ];
    tx.execute(NOTE, args).await?;
    Ok(())
}

/// Where the checkout was left.
fn step(details: &Details) -> &'static str {
    match (details.email.is_empty(), &details.address, details.delivery) {
        (true, ..) => "cart",
        (_, None, _) => "address",
        (_, _, None) => "delivery",
        _ => "payment",
    }
}
