-- What pages show and search does not know: with product_change, all that a kept page can be out of date by
-- (shop::change). Written by triggers, so that no way of changing it can forget it.
CREATE TABLE page_change (
  seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- A later number may be committed first: readers ask for what they could not see before.
  transaction_id BIGINT NOT NULL DEFAULT CAST(CAST(pg_current_xact_id() AS TEXT) AS BIGINT),
  product_id UUID                             -- NULL: every page, as when the menu changes
);
CREATE INDEX page_change_by_transaction ON page_change(transaction_id);

-- Whose product: the row's own ('product'), or that of the column 'product_id', of its variant or of its review.
CREATE FUNCTION note_shown() RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE
  shown JSONB;
BEGIN
  IF TG_OP = 'DELETE' THEN shown := to_jsonb(OLD); ELSE shown := to_jsonb(NEW); END IF;
  IF TG_ARGV[0] = 'product' THEN
    INSERT INTO page_change (product_id) VALUES (CAST(shown ->> 'id' AS UUID));
  ELSIF TG_ARGV[0] = 'product_id' THEN
    INSERT INTO page_change (product_id) VALUES (CAST(shown ->> 'product_id' AS UUID));
  ELSE
    INSERT INTO page_change (product_id) SELECT product_id FROM review WHERE id = CAST(shown ->> 'review_id' AS UUID);
  END IF;
  RETURN NULL;
END $$;
-- Apart: a checkout fires it.
CREATE FUNCTION note_shown_variant() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO page_change (product_id) SELECT product_id FROM variant WHERE id = NEW.variant_id;
  RETURN NULL;
END $$;
CREATE FUNCTION note_every_page() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO page_change (product_id) VALUES (NULL);
  RETURN NULL;
END $$;

CREATE TRIGGER product_shown AFTER UPDATE OF slug, seo_title, seo_description ON product
  FOR EACH ROW EXECUTE FUNCTION note_shown('product');
CREATE TRIGGER variant_shown AFTER UPDATE OF title, position, weight_grams ON variant
  FOR EACH ROW EXECUTE FUNCTION note_shown('product_id');
CREATE TRIGGER lowest_price_shown AFTER UPDATE ON price
  FOR EACH ROW WHEN (OLD.lowest_before IS DISTINCT FROM NEW.lowest_before) EXECUTE FUNCTION note_shown_variant();
CREATE TRIGGER picture_shown AFTER INSERT OR UPDATE OR DELETE ON picture
  FOR EACH ROW EXECUTE FUNCTION note_shown('product_id');

-- Pages count what is left below shop::limits::SHOWN_UNITS alone: a full warehouse's sales change none of them.
CREATE TRIGGER stock_shown AFTER UPDATE ON stock
  FOR EACH ROW WHEN (LEAST(COALESCE(OLD.free, 0), 20) <> LEAST(COALESCE(NEW.free, 0), 20))
  EXECUTE FUNCTION note_shown_variant();

CREATE TRIGGER review_shown AFTER UPDATE ON review
  FOR EACH ROW WHEN (OLD.state = 'approved' OR NEW.state = 'approved') EXECUTE FUNCTION note_shown('product_id');
CREATE TRIGGER review_hidden AFTER DELETE ON review
  FOR EACH ROW WHEN (OLD.state = 'approved') EXECUTE FUNCTION note_shown('product_id');
CREATE TRIGGER review_helped AFTER INSERT OR DELETE ON review_vote
  FOR EACH ROW EXECUTE FUNCTION note_shown('review_id');

CREATE TRIGGER category_shown AFTER INSERT OR UPDATE OR DELETE ON category
  FOR EACH ROW EXECUTE FUNCTION note_every_page();
CREATE TRIGGER setting_added AFTER INSERT ON setting
  FOR EACH ROW WHEN (NEW.key IN ('shop_name', 'mail_from', 'currencies')) EXECUTE FUNCTION note_every_page();
CREATE TRIGGER setting_changed AFTER UPDATE ON setting
  FOR EACH ROW WHEN (NEW.key IN ('shop_name', 'mail_from', 'currencies') AND OLD.value <> NEW.value)
  EXECUTE FUNCTION note_every_page();
CREATE TRIGGER synonym_shown AFTER INSERT OR DELETE ON search_synonym
  FOR EACH ROW EXECUTE FUNCTION note_every_page();
CREATE TRIGGER pin_shown AFTER INSERT OR UPDATE OR DELETE ON search_pin
  FOR EACH ROW EXECUTE FUNCTION note_every_page();

-- Found by rating and by how well it sells, too.
CREATE TRIGGER rating_noted AFTER INSERT OR UPDATE OR DELETE ON product_rating
  FOR EACH ROW EXECUTE FUNCTION note_product_of_row();

-- Units sold in the last 30 days, counted in batches by a worker (shop::catalogue::sales).
CREATE TABLE product_sales (
  product_id UUID PRIMARY KEY REFERENCES product(id) ON DELETE CASCADE,
  units BIGINT NOT NULL CHECK (units > 0)
);
CREATE TRIGGER sales_noted AFTER INSERT OR DELETE ON product_sales
  FOR EACH ROW EXECUTE FUNCTION note_product_of_row();
CREATE TRIGGER sales_counted_anew AFTER UPDATE ON product_sales
  FOR EACH ROW WHEN (OLD.units <> NEW.units) EXECUTE FUNCTION note_product_of_row();
