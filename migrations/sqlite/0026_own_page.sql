-- A change that a product's own page shows and no card does: other pages that show the product stay as they are.
ALTER TABLE page_change ADD COLUMN own_page INTEGER NOT NULL DEFAULT 0 CHECK (own_page IN (0, 1));

DROP TRIGGER recommendation_added;
CREATE TRIGGER recommendation_added AFTER INSERT ON recommendation WHEN NEW.together <> '[]' OR NEW.alike <> '[]'
BEGIN INSERT INTO page_change (product_id, own_page) VALUES (NEW.product_id, 1); END;
DROP TRIGGER recommendation_changed;
CREATE TRIGGER recommendation_changed AFTER UPDATE OF together, alike ON recommendation
  WHEN OLD.together <> NEW.together OR OLD.alike <> NEW.alike
BEGIN INSERT INTO page_change (product_id, own_page) VALUES (NEW.product_id, 1); END;
