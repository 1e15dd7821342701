-- Texts are indexed by the stems of their words: in other languages all of them have others.
CREATE TRIGGER languages_added AFTER INSERT ON setting
  FOR EACH ROW WHEN (NEW.key = 'languages' AND NEW.value <> '["en"]') EXECUTE FUNCTION note_all_products();
CREATE TRIGGER languages_changed AFTER UPDATE ON setting
  FOR EACH ROW WHEN (NEW.key = 'languages' AND OLD.value <> NEW.value) EXECUTE FUNCTION note_all_products();
