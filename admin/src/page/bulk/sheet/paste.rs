//! A table from a spreadsheet, as it is pasted: lines of cells with tabs between them, the first line naming columns.

use super::{COLUMNS, SKU, SheetProduct};
use crate::form::Form;
use shop::FieldError;
use std::collections::HashMap;

/// Names that a field has beside its heading.
const ALSO: [(&str, &str); 6] = [
    ("title", "title"),
    ("compare_at", "compare-at price"),
    ("compare_at", "before"),
    ("cost", "cost per item"),
    ("weight_grams", "weight"),
    ("barcode", "ean"),
];

fn column(heading: &str) -> Option<&'static str> {
    let heading = heading.trim().to_lowercase();
    let known = COLUMNS.iter().find(|column| column.heading.to_lowercase() == heading).map(|column| column.name);
    known.or_else(|| ALSO.iter().find(|(_, name)| *name == heading).map(|(field, _)| *field))
}

/// The form with the cells of the table under its field `paste` filled in, and how many changed. Lines that cannot be
/// placed stay in that field and are refused by name.
pub fn pasted(mut form: Form, chosen: &[SheetProduct]) -> (Form, usize) {
    let text = form.value("paste").to_owned();
    let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let refuse = |form: Form, message: &str| {
        let field = "paste".to_owned();
        (form.refused(vec![FieldError { field, message: message.to_owned() }]), 0)
    };
    let Some((_, head)) = lines.next() else { return refuse(form, "Paste a table first.") };
    let columns: Vec<Option<&str>> = head.split('\t').map(column).collect();
    let Some(key) = columns.iter().position(|name| *name == Some(SKU)) else {
        return refuse(form, "The first line must name the columns, and one of them must be SKU.");
    };
    let rows: HashMap<&str, (String, String)> = chosen
        .iter()
        .flat_map(|product| {
            let first = product.draft.variants.first().and_then(|variant| variant.id);
            product.draft.variants.iter().filter_map(move |variant| {
                let id = variant.id?;
                Some((variant.sku.as_str(), (id.to_string(), first.unwrap_or(id).to_string())))
            })
        })
        .collect();
    let (mut errors, mut left, mut filled) = (Vec::new(), Vec::new(), 0);
    for (number, line) in lines {
        let cells: Vec<&str> = line.split('\t').map(str::trim).collect();
        let sku = cells.get(key).copied().unwrap_or_default();
        let Some((id, first)) = rows.get(sku) else {
            let message = format!("Line {}: there is no SKU \u{201c}{sku}\u{201d} in this table.", number + 1);
            errors.push(FieldError { field: "paste".into(), message });
            left.push(line);
            continue;
        };
        for (name, cell) in columns.iter().zip(&cells).filter_map(|(name, cell)| Some(((*name)?, *cell))) {
            let field = format!("{}.{name}", if name == "title" { first } else { id });
            let known = form.values.iter_mut().find(|(known, value)| *known == field && value != cell);
            if let Some((_, value)) = known {
                cell.clone_into(value);
                filled += 1;
            }
        }
    }
    form.values.retain(|(name, _)| name != "paste" && name != "do");
    let rest = if left.is_empty() { String::new() } else { format!("{head}\n{}", left.join("\n")) };
    (form.with("paste", rest).refused(errors), filled)
}

#[cfg(test)]
mod tests {
    use super::super::sent::form_of;
    use super::super::sent::tests::{mugs, with};
    use super::*;
    use shop::money::Currency;

    fn of(table: &str) -> (Form, usize) {
        let mugs = mugs();
        pasted(with(form_of(&mugs, Currency::EUR, Currency::EUR), "paste", table), &mugs)
    }

    #[test]
    fn cells_find_their_line_by_sku_and_their_column_by_name() {
        let (form, filled) = of("Price\tsku\tColour\tWeight, g\r\n9.90\tMUG-2\tred\t300\r\n\tMUG-1\t\t310\r\n");
        let id = |n: usize| mugs()[0].draft.variants[n].id.unwrap();
        assert_eq!((filled, form.errors.len()), (3, 0));
        assert_eq!(form.value(&format!("{}.price", id(1))), "9.90");
        assert_eq!(form.value(&format!("{}.price", id(0))), "", "an empty cell empties");
        assert_eq!(form.value(&format!("{}.weight_grams", id(0))), "310");
        assert_eq!(form.value("paste"), "");
    }

    #[test]
    fn lines_that_belong_nowhere_stay_and_are_named() {
        let (form, filled) = of("SKU\tPrice\nMUG-1\t5\nCUP\t6");
        assert_eq!((filled, form.value("paste")), (1, "SKU\tPrice\nCUP\t6"));
        assert!(form.errors[0].message.contains("Line 3") && form.errors[0].message.contains("CUP"));
        for table in ["", "MUG-1\t5"] {
            assert!(of(table).0.errors[0].field == "paste", "{table}");
        }
    }
}
