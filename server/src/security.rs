//! What stands between the network and the handlers: who may write, and what a browser may do with our pages.

pub mod cross_site;
pub mod headers;
