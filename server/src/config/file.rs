//! The configuration file: its values become the defaults of the flags of the same name.

use clap::Command;
use clap::error::ErrorKind;
use std::ffi::OsString;
use std::path::PathBuf;

/// `command` with the defaults that the file named by `--config` or `MERCER_CONFIG` gives.
///
/// # Errors
/// A usage error when the file cannot be read, is not TOML, or names a setting that does not exist.
pub fn command_with_file(mut command: Command, arguments: &[OsString]) -> Result<Command, clap::Error> {
    let Some(path) = named_file(arguments) else { return Ok(command) };
    let refuse = |command: &mut Command, message: String| {
        Err(command.error(ErrorKind::Io, format!("{}: {message}", path.display())))
    };
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) => return refuse(&mut command, error.to_string()),
    };
    let table: toml::Table = match toml::from_str(&text) {
        Ok(table) => table,
        Err(error) => return refuse(&mut command, error.message().to_owned()),
    };
    for (key, value) in table {
        let known = key != "config" && command.get_arguments().any(|arg| arg.get_id().as_str() == key);
        let (true, Some(values)) = (known, as_texts(&value)) else {
            return refuse(&mut command, format!("no setting takes {key:?} with this value"));
        };
        command = command.mut_arg(key, |arg| arg.default_values(values));
    }
    Ok(command)
}

/// The file has to be known before the flags can be read, so this one is looked for by hand.
fn named_file(arguments: &[OsString]) -> Option<PathBuf> {
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match argument.to_str() {
            Some("--config") => return arguments.next().map(PathBuf::from),
            Some(text) if text.starts_with("--config=") => return text.split_once('=').map(|(_, path)| path.into()),
            _ => {}
        }
    }
    std::env::var_os("MERCER_CONFIG").filter(|path| !path.is_empty()).map(PathBuf::from)
}

fn as_texts(value: &toml::Value) -> Option<Vec<String>> {
    match value {
        toml::Value::String(text) => Some(vec![text.clone()]),
        toml::Value::Integer(number) => Some(vec![number.to_string()]),
        toml::Value::Boolean(flag) => Some(vec![flag.to_string()]),
        toml::Value::Array(items) => items.iter().map(as_texts).collect::<Option<Vec<_>>>().map(|texts| texts.concat()),
        _ => None,
    }
}
