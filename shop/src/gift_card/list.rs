//! Cards in the merchant's list, and one of them.

use crate::catalogue::Page;
use crate::db::Arg;
use crate::id::StoredValueId;
use crate::limits::PAGE_ROWS;
use crate::money::{Currency, Money};
use crate::staff::Staff;
use crate::tender::{self, Entry};
use crate::{Error, Result, Shop, args};
use uuid::Uuid;

/// How a card stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Usable,
    UsedUp,
    Expired,
    Frozen,
}

impl State {
    pub fn label(self) -> &'static str {
        match self {
            Self::Usable => "Usable",
            Self::UsedUp => "Used up",
            Self::Expired => "Expired",
            Self::Frozen => "Blocked",
        }
    }
}

/// A card without its code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    pub id: StoredValueId,
    pub last_four: String,
    pub initial: Money,
    pub balance: Money,
    /// Of the balance, by checkouts under way.
    pub held: Money,
    pub recipient: String,
    /// Unix milliseconds.
    pub expires_at: Option<i64>,
    pub is_frozen: bool,
    /// It came of an order's line.
    pub is_bought: bool,
    pub state: State,
    pub version: i64,
    pub created_at: i64,
}

/// Which cards the list shows.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// The last four characters of the code, or the beginning of the recipient's address; empty: all.
    pub text: String,
    /// Opaque position from [`Page::next`].
    pub after: Option<String>,
    /// Within `limits::PAGE_ROWS`.
    pub rows: i64,
}

/// One card with the last entries of its book.
#[derive(Clone, Debug)]
pub struct Detail {
    pub card: Card,
    pub entries: Page<Entry>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: StoredValueId,
    last_four: String,
    #[sqlx(try_from = "String")]
    currency: Currency,
    initial: i64,
    balance: i64,
    held: i64,
    recipient: String,
    expires_at: Option<i64>,
    frozen_at: Option<i64>,
    bought: bool,
    version: i64,
    created_at: i64,
}

impl Row {
    fn card(self, now: i64) -> Card {
        let money = |amount| self.currency.money(amount);
        let state = if self.frozen_at.is_some() {
            State::Frozen
        } else if self.expires_at.is_some_and(|end| end <= now) {
            State::Expired
        } else if self.balance == 0 {
            State::UsedUp
        } else {
            State::Usable
        };
        Card {
            id: self.id,
            initial: money(self.initial),
            balance: money(self.balance),
            held: money(self.held),
            last_four: self.last_four,
            recipient: self.recipient,
            expires_at: self.expires_at,
            is_frozen: self.frozen_at.is_some(),
            is_bought: self.bought,
            state,
            version: self.version,
            created_at: self.created_at,
        }
    }
}

macro_rules! cards_where {
    ($condition:literal) => {
        concat!(
            "SELECT s.id, s.last_four, s.currency, s.initial, s.balance, s.held, s.recipient, s.expires_at, s.frozen_at,
               s.order_line_id IS NOT NULL AS bought, s.version, s.created_at
             FROM stored_value s WHERE s.kind = 'gift_card' AND ",
            $condition
        )
    };
}

/// Cards, newest first.
///
/// # Errors
/// `Invalid` "after" for a position that is none.
pub async fn list(shop: &Shop, _by: &Staff, filter: &Filter) -> Result<Page<Card>> {
    const ALL: &str = cards_where!("s.id < $1 ORDER BY s.id DESC LIMIT $2");
    const BY_TEXT: &str = cards_where!(
        "s.id < $1 AND (s.last_four = $3 OR (s.recipient >= $4 AND s.recipient < $5)) ORDER BY s.id DESC LIMIT $2"
    );
    let before = match filter.after.as_deref() {
        None => StoredValueId(Uuid::max()),
        Some(text) => text.parse().map_err(|_| Error::field("after", "This page does not exist."))?,
    };
    let wanted = filter.rows.clamp(*PAGE_ROWS.start(), *PAGE_ROWS.end());
    let mut args: Vec<Arg> = args![before, wanted + 1];
    let text = filter.text.trim();
    if !text.is_empty() {
        let email = text.to_lowercase();
        args.extend(args![text.to_uppercase(), &email, format!("{email}\u{10ffff}")]);
    }
    let mut rows: Vec<Row> = shop.db.fetch_all(if text.is_empty() { ALL } else { BY_TEXT }, args).await?;
    let wanted = usize::try_from(wanted).expect("within the bounds of a page");
    let more = rows.len() > wanted;
    rows.truncate(wanted);
    let next = rows.last().filter(|_| more).map(|last| last.id.to_string());
    let now = shop.now_ms();
    Ok(Page { items: rows.into_iter().map(|row| row.card(now)).collect(), next })
}

/// One card, with a page of its book.
///
/// # Errors
/// `NotFound` "gift card".
pub async fn detail(shop: &Shop, _by: &Staff, id: StoredValueId, after: Option<&str>) -> Result<Detail> {
    const ONE: &str = cards_where!("s.id = $1");
    let row: Row = shop.db.fetch_optional(ONE, args![id]).await?.ok_or(Error::NotFound("gift card"))?;
    let entries = tender::entries(shop, id, after, 50).await?;
    Ok(Detail { card: row.card(shop.now_ms()), entries })
}
