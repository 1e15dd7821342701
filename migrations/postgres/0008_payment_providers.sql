-- Events come from several providers; what was there came from the only one.
ALTER TABLE psp_event ADD COLUMN provider TEXT NOT NULL DEFAULT 'stripe';
