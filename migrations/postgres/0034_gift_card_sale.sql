-- Gift cards that are bought: variants that are cards, and the cards that came of an order's lines (shop::gift_card).

-- Nothing is carried, nothing is counted, and tax is due when the card pays for goods, not before.
ALTER TABLE variant ADD COLUMN gift_card BOOLEAN NOT NULL DEFAULT FALSE
  CHECK (gift_card = FALSE OR (requires_shipping = FALSE AND taxable = FALSE AND tracked = FALSE));

-- A card holds what its unit cost, so nothing may be taken off that. `issued`: units whose cards are made.
ALTER TABLE order_line ADD COLUMN gift_card BOOLEAN NOT NULL DEFAULT FALSE CHECK (gift_card = FALSE OR discount = 0);
ALTER TABLE order_line ADD COLUMN issued BIGINT NOT NULL DEFAULT 0
  CHECK (issued >= 0 AND issued <= quantity AND (issued = 0 OR gift_card));
CREATE INDEX order_line_to_issue ON order_line(order_id) WHERE gift_card AND issued < quantity;

-- Whom the cards go to, JSON {"email", "message"}; empty: to the buyer.
ALTER TABLE orders ADD COLUMN gift_to TEXT NOT NULL DEFAULT '';

-- The unit of an order's line that a card came of: each makes one card, however often it is tried.
ALTER TABLE stored_value ADD COLUMN order_line_id UUID REFERENCES order_line(id)
  CHECK (order_line_id IS NULL OR kind = 'gift_card');
ALTER TABLE stored_value ADD COLUMN unit BIGINT NOT NULL DEFAULT 0 CHECK (unit = 0 OR order_line_id IS NOT NULL);
-- What the merchant has taken back of it before the money went back to the buyer.
ALTER TABLE stored_value ADD COLUMN taken_back BIGINT NOT NULL DEFAULT 0
  CHECK (taken_back >= 0 AND taken_back <= initial AND (taken_back = 0 OR order_line_id IS NOT NULL));
CREATE UNIQUE INDEX stored_value_of_unit ON stored_value(order_line_id, unit) WHERE order_line_id IS NOT NULL;
