//! Whatever bytes come as a file of products, in whichever format: an answer within bounds, never a panic.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    shop::import::probe(bytes);
});
