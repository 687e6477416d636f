-- +goose Up
CREATE TABLE IF NOT EXISTS mandates (
  id         INTEGER NOT NULL,
  number     TEXT    NOT NULL,
  basis      TEXT    NOT NULL, -- the document that it rests on
  org        INTEGER NOT NULL, -- whose subtree may be looked at
  first_day  TEXT    NOT NULL,
  last_day   TEXT    NOT NULL,
  by_person  INTEGER NOT NULL,
  at         INTEGER NOT NULL,
  ended_at   INTEGER NOT NULL, -- 0 unless it was ended before its last day
  ended_by   INTEGER NOT NULL,
  ended_why  TEXT    NOT NULL,
  PRIMARY KEY (id)
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS mandates_number ON mandates (number);
CREATE TABLE IF NOT EXISTS mandate_inspectors (
  appointment INTEGER NOT NULL, -- the post that the mandate gives
  mandate     INTEGER NOT NULL,
  person      INTEGER NOT NULL,
  declared_at INTEGER NOT NULL, -- 0 before the declaration of recusal: until then the post gives nothing
  ties        TEXT    NOT NULL, -- JSON
  PRIMARY KEY (appointment)
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS mandate_inspectors_person ON mandate_inspectors (mandate, person);
CREATE INDEX IF NOT EXISTS mandate_inspectors_of ON mandate_inspectors (person);
CREATE TABLE IF NOT EXISTS mandate_packs (
  id         INTEGER NOT NULL,
  mandate    INTEGER NOT NULL,
  person     INTEGER NOT NULL, -- the inspector whose pack it is
  at         INTEGER NOT NULL,
  issues     INTEGER NOT NULL, -- how many are in it
  public_key TEXT    NOT NULL, -- of the key by which what comes back is signed
  PRIMARY KEY (id)
) STRICT;
CREATE INDEX IF NOT EXISTS mandate_packs_of ON mandate_packs (mandate);
