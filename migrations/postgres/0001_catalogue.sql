-- Products, their variants, prices and pictures.
CREATE TABLE category (
  id UUID PRIMARY KEY,
  parent_id UUID REFERENCES category(id),
  slug TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  picture_url TEXT,
  position BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE product (
  id UUID PRIMARY KEY,
  slug TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  description_html TEXT NOT NULL DEFAULT '',
  brand TEXT NOT NULL DEFAULT '',
  product_type TEXT NOT NULL DEFAULT '',
  tags TEXT NOT NULL DEFAULT '[]',          -- JSON array of strings
  options TEXT NOT NULL DEFAULT '[]',       -- JSON: [{"name":"Size","values":["S","M"]}], at most three
  status TEXT NOT NULL CHECK (status IN ('draft','published','archived')),
  seo_title TEXT NOT NULL DEFAULT '',
  seo_description TEXT NOT NULL DEFAULT '',
  import_handle TEXT UNIQUE,
  version BIGINT NOT NULL DEFAULT 1,        -- optimistic lock of the editor
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE INDEX product_by_status ON product(status, id);
CREATE INDEX product_by_title ON product(status, lower(title), id);

CREATE TABLE product_category (
  category_id UUID NOT NULL REFERENCES category(id),
  product_id UUID NOT NULL REFERENCES product(id) ON DELETE CASCADE,
  PRIMARY KEY (category_id, product_id)
);
CREATE INDEX product_category_by_product ON product_category(product_id);

CREATE TABLE variant (
  id UUID PRIMARY KEY,
  product_id UUID NOT NULL REFERENCES product(id) ON DELETE CASCADE,
  sku TEXT NOT NULL UNIQUE,
  barcode TEXT,
  option_values TEXT NOT NULL DEFAULT '[]', -- JSON array in the order of product.options
  title TEXT NOT NULL DEFAULT '',           -- "Small / Blue"; empty for a product with one variant
  position BIGINT NOT NULL DEFAULT 0,
  weight_grams BIGINT NOT NULL DEFAULT 0 CHECK (weight_grams >= 0),
  requires_shipping BOOLEAN NOT NULL DEFAULT TRUE,
  taxable BOOLEAN NOT NULL DEFAULT TRUE,
  tax_class TEXT NOT NULL DEFAULT 'standard',
  tracked BOOLEAN NOT NULL DEFAULT TRUE,    -- FALSE: stock is not counted, never sold out
  cost BIGINT CHECK (cost >= 0),            -- minor units of the shop's default currency
  active BOOLEAN NOT NULL DEFAULT TRUE,     -- FALSE: withdrawn by the merchant, kept for past orders
  UNIQUE (product_id, option_values)
);
CREATE INDEX variant_by_product ON variant(product_id, position);

CREATE TABLE price (
  variant_id UUID NOT NULL REFERENCES variant(id) ON DELETE CASCADE,
  currency TEXT NOT NULL,
  amount BIGINT NOT NULL CHECK (amount >= 0),
  compare_at BIGINT CHECK (compare_at >= 0),
  PRIMARY KEY (variant_id, currency)
);
CREATE INDEX price_by_amount ON price(currency, amount, variant_id);

CREATE TABLE picture (
  id UUID PRIMARY KEY,
  product_id UUID NOT NULL REFERENCES product(id) ON DELETE CASCADE,
  variant_id UUID REFERENCES variant(id) ON DELETE SET NULL,
  position BIGINT NOT NULL DEFAULT 0,
  url TEXT NOT NULL,                        -- what the shop serves: /media/<key> or /placeholder/<picture id>.svg
  source_url TEXT,                          -- where it came from, kept for the next attempt to fetch it
  alt TEXT NOT NULL DEFAULT '',
  width BIGINT NOT NULL DEFAULT 800,
  height BIGINT NOT NULL DEFAULT 800
);
CREATE INDEX picture_by_product ON picture(product_id, position);

-- What the last import of a product said, so that the next one can tell what has changed in the file since.
CREATE TABLE imported_product (
  product_id UUID PRIMARY KEY REFERENCES product(id) ON DELETE CASCADE,
  source_hash TEXT NOT NULL,                -- SHA-256 of the product's rows, hexadecimal
  quantities TEXT NOT NULL,                 -- JSON: {"SKU": units the file named}
  imported_at BIGINT NOT NULL
);
