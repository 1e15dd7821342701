-- Addresses that have moved. Paths are kept as text without percent-encoding, query or slash at the end; a target is never
-- itself a source, so every old address is one hop away from the new one and no chain can become a loop.
CREATE TABLE redirect (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  source TEXT NOT NULL UNIQUE
    CHECK (length(source) BETWEEN 2 AND 300 AND substr(source, 1, 1) = '/' AND substr(source, 2, 1) NOT IN ('/', '\')),
  -- Within this shop: a second slash or a backslash would lead browsers to another one.
  target TEXT NOT NULL
    CHECK (length(target) BETWEEN 1 AND 300 AND substr(target, 1, 1) = '/' AND substr(target, 2, 1) NOT IN ('/', '\')),
  origin TEXT NOT NULL CHECK (origin IN ('slug','hand','file')),
  hits INTEGER NOT NULL DEFAULT 0 CHECK (hits >= 0),
  last_hit_at INTEGER,
  CHECK (source <> target)
) STRICT;
CREATE INDEX redirect_by_target ON redirect(target);
CREATE TRIGGER redirect_added_is_one_hop BEFORE INSERT ON redirect
  WHEN EXISTS (SELECT 1 FROM redirect r WHERE r.source = NEW.target OR r.target = NEW.source)
BEGIN SELECT RAISE(ABORT, 'a redirect leads to a redirect'); END;
CREATE TRIGGER redirect_changed_is_one_hop BEFORE UPDATE OF source, target ON redirect
  WHEN EXISTS (SELECT 1 FROM redirect r WHERE r.source = NEW.target OR r.target = NEW.source)
BEGIN SELECT RAISE(ABORT, 'a redirect leads to a redirect'); END;

-- Written by triggers, so that no way of changing a slug can forget the old address. Whoever takes an address has it.
CREATE TRIGGER product_renamed AFTER UPDATE OF slug ON product WHEN OLD.slug <> NEW.slug
BEGIN
  DELETE FROM redirect WHERE source = '/p/' || NEW.slug;
  UPDATE redirect SET target = '/p/' || NEW.slug WHERE target = '/p/' || OLD.slug;
  INSERT INTO redirect (source, target, origin) VALUES ('/p/' || OLD.slug, '/p/' || NEW.slug, 'slug')
    ON CONFLICT (source) DO UPDATE SET target = excluded.target, origin = excluded.origin;
END;
CREATE TRIGGER product_came_published AFTER INSERT ON product WHEN NEW.status = 'published'
BEGIN DELETE FROM redirect WHERE source = '/p/' || NEW.slug; END;
CREATE TRIGGER product_became_published AFTER UPDATE OF status ON product
  WHEN NEW.status = 'published' AND OLD.status <> 'published'
BEGIN DELETE FROM redirect WHERE source = '/p/' || NEW.slug; END;
CREATE TRIGGER category_renamed AFTER UPDATE OF slug ON category WHEN OLD.slug <> NEW.slug
BEGIN
  DELETE FROM redirect WHERE source = '/c/' || NEW.slug;
  UPDATE redirect SET target = '/c/' || NEW.slug WHERE target = '/c/' || OLD.slug;
  INSERT INTO redirect (source, target, origin) VALUES ('/c/' || OLD.slug, '/c/' || NEW.slug, 'slug')
    ON CONFLICT (source) DO UPDATE SET target = excluded.target, origin = excluded.origin;
END;
CREATE TRIGGER category_came AFTER INSERT ON category
BEGIN DELETE FROM redirect WHERE source = '/c/' || NEW.slug; END;

-- Addresses that were asked for and are not there; the shop keeps the most wanted thousand.
CREATE TABLE missing_address (
  path TEXT PRIMARY KEY CHECK (length(path) <= 300),
  hits INTEGER NOT NULL CHECK (hits > 0),
  first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL
) STRICT;
CREATE INDEX missing_address_by_hits ON missing_address(hits, last_at);

-- A draft with a time is scheduled. No status of its own: statuses are a CHECK that SQLite cannot change.
ALTER TABLE product ADD COLUMN publish_at INTEGER CHECK (publish_at IS NULL OR status = 'draft');
CREATE INDEX product_by_publish_at ON product(publish_at) WHERE publish_at IS NOT NULL;

-- What was asked for a variant, and from when until the next row. amount NULL: not sold in that currency.
CREATE TABLE price_history (
  variant_id BLOB NOT NULL REFERENCES variant(id) ON DELETE CASCADE,
  currency TEXT NOT NULL,
  since INTEGER NOT NULL,
  amount INTEGER CHECK (amount >= 0),
  compare_at INTEGER CHECK (compare_at >= 0),
  PRIMARY KEY (variant_id, currency, since)
) STRICT, WITHOUT ROWID;
ALTER TABLE price ADD COLUMN changed_at INTEGER NOT NULL DEFAULT 0;
-- Lowest amount in force within the 30 days before the present reduction began; NULL without reduction or without a
-- price before it. It stays as it is while the reduction lasts, so it is worked out once and not for every page.
ALTER TABLE price ADD COLUMN lowest_before INTEGER CHECK (lowest_before >= 0);
-- The latest time at which today's prices can have been written.
INSERT INTO price_history (variant_id, currency, since, amount, compare_at)
  SELECT r.variant_id, r.currency, p.updated_at, r.amount, r.compare_at
  FROM price r JOIN variant v ON v.id = r.variant_id JOIN product p ON p.id = v.product_id;
UPDATE price SET changed_at = (SELECT h.since FROM price_history h
  WHERE h.variant_id = price.variant_id AND h.currency = price.currency);

-- The writer says when (changed_at, by the shop's clock); for a statement that does not, the database's clock does. A
-- moment is never given twice, so no price that was in force is lost.
CREATE TRIGGER price_begun AFTER INSERT ON price
BEGIN
  INSERT INTO price_history (variant_id, currency, since, amount, compare_at)
  SELECT NEW.variant_id, NEW.currency,
    max(CASE WHEN NEW.changed_at > 0 THEN NEW.changed_at ELSE CAST(unixepoch('subsec') * 1000 AS INTEGER) END,
      COALESCE(MAX(h.since) + 1, 0)), NEW.amount, NEW.compare_at
  FROM price_history h WHERE h.variant_id = NEW.variant_id AND h.currency = NEW.currency;
END;
CREATE TRIGGER price_moved AFTER UPDATE OF amount, compare_at ON price
  WHEN OLD.amount <> NEW.amount OR OLD.compare_at IS NOT NEW.compare_at
BEGIN
  INSERT INTO price_history (variant_id, currency, since, amount, compare_at)
  SELECT NEW.variant_id, NEW.currency,
    max(CASE WHEN NEW.changed_at > OLD.changed_at THEN NEW.changed_at
        ELSE CAST(unixepoch('subsec') * 1000 AS INTEGER) END,
      COALESCE(MAX(h.since) + 1, 0)), NEW.amount, NEW.compare_at
  FROM price_history h WHERE h.variant_id = NEW.variant_id AND h.currency = NEW.currency;
END;
-- Not when the variant itself goes: its history goes with it.
CREATE TRIGGER price_ended AFTER DELETE ON price WHEN EXISTS (SELECT 1 FROM variant v WHERE v.id = OLD.variant_id)
BEGIN
  INSERT INTO price_history (variant_id, currency, since, amount, compare_at)
  SELECT OLD.variant_id, OLD.currency,
    max(CAST(unixepoch('subsec') * 1000 AS INTEGER), COALESCE(MAX(h.since) + 1, 0)), NULL, NULL
  FROM price_history h WHERE h.variant_id = OLD.variant_id AND h.currency = OLD.currency;
END;
-- Directive 98/6/EC, Article 6a: the price before a reduction is the lowest of the 30 days before it. A second reduction is
-- one of its own; another struck-through price alone is not.
CREATE TRIGGER price_written_down AFTER INSERT ON price_history WHEN NEW.amount IS NOT NULL
BEGIN
  UPDATE price SET changed_at = NEW.since, lowest_before = CASE
    WHEN NEW.compare_at IS NULL OR NEW.compare_at <= NEW.amount THEN NULL
    WHEN (SELECT b.amount = NEW.amount AND b.compare_at > b.amount FROM price_history b
        WHERE b.variant_id = NEW.variant_id AND b.currency = NEW.currency AND b.since < NEW.since
        ORDER BY b.since DESC LIMIT 1) THEN lowest_before
    ELSE (SELECT MIN(h.amount) FROM price_history h
        WHERE h.variant_id = NEW.variant_id AND h.currency = NEW.currency AND h.since < NEW.since
          -- From the row that was in force 30 days (in milliseconds) ago.
          AND h.since >= COALESCE((SELECT MAX(b.since) FROM price_history b WHERE b.variant_id = NEW.variant_id
            AND b.currency = NEW.currency AND b.since <= NEW.since - 2592000000), 0))
    END
  WHERE variant_id = NEW.variant_id AND currency = NEW.currency;
END;
