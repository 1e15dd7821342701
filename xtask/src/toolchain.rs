//! A cargo that can build for `wasm32-unknown-unknown`, and the tools from the Debian archive.
//!
//! Both are found or installed by scripts (`scripts/wasm-toolchain.sh`, `scripts/need.sh`), because installing is
//! shell's trade. Here is only how the rest of the build asks for them.

use crate::{Outcome, place};
use std::process::{Command, Stdio};

/// The target of the browser part.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// The environment, `NAME=value` each, under which `cargo` builds for the browser. Empty when the ordinary
/// toolchain has the target.
pub fn environment() -> Outcome<Vec<(String, String)>> {
    let script = place::workspace().join("scripts/wasm-toolchain.sh");
    let answer = Command::new(script).stderr(Stdio::inherit()).output()?;
    if !answer.status.success() {
        return Err("no compiler for the browser part: see the messages above".into());
    }
    Ok(String::from_utf8(answer.stdout)?
        .lines()
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect())
}

/// Makes sure that `command` exists, installing the Debian `package` when it does not.
pub fn need(command: &str, package: &str) -> Outcome {
    let script = place::workspace().join("scripts/need.sh");
    run(Command::new(script).arg(format!("{command}:{package}")))
}

/// Runs a command with its output visible; anything but success is an error that names the command.
pub fn run(command: &mut Command) -> Outcome {
    let status = command.status().map_err(|reason| format!("{}: {reason}", command.get_program().display()))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{} ended with {status}", command.get_program().display()).into())
    }
}

/// What a command prints; anything but success is an error that names the command.
pub fn output(command: &mut Command) -> Outcome<String> {
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .map_err(|reason| format!("{}: {reason}", command.get_program().display()))?;
    if output.status.success() {
        Ok(String::from_utf8(output.stdout)?)
    } else {
        Err(format!("{} ended with {}", command.get_program().display(), output.status).into())
    }
}
