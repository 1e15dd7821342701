//! What outlives a shop that dies: the payment gateway with its ledger, the database on its disk, the shoppers'
//! notebook. The judge looks at these and at nothing that a shop says of itself.

use crate::life::{self, Death};
use crate::notebook;
use crate::sandbox::Sandbox;
use crate::stage::{Copy, ON_HAND, Stage};
use crate::story::{GIVEN_BACK, Plan, Role};
use serde_json::Value;
use shop::args;
use shop::db::Db;
use shop::invariant::client::{self, Told};
use shop::invariant::provider::{self, Payment};
use shop::invariant::{self, Moment};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

/// From a death to the next life: longer than any lease, shorter than a shopper's hold on the stock.
const AFTER_DEATH_MS: i64 = 5 * 60_000;
/// A life that plays the story to its end lets somewhat more than an hour pass.
const AFTER_LIFE_MS: i64 = 2 * 3_600_000;
/// No life takes longer.
const LIFE_MAX: Duration = Duration::from_secs(90);

pub struct World {
    /// The program that lives, with the verb `life`.
    program: PathBuf,
    gateway: Sandbox,
    folder: tempfile::TempDir,
    copy: Copy,
    plan: Plan,
    now: i64,
}

/// How a life ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It played the story to its end.
    Old,
    /// It died where it was told to.
    Died,
}

impl World {
    pub async fn create(stage: &Stage, program: &Path) -> Result<Self, String> {
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let plan = serde_json::to_string(&stage.plan).map_err(|error| error.to_string())?;
        std::fs::write(life::plan(folder.path()), plan).map_err(|error| error.to_string())?;
        let copy = stage.copy(folder.path()).await?.with_few_connections();
        let gateway = Sandbox::start().await?;
        Ok(Self { program: program.to_owned(), gateway, folder, copy, plan: stage.plan.clone(), now: stage.now })
    }

    /// Sets a mood of the gateway for the next call of an operation.
    pub async fn mood(&self, rule: &Value) -> Result<(), String> {
        self.gateway.mood(rule).await
    }

    /// Lets a process live on this world's database; it dies where it is told to, unless it never comes there.
    pub async fn live(&mut self, die: Option<Death>) -> Result<End, String> {
        let mut command = tokio::process::Command::new(&self.program);
        command.arg("life").args(["--database", &self.copy.url, "--gateway", self.gateway.url()]);
        command.arg("--folder").arg(self.folder.path()).args(["--now", &self.now.to_string()]);
        if let Some(Death { at, hit }) = die {
            command.args(["--die", &format!("{}:{hit}", at.number())]);
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
        let child = command.spawn().map_err(|error| error.to_string())?;
        let output = tokio::time::timeout(LIFE_MAX, child.wait_with_output())
            .await
            .map_err(|_| "a life did not end".to_owned())?
            .map_err(|error| error.to_string())?;
        let end = match output.status.code() {
            Some(0) => End::Old,
            // Killed by its own abort.
            None if die.is_some() => End::Died,
            code => return Err(format!("a life ended with {code:?}: {}", String::from_utf8_lossy(&output.stderr))),
        };
        let pause = if end == End::Died { AFTER_DEATH_MS } else { AFTER_LIFE_MS };
        self.now += pause;
        self.gateway.advance(pause).await?;
        Ok(end)
    }

    /// Everything that is not as it must be once the last life has played the story to its end.
    pub async fn judge(&self) -> Result<Vec<String>, String> {
        let db = Db::open(&self.copy.url).await.map_err(|error| error.to_string())?;
        let found = self.found(&db).await.map_err(|error| error.to_string());
        db.close().await;
        found
    }

    async fn found(&self, db: &Db) -> Result<Vec<String>, Box<dyn std::error::Error>> {
        let told: Vec<Told> = notebook::read(&life::notes(self.folder.path()))?;
        let payments = self.gateway.payments().await?;

        let mut verdicts = invariant::check(&mut &*db, Moment::Quiet, self.now).await?;
        verdicts.extend(provider::check(&mut &*db, Moment::Quiet, 0, &["stripe"], &payments).await?);
        verdicts.extend(client::check(&mut &*db, &told, true).await?);
        let mut wrong: Vec<String> = invariant::breaches(&verdicts)
            .iter()
            .map(|breach| format!("{} {}: {}", breach.rule, breach.reference, breach.detail))
            .collect();
        wrong.extend(self.plot(db, &told, &payments).await?);
        if !wrong.is_empty() {
            wrong.extend(told.iter().map(|told| format!("told {} {} {}", told.key, told.status, told.body)));
            wrong.extend(moves(db).await?);
        }
        Ok(wrong)
    }

    /// What this story has to come to, beyond what must hold in every shop.
    async fn plot(
        &self,
        db: &Db,
        told: &[Told],
        payments: &[Payment],
    ) -> Result<Vec<String>, Box<dyn std::error::Error>> {
        let mut wrong = Vec::new();
        let mut sold = 0;
        for shopper in &self.plan.shoppers {
            let role = shopper.role;
            let last = told.iter().rfind(|told| told.key == role.last_key() && told.is_final);
            let wants = if role == Role::Leaver { 409 } else { 201 };
            if last.map(|told| told.status) != Some(wants) {
                wrong.push(format!("{role:?} was told {last:?} in the end"));
            }
            let sql = "SELECT k.id FROM checkout k WHERE k.cart_id = $1";
            let checkouts: Vec<(shop::id::CheckoutId,)> = db.fetch_all(sql, args![shopper.cart_id]).await?;
            let ids: Vec<String> = checkouts.iter().map(|(id,)| id.to_string()).collect();
            let theirs = payments.iter().filter(|p| p.metadata.get("checkout_id").is_some_and(|id| ids.contains(id)));
            let (taken, back) = theirs.fold((0, 0), |sum, p| (sum.0 + p.captured, sum.1 + p.refunded));
            let expected = match role {
                Role::Buyer => (shopper.total, GIVEN_BACK),
                Role::Declined | Role::InPage => (shopper.total, 0),
                Role::Leaver => (0, 0),
                Role::Cancelled => (shopper.total, shopper.total),
            };
            // An order that is cancelled before its capture is voided.
            let is_void = role == Role::Cancelled && (taken, back) == (0, 0);
            if (taken, back) != expected && !is_void {
                wrong.push(format!(
                    "{role:?}: taken and given back {:?}, by the gateway {:?}",
                    expected,
                    (taken, back)
                ));
            }
            if matches!(role, Role::Buyer | Role::Declined | Role::InPage) {
                sold += role.units();
            }
        }
        let sql = "SELECT s.on_hand, s.reserved FROM stock s JOIN variant v ON v.id = s.variant_id WHERE v.sku = $1";
        let level: (i64, i64) = db.fetch_one(sql, args![&self.plan.sku]).await?;
        if level != (ON_HAND - sold, 0) {
            wrong.push(format!("on hand and reserved {level:?}, should be {:?}", (ON_HAND - sold, 0)));
        }
        Ok(wrong)
    }

    pub async fn end(self) -> Result<(), String> {
        self.gateway.stop().await;
        self.copy.strike().await
    }
}

/// Everything that happened to checkouts, orders and payments, for whoever looks for the reason.
async fn moves(db: &Db) -> shop::Result<Vec<String>> {
    let sql = "SELECT t.at, COALESCE(o.number, p.number, ''), t.entity, t.from_state, t.to_state, t.cause
        FROM transition_log t
        LEFT JOIN orders o ON o.id = t.entity_id OR o.checkout_id = t.entity_id
        LEFT JOIN payment_attempt a ON a.id = t.entity_id LEFT JOIN orders p ON p.checkout_id = a.checkout_id
        ORDER BY t.at, t.id";
    let moves: Vec<(i64, String, String, String, String, String)> = db.fetch_all(sql, args![]).await?;
    let show = |(at, number, entity, from, to, cause)| format!("{at} {number} {entity} {from} → {to}: {cause}");
    Ok(moves.into_iter().map(show).collect())
}
