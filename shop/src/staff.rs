//! The merchant's people: roles, one-time invitations, log-in, sessions.
//!
//! [`Staff`] is a proof type: only the session layer and a successful log-in make one, and the business demands it as
//! an argument. Nobody has a default password; the first owner comes in by a one-time link from the command line.
//!
//! ```text
//! invited ──accept (once, within a day)──→ active ⇄ disabled
//! ```

#[cfg(feature = "server")]
mod invitation;
#[cfg(feature = "server")]
mod login;
#[cfg(feature = "server")]
mod member;
#[cfg(feature = "server")]
mod session;

#[cfg(feature = "server")]
pub use invitation::{INVITATION_MS, Invitation, Invited, accept, check, first_link, invite};
#[cfg(feature = "server")]
pub use login::{by_id, change_password, log_in};
#[cfg(feature = "server")]
pub use member::{Member, change_role, disable, enable, list};
#[cfg(feature = "server")]
pub use session::{revoke, sessions};

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
    /// Network address of the request, for the audit log; empty outside one.
    #[serde(default)]
    pub address: String,
}

impl Role {
    pub const ALL: [Self; 2] = [Self::Owner, Self::Staff];

    /// As stored and as forms send it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Staff => "staff",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }

    /// As people read it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Owner => "Owner",
            Self::Staff => "Staff",
        }
    }
}

impl Staff {
    pub fn is_owner(&self) -> bool {
        self.role == Role::Owner
    }

    /// `Error::Forbidden` unless an owner asks.
    pub fn require_owner(&self) -> crate::Result<()> {
        if self.is_owner() { Ok(()) } else { Err(crate::Error::Forbidden) }
    }
}
