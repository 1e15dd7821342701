//! `mercer reconcile`: compares the shop with its payment provider, now.

use super::{Outcome, open};
use crate::config::Config;
use shop::reconcile::{self, Report};
use std::fmt::Write;

const DAY_MS: i64 = 24 * 3_600_000;

#[derive(clap::Args)]
pub struct Arguments {
    /// Compare the payments of so many days
    #[arg(long, default_value_t = 35, value_parser = clap::value_parser!(u16).range(1..=365))]
    days: u16,
    /// Take orders again after a restore although differences are open: somebody has looked at them
    #[arg(long)]
    reopen: bool,
}

/// Fails while a difference is open, so that a script can tell.
pub async fn run(config: Config, arguments: Arguments) -> Outcome {
    let shop = open::shop(&config).await?;
    let report = reconcile::run(&shop, i64::from(arguments.days) * DAY_MS).await.map_err(|error| error.to_string())?;
    if arguments.reopen {
        shop::backup::reopen(&shop).await.map_err(|error| error.to_string())?;
        println!("orders are taken");
    }
    shop.db.close().await;
    print!("{}", text(&report));
    match report.breaks.len() {
        0 => Ok(()),
        1 => Err("1 difference is open".into()),
        open => Err(format!("{open} differences are open")),
    }
}

fn text(report: &Report) -> String {
    let Report { asked, events, payments, mended, breaks, reopened } = report;
    let mut text =
        format!("{asked} undecided payments asked about, {events} missed events, {payments} payments compared\n");
    for line in mended {
        writeln!(text, "mended  {line}").expect("a string takes text");
    }
    for one in breaks {
        let seen = if one.confirmed_seen.is_some() { "open, confirmed" } else { "open" };
        let (class, says) = (one.kind.class(), one.kind.says());
        writeln!(text, "{seen}  {class} {says}: {} {}", one.reference, one.detail).expect("a string takes text");
        if let (Some(ours), Some(theirs)) = (one.amount(one.ours), one.amount(one.theirs)) {
            writeln!(text, "      here {ours}, there {theirs}").expect("a string takes text");
        }
    }
    if *reopened {
        text += "the restored shop agrees with its provider: orders are taken again\n";
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use shop::reconcile::{Break, Kind};

    #[test]
    fn the_report_says_what_was_done_and_what_is_open() {
        let one = Break {
            id: shop::id::BreakId::new(),
            kind: Kind::ChargedNoOrder,
            reference: "pi_1".into(),
            detail: "for order M-1, which is not here".into(),
            number: String::new(),
            provider: "stripe".into(),
            payment: "pi_1".into(),
            currency: "EUR".into(),
            ours: Some(0),
            theirs: Some(100),
            first_seen: 0,
            last_seen: 0,
            times_seen: 1,
            confirmed_seen: None,
            resolved_at: None,
            action: String::new(),
            version: 1,
        };
        let report = Report {
            payments: 2,
            mended: vec!["M-2: captured before the authorisation lapses".into()],
            breaks: vec![one],
            ..Report::default()
        };
        assert_eq!(
            text(&report),
            "0 undecided payments asked about, 0 missed events, 2 payments compared\n\
             mended  M-2: captured before the authorisation lapses\n\
             open  B1 Charged, and there is no order: pi_1 for order M-1, which is not here\n      here €0.00, there €1.00\n"
        );
    }
}
