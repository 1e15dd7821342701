//! Wishlists: kept for guests and customers, merged at log-in, shared by a link, priced as of today.

use crate::support::TestShop;
use shop::id::{CustomerId, ProductId};
use shop::limits::WISHES;
use shop::money::Currency;
use shop::wishlist::{self, Owner, Wishlist};
use shop::{Error, Shop, args, worker};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

impl TestShop {
    async fn set(&self, sql: &str, args: Vec<shop::db::Arg>) {
        let mut tx = self.db.begin().await.unwrap();
        tx.execute(sql, args).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn wisher(&self) -> CustomerId {
        let id = CustomerId::new();
        let sql = "INSERT INTO customer (id, email, name, password_hash, created_at) VALUES ($1, $2, 'Ann', '', 0)";
        self.set(sql, args![id, id.to_string()]).await;
        id
    }

    async fn for_sale(&self, sku: &str) -> ProductId {
        let variant = self.variant(sku).await;
        let sql = "SELECT product_id FROM variant WHERE id = $1";
        self.db.fetch_one::<(ProductId,)>(sql, args![variant]).await.unwrap().0
    }
}

async fn add(shop: &Shop, owner: Owner, product: ProductId) -> shop::Result<()> {
    wishlist::add(shop, Some(owner), product, Currency::EUR).await.map(drop)
}

async fn read(shop: &Shop, owner: Owner) -> Wishlist {
    wishlist::list(shop, owner, Currency::EUR).await.unwrap()
}

fn slugs(list: &Wishlist) -> Vec<&str> {
    list.wishes.iter().map(|wish| wish.slug.as_str()).collect()
}

on_both_engines! {
    async fn what_is_wished_for_stands_there_once_with_its_first_price(t: TestShop) {
        let (shop, mug, bowl) = (t.shop(), t.for_sale("MUG").await, t.for_sale("BOWL").await);
        let guest = Owner::Holder(wishlist::add(&shop, None, mug, Currency::EUR).await.unwrap());
        t.clock.advance(1000);
        add(&shop, guest, bowl).await.unwrap();
        t.set("UPDATE price SET amount = 800 WHERE variant_id IN (SELECT id FROM variant WHERE sku = 'MUG')", args![]).await;
        add(&shop, guest, mug).await.unwrap();
        let list = read(&shop, guest).await;
        assert_eq!(slugs(&list), ["bowl", "mug"], "what was added last comes first; again changes nothing");
        assert_eq!(list.wishes[1].price_then.amount, 1000);
        assert_eq!(list.wishes[1].cheaper_by().map(|money| money.amount), Some(200));
        assert_eq!(list.wishes[0].cheaper_by(), None);
        assert!(wishlist::wishes(&shop, guest, mug).await.unwrap());
        t.set("UPDATE price SET amount = 1100 WHERE variant_id IN (SELECT id FROM variant WHERE sku = 'MUG')", args![]).await;
        assert_eq!(read(&shop, guest).await.wishes[1].cheaper_by(), None, "dearer is no drop");
        t.set("UPDATE product SET status = 'archived' WHERE slug = 'mug'", args![]).await;
        let list = read(&shop, guest).await;
        assert!(list.wishes[1].card.is_none() && list.wishes[0].card.is_some());
        assert!(matches!(add(&shop, guest, ProductId::new()).await, Err(Error::NotFound(_))));
        for _ in 0..2 {
            wishlist::remove(&shop, guest, mug).await.unwrap();
        }
        assert_eq!(slugs(&read(&shop, guest).await), ["bowl"]);
        assert!(!wishlist::wishes(&shop, guest, mug).await.unwrap());
    }

    async fn many_clicks_at_once_make_one_list_with_one_entry(t: TestShop) {
        let (shop, ann, mug) = (t.shop(), Owner::Customer(t.wisher().await), t.for_sale("MUG").await);
        let clicks = (0..12).map(|_| {
            let shop = shop.clone();
            tokio::spawn(async move { add(&shop, ann, mug).await })
        });
        for click in clicks.collect::<Vec<_>>() {
            click.await.unwrap().unwrap();
        }
        assert_eq!((t.number("SELECT COUNT(*) FROM wishlist").await, t.number("SELECT COUNT(*) FROM wishlist_item").await), (1, 1));
    }

    async fn a_guests_list_goes_into_the_account_and_is_nobodys_afterwards(t: TestShop) {
        let (shop, ann) = (t.shop(), t.wisher().await);
        let (mug, bowl, jug) = (t.for_sale("MUG").await, t.for_sale("BOWL").await, t.for_sale("JUG").await);
        add(&shop, Owner::Customer(ann), mug).await.unwrap();
        t.clock.advance(1000);
        t.set("UPDATE price SET amount = 900", args![]).await;
        let guest = wishlist::add(&shop, None, mug, Currency::EUR).await.unwrap();
        for product in [bowl, jug] {
            t.clock.advance(1000);
            add(&shop, Owner::Holder(guest), product).await.unwrap();
        }
        wishlist::share(&shop, Owner::Holder(guest)).await.unwrap();
        let link = read(&shop, Owner::Holder(guest)).await.share_token.unwrap();
        for _ in 0..2 {
            wishlist::merge(&shop, guest, ann).await.unwrap();
        }
        let list = read(&shop, Owner::Customer(ann)).await;
        assert_eq!(slugs(&list), ["jug", "bowl", "mug"]);
        assert_eq!(list.wishes[2].price_then.amount, 1000, "as the customer had it");
        assert_eq!(wishlist::shared(&shop, &link, Currency::EUR).await.unwrap().len(), 3, "the link still leads there");
        assert_eq!(slugs(&read(&shop, Owner::Holder(guest)).await), Vec::<&str>::new());
        // Another session that still names a customer's list by its identifier reaches nothing.
        let (id,): (shop::id::WishlistId,) = t.db.fetch_one("SELECT id FROM wishlist", args![]).await.unwrap();
        assert!(read(&shop, Owner::Holder(id)).await.wishes.is_empty());
        wishlist::merge(&shop, id, t.wisher().await).await.unwrap();
        assert_eq!(read(&shop, Owner::Customer(ann)).await.wishes.len(), 3);
        t.set("DELETE FROM customer WHERE id = $1", args![ann]).await;
        assert_eq!(t.number("SELECT COUNT(*) FROM wishlist_item").await, 0);
    }

    async fn a_link_reads_until_it_is_revoked(t: TestShop) {
        let (shop, ann, mug) = (t.shop(), Owner::Customer(t.wisher().await), t.for_sale("MUG").await);
        assert!(matches!(wishlist::share(&shop, ann).await, Err(Error::NotFound(_))), "nothing to share");
        add(&shop, ann, mug).await.unwrap();
        for _ in 0..2 {
            wishlist::share(&shop, ann).await.unwrap();
        }
        let first = read(&shop, ann).await.share_token.unwrap();
        assert_eq!((first.len(), wishlist::shared(&shop, &first, Currency::EUR).await.unwrap().len()), (43, 1));
        wishlist::stop_sharing(&shop, ann).await.unwrap();
        assert!(matches!(wishlist::shared(&shop, &first, Currency::EUR).await, Err(Error::NotFound(_))));
        wishlist::share(&shop, ann).await.unwrap();
        let second = read(&shop, ann).await.share_token.unwrap();
        assert_ne!(first, second);
        assert!(matches!(wishlist::shared(&shop, &first, Currency::EUR).await, Err(Error::NotFound(_))));
    }

    async fn a_list_is_full_some_time_and_forgotten_when_nobody_comes(t: TestShop) {
        let (shop, mug, bowl) = (t.shop(), t.for_sale("MUG").await, t.for_sale("BOWL").await);
        let (list, token) = wishlist::open(&shop).await.unwrap();
        let holder = wishlist::holder(&shop, &token).await.unwrap();
        assert_eq!(holder, Owner::Holder(list));
        assert!(matches!(wishlist::holder(&shop, "nonsense").await, Err(Error::NotFound(_))));
        add(&shop, holder, mug).await.unwrap();
        for n in 1..WISHES {
            let sql = "INSERT INTO product (id, slug, title, status, created_at, updated_at) VALUES ($1, $2, $2, 'draft', 0, 0)";
            let product = ProductId::new();
            t.set(sql, args![product, format!("p{n}")]).await;
            let sql = "INSERT INTO wishlist_item (wishlist_id, product_id, price, currency, added_at) VALUES ($1, $2, 0, 'EUR', 0)";
            t.set(sql, args![list, product]).await;
        }
        let full = add(&shop, holder, bowl).await.unwrap_err();
        assert_eq!(full.problem().code, "wishlist_full");
        add(&shop, holder, mug).await.unwrap();
        let ann = t.wisher().await;
        add(&shop, Owner::Customer(ann), bowl).await.unwrap();
        wishlist::merge(&shop, list, ann).await.unwrap();
        assert_eq!(t.number("SELECT COUNT(*) FROM wishlist_item").await, WISHES, "as far as there is room");

        let (_, token) = wishlist::open(&shop).await.unwrap();
        t.clock.advance(89 * DAY_MS);
        worker::purge(&shop).await.unwrap();
        wishlist::holder(&shop, &token).await.unwrap();
        t.clock.advance(2 * DAY_MS);
        worker::purge(&shop).await.unwrap();
        assert!(wishlist::holder(&shop, &token).await.is_err());
        assert_eq!(t.number("SELECT COUNT(*) FROM wishlist").await, 1, "the customer's stays");
    }
}
