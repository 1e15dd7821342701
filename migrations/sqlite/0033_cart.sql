-- What one may buy of a product (shop::purchase_limit): in one order, and as one buyer in all orders of so many days.
CREATE TABLE purchase_limit (
  product_id BLOB PRIMARY KEY REFERENCES product(id) ON DELETE CASCADE,
  per_order INTEGER CHECK (per_order > 0),    -- units, over all variants; NULL: no limit
  per_buyer INTEGER CHECK (per_buyer > 0),
  days INTEGER CHECK (days > 0),              -- over which a buyer's orders are counted; NULL: for ever
  CHECK (per_order IS NOT NULL OR per_buyer IS NOT NULL),
  CHECK (days IS NULL OR per_buyer IS NOT NULL)
) STRICT;

-- What a buyer has had of a product: a customer ('c:…') and an e-mail address ('e:…') are counted each.
CREATE TABLE purchase_buyer (
  product_id BLOB NOT NULL REFERENCES product(id) ON DELETE CASCADE,
  buyer TEXT NOT NULL,
  since INTEGER NOT NULL DEFAULT 0,           -- what was bought after it is counted
  bought INTEGER NOT NULL DEFAULT 0 CHECK (bought >= 0),   -- triggers keep it
  most INTEGER,                               -- the limit when it was last counted
  PRIMARY KEY (product_id, buyer),
  CHECK (most IS NULL OR bought <= most)
) STRICT, WITHOUT ROWID;

-- Units that a checkout takes of a limit: claimed together with its stock, given back when nothing comes of it.
CREATE TABLE purchase (
  checkout_id BLOB NOT NULL REFERENCES checkout(id),
  product_id BLOB NOT NULL,
  buyer TEXT NOT NULL,
  units INTEGER NOT NULL CHECK (units > 0),
  state TEXT NOT NULL CHECK (state IN ('claimed','released')),
  at INTEGER NOT NULL,
  PRIMARY KEY (product_id, buyer, checkout_id),
  FOREIGN KEY (product_id, buyer) REFERENCES purchase_buyer(product_id, buyer) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX purchase_by_checkout ON purchase(checkout_id);

CREATE TRIGGER purchase_counted AFTER INSERT ON purchase WHEN NEW.state = 'claimed' BEGIN
  UPDATE purchase_buyer SET bought = bought + NEW.units
  WHERE product_id = NEW.product_id AND buyer = NEW.buyer AND since < NEW.at;
END;
CREATE TRIGGER purchase_given_back AFTER UPDATE ON purchase WHEN OLD.state = 'claimed' AND NEW.state = 'released' BEGIN
  UPDATE purchase_buyer SET bought = bought - OLD.units
  WHERE product_id = OLD.product_id AND buyer = OLD.buyer AND since < OLD.at;
END;
CREATE TRIGGER purchase_counted_again AFTER UPDATE ON purchase WHEN OLD.state = 'released' AND NEW.state = 'claimed' BEGIN
  UPDATE purchase_buyer SET bought = bought + NEW.units
  WHERE product_id = NEW.product_id AND buyer = NEW.buyer AND since < NEW.at;
END;

-- The product's own page tells its limit.
CREATE TRIGGER purchase_limit_set AFTER INSERT ON purchase_limit
BEGIN INSERT INTO page_change (product_id, own_page) VALUES (NEW.product_id, 1); END;
CREATE TRIGGER purchase_limit_changed AFTER UPDATE ON purchase_limit
BEGIN INSERT INTO page_change (product_id, own_page) VALUES (NEW.product_id, 1); END;
CREATE TRIGGER purchase_limit_gone AFTER DELETE ON purchase_limit
BEGIN INSERT INTO page_change (product_id, own_page) VALUES (OLD.product_id, 1); END;

-- What was in a cart when its owner made a link to it, and nothing about whose it is (shop::cart::share).
CREATE TABLE cart_share (
  token_hash TEXT PRIMARY KEY,                -- SHA-256 of the link's token, hexadecimal
  cart_id BLOB NOT NULL REFERENCES cart(id) ON DELETE CASCADE,   -- who has this cart may take the link back
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL CHECK (expires_at > created_at)
) STRICT;
CREATE INDEX cart_share_by_cart ON cart_share(cart_id);
CREATE INDEX cart_share_by_expiry ON cart_share(expires_at);
CREATE TABLE cart_share_line (
  token_hash TEXT NOT NULL REFERENCES cart_share(token_hash) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  variant_id BLOB NOT NULL REFERENCES variant(id) ON DELETE CASCADE,
  quantity INTEGER NOT NULL CHECK (quantity > 0),
  PRIMARY KEY (token_hash, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX cart_share_line_by_variant ON cart_share_line(variant_id);

-- Carts that were left with something in them by somebody whose address is known (shop::cart::recovery).
CREATE TABLE abandoned_cart (
  id BLOB PRIMARY KEY,
  cart_id BLOB UNIQUE REFERENCES cart(id) ON DELETE SET NULL,
  email TEXT NOT NULL,
  step TEXT NOT NULL CHECK (step IN ('cart','address','delivery','payment')),   -- where it was left
  units INTEGER NOT NULL CHECK (units > 0),
  value INTEGER NOT NULL CHECK (value >= 0),  -- minor units of `currency`
  currency TEXT NOT NULL,
  since INTEGER NOT NULL,                     -- the last change of the cart
  wanted INTEGER NOT NULL,                    -- whether its owner wants to be reminded
  mails INTEGER NOT NULL DEFAULT 0 CHECK (mails >= 0),
  mail_at INTEGER                             -- when the next mail is due; NULL: there is none
) STRICT;
CREATE INDEX abandoned_cart_due ON abandoned_cart(mail_at) WHERE mail_at IS NOT NULL;
CREATE INDEX abandoned_cart_by_time ON abandoned_cart(since, id);

-- A reminder, each once: whoever has its token sees what was in the cart, and may end such mail.
CREATE TABLE cart_mail (
  abandoned_id BLOB NOT NULL REFERENCES abandoned_cart(id) ON DELETE CASCADE,
  number INTEGER NOT NULL CHECK (number BETWEEN 1 AND 5),
  token_hash TEXT NOT NULL UNIQUE,
  email TEXT NOT NULL,
  at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,                -- until when it brings the cart back
  PRIMARY KEY (abandoned_id, number)
) STRICT, WITHOUT ROWID;

-- Mailboxes that want no reminders, whoever asks for them; as shop::promotion::normalised_email writes them.
CREATE TABLE cart_mail_stop (
  mailbox TEXT PRIMARY KEY,
  at INTEGER NOT NULL
) STRICT;

-- How far carts were looked through, by their last change.
CREATE TABLE cart_watch (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  through INTEGER NOT NULL
) STRICT;
INSERT INTO cart_watch (one, through) VALUES (1, 0);
CREATE INDEX cart_by_last_change ON cart(updated_at) WHERE status = 'active';

ALTER TABLE cart ADD COLUMN recovered_from BLOB REFERENCES abandoned_cart(id) ON DELETE SET NULL;
CREATE INDEX cart_recovered ON cart(recovered_from) WHERE recovered_from IS NOT NULL;
-- Whether the customer wants to be reminded of a cart that was left.
ALTER TABLE customer ADD COLUMN cart_reminders INTEGER NOT NULL DEFAULT FALSE;

-- What is written on the card that goes with an order that is a present.
ALTER TABLE orders ADD COLUMN gift_note TEXT NOT NULL DEFAULT '' CHECK (length(gift_note) <= 500);

-- A line that a promotion has put into the cart by itself, and gifts that its owner does not want.
ALTER TABLE cart_line ADD COLUMN gift_of BLOB REFERENCES promotion(id) ON DELETE SET NULL;
CREATE INDEX cart_line_gift ON cart_line(gift_of) WHERE gift_of IS NOT NULL;
CREATE TABLE cart_gift_declined (
  cart_id BLOB NOT NULL REFERENCES cart(id) ON DELETE CASCADE,
  promotion_id BLOB NOT NULL REFERENCES promotion(id) ON DELETE CASCADE,
  at INTEGER NOT NULL,
  PRIMARY KEY (cart_id, promotion_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX cart_gift_declined_by_promotion ON cart_gift_declined(promotion_id);
