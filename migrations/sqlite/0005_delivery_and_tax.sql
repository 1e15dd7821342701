CREATE TABLE shipping_zone (
  id BLOB PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  position INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE shipping_zone_country (
  country TEXT PRIMARY KEY,                 -- ISO 3166-1 alpha-2; '*' is the rest of the world
  zone_id BLOB NOT NULL REFERENCES shipping_zone(id) ON DELETE CASCADE
) STRICT;
CREATE TABLE shipping_method (
  id BLOB PRIMARY KEY,
  zone_id BLOB NOT NULL REFERENCES shipping_zone(id) ON DELETE CASCADE,
  code TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  basis TEXT NOT NULL CHECK (basis IN ('weight','value')),
  days_min INTEGER NOT NULL CHECK (days_min >= 0),
  days_max INTEGER NOT NULL,
  position INTEGER NOT NULL DEFAULT 0,
  CHECK (days_max >= days_min)
) STRICT;
-- Price table: the row with the largest from_value not above the cart's weight (grams) or value (minor units) applies.
CREATE TABLE shipping_rate (
  method_id BLOB NOT NULL REFERENCES shipping_method(id) ON DELETE CASCADE,
  currency TEXT NOT NULL,
  from_value INTEGER NOT NULL CHECK (from_value >= 0),
  amount INTEGER NOT NULL CHECK (amount >= 0),
  PRIMARY KEY (method_id, currency, from_value)
) STRICT;
CREATE TABLE shipping_free_above (
  method_id BLOB NOT NULL REFERENCES shipping_method(id) ON DELETE CASCADE,
  currency TEXT NOT NULL,
  threshold INTEGER NOT NULL CHECK (threshold >= 0),
  PRIMARY KEY (method_id, currency)
) STRICT;
CREATE TABLE tax_rate (
  id BLOB PRIMARY KEY,
  country TEXT NOT NULL,
  region TEXT NOT NULL DEFAULT '',          -- '' is the whole country
  tax_class TEXT NOT NULL,
  name TEXT NOT NULL,                       -- "VAT 19 %"
  rate_ppm INTEGER NOT NULL CHECK (rate_ppm >= 0 AND rate_ppm <= 1000000),  -- parts per million: 19 % = 190000
  inclusive INTEGER NOT NULL,               -- shelf prices contain it
  UNIQUE (country, region, tax_class)
) STRICT;
