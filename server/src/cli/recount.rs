//! `mercer recount`: counts anew what was bought together, after somebody has written into the database by hand. A shop that
//! serves shows its lists from before until the new ones are there.

use super::{Outcome, open};
use crate::config::Config;
use shop::{Result, Shop, recommendation, worker};

pub async fn run(config: Config) -> Outcome {
    let shop = open::shop(&config).await?;
    let done = recount(&shop).await;
    shop.db.close().await;
    done.map_err(|error| error.to_string())
}

async fn recount(shop: &Shop) -> Result<()> {
    recommendation::count_anew(shop).await?;
    let steps = worker::recommend(shop).await?;
    println!("{steps} orders and products were looked at");
    Ok(())
}
