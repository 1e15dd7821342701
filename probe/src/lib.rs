//! The pricing engine asked from outside: made-up carts are priced, and what they come to is put into one number.
//!
//! Compiled for this machine and for WebAssembly; `cargo run -p xtask -- pricing` holds the two against each other.

mod made_up;

use made_up::Cart;
use shop::pricing::price;
use wasm_bindgen::prelude::wasm_bindgen;

/// Everything that `count` carts from `seed` on come to, verdicts and refusals included: one line for each hundred
/// carts, so that a difference is near where it began.
#[wasm_bindgen]
pub fn digests(seed: u32, count: u32) -> String {
    let seeds: Vec<u64> = (0..count).map(|at| u64::from(seed) + u64::from(at)).collect();
    let lines = seeds.chunks(100).map(|seeds| {
        let digest = seeds.iter().fold(FNV_BASIS, |digest, seed| {
            let cart = Cart::of(*seed);
            // Its debugging form names every field of every part.
            fnv_1a(digest, format!("{:?}", price(&cart.snapshot())).as_bytes())
        });
        format!("{:>10} {digest:016x}\n", seeds[0])
    });
    lines.collect()
}

/// Offset basis and prime of FNV-1a, 64 bits (draft-eastlake-fnv).
const FNV_BASIS: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;

fn fnv_1a(digest: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(digest, |digest, byte| (digest ^ u64::from(*byte)).wrapping_mul(FNV_PRIME))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_up_carts_reach_what_matters() {
        let priced: Vec<_> = (0..2_000).map(|seed| price(&Cart::of(seed).snapshot())).collect();
        let share = |what: &dyn Fn(&shop::pricing::Priced) -> bool| {
            priced.iter().filter(|one| one.as_ref().is_ok_and(what)).count() * 100 / priced.len()
        };
        assert!(priced.iter().any(Result::is_err), "sums beyond the range");
        assert!(share(&|one| one.totals.discount > 0) > 30);
        assert!(share(&|one| one.totals.shipping_discount > 0) > 3);
        assert!(share(&|one| one.totals.tax > 0 && one.totals.tax_inclusive) > 20);
        assert!(share(&|one| one.totals.tax > 0 && !one.totals.tax_inclusive) > 20);
        assert!(share(&|one| one.verdicts.iter().any(|verdict| verdict.refused.is_some())) > 30);
        assert!(share(&|one| one.totals.currency.exponent() != 2) > 20);
        assert_ne!(digests(1, 100), digests(2, 100));
    }
}
