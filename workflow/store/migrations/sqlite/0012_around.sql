-- +goose Up
CREATE TABLE IF NOT EXISTS issue_letters (
  issue_id  INTEGER NOT NULL,
  no        INTEGER NOT NULL, -- counted from 1 within the issue
  number    TEXT    NOT NULL,
  rung      TEXT    NOT NULL,
  org       INTEGER NOT NULL, -- that sent it
  to_org    INTEGER NOT NULL,
  limit_day TEXT    NOT NULL,
  sent_on   TEXT    NOT NULL,
  signed_on TEXT    NULL,     -- none until it is signed for
  pending   INTEGER NOT NULL, -- what it asks for is still to be done
  a1        INTEGER NOT NULL, -- the place of the issue, as in issues
  a2        INTEGER NOT NULL,
  a3        INTEGER NOT NULL,
  a4        INTEGER NOT NULL,
  a5        INTEGER NOT NULL,
  PRIMARY KEY (issue_id, no)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS issue_letters_a1 ON issue_letters (a1, sent_on, issue_id, no);
CREATE INDEX IF NOT EXISTS issue_letters_a2 ON issue_letters (a2, sent_on, issue_id, no);
CREATE INDEX IF NOT EXISTS issue_letters_a3 ON issue_letters (a3, sent_on, issue_id, no);
CREATE INDEX IF NOT EXISTS issue_letters_a4 ON issue_letters (a4, sent_on, issue_id, no);
CREATE INDEX IF NOT EXISTS issue_letters_a5 ON issue_letters (a5, sent_on, issue_id, no);
CREATE INDEX IF NOT EXISTS issue_letters_to ON issue_letters (to_org, sent_on, signed_on, rung);
CREATE TABLE IF NOT EXISTS issue_calls (
  issue_id   INTEGER NOT NULL,
  no         INTEGER NOT NULL, -- counted from 1 within the issue
  from_org   INTEGER NOT NULL,
  to_org     INTEGER NOT NULL, -- who is to answer, or answered
  wants      TEXT    NOT NULL,
  called_on  TEXT    NOT NULL,
  until_day  TEXT    NOT NULL, -- by when an answer is due
  waiting    INTEGER NOT NULL, -- for the answer
  reply      TEXT    NOT NULL, -- "" while it waits
  replied_on TEXT    NULL,
  climbed    INTEGER NOT NULL, -- how often it went one higher
  a1         INTEGER NOT NULL, -- the place of the issue, as in issues
  a2         INTEGER NOT NULL,
  a3         INTEGER NOT NULL,
  a4         INTEGER NOT NULL,
  a5         INTEGER NOT NULL,
  PRIMARY KEY (issue_id, no)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS issue_calls_to ON issue_calls (to_org, waiting, until_day, issue_id, no);
CREATE INDEX IF NOT EXISTS issue_calls_from ON issue_calls (from_org, waiting, until_day, issue_id, no);
CREATE INDEX IF NOT EXISTS issue_calls_a1 ON issue_calls (a1, waiting, until_day, issue_id, no);
CREATE INDEX IF NOT EXISTS issue_calls_a2 ON issue_calls (a2, waiting, until_day, issue_id, no);
CREATE INDEX IF NOT EXISTS issue_calls_a3 ON issue_calls (a3, waiting, until_day, issue_id, no);
CREATE INDEX IF NOT EXISTS issue_calls_a4 ON issue_calls (a4, waiting, until_day, issue_id, no);
CREATE INDEX IF NOT EXISTS issue_calls_a5 ON issue_calls (a5, waiting, until_day, issue_id, no);
CREATE TABLE IF NOT EXISTS issue_people (
  person_id INTEGER NOT NULL, -- named as responsible, or for a measure that is not done
  issue_id  INTEGER NOT NULL,
  PRIMARY KEY (person_id, issue_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS duties_done (
  issue_id INTEGER NOT NULL,
  seq      INTEGER NOT NULL, -- the line of history that did it
  org      INTEGER NOT NULL,
  post     TEXT    NOT NULL,
  duty     TEXT    NOT NULL,
  on_day   TEXT    NOT NULL,
  month    TEXT    NOT NULL, -- of on_day, as 2026-11
  late     INTEGER NOT NULL,
  PRIMARY KEY (issue_id, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS duties_done_month ON duties_done (month, org, duty, post, late);
CREATE TABLE IF NOT EXISTS duty_months ( -- the sums of months that are over; that of org 0 says that the month was summed up
  month    TEXT    NOT NULL,
  org      INTEGER NOT NULL,
  duty     TEXT    NOT NULL,
  post     TEXT    NOT NULL,
  done     INTEGER NOT NULL,
  late     INTEGER NOT NULL,
  PRIMARY KEY (month, org, duty, post)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS issue_outcomes (
  issue_id INTEGER NOT NULL,
  seq      INTEGER NOT NULL, -- the line of history that brought it
  no       INTEGER NOT NULL,
  org      INTEGER NOT NULL, -- responsible for the issue
  kind     TEXT    NOT NULL,
  persons  INTEGER NOT NULL,
  on_day   TEXT    NOT NULL,
  PRIMARY KEY (issue_id, seq, no)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS issue_outcomes_org ON issue_outcomes (org, on_day, kind, persons);
