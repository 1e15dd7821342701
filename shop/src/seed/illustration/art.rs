//! The drawing hand: SVG elements, shaded tones, turned bodies, leaves, shadows.

#![expect(clippy::many_single_char_names, reason = "coordinates are called x, y, w, h, r as in geometry")]

use super::Colour;
use std::fmt::Write;

/// `a` with `t` (0 to 1) of `b` in it.
pub fn mix(a: Colour, b: Colour, t: f64) -> Colour {
    let channel = |shift: u32| {
        let (a, b) = (f64::from(a >> shift & 255), f64::from(b >> shift & 255));
        Colour::try_from(whole(a + (b - a) * t).clamp(0, 255)).unwrap_or(0)
    };
    channel(16) << 16 | channel(8) << 8 | channel(0)
}

pub fn hex(colour: Colour) -> String {
    format!("#{colour:06x}")
}

/// Perceived brightness, 0 to 1 (ITU-R BT.601).
pub fn brightness(c: Colour) -> f64 {
    (0.299 * f64::from(c >> 16 & 255) + 0.587 * f64::from(c >> 8 & 255) + 0.114 * f64::from(c & 255)) / 255.0
}

#[expect(clippy::cast_possible_truncation, reason = "coordinates are a few hundred units")]
pub fn whole(x: f64) -> i64 {
    x.round() as i64
}

const LIGHT: Colour = 0x00FF_F8EC;
const SHADE: Colour = 0x002A_2028;

/// One material colour with its shades; the strings are ready for `fill`.
#[derive(Clone)]
pub struct Tone {
    pub base: String,
    pub light: String,
    pub dark: String,
    /// Around an upright body: lit left, shaded right, a little light thrown back at the edge.
    pub side: String,
    /// Inside an opening: shaded left, lit right.
    pub inside: String,
    /// A face that lies in the light: brighter at the top left.
    pub face: String,
}

#[derive(Default)]
pub struct Art {
    pub defs: String,
    pub body: String,
    tones: Vec<(Colour, Tone)>,
    clips: usize,
    /// Height of a circle's ellipse over its width: how far from above one looks.
    pub tilt: f64,
}

impl Art {
    pub fn new(tilt: f64) -> Self {
        Self { tilt, ..Self::default() }
    }

    pub fn tone(&mut self, c: Colour) -> Tone {
        if let Some((_, tone)) = self.tones.iter().find(|(known, _)| *known == c) {
            return tone.clone();
        }
        let n = self.tones.len();
        let up = |t| hex(mix(c, LIGHT, t));
        let down = |t| hex(mix(c, SHADE, t));
        let stop = |at: u32, colour: String| format!("<stop offset='.{at:02}' stop-color='{colour}'/>");
        let last = |colour: String| format!("<stop offset='1' stop-color='{colour}'/>");
        let _ = write!(
            self.defs,
            "<linearGradient id='s{n}'>{}{}{}{}{}</linearGradient><linearGradient id='i{n}'>{}{}</linearGradient>\
             <linearGradient id='f{n}' x2='.7' y2='1'>{}{}{}</linearGradient>",
            stop(0, up(0.06)),
            stop(20, up(0.34)),
            stop(50, hex(c)),
            stop(86, down(0.36)),
            last(down(0.24)),
            stop(0, down(0.52)),
            last(down(0.14)),
            stop(0, up(0.3)),
            stop(55, hex(c)),
            last(down(0.2)),
        );
        let tone = Tone {
            base: hex(c),
            light: up(0.4),
            dark: down(0.4),
            side: format!("url(#s{n})"),
            inside: format!("url(#i{n})"),
            face: format!("url(#f{n})"),
        };
        self.tones.push((c, tone.clone()));
        tone
    }

    pub fn raw(&mut self, text: &str) {
        self.body.push_str(text);
    }

    pub fn path(&mut self, d: &str, fill: &str) {
        let _ = write!(self.body, "<path d='{d}' fill='{fill}'/>");
    }

    pub fn veil(&mut self, d: &str, fill: &str, opacity: f64) {
        let _ = write!(self.body, "<path d='{d}' fill='{fill}' opacity='{opacity}'/>");
    }

    pub fn line(&mut self, d: &str, stroke: &str, width: f64) {
        let _ = write!(
            self.body,
            "<path d='{d}' fill='none' stroke='{stroke}' stroke-width='{width}' stroke-linecap='round'/>"
        );
    }

    pub fn faint(&mut self, d: &str, stroke: &str, width: f64, opacity: f64) {
        let _ = write!(
            self.body,
            "<path d='{d}' fill='none' stroke='{stroke}' stroke-width='{width}' opacity='{opacity}' stroke-linecap='round'/>"
        );
    }

    pub fn ellipse(&mut self, x: f64, y: f64, rx: f64, ry: f64, fill: &str) {
        let _ = write!(
            self.body,
            "<ellipse cx='{}' cy='{}' rx='{}' ry='{}' fill='{fill}'/>",
            whole(x),
            whole(y),
            whole(rx),
            whole(ry.max(1.0))
        );
    }

    /// A circle lying flat, as it looks from here.
    pub fn disc(&mut self, x: f64, y: f64, r: f64, fill: &str) {
        self.ellipse(x, y, r, r * self.tilt, fill);
    }

    pub fn block(&mut self, x: f64, y: f64, w: f64, h: f64, round: f64, fill: &str) {
        let _ = write!(
            self.body,
            "<rect x='{}' y='{}' width='{}' height='{}' rx='{}' fill='{fill}'/>",
            whole(x),
            whole(y),
            whole(w),
            whole(h),
            whole(round)
        );
    }

    /// Where something stands: a tight dark line of contact and a soft shadow away from the light.
    pub fn shadow(&mut self, x: f64, r: f64) {
        let ry = (r * self.tilt).max(14.0);
        self.ellipse(x + r * 0.55, ry * 0.3, r * 1.75, ry * 1.25, "url(#sh)");
        self.ellipse(x + r * 0.08, ry * 0.15, r * 1.12, ry * 1.12, "url(#sh)");
    }

    /// Outline of a turned body: `profile` is (y, radius) from top to bottom.
    pub fn outline(&self, x: f64, profile: &[(f64, f64)]) -> String {
        let (top, bottom) = (profile[0], profile[profile.len() - 1]);
        let left: Vec<_> = profile.iter().map(|(y, r)| (x - r, *y)).collect();
        let right: Vec<_> = profile.iter().rev().map(|(y, r)| (x + r, *y)).collect();
        let arc = |r: f64, to_x: f64, to_y: f64| {
            format!("A{} {} 0 0 0 {} {}", whole(r), whole((r * self.tilt).max(1.0)), whole(to_x), whole(to_y))
        };
        format!(
            "M{} {}{}{}{}{}Z",
            whole(left[0].0),
            whole(left[0].1),
            smooth(&left),
            arc(bottom.1, x + bottom.1, bottom.0),
            smooth(&right),
            arc(top.1, x - top.1, top.0)
        )
    }

    /// A turned body with its highlight.
    pub fn turned(&mut self, x: f64, profile: &[(f64, f64)], tone: &Tone) -> String {
        let d = self.outline(x, profile);
        self.path(&d, &tone.side);
        d
    }

    /// The opening of a turned body: lip, and the inside behind it.
    pub fn mouth(&mut self, x: f64, y: f64, r: f64, wall: f64, tone: &Tone) {
        self.disc(x, y, r, &tone.light);
        self.ellipse(x, y + wall * self.tilt * 0.4, r - wall, (r - wall) * self.tilt, &tone.inside);
    }

    /// Everything `draw` makes shows only within `d`.
    pub fn within(&mut self, d: &str, draw: impl FnOnce(&mut Self)) {
        let n = self.clips;
        self.clips += 1;
        let _ = write!(self.defs, "<clipPath id='c{n}'><path d='{d}'/></clipPath>");
        let _ = write!(self.body, "<g clip-path='url(#c{n})'>");
        draw(self);
        self.raw("</g>");
    }

    /// The front half of a ring around a turned body.
    pub fn ring(&self, x: f64, y: f64, r: f64) -> String {
        format!("M{} {}a{} {} 0 0 0 {} 0", whole(x - r), whole(y), whole(r), whole(r * self.tilt), whole(2.0 * r))
    }

    /// A leaf from (x, y), `length` long, pointing `angle` degrees off straight up.
    pub fn leaf(&mut self, x: f64, y: f64, length: f64, width: f64, angle: f64, tone: &Tone) {
        let (l, w) = (whole(length), whole(width));
        let (m, h) = (whole(length * 0.45), whole(length * 0.75));
        let _ = write!(
            self.body,
            "<g transform='translate({} {})rotate({})'><path d='M0 0C-{w} -{m} -{w} -{h} 0 -{l}Z' fill='{}'/>\
             <path d='M0 0C{w} -{m} {w} -{h} 0 -{l}Z' fill='{}'/></g>",
            whole(x),
            whole(y),
            whole(angle),
            tone.base,
            tone.dark
        );
    }

    /// Specks of a stoneware glaze over an area, always the same for the same `seed`.
    pub fn specks(&mut self, seed: u64, x: f64, y: f64, w: f64, h: f64) {
        let mut state = seed | 1;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            #[expect(clippy::cast_precision_loss, reason = "a few random bits")]
            let part = (state >> 40) as f64 / (1_u64 << 24) as f64;
            part
        };
        let mut d = String::new();
        for _ in 0..18 {
            let _ = write!(d, "M{} {}h0", whole(x + next() * w), whole(y + next() * h));
        }
        self.faint(&d, "#3b2f2a", 4.0, 0.28);
    }
}

/// Bézier curves through the points after the first (Catmull-Rom).
fn smooth(points: &[(f64, f64)]) -> String {
    let mut d = String::new();
    for at in 0..points.len() - 1 {
        let p0 = points[at.saturating_sub(1)];
        let (p1, p2) = (points[at], points[at + 1]);
        let p3 = points[(at + 2).min(points.len() - 1)];
        let _ = write!(
            d,
            "C{} {} {} {} {} {}",
            whole(p1.0 + (p2.0 - p0.0) / 6.0),
            whole(p1.1 + (p2.1 - p0.1) / 6.0),
            whole(p2.0 - (p3.0 - p1.0) / 6.0),
            whole(p2.1 - (p3.1 - p1.1) / 6.0),
            whole(p2.0),
            whole(p2.1)
        );
    }
    d
}
