//! Coming in, staying in, being put out; and that the log tells of it.

use crate::support::TestShop;
use shop::args;
use shop::audit;
use shop::staff::{self, Role, Staff};
use shop::{Error, Shop};

const PASSWORD: &str = "correct horse battery";

async fn owner(shop: &Shop) -> Staff {
    let link = staff::first_link(shop).await.unwrap();
    staff::accept(shop, &link.token, "Olga Owner", "Olga@Example.com", PASSWORD, "192.0.2.1").await.unwrap()
}

async fn colleague(shop: &Shop, by: &Staff, role: Role, email: &str) -> Staff {
    let link = staff::invite(shop, by, role, email).await.unwrap();
    staff::accept(shop, &link.token, "Colleague", email, PASSWORD, "").await.unwrap()
}

async fn open_session(shop: &Shop, of: &Staff, id: &str) {
    let mut tx = shop.db.begin().await.unwrap();
    let now = shop.now_ms();
    tx.execute(
        "INSERT INTO session (id, data, staff_id, created_at, seen_at, expires_at) VALUES ($1, '{}', $2, $3, $3, $4)",
        args![id, of.id, now, now + 1000],
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
}

fn code<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    result.unwrap_err().problem().code
}

on_both_engines! {
    async fn an_invitation_opens_once(t: TestShop) {
        let shop = t.shop();
        let link = staff::first_link(&shop).await.unwrap();
        assert_eq!(staff::check(&shop, &link.token).await.unwrap().role, Role::Owner);
        let who = staff::accept(&shop, &link.token, "Olga", "Olga@example.com", PASSWORD, "").await.unwrap();
        assert_eq!((who.email.as_str(), who.role), ("olga@example.com", Role::Owner));
        let again = staff::accept(&shop, &link.token, "Eve", "eve@example.com", PASSWORD, "").await;
        assert_eq!(code(again), "not_found");
        assert_eq!(t.number("SELECT COUNT(*) FROM staff").await, 1);
    }

    async fn an_invitation_is_used_by_one_of_many_at_once(t: TestShop) {
        let shop = t.shop();
        let link = staff::first_link(&shop).await.unwrap();
        let tries = (0..4).map(|n| {
            let (shop, token) = (shop.clone(), link.token.clone());
            tokio::spawn(async move {
                staff::accept(&shop, &token, "Many", &format!("m{n}@example.com"), PASSWORD, "").await.is_ok()
            })
        });
        let mut let_in = 0;
        for outcome in tries.collect::<Vec<_>>() {
            let_in += i32::from(outcome.await.unwrap());
        }
        assert_eq!(let_in, 1);
        assert_eq!(t.number("SELECT COUNT(*) FROM staff").await, 1);
    }

    async fn an_invitation_lasts_a_day(t: TestShop) {
        let shop = t.shop();
        let link = staff::first_link(&shop).await.unwrap();
        t.clock.advance(staff::INVITATION_MS);
        assert_eq!(code(staff::check(&shop, &link.token).await), "not_found");
        assert_eq!(code(staff::accept(&shop, &link.token, "Olga", "o@example.com", PASSWORD, "").await), "not_found");
    }

    async fn an_invitation_survives_refused_input(t: TestShop) {
        let shop = t.shop();
        let link = staff::first_link(&shop).await.unwrap();
        let Err(Error::Invalid(fields)) = staff::accept(&shop, &link.token, " ", "nobody", "short", "").await else {
            panic!("blank name, bad address and short password pass")
        };
        let named: Vec<_> = fields.iter().map(|f| f.field.as_str()).collect();
        assert_eq!(named, ["name", "email", "password"]);
        assert!(staff::check(&shop, &link.token).await.is_ok());
    }

    async fn the_right_password_and_no_other_lets_in(t: TestShop) {
        let shop = t.shop();
        let olga = owner(&shop).await;
        assert_eq!(staff::log_in(&shop, " OLGA@example.com", PASSWORD, "192.0.2.1").await.unwrap().id, olga.id);
        assert_eq!(code(staff::log_in(&shop, "olga@example.com", "wrong password", "").await), "invalid");
        assert_eq!(code(staff::log_in(&shop, "nobody@example.com", PASSWORD, "").await), "invalid");
    }

    async fn guessing_is_stopped_and_time_ends_the_stop(t: TestShop) {
        let shop = t.shop();
        owner(&shop).await;
        for _ in 0..10 {
            assert_eq!(code(staff::log_in(&shop, "olga@example.com", "guess guess", "").await), "invalid");
        }
        assert_eq!(code(staff::log_in(&shop, "olga@example.com", PASSWORD, "").await), "too_many");
        t.clock.advance(15 * 60 * 1000);
        assert!(staff::log_in(&shop, "olga@example.com", PASSWORD, "").await.is_ok());
    }

    async fn disabling_somebody_ends_their_sessions(t: TestShop) {
        let shop = t.shop();
        let olga = owner(&shop).await;
        let sam = colleague(&shop, &olga, Role::Staff, "sam@example.com").await;
        open_session(&shop, &sam, "sams").await;
        open_session(&shop, &olga, "olgas").await;
        staff::disable(&shop, &olga, sam.id).await.unwrap();
        assert_eq!(t.number("SELECT COUNT(*) FROM session").await, 1);
        assert_eq!(code(staff::by_id(&shop, sam.id, "").await), "unauthenticated");
        assert_eq!(code(staff::log_in(&shop, "sam@example.com", PASSWORD, "").await), "invalid");
        staff::enable(&shop, &olga, sam.id).await.unwrap();
        assert!(staff::log_in(&shop, "sam@example.com", PASSWORD, "").await.is_ok());
    }

    async fn the_last_owner_stays(t: TestShop) {
        let shop = t.shop();
        let olga = owner(&shop).await;
        assert_eq!(code(staff::disable(&shop, &olga, olga.id).await), "last_owner");
        assert_eq!(code(staff::change_role(&shop, &olga, olga.id, Role::Staff).await), "last_owner");
        let otto = colleague(&shop, &olga, Role::Owner, "otto@example.com").await;
        staff::change_role(&shop, &olga, olga.id, Role::Staff).await.unwrap();
        assert_eq!(code(staff::disable(&shop, &otto, otto.id).await), "last_owner");
    }

    async fn two_owners_cannot_both_leave_at_once(t: TestShop) {
        let shop = t.shop();
        let olga = owner(&shop).await;
        let otto = colleague(&shop, &olga, Role::Owner, "otto@example.com").await;
        let leave = |who: Staff| {
            let shop = shop.clone();
            tokio::spawn(async move { staff::change_role(&shop, &who, who.id, Role::Staff).await.is_ok() })
        };
        let (one, other) = (leave(olga), leave(otto));
        let _ = (one.await.unwrap(), other.await.unwrap());
        assert!(t.number("SELECT COUNT(*) FROM staff WHERE role = 'owner'").await >= 1);
    }

    async fn staff_may_not_do_what_owners_may(t: TestShop) {
        let shop = t.shop();
        let olga = owner(&shop).await;
        let sam = colleague(&shop, &olga, Role::Staff, "sam@example.com").await;
        assert_eq!(code(staff::list(&shop, &sam).await), "forbidden");
        assert_eq!(code(staff::invite(&shop, &sam, Role::Owner, "").await), "forbidden");
        assert_eq!(code(staff::change_role(&shop, &sam, sam.id, Role::Owner).await), "forbidden");
        assert_eq!(code(staff::disable(&shop, &sam, olga.id).await), "forbidden");
        assert_eq!(code(staff::enable(&shop, &sam, olga.id).await), "forbidden");
        assert_eq!(code(audit::list(&shop, &sam, &audit::Filter::default(), None, 10).await), "forbidden");
        assert_eq!(code(audit::entities(&shop, &sam).await), "forbidden");
    }

    async fn one_ends_ones_own_sessions_alone(t: TestShop) {
        let shop = t.shop();
        let olga = owner(&shop).await;
        let sam = colleague(&shop, &olga, Role::Staff, "sam@example.com").await;
        for id in ["a", "b"] {
            open_session(&shop, &olga, id).await;
        }
        assert_eq!(code(staff::revoke(&shop, &sam, "a").await), "not_found");
        staff::revoke(&shop, &olga, "a").await.unwrap();
        let left: Vec<_> = staff::sessions(&shop, &olga).await.unwrap().into_iter().map(|s| s.key).collect();
        assert_eq!(left, ["b"]);
        open_session(&shop, &olga, "c").await;
        assert_eq!(code(staff::change_password(&shop, &olga, "not mine", "a new password", "b").await), "invalid");
        staff::change_password(&shop, &olga, PASSWORD, "a new password", "b").await.unwrap();
        let left: Vec<_> = staff::sessions(&shop, &olga).await.unwrap().into_iter().map(|s| s.key).collect();
        assert_eq!(left, ["b"]);
        assert!(staff::log_in(&shop, &olga.email, "a new password", "").await.is_ok());
    }

    async fn one_address_joins_once(t: TestShop) {
        let shop = t.shop();
        let olga = owner(&shop).await;
        let link = staff::invite(&shop, &olga, Role::Staff, "").await.unwrap();
        let twice = staff::accept(&shop, &link.token, "Olga again", "olga@example.com", PASSWORD, "").await;
        assert_eq!(code(twice), "invalid");
        assert!(staff::check(&shop, &link.token).await.is_ok());
        assert_eq!(t.number("SELECT COUNT(*) FROM staff").await, 1);
    }

    async fn the_log_tells_who_what_and_from_where(t: TestShop) {
        let shop = t.shop();
        let olga = owner(&shop).await;
        let sam = colleague(&shop, &olga, Role::Staff, "sam@example.com").await;
        staff::change_role(&shop, &olga, sam.id, Role::Owner).await.unwrap();
        let of_sam = audit::Filter { entity: "staff".into(), entity_id: sam.id.to_string() };
        let page = audit::list(&shop, &olga, &of_sam, None, 1).await.unwrap();
        let change = &page.items[0];
        assert_eq!((change.actor.as_str(), change.action.as_str()), ("Olga Owner", "staff.change_role"));
        assert_eq!(change.address, "192.0.2.1");
        assert_eq!(change.before.as_ref().unwrap()["role"], "staff");
        assert_eq!(change.after.as_ref().unwrap()["role"], "owner");
        let older = audit::list(&shop, &olga, &of_sam, page.next.as_deref(), 10).await.unwrap();
        assert_eq!(older.items.iter().map(|r| r.action.as_str()).collect::<Vec<_>>(), ["staff.join"]);
        assert_eq!(older.next, None);
        assert_eq!(audit::entities(&shop, &olga).await.unwrap(), ["staff"]);
        assert_eq!(code(audit::list(&shop, &olga, &of_sam, Some("x"), 10).await), "invalid");
    }

    async fn no_secret_reaches_the_log(t: TestShop) {
        let shop = t.shop();
        let olga = owner(&shop).await;
        staff::log_in(&shop, "olga@example.com", PASSWORD, "").await.unwrap();
        let link = staff::invite(&shop, &olga, Role::Staff, "").await.unwrap();
        let rows: Vec<(Option<String>, Option<String>)> =
            shop.db.fetch_all("SELECT before, after FROM audit_log", args![]).await.unwrap();
        let all = format!("{rows:?}");
        assert!(!all.contains(PASSWORD) && !all.contains(&link.token) && !all.contains("argon2"), "{all}");
    }
}
