//! How far the counting has come.

use crate::db::{Read, Tx};
use crate::search::Position;
use crate::{Result, args};
use uuid::Uuid;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Orders into sums, and sums into partners.
    Orders,
    /// Products into similar ones.
    Products,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub(super) struct Progress {
    /// With `seq`: the last change that was read, as [`Progress::position`] has it.
    pub transaction_id: i64,
    pub seq: i64,
    /// The last row that the walk through all has come to; `None`: none is under way.
    pub reached: Option<Uuid>,
    /// When the last walk came to its end, Unix milliseconds.
    pub walked_at: i64,
}

impl Progress {
    pub fn position(&self) -> Position {
        Position { transaction: self.transaction_id, seq: self.seq }
    }

    pub fn at(self, position: Position) -> Self {
        Self { transaction_id: position.transaction, seq: position.seq, ..self }
    }

    pub async fn read(db: &mut impl Read, part: Part) -> Result<Self> {
        const READ: &str =
            "SELECT transaction_id, seq, reached, walked_at FROM recommendation_progress WHERE part = $1";
        Ok(db.fetch_one(READ, args![part.name()]).await?)
    }

    /// As [`Progress::read`]; until the transaction ends, no other process goes on with this part.
    pub async fn lock(tx: &mut Tx, part: Part) -> Result<Self> {
        tx.execute("UPDATE recommendation_progress SET seq = seq WHERE part = $1", args![part.name()]).await?;
        Self::read(tx, part).await
    }

    /// For who holds the lock.
    pub async fn write(self, tx: &mut Tx, part: Part) -> Result<()> {
        const WRITE: &str =
            "UPDATE recommendation_progress SET transaction_id = $2, seq = $3, reached = $4, walked_at = $5
            WHERE part = $1";
        let args = args![part.name(), self.transaction_id, self.seq, self.reached, self.walked_at];
        tx.execute(WRITE, args).await?;
        Ok(())
    }
}

impl Part {
    fn name(self) -> &'static str {
        match self {
            Self::Orders => "orders",
            Self::Products => "products",
        }
    }
}
