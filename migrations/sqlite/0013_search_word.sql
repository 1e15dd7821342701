-- What the merchant says about words, and what shoppers have looked for (shop::search).
CREATE TABLE search_synonym (
  id BLOB PRIMARY KEY,
  phrases TEXT NOT NULL                      -- JSON array of words and phrases that stand for each other
) STRICT;

-- Products that come first when exactly this is looked for.
CREATE TABLE search_pin (
  term TEXT NOT NULL,                        -- lower case, single spaces
  product_id BLOB NOT NULL REFERENCES product(id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  PRIMARY KEY (term, product_id)
) STRICT;
CREATE INDEX search_pin_by_product ON search_pin(product_id);

CREATE TABLE search_term (
  day INTEGER NOT NULL,                      -- days since 1970-01-01, UTC
  term TEXT NOT NULL,                        -- lower case, single spaces
  searches INTEGER NOT NULL CHECK (searches >= 0),
  no_results INTEGER NOT NULL CHECK (no_results BETWEEN 0 AND searches),  -- of them, those that found nothing
  clicks INTEGER NOT NULL CHECK (clicks >= 0),  -- products opened from the results
  PRIMARY KEY (day, term)
) STRICT, WITHOUT ROWID;

-- Found by option and by being reduced, too.
DROP TRIGGER variant_changed;
CREATE TRIGGER variant_changed AFTER UPDATE OF sku, barcode, option_values, tracked, active ON variant
BEGIN INSERT INTO product_change (product_id) VALUES (NEW.product_id); END;
DROP TRIGGER price_changed;
CREATE TRIGGER price_changed AFTER UPDATE OF amount, compare_at ON price
  WHEN OLD.amount <> NEW.amount OR OLD.compare_at IS NOT NEW.compare_at
BEGIN INSERT INTO product_change (product_id) SELECT product_id FROM variant WHERE id = NEW.variant_id; END;
