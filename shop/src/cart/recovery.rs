//! Carts that were left with something in them, and the reminders that bring them back.
//!
//! ```text
//! cart ──(unchanged for some hours, address known: `find`)──→ abandoned_cart ──(wanted and due: `send`)──→ cart_mail, outbox
//!   ↑                                                                                                        │
//!   └──────────────(the mail's link copies what was in it into the cart of whoever opens it: `link`)──────────┘
//! ```
//! Nobody is written to who has not asked for it, at the contact step or in the account. Each mail is a row with a number, so it
//! goes out once; nothing is sent when the cart has changed since, was emptied or ordered, or when its mailbox has ended such
//! mail. The link shows goods alone: whoever it is forwarded to learns neither name nor address.

mod find;
mod link;
mod list;
mod send;

pub use find::find;
pub use link::{Left, behind, check_stop, reminders, restore, set_reminders, stop};
pub use list::{Abandoned, Recovered, list, recovered};
pub use send::send_due;
pub(crate) use send::{Reminder, message};

use crate::{Result, Shop, args};

const HOUR_MS: i64 = 60 * 60 * 1000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// Carts that were left before are not written about any more.
const FRESH_MS: i64 = 7 * DAY_MS;
/// Between two mails about one cart.
const PAUSE_MS: i64 = 2 * DAY_MS;
/// How long a mail's link brings the cart back, and how long is remembered that a cart was left.
const LINK_MS: i64 = 30 * DAY_MS;
const KEEP_MS: i64 = 365 * DAY_MS;
const FORGET: i64 = 500;

/// Finds carts that were left and sends what is due about them, to the end; how many of both.
pub async fn work(shop: &Shop) -> Result<usize> {
    Ok(crate::worker::to_the_end(shop, find).await? + crate::worker::to_the_end(shop, send_due).await?)
}

/// Forgets carts that were left long ago, with their mails; how many.
pub(crate) async fn forget_old(shop: &Shop) -> Result<u64> {
    const OLD: &str = "DELETE FROM abandoned_cart WHERE id IN
        (SELECT id FROM abandoned_cart WHERE since < $1 ORDER BY since LIMIT $2)";
    Ok(shop.db.execute(OLD, args![shop.now_ms() - KEEP_MS, FORGET]).await?)
}
