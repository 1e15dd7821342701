//! Attributes as they are stored.

use super::{Attribute, Choice, Draft, DraftChoice, Kind};
use crate::db::Read;
use crate::id::{AttributeId, ChoiceId};
use crate::staff::Staff;
use crate::{Error, Result, Shop, args};

#[derive(sqlx::FromRow)]
struct Row {
    id: AttributeId,
    slug: String,
    name: String,
    kind: String,
    unit: String,
    filterable: bool,
    searchable: bool,
    shown: bool,
    version: i64,
}

const ROWS: &str = "SELECT a.id, a.slug, a.name, a.kind, a.unit, a.filterable, a.searchable, a.shown, a.version
    FROM attribute a";

/// All attributes in the merchant's order.
pub(crate) async fn definitions(db: &mut impl Read) -> Result<Vec<Attribute>> {
    const CHOICES: &str = "SELECT attribute_id, id, value, swatch FROM attribute_choice ORDER BY position, id";
    let rows: Vec<Row> = db.fetch_all(&format!("{ROWS} ORDER BY a.position, a.id"), args![]).await?;
    let choices: Vec<(AttributeId, ChoiceId, String, Option<String>)> = db.fetch_all(CHOICES, args![]).await?;
    let mut attributes: Vec<Attribute> = rows.into_iter().map(Row::attribute).collect();
    for (of, id, value, swatch) in choices {
        if let Some(attribute) = attributes.iter_mut().find(|attribute| attribute.id == of) {
            attribute.choices.push(Choice { id, value, swatch });
        }
    }
    Ok(attributes)
}

/// As [`definitions`], for who fills in a product.
pub async fn all(shop: &Shop, _by: &Staff) -> Result<Vec<Attribute>> {
    definitions(&mut &shop.db).await
}

/// An attribute in the editor or the merchant's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edited {
    pub id: AttributeId,
    /// To be handed back to [`super::update`].
    pub version: i64,
    pub draft: Draft,
    /// Products that have a value of it.
    pub products: i64,
    /// Products that have each value of `draft.choices`.
    pub uses: Vec<i64>,
}

/// All of them in order, without their choices' uses.
pub async fn list(shop: &Shop, _by: &Staff) -> Result<Vec<Edited>> {
    const PRODUCTS: &str =
        "SELECT attribute_id, COUNT(DISTINCT product_id) FROM product_attribute GROUP BY attribute_id";
    let rows: Vec<Row> = shop.db.fetch_all(&format!("{ROWS} ORDER BY a.position, a.id"), args![]).await?;
    let counts: Vec<(AttributeId, i64)> = shop.db.fetch_all(PRODUCTS, args![]).await?;
    let edited = |row: Row| {
        let products = counts.iter().find(|(id, _)| *id == row.id).map_or(0, |(_, products)| *products);
        row.edited(Vec::new(), products, Vec::new())
    };
    Ok(rows.into_iter().map(edited).collect())
}

/// # Errors
/// `NotFound`.
pub async fn load(shop: &Shop, _by: &Staff, id: AttributeId) -> Result<Edited> {
    read(&mut &shop.db, id).await
}

pub(super) async fn read(db: &mut impl Read, id: AttributeId) -> Result<Edited> {
    const CHOICES: &str = "SELECT c.id, c.value, c.swatch,
          (SELECT COUNT(*) FROM product_attribute x WHERE x.choice_id = c.id)
        FROM attribute_choice c WHERE c.attribute_id = $1 ORDER BY c.position, c.id";
    const PRODUCTS: &str = "SELECT COUNT(DISTINCT product_id) FROM product_attribute WHERE attribute_id = $1";
    let row: Option<Row> = db.fetch_optional(&format!("{ROWS} WHERE a.id = $1"), args![id]).await?;
    let row = row.ok_or(Error::NotFound("attribute"))?;
    let choices: Vec<(ChoiceId, String, Option<String>, i64)> = db.fetch_all(CHOICES, args![id]).await?;
    let (products,): (i64,) = db.fetch_one(PRODUCTS, args![id]).await?;
    let uses = choices.iter().map(|(.., uses)| *uses).collect();
    let choice = |(id, value, swatch, _): (ChoiceId, String, Option<String>, i64)| DraftChoice {
        id: Some(id),
        value,
        swatch: swatch.unwrap_or_default(),
    };
    Ok(row.edited(choices.into_iter().map(choice).collect(), products, uses))
}

impl Row {
    fn attribute(self) -> Attribute {
        Attribute {
            id: self.id,
            kind: Kind::parse(&self.kind).unwrap_or_default(),
            slug: self.slug,
            name: self.name,
            unit: self.unit,
            shown: self.shown,
            choices: Vec::new(),
        }
    }

    fn edited(self, choices: Vec<DraftChoice>, products: i64, uses: Vec<i64>) -> Edited {
        let draft = Draft {
            name: self.name,
            slug: self.slug,
            kind: Kind::parse(&self.kind).unwrap_or_default(),
            unit: self.unit,
            filterable: self.filterable,
            searchable: self.searchable,
            shown: self.shown,
            choices,
        };
        Edited { id: self.id, version: self.version, draft, products, uses }
    }
}

/// What lists need to know of an attribute that they can be narrowed down by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FacetOf {
    pub name: String,
    pub kind: Kind,
    pub unit: String,
    /// Of a choice, in the merchant's order: value and colour.
    pub choices: Vec<(String, Option<String>)>,
}

/// Of all attributes that are facets, in the merchant's order. One statement: every search asks it.
pub(crate) async fn facets(shop: &Shop) -> Result<Vec<FacetOf>> {
    const FACETS: &str = "SELECT a.name, a.kind, a.unit, c.value, c.swatch
        FROM attribute a LEFT JOIN attribute_choice c ON c.attribute_id = a.id
        WHERE a.filterable ORDER BY a.position, a.id, c.position, c.id";
    type Line = (String, String, String, Option<String>, Option<String>);
    let rows: Vec<Line> = shop.db.fetch_all(FACETS, args![]).await?;
    let mut facets: Vec<FacetOf> = Vec::new();
    for (name, kind, unit, value, swatch) in rows {
        if facets.last().is_none_or(|last| last.name != name) {
            let kind = Kind::parse(&kind).unwrap_or_default();
            facets.push(FacetOf { name, kind, unit, choices: Vec::new() });
        }
        if let (Some(last), Some(value)) = (facets.last_mut(), value) {
            last.choices.push((value, swatch));
        }
    }
    Ok(facets)
}
