-- +goose Up
CREATE TABLE IF NOT EXISTS sign_steps ( -- the steps by which signs of paper rectification are found; each is a line of history
  issue_id     INTEGER NOT NULL,
  seq          INTEGER NOT NULL,
  action       TEXT    NOT NULL,
  at           INTEGER NOT NULL,
  round        INTEGER NOT NULL,
  to_state     TEXT    NOT NULL,
  PRIMARY KEY (issue_id, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sign_steps_at ON sign_steps (action, at, round, to_state);
