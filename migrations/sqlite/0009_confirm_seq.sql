-- Which of its keys a confirmation is sent under: the next one only after the provider has proven that nothing came of
-- the last.
ALTER TABLE payment_attempt ADD COLUMN confirm_seq INTEGER NOT NULL DEFAULT 0;
