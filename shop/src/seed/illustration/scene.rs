//! Scenes: the room, the light and how many of the object stand in it.

use super::art::{Art, brightness, hex, mix, whole};
use super::object::Place;
use super::{Colour, Object, turned};
use std::fmt::Write;

/// How an object is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shot {
    /// Alone before an arch of colour.
    Studio,
    /// From higher up, on a seamless ground.
    Above,
    /// Close.
    Detail,
    /// At home, in window light, with company.
    Room,
    /// In all its colours, or three of a kind.
    Together,
}

/// Wall, floor, accent.
type Palette = (Colour, Colour, Colour);

const PALETTES: [Palette; 6] = [
    (0x00EF_E7DB, 0x00E0_D2BF, 0x00D9_B79A),
    (0x00E1_E5DA, 0x00CF_D3C2, 0x00A9_B89C),
    (0x00F0_E0D6, 0x00E2_CBBC, 0x00D2_9C84),
    (0x00DF_E5E7, 0x00CB_D3D5, 0x0096_AEB9),
    (0x00EE_E4CC, 0x00DF_CFAC, 0x00D2_AE66),
    (0x00E6_E0E4, 0x00D3_C9CD, 0x00B2_95A2),
];

/// The picture of `object` in the first of `colours`; the others come in [`Shot::Together`].
pub fn picture(object: Object, colours: &[Colour], shot: Shot, seed: u64) -> String {
    let colour = colours.first().copied().unwrap_or(0x00D8_C8B0);
    let mut palette = palette(seed);
    if brightness(colour) > 0.72 {
        // A pale thing wants a deeper room.
        let (wall, floor, accent) = palette;
        palette = (mix(wall, accent, 0.5), mix(floor, accent, 0.55), mix(accent, 0x0050_4038, 0.2));
    }
    let tilt = match shot {
        Shot::Above => 0.46,
        Shot::Detail => 0.34,
        Shot::Room | Shot::Together => 0.22,
        Shot::Studio => 0.27,
    };
    let mut art = Art::new(tilt);
    let place = object.place();
    match (shot, place) {
        (Shot::Above | Shot::Detail, _) | (_, Place::Flat) => seamless(&mut art, palette, shot, seed),
        (_, Place::Wall) => wall(&mut art, palette, shot == Shot::Room),
        (Shot::Room, _) => room(&mut art, palette, place, seed),
        _ => studio(&mut art, palette, seed),
    }
    match shot {
        Shot::Together => together(&mut art, object, colours, seed),
        _ => alone(&mut art, object, colour, shot, seed),
    }
    finish(&art)
}

/// A wide picture for a category: three of its objects side by side.
pub fn category(objects: &[(Object, Colour)], seed: u64) -> String {
    let palette = palette(seed);
    let mut art = Art::new(0.24);
    studio(&mut art, palette, seed);
    let places = [(400.0, 0.86), (196.0, 0.6), (612.0, 0.62)];
    for at in [1, 2, 0] {
        let Some((object, colour)) = objects.get(at) else { continue };
        let (x, part) = places[at];
        let y = if at == 0 { 690.0 } else { 640.0 };
        stand(&mut art, *object, *colour, x, y, 430.0 * part, seed + at as u64);
    }
    finish(&art)
}

fn palette(seed: u64) -> Palette {
    pick(&PALETTES, seed)
}

/// One of the list, always the same for the same `seed`.
fn pick<T: Copy>(list: &[T], seed: u64) -> T {
    list[usize::try_from(seed % list.len() as u64).unwrap_or(0)]
}

fn finish(art: &Art) -> String {
    format!(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 800 800' width='800' height='800'><defs>\
         <radialGradient id='sh'><stop stop-color='#2a2028' stop-opacity='.42'/><stop offset='.5' stop-color='#2a2028' stop-opacity='.2'/>\
         <stop offset='1' stop-color='#2a2028' stop-opacity='0'/></radialGradient>\
         <radialGradient id='gl'><stop stop-color='#fff1c4' stop-opacity='.95'/><stop offset='.4' stop-color='#ffe3a0' stop-opacity='.35'/>\
         <stop offset='1' stop-color='#ffe3a0' stop-opacity='0'/></radialGradient>\
         <radialGradient id='hl'><stop stop-color='#fff' stop-opacity='.5'/><stop offset='1' stop-color='#fff' stop-opacity='0'/></radialGradient>\
         <linearGradient id='gv' x2='0' y2='1'><stop stop-color='#fff0bf' stop-opacity='.75'/><stop offset='1' stop-color='#fff0bf' stop-opacity='0'/></linearGradient>\
         {}</defs>{}</svg>",
        art.defs, art.body
    )
}

fn ground(art: &mut Art, id: &str, from: Colour, to: Colour) {
    let _ = write!(
        art.defs,
        "<linearGradient id='{id}' x2='.6' y2='1'><stop stop-color='{}'/><stop offset='1' stop-color='{}'/></linearGradient>",
        hex(from),
        hex(to)
    );
}

fn studio(art: &mut Art, (wall, floor, accent): Palette, seed: u64) {
    ground(art, "w", mix(wall, 0x00FF_FFFF, 0.35), mix(wall, accent, 0.18));
    ground(art, "fl", mix(floor, 0x00FF_FFFF, 0.2), mix(floor, accent, 0.35));
    ground(art, "ac", mix(accent, wall, 0.35), mix(accent, wall, 0.1));
    art.block(0.0, 0.0, 800.0, 800.0, 0.0, "url(#w)");
    match seed % 3 {
        0 => art.path("M190 800V356A210 210 0 0 1 610 356V800Z", "url(#ac)"),
        1 => art.ellipse(400.0, 372.0, 262.0, 262.0, "url(#ac)"),
        _ => art.path("M250 800V150H690V800Z", "url(#ac)"),
    }
    art.path("M0 590H800V800H0Z", "url(#fl)");
    art.veil("M0 590H800V606H0Z", "#2a2028", 0.06);
    art.veil("M0 0H330L0 520Z", "#fff", 0.16);
}

fn seamless(art: &mut Art, (wall, floor, accent): Palette, shot: Shot, seed: u64) {
    let (from, to) = if shot == Shot::Detail {
        (mix(wall, accent, 0.3), mix(floor, accent, 0.75))
    } else {
        (mix(wall, 0x00FF_FFFF, 0.3), mix(floor, accent, 0.4))
    };
    ground(art, "w", from, to);
    art.block(0.0, 0.0, 800.0, 800.0, 0.0, "url(#w)");
    if shot == Shot::Room || shot == Shot::Together {
        art.path(
            if seed.is_multiple_of(2) { "M0 0H800V300Q400 420 0 250Z" } else { "M0 520Q380 380 800 560V800H0Z" },
            &hex(mix(accent, wall, 0.3)),
        );
    }
    art.ellipse(240.0, 160.0, 520.0, 420.0, "url(#hl)");
}

fn wall(art: &mut Art, (wall, floor, accent): Palette, deep: bool) {
    let base = if deep { mix(wall, accent, 0.55) } else { wall };
    ground(art, "w", mix(base, 0x00FF_FFFF, 0.3), mix(base, accent, 0.35));
    art.block(0.0, 0.0, 800.0, 800.0, 0.0, "url(#w)");
    if deep {
        window(art);
        art.block(0.0, 716.0, 800.0, 84.0, 0.0, &hex(mix(floor, 0x00FF_FFFF, 0.25)));
        art.veil("M0 716H800V724H0Z", "#2a2028", 0.18);
    } else {
        art.ellipse(250.0, 200.0, 520.0, 480.0, "url(#hl)");
    }
}

/// Light that falls through a window on the left.
fn window(art: &mut Art) {
    for (x, y) in [(90, 110), (236, 84), (90, 290), (236, 264)] {
        let (l, t) = (x, y);
        art.veil(&format!("M{l} {t}l128 -23v158l-128 23z"), "#fffbe9", 0.42);
    }
}

fn room(art: &mut Art, (wall, _, accent): Palette, place: Place, seed: u64) {
    let base = mix(wall, accent, 0.45);
    ground(art, "w", mix(base, 0x00FF_FFFF, 0.25), mix(base, 0x0050_4038, 0.12));
    art.block(0.0, 0.0, 800.0, 800.0, 0.0, "url(#w)");
    window(art);
    let wood = pick(&[0x00C7_A273, 0x00A8_7C54, 0x00D9_C09A], seed);
    let t = art.tone(wood);
    if place == Place::Floor {
        art.path("M0 560H800V800H0Z", &t.face);
        let d = "M0 624H800M0 700H800M120 560L60 624M470 560L490 624M700 560L750 624M300 624L270 700M620 624L660 700M90 700L30 800M430 700L430 800";
        art.faint(d, &t.dark, 3.0, 0.3);
        art.block(0.0, 540.0, 800.0, 20.0, 0.0, &hex(mix(base, 0x00FF_FFFF, 0.55)));
        art.raw("<g transform='translate(676 640)scale(.78)'>");
        turned::plant(art, 0x00C2_8A6A, seed);
    } else {
        art.path("M0 610H800V716H0Z", &t.face);
        art.path("M0 716H800V750H0Z", &t.dark);
        art.veil("M0 750H800V800H0Z", "#2a2028", 0.32);
        art.faint("M0 640Q300 632 800 646M0 676Q420 690 800 670", &t.dark, 3.0, 0.22);
        art.raw("<g transform='translate(650 642)'>");
        books(art, seed);
    }
    art.raw("</g>");
}

fn books(art: &mut Art, seed: u64) {
    art.shadow(0.0, 96.0);
    let colours = [0x0058_6B6B, 0x00C9_B48E, 0x009C_5B46, 0x00E3_DACA];
    for n in 0..3_u32 {
        let t = art.tone(pick(&colours, u64::from(n) + seed));
        let (w, y) = (190.0 - 18.0 * f64::from(n), -34.0 * f64::from(n));
        art.block(-w / 2.0, y - 34.0, w, 33.0, 4.0, &t.face);
        art.faint(&format!("M{} {}h{}", whole(-w / 2.0 + 24.0), whole(y - 17.0), whole(w * 0.3)), &t.light, 4.0, 0.7);
    }
    art.raw("<g transform='translate(8 -102)scale(.42)'>");
    turned::vase(art, 0x00EA_E1D2, seed + 1);
    art.raw("</g>");
}

/// Draws the object standing on (x, y), fitted into a square of `room`.
fn stand(art: &mut Art, object: Object, colour: Colour, x: f64, y: f64, room: f64, seed: u64) {
    let (w, h) = object.size();
    let scale = (room * 1.18 / w).min(room * 1.18 / h).min(1.45);
    art.raw(&format!("<g transform='translate({} {})scale({scale:.2})'>", whole(x), whole(y)));
    object.draw(art, colour, seed);
    art.raw("</g>");
}

fn alone(art: &mut Art, object: Object, colour: Colour, shot: Shot, seed: u64) {
    let (_, h) = object.size();
    let centred = matches!(object.place(), Place::Wall | Place::Flat);
    match shot {
        Shot::Detail => {
            let (x, y) = object.focus();
            let (w, _) = object.size();
            let scale = (1150.0 / w.max(h)).clamp(1.7, 3.2);
            let at = (whole(400.0 - x * scale), whole(420.0 - y * scale));
            art.raw(&format!("<g transform='translate({} {})scale({scale:.2})'>", at.0, at.1));
            object.draw(art, colour, seed);
            art.raw("</g>");
        }
        Shot::Room => {
            let (x, y, room) = match object.place() {
                Place::Wall => (430.0, 400.0 + h * 0.44, 400.0),
                Place::Flat => (400.0, 640.0, 430.0),
                Place::Floor => (330.0, 700.0, 430.0),
                Place::Table => (310.0, 672.0, 400.0),
            };
            stand(art, object, colour, x, y, room, seed);
        }
        _ => {
            let (w, _) = object.size();
            let scale = (540.0 / w).min(540.0 / h).min(1.45);
            let y = if centred || shot == Shot::Above {
                400.0 + h * scale / 2.0
            } else {
                690.0_f64.min(400.0 + h * scale / 2.0 + 80.0)
            };
            stand(art, object, colour, 400.0, y, 540.0 / 1.18, seed);
        }
    }
}

fn together(art: &mut Art, object: Object, colours: &[Colour], seed: u64) {
    let (_, h) = object.size();
    let centred = matches!(object.place(), Place::Wall | Place::Flat);
    let pick = |at: usize| colours.get(at).or(colours.first()).copied().unwrap_or(0x00D8_C8B0);
    for (at, x, y, room) in [(1, 212.0, 610.0, 270.0), (2, 590.0, 616.0, 250.0), (0, 390.0, 700.0, 330.0)] {
        let y = if centred { y - 330.0 + h * 0.35 } else { y };
        stand(art, object, pick(at), x, y, room, seed + at as u64);
    }
}
