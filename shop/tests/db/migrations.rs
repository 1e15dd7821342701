//! Both folders carry the same steps, and the steps run.

use crate::support::TestShop;
use shop::args;
use std::path::Path;

fn names(engine: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations").join(engine);
    let mut names: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn both_engines_have_the_same_migrations() {
    let sqlite = names("sqlite");
    assert!(!sqlite.is_empty());
    assert_eq!(sqlite, names("postgres"));
}

on_both_engines! {
    async fn migrations_run_and_run_again_without_effect(t: TestShop) {
        let applied = t.number("SELECT COUNT(*) FROM _sqlx_migrations").await;
        assert_eq!(applied, i64::try_from(names("sqlite").len()).unwrap());
        t.db.migrate().await.unwrap();
        assert_eq!(t.number("SELECT COUNT(*) FROM _sqlx_migrations").await, applied);
        assert_eq!(t.db.fetch_all::<(i64,)>("SELECT amount FROM price", args![]).await.unwrap(), []);
    }
}
