//! `mercer bench pricing`: how long it takes to price a large cart against many promotions, without a database.

use super::latency::milliseconds_at;
use clap::Args;
use shop::id::{CategoryId, ProductId, PromotionId, VariantId};
use shop::money::Currency;
use shop::pricing::{self, Buyer, Combines, Effect, Facts, Item, Promotion, Rule, Snapshot, Step};
use shop::tax::TaxRate;
use shop::{Error, Result};
use std::time::Instant;

#[derive(Clone, Debug, Args)]
pub struct PricingArgs {
    /// Lines of the cart
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub lines: u32,
    /// Promotions that are in force, each of which is asked
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u32).range(0..=500))]
    pub promotions: u32,
    /// How often the cart is priced
    #[arg(long, value_name = "N", default_value_t = 5_000, value_parser = clap::value_parser!(u32).range(100..=1_000_000))]
    pub rounds: u32,
}

/// Measures and prints.
///
/// # Errors
/// When the cart is worth more than can be charged.
pub fn run(args: &PricingArgs) -> Result<()> {
    let categories: Vec<CategoryId> = (0..20).map(|_| CategoryId::new()).collect();
    let items: Vec<Item> = (0..i64::from(args.lines)).map(|at| item(at, &categories)).collect();
    let promotions: Vec<Promotion> = (0..i64::from(args.promotions)).map(|at| promotion(at, &categories)).collect();
    let rate = |class: &str, rate_ppm| TaxRate {
        tax_class: class.to_owned(),
        name: "VAT".to_owned(),
        rate_ppm,
        inclusive: true,
    };
    let rates = [rate("standard", 190_000), rate("reduced", 70_000)];
    let snapshot = Snapshot {
        currency: Currency::EUR,
        items: &items,
        shipping: Some(490),
        rates: &rates,
        promotions: &promotions,
        buyer: Buyer::default(),
        now: 1_767_225_600_000,
    };
    let mut microseconds = Vec::with_capacity(args.rounds as usize);
    let mut total = 0;
    for _ in 0..args.rounds {
        let start = Instant::now();
        let priced = pricing::price(std::hint::black_box(&snapshot))?;
        microseconds.push(u32::try_from(start.elapsed().as_micros()).unwrap_or(u32::MAX));
        total = priced.totals.total;
        if priced.verdicts.len() != promotions.len() {
            return Err(Error::Internal("a promotion was not asked".into()));
        }
    }
    microseconds.sort_unstable();
    let applied = pricing::price(&snapshot)?.reductions.len();
    println!(
        "{} lines, {} promotions of which {applied} apply, total {}: p50 {:.3} ms, p99 {:.3} ms",
        args.lines,
        args.promotions,
        Currency::EUR.money(total),
        milliseconds_at(&microseconds, 0.5),
        milliseconds_at(&microseconds, 0.99),
    );
    Ok(())
}

fn item(at: i64, categories: &[CategoryId]) -> Item {
    let one = usize::try_from(at).unwrap_or(0);
    let facts = Facts {
        product: Some(ProductId::new()),
        categories: vec![categories[one % categories.len()], categories[one * 7 % categories.len()]],
        ..Facts::default()
    };
    Item {
        variant_id: VariantId::new(),
        quantity: 1 + at % 5,
        unit_price: 499 + 137 * at,
        tax_class: Some(if at % 3 == 0 { "reduced" } else { "standard" }.to_owned()),
        facts,
    }
}

/// All kinds of them, a fifth for everything, the rest for a category; they go together with each other.
fn promotion(at: i64, categories: &[CategoryId]) -> Promotion {
    let effect = match at % 5 {
        0 => Effect::Percent { percent: 1 },
        1 => Effect::Fixed { amounts: [("EUR".to_owned(), 10)].into() },
        2 => Effect::BuyGet { buy: 2, get: 1, percent: 10 },
        3 => Effect::Tiers { currency: None, steps: vec![Step { from: 2, percent: 1 }, Step { from: 10, percent: 2 }] },
        _ => Effect::FreeDelivery,
    };
    let mut rule = Rule::new(effect);
    rule.combines = Combines { line: true, order: true, delivery: true };
    rule.minimum = [("EUR".to_owned(), 1_000 * (1 + at % 50))].into();
    if at % 5 != 0 {
        rule.scope.categories = vec![categories[usize::try_from(at).unwrap_or(0) % categories.len()]];
    }
    let (id, title) = (PromotionId::new(), format!("Promotion {at}"));
    Promotion { id, title, rank: at % 7, rule, code: String::new(), refused: None, budget: None }
}
