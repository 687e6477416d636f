-- +goose Up
CREATE TABLE IF NOT EXISTS issues (
  id           INTEGER NOT NULL,
  rev          INTEGER NOT NULL, -- counts what was written to the row, the guard of every change
  seq          INTEGER NOT NULL, -- of the last line of history
  head         BLOB    NOT NULL, -- its digest
  version      INTEGER NOT NULL,
  number       TEXT    NOT NULL,
  round        INTEGER NOT NULL,
  checklist    INTEGER NOT NULL,
  own_number   TEXT    NOT NULL,
  source       TEXT    NOT NULL,
  kind         TEXT    NOT NULL,
  grade        INTEGER NOT NULL,
  state        TEXT    NOT NULL,
  phase        TEXT    NOT NULL,
  since        TEXT    NULL,
  due          TEXT    NOT NULL, -- 9999-12-31 for none
  warn         TEXT    NOT NULL, -- from then on the light is soon; 9999-12-31 for never
  step_by      TEXT    NOT NULL, -- by when the step that it waits for is due; 9999-12-31 for no day
  found_on     TEXT    NULL,
  reported     INTEGER NOT NULL,
  prompted     INTEGER NOT NULL, -- found by the unit itself when it was asked to look
  supervised   INTEGER NOT NULL,
  finder       INTEGER NOT NULL,
  responsible  INTEGER NOT NULL,
  assigner     INTEGER NOT NULL,
  verifier     INTEGER NOT NULL,
  closer       INTEGER NOT NULL,
  person       INTEGER NOT NULL,
  turn         INTEGER NOT NULL, -- the org whose step it waits for, 0 for none
  decider      INTEGER NOT NULL, -- of the open request, 0 for none
  a1           INTEGER NOT NULL, -- the orgs from the root down to the responsible one, 0 for none
  a2           INTEGER NOT NULL,
  a3           INTEGER NOT NULL,
  a4           INTEGER NOT NULL,
  a5           INTEGER NOT NULL,
  amount       INTEGER NOT NULL,
  recovered    INTEGER NOT NULL,
  created_at   INTEGER NOT NULL,
  updated_at   INTEGER NOT NULL,
  text_key     BLOB    NOT NULL, -- of the problem as it was first written down
  title        TEXT    NOT NULL,
  search       TEXT    NOT NULL,
  doc          TEXT    NOT NULL,
  PRIMARY KEY (id)
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS issues_number ON issues (number);
CREATE INDEX IF NOT EXISTS issues_a1 ON issues (a1, state, due, id);
CREATE INDEX IF NOT EXISTS issues_a2 ON issues (a2, state, due, id);
CREATE INDEX IF NOT EXISTS issues_a3 ON issues (a3, state, due, id);
CREATE INDEX IF NOT EXISTS issues_a4 ON issues (a4, state, due, id);
CREATE INDEX IF NOT EXISTS issues_a5 ON issues (a5, state, due, id);
CREATE INDEX IF NOT EXISTS issues_person ON issues (person, due, id, state);
CREATE INDEX IF NOT EXISTS issues_turn ON issues (turn, due, id, state);
CREATE INDEX IF NOT EXISTS issues_step ON issues (turn, state, step_by);
CREATE INDEX IF NOT EXISTS issues_decider ON issues (decider, due, id, state);
CREATE INDEX IF NOT EXISTS issues_checklist ON issues (checklist);
CREATE INDEX IF NOT EXISTS issues_own ON issues (finder, own_number);
CREATE INDEX IF NOT EXISTS issues_text ON issues (finder, text_key);
CREATE TABLE IF NOT EXISTS issue_orgs (
  org_id       INTEGER NOT NULL, -- involved from outside the lineage of the issue
  issue_id     INTEGER NOT NULL,
  PRIMARY KEY (org_id, issue_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS issue_waits (
  org_id       INTEGER NOT NULL, -- from which something is awaited beside the one whose turn it is
  issue_id     INTEGER NOT NULL,
  PRIMARY KEY (org_id, issue_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS file_refs (
  hash         TEXT    NOT NULL,
  issue_id     INTEGER NOT NULL,
  PRIMARY KEY (hash, issue_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS serials (
  prefix       TEXT    NOT NULL,
  last         INTEGER NOT NULL,
  PRIMARY KEY (prefix)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS definitions (
  hash         TEXT    NOT NULL,
  machine      TEXT    NOT NULL,
  body         BLOB    NOT NULL,
  at           INTEGER NOT NULL,
  PRIMARY KEY (hash)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS checklists (
  id           INTEGER NOT NULL,
  title        TEXT    NOT NULL,
  source       TEXT    NOT NULL,
  unit         INTEGER NOT NULL,
  found_on     TEXT    NULL,
  by_person    INTEGER NOT NULL,
  at           INTEGER NOT NULL,
  digest       BLOB    NOT NULL,
  PRIMARY KEY (id)
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS checklists_known ON checklists (unit, source, title);
