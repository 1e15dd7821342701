-- How prices come about in a currency in which nobody has typed one: converted from those of another currency, by a rate and
-- a rule of rounding (shop::currency). What is converted stands in rows like what is typed, so that whatever reads prices
-- reads one table; a worker keeps it right.
CREATE TABLE currency_conversion (
  currency TEXT PRIMARY KEY CHECK (length(currency) = 3),
  base TEXT NOT NULL CHECK (length(base) = 3),
  active INTEGER NOT NULL DEFAULT TRUE,       -- FALSE: typed prices alone
  rate INTEGER NOT NULL CHECK (rate BETWEEN 1 AND 1000000000000000000),  -- billionths of a unit for one unit of base
  source TEXT NOT NULL CHECK (length(source) BETWEEN 1 AND 120),
  rated_at INTEGER NOT NULL,                  -- the moment the rate is of
  -- Prices are multiples of step, minor units, less so many of them: 100 less 1 ends in .99.
  step INTEGER NOT NULL CHECK (step BETWEEN 1 AND 1000000000000),
  less INTEGER NOT NULL CHECK (less >= 0 AND less < step),
  round_up INTEGER NOT NULL,                  -- FALSE: to the nearest
  version INTEGER NOT NULL DEFAULT 1,         -- optimistic lock of the form
  fill_after BLOB,                            -- the last variant of a walk through all of them; NULL: none is under way
  fill_turn INTEGER NOT NULL DEFAULT 0,       -- raised whenever one begins
  CHECK (currency <> base)
) STRICT;

-- Every rate there ever was, written by triggers and only ever added to.
CREATE TABLE currency_rate (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  currency TEXT NOT NULL,
  base TEXT NOT NULL,
  rate INTEGER NOT NULL CHECK (rate > 0),
  source TEXT NOT NULL,
  rated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX currency_rate_by_currency ON currency_rate(currency, seq);
CREATE TRIGGER rate_begun AFTER INSERT ON currency_conversion
BEGIN
  INSERT INTO currency_rate (currency, base, rate, source, rated_at)
  VALUES (NEW.currency, NEW.base, NEW.rate, NEW.source, NEW.rated_at);
END;
CREATE TRIGGER rate_moved AFTER UPDATE OF base, rate, source, rated_at ON currency_conversion
  WHEN OLD.base <> NEW.base OR OLD.rate <> NEW.rate OR OLD.source <> NEW.source OR OLD.rated_at <> NEW.rated_at
BEGIN
  INSERT INTO currency_rate (currency, base, rate, source, rated_at)
  VALUES (NEW.currency, NEW.base, NEW.rate, NEW.source, NEW.rated_at);
END;
CREATE TRIGGER rates_stay BEFORE UPDATE ON currency_rate
BEGIN SELECT RAISE(ABORT, 'a rate that was in force is not changed'); END;
CREATE TRIGGER rates_are_kept BEFORE DELETE ON currency_rate
BEGIN SELECT RAISE(ABORT, 'a rate that was in force is kept'); END;

-- TRUE: nobody has typed it, the worker may change it or take it away.
ALTER TABLE price ADD COLUMN converted INTEGER NOT NULL DEFAULT FALSE;
ALTER TABLE price_list_entry ADD COLUMN converted INTEGER NOT NULL DEFAULT FALSE;

-- Variants whose converted prices have to be looked at. A queue without keys: whoever changes a price never waits for the
-- worker. Nothing is written where nothing is converted.
CREATE TABLE conversion_due (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  variant_id BLOB NOT NULL
) STRICT;
CREATE INDEX conversion_due_by_variant ON conversion_due(variant_id);
CREATE TRIGGER price_to_convert AFTER INSERT ON price
  WHEN NOT NEW.converted AND EXISTS (SELECT 1 FROM currency_conversion c WHERE c.active AND c.base = NEW.currency)
BEGIN INSERT INTO conversion_due (variant_id) VALUES (NEW.variant_id); END;
CREATE TRIGGER price_to_convert_anew AFTER UPDATE OF amount, compare_at, converted ON price
  WHEN (NOT NEW.converted AND EXISTS (SELECT 1 FROM currency_conversion c WHERE c.active AND c.base = NEW.currency))
    OR OLD.converted <> NEW.converted
BEGIN INSERT INTO conversion_due (variant_id) VALUES (NEW.variant_id); END;
CREATE TRIGGER price_to_convert_no_more AFTER DELETE ON price
  WHEN EXISTS (SELECT 1 FROM currency_conversion c WHERE c.active AND OLD.currency IN (c.base, c.currency))
BEGIN INSERT INTO conversion_due (variant_id) VALUES (OLD.variant_id); END;
CREATE TRIGGER entry_to_convert AFTER INSERT ON price_list_entry
  WHEN NOT NEW.converted AND EXISTS (SELECT 1 FROM currency_conversion c WHERE c.active AND c.base = NEW.currency)
BEGIN INSERT INTO conversion_due (variant_id) VALUES (NEW.variant_id); END;
CREATE TRIGGER entry_to_convert_anew AFTER UPDATE OF amount, converted ON price_list_entry
  WHEN (NOT NEW.converted AND EXISTS (SELECT 1 FROM currency_conversion c WHERE c.active AND c.base = NEW.currency))
    OR OLD.converted <> NEW.converted
BEGIN INSERT INTO conversion_due (variant_id) VALUES (NEW.variant_id); END;
CREATE TRIGGER entry_to_convert_no_more AFTER DELETE ON price_list_entry
  WHEN EXISTS (SELECT 1 FROM currency_conversion c WHERE c.active AND OLD.currency IN (c.base, c.currency))
BEGIN INSERT INTO conversion_due (variant_id) VALUES (OLD.variant_id); END;
-- A sale that named a price in this currency has let go of it.
CREATE TRIGGER held_to_convert AFTER UPDATE OF state ON sale_item
  WHEN OLD.state = 'held' AND NEW.state <> 'held'
    AND EXISTS (SELECT 1 FROM price r WHERE r.variant_id = NEW.variant_id AND r.currency = NEW.currency AND r.converted)
BEGIN INSERT INTO conversion_due (variant_id) VALUES (NEW.variant_id); END;
-- Delivery and promotions are converted when they are asked for: what pages say of them is another with another rate.
CREATE TRIGGER conversion_shown AFTER UPDATE OF base, active, rate, step, less, round_up ON currency_conversion
BEGIN INSERT INTO page_change (product_id) VALUES (NULL); END;

-- The currency that a customer has chosen; NULL: none yet.
ALTER TABLE customer ADD COLUMN currency TEXT;
