-- +goose Up
CREATE TABLE IF NOT EXISTS counted ( -- what the counters hold of each issue
  issue        INTEGER NOT NULL,
  state        TEXT    NOT NULL,
  due          TEXT    NOT NULL, -- 9999-12-31 for none, and in states that have no light
  warn         TEXT    NOT NULL, -- from then on the light is soon; 9999-12-31 as due
  source       TEXT    NOT NULL,
  kind         TEXT    NOT NULL,
  grade        INTEGER NOT NULL,
  reported     INTEGER NOT NULL,
  amount       INTEGER NOT NULL,
  recovered    INTEGER NOT NULL,
  a1           INTEGER NOT NULL,
  a2           INTEGER NOT NULL,
  a3           INTEGER NOT NULL,
  a4           INTEGER NOT NULL,
  a5           INTEGER NOT NULL,
  PRIMARY KEY (issue)
) STRICT;
CREATE TABLE IF NOT EXISTS tallies ( -- issues at or below an org, for their lights
  org          INTEGER NOT NULL,
  state        TEXT    NOT NULL,
  due          TEXT    NOT NULL,
  warn         TEXT    NOT NULL,
  n            INTEGER NOT NULL,
  PRIMARY KEY (org, state, due, warn)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS totals ( -- the same issues, by everything else that is counted
  org          INTEGER NOT NULL,
  state        TEXT    NOT NULL,
  source       TEXT    NOT NULL,
  kind         TEXT    NOT NULL,
  grade        INTEGER NOT NULL,
  reported     INTEGER NOT NULL,
  n            INTEGER NOT NULL,
  amount       INTEGER NOT NULL,
  recovered    INTEGER NOT NULL,
  PRIMARY KEY (org, state, source, kind, grade, reported)
) STRICT, WITHOUT ROWID;
