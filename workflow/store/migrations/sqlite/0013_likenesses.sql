-- +goose Up
CREATE TABLE IF NOT EXISTS likenesses (
  gram         INTEGER NOT NULL, -- the hash of two characters of the problem
  unit         INTEGER NOT NULL, -- the org below the root in whose subtree the issue is
  issue_id     INTEGER NOT NULL,
  PRIMARY KEY (gram, unit, issue_id)
) STRICT, WITHOUT ROWID;
