-- +goose Up
CREATE TABLE IF NOT EXISTS leaves ( -- the lines of history in the order in which they were sealed
  leaf         INTEGER NOT NULL, -- counted from 0 without gaps
  kind         TEXT    NOT NULL,
  subject      INTEGER NOT NULL,
  seq          INTEGER NOT NULL,
  PRIMARY KEY (leaf)
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS leaves_line ON leaves (kind, subject, seq);
CREATE TABLE IF NOT EXISTS tiles ( -- the hashes of the tree, 256 a row
  level        INTEGER NOT NULL, -- of a tile: 0 holds the hashes of leaves
  n            INTEGER NOT NULL,
  data         BLOB    NOT NULL, -- the last one of a level may be shorter
  PRIMARY KEY (level, n)
) STRICT;
CREATE TABLE IF NOT EXISTS checkpoints (
  size         INTEGER NOT NULL, -- of the tree
  at           INTEGER NOT NULL,
  root         BLOB    NOT NULL,
  note         TEXT    NOT NULL, -- the signed text
  PRIMARY KEY (size)
) STRICT;
CREATE TABLE IF NOT EXISTS seal_head ( -- one row
  one          INTEGER NOT NULL,
  size         INTEGER NOT NULL, -- leaves there are
  kind         TEXT    NOT NULL, -- up to which line history was looked through for lines that owe themselves to nobody
  subject      INTEGER NOT NULL,
  seq          INTEGER NOT NULL,
  looked       INTEGER NOT NULL, -- 1 when it was looked through to its end
  PRIMARY KEY (one)
) STRICT;
