//! Old addresses lead to the new ones in one hop, whatever was renamed to what; what is missed is counted in bounds.

use crate::support::TestShop;
use shop::id::StaffId;
use shop::limits::{MISSING_ADDRESSES, REDIRECT_FILE_ROWS};
use shop::redirect::{self, Counts, Imported, Origin};
use shop::staff::{Role, Staff};
use shop::{Error, Shop, args};

fn anna() -> Staff {
    let text = serde_json::json!({ "id": StaffId::new(), "email": "anna@shop.example", "name": "Anna", "role": Role::Staff, "address": "" });
    serde_json::from_value(text).unwrap()
}

async fn rename(t: &TestShop, table: &str, from: &str, to: &str) {
    let mut tx = t.db.begin().await.unwrap();
    let sql = format!("UPDATE {table} SET slug = $2 WHERE slug = $1");
    assert_eq!(tx.execute(&sql, args![from, to]).await.unwrap(), 1);
    tx.commit().await.unwrap();
}

async fn leads(shop: &Shop, path: &str) -> Option<String> {
    redirect::find(shop, path).await.unwrap().map(|moved| moved.target)
}

/// Fields refused.
fn fields(error: Error) -> Vec<String> {
    let Error::Invalid(fields) = error else { panic!("{error}") };
    fields.into_iter().map(|field| field.field).collect()
}

async fn in_reverse(t: &TestShop, source: &str, target: &str) -> bool {
    let mut tx = t.db.begin().await.unwrap();
    let insert = "INSERT INTO redirect (source, target, origin) VALUES ($1, $2, 'hand')";
    tx.execute(insert, args![source, target]).await.is_err()
}

on_both_engines! {
    async fn every_old_name_is_one_hop_from_the_newest(t: TestShop) {
        let shop = t.shop();
        t.variant("A").await;
        for (from, to) in [("a", "b"), ("b", "c"), ("c", "d")] {
            rename(&t, "product", from, to).await;
        }
        for old in ["/p/a", "/p/b", "/p/c"] {
            assert_eq!(leads(&shop, old).await.as_deref(), Some("/p/d"), "{old}");
        }
        // A name that comes back is the page again, and nothing goes round.
        rename(&t, "product", "d", "b").await;
        assert_eq!(leads(&shop, "/p/b").await, None);
        assert_eq!(leads(&shop, "/p/a").await.as_deref(), Some("/p/b"));
        assert_eq!(leads(&shop, "/p/d").await.as_deref(), Some("/p/b"));
        assert_eq!(t.number("SELECT COUNT(*) FROM redirect r JOIN redirect s ON s.source = r.target").await, 0);
    }

    async fn who_takes_a_name_has_it(t: TestShop) {
        let shop = t.shop();
        t.variant("A").await;
        rename(&t, "product", "a", "b").await;
        t.variant("a").await;
        assert_eq!(leads(&shop, "/p/a").await, None, "another product lives there");
        // Two products swap names by way of a third.
        for (from, to) in [("a", "x"), ("b", "a"), ("x", "b")] {
            rename(&t, "product", from, to).await;
        }
        assert_eq!((leads(&shop, "/p/a").await, leads(&shop, "/p/b").await), (None, None));
        assert_eq!(leads(&shop, "/p/x").await.as_deref(), Some("/p/b"));
    }

    async fn a_draft_takes_a_name_when_it_is_published_and_is_told_to_nobody_before(t: TestShop) {
        let shop = t.shop();
        t.variant("A").await;
        rename(&t, "product", "a", "b").await;
        let mut tx = t.db.begin().await.unwrap();
        let draft = "INSERT INTO product (id, slug, title, status, created_at, updated_at) VALUES ($1, 'a', 'a', 'draft', 0, 0)";
        tx.execute(draft, args![shop::id::ProductId::new()]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(leads(&shop, "/p/a").await.as_deref(), Some("/p/b"));
        let mut tx = t.db.begin().await.unwrap();
        tx.execute("UPDATE product SET status = 'published' WHERE slug = 'a'", args![]).await.unwrap();
        tx.execute("UPDATE product SET status = 'draft' WHERE slug = 'b'", args![]).await.unwrap();
        tx.commit().await.unwrap();
        rename(&t, "product", "b", "secret").await;
        assert_eq!((leads(&shop, "/p/a").await, leads(&shop, "/p/b").await), (None, None));
    }

    async fn categories_move_like_products(t: TestShop) {
        let shop = t.shop();
        let mut tx = t.db.begin().await.unwrap();
        let insert = "INSERT INTO category (id, slug, title) VALUES ($1, 'cups', 'Cups')";
        tx.execute(insert, args![shop::id::CategoryId::new()]).await.unwrap();
        tx.commit().await.unwrap();
        rename(&t, "category", "cups", "mugs").await;
        rename(&t, "category", "mugs", "beakers").await;
        assert_eq!(leads(&shop, "/c/cups").await.as_deref(), Some("/c/beakers"));
        assert_eq!(leads(&shop, "/p/cups").await, None);
    }

    async fn merchants_add_and_delete_and_it_is_logged(t: TestShop) {
        let (shop, anna) = (t.shop(), anna());
        t.variant("A").await;
        redirect::add(&shop, &anna, "/old/", "http://shop.example/p/a").await.unwrap();
        assert_eq!(leads(&shop, "/old").await.as_deref(), Some("/p/a"));
        rename(&t, "product", "a", "b").await;
        assert_eq!(leads(&shop, "/old").await.as_deref(), Some("/p/b"), "it follows the page");
        // What leads to a name that has moved leads to where it is now, and what leads to it follows.
        redirect::add(&shop, &anna, "/older", "/p/a").await.unwrap();
        assert_eq!(leads(&shop, "/older").await.as_deref(), Some("/p/b"));
        redirect::add(&shop, &anna, "/then", "/now").await.unwrap();
        redirect::add(&shop, &anna, "/now", "/p/b").await.unwrap();
        assert_eq!(leads(&shop, "/then").await.as_deref(), Some("/p/b"));
        for (from, to, field) in [
            ("/p/b", "/elsewhere", "from"), ("/old", "/p/b", "from"), ("", "/x", "from"), ("/cart", "/x", "from"),
            ("/x", "", "to"), ("/x", "/x", "to"), ("/x", "https://evil.example/", "to"), ("/x", "//evil.example", "to"),
            ("/p/b2", "/p/b2?x=1", "to"),
        ] {
            assert_eq!(fields(redirect::add(&shop, &anna, from, to).await.unwrap_err()), [field], "{from} {to}");
        }
        redirect::add(&shop, &anna, "/one", "/two").await.unwrap();
        assert_eq!(fields(redirect::add(&shop, &anna, "/two", "/one").await.unwrap_err()), ["to"], "a loop");
        assert!(in_reverse(&t, "/two", "/one").await && in_reverse(&t, "/zero", "/one").await, "the schema knows, too");
        assert!(in_reverse(&t, "/x", "//evil.example").await && in_reverse(&t, "/x", "/\\evil.example").await);

        let page = redirect::list(&shop, &anna, "OLD", None, 1).await.unwrap();
        assert_eq!((page.items[0].source.as_str(), page.items[0].origin), ("/older", Origin::Hand));
        let rest = redirect::list(&shop, &anna, "OLD", page.next.as_deref(), 1).await.unwrap();
        assert_eq!((rest.items[0].source.as_str(), rest.next), ("/old", None));
        redirect::remove(&shop, &anna, rest.items[0].id).await.unwrap();
        assert_eq!(leads(&shop, "/old").await, None);
        assert_eq!(redirect::remove(&shop, &anna, rest.items[0].id).await.unwrap_err().status(), 404);
        assert_eq!(t.number("SELECT COUNT(*) FROM audit_log WHERE entity = 'redirect'").await, 6);
    }

    async fn a_file_is_taken_over_whole_or_not_at_all(t: TestShop) {
        let (shop, anna) = (t.shop(), anna());
        t.variant("A").await;
        let good = "\u{feff}Redirect from,Redirect to\n/a1,/p/a\n/a2,/a1\n\"/caf%C3%A9\",/p/a\n";
        for _ in 0..2 {
            assert_eq!(redirect::import(&shop, &anna, good.as_bytes()).await.unwrap(), Imported::Done(3));
        }
        assert_eq!(leads(&shop, "/a2").await.as_deref(), Some("/p/a"));
        assert_eq!(leads(&shop, "/café").await.as_deref(), Some("/p/a"));
        let bad = "from,to\n/b1,/p/a\n/p/a,/b1\n/b2,https://evil.example/\n/b3,/b3\n/b1,/x\n,\n";
        let Imported::Refused(errors) = redirect::import(&shop, &anna, bad.as_bytes()).await.unwrap() else { panic!() };
        let told: Vec<_> = errors.iter().map(|e| (e.line, e.column.as_str())).collect();
        assert_eq!(told, [(4, "to"), (6, "from"), (7, "from"), (7, "to")]);
        let looped = "from,to\n/c1,/c2\n/c2,/c1\n/p/a,/c3\n";
        let Imported::Refused(errors) = redirect::import(&shop, &anna, looped.as_bytes()).await.unwrap() else { panic!() };
        assert_eq!(errors.iter().map(|e| (e.line, e.column.as_str())).collect::<Vec<_>>(), [(3, "to"), (4, "from")]);
        let long = format!("from,to\n{}", (0..=REDIRECT_FILE_ROWS).map(|n| format!("/l{n},/p/a\n")).collect::<Vec<_>>().concat());
        for nonsense in ["", "a,b\n/x,/y\n", "from,to\n", &long] {
            let answer = redirect::import(&shop, &anna, nonsense.as_bytes()).await.unwrap();
            assert!(matches!(answer, Imported::Refused(_)), "{answer:?}");
        }
        assert!(matches!(redirect::import(&shop, &anna, b"from,to\n/\xff,/x").await.unwrap(), Imported::Refused(_)));
        assert_eq!(t.number("SELECT COUNT(*) FROM redirect").await, 3);
    }

    async fn visits_are_counted_together_and_what_is_missed_stays_in_bounds(t: TestShop) {
        let (shop, anna, counts) = (t.shop(), anna(), Counts::default());
        redirect::add(&shop, &anna, "/old", "/new").await.unwrap();
        let id = redirect::find(&shop, "/old").await.unwrap().unwrap().id;
        for n in 0..3 {
            counts.hit(id, t.now() + n);
        }
        for _ in 0..2 {
            counts.missed("/wanted".into(), t.now());
        }
        assert_eq!(counts.write(&shop).await.unwrap(), 2);
        assert_eq!(counts.write(&shop).await.unwrap(), 0);
        let found = redirect::list(&shop, &anna, "", None, 10).await.unwrap().items;
        assert_eq!((found[0].hits, found[0].last_hit_at), (3, Some(t.now() + 2)));
        // A robot tries addresses: neither memory nor table grows beyond its bound, and what people want stays.
        for round in 0..2 {
            for n in 0..MISSING_ADDRESSES + 50 {
                counts.missed(format!("/probe-{round}-{n}"), t.now());
            }
            assert_eq!(counts.write(&shop).await.unwrap(), usize::try_from(MISSING_ADDRESSES).unwrap());
        }
        assert_eq!(t.number("SELECT COUNT(*) FROM missing_address").await, MISSING_ADDRESSES);
        let missing = redirect::missing(&shop, &anna).await.unwrap();
        assert_eq!((missing[0].path.as_str(), missing[0].hits), ("/wanted", 2));
        redirect::add(&shop, &anna, "/wanted", "/new").await.unwrap();
        assert_eq!(t.number("SELECT COUNT(*) FROM missing_address WHERE path = '/wanted'").await, 0);
        let next = redirect::missing(&shop, &anna).await.unwrap().swap_remove(0).path;
        redirect::forget(&shop, &anna, &next).await.unwrap();
        assert_eq!(redirect::forget(&shop, &anna, &next).await.unwrap_err().status(), 404);
        t.clock.advance(91 * 24 * 60 * 60 * 1000);
        counts.missed("/later".into(), t.now());
        counts.write(&shop).await.unwrap();
        assert_eq!(t.number("SELECT COUNT(*) FROM missing_address").await, 1);
    }
}
