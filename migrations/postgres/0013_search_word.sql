-- What the merchant says about words, and what shoppers have looked for (shop::search).
CREATE TABLE search_synonym (
  id UUID PRIMARY KEY,
  phrases TEXT NOT NULL                      -- JSON array of words and phrases that stand for each other
);

-- Products that come first when exactly this is looked for.
CREATE TABLE search_pin (
  term TEXT NOT NULL,                        -- lower case, single spaces
  product_id UUID NOT NULL REFERENCES product(id) ON DELETE CASCADE,
  position BIGINT NOT NULL,
  PRIMARY KEY (term, product_id)
);
CREATE INDEX search_pin_by_product ON search_pin(product_id);

CREATE TABLE search_term (
  day BIGINT NOT NULL,                       -- days since 1970-01-01, UTC
  term TEXT NOT NULL,                        -- lower case, single spaces
  searches BIGINT NOT NULL CHECK (searches >= 0),
  no_results BIGINT NOT NULL CHECK (no_results BETWEEN 0 AND searches),  -- of them, those that found nothing
  clicks BIGINT NOT NULL CHECK (clicks >= 0),  -- products opened from the results
  PRIMARY KEY (day, term)
);

-- Found by option and by being reduced, too.
DROP TRIGGER variant_changed ON variant;
CREATE TRIGGER variant_changed AFTER UPDATE OF sku, barcode, option_values, tracked, active ON variant
  FOR EACH ROW EXECUTE FUNCTION note_product_of_row();
DROP TRIGGER price_changed ON price;
CREATE TRIGGER price_changed AFTER UPDATE OF amount, compare_at ON price
  FOR EACH ROW WHEN (OLD.amount <> NEW.amount OR OLD.compare_at IS DISTINCT FROM NEW.compare_at)
  EXECUTE FUNCTION note_product_of_variant();
