//! What news means for a checkout: a pure function, the state machine of paying in one place.

use super::{News, Situation};
use crate::checkout::state::{AttemptState, CheckoutState, Way};
use crate::payment::{IntentStatus, Snapshot};
use crate::reconcile::Kind;

/// What has to be written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Plan {
    pub attempt: Option<AttemptState>,
    pub checkout: Option<CheckoutState>,
    pub effect: Effect,
    /// Minor units the provider has taken so far, when it says so.
    pub received: Option<i64>,
    /// Code and words of a decline that is news.
    pub decline: Option<(String, String)>,
    /// A reconciliation break: kind and detail.
    pub breach: Option<(Kind, String)>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Effect {
    #[default]
    None,
    /// The pivot: the order stands.
    Place,
    /// Gives the stock back.
    Release,
    /// Paid after the stock was given back: once more for the stock, or the money back.
    Late,
    /// The provider has let go of the money of an order that stands.
    Lapse,
    /// Such an order is paid by another attempt.
    PaidAnew,
}

pub(super) fn judge(s: &Situation, news: &News) -> Plan {
    match news {
        News::NothingToPay if s.checkout_state.is_open() && s.due() == 0 => {
            Plan { checkout: Some(CheckoutState::Settled), effect: Effect::Place, ..Plan::default() }
        }
        News::NothingToPay => Plan::default(),
        News::NoAnswer => no_answer(s),
        News::Refused { code, message } => ended(s, AttemptState::Declined, Some((code.clone(), message.clone()))),
        News::SessionExpired => ended(s, AttemptState::Canceled, None),
        News::NotMade { epoch, refused } => {
            let is_open = matches!(s.attempt(), Some(AttemptState::Prepared | AttemptState::Unknown));
            let is_mine = epoch.is_none_or(|epoch| epoch == s.epoch);
            let end = if refused.is_some() { AttemptState::Declined } else { AttemptState::Canceled };
            if is_open && is_mine { ended(s, end, refused.clone()) } else { Plan::default() }
        }
        News::Intent(snapshot) => match mismatch(s, snapshot) {
            // Given up, and nothing will come of it any more, whatever it was for.
            Some(_) if s.checkout_state == CheckoutState::Releasing && is_void(s, snapshot) => {
                ended(s, AttemptState::Canceled, None)
            }
            // What holds no money is no matter once the checkout is decided.
            Some(_) if !s.checkout_state.is_open() && snapshot.held() == 0 => Plan::default(),
            Some(detail) => Plan {
                // After the pivot the order stands; a person decides.
                checkout: is_undecided(s).then_some(CheckoutState::ManualReview),
                breach: Some((mismatched(s, snapshot), detail)),
                ..Plan::default()
            },
            None => intent(s, snapshot),
        },
    }
}

/// Before the pivot, or on the way back.
fn is_undecided(s: &Situation) -> bool {
    s.checkout_state.is_open() || s.checkout_state == CheckoutState::Releasing
}

/// The attempt's own payment is cancelled and holds nothing.
fn is_void(s: &Situation, snapshot: &Snapshot) -> bool {
    let is_own = s.provider_ref.as_ref().is_none_or(|known| *known == snapshot.intent_id);
    is_own && snapshot.status == IntentStatus::Canceled && snapshot.held() == 0
}

fn no_answer(s: &Situation) -> Plan {
    let waits = matches!(s.checkout_state, CheckoutState::Prepared | CheckoutState::Paying | CheckoutState::Unknown);
    Plan {
        attempt: (s.attempt() == Some(AttemptState::Prepared)).then_some(AttemptState::Unknown),
        checkout: waits.then_some(CheckoutState::Unknown),
        ..Plan::default()
    }
}

/// What the provider holds must be what was agreed.
fn mismatch(s: &Situation, snapshot: &Snapshot) -> Option<String> {
    let says = |name: &str| snapshot.metadata.get(name).map(String::as_str);
    let attempt_id = s.attempt_id.map(|id| id.to_string());
    if Some(snapshot.amount) != s.amount || snapshot.currency != s.currency {
        return Some(format!(
            "{} {} at the provider, {} {} agreed",
            snapshot.amount,
            snapshot.currency,
            s.amount.unwrap_or_default(),
            s.currency
        ));
    }
    if says("checkout_id") != Some(s.checkout_id.to_string().as_str()) || says("attempt_id") != attempt_id.as_deref() {
        return Some(format!("{} names another checkout", snapshot.intent_id));
    }
    match &s.provider_ref {
        Some(known) if *known != snapshot.intent_id => Some(format!("{} beside {known}", snapshot.intent_id)),
        _ => None,
    }
}

/// Money of another payment than the one that was agreed is beside the order, once that is decided.
fn mismatched(s: &Situation, snapshot: &Snapshot) -> Kind {
    let is_another = s.provider_ref.as_ref().is_some_and(|known| *known != snapshot.intent_id);
    if is_another && !s.checkout_state.is_open() { beside(s) } else { Kind::PaymentMismatch }
}

fn beside(s: &Situation) -> Kind {
    let stands = matches!(s.order_state.as_str(), "confirmed" | "processing" | "shipped" | "delivered" | "refunded");
    if stands { Kind::ChargedTwice } else { Kind::PaidAfterEnd }
}

fn intent(s: &Situation, snapshot: &Snapshot) -> Plan {
    match snapshot.status {
        IntentStatus::RequiresPaymentMethod if s.way() == Some(Way::Token) && snapshot.decline.is_some() => {
            ended(s, AttemptState::Declined, snapshot.decline.clone())
        }
        // In the provider's page or frame the shopper can try another card with the same intent.
        IntentStatus::RequiresPaymentMethod | IntentStatus::RequiresConfirmation => Plan {
            decline: snapshot.decline.clone(),
            checkout: matches!(s.checkout_state, CheckoutState::Unknown | CheckoutState::Paying)
                .then_some(waiting(s))
                .filter(|to| *to != s.checkout_state),
            ..raised(s, AttemptState::Sent)
        },
        IntentStatus::RequiresAction => {
            Plan { checkout: forward(s, CheckoutState::AwaitingAction), ..raised(s, AttemptState::RequiresAction) }
        }
        IntentStatus::Processing => {
            Plan { checkout: forward(s, CheckoutState::Paying), ..raised(s, AttemptState::Processing) }
        }
        // Paid by an attempt that had ended, and given back since.
        _ if snapshot.status == IntentStatus::Succeeded && has_ended(s) && snapshot.held() == 0 => Plan::default(),
        IntentStatus::RequiresCapture => paid(s, AttemptState::Authorized, None),
        IntentStatus::Succeeded => paid(s, AttemptState::Captured, Some(snapshot.amount_received)),
        IntentStatus::Canceled => ended(s, AttemptState::Canceled, None),
    }
}

fn waiting(s: &Situation) -> CheckoutState {
    if s.way() == Some(Way::Token) { CheckoutState::Paying } else { CheckoutState::AwaitingAction }
}

/// Lower or equal news changes no attempt.
fn raised(s: &Situation, to: AttemptState) -> Plan {
    let now = s.attempt().and_then(AttemptState::rank);
    Plan { attempt: (now < to.rank() && now.is_some()).then_some(to), ..Plan::default() }
}

fn forward(s: &Situation, to: CheckoutState) -> Option<CheckoutState> {
    let moves = s.checkout_state.is_open() && s.checkout_state != to && s.attempt().is_some_and(AttemptState::is_live);
    moves.then_some(to)
}

/// The attempt is over without money: declined, or cancelled.
fn ended(s: &Situation, to: AttemptState, decline: Option<(String, String)>) -> Plan {
    use CheckoutState as C;
    let is_over = match s.attempt() {
        None | Some(AttemptState::Declined | AttemptState::Canceled | AttemptState::Captured) => {
            return Plan::default();
        }
        Some(AttemptState::Authorized) => to == AttemptState::Canceled,
        Some(_) => true,
    };
    if !is_over {
        return Plan::default();
    }
    let (checkout, effect) = match s.checkout_state {
        C::Releasing => (Some(C::Released), Effect::Release),
        state if state.is_open() => (Some(C::PayableAgain), Effect::None),
        C::Refunding => (Some(C::Refunded), Effect::None),
        _ => (None, Effect::None),
    };
    // An authorisation that lapsed or was cancelled under an order that stands: to be paid anew, or cancelled.
    if s.attempt() == Some(AttemptState::Authorized) && s.checkout_state == C::Placed && stands(s) {
        let payment = s.provider_ref.as_deref().unwrap_or_default();
        let detail = format!("{payment} lapsed; the shopper was asked to pay anew");
        let breach = Some((Kind::AuthorisationLost, detail));
        return Plan { attempt: Some(to), effect: Effect::Lapse, decline, breach, ..Plan::default() };
    }
    Plan { attempt: Some(to), checkout, effect, decline, ..Plan::default() }
}

/// The order waits to be sent.
fn stands(s: &Situation) -> bool {
    matches!(s.order_state.as_str(), "confirmed" | "processing")
}

fn has_ended(s: &Situation) -> bool {
    s.attempt().is_some_and(|state| !state.is_live())
}

fn paid(s: &Situation, to: AttemptState, received: Option<i64>) -> Plan {
    use CheckoutState as C;
    if has_ended(s) {
        let breach = Some((beside(s), format!("an attempt of order {} that had ended is paid", s.number)));
        let checkout = is_undecided(s).then_some(C::ManualReview);
        return Plan { checkout, breach, ..Plan::default() };
    }
    let settled = to == AttemptState::Captured;
    let (checkout, effect) = match s.checkout_state {
        _ if is_undecided(s) => (Some(if settled { C::Settled } else { C::Placed }), Effect::Place),
        C::Placed if s.payment_expired_at.is_some() && stands(s) && raised(s, to).attempt.is_some() => {
            (settled.then_some(C::Settled), Effect::PaidAnew)
        }
        C::Placed if settled => (Some(C::Settled), Effect::None),
        C::Released => (Some(C::LatePaid), Effect::Late),
        _ => (None, Effect::None),
    };
    Plan { attempt: raised(s, to).attempt, checkout, effect, received, ..Plan::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{AttemptId, CartId, CheckoutId, OrderId};
    use proptest::prelude::*;
    use uuid::Uuid;

    const STATUSES: [IntentStatus; 7] = [
        IntentStatus::RequiresPaymentMethod,
        IntentStatus::RequiresConfirmation,
        IntentStatus::RequiresAction,
        IntentStatus::Processing,
        IntentStatus::RequiresCapture,
        IntentStatus::Succeeded,
        IntentStatus::Canceled,
    ];

    fn situation(checkout: CheckoutState, attempt: AttemptState, way: Way) -> Situation {
        Situation {
            checkout_id: CheckoutId(Uuid::nil()),
            checkout_state: checkout,
            recovery_point: "confirming".into(),
            epoch: 2,
            cart_id: CartId(Uuid::nil()),
            cart_version: 1,
            expires_at: 0,
            order_id: OrderId(Uuid::nil()),
            number: "M-1".into(),
            access_token: String::new(),
            order_state: "pending_payment".into(),
            total: 1000,
            tender: 0,
            tax: 0,
            currency: "EUR".into(),
            captured: 0,
            payment_expired_at: None,
            held: false,
            attempt_id: Some(AttemptId(Uuid::nil())),
            provider: Some("stripe".into()),
            way: Some(way.as_str().into()),
            attempt_state: Some(attempt.as_str().into()),
            amount: Some(1000),
            provider_ref: Some("pi_1".into()),
            next_url: None,
            decline_code: None,
            decline_message: None,
        }
    }

    fn snapshot(status: IntentStatus) -> Snapshot {
        let id = Uuid::nil().to_string();
        Snapshot {
            intent_id: "pi_1".into(),
            status,
            amount: 1000,
            currency: "EUR".into(),
            amount_capturable: 0,
            amount_received: if status == IntentStatus::Succeeded { 1000 } else { 0 },
            amount_refunded: 0,
            client_secret: None,
            next_url: None,
            decline: None,
            metadata: [("checkout_id".to_owned(), id.clone()), ("attempt_id".to_owned(), id)].into(),
            livemode: false,
            capture_before: None,
            created_ms: 0,
        }
    }

    /// Applies news to a situation as the database would.
    fn step(s: &mut Situation, status: IntentStatus) -> Effect {
        let plan = judge(s, &News::Intent(snapshot(status)));
        if let Some(attempt) = plan.attempt {
            s.attempt_state = Some(attempt.as_str().into());
        }
        if let Some(checkout) = plan.checkout {
            s.checkout_state = checkout;
        }
        plan.effect
    }

    #[test]
    fn another_amount_freezes_the_checkout() {
        let s = situation(CheckoutState::Paying, AttemptState::Sent, Way::Token);
        let wrong = Snapshot { amount: 999, ..snapshot(IntentStatus::RequiresCapture) };
        let plan = judge(&s, &News::Intent(wrong));
        assert_eq!((plan.checkout, plan.effect), (Some(CheckoutState::ManualReview), Effect::None));
        assert!(plan.breach.is_some());
    }

    #[test]
    fn another_amount_freezes_a_checkout_that_is_given_up_as_well_unless_it_is_void() {
        let s = situation(CheckoutState::Releasing, AttemptState::Sent, Way::Embedded);
        let held = Snapshot { amount: 1, amount_capturable: 1, ..snapshot(IntentStatus::RequiresCapture) };
        let plan = judge(&s, &News::Intent(held));
        assert_eq!((plan.checkout, plan.effect), (Some(CheckoutState::ManualReview), Effect::None));
        assert!(plan.breach.is_some());
        let void = Snapshot { amount: 1, ..snapshot(IntentStatus::Canceled) };
        let plan = judge(&s, &News::Intent(void.clone()));
        assert_eq!((plan.checkout, plan.effect), (Some(CheckoutState::Released), Effect::Release));
        // Another payment's end says nothing of this one.
        let other = Snapshot { intent_id: "pi_2".into(), ..void };
        assert_eq!(judge(&s, &News::Intent(other)), Plan::default());
    }

    #[test]
    fn what_was_not_made_for_one_driver_may_have_been_for_another() {
        for (refused, end) in
            [(None, AttemptState::Canceled), (Some(("invalid".to_owned(), "No.".to_owned())), AttemptState::Declined)]
        {
            let ends = |attempt, epoch| {
                let s = situation(CheckoutState::Unknown, attempt, Way::Hosted);
                judge(&s, &News::NotMade { epoch, refused: refused.clone() }).attempt == Some(end)
            };
            assert!(ends(AttemptState::Unknown, Some(2)) && ends(AttemptState::Unknown, None));
            assert!(!ends(AttemptState::Unknown, Some(1)), "somebody else is at it");
            assert!(!ends(AttemptState::Sent, None), "the page was opened after all");
        }
    }

    #[test]
    fn a_decline_ends_a_token_and_leaves_a_page_open() {
        let declined = Snapshot {
            decline: Some(("card_declined".into(), "No.".into())),
            ..snapshot(IntentStatus::RequiresPaymentMethod)
        };
        let judged = |way| {
            let s = situation(CheckoutState::Paying, AttemptState::Sent, way);
            judge(&s, &News::Intent(declined.clone()))
        };
        assert_eq!(judged(Way::Token).attempt, Some(AttemptState::Declined));
        assert_eq!(judged(Way::Token).checkout, Some(CheckoutState::PayableAgain));
        assert_eq!(judged(Way::Embedded).attempt, None);
        assert_eq!(judged(Way::Embedded).checkout, Some(CheckoutState::AwaitingAction));
        assert!(judged(Way::Embedded).decline.is_some());
        // It was on its way, and came back: the shopper's turn again, and the expiry's.
        let s = situation(CheckoutState::Paying, AttemptState::Processing, Way::Embedded);
        let plan = judge(&s, &News::Intent(declined));
        assert_eq!((plan.attempt, plan.checkout), (None, Some(CheckoutState::AwaitingAction)));
    }

    #[test]
    fn an_authorisation_that_lapses_under_an_order_is_told_once_and_the_order_is_paid_anew_once() {
        let mut s = situation(CheckoutState::Placed, AttemptState::Authorized, Way::Hosted);
        s.order_state = "confirmed".into();
        assert_eq!(step(&mut s, IntentStatus::Canceled), Effect::Lapse);
        assert_eq!((s.checkout_state, s.attempt()), (CheckoutState::Placed, Some(AttemptState::Canceled)));
        assert_eq!(step(&mut s, IntentStatus::Canceled), Effect::None);
        // Another attempt: that its page closes is no second lapse.
        s.payment_expired_at = Some(1);
        s.attempt_state = Some("sent".into());
        let mut closed = s.clone();
        assert_eq!(step(&mut closed, IntentStatus::Canceled), Effect::None);
        let mut cancelled = Situation { order_state: "cancelled".into(), ..s.clone() };
        assert_eq!(step(&mut cancelled, IntentStatus::RequiresCapture), Effect::None);
        assert_eq!(step(&mut s, IntentStatus::RequiresCapture), Effect::PaidAnew);
        assert_eq!(step(&mut s, IntentStatus::RequiresCapture), Effect::None);
        s.payment_expired_at = None;
        assert_eq!(step(&mut s, IntentStatus::Succeeded), Effect::None);
        assert_eq!(s.checkout_state, CheckoutState::Settled);
    }

    proptest! {
        #[test]
        fn in_any_order_and_repeated_a_payment_is_placed_exactly_once(
            order in proptest::collection::vec(0..5_usize, 0..12),
            way in prop_oneof![Just(Way::Hosted), Just(Way::Embedded), Just(Way::Token)],
        ) {
            let mut s = situation(CheckoutState::Paying, AttemptState::Sent, way);
            // Everything up to the authorisation, in any order, and the capture at the end.
            let news = order.into_iter().map(|at| STATUSES[at]).chain([IntentStatus::Succeeded, IntentStatus::Processing]);
            let placed = news.filter(|status| step(&mut s, *status) == Effect::Place).count();
            prop_assert_eq!(placed, 1);
            prop_assert_eq!(s.checkout_state, CheckoutState::Settled);
            prop_assert_eq!(s.attempt(), Some(AttemptState::Captured));
        }
    }
}
