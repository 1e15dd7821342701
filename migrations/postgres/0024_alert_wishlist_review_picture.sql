-- Who wants to be told when something can be bought again (shop::alert).
CREATE TABLE stock_alert (
  id UUID PRIMARY KEY,
  variant_id UUID NOT NULL REFERENCES variant(id) ON DELETE CASCADE,
  customer_id UUID REFERENCES customer(id) ON DELETE CASCADE,  -- NULL: asked for by somebody without an account
  email TEXT NOT NULL,                      -- lower case
  token TEXT NOT NULL UNIQUE,               -- in the mail's link: whoever has it ends what is open of this address
  created_at BIGINT NOT NULL,
  told_at BIGINT                            -- written together with the mail's row in the outbox
);
CREATE UNIQUE INDEX one_open_alert ON stock_alert(variant_id, email) WHERE told_at IS NULL;
CREATE INDEX stock_alert_in_turn ON stock_alert(variant_id, created_at, id) WHERE told_at IS NULL;
CREATE INDEX stock_alert_by_email ON stock_alert(email);
CREATE INDEX stock_alert_by_customer ON stock_alert(customer_id) WHERE customer_id IS NOT NULL;
CREATE INDEX stock_alert_by_age ON stock_alert(created_at);

-- Variants that came back while somebody waited for them. No reference: of one that has gone, nobody waits any more.
CREATE TABLE stock_return (
  variant_id UUID PRIMARY KEY,
  pending BOOLEAN NOT NULL DEFAULT TRUE,    -- FALSE: nothing is there just now
  due_at BIGINT NOT NULL DEFAULT 0          -- nobody is told before; Unix milliseconds
);
CREATE INDEX stock_return_due ON stock_return(due_at) WHERE pending = TRUE;

CREATE FUNCTION note_return() RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE
  back UUID;
BEGIN
  IF TG_ARGV[0] = 'variant' THEN back := NEW.id; ELSE back := NEW.variant_id; END IF;
  IF EXISTS (SELECT 1 FROM stock_alert a WHERE a.variant_id = back AND a.told_at IS NULL) THEN
    INSERT INTO stock_return (variant_id) VALUES (back) ON CONFLICT (variant_id) DO UPDATE SET pending = TRUE;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER stock_came AFTER INSERT ON stock
  FOR EACH ROW WHEN (NEW.free > 0) EXECUTE FUNCTION note_return('stock');
CREATE TRIGGER stock_came_back AFTER UPDATE ON stock
  FOR EACH ROW WHEN (OLD.free <= 0 AND NEW.free > 0) EXECUTE FUNCTION note_return('stock');
-- What is not counted any longer, or sold again, comes back as well.
CREATE TRIGGER variant_came_back AFTER UPDATE OF tracked, active ON variant
  FOR EACH ROW WHEN (NEW.active AND (NOT OLD.active OR OLD.tracked <> NEW.tracked)) EXECUTE FUNCTION note_return('variant');
CREATE FUNCTION note_product_return() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO stock_return (variant_id) SELECT v.id FROM variant v WHERE v.product_id = NEW.id
    AND EXISTS (SELECT 1 FROM stock_alert a WHERE a.variant_id = v.id AND a.told_at IS NULL) ORDER BY v.id
    ON CONFLICT (variant_id) DO UPDATE SET pending = TRUE;
  RETURN NULL;
END $$;
CREATE TRIGGER product_came_back AFTER UPDATE OF status ON product
  FOR EACH ROW WHEN (NEW.status = 'published' AND OLD.status <> 'published') EXECUTE FUNCTION note_product_return();

-- What somebody would like to have: a customer, the holder of a session, or of a token (shop::wishlist).
CREATE TABLE wishlist (
  id UUID PRIMARY KEY,
  customer_id UUID UNIQUE REFERENCES customer(id) ON DELETE CASCADE,
  token_hash TEXT UNIQUE,                   -- SHA-256, hexadecimal; of a list that a program holds
  share_token TEXT UNIQUE,                  -- who has it may read; NULL: it is not shared
  updated_at BIGINT NOT NULL,
  expires_at BIGINT                         -- NULL: when the account goes
    CHECK ((expires_at IS NULL) = (customer_id IS NOT NULL))
);
CREATE INDEX wishlist_by_expiry ON wishlist(expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE wishlist_item (
  wishlist_id UUID NOT NULL REFERENCES wishlist(id) ON DELETE CASCADE,
  product_id UUID NOT NULL REFERENCES product(id) ON DELETE CASCADE,
  price BIGINT NOT NULL CHECK (price >= 0),   -- its lowest one when it was added, in minor units of `currency`
  currency TEXT NOT NULL,
  added_at BIGINT NOT NULL,
  PRIMARY KEY (wishlist_id, product_id)
);
CREATE INDEX wishlist_item_by_product ON wishlist_item(product_id);

-- Up to four pictures of a review, drawn in their sizes like those of products.
CREATE TABLE review_picture (
  id UUID PRIMARY KEY,
  review_id UUID NOT NULL REFERENCES review(id) ON DELETE CASCADE,
  position BIGINT NOT NULL CHECK (position BETWEEN 0 AND 3),
  url TEXT NOT NULL,                        -- /media/<key> of the original
  width BIGINT NOT NULL,
  height BIGINT NOT NULL,
  widths TEXT NOT NULL DEFAULT '[]',        -- as in picture_file
  fallback TEXT,
  thumb_url TEXT,
  UNIQUE (review_id, position),
  UNIQUE (review_id, url)
);
CREATE INDEX review_picture_by_url ON review_picture(url);

-- Files that are to be taken out of the store once nothing shows them (shop::media).
CREATE TABLE picture_erase (
  url TEXT PRIMARY KEY,
  due_at BIGINT NOT NULL DEFAULT 0,         -- nobody takes it up before; Unix milliseconds
  taken BOOLEAN NOT NULL DEFAULT FALSE,     -- somebody is at it: the same picture cannot come back just now
  tries BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX picture_erase_due ON picture_erase(due_at, url);

-- The row of the file is locked, as by picture_came.
CREATE TRIGGER review_picture_came BEFORE INSERT ON review_picture FOR EACH ROW EXECUTE FUNCTION picture_came();
CREATE FUNCTION note_review_picture() RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE
  reviewed UUID;
BEGIN
  IF TG_OP = 'DELETE' THEN
    -- A person's picture goes with the review; if something else shows it, whoever erases it sees that.
    INSERT INTO picture_erase (url) VALUES (OLD.url) ON CONFLICT (url) DO NOTHING;
    reviewed := OLD.review_id;
  ELSE
    reviewed := NEW.review_id;
  END IF;
  INSERT INTO page_change (product_id) SELECT r.product_id FROM review r WHERE r.id = reviewed AND r.state = 'approved';
  RETURN NULL;
END $$;
CREATE TRIGGER review_picture_shown AFTER INSERT OR UPDATE OR DELETE ON review_picture
  FOR EACH ROW EXECUTE FUNCTION note_review_picture();
CREATE FUNCTION review_picture_drawn() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  UPDATE review_picture SET widths = NEW.widths, fallback = NEW.fallback, thumb_url = NEW.thumb_url WHERE url = NEW.url;
  RETURN NULL;
END $$;
CREATE TRIGGER review_picture_drawn AFTER UPDATE OF state, widths, fallback, thumb_url ON picture_file
  FOR EACH ROW EXECUTE FUNCTION review_picture_drawn();
-- What is shown again stays; what is just being erased cannot be shown (shop::media::erase).
CREATE FUNCTION picture_stays() RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE
  shown TEXT := to_jsonb(NEW) ->> TG_ARGV[0];
BEGIN
  DELETE FROM picture_erase WHERE url = shown AND NOT taken;
  IF EXISTS (SELECT 1 FROM picture_erase WHERE url = shown) THEN
    RAISE EXCEPTION 'this picture is just being erased' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER picture_stays BEFORE INSERT OR UPDATE OF url ON picture
  FOR EACH ROW EXECUTE FUNCTION picture_stays('url');
CREATE TRIGGER picture_stays BEFORE INSERT ON review_picture FOR EACH ROW EXECUTE FUNCTION picture_stays('url');
CREATE TRIGGER picture_stays BEFORE INSERT OR UPDATE OF picture_url ON category
  FOR EACH ROW EXECUTE FUNCTION picture_stays('picture_url');

-- What the library lists.
CREATE INDEX picture_without_alt ON picture(id) WHERE alt = '';
