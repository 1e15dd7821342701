-- What customers say about products, and what it comes to: see shop::review.
CREATE TABLE review (
  id UUID PRIMARY KEY,
  product_id UUID NOT NULL REFERENCES product(id) ON DELETE CASCADE,
  customer_id UUID REFERENCES customer(id) ON DELETE SET NULL,  -- NULL: the account is gone, or the review came along
  author TEXT NOT NULL,                     -- the name shown
  rating BIGINT NOT NULL CHECK (rating BETWEEN 1 AND 5),
  title TEXT NOT NULL,
  text TEXT NOT NULL,                       -- plain text, never HTML
  verified BOOLEAN NOT NULL DEFAULT FALSE,   -- the customer has bought the product here
  state TEXT NOT NULL CHECK (state IN ('pending','approved','rejected')),
  reason TEXT NOT NULL DEFAULT '',          -- why it was rejected; its author reads it
  reply TEXT NOT NULL DEFAULT '',           -- the merchant's, plain text
  replied_at BIGINT,
  fingerprint TEXT NOT NULL DEFAULT '',     -- equal for texts that say the same; empty: too short to tell
  words TEXT NOT NULL,                      -- author, title and text in lower case, for the merchant's search
  version BIGINT NOT NULL DEFAULT 1,         -- goes up whenever it changes: nobody approves what they have not read
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  UNIQUE (customer_id, product_id),
  CHECK (state <> 'rejected' OR reason <> ''),
  CHECK ((reply = '') = (replied_at IS NULL))
);
CREATE INDEX review_by_product ON review(product_id, state, created_at, id);
CREATE INDEX review_by_state ON review(state, created_at, id);
CREATE INDEX review_queue ON review((CASE WHEN state = 'pending' THEN 1 ELSE 0 END), created_at, id);
CREATE INDEX review_by_fingerprint ON review(fingerprint) WHERE fingerprint <> '';

-- One vote per review and customer.
CREATE TABLE review_vote (
  review_id UUID NOT NULL REFERENCES review(id) ON DELETE CASCADE,
  customer_id UUID NOT NULL REFERENCES customer(id) ON DELETE CASCADE,
  at BIGINT NOT NULL,
  PRIMARY KEY (review_id, customer_id)
);
CREATE INDEX review_vote_by_customer ON review_vote(customer_id);

-- What a product's approved reviews come to, counted off the request path. The sums are the schema's to keep.
CREATE TABLE product_rating (
  product_id UUID PRIMARY KEY REFERENCES product(id) ON DELETE CASCADE,
  reviews BIGINT NOT NULL,
  stars BIGINT NOT NULL,                     -- of all reviews together
  one BIGINT NOT NULL CHECK (one >= 0),
  two BIGINT NOT NULL CHECK (two >= 0),
  three BIGINT NOT NULL CHECK (three >= 0),
  four BIGINT NOT NULL CHECK (four >= 0),
  five BIGINT NOT NULL CHECK (five >= 0),
  counted_at BIGINT NOT NULL,
  CHECK (reviews = one + two + three + four + five),
  CHECK (stars = one + 2 * two + 3 * three + 4 * four + 5 * five)
);

-- Products whose reviews have changed since they were counted. Written by triggers, in the transaction of the change.
-- No reference: a product that goes takes its reviews along, which marks it.
CREATE TABLE rating_due (
  product_id UUID PRIMARY KEY,
  marks BIGINT NOT NULL DEFAULT 1            -- raised, not left alone: who marks waits for who counts
);
CREATE FUNCTION mark_rating() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO rating_due (product_id) VALUES (CASE WHEN TG_OP = 'DELETE' THEN OLD.product_id ELSE NEW.product_id END)
    ON CONFLICT (product_id) DO UPDATE SET marks = rating_due.marks + 1;
  RETURN NULL;
END $$;
CREATE TRIGGER review_noted AFTER INSERT OR DELETE ON review FOR EACH ROW EXECUTE FUNCTION mark_rating();
CREATE TRIGGER review_changed AFTER UPDATE OF rating, state ON review
  FOR EACH ROW WHEN (OLD.rating <> NEW.rating OR OLD.state <> NEW.state) EXECUTE FUNCTION mark_rating();
