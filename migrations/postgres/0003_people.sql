-- Who comes here: sessions, customers, staff, and what staff changed.
CREATE TABLE customer (
  id UUID PRIMARY KEY,
  email TEXT NOT NULL UNIQUE,               -- lower case
  name TEXT NOT NULL DEFAULT '',
  password_hash TEXT NOT NULL,
  disabled_at BIGINT,
  created_at BIGINT NOT NULL
);

CREATE TABLE customer_address (
  id UUID PRIMARY KEY,
  customer_id UUID NOT NULL REFERENCES customer(id) ON DELETE CASCADE,
  address TEXT NOT NULL,                    -- JSON of shop::address::Address
  is_default BOOLEAN NOT NULL DEFAULT FALSE,
  created_at BIGINT NOT NULL
);
CREATE INDEX customer_address_by_customer ON customer_address(customer_id);

CREATE TABLE staff (
  id UUID PRIMARY KEY,
  email TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('owner','staff')),
  disabled_at BIGINT,
  created_at BIGINT NOT NULL
);

-- One-time links: the first run's, and later invitations.
CREATE TABLE staff_invitation (
  token_hash TEXT PRIMARY KEY,              -- SHA-256 of the token, hexadecimal
  role TEXT NOT NULL CHECK (role IN ('owner','staff')),
  email TEXT NOT NULL DEFAULT '',
  expires_at BIGINT NOT NULL,
  used_at BIGINT
);

CREATE TABLE session (
  id TEXT PRIMARY KEY,                      -- SHA-256 of the cookie's value: a stolen database opens no session
  data TEXT NOT NULL,                       -- JSON
  customer_id UUID REFERENCES customer(id) ON DELETE CASCADE,
  staff_id UUID REFERENCES staff(id) ON DELETE CASCADE,
  user_agent TEXT NOT NULL DEFAULT '',
  created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX session_by_expiry ON session(expires_at);
CREATE INDEX session_by_customer ON session(customer_id) WHERE customer_id IS NOT NULL;
CREATE INDEX session_by_staff ON session(staff_id) WHERE staff_id IS NOT NULL;

-- Failed log-ins and other counted events, for limits that must hold over restarts.
CREATE TABLE attempt_count (
  scope TEXT NOT NULL,                      -- 'login:mail', 'login:address', …
  subject TEXT NOT NULL,
  window_start BIGINT NOT NULL,
  count BIGINT NOT NULL,
  PRIMARY KEY (scope, subject, window_start)
);

CREATE TABLE audit_log (
  id UUID PRIMARY KEY,
  actor TEXT NOT NULL,                      -- 'staff:<id>', 'system', 'cli'
  action TEXT NOT NULL,                     -- 'product.update', 'order.ship', …
  entity TEXT NOT NULL,
  entity_id TEXT NOT NULL,
  before TEXT,                              -- JSON
  after TEXT,                               -- JSON
  address TEXT NOT NULL DEFAULT '',         -- network address of the caller
  at BIGINT NOT NULL
);
CREATE INDEX audit_log_by_entity ON audit_log(entity, entity_id, id);

CREATE TABLE setting (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
);
