//! Reviews over HTTP: who may write, vote and decide, and that refusals keep what was typed.

use crate::admin::{colleague, owner, page, send};
use crate::support::{Site, cookie, header};
use reqwest::Response;
use shop::{args, worker};

/// Registers somebody and answers their session.
pub async fn customer(site: &Site, name: &str) -> String {
    let email = format!("{}@example.org", name.replace(' ', ".")).to_lowercase();
    let fields = [("name", name), ("email", email.as_str()), ("password", "correct horse battery")];
    let answer = site.form("/register", &fields).send().await.unwrap();
    assert_eq!(answer.status(), 303);
    cookie(&answer, "mercer").unwrap()
}

async fn post(site: &Site, path: &str, session: &str, fields: &[(&str, &str)]) -> Response {
    let asked = site.form(path, fields).header("cookie", format!("mercer={session}")).header("accept", "text/html");
    asked.send().await.unwrap()
}

const GOOD: [(&str, &str); 4] =
    [("rating", "4"), ("title", "Holds tea"), ("text", "A <b>good</b> cup & saucer"), ("author", "Ann")];

/// Identifier of the one review there is, as the admin's addresses have it.
async fn only(site: &Site) -> String {
    let (id,): (shop::id::ReviewId,) = site.shop.db.fetch_one("SELECT id FROM review", args![]).await.unwrap();
    id.to_string()
}

fn jpeg(width: u16, height: u16) -> Vec<u8> {
    let mut file = Vec::new();
    let data: Vec<u8> = (0..=250).cycle().take(usize::from(width) * usize::from(height) * 3).collect();
    jpeg_encoder::Encoder::new(&mut file, 80).encode(&data, width, height, jpeg_encoder::ColorType::Rgb).unwrap();
    file
}

/// A review of the cup as a browser sends it: fields and files in parts.
async fn in_parts(site: &Site, session: &str, fields: &[(&str, &str)], files: &[&[u8]]) -> Response {
    let mut body = Vec::new();
    for (name, value) in fields {
        body.extend(format!("--b7\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes());
    }
    for file in files {
        body.extend(b"--b7\r\nContent-Disposition: form-data; name=\"picture\"; filename=\"a.jpg\"\r\n\r\n");
        body.extend(*file);
        body.extend(b"\r\n");
    }
    body.extend(b"--b7--\r\n");
    let asked = site.ask(reqwest::Method::POST, "/p/cup/reviews").header("origin", &site.origin);
    let asked = asked.header("cookie", format!("mercer={session}")).header("accept", "text/html");
    asked.header("content-type", "multipart/form-data; boundary=b7").body(body).send().await.unwrap()
}

over_http! {
    async fn a_review_is_written_looked_at_and_read(site: Site) {
        let ann = customer(&site, "Ann Byron").await;
        let form = page(&site, "/p/cup", &ann).await;
        assert!(form.contains("Write a review") && form.contains(r#"value="Ann""#), "{form}");
        let sent = post(&site, "/p/cup/reviews", &ann, &GOOD).await;
        assert_eq!((sent.status().as_u16(), header(&sent, "location").as_str()), (303, "/p/cup#own-review"));
        let thanks = page(&site, "/p/cup", &ann).await;
        assert!(thanks.contains("Thank you for your review") && thanks.contains("No reviews yet"), "{thanks}");
        assert!(page(&site, "/account/reviews", &ann).await.contains("Waits to be looked at"));

        let olga = owner(&site).await;
        let sam = colleague(&site).await;
        let queue = page(&site, "/admin/reviews?state=pending", &sam).await;
        assert!(queue.contains("Holds tea") && queue.contains("First review, not bought here"), "{queue}");
        assert!(queue.contains("A &lt;b&gt;good&lt;/b&gt; cup &amp; saucer"), "text stays text");
        let one = format!("/admin/reviews/{}", only(&site).await);
        let (refused, _, again) = send(&site, &format!("{one}/reject"), &sam, &[("version", "1"), ("reason", " ")]).await;
        assert_eq!(refused, 422);
        assert!(again.contains(r##"href="#decide-reason""##), "{again}");
        assert_eq!(send(&site, &format!("{one}/approve"), &sam, &[("version", "7")]).await.0, 409);
        assert_eq!(send(&site, &format!("{one}/reply"), &sam, &[("version", "1"), ("reply", "Thank you")]).await.0, 303);
        assert_eq!(send(&site, &format!("{one}/approve"), &sam, &[("version", "2")]).await.0, 303);
        assert!(page(&site, "/admin/audit?entity=review", &olga).await.contains("Review approve"));
        assert_eq!(worker::count_ratings(&site.shop).await.unwrap(), 1);

        let seen = site.get("/p/cup").send().await.unwrap().text().await.unwrap();
        assert!(seen.contains("A &lt;b&gt;good&lt;/b&gt; cup &amp; saucer") && seen.contains("Reply from the shop"), "{seen}");
        assert!(seen.contains(r#""aggregateRating":{"#) && seen.contains(r#""ratingValue":"4.0""#), "{seen}");
        assert!(!seen.contains("Verified purchase"));
        let none = site.get("/p/cup?stars=1").send().await.unwrap().text().await.unwrap();
        assert!(none.contains("There is nothing on this page") && none.contains("noindex"), "{none}");
        let cards = site.get("/").send().await.unwrap().text().await.unwrap();
        assert!(cards.contains("4 of 5 stars"), "{cards}");
        let home = page(&site, "/account/reviews", &ann).await;
        assert!(home.contains("Shown") && home.contains("Thank you"), "{home}");
    }

    async fn what_is_refused_names_the_field_and_is_kept(site: Site) {
        let ann = customer(&site, "Ann").await;
        let fields = [("title", "Half \"done\""), ("text", "</textarea><script>x</script>"), ("author", " ")];
        let answer = post(&site, "/p/cup/reviews", &ann, &fields).await;
        assert_eq!(answer.status(), 422);
        let again = answer.text().await.unwrap();
        assert!(again.contains(r##"href="#review-rating""##) && again.contains(r##"href="#review-author""##), "{again}");
        assert!(again.contains("Half &quot;done&quot;") && again.contains("&lt;/textarea&gt;&lt;script&gt;"), "{again}");
        assert!(again.contains("<details open"), "the form is open");
        let long = "x".repeat(4001);
        let fields = [("rating", "5"), ("title", "T"), ("text", long.as_str()), ("author", "Ann")];
        assert_eq!(post(&site, "/p/cup/reviews", &ann, &fields).await.status(), 422);
        assert_eq!(post(&site, "/p/none/reviews", &ann, &GOOD).await.status(), 404);
        assert_eq!(site.number("SELECT COUNT(*) FROM review").await, 0);
        let unreadable = site.get("/p/cup?reviews=nonsense").send().await.unwrap().status();
        assert_eq!(unreadable, 200, "nothing is read where nothing is");
    }

    async fn strangers_log_in_first_and_come_back(site: Site) {
        let page = site.get("/p/cup").send().await.unwrap().text().await.unwrap();
        assert!(page.contains("/login?next=%2Fp%2Fcup%23own-review"), "{page}");
        let sent = site.form("/p/cup/reviews", &GOOD).send().await.unwrap();
        assert_eq!(header(&sent, "location"), "/login?next=%2Fp%2Fcup%23own-review");
        let nobody = "018f0000-0000-7000-8000-000000000000";
        let vote = site.form(&format!("/p/cup/reviews/{nobody}/helpful"), &[("helpful", "1")]).send().await.unwrap();
        assert_eq!(header(&vote, "location"), "/login?next=%2Fp%2Fcup%23reviews");
        let fields = [("name", "Ann"), ("email", "ann@example.org"), ("password", "correct horse battery"), ("next", "/p/cup#own-review")];
        let back = site.form("/register", &fields).send().await.unwrap();
        assert_eq!(header(&back, "location"), "/p/cup#own-review");
        let home = site.get("/account/reviews").send().await.unwrap();
        assert!(header(&home, "location").starts_with("/login?next="));
        let by_address = site.get("/p/cup/reviews").send().await.unwrap();
        assert_eq!(header(&by_address, "location"), "/p/cup#reviews");
        assert_eq!(site.get(&format!("/p/cup/reviews/{nobody}/helpful")).send().await.unwrap().status(), 405);
    }

    async fn a_vote_is_one_persons_and_never_ones_own(site: Site) {
        let (ann, eve) = (customer(&site, "Ann").await, customer(&site, "Eve").await);
        post(&site, "/p/cup/reviews", &ann, &GOOD).await;
        let path = format!("/p/cup/reviews/{}/helpful", only(&site).await);
        assert_eq!(post(&site, &path, &eve, &[("helpful", "1")]).await.status(), 404, "it is not shown");
        let mut tx = site.shop.db.begin().await.unwrap();
        tx.execute("UPDATE review SET state = 'approved'", args![]).await.unwrap();
        tx.commit().await.unwrap();
        worker::count_ratings(&site.shop).await.unwrap();
        for _ in 0..3 {
            assert_eq!(post(&site, &path, &eve, &[("helpful", "1")]).await.status(), 303);
        }
        assert_eq!(post(&site, &path, &ann, &[("helpful", "1")]).await.status(), 409);
        assert!(page(&site, "/p/cup", &ann).await.contains("1 person found this helpful"));
        assert!(page(&site, "/p/cup", &eve).await.contains("Helpful ✓"));
        post(&site, &path, &eve, &[("helpful", "0")]).await;
        assert_eq!(site.number("SELECT COUNT(*) FROM review_vote").await, 0);
    }

    async fn pictures_come_with_the_form_and_are_public_with_the_review(site: Site) {
        let ann = customer(&site, "Ann").await;
        owner(&site).await;
        let sam = colleague(&site).await;
        let form = page(&site, "/p/cup", &ann).await;
        assert!(form.contains(r#"enctype="multipart/form-data""#) && form.contains(r#"name="picture""#), "{form}");
        let refused = in_parts(&site, &ann, &GOOD, &[b"<svg onload=alert(1)>", b""]).await;
        assert_eq!(refused.status(), 422);
        let again = refused.text().await.unwrap();
        assert!(again.contains(r##"href="#review-picture""##) && again.contains("choose them again"), "{again}");
        assert!(again.contains("Holds tea"), "what was typed is kept");
        let sent = in_parts(&site, &ann, &GOOD, &[&jpeg(200, 100), &jpeg(100, 200)]).await;
        assert_eq!((sent.status().as_u16(), header(&sent, "location").as_str()), (303, "/p/cup#own-review"));
        let urls: Vec<(String,)> = site.shop.db.fetch_all("SELECT url FROM review_picture", args![]).await.unwrap();
        assert_eq!(urls.len(), 2);
        let public = async |path: &str| site.get(path).send().await.unwrap().text().await.unwrap();
        let tells = |text: &str| urls.iter().any(|(url,)| text.contains(url.trim_end_matches(".jpg")));
        for path in ["/p/cup", "/p/cup?pictures=1", "/", "/api/v1/products/cup", "/search?q=cup"] {
            assert!(!tells(&public(path).await), "{path} tells of what nobody has looked at");
        }
        let queue = page(&site, "/admin/reviews?state=pending", &sam).await;
        assert!(tells(&queue) && queue.contains("Picture 1 of 2"), "{queue}");
        let one = format!("/admin/reviews/{}", only(&site).await);
        assert_eq!(send(&site, &format!("{one}/approve"), &sam, &[("version", "1")]).await.0, 303);
        worker::count_ratings(&site.shop).await.unwrap();
        let seen = public("/p/cup").await;
        assert!(tells(&seen) && seen.contains("With pictures (1)") && seen.contains("Picture 2 of 2 by Ann"), "{seen}");
        assert!(public("/p/cup?pictures=1").await.contains("noindex"));

        let (id,): (shop::id::ReviewPictureId,) = site.shop.db.fetch_one("SELECT id FROM review_picture WHERE position = 0", args![]).await.unwrap();
        assert!(page(&site, &one, &sam).await.contains(&format!("{one}/pictures/{id}/remove")));
        assert_eq!(send(&site, &format!("{one}/pictures/{id}/remove"), &ann, &[("version", "2")]).await.0, 303, "to the log-in");
        assert_eq!(site.number("SELECT COUNT(*) FROM review_picture").await, 2);
        assert_eq!(send(&site, &format!("{one}/pictures/{id}/remove"), &sam, &[("version", "2")]).await.0, 303);
        assert!(public("/p/cup").await.contains("Picture by Ann"), "the kept page has changed");
        let own = page(&site, "/p/cup", &ann).await;
        assert!(own.contains("Your picture 1 of 1"), "{own}");
        let (left,): (shop::id::ReviewPictureId,) = site.shop.db.fetch_one("SELECT id FROM review_picture", args![]).await.unwrap();
        let left = left.to_string();
        let without = [&GOOD[..], &[("remove", left.as_str())]].concat();
        assert_eq!(in_parts(&site, &ann, &without, &[]).await.status(), 303);
        assert_eq!(site.number("SELECT COUNT(*) FROM review_picture").await, 0);
        assert!(!public("/p/cup").await.contains("Holds tea"), "it is looked at again");
    }

    async fn another_site_writes_nothing(site: Site) {
        let ann = customer(&site, "Ann").await;
        let olga = owner(&site).await;
        let id = "018f0000-0000-7000-8000-000000000000";
        let paths = [
            ("/p/cup/reviews".to_owned(), &ann), (format!("/p/cup/reviews/{id}/helpful"), &ann),
            (format!("/admin/reviews/{id}/approve"), &olga), (format!("/admin/reviews/{id}/reject"), &olga),
            (format!("/admin/reviews/{id}/reply"), &olga),
        ];
        for (path, session) in paths {
            let asked = site.ask(reqwest::Method::POST, &path).form(&GOOD).header("cookie", format!("mercer={session}"));
            assert_eq!(asked.header("origin", "https://evil.example").send().await.unwrap().status(), 403, "{path}");
        }
        assert_eq!(site.number("SELECT COUNT(*) FROM review").await, 0);
        // A customer is nobody in the admin.
        for verb in ["approve", "reject", "reply"] {
            let answer = post(&site, &format!("/admin/reviews/{id}/{verb}"), &ann, &[("version", "1")]).await;
            assert_eq!(header(&answer, "location"), "/admin/login", "{verb}");
        }
        assert_eq!(send(&site, &format!("/admin/reviews/{id}/approve"), &olga, &[("version", "1")]).await.0, 404);
        assert_eq!(send(&site, "/admin/reviews/x/approve", &olga, &[("version", "1")]).await.0, 400);
    }
}
