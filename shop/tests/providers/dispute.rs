//! B7 at PayPal and Razorpay: their webhooks tell of a dispute, the order is marked, nothing is refunded meanwhile.

use super::{TOTAL, Till, number, staff, version};
use crate::support::TestShop;
use shop::order::{self, Dispute};
use shop::{Error, reconcile};

/// An order that is paid and then disputed; the dispute's name.
async fn disputed(till: &Till, t: &TestShop, provider: &str) -> String {
    t.stock("MUG", 2).await;
    let (visitor, view) = till.guest("MUG", 1).await;
    let (_, url) = till.go_to(provider, &visitor, &view, "k1").await.unwrap();
    assert!(till.act(&url, "good").await);
    t.clock.advance(35_000);
    till.work().await;
    assert_eq!(till.money().await, (TOTAL, TOTAL, 0, 0));
    till.deliver_webhooks(1).await;
    till.work().await;
    let dispute = till.dispute(&till.intents().await[0].id).await;
    hear(till).await;
    assert_eq!(standing(till).await, Some(Dispute::Open));
    dispute
}

/// What the gateway has to tell reaches the shop.
async fn hear(till: &Till) {
    assert_eq!(till.deliver_webhooks(2).await, 1);
    till.work().await;
}

async fn standing(till: &Till) -> Option<Dispute> {
    order::detail(&till.shop, &staff(), &number(till).await).await.unwrap().dispute
}

async fn refund(till: &Till) -> shop::Result<()> {
    order::refund(&till.shop, &staff(), &number(till).await, version(till).await, 100, vec![], "").await
}

async fn won(till: Till, t: &TestShop, provider: &str) {
    let dispute = disputed(&till, t, provider).await;
    let open = reconcile::open_breaks(&till.shop).await.unwrap();
    assert_eq!(open.iter().map(|one| one.kind.code()).collect::<Vec<_>>(), ["dispute"]);
    assert_eq!((open[0].currency.as_str(), open[0].theirs), ("EUR", Some(TOTAL)));
    assert_eq!((open[0].provider.as_str(), &open[0].reference), (provider, &dispute));
    let refused = refund(&till).await;
    assert!(matches!(refused, Err(Error::Conflict { code: "disputed", .. })), "{refused:?}");
    till.decide(&dispute, "won").await;
    hear(&till).await;
    assert_eq!(
        (standing(&till).await, reconcile::open_breaks(&till.shop).await.unwrap()),
        (Some(Dispute::Won), vec![])
    );
    refund(&till).await.unwrap();
    assert_eq!(till.money().await.3, 100);
    till.check().await;
}

async fn lost(till: Till, t: &TestShop, provider: &str) {
    let dispute = disputed(&till, t, provider).await;
    till.decide(&dispute, "lost").await;
    hear(&till).await;
    assert_eq!(standing(&till).await, Some(Dispute::Lost));
    let open = reconcile::open_breaks(&till.shop).await.unwrap();
    assert!(open[0].detail.contains("lost, the money is gone"), "{open:?}");
    let refused = refund(&till).await;
    assert!(matches!(refused, Err(Error::Conflict { code: "disputed", .. })), "{refused:?}");
}

on_both_engines! {
    async fn won_at_paypal(t: TestShop) { won(Till::of(&t, &["paypal"]).await, &t, "paypal").await; }
    async fn won_at_razorpay(t: TestShop) { won(Till::of(&t, &["razorpay"]).await, &t, "razorpay").await; }
    async fn lost_at_paypal(t: TestShop) { lost(Till::of(&t, &["paypal"]).await, &t, "paypal").await; }
    async fn lost_at_razorpay(t: TestShop) { lost(Till::of(&t, &["razorpay"]).await, &t, "razorpay").await; }
}
