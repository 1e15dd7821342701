//! `mercer export --format shopify FILE.csv`: the catalogue as a file that other shops, and this one, can read.

use super::{Outcome, open};
use crate::config::Config;
use clap::{Args, ValueEnum};
use shop::catalogue::draft::Status;
use shop::import::Format;
use shop::import::export::Export;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    Shopify,
    Woocommerce,
}

#[derive(Clone, Copy, ValueEnum)]
enum Which {
    Draft,
    Published,
    Archived,
}

#[derive(Args)]
pub struct Arguments {
    /// Whose files these are to be like
    #[arg(long)]
    format: Kind,
    /// Only products of this status
    #[arg(long)]
    status: Option<Which>,
    /// Where to; standard output when left out
    file: Option<PathBuf>,
}

pub async fn run(arguments: Arguments, config: Config) -> Outcome {
    let shop = open::shop(&config).await?;
    let format = match arguments.format {
        Kind::Shopify => Format::Shopify,
        Kind::Woocommerce => Format::WooCommerce,
    };
    let status = arguments.status.map(|which| match which {
        Which::Draft => Status::Draft,
        Which::Published => Status::Published,
        Which::Archived => Status::Archived,
    });
    let failed = |error: std::io::Error| error.to_string();
    let mut out: Box<dyn Write + Send> = match &arguments.file {
        Some(path) => {
            let file = File::create(path).map_err(|error| format!("{}: {error}", path.display()))?;
            Box::new(BufWriter::new(file))
        }
        None => Box::new(std::io::stdout()),
    };
    let mut export = Export::new(&shop, format, status).await.map_err(|error| error.to_string())?;
    while let Some(piece) = export.next().await.map_err(|error| error.to_string())? {
        out.write_all(piece.as_bytes()).map_err(failed)?;
    }
    out.flush().map_err(failed)?;
    eprintln!("{} products written", export.products());
    Ok(())
}
