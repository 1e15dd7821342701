-- What has changed about products, in order, for every search index to read on from where it is (shop::search). Written
-- by triggers, so that no way of changing a product can forget it.
CREATE TABLE product_change (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  transaction_id INTEGER NOT NULL DEFAULT 0,  -- only on PostgreSQL, where a later number may be committed first
  product_id BLOB                             -- NULL: any product, as when a category moves
) STRICT;
CREATE TRIGGER product_added AFTER INSERT ON product
BEGIN INSERT INTO product_change (product_id) VALUES (NEW.id); END;
CREATE TRIGGER product_changed AFTER UPDATE OF title, brand, product_type, tags, options, description_html, status ON product
BEGIN INSERT INTO product_change (product_id) VALUES (NEW.id); END;
CREATE TRIGGER product_gone AFTER DELETE ON product
BEGIN INSERT INTO product_change (product_id) VALUES (OLD.id); END;
CREATE TRIGGER variant_added AFTER INSERT ON variant
BEGIN INSERT INTO product_change (product_id) VALUES (NEW.product_id); END;
CREATE TRIGGER variant_changed AFTER UPDATE OF sku, barcode, tracked, active ON variant
BEGIN INSERT INTO product_change (product_id) VALUES (NEW.product_id); END;
CREATE TRIGGER variant_gone AFTER DELETE ON variant
BEGIN INSERT INTO product_change (product_id) VALUES (OLD.product_id); END;
CREATE TRIGGER price_added AFTER INSERT ON price
BEGIN INSERT INTO product_change (product_id) SELECT product_id FROM variant WHERE id = NEW.variant_id; END;
CREATE TRIGGER price_changed AFTER UPDATE OF amount ON price WHEN OLD.amount <> NEW.amount
BEGIN INSERT INTO product_change (product_id) SELECT product_id FROM variant WHERE id = NEW.variant_id; END;
CREATE TRIGGER price_gone AFTER DELETE ON price
BEGIN INSERT INTO product_change (product_id) SELECT product_id FROM variant WHERE id = OLD.variant_id; END;
CREATE TRIGGER category_member_added AFTER INSERT ON product_category
BEGIN INSERT INTO product_change (product_id) VALUES (NEW.product_id); END;
CREATE TRIGGER category_member_gone AFTER DELETE ON product_category
BEGIN INSERT INTO product_change (product_id) VALUES (OLD.product_id); END;
CREATE TRIGGER category_changed AFTER UPDATE OF title, parent_id ON category
  WHEN OLD.title <> NEW.title OR OLD.parent_id IS NOT NEW.parent_id
BEGIN INSERT INTO product_change (product_id) VALUES (NULL); END;
-- Only when the last unit goes or the first one comes: the checkout's own writes stay as they are.
CREATE TRIGGER stock_added AFTER INSERT ON stock WHEN NEW.free > 0
BEGIN INSERT INTO product_change (product_id) SELECT product_id FROM variant WHERE id = NEW.variant_id; END;
CREATE TRIGGER stock_turned AFTER UPDATE OF on_hand, reserved, frozen ON stock
  WHEN (OLD.free > 0) <> (NEW.free > 0)
BEGIN INSERT INTO product_change (product_id) SELECT product_id FROM variant WHERE id = NEW.variant_id; END;
-- There is always a first change: an index that has not read it knows that it is behind what was forgotten.
INSERT INTO product_change (product_id) VALUES (NULL);
