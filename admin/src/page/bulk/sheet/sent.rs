//! Between the table's fields and what they say. `<variant>.price` is a cell, `version.<product>` what a product's lines
//! were drawn from.

use crate::form::Form;
use shop::FieldError;
use shop::bulk::{Line, Sheet, SheetProduct};
use shop::id::VariantId;
use shop::money::{Currency, Money};
use std::collections::HashMap;

pub fn version_field(product: &SheetProduct) -> String {
    format!("version.{}", product.id)
}

/// The table as the products are. `main`: the default currency, in which costs are.
pub fn form_of(chosen: &[SheetProduct], currency: Currency, main: Currency) -> Form {
    let mut form = Form::new("");
    for product in chosen {
        form = form.with(&version_field(product), product.version);
        for (at, variant) in product.draft.variants.iter().enumerate() {
            let Some(id) = variant.id else { continue };
            let line = Line::of(&product.draft, at, currency);
            let money = |amount: Option<i64>, of: Currency| amount.map(|amount| of.money(amount).decimal());
            let mut put = |column: &str, text: Option<String>| {
                form.values.push((format!("{id}.{column}"), text.unwrap_or_default()));
            };
            if let Some(title) = line.title {
                put("title", Some(title));
            }
            put("sku", Some(line.sku));
            put("price", money(line.price, currency));
            put("compare_at", money(line.compare_at, currency));
            put("cost", money(line.cost, main));
            put("weight_grams", Some(line.weight_grams.to_string()));
            put("barcode", line.barcode);
        }
    }
    form
}

/// What the table changes, and what of it cannot be read. Products that somebody has changed since it was drawn are
/// refused once; what was typed stands.
pub fn read(form: &Form, chosen: &[SheetProduct], currency: Currency, main: Currency) -> (Sheet, Vec<FieldError>) {
    let cells: HashMap<&str, &str> = form.values.iter().map(|(name, value)| (name.as_str(), value.trim())).collect();
    let (mut sheet, mut errors) = (Sheet { currency, lines: [].into() }, Vec::new());
    for product in chosen {
        let ids = product.draft.variants.iter().filter_map(|variant| variant.id);
        let sent: Vec<(usize, VariantId)> =
            ids.enumerate().filter(|(_, id)| cells.contains_key(format!("{id}.sku").as_str())).collect();
        let Some((_, first)) = sent.first() else { continue };
        if cells.get(version_field(product).as_str()).and_then(|v| v.parse().ok()) != Some(product.version) {
            let title = &product.draft.title;
            let message = format!(
                "Somebody has changed \u{201c}{title}\u{201d} since this table was opened. What you typed still stands here; the differences will show what it replaces."
            );
            errors.push(FieldError { field: format!("{first}.sku"), message });
        }
        for (at, id) in sent {
            let stored = Line::of(&product.draft, at, currency);
            let line = Cells { cells: &cells, id, errors: &mut errors }.line(stored.title.is_some(), currency, main);
            if line != stored {
                sheet.lines.insert(id, line);
            }
        }
    }
    (sheet, errors)
}

/// The cells of one line.
struct Cells<'a> {
    cells: &'a HashMap<&'a str, &'a str>,
    id: VariantId,
    errors: &'a mut Vec<FieldError>,
}

impl Cells<'_> {
    fn line(mut self, has_title: bool, currency: Currency, main: Currency) -> Line {
        Line {
            title: has_title.then(|| self.needed("title", "A product needs a title.")),
            sku: self.needed("sku", "A variant needs a SKU."),
            barcode: Some(self.text("barcode").to_owned()).filter(|text| !text.is_empty()),
            price: self.money("price", currency),
            compare_at: self.money("compare_at", currency),
            cost: self.money("cost", main),
            weight_grams: self.weight(),
        }
    }

    fn text(&self, column: &str) -> &str {
        self.cells.get(format!("{}.{column}", self.id).as_str()).copied().unwrap_or_default()
    }

    fn refuse(&mut self, column: &str, message: impl Into<String>) {
        self.errors.push(FieldError { field: format!("{}.{column}", self.id), message: message.into() });
    }

    fn needed(&mut self, column: &str, message: &str) -> String {
        let text = self.text(column).to_owned();
        if text.is_empty() {
            self.refuse(column, message);
        }
        text
    }

    fn money(&mut self, column: &str, currency: Currency) -> Option<i64> {
        let text = self.text(column);
        if text.is_empty() {
            return None;
        }
        let money = Money::parse(text, currency);
        if money.is_none() {
            let message =
                format!("\u{201c}{text}\u{201d} is no amount: enter one like {}.", currency.money(1250).decimal());
            self.refuse(column, message);
        }
        money.map(|money| money.amount)
    }

    fn weight(&mut self) -> i64 {
        let text = self.text("weight_grams");
        if text.is_empty() {
            return 0;
        }
        let grams = text.parse().ok().filter(|grams: &i64| *grams >= 0);
        if grams.is_none() {
            self.refuse("weight_grams", format!("\u{201c}{text}\u{201d} is no weight: enter whole grams like 350."));
        }
        grams.unwrap_or_default()
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use shop::catalogue::draft::{Draft, DraftPrice, DraftVariant};
    use shop::id::ProductId;
    use uuid::Uuid;

    pub fn mugs() -> Vec<SheetProduct> {
        let variant = |n: u128| DraftVariant {
            id: Some(VariantId(Uuid::from_u128(n))),
            sku: format!("MUG-{n}"),
            prices: vec![DraftPrice { currency: Currency::EUR, amount: 1_250, compare_at: None }],
            weight_grams: 300,
            ..DraftVariant::default()
        };
        let draft = Draft { title: "Mug".into(), variants: vec![variant(1), variant(2)], ..Draft::default() };
        vec![SheetProduct { id: ProductId(Uuid::from_u128(9)), version: 3, draft }]
    }

    pub fn with(mut form: Form, name: &str, value: &str) -> Form {
        form.values.retain(|(known, _)| known != name);
        form.with(name, value)
    }

    #[test]
    fn only_lines_that_say_something_new_change_anything() {
        let (mugs, eur) = (mugs(), Currency::EUR);
        let form = form_of(&mugs, eur, eur);
        assert_eq!(read(&form, &mugs, eur, eur), (Sheet { currency: eur, lines: [].into() }, vec![]));
        let second = mugs[0].draft.variants[1].id.unwrap();
        let form = with(with(form, &format!("{second}.price"), "9,90"), &format!("{second}.compare_at"), "12.50");
        let (sheet, errors) = read(&form, &mugs, eur, eur);
        assert_eq!(errors, []);
        assert_eq!(sheet.lines.keys().copied().collect::<Vec<_>>(), [second]);
        let line = &sheet.lines[&second];
        assert_eq!(
            (line.price, line.compare_at, line.title.clone(), line.weight_grams),
            (Some(990), Some(1_250), None, 300)
        );
    }

    #[test]
    fn what_cannot_be_read_is_refused_cell_by_cell() {
        let (mugs, eur) = (mugs(), Currency::EUR);
        let id = mugs[0].draft.variants[0].id.unwrap();
        let mut form = form_of(&mugs, eur, eur);
        for (column, text) in
            [("title", " "), ("sku", ""), ("price", "cheap"), ("cost", "1.234"), ("weight_grams", "-1")]
        {
            form = with(form, &format!("{id}.{column}"), text);
        }
        let (_, errors) = read(&form, &mugs, eur, eur);
        let fields: Vec<_> = errors.iter().map(|error| error.field.rsplit('.').next().unwrap()).collect();
        assert_eq!(fields, ["title", "sku", "price", "cost", "weight_grams"]);
        assert!(errors[2].message.contains("12.50"));
    }

    #[test]
    fn a_product_that_was_changed_meanwhile_is_named_and_nothing_typed_is_lost() {
        let (mut mugs, eur) = (mugs(), Currency::EUR);
        let form = form_of(&mugs, eur, eur);
        mugs[0].version = 4;
        mugs[0].draft.variants[0].weight_grams = 400;
        let (sheet, errors) = read(&form, &mugs, eur, eur);
        assert!(errors.len() == 1 && errors[0].message.contains("Mug"), "{errors:?}");
        assert_eq!(sheet.lines.len(), 1);
    }
}
