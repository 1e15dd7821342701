//! `mercer admin-link`: a way in for an owner, for whoever has a shell on the machine.

use super::{Outcome, open};
use crate::config::Config;
use shop::staff;

pub async fn run(config: Config) -> Outcome {
    let shop = open::shop(&config).await?;
    let link = staff::first_link(&shop).await.map_err(|error| error.to_string())?;
    println!("{}{}", shop.origin, link.path());
    Ok(())
}
