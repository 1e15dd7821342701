-- Imports of products: a job, its file, what is wrong with it, and what it has done (shop::import::job).
CREATE TABLE import_job (
  id UUID PRIMARY KEY,
  state TEXT NOT NULL CHECK (state IN ('receiving','uploaded','checking','checked','running','fetching','done','cancelled',
    'failed','rolling_back','rolled_back')),
  format TEXT NOT NULL CHECK (format IN ('shopify','woocommerce')),
  file_name TEXT NOT NULL,
  encoding TEXT NOT NULL DEFAULT '',
  header TEXT NOT NULL DEFAULT '[]',          -- JSON: names of the columns
  mapping TEXT NOT NULL DEFAULT '[]',         -- JSON: for each, the format's column; empty: ignored
  fetch_pictures BOOLEAN NOT NULL DEFAULT TRUE,
  actor TEXT NOT NULL,                        -- as in audit_log
  address TEXT NOT NULL DEFAULT '',
  -- Of the work under way: products of the file, and how many are done. NULL: not counted yet.
  total BIGINT CHECK (total >= 0),
  position BIGINT NOT NULL DEFAULT 0 CHECK (position >= 0),
  file_rows BIGINT NOT NULL DEFAULT 0,
  created BIGINT NOT NULL DEFAULT 0,
  updated BIGINT NOT NULL DEFAULT 0,
  unchanged BIGINT NOT NULL DEFAULT 0,
  refused BIGINT NOT NULL DEFAULT 0,
  errors BIGINT NOT NULL DEFAULT 0,
  pictures_stored BIGINT NOT NULL DEFAULT 0,
  pictures_missing BIGINT NOT NULL DEFAULT 0,
  removed BIGINT NOT NULL DEFAULT 0,            -- by the roll-back: gone, put back, archived because ordered, left alone
  restored BIGINT NOT NULL DEFAULT 0,
  archived BIGINT NOT NULL DEFAULT 0,
  kept BIGINT NOT NULL DEFAULT 0,
  message TEXT NOT NULL DEFAULT '',           -- why it failed
  cancelled BOOLEAN NOT NULL DEFAULT FALSE,     -- somebody wants it to end
  -- Who works on it holds the newest epoch; whoever has an older one can write nothing any more.
  epoch BIGINT NOT NULL DEFAULT 0,
  lease_until BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL,
  started_at BIGINT,
  ended_at BIGINT,
  CHECK (total IS NULL OR position <= total)
);
CREATE INDEX import_job_due ON import_job(lease_until) WHERE state IN ('checking','running','fetching','rolling_back');

-- The file as text, in parts, so that any process can go on with it.
CREATE TABLE import_chunk (
  job_id UUID NOT NULL REFERENCES import_job(id) ON DELETE CASCADE,
  seq BIGINT NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (job_id, seq)
);

CREATE TABLE import_job_error (
  job_id UUID NOT NULL REFERENCES import_job(id) ON DELETE CASCADE,
  seq BIGINT NOT NULL,
  line BIGINT NOT NULL,
  column_name TEXT NOT NULL,
  message TEXT NOT NULL,
  PRIMARY KEY (job_id, seq)
);

-- A product that an import has made or changed, in the transaction that did so.
CREATE TABLE import_item (
  job_id UUID NOT NULL REFERENCES import_job(id) ON DELETE CASCADE,
  seq BIGINT NOT NULL,                          -- its place in the file
  product_id UUID NOT NULL,                    -- no reference: the product may be gone
  handle TEXT NOT NULL,
  outcome TEXT NOT NULL CHECK (outcome IN ('created','updated')),
  version BIGINT NOT NULL,                      -- of the product after it; another one: somebody has edited it since
  before TEXT,                                -- JSON: what an update has replaced
  rolled_back TEXT CHECK (rolled_back IN ('removed','restored','archived','edited','gone')),
  PRIMARY KEY (job_id, seq),
  CHECK ((outcome = 'updated') = (before IS NOT NULL))
);
CREATE INDEX import_item_by_product ON import_item(product_id);

-- A category that an import has made.
CREATE TABLE import_category (
  job_id UUID NOT NULL REFERENCES import_job(id) ON DELETE CASCADE,
  category_id UUID NOT NULL REFERENCES category(id) ON DELETE CASCADE,
  PRIMARY KEY (job_id, category_id)
);
