//! What cards and credit have paid of an order.

use super::{Kind, Tender};
use crate::db::Read;
use crate::id::{CheckoutId, StoredValueId};
use crate::money::Currency;
use crate::{Result, args};

#[derive(sqlx::FromRow)]
struct Row {
    account_id: StoredValueId,
    #[sqlx(try_from = "String")]
    kind: Kind,
    last_four: String,
    amount: i64,
    refunded: i64,
    state: String,
}

pub(crate) async fn of_order(db: &mut impl Read, checkout: CheckoutId, currency: Currency) -> Result<Vec<Tender>> {
    let sql = "SELECT t.account_id, s.kind, s.last_four, t.amount, t.refunded, t.state
        FROM tender t JOIN stored_value s ON s.id = t.account_id WHERE t.checkout_id = $1 ORDER BY t.position";
    let rows: Vec<Row> = db.fetch_all(sql, args![checkout]).await?;
    let tender = |row: Row| Tender {
        account_id: row.account_id,
        kind: row.kind,
        last_four: row.last_four,
        amount: currency.money(row.amount),
        refunded: currency.money(row.refunded),
        released: row.state == "released",
    };
    Ok(rows.into_iter().map(tender).collect())
}
