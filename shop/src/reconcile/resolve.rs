//! One decision of a person about one difference: checked against what was on the screen, audited, done once.
//!
//! ```text
//! within the shop          claim, effect and audit row in one transaction
//! at the provider          audit row that it was asked for → call under a key of its own → settled
//! ```
//! A call without an answer leaves the difference open: pressing again sends the same key.

use super::breaks::{self, Break};
use super::kind::{Kind, Resolution};
use super::{mend, review};
use crate::audit::{self, Entry};
use crate::checkout::{self, News};
use crate::db::Tx;
use crate::id::{AttemptId, BreakId, CheckoutId};
use crate::limits::{Check, REASON_CHARS};
use crate::staff::Staff;
use crate::{Error, Result, Shop, args, inventory, order, worker};

/// Settles a difference, for owners. `version` is that of [`Break`] when it was read; `note` is demanded by
/// [`Resolution::needs_note`].
///
/// # Errors
/// `Conflict` when it was settled or has changed meanwhile, or when what is asked for does not fit any more: nothing was
/// done then. `Unavailable` when the provider does not answer.
pub async fn resolve(
    shop: &Shop,
    by: &Staff,
    id: BreakId,
    version: i64,
    resolution: Resolution,
    note: &str,
) -> Result<()> {
    by.require_owner()?;
    let note = note.trim();
    let mut check = Check::default();
    if resolution.needs_note() {
        check.required("note", note, REASON_CHARS);
    }
    check.text("note", note, REASON_CHARS).done()?;
    let one = breaks::by_id(&mut &shop.db, id).await?;
    is_as_seen(&one, version)?;
    if !one.kind.resolutions().contains(&resolution) {
        return Err(Error::field("do", "This cannot be done about this difference."));
    }
    let decision = Decision { shop, by, one: &one, resolution, note };
    match resolution {
        Resolution::GiveBack => decision.give_back().await,
        Resolution::Apply => decision.apply().await,
        Resolution::CancelAndRestock => decision.cancel().await,
        Resolution::KeepWaiting => decision.keep_waiting().await,
        Resolution::TakeOver | Resolution::SendAgain => decision.refunds().await,
        Resolution::TryAgain => decision.try_event_again().await,
        // Settles the difference in its own transaction.
        Resolution::SellAgain => inventory::unfreeze(shop, by, &one.reference).await,
        Resolution::Handled => decision.handled().await,
    }
}

fn is_as_seen(one: &Break, version: i64) -> Result<()> {
    if one.resolved_at.is_some() {
        return Err(Error::conflict("settled", format!("This was settled meanwhile: {}.", one.action)));
    }
    if one.version != version {
        return Err(changed());
    }
    Ok(())
}

fn changed() -> Error {
    Error::conflict("stale", "This difference has changed meanwhile. Look at it again before you decide.")
}

/// The provider's silence, as it looks from a button.
fn unsure(error: Error) -> Error {
    match error {
        Error::Unavailable { retry_after_s, .. } => Error::Unavailable {
            message: "The payment provider does not answer or refuses. Press again later: it happens once at most."
                .into(),
            retry_after_s,
        },
        other => other,
    }
}

struct Decision<'d> {
    shop: &'d Shop,
    by: &'d Staff,
    one: &'d Break,
    resolution: Resolution,
    note: &'d str,
}

impl Decision<'_> {
    /// Settles it, if it is as it was; the audit row belongs to it.
    async fn settle(&self, tx: &mut Tx, accepted: bool) -> Result<()> {
        let now = self.shop.now_ms();
        let mut action = format!("{} ({})", self.resolution.past(), self.by.name);
        if !self.note.is_empty() {
            action = format!("{action}: {}", self.note);
        }
        let sql = "UPDATE recon_break SET resolved_at = $3, action = $4, version = version + 1,
              accepted = CASE WHEN $5 THEN detail ELSE '' END
            WHERE id = $1 AND version = $2 AND resolved_at IS NULL";
        let values = args![self.one.id, self.one.version, now, &action, accepted];
        if tx.execute(sql, values).await? == 0 {
            return Err(changed());
        }
        self.audit(tx, "reconciliation.resolve").await
    }

    async fn audit(&self, tx: &mut Tx, action: &'static str) -> Result<()> {
        let one = self.one;
        let before = serde_json::json!({ "kind": one.kind, "about": one.reference, "detail": one.detail });
        let after = serde_json::json!({ "do": self.resolution.code(), "note": self.note });
        let entry = Entry::new(self.by, action, "reconciliation", one.id).before(&before).after(&after);
        audit::record(tx, &entry, self.shop.now_ms()).await
    }

    /// What is asked of the provider is in the log before the provider hears of it.
    async fn announce(&self) -> Result<()> {
        let mut tx = self.shop.db.begin().await?;
        self.audit(&mut tx, "reconciliation.ask").await?;
        tx.commit().await?;
        Ok(())
    }

    async fn handled(&self) -> Result<()> {
        if self.waits_for_money().await?.is_some() {
            let text = "The checkout is still frozen because of this. Give the money back first.";
            return Err(Error::conflict("checkout_frozen", text));
        }
        let mut tx = self.shop.db.begin().await?;
        self.settle(&mut tx, true).await?;
        if self.one.kind == Kind::AuthorisationLost {
            order::wait_for_ever(&mut tx, &self.one.number).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// The difference stays open: it is seen to again tomorrow.
    async fn keep_waiting(&self) -> Result<()> {
        let now = self.shop.now_ms();
        let mut tx = self.shop.db.begin().await?;
        order::keep_waiting(&mut tx, &self.one.number, now).await?;
        let sql = "UPDATE recon_break SET version = version + 1, last_seen = $3
            WHERE id = $1 AND version = $2 AND resolved_at IS NULL";
        if tx.execute(sql, args![self.one.id, self.one.version, now]).await? == 0 {
            return Err(changed());
        }
        self.audit(&mut tx, "reconciliation.resolve").await?;
        tx.commit().await?;
        Ok(())
    }

    /// The checkout that is frozen because of this.
    async fn waits_for_money(&self) -> Result<Option<CheckoutId>> {
        if self.one.kind.freezes() { review::frozen(self.shop, &self.one.number).await } else { Ok(None) }
    }

    async fn give_back(&self) -> Result<()> {
        if self.one.payment.is_empty() {
            return Err(Error::conflict("no_payment", "The provider's payment is not known. Compare once more."));
        }
        self.announce().await?;
        mend::give_back(self.shop, &self.one.provider, &self.one.payment).await.map_err(unsure)?;
        let cleared = match self.waits_for_money().await? {
            Some(checkout) => {
                let others = review::others(self.shop, self.one).await?;
                Some(review::clear(self.shop, checkout, others).await.map_err(unsure)?)
            }
            None => None,
        };
        let mut tx = self.shop.db.begin().await?;
        self.settle(&mut tx, false).await?;
        if let Some(cleared) = cleared {
            cleared.write(&mut tx, self.shop.now_ms()).await?;
        }
        tx.commit().await?;
        self.shop.wake.notify_one();
        Ok(())
    }

    /// The attempt the order is paid by.
    async fn paying(&self) -> Result<(AttemptId, CheckoutId, String, Option<String>)> {
        let sql = "SELECT a.id, a.checkout_id, a.provider, a.provider_ref FROM payment_attempt a
            JOIN orders o ON o.checkout_id = a.checkout_id WHERE o.number = $1 ORDER BY a.attempt_no DESC LIMIT 1";
        let row = self.shop.db.fetch_optional(sql, args![&self.one.number]).await?;
        row.ok_or(Error::NotFound("payment of this order"))
    }

    async fn apply(&self) -> Result<()> {
        let (attempt, checkout, provider, reference) = self.paying().await?;
        let provider = self.shop.payments.by_name(&provider)?;
        let snapshot = match &reference {
            Some(id) => mend::ask(provider, id).await.map_err(unsure)?,
            None => None,
        };
        let Some(snapshot) = snapshot.filter(|snapshot| snapshot.held() > 0) else {
            let text = "The provider holds no money for this order.";
            return Err(Error::conflict("nothing_held", text));
        };
        self.announce().await?;
        checkout::apply_news(self.shop, checkout, Some(attempt), News::Intent(snapshot)).await?;
        // Should the amounts still differ, the next comparison says so again.
        let mut tx = self.shop.db.begin().await?;
        self.settle(&mut tx, false).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn cancel(&self) -> Result<()> {
        let (_, checkout, ..) = self.paying().await?;
        if self.one.kind == Kind::AuthorisationLost {
            // The shopper may be about to pay anew.
            checkout::close_payment(self.shop, checkout).await.map_err(unsure)?;
        }
        if mend::is_held(self.shop, checkout).await.map_err(unsure)? {
            let text = "The provider holds money for this order after all. Ask again and apply.";
            return Err(Error::conflict("held", text));
        }
        let mut tx = self.shop.db.begin().await?;
        order::cancel_uncharged(&mut tx, &self.one.number, Some(self.by), self.shop.now_ms()).await?;
        self.settle(&mut tx, false).await?;
        tx.commit().await?;
        self.shop.wake.notify_one();
        Ok(())
    }

    async fn refunds(&self) -> Result<()> {
        let theirs = mend::refunds(self.shop, &self.one.provider, &self.one.payment).await.map_err(unsure)?;
        let now = self.shop.now_ms();
        let mut tx = self.shop.db.begin().await?;
        if self.resolution == Resolution::TakeOver {
            if order::take_refunds_over(&mut tx, &self.one.number, &theirs, now).await? == 0 {
                let text = "Every refund of the provider is booked here already.";
                return Err(Error::conflict("nothing_to_take_over", text));
            }
        } else if order::send_refunds_again(&mut tx, &self.one.number, &theirs, self.by, now).await? == 0 {
            let text = "The provider has every refund that is booked here.";
            return Err(Error::conflict("nothing_to_send", text));
        }
        self.settle(&mut tx, false).await?;
        tx.commit().await?;
        self.shop.wake.notify_one();
        Ok(())
    }

    async fn try_event_again(&self) -> Result<()> {
        let mut tx = self.shop.db.begin().await?;
        let sql = "UPDATE psp_event SET next_try_at = 0 WHERE event_id = $1 AND applied_at IS NULL";
        tx.execute(sql, args![&self.one.reference]).await?;
        tx.commit().await?;
        worker::apply_events(self.shop).await?;
        let sql = "SELECT event_id FROM psp_event WHERE event_id = $1 AND applied_at IS NOT NULL";
        let applied: Option<(String,)> = self.shop.db.fetch_optional(sql, args![&self.one.reference]).await?;
        if applied.is_none() {
            return Err(Error::conflict("still_unknown", "It still belongs to nothing here."));
        }
        let one = breaks::by_id(&mut &self.shop.db, self.one.id).await?;
        let decision = Decision { one: &one, ..*self };
        let mut tx = self.shop.db.begin().await?;
        decision.settle(&mut tx, false).await?;
        tx.commit().await?;
        Ok(())
    }
}
