-- +goose Up
CREATE TABLE IF NOT EXISTS self_checks (
  id           INTEGER NOT NULL,
  issue_id     INTEGER NOT NULL,
  org          INTEGER NOT NULL, -- who is asked
  text         TEXT    NOT NULL,
  due          TEXT    NOT NULL,
  asked_at     INTEGER NOT NULL,
  asked_by     INTEGER NOT NULL,
  asked_for    INTEGER NOT NULL, -- the org that asks
  answer       TEXT    NOT NULL, -- "" while there is none
  answered_at  INTEGER NOT NULL,
  answered_by  INTEGER NOT NULL,
  note         TEXT    NOT NULL,
  made_issue   INTEGER NOT NULL, -- 0 for none
  PRIMARY KEY (id)
) STRICT;
CREATE INDEX IF NOT EXISTS self_checks_org ON self_checks (org, answer, due, id);
CREATE INDEX IF NOT EXISTS self_checks_issue ON self_checks (issue_id, id);
CREATE INDEX IF NOT EXISTS self_checks_asker ON self_checks (asked_for, id);
