//! Money that the provider lets go of under an order that stands, and the payment that takes its place.

use super::apply::Judged;
use super::judge::Effect;
use crate::db::Tx;
use crate::outbox::{self, Kind, Note};
use crate::{Result, order, reconcile};

pub(super) async fn write(tx: &mut Tx, judged: &[Judged<'_>], now: i64) -> Result<()> {
    for j in judged {
        let s = &j.situation;
        match j.plan.effect {
            Effect::Lapse => order::payment_expired(tx, s.order_id, &s.number, now).await?,
            Effect::PaidAnew => {
                order::paid_anew(tx, s.order_id, &s.number, now).await?;
                reconcile::order_is_paid_anew(tx, &s.number, now).await?;
                let is_taken = j.plan.received.is_some();
                if let (true, false, Some(attempt)) = (j.takes_money(), is_taken, s.attempt_id) {
                    outbox::put(tx, &[Note::of_attempt(Kind::Capture, s.order_id, attempt)], now).await?;
                }
            }
            Effect::None | Effect::Place | Effect::Release | Effect::Late => {}
        }
    }
    Ok(())
}
