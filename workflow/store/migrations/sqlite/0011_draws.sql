-- +goose Up
CREATE TABLE IF NOT EXISTS draws (
  id          INTEGER NOT NULL,
  number      TEXT    NOT NULL,
  org         INTEGER NOT NULL, -- whose subtree is drawn from
  closed_from TEXT    NOT NULL,
  closed_to   TEXT    NOT NULL,
  size        INTEGER NOT NULL,
  on_day      TEXT    NOT NULL,
  by_person   INTEGER NOT NULL,
  at          INTEGER NOT NULL, -- when it was announced
  drawn_at    INTEGER NOT NULL, -- 0 before it is drawn
  head        BLOB    NOT NULL, -- of all history before on_day
  drawn       TEXT    NOT NULL, -- the numbers, in the order of the draw
  PRIMARY KEY (id)
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS draws_number ON draws (number);
