//! The things that can be drawn, how large they are and what is worth a closer look.

use super::art::Art;
use super::{Colour, hard, soft, turned};

macro_rules! objects {
    ($($name:ident => $draw:path, $width:literal x $height:literal, ($x:literal, $y:literal), $place:ident;)*) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Object { $($name),* }

        impl Object {
            pub(super) fn draw(self, art: &mut Art, colour: Colour, seed: u64) {
                match self { $(Self::$name => $draw(art, colour, seed)),* }
            }

            /// Width and height in units of the drawing.
            pub(super) fn size(self) -> (f64, f64) {
                match self { $(Self::$name => ($width, $height)),* }
            }

            /// The point a close-up looks at.
            pub(super) fn focus(self) -> (f64, f64) {
                match self { $(Self::$name => ($x, $y)),* }
            }

            pub(super) fn place(self) -> Place {
                match self { $(Self::$name => Place::$place),* }
            }
        }
    };
}

impl Object {
    /// A body with an opening: worth a look from above.
    pub fn stands(self) -> bool {
        use Object::{Basket, Bowl, Candle, Carafe, Cup, Mug, Plates, Tray, Vase};
        matches!(self, Basket | Bowl | Candle | Carafe | Cup | Mug | Plates | Tray | Vase)
    }
}

/// Where an object belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Table,
    Floor,
    Wall,
    /// Lies flat and is seen from above.
    Flat,
}

objects! {
    Mug => turned::mug, 290.0 x 260.0, (20.0, -190.0), Table;
    Cup => turned::cup, 200.0 x 200.0, (0.0, -120.0), Table;
    Bowl => turned::bowl, 400.0 x 200.0, (60.0, -120.0), Table;
    Plates => turned::plates, 440.0 x 180.0, (90.0, -80.0), Table;
    Vase => turned::vase, 300.0 x 540.0, (10.0, -260.0), Table;
    Carafe => turned::carafe, 300.0 x 380.0, (20.0, -270.0), Table;
    Lamp => turned::lamp, 360.0 x 460.0, (30.0, -220.0), Table;
    Pendant => turned::pendant, 420.0 x 560.0, (30.0, -300.0), Wall;
    Candle => turned::candle, 240.0 x 310.0, (0.0, -180.0), Table;
    Tapers => turned::tapers, 380.0 x 480.0, (20.0, -300.0), Table;
    Basket => turned::basket, 390.0 x 330.0, (40.0, -200.0), Floor;
    Tray => turned::tray, 510.0 x 190.0, (60.0, -60.0), Table;
    Plant => turned::plant, 420.0 x 500.0, (20.0, -180.0), Table;
    WateringCan => turned::watering_can, 500.0 x 320.0, (40.0, -170.0), Floor;
    Dispenser => turned::dispenser, 200.0 x 350.0, (0.0, -210.0), Table;
    PenPot => turned::pen_pot, 240.0 x 390.0, (0.0, -210.0), Table;
    Cushion => soft::cushion, 410.0 x 380.0, (-90.0, -270.0), Floor;
    Blanket => soft::blanket, 410.0 x 300.0, (-110.0, -130.0), Table;
    Towels => soft::towels, 370.0 x 340.0, (-90.0, -170.0), Table;
    Napkins => soft::napkins, 340.0 x 220.0, (-80.0, -110.0), Table;
    Tote => soft::tote, 390.0 x 470.0, (-30.0, -260.0), Floor;
    Apron => soft::apron, 460.0 x 560.0, (-30.0, -260.0), Wall;
    Chair => hard::chair, 380.0 x 550.0, (60.0, -330.0), Floor;
    Stool => hard::stool, 300.0 x 350.0, (0.0, -270.0), Floor;
    SideTable => hard::table, 490.0 x 560.0, (60.0, -340.0), Floor;
    Bench => hard::bench, 590.0 x 230.0, (-140.0, -140.0), Floor;
    Board => hard::board, 340.0 x 510.0, (-20.0, -370.0), Table;
    Clock => hard::clock, 440.0 x 490.0, (40.0, -300.0), Wall;
    Mirror => hard::mirror, 380.0 x 520.0, (-40.0, -340.0), Wall;
    Notebook => hard::notebook, 470.0 x 450.0, (-60.0, -300.0), Flat;
    Pencils => hard::pencils, 400.0 x 440.0, (0.0, -320.0), Flat;
    Cards => hard::cards, 470.0 x 460.0, (0.0, -220.0), Flat;
    Soap => hard::soap, 430.0 x 210.0, (20.0, -110.0), Table;
    Lantern => hard::lantern, 290.0 x 500.0, (0.0, -230.0), Floor;
    Tools => hard::tools, 360.0 x 480.0, (0.0, -260.0), Flat;
}
