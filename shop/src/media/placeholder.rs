//! The picture a product wears until its own is there: its name set large over a quiet pattern.

use std::fmt::Write;

const GROUNDS: [(&str, &str, &str); 6] = [
    ("#ece4d8", "#d9b79a", "#4a3a30"),
    ("#e0e5da", "#a9b89c", "#35402f"),
    ("#f0e0d6", "#d29c84", "#4f3126"),
    ("#dfe5e7", "#96aeb9", "#26363f"),
    ("#eee4cc", "#d2ae66", "#463718"),
    ("#e6e0e4", "#b295a2", "#40303a"),
];

/// An SVG of 800 × 800 drawn from `title`; the same title gives the same picture.
pub fn placeholder_svg(title: &str) -> String {
    let seed = title.bytes().fold(7_usize, |h, b| h.wrapping_mul(31).wrapping_add(b.into()));
    let (ground, accent, ink) = GROUNDS[seed % GROUNDS.len()];
    let shape = match seed / 7 % 3 {
        0 => {
            "<path d='M180 800V330a220 220 0 0 1 440 0V800Z'/><path d='M290 800V400a110 110 0 0 1 220 0V800Z' opacity='.5'/>"
        }
        1 => "<circle cx='560' cy='250' r='210'/><circle cx='240' cy='620' r='330' opacity='.5'/>",
        _ => {
            "<path d='M0 560Q220 380 430 520T800 430V800H0Z'/><path d='M0 660Q280 520 800 640V800H0Z' opacity='.6'/><circle cx='600' cy='220' r='96'/>"
        }
    };
    let lines = wrap(title);
    let mut text = String::new();
    for (n, line) in lines.iter().enumerate() {
        let _ = write!(text, "<tspan x='64' y='{}'>{}</tspan>", 736 - (lines.len() - 1 - n) * 68, escape(line));
    }
    format!(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 800 800' width='800' height='800'>\
         <rect width='800' height='800' fill='{ground}'/><g fill='{accent}' opacity='.55'>{shape}</g>\
         <path d='M64 64H736' stroke='{ink}' stroke-width='2' opacity='.35'/>\
         <text font-family='Georgia, serif' font-size='58' fill='{ink}'>{text}</text></svg>"
    )
}

/// At most four lines of about twenty characters.
fn wrap(title: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in title.split_whitespace() {
        let room_below = lines.len() < 4;
        let word: String = word.chars().filter(|c| !c.is_control()).take(22).collect();
        let last = lines.last_mut().expect("there is always a line");
        if last.is_empty() {
            *last = word;
        } else if last.chars().count() + word.chars().count() < 22 {
            last.push(' ');
            last.push_str(&word);
        } else if room_below {
            lines.push(word);
        } else {
            last.push('…');
            break;
        }
    }
    lines
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_cannot_break_out_of_its_picture() {
        let svg = placeholder_svg(
            "<script>alert(1)</script> & more \u{0} 'quoted' and a very long tail of words that goes on and on and does not end",
        );
        assert!(!svg.contains("<script"));
        assert!(svg.contains("&amp;") && svg.contains('…'));
        assert!(svg.len() < 2_500);
        assert!(placeholder_svg("").contains("</svg>"));
    }
}
