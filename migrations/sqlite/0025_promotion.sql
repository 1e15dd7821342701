-- Promotions: what they do is shop::pricing::Rule; how often and up to which sum is here, and holds whoever writes.
DROP TABLE coupon_use;
DROP TABLE coupon;

CREATE TABLE promotion (
  id BLOB PRIMARY KEY,
  title TEXT NOT NULL CHECK (length(title) BETWEEN 1 AND 200),   -- as shoppers read it
  state TEXT NOT NULL CHECK (state IN ('draft','active','archived')),
  way TEXT NOT NULL CHECK (way IN ('automatic','code')),
  rank INTEGER NOT NULL DEFAULT 0,            -- lower comes first when promotions do not go together
  rule TEXT NOT NULL,                         -- JSON of shop::pricing::Rule
  start_at INTEGER,
  end_at INTEGER,
  max_uses INTEGER CHECK (max_uses > 0),      -- NULL: no limit
  per_buyer INTEGER CHECK (per_buyer > 0),    -- of each customer or e-mail address; NULL: no limit
  used INTEGER NOT NULL DEFAULT 0 CHECK (used >= 0),
  version INTEGER NOT NULL DEFAULT 1,         -- optimistic lock of the form
  created_at INTEGER NOT NULL,
  CHECK (max_uses IS NULL OR used <= max_uses),
  CHECK (end_at IS NULL OR start_at IS NULL OR end_at > start_at)
) STRICT;
CREATE INDEX promotion_automatic ON promotion(id) WHERE state = 'active' AND way = 'automatic';

-- What may be taken off all together, in each currency that is named; in others nothing.
CREATE TABLE promotion_budget (
  promotion_id BLOB NOT NULL REFERENCES promotion(id) ON DELETE CASCADE,
  currency TEXT NOT NULL,
  amount INTEGER NOT NULL CHECK (amount > 0),
  spent INTEGER NOT NULL DEFAULT 0 CHECK (spent >= 0),
  PRIMARY KEY (promotion_id, currency),
  CHECK (spent <= amount)
) STRICT, WITHOUT ROWID;

CREATE TABLE promotion_code (
  id BLOB PRIMARY KEY,
  promotion_id BLOB NOT NULL REFERENCES promotion(id) ON DELETE CASCADE,
  code TEXT NOT NULL UNIQUE,                  -- as shop::promotion::normalised writes it
  active INTEGER NOT NULL DEFAULT TRUE,
  max_uses INTEGER CHECK (max_uses > 0),      -- 1: for one order; NULL: as often as the promotion
  used INTEGER NOT NULL DEFAULT 0 CHECK (used >= 0),
  customer_id BLOB REFERENCES customer(id) ON DELETE CASCADE,   -- NULL: whoever knows it
  batch TEXT NOT NULL DEFAULT '',             -- what codes made at one time are exported by
  created_at INTEGER NOT NULL,
  CHECK (max_uses IS NULL OR used <= max_uses)
) STRICT;
CREATE INDEX promotion_code_by_promotion ON promotion_code(promotion_id, batch, code);
CREATE INDEX promotion_code_by_customer ON promotion_code(customer_id) WHERE customer_id IS NOT NULL;

-- How often somebody has had it: a customer ('c:…') and an e-mail address ('e:…') are counted each.
CREATE TABLE promotion_buyer (
  promotion_id BLOB NOT NULL REFERENCES promotion(id) ON DELETE CASCADE,
  buyer TEXT NOT NULL,
  used INTEGER NOT NULL CHECK (used >= 0),
  most INTEGER,                               -- the limit when it was last counted
  PRIMARY KEY (promotion_id, buyer),
  CHECK (most IS NULL OR used <= most)
) STRICT, WITHOUT ROWID;

-- What a promotion took off an order: claimed together with its stock, given back when nothing comes of it.
CREATE TABLE promotion_use (
  promotion_id BLOB NOT NULL REFERENCES promotion(id),
  checkout_id BLOB NOT NULL REFERENCES checkout(id),
  code_id BLOB REFERENCES promotion_code(id),
  state TEXT NOT NULL CHECK (state IN ('claimed','released')),
  position INTEGER NOT NULL,                  -- in which order they took effect
  title TEXT NOT NULL,
  code TEXT NOT NULL DEFAULT '',
  customer_id BLOB REFERENCES customer(id),
  email TEXT NOT NULL,                        -- as shop::promotion::normalised_email writes it
  currency TEXT NOT NULL,
  amount INTEGER NOT NULL CHECK (amount >= 0),      -- off the lines, minor units
  shipping INTEGER NOT NULL CHECK (shipping >= 0),  -- off the delivery
  lines TEXT NOT NULL,                        -- JSON: minor units for each line, in their order
  at INTEGER NOT NULL,
  PRIMARY KEY (promotion_id, checkout_id),
  CHECK (amount + shipping > 0)
) STRICT, WITHOUT ROWID;
CREATE INDEX promotion_use_by_checkout ON promotion_use(checkout_id, position);
CREATE INDEX promotion_use_by_time ON promotion_use(promotion_id, at);
CREATE INDEX promotion_use_by_code ON promotion_use(code_id) WHERE code_id IS NOT NULL;

-- Codes that a shopper has typed.
CREATE TABLE cart_code (
  cart_id BLOB NOT NULL REFERENCES cart(id) ON DELETE CASCADE,
  code_id BLOB NOT NULL REFERENCES promotion_code(id) ON DELETE CASCADE,
  added_at INTEGER NOT NULL,
  PRIMARY KEY (cart_id, code_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX cart_code_by_code ON cart_code(code_id);

ALTER TABLE orders ADD COLUMN shipping_discount INTEGER NOT NULL DEFAULT 0 CHECK (shipping_discount >= 0);
-- What promotions took off the line; over an order they add up to its discount (shop::invariant, I14 and I15).
ALTER TABLE order_line ADD COLUMN discount INTEGER NOT NULL DEFAULT 0 CHECK (discount >= 0 AND discount <= total);
