//! context
pub struct Shop;
