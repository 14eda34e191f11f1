-- Stored answers. Shelf 0 holds answers to equal calls, shelf 1 the first answer to each request_id.
-- Times are milliseconds since 1970, UTC.

CREATE TABLE response (
  number INTEGER PRIMARY KEY,
  shelf INTEGER NOT NULL,
  key BLOB NOT NULL CHECK (length(key) = 32),
  tenant TEXT NOT NULL,
  -- NULL if every agent of the tenant may be given the answer.
  agent TEXT,
  provider TEXT NOT NULL,
  model TEXT NOT NULL,
  -- On shelf 1 the key of the call that was answered.
  body BLOB CHECK (length(body) = 32),
  created INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  answer BLOB NOT NULL
) STRICT;

CREATE UNIQUE INDEX response_by_key ON response (shelf, key);
CREATE INDEX response_by_expiry ON response (shelf, expires);

-- What each shelf holds, so that nobody has to count. 256 bytes a row stand for columns and indexes.
CREATE TABLE response_total (
  shelf INTEGER PRIMARY KEY,
  row_count INTEGER NOT NULL,
  byte_count INTEGER NOT NULL
) STRICT;

INSERT INTO response_total VALUES (0, 0, 0), (1, 0, 0);

CREATE TRIGGER response_added AFTER INSERT ON response
BEGIN
  UPDATE response_total
  SET row_count = row_count + 1, byte_count = byte_count + 256 + length(new.answer)
  WHERE shelf = new.shelf;
END;

CREATE TRIGGER response_removed AFTER DELETE ON response
BEGIN
  UPDATE response_total
  SET row_count = row_count - 1, byte_count = byte_count - 256 - length(old.answer)
  WHERE shelf = old.shelf;
END;
