//! Stock: never oversold, always explained.

mod reserve;
