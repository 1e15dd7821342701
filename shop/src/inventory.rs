//! Stock per variant and warehouse: on hand, reserved, available; every movement has a reason.

#[cfg(feature = "server")]
mod freeze;
#[cfg(feature = "server")]
pub mod reserve;
#[cfg(feature = "server")]
mod sql;
#[cfg(feature = "server")]
pub use freeze::unfreeze;
#[cfg(feature = "server")]
pub(crate) use freeze::{Part, Unsound, freeze, unsound};
#[cfg(feature = "server")]
pub(crate) use sql::{Count, count_by, count_to};
#[cfg(feature = "server")]
pub use sql::{adjust, ledger, levels, overview, variant_of};

use crate::id::{ProductId, StockId, VariantId, WarehouseId};
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

/// Why a merchant changes what is on hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    Received,
    Restocked,
    Counted,
    Damaged,
    Lost,
    Correction,
}

impl Reason {
    pub const ALL: [Self; 6] =
        [Self::Received, Self::Restocked, Self::Counted, Self::Damaged, Self::Lost, Self::Correction];

    /// As stored and as a form sends it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Restocked => "restocked",
            Self::Counted => "counted",
            Self::Damaged => "damaged",
            Self::Lost => "lost",
            Self::Correction => "correction",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }
}

/// Which rows the merchant wants to see.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StockFilter {
    #[default]
    All,
    /// Five units or fewer can be bought, but some can.
    Low,
    Out,
}

/// One variant in the merchant's stock list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockRow {
    pub product_id: ProductId,
    pub variant_id: VariantId,
    pub product_slug: String,
    pub title: String,
    pub variant_title: String,
    pub sku: String,
    pub tracked: bool,
    pub on_hand: i64,
    pub reserved: i64,
    /// Why nothing of it is sold; empty: it is sold.
    pub frozen: String,
    /// Addresses that want to be told when it is back.
    pub waiting: i64,
}
