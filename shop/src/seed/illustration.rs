//! Product pictures drawn by code: parametric objects, lit from the upper left, set into small scenes.
//!
//! An object is drawn around the point where it stands (x to the right, y down, ground at 0) in the colours of its
//! variant; `illustration/scene.rs` gives it a room. Same input, same bytes: the file's name is its hash.

mod art;
mod hard;
mod object;
mod scene;
mod soft;
mod turned;

pub use object::Object;
pub use scene::{Shot, category, picture};

/// 0xRRGGBB.
pub type Colour = u32;
