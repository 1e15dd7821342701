//! `mercer bench …`: what this machine and this database can do, measured and printed.

pub mod pages;
pub mod writes;
