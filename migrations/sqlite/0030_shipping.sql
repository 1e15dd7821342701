-- Where parcels come from, where they may go and what that costs: shop::warehouse, shop::shipping.

-- What a warehouse serves, nearest first, as "DE AT NL"; empty: every country, its own first.
ALTER TABLE warehouse ADD COLUMN countries TEXT NOT NULL DEFAULT '';
ALTER TABLE warehouse ADD COLUMN cutoff INTEGER NOT NULL DEFAULT 840     -- minute of the UTC day until which orders still leave
  CHECK (cutoff BETWEEN 0 AND 1439);
ALTER TABLE warehouse ADD COLUMN handling_days INTEGER NOT NULL DEFAULT 0   -- working days before a parcel leaves
  CHECK (handling_days BETWEEN 0 AND 60);
ALTER TABLE warehouse ADD COLUMN active INTEGER NOT NULL DEFAULT TRUE CHECK (active IN (0, 1));
ALTER TABLE warehouse ADD COLUMN pickup INTEGER NOT NULL DEFAULT FALSE CHECK (pickup IN (0, 1));  -- buyers may fetch orders there
ALTER TABLE warehouse ADD COLUMN address TEXT NOT NULL DEFAULT '';       -- JSON of shop::address::Address; empty: not known
ALTER TABLE warehouse ADD COLUMN version INTEGER NOT NULL DEFAULT 1;     -- optimistic lock of the form

-- Nothing of a closed warehouse is sold: its rows are marked as those are whose numbers do not add up, so `free` is nothing
-- in every statement there is. What is held stays held. A row that is frozen for another reason keeps that reason.
CREATE TRIGGER warehouse_closed AFTER UPDATE OF active ON warehouse WHEN OLD.active AND NOT NEW.active
BEGIN UPDATE stock SET frozen = 'The warehouse is closed.' WHERE warehouse_id = NEW.id AND frozen = ''; END;
CREATE TRIGGER warehouse_opened AFTER UPDATE OF active ON warehouse WHEN NEW.active AND NOT OLD.active
BEGIN UPDATE stock SET frozen = '' WHERE warehouse_id = NEW.id AND frozen = 'The warehouse is closed.'; END;
CREATE TRIGGER stock_of_closed AFTER INSERT ON stock
  WHEN NEW.frozen = '' AND (SELECT NOT w.active FROM warehouse w WHERE w.id = NEW.warehouse_id)
BEGIN UPDATE stock SET frozen = 'The warehouse is closed.' WHERE id = NEW.id; END;

-- Which places a zone is made of. One place is in one zone; of the places an address lies in, the most specific counts:
-- the longest beginning of its postcode, its region, its country, the rest of the world ('*').
CREATE TABLE shipping_area (
  country TEXT NOT NULL CHECK (country = '*' OR length(country) = 2),
  region TEXT NOT NULL DEFAULT '',          -- code of a region of the country; '': all of them
  postcode TEXT NOT NULL DEFAULT '',        -- beginning of postcodes, without spaces and hyphens; '': all of them
  zone_id BLOB NOT NULL REFERENCES shipping_zone(id) ON DELETE CASCADE,
  PRIMARY KEY (country, region, postcode),
  CHECK (region = '' OR postcode = ''),
  CHECK (country <> '*' OR (region = '' AND postcode = ''))
) STRICT, WITHOUT ROWID;
CREATE INDEX shipping_area_by_zone ON shipping_area(zone_id);
INSERT INTO shipping_area (country, zone_id) SELECT country, zone_id FROM shipping_zone_country;
DROP TABLE shipping_zone_country;
ALTER TABLE shipping_zone ADD COLUMN version INTEGER NOT NULL DEFAULT 1;

-- Built anew, because SQLite cannot change a CHECK; with what refers to it, because a table that is dropped takes that along.
CREATE TABLE shipping_method_anew (
  id BLOB PRIMARY KEY,
  zone_id BLOB NOT NULL REFERENCES shipping_zone(id) ON DELETE CASCADE,
  code TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  basis TEXT NOT NULL CHECK (basis IN ('weight','value','quantity')),
  days_min INTEGER NOT NULL CHECK (days_min >= 0),      -- working days on the way; of pickup, until it is ready
  days_max INTEGER NOT NULL,
  position INTEGER NOT NULL DEFAULT 0,
  active INTEGER NOT NULL DEFAULT TRUE CHECK (active IN (0, 1)),
  pickup_id BLOB REFERENCES warehouse(id),              -- where the buyer fetches it; NULL: it is carried
  version INTEGER NOT NULL DEFAULT 1,
  CHECK (days_max >= days_min)
) STRICT;
INSERT INTO shipping_method_anew (id, zone_id, code, name, description, basis, days_min, days_max, position)
  SELECT id, zone_id, code, name, description, basis, days_min, days_max, position FROM shipping_method;
-- The row with the largest from_value not above the weight (grams), value (minor units) or number of units applies.
CREATE TABLE shipping_rate_anew (
  method_id BLOB NOT NULL REFERENCES shipping_method_anew(id) ON DELETE CASCADE,
  currency TEXT NOT NULL,
  from_value INTEGER NOT NULL CHECK (from_value >= 0),
  amount INTEGER NOT NULL CHECK (amount >= 0),
  PRIMARY KEY (method_id, currency, from_value)
) STRICT;
INSERT INTO shipping_rate_anew SELECT method_id, currency, from_value, amount FROM shipping_rate;
-- What the goods have to come to, after promotions, for the method to be free.
CREATE TABLE shipping_free_above_anew (
  method_id BLOB NOT NULL REFERENCES shipping_method_anew(id) ON DELETE CASCADE,
  currency TEXT NOT NULL,
  threshold INTEGER NOT NULL CHECK (threshold >= 0),
  PRIMARY KEY (method_id, currency)
) STRICT;
INSERT INTO shipping_free_above_anew SELECT method_id, currency, threshold FROM shipping_free_above;
DROP TABLE shipping_rate;
DROP TABLE shipping_free_above;
DROP TABLE shipping_method;
ALTER TABLE shipping_method_anew RENAME TO shipping_method;
ALTER TABLE shipping_rate_anew RENAME TO shipping_rate;
ALTER TABLE shipping_free_above_anew RENAME TO shipping_free_above;
CREATE INDEX shipping_method_by_zone ON shipping_method(zone_id, position);

-- Where an order is fetched (NULL: it is carried), and between which days it was promised: days since 1 January 1970.
ALTER TABLE orders ADD COLUMN pickup_id BLOB REFERENCES warehouse(id);
ALTER TABLE orders ADD COLUMN due_from INTEGER;
ALTER TABLE orders ADD COLUMN due_to INTEGER CHECK (due_to >= due_from);
