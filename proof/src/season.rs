//! A season: one database through many deaths. Each life runs the shop under load until it is killed at a moment that
//! chance has chosen, or until its disk loses power; the next one finds what is left. After every death the judge looks
//! at it. In the end one more life brings everything to its end, and the judge looks once more.
//!
//! Chance is seeded. A season with the same seed dies after the same numbers of answers or disk operations, with the same
//! choices of its shoppers; how the machine interleaves them is its own.

use crate::judge::{self, Case};
use crate::life;
use crate::notebook::{self, Line};
use crate::rush::ANSWERED;
use crate::sandbox::Sandbox;
use crate::stage::{Copy, Stage};
use disk::Damage;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use shop::canary::Canary;
use shop::clock::{Clock, SystemClock};
use shop::invariant::Moment;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

/// A life is killed after so many answers and so many milliseconds more: counted in answers, a busy machine gives its
/// shoppers no less to do.
const KILL_ANSWERS: std::ops::Range<usize> = 0..50;
const KILL_MS: std::ops::Range<u64> = 0..40;
/// Some are killed so long after they were started: while they open the database, or work off what the last one left.
const EARLY_KILL_MS: std::ops::Range<u64> = 20..400;
const EARLY: f64 = 0.2;
/// No life of these waits longer for its answers.
const KILL_PATIENCE: Duration = Duration::from_secs(10);
/// The disk's operation at which the power fails: some while the database is opened, most under load. The exponent is
/// drawn, so that early moments are as likely as late ones.
const POWER_CUT_LOG2: std::ops::Range<f64> = 0.0..11.5;
/// Every second death is found so late that the leases of the dead have run out.
const LATE_MS: i64 = 65_000;
/// A life that does not get ready, or does not settle, in this time hangs.
const PATIENCE: Duration = Duration::from_mins(5);
/// A life whose disk is asked for less than what it dies of is killed.
const POWER_CUT_PATIENCE: Duration = Duration::from_secs(20);
/// How many deaths one database sees: its shoppers' notebook grows with each, and so does the judge's work.
pub const DEATHS: usize = 25;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// SIGKILL.
    Kill,
    /// The disk under SQLite loses what it had not synced.
    PowerCut,
}

/// What kind of season.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub manner: Manner,
    pub seed: u64,
    pub deaths: usize,
    /// A fault to plant, to see it found.
    pub canary: Option<Canary>,
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Score {
    pub deaths: usize,
    /// Lives that ended before the disk came to its failure.
    pub spared: usize,
    /// Final answers that shoppers were given.
    pub answers: usize,
    /// Power cuts that found unsynced pages of the log, and of the database itself.
    pub log_cuts: usize,
    pub database_cuts: usize,
    pub damage: Damage,
    /// What must not be; the season ends with the first.
    pub wrong: Vec<String>,
}

impl Score {
    /// Another power cut.
    fn hit(&mut self, damage: &Damage) {
        self.log_cuts += usize::from(damage.files.iter().any(|file| file.ends_with("-wal")));
        self.database_cuts += usize::from(damage.files.iter().any(|file| file.ends_with(".sqlite")));
        self.damage.add(damage);
    }

    /// Another season.
    pub fn add(&mut self, other: &Self) {
        self.deaths += other.deaths;
        self.spared += other.spared;
        self.answers += other.answers;
        self.log_cuts += other.log_cuts;
        self.database_cuts += other.database_cuts;
        self.damage.add(&other.damage);
        self.wrong.extend_from_slice(&other.wrong);
    }
}

/// How a life ended.
enum End {
    Died,
    Spared,
    Fault(String),
}

struct Season<'a> {
    program: &'a Path,
    sandbox: Sandbox,
    folder: tempfile::TempDir,
    copy: Copy,
    ahead: i64,
    chance: StdRng,
    plan: Plan,
    score: Score,
}

/// Plays one season; `program` has the verb `rush`, `died` hears of every death.
pub async fn play(stage: &Stage, program: &Path, plan: Plan, mut died: impl FnMut()) -> Result<Score, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let text = serde_json::to_string(&stage.plan).map_err(|error| error.to_string())?;
    std::fs::write(life::plan(folder.path()), text).map_err(|error| error.to_string())?;
    let mut season = Season {
        program,
        sandbox: Sandbox::start().await?,
        copy: stage.copy(folder.path()).await?,
        folder,
        ahead: 0,
        chance: StdRng::seed_from_u64(plan.seed),
        plan,
        score: Score::default(),
    };
    while season.score.deaths < plan.deaths && season.score.wrong.is_empty() {
        if season.score.spared > plan.deaths {
            return Err("most lives end before their disk fails: the proof proves little".into());
        }
        match season.live().await? {
            End::Died => {
                season.score.deaths += 1;
                died();
            }
            End::Spared => season.score.spared += 1,
            End::Fault(why) => season.score.wrong.push(why),
        }
        season.judge(Moment::Busy).await?;
        let late = if season.chance.random_bool(0.5) { LATE_MS } else { 0 };
        season.pass(late).await?;
    }
    if season.score.wrong.is_empty() {
        season.settle().await?;
    }
    season.end().await
}

/// How many deaths each season has when there are `deaths` in all.
pub fn split(deaths: usize) -> impl Iterator<Item = usize> {
    (0..deaths).step_by(DEATHS).map(move |before| DEATHS.min(deaths - before))
}

impl Season<'_> {
    async fn live(&mut self) -> Result<End, String> {
        let seed = self.chance.random::<u32>();
        let cut = (self.plan.manner == Manner::PowerCut).then(|| self.chance.random_range(POWER_CUT_LOG2).exp2());
        let is_early = self.chance.random_bool(EARLY);
        let answers = if is_early { 0 } else { self.chance.random_range(KILL_ANSWERS) };
        let moment = self.chance.random_range(if is_early { EARLY_KILL_MS } else { KILL_MS });
        let mut more = vec!["--seed".to_owned(), seed.to_string()];
        // At most 2^11.5.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few thousand")]
        more.extend(cut.iter().flat_map(|at| ["--power-cut".to_owned(), (*at as u64).to_string()]));
        let (mut child, mut said) = self.start(&more)?;
        match self.plan.manner {
            Manner::Kill => {
                let heard = async {
                    let mut heard = 0;
                    while heard < answers
                        && let Ok(Some(line)) = said.next_line().await
                    {
                        heard += usize::from(line == ANSWERED);
                    }
                };
                tokio::time::timeout(KILL_PATIENCE, heard).await.ok();
                tokio::time::sleep(Duration::from_millis(moment)).await;
                // Nothing happens to one that has ended by itself.
                child.start_kill().ok();
            }
            Manner::PowerCut => {
                let all = async {
                    while let Ok(Some(line)) = said.next_line().await {
                        if let Ok(damage) = serde_json::from_str::<Damage>(&line) {
                            return Some(damage);
                        }
                    }
                    None
                };
                if let Ok(Some(damage)) = tokio::time::timeout(POWER_CUT_PATIENCE, all).await {
                    self.score.hit(&damage);
                } else {
                    child.start_kill().ok();
                    return Ok(self.ended(child).await?.map_or(End::Spared, End::Fault));
                }
            }
        }
        Ok(self.ended(child).await?.map_or(End::Died, End::Fault))
    }

    /// Starts a life. What it says is to be read; what it complains of is kept.
    fn start(&self, more: &[String]) -> Result<(Child, Lines<BufReader<ChildStdout>>), String> {
        let mut command = Command::new(self.program);
        command.arg("rush").args(["--database", &self.copy.url, "--gateway", self.sandbox.url()]);
        command.arg("--folder").arg(self.folder.path()).args(["--ahead", &self.ahead.to_string()]).args(more);
        if let Some(canary) = self.plan.canary {
            command.args(["--canary", &canary.number().to_string()]);
        }
        let complaints = std::fs::File::create(self.complaints()).map_err(|error| error.to_string())?;
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(complaints).kill_on_drop(true);
        let mut child = command.spawn().map_err(|error| error.to_string())?;
        let out = child.stdout.take().ok_or("a life without a voice")?;
        Ok((child, BufReader::new(out).lines()))
    }

    fn complaints(&self) -> PathBuf {
        self.folder.path().join("complaints.txt")
    }

    /// Waits for the end; why it was not a death, if it was not.
    async fn ended(&self, mut child: Child) -> Result<Option<String>, String> {
        let waited = tokio::time::timeout(PATIENCE, child.wait()).await.map_err(|_| "a life hangs")?;
        let status = waited.map_err(|error| error.to_string())?;
        Ok(status.code().map(|code| {
            let why = std::fs::read_to_string(self.complaints()).unwrap_or_default();
            format!("a life ended by itself with {code}: {why}")
        }))
    }

    async fn judge(&mut self, moment: Moment) -> Result<(), String> {
        let lines: Vec<Line> = notebook::read(&life::notes(self.folder.path()))?;
        let payments = self.sandbox.payments().await?;
        let case = Case { moment, now: SystemClock.now_ms() + self.ahead, lines: &lines, payments: &payments };
        let wrong = judge::judge(&self.copy, self.folder.path(), case).await?;
        self.score.answers = lines.iter().filter(|line| matches!(line, Line::Told(told) if told.is_final)).count();
        self.score.wrong.extend(wrong);
        Ok(())
    }

    async fn pass(&mut self, ms: i64) -> Result<(), String> {
        self.ahead += ms;
        self.sandbox.advance(ms).await
    }

    /// Time enough for every lease; then a last life, which comes to its end by itself.
    async fn settle(&mut self) -> Result<(), String> {
        self.pass(LATE_MS).await?;
        let (mut child, mut said) = self.start(&["--seed".into(), self.plan.seed.to_string(), "--settle".into()])?;
        while let Ok(Some(_)) = said.next_line().await {}
        let waited = tokio::time::timeout(PATIENCE, child.wait()).await.map_err(|_| "the last life hangs")?;
        let status = waited.map_err(|error| error.to_string())?;
        if !status.success() {
            let why = std::fs::read_to_string(self.complaints()).unwrap_or_default();
            self.score.wrong.push(format!("the last life ended with {status}: {why}"));
        }
        // What passes there is two hours and a few minutes.
        self.ahead += 3 * 3_600_000;
        self.judge(Moment::Quiet).await
    }

    async fn end(self) -> Result<Score, String> {
        self.sandbox.stop().await;
        self.copy.strike().await?;
        Ok(self.score)
    }
}
