//! Proof that money and stock cannot go wrong: shops that are killed at every step, and judged by the payment
//! gateway's ledger and by what their shoppers were told.
//!
//! ```text
//! matrix ──▶ world ──▶ a gateway that outlives everything, a database, a clock
//!              └──▶ life: a process that runs the shop and dies where it is told to
//!                     └──▶ story: what shoppers and merchant do, as often as it takes
//! ```
//!
//! A life knows nothing of earlier ones: it finds the database as it was left, works off what is due, and its shoppers
//! send again what they have had no final answer to, under the same keys.

pub mod life;
pub mod matrix;
pub mod sim;
pub mod stage;
mod story;
pub mod world;
