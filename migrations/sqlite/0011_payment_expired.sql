-- The provider has let go of an order's money before it was taken: since when, and when the order is cancelled unless it
-- is paid anew; without the latter a person has taken it over. See shop::order.
ALTER TABLE orders ADD COLUMN payment_expired_at INTEGER;
ALTER TABLE orders ADD COLUMN cancel_at INTEGER;
CREATE INDEX orders_to_cancel ON orders(cancel_at) WHERE cancel_at IS NOT NULL;
