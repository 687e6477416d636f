-- +goose Up
CREATE TABLE IF NOT EXISTS history (
  kind         TEXT    NOT NULL,
  subject      INTEGER NOT NULL,
  seq          INTEGER NOT NULL,
  at           INTEGER NOT NULL,
  action       TEXT    NOT NULL,
  person       INTEGER NOT NULL,
  name         TEXT    NOT NULL,
  for_person   INTEGER NOT NULL,
  post         TEXT    NOT NULL,
  org          INTEGER NOT NULL,
  org_name     TEXT    NOT NULL,
  relation     TEXT    NOT NULL,
  rule         TEXT    NOT NULL,
  os_user      TEXT    NOT NULL,
  round        INTEGER NOT NULL,
  version      INTEGER NOT NULL,
  from_state   TEXT    NOT NULL,
  to_state     TEXT    NOT NULL,
  note         TEXT    NOT NULL,
  definition   TEXT    NOT NULL,
  data         TEXT    NOT NULL,
  prev         BLOB    NOT NULL,
  digest       BLOB    NOT NULL,
  command      BLOB    NULL, -- digest of the key of the command
  request      BLOB    NULL, -- digest of what was asked
  PRIMARY KEY (kind, subject, seq)
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS history_command ON history (command);
CREATE INDEX IF NOT EXISTS history_org ON history (org, at, action);
CREATE TABLE IF NOT EXISTS heads (
  kind         TEXT    NOT NULL,
  subject      INTEGER NOT NULL,
  seq          INTEGER NOT NULL,
  digest       BLOB    NOT NULL,
  PRIMARY KEY (kind, subject)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS outbox (
  kind         TEXT    NOT NULL,
  subject      INTEGER NOT NULL,
  seq          INTEGER NOT NULL,
  topic        TEXT    NOT NULL,
  tell         TEXT    NOT NULL,
  at           INTEGER NOT NULL,
  PRIMARY KEY (kind, subject, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS outbox_at ON outbox (at);
CREATE TABLE IF NOT EXISTS notices_seen (
  person       INTEGER NOT NULL,
  at           INTEGER NOT NULL, -- everything that the person was told up to then is read
  PRIMARY KEY (person)
) STRICT;
