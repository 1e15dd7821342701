//! Takes files out of the store that nothing shows any more: pictures of reviews that were taken back, and what a merchant
//! clears out of the library.
//!
//! ```text
//! picture_erase ──▶ does anything show it? ──yes──▶ forgotten
//!                    └──no──▶ marked, files deleted ──after a while──▶ deleted again, forgotten
//! ```
//! Whoever stores a picture writes the file before the row that shows it, and finds a file that is there already. So a file
//! that goes must not come back under such a row: while it is marked, and for longer than any request takes, triggers refuse
//! rows that show it; before that, they take it off the list.

use super::kind_of;
use crate::catalogue::Drawn;
use crate::db::Read;
use crate::{Result, Shop, args};

/// Longer than a request may take, in milliseconds.
const MARKED_MS: i64 = 2 * 60 * 1000;
/// Pause after a failure, in milliseconds; doubles with each.
const PAUSE_MS: i64 = 10 * 1000;

/// What shows a picture `{url}`, as a condition. Orders keep the smallest size of what was bought.
macro_rules! shown {
    ($url:literal) => {
        concat!(
            "(EXISTS (SELECT 1 FROM picture p WHERE p.url = ",
            $url,
            ")
              OR EXISTS (SELECT 1 FROM review_picture v WHERE v.url = ",
            $url,
            ")
              OR EXISTS (SELECT 1 FROM category c WHERE c.picture_url = ",
            $url,
            "))"
        )
    };
}

pub(crate) use shown;

/// Erases one file that is due; 0 when none is.
pub(crate) async fn erase_due(shop: &Shop) -> Result<usize> {
    const LOOK: &str = "SELECT url, taken, tries FROM picture_erase WHERE due_at <= $1 ORDER BY due_at, url LIMIT 1";
    const MARK: &str = concat!(
        "UPDATE picture_erase SET taken = TRUE, due_at = $2 WHERE url = $1 AND NOT taken AND NOT ",
        shown!("$1")
    );
    const SIZES: &str = "SELECT widths, fallback FROM picture_file WHERE url = $1";
    const FORGET_FILE: &str = "DELETE FROM picture_file WHERE url = $1";
    const FORGET: &str = "DELETE FROM picture_erase WHERE url = $1";
    const LATER: &str = "UPDATE picture_erase SET tries = tries + 1, due_at = $2 WHERE url = $1";
    let now = shop.now_ms();
    let due: Option<(String, bool, i64)> = shop.db.fetch_optional(LOOK, args![now]).await?;
    let Some((url, again, tries)) = due else { return Ok(0) };
    let mut tx = shop.db.begin().await?;
    if !again && tx.execute(MARK, args![&url, now + MARKED_MS]).await? == 0 {
        tx.execute("DELETE FROM picture_erase WHERE url = $1 AND NOT taken", args![&url]).await?;
        tx.commit().await?;
        return Ok(1);
    }
    let sizes: Option<(String, Option<String>)> = tx.fetch_optional(SIZES, args![&url]).await?;
    tx.commit().await?;
    let drawn = sizes.and_then(|(widths, fallback)| Drawn::read(&widths, fallback));
    let gone = remove(shop, &url, drawn.as_ref()).await;
    let mut tx = shop.db.begin().await?;
    match gone {
        Ok(()) if again => {
            tx.execute(FORGET_FILE, args![&url]).await?;
            tx.execute(FORGET, args![&url]).await?;
        }
        Ok(()) => {}
        Err(error) => {
            tracing::warn!(%error, url, "a picture was not erased yet");
            tx.execute(LATER, args![&url, now + MARKED_MS.max(PAUSE_MS << tries.clamp(0, 9))]).await?;
        }
    }
    tx.commit().await?;
    Ok(1)
}

async fn remove(shop: &Shop, url: &str, drawn: Option<&Drawn>) -> Result<()> {
    for key in keys(url, drawn) {
        shop.media.store.remove(&key).await?;
    }
    Ok(())
}

/// The original and all its sizes, as the store names them.
fn keys(url: &str, drawn: Option<&Drawn>) -> Vec<String> {
    let widths = drawn.map(|drawn| drawn.widths.as_slice()).unwrap_or_default();
    let sizes = drawn.into_iter().flat_map(|drawn| widths.iter().map(move |width| (drawn, *width)));
    let sizes = sizes.flat_map(|(drawn, width)| [drawn.webp(url, width), drawn.fallback(url, width)]);
    let all = std::iter::once(url.to_owned()).chain(sizes);
    all.filter_map(|url| url.strip_prefix("/media/").map(str::to_owned)).filter(|key| kind_of(key).is_some()).collect()
}
