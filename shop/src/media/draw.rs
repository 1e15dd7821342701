//! Draws the smaller sizes of stored pictures, off the request path. Until they are there, pages show the original.
//!
//! The queue is the table `picture_file`, filled by triggers (`migrations/*/0016_picture_file.sql`), so no way of hanging up
//! a picture can forget it and a crash loses nothing. Who draws takes the file for some minutes by a conditional update and
//! counts the try first: a file that brings the program down is given up after some tries. Files are named by their
//! original and their width, so drawing twice comes to the same.

use super::clean::clean;
use super::decode::decode;
use super::{Kind, kind_of};
use crate::catalogue::Drawn;
use crate::db::Read;
use crate::{Error, Result, Shop, args};

/// Widths in pixels: telephones, cards at twice the density, half and whole screens.
const WIDTHS: [u32; 5] = [320, 640, 960, 1280, 1920];
/// Nobody else draws a file that was taken up less than this ago, in milliseconds.
const TAKEN_MS: i64 = 5 * 60 * 1000;
/// Pause before the next try, in milliseconds; doubles with each.
const PAUSE_MS: i64 = 10 * 1000;
const TRIES: i64 = 8;

/// Draws one picture that waits; 0 when none is due.
pub async fn draw_due(shop: &Shop) -> Result<usize> {
    const LOOK: &str =
        "SELECT url FROM picture_file WHERE state = 'waiting' AND due_at <= $1 ORDER BY due_at, url LIMIT 1";
    const TAKE: &str = "UPDATE picture_file SET tries = tries + 1, due_at = $2
        WHERE url = $3 AND state = 'waiting' AND due_at <= $1 RETURNING tries";
    let now = shop.now_ms();
    let Some((url,)) = shop.db.fetch_optional::<(String,)>(LOOK, args![now]).await? else { return Ok(0) };
    let mut tx = shop.db.begin().await?;
    let taken: Option<(i64,)> = tx.fetch_optional(TAKE, args![now, now + TAKEN_MS, &url]).await?;
    tx.commit().await?;
    // Somebody else was quicker: there may be another one.
    let Some((tries,)) = taken else { return Ok(1) };
    let outcome = draw(shop, &url).await;
    let mut tx = shop.db.begin().await?;
    match outcome {
        Ok(done) => {
            const DONE: &str = "UPDATE picture_file SET state = 'drawn', widths = $2, fallback = $3, thumb_url = $4,
                problem = '' WHERE url = $1";
            let Done { drawn, width, height } = done;
            let widths = serde_json::to_string(&drawn.widths)?;
            tx.execute(DONE, args![&url, widths, &drawn.fallback, drawn.thumb(&url)]).await?;
            // Files from before orientation was looked at.
            const SIZE: &str =
                "UPDATE picture SET width = $2, height = $3 WHERE url = $1 AND (width <> $2 OR height <> $3)";
            tx.execute(SIZE, args![&url, width, height]).await?;
        }
        Err(error) => {
            tracing::warn!(%error, url, tries, "a picture was not drawn");
            let for_good = tries >= TRIES || matches!(error, Error::Invalid(_) | Error::NotFound(_));
            let state = if for_good { "failed" } else { "waiting" };
            let due = now + (PAUSE_MS << tries.clamp(0, 9));
            let problem: String = error.problem().detail.chars().take(200).collect();
            const FAILED: &str = "UPDATE picture_file SET state = $2, due_at = $3, problem = $4
                WHERE url = $1 AND state = 'waiting'";
            tx.execute(FAILED, args![&url, state, due, problem]).await?;
        }
    }
    tx.commit().await?;
    Ok(1)
}

struct Done {
    drawn: Drawn,
    width: i64,
    height: i64,
}

async fn draw(shop: &Shop, url: &str) -> Result<Done> {
    let key = url.strip_prefix("/media/").ok_or(Error::NotFound("picture"))?;
    let kind = kind_of(key).ok_or(Error::NotFound("picture"))?;
    let bytes = shop.media.open(key).await?.bytes().await?;
    let decoding = shop.media.decoding().await?;
    let url_drawn = url.to_owned();
    let work = tokio::task::spawn_blocking(move || {
        let _one_at_a_time = decoding;
        files(&bytes, kind, &url_drawn)
    });
    let (done, files) = work.await.map_err(|e| Error::Internal(format!("drawing broke off: {e}")))??;
    for (url, file) in files {
        let key = url.strip_prefix("/media/").unwrap_or(&url);
        shop.media.store.put(key, &file, kind_of(key).unwrap_or(Kind::Webp)).await?;
    }
    Ok(done)
}

type Files = Vec<(String, Vec<u8>)>;

/// Every size of one picture: all widths as `WebP`, two of them as JPEG, or as PNG where something shines through.
fn files(bytes: &[u8], kind: Kind, url: &str) -> Result<(Done, Files)> {
    let refuse = |why| Error::field("picture", why);
    let file = clean(bytes, kind).map_err(refuse)?;
    let pixels = decode(&file, kind).map_err(refuse)?;
    let turned = file.orientation >= 5;
    let (width, height) = if turned { (pixels.height, pixels.width) } else { (pixels.width, pixels.height) };
    let widths = widths(width);
    // From the largest on, so that the original is read once.
    let mut from = pixels;
    let mut upright = false;
    let mut files = Vec::new();
    let fallback = if from.has_alpha { Kind::Png } else { Kind::Jpeg };
    let drawn = Drawn { widths: widths.iter().map(|w| i64::from(*w)).collect(), fallback: fallback.extension().into() };
    for (at, wide) in widths.iter().copied().enumerate().rev() {
        let high = u32::try_from(u64::from(height) * u64::from(wide) / u64::from(width)).unwrap_or(1).max(1);
        let (w, h) = if turned && !upright { (high, wide) } else { (wide, high) };
        let mut sized = from.resized(w, h)?;
        if !upright {
            sized = sized.upright(file.orientation);
            upright = true;
        }
        let wide = i64::from(wide);
        files.push((drawn.webp(url, wide), sized.file(Kind::Webp)?));
        if at == 0 || wide == drawn.fallback_width() {
            files.push((drawn.fallback(url, wide), sized.file(fallback)?));
        }
        if at + 1 == widths.len() {
            from = sized;
        }
    }
    Ok((Done { drawn, width: width.into(), height: height.into() }, files))
}

/// Widths for an original of this width: never above it, and none that is hardly smaller than the next.
fn widths(original: u32) -> Vec<u32> {
    let largest = original.min(WIDTHS[WIDTHS.len() - 1]);
    let mut widths: Vec<u32> = WIDTHS.into_iter().filter(|width| width * 10 < largest * 9).collect();
    widths.push(largest);
    widths
}

/// How many pictures are in which state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Queue {
    pub waiting: i64,
    pub drawn: i64,
    pub failed: i64,
}

pub async fn queue(shop: &Shop) -> Result<Queue> {
    const COUNT: &str = "SELECT COUNT(CASE WHEN state = 'waiting' THEN 1 END) AS waiting,
        COUNT(CASE WHEN state = 'drawn' THEN 1 END) AS drawn, COUNT(CASE WHEN state = 'failed' THEN 1 END) AS failed
        FROM picture_file";
    Ok(shop.db.fetch_one(COUNT, args![]).await?)
}

/// Puts pictures that could not be drawn back into the queue, or `all` of them, whose files may be lost; how many.
pub async fn draw_again(shop: &Shop, all: bool) -> Result<u64> {
    const AGAIN: &str = "UPDATE picture_file SET state = 'waiting', tries = 0, due_at = 0, problem = ''
        WHERE state = 'failed' OR ($1 AND state = 'drawn')";
    // What waits after a failure need not wait any longer.
    const NOW: &str = "UPDATE picture_file SET due_at = 0 WHERE state = 'waiting' AND due_at > $1";
    let mut tx = shop.db.begin().await?;
    let again = tx.execute(AGAIN, args![all]).await?;
    tx.execute(NOW, args![shop.now_ms() + TAKEN_MS]).await?;
    tx.commit().await?;
    Ok(again)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_width_is_above_the_original() {
        assert_eq!(widths(4000), [320, 640, 960, 1280, 1920]);
        assert_eq!(widths(1000), [320, 640, 1000]);
        assert_eq!(widths(320), [320]);
        assert_eq!(widths(1), [1]);
    }
}
