-- The tree of categories as merchants arrange it, and collections of products: by hand or by rule.
ALTER TABLE category ADD COLUMN seo_title TEXT NOT NULL DEFAULT '';
ALTER TABLE category ADD COLUMN seo_description TEXT NOT NULL DEFAULT '';
ALTER TABLE category ADD COLUMN version INTEGER NOT NULL DEFAULT 1;  -- optimistic lock of editor and moves
CREATE INDEX category_by_parent ON category(parent_id, position, id);
-- One row, which whoever arranges the tree writes first: moves that would get in each other's way take turns.
CREATE TABLE category_tree (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  turn INTEGER NOT NULL
) STRICT;
INSERT INTO category_tree (id, turn) VALUES (1, 0);

-- A category never stands below itself, and none stands deeper than shop::limits::CATEGORY_DEPTH.
CREATE TRIGGER category_moves_round BEFORE UPDATE OF parent_id ON category
  WHEN NEW.id IN (WITH RECURSIVE up(id, depth) AS (
      SELECT NEW.parent_id, 1
      UNION ALL SELECT c.parent_id, up.depth + 1 FROM category c JOIN up ON c.id = up.id WHERE up.depth < 50)
    SELECT up.id FROM up WHERE up.id IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'a category stands below itself'); END;
CREATE TRIGGER category_moves_too_deep BEFORE UPDATE OF parent_id ON category
  WHEN (WITH RECURSIVE up(id, depth) AS (
      SELECT NEW.parent_id, 1
      UNION ALL SELECT c.parent_id, up.depth + 1 FROM category c JOIN up ON c.id = up.id WHERE up.depth < 50)
    SELECT COUNT(*) FROM up WHERE up.id IS NOT NULL)
    + (WITH RECURSIVE down(id, depth) AS (
      SELECT NEW.id, 1
      UNION ALL SELECT c.id, down.depth + 1 FROM category c JOIN down ON c.parent_id = down.id WHERE down.depth < 50)
    SELECT MAX(down.depth) FROM down) > 8
    AND NEW.parent_id IS NOT NULL AND NEW.parent_id IS NOT OLD.parent_id
BEGIN SELECT RAISE(ABORT, 'categories lie too deep'); END;
CREATE TRIGGER category_comes_too_deep BEFORE INSERT ON category
  WHEN (WITH RECURSIVE up(id, depth) AS (
      SELECT NEW.parent_id, 1
      UNION ALL SELECT c.parent_id, up.depth + 1 FROM category c JOIN up ON c.id = up.id WHERE up.depth < 50)
    SELECT COUNT(*) FROM up WHERE up.id IS NOT NULL) + 1 > 8
BEGIN SELECT RAISE(ABORT, 'categories lie too deep'); END;

-- A category's picture is drawn in its sizes like those of products.
CREATE TRIGGER category_picture_came AFTER INSERT ON category
  WHEN NEW.picture_url LIKE '/media/%.jpg' OR NEW.picture_url LIKE '/media/%.png' OR NEW.picture_url LIKE '/media/%.webp'
BEGIN INSERT INTO picture_file (url) VALUES (NEW.picture_url) ON CONFLICT (url) DO NOTHING; END;
CREATE TRIGGER category_picture_replaced AFTER UPDATE OF picture_url ON category
  WHEN NEW.picture_url LIKE '/media/%.jpg' OR NEW.picture_url LIKE '/media/%.png' OR NEW.picture_url LIKE '/media/%.webp'
BEGIN INSERT INTO picture_file (url) VALUES (NEW.picture_url) ON CONFLICT (url) DO NOTHING; END;
CREATE TRIGGER category_picture_drawn AFTER UPDATE OF state ON picture_file
  WHEN EXISTS (SELECT 1 FROM category c WHERE c.picture_url = NEW.url)
BEGIN INSERT INTO page_change (product_id) VALUES (NULL); END;

CREATE TABLE collection (
  id BLOB PRIMARY KEY,
  slug TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  kind TEXT NOT NULL CHECK (kind IN ('hand','rule')),
  rule TEXT,                                 -- JSON, see shop::collection::Rule
  -- In which order its list begins; 'place': as the merchant has put the products.
  sort TEXT NOT NULL CHECK (sort IN ('place','relevance','newest','price_low','price_high','rating','best_selling')),
  seo_title TEXT NOT NULL DEFAULT '',
  seo_description TEXT NOT NULL DEFAULT '',
  published INTEGER NOT NULL DEFAULT FALSE,
  version INTEGER NOT NULL DEFAULT 1,        -- optimistic lock of the editor
  -- Products are compared with the rule in the order of their identifiers. NULL: all of them have been.
  fill_after BLOB,
  fill_turn INTEGER NOT NULL DEFAULT 0,      -- raised when it begins anew, so that nobody goes on with an old rule
  fill_seen INTEGER NOT NULL DEFAULT 0 CHECK (fill_seen >= 0),
  aged_at INTEGER NOT NULL DEFAULT 0,        -- up to when products have left it by growing old, Unix milliseconds
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  CHECK ((kind = 'rule') = (rule IS NOT NULL)),
  CHECK (kind = 'rule' OR fill_after IS NULL)
) STRICT;

-- What is in a collection, by hand or by rule.
CREATE TABLE collection_product (
  collection_id BLOB NOT NULL REFERENCES collection(id) ON DELETE CASCADE,
  product_id BLOB NOT NULL REFERENCES product(id) ON DELETE CASCADE,
  place INTEGER CHECK (place >= 0),          -- lower comes first; NULL: wherever the order puts it
  PRIMARY KEY (collection_id, product_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX collection_product_by_product ON collection_product(product_id);
CREATE INDEX collection_product_by_place ON collection_product(collection_id, place) WHERE place IS NOT NULL;

-- Up to which change of products rules were asked; whoever asks them writes this row first, so they take turns.
CREATE TABLE collection_feed (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  transaction_id INTEGER NOT NULL,
  seq INTEGER NOT NULL
) STRICT;
INSERT INTO collection_feed (id, transaction_id, seq) VALUES (1, 0, 0);

-- Search finds products by their collections and in their places.
CREATE TRIGGER collection_member_added AFTER INSERT ON collection_product
BEGIN INSERT INTO product_change (product_id) VALUES (NEW.product_id); END;
CREATE TRIGGER collection_member_placed AFTER UPDATE OF place ON collection_product WHEN OLD.place IS NOT NEW.place
BEGIN INSERT INTO product_change (product_id) VALUES (NEW.product_id); END;
CREATE TRIGGER collection_member_gone AFTER DELETE ON collection_product
BEGIN INSERT INTO product_change (product_id) VALUES (OLD.product_id); END;
-- What rules and the filter "Reduced" ask for, and no change told of so far.
CREATE TRIGGER price_compared AFTER UPDATE OF compare_at ON price WHEN OLD.compare_at IS NOT NEW.compare_at
BEGIN INSERT INTO product_change (product_id) SELECT product_id FROM variant WHERE id = NEW.variant_id; END;
CREATE TRIGGER variant_chosen AFTER UPDATE OF option_values ON variant WHEN OLD.option_values <> NEW.option_values
BEGIN INSERT INTO product_change (product_id) VALUES (NEW.product_id); END;

-- Pages that show a collection, or a link to it.
CREATE TRIGGER collection_added AFTER INSERT ON collection
BEGIN INSERT INTO page_change (product_id) VALUES (NULL); END;
CREATE TRIGGER collection_shown AFTER UPDATE OF slug, title, description, sort, seo_title, seo_description, published
  ON collection
BEGIN INSERT INTO page_change (product_id) VALUES (NULL); END;
CREATE TRIGGER collection_gone AFTER DELETE ON collection
BEGIN INSERT INTO page_change (product_id) VALUES (NULL); END;

-- Addresses move as those of categories do.
CREATE TRIGGER collection_renamed AFTER UPDATE OF slug ON collection WHEN OLD.slug <> NEW.slug
BEGIN
  DELETE FROM redirect WHERE source = '/collections/' || NEW.slug;
  UPDATE redirect SET target = '/collections/' || NEW.slug WHERE target = '/collections/' || OLD.slug;
  INSERT INTO redirect (source, target, origin) VALUES ('/collections/' || OLD.slug, '/collections/' || NEW.slug, 'slug')
    ON CONFLICT (source) DO UPDATE SET target = excluded.target, origin = excluded.origin;
END;
CREATE TRIGGER collection_came_published AFTER INSERT ON collection WHEN NEW.published
BEGIN DELETE FROM redirect WHERE source = '/collections/' || NEW.slug; END;
CREATE TRIGGER collection_became_published AFTER UPDATE OF published ON collection WHEN NEW.published AND NOT OLD.published
BEGIN DELETE FROM redirect WHERE source = '/collections/' || NEW.slug; END;
