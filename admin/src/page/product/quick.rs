//! The products' list with prices and stock to be typed over.

use super::Asked;
use crate::form::{Field, Form};
use crate::part::{self, Number, Text};
use leptos::prelude::*;
use shop::FieldError;
use shop::catalogue::desk::ListRow;
use shop::catalogue::quick::Quick;
use shop::id::{ProductId, StockId};
use shop::money::{Currency, Money};

/// What the list is filled with at first.
pub fn form_of(products: &[Quick], currency: Currency) -> Form {
    products.iter().fold(Form::new(""), |form, Quick { product, price, stock, .. }| {
        let price = price.map(|amount| currency.money(amount).decimal()).unwrap_or_default();
        let form = form.with(&format!("price.{product}"), &price).with(&format!("was.price.{product}"), &price);
        match stock {
            None => form,
            Some((stock, on_hand)) => form
                .with(&format!("units.{product}"), on_hand)
                .with(&format!("was.units.{product}"), on_hand)
                .with(&format!("stock.{product}"), stock),
        }
    })
}

/// A cell that was typed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Minor units, before and after.
    Price(ProductId, Option<i64>, i64),
    /// On hand, before and after.
    Units(ProductId, StockId, i64, i64),
}

impl Change {
    /// The field that holds it.
    pub fn field(&self) -> String {
        match self {
            Self::Price(product, ..) => format!("price.{product}"),
            Self::Units(product, ..) => format!("units.{product}"),
        }
    }
}

/// What was typed over, and what of it cannot be read.
pub fn read(form: &Form, currency: Currency) -> (Vec<Change>, Vec<FieldError>) {
    let (mut changes, mut errors) = (Vec::new(), Vec::new());
    for (name, value) in &form.values {
        let (value, was) = (value.trim(), form.value(&format!("was.{name}")).trim());
        if value == was {
            continue;
        }
        let refused = |message: String| FieldError { field: name.clone(), message };
        match name.split_once('.').map(|(kind, id)| (kind, id.parse::<ProductId>())) {
            Some(("price", Ok(id))) => match Money::parse(value, currency) {
                Some(money) => {
                    changes.push(Change::Price(id, Money::parse(was, currency).map(|was| was.amount), money.amount));
                }
                None => errors.push(refused(format!("Enter a price like {}.", currency.money(1250).decimal()))),
            },
            Some(("units", Ok(id))) => {
                let stock = form.value(&format!("stock.{id}")).parse();
                match (value.parse(), was.parse(), stock) {
                    (Ok(units), Ok(was), Ok(stock)) => changes.push(Change::Units(id, stock, was, units)),
                    _ => errors.push(refused("Enter whole units like 12.".into())),
                }
            }
            _ => {}
        }
    }
    (changes, errors)
}

/// `products`: the list's rows; `quick`: those of them with one variant.
pub fn quick(
    products: &[ListRow],
    quick: &[Quick],
    asked: &Asked,
    at: &str,
    currency: Currency,
    form: &Form,
) -> AnyView {
    let rows = products
        .iter()
        .map(|product| {
            let of = quick.iter().find(|quick| quick.product == product.id);
            let (price, stock) = cells(product, of, currency, form);
            let link = view! { <a href=format!("/admin/products/{}", product.id)>{product.title.clone()}</a> };
            view! {
                <tr>
                    <th scope="row">{link}</th>
                    <td>{of.map(|quick| quick.sku.clone())}</td>
                    <td>{price}</td>
                    <td>{stock}</td>
                </tr>
            }
        })
        .collect_view();
    let back = format!("{}&at={}", asked.address(&asked.status), part::encode(at));
    let hidden = [("status", &asked.status), ("stock", &asked.stock), ("sort", &asked.sort), ("q", &asked.text)]
        .map(|(name, value)| view! { <input type="hidden" name=name value=value.clone() /> });
    view! {
        {form.summary()}
        <p class="hint">
            "Prices in "{currency.code()}" and units on hand of products with one variant. Products with several: tick them and edit them as a table."
        </p>
        <form method="post" action="/admin/products/quick" class="stack" data-guard>
            {hidden.into_iter().collect_view()}
            <input type="hidden" name="at" value=at.to_owned() />
            <section class="card flush" aria-label="Products">
                {part::table("Prices and stock", &[Text("Product"), Text("SKU"), Number("Price"), Number("On hand")], rows)}
            </section>
            <div class="actions">
                <button>"Save prices and stock"</button>
                <a class="button quiet" href=back>"Done"</a>
            </div>
        </form>
    }
    .into_any()
}

fn cells(product: &ListRow, of: Option<&Quick>, currency: Currency, form: &Form) -> (AnyView, AnyView) {
    let (id, title) = (product.id, &product.title);
    let was = |name: &str| {
        let name = format!("was.{name}.{id}");
        let value = form.value(&name).to_owned();
        view! { <input type="hidden" name=name value=value /> }
    };
    let Some(of) = of else {
        let price = product.price_from.map(|amount| format!("from {}", currency.money(amount)));
        let variants = format!("{} variants", product.variants);
        return (price.into_any(), view! { <span class="hint">{variants}</span> }.into_any());
    };
    let price = Field::new(format!("price.{id}"), format!("Price of {title}")).quiet().keys("decimal").input(form);
    let stock = match of.stock {
        None => {
            let inventory = format!("/admin/inventory/{}", part::encode(&of.sku));
            view! { <a href=inventory>{product.available}" available"</a> }.into_any()
        }
        Some((stock, _)) => {
            let units = Field::new(format!("units.{id}"), format!("Units of {title} on hand"));
            view! {
                {was("units")}
                <input type="hidden" name=format!("stock.{id}") value=stock.to_string() />
                {units.quiet().keys("numeric").input(form)}
            }
            .into_any()
        }
    };
    (view! { {was("price")} {price} }.into_any(), stock)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn only_what_was_typed_over_is_changed() {
        let (one, other) = (ProductId(Uuid::from_u128(1)), ProductId(Uuid::from_u128(2)));
        let stock = StockId(Uuid::from_u128(3));
        let products = [
            Quick { product: one, sku: "A".into(), price: Some(1_250), stock: Some((stock, 7)) },
            Quick { product: other, sku: "B".into(), price: None, stock: None },
        ];
        let mut form = form_of(&products, Currency::EUR);
        assert_eq!(read(&form, Currency::EUR), (vec![], vec![]));
        let mut put = |name: String, value: &str| {
            form.values.iter_mut().find(|(known, _)| *known == name).unwrap().1 = value.to_owned();
        };
        put(format!("price.{other}"), "3,50");
        put(format!("units.{one}"), "9");
        put(format!("price.{one}"), "dear");
        let (changes, errors) = read(&form, Currency::EUR);
        assert_eq!(changes, [Change::Units(one, stock, 7, 9), Change::Price(other, None, 350)]);
        assert_eq!(errors.len(), 1);
        assert_eq!(errors[0].field, format!("price.{one}"));
    }
}
