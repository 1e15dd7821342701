//! Customers: registering, logging in, guessing, saved addresses.

use crate::support::TestShop;
use shop::account::{self, Customer};
use shop::address::Address;
use shop::{Error, args, setting};

const PASSWORD: &str = "correct horse battery";
const HOME: &str = "192.0.2.1";

async fn register(t: &TestShop, email: &str) -> Customer {
    account::register(&t.shop(), email, "Ann", PASSWORD, HOME).await.unwrap()
}

fn address(line1: &str) -> Address {
    Address {
        name: "Ann".into(),
        line1: line1.into(),
        city: "Berlin".into(),
        postal_code: "10115".into(),
        country: "DE".into(),
        ..Address::default()
    }
}

fn fields(outcome: shop::Result<Customer>) -> Vec<String> {
    match outcome {
        Err(Error::Invalid(fields)) => fields.into_iter().map(|field| field.field).collect(),
        other => panic!("accepted: {other:?}"),
    }
}

on_both_engines! {
    async fn a_registered_customer_logs_in_whatever_the_case_of_the_address(t: TestShop) {
        let ann = register(&t, " Ann@Example.org ").await;
        assert_eq!(ann.email, "ann@example.org");
        let again = account::log_in(&t.shop(), "ANN@example.org", PASSWORD, HOME).await.unwrap();
        assert_eq!(again, ann);
        assert_eq!(account::by_id(&t.shop(), ann.id).await.unwrap(), ann);
    }

    async fn what_is_wrong_with_a_registration_is_told_by_field_and_nothing_is_kept(t: TestShop) {
        let shop = t.shop();
        assert_eq!(fields(account::register(&shop, "nobody", " ", "short", HOME).await), ["email", "name", "password"]);
        assert_eq!(fields(account::register(&shop, "a@b.co", "Ann", "password1", HOME).await), ["password"]);
        register(&t, "a@b.co").await;
        assert_eq!(fields(account::register(&shop, "A@b.co", "Eve", PASSWORD, HOME).await), ["email"]);
        assert_eq!(t.number("SELECT CAST(COUNT(*) AS BIGINT) FROM customer").await, 1);
    }

    async fn a_wrong_password_an_unknown_address_and_a_disabled_account_look_the_same(t: TestShop) {
        let ann = register(&t, "ann@example.org").await;
        let shop = t.shop();
        let wrong = account::log_in(&shop, "ann@example.org", "wrong password", HOME).await;
        let unknown = account::log_in(&shop, "eve@example.org", PASSWORD, HOME).await;
        let mut tx = t.db.begin().await.unwrap();
        tx.execute("UPDATE customer SET disabled_at = 1 WHERE id = $1", args![ann.id]).await.unwrap();
        tx.commit().await.unwrap();
        let disabled = account::log_in(&shop, "ann@example.org", PASSWORD, HOME).await;
        for outcome in [wrong, unknown, disabled] {
            assert!(matches!(outcome, Err(Error::Unauthenticated)), "{outcome:?}");
        }
        assert!(matches!(account::by_id(&shop, ann.id).await, Err(Error::NotFound(_))));
    }

    async fn ten_guesses_end_a_strangers_attempts_but_not_the_owners(t: TestShop) {
        register(&t, "ann@example.org").await;
        let shop = t.shop();
        for _ in 0..10 {
            let outcome = account::log_in(&shop, "ann@example.org", "wrong password", "203.0.113.6").await;
            assert!(matches!(outcome, Err(Error::Unauthenticated)));
        }
        let eleventh = account::log_in(&shop, "ann@example.org", PASSWORD, "203.0.113.6").await;
        assert!(matches!(eleventh, Err(Error::TooMany { retry_after_s: 1.. })), "{eleventh:?}");
        account::log_in(&shop, "ann@example.org", PASSWORD, HOME).await.unwrap();
        t.clock.advance(16 * 60 * 1000);
        account::log_in(&shop, "ann@example.org", PASSWORD, "203.0.113.6").await.unwrap();
    }

    async fn a_new_password_ends_every_session_and_needs_the_old_one(t: TestShop) {
        let ann = register(&t, "ann@example.org").await;
        let shop = t.shop();
        let mut tx = t.db.begin().await.unwrap();
        tx.execute(
            "INSERT INTO session (id, data, customer_id, created_at, seen_at, expires_at) VALUES ('s', '{}', $1, 0, 0, 1)",
            args![ann.id],
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();

        let refused = account::change_password(&shop, &ann, "not the old one", "a new long password", HOME).await;
        assert!(matches!(refused, Err(Error::Invalid(_))));
        assert_eq!(t.number("SELECT CAST(COUNT(*) AS BIGINT) FROM session").await, 1);

        account::change_password(&shop, &ann, PASSWORD, "a new long password", HOME).await.unwrap();
        assert_eq!(t.number("SELECT CAST(COUNT(*) AS BIGINT) FROM session").await, 0);
        assert!(account::log_in(&shop, "ann@example.org", PASSWORD, HOME).await.is_err());
        account::log_in(&shop, "ann@example.org", "a new long password", HOME).await.unwrap();
    }

    async fn a_customer_with_addresses_has_exactly_one_default(t: TestShop) {
        let (ann, shop) = (register(&t, "ann@example.org").await, t.shop());
        let first = account::save_address(&shop, &ann, None, &address("One 1"), false).await.unwrap();
        let second = account::save_address(&shop, &ann, None, &address("Two 2"), true).await.unwrap();
        let all = account::addresses(&shop, &ann).await.unwrap();
        assert_eq!(all.iter().map(|a| (a.id, a.is_default)).collect::<Vec<_>>(), [(second, true), (first, false)]);
        account::delete_address(&shop, &ann, second).await.unwrap();
        let all = account::addresses(&shop, &ann).await.unwrap();
        assert_eq!(all.iter().map(|a| (a.id, a.is_default)).collect::<Vec<_>>(), [(first, true)]);
    }

    async fn another_customers_address_does_not_exist(t: TestShop) {
        let (ann, eve, shop) = (register(&t, "ann@example.org").await, register(&t, "eve@example.org").await, t.shop());
        let anns = account::save_address(&shop, &ann, None, &address("One 1"), false).await.unwrap();
        let changed = account::save_address(&shop, &eve, Some(anns), &address("Two 2"), true).await;
        assert!(matches!(changed, Err(Error::NotFound(_))));
        assert!(matches!(account::delete_address(&shop, &eve, anns).await, Err(Error::NotFound(_))));
        assert_eq!(account::addresses(&shop, &ann).await.unwrap()[0].address, address("One 1"));
        assert!(account::addresses(&shop, &eve).await.unwrap().is_empty());
    }

    async fn settings_come_back_as_they_were_saved(t: TestShop) {
        let settings = setting::Settings { shop_name: "Corner".into(), ..setting::load(&t.db).await.unwrap() };
        for _ in 0..2 {
            let mut tx = t.db.begin().await.unwrap();
            setting::save(&mut tx, &settings).await.unwrap();
            tx.commit().await.unwrap();
            assert_eq!(setting::load(&t.db).await.unwrap(), settings);
        }
    }
}
