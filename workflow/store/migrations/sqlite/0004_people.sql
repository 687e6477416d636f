-- +goose Up
CREATE TABLE IF NOT EXISTS orgs (
  id           INTEGER NOT NULL,
  code         TEXT    NOT NULL,
  name         TEXT    NOT NULL,
  short        TEXT    NOT NULL,
  level        INTEGER NOT NULL,
  parent       INTEGER NOT NULL,
  line         TEXT    NOT NULL, -- the way from the root: org:level/org:level
  a1           INTEGER NOT NULL,
  a2           INTEGER NOT NULL,
  a3           INTEGER NOT NULL,
  a4           INTEGER NOT NULL,
  a5           INTEGER NOT NULL,
  PRIMARY KEY (id)
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS orgs_code ON orgs (code);
CREATE INDEX IF NOT EXISTS orgs_a1 ON orgs (a1, code);
CREATE INDEX IF NOT EXISTS orgs_a2 ON orgs (a2, code);
CREATE INDEX IF NOT EXISTS orgs_a3 ON orgs (a3, code);
CREATE INDEX IF NOT EXISTS orgs_a4 ON orgs (a4, code);
CREATE INDEX IF NOT EXISTS orgs_a5 ON orgs (a5, code);
CREATE TABLE IF NOT EXISTS people (
  id           INTEGER NOT NULL,
  account      TEXT    NOT NULL,
  name         TEXT    NOT NULL,
  mobile       TEXT    NOT NULL,
  active       INTEGER NOT NULL,
  must_change  INTEGER NOT NULL,
  PRIMARY KEY (id)
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS people_account ON people (account);
CREATE INDEX IF NOT EXISTS people_name ON people (name);
CREATE TABLE IF NOT EXISTS appointments (
  id           INTEGER NOT NULL,
  person       INTEGER NOT NULL,
  org          INTEGER NOT NULL,
  post         TEXT    NOT NULL,
  first_day    TEXT    NOT NULL,
  last_day     TEXT    NOT NULL, -- 9999-12-31 for an open end
  for_person   INTEGER NOT NULL,
  asked_until  TEXT    NOT NULL, -- the last day that was asked for when the holder handed over; 9999-12-31 for none
  PRIMARY KEY (id)
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS appointments_held ON appointments (person, org, post, first_day, for_person);
CREATE INDEX IF NOT EXISTS appointments_org ON appointments (org);
CREATE INDEX IF NOT EXISTS appointments_for ON appointments (for_person, last_day);
CREATE TABLE IF NOT EXISTS credentials (
  person       INTEGER NOT NULL,
  hash         TEXT    NOT NULL,
  earlier      TEXT    NOT NULL, -- the hashes before, one a line, the latest first
  failed       INTEGER NOT NULL,
  locked_until INTEGER NOT NULL,
  changed_at   INTEGER NOT NULL,
  PRIMARY KEY (person)
) STRICT;
CREATE TABLE IF NOT EXISTS sessions (
  token        BLOB    NOT NULL, -- its digest
  person       INTEGER NOT NULL,
  data         BLOB    NOT NULL,
  expires      INTEGER NOT NULL,
  ended        INTEGER NOT NULL, -- 1 when it was ended before that; kept so long that a request under way does not bring it back
  PRIMARY KEY (token)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sessions_person ON sessions (person);
CREATE INDEX IF NOT EXISTS sessions_expires ON sessions (expires);
CREATE TABLE IF NOT EXISTS views (
  person       INTEGER NOT NULL,
  name         TEXT    NOT NULL,
  query        TEXT    NOT NULL, -- the filters as they stand in an address
  PRIMARY KEY (person, name)
) STRICT, WITHOUT ROWID;
