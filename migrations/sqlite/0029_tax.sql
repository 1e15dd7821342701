-- Tax: where which rates apply (zones), to what (classes), and when. Rates of old are carried over: a zone for each place.
ALTER TABLE tax_rate RENAME TO tax_rate_before;

-- What variants name. 'standard' stands in for a class without a rate of its own; 'shipping' is delivery where the law
-- does not tax it as the goods (shop::pricing::taxed).
CREATE TABLE tax_class (
  code TEXT PRIMARY KEY CHECK (length(code) BETWEEN 1 AND 64),
  name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 120)
) STRICT, WITHOUT ROWID;
INSERT INTO tax_class (code, name) VALUES ('standard', 'Standard'), ('reduced', 'Reduced'), ('shipping', 'Delivery');
INSERT INTO tax_class (code, name) SELECT DISTINCT tax_class, tax_class FROM tax_rate_before WHERE tax_class <> ''
  ON CONFLICT (code) DO NOTHING;
INSERT INTO tax_class (code, name) SELECT DISTINCT tax_class, tax_class FROM variant WHERE tax_class <> ''
  ON CONFLICT (code) DO NOTHING;
-- A class that comes in with a file is one that rates can be given to.
CREATE TRIGGER variant_tax_class_added AFTER INSERT ON variant WHEN NEW.tax_class NOT IN ('standard', '')
BEGIN
  INSERT INTO tax_class (code, name) VALUES (NEW.tax_class, NEW.tax_class) ON CONFLICT (code) DO NOTHING;
END;
CREATE TRIGGER variant_tax_class_changed AFTER UPDATE OF tax_class ON variant WHEN NEW.tax_class NOT IN ('standard', '')
BEGIN
  INSERT INTO tax_class (code, name) VALUES (NEW.tax_class, NEW.tax_class) ON CONFLICT (code) DO NOTHING;
END;

CREATE TABLE tax_zone (
  id BLOB PRIMARY KEY,
  name TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 120),
  inclusive INTEGER NOT NULL,                 -- shelf prices contain the tax
  version INTEGER NOT NULL DEFAULT 1          -- optimistic lock of the form
) STRICT;
-- Of the places that fit an address the longest postcode counts, then the one with a region. None is in two zones.
CREATE TABLE tax_place (
  country TEXT NOT NULL CHECK (length(country) = 2),
  region TEXT NOT NULL DEFAULT '',            -- '' is the whole country
  postal_prefix TEXT NOT NULL DEFAULT '',     -- upper case, without spaces and hyphens
  zone_id BLOB NOT NULL REFERENCES tax_zone(id) ON DELETE CASCADE,
  PRIMARY KEY (country, region, postal_prefix)
) STRICT, WITHOUT ROWID;
CREATE INDEX tax_place_by_zone ON tax_place(zone_id);
CREATE TABLE tax_rate (
  id BLOB PRIMARY KEY,
  zone_id BLOB NOT NULL REFERENCES tax_zone(id) ON DELETE CASCADE,
  tax_class TEXT NOT NULL REFERENCES tax_class(code),
  name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 120),                         -- "VAT 19 %"
  rate_ppm INTEGER NOT NULL CHECK (rate_ppm >= 0 AND rate_ppm <= 1000000), -- parts per million: 19 % = 190000
  valid_from INTEGER NOT NULL DEFAULT 0,      -- Unix milliseconds
  valid_until INTEGER,                        -- the first moment at which it is valid no longer; NULL: for good
  CHECK (valid_until IS NULL OR valid_until > valid_from)
) STRICT;
CREATE INDEX tax_rate_by_zone ON tax_rate(zone_id, tax_class, valid_from);
-- At any moment a class has one rate in a zone.
CREATE TRIGGER tax_rate_added BEFORE INSERT ON tax_rate
  WHEN EXISTS (SELECT 1 FROM tax_rate r WHERE r.zone_id = NEW.zone_id AND r.tax_class = NEW.tax_class
    AND (r.valid_until IS NULL OR r.valid_until > NEW.valid_from)
    AND (NEW.valid_until IS NULL OR NEW.valid_until > r.valid_from))
BEGIN SELECT RAISE(ABORT, 'two rates of a class are valid at one time'); END;
CREATE TRIGGER tax_rate_moved BEFORE UPDATE ON tax_rate
  WHEN EXISTS (SELECT 1 FROM tax_rate r WHERE r.zone_id = NEW.zone_id AND r.tax_class = NEW.tax_class AND r.id <> NEW.id
    AND (r.valid_until IS NULL OR r.valid_until > NEW.valid_from)
    AND (NEW.valid_until IS NULL OR NEW.valid_until > r.valid_from))
BEGIN SELECT RAISE(ABORT, 'two rates of a class are valid at one time'); END;

INSERT INTO tax_zone (id, name, inclusive)
  SELECT b.id, b.country || CASE WHEN b.region = '' THEN '' ELSE '-' || b.region END,
    COALESCE((SELECT s.inclusive FROM tax_rate_before s
      WHERE s.country = b.country AND s.region = b.region AND s.tax_class = 'standard'), b.inclusive)
  FROM tax_rate_before b
  WHERE b.tax_class = (SELECT MIN(m.tax_class) FROM tax_rate_before m
    WHERE m.country = b.country AND m.region = b.region);
INSERT INTO tax_place (country, region, zone_id)
  SELECT b.country, b.region, z.id FROM tax_rate_before b JOIN tax_zone z ON z.id = b.id;
INSERT INTO tax_rate (id, zone_id, tax_class, name, rate_ppm)
  SELECT b.id, p.zone_id, b.tax_class, b.name, b.rate_ppm FROM tax_rate_before b
  JOIN tax_place p ON p.country = b.country AND p.region = b.region WHERE b.tax_class <> '';
-- Until now a region had its country's rates beside its own.
INSERT INTO tax_rate (id, zone_id, tax_class, name, rate_ppm)
  SELECT randomblob(16), p.zone_id, b.tax_class, b.name, b.rate_ppm FROM tax_rate_before b
  JOIN tax_place p ON p.country = b.country AND p.region <> ''
  WHERE b.region = '' AND b.tax_class <> '' AND NOT EXISTS (SELECT 1 FROM tax_rate_before o
    WHERE o.country = p.country AND o.region = p.region AND o.tax_class = b.tax_class);
DROP TABLE tax_rate_before;

-- Pages say whether prices contain tax.
CREATE TRIGGER tax_zone_shown AFTER UPDATE OF inclusive ON tax_zone
BEGIN INSERT INTO page_change (product_id) VALUES (NULL); END;
CREATE TRIGGER tax_place_added AFTER INSERT ON tax_place BEGIN INSERT INTO page_change (product_id) VALUES (NULL); END;
CREATE TRIGGER tax_place_gone AFTER DELETE ON tax_place BEGIN INSERT INTO page_change (product_id) VALUES (NULL); END;
CREATE TRIGGER tax_rate_shown AFTER INSERT ON tax_rate BEGIN INSERT INTO page_change (product_id) VALUES (NULL); END;
CREATE TRIGGER tax_rate_changed AFTER UPDATE ON tax_rate BEGIN INSERT INTO page_change (product_id) VALUES (NULL); END;
CREATE TRIGGER tax_rate_gone AFTER DELETE ON tax_rate BEGIN INSERT INTO page_change (product_id) VALUES (NULL); END;

-- Whoever is in a group of these and has shown a number that staff has verified pays no tax where the number counts.
ALTER TABLE customer_group ADD COLUMN tax_exempt INTEGER NOT NULL DEFAULT FALSE;
CREATE TABLE tax_exemption (
  id BLOB PRIMARY KEY,
  customer_id BLOB NOT NULL REFERENCES customer(id) ON DELETE CASCADE,
  number TEXT NOT NULL CHECK (length(number) BETWEEN 1 AND 60),  -- VAT identification number, or of a certificate
  country TEXT NOT NULL CHECK (length(country) = 2),            -- where deliveries are exempt
  region TEXT NOT NULL DEFAULT '',            -- '' is the whole country
  valid_until INTEGER,                        -- Unix milliseconds; NULL: until it is taken back
  verified_at INTEGER,                        -- NULL: nobody has looked at it, and it changes nothing
  verified_by TEXT NOT NULL DEFAULT '',
  created_at INTEGER NOT NULL,
  UNIQUE (customer_id, country, region),
  CHECK ((verified_at IS NULL) = (verified_by = ''))
) STRICT;

-- What an order was charged, one row for each rate; frozen with it. Over an order the rows add up to its total, and their
-- taxes to its tax (shop::invariant, I15).
CREATE TABLE order_tax (
  order_id BLOB NOT NULL REFERENCES orders(id),
  position INTEGER NOT NULL,
  name TEXT NOT NULL,                         -- '': not taxed
  rate_ppm INTEGER NOT NULL CHECK (rate_ppm >= 0),
  country TEXT NOT NULL,                      -- of the delivery address
  region TEXT NOT NULL,
  exemption TEXT NOT NULL DEFAULT '',         -- the number by which no tax was charged
  goods INTEGER NOT NULL CHECK (goods >= 0),       -- without tax, after promotions; minor units
  goods_tax INTEGER NOT NULL CHECK (goods_tax >= 0),
  delivery INTEGER NOT NULL CHECK (delivery >= 0),  -- without tax
  delivery_tax INTEGER NOT NULL CHECK (delivery_tax >= 0),
  PRIMARY KEY (order_id, position)
) STRICT, WITHOUT ROWID;
INSERT INTO order_tax (order_id, position, name, rate_ppm, country, region, goods, goods_tax, delivery, delivery_tax)
  SELECT g.order_id, ROW_NUMBER() OVER (PARTITION BY g.order_id ORDER BY g.tax_rate_ppm DESC, g.tax_name) - 1,
    g.tax_name, g.tax_rate_ppm, COALESCE(o.shipping_address ->> '$.country', ''),
    COALESCE(o.shipping_address ->> '$.region', ''), g.paid - CASE WHEN o.tax_inclusive THEN g.tax ELSE 0 END, g.tax, 0, 0
  FROM (SELECT l.order_id, l.tax_name, l.tax_rate_ppm, SUM(l.total - l.discount) AS paid, SUM(l.tax) AS tax
        FROM order_line l GROUP BY l.order_id, l.tax_name, l.tax_rate_ppm) g
  JOIN orders o ON o.id = g.order_id;
-- Delivery carried the standard rate, which is the highest.
UPDATE order_tax SET
  delivery_tax = (SELECT o.tax - COALESCE((SELECT SUM(l.tax) FROM order_line l WHERE l.order_id = o.id), 0)
    FROM orders o WHERE o.id = order_tax.order_id)
  WHERE position = 0;
UPDATE order_tax SET
  delivery = (SELECT o.shipping - CASE WHEN o.tax_inclusive THEN order_tax.delivery_tax ELSE 0 END
    FROM orders o WHERE o.id = order_tax.order_id)
  WHERE position = 0;
-- What the tax service has said of a cart, so that the order is placed with what the shopper saw.
CREATE TABLE tax_answer (
  cart_id BLOB PRIMARY KEY REFERENCES cart(id) ON DELETE CASCADE,
  question TEXT NOT NULL,                     -- SHA-256 of what was asked, hexadecimal
  answer TEXT,                                -- JSON of shop::tax::service::ServiceAnswer; NULL: the table stands in
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX orders_by_placed ON orders(placed_at) WHERE placed_at IS NOT NULL;
CREATE INDEX refund_by_time ON refund(updated_at) WHERE state = 'succeeded';
