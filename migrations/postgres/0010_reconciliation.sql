-- What reconciliation knows, and what it stops: see shop::reconcile.

-- Why nothing of this row is sold; empty: it is sold. `free` is what can still be promised.
ALTER TABLE stock ADD COLUMN frozen TEXT NOT NULL DEFAULT '';
ALTER TABLE stock ADD COLUMN free BIGINT
  GENERATED ALWAYS AS (CASE WHEN frozen = '' THEN on_hand - reserved ELSE 0 END) STORED;

-- The card holder has asked the bank for the money back; while it is open, and when it is lost, nothing is refunded.
ALTER TABLE orders ADD COLUMN dispute TEXT NOT NULL DEFAULT '' CHECK (dispute IN ('','open','won','lost'));

ALTER TABLE recon_break ADD COLUMN number TEXT NOT NULL DEFAULT '';      -- the order it is about
ALTER TABLE recon_break ADD COLUMN provider TEXT NOT NULL DEFAULT '';
ALTER TABLE recon_break ADD COLUMN payment TEXT NOT NULL DEFAULT '';     -- the provider's name of the payment
ALTER TABLE recon_break ADD COLUMN currency TEXT NOT NULL DEFAULT '';    -- empty: `ours` and `theirs` are units
ALTER TABLE recon_break ADD COLUMN ours BIGINT;
ALTER TABLE recon_break ADD COLUMN theirs BIGINT;
ALTER TABLE recon_break ADD COLUMN subject_at BIGINT;                   -- when the payment it is about was made
ALTER TABLE recon_break ADD COLUMN times_seen BIGINT NOT NULL DEFAULT 1;
ALTER TABLE recon_break ADD COLUMN last_seen BIGINT NOT NULL DEFAULT 0;
ALTER TABLE recon_break ADD COLUMN version BIGINT NOT NULL DEFAULT 1;   -- goes up with what it says
ALTER TABLE recon_break ADD COLUMN accepted TEXT NOT NULL DEFAULT '';    -- what a person has taken note of and let stand
UPDATE recon_break SET number = ref WHERE ref LIKE 'M-%';
UPDATE recon_break SET last_seen = COALESCE(confirmed_seen, first_seen);
CREATE INDEX recon_break_by_number ON recon_break(number) WHERE number <> '';

-- The last run of each loop.
CREATE TABLE recon_run (
  name TEXT PRIMARY KEY,
  started_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,                 -- last sign of life
  finished_at BIGINT,
  step TEXT NOT NULL DEFAULT '',            -- what it is doing
  counts TEXT NOT NULL DEFAULT '[]',        -- JSON: [["payments compared",12]]
  error TEXT NOT NULL DEFAULT '',
  position TEXT NOT NULL DEFAULT ''         -- how far a loop has come that looks at a part at a time
);
DELETE FROM setting WHERE key IN ('reconciled_day_at','reconciled_hour_at','reconciled_events_at');
