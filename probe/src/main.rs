//! Prints the digests as this machine works them out: `probe SEED COUNT`.

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut numbers = std::env::args().skip(1).map(|text| text.parse::<u32>());
    let (Some(Ok(seed)), Some(Ok(count))) = (numbers.next(), numbers.next()) else {
        eprintln!("probe SEED COUNT");
        return ExitCode::FAILURE;
    };
    print!("{}", probe::digests(seed, count));
    ExitCode::SUCCESS
}
