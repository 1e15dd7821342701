//! What merchants change: products, pictures, stock; and catalogues of any size.

use crate::support::{TestShop, picture};
use shop::Error;
use shop::args;
use shop::catalogue::desk::{self, Filter};
use shop::catalogue::draft::{Draft, DraftPrice, DraftVariant, Status};
use shop::catalogue::{self, Availability, ListQuery, ProductOption, Sort, edit};
use shop::id::StaffId;
use shop::inventory::{self, Reason, StockFilter};
use shop::money::Currency;
use shop::search::{self, Query, Search};
use shop::staff::{Role, Staff};

pub fn anna() -> Staff {
    let text = serde_json::json!({ "id": StaffId::new(), "email": "anna@shop.example", "name": "Anna", "role": Role::Owner, "address": "" });
    serde_json::from_value(text).unwrap()
}

fn variant(sku: &str, size: &str, amount: i64) -> DraftVariant {
    DraftVariant {
        sku: sku.into(),
        option_values: vec![size.into()],
        prices: vec![DraftPrice { currency: Currency::EUR, amount, compare_at: None }],
        ..DraftVariant::default()
    }
}

pub fn draft() -> Draft {
    Draft {
        title: "Mug".into(),
        description_html: "<p>Hi<script>x</script></p>".into(),
        status: Status::Published,
        options: vec![ProductOption { name: "Size".into(), values: vec!["S".into(), "L".into()] }],
        variants: vec![variant("A", "S", 1000), variant("B", "L", 1200)],
        ..Draft::default()
    }
}

on_both_engines! {
    async fn a_product_is_made_changed_and_logged(t: TestShop) {
        let (shop, anna) = (t.shop(), anna());
        let id = edit::create(&shop, &anna, draft()).await.unwrap();
        let mut edited = edit::load(&shop, &anna, "mug").await.unwrap();
        assert_eq!((edited.id, edited.draft.description_html.as_str()), (id, "<p>Hi</p>"));
        // The sizes change places, a third comes, the title changes.
        edited.draft.title = "Big mug".into();
        edited.draft.options[0].values.push("XL".into());
        edited.draft.variants[0].option_values = vec!["L".into()];
        edited.draft.variants[1].option_values = vec!["S".into()];
        edited.draft.variants.push(variant("C", "XL", 1500));
        edit::update(&shop, &anna, id, edited.draft.clone(), edited.version).await.unwrap();
        let product = catalogue::product_by_slug(&shop, "mug", Currency::EUR).await.unwrap();
        let shown: Vec<_> = product.variants.iter().map(|v| (v.sku.as_str(), v.title.as_str())).collect();
        assert_eq!(shown, [("A", "L"), ("B", "S"), ("C", "XL")]);
        // The old version is refused and changes nothing.
        edited.draft.title = "Late".into();
        let error = edit::update(&shop, &anna, id, edited.draft, edited.version).await.unwrap_err();
        assert_eq!(error.problem().code, "changed");
        assert_eq!(edit::load(&shop, &anna, &id.to_string()).await.unwrap().draft.title, "Big mug");
        assert_eq!(t.number("SELECT COUNT(*) FROM audit_log WHERE entity = 'product'").await, 2);
    }

    async fn what_is_taken_or_out_of_bounds_is_told_by_field(t: TestShop) {
        let (shop, anna) = (t.shop(), anna());
        edit::create(&shop, &anna, draft()).await.unwrap();
        let with = |change: fn(&mut Draft)| { let mut d = draft(); d.slug = "other".into(); d.variants[0].sku = "D".into(); d.variants[1].sku = "E".into(); change(&mut d); d };
        for (field, broken) in [
            ("slug", with(|d| d.slug = "mug".into())),
            ("slug", with(|d| d.slug = "Not A Slug".into())),
            ("variants.1.sku", with(|d| d.variants[1].sku = "A".into())),
            ("title", with(|d| d.title = " ".into())),
            ("variants", with(|d| d.variants.clear())),
            ("variants.1.option_values", with(|d| d.variants[1].option_values = vec!["S".into()])),
            ("variants.0.prices.EUR", with(|d| d.variants[0].prices[0].amount = -1)),
            ("categories", with(|d| d.categories.push(shop::id::CategoryId::new()))),
        ] {
            let error = edit::create(&shop, &anna, broken).await.unwrap_err();
            let shop::Error::Invalid(fields) = error else { panic!("{field}: {error}") };
            assert_eq!(fields[0].field, field);
        }
        assert_eq!(t.number("SELECT COUNT(*) FROM product").await, 1);
    }

    async fn a_dropped_variant_goes_and_pictures_are_told_by_their_bytes(t: TestShop) {
        let (shop, anna) = (t.shop(), anna());
        let id = edit::create(&shop, &anna, draft()).await.unwrap();
        for bad in [&b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"[..], b"", b"GIF89a"] {
            assert_eq!(edit::add_picture(&shop, &anna, id, bad.to_vec(), "").await.unwrap_err().status(), 422);
        }
        edit::add_picture(&shop, &anna, id, picture::png(512, 256), "Front").await.unwrap();
        let mut edited = edit::load(&shop, &anna, "mug").await.unwrap();
        assert_eq!((edited.draft.pictures[0].width, edited.draft.pictures[0].height), (512, 256));
        edited.draft.variants.truncate(1);
        edited.draft.pictures[0].url = "https://evil.example/x.png".into();
        edit::update(&shop, &anna, id, edited.draft, edited.version).await.unwrap();
        let product = catalogue::product_by_slug(&shop, "mug", Currency::EUR).await.unwrap();
        assert_eq!(product.variants.len(), 1);
        assert!(product.pictures[0].url.starts_with("/media/"));
        assert_eq!(t.number("SELECT COUNT(*) FROM variant").await, 1);
    }

    async fn stock_moves_with_a_reason_and_never_below_what_is_promised(t: TestShop) {
        let (shop, anna) = (t.shop(), anna());
        let stock = t.stock("X", 5).await;
        let mut tx = t.db.begin().await.unwrap();
        tx.execute("UPDATE stock SET reserved = 2 WHERE id = $1", args![stock]).await.unwrap();
        tx.commit().await.unwrap();
        let level = inventory::adjust(&shop, &anna, stock, -3, Reason::Damaged, "fell").await.unwrap();
        assert_eq!((level.on_hand, level.reserved), (2, 2));
        let error = inventory::adjust(&shop, &anna, stock, -1, Reason::Lost, "").await.unwrap_err();
        assert_eq!(error.problem().code, "stock_reserved");
        assert_eq!(inventory::adjust(&shop, &anna, stock, 0, Reason::Lost, "").await.unwrap_err().status(), 422);
        let variant = inventory::variant_of(&shop, stock).await.unwrap();
        inventory::adjust(&shop, &anna, stock, 4, Reason::Received, "").await.unwrap();
        let first = inventory::ledger(&shop, variant, None, 1).await.unwrap();
        assert_eq!((first.items[0].delta, first.items[0].on_hand_after), (4, 6));
        let second = inventory::ledger(&shop, variant, first.next.as_deref(), 1).await.unwrap();
        assert_eq!((second.items[0].reason.as_str(), second.items[0].reference.as_str()), ("damaged", "fell"));
        let last = inventory::ledger(&shop, variant, second.next.as_deref(), 1).await.unwrap();
        assert_eq!((last.items[0].reason.as_str(), last.next), ("initial", None));
        assert_eq!(inventory::levels(&shop, variant).await.unwrap().len(), 1);
        let rows = inventory::overview(&shop, &anna, StockFilter::Low, "x", None, 10).await.unwrap().items;
        assert_eq!((rows.len(), rows[0].on_hand, rows[0].reserved), (1, 6, 2));
        assert!(inventory::overview(&shop, &anna, StockFilter::Out, "", None, 10).await.unwrap().items.is_empty());
        assert_eq!(t.number("SELECT COUNT(*) FROM audit_log").await, 2);
    }

    async fn the_merchants_list_filters_and_pages(t: TestShop) {
        let (shop, anna) = (t.shop(), anna());
        for (n, status) in [Status::Published, Status::Draft, Status::Published].into_iter().enumerate() {
            let mut one = Draft { title: format!("Mug 10% {n}"), status, ..draft() };
            one.variants[0].sku = format!("A{n}");
            one.variants[1].sku = format!("B{n}");
            edit::create(&shop, &anna, one).await.unwrap();
            t.clock.advance(1);
        }
        let search = Search::in_memory();
        let titles = async |filter: Filter| {
            let (mut all, mut after) = (Vec::new(), None);
            loop {
                let listed = desk::list(&shop, &search, &anna, &filter, after.as_deref(), 1).await.unwrap();
                all.extend(listed.page.items.into_iter().map(|row| row.title));
                after = listed.page.next;
                if after.is_none() {
                    assert!(listed.total.is_none_or(|total| total == all.len()), "{filter:?}");
                    return all;
                }
            }
        };
        assert_eq!(titles(Filter::default()).await, ["Mug 10% 2", "Mug 10% 1", "Mug 10% 0"], "without an index");
        let drafts = Filter { status: Some(Status::Draft), ..Filter::default() };
        let refused = desk::list(&shop, &search, &anna, &drafts, None, 1).await;
        assert!(matches!(refused, Err(Error::Unavailable { .. })), "nobody is told that there is nothing");
        while search::catch_up(&shop, &search).await.unwrap() > 0 {}
        assert_eq!(titles(drafts.clone()).await, ["Mug 10% 1"]);
        let text = |text: &str| Filter { text: text.into(), ..Filter::default() };
        assert_eq!(titles(text("b0")).await, ["Mug 10% 0"], "an SKU");
        assert_eq!(titles(text("MUG b")).await, ["Mug 10% 2", "Mug 10% 1", "Mug 10% 0"], "beginnings of words");
        assert_eq!(titles(text("mug 1")).await.len(), 3);
        assert!(titles(text("ug")).await.is_empty() && titles(text("?!")).await.is_empty());
        assert_eq!(titles(Filter { sold_out: true, ..Filter::default() }).await.len(), 3);
        assert_eq!(titles(Filter { sort: desk::Sort::Oldest, ..Filter::default() }).await[0], "Mug 10% 0");
        for sort in [desk::Sort::Changed, desk::Sort::PriceLow, desk::Sort::PriceHigh, desk::Sort::BestSelling] {
            assert_eq!(titles(Filter { sort, ..Filter::default() }).await.len(), 3, "{sort:?}");
        }
        let everything = Query { rows: 10, ..Query::everything(Currency::EUR) };
        let shown = search::find(&shop, &search, &everything).await.unwrap();
        let draft = search::find(&shop, &search, &Query { text: "1".into(), ..everything }).await.unwrap();
        assert!(shown.items.iter().chain(&draft.items).all(|card| card.title != "Mug 10% 1"), "shoppers find no drafts");
    }

    async fn a_made_up_catalogue_has_the_size_asked_for(t: TestShop) {
        let shop = t.shop();
        assert_eq!(shop::seed::scale(&shop, 1_500, &mut |_, _| {}).await.unwrap(), 1_500);
        assert_eq!(shop::seed::scale(&shop, 1_500, &mut |_, _| {}).await.unwrap(), 0);
        assert_eq!(shop::seed::scale(&shop, 1_600, &mut |_, _| {}).await.unwrap(), 100);
        assert_eq!(t.number("SELECT COUNT(*) FROM product").await, 1_600);
        let product = catalogue::product_by_sku(&shop, "X00000007-0", Currency::USD).await.unwrap();
        assert_eq!(product.pictures.len(), 1);
        assert!(matches!(product.variants[0].availability, Availability::Units(_)));
        assert_eq!(product.breadcrumb.len(), 1);
        let query = ListQuery { category: None, currency: Currency::EUR, customer: None, sort: Sort::PriceLow, in_stock_only: true, after: None, rows: 100 };
        assert_eq!(catalogue::list(&shop, &query).await.unwrap().items.len(), 100);
    }
}

/// Every sort, with and without a category, is about the same work over thousands of products; a plan that starts from
/// the wrong table takes hundreds of times as long as the others.
#[test]
fn no_list_starts_from_the_wrong_table() {
    crate::support::run(shop::db::Engine::Sqlite, |t: TestShop| async move {
        let shop = t.shop();
        shop::seed::scale(&shop, 10_000, &mut |_, _| {}).await.unwrap();
        let mugs = catalogue::category_by_slug(&shop, "all-mugs").await.unwrap().id;
        let mut took = Vec::new();
        for category in [None, Some(mugs)] {
            for sort in [Sort::Newest, Sort::PriceLow, Sort::PriceHigh, Sort::Title] {
                let started = std::time::Instant::now();
                let query = ListQuery {
                    category,
                    currency: Currency::EUR,
                    customer: None,
                    sort,
                    in_stock_only: true,
                    after: None,
                    rows: 24,
                };
                assert_eq!(catalogue::list(&shop, &query).await.unwrap().items.len(), 24);
                took.push((started.elapsed(), sort, category.is_some()));
            }
        }
        let started = std::time::Instant::now();
        catalogue::product_by_slug(&shop, "x00005000", Currency::EUR).await.unwrap();
        let one = started.elapsed();
        let (least, most) = (took.iter().map(|t| t.0).min().unwrap(), took.iter().map(|t| t.0).max().unwrap());
        println!("{took:?}, one product {one:?}");
        assert!(most < least * 100 && one < least * 100, "{took:?}, one product {one:?}");
    });
}
