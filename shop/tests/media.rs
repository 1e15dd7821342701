//! Pictures: what is taken in, what is drawn of it, and where it is kept.

mod bucket;
mod refused;

use crate::catalogue::edit::{anna, draft};
use crate::support::{TestShop, picture};
use shop::catalogue::{self, Picture, desk, edit};
use shop::clock::Clock;
use shop::id::ProductId;
use shop::media::{self, Media, Queue};
use shop::money::Currency;
use shop::{Shop, args};

/// A shop whose pictures nobody else sees, and the folder they are in.
fn alone(t: &TestShop) -> (Shop, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    (Shop { media: Media::in_folder(folder.path()), ..t.shop() }, folder)
}

async fn mug(shop: &Shop) -> ProductId {
    edit::create(shop, &anna(), draft()).await.unwrap()
}

async fn shown(shop: &Shop) -> Picture {
    catalogue::product_by_slug(shop, "mug", Currency::EUR).await.unwrap().pictures[0].clone()
}

async fn draw_all(shop: &Shop) -> usize {
    let mut done = 0;
    while media::draw_due(shop).await.unwrap() > 0 {
        done += 1;
    }
    done
}

async fn file(shop: &Shop, url: &str) -> Vec<u8> {
    shop.media.open(url.strip_prefix("/media/").unwrap()).await.unwrap().bytes().await.unwrap()
}

on_both_engines! {
    async fn a_photo_is_turned_upright_and_drawn_in_every_width_up_to_its_own(t: TestShop) {
        let (shop, _folder) = alone(&t);
        let id = mug(&shop).await;
        let photo = picture::with_segment(&picture::jpeg(1000, 700), 0xE1, &picture::exif(6));
        edit::add_picture(&shop, &anna(), id, photo, "Front").await.unwrap();
        let before = shown(&shop).await;
        assert_eq!((before.width, before.height, before.srcset()), (700, 1000, None));
        // Until then the original is shown, without the place it was taken at and the right way up.
        let original = file(&shop, &before.src()).await;
        assert!(!original.windows(3).any(|w| w == b"GPS"));
        assert!(original.windows(6).any(|w| w == b"Exif\0\0"));

        assert_eq!(draw_all(&shop).await, 1);
        let after = shown(&shop).await;
        let drawn = after.drawn.clone().unwrap();
        assert_eq!((drawn.widths.as_slice(), drawn.fallback.as_str()), ([320, 700].as_slice(), "jpg"));
        for width in [320_u32, 700] {
            for url in [drawn.webp(&after.url, width.into()), drawn.fallback(&after.url, width.into())] {
                let bytes = file(&shop, &url).await;
                assert!(!bytes.windows(4).any(|w| w == b"Exif" || w == b"EXIF"), "{url}");
                let (wide, high, _, data) = picture::decoded(&bytes);
                assert_eq!((wide, high), (width, width * 1000 / 700), "{url}");
                // Turned clockwise by a quarter, what grew downwards grows to the left, and what grew to the right downwards.
                let at = |x: u32, y: u32| &data[((y * wide + x) * 3) as usize..][..3];
                assert!(at(wide - 1, 0)[1] < 30 && at(0, 0)[1] > 220, "{url}: {:?} {:?}", at(0, 0), at(wide - 1, 0));
                assert!(at(0, 0)[0] < 30 && at(0, high - 1)[0] > 220, "{url}");
            }
        }
        assert_eq!(after.src(), drawn.fallback(&after.url, 700));
        let search = shop::search::Search::in_memory();
        let card = desk::list(&shop, &search, &anna(), &desk::Filter::default(), None, 10).await.unwrap().page.items.remove(0);
        assert_eq!(card.picture_url, Some(after.thumb()));
    }

    async fn what_can_be_looked_through_stays_so(t: TestShop) {
        let (shop, _folder) = alone(&t);
        let id = mug(&shop).await;
        edit::add_picture(&shop, &anna(), id, picture::see_through(400, 300), "").await.unwrap();
        draw_all(&shop).await;
        let picture = shown(&shop).await;
        let drawn = picture.drawn.clone().unwrap();
        assert_eq!((drawn.widths.as_slice(), drawn.fallback.as_str()), ([320, 400].as_slice(), "png"));
        for url in [picture.src(), drawn.webp(&picture.url, 320)] {
            let (_, _, bytes, data) = picture::decoded(&file(&shop, &url).await);
            assert_eq!((bytes, data[3], data[data.len() - 1]), (4, 0, 255), "{url}");
        }
    }

    async fn products_that_show_the_same_file_share_its_sizes(t: TestShop) {
        let (shop, folder) = alone(&t);
        let id = mug(&shop).await;
        let png = picture::png(500, 400);
        edit::add_picture(&shop, &anna(), id, png.clone(), "").await.unwrap();
        assert_eq!(draw_all(&shop).await, 1);
        let files = std::fs::read_dir(folder.path()).unwrap().count();
        // The second one is drawn as it comes, and a saved product keeps its sizes.
        edit::add_picture(&shop, &anna(), id, png, "Again").await.unwrap();
        let mut edited = edit::load(&shop, &anna(), "mug").await.unwrap();
        edited.draft.pictures.reverse();
        edited.draft.pictures[0].focus = (10, 90);
        edit::update(&shop, &anna(), id, edited.draft, edited.version).await.unwrap();
        let product = catalogue::product_by_slug(&shop, "mug", Currency::EUR).await.unwrap();
        assert_eq!(product.pictures.iter().map(|p| p.srcset().is_some()).collect::<Vec<_>>(), [true, true]);
        assert_eq!((product.pictures[0].alt.as_str(), product.pictures[0].focus), ("Again", (10, 90)));
        assert_eq!(draw_all(&shop).await, 0);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), files);
    }

    async fn a_focus_outside_the_picture_is_refused_by_field_and_by_the_schema(t: TestShop) {
        let (shop, _folder) = alone(&t);
        let id = mug(&shop).await;
        edit::add_picture(&shop, &anna(), id, picture::png(20, 10), "").await.unwrap();
        let mut edited = edit::load(&shop, &anna(), "mug").await.unwrap();
        edited.draft.pictures[0].focus = (50, 101);
        let error = edit::update(&shop, &anna(), id, edited.draft, edited.version).await.unwrap_err();
        let shop::Error::Invalid(fields) = error else { panic!("{error}") };
        assert_eq!(fields[0].field, "pictures.0.focus_y");
        let mut tx = t.db.begin().await.unwrap();
        assert!(tx.execute("UPDATE picture SET focus_x = -1", args![]).await.is_err());
    }

    async fn who_dies_while_drawing_is_followed_by_somebody_else(t: TestShop) {
        let (shop, _folder) = alone(&t);
        let id = mug(&shop).await;
        edit::add_picture(&shop, &anna(), id, picture::png(500, 400), "").await.unwrap();
        // As somebody leaves it who has taken the picture and is gone.
        let mut tx = t.db.begin().await.unwrap();
        let taken = t.clock.now_ms() + 5 * 60 * 1000;
        tx.execute("UPDATE picture_file SET tries = 1, due_at = $1", args![taken]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(draw_all(&shop).await, 0);
        t.clock.advance(5 * 60 * 1000);
        assert_eq!(draw_all(&shop).await, 1);
        assert!(shown(&shop).await.srcset().is_some());
    }

    async fn two_at_once_draw_everything_once(t: TestShop) {
        let (shop, _folder) = alone(&t);
        let id = mug(&shop).await;
        for width in [40, 50, 60] {
            edit::add_picture(&shop, &anna(), id, picture::png(width, 40), "").await.unwrap();
        }
        let (one, two) = (shop.clone(), shop.clone());
        tokio::join!(draw_all(&one), draw_all(&two));
        assert_eq!(media::queue(&shop).await.unwrap(), Queue { waiting: 0, drawn: 3, failed: 0 });
        assert_eq!(t.number("SELECT CAST(SUM(tries) AS BIGINT) FROM picture_file").await, 3);
    }

    async fn a_file_that_is_lost_is_given_up_and_drawn_when_it_is_back(t: TestShop) {
        let (shop, folder) = alone(&t);
        let id = mug(&shop).await;
        let added = edit::add_picture(&shop, &anna(), id, picture::png(500, 400), "").await.unwrap();
        let path = folder.path().join(added.url.strip_prefix("/media/").unwrap());
        let bytes = std::fs::read(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        draw_all(&shop).await;
        assert_eq!(media::queue(&shop).await.unwrap(), Queue { waiting: 0, drawn: 0, failed: 1 });
        assert_eq!(shown(&shop).await.src(), added.url);
        std::fs::write(&path, bytes).unwrap();
        assert_eq!(media::draw_again(&shop, false).await.unwrap(), 1);
        draw_all(&shop).await;
        assert!(shown(&shop).await.srcset().is_some());
    }

    async fn pictures_from_before_are_drawn_and_drawings_are_not(t: TestShop) {
        let (shop, _folder) = alone(&t);
        let id = mug(&shop).await;
        // Stored by hand, as by an earlier version: not turned, its size as the camera held it.
        let photo = picture::with_segment(&picture::jpeg(600, 400), 0xE1, &picture::exif(8));
        let url = shop.media.store(&photo, media::Kind::Jpeg).await.unwrap();
        let svg = shop.media.store(b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>", media::Kind::Svg).await.unwrap();
        let mut tx = t.db.begin().await.unwrap();
        for (at, url) in [&url, &svg, "/placeholder/x.svg", "/media/00.avif"].into_iter().enumerate() {
            let sql = "INSERT INTO picture (id, product_id, position, url, width, height) VALUES ($1, $2, $3, $4, 600, 400)";
            tx.execute(sql, args![shop::id::PictureId::new(), id, i64::try_from(at).unwrap(), url]).await.unwrap();
        }
        tx.commit().await.unwrap();
        assert_eq!(draw_all(&shop).await, 1);
        let picture = shown(&shop).await;
        assert_eq!((picture.width, picture.height), (400, 600));
        assert_eq!(picture.drawn.unwrap().widths, [320, 400]);
    }
}
