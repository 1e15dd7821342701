//! `mercer bench …`: what this machine and this database can do, measured and printed.

pub mod catalogue;
pub mod checkout;
mod http;
pub mod import;
mod latency;
pub mod pricing;
mod scratch;
pub mod writes;

fn parse_seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if (0.1..=60.0).contains(&seconds) => Ok(seconds),
        _ => Err("a number from 0.1 to 60".into()),
    }
}
