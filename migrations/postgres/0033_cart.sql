-- What one may buy of a product (shop::purchase_limit): in one order, and as one buyer in all orders of so many days.
CREATE TABLE purchase_limit (
  product_id UUID PRIMARY KEY REFERENCES product(id) ON DELETE CASCADE,
  per_order BIGINT CHECK (per_order > 0),     -- units, over all variants; NULL: no limit
  per_buyer BIGINT CHECK (per_buyer > 0),
  days BIGINT CHECK (days > 0),               -- over which a buyer's orders are counted; NULL: for ever
  CHECK (per_order IS NOT NULL OR per_buyer IS NOT NULL),
  CHECK (days IS NULL OR per_buyer IS NOT NULL)
);

-- What a buyer has had of a product: a customer ('c:…') and an e-mail address ('e:…') are counted each.
CREATE TABLE purchase_buyer (
  product_id UUID NOT NULL REFERENCES product(id) ON DELETE CASCADE,
  buyer TEXT NOT NULL,
  since BIGINT NOT NULL DEFAULT 0,            -- what was bought after it is counted
  bought BIGINT NOT NULL DEFAULT 0 CHECK (bought >= 0),    -- triggers keep it
  most BIGINT,                                -- the limit when it was last counted
  PRIMARY KEY (product_id, buyer),
  CHECK (most IS NULL OR bought <= most)
);

-- Units that a checkout takes of a limit: claimed together with its stock, given back when nothing comes of it.
CREATE TABLE purchase (
  checkout_id UUID NOT NULL REFERENCES checkout(id),
  product_id UUID NOT NULL,
  buyer TEXT NOT NULL,
  units BIGINT NOT NULL CHECK (units > 0),
  state TEXT NOT NULL CHECK (state IN ('claimed','released')),
  at BIGINT NOT NULL,
  PRIMARY KEY (product_id, buyer, checkout_id),
  FOREIGN KEY (product_id, buyer) REFERENCES purchase_buyer(product_id, buyer) ON DELETE CASCADE
);
CREATE INDEX purchase_by_checkout ON purchase(checkout_id);

CREATE FUNCTION count_purchase() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.state = 'claimed' THEN
    UPDATE purchase_buyer SET bought = bought + NEW.units
    WHERE product_id = NEW.product_id AND buyer = NEW.buyer AND since < NEW.at;
  ELSE
    UPDATE purchase_buyer SET bought = bought - OLD.units
    WHERE product_id = OLD.product_id AND buyer = OLD.buyer AND since < OLD.at;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER purchase_counted AFTER INSERT ON purchase
  FOR EACH ROW WHEN (NEW.state = 'claimed') EXECUTE FUNCTION count_purchase();
CREATE TRIGGER purchase_counted_anew AFTER UPDATE ON purchase
  FOR EACH ROW WHEN (OLD.state <> NEW.state) EXECUTE FUNCTION count_purchase();

-- The product's own page tells its limit.
CREATE FUNCTION note_purchase_limit() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO page_change (product_id, own_page)
    VALUES (CASE WHEN TG_OP = 'DELETE' THEN OLD.product_id ELSE NEW.product_id END, TRUE);
  RETURN NULL;
END $$;
CREATE TRIGGER purchase_limit_shown AFTER INSERT OR UPDATE OR DELETE ON purchase_limit
  FOR EACH ROW EXECUTE FUNCTION note_purchase_limit();

-- What was in a cart when its owner made a link to it, and nothing about whose it is (shop::cart::share).
CREATE TABLE cart_share (
  token_hash TEXT PRIMARY KEY,                -- SHA-256 of the link's token, hexadecimal
  cart_id UUID NOT NULL REFERENCES cart(id) ON DELETE CASCADE,   -- who has this cart may take the link back
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL CHECK (expires_at > created_at)
);
CREATE INDEX cart_share_by_cart ON cart_share(cart_id);
CREATE INDEX cart_share_by_expiry ON cart_share(expires_at);
CREATE TABLE cart_share_line (
  token_hash TEXT NOT NULL REFERENCES cart_share(token_hash) ON DELETE CASCADE,
  position BIGINT NOT NULL,
  variant_id UUID NOT NULL REFERENCES variant(id) ON DELETE CASCADE,
  quantity BIGINT NOT NULL CHECK (quantity > 0),
  PRIMARY KEY (token_hash, position)
);
CREATE INDEX cart_share_line_by_variant ON cart_share_line(variant_id);

-- Carts that were left with something in them by somebody whose address is known (shop::cart::recovery).
CREATE TABLE abandoned_cart (
  id UUID PRIMARY KEY,
  cart_id UUID UNIQUE REFERENCES cart(id) ON DELETE SET NULL,
  email TEXT NOT NULL,
  step TEXT NOT NULL CHECK (step IN ('cart','address','delivery','payment')),   -- where it was left
  units BIGINT NOT NULL CHECK (units > 0),
  value BIGINT NOT NULL CHECK (value >= 0),   -- minor units of `currency`
  currency TEXT NOT NULL,
  since BIGINT NOT NULL,                      -- the last change of the cart
  wanted BOOLEAN NOT NULL,                    -- whether its owner wants to be reminded
  mails BIGINT NOT NULL DEFAULT 0 CHECK (mails >= 0),
  mail_at BIGINT                              -- when the next mail is due; NULL: there is none
);
CREATE INDEX abandoned_cart_due ON abandoned_cart(mail_at) WHERE mail_at IS NOT NULL;
CREATE INDEX abandoned_cart_by_time ON abandoned_cart(since, id);

-- A reminder, each once: whoever has its token sees what was in the cart, and may end such mail.
CREATE TABLE cart_mail (
  abandoned_id UUID NOT NULL REFERENCES abandoned_cart(id) ON DELETE CASCADE,
  number BIGINT NOT NULL CHECK (number BETWEEN 1 AND 5),
  token_hash TEXT NOT NULL UNIQUE,
  email TEXT NOT NULL,
  at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,                 -- until when it brings the cart back
  PRIMARY KEY (abandoned_id, number)
);

-- Mailboxes that want no reminders, whoever asks for them; as shop::promotion::normalised_email writes them.
CREATE TABLE cart_mail_stop (
  mailbox TEXT PRIMARY KEY,
  at BIGINT NOT NULL
);

-- How far carts were looked through, by their last change.
CREATE TABLE cart_watch (
  one BIGINT PRIMARY KEY CHECK (one = 1),
  through BIGINT NOT NULL
);
INSERT INTO cart_watch (one, through) VALUES (1, 0);
CREATE INDEX cart_by_last_change ON cart(updated_at) WHERE status = 'active';

ALTER TABLE cart ADD COLUMN recovered_from UUID REFERENCES abandoned_cart(id) ON DELETE SET NULL;
CREATE INDEX cart_recovered ON cart(recovered_from) WHERE recovered_from IS NOT NULL;
-- Whether the customer wants to be reminded of a cart that was left.
ALTER TABLE customer ADD COLUMN cart_reminders BOOLEAN NOT NULL DEFAULT FALSE;

-- What is written on the card that goes with an order that is a present.
ALTER TABLE orders ADD COLUMN gift_note TEXT NOT NULL DEFAULT '' CHECK (length(gift_note) <= 500);

-- A line that a promotion has put into the cart by itself, and gifts that its owner does not want.
ALTER TABLE cart_line ADD COLUMN gift_of UUID REFERENCES promotion(id) ON DELETE SET NULL;
CREATE INDEX cart_line_gift ON cart_line(gift_of) WHERE gift_of IS NOT NULL;
CREATE TABLE cart_gift_declined (
  cart_id UUID NOT NULL REFERENCES cart(id) ON DELETE CASCADE,
  promotion_id UUID NOT NULL REFERENCES promotion(id) ON DELETE CASCADE,
  at BIGINT NOT NULL,
  PRIMARY KEY (cart_id, promotion_id)
);
CREATE INDEX cart_gift_declined_by_promotion ON cart_gift_declined(promotion_id);
