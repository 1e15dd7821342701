//! Telling those who wait for what is sold out: each once, in turn, and not more than there is something for.

use crate::support::TestShop;
use shop::account::Customer;
use shop::id::{CustomerId, StaffId, StockId};
use shop::inventory::{self, Reason, StockFilter};
use shop::staff::{Role, Staff};
use shop::{Error, Shop, alert, args, worker};

const HOUR_MS: i64 = 60 * 60 * 1000;

fn staff() -> Staff {
    Staff {
        id: StaffId::new(),
        email: "m@example.com".into(),
        name: "Mia".into(),
        role: Role::Staff,
        address: String::new(),
    }
}

impl TestShop {
    async fn change(&self, sql: &str, args: Vec<shop::db::Arg>) -> u64 {
        let mut tx = self.db.begin().await.unwrap();
        let changed = tx.execute(sql, args).await.unwrap();
        tx.commit().await.unwrap();
        changed
    }

    async fn somebody(&self, email: &str) -> Customer {
        let customer = Customer { id: CustomerId::new(), email: email.to_owned(), name: "Ann".into() };
        let sql = "INSERT INTO customer (id, email, name, password_hash, created_at) VALUES ($1, $2, 'Ann', '', 0)";
        self.change(sql, args![customer.id, email]).await;
        customer
    }

    async fn mails(&self) -> Vec<String> {
        let sql = "SELECT recipient FROM mail WHERE state = 'sent' ORDER BY recipient";
        self.db.fetch_all::<(String,)>(sql, args![]).await.unwrap().into_iter().map(|(to,)| to).collect()
    }
}

/// `so_many` strangers ask, one after the other, each from an address of their own.
async fn strangers(t: &TestShop, shop: &Shop, sku: &str, so_many: usize) {
    for n in 0..so_many {
        t.clock.advance(1);
        alert::ask(shop, sku, &format!("s{n:02}@example.org"), None, &format!("192.0.2.{n}")).await.unwrap();
    }
}

async fn bring(shop: &Shop, stock: StockId, units: i64) {
    inventory::adjust(shop, &staff(), stock, units, Reason::Received, "").await.unwrap();
}

/// Lets the worker tell and deliver whatever is due.
async fn work(shop: &Shop) {
    worker::tell_waiting(shop).await.unwrap();
    worker::deliver_outbox(shop).await.unwrap();
}

fn code(outcome: shop::Result<()>) -> String {
    outcome.unwrap_err().problem().code
}

on_both_engines! {
    async fn an_address_waits_once_and_is_told_once(t: TestShop) {
        let (shop, stock) = (t.shop(), t.stock("MUG", 0).await);
        let asked = (0..12).map(|n| {
            let shop = shop.clone();
            tokio::spawn(async move { alert::ask(&shop, "MUG", " Ann@Example.org ", None, &format!("192.0.2.{n}")).await })
        });
        for outcome in asked.collect::<Vec<_>>() {
            outcome.await.unwrap().unwrap();
        }
        assert_eq!(t.number("SELECT COUNT(*) FROM stock_alert").await, 1);
        let rows = inventory::overview(&shop, &staff(), StockFilter::All, "MUG", None, 5).await.unwrap().items;
        assert_eq!(rows[0].waiting, 1);
        work(&shop).await;
        assert_eq!(t.mails().await, Vec::<String>::new(), "nothing is there yet");
        bring(&shop, stock, 2).await;
        for worker in [shop.clone(), shop.clone(), shop.clone()].map(|shop| tokio::spawn(async move { work(&shop).await })) {
            worker.await.unwrap();
        }
        assert_eq!(t.mails().await, ["ann@example.org"]);
        bring(&shop, stock, -2).await;
        bring(&shop, stock, 2).await;
        t.clock.advance(2 * HOUR_MS);
        work(&shop).await;
        assert_eq!(t.mails().await.len(), 1, "it comes back again: nobody waits");
        assert_eq!(t.number("SELECT COUNT(*) FROM stock_return").await, 0);
    }

    async fn the_first_who_asked_are_told_and_no_more_than_three_for_a_unit(t: TestShop) {
        let (shop, stock) = (t.shop(), t.stock("MUG", 0).await);
        strangers(&t, &shop, "MUG", 10).await;
        bring(&shop, stock, 1).await;
        work(&shop).await;
        assert_eq!(t.mails().await, ["s00@example.org", "s01@example.org", "s02@example.org"]);
        // It goes and comes again within the hour: the hour stands.
        bring(&shop, stock, -1).await;
        bring(&shop, stock, 1).await;
        work(&shop).await;
        assert_eq!(t.mails().await.len(), 3);
        t.clock.advance(HOUR_MS);
        work(&shop).await;
        assert_eq!(t.mails().await.len(), 6);
        // Sold before the next hour: nobody hears of what is not there.
        bring(&shop, stock, -1).await;
        t.clock.advance(HOUR_MS);
        work(&shop).await;
        assert_eq!(t.mails().await.len(), 6);
        bring(&shop, stock, 2).await;
        work(&shop).await;
        assert_eq!(t.mails().await.len(), 10, "two units, four left");
        assert_eq!(t.mails().await.iter().collect::<std::collections::HashSet<_>>().len(), 10, "nobody twice");
    }

    async fn whatever_makes_it_sellable_again_counts(t: TestShop) {
        let shop = t.shop();
        for (sku, back) in [
            ("STOCK", "UPDATE stock SET on_hand = 1 WHERE variant_id = (SELECT id FROM variant WHERE sku = 'STOCK')"),
            ("UNTRACKED", "UPDATE variant SET tracked = FALSE WHERE sku = 'UNTRACKED'"),
            ("RELEASED", "UPDATE stock SET reserved = 0 WHERE variant_id = (SELECT id FROM variant WHERE sku = 'RELEASED')"),
            ("FROZEN", "UPDATE stock SET frozen = '' WHERE variant_id = (SELECT id FROM variant WHERE sku = 'FROZEN')"),
        ] {
            let stock = t.stock(sku, i64::from(sku == "RELEASED" || sku == "FROZEN")).await;
            t.change("UPDATE stock SET reserved = on_hand WHERE id = $1 AND on_hand > 0", args![stock]).await;
            if sku == "FROZEN" {
                t.change("UPDATE stock SET reserved = 0, frozen = 'lost' WHERE id = $1", args![stock]).await;
            }
            let email = format!("{}@example.org", sku.to_lowercase());
            alert::ask(&shop, sku, &email, None, sku).await.unwrap();
            t.change(back, args![]).await;
            work(&shop).await;
            assert!(t.mails().await.contains(&email), "{sku}");
        }
        // A withdrawn product tells nobody until it is sold again.
        let stock = t.stock("DRAFT", 0).await;
        alert::ask(&shop, "DRAFT", "draft@example.org", None, "d").await.unwrap();
        t.change("UPDATE product SET status = 'archived' WHERE slug = 'draft'", args![]).await;
        bring(&shop, stock, 3).await;
        work(&shop).await;
        assert!(!t.mails().await.contains(&"draft@example.org".to_owned()));
        t.change("UPDATE product SET status = 'published' WHERE slug = 'draft'", args![]).await;
        work(&shop).await;
        assert!(t.mails().await.contains(&"draft@example.org".to_owned()));
    }

    async fn what_no_trigger_saw_is_found_by_the_hour(t: TestShop) {
        let (shop, stock) = (t.shop(), t.stock("MUG", 0).await);
        strangers(&t, &shop, "MUG", 1).await;
        bring(&shop, stock, 1).await;
        t.change("DELETE FROM stock_return", args![]).await;
        work(&shop).await;
        assert!(t.mails().await.is_empty());
        assert_eq!(worker::find_missed_returns(&shop).await.unwrap(), 1);
        work(&shop).await;
        assert_eq!(t.mails().await.len(), 1);
        assert_eq!(worker::find_missed_returns(&shop).await.unwrap(), 0);
    }

    async fn only_what_is_sold_out_can_be_waited_for(t: TestShop) {
        let (shop, _) = (t.shop(), t.stock("FULL", 3).await);
        assert_eq!(code(alert::ask(&shop, "FULL", "a@example.org", None, "x").await), "in_stock");
        assert_eq!(code(alert::ask(&shop, "NONE", "a@example.org", None, "x").await), "not_found");
        assert_eq!(code(alert::ask(&shop, &"S".repeat(65), "a@example.org", None, "x").await), "not_found");
        t.stock("OUT", 0).await;
        for bad in ["", "ann", "ann@", "a@b.co\r\nBcc: c@d.ef"] {
            assert_eq!(code(alert::ask(&shop, "OUT", bad, None, "x").await), "invalid", "{bad:?}");
        }
        assert_eq!(t.number("SELECT COUNT(*) FROM stock_alert").await, 0);
    }

    async fn who_asks_too_often_is_held_up_and_a_strangers_address_tells_nothing(t: TestShop) {
        let shop = t.shop();
        for n in 0..52 {
            t.stock(&format!("S{n:02}"), 0).await;
        }
        for n in 0..20 {
            alert::ask(&shop, &format!("S{n:02}"), "ann@example.org", None, &n.to_string()).await.unwrap();
        }
        let late = alert::ask(&shop, "S20", "ann@example.org", None, "x").await;
        assert!(matches!(late, Err(Error::TooMany { .. })), "{late:?}");
        for n in 20..52 {
            t.clock.advance(HOUR_MS / 4);
            alert::ask(&shop, &format!("S{n:02}"), "ann@example.org", None, "x").await.unwrap();
        }
        assert_eq!(t.number("SELECT COUNT(*) FROM stock_alert").await, 50, "more is not kept, and not told");
        for n in 0..60 {
            alert::ask(&shop, "S00", &format!("{n}@example.org"), None, "one place").await.unwrap();
        }
        let late = alert::ask(&shop, "S00", "new@example.org", None, "one place").await;
        assert!(matches!(late, Err(Error::TooMany { .. })));
    }

    async fn the_mails_link_ends_what_the_address_waits_for(t: TestShop) {
        let (shop, mug, _) = (t.shop(), t.stock("MUG", 0).await, t.stock("BOWL", 0).await);
        for sku in ["MUG", "BOWL"] {
            alert::ask(&shop, sku, "ann@example.org", None, "x").await.unwrap();
        }
        alert::ask(&shop, "BOWL", "eve@example.org", None, "x").await.unwrap();
        bring(&shop, mug, 1).await;
        work(&shop).await;
        let sql = "SELECT body_text FROM mail";
        let (text,): (String,) = t.db.fetch_one(sql, args![]).await.unwrap();
        assert!(text.contains("http://shop.example/p/mug?variant=MUG"), "{text}");
        let token = text.split("/alerts/").nth(1).unwrap().lines().next().unwrap().to_owned();
        let open = alert::behind(&shop, &token).await.unwrap();
        assert_eq!(open.iter().map(|one| one.slug.as_str()).collect::<Vec<_>>(), ["bowl"]);
        assert_eq!(alert::cancel_behind(&shop, &token).await.unwrap(), 1);
        assert_eq!(alert::cancel_behind(&shop, &token).await.unwrap(), 0, "twice is once");
        assert_eq!(t.number("SELECT COUNT(*) FROM stock_alert WHERE told_at IS NULL").await, 1, "others wait on");
        assert!(matches!(alert::behind(&shop, "nonsense").await, Err(Error::NotFound(_))));
        t.clock.advance(91 * 24 * HOUR_MS);
        worker::purge(&shop).await.unwrap();
        assert!(matches!(alert::behind(&shop, &token).await, Err(Error::NotFound(_))), "addresses are not kept for ever");
        assert_eq!(t.number("SELECT COUNT(*) FROM stock_alert").await, 1);
    }

    async fn a_customer_types_no_address_and_takes_it_back(t: TestShop) {
        let (shop, mug) = (t.shop(), t.stock("MUG", 0).await);
        let (ann, eve) = (t.somebody("ann@example.org").await, t.somebody("eve@example.org").await);
        alert::ask(&shop, "MUG", "ann@example.org", None, "x").await.unwrap();
        assert_eq!(alert::own(&shop, &ann).await.unwrap(), [], "somebody typed it: that proves nothing");
        alert::ask(&shop, "MUG", "other@example.org", Some(&ann), "x").await.unwrap();
        let own = alert::own(&shop, &ann).await.unwrap();
        assert_eq!(own.len(), 1);
        alert::cancel_own(&shop, &eve, own[0].id).await.unwrap();
        assert_eq!(t.number("SELECT COUNT(*) FROM stock_alert").await, 1, "it is not hers");
        alert::cancel_own(&shop, &ann, own[0].id).await.unwrap();
        bring(&shop, mug, 1).await;
        work(&shop).await;
        assert!(t.mails().await.is_empty());
        // Chosen, but gone before its mail was written.
        bring(&shop, mug, -1).await;
        alert::ask(&shop, "MUG", "", Some(&eve), "x").await.unwrap();
        bring(&shop, mug, 1).await;
        worker::tell_waiting(&shop).await.unwrap();
        t.change("DELETE FROM customer WHERE id = $1", args![eve.id]).await;
        worker::deliver_outbox(&shop).await.unwrap();
        assert!(t.mails().await.is_empty());
        assert_eq!(t.number("SELECT COUNT(*) FROM outbox WHERE delivered_at IS NULL").await, 0);
    }
}
