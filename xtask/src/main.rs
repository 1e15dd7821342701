//! Build steps that cargo alone does not do.
//!
//! `cargo run -p xtask -- site` turns the two WebAssembly entry points, the style sheets and `public/` into the
//! folder that the `mercer` binary carries; `size` holds what a shopper downloads against its budget; `pricing` that WebAssembly prices a cart as the server does. Every step
//! does only what is missing: nothing changed, nothing done.
//!
//! The steps live here and not in a shell script so that `wasm-bindgen` and `lightningcss` are libraries whose
//! versions come from the workspace's own lock file.

mod browser;
mod css;
mod place;
mod pricing;
mod site;
mod size;
mod stamp;
mod toolchain;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// What every step answers: the reason is printed once, in `main`.
type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

#[derive(Parser)]
#[command(about = "Build steps of Mercer")]
struct Arguments {
    #[command(subcommand)]
    step: Step,
}

#[derive(Subcommand)]
enum Step {
    /// Build the browser bundles, the style sheets and the public files into one folder
    Site,
    /// Print what a browser downloads and fail when it is over budget
    Size,
    /// Price made-up carts on this machine and in WebAssembly, and fail when anything differs
    Pricing,
}

fn main() -> ExitCode {
    let done = match Arguments::parse().step {
        Step::Site => site::build(),
        Step::Size => site::build().and_then(|()| size::check()),
        Step::Pricing => pricing::check(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("xtask: {reason}");
            ExitCode::FAILURE
        }
    }
}
