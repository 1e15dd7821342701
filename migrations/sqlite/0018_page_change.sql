-- What pages show and search does not know: with product_change, all that a kept page can be out of date by
-- (shop::change). Written by triggers, so that no way of changing it can forget it.
CREATE TABLE page_change (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  transaction_id INTEGER NOT NULL DEFAULT 0,  -- only on PostgreSQL, where a later number may be committed first
  product_id BLOB                             -- NULL: every page, as when the menu changes
) STRICT;

CREATE TRIGGER product_shown AFTER UPDATE OF slug, seo_title, seo_description ON product
BEGIN INSERT INTO page_change (product_id) VALUES (NEW.id); END;
CREATE TRIGGER variant_shown AFTER UPDATE OF title, position, weight_grams ON variant
BEGIN INSERT INTO page_change (product_id) VALUES (NEW.product_id); END;
CREATE TRIGGER lowest_price_shown AFTER UPDATE OF lowest_before ON price WHEN OLD.lowest_before IS NOT NEW.lowest_before
BEGIN INSERT INTO page_change (product_id) SELECT product_id FROM variant WHERE id = NEW.variant_id; END;

CREATE TRIGGER picture_added AFTER INSERT ON picture
BEGIN INSERT INTO page_change (product_id) VALUES (NEW.product_id); END;
CREATE TRIGGER picture_changed AFTER UPDATE ON picture
BEGIN INSERT INTO page_change (product_id) VALUES (NEW.product_id); END;
CREATE TRIGGER picture_gone AFTER DELETE ON picture
BEGIN INSERT INTO page_change (product_id) VALUES (OLD.product_id); END;

-- Pages count what is left below shop::limits::SHOWN_UNITS alone: a full warehouse's sales change none of them.
CREATE TRIGGER stock_shown AFTER UPDATE OF on_hand, reserved, frozen ON stock
  WHEN MIN(COALESCE(OLD.free, 0), 20) <> MIN(COALESCE(NEW.free, 0), 20)
BEGIN INSERT INTO page_change (product_id) SELECT product_id FROM variant WHERE id = NEW.variant_id; END;

CREATE TRIGGER review_shown AFTER UPDATE ON review WHEN OLD.state = 'approved' OR NEW.state = 'approved'
BEGIN INSERT INTO page_change (product_id) VALUES (NEW.product_id); END;
CREATE TRIGGER review_hidden AFTER DELETE ON review WHEN OLD.state = 'approved'
BEGIN INSERT INTO page_change (product_id) VALUES (OLD.product_id); END;
CREATE TRIGGER review_helped AFTER INSERT ON review_vote
BEGIN INSERT INTO page_change (product_id) SELECT product_id FROM review WHERE id = NEW.review_id; END;
CREATE TRIGGER review_helped_no_more AFTER DELETE ON review_vote
BEGIN INSERT INTO page_change (product_id) SELECT product_id FROM review WHERE id = OLD.review_id; END;

CREATE TRIGGER category_added AFTER INSERT ON category
BEGIN INSERT INTO page_change (product_id) VALUES (NULL); END;
CREATE TRIGGER category_shown AFTER UPDATE ON category
BEGIN INSERT INTO page_change (product_id) VALUES (NULL); END;
CREATE TRIGGER category_gone AFTER DELETE ON category
BEGIN INSERT INTO page_change (product_id) VALUES (NULL); END;
CREATE TRIGGER setting_added AFTER INSERT ON setting WHEN NEW.key IN ('shop_name', 'mail_from', 'currencies')
BEGIN INSERT INTO page_change (product_id) VALUES (NULL); END;
CREATE TRIGGER setting_changed AFTER UPDATE ON setting
  WHEN NEW.key IN ('shop_name', 'mail_from', 'currencies') AND OLD.value <> NEW.value
BEGIN INSERT INTO page_change (product_id) VALUES (NULL); END;
CREATE TRIGGER synonym_added AFTER INSERT ON search_synonym
BEGIN INSERT INTO page_change (product_id) VALUES (NULL); END;
CREATE TRIGGER synonym_gone AFTER DELETE ON search_synonym
BEGIN INSERT INTO page_change (product_id) VALUES (NULL); END;
CREATE TRIGGER pin_added AFTER INSERT ON search_pin
BEGIN INSERT INTO page_change (product_id) VALUES (NULL); END;
CREATE TRIGGER pin_moved AFTER UPDATE ON search_pin
BEGIN INSERT INTO page_change (product_id) VALUES (NULL); END;
CREATE TRIGGER pin_gone AFTER DELETE ON search_pin
BEGIN INSERT INTO page_change (product_id) VALUES (NULL); END;

-- Found by rating and by how well it sells, too.
CREATE TRIGGER rating_counted AFTER INSERT ON product_rating
BEGIN INSERT INTO product_change (product_id) VALUES (NEW.product_id); END;
CREATE TRIGGER rating_counted_anew AFTER UPDATE OF one, two, three, four, five ON product_rating
BEGIN INSERT INTO product_change (product_id) VALUES (NEW.product_id); END;
CREATE TRIGGER rating_gone AFTER DELETE ON product_rating
BEGIN INSERT INTO product_change (product_id) VALUES (OLD.product_id); END;

-- Units sold in the last 30 days, counted in batches by a worker (shop::catalogue::sales).
CREATE TABLE product_sales (
  product_id BLOB PRIMARY KEY REFERENCES product(id) ON DELETE CASCADE,
  units INTEGER NOT NULL CHECK (units > 0)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER sales_counted AFTER INSERT ON product_sales
BEGIN INSERT INTO product_change (product_id) VALUES (NEW.product_id); END;
CREATE TRIGGER sales_counted_anew AFTER UPDATE OF units ON product_sales WHEN OLD.units <> NEW.units
BEGIN INSERT INTO product_change (product_id) VALUES (NEW.product_id); END;
CREATE TRIGGER sales_gone AFTER DELETE ON product_sales
BEGIN INSERT INTO product_change (product_id) VALUES (OLD.product_id); END;
