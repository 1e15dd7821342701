//! Fetches the pictures of what a job has created or changed, after the products are there.

use super::State;
use super::record::Lease;
use super::worker::ours;
use crate::id::PictureId;
use crate::import::fetch::Fetcher;
use crate::{Result, Shop, args};
use futures_util::future::join_all;

/// Pictures that are fetched at the same time.
const AT_ONCE: i64 = 8;

/// The next few; the job's state after them, `None` when the job is somebody else's.
pub(super) async fn step(shop: &Shop, lease: Lease, fetcher: &Fetcher) -> Result<Option<State>> {
    // The job's position is how many places of the file are looked after.
    let (position,): (i64,) =
        shop.db.fetch_one("SELECT position FROM import_job WHERE id = $1", args![lease.id]).await?;
    let wanted: Vec<(i64, PictureId, String, String)> = shop
        .db
        .fetch_all(
            "SELECT i.seq, p.id, p.url, p.source_url FROM import_item i JOIN picture p ON p.product_id = i.product_id
             WHERE i.job_id = $1 AND i.seq >= $2 AND p.source_url IS NOT NULL AND p.url LIKE '/placeholder/%'
             ORDER BY i.seq, p.id LIMIT $3",
            args![lease.id, position, AT_ONCE + 1],
        )
        .await?;
    let (wanted, next) = whole(wanted);
    let came = join_all(wanted.iter().map(|(_, id, url, source)| async move {
        let taken = fetcher.picture(&shop.media, source).await?;
        Ok(taken.map(|taken| (*id, url, taken.url, taken.width, taken.height)))
    }))
    .await;
    let now = shop.now_ms();
    let mut tx = shop.db.begin().await?;
    let Some(cancelled) = ours(lease.hold(&mut tx, State::Fetching, now).await)? else { return Ok(None) };
    let (mut stored, mut missing) = (0_i64, 0_i64);
    for picture in came {
        let Some((id, drawn, url, width, height)) = picture.map_err(|error: crate::Error| error)? else {
            missing += 1;
            continue;
        };
        // Unless somebody has taken it away since.
        tx.execute(
            "UPDATE picture SET url = $3, width = $4, height = $5 WHERE id = $1 AND url = $2",
            args![id, drawn, url, width, height],
        )
        .await?;
        stored += 1;
    }
    tx.execute(
        "UPDATE import_job SET position = $2, pictures_stored = pictures_stored + $3,
           pictures_missing = pictures_missing + $4 WHERE id = $1",
        args![lease.id, next.unwrap_or(position), stored, missing],
    )
    .await?;
    let state = if cancelled || next.is_none() { State::Done } else { State::Fetching };
    if state == State::Done {
        lease.turn(&mut tx, state, "", now).await?;
    }
    tx.commit().await?;
    Ok(Some(state))
}

/// As many as belong to whole products, and the place after them; `None` when these are the last.
#[expect(clippy::type_complexity, reason = "a row and where to go on")]
fn whole(mut wanted: Vec<(i64, PictureId, String, String)>) -> (Vec<(i64, PictureId, String, String)>, Option<i64>) {
    if i64::try_from(wanted.len()).unwrap_or(0) <= AT_ONCE {
        return (wanted, None);
    }
    let (first, last) = (wanted[0].0, wanted[wanted.len() - 1].0);
    if first < last {
        wanted.retain(|(seq, ..)| *seq < last);
        return (wanted, Some(last));
    }
    // A product with many: those that came are not asked for again, the others stay drawn.
    (wanted, Some(first + 1))
}
