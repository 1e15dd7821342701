-- The tree of categories as merchants arrange it, and collections of products: by hand or by rule.
ALTER TABLE category ADD COLUMN seo_title TEXT NOT NULL DEFAULT '';
ALTER TABLE category ADD COLUMN seo_description TEXT NOT NULL DEFAULT '';
ALTER TABLE category ADD COLUMN version BIGINT NOT NULL DEFAULT 1;  -- optimistic lock of editor and moves
CREATE INDEX category_by_parent ON category(parent_id, position, id);
-- One row, which whoever arranges the tree writes first: moves that would get in each other's way take turns.
CREATE TABLE category_tree (
  id BIGINT PRIMARY KEY CHECK (id = 1),
  turn BIGINT NOT NULL
);
INSERT INTO category_tree (id, turn) VALUES (1, 0);

-- A category never stands below itself, and none stands deeper than shop::limits::CATEGORY_DEPTH.
CREATE FUNCTION keep_category_tree() RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE
  above BIGINT;
  below BIGINT := 1;
BEGIN
  IF NEW.parent_id IS NULL THEN RETURN NEW; END IF;
  IF TG_OP = 'UPDATE' THEN
    IF NEW.parent_id IS NOT DISTINCT FROM OLD.parent_id THEN RETURN NEW; END IF;
    -- One at a time: two moves that together make a circle could otherwise not see each other.
    PERFORM pg_advisory_xact_lock(6361746567727931);
    WITH RECURSIVE down(id, depth) AS (
      SELECT NEW.id, CAST(1 AS BIGINT)
      UNION ALL SELECT c.id, down.depth + 1 FROM category c JOIN down ON c.parent_id = down.id WHERE down.depth < 50)
    SELECT MAX(down.depth) INTO below FROM down;
  END IF;
  WITH RECURSIVE up(id, depth) AS (
    SELECT NEW.parent_id, 1
    UNION ALL SELECT c.parent_id, up.depth + 1 FROM category c JOIN up ON c.id = up.id WHERE up.depth < 50)
  SELECT CASE WHEN bool_or(up.id = NEW.id) THEN -1 ELSE COUNT(*) END INTO above FROM up WHERE up.id IS NOT NULL;
  IF above = -1 THEN
    RAISE EXCEPTION 'a category stands below itself' USING ERRCODE = 'check_violation';
  END IF;
  IF above + below > 8 THEN
    RAISE EXCEPTION 'categories lie too deep' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER category_comes BEFORE INSERT ON category FOR EACH ROW EXECUTE FUNCTION keep_category_tree();
CREATE TRIGGER category_moves BEFORE UPDATE OF parent_id ON category
  FOR EACH ROW EXECUTE FUNCTION keep_category_tree();

-- A category's picture is drawn in its sizes like those of products.
CREATE FUNCTION draw_category_picture() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO picture_file (url) VALUES (NEW.picture_url) ON CONFLICT (url) DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER category_picture_came AFTER INSERT OR UPDATE OF picture_url ON category
  FOR EACH ROW WHEN (NEW.picture_url LIKE '/media/%.jpg' OR NEW.picture_url LIKE '/media/%.png'
    OR NEW.picture_url LIKE '/media/%.webp') EXECUTE FUNCTION draw_category_picture();
CREATE FUNCTION note_category_picture() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO page_change (product_id) SELECT NULL WHERE EXISTS (SELECT 1 FROM category c WHERE c.picture_url = NEW.url);
  RETURN NULL;
END $$;
CREATE TRIGGER category_picture_drawn AFTER UPDATE OF state ON picture_file
  FOR EACH ROW EXECUTE FUNCTION note_category_picture();

CREATE TABLE collection (
  id UUID PRIMARY KEY,
  slug TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  kind TEXT NOT NULL CHECK (kind IN ('hand','rule')),
  rule TEXT,                                 -- JSON, see shop::collection::Rule
  -- In which order its list begins; 'place': as the merchant has put the products.
  sort TEXT NOT NULL CHECK (sort IN ('place','relevance','newest','price_low','price_high','rating','best_selling')),
  seo_title TEXT NOT NULL DEFAULT '',
  seo_description TEXT NOT NULL DEFAULT '',
  published BOOLEAN NOT NULL DEFAULT FALSE,
  version BIGINT NOT NULL DEFAULT 1,         -- optimistic lock of the editor
  -- Products are compared with the rule in the order of their identifiers. NULL: all of them have been.
  fill_after UUID,
  fill_turn BIGINT NOT NULL DEFAULT 0,       -- raised when it begins anew, so that nobody goes on with an old rule
  fill_seen BIGINT NOT NULL DEFAULT 0 CHECK (fill_seen >= 0),
  aged_at BIGINT NOT NULL DEFAULT 0,         -- up to when products have left it by growing old, Unix milliseconds
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  CHECK ((kind = 'rule') = (rule IS NOT NULL)),
  CHECK (kind = 'rule' OR fill_after IS NULL)
);

-- What is in a collection, by hand or by rule.
CREATE TABLE collection_product (
  collection_id UUID NOT NULL REFERENCES collection(id) ON DELETE CASCADE,
  product_id UUID NOT NULL REFERENCES product(id) ON DELETE CASCADE,
  place BIGINT CHECK (place >= 0),           -- lower comes first; NULL: wherever the order puts it
  PRIMARY KEY (collection_id, product_id)
);
CREATE INDEX collection_product_by_product ON collection_product(product_id);
CREATE INDEX collection_product_by_place ON collection_product(collection_id, place) WHERE place IS NOT NULL;

-- Up to which change of products rules were asked; whoever asks them writes this row first, so they take turns.
CREATE TABLE collection_feed (
  id BIGINT PRIMARY KEY CHECK (id = 1),
  transaction_id BIGINT NOT NULL,
  seq BIGINT NOT NULL
);
INSERT INTO collection_feed (id, transaction_id, seq) VALUES (1, 0, 0);

-- Search finds products by their collections and in their places.
CREATE TRIGGER collection_member_noted AFTER INSERT OR DELETE ON collection_product
  FOR EACH ROW EXECUTE FUNCTION note_product_of_row();
CREATE TRIGGER collection_member_placed AFTER UPDATE OF place ON collection_product
  FOR EACH ROW WHEN (OLD.place IS DISTINCT FROM NEW.place) EXECUTE FUNCTION note_product_of_row();
-- What rules and the filter "Reduced" ask for, and no change told of so far.
CREATE TRIGGER price_compared AFTER UPDATE OF compare_at ON price
  FOR EACH ROW WHEN (OLD.compare_at IS DISTINCT FROM NEW.compare_at) EXECUTE FUNCTION note_product_of_variant();
CREATE TRIGGER variant_chosen AFTER UPDATE OF option_values ON variant
  FOR EACH ROW WHEN (OLD.option_values <> NEW.option_values) EXECUTE FUNCTION note_product_of_row();

-- Pages that show a collection, or a link to it.
CREATE TRIGGER collection_shown AFTER INSERT OR DELETE
  OR UPDATE OF slug, title, description, sort, seo_title, seo_description, published ON collection
  FOR EACH ROW EXECUTE FUNCTION note_every_page();

-- Addresses move as those of categories do.
CREATE TRIGGER collection_renamed AFTER UPDATE OF slug ON collection
  FOR EACH ROW WHEN (OLD.slug <> NEW.slug) EXECUTE FUNCTION redirect_renamed('/collections/');
CREATE TRIGGER collection_came_published AFTER INSERT ON collection
  FOR EACH ROW WHEN (NEW.published) EXECUTE FUNCTION redirect_taken('/collections/');
CREATE TRIGGER collection_became_published AFTER UPDATE OF published ON collection
  FOR EACH ROW WHEN (NEW.published AND NOT OLD.published) EXECUTE FUNCTION redirect_taken('/collections/');
