//! The rows of a chunk of products, as JSON.

use super::insert;
use crate::db::Engine;
use crate::id::{CategoryId, WarehouseId};
use std::fmt::Write;
use std::ops::Range;
use uuid::Uuid;

pub const GROUPS: [&str; 12] = [
    "Mugs",
    "Bowls",
    "Vases",
    "Lamps",
    "Blankets",
    "Cushions",
    "Stools",
    "Notebooks",
    "Towels",
    "Planters",
    "Baskets",
    "Clocks",
];
const NOUNS: [&str; 12] =
    ["Mug", "Bowl", "Vase", "Lamp", "Blanket", "Cushion", "Stool", "Notebook", "Towel", "Planter", "Basket", "Clock"];
const MOODS: [&str; 14] = [
    "Quiet", "Morning", "Harbour", "Meadow", "Northern", "Slow", "Winter", "Garden", "Studio", "Field", "Amber",
    "Little", "Evening", "Coastal",
];
const MATTERS: [&str; 11] =
    ["Stoneware", "Oak", "Linen", "Brass", "Walnut", "Wool", "Cotton", "Glass", "Clay", "Ash", "Felt"];
const COLOURS: [&str; 3] = ["Chalk", "Moss", "Ink"];

/// JSON per table, in the order of [`Chunk::statements`].
pub struct Chunk(pub [String; 7]);

impl Chunk {
    pub fn statements(engine: Engine) -> [String; 7] {
        [
            insert(
                engine,
                "product",
                &[
                    ("id", 'u'),
                    ("slug", 't'),
                    ("title", 't'),
                    ("description_html", 't'),
                    ("brand", 't'),
                    ("options", 't'),
                    ("status", 't'),
                    ("created_at", 'i'),
                    ("updated_at", 'i'),
                ],
            ),
            insert(engine, "product_category", &[("category_id", 'u'), ("product_id", 'u')]),
            insert(
                engine,
                "variant",
                &[
                    ("id", 'u'),
                    ("product_id", 'u'),
                    ("sku", 't'),
                    ("option_values", 't'),
                    ("title", 't'),
                    ("position", 'i'),
                    ("weight_grams", 'i'),
                ],
            ),
            insert(engine, "price", &[("variant_id", 'u'), ("currency", 't'), ("amount", 'i')]),
            insert(engine, "stock", &[("id", 'u'), ("variant_id", 'u'), ("warehouse_id", 'u'), ("on_hand", 'i')]),
            insert(
                engine,
                "stock_movement",
                &[
                    ("id", 'u'),
                    ("stock_id", 'u'),
                    ("delta", 'i'),
                    ("on_hand_after", 'i'),
                    ("reason", 't'),
                    ("actor", 't'),
                    ("at", 'i'),
                ],
            ),
            insert(engine, "picture", &[("id", 'u'), ("product_id", 'u'), ("url", 't'), ("alt", 't')]),
        ]
    }
}

pub fn chunk(
    range: Range<usize>,
    engine: Engine,
    categories: &[CategoryId],
    warehouse: WarehouseId,
    currencies: &[&str],
    now: i64,
) -> Chunk {
    let mut json: [String; 7] = std::array::from_fn(|_| String::with_capacity(range.len() * 200));
    for text in &mut json {
        text.push('[');
    }
    // Hyphens only where the engine's cast or the picture's address wants them.
    let text = |id: Uuid| if engine == Engine::Sqlite { id.simple().to_string() } else { id.to_string() };
    let warehouse = text(warehouse.0);
    for n in range {
        let seed = n.wrapping_mul(2_654_435_761) >> 7;
        let group = n % GROUPS.len();
        let title = format!("{} {} {}", MOODS[seed % MOODS.len()], MATTERS[seed / 14 % MATTERS.len()], NOUNS[group]);
        let product = text(Uuid::now_v7());
        let variants = if seed % 4 == 0 { COLOURS.len() } else { 1 };
        let options =
            if variants > 1 { r#"[{\"name\":\"Colour\",\"values\":[\"Chalk\",\"Moss\",\"Ink\"]}]"# } else { "[]" };
        let _ = write!(
            json[0],
            "[\"{product}\",\"x{n:08}\",\"{title}\",\"<p>Made in small numbers. No. {n} of its kind.</p>\",\"Mercer\",\"{options}\",\"published\",{now},{now}],"
        );
        let _ = write!(json[1], "[\"{}\",\"{product}\"],", text(categories[group].0));
        let picture = Uuid::now_v7();
        let _ = write!(json[6], "[\"{}\",\"{product}\",\"/placeholder/{picture}.svg\",\"{title}\"],", text(picture));
        for (position, colour) in COLOURS.iter().enumerate().take(variants) {
            let (variant, stock) = (text(Uuid::now_v7()), text(Uuid::now_v7()));
            let (values, name) =
                if variants > 1 { (format!(r#"[\"{colour}\"]"#), *colour) } else { ("[]".to_owned(), "") };
            let _ = write!(
                json[2],
                "[\"{variant}\",\"{product}\",\"X{n:08}-{position}\",\"{values}\",\"{name}\",{position},{}],",
                100 + seed % 3_000
            );
            for (at, currency) in currencies.iter().enumerate() {
                let amount = (900 + seed % 19_000 + at * 150) / 50 * 50;
                let _ = write!(json[3], "[\"{variant}\",\"{currency}\",{amount}],");
            }
            let units = if seed % 23 == 0 { 0 } else { 5 + seed % 90 };
            let _ = write!(json[4], "[\"{stock}\",\"{variant}\",\"{warehouse}\",{units}],");
            if units > 0 {
                let movement = text(Uuid::now_v7());
                let _ = write!(json[5], "[\"{movement}\",\"{stock}\",{units},{units},\"initial\",\"cli\",{now}],");
            }
        }
    }
    for text in &mut json {
        if text.ends_with(',') {
            text.pop();
        }
        text.push(']');
    }
    Chunk(json)
}
