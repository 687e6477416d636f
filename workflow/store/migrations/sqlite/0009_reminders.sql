-- +goose Up
CREATE TABLE IF NOT EXISTS reminders (
  issue     INTEGER NOT NULL, -- the issue, or the org of a prompt
  round     INTEGER NOT NULL,
  what      TEXT    NOT NULL,
  date      TEXT    NOT NULL, -- that it is about
  rung      TEXT    NOT NULL,
  person    INTEGER NOT NULL,
  owed      TEXT    NOT NULL, -- the day on which it was found to be owed
  told      TEXT    NOT NULL, -- the day of the digest that has it, 9999-12-31 for none yet
  PRIMARY KEY (issue, round, what, date, rung, person)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS reminders_told ON reminders (told, person);
CREATE TABLE IF NOT EXISTS digests (
  person    INTEGER NOT NULL,
  day       TEXT    NOT NULL,
  line_count INTEGER NOT NULL,
  at        INTEGER NOT NULL,
  PRIMARY KEY (person, day)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS digests_day ON digests (day);
CREATE TABLE IF NOT EXISTS reminder_runs (
  day         TEXT    NOT NULL,
  stage       TEXT    NOT NULL,
  after_id    INTEGER NOT NULL, -- how far the stage has come
  beat        INTEGER NOT NULL, -- counts the changes of the row, the guard of every one
  owner       TEXT    NOT NULL, -- who is at it, until
  until_at    INTEGER NOT NULL,
  since_at    INTEGER NOT NULL, -- what happened after it is new
  upto_at     INTEGER NOT NULL,
  steps       INTEGER NOT NULL, -- taken by the program
  people      INTEGER NOT NULL, -- who have something to hear
  hold        TEXT    NOT NULL, -- why it waits for an administrator
  released_by INTEGER NOT NULL,
  done_at     INTEGER NOT NULL,
  PRIMARY KEY (day)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS prompts (
  org       INTEGER NOT NULL,
  period    TEXT    NOT NULL, -- 2026-11, or 2026Q4
  day       TEXT    NOT NULL,
  at        INTEGER NOT NULL,
  body      TEXT    NOT NULL,
  PRIMARY KEY (org, period)
) STRICT, WITHOUT ROWID;
