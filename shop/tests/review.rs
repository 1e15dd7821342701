//! Reviews: written once, read by all once approved, counted afterwards.

mod desk;
mod picture;
mod rating;

use crate::support::TestShop;
use shop::account::Customer;
use shop::id::{CustomerId, OrderId, OrderLineId, ProductId, ReviewId, StaffId};
use shop::review::{self, Asked, Draft, Review, State};
use shop::staff::{Role, Staff};
use shop::{Error, Shop, args};

fn staff() -> Staff {
    Staff {
        id: StaffId::new(),
        email: "m@example.com".into(),
        name: "Mia".into(),
        role: Role::Staff,
        address: "192.0.2.7".into(),
    }
}

fn draft(rating: i64, text: &str) -> Draft {
    Draft { rating, title: "As described".into(), text: text.into(), author: "Ann".into() }
}

impl TestShop {
    async fn run(&self, sql: &str, args: Vec<shop::db::Arg>) -> u64 {
        let mut tx = self.db.begin().await.unwrap();
        let changed = tx.execute(sql, args).await.unwrap();
        tx.commit().await.unwrap();
        changed
    }

    async fn customer(&self, name: &str) -> Customer {
        let customer = Customer { id: CustomerId::new(), email: format!("{name}@example.org"), name: name.to_owned() };
        let sql = "INSERT INTO customer (id, email, name, password_hash, created_at) VALUES ($1, $2, $3, '', 0)";
        self.run(sql, args![customer.id, &customer.email, name]).await;
        customer
    }

    /// A product that is for sale.
    async fn product(&self, sku: &str) -> ProductId {
        let variant = self.variant(sku).await;
        let sql = "SELECT product_id FROM variant WHERE id = $1";
        self.db.fetch_one::<(ProductId,)>(sql, args![variant]).await.unwrap().0
    }

    /// An order of `product` by `customer` that stands in `state`, with so many units sent.
    async fn order(&self, customer: &Customer, product: ProductId, state: &str, fulfilled: i64) {
        let (checkout, order) = (self.checkouts(1).await[0], OrderId::new());
        let sql =
            "INSERT INTO orders (id, number, checkout_id, customer_id, access_token, state, email, currency, subtotal,
              shipping, tax, tax_inclusive, total, shipping_address, shipping_method, created_at)
            VALUES ($1, $2, $3, $4, '', $5, $6, 'EUR', 1000, 0, 0, TRUE, 1000, '{}', 'Parcel', $7)";
        let number = format!("M-{order}");
        let args = args![order, number, checkout, customer.id, state, &customer.email, self.now()];
        self.run(sql, args).await;
        let sql = "INSERT INTO order_line (id, order_id, position, variant_id, sku, title, product_slug, quantity, unit_price,
              total, tax, fulfilled)
            SELECT $1, $2, 0, v.id, v.sku, 'T', 's', 1, 1000, 1000, 0, $4 FROM variant v WHERE v.product_id = $3";
        self.run(sql, args![OrderLineId::new(), order, product, fulfilled]).await;
    }
}

/// The review's identifier and version.
async fn of(shop: &Shop, customer: &Customer, product: ProductId) -> (ReviewId, i64) {
    let sql = "SELECT id, version FROM review WHERE customer_id = $1 AND product_id = $2";
    shop.db.fetch_one(sql, args![customer.id, product]).await.unwrap()
}

/// Writes a review that everybody may read.
async fn shown(shop: &Shop, customer: &Customer, product: ProductId, rating: i64, text: &str) -> ReviewId {
    review::write(shop, customer, product, &draft(rating, text)).await.unwrap();
    let (id, version) = of(shop, customer, product).await;
    review::approve(shop, &staff(), id, version).await.unwrap();
    id
}

async fn read(shop: &Shop, product: ProductId, viewer: Option<&Customer>) -> Vec<Review> {
    let asked = Asked { stars: None, pictured: false, after: None, rows: 50 };
    review::of_product(shop, product, viewer, asked).await.unwrap().items
}

fn code<T: std::fmt::Debug>(outcome: shop::Result<T>) -> String {
    outcome.unwrap_err().problem().code
}

on_both_engines! {
    async fn a_customer_has_one_review_of_a_product_however_often_it_is_sent(t: TestShop) {
        let (shop, ann, mug) = (t.shop(), t.customer("ann").await, t.product("MUG").await);
        let sent = (0..20).map(|n| {
            let (shop, ann) = (shop.clone(), ann.clone());
            tokio::spawn(async move { review::write(&shop, &ann, mug, &draft(1 + n % 5, "Same mug, many clicks")).await })
        });
        for outcome in sent.collect::<Vec<_>>() {
            outcome.await.unwrap().unwrap();
        }
        assert_eq!(t.number("SELECT COUNT(*) FROM review").await, 1);
        assert_eq!(read(&shop, mug, None).await, [], "nobody reads it before staff have");
        let own = review::own(&shop, &ann, mug).await.unwrap().unwrap();
        assert_eq!((own.state, own.draft.text.as_str()), (State::Pending, "Same mug, many clicks"));
    }

    async fn whether_somebody_has_bought_it_is_read_from_their_orders(t: TestShop) {
        let (shop, mug, bowl) = (t.shop(), t.product("MUG").await, t.product("BOWL").await);
        let cases = [
            ("pending_payment", 0, false), ("payment_failed", 0, false), ("confirmed", 0, true), ("processing", 0, true),
            ("shipped", 1, true), ("delivered", 1, true), ("cancelled", 0, false), ("refunded", 0, false), ("refunded", 1, true),
        ];
        for (n, (state, fulfilled, expected)) in cases.into_iter().enumerate() {
            let buyer = t.customer(&format!("buyer{n}")).await;
            t.order(&buyer, mug, state, fulfilled).await;
            shown(&shop, &buyer, mug, 5, state).await;
            shown(&shop, &buyer, bowl, 5, state).await;
            let find = |list: Vec<Review>| list.into_iter().find(|r| r.text == state).unwrap().verified;
            assert_eq!(find(read(&shop, mug, None).await), expected, "{state}, {fulfilled} sent");
            assert!(!find(read(&shop, bowl, None).await), "another product");
            let open = review::to_review(&shop, &buyer, 9).await.unwrap();
            assert_eq!(open, [], "both were written about");
            t.run("DELETE FROM review", args![]).await;
            let open = review::to_review(&shop, &buyer, 9).await.unwrap();
            assert_eq!(open.iter().map(|p| p.slug.as_str()).collect::<Vec<_>>(), if expected { vec!["mug"] } else { vec![] });
        }
        let eve = t.customer("eve").await;
        assert_eq!(review::to_review(&shop, &eve, 9).await.unwrap(), []);
    }

    async fn an_order_that_was_paid_since_counts_when_the_review_is_approved(t: TestShop) {
        let (shop, ann, mug) = (t.shop(), t.customer("ann").await, t.product("MUG").await);
        t.order(&ann, mug, "pending_payment", 0).await;
        review::write(&shop, &ann, mug, &draft(4, "Early")).await.unwrap();
        t.run("UPDATE orders SET state = 'confirmed'", args![]).await;
        let (id, version) = of(&shop, &ann, mug).await;
        review::approve(&shop, &staff(), id, version).await.unwrap();
        assert!(read(&shop, mug, None).await[0].verified);
    }

    async fn a_changed_review_waits_again_and_forgets_its_votes(t: TestShop) {
        let (shop, ann, eve, mug) = (t.shop(), t.customer("ann").await, t.customer("eve").await, t.product("MUG").await);
        let id = shown(&shop, &ann, mug, 5, "Lovely").await;
        review::vote(&shop, &eve, id, true).await.unwrap();
        review::write(&shop, &ann, mug, &draft(5, " Lovely\r\n")).await.unwrap();
        assert_eq!(read(&shop, mug, None).await[0].helpful, 1, "the same sent again changes nothing");
        t.clock.advance(1000);
        review::write(&shop, &ann, mug, &draft(2, "The glaze came off")).await.unwrap();
        assert_eq!(read(&shop, mug, None).await, []);
        let (same, version) = of(&shop, &ann, mug).await;
        assert_eq!(same, id);
        review::approve(&shop, &staff(), id, version).await.unwrap();
        let again = read(&shop, mug, Some(&ann)).await.remove(0);
        assert_eq!((again.rating, again.helpful, again.own), (2, 0, true));
    }

    async fn a_vote_counts_once_and_only_for_what_is_shown(t: TestShop) {
        let (shop, ann, eve, mug) = (t.shop(), t.customer("ann").await, t.customer("eve").await, t.product("MUG").await);
        review::write(&shop, &ann, mug, &draft(5, "Lovely")).await.unwrap();
        let (id, version) = of(&shop, &ann, mug).await;
        assert_eq!(code(review::vote(&shop, &eve, id, true).await), "not_found");
        review::approve(&shop, &staff(), id, version).await.unwrap();
        assert_eq!(code(review::vote(&shop, &ann, id, true).await), "own_review");
        let votes = (0..20).map(|_| {
            let (shop, eve) = (shop.clone(), eve.clone());
            tokio::spawn(async move { review::vote(&shop, &eve, id, true).await })
        });
        for outcome in votes.collect::<Vec<_>>() {
            outcome.await.unwrap().unwrap();
        }
        let seen = |viewer| { let shop = shop.clone(); async move { read(&shop, mug, viewer).await.remove(0) } };
        let (by_eve, by_all) = (seen(Some(&eve)).await, seen(None).await);
        assert_eq!((by_eve.helpful, by_eve.voted, by_all.helpful, by_all.voted), (1, true, 1, false));
        review::vote(&shop, &eve, id, false).await.unwrap();
        review::vote(&shop, &eve, id, false).await.unwrap();
        assert_eq!(seen(Some(&eve)).await.helpful, 0);
    }

    async fn reviews_are_read_a_page_at_a_time_newest_first(t: TestShop) {
        let (shop, mug) = (t.shop(), t.product("MUG").await);
        for n in 0..5 {
            // Two of them within the same millisecond.
            t.clock.advance(if n == 3 { 0 } else { 1000 });
            let who = t.customer(&format!("c{n}")).await;
            shown(&shop, &who, mug, 1 + n % 2, &n.to_string()).await;
        }
        let (mut texts, mut after) = (Vec::new(), None);
        loop {
            let asked = Asked { stars: None, pictured: false, after: after.as_deref(), rows: 2 };
            let page = review::of_product(&shop, mug, None, asked).await.unwrap();
            texts.extend(page.items.into_iter().map(|r| r.text));
            after = page.next;
            if after.is_none() { break; }
        }
        assert_eq!(texts.len(), 5);
        assert_eq!((texts[0].as_str(), texts[4].as_str()), ("4", "0"));
        let twos = Asked { stars: Some(2), pictured: false, after: None, rows: 50 };
        assert_eq!(review::of_product(&shop, mug, None, twos).await.unwrap().items.len(), 2);
        let nonsense = Asked { stars: None, pictured: false, after: Some("12"), rows: 2 };
        assert!(matches!(review::of_product(&shop, mug, None, nonsense).await, Err(Error::Invalid(_))));
        let one = t.customer("c9").await;
        for sku in ["A", "B", "C"] {
            let product = t.product(sku).await;
            review::write(&shop, &one, product, &draft(3, sku)).await.unwrap();
        }
        let first = review::written(&shop, &one, None, 2).await.unwrap();
        let rest = review::written(&shop, &one, first.next.as_deref(), 2).await.unwrap();
        assert_eq!((first.items.len(), rest.items.len(), rest.next), (2, 1, None));
    }

    async fn what_is_not_for_sale_is_not_reviewed_and_nobody_sends_without_end(t: TestShop) {
        let (shop, ann, mug) = (t.shop(), t.customer("ann").await, t.product("MUG").await);
        assert_eq!(code(review::write(&shop, &ann, ProductId::new(), &draft(5, "What?")).await), "not_found");
        assert_eq!(code(review::write(&shop, &ann, mug, &draft(0, "")).await), "invalid");
        for n in 0..39 {
            review::write(&shop, &ann, mug, &draft(5, &n.to_string())).await.unwrap();
        }
        assert_eq!(code(review::write(&shop, &ann, mug, &draft(5, "once more")).await), "too_many");
    }
}
