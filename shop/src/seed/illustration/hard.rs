//! Built things: furniture, boards, clocks, mirrors, paper, tools.

#![expect(clippy::many_single_char_names, reason = "coordinates are called x, y, w, h, r as in geometry")]

use super::Colour;
use super::art::{Art, mix, whole};
use super::turned::OAK;
use std::fmt::Write;

pub fn chair(a: &mut Art, c: Colour, _seed: u64) {
    a.shadow(10.0, 176.0);
    let t = a.tone(c);
    a.line("M-92 -244L-104 -36M132 -250L150 -40", &t.dark, 19.0);
    a.line("M-104 -110L142 -116", &t.dark, 11.0);
    let mut d = String::new();
    for n in 0..6 {
        let _ = write!(d, "M{} -262L{} -470", -66 + n * 36, -74 + n * 40);
    }
    a.line(&d, &t.base, 10.0);
    a.line("M-96 -256C-104 -360 -112 -420 -116 -500M130 -262C136 -360 146 -420 152 -506", &t.dark, 18.0);
    a.line("M-98 -258C-106 -360 -114 -420 -118 -500", &t.base, 13.0);
    a.path("M-132 -508Q20 -560 168 -514Q176 -470 162 -462Q20 -504 -126 -456Q-140 -470 -132 -508Z", &t.face);
    a.path("M-122 -272L134 -280Q150 -280 160 -262L182 -206Q186 -190 166 -188L-148 -176Q-168 -176 -164 -194L-140 -262Q-136 -272 -122 -272Z", &t.face);
    a.path("M-166 -190Q-166 -176 -148 -176L166 -188Q184 -190 184 -202V-186Q184 -170 164 -168L-148 -154Q-166 -154 -166 -170Z", &t.dark);
    a.line("M-140 -160L-162 -6M160 -172L186 -12", &t.dark, 22.0);
    a.line("M-142 -160L-164 -6M157 -172L183 -12", &t.base, 15.0);
    a.faint("M-110 -258Q20 -268 120 -264", "#fff", 7.0, 0.25);
}

pub fn stool(a: &mut Art, c: Colour, _seed: u64) {
    a.shadow(0.0, 130.0);
    let t = a.tone(c);
    a.line("M0 -260L8 -60", &t.dark, 20.0);
    a.line("M-84 -140Q0 -110 92 -142", &t.dark, 11.0);
    a.line("M-70 -270L-112 -4M70 -270L116 -6", &t.dark, 24.0);
    a.line("M-74 -270L-115 -4M66 -270L112 -6", &t.base, 16.0);
    a.turned(0.0, &[(-304.0, 142.0), (-290.0, 146.0), (-270.0, 138.0)], &t);
    a.disc(0.0, -304.0, 142.0, &t.face);
    let mut d = String::new();
    for n in 1..5 {
        let r = f64::from(n) * 28.0;
        let _ = write!(
            d,
            "M-{} -304a{} {} 0 0 1 {} -{}",
            whole(r),
            whole(r),
            whole(r * a.tilt),
            whole(r),
            whole(r * a.tilt)
        );
    }
    a.faint(&d, &t.dark, 3.0, 0.25);
}

pub fn table(a: &mut Art, c: Colour, seed: u64) {
    a.shadow(0.0, 190.0);
    let t = a.tone(c);
    a.line("M30 -300L52 -46", &t.dark, 18.0);
    a.line("M-130 -310L-170 -4M130 -310L172 -8", &t.dark, 24.0);
    a.line("M-134 -310L-173 -4M126 -310L168 -8", &t.base, 16.0);
    a.turned(0.0, &[(-338.0, 236.0), (-324.0, 240.0), (-308.0, 228.0)], &t);
    a.disc(0.0, -338.0, 236.0, &t.face);
    a.faint("M-170 -350Q-60 -372 60 -366M-190 -334Q-20 -352 130 -348M-120 -318Q20 -332 190 -330", &t.dark, 3.0, 0.2);
    a.raw("<g transform='translate(70 -338)scale(.36)'>");
    super::turned::vase(a, 0x00E6_DCCB, seed);
    a.raw("</g>");
}

pub fn bench(a: &mut Art, c: Colour, _seed: u64) {
    a.shadow(0.0, 250.0);
    let t = a.tone(c);
    a.line("M-190 -150V-30M226 -156V-36", &t.dark, 24.0);
    for n in 0..4 {
        let (y, w) = (f64::from(n) * 22.0 - 214.0, f64::from(n) * 10.0);
        let d = format!("M{:.0} {y:.0}H{:.0}l8 18H{:.0}Z", -250.0 - w, 250.0 + w, -258.0 - w);
        a.path(&d, &t.face);
        a.faint(&format!("M{:.0} {:.0}H{:.0}", -256.0 - w, y + 18.0, 256.0 + w), &t.dark, 4.0, 0.7);
    }
    a.path("M-290 -128H290V-108Q290 -100 282 -100H-282Q-290 -100 -290 -108Z", &t.dark);
    a.line("M-246 -100V-4M250 -100V-8", &t.dark, 30.0);
    a.line("M-250 -100V-4M246 -100V-8", &t.base, 22.0);
}

pub fn board(a: &mut Art, c: Colour, _seed: u64) {
    let t = a.tone(c);
    a.shadow(20.0, 150.0);
    a.raw("<g transform='rotate(-5)'>");
    a.path("M-128 -8Q-150 -8 -150 -30V-330Q-150 -372 -108 -372H-44Q-34 -372 -34 -384V-470Q-34 -500 0 -500Q34 -500 34 -470V-384Q34 -372 44 -372H108Q150 -372 150 -330V-30Q150 -8 128 -8Z", &t.dark);
    let d = "M-136 -10Q-158 -10 -158 -32V-334Q-158 -376 -116 -376H-52Q-42 -376 -42 -388V-474Q-42 -504 -8 -504Q26 -504 26 -474V-388Q26 -376 36 -376H100Q142 -376 142 -334V-32Q142 -10 120 -10Z";
    a.path(d, &t.face);
    a.within(d, |a| {
        a.faint("M-116 -380C-90 -240 -130 -140 -104 0M-70 -380C-40 -260 -84 -150 -56 0M-14 -500C-20 -300 10 -160 -8 0M46 -380C70 -250 30 -140 52 0M96 -380C116 -240 84 -120 104 0", &t.dark, 4.0, 0.28);
        a.veil("M-158 -376H-60L-158 -120Z", "#fff", 0.14);
    });
    a.raw("<circle cx='-8' cy='-462' r='15' fill='#3b2a1e' opacity='.75'/></g>");
}

pub fn clock(a: &mut Art, c: Colour, _seed: u64) {
    let t = a.tone(c);
    a.raw("<g transform='translate(0 -270)'>");
    a.ellipse(34.0, 44.0, 236.0, 236.0, "url(#sh)");
    a.ellipse(0.0, 0.0, 212.0, 212.0, &t.face);
    a.ellipse(3.0, 4.0, 188.0, 188.0, &t.dark);
    a.ellipse(0.0, 0.0, 186.0, 186.0, "#f8f3e8");
    for n in 0..12 {
        let long = if n % 3 == 0 { 30 } else { 14 };
        a.raw(&format!(
            "<path d='M0 -166v{long}' stroke='#4a443f' stroke-width='{}' transform='rotate({})'/>",
            if n % 3 == 0 { 7 } else { 4 },
            n * 30
        ));
    }
    a.raw("<path d='M0 18V-92' stroke='#34302d' stroke-width='12' stroke-linecap='round' transform='rotate(-56)'/><path d='M0 26V-138' stroke='#34302d' stroke-width='8' stroke-linecap='round' transform='rotate(54)'/>");
    a.raw("<path d='M0 40V-146' stroke='#b4603f' stroke-width='3' transform='rotate(196)'/><circle r='10' fill='#b4603f'/>");
    a.veil("M-186 0A186 186 0 0 1 60 -176L-130 133A186 186 0 0 1 -186 0Z", "#fff", 0.3);
    a.raw("</g>");
}

pub fn mirror(a: &mut Art, c: Colour, _seed: u64) {
    let t = a.tone(c);
    a.ellipse(40.0, -230.0, 240.0, 330.0, "url(#sh)");
    a.path("M-180 0V-330A180 180 0 0 1 180 -330V0Q180 14 166 14H-166Q-180 14 -180 0Z", &t.face);
    let d = "M-160 -6V-330A160 160 0 0 1 160 -330V-6Z";
    a.path(d, "#cfdad9");
    a.within(d, |a| {
        a.veil("M-160 -60Q0 -130 160 -80V0H-160Z", "#a9b8b3", 0.8);
        a.veil("M-200 -160L60 -520H150L-200 -30Z", "#fff", 0.42);
        a.veil("M-60 10L170 -330V-250L0 10Z", "#fff", 0.3);
        a.faint("M-160 -330A160 160 0 0 1 160 -330", "#34403f", 8.0, 0.25);
    });
}

pub fn notebook(a: &mut Art, c: Colour, seed: u64) {
    let t = a.tone(c);
    a.raw("<g transform='translate(-30 -230)rotate(-9)'>");
    a.ellipse(40.0, 40.0, 220.0, 250.0, "url(#sh)");
    a.block(-138.0, -190.0, 296.0, 396.0, 10.0, &t.dark);
    a.block(-140.0, -192.0, 290.0, 388.0, 6.0, "#f3ecdd");
    a.faint("M146 -186V190M141 -186V190M-130 192H146", "#cbbfa8", 2.0, 0.9);
    a.block(-150.0, -200.0, 290.0, 390.0, 10.0, &t.face);
    a.veil("M-150 -190Q-150 -200 -140 -200H-112V190H-140Q-150 190 -150 180Z", &t.dark, 0.45);
    if seed.is_multiple_of(2) {
        a.line("M96 -200V190", &t.dark, 9.0);
        a.block(-60.0, -120.0, 110.0, 62.0, 3.0, "#f5efe2");
        a.faint("M-42 -98H32M-42 -78H8", "#5d554d", 4.0, 0.6);
    } else {
        a.raw("<circle cx='0' cy='-20' r='62' fill='none' stroke='#fff8ec' stroke-width='5' opacity='.6'/>");
        a.faint("M-30 4V-46L0 -10 30 -46V4", "#fff8ec", 6.0, 0.7);
        a.line("M20 190v34l10 -12 10 12v-34", "#b4603f", 7.0);
    }
    a.veil("M-112 -200H10L-112 60Z", "#fff", 0.1);
    a.raw("</g>");
    pencil(a, 196.0, -230.0, 14.0, OAK);
}

fn pencil(a: &mut Art, x: f64, y: f64, angle: f64, c: Colour) {
    let t = a.tone(c);
    a.raw(&format!("<g transform='translate({x:.0} {y:.0})rotate({angle:.0})'>"));
    a.veil("M0 -176L22 -150V180H0Z", "#2a2028", 0.14);
    a.path("M-13 -150L0 -192 13 -150Z", "#e7cda4");
    a.path("M-4 -178L0 -192 4 -178Z", "#33302e");
    a.block(-13.0, -151.0, 26.0, 326.0, 2.0, &t.side);
    a.block(-13.0, 150.0, 26.0, 26.0, 2.0, "#b9a07a");
    a.raw("</g>");
}

pub fn pencils(a: &mut Art, c: Colour, _seed: u64) {
    for (n, shift) in [-2.0, -1.0, 0.0, 1.0, 2.0].into_iter().enumerate() {
        let colours = [c, 0x0046_5563, OAK, 0x00B4_6A50, mix(c, 0x00FF_FFFF, 0.4)];
        pencil(a, shift * 64.0, -230.0 + shift * shift * 8.0, shift * 7.0, colours[n]);
    }
}

pub fn cards(a: &mut Art, c: Colour, seed: u64) {
    for (n, (x, y, angle)) in
        [(-70.0, -300.0, -14.0), (70.0, -250.0, 10.0), (-20.0, -170.0, -3.0)].into_iter().enumerate()
    {
        let t = a.tone(if n == 1 { mix(c, 0x00FF_FFFF, 0.5) } else { c });
        a.raw(&format!("<g transform='translate({x:.0} {y:.0})rotate({angle:.0})'>"));
        a.ellipse(24.0, 30.0, 190.0, 140.0, "url(#sh)");
        a.block(-150.0, -105.0, 300.0, 210.0, 5.0, "#f8f2e6");
        let d = "M-130 -85H130V85H-130Z";
        a.within(d, |a| {
            a.path(d, &t.light);
            a.path("M-130 30Q-40 -40 40 20T130 0V85H-130Z", &t.base);
            a.path("M-130 60Q-20 10 130 56V85H-130Z", &t.dark);
            a.ellipse(if seed.is_multiple_of(2) { 60.0 } else { -50.0 }, -34.0, 30.0, 30.0, "#f7ead0");
        });
        a.raw("</g>");
    }
}

pub fn soap(a: &mut Art, c: Colour, _seed: u64) {
    a.shadow(0.0, 180.0);
    let (t, dish) = (a.tone(c), a.tone(0x00E8_E1D3));
    a.turned(0.0, &[(-54.0, 214.0), (-40.0, 210.0), (-8.0, 150.0), (0.0, 140.0)], &dish);
    a.mouth(0.0, -54.0, 214.0, 10.0, &dish);
    a.path("M-150 -70Q-156 -46 -130 -40Q0 -18 130 -40Q156 -46 150 -70V-120H-150Z", &t.side);
    a.path("M-128 -154Q0 -182 128 -154Q156 -146 150 -120Q146 -102 128 -98Q0 -74 -128 -98Q-146 -102 -150 -120Q-156 -146 -128 -154Z", &t.face);
    a.faint("M-60 -128Q0 -142 60 -128Q30 -110 -60 -128", &t.dark, 5.0, 0.5);
    a.ellipse(118.0, -176.0, 24.0, 24.0, "url(#hl)");
    a.ellipse(-110.0, -186.0, 17.0, 17.0, "url(#hl)");
}

pub fn lantern(a: &mut Art, c: Colour, _seed: u64) {
    a.ellipse(0.0, -200.0, 300.0, 300.0, "url(#gl)");
    a.shadow(0.0, 124.0);
    let t = a.tone(c);
    a.line("M-56 -410C-60 -520 60 -520 56 -410", &t.dark, 12.0);
    a.path("M-100 -348H100L56 -412H-56Z", &t.face);
    a.path("M-116 -26V-350H116V-26Z", "#fbe7b6");
    a.veil("M-116 -26V-350H116V-26Z", "#6d5a3a", 0.18);
    a.ellipse(0.0, -160.0, 110.0, 150.0, "url(#gl)");
    a.block(-32.0, -128.0, 64.0, 100.0, 8.0, "#f8efdc");
    a.path("M0 -138c-20 -8 -16 -34 0 -62c16 28 20 54 0 62z", "#f5b24a");
    a.veil("M-100 -340H-40L-100 -120Z", "#fff", 0.4);
    a.line("M-116 -340V-26M116 -340V-26", &t.base, 16.0);
    a.line("M0 -346V-300M-110 -190H-84M84 -190H110", &t.base, 8.0);
    a.block(-136.0, -30.0, 272.0, 30.0, 8.0, &t.face);
    a.block(-132.0, -362.0, 264.0, 22.0, 8.0, &t.face);
}

pub fn tools(a: &mut Art, c: Colour, _seed: u64) {
    let (steel, wood) = (a.tone(0x0098_A09E), a.tone(c));
    for (x, angle, fork) in [(-90.0, -10.0, false), (90.0, 9.0, true)] {
        a.raw(&format!("<g transform='translate({x:.0} -230)rotate({angle:.0})'>"));
        a.veil("M-4 -10L30 20V260H0ZM-20 -210L70 -60 10 10Z", "#2a2028", 0.14);
        if fork {
            a.line("M-44 -230V-120Q-44 -60 0 -60M44 -230V-120Q44 -60 0 -60M0 -236V-10", &steel.dark, 20.0);
            a.line("M-47 -230V-120Q-47 -62 0 -62M41 -230V-120Q41 -62 -3 -62M-3 -236V-10", &steel.light, 8.0);
        } else {
            a.path("M0 -260Q66 -180 58 -90Q54 -44 0 -40Q-54 -44 -58 -90Q-66 -180 0 -260Z", &steel.face);
            a.faint("M0 -230V-60", &steel.dark, 5.0, 0.4);
            a.line("M0 -44V0", &steel.dark, 18.0);
        }
        a.block(-21.0, -6.0, 42.0, 236.0, 20.0, &wood.side);
        a.block(-21.0, -6.0, 42.0, 30.0, 6.0, "#b98f45");
        a.line("M0 200v26", "#6d4a32", 5.0);
        a.raw("</g>");
    }
}
