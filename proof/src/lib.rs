//! Proof that money and stock cannot go wrong: shops that are killed at every step and at any moment, whose disks lose
//! power, and whose time, network and chance are made up; judged by the payment gateway's ledger and by what their
//! shoppers were told.
//!
//! ```text
//! matrix ──▶ world ──▶ a gateway that outlives everything, a database, a clock
//!              └──▶ life: a process that runs the shop and dies where it is told to
//!                     └──▶ story: what shoppers and merchant do, as often as it takes
//! season ──▶ the same gateway, one database through many deaths: kill -9, or power cuts of its disk
//!              ├──▶ rush: a process that runs the shop under load until it dies
//!              └──▶ judge: after every death, and when all is settled
//! sim ─────▶ everything in one thread, decided by a seed (with a judge of its own)
//! torture ─▶ every proof there is, for as long as one likes
//! ```
//!
//! A life knows nothing of earlier ones: it finds the database as it was left, works off what is due, and its shoppers
//! send again what they have had no final answer to, under the same keys.

pub mod judge;
pub mod life;
pub mod matrix;
mod notebook;
mod page;
pub mod rush;
mod sandbox;
pub mod season;
pub mod shelf;
pub mod sim;
pub mod stage;
mod story;
pub mod till;
pub mod torture;
pub mod world;
