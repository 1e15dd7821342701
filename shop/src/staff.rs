//! The merchant's people: roles, one-time invitations, log-in.

use crate::id::StaffId;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything, staff and settings included.
    Owner,
    /// Orders, products, stock.
    Staff,
}

/// A logged-in member of staff: proof that the admin may be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Staff {
    pub id: StaffId,
    pub email: String,
    pub name: String,
    pub role: Role,
}
