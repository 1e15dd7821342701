-- Texts are indexed by the stems of their words: in other languages all of them have others.
CREATE TRIGGER languages_added AFTER INSERT ON setting WHEN NEW.key = 'languages' AND NEW.value <> '["en"]'
BEGIN INSERT INTO product_change (product_id) VALUES (NULL); END;
CREATE TRIGGER languages_changed AFTER UPDATE ON setting WHEN NEW.key = 'languages' AND OLD.value <> NEW.value
BEGIN INSERT INTO product_change (product_id) VALUES (NULL); END;
