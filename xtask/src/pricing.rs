//! One price on the server and in a browser: made-up carts are priced by this machine's code and by WebAssembly, and what
//! they come to has to be the same.

use crate::browser::PROBE;
use crate::{Outcome, place, toolchain};
use std::process::Command;

const SEED: &str = "1";
const CARTS: &str = "20000";

/// Fails with the first hundred carts that differ.
pub fn check() -> Outcome {
    PROBE.build()?;
    let here = toolchain::output(Command::new("cargo").current_dir(place::workspace()).args([
        "run",
        "--locked",
        "--quiet",
        "--package",
        "probe",
        "--",
        SEED,
        CARTS,
    ]))?;
    toolchain::need("node", "nodejs")?;
    let script = place::workspace().join("end2end/contract/pricing.mjs");
    let there = toolchain::output(Command::new("node").arg(script).arg(PROBE.folder()).args([SEED, CARTS]))?;
    let differ = here.lines().zip(there.lines()).find(|(here, there)| here != there);
    match differ {
        Some((here, there)) => Err(format!("pricing differs: here {here}, in WebAssembly {there}").into()),
        None if here.lines().count() != there.lines().count() || here.is_empty() => {
            Err("pricing: one of the two said less".into())
        }
        None => {
            println!("pricing: {CARTS} carts cost the same here and in WebAssembly");
            Ok(())
        }
    }
}
