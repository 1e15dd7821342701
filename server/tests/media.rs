//! Pictures, stored and drawn.

use crate::support::header;
use shop::args;
use shop::id::PictureId;
use shop::media::Kind;

const DRAWING: &[u8] = b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>";

over_http! {
    async fn a_stored_picture_is_kept_for_ever_and_never_scripts(site: Site) {
        let url = site.shop.media.store(DRAWING, Kind::Svg).await.unwrap();
        let answer = site.get(&url).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(header(&answer, "content-type"), "image/svg+xml");
        assert!(header(&answer, "cache-control").contains("immutable"));
        assert!(header(&answer, "content-security-policy").contains("default-src 'none'"));
        assert_eq!(answer.bytes().await.unwrap(), DRAWING);
    }

    async fn only_pictures_are_served_from_their_folder(site: Site) {
        let nobody = "0".repeat(32);
        for name in [format!("{nobody}.svg"), format!("{nobody}.txt"), "..%2Fshop.sqlite".into(), "x.svg".into()] {
            assert_eq!(site.get(&format!("/media/{name}")).send().await.unwrap().status(), 404, "{name}");
        }
    }

    async fn a_picture_that_was_not_fetched_is_drawn_from_the_title(site: Site) {
        let picture = PictureId::new();
        let mut tx = site.shop.db.begin().await.unwrap();
        let sql = "INSERT INTO picture (id, product_id, url)
            SELECT $1, id, '' FROM product WHERE slug = 'cup'";
        assert_eq!(tx.execute(sql, args![picture]).await.unwrap(), 1);
        tx.execute("UPDATE product SET title = 'Cup & <saucer>' WHERE slug = 'cup'", args![]).await.unwrap();
        tx.commit().await.unwrap();
        let answer = site.get(&format!("/placeholder/{picture}.svg")).send().await.unwrap();
        assert_eq!((answer.status().as_u16(), header(&answer, "content-type")), (200, "image/svg+xml".into()));
        let drawing = answer.text().await.unwrap();
        assert!(drawing.starts_with("<svg") && !drawing.contains("<saucer>"), "{drawing}");
        for name in [format!("{}.svg", PictureId::new()), picture.to_string(), "cup.svg".into()] {
            assert_eq!(site.get(&format!("/placeholder/{name}")).send().await.unwrap().status(), 404, "{name}");
        }
    }
}
