-- Gift cards and store credit: what they hold, what of it checkouts under way hold, and where all of it came from and
-- went. Both are one kind of account, so one lock, one book and one way to pay serve them (shop::tender).
DROP TABLE gift_card;

CREATE TABLE stored_value (
  id BLOB PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('gift_card','store_credit')),
  currency TEXT NOT NULL,
  balance INTEGER NOT NULL DEFAULT 0 CHECK (balance >= 0),   -- the sum of its entries; a trigger writes it
  held INTEGER NOT NULL DEFAULT 0 CHECK (held >= 0),         -- of it, by checkouts under way
  customer_id BLOB REFERENCES customer(id),   -- whose credit it is; whoever knows a card's code may use the card
  code_hash TEXT UNIQUE,                      -- SHA-256, hexadecimal, of the code as shop::gift_card::normalised writes it
  last_four TEXT NOT NULL DEFAULT '',
  initial INTEGER NOT NULL DEFAULT 0 CHECK (initial >= 0),
  recipient TEXT NOT NULL DEFAULT '',         -- e-mail address that the code was sent to
  expires_at INTEGER,                         -- what is left stays on it, and cannot be used
  frozen_at INTEGER,
  version INTEGER NOT NULL DEFAULT 1,         -- optimistic lock of the form
  created_at INTEGER NOT NULL,
  UNIQUE (customer_id, currency),
  CHECK (held <= balance),
  CHECK ((kind = 'gift_card') = (code_hash IS NOT NULL)),
  CHECK ((kind = 'store_credit') = (customer_id IS NOT NULL))
) STRICT;
CREATE INDEX stored_value_by_four ON stored_value(last_four, id) WHERE kind = 'gift_card';
CREATE INDEX stored_value_by_recipient ON stored_value(recipient, id) WHERE kind = 'gift_card';
CREATE INDEX stored_value_by_kind ON stored_value(kind, id);

-- The book of an account, which is only ever added to.
CREATE TABLE stored_value_entry (
  id BLOB PRIMARY KEY,
  account_id BLOB NOT NULL REFERENCES stored_value(id),
  kind TEXT NOT NULL CHECK (kind IN ('issue','adjust','spend','refund')),
  amount INTEGER NOT NULL CHECK (amount <> 0),
  order_id BLOB REFERENCES orders(id),
  reason TEXT NOT NULL DEFAULT '',
  actor TEXT NOT NULL,
  at INTEGER NOT NULL,
  CHECK (kind = 'adjust' OR (amount < 0) = (kind = 'spend')),
  CHECK (order_id IS NOT NULL OR kind IN ('issue','adjust'))
) STRICT;
CREATE INDEX stored_value_entry_by_account ON stored_value_entry(account_id, id);
CREATE INDEX stored_value_entry_by_order ON stored_value_entry(order_id) WHERE order_id IS NOT NULL;

CREATE TRIGGER stored_value_booked AFTER INSERT ON stored_value_entry BEGIN
  UPDATE stored_value SET balance = balance + NEW.amount WHERE id = NEW.account_id;
END;
CREATE TRIGGER stored_value_entry_stays BEFORE UPDATE ON stored_value_entry BEGIN
  SELECT RAISE(ABORT, 'an entry is never changed');
END;
CREATE TRIGGER stored_value_entry_is_kept BEFORE DELETE ON stored_value_entry BEGIN
  SELECT RAISE(ABORT, 'an entry is never deleted');
END;

-- What a checkout is paid with beside a payment: held together with its stock, spent at the pivot, or given back when
-- nothing comes of it.
CREATE TABLE tender (
  checkout_id BLOB NOT NULL REFERENCES checkout(id),
  account_id BLOB NOT NULL REFERENCES stored_value(id),
  position INTEGER NOT NULL,
  amount INTEGER NOT NULL CHECK (amount > 0),
  refunded INTEGER NOT NULL DEFAULT 0 CHECK (refunded >= 0),
  state TEXT NOT NULL CHECK (state IN ('held','spent','released')),
  at INTEGER NOT NULL,
  PRIMARY KEY (checkout_id, account_id),
  CHECK (refunded <= amount),
  CHECK (refunded = 0 OR state = 'spent')
) STRICT, WITHOUT ROWID;
CREATE INDEX tender_by_account ON tender(account_id, state);

-- Of the total, what cards and credit pay; the payment is over the rest.
ALTER TABLE orders ADD COLUMN tender INTEGER NOT NULL DEFAULT 0
  CHECK (tender >= 0 AND tender <= total AND captured <= total - tender);
ALTER TABLE orders ADD COLUMN tender_refunded INTEGER NOT NULL DEFAULT 0
  CHECK (tender_refunded >= 0 AND tender_refunded <= tender);
-- Of what was captured, what went back as store credit and not by the provider.
ALTER TABLE orders ADD COLUMN credited INTEGER NOT NULL DEFAULT 0 CHECK (credited >= 0 AND refunded + credited <= captured);
