//! The whole guard under a clock that the test moves.

use super::*;
use std::sync::atomic::{AtomicUsize, Ordering};

fn guard() -> Guard {
    Guard::new(RateLimit::NONE)
}

fn answer(status: u16) -> Reply {
    let status = StatusCode::from_u16(status).unwrap();
    Reply::Answer { status, retry_after_s: None, is_replay: false, body: b"{}".to_vec() }
}

fn slow_down(retry_after_s: Option<u64>) -> Reply {
    Reply::Answer { status: StatusCode::TOO_MANY_REQUESTS, retry_after_s, is_replay: false, body: Vec::new() }
}

fn gone() -> Reply {
    Reply::Unreachable("refused".to_owned())
}

fn read(reply: Reply) -> Outcome<()> {
    super::super::http::read::<serde_json::Value>(reply, |_, _| None).map(|_| ())
}

/// Calls until the replies run out, with the last of them for ever; the outcome and how often something was sent.
async fn call(guard: &Guard, replies: &[fn() -> Reply]) -> (Outcome<()>, usize) {
    let sent = AtomicUsize::new(0);
    let send = || {
        let at = sent.fetch_add(1, Ordering::Relaxed).min(replies.len() - 1);
        std::future::ready(replies[at]())
    };
    let outcome = guard.call("e", send, read).await;
    (outcome, sent.into_inner())
}

fn is_unsent(outcome: &Outcome<()>) -> bool {
    matches!(outcome, Outcome::Refused(refusal) if refusal.code == "unreachable" && refusal.http_status == 0)
}

#[tokio::test(start_paused = true)]
async fn an_open_breaker_sends_nothing_and_says_when_to_come_again() {
    let guard = guard();
    for _ in 0..3 {
        let (outcome, sent) = call(&guard, &[|| answer(500)]).await;
        assert!(matches!(outcome, Outcome::Unknown(_)) && sent == 1, "never again by itself: {outcome:?}");
    }
    let (outcome, sent) = call(&guard, &[|| answer(200)]).await;
    assert!(is_unsent(&outcome) && sent == 0, "{outcome:?}");
    let Outcome::Refused(refusal) = outcome else { panic!() };
    assert!((2..=9).contains(&refusal.retry_after_s.unwrap()), "{refusal:?}");
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!(call(&guard, &[|| answer(200)]).await, (Outcome::Done(()), 1));
    assert_eq!(call(&guard, &[|| answer(200)]).await, (Outcome::Done(()), 1));
}

#[tokio::test(start_paused = true)]
async fn answers_that_are_no_failures_open_nothing() {
    let guard = guard();
    for status in [400, 402, 404, 409, 401, 403].into_iter().cycle().take(60) {
        let send = || std::future::ready(answer(status));
        assert!(!is_unsent(&guard.call("e", send, read).await), "{status}");
    }
    let kept =
        || Reply::Answer { status: StatusCode::BAD_GATEWAY, retry_after_s: None, is_replay: true, body: Vec::new() };
    for _ in 0..16 {
        assert!(!is_unsent(&guard.call("e", || std::future::ready(kept()), read).await), "of long ago");
    }
    // A 200 that does not read is one.
    for _ in 0..16 {
        guard.call("e", || std::future::ready(answer(200)), |_| Outcome::<()>::Unknown("html".to_owned())).await;
    }
    assert!(is_unsent(&call(&guard, &[|| answer(200)]).await.0));
}

#[tokio::test(start_paused = true)]
async fn what_surely_had_no_effect_is_sent_again_twice_and_with_pauses() {
    let guard = guard();
    assert_eq!(call(&guard, &[gone, || answer(200)]).await, (Outcome::Done(()), 2));
    assert_eq!(call(&guard, &[|| slow_down(Some(1)), || answer(200)]).await, (Outcome::Done(()), 2));
    assert_eq!(call(&guard, &[|| answer(409), || answer(409), || answer(200)]).await, (Outcome::Done(()), 3));
    let begun = Instant::now();
    let (outcome, sent) = call(&guard, &[|| answer(409)]).await;
    assert!(matches!(outcome, Outcome::Unknown(_)) && sent == 3, "{outcome:?}");
    assert!(begun.elapsed() <= BACK_OFF * 3, "{:?}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_refused_repeat_does_not_settle_what_a_key_in_use_left_open() {
    for second in [gone as fn() -> Reply, || slow_down(None)] {
        let guard = guard();
        let (outcome, sent) = call(&guard, &[|| answer(409), second]).await;
        assert!(matches!(outcome, Outcome::Unknown(_)) && sent > 1, "{outcome:?}");
    }
    // Nor does one that is not even sent.
    let guard = Arc::new(guard());
    let other = Arc::clone(&guard);
    let sent = AtomicUsize::new(0);
    let send = || {
        sent.fetch_add(1, Ordering::Relaxed);
        let state = &mut *other.state();
        for _ in 0..3 {
            state.breaker.tell(true, false, Instant::now() + Duration::from_millis(1));
        }
        std::future::ready(answer(409))
    };
    let outcome = guard.call("e", send, read).await;
    assert!(matches!(outcome, Outcome::Unknown(_)) && sent.into_inner() == 1, "{outcome:?}");
}

#[tokio::test(start_paused = true)]
async fn no_more_than_one_call_in_ten_is_a_repeat() {
    let guard = guard();
    let mut sent = 0;
    for _ in 0..1_000 {
        let (_, times) = call(&guard, &[|| answer(409)]).await;
        sent += times;
    }
    // Ten were saved up.
    assert!((1_100..=1_111).contains(&sent), "{sent}");
}

#[tokio::test(start_paused = true)]
async fn whoever_is_told_to_slow_down_does() {
    let guard = guard();
    let (outcome, sent) = call(&guard, &[|| slow_down(Some(3))]).await;
    assert!(matches!(&outcome, Outcome::Refused(it) if it.retry_after_s == Some(3)) && sent == 1, "{outcome:?}");
    let (outcome, sent) = call(&guard, &[|| answer(200)]).await;
    assert!(is_unsent(&outcome) && sent == 0, "three seconds are too long to wait for");
    tokio::time::advance(Duration::from_millis(1_500)).await;
    let begun = Instant::now();
    assert_eq!(call(&guard, &[|| answer(200)]).await, (Outcome::Done(()), 1));
    assert_eq!(begun.elapsed().as_millis(), 1_500, "not before its time");
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_leaves_says_nothing_of_the_provider() {
    let guard = guard();
    for _ in 0..100 {
        let hanging = guard.call("e", std::future::pending::<Reply>, read);
        assert!(tokio::time::timeout(Duration::from_millis(1), hanging).await.is_err());
    }
    assert_eq!(call(&guard, &[|| answer(200)]).await, (Outcome::Done(()), 1));
    assert_eq!(guard.places.available_permits(), IN_FLIGHT);
}

/// G26: five minutes in which every call takes 20 seconds and the client gives up after ten, a new one every 50 ms.
#[tokio::test(start_paused = true)]
async fn a_provider_that_has_become_slow_is_spared_and_found_again() {
    let guard = Arc::new(guard());
    let (in_flight, most, sent) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)), Arc::default());
    let begun = Instant::now();
    let slow_until = begun + Duration::from_mins(5);
    let mut tasks = Vec::new();
    while begun.elapsed() < Duration::from_mins(6) {
        let (guard, in_flight, most, sent) = (guard.clone(), in_flight.clone(), most.clone(), Arc::clone(&sent));
        tasks.push(tokio::spawn(async move {
            let asked = Instant::now();
            let send = || async {
                most.fetch_max(in_flight.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
                let is_slow = Instant::now() < slow_until;
                tokio::time::sleep(if is_slow { Duration::from_secs(10) } else { Duration::from_millis(80) }).await;
                in_flight.fetch_sub(1, Ordering::Relaxed);
                if is_slow {
                    AtomicUsize::fetch_add(&sent, 1, Ordering::Relaxed);
                    return Reply::Lost("timed out".to_owned());
                }
                answer(200)
            };
            let outcome = guard.call("e", send, read).await;
            (asked, is_unsent(&outcome), outcome, asked.elapsed())
        }));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let mut found_again = None;
    for task in tasks {
        let (asked, is_unsent, outcome, took) = task.await.unwrap();
        assert!(took <= Duration::from_secs(12) + Duration::from_millis(5), "{took:?}");
        assert!(!is_unsent || took <= PATIENCE + Duration::from_millis(5), "what is not sent is told soon: {took:?}");
        if outcome == Outcome::Done(()) && found_again.is_none() {
            found_again = Some(asked);
        }
    }
    assert_eq!(most.load(Ordering::Relaxed), IN_FLIGHT);
    let sent = sent.load(Ordering::Relaxed);
    // The first 32, and one try in fifteen seconds; 6,000 were asked for.
    assert!((IN_FLIGHT..IN_FLIGHT + 30).contains(&sent), "{sent}");
    assert!(found_again.unwrap() - slow_until <= Duration::from_secs(16));
}
