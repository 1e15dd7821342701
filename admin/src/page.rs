//! One module per page of the admin; each draws what it is given.

pub mod attribute;
pub mod audit;
pub mod bulk;
pub mod category;
pub mod collection;
pub mod door;
pub mod group;
pub mod health;
pub mod home;
pub mod import;
pub mod inventory;
pub mod mail;
pub mod media;
pub mod order;
pub mod price_list;
pub mod product;
pub mod promotion;
pub mod reconciliation;
pub mod redirect;
pub mod review;
pub mod sale;
pub mod search;
pub mod sessions;
pub mod setting;
pub mod staff;
