//! Both folders carry the same steps, and the steps run.

use crate::support::TestShop;
use shop::args;
use shop::db::DbError;
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

    async fn a_database_of_a_newer_program_is_refused(t: TestShop) {
        tamper(&t, "version = 9999").await;
        assert!(matches!(t.db.migrate().await, Err(DbError::Setup(why)) if why.contains("9999")));
    }

    async fn a_migration_that_was_changed_after_it_ran_is_refused(t: TestShop) {
        tamper(&t, "checksum = (SELECT f.checksum FROM _sqlx_migrations f ORDER BY f.version LIMIT 1)").await;
        assert!(matches!(t.db.migrate().await, Err(DbError::Setup(why)) if why.contains("migration")));
    }
}

/// Rewrites the note on the latest migration.
async fn tamper(t: &TestShop, change: &str) {
    let latest = "version = (SELECT MAX(m.version) FROM _sqlx_migrations m)";
    let mut tx = t.db.begin().await.unwrap();
    assert_eq!(tx.execute(&format!("UPDATE _sqlx_migrations SET {change} WHERE {latest}"), args![]).await.unwrap(), 1);
    tx.commit().await.unwrap();
}
