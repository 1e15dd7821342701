//! A shopper with a full cart, a merchant and a worker: what each row of the tables is played with.

use crate::support::TestShop;
use crate::support::till::{Till, VISA};
use futures_util::future::BoxFuture;
use serde_json::json;
use shop::account::Visitor;
use shop::checkout::{self, PaymentWay, PlaceOrder, Placed, View};
use shop::clock::{Clock, ManualClock};
use shop::id::{AttemptId, CheckoutId, StaffId, StockId};
use shop::inventory::{self, Reason};
use shop::payment::{EventNotice, Outcome};
use shop::staff::{Role, Staff};
use shop::{Result, Shop, args, order, payment, reconcile, worker};
use std::sync::Arc;
use tokio::sync::Mutex;

/// Something that somebody does with this shop's handle; it may be refused.
pub type Deed = fn(Arc<Stage>, Shop) -> BoxFuture<'static, ()>;

/// Longer than any lease, shorter than any hold.
const LEASE_MS: i64 = 61_000;
const HOLD_MS: i64 = 31 * 60_000;

pub struct Stage {
    pub till: Arc<Till>,
    stock: StockId,
    clock: Arc<ManualClock>,
    visitor: Visitor,
    view: View,
    /// The order's version, as the merchant's page was opened.
    opened: Mutex<Option<i64>>,
    placed: Mutex<Option<Placed>>,
}

impl Stage {
    /// One `sku` in the cart, of three that there are.
    pub async fn set(t: &TestShop, till: &Arc<Till>, sku: &str) -> Arc<Self> {
        let stock = t.stock(sku, 3).await;
        let (visitor, view) = till.guest(sku, 1).await;
        let (till, clock, nothing) = (till.clone(), t.clock.clone(), Mutex::new(None));
        Arc::new(Self { till, stock, clock, visitor, view, opened: Mutex::new(None), placed: nothing })
    }

    async fn place(&self, shop: &Shop, key: &str, payment: PaymentWay) {
        let order = PlaceOrder {
            idempotency_key: key.into(),
            expected_total: self.view.totals.total,
            expected_due: None,
            cart_version: self.view.cart.version,
            payment,
            provider: None,
            network_address: String::new(),
        };
        if let Ok(placed) = checkout::place(shop, &self.visitor, order).await {
            *self.placed.lock().await = Some(placed);
        }
    }

    async fn token(&self, shop: &Shop, key: &str, method: &str) {
        self.place(shop, key, PaymentWay::Token { payment_method: method.into() }).await;
    }

    /// The latest checkout, its last attempt and the number of its order.
    pub async fn latest(&self) -> (CheckoutId, AttemptId, Option<String>, String) {
        let sql = "SELECT a.checkout_id, a.id, a.provider_ref, o.number FROM payment_attempt a
            JOIN orders o ON o.checkout_id = a.checkout_id ORDER BY a.checkout_id DESC, a.attempt_no DESC LIMIT 1";
        self.till.shop.db.fetch_one(sql, args![]).await.unwrap()
    }

    /// The next call of this operation has no answer that could be read.
    async fn deaf(&self, operation: &str, mood: &str) {
        self.till.mood(json!({ "operation": operation, "times": 1, "mood": mood })).await;
    }

    /// Number and version of the order, the version as it was when the merchant first looked.
    async fn page(&self) -> (String, i64) {
        let (_, _, _, number) = self.latest().await;
        let mut opened = self.opened.lock().await;
        if opened.is_none() {
            let sql = "SELECT version FROM orders WHERE number = $1";
            *opened = Some(self.till.shop.db.fetch_one::<(i64,)>(sql, args![&number]).await.unwrap().0);
        }
        (number, opened.unwrap_or_default())
    }

    async fn refund(&self, shop: &Shop, amount: i64) -> Result<()> {
        let (number, version) = self.page().await;
        order::refund(shop, &mia(), &number, version, amount, Vec::new(), "").await
    }

    async fn cancel(&self, shop: &Shop, restock: bool) -> Result<()> {
        let (number, version) = self.page().await;
        order::cancel(shop, &mia(), &number, version, restock, "").await
    }

    async fn tell(&self, shop: &Shop, kind: &str) {
        let (_, _, object_id, _) = self.latest().await;
        let object_id = object_id.expect("a payment that the provider knows");
        let event_id = format!("{object_id} {kind}");
        let news = EventNotice { event_id, kind: kind.into(), object_id, livemode: false, created_ms: 0 };
        payment::webhook_received(shop, "stripe", &news, "{}").await.unwrap();
    }
}

fn mia() -> Staff {
    Staff {
        id: StaffId::new(),
        email: "m@example.com".into(),
        name: "Mia".into(),
        role: Role::Owner,
        address: String::new(),
    }
}

/// Deeds by name; whether one is refused is what the tables are about.
macro_rules! deeds {
    ($($(#[$doc:meta])* $name:ident($stage:ident, $shop:ident) $body:block)*) => {$(
        $(#[$doc])*
        pub const $name: Deed = |$stage, $shop| Box::pin(async move { let _ = (&$stage, &$shop); $body });
    )*};
}

deeds! {
    PAY(stage, shop) { stage.token(&shop, "key", VISA).await; }
    PAY_ANEW(stage, shop) { stage.token(&shop, "another", VISA).await; }
    /// The provider never hears of it.
    PAY_UNHEARD(stage, shop) {
        stage.deaf("payment_intents.create", "html").await;
        stage.token(&shop, "key", VISA).await;
    }
    /// The card is charged and nobody says so.
    PAY_UNANSWERED(stage, shop) {
        stage.deaf("payment_intents.confirm", "truncated").await;
        stage.deaf("payment_intents.retrieve", "html").await;
        stage.token(&shop, "key", VISA).await;
    }
    PAY_DECLINED(stage, shop) { stage.token(&shop, "key", "pm_card_chargeDeclined").await; }
    PAY_CHALLENGED(stage, shop) { stage.token(&shop, "key", "pm_card_threeDSecure2Required").await; }
    GO_TO_PAGE(stage, shop) { stage.place(&shop, "key", PaymentWay::Hosted).await; }
    GO_TO_PAGE_AGAIN(stage, shop) { stage.place(&shop, "another", PaymentWay::Hosted).await; }
    OPEN_ELEMENT(stage, shop) { stage.place(&shop, "key", PaymentWay::Embedded).await; }
    OPEN_ELEMENT_AGAIN(stage, shop) { stage.place(&shop, "another", PaymentWay::Embedded).await; }
    PAY_IN_ELEMENT(stage, shop) {
        let placed = stage.placed.lock().await.clone();
        let Some(Placed::Confirm { client_secret, .. }) = placed else { panic!("{placed:?}") };
        assert!(stage.till.confirm_in_page(&client_secret, VISA).await.is_success());
    }
    FAIL_CHALLENGE(stage, shop) {
        let placed = stage.placed.lock().await.clone();
        let Some(Placed::Redirect { url, .. }) = placed else { panic!("{placed:?}") };
        stage.till.answer_challenge(&url, "fail").await;
    }
    GIVE_UP(stage, shop) {
        let (id, ..) = stage.latest().await;
        checkout::cancel(&shop, &stage.visitor, id).await.ok();
    }
    LEASES_RUN_OUT(stage, shop) { stage.clock.advance(LEASE_MS); }
    TIME_IS_UP(stage, shop) { stage.clock.advance(HOLD_MS); }

    RECOVER(stage, shop) {
        LEASES_RUN_OUT(stage, shop.clone()).await;
        worker::recover_checkouts(&shop).await.unwrap();
    }
    PAY_ANEW_LATER(stage, shop) {
        LEASES_RUN_OUT(stage.clone(), shop.clone()).await;
        PAY_ANEW(stage, shop).await;
    }
    GO_TO_PAGE_LATER(stage, shop) {
        LEASES_RUN_OUT(stage.clone(), shop.clone()).await;
        GO_TO_PAGE_AGAIN(stage, shop).await;
    }
    OPEN_ELEMENT_LATER(stage, shop) {
        LEASES_RUN_OUT(stage.clone(), shop.clone()).await;
        OPEN_ELEMENT_AGAIN(stage, shop).await;
    }
    POLL(stage, shop) {
        LEASES_RUN_OUT(stage, shop.clone()).await;
        worker::poll_stuck_attempts(&shop).await.unwrap();
    }
    SWEEP(stage, shop) {
        TIME_IS_UP(stage, shop.clone()).await;
        worker::sweep_expired(&shop).await.unwrap();
    }
    DELIVER(stage, shop) { worker::deliver_outbox(&shop).await.unwrap(); }
    DELIVER_LATER(stage, shop) {
        LEASES_RUN_OUT(stage, shop.clone()).await;
        worker::deliver_outbox(&shop).await.unwrap();
    }
    APPLY_EVENTS(stage, shop) { worker::apply_events(&shop).await.unwrap(); }
    TELL_HELD(stage, shop) { stage.tell(&shop, "payment_intent.amount_capturable_updated").await; }
    /// The provider says how the last payment stands now.
    HEAR(stage, shop) {
        let (_, attempt, id, _) = stage.latest().await;
        let provider = shop.payments.configured().next().unwrap();
        let Outcome::Done(snapshot) = provider.retrieve_intent(&id.unwrap()).await else { panic!("no answer") };
        checkout::apply_payment_fact(&shop, attempt, &snapshot).await.unwrap();
    }
    RECONCILE(stage, shop) { reconcile::run(&shop, 24 * 3_600_000).await.unwrap(); }

    /// The capture's note is lost, and soon the money would be.
    NEARLY_LAPSED(stage, shop) {
        let mut tx = shop.db.begin().await.unwrap();
        tx.execute("DELETE FROM outbox WHERE kind = 'capture' AND delivered_at IS NULL", args![]).await.unwrap();
        let sql = "UPDATE payment_attempt SET capture_before = $1 WHERE state = 'authorized'";
        tx.execute(sql, args![stage.clock.now_ms() + HOLD_MS]).await.unwrap();
        tx.commit().await.unwrap();
    }
    REFUND_UNANSWERED(stage, shop) {
        stage.deaf("refunds.create", "html").await;
        stage.refund(&shop, 100).await.unwrap_err();
    }
    REFUND_PART(stage, shop) { stage.refund(&shop, 100).await.ok(); }
    REFUND_ALL(stage, shop) { stage.refund(&shop, stage.view.totals.total).await.ok(); }
    CANCEL(stage, shop) { stage.cancel(&shop, false).await.ok(); }
    CANCEL_AND_RESTOCK(stage, shop) { stage.cancel(&shop, true).await.ok(); }
    CAPTURE(stage, shop) {
        let (number, version) = stage.page().await;
        order::capture(&shop, &mia(), &number, version).await.ok();
    }
    SHIP(stage, shop) {
        let (number, version) = stage.page().await;
        order::ship(&shop, &mia(), &number, version, Vec::new(), "DHL", "1").await.ok();
    }
    /// The stock goes back although the payment can still be made.
    RELEASE_WRONGLY(stage, shop) {
        let (id, ..) = stage.latest().await;
        crate::checkout::force_release(&shop.db, id).await;
    }
    /// Somebody else has taken what was on the shelf.
    CLEAR_SHELF(stage, shop) {
        inventory::adjust(&shop, &mia(), stage.stock, -3, Reason::Lost, "").await.unwrap();
    }
    /// The merchant opens the order's page anew.
    LOOK_AGAIN(stage, shop) { *stage.opened.lock().await = None; }
}
