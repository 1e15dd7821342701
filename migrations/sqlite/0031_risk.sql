-- Who pays, so that declined payments can be counted by buyer, address, network and card, and orders held for a person to
-- look at (shop::risk). Only declined payments stand in the indexes: the others cost nothing.
ALTER TABLE payment_attempt ADD COLUMN buyer TEXT NOT NULL DEFAULT '';
ALTER TABLE payment_attempt ADD COLUMN place TEXT NOT NULL DEFAULT '';     -- digest of the delivery address
ALTER TABLE payment_attempt ADD COLUMN network TEXT NOT NULL DEFAULT '';   -- digest of the network address
CREATE INDEX declined_by_buyer ON payment_attempt(buyer, outcome_at) WHERE state = 'declined';
CREATE INDEX declined_by_place ON payment_attempt(place, outcome_at) WHERE state = 'declined';
CREATE INDEX declined_by_network ON payment_attempt(network, outcome_at) WHERE state = 'declined';
CREATE INDEX declined_by_card ON payment_attempt(pm_token, outcome_at) WHERE state = 'declined';

-- Why an order waits for a person: JSON, ["3 declined payments in the last hour"]; empty when it does not wait.
ALTER TABLE orders ADD COLUMN held TEXT NOT NULL DEFAULT '';
CREATE INDEX orders_held ON orders(id) WHERE held <> '';
