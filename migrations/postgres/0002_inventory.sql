-- What is there, where, and why.
CREATE TABLE warehouse (
  id UUID PRIMARY KEY,
  code TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  country TEXT NOT NULL,
  priority BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE stock (
  id UUID PRIMARY KEY,
  variant_id UUID NOT NULL REFERENCES variant(id) ON DELETE CASCADE,
  warehouse_id UUID NOT NULL REFERENCES warehouse(id),
  on_hand BIGINT NOT NULL CHECK (on_hand >= 0),
  reserved BIGINT NOT NULL DEFAULT 0 CHECK (reserved >= 0),
  CHECK (reserved <= on_hand),
  UNIQUE (variant_id, warehouse_id)
);

-- Every change of on_hand, so that "why is this 47?" has an answer.
CREATE TABLE stock_movement (
  id UUID PRIMARY KEY,
  stock_id UUID NOT NULL REFERENCES stock(id) ON DELETE CASCADE,
  delta BIGINT NOT NULL,
  on_hand_after BIGINT NOT NULL,
  reason TEXT NOT NULL CHECK (reason IN ('initial','received','sold','restocked','counted','damaged','lost','correction','import')),
  reference TEXT NOT NULL DEFAULT '',       -- order number, import id or a note
  actor TEXT NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX stock_movement_by_stock ON stock_movement(stock_id, id);
