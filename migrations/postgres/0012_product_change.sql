-- What has changed about products, in order, for every search index to read on from where it is (shop::search). Written
-- by triggers, so that no way of changing a product can forget it.
CREATE TABLE product_change (
  seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- A later number may be committed first: what has a lower transaction than all that still run is complete.
  transaction_id BIGINT NOT NULL DEFAULT CAST(CAST(pg_current_xact_id() AS TEXT) AS BIGINT),
  product_id UUID                             -- NULL: any product, as when a category moves
);
CREATE INDEX product_change_in_order ON product_change(transaction_id, seq);

CREATE FUNCTION note_product() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN INSERT INTO product_change (product_id) VALUES (OLD.id);
  ELSE INSERT INTO product_change (product_id) VALUES (NEW.id);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER product_noted AFTER INSERT OR DELETE ON product FOR EACH ROW EXECUTE FUNCTION note_product();
CREATE TRIGGER product_changed AFTER UPDATE OF title, brand, product_type, tags, options, description_html, status
  ON product FOR EACH ROW EXECUTE FUNCTION note_product();

-- For tables whose rows name the product.
CREATE FUNCTION note_product_of_row() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN INSERT INTO product_change (product_id) VALUES (OLD.product_id);
  ELSE INSERT INTO product_change (product_id) VALUES (NEW.product_id);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER variant_noted AFTER INSERT OR DELETE ON variant FOR EACH ROW EXECUTE FUNCTION note_product_of_row();
CREATE TRIGGER variant_changed AFTER UPDATE OF sku, barcode, tracked, active ON variant
  FOR EACH ROW EXECUTE FUNCTION note_product_of_row();
CREATE TRIGGER category_member_noted AFTER INSERT OR DELETE ON product_category
  FOR EACH ROW EXECUTE FUNCTION note_product_of_row();

-- For tables whose rows name the variant.
CREATE FUNCTION note_product_of_variant() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    INSERT INTO product_change (product_id) SELECT product_id FROM variant WHERE id = OLD.variant_id;
  ELSE
    INSERT INTO product_change (product_id) SELECT product_id FROM variant WHERE id = NEW.variant_id;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER price_noted AFTER INSERT OR DELETE ON price FOR EACH ROW EXECUTE FUNCTION note_product_of_variant();
CREATE TRIGGER price_changed AFTER UPDATE OF amount ON price
  FOR EACH ROW WHEN (OLD.amount <> NEW.amount) EXECUTE FUNCTION note_product_of_variant();
-- Only when the last unit goes or the first one comes: the checkout's own writes stay as they are.
CREATE TRIGGER stock_added AFTER INSERT ON stock
  FOR EACH ROW WHEN (NEW.free > 0) EXECUTE FUNCTION note_product_of_variant();
CREATE TRIGGER stock_turned AFTER UPDATE ON stock
  FOR EACH ROW WHEN ((OLD.free > 0) <> (NEW.free > 0)) EXECUTE FUNCTION note_product_of_variant();

CREATE FUNCTION note_all_products() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO product_change (product_id) VALUES (NULL);
  RETURN NULL;
END $$;
CREATE TRIGGER category_changed AFTER UPDATE OF title, parent_id ON category
  FOR EACH ROW WHEN (OLD.title <> NEW.title OR OLD.parent_id IS DISTINCT FROM NEW.parent_id)
  EXECUTE FUNCTION note_all_products();
-- There is always a first change: an index that has not read it knows that it is behind what was forgotten.
INSERT INTO product_change (product_id) VALUES (NULL);
