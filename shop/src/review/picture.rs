//! Pictures of reviews: taken in by the door that all pictures come through, hung up with the words they belong to, and
//! read with whichever reviews are read. Who may read a review may see its pictures, and nobody else is told of them.

use super::ReviewPicture;
use crate::catalogue::{Drawn, Picture};
use crate::db::{Read, Sql, Tx};
use crate::id::{PictureId, ReviewId, ReviewPictureId};
use crate::limits::{REVIEW_PICTURE_BYTES, REVIEW_PICTURES};
use crate::media::TakenIn;
use crate::{Error, Result, Shop, args};
use std::collections::HashMap;
use uuid::Uuid;

/// What happens to a review's pictures when it is written.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// Files as they were sent, to hang behind those that are there.
    pub added: Vec<Vec<u8>>,
    pub removed: Vec<ReviewPictureId>,
}

impl Change {
    /// What can be said before anything is decoded; `Invalid` "picture".
    pub(super) fn check(&self) -> Result<()> {
        if self.added.len() > REVIEW_PICTURES {
            return Err(Error::field("picture", format!("At most {REVIEW_PICTURES} pictures.")));
        }
        if self.added.iter().any(|file| file.len() > REVIEW_PICTURE_BYTES) {
            return Err(Error::field("picture", format!("At most {} MB each.", REVIEW_PICTURE_BYTES >> 20)));
        }
        Ok(())
    }

    /// Stores the files; nothing is hung up yet.
    pub(super) async fn take_in(self, shop: &Shop) -> Result<(Vec<TakenIn>, Vec<ReviewPictureId>)> {
        let mut taken = Vec::new();
        for file in self.added {
            taken.push(shop.media.take_in(file).await?);
        }
        Ok((taken, self.removed))
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    review_id: ReviewId,
    id: ReviewPictureId,
    url: String,
    width: i64,
    height: i64,
    widths: String,
    fallback: Option<String>,
}

/// The pictures of these reviews, each review's in order.
pub(super) async fn of(db: &mut impl Read, reviews: Vec<Uuid>) -> Result<HashMap<ReviewId, Vec<ReviewPicture>>> {
    const OF: Sql = Sql {
        sqlite: "SELECT i.review_id, i.id, i.url, i.width, i.height, i.widths, i.fallback
            FROM json_each($1) AS asked CROSS JOIN review_picture i WHERE i.review_id = unhex(asked.value)
            ORDER BY i.review_id, i.position",
        postgres: "SELECT i.review_id, i.id, i.url, i.width, i.height, i.widths, i.fallback
            FROM review_picture i WHERE i.review_id = ANY($1) ORDER BY i.review_id, i.position",
    };
    let mut found: HashMap<ReviewId, Vec<ReviewPicture>> = HashMap::new();
    if reviews.is_empty() {
        return Ok(found);
    }
    let rows: Vec<Row> = db.fetch_all(OF.of(db.engine()), args![reviews]).await?;
    for row in rows {
        let picture = Picture {
            id: PictureId(row.id.0),
            drawn: Drawn::read(&row.widths, row.fallback),
            url: row.url,
            alt: String::new(),
            width: row.width,
            height: row.height,
            variant_id: None,
            focus: (50, 50),
        };
        found.entry(row.review_id).or_default().push(ReviewPicture { id: row.id, picture });
    }
    Ok(found)
}

/// Takes down and hangs up; whether anything changed. The review's row is locked.
pub(super) async fn apply(
    tx: &mut Tx,
    review: ReviewId,
    taken: &[TakenIn],
    removed: &[ReviewPictureId],
) -> Result<bool> {
    const REMOVE: &str = "DELETE FROM review_picture WHERE id = $1 AND review_id = $2";
    const THERE: &str = "SELECT position, url FROM review_picture WHERE review_id = $1";
    const LEAVING: &str = "SELECT url FROM picture_erase WHERE url = $1 AND taken";
    const HANG: &str = "INSERT INTO review_picture (id, review_id, position, url, width, height)
        VALUES ($1, $2, $3, $4, $5, $6)";
    let mut changed = false;
    for picture in removed {
        changed |= tx.execute(REMOVE, args![*picture, review]).await? > 0;
    }
    let mut there: Vec<(i64, String)> = tx.fetch_all(THERE, args![review]).await?;
    for picture in taken {
        if there.iter().any(|(_, url)| *url == picture.url) {
            continue;
        }
        let places = i64::try_from(REVIEW_PICTURES).unwrap_or(i64::MAX);
        let Some(place) = (0..places).find(|place| there.iter().all(|(taken, _)| taken != place)) else {
            let text = format!("At most {REVIEW_PICTURES} pictures. Take one away first.");
            return Err(Error::field("picture", text));
        };
        if tx.fetch_optional::<(String,)>(LEAVING, args![&picture.url]).await?.is_some() {
            let message = "This picture is just being erased. Please send it again in a few minutes.".to_owned();
            return Err(Error::Unavailable { message, retry_after_s: 120 });
        }
        let row = args![ReviewPictureId::new(), review, place, &picture.url, picture.width, picture.height];
        tx.execute(HANG, row).await?;
        there.push((place, picture.url.clone()));
        changed = true;
    }
    Ok(changed)
}
