CREATE TABLE cart (
  id UUID PRIMARY KEY,
  customer_id UUID REFERENCES customer(id) ON DELETE CASCADE,
  status TEXT NOT NULL CHECK (status IN ('active','ordered','merged')),
  currency TEXT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,        -- goes up with every change; what is paid is one version
  details TEXT NOT NULL DEFAULT '{}',       -- JSON of shop::checkout::Details: contact, address, delivery, note
  merge_notice TEXT,                        -- JSON of shop::cart::MergeNotice, until dismissed or undone
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX one_active_cart_per_customer ON cart(customer_id) WHERE status = 'active' AND customer_id IS NOT NULL;
CREATE INDEX cart_by_expiry ON cart(expires_at) WHERE status = 'active';

CREATE TABLE cart_line (
  id UUID PRIMARY KEY,
  cart_id UUID NOT NULL REFERENCES cart(id) ON DELETE CASCADE,
  variant_id UUID NOT NULL REFERENCES variant(id) ON DELETE CASCADE,
  quantity BIGINT NOT NULL CHECK (quantity > 0),
  unit_price_seen BIGINT NOT NULL CHECK (unit_price_seen >= 0),  -- price the shopper last saw, in the cart's currency
  saved_for_later BOOLEAN NOT NULL DEFAULT FALSE,
  added_at BIGINT NOT NULL,
  UNIQUE (cart_id, variant_id)
);
