-- Who wants to be told when something can be bought again (shop::alert).
CREATE TABLE stock_alert (
  id BLOB PRIMARY KEY,
  variant_id BLOB NOT NULL REFERENCES variant(id) ON DELETE CASCADE,
  customer_id BLOB REFERENCES customer(id) ON DELETE CASCADE,  -- NULL: asked for by somebody without an account
  email TEXT NOT NULL,                      -- lower case
  token TEXT NOT NULL UNIQUE,               -- in the mail's link: whoever has it ends what is open of this address
  created_at INTEGER NOT NULL,
  told_at INTEGER                           -- written together with the mail's row in the outbox
) STRICT;
CREATE UNIQUE INDEX one_open_alert ON stock_alert(variant_id, email) WHERE told_at IS NULL;
CREATE INDEX stock_alert_in_turn ON stock_alert(variant_id, created_at, id) WHERE told_at IS NULL;
CREATE INDEX stock_alert_by_email ON stock_alert(email);
CREATE INDEX stock_alert_by_customer ON stock_alert(customer_id) WHERE customer_id IS NOT NULL;
CREATE INDEX stock_alert_by_age ON stock_alert(created_at);

-- Variants that came back while somebody waited for them. No reference: of one that has gone, nobody waits any more.
CREATE TABLE stock_return (
  variant_id BLOB PRIMARY KEY,
  pending INTEGER NOT NULL DEFAULT TRUE,    -- FALSE: nothing is there just now
  due_at INTEGER NOT NULL DEFAULT 0         -- nobody is told before; Unix milliseconds
) STRICT;
CREATE INDEX stock_return_due ON stock_return(due_at) WHERE pending = TRUE;

CREATE TRIGGER stock_came AFTER INSERT ON stock WHEN NEW.free > 0
  AND EXISTS (SELECT 1 FROM stock_alert a WHERE a.variant_id = NEW.variant_id AND a.told_at IS NULL)
BEGIN
  INSERT INTO stock_return (variant_id) VALUES (NEW.variant_id) ON CONFLICT (variant_id) DO UPDATE SET pending = TRUE;
END;
CREATE TRIGGER stock_came_back AFTER UPDATE OF on_hand, reserved, frozen ON stock WHEN OLD.free <= 0 AND NEW.free > 0
  AND EXISTS (SELECT 1 FROM stock_alert a WHERE a.variant_id = NEW.variant_id AND a.told_at IS NULL)
BEGIN
  INSERT INTO stock_return (variant_id) VALUES (NEW.variant_id) ON CONFLICT (variant_id) DO UPDATE SET pending = TRUE;
END;
-- What is not counted any longer, or sold again, comes back as well.
CREATE TRIGGER variant_came_back AFTER UPDATE OF tracked, active ON variant
  WHEN NEW.active = TRUE AND (OLD.active = FALSE OR OLD.tracked <> NEW.tracked)
  AND EXISTS (SELECT 1 FROM stock_alert a WHERE a.variant_id = NEW.id AND a.told_at IS NULL)
BEGIN
  INSERT INTO stock_return (variant_id) VALUES (NEW.id) ON CONFLICT (variant_id) DO UPDATE SET pending = TRUE;
END;
CREATE TRIGGER product_came_back AFTER UPDATE OF status ON product
  WHEN NEW.status = 'published' AND OLD.status <> 'published'
BEGIN
  INSERT INTO stock_return (variant_id) SELECT v.id FROM variant v WHERE v.product_id = NEW.id
    AND EXISTS (SELECT 1 FROM stock_alert a WHERE a.variant_id = v.id AND a.told_at IS NULL)
    ON CONFLICT (variant_id) DO UPDATE SET pending = TRUE;
END;

-- What somebody would like to have: a customer, the holder of a session, or of a token (shop::wishlist).
CREATE TABLE wishlist (
  id BLOB PRIMARY KEY,
  customer_id BLOB UNIQUE REFERENCES customer(id) ON DELETE CASCADE,
  token_hash TEXT UNIQUE,                   -- SHA-256, hexadecimal; of a list that a program holds
  share_token TEXT UNIQUE,                  -- who has it may read; NULL: it is not shared
  updated_at INTEGER NOT NULL,
  expires_at INTEGER                        -- NULL: when the account goes
    CHECK ((expires_at IS NULL) = (customer_id IS NOT NULL))
) STRICT;
CREATE INDEX wishlist_by_expiry ON wishlist(expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE wishlist_item (
  wishlist_id BLOB NOT NULL REFERENCES wishlist(id) ON DELETE CASCADE,
  product_id BLOB NOT NULL REFERENCES product(id) ON DELETE CASCADE,
  price INTEGER NOT NULL CHECK (price >= 0),  -- its lowest one when it was added, in minor units of `currency`
  currency TEXT NOT NULL,
  added_at INTEGER NOT NULL,
  PRIMARY KEY (wishlist_id, product_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX wishlist_item_by_product ON wishlist_item(product_id);

-- Up to four pictures of a review, drawn in their sizes like those of products.
CREATE TABLE review_picture (
  id BLOB PRIMARY KEY,
  review_id BLOB NOT NULL REFERENCES review(id) ON DELETE CASCADE,
  position INTEGER NOT NULL CHECK (position BETWEEN 0 AND 3),
  url TEXT NOT NULL,                        -- /media/<key> of the original
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  widths TEXT NOT NULL DEFAULT '[]',        -- as in picture_file
  fallback TEXT,
  thumb_url TEXT,
  UNIQUE (review_id, position),
  UNIQUE (review_id, url)
) STRICT;
CREATE INDEX review_picture_by_url ON review_picture(url);

-- Files that are to be taken out of the store once nothing shows them (shop::media).
CREATE TABLE picture_erase (
  url TEXT PRIMARY KEY,
  due_at INTEGER NOT NULL DEFAULT 0,        -- nobody takes it up before; Unix milliseconds
  taken INTEGER NOT NULL DEFAULT FALSE,     -- somebody is at it: the same picture cannot come back just now
  tries INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX picture_erase_due ON picture_erase(due_at, url);

CREATE TRIGGER review_picture_came AFTER INSERT ON review_picture
BEGIN
  INSERT INTO picture_file (url) VALUES (NEW.url) ON CONFLICT (url) DO NOTHING;
  UPDATE review_picture SET (widths, fallback, thumb_url) =
    (SELECT f.widths, f.fallback, f.thumb_url FROM picture_file f WHERE f.url = NEW.url) WHERE id = NEW.id;
  INSERT INTO page_change (product_id) SELECT r.product_id FROM review r WHERE r.id = NEW.review_id AND r.state = 'approved';
END;
CREATE TRIGGER review_picture_drawn AFTER UPDATE OF state, widths, fallback, thumb_url ON picture_file
  WHEN EXISTS (SELECT 1 FROM review_picture i WHERE i.url = NEW.url)
BEGIN
  UPDATE review_picture SET widths = NEW.widths, fallback = NEW.fallback, thumb_url = NEW.thumb_url WHERE url = NEW.url;
  INSERT INTO page_change (product_id) SELECT r.product_id FROM review_picture i JOIN review r ON r.id = i.review_id
    WHERE i.url = NEW.url AND r.state = 'approved';
END;
-- A person's picture goes with the review; if something else shows it, whoever erases it sees that.
CREATE TRIGGER review_picture_gone AFTER DELETE ON review_picture
BEGIN
  INSERT INTO picture_erase (url) VALUES (OLD.url) ON CONFLICT (url) DO NOTHING;
  INSERT INTO page_change (product_id) SELECT r.product_id FROM review r WHERE r.id = OLD.review_id AND r.state = 'approved';
END;
-- What is shown again stays; what is just being erased cannot be shown (shop::media::erase).
CREATE TRIGGER picture_stays BEFORE INSERT ON picture WHEN EXISTS (SELECT 1 FROM picture_erase e WHERE e.url = NEW.url)
BEGIN
  SELECT RAISE(ABORT, 'this picture is just being erased') WHERE EXISTS
    (SELECT 1 FROM picture_erase e WHERE e.url = NEW.url AND e.taken = TRUE);
  DELETE FROM picture_erase WHERE url = NEW.url;
END;
CREATE TRIGGER picture_stays_replaced BEFORE UPDATE OF url ON picture WHEN EXISTS (SELECT 1 FROM picture_erase e WHERE e.url = NEW.url)
BEGIN
  SELECT RAISE(ABORT, 'this picture is just being erased') WHERE EXISTS
    (SELECT 1 FROM picture_erase e WHERE e.url = NEW.url AND e.taken = TRUE);
  DELETE FROM picture_erase WHERE url = NEW.url;
END;
CREATE TRIGGER review_picture_stays BEFORE INSERT ON review_picture WHEN EXISTS (SELECT 1 FROM picture_erase e WHERE e.url = NEW.url)
BEGIN
  SELECT RAISE(ABORT, 'this picture is just being erased') WHERE EXISTS
    (SELECT 1 FROM picture_erase e WHERE e.url = NEW.url AND e.taken = TRUE);
  DELETE FROM picture_erase WHERE url = NEW.url;
END;
CREATE TRIGGER category_picture_stays BEFORE INSERT ON category WHEN EXISTS (SELECT 1 FROM picture_erase e WHERE e.url = NEW.picture_url)
BEGIN
  SELECT RAISE(ABORT, 'this picture is just being erased') WHERE EXISTS
    (SELECT 1 FROM picture_erase e WHERE e.url = NEW.picture_url AND e.taken = TRUE);
  DELETE FROM picture_erase WHERE url = NEW.picture_url;
END;
CREATE TRIGGER category_picture_stays_replaced BEFORE UPDATE OF picture_url ON category WHEN EXISTS (SELECT 1 FROM picture_erase e WHERE e.url = NEW.picture_url)
BEGIN
  SELECT RAISE(ABORT, 'this picture is just being erased') WHERE EXISTS
    (SELECT 1 FROM picture_erase e WHERE e.url = NEW.picture_url AND e.taken = TRUE);
  DELETE FROM picture_erase WHERE url = NEW.picture_url;
END;

-- What the library lists.
CREATE INDEX picture_without_alt ON picture(id) WHERE alt = '';
