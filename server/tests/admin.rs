//! The merchant's pages over HTTP: who gets in, what each role sees, and that forms do what they say.

mod attribute;
mod bulk;
mod category;
mod collection;
pub mod currency;
mod gift_card;
mod import;
mod media;
mod picture;
mod price_list;
mod promotion;
mod reconciliation;
mod redirect;
mod sale;
mod schedule;
mod shipping;
mod tax;

use crate::support::{Site, cookie, header};
use shop::staff::{self, Role};

pub const PASSWORD: &str = "correct horse battery";

/// Pages for all staff, then those for owners alone.
const STAFF_PAGES: [&str; 39] = [
    "/admin",
    "/admin/orders",
    "/admin/abandoned-carts",
    "/admin/products",
    "/admin/products/new",
    "/admin/products/bulk",
    "/admin/categories",
    "/admin/categories/new",
    "/admin/collections",
    "/admin/collections/new?kind=rule",
    "/admin/attributes",
    "/admin/attributes/new?kind=choice",
    "/admin/inventory",
    "/admin/media",
    "/admin/media?show=unused",
    "/admin/reviews",
    "/admin/sales",
    "/admin/sales/new",
    "/admin/price-lists",
    "/admin/price-lists/new",
    "/admin/price-lists/groups",
    "/admin/currencies",
    "/admin/discounts",
    "/admin/discounts/new",
    "/admin/discounts/try",
    "/admin/taxes",
    "/admin/taxes/zones/new",
    "/admin/taxes/classes",
    "/admin/taxes/exemptions",
    "/admin/taxes/try",
    "/admin/taxes/report",
    "/admin/gift-cards",
    "/admin/gift-cards/credit",
    "/admin/import",
    "/admin/redirects",
    "/admin/redirects/missing",
    "/admin/mail",
    "/admin/search",
    "/admin/sessions",
];
const OWNER_PAGES: [&str; 5] =
    ["/admin/staff", "/admin/audit", "/admin/health", "/admin/reconciliation", "/admin/settings"];

/// Some action that only staff have.
const REJECT: &str = "/admin/reviews/018f0000-0000-7000-8000-000000000000/reject";

/// Comes in by a one-time link and answers the session cookie's value.
async fn enter(site: &Site, token: &str, email: &str) -> String {
    let fields = [("name", "Somebody"), ("email", email), ("password", PASSWORD)];
    let answer = site.form(&format!("/admin/setup/{token}"), &fields).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), header(&answer, "location").as_str()), (303, "/admin"));
    cookie(&answer, "mercer").expect("coming in sets the cookie")
}

pub async fn owner(site: &Site) -> String {
    owner_as(site, "olga@example.com").await
}

pub async fn owner_as(site: &Site, email: &str) -> String {
    let link = staff::first_link(&site.shop).await.unwrap();
    enter(site, &link.token, email).await
}

pub async fn colleague(site: &Site) -> String {
    let olga = staff::log_in(&site.shop, "olga@example.com", PASSWORD, "").await.unwrap();
    let link = staff::invite(&site.shop, &olga, Role::Staff, "").await.unwrap();
    enter(site, &link.token, "sam@example.com").await
}

pub async fn status(site: &Site, path: &str, session: &str) -> u16 {
    site.get(path).header("cookie", format!("mercer={session}")).send().await.unwrap().status().as_u16()
}

pub async fn page(site: &Site, path: &str, session: &str) -> String {
    let answer = site.get(path).header("cookie", format!("mercer={session}")).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    answer.text().await.unwrap()
}

pub async fn send(site: &Site, path: &str, session: &str, fields: &[(&str, &str)]) -> (u16, String, String) {
    let answer = site.form(path, fields).header("cookie", format!("mercer={session}")).send().await.unwrap();
    (answer.status().as_u16(), header(&answer, "location"), answer.text().await.unwrap())
}

/// Whether a form is refused for its size: by an answer, or by a connection that is closed while it is being sent.
pub async fn is_too_large(site: &Site, path: &str, session: &str, fields: &[(&str, &str)]) -> bool {
    let sent = site.form(path, fields).header("cookie", format!("mercer={session}")).send().await;
    sent.map_or_else(|error| error.is_request(), |answer| answer.status() == 413)
}

over_http! {
    async fn strangers_are_shown_the_log_in(site: Site) {
        for path in STAFF_PAGES.iter().chain(&OWNER_PAGES) {
            let answer = site.get(path).send().await.unwrap();
            assert_eq!(answer.status(), 303, "{path}");
            assert!(header(&answer, "location").starts_with("/admin/login?next="), "{path}");
        }
        for path in ["/admin/products/new", "/admin/staff/invite", "/admin/settings", "/admin/orders/M-1/refund", REJECT] {
            let answer = site.form(path, &[("version", "1")]).send().await.unwrap();
            assert_eq!((answer.status().as_u16(), header(&answer, "location").as_str()), (303, "/admin/login"), "{path}");
        }
        let login = site.get("/admin/login").send().await.unwrap();
        assert_eq!(header(&login, "cache-control"), "no-store");
        assert_eq!(header(&login, "x-robots-tag"), "noindex");
    }

    async fn looking_at_a_page_does_not_write_the_session(site: Site) {
        let olga = owner(&site).await;
        let written = "SELECT MAX(seen_at) FROM session";
        let before = site.number(written).await;
        site.clock.advance(1000);
        assert_eq!(status(&site, "/admin", &olga).await, 200);
        assert_eq!(site.number(written).await, before);
    }

    async fn staff_see_their_pages_and_owners_see_all(site: Site) {
        let olga = owner(&site).await;
        let sam = colleague(&site).await;
        for path in STAFF_PAGES {
            let answer = site.get(path).header("cookie", format!("mercer={sam}")).send().await.unwrap();
            assert_eq!(answer.status(), 200, "{path}");
            assert_eq!(header(&answer, "cache-control"), "no-store", "{path}");
            assert_eq!(header(&answer, "x-robots-tag"), "noindex", "{path}");
        }
        for path in OWNER_PAGES {
            assert_eq!(status(&site, path, &sam).await, 403, "{path}");
            assert_eq!(status(&site, path, &olga).await, 200, "{path}");
        }
        let (refused, ..) = send(&site, "/admin/staff/invite", &sam, &[("role", "owner")]).await;
        assert_eq!(refused, 403);
        let (refused, ..) = send(&site, "/admin/settings", &sam, &[("shop_name", "Sam's")]).await;
        assert_eq!(refused, 403);
    }

    async fn a_one_time_link_opens_once(site: Site) {
        let link = staff::first_link(&site.shop).await.unwrap();
        enter(&site, &link.token, "olga@example.com").await;
        let again = site.get(&link.path()).send().await.unwrap();
        assert_eq!(again.status(), 410);
    }

    async fn a_disabled_colleague_is_out_at_once(site: Site) {
        let olga = owner(&site).await;
        let sam = colleague(&site).await;
        assert_eq!(status(&site, "/admin/orders", &sam).await, 200);
        let by = staff::log_in(&site.shop, "olga@example.com", PASSWORD, "").await.unwrap();
        let members = staff::list(&site.shop, &by).await.unwrap();
        let id = members.iter().find(|member| member.email == "sam@example.com").unwrap().id;
        assert_eq!(send(&site, &format!("/admin/staff/{id}/disable"), &olga, &[]).await.0, 303);
        assert_eq!(status(&site, "/admin/orders", &sam).await, 303);
    }

    async fn a_product_is_made_changed_and_not_overwritten(site: Site) {
        let olga = owner(&site).await;
        let mut fields = vec![
            ("do", "save"), ("version", "0"), ("title", "Blue <b>mug</b>"), ("slug", ""), ("status", "published"),
            ("description_html", "<p>Holds tea.</p><script>alert(1)</script>"),
            ("variants.0.id", ""), ("variants.0.sku", "BLUE-MUG"), ("variants.0.prices.EUR", "12,5"),
            ("variants.0.weight_grams", "300"), ("variants.0.tracked", "on"),
        ];
        let (made, place, _) = send(&site, "/admin/products/new", &olga, &fields).await;
        assert_eq!(made, 303);
        let editor = page(&site, &place, &olga).await;
        assert!(editor.contains("The product is saved.") && editor.contains(r#"value="12.50""#), "{editor}");
        assert!(!editor.contains("<b>mug") && !editor.contains("alert(1)"), "{editor}");
        assert!(!page(&site, &place, &olga).await.contains("The product is saved."), "it is said once");

        // The editor was opened at version 1; version 0 is somebody's old page.
        let (stale, _, again) = send(&site, &place, &olga, &fields).await;
        assert_eq!(stale, 409);
        assert!(again.contains("Somebody else has changed this product"), "{again}");

        fields[1] = ("version", "1");
        fields[8] = ("variants.0.prices.EUR", "twelve");
        let (refused, _, again) = send(&site, &place, &olga, &fields).await;
        assert_eq!(refused, 422);
        assert!(again.contains(r#"value="twelve""#) && again.contains("Enter an amount like 12.50."), "{again}");
        let log = page(&site, "/admin/audit?entity=product", &olga).await;
        assert!(log.contains("Product create") && !log.contains("Product update"));
    }

    async fn stock_changes_with_a_reason_and_is_explained(site: Site) {
        let olga = owner(&site).await;
        let detail = page(&site, "/admin/inventory/CUP", &olga).await;
        let stock = detail.split("<option value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_owned();
        let fields = |delta| [("stock", stock.as_str()), ("delta", delta), ("reason", "received"), ("note", "Pallet 7")];
        assert_eq!(send(&site, "/admin/inventory/CUP", &olga, &fields("+5")).await.0, 303);
        assert!(page(&site, "/admin/inventory/CUP", &olga).await.contains("Pallet 7"));
        assert_eq!(send(&site, "/admin/inventory/CUP", &olga, &fields("-99999999")).await.0, 409);
        assert_eq!(send(&site, "/admin/inventory/CUP", &olga, &fields("some")).await.0, 422);
        assert_eq!(status(&site, "/admin/inventory/NONE", &olga).await, 404);
    }

    async fn settings_are_in_force_at_once(site: Site) {
        let olga = owner(&site).await;
        let fields = [
            ("shop_name", "Corner Shop"), ("mail_from", "hello@corner.example"), ("home_country", "DE"),
            ("default_currency", "EUR"), ("currency", "USD"), ("capture", "manual"), ("hold_minutes", "45"),
            ("language", "de"), ("language", "en"),
        ];
        assert_eq!(send(&site, "/admin/settings", &olga, &fields).await.0, 303);
        assert!(page(&site, "/admin", &olga).await.contains("Corner Shop"));
        assert_eq!(site.shop.settings.hold_ms, 45 * 60 * 1000);
        assert_eq!(site.shop.settings.languages, ["de", "en"]);
        let with_language = |code| fields.iter().copied().chain([("language", code)]).collect::<Vec<_>>();
        assert_eq!(send(&site, "/admin/settings", &olga, &with_language("xx")).await.0, 422);
        let with = |name| fields.iter().copied().chain([("payment_provider", name)]).collect::<Vec<_>>();
        assert_eq!(send(&site, "/admin/settings", &olga, &with("paypal")).await.0, 303);
        assert_eq!(site.shop.settings.payment_providers, ["paypal"]);
        assert_eq!(send(&site, "/admin/settings", &olga, &with("bank")).await.0, 422);
        assert!(page(&site, "/admin/audit", &olga).await.contains("Setting update"));
        let mut wrong = fields;
        wrong[6] = ("hold_minutes", "1");
        assert_eq!(send(&site, "/admin/settings", &olga, &wrong).await.0, 422);
        assert_eq!(site.shop.settings.hold_ms, 45 * 60 * 1000);
    }
}
