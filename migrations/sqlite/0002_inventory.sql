-- What is there, where, and why.
CREATE TABLE warehouse (
  id BLOB PRIMARY KEY,
  code TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  country TEXT NOT NULL,
  priority INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE stock (
  id BLOB PRIMARY KEY,
  variant_id BLOB NOT NULL REFERENCES variant(id) ON DELETE CASCADE,
  warehouse_id BLOB NOT NULL REFERENCES warehouse(id),
  on_hand INTEGER NOT NULL CHECK (on_hand >= 0),
  reserved INTEGER NOT NULL DEFAULT 0 CHECK (reserved >= 0),
  CHECK (reserved <= on_hand),
  UNIQUE (variant_id, warehouse_id)
) STRICT;

-- Every change of on_hand, so that "why is this 47?" has an answer.
CREATE TABLE stock_movement (
  id BLOB PRIMARY KEY,
  stock_id BLOB NOT NULL REFERENCES stock(id) ON DELETE CASCADE,
  delta INTEGER NOT NULL,
  on_hand_after INTEGER NOT NULL,
  reason TEXT NOT NULL CHECK (reason IN ('initial','received','sold','restocked','counted','damaged','lost','correction','import')),
  reference TEXT NOT NULL DEFAULT '',       -- order number, import id or a note
  actor TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX stock_movement_by_stock ON stock_movement(stock_id, id);
