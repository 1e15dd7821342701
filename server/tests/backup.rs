//! `mercer backup` and `mercer restore`, as somebody types them.

use std::path::Path;
use std::process::{Command, Output};

fn mercer(data: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mercer"))
        .args(arguments)
        .env_remove("DATABASE_URL")
        .env("MERCER_DATA_DIR", data)
        .output()
        .unwrap()
}

fn said(output: &Output) -> (bool, String) {
    let text = [&output.stdout[..], &output.stderr[..]].concat();
    (output.status.success(), String::from_utf8(text).unwrap())
}

#[test]
fn a_shop_is_backed_up_and_put_back_from_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second, backup) =
        (folder.path().join("first"), folder.path().join("second"), folder.path().join("backup"));
    let to = backup.to_str().unwrap();

    let (done, text) = said(&mercer(&first, &["backup", to]));
    assert!(!done && text.contains("is not there"), "{text}");
    assert!(said(&mercer(&first, &["seed", "--products", "12"])).0);
    let (done, text) = said(&mercer(&first, &["backup", to]));
    assert!(done && text.contains("12 products"), "{text}");
    assert!(backup.join("manifest.json").exists());
    let (done, text) = said(&mercer(&first, &["backup", to]));
    assert!(!done && text.contains("exists already"), "{text}");

    let (done, text) = said(&mercer(&second, &["restore", to]));
    assert!(done && text.contains("no orders are taken"), "{text}");
    let (done, text) = said(&mercer(&second, &["restore", to]));
    assert!(!done && text.contains("exists already"), "{text}");
    let (done, text) = said(&mercer(&second, &["restore", "--replace", to]));
    assert!(done, "{text}");
    // It is the same shop.
    let again = folder.path().join("again");
    let (done, text) = said(&mercer(&second, &["backup", again.to_str().unwrap()]));
    assert!(done && text.contains("12 products"), "{text}");
}

#[test]
fn on_postgres_the_commands_are_said_and_nothing_is_claimed() {
    let folder = tempfile::tempdir().unwrap();
    for (verb, command) in [("backup", "pg_dump "), ("restore", "pg_restore ")] {
        let output = mercer(folder.path(), &[verb, "there", "--database-url", "postgres://127.0.0.1:1/none"]);
        let (done, text) = said(&output);
        assert!(!done && text.contains(command) && text.contains("nothing was "), "{text}");
    }
}
