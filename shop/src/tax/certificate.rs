//! Numbers by which customers are exempt: written down by staff, and good for something once somebody has verified them.

use super::place::parse_places;
use crate::audit::{self, Entry};
use crate::catalogue::Page;
use crate::db::Read;
use crate::id::{CustomerId, TaxExemptionId};
use crate::limits::{Check, PAGE_ROWS, PUBLISH_AHEAD_MS};
use crate::staff::Staff;
use crate::{Error, Result, Shop, args};
use serde_json::json;
use uuid::Uuid;

/// A number as its form writes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CertificateDraft {
    /// Of a registered customer.
    pub email: String,
    /// VAT identification number, or of a certificate.
    pub number: String,
    /// "FR" or "US-CA": where deliveries are exempt by it.
    pub place: String,
    /// Unix milliseconds; `None`: until it is taken back.
    pub valid_until: Option<i64>,
}

/// A number as the merchant's list shows it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Certificate {
    pub id: TaxExemptionId,
    pub email: String,
    pub number: String,
    pub country: String,
    pub region: String,
    pub valid_until: Option<i64>,
    pub verified_at: Option<i64>,
    pub verified_by: String,
    /// Whether the customer is in a group whose members can be exempt.
    pub in_group: bool,
}

/// The characters of a number; the schema knows the same.
const NUMBER_CHARS: usize = 60;

/// Newest first.
pub async fn certificates(shop: &Shop, _by: &Staff, after: Option<&str>, rows: i64) -> Result<Page<Certificate>> {
    let rows = rows.clamp(*PAGE_ROWS.start(), *PAGE_ROWS.end());
    let after = match after {
        None => TaxExemptionId(Uuid::max()),
        Some(text) => text.parse().map_err(|_| Error::field("after", "Not a position in this list."))?,
    };
    let mut items: Vec<Certificate> = shop
        .db
        .fetch_all(
            "SELECT e.id, c.email, e.number, e.country, e.region, e.valid_until, e.verified_at, e.verified_by,
               EXISTS (SELECT 1 FROM customer_group_member m JOIN customer_group g ON g.id = m.group_id
                 WHERE m.customer_id = e.customer_id AND g.tax_exempt = TRUE) AS in_group
             FROM tax_exemption e JOIN customer c ON c.id = e.customer_id
             WHERE e.id < $1 ORDER BY e.id DESC LIMIT $2",
            args![after, rows + 1],
        )
        .await?;
    let more = i64::try_from(items.len()).is_ok_and(|n| n > rows);
    items.truncate(usize::try_from(rows).unwrap_or_default());
    let next = items.last().filter(|_| more).map(|last| last.id.to_string());
    Ok(Page { items, next })
}

/// Writes a number down, not verified yet.
///
/// # Errors
/// `Invalid` on "email", "number", "place" or "valid_until".
pub async fn add_certificate(shop: &Shop, by: &Staff, draft: &CertificateDraft) -> Result<TaxExemptionId> {
    let (id, now) = (TaxExemptionId::new(), shop.now_ms());
    let (email, number) = (draft.email.trim().to_lowercase(), draft.number.trim());
    let ahead = draft.valid_until.is_none_or(|at| (now..=now + PUBLISH_AHEAD_MS).contains(&at));
    Check::default()
        .email("email", &email)
        .required("number", number, NUMBER_CHARS)
        .that(ahead, "valid_until", "Later than now, and at most ten years ahead.")
        .done()?;
    let wrong = || Error::field("place", "One country or region, like FR or US-CA.");
    let places = parse_places(&draft.place).map_err(|_| wrong())?;
    let [place] = places.as_slice() else { return Err(wrong()) };
    if !place.postal_prefix.is_empty() {
        return Err(wrong());
    }
    let mut tx = shop.db.begin().await?;
    let customer: Option<(CustomerId,)> =
        tx.fetch_optional("SELECT id FROM customer WHERE email = $1", args![&email]).await?;
    let (customer,) = customer.ok_or_else(|| Error::field("email", "No customer has registered with this address."))?;
    let sql = "INSERT INTO tax_exemption (id, customer_id, number, country, region, valid_until, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let row = args![id, customer, number, &place.country, &place.region, draft.valid_until, now];
    tx.execute(sql, row).await.map_err(|error| {
        if error.is_unique_violation() {
            Error::field("place", "This customer has a number for that place. Remove it first.")
        } else {
            error.into()
        }
    })?;
    let after = json!({ "customer": customer, "number": number, "place": place.to_string() });
    audit::record(&mut tx, &Entry::new(by, "tax_exemption.add", "tax_exemption", id).after(&after), now).await?;
    tx.commit().await?;
    Ok(id)
}

/// Says that somebody of the staff has verified the number, or takes that back.
pub async fn set_verified(shop: &Shop, by: &Staff, id: TaxExemptionId, verified: bool) -> Result<()> {
    let now = shop.now_ms();
    let mut tx = shop.db.begin().await?;
    let sql = "UPDATE tax_exemption SET verified_at = $2, verified_by = $3 WHERE id = $1";
    let (at, who) = if verified { (Some(now), by.name.as_str()) } else { (None, "") };
    if tx.execute(sql, args![id, at, who]).await? == 0 {
        return Err(Error::NotFound("exemption"));
    }
    let action = if verified { "tax_exemption.verify" } else { "tax_exemption.withdraw" };
    audit::record(&mut tx, &Entry::new(by, action, "tax_exemption", id), now).await?;
    Ok(tx.commit().await?)
}

/// Takes a number away. Orders that were placed by it keep it.
pub async fn remove_certificate(shop: &Shop, by: &Staff, id: TaxExemptionId) -> Result<()> {
    let mut tx = shop.db.begin().await?;
    let gone: Option<(String,)> =
        tx.fetch_optional("DELETE FROM tax_exemption WHERE id = $1 RETURNING number", args![id]).await?;
    let (number,) = gone.ok_or(Error::NotFound("exemption"))?;
    let before = json!({ "number": number });
    let entry = Entry::new(by, "tax_exemption.remove", "tax_exemption", id).before(&before);
    audit::record(&mut tx, &entry, shop.now_ms()).await?;
    Ok(tx.commit().await?)
}
