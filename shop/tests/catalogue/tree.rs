//! The tree of categories: moves, circles, bounds, and where things go when a category does.

use super::anna;
use crate::support::{TestShop, picture};
use shop::catalogue::tree::{self, Draft, Heirs, Put};
use shop::catalogue::{category_by_slug, menu};
use shop::id::CategoryId;
use shop::limits::CATEGORY_DEPTH;
use shop::{Error, Shop, args};

fn named(title: &str, parent: Option<CategoryId>) -> Draft {
    Draft { title: title.into(), parent, ..Draft::default() }
}

async fn make(shop: &Shop, title: &str, parent: Option<CategoryId>) -> CategoryId {
    tree::create(shop, &anna(), named(title, parent)).await.unwrap()
}

/// "a(b(c)d)e": titles in order, what is below them in brackets.
async fn drawn(shop: &Shop) -> String {
    let (mut text, mut depth) = (String::new(), 0);
    for node in tree::all(shop, &anna()).await.unwrap() {
        for _ in depth..node.depth {
            text.push('(');
        }
        for _ in node.depth..depth {
            text.push(')');
        }
        depth = node.depth;
        text.push_str(&node.title);
    }
    text + &")".repeat(depth)
}

async fn put(shop: &Shop, id: CategoryId, to: Put) -> shop::Result<()> {
    let version = tree::load(shop, &anna(), id).await?.version;
    tree::put(shop, &anna(), id, version, to).await
}

fn fields(error: Error) -> Vec<String> {
    let Error::Invalid(fields) = error else { panic!("{error}") };
    fields.into_iter().map(|field| field.field).collect()
}

on_both_engines! {
    async fn a_category_goes_where_it_is_put(t: TestShop) {
        let shop = t.shop();
        let (a, b, c) = (make(&shop, "a", None).await, make(&shop, "b", None).await, make(&shop, "c", None).await);
        let d = make(&shop, "d", Some(a)).await;
        assert_eq!(drawn(&shop).await, "a(d)bc");
        for (id, to, then) in [
            (c, Put::Up, "a(d)cb"),
            (a, Put::Down, "ca(d)b"),
            (b, Put::In, "ca(db)"),
            (b, Put::Up, "ca(bd)"),
            (d, Put::In, "ca(b(d))"),
            (d, Put::Out, "ca(bd)"),
            (d, Put::Out, "ca(b)d"),
            (c, Put::Up, "ca(b)d"),
            (c, Put::In, "ca(b)d"),
            (c, Put::Out, "ca(b)d"),
            (d, Put::Down, "ca(b)d"),
            (c, Put::At { parent: Some(a), before: Some(b) }, "a(cb)d"),
            (d, Put::At { parent: Some(c), before: None }, "a(c(d)b)"),
            (d, Put::At { parent: None, before: Some(a) }, "da(cb)"),
            (d, Put::At { parent: None, before: Some(d) }, "da(cb)"),
            (d, Put::At { parent: None, before: None }, "a(cb)d"),
        ] {
            put(&shop, id, to).await.unwrap();
            assert_eq!(drawn(&shop).await, then, "{to:?}");
        }
        let titles: Vec<_> = menu(&shop).await.unwrap().into_iter().map(|link| link.title).collect();
        assert_eq!(titles, ["a", "d"]);
        let found = category_by_slug(&shop, "a").await.unwrap();
        assert_eq!(found.children.iter().map(|link| link.title.as_str()).collect::<Vec<_>>(), ["c", "b"]);
        assert_eq!(t.number("SELECT COUNT(*) FROM audit_log WHERE action = 'category.move'").await, 16);
    }

    async fn no_category_stands_below_itself(t: TestShop) {
        let shop = t.shop();
        let a = make(&shop, "a", None).await;
        let b = make(&shop, "b", Some(a)).await;
        let c = make(&shop, "c", Some(b)).await;
        for to in [a, b, c] {
            let refused = put(&shop, a, Put::At { parent: Some(to), before: None }).await.unwrap_err();
            assert_eq!(fields(refused), ["parent"]);
            let edited = tree::update(&shop, &anna(), a, named("a", Some(to)), 1).await.unwrap_err();
            assert_eq!(fields(edited), ["parent"]);
            // The schema knows it by itself.
            let mut tx = t.db.begin().await.unwrap();
            assert!(tx.execute("UPDATE category SET parent_id = $2 WHERE id = $1", args![a, to]).await.is_err());
        }
        assert_eq!(drawn(&shop).await, "a(b(c))");
        let nowhere = Put::At { parent: Some(CategoryId::new()), before: None };
        assert_eq!(fields(put(&shop, a, nowhere).await.unwrap_err()), ["parent"]);
        let stranger = Put::At { parent: None, before: Some(b) };
        assert_eq!(put(&shop, c, stranger).await.unwrap_err().problem().code, "changed");
    }

    async fn categories_lie_only_so_deep(t: TestShop) {
        let shop = t.shop();
        let (mut at, mut all) = (None, Vec::new());
        for n in 0..CATEGORY_DEPTH {
            let id = make(&shop, &format!("c{n}"), at).await;
            (at, all) = (Some(id), [all, vec![id]].concat());
        }
        let deeper = tree::create(&shop, &anna(), named("too deep", at)).await.unwrap_err();
        assert_eq!(fields(deeper), ["parent"]);
        let mut tx = t.db.begin().await.unwrap();
        let insert = "INSERT INTO category (id, parent_id, slug, title) VALUES ($1, $2, 'x', 'x')";
        assert!(tx.execute(insert, args![CategoryId::new(), at]).await.is_err());
        drop(tx);
        let top = make(&shop, "top", None).await;
        make(&shop, "below", Some(top)).await;
        let put_under = |parent| Put::At { parent: Some(parent), before: None };
        assert_eq!(fields(put(&shop, top, put_under(all[CATEGORY_DEPTH - 2])).await.unwrap_err()), ["parent"]);
        let mut tx = t.db.begin().await.unwrap();
        let sql = "UPDATE category SET parent_id = $2 WHERE id = $1";
        assert!(tx.execute(sql, args![top, all[CATEGORY_DEPTH - 2]]).await.is_err());
        drop(tx);
        put(&shop, top, put_under(all[CATEGORY_DEPTH - 3])).await.unwrap();
    }

    async fn two_moves_at_once_make_no_circle_and_lose_nothing(t: TestShop) {
        let shop = t.shop();
        for round in 0..5 {
            let a = make(&shop, &format!("a{round}"), None).await;
            let b = make(&shop, &format!("b{round}"), None).await;
            let into = |id, parent| {
                let shop = shop.clone();
                tokio::spawn(async move { tree::put(&shop, &anna(), id, 1, Put::At { parent: Some(parent), before: None }).await })
            };
            let (one, other, late) = (into(a, b), into(b, a), into(a, b));
            let done = [one.await.unwrap(), other.await.unwrap(), late.await.unwrap()];
            assert_eq!(done.iter().filter(|done| done.is_ok()).count(), 1, "{done:?}");
        }
        assert_eq!(tree::all(&shop, &anna()).await.unwrap().len(), 10, "all of them hang on the tree");
        assert_eq!(t.number("SELECT COUNT(*) FROM category").await, 10);
    }

    async fn a_category_is_changed_and_its_old_address_leads_on(t: TestShop) {
        let (shop, anna) = (t.shop(), anna());
        let id = make(&shop, "Cups & mugs", None).await;
        let other = make(&shop, "Table", None).await;
        let draft = Draft {
            title: "Mugs".into(),
            slug: "mugs".into(),
            parent: Some(other),
            seo_title: "Mugs for tea".into(),
            ..Draft::default()
        };
        tree::update(&shop, &anna, id, draft.clone(), 1).await.unwrap();
        let moved = shop::redirect::find(&shop, "/c/cups-mugs").await.unwrap().unwrap();
        assert_eq!(moved.target, "/c/mugs");
        let found = category_by_slug(&shop, "mugs").await.unwrap();
        assert_eq!((found.seo_title.as_str(), found.breadcrumb[0].title.as_str()), ("Mugs for tea", "Table"));
        assert_eq!(tree::update(&shop, &anna, id, draft, 1).await.unwrap_err().problem().code, "changed");
        assert_eq!(tree::put(&shop, &anna, id, 1, Put::Out).await.unwrap_err().problem().code, "changed");
        let long = "x".repeat(10 * 1024);
        for (draft, field) in [
            (named("", None), "title"),
            (Draft { slug: "ok".into(), ..named(&long, None) }, "title"),
            (Draft { slug: "No Slug".into(), ..named("T", None) }, "slug"),
            (Draft { slug: "table".into(), ..named("T", None) }, "slug"),
            (Draft { description: long.clone(), ..named("T", None) }, "description"),
            (Draft { seo_title: long.clone(), ..named("T", None) }, "seo_title"),
            (Draft { seo_description: long.clone(), ..named("T", None) }, "seo_description"),
            (named("T", Some(CategoryId::new())), "parent"),
        ] {
            let told = fields(tree::create(&shop, &anna, draft).await.unwrap_err());
            assert!(told.iter().all(|name| name == field) && !told.is_empty(), "{field}: {told:?}");
        }
        tree::set_picture(&shop, &anna, id, Some(picture::png(40, 30))).await.unwrap();
        assert_eq!(t.number("SELECT COUNT(*) FROM picture_file").await, 1, "it is drawn like those of products");
        assert_eq!(fields(tree::set_picture(&shop, &anna, id, Some(b"text".to_vec())).await.unwrap_err()), ["picture"]);
        tree::set_picture(&shop, &anna, id, None).await.unwrap();
        assert_eq!(tree::load(&shop, &anna, id).await.unwrap().picture_url, None);
    }

    async fn what_is_in_a_category_goes_somewhere_before_it_goes(t: TestShop) {
        let (shop, anna) = (t.shop(), anna());
        let old = make(&shop, "old", None).await;
        let child = make(&shop, "child", Some(old)).await;
        let new = make(&shop, "new", None).await;
        for sku in ["A", "B"] {
            t.variant(sku).await;
        }
        let mut tx = t.db.begin().await.unwrap();
        let all_in = "INSERT INTO product_category (category_id, product_id) SELECT $1, id FROM product";
        tx.execute(all_in, args![old]).await.unwrap();
        tx.execute("INSERT INTO product_category (category_id, product_id) SELECT $1, id FROM product WHERE slug = 'a'", args![new])
            .await.unwrap();
        tx.commit().await.unwrap();
        for heirs in [Heirs::Nobody, Heirs::Top, Heirs::Category(old), Heirs::Category(child), Heirs::Category(CategoryId::new())] {
            let refused = tree::remove(&shop, &anna, old, 1, heirs).await.unwrap_err();
            assert_eq!(fields(refused), ["heirs"], "{heirs:?}");
        }
        // By hand the database refuses, too.
        let mut tx = t.db.begin().await.unwrap();
        assert!(tx.execute("DELETE FROM category WHERE id = $1", args![old]).await.is_err());
        drop(tx);
        assert_eq!(tree::remove(&shop, &anna, old, 7, Heirs::Category(new)).await.unwrap_err().problem().code, "changed");
        tree::remove(&shop, &anna, old, 1, Heirs::Category(new)).await.unwrap();
        assert_eq!(drawn(&shop).await, "new(child)");
        assert_eq!(tree::load(&shop, &anna, new).await.unwrap().products, 2);
        assert_eq!(shop::redirect::find(&shop, "/c/old").await.unwrap().unwrap().target, "/c/new");
        let version = tree::load(&shop, &anna, child).await.unwrap().version;
        tree::remove(&shop, &anna, child, version, Heirs::Nobody).await.unwrap();
        assert_eq!(tree::remove(&shop, &anna, child, version, Heirs::Nobody).await.unwrap_err().status(), 404);
    }
}
