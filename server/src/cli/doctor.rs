//! `mercer doctor`: asks a live database every question of `shop::invariant`, and whether ratings and what was bought
//! together are what reviews and orders come to; says what is wrong.

use super::{Outcome, open};
use crate::config::Config;
use shop::clock::{Clock, SystemClock};
use shop::invariant::{self, Moment, SHOWN, Verdict};
use shop::{recommendation, review};
use std::fmt::Write;

#[derive(clap::Args)]
pub struct Arguments {
    /// Print one JSON document instead of the list
    #[arg(long)]
    json: bool,
}

/// Fails when a rule is broken, so that a script can tell.
pub async fn run(config: Config, arguments: Arguments) -> Outcome {
    let db = open::existing_database(&config).await?;
    let asked = invariant::check(&mut &db, Moment::Quiet, SystemClock.now_ms()).await;
    let mut verdicts = asked.map_err(|e| e.to_string())?;
    verdicts.push(review::check(&mut &db).await.map_err(|e| e.to_string())?);
    verdicts.push(recommendation::check(&mut &db).await.map_err(|e| e.to_string())?);
    db.close().await;
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&verdicts).map_err(|error| error.to_string())?);
    } else {
        print!("{}", list(&verdicts));
    }
    match verdicts.iter().filter(|verdict| !verdict.breaches.is_empty()).count() {
        0 => Ok(()),
        1 => Err("1 rule is broken".into()),
        broken => Err(format!("{broken} rules are broken")),
    }
}

fn list(verdicts: &[Verdict]) -> String {
    let mut text = String::new();
    for Verdict { rule, says, breaches } in verdicts {
        let found = match breaches.len() {
            0 => "ok".to_owned(),
            SHOWN => format!("{SHOWN}+ broken"),
            count => format!("{count} broken"),
        };
        writeln!(text, "{rule:<4} {found:<11} {says}").expect("a string takes text");
        for breach in breaches {
            writeln!(text, "                 {}: {}", breach.reference, breach.detail).expect("a string takes text");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use shop::invariant::Breach;

    #[test]
    fn the_list_says_what_is_wrong_with_which_order() {
        let breach = Breach { rule: "I5", reference: "M-1".into(), detail: "captured 2 of 1".into() };
        let verdicts = [
            Verdict { rule: "I1", says: "Stock adds up", breaches: Vec::new() },
            Verdict { rule: "I5", says: "One charge", breaches: vec![breach] },
        ];
        assert_eq!(
            list(&verdicts),
            "I1   ok          Stock adds up\nI5   1 broken    One charge\n                 M-1: captured 2 of 1\n"
        );
    }
}
