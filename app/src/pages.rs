//! Every page of the storefront, one file per noun. Each function draws the main part of its page and says what
//! goes into the head; `shell::document` puts the frame around it.

pub mod account;
pub mod alert;
pub mod cart;
pub mod category;
pub mod checkout;
pub mod content;
pub mod home;
pub mod order;
pub mod problem;
pub mod product;
pub mod review;
pub mod search;
pub mod sign_in;
pub mod wishlist;
