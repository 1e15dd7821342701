//! Between a promotion and the fields of its form. Amounts are written one on each line, "EUR 10.00"; steps "from percent".

use crate::date;
use crate::form::{Form, list};
use shop::FieldError;
use shop::money::{Currency, Money};
use shop::pricing::{Amounts, Combines, Effect, Rule, Scope, Step};
use shop::promotion::Draft;

/// What is named by SKU, as text.
#[derive(Clone, Debug, Default)]
pub struct Named {
    pub gifts: String,
    pub products: String,
}

/// The form that shows `draft`.
pub fn form_of(draft: &Draft, named: &Named, version: i64) -> Form {
    let rule = &draft.rule;
    let number = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
    let time = |at: Option<i64>| at.map(date::local).unwrap_or_default();
    let on = |on: bool| if on { "on" } else { "" };
    let mut form = Form::new("promotion")
        .with("version", version)
        .with("title", &draft.title)
        .with("way", if draft.by_code { "code" } else { "automatic" })
        .with("rank", draft.rank)
        .with("start_at", time(draft.start_at))
        .with("end_at", time(draft.end_at))
        .with("max_uses", number(draft.max_uses))
        .with("per_buyer", number(draft.per_buyer))
        .with("budget", written(&draft.budgets))
        .with("minimum", written(&rule.minimum))
        .with("min_units", number(Some(rule.min_units).filter(|units| *units > 0)))
        .with("first_order", on(rule.first_order))
        .with("skip_reduced", on(rule.scope.skip_reduced))
        .with("countries", rule.countries.join(", "))
        .with("combines_line", on(rule.combines.line))
        .with("combines_order", on(rule.combines.order))
        .with("combines_delivery", on(rule.combines.delivery))
        .with("products", &named.products)
        .with("gifts", &named.gifts);
    for (name, ids) in [
        ("category", rule.scope.categories.iter().map(ToString::to_string).collect::<Vec<_>>()),
        ("collection", rule.scope.collections.iter().map(ToString::to_string).collect()),
        ("group", rule.groups.iter().map(ToString::to_string).collect()),
        ("weekday", rule.weekdays.iter().map(ToString::to_string).collect()),
        ("currency", rule.currencies.iter().map(|currency| currency.code().to_owned()).collect()),
    ] {
        for id in ids {
            form = form.with(name, id);
        }
    }
    effect_of(form, &rule.effect)
}

fn effect_of(form: Form, effect: &Effect) -> Form {
    match effect {
        Effect::Percent { percent } => form.with("effect", "percent").with("percent", percent),
        Effect::Fixed { amounts } => form.with("effect", "fixed").with("amount", written(amounts)),
        Effect::FreeDelivery => form.with("effect", "free_delivery"),
        Effect::BuyGet { buy, get, percent } => {
            form.with("effect", "buy_get").with("buy", buy).with("get", get).with("percent", percent)
        }
        Effect::Gift { units, .. } => form.with("effect", "gift").with("gift_units", units),
        Effect::Tiers { currency, steps } => {
            let line = |step: &Step| match currency {
                Some(currency) => format!("{} {}", currency.money(step.from).decimal(), step.percent),
                None => format!("{} {}", step.from, step.percent),
            };
            form.with("effect", "tiers")
                .with("steps_of", currency.map_or("", Currency::code))
                .with("steps", steps.iter().map(line).collect::<Vec<_>>().join("\n"))
        }
    }
}

fn written(amounts: &Amounts) -> String {
    let lines = amounts.iter().filter_map(|(code, amount)| {
        let currency = Currency::parse(code)?;
        Some(format!("{code} {}", currency.money(*amount).decimal()))
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Reads fields and notes what cannot be read.
struct Reader<'f> {
    form: &'f Form,
    errors: Vec<FieldError>,
}

impl Reader<'_> {
    fn wrong(&mut self, field: &str, message: &str) {
        self.errors.push(FieldError { field: field.to_owned(), message: message.to_owned() });
    }

    fn number(&mut self, field: &str) -> Option<i64> {
        let text = self.form.value(field).trim().to_owned();
        if text.is_empty() {
            return None;
        }
        let number = text.parse().ok();
        if number.is_none() {
            self.wrong(field, "A whole number, please.");
        }
        number
    }

    fn needed(&mut self, field: &str) -> i64 {
        if self.form.value(field).trim().is_empty() {
            self.wrong(field, "A whole number, please.");
        }
        self.number(field).unwrap_or(1)
    }

    fn time(&mut self, field: &str) -> Option<i64> {
        let text = self.form.value(field).trim().to_owned();
        let at = date::parse_local(&text);
        if !text.is_empty() && at.is_none() {
            self.wrong(field, "A day and a time, or nothing.");
        }
        at
    }

    fn amounts(&mut self, field: &str) -> Amounts {
        let mut amounts = Amounts::new();
        let text = self.form.value(field).to_owned();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let read = line.split_once(' ').and_then(|(code, amount)| {
                let currency = Currency::parse(code)?;
                Some((currency, Money::parse(amount.trim(), currency)?))
            });
            match read {
                Some((currency, money)) => drop(amounts.insert(currency.code().to_owned(), money.amount)),
                None => self.wrong(field, "One on each line: a currency and an amount, like EUR 10.00."),
            }
        }
        amounts
    }

    fn ids<T: std::str::FromStr>(&mut self, field: &'static str) -> Vec<T> {
        let form = self.form;
        let read: Vec<Option<T>> = form.all(field).map(|id| id.parse().ok()).collect();
        if read.iter().any(Option::is_none) {
            // Never for everybody because of a value that cannot be read.
            self.wrong(field, "There is no such choice.");
        }
        read.into_iter().flatten().collect()
    }

    fn effect(&mut self) -> Effect {
        match self.form.value("effect") {
            "percent" => Effect::Percent { percent: self.needed("percent") },
            "fixed" => Effect::Fixed { amounts: self.amounts("amount") },
            "free_delivery" => Effect::FreeDelivery,
            "buy_get" => Effect::BuyGet {
                buy: self.needed("buy"),
                get: self.needed("get"),
                percent: self.number("percent").unwrap_or(100),
            },
            "gift" => Effect::Gift { variants: Vec::new(), units: self.number("gift_units").unwrap_or(1) },
            "tiers" => self.tiers(),
            _ => {
                self.wrong("effect", "Choose what it does.");
                Effect::Percent { percent: 1 }
            }
        }
    }

    fn tiers(&mut self) -> Effect {
        let currency = match self.form.value("steps_of") {
            "" => None,
            code => Currency::parse(code),
        };
        let mut steps = Vec::new();
        let text = self.form.value("steps").to_owned();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let read = line.split_once(' ').and_then(|(from, percent)| {
                let from = match currency {
                    Some(currency) => Money::parse(from, currency)?.amount,
                    None => from.parse().ok()?,
                };
                Some(Step { from, percent: percent.trim().trim_end_matches('%').trim().parse().ok()? })
            });
            match read {
                Some(step) => steps.push(step),
                None => self.wrong("steps", "One on each line: from how much, and how many percent, like 3 10."),
            }
        }
        Effect::Tiers { currency, steps }
    }
}

/// What was sent, and what of it cannot be read. Products and gifts are named by SKU and looked up by the caller.
pub fn read(form: &Form) -> (Draft, Vec<FieldError>) {
    let mut reader = Reader { form, errors: Vec::new() };
    let effect = reader.effect();
    let rule = Rule {
        effect,
        scope: Scope {
            products: Vec::new(),
            categories: reader.ids("category"),
            collections: reader.ids("collection"),
            skip_reduced: form.is_on("skip_reduced"),
        },
        combines: Combines {
            line: form.is_on("combines_line"),
            order: form.is_on("combines_order"),
            delivery: form.is_on("combines_delivery"),
        },
        minimum: reader.amounts("minimum"),
        min_units: reader.number("min_units").unwrap_or(0),
        groups: reader.ids("group"),
        first_order: form.is_on("first_order"),
        countries: list(&form.value("countries").to_uppercase()),
        currencies: form.all("currency").filter_map(Currency::parse).collect(),
        weekdays: reader.ids("weekday"),
    };
    let draft = Draft {
        title: form.value("title").trim().to_owned(),
        by_code: form.value("way") == "code",
        rank: reader.number("rank").unwrap_or(0),
        rule,
        start_at: reader.time("start_at"),
        end_at: reader.time("end_at"),
        max_uses: reader.number("max_uses"),
        per_buyer: reader.number("per_buyer"),
        budgets: reader.amounts("budget"),
    };
    (draft, reader.errors)
}
