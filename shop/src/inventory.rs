//! Stock per variant and warehouse: on hand, reserved, available; every movement has a reason.

#[cfg(feature = "server")]
pub mod reserve;

use crate::id::{StockId, WarehouseId};
use serde::{Deserialize, Serialize};

/// Stock of one variant in one warehouse, in units. `available = on_hand - reserved`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Level {
    pub stock_id: StockId,
    pub warehouse_id: WarehouseId,
    pub warehouse: String,
    pub on_hand: i64,
    pub reserved: i64,
}

/// One row of the stock ledger: "why is this 47?".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Movement {
    pub at: i64,
    pub delta: i64,
    pub on_hand_after: i64,
    pub reason: String,
    pub reference: String,
    pub actor: String,
    pub warehouse: String,
}
// Signatures (feature `server`):
//   levels(&Shop, VariantId) -> Result<Vec<Level>>; ledger(&Shop, VariantId, after, rows) -> Result<Page<Movement>>
//   adjust(&Shop, &Staff, StockId, delta, reason, note) -> Result<Level>     (conditional: never below reserved)
//   set_on_hand(tx, …) for import and seed, with a movement
