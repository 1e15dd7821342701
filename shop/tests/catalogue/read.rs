//! Products, categories and lists as shoppers see them.

use crate::support::TestShop;
use shop::args;
use shop::catalogue::{self, Availability, ListQuery, Sort};
use shop::id::{CategoryId, PictureId, ProductId, StockId, VariantId, WarehouseId};
use shop::money::Currency;

/// Slug, status, whether it is in a category, and the price and units (`None`: not counted) of each variant.
type Told = (&'static str, &'static str, bool, &'static [(i64, Option<i64>)]);

struct Shelf {
    parent: CategoryId,
    child: CategoryId,
}

/// Two nested categories; in the child three mugs at 10, 20 (sold out) and 20 with sizes up to 40; a draft; and an
/// untracked print outside every category.
async fn fill(t: &TestShop) -> Shelf {
    let shelf = Shelf { parent: CategoryId::new(), child: CategoryId::new() };
    let warehouse = WarehouseId::new();
    let mut tx = t.db.begin().await.unwrap();
    tx.execute("INSERT INTO warehouse (id, code, name, country) VALUES ($1, 'W', 'W', 'DE')", args![warehouse])
        .await
        .unwrap();
    for (id, parent, slug) in [(shelf.parent, None, "kitchen"), (shelf.child, Some(shelf.parent), "mugs")] {
        tx.execute(
            "INSERT INTO category (id, parent_id, slug, title) VALUES ($1, $2, $3, $3)",
            args![id, parent, slug],
        )
        .await
        .unwrap();
    }
    let products: [Told; 5] = [
        ("plain", "published", true, &[(1000, Some(3))]),
        ("gone", "published", true, &[(2000, Some(0))]),
        ("sizes", "published", true, &[(4000, Some(1)), (2000, Some(0))]),
        ("draft", "draft", true, &[(100, Some(9))]),
        ("print", "published", false, &[(1500, None)]),
    ];
    for (slug, status, in_category, variants) in products {
        let product = ProductId::new();
        tx.execute(
            "INSERT INTO product (id, slug, title, status, options, created_at, updated_at) VALUES ($1, $2, $2, $3, $4, 0, 0)",
            args![
                product,
                slug,
                status,
                if variants.len() > 1 { r#"[{"name":"Size","values":["L","S"]}]"# } else { "[]" }
            ],
        )
        .await
        .unwrap();
        if in_category {
            tx.execute(
                "INSERT INTO product_category (category_id, product_id) VALUES ($1, $2)",
                args![shelf.child, product],
            )
            .await
            .unwrap();
        }
        tx.execute(
            "INSERT INTO picture (id, product_id, url, alt) VALUES ($1, $2, '/media/x.svg', 'A mug')",
            args![PictureId::new(), product],
        )
        .await
        .unwrap();
        for (at, (amount, on_hand)) in variants.iter().enumerate() {
            let variant = VariantId::new();
            tx.execute(
                "INSERT INTO variant (id, product_id, sku, option_values, position, tracked) VALUES ($1, $2, $3, $4, $5, $6)",
                args![
                    variant,
                    product,
                    format!("{slug}-{at}"),
                    if variants.len() > 1 { format!("[\"{}\"]", ["L", "S"][at]) } else { "[]".into() },
                    i64::try_from(at).unwrap(),
                    on_hand.is_some()
                ],
            )
            .await
            .unwrap();
            tx.execute(
                "INSERT INTO price (variant_id, currency, amount, compare_at) VALUES ($1, 'EUR', $2, 2500)",
                args![variant, *amount],
            )
            .await
            .unwrap();
            if let Some(units) = on_hand {
                tx.execute(
                    "INSERT INTO stock (id, variant_id, warehouse_id, on_hand, reserved) VALUES ($1, $2, $3, $4, 1)",
                    args![StockId::new(), variant, warehouse, *units + 1],
                )
                .await
                .unwrap();
            }
        }
    }
    tx.commit().await.unwrap();
    shelf
}

fn query(category: Option<CategoryId>, sort: Sort) -> ListQuery {
    ListQuery { category, currency: Currency::EUR, customer: None, sort, in_stock_only: false, after: None, rows: 1 }
}

/// Slugs page by page, one row each, until the end.
async fn walk(t: &TestShop, mut query: ListQuery) -> Vec<String> {
    let mut slugs = Vec::new();
    loop {
        let page = catalogue::list(&t.shop(), &query).await.unwrap();
        slugs.extend(page.items.into_iter().map(|card| card.slug));
        match page.next {
            Some(next) => query.after = Some(next),
            None => return slugs,
        }
    }
}

on_both_engines! {
    async fn a_product_comes_with_all_its_page_needs(t: TestShop) {
        fill(&t).await;
        let shop = t.shop();
        let product = catalogue::product_by_slug(&shop, "sizes", Currency::EUR).await.unwrap();
        assert_eq!(product.variants.len(), 2);
        assert_eq!(product.variants[0].price.amount, 4000);
        assert_eq!(product.variants[0].compare_at, None, "was cheaper");
        assert_eq!(product.variants[0].availability, Availability::Units(1));
        assert_eq!(product.variants[1].availability, Availability::Units(0));
        assert_eq!(product.variants[1].compare_at.unwrap().amount, 2500);
        assert_eq!(product.options[0].values, ["L", "S"]);
        assert_eq!(product.pictures[0].alt, "A mug");
        let way: Vec<_> = product.breadcrumb.iter().map(|c| c.slug.as_str()).collect();
        assert_eq!(way, ["kitchen", "mugs"]);
        let print = catalogue::product_by_sku(&shop, "print-0", Currency::EUR).await.unwrap();
        assert_eq!(print.variants[0].availability, Availability::Untracked);
        assert!(print.breadcrumb.is_empty());
    }

    async fn drafts_and_products_without_a_price_are_not_found(t: TestShop) {
        fill(&t).await;
        let shop = t.shop();
        for (slug, currency) in [("draft", Currency::EUR), ("plain", Currency::USD), ("nothing", Currency::EUR)] {
            let error = catalogue::product_by_slug(&shop, slug, currency).await.unwrap_err();
            assert_eq!(error.status(), 404, "{slug}");
        }
        assert_eq!(catalogue::product_by_sku(&shop, "draft-0", Currency::EUR).await.unwrap_err().status(), 404);
    }

    async fn categories_know_their_way_up_and_their_children(t: TestShop) {
        fill(&t).await;
        let shop = t.shop();
        let mugs = catalogue::category_by_slug(&shop, "mugs").await.unwrap();
        assert_eq!(mugs.breadcrumb.len(), 2);
        assert!(mugs.children.is_empty());
        let top = catalogue::top_categories(&shop).await.unwrap();
        assert_eq!(top.len(), 1);
        assert_eq!(top[0].children[0].slug, "mugs");
        let menu = catalogue::menu(&shop).await.unwrap();
        assert_eq!(menu.iter().map(|link| &link.slug).collect::<Vec<_>>(), [&top[0].slug]);
        assert_eq!(catalogue::category_by_slug(&shop, "none").await.unwrap_err().status(), 404);
    }

    async fn every_sort_pages_through_everything_once(t: TestShop) {
        let shelf = fill(&t).await;
        assert_eq!(walk(&t, query(None, Sort::Newest)).await, ["print", "sizes", "gone", "plain"]);
        assert_eq!(walk(&t, query(None, Sort::Title)).await, ["gone", "plain", "print", "sizes"]);
        assert_eq!(walk(&t, query(None, Sort::PriceLow)).await, ["plain", "print", "gone", "sizes"]);
        assert_eq!(walk(&t, query(None, Sort::PriceHigh)).await, ["sizes", "gone", "print", "plain"]);
        for category in [shelf.parent, shelf.child] {
            assert_eq!(walk(&t, query(Some(category), Sort::Newest)).await, ["sizes", "gone", "plain"]);
            assert_eq!(walk(&t, query(Some(category), Sort::Title)).await, ["gone", "plain", "sizes"]);
            assert_eq!(walk(&t, query(Some(category), Sort::PriceLow)).await, ["plain", "gone", "sizes"]);
            assert_eq!(walk(&t, query(Some(category), Sort::PriceHigh)).await, ["sizes", "gone", "plain"]);
        }
        let in_stock = ListQuery { in_stock_only: true, ..query(Some(shelf.parent), Sort::PriceLow) };
        assert_eq!(walk(&t, in_stock).await, ["plain", "sizes"]);
        let dollars = ListQuery { currency: Currency::USD, ..query(None, Sort::Newest) };
        assert!(walk(&t, dollars).await.is_empty());
    }

    async fn a_card_says_what_a_shopper_needs_to_choose(t: TestShop) {
        fill(&t).await;
        let page = catalogue::list(&t.shop(), &ListQuery { rows: 10, ..query(None, Sort::Title) }).await.unwrap();
        let sizes = page.items.iter().find(|c| c.slug == "sizes").unwrap();
        assert_eq!(sizes.price_from.amount, 2000);
        assert!(sizes.price_varies && sizes.in_stock);
        assert_eq!(sizes.choices, Some(("Size".into(), 2)));
        assert_eq!(sizes.only_sku, None);
        let gone = page.items.iter().find(|c| c.slug == "gone").unwrap();
        assert!(!gone.in_stock);
        assert_eq!(gone.compare_at.unwrap().amount, 2500);
        assert_eq!(gone.only_sku.as_deref(), Some("gone-0"));
        assert_eq!(gone.picture.as_ref().unwrap().url, "/media/x.svg");
    }

    async fn a_list_out_of_bounds_is_refused(t: TestShop) {
        for broken in [
            ListQuery { rows: 0, ..query(None, Sort::Newest) },
            ListQuery { rows: 101, ..query(None, Sort::Newest) },
            ListQuery { after: Some("?".into()), ..query(None, Sort::Newest) },
        ] {
            assert_eq!(catalogue::list(&t.shop(), &broken).await.unwrap_err().status(), 422);
        }
    }
}
