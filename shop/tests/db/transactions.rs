//! What `begin` and `commit` promise, on both engines.

#[expect(unused_imports, reason = "names the argument of on_both_engines!")]
use crate::support::TestShop;
use shop::args;
use shop::db::Violation;

const INSERT: &str = "INSERT INTO setting (key, value) VALUES ($1, $2)";

on_both_engines! {
    async fn a_committed_transaction_is_read_back(t: TestShop) {
        let mut tx = t.db.begin().await.unwrap();
        assert_eq!(tx.execute(INSERT, args!["a", "1"]).await.unwrap(), 1);
        tx.commit().await.unwrap();
        assert_eq!(t.number("SELECT COUNT(*) FROM setting").await, 1);
    }

    async fn a_dropped_transaction_leaves_nothing(t: TestShop) {
        let mut tx = t.db.begin().await.unwrap();
        tx.execute(INSERT, args!["a", "1"]).await.unwrap();
        drop(tx);
        t.db.begin().await.unwrap().commit().await.unwrap();
        assert_eq!(t.number("SELECT COUNT(*) FROM setting").await, 0);
    }

    async fn a_broken_rule_is_told_by_kind(t: TestShop) {
        let mut tx = t.db.begin().await.unwrap();
        tx.execute(INSERT, args!["a", "1"]).await.unwrap();
        let twice = tx.execute(INSERT, args!["a", "2"]).await.unwrap_err();
        assert_eq!(twice.violation(), Some(Violation::Unique));
        drop(tx);
        let mut tx = t.db.begin().await.unwrap();
        let orphan = tx
            .execute("INSERT INTO variant (id, product_id, sku) VALUES ($1, $1, 'X')", args![uuid::Uuid::from_u128(1)])
            .await
            .unwrap_err();
        assert_eq!(orphan.violation(), Some(Violation::ForeignKey));
    }
}
