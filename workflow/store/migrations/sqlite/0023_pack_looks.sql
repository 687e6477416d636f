-- +goose Up
CREATE TABLE IF NOT EXISTS pack_looks (
  pack    INTEGER NOT NULL,
  opening INTEGER NOT NULL, -- a time that the pack was opened
  seq     INTEGER NOT NULL, -- the last look of it that is on record
  PRIMARY KEY (pack, opening)
) STRICT;
