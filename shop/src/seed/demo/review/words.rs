//! What people say about the things in the demo shop: sentences by kind of thing, to be put together.

use crate::seed::illustration::Object;

/// What is said about one kind of thing. Each sentence stands by itself.
pub struct Words {
    /// Four and five stars: a heading with what fits under it.
    pub praise: &'static [(&'static str, &'static str)],
    /// Goes behind praise.
    pub detail: &'static [&'static str],
    /// Two and three stars.
    pub doubt: &'static [(&'static str, &'static str)],
}

pub const NAMES: &[&str] = &[
    "Anna",
    "Marek",
    "Priya",
    "Jonas",
    "Elif",
    "Tom H.",
    "Clara",
    "Noor",
    "Hannah W.",
    "Luca",
    "Sofia",
    "Ben",
    "Ingrid",
    "Yusuf",
    "Martha",
    "Pieter",
    "Aoife",
    "Daniel K.",
    "Freya",
    "Mateo",
    "Rosa",
    "Emil",
    "Katrin",
    "Sam",
    "Lotte",
    "Oskar",
    "Beatriz",
    "Henry",
    "Mina",
    "Paul V.",
    "Giulia",
    "Theo",
    "Agnes",
    "Ravi",
    "Johanna",
    "Nils",
    "Camille",
    "Eva",
    "George",
    "Zofia",
    "Amir",
    "Linnea",
    "Victor",
    "Maud",
    "Ruth",
    "Stefan",
    "Iris",
    "Hugo",
    "Tilda",
    "Conor",
];

/// Goes behind anything good, or not.
pub const LAST: &[&str] = &[
    "Would buy it again.",
    "It came well packed.",
    "Delivery took three days.",
    "A present that went down well.",
    "I have already told two friends.",
    "Looks just like the pictures.",
    "Worth the money.",
    "Very happy with it.",
    "The colour is a touch warmer than on my screen, and I like it.",
    "No complaints.",
    "Nothing to add.",
    "I was not sure about the price. Now I am.",
];

pub const CUPS: Words = Words {
    praise: &[
        ("My cup now", "I own a cupboard of mugs and have used no other since it came."),
        ("Sits well in the hand", "The shape is simple and exactly right; it is a pleasure to pick up."),
        ("Keeps coffee warm", "Thick enough to keep a coffee warm through one long phone call."),
        ("Lovely glaze", "The glaze has small speckles that you only see in the morning light."),
        ("Bought one, came back for more", "I ordered a single one to try. There are four on the shelf now."),
        ("Quietly beautiful", "Nothing about it shouts, and guests still ask where it is from."),
    ],
    detail: &[
        "It has been through the dishwasher some fifty times and looks new.",
        "The foot is smooth and does not scratch the table.",
        "It is lighter than I expected.",
        "Each one is a little different, which I like.",
        "The rim is thin, so it is nice to drink from.",
        "My husband keeps stealing it.",
    ],
    doubt: &[
        (
            "Nice, but smaller than I thought",
            "Well made, but it holds less than I had pictured. Check the size before you order.",
        ),
        ("The colour differs", "A good cup. The two that I got are clearly not the same shade, though."),
        ("A rough spot", "Pretty, but there was a rough spot under the foot that I had to sand down."),
    ],
};

pub const DISHES: Words = Words {
    praise: &[
        ("Always on the table", "We use it every single day, and it makes plain food look good."),
        ("Solid and simple", "A reassuring weight and a glaze that takes cutlery without grey marks."),
        (
            "Even nicer than the pictures",
            "The glaze is deeper than it looks here, with a soft edge where the clay shows.",
        ),
        ("Survives our family", "Two children, one dishwasher, a year of dinners, and not one chip."),
        ("Just the right size", "Generous without taking over the cupboard."),
        ("A joy to serve from", "It went from the kitchen to the table for twelve people and everybody noticed it."),
    ],
    detail: &[
        "It stacks neatly.",
        "It cleans up in seconds.",
        "Each piece is a little different, as it should be.",
        "It keeps food warm for a good while.",
        "The base is smooth and kind to the table.",
        "We will add to the set.",
    ],
    doubt: &[
        ("Heavy", "It looks wonderful but weighs a lot. Not one to hold in one hand for long."),
        ("Marks a little", "Handsome, but knives leave fine grey lines that need a scrub."),
        ("One was chipped", "One arrived with a chip. The shop replaced it at once; still a nuisance."),
    ],
};

pub const JUGS: Words = Words {
    praise: &[
        ("Pours without a drip", "I did not believe it either. Not one drop on the cloth so far."),
        ("Always in use", "Water at noon, wine in the evening, tulips at the weekend."),
        ("Good handle", "It is easy to hold even when it is full, which is rarer than one would think."),
        ("Lovely glaze", "The glaze runs a little darker at the lip. I look at it every time."),
    ],
    detail: &[
        "A brush gets to the bottom.",
        "It fits the door of the fridge.",
        "It looks good on its own, too.",
        "It stands firmly.",
    ],
    doubt: &[("Heavy when full", "Beautiful, but with cold hands and a full load it is a lot to lift.")],
};

pub const TRAYS: Words = Words {
    praise: &[
        ("Breakfast in bed", "It has made Sunday what it should be."),
        ("A rim one can hold", "Fingers go under it without tipping anything. A small thing, done right."),
        ("Stays out", "It lives on the sofa table and collects whatever lies about."),
    ],
    detail: &["It is light and does not bend.", "Cups do not slide on it.", "It wipes clean easily."],
    doubt: &[("A little slippery", "Pretty, but I put a cloth on it when I carry glasses.")],
};

pub const BOARDS: Words = Words {
    praise: &[
        ("Handsome piece of wood", "The grain is beautiful and the edges are rounded just enough."),
        ("Used every day", "Bread in the morning, cheese in the evening. It only gets better."),
        ("Properly made", "No wobble, no glue lines, no rough end. You can tell that somebody cared."),
        ("Stays out on the counter", "Too good for the cupboard, so it leans against the wall."),
        ("Oiled and ready", "It came oiled and smelled faintly of nuts. We used it the same evening."),
    ],
    detail: &[
        "It has not warped at all.",
        "A little oil now and then and it looks new.",
        "It is heavy enough to stay where it is.",
        "The wood is darker than in the pictures, which suits us.",
        "It wipes clean easily.",
    ],
    doubt: &[
        ("Needs care", "Beautiful, but it does need oil, and water drops leave marks if you are slow."),
        ("Smaller than expected", "Good quality, but I should have measured. It is small for a whole loaf."),
    ],
};

pub const CLOTH: Words = Words {
    praise: &[
        ("Better with every wash", "Stiff for a day, soft ever since. The colour has not moved."),
        ("Good cloth", "You feel the weight of it at once. The seams are straight and double."),
        ("No ironing needed", "It comes off the line looking as it should: a bit crumpled, in a good way."),
        ("Just what we needed", "Plain, sturdy and in a colour that goes with everything we have."),
        ("A table that looks dressed", "With these on it even bread and butter looks like an occasion."),
    ],
    detail: &[
        "Tomato sauce came out at sixty degrees.",
        "It dries overnight.",
        "The colour is calm and even.",
        "They are a good size.",
        "The stitching has held up well.",
    ],
    doubt: &[
        ("Shrank a little", "Lovely cloth, but it lost two or three centimetres in the first wash."),
        ("Sheds at first", "It left fluff on everything until the third wash. Fine since then."),
    ],
};

pub const BAGS: Words = Words {
    praise: &[
        ("Use it every day", "I bought it to use it, and I do; it still looks good enough to leave out."),
        ("Good, strong canvas", "You feel at once that this will last. The seams are doubled where it matters."),
        ("Pockets that make sense", "Somebody has thought about where hands go. Everything is where I look for it."),
        ("Gets better with time", "Stiff in the first week, and now it fits as if it had always been mine."),
        ("Compliments from strangers", "Two people have stopped me to ask where it is from."),
    ],
    detail: &[
        "The colour has not faded.",
        "It carries more than one would think.",
        "Marks wipe off easily.",
        "The straps are wide enough not to cut.",
    ],
    doubt: &[
        ("Stiff", "Well sewn, but very stiff at first. Give it a month."),
        ("Long for me", "Good quality, but made for somebody taller than I am."),
    ],
};

pub const VASES: Words = Words {
    praise: &[
        ("Good with one branch", "You need hardly any flowers; it does half the work by itself."),
        ("Calm shape", "The curve is lovely from every side, so it stands in the middle of the room."),
        ("Does not tip over", "Heavy at the bottom. Our cat has tried."),
        ("Makes a corner", "An empty corner of the hall looks finished now."),
        (
            "Even nicer in real life",
            "The surface is matt and a little uneven, and pictures do not show how good that looks.",
        ),
    ],
    detail: &[
        "It is watertight; there are no rings on the wood.",
        "The opening is just right for five stems.",
        "It is easy to clean with a brush.",
        "It looks good empty, too.",
        "The colour changes with the light.",
    ],
    doubt: &[
        ("Narrow neck", "Pretty, but the neck is narrower than I thought. Peonies do not fit."),
        ("A bit plain for me", "Well made, but in our room it disappears. I should have taken the stronger colour."),
    ],
};

pub const CANDLES: Words = Words {
    praise: &[
        ("Burns evenly", "It burns quietly and evenly to the last centimetre, with no soot at all."),
        ("A pleasant light", "A small thing that makes a Tuesday evening feel like a Friday."),
        ("Beautiful object", "Even unlit it looks good on the table."),
        ("My standard present", "I have given it away three times and kept the fourth."),
        ("Lasts and lasts", "We light it nearly every evening, and there is still plenty left."),
    ],
    detail: &[
        "It does not drip.",
        "The flame is steady, even near the window.",
        "It does not give anybody a headache.",
        "The finish is neat all round.",
        "I will order it again before winter.",
    ],
    doubt: &[
        (
            "Subtle",
            "Nice to look at, but it is more restrained than I had hoped. In a large room one hardly notices it.",
        ),
        ("A little dear", "It is good, but it is gone sooner than I would like at this price."),
    ],
};

pub const BASKETS: Words = Words {
    praise: &[
        ("Tidy at last", "Everything that lay about is in it now, and it looks as if we had planned it."),
        ("Sturdy", "It keeps its shape when it is empty and when it is far too full."),
        ("Neat work", "The coils are tight and even, and there are no loose ends."),
        ("Prettier than plastic", "It took the place of two plastic boxes and looks better than both."),
    ],
    detail: &[
        "It smelled of hay for a day, which was rather nice.",
        "It is light enough to move with one hand.",
        "The size given here is right.",
        "It does not shed.",
    ],
    doubt: &[
        ("A bit soft", "Pretty, but the sides lean when it is half full."),
        ("Smelled at first", "A strong smell of grass for the first week. It is gone now."),
    ],
};

pub const WALLS: Words = Words {
    praise: &[
        ("Makes the room", "We had the wall empty for two years. This was worth the wait."),
        ("Beautifully finished", "The frame is smooth, and the joints are so good that I had to look for them."),
        ("Easy to hang", "Two screws and a spirit level, ten minutes in all."),
        ("Silent and simple", "It hangs there, does what it should, and makes no fuss."),
    ],
    detail: &[
        "It came in a very solid box.",
        "The wood is warmer than in the pictures.",
        "Everything needed was included.",
        "Visitors notice it at once.",
    ],
    doubt: &[
        ("Good, but the fixings", "It looks great. The screws were too short for our old wall, so I bought others."),
        ("Heavier than expected", "Fine quality, but you want two people and a good wall."),
    ],
};

pub const LAMPS: Words = Words {
    praise: &[
        ("Warm, kind light", "It gives the sort of light that makes everybody look rested."),
        ("Better than the expensive one", "It replaced a lamp that cost three times as much, and nobody misses that."),
        ("Solid", "Nothing rattles and nothing wobbles, and the finish is even."),
        ("Reads well by", "We read by it every night. It lights the page and not the whole room."),
        (
            "Good when it is off, too",
            "By day it is a quiet object on the shelf, by night it is the best corner of the flat.",
        ),
    ],
    detail: &[
        "The size is just right for our room.",
        "The surface hides fingerprints.",
        "The shade sits straight.",
        "The cable is long enough for once.",
        "The bulb that came with it is well chosen.",
    ],
    doubt: &[
        ("Not very bright", "Lovely as a second light. As the only one in a room it is too dim for us."),
        ("Switch on the cable", "A fine lamp, but I have to reach behind the sofa to switch it off."),
    ],
};

pub const PENDANTS: Words = Words {
    praise: &[
        ("Exactly above the table", "No glare, no shadows on the plates, and it looks good switched off."),
        ("Made our kitchen", "We hung two of them, and the room finally has a middle."),
        ("Solid metal", "One feels the weight of it. Nothing is bent, and the paint is even to the edge."),
        ("Light where the food is", "It keeps the light on the table, and everybody's face looks good."),
    ],
    detail: &[
        "It was up in twenty minutes.",
        "It hangs perfectly straight.",
        "The inside is bright, which helps.",
        "The instructions were clear.",
    ],
    doubt: &[(
        "Short cord",
        "A fine lamp, but our ceilings are high, and I would have liked it to reach further down.",
    )],
};

pub const LANTERNS: Words = Words {
    praise: &[
        ("Storm-proof", "It stood outside in a proper wind, and the candle burned on as if nothing were the matter."),
        ("Every evening outside", "We sit outside twice as long since we have it."),
        ("Solid glass and steel", "It is heavy, in a good way, and the door closes with a click."),
    ],
    detail: &["It is easy to clean inside.", "There is no rust so far.", "A thick candle fits with room to spare."],
    doubt: &[("Gets hot", "Good-looking, but the handle gets hot. Let it cool before you carry it.")],
};

pub const OUTDOORS: Words = Words {
    praise: &[
        ("Has been out all winter", "Rain, frost, a storm in March. It looks a little better for it."),
        ("Right for our small terrace", "It gives the place an order that it did not have before."),
        ("Heavy, and that is good", "The wind has not moved it by a finger's width."),
        ("Ages well", "I like it more now, with a little weather on it, than on the day it came."),
    ],
    detail: &[
        "The finish is very good for something that lives outdoors.",
        "The neighbours have asked about it.",
        "It came in one piece, well padded.",
    ],
    doubt: &[("Heavy to move", "It looks good, but choose the place before you put it down. It takes two of us.")],
};

pub const SOFT: Words = Words {
    praise: &[
        ("So soft", "The whole family fights over it, and the dog has joined in."),
        ("Fine weave", "You can see the work in it. The back is as good as the front."),
        ("The sofa looks new", "Our sofa is twelve years old. It does not look it any more."),
        ("Warm without weight", "Just what I want on an evening when the heating is not on yet."),
        ("The colour is perfect", "Muted, but alive. It goes with wood, with white, with everything."),
    ],
    detail: &[
        "It washed well.",
        "It has not pilled in half a year.",
        "The seams are neat inside as well.",
        "It is bigger than it looks here.",
        "It does not scratch.",
    ],
    doubt: &[
        ("Sheds at first", "Very pretty, but my black trousers show where I have sat. It gets less with time."),
        ("Paler than here", "Good wool, good work, but the colour is paler than in the pictures."),
    ],
};

pub const SEATS: Words = Words {
    praise: &[
        ("Furniture as it should be", "Solid wood, clean joints, nothing that creaks. We will have it for decades."),
        ("Goes everywhere", "It was meant for the hall and has stood in four rooms since. It fits in all of them."),
        ("Beautiful from every side", "Even the underside is finished. That tells you everything."),
        ("Steady on an old floor", "Our floor is anything but level, and it still stands without a wobble."),
        ("Worth waiting for", "It took a week to arrive, and I forgave that within a minute."),
    ],
    detail: &[
        "It came with nothing left to assemble.",
        "The surface is smooth and does not mark easily.",
        "The proportions are just right.",
        "It is light enough to move by oneself.",
        "It smells of wood and oil, not of varnish.",
    ],
    doubt: &[
        (
            "Good, with a scratch",
            "Very nice piece, but there was a scratch on the edge. I oiled it and it is hardly visible.",
        ),
        ("Lower than I thought", "Well made, but measure first. It is lower than what we had before."),
    ],
};

pub const PAPER: Words = Words {
    praise: &[
        ("Good paper", "No bleeding, no feathering, and it is a pleasure to write on."),
        ("On my third", "I keep coming back. The quality has been the same every time."),
        ("Small luxury", "One does not need it, and then one does not want to be without it."),
        ("Neatly made", "Everything about it is straight, clean and thought through."),
    ],
    detail: &[
        "It survives life at the bottom of my bag.",
        "The colours are soft and match each other.",
        "It made a good present, too.",
        "Pen and pencil both look good on it.",
    ],
    doubt: &[
        ("Fine, but dear", "Nothing wrong with it. It is just a lot of money for what one gets."),
        ("A bent corner", "Good quality, but the envelope was thin and one corner arrived bent."),
    ],
};

pub const PENCILS: Words = Words {
    praise: &[
        ("Sharpen beautifully", "One long curl, no broken leads. My old ones have gone to the children."),
        ("A soft, dark line", "The 4B is as black as one could wish, and the HB does the rest."),
        ("Worth the difference", "One notices after two minutes why these cost more."),
    ],
    detail: &["They smell of cedar.", "The sleeve they come in is worth keeping.", "The paint does not chip."],
    doubt: &[("Only five", "Very good pencils. I would have liked a 6B among them.")],
};

pub const POTS: Words = Words {
    praise: &[
        ("Stays where it is", "Heavy enough not to fall over and small enough not to be in the way."),
        ("Lovely object", "Something so simple should not please me this much every day."),
        ("Well fired", "It rings when you tap it, and there is not one flaw in the glaze."),
        ("Just the right size", "It holds what it should and leaves the rest of the space alone."),
    ],
    detail: &[
        "The underside does not scratch.",
        "The colour is even and calm.",
        "It wipes clean.",
        "It looks more expensive than it was.",
    ],
    doubt: &[("A little small", "Nice, but it filled up at once. I would buy a bigger one if there were one.")],
};

pub const PLANTS: Words = Words {
    praise: &[
        ("Arrived in perfect shape", "Packed so well that not one leaf was bent. It has two new ones already."),
        ("Easy to keep alive", "I forget it for a fortnight at a time, and it forgives me."),
        ("The pot is half of it", "A healthy plant in a pot that one would buy by itself."),
    ],
    detail: &["It is taller than I expected.", "It likes our north window.", "The pot has a proper saucer inside."],
    doubt: &[("Lost some leaves", "It dropped three leaves in the first week. It has settled since.")],
};

pub const TOWELS: Words = Words {
    praise: &[
        ("Dry you in seconds", "They take up water at once and are dry themselves by the evening."),
        ("Thick and soft", "Every bit as soft after thirty washes as on the first day."),
        ("Hotel feeling", "Stepping out of the shower has become the best part of the morning."),
    ],
    detail: &[
        "The loops have not pulled.",
        "The colour has stayed as it was.",
        "The edges lie flat.",
        "The set is a sensible mix of sizes.",
    ],
    doubt: &[("Fluff at first", "The first two washes left fluff everywhere. Lovely after that.")],
};

pub const SOAPS: Words = Words {
    praise: &[
        ("Kind to dry hands", "My hands crack every winter. This year they have not."),
        ("Smells like a holiday", "Fresh and discreet, and gone before dinner. That is how it should be."),
        ("Looks good by the basin", "Nice enough to leave out, which I could not say of the one before."),
        ("Lasts for ages", "We have used it for three months, and there is still a third left."),
    ],
    detail: &[
        "A little is enough.",
        "It leaves no film.",
        "My skin agrees with it, and it rarely agrees with anything.",
        "I will order the same again.",
    ],
    doubt: &[("Scent not for me", "Good quality, but the scent is stronger than I like. Smell it first if you can.")],
};

pub const GARDEN: Words = Words {
    praise: &[
        ("A tool for life", "It feels as if it had been made for my hands."),
        ("Well balanced", "It does not tire the wrist, even after a whole row of beds."),
        ("Stays outside", "It has hung by the back door since autumn and is none the worse for it."),
        ("A pleasure to use", "I find reasons to go out and use it, which says enough."),
    ],
    detail: &[
        "There is no rust so far.",
        "The finish is very good for something that lives outdoors.",
        "It is lighter than it looks.",
        "The neighbours have asked about it.",
    ],
    doubt: &[("Good, not perfect", "It does its job well, but the finish scratched within a week.")],
};

/// What is said of a thing, by what it is; whatever lives in the garden is judged by the weather.
pub fn words(object: Object, group: &str) -> &'static Words {
    use Object::{
        Apron, Basket, Bench, Blanket, Board, Bowl, Candle, Carafe, Cards, Chair, Clock, Cup, Cushion, Dispenser, Lamp,
        Lantern, Mirror, Mug, Napkins, Notebook, PenPot, Pencils, Pendant, Plant, Plates, SideTable, Soap, Stool,
        Tapers, Tools, Tote, Towels, Tray, Vase, WateringCan,
    };
    match object {
        Plant | Bench | Lantern if group == "garden" => &OUTDOORS,
        Mug | Cup => &CUPS,
        Bowl | Plates => &DISHES,
        Carafe => &JUGS,
        Board => &BOARDS,
        Tray => &TRAYS,
        Napkins => &CLOTH,
        Apron | Tote => &BAGS,
        Vase => &VASES,
        Candle | Tapers => &CANDLES,
        Basket => &BASKETS,
        Clock | Mirror => &WALLS,
        Lamp => &LAMPS,
        Pendant => &PENDANTS,
        Lantern => &LANTERNS,
        Cushion | Blanket => &SOFT,
        Chair | Stool | SideTable | Bench => &SEATS,
        Notebook | Cards => &PAPER,
        Pencils => &PENCILS,
        PenPot => &POTS,
        Plant => &PLANTS,
        Towels => &TOWELS,
        Soap | Dispenser => &SOAPS,
        Tools | WateringCan => &GARDEN,
    }
}
