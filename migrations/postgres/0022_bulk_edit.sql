-- Changes of many products at once: which, what, what that came to, and what is needed to take it back (shop::bulk).
CREATE TABLE bulk_edit (
  id UUID PRIMARY KEY,
  state TEXT NOT NULL CHECK (state IN ('choosing','planning','planned','applying','applied','undoing','undone')),
  changes TEXT NOT NULL DEFAULT '{}',         -- JSON of shop::bulk::Changes
  actor TEXT NOT NULL,                        -- as in audit_log
  address TEXT NOT NULL DEFAULT '',
  stopped BOOLEAN NOT NULL DEFAULT FALSE,     -- before all products were done
  -- Written by whoever works on it, first of all: its row is locked until the batch is committed.
  worked_at BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL,
  ended_at BIGINT
);
CREATE INDEX bulk_edit_due ON bulk_edit(id) WHERE state IN ('planning','applying','undoing');

CREATE TABLE bulk_item (
  edit_id UUID NOT NULL REFERENCES bulk_edit(id) ON DELETE CASCADE,
  seq BIGINT NOT NULL,
  product_id UUID NOT NULL,                   -- no reference: the product may be gone
  state TEXT NOT NULL CHECK (state IN ('chosen','planned','same','refused','gone','applied','edited','undone','kept')),
  version BIGINT,                             -- of the product when it was planned
  difference TEXT NOT NULL DEFAULT '[]',      -- JSON: [{"what":"Brand","before":"","after":"Mercer"}]
  before TEXT,                                -- JSON of a draft without description and pictures
  message TEXT NOT NULL DEFAULT '',           -- why it was refused
  PRIMARY KEY (edit_id, seq),
  UNIQUE (edit_id, product_id),
  CHECK (state NOT IN ('planned','applied') OR version IS NOT NULL),
  CHECK (state NOT IN ('applied','undone','kept') OR before IS NOT NULL)
);
CREATE INDEX bulk_item_by_state ON bulk_item(edit_id, state, seq);
