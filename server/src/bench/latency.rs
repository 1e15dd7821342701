//! Latencies as they are told: the value that a share of all calls stayed within.

/// Milliseconds within which `share` (0 to 1) of the calls were answered; `ascending` in microseconds, 0 when empty.
pub(super) fn milliseconds_at(ascending: &[u32], share: f64) -> f64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "an index"
    )]
    let index = ((ascending.len() as f64 * share) as usize).min(ascending.len().saturating_sub(1));
    ascending.get(index).map_or(0.0, |us| f64::from(*us) / 1000.0)
}
