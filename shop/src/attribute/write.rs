//! What products have of attributes, as rows: read and written for any number of products at once.

use super::{DraftValue, Value};
use crate::db::{Read, Sql, Tx};
use crate::id::{AttributeId, ChoiceId, ProductId};
use crate::{Result, args, rows};
use serde_json::json;

// What is gone meanwhile is left out: an editor that was open, or a change that is taken back, may still name it.
pub(crate) const INSERT: Sql = rows!(
    "INSERT INTO product_attribute (product_id, attribute_id, kind, text, number, choice_id)
     SELECT d.product_id, a.id, a.kind, d.text, d.number, c.id FROM",
    [product_id UUID, attribute_id UUID, kind TEXT, text TEXT, number BIGINT, choice_id UUID],
    "JOIN attribute a ON a.id = d.attribute_id AND a.kind = d.kind
     LEFT JOIN attribute_choice c ON c.id = d.choice_id AND c.attribute_id = a.id
     WHERE (a.kind = 'choice') = (c.id IS NOT NULL)"
);

const OF: Sql = rows!(
    "SELECT x.product_id, x.attribute_id, x.kind, x.text, x.number, x.choice_id FROM",
    [id UUID],
    "JOIN product_attribute x ON x.product_id = d.id ORDER BY x.product_id, x.attribute_id, x.choice_id"
);

type Row = (ProductId, AttributeId, String, Option<String>, Option<i64>, Option<ChoiceId>);

/// Rows for [`INSERT`].
pub(crate) fn rows_of(product: ProductId, values: &[DraftValue]) -> Vec<serde_json::Value> {
    let mut rows = Vec::new();
    for DraftValue { attribute, value } in values {
        let mut row = |text: Option<&str>, number: Option<i64>, choice: Option<ChoiceId>| {
            rows.push(json!({
                "product_id": product, "attribute_id": attribute, "kind": value.kind().code(), "text": text,
                "number": number, "choice_id": choice,
            }));
        };
        match value {
            Value::Text(text) => row(Some(text), None, None),
            Value::Number(number) => row(None, Some(*number), None),
            Value::Boolean(yes) => row(None, Some(i64::from(*yes)), None),
            Value::Choice(ids) => ids.iter().for_each(|id| row(None, None, Some(*id))),
        }
    }
    rows
}

/// What each product has, by product and by attribute; `keys` is JSON as [`crate::rows!`] takes it, with an `id`.
pub(crate) async fn of(db: &mut impl Read, keys: &str) -> Result<Vec<(ProductId, DraftValue)>> {
    let rows: Vec<Row> = db.fetch_all(OF.of(db.engine()), args![keys]).await?;
    let mut values: Vec<(ProductId, DraftValue)> = Vec::new();
    for (product, attribute, kind, text, number, choice) in rows {
        let value = match (text, number, choice) {
            (Some(text), ..) => Value::Text(text),
            (_, Some(number), _) if kind == "boolean" => Value::Boolean(number == 1),
            (_, Some(number), _) => Value::Number(number),
            (.., Some(choice)) => {
                if let Some((known, DraftValue { attribute: of, value: Value::Choice(ids) })) = values.last_mut()
                    && (*known, *of) == (product, attribute)
                {
                    ids.push(choice);
                    continue;
                }
                Value::Choice(vec![choice])
            }
            (None, None, None) => continue,
        };
        values.push((product, DraftValue { attribute, value }));
    }
    Ok(values)
}

pub(crate) async fn insert(tx: &mut Tx, product: ProductId, values: &[DraftValue]) -> Result<()> {
    if !values.is_empty() {
        let rows = serde_json::to_string(&rows_of(product, values))?;
        tx.execute(INSERT.of(tx.engine()), args![rows]).await?;
    }
    Ok(())
}

/// Replaces what a product has. Nothing is written when it has just that.
pub(crate) async fn replace(tx: &mut Tx, product: ProductId, values: &[DraftValue]) -> Result<()> {
    let keys = json!([{ "id": product }]).to_string();
    let before = of(tx, &keys).await?;
    if before.iter().map(|(_, value)| value).eq(values) {
        return Ok(());
    }
    tx.execute("DELETE FROM product_attribute WHERE product_id = $1", args![product]).await?;
    insert(tx, product, values).await
}
