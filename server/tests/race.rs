//! Races over HTTP (`RELIABILITY.md` 3.4): many connections to the real router on loopback, started at one barrier, with
//! the sandbox gateway behind it. They are judged by the gateway's ledger, by what every shopper was told and by
//! `shop::invariant`, and never by the shop's own answer alone: each ends in [`arena::Arena::judge`].
//!
//! ```text
//! stock    C1 C2 C3 C13 C14 C16   the last units
//! key      C4 C5 C6               idempotency
//! end      C9                     paid ∥ given up ∥ run out
//! news     C10                    answer ∥ event ∥ return ∥ poller
//! coupon   C7                     the last uses of a code
//! card     C8                     one gift card in many carts
//! refund   C11                    cart   C12                    door   C15 (the merchant's one-time links)
//! ```
//!
//! Of C16 nothing is asserted about time: tests are not optimised and share the machine; it prints how long people waited.
//!
//! Left out, because there is nothing yet to race for: of C15 the reset of forgotten passwords.

#[macro_use]
mod macros {
    /// One race, on every engine there is.
    macro_rules! race {
        ($setup:expr; $(async fn $name:ident($arena:ident: Arena) $body:block)*) => {$(
            mod $name {
                #[allow(clippy::wildcard_imports, unused_imports, reason = "the body sees what its file sees")]
                use super::*;

                async fn body($arena: $crate::race::arena::Arena) $body

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn on_sqlite() {
                    body($crate::race::arena::Arena::on_sqlite($setup).await).await;
                }

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn on_postgres() {
                    if let Some(arena) = $crate::race::arena::Arena::on_postgres($setup).await {
                        body(arena).await;
                    }
                }
            }
        )*};
    }
}

mod arena;
mod card;
mod cart;
mod count;
mod coupon;
mod crowd;
mod door;
mod end;
mod key;
mod news;
mod refund;
mod stock;

use crate::support::Setup;

/// The shop hears of payments by its own questions, and by what a race posts.
const QUIET: Setup<'_> = Setup { flags: &[], webhooks: false };
/// The gateway tells the shop of everything.
const WITH_NEWS: Setup<'_> = Setup { flags: &[], webhooks: true };
