-- The checkout under faults. The constraints are the design; see shop::checkout.
CREATE TABLE checkout (
  id BLOB PRIMARY KEY,
  cart_id BLOB NOT NULL REFERENCES cart(id),
  cart_version INTEGER NOT NULL,
  customer_id BLOB REFERENCES customer(id),
  state TEXT NOT NULL CHECK (state IN ('prepared','paying','awaiting_action','unknown','payable_again','authorized','placed','settled',
    'releasing','released','late_paid','refunding','refunded','manual_review')),
  quote TEXT NOT NULL,                      -- JSON of shop::checkout::Quote, frozen
  quote_hash TEXT NOT NULL,
  total INTEGER NOT NULL CHECK (total >= 0),
  currency TEXT NOT NULL,
  recovery_point TEXT NOT NULL CHECK (recovery_point IN ('prepared','intent_created','confirming','placed','settled','releasing','released','refunding','refunded')),
  epoch INTEGER NOT NULL DEFAULT 0,
  lease_owner TEXT,
  lease_until INTEGER NOT NULL DEFAULT 0,
  expires_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (cart_id, cart_version)
) STRICT;
CREATE INDEX checkout_to_recover ON checkout(lease_until) WHERE state NOT IN ('settled','released','refunded','manual_review');
CREATE INDEX checkout_to_expire ON checkout(expires_at) WHERE state IN ('prepared','paying','awaiting_action','unknown','payable_again');

CREATE TABLE reservation (
  id BLOB PRIMARY KEY,
  checkout_id BLOB NOT NULL REFERENCES checkout(id),
  stock_id BLOB NOT NULL REFERENCES stock(id),
  quantity INTEGER NOT NULL CHECK (quantity > 0),
  state TEXT NOT NULL CHECK (state IN ('held','committed','released')),
  expires_at INTEGER NOT NULL,
  UNIQUE (checkout_id, stock_id)
) STRICT;
CREATE INDEX reservation_held ON reservation(stock_id) WHERE state = 'held';

CREATE TABLE orders (
  id BLOB PRIMARY KEY,
  number TEXT NOT NULL UNIQUE,
  checkout_id BLOB NOT NULL UNIQUE REFERENCES checkout(id),
  customer_id BLOB REFERENCES customer(id),
  access_token TEXT NOT NULL,               -- guests read their order with it; opens nothing that is not in this database
  state TEXT NOT NULL CHECK (state IN ('pending_payment','payment_failed','confirmed','processing','shipped','delivered','cancelled','refunded')),
  email TEXT NOT NULL,
  currency TEXT NOT NULL,
  subtotal INTEGER NOT NULL CHECK (subtotal >= 0),
  discount INTEGER NOT NULL DEFAULT 0 CHECK (discount >= 0),
  shipping INTEGER NOT NULL CHECK (shipping >= 0),
  tax INTEGER NOT NULL CHECK (tax >= 0),
  tax_inclusive INTEGER NOT NULL,
  total INTEGER NOT NULL CHECK (total >= 0),
  tax_rows TEXT NOT NULL DEFAULT '[]',      -- JSON: [["VAT 19 %",1995]], frozen with the totals
  captured INTEGER NOT NULL DEFAULT 0 CHECK (captured >= 0),
  refunded INTEGER NOT NULL DEFAULT 0 CHECK (refunded >= 0),
  shipping_address TEXT NOT NULL,           -- JSON of shop::address::Address
  shipping_method TEXT NOT NULL,            -- name shown to the shopper
  note TEXT NOT NULL DEFAULT '',
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  placed_at INTEGER,
  CHECK (captured <= total),
  CHECK (refunded <= captured),
  CHECK (total = subtotal - discount + shipping + CASE WHEN tax_inclusive THEN 0 ELSE tax END)
) STRICT;
CREATE INDEX orders_by_customer ON orders(customer_id, id) WHERE customer_id IS NOT NULL;
CREATE INDEX orders_by_state ON orders(state, id);
CREATE INDEX orders_by_email ON orders(email, id);

CREATE TABLE order_line (
  id BLOB PRIMARY KEY,
  order_id BLOB NOT NULL REFERENCES orders(id),
  position INTEGER NOT NULL,
  variant_id BLOB NOT NULL REFERENCES variant(id),
  sku TEXT NOT NULL,
  title TEXT NOT NULL,
  variant_title TEXT NOT NULL DEFAULT '',
  product_slug TEXT NOT NULL,
  picture_url TEXT NOT NULL DEFAULT '',
  quantity INTEGER NOT NULL CHECK (quantity > 0),
  unit_price INTEGER NOT NULL CHECK (unit_price >= 0),
  total INTEGER NOT NULL,
  tax INTEGER NOT NULL CHECK (tax >= 0),
  tax_name TEXT NOT NULL DEFAULT '',
  tax_rate_ppm INTEGER NOT NULL DEFAULT 0,
  fulfilled INTEGER NOT NULL DEFAULT 0 CHECK (fulfilled >= 0),
  restocked INTEGER NOT NULL DEFAULT 0 CHECK (restocked >= 0),
  CHECK (fulfilled <= quantity),
  CHECK (restocked <= quantity),
  CHECK (total = unit_price * quantity)
) STRICT;
CREATE INDEX order_line_by_order ON order_line(order_id, position);

CREATE TABLE fulfilment (
  id BLOB PRIMARY KEY,
  order_id BLOB NOT NULL REFERENCES orders(id),
  carrier TEXT NOT NULL DEFAULT '',
  tracking_number TEXT NOT NULL DEFAULT '',
  lines TEXT NOT NULL,                      -- JSON: [{"order_line_id":…,"quantity":…}]
  actor TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX fulfilment_by_order ON fulfilment(order_id);

CREATE TABLE payment_attempt (
  id BLOB PRIMARY KEY,
  checkout_id BLOB NOT NULL REFERENCES checkout(id),
  attempt_no INTEGER NOT NULL,
  provider TEXT NOT NULL,                   -- 'stripe'
  way TEXT NOT NULL CHECK (way IN ('hosted','embedded','token')),
  amount INTEGER NOT NULL CHECK (amount > 0),
  currency TEXT NOT NULL,
  pm_token TEXT NOT NULL DEFAULT '',        -- the provider's payment-method token; never card data
  state TEXT NOT NULL CHECK (state IN ('prepared','sent','unknown','requires_action','processing','authorized','captured','declined','canceled')),
  provider_ref TEXT UNIQUE,                 -- PaymentIntent id
  session_ref TEXT UNIQUE,                  -- Checkout Session id, hosted way only
  client_secret TEXT NOT NULL DEFAULT '',   -- embedded way only
  next_url TEXT NOT NULL DEFAULT '',        -- hosted page or 3-D Secure challenge
  decline_code TEXT NOT NULL DEFAULT '',
  decline_message TEXT NOT NULL DEFAULT '',
  captured INTEGER NOT NULL DEFAULT 0 CHECK (captured >= 0),
  created_at INTEGER NOT NULL,
  sent_at INTEGER,
  outcome_at INTEGER,
  capture_before INTEGER,
  next_poll_at INTEGER NOT NULL DEFAULT 0,       -- when to ask the provider without being told to
  asked_at INTEGER NOT NULL DEFAULT 0,       -- when a waiting page last had the provider asked
  polls INTEGER NOT NULL DEFAULT 0,
  CHECK (captured <= amount),
  UNIQUE (checkout_id, attempt_no)
) STRICT;
CREATE INDEX payment_attempt_to_poll ON payment_attempt(next_poll_at)
  WHERE state IN ('sent','unknown','requires_action','processing');
-- At most one attempt of a checkout can still turn into money.
CREATE UNIQUE INDEX one_live_attempt ON payment_attempt(checkout_id) WHERE state NOT IN ('declined','canceled');

CREATE TABLE refund (
  id BLOB PRIMARY KEY,
  attempt_id BLOB NOT NULL REFERENCES payment_attempt(id),
  amount INTEGER NOT NULL CHECK (amount > 0),
  reason TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL CHECK (state IN ('prepared','sent','succeeded','failed')),
  provider_ref TEXT UNIQUE,
  actor TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX refund_by_attempt ON refund(attempt_id);

CREATE TABLE idempotency (
  scope TEXT NOT NULL,
  key TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  checkout_id BLOB,
  status INTEGER,
  body TEXT,
  finished INTEGER NOT NULL DEFAULT FALSE,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (scope, key)
) STRICT;
CREATE INDEX idempotency_by_age ON idempotency(created_at);
CREATE INDEX idempotency_by_checkout ON idempotency(checkout_id) WHERE checkout_id IS NOT NULL;

CREATE TABLE psp_event (
  event_id TEXT PRIMARY KEY,
  type TEXT NOT NULL,
  object_id TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  payload TEXT NOT NULL,
  applied_at INTEGER,
  error TEXT NOT NULL DEFAULT '',
  tries INTEGER NOT NULL DEFAULT 0,
  next_try_at INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX psp_event_to_apply ON psp_event(next_try_at) WHERE applied_at IS NULL;

CREATE TABLE coupon (
  id BLOB PRIMARY KEY,
  code TEXT NOT NULL UNIQUE,                -- upper case
  max_uses INTEGER NOT NULL CHECK (max_uses >= 0),
  used INTEGER NOT NULL DEFAULT 0 CHECK (used >= 0),
  CHECK (used <= max_uses)
) STRICT;
CREATE TABLE coupon_use (
  coupon_id BLOB NOT NULL REFERENCES coupon(id),
  order_id BLOB NOT NULL REFERENCES orders(id),
  customer_id BLOB REFERENCES customer(id),
  PRIMARY KEY (coupon_id, order_id)
) STRICT;
CREATE TABLE gift_card (
  id BLOB PRIMARY KEY,
  code_hash TEXT NOT NULL UNIQUE,
  currency TEXT NOT NULL,
  balance INTEGER NOT NULL CHECK (balance >= 0)
) STRICT;

-- Double entry: the rows of one tx_id sum to zero per currency.
CREATE TABLE ledger (
  id BLOB PRIMARY KEY,
  tx_id BLOB NOT NULL,
  account TEXT NOT NULL,
  amount INTEGER NOT NULL,
  currency TEXT NOT NULL,
  order_id BLOB,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX ledger_by_order ON ledger(order_id) WHERE order_id IS NOT NULL;

CREATE TABLE transition_log (
  id BLOB PRIMARY KEY,
  entity TEXT NOT NULL,                     -- 'order', 'checkout', 'payment_attempt'
  entity_id BLOB NOT NULL,
  from_state TEXT NOT NULL,
  to_state TEXT NOT NULL,
  cause TEXT NOT NULL,
  actor TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX transition_log_by_entity ON transition_log(entity_id, id);

CREATE TABLE outbox (
  id BLOB PRIMARY KEY,
  kind TEXT NOT NULL,                       -- 'capture', 'mail', 'event', …
  subject_id BLOB,                          -- the order or checkout it is about
  payload TEXT NOT NULL,                    -- JSON
  created_at INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  claimed_until INTEGER NOT NULL DEFAULT 0,
  epoch INTEGER NOT NULL DEFAULT 0,
  tries INTEGER NOT NULL DEFAULT 0,
  error TEXT NOT NULL DEFAULT '',
  delivered_at INTEGER
) STRICT;
CREATE INDEX outbox_due ON outbox(due_at) WHERE delivered_at IS NULL;
CREATE INDEX outbox_by_subject ON outbox(subject_id) WHERE subject_id IS NOT NULL;

CREATE TABLE mail (
  id BLOB PRIMARY KEY,                      -- the outbox row's id: a second delivery finds it here
  recipient TEXT NOT NULL,
  subject TEXT NOT NULL,
  body_text TEXT NOT NULL,
  body_html TEXT NOT NULL,
  order_id BLOB,
  state TEXT NOT NULL CHECK (state IN ('stored','sent','failed')),
  error TEXT NOT NULL DEFAULT '',
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX mail_by_order ON mail(order_id) WHERE order_id IS NOT NULL;

CREATE TABLE recon_break (
  id BLOB PRIMARY KEY,
  kind TEXT NOT NULL,
  ref TEXT NOT NULL,
  detail TEXT NOT NULL DEFAULT '',
  first_seen INTEGER NOT NULL,
  confirmed_seen INTEGER,
  resolved_at INTEGER,
  action TEXT NOT NULL DEFAULT '',
  UNIQUE (kind, ref)
) STRICT;
