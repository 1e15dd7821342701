-- Sales that begin and end by themselves. A worker writes reduced prices when one begins, and takes them back when it ends
-- (shop::sale): pages, search, price history, carts and checkouts see one price and know nothing of sales.
CREATE TABLE sale (
  id UUID PRIMARY KEY,
  title TEXT NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
  state TEXT NOT NULL
    CHECK (state IN ('draft','scheduled','starting','running','ending','ended','cancelling','cancelled')),
  scope TEXT NOT NULL CHECK (scope IN ('everything','brand','categories','products','prices')),
  brand TEXT NOT NULL DEFAULT '',
  percent BIGINT CHECK (percent BETWEEN 1 AND 99),  -- NULL: new prices stand in sale_entry
  start_at BIGINT NOT NULL,
  end_at BIGINT,                              -- NULL: until it is cancelled
  -- Raised by every piece of work: whoever has read another step writes nothing.
  step BIGINT NOT NULL DEFAULT 0,
  position UUID,                              -- the last variant that was looked at while it began
  version BIGINT NOT NULL DEFAULT 1,          -- optimistic lock of the form
  created_at BIGINT NOT NULL,
  ended_at BIGINT,
  CHECK ((scope = 'prices') = (percent IS NULL)),
  CHECK ((scope = 'brand') = (brand <> '')),
  CHECK (end_at IS NULL OR end_at > start_at)
);
CREATE INDEX sale_due ON sale(state, start_at) WHERE state NOT IN ('draft','ended','cancelled');
CREATE TABLE sale_category (
  sale_id UUID NOT NULL REFERENCES sale(id) ON DELETE CASCADE,
  category_id UUID NOT NULL REFERENCES category(id) ON DELETE CASCADE,
  PRIMARY KEY (sale_id, category_id)
);
CREATE INDEX sale_category_by_category ON sale_category(category_id);
CREATE TABLE sale_product (
  sale_id UUID NOT NULL REFERENCES sale(id) ON DELETE CASCADE,
  product_id UUID NOT NULL REFERENCES product(id) ON DELETE CASCADE,
  PRIMARY KEY (sale_id, product_id)
);
CREATE INDEX sale_product_by_product ON sale_product(product_id);
CREATE TABLE sale_entry (
  sale_id UUID NOT NULL REFERENCES sale(id) ON DELETE CASCADE,
  variant_id UUID NOT NULL REFERENCES variant(id) ON DELETE CASCADE,
  currency TEXT NOT NULL,
  amount BIGINT NOT NULL CHECK (amount >= 0),
  PRIMARY KEY (sale_id, variant_id, currency)
);
CREATE INDEX sale_entry_by_variant ON sale_entry(variant_id);
-- What a sale has done to a price. While it holds it, the price is (amount, compare_at former_amount).
CREATE TABLE sale_item (
  sale_id UUID NOT NULL REFERENCES sale(id) ON DELETE CASCADE,
  variant_id UUID NOT NULL REFERENCES variant(id) ON DELETE CASCADE,
  currency TEXT NOT NULL,
  -- released: changed by hand meanwhile, so it stays as it was changed; returned: as it was before
  state TEXT NOT NULL CHECK (state IN ('held','returned','released','skipped')),
  reason TEXT NOT NULL DEFAULT '' CHECK (reason IN ('','other_sale','not_lower')),
  former_amount BIGINT NOT NULL CHECK (former_amount >= 0),
  former_compare_at BIGINT CHECK (former_compare_at >= 0),
  amount BIGINT NOT NULL CHECK (amount >= 0),
  PRIMARY KEY (sale_id, variant_id, currency),
  CHECK ((state = 'skipped') = (reason <> '')),
  CHECK (state = 'skipped' OR amount < former_amount)
);
-- No price is held by two sales.
CREATE UNIQUE INDEX sale_item_held ON sale_item(variant_id, currency) WHERE state = 'held';
CREATE INDEX sale_item_by_variant ON sale_item(variant_id);

-- Whoever changes a price, by whatever way, takes it out of the sale that holds it.
CREATE FUNCTION release_from_sale() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    UPDATE sale_item SET state = 'released'
    WHERE variant_id = OLD.variant_id AND currency = OLD.currency AND state = 'held';
  ELSE
    UPDATE sale_item SET state = 'released'
    WHERE variant_id = NEW.variant_id AND currency = NEW.currency AND state = 'held'
      AND (amount <> NEW.amount OR former_amount IS DISTINCT FROM NEW.compare_at);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER price_released AFTER UPDATE OF amount, compare_at ON price FOR EACH ROW
  WHEN (OLD.amount <> NEW.amount OR OLD.compare_at IS DISTINCT FROM NEW.compare_at)
  EXECUTE FUNCTION release_from_sale();
CREATE TRIGGER price_gone_from_sale AFTER DELETE ON price FOR EACH ROW EXECUTE FUNCTION release_from_sale();

-- A struck-through price alone is no change to search, but one to pages.
CREATE TRIGGER compare_at_shown AFTER UPDATE OF compare_at ON price FOR EACH ROW
  WHEN (OLD.amount = NEW.amount AND OLD.compare_at IS DISTINCT FROM NEW.compare_at)
  EXECUTE FUNCTION note_shown_variant();
