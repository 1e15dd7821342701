//! Taxes over HTTP: what merchants write is what shoppers are charged, and refusals keep what was typed.

use super::{owner, page, send};
use crate::page_cache::asked;
use crate::review::customer;
use crate::support::Site;
use crate::support::shopper::Shopper;

async fn germany(site: &Site, session: &str) -> String {
    let fields = [("name", "Germany"), ("inclusive", "yes"), ("places", "DE")];
    let (made, place, body) = send(site, "/admin/taxes/zones/new", session, &fields).await;
    assert_eq!(made, 303, "{body}");
    let rate =
        [("tax_class", "standard"), ("name", "VAT 19 %"), ("rate", "19"), ("valid_from", ""), ("valid_until", "")];
    let (added, _, body) = send(site, &format!("{place}/rates"), session, &rate).await;
    assert_eq!(added, 303, "{body}");
    place
}

over_http! {
    async fn what_is_written_down_is_charged_and_refusals_keep_what_was_typed(site: Site) {
        let olga = owner(&site).await;
        assert!(page(&site, "/admin/taxes", &olga).await.contains("No zones yet"));
        asked(&site, "/p/cup").await;
        let place = germany(&site, &olga).await;
        let shown = page(&site, &place, &olga).await;
        assert!(shown.contains("VAT 19 %") && shown.contains("In force"), "{shown}");
        // The kept page knows at once, and so does the checkout.
        let cup = asked(&site, "/p/cup").await.text().await.unwrap();
        assert!(cup.contains("Includes VAT 19 %; delivery is shown at checkout."), "{cup}");
        let shopper = Shopper::ready(&site).await;
        let checkout = shopper.page("/checkout/payment").send().await.unwrap().text().await.unwrap();
        assert!(checkout.contains("Includes VAT 19 %"), "{checkout}");
        let cart = shopper.page("/cart").send().await.unwrap().text().await.unwrap();
        assert!(cart.contains("Includes VAT 19 %") && cart.contains("€1.60"), "{cart}");
        let rates = format!("{place}/rates");
        let again = [("tax_class", "standard"), ("name", "Another"), ("rate", "7,5"), ("valid_from", "2026-01-01T00:00")];
        let (refused, _, body) = send(&site, &rates, &olga, &again).await;
        assert!(refused == 422 && body.contains("Another rate of this class") && body.contains("value=\"7,5\""), "{body}");
        let (refused, _, body) = send(&site, &rates, &olga, &[("rate", "much"), ("name", "X")]).await;
        assert!(refused == 422 && body.contains("A percentage like 19"), "{body}");
        let twice = [("name", "Again"), ("inclusive", "no"), ("places", "FR\nDE")];
        let (refused, _, body) = send(&site, "/admin/taxes/zones/new", &olga, &twice).await;
        assert!(refused == 422 && body.contains("DE is in another zone."), "{body}");
        let (refused, _, _) = send(&site, &place, &olga, &[("version", "7"), ("name", "Germany"), ("places", "DE")]).await;
        assert_eq!(refused, 409);
        let (filled, _, _) = send(&site, "/admin/taxes/presets/eu-vat", &olga, &[]).await;
        assert_eq!(filled, 303);
        assert!(page(&site, "/admin/taxes", &olga).await.contains("Portugal, Azores"));
        assert_eq!(send(&site, "/admin/taxes/presets/none", &olga, &[]).await.0, 404);
        assert_eq!(send(&site, "/admin/taxes/classes", &olga, &[("code", "toys"), ("name", "Toys")]).await.0, 303);
        assert_eq!(send(&site, "/admin/taxes/classes", &olga, &[("code", "toys"), ("name", "Toys")]).await.0, 422);
        assert_eq!(send(&site, "/admin/taxes/classes/delete", &olga, &[("code", "toys")]).await.0, 303);
        assert_eq!(send(&site, &format!("{place}/delete"), &olga, &[]).await.0, 303);
        let cup = asked(&site, "/p/cup").await.text().await.unwrap();
        assert!(cup.contains("Tax included where it applies"), "{cup}");
    }

    async fn calculator_and_report_answer_by_address(site: Site) {
        let olga = owner(&site).await;
        germany(&site, &olga).await;
        let ask = "price=119&currency=EUR&tax_class=standard&country=DE&region=&postal_code=&customer=&at=2026-06-01T00:00";
        let told = page(&site, &format!("/admin/taxes/try?{ask}"), &olga).await;
        assert!(told.contains("€19.00") && told.contains("€100.00") && told.contains("zone Germany"), "{told}");
        let shopper = Shopper::ready(&site).await;
        let placed = shopper.place("key", &shopper.order("pm_card_visa")).send().await.unwrap();
        assert!(placed.status().is_success(), "{:?}", placed.text().await);
        let day = &admin::date::iso(site.shop.now_ms())[..10];
        let report = page(&site, &format!("/admin/taxes/report?from={day}&to={day}"), &olga).await;
        assert!(report.contains("Germany") && report.contains("VAT 19 %") && report.contains("€2.38"), "{report}");
        let file = page(&site, &format!("/admin/taxes/report.csv?from={day}&to={day}"), &olga).await;
        assert!(file.contains("\nDE,VAT 19 %,19,EUR,1,12.52,2.38,"), "{file}");
        let wrong = site.get("/admin/taxes/report?from=&to=x").header("cookie", format!("mercer={olga}")).send().await.unwrap();
        assert_eq!(wrong.status(), 422);
    }

    /// Case 59: only what staff has verified frees somebody from tax, never what a request says.
    async fn nobody_is_exempt_by_what_they_send(site: Site) {
        let olga = owner(&site).await;
        germany(&site, &olga).await;
        customer(&site, "Ada").await;
        let number = [("email", "ada@example.org"), ("number", "ATU12345678"), ("place", "DE"), ("valid_until", "")];
        assert_eq!(send(&site, "/admin/taxes/exemptions", &olga, &number).await.0, 303);
        let (refused, _, body) = send(&site, "/admin/taxes/exemptions", &olga, &number).await;
        assert!(refused == 422 && body.contains("ATU12345678"), "{body}");
        let shown = page(&site, "/admin/taxes/exemptions", &olga).await;
        assert!(shown.contains("Not verified") && shown.contains("ada@example.org"), "{shown}");
        // A stranger cannot verify anything, nor change a group.
        let id = shown.split("/admin/taxes/exemptions/").nth(1).and_then(|rest| rest.split('/').next()).unwrap().to_owned();
        let path = format!("/admin/taxes/exemptions/{id}/verified");
        let ada = customer(&site, "Eve").await;
        let (answer, place, _) = send(&site, &path, &ada, &[("verified", "on")]).await;
        assert_eq!((answer, place.as_str()), (303, "/admin/login"));
        assert!(page(&site, "/admin/taxes/exemptions", &olga).await.contains("Not verified"));
        let shopper = Shopper::ready(&site).await;
        let fields = [("way", "hosted"), ("idempotency_key", "k"), ("expected_total", "1252"), ("cart_version", "1"),
            ("tax_exempt", "1"), ("tax_exemption", "ATU12345678"), ("exemption", "ATU12345678")];
        let answer = shopper.form("/checkout/place", &fields).send().await.unwrap();
        assert_ne!(answer.status(), 303, "a total without tax is not taken");
        let (orders,): (i64,) = site.shop.db.fetch_one("SELECT COUNT(*) FROM orders", shop::args![]).await.unwrap();
        assert_eq!(orders, 0);
        let checkout = shopper.page("/checkout/payment?tax_exempt=1").send().await.unwrap().text().await.unwrap();
        assert!(checkout.contains("Includes VAT 19 %") && !checkout.contains("Tax exempt"), "{checkout}");
    }
}
