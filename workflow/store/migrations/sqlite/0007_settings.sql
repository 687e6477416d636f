-- +goose Up
CREATE TABLE IF NOT EXISTS settings (
  name      TEXT    NOT NULL,
  body      TEXT    NOT NULL, -- "" for the default
  rev       INTEGER NOT NULL, -- counts the changes
  at        INTEGER NOT NULL,
  by_person INTEGER NOT NULL,
  PRIMARY KEY (name)
) STRICT, WITHOUT ROWID;
