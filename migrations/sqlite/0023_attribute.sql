-- What products are like: attributes with a type, as the merchant defines them, and what each product has of them
-- (shop::attribute).
CREATE TABLE attribute (
  id BLOB PRIMARY KEY,
  slug TEXT NOT NULL UNIQUE CHECK (length(slug) BETWEEN 1 AND 120),
  name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
  kind TEXT NOT NULL CHECK (kind IN ('text','number','boolean','choice')),
  unit TEXT NOT NULL DEFAULT '' CHECK (length(unit) <= 16 AND (unit = '' OR kind = 'number')),
  filterable INTEGER NOT NULL,                -- a facet of lists
  searchable INTEGER NOT NULL,                -- found by its words
  shown INTEGER NOT NULL,                     -- on the product's page
  position INTEGER NOT NULL,
  version INTEGER NOT NULL DEFAULT 1,         -- optimistic lock of the editor
  created_at INTEGER NOT NULL,
  UNIQUE (id, kind)                           -- what refers to it can say of which kind it must be
) STRICT;
-- Facets are known by name.
CREATE UNIQUE INDEX attribute_by_name ON attribute(lower(name));

CREATE TABLE attribute_choice (
  id BLOB PRIMARY KEY,
  attribute_id BLOB NOT NULL,
  kind TEXT NOT NULL DEFAULT 'choice' CHECK (kind = 'choice'),
  value TEXT NOT NULL CHECK (length(value) BETWEEN 1 AND 120),
  swatch TEXT CHECK (length(swatch) = 7 AND swatch LIKE '#%'),
  position INTEGER NOT NULL,
  UNIQUE (attribute_id, value),
  UNIQUE (id, attribute_id),
  FOREIGN KEY (attribute_id, kind) REFERENCES attribute(id, kind) ON DELETE CASCADE
) STRICT;

-- One row for each product and attribute; of a choice one for each chosen value.
CREATE TABLE product_attribute (
  product_id BLOB NOT NULL REFERENCES product(id) ON DELETE CASCADE,
  attribute_id BLOB NOT NULL,
  kind TEXT NOT NULL,
  text TEXT CHECK (length(text) BETWEEN 1 AND 500),
  number INTEGER CHECK (number BETWEEN -1000000000000000 AND 1000000000000000), -- thousandths; of a boolean 0 or 1
  choice_id BLOB,
  UNIQUE (product_id, attribute_id, choice_id),
  FOREIGN KEY (attribute_id, kind) REFERENCES attribute(id, kind) ON DELETE CASCADE,
  FOREIGN KEY (choice_id, attribute_id) REFERENCES attribute_choice(id, attribute_id) ON DELETE CASCADE,
  CHECK ((kind = 'text') = (text IS NOT NULL)),
  CHECK ((kind IN ('number','boolean')) = (number IS NOT NULL)),
  CHECK ((kind = 'choice') = (choice_id IS NOT NULL)),
  CHECK (kind <> 'boolean' OR number IN (0, 1))
) STRICT;
CREATE UNIQUE INDEX product_attribute_once ON product_attribute(product_id, attribute_id) WHERE choice_id IS NULL;
CREATE INDEX product_attribute_by_attribute ON product_attribute(attribute_id, product_id);
CREATE INDEX product_attribute_by_choice ON product_attribute(choice_id, attribute_id) WHERE choice_id IS NOT NULL;

CREATE TRIGGER product_attribute_added AFTER INSERT ON product_attribute
BEGIN INSERT INTO product_change (product_id) VALUES (NEW.product_id); END;
CREATE TRIGGER product_attribute_changed AFTER UPDATE ON product_attribute
BEGIN INSERT INTO product_change (product_id) VALUES (NEW.product_id); END;
CREATE TRIGGER product_attribute_gone AFTER DELETE ON product_attribute
BEGIN INSERT INTO product_change (product_id) VALUES (OLD.product_id); END;
-- What no product has is nowhere to be seen. What is found changes for all that have it, what is only shown for pages.
CREATE TRIGGER attribute_changed AFTER UPDATE ON attribute
  WHEN (OLD.name <> NEW.name OR OLD.unit <> NEW.unit OR OLD.filterable <> NEW.filterable OR OLD.searchable <> NEW.searchable)
    AND EXISTS (SELECT 1 FROM product_attribute x WHERE x.attribute_id = NEW.id)
BEGIN INSERT INTO product_change (product_id) VALUES (NULL); END;
CREATE TRIGGER attribute_shown AFTER UPDATE ON attribute
  WHEN (OLD.shown <> NEW.shown OR OLD.position <> NEW.position)
    AND EXISTS (SELECT 1 FROM product_attribute x WHERE x.attribute_id = NEW.id)
BEGIN INSERT INTO page_change (product_id) VALUES (NULL); END;
CREATE TRIGGER attribute_choice_changed AFTER UPDATE ON attribute_choice
  WHEN OLD.value <> NEW.value AND EXISTS (SELECT 1 FROM product_attribute x WHERE x.choice_id = NEW.id)
BEGIN INSERT INTO product_change (product_id) VALUES (NULL); END;
-- An option of products that is named like an attribute shares its colours and order: whether products have it or not.
CREATE TRIGGER attribute_choice_shown AFTER UPDATE ON attribute_choice
  WHEN OLD.swatch IS NOT NEW.swatch OR OLD.position <> NEW.position
BEGIN INSERT INTO page_change (product_id) VALUES (NULL); END;
CREATE TRIGGER attribute_choice_added AFTER INSERT ON attribute_choice
BEGIN INSERT INTO page_change (product_id) VALUES (NULL); END;
CREATE TRIGGER attribute_choice_gone AFTER DELETE ON attribute_choice
BEGIN INSERT INTO page_change (product_id) VALUES (NULL); END;
