//! Carts, promotions and rates of tax that nobody would think of, each from one number.

use shop::id::{CategoryId, ProductId, PromotionId, VariantId};
use shop::money::Currency;
use shop::pricing::{Amounts, Buyer, Combines, Effect, Facts, Item, Promotion, Rule, Snapshot, Step};
use shop::tax::TaxRate;
use uuid::Uuid;

const CURRENCIES: [&str; 4] = ["EUR", "USD", "JPY", "KWD"];
const CLASSES: [&str; 3] = ["standard", "reduced", "books"];
/// 2026-01-01, a Thursday, in Unix milliseconds.
const NEW_YEAR: i64 = 1_767_225_600_000;
const DAY: i64 = 86_400_000;

pub struct Cart {
    currency: Currency,
    items: Vec<Item>,
    shipping: Option<i64>,
    rates: Vec<TaxRate>,
    promotions: Vec<Promotion>,
    buyer: Buyer,
    now: i64,
}

impl Cart {
    /// The same for the same number, whatever it is compiled for.
    pub fn of(seed: u64) -> Self {
        let mut dice = Dice(seed);
        let code = CURRENCIES[dice.below(4)];
        let mut items: Vec<Item> = (0..dice.between(1, 12)).map(|at| item(&mut dice, at)).collect();
        // One in fifty is worth more than can be counted.
        if dice.one_in(50) {
            items[0].unit_price = i64::MAX / 2;
            items[0].quantity = 3;
        }
        let inclusive = dice.one_in(2);
        let classes = dice.below(CLASSES.len() + 1);
        Self {
            currency: Currency::parse(code).unwrap_or(Currency::EUR),
            shipping: (!dice.one_in(5)).then(|| dice.between(0, 3_000)),
            rates: CLASSES[..classes].iter().map(|class| rate(&mut dice, class, inclusive)).collect(),
            promotions: (0..dice.between(0, 8)).map(|at| promotion(&mut dice, at, code)).collect(),
            buyer: Buyer { country: ["", "DE", "FR"][dice.below(3)].into(), ..Buyer::default() },
            now: NEW_YEAR + dice.between(0, 6) * DAY,
            items,
        }
    }

    pub fn snapshot(&self) -> Snapshot<'_> {
        Snapshot {
            currency: self.currency,
            items: &self.items,
            shipping: self.shipping,
            rates: &self.rates,
            promotions: &self.promotions,
            buyer: self.buyer.clone(),
            now: self.now,
        }
    }
}

fn item(dice: &mut Dice, at: i64) -> Item {
    let id = Uuid::from_u128(at.unsigned_abs().into());
    let facts = Facts {
        product: Some(ProductId(id)),
        categories: vec![category(dice)],
        reduced: dice.one_in(4),
        intangible: dice.one_in(6),
        ..Facts::default()
    };
    // From pennies to more than a 32-bit number holds.
    let most = [99, 9_999, 1_000_000, 40_000_000_000][dice.below(4)];
    Item {
        variant_id: VariantId(id),
        quantity: dice.between(1, 40),
        unit_price: dice.between(0, most),
        tax_class: (!dice.one_in(8)).then(|| CLASSES[dice.below(3)].to_owned()),
        facts,
    }
}

fn category(dice: &mut Dice) -> CategoryId {
    CategoryId(Uuid::from_u128(1_000 + dice.below(4) as u128))
}

fn rate(dice: &mut Dice, class: &str, inclusive: bool) -> TaxRate {
    let rate_ppm = dice.between(0, 300_000);
    TaxRate { tax_class: class.into(), name: format!("Tax {rate_ppm}"), rate_ppm, inclusive }
}

fn promotion(dice: &mut Dice, at: i64, currency: &str) -> Promotion {
    let mut rule = Rule::new(effect(dice, currency));
    rule.combines = Combines { line: !dice.one_in(3), order: !dice.one_in(3), delivery: !dice.one_in(3) };
    if dice.one_in(3) {
        rule.scope.categories = vec![category(dice)];
    }
    rule.scope.skip_reduced = dice.one_in(4);
    if dice.one_in(4) {
        rule.minimum = amounts(currency, dice.between(1, 100_000));
    }
    rule.min_units = if dice.one_in(4) { dice.between(1, 30) } else { 0 };
    if dice.one_in(6) {
        rule.countries = vec!["DE".into()];
    }
    if dice.one_in(6) {
        rule.weekdays = vec![dice.between(1, 7), 4];
    }
    let id = Uuid::from_u128(5_000 + u128::from(at.unsigned_abs()));
    Promotion {
        id: PromotionId(id),
        title: format!("Promotion {at}"),
        rank: dice.between(-2, 2),
        rule,
        code: if dice.one_in(2) { format!("CODE{at}") } else { String::new() },
        refused: None,
        budget: dice.one_in(4).then(|| dice.between(0, 50_000)),
    }
}

fn effect(dice: &mut Dice, currency: &str) -> Effect {
    match dice.below(6) {
        0 => Effect::Percent { percent: dice.between(1, 100) },
        1 => Effect::Fixed { amounts: amounts(currency, dice.between(1, 20_000)) },
        2 => Effect::FreeDelivery,
        3 => Effect::BuyGet { buy: dice.between(1, 4), get: dice.between(1, 3), percent: dice.between(1, 100) },
        4 => Effect::Gift {
            variants: (0..dice.between(1, 3)).map(|at| VariantId(Uuid::from_u128(at.unsigned_abs().into()))).collect(),
            units: dice.between(1, 3),
        },
        _ => Effect::Tiers {
            currency: dice.one_in(2).then(|| Currency::parse(currency)).flatten(),
            steps: (1..=3).map(|step| Step { from: step * dice.between(1, 900), percent: step * 11 }).collect(),
        },
    }
}

fn amounts(currency: &str, amount: i64) -> Amounts {
    [(currency.to_owned(), amount)].into()
}

/// Numbers from a seed: SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.roll() % limit as u64).unwrap_or_default()
    }

    /// Both ends are possible; `to - from` fits, for all that is asked here.
    fn between(&mut self, from: i64, to: i64) -> i64 {
        from + (self.roll() % (to - from + 1).unsigned_abs()).cast_signed()
    }

    fn one_in(&mut self, of: u64) -> bool {
        self.roll().is_multiple_of(of)
    }
}
