-- A change that a product's own page shows and no card does: other pages that show the product stay as they are.
ALTER TABLE page_change ADD COLUMN own_page BOOLEAN NOT NULL DEFAULT FALSE;

CREATE FUNCTION note_own_page() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO page_change (product_id, own_page) VALUES (NEW.product_id, TRUE);
  RETURN NULL;
END $$;
DROP TRIGGER recommendation_added ON recommendation;
CREATE TRIGGER recommendation_added AFTER INSERT ON recommendation
  FOR EACH ROW WHEN (NEW.together <> '[]' OR NEW.alike <> '[]') EXECUTE FUNCTION note_own_page();
DROP TRIGGER recommendation_changed ON recommendation;
CREATE TRIGGER recommendation_changed AFTER UPDATE ON recommendation
  FOR EACH ROW WHEN (OLD.together <> NEW.together OR OLD.alike <> NEW.alike) EXECUTE FUNCTION note_own_page();
