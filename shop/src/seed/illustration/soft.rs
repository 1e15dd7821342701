//! Soft things: cushions, blankets, towels, bags, aprons.

#![expect(clippy::many_single_char_names, reason = "coordinates are called x, y, w, h, r as in geometry")]

use super::Colour;
use super::art::{Art, Tone, mix};
use std::fmt::Write;

pub fn cushion(a: &mut Art, c: Colour, seed: u64) {
    a.shadow(0.0, 180.0);
    let t = a.tone(c);
    let d = "M-196 -356Q-206 -372 -184 -376Q0 -346 184 -376Q206 -374 198 -354Q172 -190 198 -32Q202 -6 178 -8Q0 -30 -178 -8Q-202 -6 -198 -32Q-172 -190 -196 -356Z";
    a.path(d, &t.face);
    a.within(d, |a| {
        pattern(a, &t, seed);
        a.ellipse(-60.0, -250.0, 190.0, 170.0, "url(#hl)");
        a.veil("M210 -380Q150 -190 210 0H-210Q0 -60 120 -40Q150 -190 150 -380Z", &t.dark, 0.28);
        a.faint("M-186 -364Q-150 -330 -138 -300M184 -362Q150 -330 140 -306M-186 -20Q-160 -50 -150 -76M184 -20Q156 -46 150 -74", &t.dark, 5.0, 0.4);
    });
    a.faint("M-190 -366Q0 -338 190 -366", &t.light, 4.0, 0.6);
}

/// What is woven in: nothing, stripes, a grid, arcs.
fn pattern(a: &mut Art, t: &Tone, seed: u64) {
    let mut d = String::new();
    match seed % 4 {
        0 => {
            for n in -4..=4 {
                let x = n * 44;
                let _ = write!(d, "M{x} -390Q{} -190 {x} 10", x + n * 6);
            }
            a.faint(&d, &t.light, 7.0, 0.65);
        }
        1 => {
            for n in -3..=3 {
                let _ = write!(d, "M{} -390V10M-210 {}H210", n * 62, -190 + n * 62);
            }
            a.faint(&d, &t.light, 4.0, 0.6);
        }
        2 => {
            for (n, row) in (0..20).map(|n| (n % 4, n / 4)) {
                let _ = write!(d, "M{} {}a40 40 0 0 1 80 0m-60 0a20 20 0 0 1 40 0", n * 96 - 180, -310 + row * 70);
            }
            a.faint(&d, &t.light, 6.0, 0.7);
        }
        _ => {
            for n in 0..16 {
                let _ = write!(d, "M-210 {}H210", -380 + n * 24);
            }
            a.faint(&d, &t.dark, 2.0, 0.22);
        }
    }
}

/// A stack of folded cloth, the fold to the front.
fn folded(a: &mut Art, layers: &[Colour], width: f64, height: f64, fringe: bool, stripes: bool) {
    a.ellipse(width * 0.16, 6.0, width * 0.72, 34.0, "url(#sh)");
    a.ellipse(6.0, 2.0, width * 0.56, 22.0, "url(#sh)");
    let mut y = 0.0;
    for (n, c) in layers.iter().enumerate() {
        let t = a.tone(*c);
        let inset = if n.is_multiple_of(2) { 0.0 } else { 9.0 };
        let (x, w) = (-width / 2.0 + inset, width - 2.0 * inset - if n % 3 == 2 { 10.0 } else { 0.0 });
        let top = y - height;
        if fringe {
            let mut d = String::new();
            for k in 0..12 {
                let _ =
                    write!(d, "M{:.0} {:.0}l{} 22", x + 14.0 + f64::from(k) * (w - 28.0) / 11.0, y - 8.0, k % 3 - 1);
            }
            if n == 0 {
                a.line(&d, &t.dark, 5.0);
            }
        }
        let h = height * 0.5;
        // Round where it is folded, straight where the edges meet.
        let d = format!(
            "M{:.0} {y:.0}Q{x:.0} {y:.0} {x:.0} {:.0}T{:.0} {top:.0}H{:.0}q9 2 8 12V{:.0}q0 8 -9 9Z",
            x + h,
            y - h,
            x + h,
            x + w - 8.0,
            y - 9.0
        );
        a.path(&d, &t.face);
        a.within(&d, |a| {
            if stripes {
                for k in [0.12, 0.17, 0.8, 0.85] {
                    a.faint(&format!("M{:.0} {top:.0}V{y:.0}", x + w * k), &t.light, 9.0, 0.75);
                }
            }
            a.veil(&format!("M{x:.0} {:.0}H{:.0}V{y:.0}H{x:.0}Z", y - height * 0.22, x + w), &t.dark, 0.35);
            for k in [0.34, 0.62] {
                a.faint(&format!("M{:.0} {:.0}H{:.0}", x + w * 0.3, y - height * k, x + w), &t.dark, 3.0, 0.4);
            }
            a.faint(&format!("M{:.0} {:.0}H{:.0}", x + h, top + 7.0, x + w * 0.7), "#fff", 6.0, 0.25);
        });
        y = top + 2.0;
    }
    if let Some(last) = layers.last() {
        // The upper face, seen from above.
        let t = a.tone(*last);
        let (l, r, back) = (-width / 2.0 + height * 0.5, width / 2.0 - height * 0.5, y - width * a.tilt * 0.42);
        a.path(
            &format!("M{l:.0} {:.0}L{:.0} {back:.0}H{:.0}L{r:.0} {:.0}Z", y - 1.0, l + 34.0, r - 26.0, y - 1.0),
            &t.face,
        );
        if stripes {
            a.faint(
                &format!(
                    "M{:.0} {:.0}L{:.0} {back:.0}M{:.0} {:.0}L{:.0} {back:.0}",
                    l + 40.0,
                    y,
                    l + 66.0,
                    r - 40.0,
                    y,
                    r - 58.0
                ),
                &t.base,
                9.0,
                0.8,
            );
        }
    }
}

pub fn blanket(a: &mut Art, c: Colour, seed: u64) {
    folded(a, &[c, c, c, c], 410.0, 58.0, true, seed.is_multiple_of(2));
}

pub fn towels(a: &mut Art, c: Colour, _seed: u64) {
    folded(a, &[c, mix(c, 0x00FF_FFFF, 0.35), c, mix(c, 0x00FF_FFFF, 0.6)], 370.0, 58.0, false, true);
}

pub fn napkins(a: &mut Art, c: Colour, _seed: u64) {
    folded(a, &[c, mix(c, 0x00FF_FFFF, 0.3), c, mix(c, 0x00FF_FFFF, 0.3), c], 330.0, 34.0, false, false);
}

pub fn tote(a: &mut Art, c: Colour, _seed: u64) {
    a.shadow(0.0, 150.0);
    let t = a.tone(c);
    a.line("M-74 -330C-80 -500 60 -500 66 -330", &t.dark, 17.0);
    let d = "M-166 -338Q0 -326 166 -338L188 -30Q190 -4 162 -4Q0 6 -162 -4Q-190 -4 -188 -30Z";
    a.path(d, &t.face);
    a.within(d, |a| {
        a.veil("M90 -340Q120 -180 96 0H200V-340Z", &t.dark, 0.22);
        a.faint("M-120 -330Q-96 -200 -130 -20M52 -330Q34 -220 60 -110", &t.dark, 6.0, 0.16);
        a.faint("M-166 -312Q0 -300 166 -312", &t.dark, 3.0, 0.5);
        a.raw("<circle cx='-6' cy='-158' r='58' fill='none' stroke='#fff8ec' stroke-width='6' opacity='.75'/>");
        a.faint("M-38 -134V-184L-6 -148 26 -184V-134", "#fff8ec", 7.0, 0.85);
    });
    a.line("M-96 -326C-104 -470 84 -470 88 -326", &t.base, 17.0);
    a.faint("M-92 -350C-90 -452 20 -462 60 -420", &t.light, 5.0, 0.6);
}

pub fn apron(a: &mut Art, c: Colour, _seed: u64) {
    let t = a.tone(c);
    a.veil("M-66 -440Q24 -420 110 -440L138 -320 210 -270 206 16H-150Z", "#2a2028", 0.13);
    a.line("M-78 -450C-60 -560 58 -560 78 -450", &t.dark, 9.0);
    let d = "M-86 -456Q0 -440 86 -456Q92 -360 176 -300L186 -4Q0 16 -186 -4L-176 -300Q-92 -360 -86 -456Z";
    a.path(d, &t.face);
    a.within(d, |a| {
        a.veil("M90 -470Q60 -200 110 20H200V-470Z", &t.dark, 0.22);
        a.faint("M-84 -300Q-60 -160 -92 0M60 -330Q44 -260 60 -214", &t.dark, 7.0, 0.16);
    });
    a.path("M-84 -216H84V-106Q84 -84 62 -84H-62Q-84 -84 -84 -106Z", &t.base);
    a.faint("M-84 -216H84V-106Q84 -84 62 -84H-62Q-84 -84 -84 -106ZM0 -212V-86", &t.dark, 3.0, 0.6);
    a.line("M-178 -292C-240 -280 -226 -190 -246 -150M178 -292C236 -276 226 -200 250 -160", &t.dark, 8.0);
    a.raw("<circle cx='0' cy='-532' r='9' fill='#7a5a3c'/>");
}
