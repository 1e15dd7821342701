//! Putting products into carts: the commonest change of all, so many carts at a time share a transaction.
//!
//! A wish that cannot be granted undoes its batch, whose wishes then come one by one: each has the answer it would have had
//! alone.

use super::Cart;
use super::edit::{check_line, check_quantity, see};
use super::read::{self, Head, LIFE_MS};
use crate::account::Visitor;
use crate::db::{Engine, Read, Sql, Tx, Work};
use crate::id::{CartId, CartLineId, CustomerId};
use crate::limits::{CART_LINES, SKU_CHARS};
use crate::money::Currency;
use crate::point::Point;
use crate::session::{self, Session};
use crate::{Error, Result, Shop, args, rows};
use serde::Serialize;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Puts `quantity` more units of `sku` into the cart, making one when there is none yet (the visitor then carries
/// its id). More than can be bought is `Error::SoldOut` with what is left.
pub async fn add(shop: &Shop, visitor: &mut Visitor, sku: &str, quantity: i64) -> Result<Cart> {
    let cart = put(shop, visitor, sku, quantity, Without::Make).await?;
    visitor.cart_id = Some(cart.id);
    Ok(cart)
}

/// What a guest's first line makes besides itself.
#[derive(Clone, Debug)]
pub struct First {
    pub cart_id: CartId,
    /// Names the cart.
    pub session: Session,
}

/// As [`add`], for a guest who comes without a session: cart, line and session are one transaction, so that nobody waits
/// for two, and what is refused leaves none of them.
pub async fn add_first(shop: &Shop, visitor: &mut Visitor, first: First, sku: &str, quantity: i64) -> Result<Cart> {
    let cart = put(shop, visitor, sku, quantity, Without::MakeFirst(first)).await?;
    visitor.cart_id = Some(cart.id);
    Ok(cart)
}

/// As [`add`], to the cart that the visitor names and to no other: an ordered one is `NotFound` "cart", for what is put
/// into the next one would be found by nobody.
pub async fn add_to(shop: &Shop, visitor: &Visitor, sku: &str, quantity: i64) -> Result<Cart> {
    put(shop, visitor, sku, quantity, Without::Refuse).await
}

async fn put(shop: &Shop, visitor: &Visitor, sku: &str, quantity: i64, without: Without) -> Result<Cart> {
    check_quantity(quantity)?;
    if sku.is_empty() || sku.chars().count() > SKU_CHARS {
        return Err(Error::NotFound("product"));
    }
    let owner = match (&visitor.customer, visitor.cart_id) {
        (Some(customer), _) => Owner::Customer(customer.id),
        (None, Some(cart)) => Owner::Guest(cart),
        (None, None) => Owner::Nobody,
    };
    let (currency, sku) = (visitor.currency, sku.to_owned());
    let wish = Wish { owner, without, currency, sku, quantity, now: shop.now_ms() };
    loop {
        // Two wishes for one cart in one batch: the second is granted after the first.
        if let Some(cart) = shop.checkouts.add_to_cart(wish.clone()).await? {
            return Ok(cart);
        }
    }
}

/// Whose active cart it goes into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Owner {
    Customer(CustomerId),
    /// A guest's, by the id in the session.
    Guest(CartId),
    /// One that is to be made.
    Nobody,
}

/// What happens when there is no such cart.
#[derive(Clone, Debug)]
enum Without {
    Refuse,
    Make,
    MakeFirst(First),
}

#[derive(Clone, Debug)]
pub(crate) struct Wish {
    owner: Owner,
    without: Without,
    /// Of a cart that is made for it.
    currency: Currency,
    sku: String,
    quantity: i64,
    /// Unix milliseconds.
    now: i64,
}

impl Wish {
    /// The cart that is made for it.
    fn cart(&self) -> New {
        let id = if let Without::MakeFirst(first) = &self.without { first.cart_id } else { CartId::new() };
        let customer_id = if let Owner::Customer(id) = self.owner { Some(id) } else { None };
        New { id, customer_id, currency: self.currency }
    }

    /// The session that is made with it.
    fn session(&self) -> Option<session::New> {
        let Without::MakeFirst(first) = &self.without else { return None };
        Some(session::New { session: first.session.clone(), now: self.now })
    }
}

pub(crate) struct Adding;

impl Work for Adding {
    type Item = Wish;
    /// `None`: come again, another wish for the same cart was in this batch.
    type Outcome = Option<Cart>;
    type Error = Error;

    // The stories of crashes are about checkouts.
    const POINT: Option<Point> = None;

    async fn run(&self, tx: &mut Tx, items: &[Wish]) -> Result<Vec<Option<Cart>>> {
        let mut seen = HashSet::new();
        let first: Vec<bool> =
            items.iter().map(|wish| wish.owner == Owner::Nobody || seen.insert(wish.owner)).collect();
        let wishes: Vec<&Wish> = items.iter().zip(&first).filter(|(_, first)| **first).map(|(wish, _)| wish).collect();
        let heads = heads(tx, &wishes).await?;
        write(tx, &wishes, &heads).await?;
        let now = wishes.iter().map(|wish| wish.now).max().unwrap_or_default();
        let carts = read::whole_of_many(tx, heads, now).await?;
        let mut carts = granted(tx, &wishes, carts).await?.into_iter();
        Ok(first.into_iter().map(|first| if first { carts.next() } else { None }).collect())
    }
}

/// A cart for each wish, in their order, locked for this transaction, with its version raised and its life renewed.
async fn heads(tx: &mut Tx, wishes: &[&Wish]) -> Result<Vec<Head>> {
    let now = wishes.iter().map(|wish| wish.now).max().unwrap_or_default();
    let guests = wishes.iter().filter_map(|wish| if let Owner::Guest(id) = wish.owner { Some(id.0) } else { None });
    let customers =
        wishes.iter().filter_map(|wish| if let Owner::Customer(id) = wish.owner { Some(id.0) } else { None });
    let mut known: HashMap<Owner, Head> = HashMap::new();
    for head in touch(tx, &TOUCH_GUESTS, guests.collect(), now).await? {
        known.insert(Owner::Guest(head.id), head);
    }
    for head in touch(tx, &TOUCH_CUSTOMERS, customers.collect(), now).await? {
        if let Some(customer) = head.customer_id {
            known.insert(Owner::Customer(customer), head);
        }
    }
    let missing: Vec<&Wish> = wishes.iter().copied().filter(|wish| !known.contains_key(&wish.owner)).collect();
    if missing.iter().any(|wish| matches!(wish.without, Without::Refuse)) {
        return Err(Error::NotFound("cart"));
    }
    let mut made = create(tx, missing.iter().map(|wish| wish.cart()).collect(), now).await?.into_iter();
    session::create(tx, &missing.iter().filter_map(|wish| wish.session()).collect::<Vec<_>>()).await?;
    let head = |wish: &&Wish| known.remove(&wish.owner).or_else(|| made.next());
    wishes.iter().map(head).collect::<Option<_>>().ok_or_else(|| Error::Internal("a cart was not made".into()))
}

struct Touch {
    /// PostgreSQL: all in one order, for other transactions lock two carts as well.
    lock: &'static str,
    update: Sql,
}

const TOUCH_GUESTS: Touch = Touch {
    lock: "SELECT id FROM cart WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE",
    update: Sql {
        sqlite: "UPDATE cart SET version = version + 1, updated_at = $2, expires_at = $3
            WHERE id IN (SELECT unhex(value) FROM json_each($1)) AND customer_id IS NULL AND status = 'active'
              AND expires_at > $2
            RETURNING id, customer_id, version, currency, details, merge_notice",
        postgres: "UPDATE cart SET version = version + 1, updated_at = $2, expires_at = $3
            WHERE id = ANY($1) AND customer_id IS NULL AND status = 'active' AND expires_at > $2
            RETURNING id, customer_id, version, currency, details, merge_notice",
    },
};
const TOUCH_CUSTOMERS: Touch = Touch {
    lock: "SELECT id FROM cart WHERE customer_id = ANY($1) AND status = 'active' ORDER BY id FOR NO KEY UPDATE",
    update: Sql {
        sqlite: "UPDATE cart SET version = version + 1, updated_at = $2, expires_at = $3
            WHERE customer_id IN (SELECT unhex(value) FROM json_each($1)) AND status = 'active' AND expires_at > $2
            RETURNING id, customer_id, version, currency, details, merge_notice",
        postgres: "UPDATE cart SET version = version + 1, updated_at = $2, expires_at = $3
            WHERE customer_id = ANY($1) AND status = 'active' AND expires_at > $2
            RETURNING id, customer_id, version, currency, details, merge_notice",
    },
};

async fn touch(tx: &mut Tx, how: &Touch, ids: Vec<Uuid>, now: i64) -> Result<Vec<Head>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    if tx.engine() == Engine::Postgres && ids.len() > 1 {
        tx.fetch_all::<(CartId,)>(how.lock, args![ids.clone()]).await?;
    }
    Ok(tx.fetch_all(how.update.of(tx.engine()), args![ids, now, now + LIFE_MS]).await?)
}

/// A cart that is to be made: a customer's, or a guest's.
#[derive(Serialize)]
pub(super) struct New {
    pub id: CartId,
    pub customer_id: Option<CustomerId>,
    pub currency: Currency,
}

/// Makes active carts, in their order.
pub(super) async fn create(tx: &mut Tx, rows: Vec<New>, now: i64) -> Result<Vec<Head>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    for customer in rows.iter().filter_map(|row| row.customer_id) {
        // A customer's forgotten cart would stand in the way of the one active cart.
        let sql = "UPDATE cart SET status = 'merged' WHERE customer_id = $1 AND status = 'active' AND expires_at <= $2";
        tx.execute(sql, args![customer, now]).await?;
    }
    let args = args![serde_json::to_string(&rows)?, now, now + LIFE_MS];
    let made: Vec<Head> = tx.fetch_all(CREATE.of(tx.engine()), args).await?;
    let mut made: HashMap<CartId, Head> = made.into_iter().map(|head| (head.id, head)).collect();
    Ok(rows.iter().filter_map(|row| made.remove(&row.id)).collect())
}

const CREATE: Sql = rows!(
    "INSERT INTO cart (id, customer_id, status, currency, created_at, updated_at, expires_at)
     SELECT d.id, d.customer_id, 'active', d.currency, $2, $2, $3 FROM",
    [id UUID, customer_id UUID, currency TEXT],
    "WHERE TRUE RETURNING id, customer_id, version, currency, details, merge_notice"
);

async fn write(tx: &mut Tx, wishes: &[&Wish], heads: &[Head]) -> Result<()> {
    let row = |(wish, head): (&&Wish, &Head)| {
        serde_json::json!({
            "id": CartLineId::new(), "cart_id": head.id, "sku": wish.sku, "currency": head.currency,
            "quantity": wish.quantity, "now": wish.now,
        })
    };
    let rows: Vec<_> = wishes.iter().zip(heads).map(row).collect();
    let written: Vec<(CartId,)> = tx.fetch_all(ADD.of(tx.engine()), args![serde_json::to_string(&rows)?]).await?;
    if written.len() < heads.len() { Err(Error::NotFound("product")) } else { Ok(()) }
}

// The line keeps the price of today: it is what the shopper saw beside the button. What the quantity makes of it is
// written afterwards.
const ADD: Sql = rows!(
    "INSERT INTO cart_line (id, cart_id, variant_id, quantity, unit_price_seen, added_at)
     SELECT d.id, d.cart_id, v.id, d.quantity, a.amount, d.now FROM",
    [id UUID, cart_id UUID, sku TEXT, currency TEXT, quantity BIGINT, now BIGINT],
    "JOIN variant v ON v.sku = d.sku AND v.active
     JOIN product p ON p.id = v.product_id AND p.status = 'published'
     JOIN price a ON a.variant_id = v.id AND a.currency = d.currency
     WHERE TRUE
     ON CONFLICT (cart_id, variant_id) DO UPDATE SET
       quantity = excluded.quantity + CASE WHEN cart_line.saved_for_later THEN 0 ELSE cart_line.quantity END,
       unit_price_seen = excluded.unit_price_seen,
       saved_for_later = FALSE,
       gift_of = NULL
     RETURNING cart_id"
);

/// The carts as they are now, if everything that was wished for can be bought.
async fn granted(tx: &mut Tx, wishes: &[&Wish], mut carts: Vec<Cart>) -> Result<Vec<Cart>> {
    for (wish, cart) in wishes.iter().zip(&mut carts) {
        check_line(cart, |line| line.sku == wish.sku)?;
        if cart.lines.len() + cart.saved.len() > CART_LINES {
            return Err(Error::field("sku", format!("A cart holds at most {CART_LINES} different products.")));
        }
        if let Some(line) = cart.lines.iter_mut().find(|line| line.sku == wish.sku) {
            see(tx, line).await?;
        }
    }
    Ok(carts)
}
