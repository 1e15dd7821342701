//! Which pictures a product has after an import. Nothing is fetched here: what is new is drawn at first.

use super::super::item::{Image, Item};
use crate::catalogue::draft::{Draft, DraftPicture, middle};
use crate::catalogue::stored::Stored;
use crate::id::PictureId;

const DRAWN: &str = "/placeholder/";

/// Pictures that are there stay what they are; the file says order, text and variant.
/// One is drawn for a product without any, unless the file is one of our own, which names those too.
pub fn list(item: &Item, stored: Option<&Stored>, draft: &Draft, origin: &str, own: bool) -> Vec<DraftPicture> {
    let mut there: Vec<DraftPicture> = stored.map(|s| s.draft.pictures.clone()).unwrap_or_default();
    let mut list = Vec::new();
    for image in &item.images {
        let at = there.iter().position(|p| address(p, origin) == image.source || p.url == image.source);
        let mut picture = match at {
            Some(at) => there.remove(at),
            None => drawn(source(image, origin)),
        };
        picture.alt = image.alt.clone().unwrap_or_else(|| draft.title.clone());
        picture.variant = image.variant;
        list.push(picture);
    }
    // What the merchant added by hand stays, after what the file names.
    list.extend(there.into_iter().filter(|p| p.source_url.is_none() && !p.url.starts_with(DRAWN)).map(|p| {
        let shown = p.variant.and_then(|at| stored?.draft.variants.get(at)?.id);
        let variant = shown.and_then(|id| draft.variants.iter().position(|variant| variant.id == Some(id)));
        DraftPicture { variant, ..p }
    }));
    if list.is_empty() && !own {
        let before = stored.and_then(|s| s.draft.pictures.iter().find(|p| p.source_url.is_none()).cloned());
        list.push(before.unwrap_or_else(|| DraftPicture { alt: draft.title.clone(), ..drawn(None) }));
    }
    list
}

/// Where a picture is said to be in a file: where it came from, or where this shop shows it.
pub fn address(picture: &DraftPicture, origin: &str) -> String {
    picture.source_url.clone().unwrap_or_else(|| format!("{origin}{}", picture.url))
}

/// A picture that a shop has drawn itself came from nowhere.
fn source(image: &Image, origin: &str) -> Option<String> {
    let path = image.source.strip_prefix(origin).unwrap_or(&image.source);
    (!path.contains(DRAWN)).then(|| image.source.clone())
}

fn drawn(source_url: Option<String>) -> DraftPicture {
    let id = PictureId::new();
    DraftPicture {
        id,
        url: format!("{DRAWN}{id}.svg"),
        source_url,
        alt: String::new(),
        width: 800,
        height: 800,
        variant: None,
        focus: middle(),
        thumb: None,
    }
}
