-- +goose Up
CREATE TABLE IF NOT EXISTS messages (
  id           INTEGER NOT NULL,
  dedupe       TEXT    NOT NULL, -- what is owed under it is owed once
  person       INTEGER NOT NULL, -- 0 for a message to the robot of an org
  org          INTEGER NOT NULL,
  channel      TEXT    NOT NULL,
  address      TEXT    NOT NULL, -- of a person, or the id of a robot; never a secret
  day          TEXT    NULL,
  topic        TEXT    NOT NULL,
  subject      TEXT    NOT NULL,
  body         TEXT    NOT NULL,
  state        TEXT    NOT NULL,
  attempts     INTEGER NOT NULL,
  next_at      INTEGER NOT NULL,
  owner        TEXT    NOT NULL, -- who delivers it, until
  until_at     INTEGER NOT NULL,
  error        TEXT    NOT NULL,
  created_at   INTEGER NOT NULL,
  tried_at     INTEGER NOT NULL, -- first
  sent_at      INTEGER NOT NULL,
  seen_at      INTEGER NOT NULL,
  PRIMARY KEY (id)
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS messages_dedupe ON messages (dedupe);
CREATE INDEX IF NOT EXISTS messages_due ON messages (state, channel, next_at, id);
CREATE INDEX IF NOT EXISTS messages_state ON messages (state, id);
CREATE INDEX IF NOT EXISTS messages_person ON messages (person, channel, state, seen_at, id);
CREATE TABLE IF NOT EXISTS person_channels (
  person       INTEGER NOT NULL,
  channel      TEXT    NOT NULL,
  address      TEXT    NOT NULL,
  enabled      INTEGER NOT NULL,
  quiet_from   INTEGER NOT NULL, -- minutes of the day in China
  quiet_until  INTEGER NOT NULL,
  PRIMARY KEY (person, channel)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS robots (
  id           INTEGER NOT NULL,
  org          INTEGER NOT NULL,
  channel      TEXT    NOT NULL,
  title        TEXT    NOT NULL,
  url          TEXT    NOT NULL, -- holds the key of the robot: as secret as the secret
  secret       TEXT    NOT NULL,
  active       INTEGER NOT NULL,
  free_at      INTEGER NOT NULL, -- up to when its limit is used up
  PRIMARY KEY (id)
) STRICT;
CREATE INDEX IF NOT EXISTS robots_org ON robots (org);
