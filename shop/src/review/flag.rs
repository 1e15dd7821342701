//! What makes a review worth a second look. A flag decides nothing: staff do.

#[cfg(feature = "server")]
use super::Entry;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flag {
    /// Leads away from the shop: a web or mail address.
    Link,
    /// Mostly capitals, or three exclamation marks in a row.
    Shouting,
    /// Somebody else has sent the same text.
    Repeated,
    /// The first review of a customer who has not bought the product.
    FirstUnverified,
}

impl Flag {
    pub fn label(self) -> &'static str {
        match self {
            Self::Link => "Contains a link",
            Self::Shouting => "Shouting",
            Self::Repeated => "Same text by others",
            Self::FirstUnverified => "First review, not bought here",
        }
    }

    /// All that fit. `repeated` and `first` are what the database knows.
    #[cfg(feature = "server")]
    pub(super) fn all(entry: &Entry, repeated: bool, first: bool) -> Vec<Self> {
        let text = format!("{}\n{}", entry.title, entry.text);
        [
            (has_link(&text), Self::Link),
            (is_shouting(&text), Self::Shouting),
            (repeated, Self::Repeated),
            (first && !entry.verified, Self::FirstUnverified),
        ]
        .into_iter()
        .filter_map(|(fits, flag)| fits.then_some(flag))
        .collect()
    }
}

/// A scheme, "www." or something like a domain or an e-mail address.
#[cfg(feature = "server")]
fn has_link(text: &str) -> bool {
    const ENDINGS: [&str; 16] = [
        "com", "net", "org", "info", "biz", "io", "co", "shop", "store", "online", "site", "xyz", "ru", "de", "uk",
        "cn",
    ];
    let text = text.to_lowercase();
    if text.contains("://") || text.contains("www.") {
        return true;
    }
    text.split(|c: char| c.is_whitespace() || "(),;!?<>\"'".contains(c)).any(|word| {
        let host = word.split_once('@').map_or(word, |(_, host)| host);
        let host = host.split(['/', ':']).next().unwrap_or_default().trim_end_matches('.');
        host.rsplit_once('.').is_some_and(|(name, ending)| {
            name.ends_with(char::is_alphanumeric) && (ENDINGS.contains(&ending) || word.contains('@'))
        })
    })
}

/// Of 12 letters or more that have two cases, more than six in ten are capitals.
#[cfg(feature = "server")]
fn is_shouting(text: &str) -> bool {
    let capitals = text.chars().filter(|c| c.is_uppercase()).count();
    let cased = text.chars().filter(|c| c.is_uppercase() || c.is_lowercase()).count();
    text.contains("!!!") || (cased >= 12 && capitals * 10 > cased * 6)
}

#[cfg(all(test, feature = "server"))]
mod tests {
    use super::*;

    #[test]
    fn links_are_seen_however_they_are_written() {
        for link in ["see https://a.example", "WWW.cheap.example", "go to cheap-mugs.shop now", "mail me: x@y.museum"] {
            assert!(has_link(link), "{link}");
        }
        for plain in ["Nice mug.Really nice.", "It holds 0.5 l, or so... fine", "3.5 stars", "e.g. soup", "a . com"] {
            assert!(!has_link(plain), "{plain}");
        }
    }

    #[test]
    fn shouting_is_more_than_a_word_in_capitals() {
        assert!(is_shouting("BEST MUG EVER, BUY IT NOW"));
        assert!(is_shouting("I love it!!!"));
        assert!(!is_shouting("OK"));
        assert!(!is_shouting("The ONLY mug that survived my DISHWASHER so far."));
    }
}
