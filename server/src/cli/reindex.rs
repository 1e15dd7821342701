//! `mercer reindex`: builds the search index of the data folder anew. While a shop serves from that folder, its process
//! does it and goes on answering from the old one.

use super::{Outcome, open, seed};
use crate::config::Config;
use crate::state::SEARCH_FOLDER;
use shop::audit::Actor;
use shop::search::{self, INDEX_KEPT, Search};
use shop::{Error, Shop};
use std::time::{Duration, Instant};

const LOOK: Duration = Duration::from_millis(200);
/// A million products take half a minute or so.
const PATIENCE: Duration = Duration::from_mins(10);

pub async fn run(config: Config) -> Outcome {
    let shop = open::shop(&config).await?;
    let search = Search::in_folder(&config.data_dir.join(SEARCH_FOLDER));
    let start = Instant::now();
    let done = match search::reindex(&shop, &search, &mut seed::bar("products")).await {
        Err(Error::Conflict { code: INDEX_KEPT, .. }) => by_whoever_serves(&shop, &search).await,
        Ok(products) => {
            let seconds = start.elapsed().as_secs_f64();
            #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
            let rate = products as f64 / seconds.max(0.001);
            println!("{products} products indexed in {seconds:.2} s ({rate:.0} per second)");
            Ok(())
        }
        Err(error) => Err(error),
    };
    shop.db.close().await;
    done.map_err(|error| error.to_string())
}

async fn by_whoever_serves(shop: &Shop, search: &Search) -> shop::Result<()> {
    println!("a shop serves from this folder; it builds the index anew …");
    let (asked, start) = (search::ask_for_reindex(shop, Actor::Cli).await?, Instant::now());
    while !asked.is_done(search).await? {
        if start.elapsed() > PATIENCE {
            return Err(Error::Internal(format!("not done after {} minutes", PATIENCE.as_secs() / 60)));
        }
        tokio::time::sleep(LOOK).await;
    }
    println!("done after {:.1} s", start.elapsed().as_secs_f64());
    Ok(())
}
