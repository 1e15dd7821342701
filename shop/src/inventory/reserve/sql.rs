//! The statements of [`super`], where the engines differ in how they take a set of rows and lock it.
//!
//! On SQLite the transaction is the only writer, so reading locks. On PostgreSQL `FOR NO KEY UPDATE` locks in order of
//! id and still lets others insert rows that refer to these.

use crate::db::Sql;

/// `$1`: stock ids. Returns (id, on hand, free); nothing is free of what is frozen.
pub(super) const LOCK_STOCK: Sql = Sql {
    sqlite: "SELECT id, on_hand, free FROM stock
      WHERE id IN (SELECT unhex(value) FROM json_each($1)) ORDER BY id",
    postgres: "SELECT id, on_hand, free FROM stock
      WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE",
};

/// `$1`: checkout ids. Returns (id, checkout, stock, quantity, state) of their reservations.
pub(super) const LOCK_RESERVATIONS: Sql = Sql {
    sqlite: "SELECT id, checkout_id, stock_id, quantity, state FROM reservation
      WHERE checkout_id IN (SELECT unhex(value) FROM json_each($1)) ORDER BY id",
    postgres: "SELECT id, checkout_id, stock_id, quantity, state FROM reservation
      WHERE checkout_id = ANY($1) ORDER BY id FOR NO KEY UPDATE",
};

/// `$1`: [{id, quantity}]
pub(super) const RESERVE: Sql = Sql {
    sqlite: "UPDATE stock SET reserved = reserved + d.quantity
      FROM (SELECT unhex(value ->> 'id', '-') AS id, value ->> 'quantity' AS quantity FROM jsonb_each($1)) AS d
      WHERE stock.id = d.id AND stock.free >= d.quantity",
    postgres: "UPDATE stock SET reserved = reserved + d.quantity
      FROM json_to_recordset(CAST($1 AS JSON)) AS d(id UUID, quantity BIGINT)
      WHERE stock.id = d.id AND stock.free >= d.quantity",
};

/// For [`crate::canary`]: as much as the schema lets pass.
pub(super) const RESERVE_BLINDLY: Sql = Sql {
    sqlite: "UPDATE stock SET reserved = MIN(on_hand, reserved + d.quantity)
      FROM (SELECT unhex(value ->> 'id', '-') AS id, value ->> 'quantity' AS quantity FROM jsonb_each($1)) AS d
      WHERE stock.id = d.id",
    postgres: "UPDATE stock SET reserved = LEAST(on_hand, reserved + d.quantity)
      FROM json_to_recordset(CAST($1 AS JSON)) AS d(id UUID, quantity BIGINT)
      WHERE stock.id = d.id",
};

/// `$1`: [{id, quantity}]
pub(super) const UNRESERVE: Sql = Sql {
    sqlite: "UPDATE stock SET reserved = reserved - d.quantity
      FROM (SELECT unhex(value ->> 'id', '-') AS id, value ->> 'quantity' AS quantity FROM jsonb_each($1)) AS d
      WHERE stock.id = d.id AND stock.reserved >= d.quantity",
    postgres: "UPDATE stock SET reserved = reserved - d.quantity
      FROM json_to_recordset(CAST($1 AS JSON)) AS d(id UUID, quantity BIGINT)
      WHERE stock.id = d.id AND stock.reserved >= d.quantity",
};

/// `$1`: [{id, quantity}]
pub(super) const SELL: Sql = Sql {
    sqlite: "UPDATE stock SET reserved = reserved - d.quantity, on_hand = on_hand - d.quantity
      FROM (SELECT unhex(value ->> 'id', '-') AS id, value ->> 'quantity' AS quantity FROM jsonb_each($1)) AS d
      WHERE stock.id = d.id AND stock.reserved >= d.quantity",
    postgres: "UPDATE stock SET reserved = reserved - d.quantity, on_hand = on_hand - d.quantity
      FROM json_to_recordset(CAST($1 AS JSON)) AS d(id UUID, quantity BIGINT)
      WHERE stock.id = d.id AND stock.reserved >= d.quantity",
};

/// `$1`: [{id, checkout_id, stock_id, quantity, expires_at}]
pub(super) const INSERT_RESERVATIONS: Sql = Sql {
    sqlite: "INSERT INTO reservation (id, checkout_id, stock_id, quantity, state, expires_at)
      SELECT unhex(value ->> 'id', '-'), unhex(value ->> 'checkout_id', '-'), unhex(value ->> 'stock_id', '-'),
        value ->> 'quantity', 'held', value ->> 'expires_at'
      FROM jsonb_each($1)",
    postgres: "INSERT INTO reservation (id, checkout_id, stock_id, quantity, state, expires_at)
      SELECT id, checkout_id, stock_id, quantity, 'held', expires_at
      FROM json_to_recordset(CAST($1 AS JSON))
        AS d(id UUID, checkout_id UUID, stock_id UUID, quantity BIGINT, expires_at BIGINT)",
};

/// `$1`: reservation ids, `$2`: the state they go to.
pub(super) const MOVE_HELD: Sql = Sql {
    sqlite: "UPDATE reservation SET state = $2
      WHERE id IN (SELECT unhex(value) FROM json_each($1)) AND state = 'held'",
    postgres: "UPDATE reservation SET state = $2 WHERE id = ANY($1) AND state = 'held'",
};

/// `$1`: [{id, stock_id, delta, on_hand_after, reference}], `$2`: actor, `$3`: time
pub(super) const INSERT_SOLD: Sql = Sql {
    sqlite: "INSERT INTO stock_movement (id, stock_id, delta, on_hand_after, reason, reference, actor, at)
      SELECT unhex(value ->> 'id', '-'), unhex(value ->> 'stock_id', '-'), value ->> 'delta',
        value ->> 'on_hand_after', 'sold', value ->> 'reference', $2, $3
      FROM jsonb_each($1)",
    postgres: "INSERT INTO stock_movement (id, stock_id, delta, on_hand_after, reason, reference, actor, at)
      SELECT id, stock_id, delta, on_hand_after, 'sold', reference, $2, $3
      FROM json_to_recordset(CAST($1 AS JSON))
        AS d(id UUID, stock_id UUID, delta BIGINT, on_hand_after BIGINT, reference TEXT)",
};
