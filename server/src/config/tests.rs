//! Where a setting comes from, and what is never shown of it.

use super::*;
use clap::{Command, FromArgMatches};
use std::ffi::OsString;
use std::io::Write;

fn read(arguments: &[&str]) -> Result<Config, clap::Error> {
    let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
    let command = command_with_file(Config::augment_args(Command::new("mercer").no_binary_name(true)), &arguments)?;
    Config::from_arg_matches(&command.try_get_matches_from(arguments)?)
}

fn file(text: &str) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file
}

#[test]
fn a_flag_wins_over_the_file_and_the_file_over_the_default() {
    let file = file("addr = \"127.0.0.1:4000\"\ntrusted_proxies = 2\nstripe_webhook_secret = [\"a\", \"b\"]\n");
    let path = file.path().to_str().unwrap();
    let config = read(&["--config", path, "--trusted-proxies", "1"]).unwrap();
    assert_eq!(config.addr.port(), 4000);
    assert_eq!(config.trusted_proxies, 1);
    assert_eq!(config.stripe().webhook_secrets, ["a", "b"]);
    assert_eq!(read(&[]).unwrap().addr.port(), 3000);
    assert_eq!(read(&[&format!("--config={path}")]).unwrap().addr.port(), 4000);
}

#[test]
fn a_file_with_an_unknown_key_or_a_bad_value_is_refused() {
    for text in ["adr = \"127.0.0.1:4000\"", "addr = \"nowhere\"", "addr = { port = 1 }", "not toml"] {
        let file = file(text);
        assert!(read(&["--config", file.path().to_str().unwrap()]).is_err(), "{text}");
    }
    assert!(read(&["--config", "/nowhere/mercer.toml"]).is_err());
}

#[test]
fn an_origin_is_scheme_host_and_port_and_nothing_more() {
    assert_eq!(parse_origin("https://shop.example/").unwrap(), "https://shop.example");
    assert_eq!(parse_origin("http://127.0.0.1:3000").unwrap(), "http://127.0.0.1:3000");
    for bad in ["shop.example", "ftp://shop.example", "https://shop.example/shop", "https://shop.example?a=1"] {
        assert!(parse_origin(bad).is_err(), "{bad}");
    }
}

#[test]
fn a_limit_on_calls_is_what_was_set_and_else_the_providers_own() {
    let config = read(&["--stripe-rate-limit", "500/100", "--paypal-rate-limit", "30"]).unwrap();
    assert_eq!(config.stripe_rate_limit, Some(RateLimit { per_second: 500, per_endpoint: 100 }));
    assert_eq!((config.paypal_rate_limit, config.razorpay_rate_limit), (30, 0));
    assert!(read(&["--stripe-rate-limit", "fast"]).is_err());
    let own = |arguments: &[&str]| read(arguments).unwrap().stripe().rate_limit();
    assert_eq!(own(&["--stripe-secret-key", "sk_live_x"]), "100/25".parse().unwrap());
    assert_eq!(own(&["--stripe-secret-key", "sk_test_x"]), "25/25".parse().unwrap());
    assert_eq!(own(&["--stripe-api-base", "http://127.0.0.1:4242"]), RateLimit::NONE);
}

#[test]
fn secrets_do_not_show_in_debug_output() {
    let config = read(&["--stripe-secret-key", "sk_live_hidden", "--database-url", "postgres://a:hidden@b/c"]).unwrap();
    assert!(!format!("{config:?}").contains("hidden"));
}

#[test]
fn the_reference_page_is_current() {
    let committed = include_str!("../../../docs/configuration.md");
    assert_eq!(committed, markdown(), "run: mercer config --markdown > docs/configuration.md");
}
