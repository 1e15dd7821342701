//! Whom a shopper can pay with: a choice where there is one, and the page it leads to.

use crate::support::{Site, cookie, header};
use reqwest::{RequestBuilder, Response};
use shop::id::StaffId;
use shop::setting::{self, Settings};
use shop::staff::{Role, Staff};

/// Somebody with a cup in the cart.
struct Shopper<'s> {
    site: &'s Site,
    session: String,
}

impl<'s> Shopper<'s> {
    /// Walks through the checkout by its forms, up to the payment.
    async fn at_payment(site: &'s Site) -> Self {
        let added = site.form("/cart/items", &[("sku", "CUP"), ("quantity", "1")]).send().await.unwrap();
        let shopper = Self { site, session: cookie(&added, "mercer").unwrap() };
        shopper.fill("contact", &[("email", "ann@example.org")]).await;
        let address = [
            ("name", "Ann Byron"),
            ("line1", "Lange Straße 1"),
            ("city", "Berlin"),
            ("postal_code", "10115"),
            ("country", "DE"),
        ];
        shopper.fill("address", &address).await;
        let delivery = value_of(&shopper.page("/checkout/delivery").await, "delivery");
        shopper.fill("delivery", &[("delivery", &delivery)]).await;
        shopper
    }

    fn as_me(&self, request: RequestBuilder) -> RequestBuilder {
        request.header("cookie", format!("mercer={}", self.session)).header("accept", "text/html")
    }

    async fn fill(&self, step: &str, fields: &[(&str, &str)]) {
        let path = format!("/checkout/{step}");
        let answer = self.as_me(self.site.form(&path, fields)).send().await.unwrap();
        assert_eq!(answer.status(), 303, "{step}");
    }

    async fn page(&self, path: &str) -> String {
        let answer = self.as_me(self.site.get(path)).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        answer.text().await.unwrap()
    }

    /// Presses the button of the plain form on `page`; where it leads.
    async fn place(&self, page: &str, provider: Option<&str>) -> String {
        let answer = self.press(page, provider).await;
        assert_eq!(answer.status(), 303);
        header(&answer, "location")
    }

    async fn press(&self, page: &str, provider: Option<&str>) -> Response {
        let form = &page[page.find("data-hosted").unwrap()..];
        let fields: Vec<_> = ["way", "idempotency_key", "expected_total", "cart_version"]
            .map(|name| (name, value_of(form, name)))
            .into_iter()
            .chain(provider.map(|name| ("provider", name.to_owned())))
            .collect();
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.as_me(self.site.form("/checkout/place", &fields)).send().await.unwrap()
    }
}

/// The value of the first field of that name.
fn value_of(html: &str, name: &str) -> String {
    let (_, after) = html.split_once(&format!("name=\"{name}\" value=\"")).unwrap();
    after.split('"').next().unwrap().to_owned()
}

/// The providers offered, in their order.
fn choices(html: &str) -> Vec<&str> {
    let parts = html.split("type=\"radio\" name=\"provider\" value=\"").skip(1);
    parts.map(|part| part.split('"').next().unwrap()).collect()
}

/// Somebody who may change settings.
pub fn owner() -> Staff {
    Staff {
        id: StaffId::new(),
        email: "m@example.com".into(),
        name: "Mia".into(),
        role: Role::Owner,
        address: String::new(),
    }
}

async fn enable(site: &Site, names: &[&str]) {
    let payment_providers = names.iter().map(|&name| name.to_owned()).collect();
    let settings = Settings { payment_providers, ..(*site.shop.settings).clone() };
    setting::change(&site.shop, &owner(), settings).await.unwrap();
}

/// As the kill switch does.
pub async fn stop_payments(site: &Site) {
    let mut tx = site.shop.db.begin().await.unwrap();
    tx.execute("INSERT INTO setting (key, value) VALUES ('payments_stopped_at', '1')", shop::args![]).await.unwrap();
    tx.commit().await.unwrap();
}

over_http! {
    async fn with_one_provider_there_is_nothing_to_choose(site: Site) {
        let shopper = Shopper::at_payment(&site).await;
        let page = shopper.page("/checkout/payment").await;
        assert_eq!(choices(&page), Vec::<&str>::new());
        let stripes = shopper.place(&page, None).await;
        assert!(stripes.contains("/c/pay/"), "{stripes}");
    }

    async fn while_payments_are_stopped_the_cart_is_kept_and_the_page_says_so(site: Site) {
        let shopper = Shopper::at_payment(&site).await;
        let page = shopper.page("/checkout/payment").await;
        stop_payments(&site).await;
        let refused = shopper.press(&page, None).await;
        assert_eq!((refused.status().as_u16(), header(&refused, "retry-after").as_str()), (503, "300"));
        assert!(refused.text().await.unwrap().contains("Payments are paused"));
        assert!(shopper.page("/cart").await.contains("CUP"));
        assert_eq!(site.number("SELECT CAST(COUNT(*) AS BIGINT) FROM checkout").await, 0);
        let mut tx = site.shop.db.begin().await.unwrap();
        tx.execute("DELETE FROM setting WHERE key = 'payments_stopped_at'", shop::args![]).await.unwrap();
        tx.commit().await.unwrap();
        let stripes = shopper.place(&page, None).await;
        assert!(stripes.contains("/c/pay/"), "{stripes}");
    }

    async fn with_two_providers_the_second_leads_to_its_own_page(site: Site) {
        enable(&site, &["stripe", "paypal"]).await;
        let shopper = Shopper::at_payment(&site).await;
        let page = shopper.page("/checkout/payment").await;
        assert_eq!(choices(&page), ["stripe", "paypal"]);
        let first = shopper.place(&page, Some("stripe")).await;
        assert!(first.contains("/c/pay/"), "{first}");
        // Back, and another choice on the same page: the same form, and so the same key in it.
        let second = shopper.place(&page, Some("paypal")).await;
        assert!(second.contains("/paypal/checkoutnow?token="), "{second}");
        assert_eq!(site.number("SELECT CAST(COUNT(*) AS BIGINT) FROM checkout").await, 1);
    }
}
