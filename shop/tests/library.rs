//! The media library: what is there, where it is shown, and what may go.

use crate::catalogue::edit::{anna, draft};
use crate::support::{TestShop, picture};
use shop::catalogue::draft::Draft;
use shop::catalogue::edit;
use shop::id::ProductId;
use shop::library::{self, Filter};
use shop::media::{self, Media};
use shop::{Error, Shop, args, worker};

fn alone(t: &TestShop) -> (Shop, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    (Shop { media: Media::in_folder(folder.path()), ..t.shop() }, folder)
}

fn all(text: &str) -> Filter {
    Filter { text: text.into(), rows: 50, ..Filter::default() }
}

async fn product(shop: &Shop, slug: &str, sku: &str) -> ProductId {
    let mut draft: Draft = draft();
    slug.clone_into(&mut draft.slug);
    draft.title = format!("The {slug}");
    for (at, variant) in draft.variants.iter_mut().enumerate() {
        variant.sku = format!("{sku}-{at}");
        variant.barcode = None;
    }
    edit::create(shop, &anna(), draft).await.unwrap()
}

async fn is_there(shop: &Shop, url: &str) -> bool {
    shop.media.open(url.strip_prefix("/media/").unwrap()).await.is_ok()
}

on_both_engines! {
    async fn pictures_are_found_by_product_words_or_file_and_by_what_they_lack(t: TestShop) {
        let (shop, _folder) = alone(&t);
        let (mug, bowl) = (product(&shop, "mug", "M").await, product(&shop, "bowl", "B").await);
        let shared = picture::png(40, 30);
        for (id, file, alt) in [(mug, shared.clone(), "Blue handle"), (bowl, shared, ""), (mug, picture::png(50, 30), "")] {
            edit::add_picture(&shop, &anna(), id, file, alt).await.unwrap();
        }
        let page = library::pictures(&shop, &anna(), &all("")).await.unwrap();
        assert_eq!(page.items.iter().map(|one| one.products).collect::<Vec<_>>(), [1, 2, 2], "the newest first");
        let titles = async |filter: Filter| {
            let page = library::pictures(&shop, &anna(), &filter).await.unwrap();
            page.items.into_iter().map(|one| one.title).collect::<Vec<_>>()
        };
        assert_eq!(titles(all("BLUE")).await, ["The mug"]);
        assert_eq!(titles(all("bowl")).await, ["The bowl"]);
        let file = page.items[0].picture.url.strip_prefix("/media/").unwrap();
        assert_eq!(titles(all(file)).await, ["The mug"]);
        assert_eq!(titles(all("100%")).await, Vec::<String>::new());
        assert_eq!(titles(Filter { without_alt: true, ..all("") }).await, ["The mug", "The bowl"]);
        let counts = library::count(&shop, &anna()).await.unwrap();
        assert_eq!((counts.pictures, counts.without_alt, counts.unused), (3, 2, 0));
        let (mut after, mut seen) = (None, 0);
        loop {
            let page = library::pictures(&shop, &anna(), &Filter { after, rows: 1, ..all("") }).await.unwrap();
            seen += page.items.len();
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen, 3);
    }

    async fn words_are_saved_with_the_product_and_written_down(t: TestShop) {
        let (shop, _folder) = alone(&t);
        let mug = product(&shop, "mug", "M").await;
        let added = edit::add_picture(&shop, &anna(), mug, picture::png(40, 30), "").await.unwrap();
        library::set_alt(&shop, &anna(), added.id, " Seen from above ").await.unwrap();
        let stored = edit::load(&shop, &anna(), &mug.to_string()).await.unwrap();
        assert_eq!(stored.draft.pictures[0].alt, "Seen from above");
        assert_eq!(stored.version, added.version + 1, "an editor that is open is told");
        library::set_alt(&shop, &anna(), added.id, "Seen from above").await.unwrap();
        assert_eq!(t.number("SELECT COUNT(*) FROM audit_log WHERE action = 'product.picture_alt'").await, 1);
        let long = library::set_alt(&shop, &anna(), added.id, &"x".repeat(301)).await;
        assert!(matches!(long, Err(Error::Invalid(_))));
        let nobodys = library::set_alt(&shop, &anna(), shop::id::PictureId::new(), "x").await;
        assert!(matches!(nobodys, Err(Error::NotFound(_))));
    }

    async fn a_file_is_replaced_wherever_it_is_shown_and_the_old_one_may_go(t: TestShop) {
        let (shop, _folder) = alone(&t);
        let (mug, bowl) = (product(&shop, "mug", "M").await, product(&shop, "bowl", "B").await);
        let first = edit::add_picture(&shop, &anna(), mug, picture::png(40, 30), "Handle").await.unwrap();
        edit::add_picture(&shop, &anna(), bowl, picture::png(40, 30), "").await.unwrap();
        while media::draw_due(&shop).await.unwrap() > 0 {}
        let changes = t.number("SELECT COUNT(*) FROM page_change").await;
        assert_eq!(library::replace(&shop, &anna(), first.id, picture::jpeg(90, 60)).await.unwrap(), 2);
        assert_eq!(library::replace(&shop, &anna(), first.id, picture::jpeg(90, 60)).await.unwrap(), 0, "the same again");
        assert!(t.number("SELECT COUNT(*) FROM page_change").await > changes, "pages change");
        let stored = edit::load(&shop, &anna(), &mug.to_string()).await.unwrap();
        assert_eq!(stored.draft.pictures[0].alt, "Handle");
        let page = library::pictures(&shop, &anna(), &all("")).await.unwrap();
        assert!(page.items.iter().all(|one| (one.picture.width, one.picture.height) == (90, 60) && one.products == 2));
        assert!(page.items.iter().all(|one| one.picture.drawn.is_none()), "its sizes are still to be drawn");
        let svg = library::replace(&shop, &anna(), first.id, b"<svg onload=alert(1)>".to_vec()).await;
        assert!(matches!(svg, Err(Error::Invalid(_))));

        let unused = library::unused(&shop, &anna(), None, 9).await.unwrap().items;
        assert_eq!(unused.iter().map(|file| file.url.as_str()).collect::<Vec<_>>(), [first.url.as_str()]);
        let used = page.items[0].picture.url.clone();
        let asked = vec![first.url.clone(), used.clone(), "/media/../etc/passwd".to_owned()];
        assert_eq!(library::erase(&shop, &anna(), asked).await.unwrap(), 1);
        assert!(library::unused(&shop, &anna(), None, 9).await.unwrap().items[0].leaving);
        worker::erase_pictures(&shop).await.unwrap();
        assert!(!is_there(&shop, &first.url).await && is_there(&shop, &used).await);
        t.clock.advance(3 * 60 * 1000);
        worker::erase_pictures(&shop).await.unwrap();
        assert_eq!(library::count(&shop, &anna()).await.unwrap().unused, 0);
        assert_eq!(t.number("SELECT COUNT(*) FROM audit_log WHERE action = 'media.erase'").await, 1);
    }

    async fn what_comes_back_before_it_is_erased_stays(t: TestShop) {
        let (shop, _folder) = alone(&t);
        let mug = product(&shop, "mug", "M").await;
        let added = edit::add_picture(&shop, &anna(), mug, picture::png(40, 30), "").await.unwrap();
        let mut tx = t.db.begin().await.unwrap();
        tx.execute("DELETE FROM picture WHERE id = $1", args![added.id]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(library::erase(&shop, &anna(), vec![added.url.clone()]).await.unwrap(), 1);
        edit::add_picture(&shop, &anna(), mug, picture::png(40, 30), "").await.unwrap();
        assert_eq!(t.number("SELECT COUNT(*) FROM picture_erase").await, 0);
        worker::erase_pictures(&shop).await.unwrap();
        assert!(is_there(&shop, &added.url).await);
    }

    async fn what_an_order_shows_is_kept(t: TestShop) {
        let (shop, _folder) = alone(&t);
        let mug = product(&shop, "mug", "M").await;
        let added = edit::add_picture(&shop, &anna(), mug, picture::png(40, 30), "").await.unwrap();
        let (checkout, order) = (t.checkouts(1).await[0], shop::id::OrderId::new());
        let mut tx = t.db.begin().await.unwrap();
        let sql = "INSERT INTO orders (id, number, checkout_id, access_token, state, email, currency, subtotal, shipping, tax,
              tax_inclusive, total, shipping_address, shipping_method, created_at)
            VALUES ($1, 'M-1', $2, '', 'confirmed', 'a@b.co', 'EUR', 1000, 0, 0, TRUE, 1000, '{}', 'Parcel', 0)";
        tx.execute(sql, args![order, checkout]).await.unwrap();
        let sql = "INSERT INTO order_line (id, order_id, position, variant_id, sku, title, product_slug, picture_url, quantity,
              unit_price, total, tax)
            SELECT $1, $2, 0, v.id, v.sku, 'T', 's', $3, 1, 1000, 1000, 0 FROM variant v LIMIT 1";
        tx.execute(sql, args![shop::id::OrderLineId::new(), order, &added.url]).await.unwrap();
        tx.execute("DELETE FROM picture WHERE id = $1", args![added.id]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(library::erase(&shop, &anna(), vec![added.url]).await.unwrap(), 0);
    }
}
