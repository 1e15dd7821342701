//! Groups of customers, who may have price lists of their own.

use crate::audit::{self, Entry};
use crate::catalogue::Page;
use crate::db::{DbError, Read, Violation};
use crate::id::{CustomerId, GroupId};
use crate::limits::{self, Check, PAGE_ROWS};
use crate::staff::Staff;
use crate::{Error, Result, Shop, args};
use serde_json::json;
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Group {
    pub id: GroupId,
    pub name: String,
    pub members: i64,
    /// Price lists that are for it.
    pub lists: i64,
}

const GROUPS: &str = "SELECT g.id, g.name,
      (SELECT COUNT(*) FROM customer_group_member m WHERE m.group_id = g.id) AS members,
      (SELECT COUNT(*) FROM price_list l WHERE l.group_id = g.id) AS lists
    FROM customer_group g";

/// All of them, by name.
pub async fn list(shop: &Shop, _by: &Staff) -> Result<Vec<Group>> {
    Ok(shop.db.fetch_all(&format!("{GROUPS} ORDER BY g.name"), args![]).await?)
}

pub async fn detail(shop: &Shop, _by: &Staff, id: GroupId) -> Result<Group> {
    let found = shop.db.fetch_optional(&format!("{GROUPS} WHERE g.id = $1"), args![id]).await?;
    found.ok_or(Error::NotFound("group"))
}

pub async fn create(shop: &Shop, by: &Staff, name: &str) -> Result<GroupId> {
    let (id, name) = (GroupId::new(), named(name)?);
    let mut tx = shop.db.begin().await?;
    let sql = "INSERT INTO customer_group (id, name) VALUES ($1, $2)";
    tx.execute(sql, args![id, name]).await.map_err(taken)?;
    let entry = Entry::new(by, "group.create", "group", id).after(&json!({ "name": name }));
    audit::record(&mut tx, &entry, shop.now_ms()).await?;
    tx.commit().await?;
    Ok(id)
}

pub async fn rename(shop: &Shop, by: &Staff, id: GroupId, name: &str) -> Result<()> {
    let name = named(name)?;
    let mut tx = shop.db.begin().await?;
    let changed =
        tx.execute("UPDATE customer_group SET name = $2 WHERE id = $1", args![id, name]).await.map_err(taken)?;
    if changed == 0 {
        return Err(Error::NotFound("group"));
    }
    let entry = Entry::new(by, "group.rename", "group", id).after(&json!({ "name": name }));
    audit::record(&mut tx, &entry, shop.now_ms()).await?;
    Ok(tx.commit().await?)
}

/// Takes a group away. `Conflict` "in_use" while price lists are for it.
pub async fn delete(shop: &Shop, by: &Staff, id: GroupId) -> Result<()> {
    let mut tx = shop.db.begin().await?;
    let gone = tx.execute("DELETE FROM customer_group WHERE id = $1", args![id]).await;
    let gone = gone.map_err(|error| match error.violation() {
        Some(Violation::ForeignKey) => Error::conflict(
            "in_use",
            "Price lists are for this group. Delete them or give them to another group first.",
        ),
        _ => error.into(),
    })?;
    if gone == 0 {
        return Err(Error::NotFound("group"));
    }
    audit::record(&mut tx, &Entry::new(by, "group.delete", "group", id), shop.now_ms()).await?;
    Ok(tx.commit().await?)
}

#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Member {
    pub id: CustomerId,
    pub email: String,
    pub name: String,
}

/// Members in the order of their registration.
pub async fn members(shop: &Shop, _by: &Staff, id: GroupId, after: Option<&str>, rows: i64) -> Result<Page<Member>> {
    let rows = rows.clamp(*PAGE_ROWS.start(), *PAGE_ROWS.end());
    let after: CustomerId = match after {
        None => CustomerId(Uuid::nil()),
        Some(text) => text.parse().map_err(|_| Error::field("after", "Not a position in this list."))?,
    };
    let mut items: Vec<Member> = shop
        .db
        .fetch_all(
            "SELECT c.id, c.email, c.name FROM customer_group_member m JOIN customer c ON c.id = m.customer_id
             WHERE m.group_id = $1 AND m.customer_id > $2 ORDER BY m.customer_id LIMIT $3",
            args![id, after, rows + 1],
        )
        .await?;
    let more = i64::try_from(items.len()).is_ok_and(|n| n > rows);
    if more {
        items.pop();
    }
    let next = items.last().filter(|_| more).map(|last| last.id.to_string());
    Ok(Page { items, next })
}

/// Puts the customer with this mail address into the group; once more changes nothing.
pub async fn add(shop: &Shop, by: &Staff, id: GroupId, email: &str) -> Result<()> {
    let email = email.trim().to_lowercase();
    Check::default().email("email", &email).done()?;
    let mut tx = shop.db.begin().await?;
    let customer: Option<(CustomerId,)> =
        tx.fetch_optional("SELECT id FROM customer WHERE email = $1", args![&email]).await?;
    let (customer,) = customer.ok_or_else(|| Error::field("email", "No customer has registered with this address."))?;
    let sql = "INSERT INTO customer_group_member (group_id, customer_id) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    let added = tx.execute(sql, args![id, customer]).await.map_err(|error| match error.violation() {
        Some(Violation::ForeignKey) => Error::NotFound("group"),
        _ => error.into(),
    })?;
    if added == 1 {
        let entry = Entry::new(by, "group.add", "group", id).after(&json!({ "customer": customer, "email": email }));
        audit::record(&mut tx, &entry, shop.now_ms()).await?;
    }
    Ok(tx.commit().await?)
}

pub async fn remove(shop: &Shop, by: &Staff, id: GroupId, customer: CustomerId) -> Result<()> {
    let mut tx = shop.db.begin().await?;
    let sql = "DELETE FROM customer_group_member WHERE group_id = $1 AND customer_id = $2";
    if tx.execute(sql, args![id, customer]).await? == 0 {
        return Err(Error::NotFound("member"));
    }
    let entry = Entry::new(by, "group.remove", "group", id).before(&json!({ "customer": customer }));
    audit::record(&mut tx, &entry, shop.now_ms()).await?;
    Ok(tx.commit().await?)
}

fn named(name: &str) -> Result<&str> {
    let name = name.trim();
    Check::default().required("name", name, limits::NAME_CHARS).done()?;
    Ok(name)
}

fn taken(error: DbError) -> Error {
    if error.is_unique_violation() { Error::field("name", "There is such a group already.") } else { error.into() }
}
