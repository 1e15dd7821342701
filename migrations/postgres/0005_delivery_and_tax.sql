CREATE TABLE shipping_zone (
  id UUID PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  position BIGINT NOT NULL DEFAULT 0
);
CREATE TABLE shipping_zone_country (
  country TEXT PRIMARY KEY,                 -- ISO 3166-1 alpha-2; '*' is the rest of the world
  zone_id UUID NOT NULL REFERENCES shipping_zone(id) ON DELETE CASCADE
);
CREATE TABLE shipping_method (
  id UUID PRIMARY KEY,
  zone_id UUID NOT NULL REFERENCES shipping_zone(id) ON DELETE CASCADE,
  code TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  basis TEXT NOT NULL CHECK (basis IN ('weight','value')),
  days_min BIGINT NOT NULL CHECK (days_min >= 0),
  days_max BIGINT NOT NULL,
  position BIGINT NOT NULL DEFAULT 0,
  CHECK (days_max >= days_min)
);
-- Price table: the row with the largest from_value not above the cart's weight (grams) or value (minor units) applies.
CREATE TABLE shipping_rate (
  method_id UUID NOT NULL REFERENCES shipping_method(id) ON DELETE CASCADE,
  currency TEXT NOT NULL,
  from_value BIGINT NOT NULL CHECK (from_value >= 0),
  amount BIGINT NOT NULL CHECK (amount >= 0),
  PRIMARY KEY (method_id, currency, from_value)
);
CREATE TABLE shipping_free_above (
  method_id UUID NOT NULL REFERENCES shipping_method(id) ON DELETE CASCADE,
  currency TEXT NOT NULL,
  threshold BIGINT NOT NULL CHECK (threshold >= 0),
  PRIMARY KEY (method_id, currency)
);
CREATE TABLE tax_rate (
  id UUID PRIMARY KEY,
  country TEXT NOT NULL,
  region TEXT NOT NULL DEFAULT '',          -- '' is the whole country
  tax_class TEXT NOT NULL,
  name TEXT NOT NULL,                       -- "VAT 19 %"
  rate_ppm BIGINT NOT NULL CHECK (rate_ppm >= 0 AND rate_ppm <= 1000000),  -- parts per million: 19 % = 190000
  inclusive BOOLEAN NOT NULL,               -- shelf prices contain it
  UNIQUE (country, region, tax_class)
);
