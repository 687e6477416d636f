-- +goose Up
CREATE TABLE IF NOT EXISTS reminders (
  issue      BIGINT      NOT NULL, -- the issue, or the org of a prompt
  round      INT         NOT NULL,
  what       VARCHAR(32) NOT NULL,
  date       DATE        NOT NULL, -- that it is about
  rung       VARCHAR(32) NOT NULL,
  person     BIGINT      NOT NULL,
  owed       DATE        NOT NULL, -- the day on which it was found to be owed
  told       DATE        NOT NULL, -- the day of the digest that has it, 9999-12-31 for none yet
  PRIMARY KEY (issue, round, what, date, rung, person),
  KEY reminders_told (told, person)
) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
CREATE TABLE IF NOT EXISTS digests (
  person     BIGINT      NOT NULL,
  day        DATE        NOT NULL,
  line_count INT         NOT NULL,
  at         BIGINT      NOT NULL,
  PRIMARY KEY (person, day),
  KEY digests_day (day)
) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
CREATE TABLE IF NOT EXISTS reminder_runs (
  day         DATE        NOT NULL,
  stage       VARCHAR(16) NOT NULL,
  after_id    BIGINT      NOT NULL, -- how far the stage has come
  beat        INT         NOT NULL, -- counts the changes of the row, the guard of every one
  owner       VARCHAR(64) NOT NULL, -- who is at it, until
  until_at    BIGINT      NOT NULL,
  since_at    BIGINT      NOT NULL, -- what happened after it is new
  upto_at     BIGINT      NOT NULL,
  steps       INT         NOT NULL, -- taken by the program
  people      INT         NOT NULL, -- who have something to hear
  hold        VARCHAR(32) NOT NULL, -- why it waits for an administrator
  released_by BIGINT      NOT NULL,
  done_at     BIGINT      NOT NULL,
  PRIMARY KEY (day)
) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
CREATE TABLE IF NOT EXISTS prompts (
  org        BIGINT      NOT NULL,
  period     VARCHAR(8)  NOT NULL, -- 2026-11, or 2026Q4
  day        DATE        NOT NULL,
  at         BIGINT      NOT NULL,
  body       MEDIUMTEXT  NOT NULL,
  PRIMARY KEY (org, period)
) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
