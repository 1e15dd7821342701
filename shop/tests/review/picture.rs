//! Pictures of reviews: four at most, seen by whoever may read the words, erased with them.

use super::{code, draft, of, read, shown, staff};
use crate::support::{TestShop, picture};
use shop::account::Customer;
use shop::id::ProductId;
use shop::media::{self, Media};
use shop::review::{self, Asked, PictureChange, State};
use shop::{Error, Shop, args, worker};

/// A shop whose files nobody else sees.
fn alone(t: &TestShop) -> (Shop, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    (Shop { media: Media::in_folder(folder.path()), ..t.shop() }, folder)
}

fn files(folder: &tempfile::TempDir) -> usize {
    std::fs::read_dir(folder.path()).unwrap().count()
}

async fn send(shop: &Shop, who: &Customer, product: ProductId, added: Vec<Vec<u8>>) -> shop::Result<()> {
    let pictures = PictureChange { added, removed: Vec::new() };
    review::write_with(shop, who, product, &draft(5, "With a picture"), pictures).await
}

async fn approve(shop: &Shop, who: &Customer, product: ProductId) {
    let (id, version) = of(shop, who, product).await;
    review::approve(shop, &staff(), id, version).await.unwrap();
}

on_both_engines! {
    async fn pictures_are_shown_with_the_approved_review_and_never_before(t: TestShop) {
        let (shop, folder) = alone(&t);
        let (ann, eve, mug) = (t.customer("ann").await, t.customer("eve").await, t.product("MUG").await);
        let photo = picture::with_segment(&picture::jpeg(700, 400), 0xE1, &picture::exif(1));
        send(&shop, &ann, mug, vec![photo, picture::png(90, 60)]).await.unwrap();
        shown(&shop, &eve, mug, 4, "No picture").await;
        assert_eq!(read(&shop, mug, None).await.len(), 1);
        assert_eq!(review::pictured(&shop, mug).await.unwrap(), 0, "nobody has looked at it");
        let own = review::own(&shop, &ann, mug).await.unwrap().unwrap();
        assert_eq!(own.pictures.len(), 2);
        let (id, _) = of(&shop, &ann, mug).await;
        assert_eq!(review::detail(&shop, &staff(), id).await.unwrap().pictures.len(), 2);
        for name in std::fs::read_dir(folder.path()).unwrap() {
            let bytes = std::fs::read(name.unwrap().path()).unwrap();
            assert!(!bytes.windows(3).any(|w| w == b"GPS"), "where it was taken is nobody's business");
        }

        approve(&shop, &ann, mug).await;
        while media::draw_due(&shop).await.unwrap() > 0 {}
        let asked = Asked { stars: None, pictured: true, after: None, rows: 9 };
        let with = review::of_product(&shop, mug, None, asked).await.unwrap().items;
        assert_eq!((with.len(), review::pictured(&shop, mug).await.unwrap()), (1, 1));
        let first = &with[0].pictures[0].picture;
        assert_eq!((first.width, first.height), (700, 400));
        assert_eq!(first.drawn.as_ref().unwrap().widths, [320, 700]);
        assert!(first.thumb().ends_with("-320.jpg"), "{}", first.thumb());
        let stars = Asked { stars: Some(4), ..asked };
        assert_eq!(review::of_product(&shop, mug, None, stars).await.unwrap().items, []);
    }

    async fn there_are_four_at_most_and_other_pictures_are_looked_at_again(t: TestShop) {
        let (shop, _folder) = alone(&t);
        let (ann, mug) = (t.customer("ann").await, t.product("MUG").await);
        let five = (1..=5).map(|n| picture::png(40 + n, 30)).collect::<Vec<_>>();
        assert_eq!(code(send(&shop, &ann, mug, five.clone()).await), "invalid");
        assert_eq!(t.number("SELECT COUNT(*) FROM review").await, 0, "nothing is half written");
        send(&shop, &ann, mug, five[..4].to_vec()).await.unwrap();
        approve(&shop, &ann, mug).await;
        // The same once more is the same.
        send(&shop, &ann, mug, five[..1].to_vec()).await.unwrap();
        assert_eq!(review::own(&shop, &ann, mug).await.unwrap().unwrap().state, State::Approved);
        let Err(Error::Invalid(fields)) = send(&shop, &ann, mug, five[4..].to_vec()).await else { panic!("a fifth") };
        assert_eq!(fields[0].field, "picture");
        let own = review::own(&shop, &ann, mug).await.unwrap().unwrap();
        let change = PictureChange { added: five[4..].to_vec(), removed: vec![own.pictures[1].id] };
        review::write_with(&shop, &ann, mug, &draft(5, "With a picture"), change).await.unwrap();
        let own = review::own(&shop, &ann, mug).await.unwrap().unwrap();
        assert_eq!((own.state, own.pictures.len()), (State::Pending, 4));
        assert_eq!(own.pictures[1].picture.width, 45, "it hangs where the other one was");
        assert_eq!(read(&shop, mug, None).await, [], "nobody has looked at the new one");
        // Nobody takes away somebody else's.
        let eve = t.customer("eve").await;
        let theirs = PictureChange { added: Vec::new(), removed: vec![own.pictures[0].id] };
        review::write_with(&shop, &eve, mug, &draft(5, "Mine"), theirs).await.unwrap();
        assert_eq!(t.number("SELECT COUNT(*) FROM review_picture").await, 4);
        let full = t.db.begin().await.unwrap().execute(
            "INSERT INTO review_picture (id, review_id, position, url, width, height) SELECT $1, review_id, 4, 'u', 1, 1 FROM review_picture LIMIT 1",
            args![shop::id::ReviewPictureId::new()],
        ).await;
        assert!(full.is_err(), "the schema knows, too");
    }

    async fn what_is_no_picture_is_refused_before_anything_is_written(t: TestShop) {
        let (shop, folder) = alone(&t);
        let (ann, mug) = (t.customer("ann").await, t.product("MUG").await);
        for bad in [b"<svg onload=alert(1)>".to_vec(), b"GIF89a".to_vec(), vec![0; shop::limits::REVIEW_PICTURE_BYTES + 1]] {
            assert_eq!(code(send(&shop, &ann, mug, vec![bad]).await), "invalid");
        }
        let change = PictureChange { added: vec![picture::png(9, 9)], removed: Vec::new() };
        assert_eq!(code(review::write_with(&shop, &ann, mug, &draft(9, " "), change).await), "invalid");
        assert_eq!((t.number("SELECT COUNT(*) FROM review").await, files(&folder)), (0, 0));
    }

    async fn staff_take_one_away_and_its_file_is_erased(t: TestShop) {
        let (shop, folder) = alone(&t);
        let (ann, mug) = (t.customer("ann").await, t.product("MUG").await);
        send(&shop, &ann, mug, vec![picture::png(400, 300), picture::png(60, 40)]).await.unwrap();
        approve(&shop, &ann, mug).await;
        while media::draw_due(&shop).await.unwrap() > 0 {}
        let before = files(&folder);
        let (id, version) = of(&shop, &ann, mug).await;
        let first = review::detail(&shop, &staff(), id).await.unwrap().pictures.remove(0);
        let stale = review::remove_picture(&shop, &staff(), id, version - 1, first.id).await;
        assert_eq!(code(stale), "stale");
        review::remove_picture(&shop, &staff(), id, version, first.id).await.unwrap();
        let now = &read(&shop, mug, None).await[0];
        assert_eq!(now.pictures.len(), 1, "the words are still shown");
        assert_eq!(code(review::remove_picture(&shop, &staff(), id, version + 1, first.id).await), "not_found");
        worker::erase_pictures(&shop).await.unwrap();
        assert!(files(&folder) < before, "original and sizes");
        let key = first.picture.url.strip_prefix("/media/").unwrap();
        assert!(shop.media.open(key).await.is_err());
        // It cannot come back while a request that has found its file may still be under way.
        assert!(matches!(send(&shop, &ann, mug, vec![picture::png(400, 300)]).await, Err(Error::Unavailable { .. })));
        t.clock.advance(3 * 60 * 1000);
        worker::erase_pictures(&shop).await.unwrap();
        assert_eq!(t.number("SELECT COUNT(*) FROM picture_erase").await, 0);
        send(&shop, &ann, mug, vec![picture::png(400, 300)]).await.unwrap();
        worker::erase_pictures(&shop).await.unwrap();
        assert!(shop.media.open(key).await.is_ok(), "it is shown again");
    }

    async fn pictures_go_with_the_review_but_not_from_where_they_are_shown_elsewhere(t: TestShop) {
        let (shop, _folder) = alone(&t);
        let (ann, eve, mug) = (t.customer("ann").await, t.customer("eve").await, t.product("MUG").await);
        send(&shop, &ann, mug, vec![picture::png(60, 40), picture::png(50, 40)]).await.unwrap();
        send(&shop, &eve, mug, vec![picture::png(60, 40)]).await.unwrap();
        let urls: Vec<(String,)> = t.db.fetch_all("SELECT DISTINCT url FROM review_picture ORDER BY url", args![]).await.unwrap();
        t.run("DELETE FROM review WHERE customer_id = $1", args![ann.id]).await;
        worker::erase_pictures(&shop).await.unwrap();
        let mut there = 0;
        for (url,) in &urls {
            there += usize::from(shop.media.open(url.strip_prefix("/media/").unwrap()).await.is_ok());
        }
        assert_eq!((urls.len(), there), (2, 1), "the one that the other review shows stays");
    }
}
