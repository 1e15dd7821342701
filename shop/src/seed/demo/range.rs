//! The range of the demo shop: what each thing is, is made of, costs, and in which colours and sizes it comes.

use crate::seed::illustration::{Colour, Object};

/// A colour as the shop names it.
pub type Named = (&'static str, Colour);

const CHALK: Named = ("Chalk", 0x00EE_E8DC);
const OAT: Named = ("Oat", 0x00D8_C6A8);
const CLAY: Named = ("Clay", 0x00B8_694A);
const MOSS: Named = ("Moss", 0x006E_7750);
const SAGE: Named = ("Sage", 0x00A3_AE95);
const INK: Named = ("Ink", 0x0034_4054);
const FOG: Named = ("Fog", 0x00AE_B8B8);
const PLUM: Named = ("Plum", 0x0075_4C5C);
const OCHRE: Named = ("Ochre", 0x00C9_963F);
const ROSE: Named = ("Rose", 0x00D3_A195);
const SKY: Named = ("Sky", 0x008F_AABA);
const OAK: Named = ("Oak", 0x00C8_A06C);
const WALNUT: Named = ("Walnut", 0x0080_5A3E);
const BLACK: Named = ("Black", 0x003A_3836);

/// Category: slug, parent, title, description, and what its picture shows.
pub struct Group {
    pub slug: &'static str,
    pub parent: Option<&'static str>,
    pub title: &'static str,
    pub description: &'static str,
    pub picture: [(Object, Colour); 3],
}

macro_rules! group {
    ($slug:literal, $parent:expr, $title:literal, $description:literal, $(($object:ident, $colour:ident)),*) => {
        Group { slug: $slug, parent: $parent, title: $title, description: $description,
            picture: [$((Object::$object, $colour.1)),*] }
    };
}

pub const GROUPS: &[Group] = &[
    group!(
        "table",
        None,
        "Table",
        "Stoneware, oak and linen for the hours around a meal.",
        (Plates, INK),
        (Carafe, CHALK),
        (Bowl, OCHRE)
    ),
    group!(
        "cups-and-mugs",
        Some("table"),
        "Cups & mugs",
        "Thrown by hand, so no two sit in the palm quite alike.",
        (Mug, CLAY),
        (Cup, MOSS),
        (Mug, CHALK)
    ),
    group!(
        "serving",
        Some("table"),
        "Bowls & serving",
        "Generous pieces that go from the oven to the middle of the table.",
        (Bowl, SAGE),
        (Board, OAK),
        (Tray, WALNUT)
    ),
    group!(
        "living",
        None,
        "Living",
        "Light, wool and quiet objects for the room you come home to.",
        (Vase, ROSE),
        (Candle, SAGE),
        (Tapers, CHALK)
    ),
    group!(
        "lighting",
        Some("living"),
        "Lighting",
        "Warm light, well below eye level.",
        (Lamp, ROSE),
        (Lantern, MOSS),
        (Lamp, INK)
    ),
    group!(
        "textiles",
        Some("living"),
        "Cushions & blankets",
        "Wool and linen woven at small mills in Portugal and Lithuania.",
        (Blanket, PLUM),
        (Cushion, OCHRE),
        (Cushion, SAGE)
    ),
    group!(
        "furniture",
        None,
        "Furniture",
        "Solid wood, plain joints, made to be repaired.",
        (Chair, OAK),
        (SideTable, WALNUT),
        (Stool, MOSS)
    ),
    group!(
        "desk",
        None,
        "Desk",
        "Paper that takes ink well, and a place for everything else.",
        (PenPot, CLAY),
        (Notebook, INK),
        (Basket, OAT)
    ),
    group!("bath", None, "Bath", "Thick cotton, honest soap.", (Towels, SAGE), (Dispenser, BLACK), (Soap, ROSE)),
    group!(
        "garden",
        None,
        "Garden",
        "Tools and vessels that get better outdoors.",
        (WateringCan, MOSS),
        (Plant, CLAY),
        (Lantern, BLACK)
    ),
];

/// One product. `price` is in euro cents for the first size; the others add to it.
pub struct Item {
    pub group: &'static str,
    pub title: &'static str,
    pub object: Object,
    pub price: i64,
    /// Price before the reduction, euro cents; 0 when there is none.
    pub was: i64,
    pub grams: i64,
    pub colours: &'static [Named],
    /// Name and what it costs more, euro cents.
    pub sizes: &'static [(&'static str, i64)],
    pub story: &'static str,
    pub facts: &'static [&'static str],
}

macro_rules! items {
    ($($group:literal: $title:literal, $object:ident, $price:literal ($was:literal), $grams:literal g,
       [$($colour:ident),*], [$(($size:literal, $more:literal)),*], $story:literal, [$($fact:literal),*];)*) => {
        pub const ITEMS: &[Item] = &[$(Item {
            group: $group, title: $title, object: Object::$object, price: $price, was: $was, grams: $grams,
            colours: &[$($colour),*], sizes: &[$(($size, $more)),*], story: $story, facts: &[$($fact),*],
        }),*];
    };
}

items! {
    "cups-and-mugs": "Morning Mug", Mug, 2400 (0), 380 g, [CLAY, CHALK, INK, SAGE], [], "A mug with a wide handle and a rim thin enough to drink from slowly. The foot is left bare, so you can feel the clay it came from.", ["Stoneware, food-safe matt glaze", "Holds 350 ml; 9.5 cm tall", "Dishwasher and microwave safe"];
    "cups-and-mugs": "Porridge Mug", Mug, 2800 (0), 460 g, [OAT, MOSS], [], "Halfway to a bowl: deep enough for soup, with a handle that keeps your fingers off the heat.", ["Stoneware, satin glaze", "Holds 480 ml; 10 cm tall", "Dishwasher safe"];
    "cups-and-mugs": "Slow Coffee Cup", Cup, 1950 (0), 240 g, [MOSS, CHALK, OCHRE], [], "No handle, thick walls. You wait until it is cool enough to hold, and by then it is cool enough to drink.", ["Stoneware, reactive glaze", "Holds 220 ml; 7.5 cm tall", "Dishwasher safe"];
    "cups-and-mugs": "Espresso Pair", Cup, 2600 (3200), 260 g, [INK, ROSE], [], "Two small cups, glazed on the same day in the same kiln, so that they stay a pair.", ["Set of two", "Each holds 80 ml; 6 cm tall", "Warm them first: the walls keep the heat"];
    "cups-and-mugs": "Tea Bowl", Cup, 2200 (0), 230 g, [SAGE, CHALK], [], "Rounded to sit in both hands. The glaze pools a little darker at the bottom, where the leaves gather.", ["Stoneware", "Holds 260 ml", "Wash by hand to keep the lustre"];
    "cups-and-mugs": "Studio Mug, Tall", Mug, 2700 (0), 420 g, [SKY, BLACK], [], "Straight sides, a square shoulder, room for a proper brew. Made for the end of a long bench.", ["Stoneware, matt outside, gloss inside", "Holds 420 ml; 11 cm tall"];
    "serving": "Everyday Bowl", Bowl, 2900 (0), 620 g, [CHALK, SAGE, OCHRE], [("18 cm", 0), ("24 cm", 1300)], "The bowl that ends up at the front of the cupboard. Wide enough for salad, deep enough for noodles.", ["Stoneware, food-safe glaze", "Stacks without scratching", "Dishwasher and oven safe to 220 °C"];
    "serving": "Fruit Bowl on a Foot", Bowl, 5400 (0), 1250 g, [ROSE, INK], [], "Raised a little, so that three lemons look like a still life.", ["Stoneware", "30 cm across, 13 cm tall", "Felt under the foot"];
    "serving": "Dinner Plates, Set of Four", Plates, 7200 (8800), 2600 g, [INK, CHALK, FOG], [], "Flat in the middle, with a lip that catches the sauce. Four to a box, wrapped in paper.", ["Stoneware", "27 cm across", "Dishwasher and microwave safe"];
    "serving": "Side Plates, Set of Four", Plates, 4800 (0), 1500 g, [CLAY, SAGE], [], "For bread, for cake, for the olive stones. The smaller half of a good table.", ["Stoneware", "19 cm across", "Dishwasher safe"];
    "serving": "Water Carafe", Carafe, 4600 (0), 980 g, [CHALK, SKY], [], "A jug that pours without a drip, because the potter spent a winter on the lip.", ["Stoneware", "Holds 1.2 l; 26 cm tall", "Dishwasher safe"];
    "serving": "Milk Jug", Carafe, 2600 (0), 410 g, [OCHRE, ROSE, CHALK], [], "The carafe's little sister. Milk in the morning, dressing at noon, one peony in the evening.", ["Stoneware", "Holds 350 ml; 14 cm tall"];
    "serving": "Bread Board", Board, 3900 (0), 1100 g, [OAK, WALNUT], [("Small", 0), ("Large", 1800)], "One piece of wood, oiled four times. Knife marks are welcome; they are what it is for.", ["Solid European hardwood", "Small 34 × 19 cm, large 46 × 24 cm", "Wipe clean and oil twice a year"];
    "serving": "Cheese Board, Round Shoulder", Board, 4400 (0), 1250 g, [WALNUT, OAK], [], "Broad enough for three cheeses and the conversation about which one is best.", ["Solid hardwood", "42 × 22 cm", "Hangs from its own handle"];
    "serving": "Breakfast Tray", Tray, 5800 (0), 900 g, [OAK, WALNUT, BLACK], [], "Turned from a single plank, with a rim you can get your fingers under. Carries breakfast for two up one flight of stairs.", ["Ash plywood core, veneered", "42 cm across", "Heat resistant to 80 °C"];
    "table": "Linen Napkins, Set of Five", Napkins, 3600 (0), 420 g, [SAGE, OAT, CLAY, INK], [], "Washed until they fold like an old shirt. No ironing is expected of anybody.", ["100 % European linen, 185 g/m²", "45 × 45 cm", "Machine wash at 60 °C"];
    "table": "Tea Towels, Set of Three", Napkins, 2700 (0), 310 g, [CHALK, SKY], [], "Linen and cotton, half and half: it dries glasses without leaving a trace of itself.", ["52 % linen, 48 % cotton", "50 × 70 cm", "With a loop to hang them by"];
    "table": "Workshop Apron", Apron, 4900 (0), 460 g, [CLAY, INK, MOSS], [], "Two deep pockets and ties long enough to meet in front. It has been through flour, glaze and motor oil.", ["Washed cotton canvas, 320 g/m²", "One size, 85 cm long", "Machine wash at 40 °C"];
    "table": "Market Tote", Tote, 2900 (0), 380 g, [ROSE, OAT, MOSS], [], "Holds a week of vegetables and stands up by itself while you look for the keys.", ["Organic cotton canvas", "42 × 40 × 14 cm", "Carries 15 kg"];
    "table": "Pillar Vase for the Table", Vase, 3400 (0), 520 g, [SAGE, CHALK], [], "Low enough to see each other over. A narrow neck holds five stems where you put them.", ["Stoneware", "16 cm tall", "Watertight"];
    "living": "Bellied Vase", Vase, 5200 (0), 1150 g, [OCHRE, CHALK, INK], [], "A generous belly and a small mouth: a single branch looks deliberate in it.", ["Stoneware, glazed inside and out", "28 cm tall", "Watertight"];
    "living": "Branch Vase, Tall", Vase, 7800 (9600), 2100 g, [ROSE, MOSS], [], "For cherry in spring, beech in autumn, and nothing at all in between.", ["Stoneware", "38 cm tall", "Heavy foot, hard to knock over"];
    "living": "Candle, Fig Leaf", Candle, 3200 (0), 540 g, [MOSS], [], "Green, a little milky, like the tree by the wall in August.", ["Rapeseed and coconut wax", "Burns about 50 hours", "The jar is a cup afterwards"];
    "living": "Candle, Cedar & Smoke", Candle, 3200 (0), 540 g, [INK], [], "A cold evening, and somebody two houses away has lit a stove.", ["Rapeseed and coconut wax", "Burns about 50 hours", "Cotton wick"];
    "living": "Candle, Orange Blossom", Candle, 3200 (0), 540 g, [OCHRE], [], "Bright for the first minute, then quiet. Our most given candle.", ["Rapeseed and coconut wax", "Burns about 50 hours", "Cotton wick"];
    "living": "Taper Candles, Trio with Holders", Tapers, 4200 (0), 690 g, [CHALK, CLAY, SAGE], [], "Three heights of brass and three dipped tapers that burn straight and hardly drip.", ["Solid brass holders", "Tapers 20, 25 and 30 cm", "Each burns about 8 hours"];
    "living": "Storage Basket", Basket, 4500 (0), 950 g, [OAT, INK], [("Medium", 0), ("Large", 1700)], "Coiled and stitched by hand. It takes blankets, toys or firewood and never looks like storage.", ["Seagrass and cotton", "Medium 34 cm, large 44 cm across", "Wipe with a dry cloth"];
    "living": "Wall Clock", Clock, 8900 (0), 1300 g, [OAK, BLACK, ROSE], [], "No seconds to hear. The hands sweep, and the room stays quiet.", ["Solid wood rim, silent movement", "30 cm across", "One AA battery, not included"];
    "living": "Arch Mirror", Mirror, 16900 (0), 6400 g, [OAK, BLACK], [], "A window where there is none. Hang it across from a real one.", ["5 mm silvered glass, wood frame", "52 × 74 cm", "Fixings included"];
    "living": "Round-Top Hall Mirror", Mirror, 22900 (26900), 9200 g, [WALNUT, OCHRE], [], "Tall enough to check a hem, slim enough for a corridor.", ["5 mm silvered glass", "48 × 120 cm", "Stands or hangs"];
    "living": "Fiddle Plant in a Pot", Plant, 4900 (0), 3200 g, [SAGE, CLAY], [], "Grown slowly in Friesland, potted in our own stoneware, and very forgiving.", ["Plant about 45 cm tall", "Pot 14 cm across", "Bright shade, water once a week"];
    "lighting": "Pebble Table Lamp", Lamp, 12900 (0), 2300 g, [ROSE, CHALK, INK], [], "A stoneware base like something found on a beach, under a pleated shade that turns light into evening.", ["Stoneware, cotton shade", "46 cm tall", "E27, up to 8 W LED; bulb included"];
    "lighting": "Bedside Lamp", Lamp, 8900 (0), 1500 g, [SAGE, OCHRE], [], "Small, dimmable, and aimed at the page rather than at whoever is asleep.", ["Stoneware, linen shade", "34 cm tall", "Touch dimmer; E14 bulb included"];
    "lighting": "Dome Pendant", Pendant, 14900 (17900), 2100 g, [CLAY, BLACK, CHALK], [], "A spun-steel dome that keeps its light on the table, where the food is.", ["Spun steel, brass fitting", "36 cm across, 2 m cord", "E27, up to 12 W LED"];
    "lighting": "Kitchen Pendant, Small", Pendant, 9900 (0), 1300 g, [OCHRE, SAGE], [], "Hang one over the sink or three over the counter.", ["Spun steel", "24 cm across, 1.5 m cord", "E27, up to 8 W LED"];
    "lighting": "Storm Lantern", Lantern, 6900 (0), 1900 g, [MOSS, BLACK], [], "For the steps, the table under the tree, and every power cut.", ["Powder-coated steel, glass", "38 cm tall", "For pillar candles up to 8 cm"];
    "textiles": "Striped Cushion", Cushion, 4900 (0), 780 g, [CLAY, SAGE, INK], [("45 cm", 0), ("60 cm", 1600)], "Woven stripes rather than printed ones, so that the back is as good as the front.", ["Cover 100 % linen", "Filled with feathers, 45 × 45 or 60 × 60 cm", "Machine wash at 30 °C"];
    "textiles": "Window Check Cushion", Cushion, 5400 (0), 780 g, [OCHRE, FOG], [], "A wide check, the size of a window pane. It makes plain sofas look thought about.", ["Wool and cotton", "50 × 50 cm", "Concealed zip"];
    "textiles": "Arc Cushion", Cushion, 5200 (6500), 760 g, [ROSE, PLUM, MOSS], [], "Half circles, row over row, like tiles on a village church.", ["Cotton jacquard", "45 × 45 cm", "Machine wash at 30 °C"];
    "textiles": "Plain Linen Cushion", Cushion, 4200 (0), 740 g, [OAT, CHALK, SKY, BLACK], [], "The one that lets the others be interesting.", ["100 % washed linen", "50 × 50 cm", "Machine wash at 40 °C"];
    "textiles": "Harbour Blanket", Blanket, 13900 (0), 1400 g, [INK, OAT], [("130 × 180 cm", 0), ("180 × 220 cm", 6000)], "Lambswool, brushed once and fringed by hand. It was designed for a ferry deck in April.", ["100 % lambswool", "Woven in Portugal", "Air it; wash by hand when you must"];
    "textiles": "Sofa Throw", Blanket, 8900 (10900), 980 g, [ROSE, SAGE, OCHRE], [], "Light enough for summer, long enough for two pairs of feet.", ["Cotton and recycled wool", "130 × 170 cm", "Machine wash at 30 °C"];
    "textiles": "Baby Blanket", Blanket, 5900 (0), 420 g, [CHALK, SKY], [], "Merino that does not scratch, in a size that outlasts the pram.", ["100 % merino", "80 × 100 cm", "Machine wash, wool cycle"];
    "furniture": "Spindle Chair", Chair, 24900 (0), 5200 g, [OAK, MOSS, BLACK], [], "Six spindles, one curved rail, no screws. It rocks on nobody and creaks for nobody.", ["Solid oak or stained beech", "Seat height 45 cm", "Assembled"];
    "furniture": "Kitchen Chair, Pair", Chair, 42900 (48900), 9800 g, [SAGE, CHALK], [], "Two painted chairs that look as if they had always lived in your kitchen.", ["Solid beech, water-based paint", "Seat height 45 cm", "Assembled"];
    "furniture": "Three-Leg Stool", Stool, 9900 (0), 3100 g, [OAK, CLAY, INK], [], "Three legs stand on any floor. A seat, a bedside table, a step to the top shelf.", ["Solid oak", "46 cm tall, seat 32 cm across", "Carries 130 kg"];
    "furniture": "Counter Stool", Stool, 14900 (0), 4200 g, [WALNUT, OAK], [], "The right height for a kitchen island, with a rung where your feet expect it.", ["Solid hardwood", "65 cm tall", "Carries 130 kg"];
    "furniture": "Round Side Table", SideTable, 18900 (0), 6100 g, [OAK, WALNUT, INK], [("45 cm", 0), ("60 cm", 7000)], "A lamp, a book and a cup: that is the whole brief, and it has just the space.", ["Solid wood, oiled", "50 cm tall", "Legs screw in by hand"];
    "furniture": "Hall Bench", Bench, 28900 (0), 11500 g, [OAK, BLACK], [], "Somewhere to sit while you tie your shoes. Slatted, so that wet coats may drip.", ["Solid oak", "110 × 34 cm, 45 cm tall", "Assembled"];
    "desk": "Field Notebook", Notebook, 1600 (0), 260 g, [INK, CLAY, MOSS], [("Plain", 0), ("Ruled", 0), ("Dotted", 0)], "Opens flat on the first page and on the last. The paper takes a fountain pen without complaint.", ["160 pages, 100 g/m² paper", "14 × 20 cm, thread-sewn", "Elastic band and label"];
    "desk": "Project Notebook, Large", Notebook, 2400 (0), 480 g, [PLUM, SAGE], [], "For floor plans, first drafts and long division.", ["192 pages, 100 g/m² paper", "19 × 25 cm, thread-sewn", "Ribbon marker"];
    "desk": "Drawing Pencils, Five", Pencils, 1450 (0), 60 g, [OCHRE, SKY], [], "From 2H to 4B, in cedar that sharpens to a long clean curl.", ["Californian cedar", "2H, HB, B, 2B, 4B", "Made in Nuremberg"];
    "desk": "Pen Pot", PenPot, 2600 (0), 520 g, [MOSS, CHALK, CLAY], [], "Heavy enough to stay put when you fish for the one pen that works.", ["Stoneware, cork underneath", "11 cm tall", "Comes with four pencils"];
    "desk": "Landscape Cards, Set of Three", Cards, 1200 (0), 70 g, [SAGE, INK, ROSE], [], "Hills at three times of day, printed in three colours each, blank inside for what you want to say.", ["Risograph on 300 g/m² card", "With recycled envelopes", "A6"];
    "desk": "Desk Basket", Basket, 2800 (0), 360 g, [OAT, SAGE], [], "Cables, post, a scarf. What is in the basket is tidy by definition.", ["Seagrass", "22 cm across", "Made in Vietnam by a cooperative"];
    "bath": "Waffle Towels, Set of Four", Towels, 6900 (0), 1500 g, [SAGE, OCHRE, FOG], [], "Thin when you buy them, thick after the third wash. They dry you, and then they dry.", ["100 % organic cotton", "Two 50 × 90 cm, two 70 × 140 cm", "Machine wash at 60 °C"];
    "bath": "Bath Sheets, Set of Four", Towels, 11900 (13900), 2900 g, [SKY, ROSE], [], "A towel you can disappear in.", ["100 % organic cotton, 600 g/m²", "100 × 160 cm", "Machine wash at 60 °C"];
    "bath": "Hand Soap, Bergamot", Dispenser, 2200 (0), 620 g, [CLAY], [], "Olive-oil soap that leaves hands clean and nothing else. The bottle is made to be refilled.", ["400 ml", "Glass bottle, brass-coloured pump", "Made in Marseille"];
    "bath": "Hand Lotion, Cedar", Dispenser, 2600 (0), 620 g, [BLACK], [], "Sinks in before the kettle boils.", ["400 ml", "Shea and almond oil", "Refill pouch available"];
    "bath": "Soap Bar and Dish", Soap, 1900 (0), 480 g, [ROSE, SAGE, OCHRE], [], "A round of soap that fits the hand, on a dish that lets it dry between washes.", ["140 g bar, stoneware dish", "Cold-pressed, cured for six weeks"];
    "garden": "Watering Can", WateringCan, 5400 (0), 1200 g, [MOSS, ROSE, INK], [("3 l", 0), ("7 l", 2100)], "A long spout for the back of the bed, and a rose that rains rather than pours.", ["Galvanised steel, powder-coated", "Removable rose", "Made in Birmingham"];
    "garden": "Terrace Pot", Plant, 3900 (0), 2800 g, [CLAY, CHALK], [], "Frost-proof, with a hole in the bottom and a saucer underneath, as a pot should be.", ["Frost-proof stoneware", "22 cm across", "The plant in it is yours too"];
    "garden": "Trowel and Fork", Tools, 4400 (0), 720 g, [WALNUT, OAK], [], "Forged in one piece, so that the neck never bends. Your grandchildren will argue over them.", ["Carbon steel, ash handles", "30 cm long", "Leather loops"];
    "garden": "Garden Bench", Bench, 34900 (39900), 16800 g, [WALNUT, SAGE], [], "Four slats and two legs, for the last half hour of sun.", ["Oiled acacia", "150 × 38 cm", "Weathers to silver if you let it"];
    "garden": "Garden Lantern, Large", Lantern, 9900 (0), 3400 g, [CLAY, FOG], [], "Sits on the wall, swings from the pear tree, minds neither wind nor rain.", ["Powder-coated steel, glass", "52 cm tall", "For pillar candles up to 10 cm"];
    "garden": "Harvest Tote", Tote, 3400 (0), 520 g, [OCHRE, SKY], [], "Waxed on the inside. Beans, windfalls and wet gloves all travel in it.", ["Waxed cotton canvas", "45 × 42 × 18 cm", "Rinse with a hose"];
}
