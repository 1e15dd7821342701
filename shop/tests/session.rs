//! Sessions: good until they expire or are revoked, and never back afterwards.

use crate::support::TestShop;
use futures_util::future::join_all;
use shop::args;
use shop::id::{CustomerId, StaffId};
use shop::session::{self, Creator, Owner, Session};

fn session(name: &str, owner: Option<Owner>, expires_at: i64) -> Session {
    Session {
        key: session::key(name),
        data: format!("{{\"name\":\"{name}\"}}"),
        customer_id: if let Some(Owner::Customer(id)) = owner { Some(id) } else { None },
        staff_id: if let Some(Owner::Staff(id)) = owner { Some(id) } else { None },
        user_agent: format!("agent of {name}"),
        expires_at,
    }
}

async fn people(t: &TestShop) -> (Owner, Owner) {
    let (customer, staff) = (CustomerId::new(), StaffId::new());
    let mut tx = t.db.begin().await.unwrap();
    tx.execute("INSERT INTO customer (id, email, password_hash, created_at) VALUES ($1, 'c', '', 0)", args![customer])
        .await
        .unwrap();
    tx.execute(
        "INSERT INTO staff (id, email, name, password_hash, role, created_at) VALUES ($1, 's', '', '', 'owner', 0)",
        args![staff],
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
    (Owner::Customer(customer), Owner::Staff(staff))
}

on_both_engines! {
    async fn a_session_is_read_back_until_it_expires(t: TestShop) {
        let one = session("one", None, 100);
        let creator = Creator::start(&t.db);
        creator.create(one.clone(), 10).await.unwrap();
        assert_eq!(session::load(&t.db, &one.key, 99).await.unwrap(), Some((one.data.clone(), 100)));
        assert_eq!(session::load(&t.db, &one.key, 100).await.unwrap(), None);
        assert_eq!(session::load(&t.db, "one", 10).await.unwrap(), None);
        assert_eq!(t.number("SELECT COUNT(*) FROM session WHERE id = 'one'").await, 0);
        assert!(creator.create(one, 10).await.unwrap_err().is_unique_violation());
        assert_eq!(session::delete_expired(&t.db, 99).await.unwrap(), 0);
        assert_eq!(session::delete_expired(&t.db, 100).await.unwrap(), 1);
    }

    async fn a_taken_key_among_many_costs_nobody_else_a_session(t: TestShop) {
        let creator = Creator::start(&t.db);
        creator.create(session("3", None, 100), 10).await.unwrap();
        let all = (0..8).map(|n| creator.create(session(&n.to_string(), None, 100), 10));
        let made: Vec<bool> = join_all(all).await.into_iter().map(|made| made.is_ok()).collect();
        assert_eq!(made, [true, true, true, false, true, true, true, true]);
        assert_eq!(t.number("SELECT COUNT(*) FROM session").await, 8);
    }

    async fn a_save_changes_a_session_and_never_brings_a_revoked_one_back(t: TestShop) {
        let (customer, _) = people(&t).await;
        let anonymous = session("one", None, 100);
        Creator::start(&t.db).create(anonymous, 10).await.unwrap();
        let logged_in = session("one", Some(customer), 200);
        assert!(session::save(&t.db, &logged_in, 20).await.unwrap());
        let logins = session::list(&t.db, customer, 20).await.unwrap();
        assert_eq!((logins[0].created_at, logins[0].seen_at, logins[0].expires_at), (10, 20, 200));
        assert!(session::delete(&t.db, &logged_in.key).await.unwrap());
        assert!(!session::save(&t.db, &logged_in, 30).await.unwrap());
        assert_eq!(session::load(&t.db, &logged_in.key, 30).await.unwrap(), None);
    }

    async fn owners_list_and_revoke_their_own_sessions_only(t: TestShop) {
        let (customer, staff) = people(&t).await;
        let creator = Creator::start(&t.db);
        for (name, owner) in [("a", Some(customer)), ("b", Some(customer)), ("c", Some(staff)), ("d", None)] {
            creator.create(session(name, owner, 100), 10).await.unwrap();
        }
        let agents = |logins: Vec<session::Login>| logins.into_iter().map(|l| l.user_agent).collect::<Vec<_>>();
        assert_eq!(session::list(&t.db, customer, 10).await.unwrap().len(), 2);
        assert_eq!(agents(session::list(&t.db, staff, 10).await.unwrap()), ["agent of c"]);
        assert!(session::list(&t.db, customer, 100).await.unwrap().is_empty());

        assert!(!session::revoke(&t.db, customer, &session::key("c")).await.unwrap());
        assert!(session::revoke(&t.db, customer, &session::key("a")).await.unwrap());
        creator.create(session("e", Some(customer), 100), 10).await.unwrap();
        assert_eq!(session::revoke_all(&t.db, customer, Some(&session::key("b"))).await.unwrap(), 1);
        assert_eq!(agents(session::list(&t.db, customer, 10).await.unwrap()), ["agent of b"]);
        assert_eq!(session::revoke_all(&t.db, staff, None).await.unwrap(), 1);
        assert_eq!(t.number("SELECT COUNT(*) FROM session").await, 2);
    }
}
