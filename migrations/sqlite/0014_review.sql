-- What customers say about products, and what it comes to: see shop::review.
CREATE TABLE review (
  id BLOB PRIMARY KEY,
  product_id BLOB NOT NULL REFERENCES product(id) ON DELETE CASCADE,
  customer_id BLOB REFERENCES customer(id) ON DELETE SET NULL,  -- NULL: the account is gone, or the review came along
  author TEXT NOT NULL,                     -- the name shown
  rating INTEGER NOT NULL CHECK (rating BETWEEN 1 AND 5),
  title TEXT NOT NULL,
  text TEXT NOT NULL,                       -- plain text, never HTML
  verified INTEGER NOT NULL DEFAULT FALSE,   -- the customer has bought the product here
  state TEXT NOT NULL CHECK (state IN ('pending','approved','rejected')),
  reason TEXT NOT NULL DEFAULT '',          -- why it was rejected; its author reads it
  reply TEXT NOT NULL DEFAULT '',           -- the merchant's, plain text
  replied_at INTEGER,
  fingerprint TEXT NOT NULL DEFAULT '',     -- equal for texts that say the same; empty: too short to tell
  words TEXT NOT NULL,                      -- author, title and text in lower case, for the merchant's search
  version INTEGER NOT NULL DEFAULT 1,         -- goes up whenever it changes: nobody approves what they have not read
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (customer_id, product_id),
  CHECK (state <> 'rejected' OR reason <> ''),
  CHECK ((reply = '') = (replied_at IS NULL))
) STRICT;
CREATE INDEX review_by_product ON review(product_id, state, created_at, id);
CREATE INDEX review_by_state ON review(state, created_at, id);
CREATE INDEX review_queue ON review((CASE WHEN state = 'pending' THEN 1 ELSE 0 END), created_at, id);
CREATE INDEX review_by_fingerprint ON review(fingerprint) WHERE fingerprint <> '';

-- One vote per review and customer.
CREATE TABLE review_vote (
  review_id BLOB NOT NULL REFERENCES review(id) ON DELETE CASCADE,
  customer_id BLOB NOT NULL REFERENCES customer(id) ON DELETE CASCADE,
  at INTEGER NOT NULL,
  PRIMARY KEY (review_id, customer_id)
) STRICT;
CREATE INDEX review_vote_by_customer ON review_vote(customer_id);

-- What a product's approved reviews come to, counted off the request path. The sums are the schema's to keep.
CREATE TABLE product_rating (
  product_id BLOB PRIMARY KEY REFERENCES product(id) ON DELETE CASCADE,
  reviews INTEGER NOT NULL,
  stars INTEGER NOT NULL,                     -- of all reviews together
  one INTEGER NOT NULL CHECK (one >= 0),
  two INTEGER NOT NULL CHECK (two >= 0),
  three INTEGER NOT NULL CHECK (three >= 0),
  four INTEGER NOT NULL CHECK (four >= 0),
  five INTEGER NOT NULL CHECK (five >= 0),
  counted_at INTEGER NOT NULL,
  CHECK (reviews = one + two + three + four + five),
  CHECK (stars = one + 2 * two + 3 * three + 4 * four + 5 * five)
) STRICT;

-- Products whose reviews have changed since they were counted. Written by triggers, in the transaction of the change.
-- No reference: a product that goes takes its reviews along, which marks it.
CREATE TABLE rating_due (
  product_id BLOB PRIMARY KEY,
  marks INTEGER NOT NULL DEFAULT 1            -- raised, not left alone: who marks waits for who counts
) STRICT;
CREATE TRIGGER review_added AFTER INSERT ON review
BEGIN
  INSERT INTO rating_due (product_id) VALUES (NEW.product_id) ON CONFLICT (product_id) DO UPDATE SET marks = marks + 1;
END;
CREATE TRIGGER review_changed AFTER UPDATE OF rating, state ON review
  WHEN OLD.rating <> NEW.rating OR OLD.state <> NEW.state
BEGIN
  INSERT INTO rating_due (product_id) VALUES (NEW.product_id) ON CONFLICT (product_id) DO UPDATE SET marks = marks + 1;
END;
CREATE TRIGGER review_gone AFTER DELETE ON review
BEGIN
  INSERT INTO rating_due (product_id) VALUES (OLD.product_id) ON CONFLICT (product_id) DO UPDATE SET marks = marks + 1;
END;
