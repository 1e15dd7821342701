//! `mercer seed`: the demo shop, or a catalogue of any size.

use super::{Outcome, open};
use crate::config::Config;
use clap::Args;
use std::io::{IsTerminal, Write};
use std::time::Instant;

#[derive(Args)]
#[group(required = true, multiple = false)]
pub struct Arguments {
    /// Add the demo range with its pictures, reviews, warehouses, delivery and tax
    #[arg(long)]
    demo: bool,
    /// Bring a made-up catalogue to this many products, for tests of scale
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    products: Option<u64>,
}

pub async fn run(arguments: Arguments, config: Config) -> Outcome {
    let shop = open::shop(&config).await?;
    let start = Instant::now();
    let mut progress = bar("products");
    let added = match arguments.products {
        Some(n) => shop::seed::scale(&shop, usize::try_from(n).unwrap_or(usize::MAX), &mut progress).await,
        None => shop::seed::demo(&shop, &mut progress).await,
    };
    let added = added.map_err(|error| error.to_string())?;
    let seconds = start.elapsed().as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
    let rate = added as f64 / seconds.max(0.001);
    println!("{added} products added in {seconds:.2} s ({rate:.0} per second)");
    Ok(())
}

/// Shows progress on a terminal, ten times a second at most; silent in a log.
pub fn bar(noun: &'static str) -> impl FnMut(usize, usize) + Send {
    let visible = std::io::stderr().is_terminal();
    let mut shown = Instant::now();
    move |done, of| {
        let last = done == of;
        if visible && (last || shown.elapsed().as_millis() > 100) {
            shown = Instant::now();
            let end = if last { "\n" } else { "" };
            let _ = write!(std::io::stderr(), "\r{done} of {of} {noun}{end}");
        }
    }
}
