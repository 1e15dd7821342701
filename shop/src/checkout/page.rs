//! A payment whose page was completed. Such a page takes no second card: when the payment fails after all (a debit that
//! was "processing" and bounced), nobody can pay it any more, and the shopper chooses anew.

use super::fact::News;
use super::saga;
use super::stored::Attempt;
use crate::payment::{IntentStatus, Outcome, SessionStatus, Snapshot};
use crate::{Result, Shop};

/// What the provider holds under `intent`, as news of `attempt`. Without a page, `page` is `None`.
///
/// A payment that failed after its page was completed is cancelled first: from then on a late "succeeded" is
/// impossible, whatever an older answer may have said.
pub(super) async fn news(
    shop: &Shop,
    attempt: &Attempt,
    page: Option<SessionStatus>,
    intent: &str,
) -> Result<Outcome<News>> {
    let provider = shop.payments.by_name(&attempt.provider)?;
    let snapshot = match provider.retrieve_intent(intent).await {
        Outcome::Done(snapshot) if has_failed(page, attempt, &snapshot) => snapshot,
        other => return Ok(other.map(News::Intent)),
    };
    let key = saga::key(shop, &attempt.provider, attempt.id, "cancel");
    let cancelled = match provider.cancel_intent(&key, intent).await {
        Outcome::Refused(_) => provider.retrieve_intent(intent).await,
        other => other,
    };
    Ok(cancelled.map(|now| match snapshot.decline {
        Some((code, message)) if now.status == IntentStatus::Canceled => News::Refused { code, message },
        _ => News::Intent(now),
    }))
}

/// Whether the attempt's own payment failed after its page was completed.
fn has_failed(page: Option<SessionStatus>, attempt: &Attempt, snapshot: &Snapshot) -> bool {
    let is_own = snapshot.metadata.get("attempt_id").is_some_and(|id| *id == attempt.id.to_string());
    is_own && page == Some(SessionStatus::Complete) && snapshot.status == IntentStatus::RequiresPaymentMethod
}
