//! The reference page of the settings, made from the same list that reads them.

use super::Config;
use clap::{Arg, Args, Command};
use std::fmt::Write;

/// `docs/configuration.md`.
pub fn markdown() -> String {
    let command = Config::augment_args(Command::new("mercer"));
    let mut page = String::from(
        "# Configuration\n\n\
         Every setting can be given as a flag, in the environment, or in a TOML file named by `--config`; \
         the first of these that has it wins, then the default. This page is generated: \
         `mercer config --markdown > docs/configuration.md`.\n\n\
         | Flag | Environment | Key in the file | Default | Meaning |\n|---|---|---|---|---|\n",
    );
    for arg in command.get_arguments().filter(|arg| arg.get_long().is_some_and(|long| long != "help")) {
        row(&mut page, arg);
    }
    page
}

fn row(page: &mut String, arg: &Arg) {
    let long = arg.get_long().unwrap_or_default();
    let value = arg.get_value_names().map(|names| names.join(" ")).unwrap_or_default();
    let environment = arg.get_env().map(|name| format!("`{}`", name.to_string_lossy())).unwrap_or_default();
    let key = if long == "config" { String::new() } else { format!("`{}`", arg.get_id()) };
    let defaults: Vec<_> = arg.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
    let default = match defaults.join(",") {
        text if text.is_empty() => String::new(),
        text => format!("`{text}`"),
    };
    let meaning = arg.get_help().map(ToString::to_string).unwrap_or_default();
    writeln!(page, "| `--{long} {value}` | {environment} | {key} | {default} | {meaning}. |")
        .expect("a string takes all text");
}
