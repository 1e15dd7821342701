-- What else might please: bought together, similar, recently viewed (shop::recommendation, shop::recent).

-- Orders that have begun or ceased to count, written by triggers and taken away by who counts them. A queue without keys:
-- whoever changes an order never waits for who counts.
CREATE TABLE order_change (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  order_id BLOB NOT NULL
) STRICT;
CREATE TRIGGER order_counts AFTER INSERT ON orders
  WHEN NEW.state IN ('confirmed','processing','shipped','delivered')
BEGIN INSERT INTO order_change (order_id) VALUES (NEW.id); END;
CREATE TRIGGER order_turned AFTER UPDATE OF state ON orders
  WHEN (OLD.state IN ('confirmed','processing','shipped','delivered'))
    <> (NEW.state IN ('confirmed','processing','shipped','delivered'))
BEGIN INSERT INTO order_change (order_id) VALUES (NEW.id); END;

-- What each counted order has contributed. No references to products: one that was ordered is never deleted.
CREATE TABLE basket_item (
  order_id BLOB NOT NULL,
  product_id BLOB NOT NULL,
  ordered_at INTEGER NOT NULL,
  PRIMARY KEY (order_id, product_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX basket_item_by_age ON basket_item(ordered_at);
-- In how many of them a product is, and each pair of products; pairs stand in both directions.
CREATE TABLE product_basket (
  product_id BLOB PRIMARY KEY,
  orders INTEGER NOT NULL CHECK (orders >= 0)
) STRICT, WITHOUT ROWID;
CREATE TABLE product_pair (
  product_id BLOB NOT NULL,
  partner_id BLOB NOT NULL,
  orders INTEGER NOT NULL CHECK (orders >= 0),
  PRIMARY KEY (product_id, partner_id),
  CHECK (product_id <> partner_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX product_pair_by_orders ON product_pair(product_id, orders);
-- Products whose partners are to be ranked anew.
CREATE TABLE partner_due (
  product_id BLOB PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- What is shown with a product, best first: JSON arrays of identifiers.
CREATE TABLE recommendation (
  product_id BLOB PRIMARY KEY REFERENCES product(id) ON DELETE CASCADE,
  together TEXT NOT NULL DEFAULT '[]',
  alike TEXT NOT NULL DEFAULT '[]',
  alike_scores TEXT NOT NULL DEFAULT '[]'     -- how much alike, in millionths, in the same order
) STRICT, WITHOUT ROWID;
CREATE TRIGGER recommendation_added AFTER INSERT ON recommendation WHEN NEW.together <> '[]' OR NEW.alike <> '[]'
BEGIN INSERT INTO page_change (product_id) VALUES (NEW.product_id); END;
CREATE TRIGGER recommendation_changed AFTER UPDATE OF together, alike ON recommendation
  WHEN OLD.together <> NEW.together OR OLD.alike <> NEW.alike
BEGIN INSERT INTO page_change (product_id) VALUES (NEW.product_id); END;

-- How far the counting has come; written together with what it came to.
CREATE TABLE recommendation_progress (
  part TEXT PRIMARY KEY CHECK (part IN ('orders','products')),
  transaction_id INTEGER NOT NULL DEFAULT 0,   -- the last product_change that was read
  seq INTEGER NOT NULL DEFAULT 0,
  reached BLOB,                             -- the last row that the walk through all has come to; NULL: none is under way
  walked_at INTEGER NOT NULL DEFAULT 0         -- when the last walk came to its end
) STRICT;
INSERT INTO recommendation_progress (part, reached) VALUES ('orders', zeroblob(16)), ('products', NULL);

-- Candidates for "similar" are looked for beside a product in these.
CREATE INDEX product_by_brand ON product(brand, id) WHERE brand <> '';
CREATE INDEX product_by_type ON product(product_type, id) WHERE product_type <> '';
CREATE INDEX product_sales_by_units ON product_sales(units, product_id);

-- The last products that a customer, or who holds a cart, has looked at.
CREATE TABLE recently_viewed (
  customer_id BLOB REFERENCES customer(id) ON DELETE CASCADE,
  cart_id BLOB REFERENCES cart(id) ON DELETE CASCADE,
  product_id BLOB NOT NULL REFERENCES product(id) ON DELETE CASCADE,
  viewed_at INTEGER NOT NULL,
  UNIQUE (customer_id, product_id),
  UNIQUE (cart_id, product_id),
  CHECK ((customer_id IS NULL) <> (cart_id IS NULL))
) STRICT;
CREATE INDEX recently_viewed_by_age ON recently_viewed(viewed_at);
CREATE INDEX recently_viewed_by_product ON recently_viewed(product_id);
