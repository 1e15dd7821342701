-- Where parcels come from, where they may go and what that costs: shop::warehouse, shop::shipping.

-- What a warehouse serves, nearest first, as "DE AT NL"; empty: every country, its own first.
ALTER TABLE warehouse ADD COLUMN countries TEXT NOT NULL DEFAULT '';
ALTER TABLE warehouse ADD COLUMN cutoff BIGINT NOT NULL DEFAULT 840     -- minute of the UTC day until which orders still leave
  CHECK (cutoff BETWEEN 0 AND 1439);
ALTER TABLE warehouse ADD COLUMN handling_days BIGINT NOT NULL DEFAULT 0   -- working days before a parcel leaves
  CHECK (handling_days BETWEEN 0 AND 60);
ALTER TABLE warehouse ADD COLUMN active BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE warehouse ADD COLUMN pickup BOOLEAN NOT NULL DEFAULT FALSE;  -- buyers may fetch orders there
ALTER TABLE warehouse ADD COLUMN address TEXT NOT NULL DEFAULT '';       -- JSON of shop::address::Address; empty: not known
ALTER TABLE warehouse ADD COLUMN version BIGINT NOT NULL DEFAULT 1;     -- optimistic lock of the form

-- Nothing of a closed warehouse is sold: its rows are marked as those are whose numbers do not add up, so `free` is nothing
-- in every statement there is. What is held stays held. A row that is frozen for another reason keeps that reason.
CREATE FUNCTION mark_closed() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  -- In the order in which checkouts lock them.
  PERFORM 1 FROM stock WHERE warehouse_id = NEW.id ORDER BY id FOR UPDATE;
  IF NEW.active THEN
    UPDATE stock SET frozen = '' WHERE warehouse_id = NEW.id AND frozen = 'The warehouse is closed.';
  ELSE
    UPDATE stock SET frozen = 'The warehouse is closed.' WHERE warehouse_id = NEW.id AND frozen = '';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER warehouse_closed AFTER UPDATE OF active ON warehouse
  FOR EACH ROW WHEN (OLD.active <> NEW.active) EXECUTE FUNCTION mark_closed();
CREATE FUNCTION mark_of_closed() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  -- Whoever closes the warehouse at this moment waits for the row, or is waited for.
  IF NOT (SELECT w.active FROM warehouse w WHERE w.id = NEW.warehouse_id FOR SHARE) THEN
    NEW.frozen := 'The warehouse is closed.';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER stock_of_closed BEFORE INSERT ON stock
  FOR EACH ROW WHEN (NEW.frozen = '') EXECUTE FUNCTION mark_of_closed();

-- Which places a zone is made of. One place is in one zone; of the places an address lies in, the most specific counts:
-- the longest beginning of its postcode, its region, its country, the rest of the world ('*').
CREATE TABLE shipping_area (
  country TEXT NOT NULL CHECK (country = '*' OR length(country) = 2),
  region TEXT NOT NULL DEFAULT '',          -- code of a region of the country; '': all of them
  postcode TEXT NOT NULL DEFAULT '',        -- beginning of postcodes, without spaces and hyphens; '': all of them
  zone_id UUID NOT NULL REFERENCES shipping_zone(id) ON DELETE CASCADE,
  PRIMARY KEY (country, region, postcode),
  CHECK (region = '' OR postcode = ''),
  CHECK (country <> '*' OR (region = '' AND postcode = ''))
);
CREATE INDEX shipping_area_by_zone ON shipping_area(zone_id);
INSERT INTO shipping_area (country, zone_id) SELECT country, zone_id FROM shipping_zone_country;
DROP TABLE shipping_zone_country;
ALTER TABLE shipping_zone ADD COLUMN version BIGINT NOT NULL DEFAULT 1;

ALTER TABLE shipping_method DROP CONSTRAINT shipping_method_basis_check;
ALTER TABLE shipping_method ADD CONSTRAINT shipping_method_basis_check CHECK (basis IN ('weight','value','quantity'));
ALTER TABLE shipping_method ADD COLUMN active BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE shipping_method ADD COLUMN pickup_id UUID REFERENCES warehouse(id);   -- where the buyer fetches it; NULL: it is carried
ALTER TABLE shipping_method ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
CREATE INDEX shipping_method_by_zone ON shipping_method(zone_id, position);

-- Where an order is fetched (NULL: it is carried), and between which days it was promised: days since 1 January 1970.
ALTER TABLE orders ADD COLUMN pickup_id UUID REFERENCES warehouse(id);
ALTER TABLE orders ADD COLUMN due_from BIGINT;
ALTER TABLE orders ADD COLUMN due_to BIGINT CHECK (due_to >= due_from);
