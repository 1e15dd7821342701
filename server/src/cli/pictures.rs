//! `mercer pictures`: draws the sizes of stored pictures that wait. A shop that serves does the same by itself; this is for
//! an upgrade that should be done before it does, for pictures that could not be drawn, and for a lost folder.

use super::{Outcome, open};
use crate::config::Config;
use clap::Args;
use shop::media;

#[derive(Args)]
pub struct Arguments {
    /// Also those that could not be drawn before
    #[arg(long)]
    failed: bool,
    /// Every picture anew, as when the files of their sizes are lost
    #[arg(long)]
    all: bool,
}

pub async fn run(arguments: Arguments, config: Config) -> Outcome {
    let shop = open::shop(&config).await?;
    let done = async {
        if arguments.failed || arguments.all {
            media::draw_again(&shop, arguments.all).await?;
        }
        let before = media::queue(&shop).await?;
        println!("{} waiting, {} drawn, {} could not be drawn", before.waiting, before.drawn, before.failed);
        while media::draw_due(&shop).await? > 0 {}
        media::queue(&shop).await
    };
    let done = done.await;
    shop.db.close().await;
    let after = done.map_err(|error| error.to_string())?;
    println!("{} drawn, {} waiting, {} could not be drawn", after.drawn, after.waiting, after.failed);
    if after.failed > 0 { Err("some pictures could not be drawn; the log says why".into()) } else { Ok(()) }
}
