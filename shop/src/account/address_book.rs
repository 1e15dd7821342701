//! A customer's saved addresses. Nobody else's can be read, changed or named: every statement asks for the owner.

use super::Customer;
use crate::address::Address;
use crate::db::Read;
use crate::id::AddressId;
use crate::limits::SAVED_ADDRESSES;
use crate::{Error, Result, Shop, args};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedAddress {
    pub id: AddressId,
    pub address: Address,
    /// Offered first at checkout; a customer with addresses has exactly one.
    pub is_default: bool,
}

/// The default first, then by age.
pub async fn addresses(shop: &Shop, customer: &Customer) -> Result<Vec<SavedAddress>> {
    const ALL: &str = "SELECT id, address, is_default FROM customer_address
        WHERE customer_id = $1 ORDER BY is_default DESC, id";
    let rows: Vec<(AddressId, String, bool)> = shop.db.fetch_all(ALL, args![customer.id]).await?;
    rows.into_iter()
        .map(|(id, address, is_default)| Ok(SavedAddress { id, address: serde_json::from_str(&address)?, is_default }))
        .collect()
}

/// Adds an address (`id` is `None`) or changes the one with this id; the first one becomes the default.
pub async fn save_address(
    shop: &Shop,
    customer: &Customer,
    id: Option<AddressId>,
    address: &Address,
    make_default: bool,
) -> Result<AddressId> {
    let mistakes = address.check("");
    if !mistakes.is_empty() {
        return Err(Error::Invalid(mistakes));
    }
    let text = serde_json::to_string(address)?;
    let mut tx = shop.db.begin().await?;
    // One writer per customer at a time, so that two forms do not make two defaults.
    tx.execute("UPDATE customer SET name = name WHERE id = $1", args![customer.id]).await?;
    let id = if let Some(id) = id {
        const CHANGE: &str = "UPDATE customer_address SET address = $3 WHERE id = $1 AND customer_id = $2";
        if tx.execute(CHANGE, args![id, customer.id, text]).await? == 0 {
            return Err(Error::NotFound("address"));
        }
        id
    } else {
        const COUNT: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM customer_address WHERE customer_id = $1";
        let (saved,): (i64,) = tx.fetch_one(COUNT, args![customer.id]).await?;
        if saved >= SAVED_ADDRESSES {
            return Err(Error::conflict(
                "too_many_addresses",
                format!("At most {SAVED_ADDRESSES} addresses are kept."),
            ));
        }
        let id = AddressId::new();
        tx.execute(
            "INSERT INTO customer_address (id, customer_id, address, is_default, created_at) VALUES ($1, $2, $3, $4, $5)",
            args![id, customer.id, text, saved == 0, shop.now_ms()],
        )
        .await?;
        id
    };
    if make_default {
        const MOVE: &str = "UPDATE customer_address SET is_default = (id = $2) WHERE customer_id = $1";
        tx.execute(MOVE, args![customer.id, id]).await?;
    }
    tx.commit().await?;
    Ok(id)
}

/// Removes an address; the oldest that is left becomes the default when the default went.
pub async fn delete_address(shop: &Shop, customer: &Customer, id: AddressId) -> Result<()> {
    const DELETE: &str = "DELETE FROM customer_address WHERE id = $1 AND customer_id = $2";
    // Spelled out as a subquery because PostgreSQL has no MIN over UUIDs.
    const PASS_ON: &str = "UPDATE customer_address SET is_default = TRUE
        WHERE id = (SELECT id FROM customer_address WHERE customer_id = $1 ORDER BY id LIMIT 1)
          AND NOT EXISTS (SELECT 1 FROM customer_address WHERE customer_id = $1 AND is_default)";
    let mut tx = shop.db.begin().await?;
    tx.execute("UPDATE customer SET name = name WHERE id = $1", args![customer.id]).await?;
    if tx.execute(DELETE, args![id, customer.id]).await? == 0 {
        return Err(Error::NotFound("address"));
    }
    tx.execute(PASS_ON, args![customer.id]).await?;
    Ok(tx.commit().await?)
}
