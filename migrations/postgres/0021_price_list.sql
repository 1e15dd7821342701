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

-- Customers who have prices of their own.
CREATE TABLE customer_group (
  id UUID PRIMARY KEY,
  name TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 120)
);
CREATE TABLE customer_group_member (
  group_id UUID NOT NULL REFERENCES customer_group(id) ON DELETE CASCADE,
  customer_id UUID NOT NULL REFERENCES customer(id) ON DELETE CASCADE,
  PRIMARY KEY (group_id, customer_id)
);
CREATE INDEX customer_group_member_by_customer ON customer_group_member(customer_id);

-- Prices from a quantity on, beside those of `price`; what a line costs is shop::pricing::unit_price.
CREATE TABLE price_list (
  id UUID PRIMARY KEY,
  title TEXT NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
  -- NULL: for everybody. A group that has prices cannot go: they would be everybody's.
  group_id UUID REFERENCES customer_group(id),
  start_at BIGINT,
  end_at BIGINT,
  active BOOLEAN NOT NULL DEFAULT TRUE,
  version BIGINT NOT NULL DEFAULT 1,         -- optimistic lock of the form
  created_at BIGINT NOT NULL,
  CHECK (end_at IS NULL OR start_at IS NULL OR end_at > start_at)
);
CREATE INDEX price_list_by_group ON price_list(group_id) WHERE group_id IS NOT NULL;
CREATE TABLE price_list_entry (
  variant_id UUID NOT NULL REFERENCES variant(id) ON DELETE CASCADE,
  currency TEXT NOT NULL,
  list_id UUID NOT NULL REFERENCES price_list(id) ON DELETE CASCADE,
  min_quantity BIGINT NOT NULL CHECK (min_quantity >= 1),
  amount BIGINT NOT NULL CHECK (amount >= 0),
  PRIMARY KEY (variant_id, currency, list_id, min_quantity)
);
CREATE INDEX price_list_entry_by_list ON price_list_entry(list_id, variant_id, currency, min_quantity);

-- Pages that are kept were drawn for nobody: a group's prices are not on them. When a list begins or ends by its time,
-- nobody writes anything: pages are kept no longer than until then (shop::price_list::boundaries).
CREATE FUNCTION note_price_list_entry() RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE
  entry price_list_entry;
BEGIN
  IF TG_OP = 'DELETE' THEN entry := OLD; ELSE entry := NEW; END IF;
  IF NOT EXISTS (SELECT 1 FROM price_list l WHERE l.id = entry.list_id AND l.group_id IS NOT NULL) THEN
    INSERT INTO page_change (product_id) SELECT product_id FROM variant WHERE id = entry.variant_id;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER price_list_entry_shown AFTER INSERT OR UPDATE OR DELETE ON price_list_entry
  FOR EACH ROW EXECUTE FUNCTION note_price_list_entry();
CREATE FUNCTION note_price_list() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO page_change (product_id) SELECT DISTINCT v.product_id FROM price_list_entry e
    JOIN variant v ON v.id = e.variant_id WHERE e.list_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER price_list_changed AFTER UPDATE ON price_list FOR EACH ROW
  WHEN ((OLD.group_id IS NULL OR NEW.group_id IS NULL)
    AND (OLD.group_id IS DISTINCT FROM NEW.group_id OR OLD.start_at IS DISTINCT FROM NEW.start_at
      OR OLD.end_at IS DISTINCT FROM NEW.end_at OR OLD.active <> NEW.active))
  EXECUTE FUNCTION note_price_list();
