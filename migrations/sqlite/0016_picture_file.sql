-- Smaller drawings of stored pictures, made off the request path. One row a file: products that show the same file share
-- its drawings. What the pages need of it is copied into `picture` by the triggers below, so reading it costs nothing.
CREATE TABLE picture_file (
  url TEXT PRIMARY KEY,                      -- /media/<key> of the original
  state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting','drawn','failed')),
  widths TEXT NOT NULL DEFAULT '[]',         -- JSON: widths in pixels that are there as WebP, rising
  fallback TEXT CHECK (fallback IN ('jpg','png')),  -- what browsers get that do not know WebP
  thumb_url TEXT,                            -- the smallest of those
  tries INTEGER NOT NULL DEFAULT 0 CHECK (tries >= 0),
  due_at INTEGER NOT NULL DEFAULT 0,         -- nobody takes it up before; Unix milliseconds
  problem TEXT NOT NULL DEFAULT '',
  CHECK (state <> 'drawn' OR fallback IS NOT NULL AND thumb_url IS NOT NULL AND widths <> '[]')
) STRICT;
CREATE INDEX picture_file_waiting ON picture_file(due_at, url) WHERE state = 'waiting';

ALTER TABLE picture ADD COLUMN focus_x INTEGER NOT NULL DEFAULT 50 CHECK (focus_x BETWEEN 0 AND 100);
ALTER TABLE picture ADD COLUMN focus_y INTEGER NOT NULL DEFAULT 50 CHECK (focus_y BETWEEN 0 AND 100);
ALTER TABLE picture ADD COLUMN widths TEXT NOT NULL DEFAULT '[]';
ALTER TABLE picture ADD COLUMN fallback TEXT;
ALTER TABLE picture ADD COLUMN thumb_url TEXT;
CREATE INDEX picture_by_url ON picture(url);

-- Bitmaps wait to be drawn; what is drawn already is known at once. SVG scales by itself.
CREATE TRIGGER picture_came AFTER INSERT ON picture
  WHEN NEW.url LIKE '/media/%.jpg' OR NEW.url LIKE '/media/%.png' OR NEW.url LIKE '/media/%.webp'
BEGIN
  INSERT INTO picture_file (url) VALUES (NEW.url) ON CONFLICT (url) DO NOTHING;
  UPDATE picture SET (widths, fallback, thumb_url) =
    (SELECT f.widths, f.fallback, f.thumb_url FROM picture_file f WHERE f.url = NEW.url) WHERE id = NEW.id;
END;
CREATE TRIGGER picture_replaced AFTER UPDATE OF url ON picture
  WHEN NEW.url <> OLD.url
    AND (NEW.url LIKE '/media/%.jpg' OR NEW.url LIKE '/media/%.png' OR NEW.url LIKE '/media/%.webp')
BEGIN
  INSERT INTO picture_file (url) VALUES (NEW.url) ON CONFLICT (url) DO NOTHING;
  UPDATE picture SET (widths, fallback, thumb_url) =
    (SELECT f.widths, f.fallback, f.thumb_url FROM picture_file f WHERE f.url = NEW.url) WHERE id = NEW.id;
END;
CREATE TRIGGER picture_file_drawn AFTER UPDATE OF state, widths, fallback, thumb_url ON picture_file
BEGIN
  UPDATE picture SET widths = NEW.widths, fallback = NEW.fallback, thumb_url = NEW.thumb_url WHERE url = NEW.url;
END;

-- Pictures from before: they are drawn as soon as a shop of this version runs.
INSERT INTO picture_file (url) SELECT DISTINCT url FROM picture
  WHERE url LIKE '/media/%.jpg' OR url LIKE '/media/%.png' OR url LIKE '/media/%.webp';
