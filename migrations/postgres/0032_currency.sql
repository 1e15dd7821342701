-- How prices come about in a currency in which nobody has typed one: converted from those of another currency, by a rate and
-- a rule of rounding (shop::currency). What is converted stands in rows like what is typed, so that whatever reads prices
-- reads one table; a worker keeps it right.
CREATE TABLE currency_conversion (
  currency TEXT PRIMARY KEY CHECK (length(currency) = 3),
  base TEXT NOT NULL CHECK (length(base) = 3),
  active BOOLEAN NOT NULL DEFAULT TRUE,       -- FALSE: typed prices alone
  rate BIGINT NOT NULL CHECK (rate BETWEEN 1 AND 1000000000000000000),  -- billionths of a unit for one unit of base
  source TEXT NOT NULL CHECK (length(source) BETWEEN 1 AND 120),
  rated_at BIGINT NOT NULL,                   -- the moment the rate is of
  -- Prices are multiples of step, minor units, less so many of them: 100 less 1 ends in .99.
  step BIGINT NOT NULL CHECK (step BETWEEN 1 AND 1000000000000),
  less BIGINT NOT NULL CHECK (less >= 0 AND less < step),
  round_up BOOLEAN NOT NULL,                  -- FALSE: to the nearest
  version BIGINT NOT NULL DEFAULT 1,          -- optimistic lock of the form
  fill_after UUID,                            -- the last variant of a walk through all of them; NULL: none is under way
  fill_turn BIGINT NOT NULL DEFAULT 0,        -- raised whenever one begins
  CHECK (currency <> base)
);

-- Every rate there ever was, written by triggers and only ever added to.
CREATE TABLE currency_rate (
  seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  currency TEXT NOT NULL,
  base TEXT NOT NULL,
  rate BIGINT NOT NULL CHECK (rate > 0),
  source TEXT NOT NULL,
  rated_at BIGINT NOT NULL
);
CREATE INDEX currency_rate_by_currency ON currency_rate(currency, seq);
CREATE FUNCTION write_down_rate() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO currency_rate (currency, base, rate, source, rated_at)
  VALUES (NEW.currency, NEW.base, NEW.rate, NEW.source, NEW.rated_at);
  RETURN NULL;
END $$;
CREATE TRIGGER rate_begun AFTER INSERT ON currency_conversion FOR EACH ROW EXECUTE FUNCTION write_down_rate();
CREATE TRIGGER rate_moved AFTER UPDATE OF base, rate, source, rated_at ON currency_conversion FOR EACH ROW
  WHEN (OLD.base <> NEW.base OR OLD.rate <> NEW.rate OR OLD.source <> NEW.source OR OLD.rated_at <> NEW.rated_at)
  EXECUTE FUNCTION write_down_rate();
CREATE FUNCTION keep_rate() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'a rate that was in force is kept as it was' USING ERRCODE = 'check_violation'; END $$;
CREATE TRIGGER rates_stay BEFORE UPDATE OR DELETE ON currency_rate FOR EACH ROW EXECUTE FUNCTION keep_rate();

-- TRUE: nobody has typed it, the worker may change it or take it away.
ALTER TABLE price ADD COLUMN converted BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE price_list_entry ADD COLUMN converted BOOLEAN NOT NULL DEFAULT FALSE;

-- Variants whose converted prices have to be looked at. A queue without keys: whoever changes a price never waits for the
-- worker. Nothing is written where nothing is converted.
CREATE TABLE conversion_due (
  seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  variant_id UUID NOT NULL
);
CREATE INDEX conversion_due_by_variant ON conversion_due(variant_id);
CREATE FUNCTION note_to_convert() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF EXISTS (SELECT 1 FROM currency_conversion c WHERE c.active AND OLD.currency IN (c.base, c.currency)) THEN
      INSERT INTO conversion_due (variant_id) VALUES (OLD.variant_id);
    END IF;
  ELSIF (NOT NEW.converted AND EXISTS (SELECT 1 FROM currency_conversion c WHERE c.active AND c.base = NEW.currency)) THEN
    INSERT INTO conversion_due (variant_id) VALUES (NEW.variant_id);
  ELSIF TG_OP = 'UPDATE' AND OLD.converted <> NEW.converted THEN
    INSERT INTO conversion_due (variant_id) VALUES (NEW.variant_id);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER price_to_convert AFTER INSERT OR DELETE OR UPDATE OF amount, compare_at, converted ON price
  FOR EACH ROW EXECUTE FUNCTION note_to_convert();
CREATE TRIGGER entry_to_convert AFTER INSERT OR DELETE OR UPDATE OF amount, converted ON price_list_entry
  FOR EACH ROW EXECUTE FUNCTION note_to_convert();
-- A sale that named a price in this currency has let go of it.
CREATE FUNCTION note_let_go_to_convert() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM price r WHERE r.variant_id = NEW.variant_id AND r.currency = NEW.currency AND r.converted) THEN
    INSERT INTO conversion_due (variant_id) VALUES (NEW.variant_id);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER held_to_convert AFTER UPDATE OF state ON sale_item FOR EACH ROW
  WHEN (OLD.state = 'held' AND NEW.state <> 'held') EXECUTE FUNCTION note_let_go_to_convert();
-- Delivery and promotions are converted when they are asked for: what pages say of them is another with another rate.
CREATE FUNCTION note_conversion() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO page_change (product_id) VALUES (NULL);
  RETURN NULL;
END $$;
CREATE TRIGGER conversion_shown AFTER UPDATE OF base, active, rate, step, less, round_up ON currency_conversion
  FOR EACH ROW EXECUTE FUNCTION note_conversion();

-- The currency that a customer has chosen; NULL: none yet.
ALTER TABLE customer ADD COLUMN currency TEXT;
