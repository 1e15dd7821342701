//! Who pays no tax: customers of an exempt group with a number that staff has verified for where they have it delivered.

use super::{Destination, EXEMPT, STANDARD_CLASS, TaxRate, rates_at};
use crate::account::Visitor;
use crate::audit::{self, Entry};
use crate::db::Read;
use crate::id::{CustomerId, GroupId};
use crate::money::Currency;
use crate::pricing::{Buyer, Item, Snapshot, without_tax};
use crate::staff::Staff;
use crate::{Error, Result, Shop, args};

/// Why somebody pays no tax.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exemption {
    /// VAT identification number, or of a certificate.
    pub number: String,
    /// The customer group by which it counts.
    pub group: String,
}

/// How a cart is taxed. Without rates nothing is, or it is not known yet.
#[derive(Clone, Debug, Default)]
pub struct Taxation {
    /// Of the destination, as everybody pays them.
    pub rates: Vec<TaxRate>,
    /// Each rate is of one line, by its variant's id in the place of a class, and of the delivery.
    pub by_line: bool,
    pub exempt: Option<Exemption>,
}

impl Taxation {
    /// What is to be priced, and at which rates: for somebody who is exempt, prices without tax and a rate of nothing.
    pub(crate) fn applied(
        &self,
        currency: Currency,
        mut items: Vec<Item>,
        shipping: Option<i64>,
    ) -> Result<(Vec<Item>, Option<i64>, Vec<TaxRate>)> {
        if self.by_line {
            for item in items.iter_mut().filter(|item| item.tax_class.is_some()) {
                item.tax_class = Some(item.variant_id.to_string());
            }
        }
        if self.exempt.is_none() {
            return Ok((items, shipping, self.rates.clone()));
        }
        let shelf = Snapshot {
            currency,
            items: &items,
            shipping,
            rates: &self.rates,
            promotions: &[],
            buyer: Buyer::default(),
            now: 0,
        };
        let (items, shipping) = without_tax(&shelf)?;
        let nothing = TaxRate { tax_class: STANDARD_CLASS.into(), name: EXEMPT.into(), rate_ppm: 0, inclusive: false };
        Ok((items, shipping, vec![nothing]))
    }
}

const EXEMPTION: &str = "SELECT e.number, g.name FROM tax_exemption e
    JOIN customer_group_member m ON m.customer_id = e.customer_id
    JOIN customer_group g ON g.id = m.group_id AND g.tax_exempt = TRUE
    WHERE e.customer_id = $1 AND e.country = $2 AND (e.region = '' OR e.region = $3)
      AND e.verified_at IS NOT NULL AND (e.valid_until IS NULL OR e.valid_until > $4)
    ORDER BY e.region DESC, g.name LIMIT 1";

/// The exemption of a customer for a destination at `now` (Unix milliseconds).
pub(super) async fn exemption(
    db: &mut impl Read,
    customer: CustomerId,
    to: &Destination,
    now: i64,
) -> Result<Option<Exemption>> {
    let found: Option<(String, String)> =
        db.fetch_optional(EXEMPTION, args![customer, &to.country, &to.region, now]).await?;
    Ok(found.map(|(number, group)| Exemption { number, group }))
}

/// How whatever the visitor has delivered there is taxed at this moment.
pub async fn taxation(shop: &Shop, visitor: &Visitor, to: &Destination) -> Result<Taxation> {
    let (mut db, now) = (&shop.db, shop.now_ms());
    let rates = rates_at(&mut db, to, now).await?;
    let exempt = match &visitor.customer {
        // Where nothing is taxed nobody is exempt.
        Some(customer) if !rates.is_empty() => exemption(&mut db, customer.id, to, now).await?,
        _ => None,
    };
    Ok(Taxation { rates, by_line: false, exempt })
}

/// All groups by name, and whether their members can be exempt.
pub async fn exempt_groups(shop: &Shop, _by: &Staff) -> Result<Vec<(GroupId, String, bool)>> {
    Ok(shop.db.fetch_all("SELECT id, name, tax_exempt FROM customer_group ORDER BY name", args![]).await?)
}

/// Says whether members of a group whose numbers are verified are exempt.
pub async fn set_exempt_group(shop: &Shop, by: &Staff, group: GroupId, exempt: bool) -> Result<()> {
    let mut tx = shop.db.begin().await?;
    let sql = "UPDATE customer_group SET tax_exempt = $2 WHERE id = $1";
    if tx.execute(sql, args![group, exempt]).await? == 0 {
        return Err(Error::NotFound("group"));
    }
    let after = serde_json::json!({ "tax_exempt": exempt });
    audit::record(&mut tx, &Entry::new(by, "group.tax", "group", group).after(&after), shop.now_ms()).await?;
    Ok(tx.commit().await?)
}
