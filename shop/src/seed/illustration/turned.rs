//! Turned things: ceramics, lamps, candles, baskets, pots.

#![expect(clippy::many_single_char_names, reason = "coordinates are called x, y, w, h, r as in geometry")]

use super::Colour;
use super::art::{Art, Tone};

const CLAY: Colour = 0x00C9_A586;
pub const OAK: Colour = 0x00C8_A06C;
const LEAF: Colour = 0x006F_8060;
const BRASS: Colour = 0x00BD_9550;

/// A glazed body that shows its clay at the foot.
fn glazed(a: &mut Art, x: f64, profile: &[(f64, f64)], foot: f64, c: Colour, seed: u64) -> Tone {
    let glaze = a.tone(c);
    let clay = a.tone(CLAY);
    let d = a.turned(x, profile, &clay);
    let (top, widest) = (profile[0].0, profile.iter().fold(0.0_f64, |w, (_, r)| w.max(*r)));
    a.within(&d, |a| {
        let body = [(top - widest, widest), (top, widest), (-foot, widest)];
        a.turned(x, &body, &glaze);
        let (line, fill) = (a.ring(x, -foot, widest), glaze.dark.clone());
        a.faint(&line, &fill, 3.0, 0.25);
        a.specks(seed, x - widest, top, 2.0 * widest, -top - foot);
    });
    let (l, h) = (x - widest * 0.62, top * 0.82);
    a.faint(&format!("M{l:.0} {h:.0}L{:.0} {:.0}", l + widest * 0.05, top * 0.38), "#fff", widest * 0.09, 0.32);
    glaze
}

pub fn mug(a: &mut Art, c: Colour, seed: u64) {
    a.shadow(0.0, 100.0);
    let t = a.tone(c);
    a.line("M92 -188C186 -206 192 -56 84 -62", &t.dark, 26.0);
    a.line("M90 -190C178 -204 184 -62 84 -66", &t.base, 19.0);
    a.faint("M112 -194C158 -194 172 -150 166 -122", &t.light, 5.0, 0.8);
    let t =
        glazed(a, 0.0, &[(-230.0, 104.0), (-150.0, 102.0), (-60.0, 98.0), (-14.0, 84.0), (0.0, 74.0)], 30.0, c, seed);
    a.mouth(0.0, -230.0, 104.0, 9.0, &t);
    a.ellipse(4.0, -222.0, 84.0, 84.0 * a.tilt * 0.78, "#6b432b");
    a.faint("M-50 -224q24 -12 60 -10", "#c08e63", 4.0, 0.8);
}

pub fn cup(a: &mut Art, c: Colour, seed: u64) {
    a.shadow(0.0, 86.0);
    let t = glazed(a, 0.0, &[(-176.0, 92.0), (-120.0, 94.0), (-50.0, 86.0), (-10.0, 64.0), (0.0, 58.0)], 46.0, c, seed);
    a.mouth(0.0, -176.0, 92.0, 8.0, &t);
}

pub fn bowl(a: &mut Art, c: Colour, seed: u64) {
    a.shadow(0.0, 150.0);
    let t = glazed(
        a,
        0.0,
        &[(-150.0, 196.0), (-118.0, 190.0), (-66.0, 156.0), (-26.0, 100.0), (-14.0, 82.0), (0.0, 80.0)],
        24.0,
        c,
        seed,
    );
    a.mouth(0.0, -150.0, 196.0, 9.0, &t);
    let light = t.light.clone();
    a.faint(&format!("M40 {:.0}q86 -6 112 -34", -150.0 + 150.0 * a.tilt), &light, 9.0, 0.35);
}

pub fn plates(a: &mut Art, c: Colour, seed: u64) {
    a.shadow(0.0, 200.0);
    let t = a.tone(c);
    for n in 0..4 {
        let y = f64::from(-n) * 24.0;
        a.turned(0.0, &[(y - 26.0, 216.0), (y - 12.0, 214.0)], &t);
        let ring = a.ring(0.0, y - 12.0, 214.0);
        a.faint(&ring, &t.dark, 4.0, 0.55);
    }
    let y = -98.0;
    a.disc(0.0, y, 216.0, &t.light);
    a.disc(0.0, y + 3.0, 209.0, &t.face);
    a.ellipse(0.0, y + 6.0, 150.0, 150.0 * a.tilt, &t.dark);
    a.ellipse(0.0, y + 9.0, 149.0, 149.0 * a.tilt, &t.face);
    a.specks(seed, -120.0, y - 20.0, 240.0, 50.0);
}

pub fn sprig(a: &mut Art, x: f64, y: f64, scale: f64) {
    let t = a.tone(LEAF);
    for (lean, height) in [(-70.0, 210.0), (12.0, 260.0), (88.0, 190.0)] {
        let (lx, ly) = (lean * scale, -height * scale);
        a.line(&format!("M{x:.0} {y:.0}q{:.0} {:.0} {lx:.0} {ly:.0}", lx * 0.1, ly * 0.6), &t.dark, 4.0 * scale);
        for n in 1..=4 {
            let part = 0.34 + f64::from(n) * 0.16;
            let (px, py) = (x + lx * part * part, y + ly * part);
            let turn = if n % 2 == 0 { 52.0 } else { -48.0 };
            a.leaf(px, py, 66.0 * scale, 22.0 * scale, turn + lean * 0.25, &t);
        }
    }
}

pub fn vase(a: &mut Art, c: Colour, seed: u64) {
    a.shadow(0.0, 96.0);
    let profile =
        [(-300.0, 46.0), (-284.0, 36.0), (-250.0, 40.0), (-190.0, 92.0), (-120.0, 118.0), (-50.0, 98.0), (0.0, 66.0)];
    let t = glazed(a, 0.0, &profile, 40.0, c, seed);
    a.mouth(0.0, -300.0, 46.0, 7.0, &t);
    sprig(a, 0.0, -296.0, 0.95);
}

pub fn carafe(a: &mut Art, c: Colour, seed: u64) {
    a.shadow(0.0, 96.0);
    let t = a.tone(c);
    a.line("M52 -322C178 -340 172 -130 92 -126", &t.dark, 24.0);
    a.line("M52 -324C170 -338 164 -136 92 -130", &t.base, 17.0);
    let profile =
        [(-350.0, 66.0), (-310.0, 52.0), (-270.0, 54.0), (-180.0, 98.0), (-90.0, 112.0), (-20.0, 88.0), (0.0, 78.0)];
    let t = glazed(a, 0.0, &profile, 34.0, c, seed);
    a.path("M-56 -360q-44 -4 -50 -16q10 48 52 62z", &t.light);
    a.mouth(0.0, -350.0, 66.0, 7.0, &t);
}

pub fn lamp(a: &mut Art, c: Colour, seed: u64) {
    a.ellipse(0.0, -330.0, 330.0, 330.0, "url(#gl)");
    a.shadow(0.0, 84.0);
    let brass = a.tone(BRASS);
    a.turned(0.0, &[(-260.0, 8.0), (-180.0, 8.0)], &brass);
    glazed(a, 0.0, &[(-200.0, 20.0), (-176.0, 42.0), (-110.0, 92.0), (-50.0, 88.0), (0.0, 60.0)], 16.0, c, seed);
    let shade = a.tone(0x00F4_E6C8);
    let d = a.turned(0.0, &[(-430.0, 92.0), (-236.0, 172.0)], &shade);
    a.within(&d, |a| {
        a.ellipse(-10.0, -300.0, 120.0, 150.0, "url(#gl)");
        for n in -5..=5 {
            let x = f64::from(n) * 32.0;
            a.faint(&format!("M{:.0} -440L{x:.0} -190", x * 0.53), "#a98c57", 2.0, 0.2);
        }
    });
    let line = a.ring(0.0, -238.0, 172.0);
    a.faint(&line, "#b5975f", 4.0, 0.5);
    a.disc(0.0, -430.0, 92.0, "#e0cfa6");
    a.disc(0.0, -428.0, 84.0, "#fff6dc");
}

pub fn pendant(a: &mut Art, c: Colour, _seed: u64) {
    a.veil("M-150 -238L-330 40H330L150 -238Z", "url(#gv)", 0.8);
    a.line("M0 -900V-430", "#3c3835", 5.0);
    let (t, brass) = (a.tone(c), a.tone(BRASS));
    a.turned(0.0, &[(-470.0, 16.0), (-420.0, 20.0)], &brass);
    let d = a.turned(0.0, &[(-426.0, 24.0), (-410.0, 70.0), (-352.0, 134.0), (-250.0, 184.0)], &t);
    a.within(&d, |a| a.faint("M-96 -372Q-146 -326 -160 -258", "#fff", 14.0, 0.3));
    a.disc(0.0, -250.0, 184.0, &t.dark);
    a.disc(0.0, -248.0, 172.0, "#fbe9b8");
    a.ellipse(0.0, -246.0, 52.0, 52.0 * a.tilt, "#fffdf2");
}

fn flame(a: &mut Art, x: f64, y: f64, s: f64) {
    a.ellipse(x, y - 34.0 * s, 120.0 * s, 120.0 * s, "url(#gl)");
    a.line(&format!("M{x:.0} {y:.0}v{:.0}", -16.0 * s), "#3c3230", 4.0);
    let (w, h) = (17.0 * s, 70.0 * s);
    let top = y - 12.0 * s;
    a.path(
        &format!(
            "M{x:.0} {top:.0}c{:.0} 0 {:.0} {:.0} 0 {:.0}c{w:.0} {:.0} {w:.0} {h:.0} 0 {h:.0}z",
            -w,
            -w,
            -h * 0.4,
            -h,
            h * 0.6
        ),
        "#f7b64a",
    );
    a.ellipse(x, top - 12.0 * s, 7.0 * s, 15.0 * s, "#fff2c9");
}

pub fn candle(a: &mut Art, c: Colour, _seed: u64) {
    a.shadow(0.0, 104.0);
    let t = a.tone(c);
    a.turned(0.0, &[(-210.0, 112.0), (-110.0, 113.0), (-20.0, 110.0), (0.0, 98.0)], &t);
    a.mouth(0.0, -210.0, 112.0, 8.0, &t);
    a.ellipse(2.0, -204.0, 96.0, 96.0 * a.tilt * 0.85, "#f6ecd8");
    let d = "M-62 -136Q0 -108 62 -136V-60Q0 -32 -62 -60Z";
    a.path(d, "#f7f1e5");
    a.faint("M-34 -104Q0 -92 34 -104M-22 -84Q0 -77 22 -84", "#6c625a", 5.0, 0.75);
    flame(a, 0.0, -206.0, 1.0);
}

pub fn tapers(a: &mut Art, c: Colour, _seed: u64) {
    let (t, brass) = (a.tone(c), a.tone(BRASS));
    for (x, height) in [(-130.0, 330.0), (0.0, 410.0), (128.0, 270.0)] {
        a.shadow(x, 46.0);
        a.turned(x, &[(-26.0, 12.0), (-16.0, 26.0), (-8.0, 50.0), (0.0, 54.0)], &brass);
        a.turned(x, &[(-60.0, 20.0), (-50.0, 18.0), (-20.0, 13.0)], &brass);
        a.turned(x, &[(-height, 11.0), (-58.0, 14.0)], &t);
        a.disc(x, -height, 11.0, &t.light);
        flame(a, x, -height, 0.62);
    }
}

pub fn basket(a: &mut Art, c: Colour, _seed: u64) {
    a.shadow(0.0, 160.0);
    let t = a.tone(c);
    a.line("M-120 -250C-120 -350 -30 -350 -30 -262", &t.dark, 18.0);
    let profile = [(-250.0, 176.0), (-160.0, 190.0), (-60.0, 172.0), (-8.0, 146.0), (0.0, 138.0)];
    let d = a.turned(0.0, &profile, &t);
    a.within(&d, |a| {
        for row in 0..11 {
            let y = -238.0 + f64::from(row) * 24.0;
            let arc = a.ring(0.0, y, 192.0);
            let shift = if row % 2 == 0 { 0 } else { 17 };
            a.raw(&format!(
                "<path d='{arc}' fill='none' stroke='{}' stroke-width='17' stroke-dasharray='25 9' stroke-dashoffset='{shift}' opacity='.5'/>",
                if row % 2 == 0 { &t.dark } else { &t.light }
            ));
        }
    });
    a.mouth(0.0, -250.0, 176.0, 12.0, &t);
    a.line("M30 -226C30 -140 130 -140 126 -226", &t.dark, 18.0);
    a.faint("M33 -222C38 -148 122 -148 121 -222", &t.light, 6.0, 0.6);
}

pub fn tray(a: &mut Art, c: Colour, seed: u64) {
    a.shadow(0.0, 230.0);
    let t = a.tone(c);
    a.turned(0.0, &[(-46.0, 252.0), (-36.0, 250.0), (0.0, 222.0)], &t);
    a.mouth(0.0, -46.0, 252.0, 12.0, &t);
    a.ellipse(0.0, -36.0, 226.0, 226.0 * a.tilt, &t.face);
    for n in 1..5 {
        let (r, dark) = (60.0 + f64::from(n) * 40.0, t.dark.clone());
        let ry = r * a.tilt;
        a.faint(&format!("M{:.0} -36a{r:.0} {ry:.0} 0 0 1 {:.0} -{:.0}", -r, r * 0.9, ry * 0.98), &dark, 3.0, 0.18);
    }
    a.raw("<g transform='translate(-70 -40)scale(.62)'>");
    cup(a, 0x00E9_E2D4, seed);
    a.raw("</g><g transform='translate(92 -26)scale(.5)'>");
    cup(a, 0x007C_8A77, seed + 3);
    a.raw("</g>");
}

pub fn plant(a: &mut Art, c: Colour, seed: u64) {
    a.shadow(0.0, 120.0);
    let t =
        glazed(a, 0.0, &[(-200.0, 126.0), (-176.0, 126.0), (-168.0, 112.0), (-20.0, 88.0), (0.0, 80.0)], 8.0, c, seed);
    a.mouth(0.0, -200.0, 126.0, 11.0, &t);
    a.ellipse(0.0, -194.0, 108.0, 108.0 * a.tilt * 0.85, "#4b3a2f");
    let green = a.tone(0x005F_7A58);
    let pale = a.tone(0x0086_9C72);
    for (x, length, angle) in [(-34.0, 250.0, -46.0), (36.0, 240.0, 50.0), (-14.0, 300.0, -20.0), (18.0, 310.0, 24.0)] {
        a.leaf(x, -196.0, length, 64.0, angle, &green);
    }
    for (x, length, angle) in [(-46.0, 170.0, -70.0), (48.0, 160.0, 74.0), (0.0, 250.0, 2.0)] {
        a.leaf(x, -192.0, length, 48.0, angle, &pale);
    }
}

pub fn watering_can(a: &mut Art, c: Colour, _seed: u64) {
    a.shadow(0.0, 128.0);
    let t = a.tone(c);
    a.path("M-96 -60L-236 -262l-22 10 122 234z", &t.face);
    a.raw("<g transform='translate(-250 -264)rotate(-34)'>");
    a.ellipse(0.0, 0.0, 44.0, 18.0, &t.dark);
    a.ellipse(0.0, -5.0, 44.0, 16.0, &t.light);
    a.raw("</g>");
    a.line("M86 -190C226 -260 240 -60 118 -44", &t.dark, 20.0);
    a.faint("M96 -198C200 -240 218 -110 176 -74", &t.light, 6.0, 0.6);
    a.turned(0.0, &[(-196.0, 112.0), (-20.0, 130.0), (0.0, 126.0)], &t);
    let band = a.ring(0.0, -34.0, 128.0);
    a.faint(&band, &t.dark, 5.0, 0.5);
    a.mouth(0.0, -196.0, 112.0, 7.0, &t);
    a.line("M-96 -196C-90 -330 90 -330 98 -196", &t.base, 15.0);
    a.faint("M-92 -206C-84 -320 40 -320 72 -270", &t.light, 5.0, 0.7);
}

pub fn dispenser(a: &mut Art, c: Colour, _seed: u64) {
    a.shadow(0.0, 84.0);
    let (t, brass) = (a.tone(c), a.tone(BRASS));
    a.line("M0 -330H-66q-14 0 -14 18", &brass.dark, 17.0);
    a.faint("M0 -333H-64", &brass.light, 5.0, 0.9);
    a.turned(0.0, &[(-336.0, 13.0), (-286.0, 13.0)], &brass);
    a.turned(0.0, &[(-290.0, 34.0), (-258.0, 36.0)], &brass);
    a.turned(0.0, &[(-260.0, 32.0), (-248.0, 44.0), (-216.0, 86.0), (-110.0, 90.0), (-16.0, 88.0), (0.0, 78.0)], &t);
    a.faint("M-56 -206V-60", "#fff", 10.0, 0.28);
    a.path("M-24 -158Q26 -144 70 -158V-68Q26 -52 -24 -68Z", "#f4eee1");
    a.faint("M-4 -128Q24 -121 50 -128M4 -104Q24 -99 42 -104", "#6c625a", 5.0, 0.7);
}

pub fn pen_pot(a: &mut Art, c: Colour, seed: u64) {
    a.shadow(0.0, 88.0);
    let t = a.tone(c);
    a.mouth(0.0, -190.0, 92.0, 8.0, &t);
    for (x, lean, colour) in
        [(-46.0, -12.0, 0x00C0_8A3E), (-12.0, -3.0, 0x0046_5563), (26.0, 6.0, 0x00B4_6A50), (50.0, 15.0, OAK)]
    {
        let p = a.tone(colour);
        a.raw(&format!("<g transform='translate({x:.0} -150)rotate({lean:.0})'>"));
        a.path("M-10 0V-190L0 -226 10 -190V0Z", "#e5c79c");
        a.path("M-10 0V-188H10V0Z", &p.side);
        a.path("M-3 -214L0 -226 3 -214Z", "#3a3634");
        a.raw("</g>");
    }
    let d = a.outline(0.0, &[(-190.0, 92.0), (-100.0, 92.0), (-14.0, 90.0), (0.0, 82.0)]);
    // Only the front wall hides the pencils.
    let front = d.replacen(" 0 0 0 -92 -190Z", " 0 0 1 -92 -190Z", 1);
    a.path(&front, &t.side);
    a.within(&front, |a| a.specks(seed, -90.0, -180.0, 180.0, 170.0));
    a.faint("M-58 -150V-50", "#fff", 9.0, 0.3);
}
