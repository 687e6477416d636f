-- +goose Up
CREATE TABLE IF NOT EXISTS issue_letters (
  issue_id   BIGINT       NOT NULL,
  no         INT          NOT NULL, -- counted from 1 within the issue
  number     VARCHAR(191) NOT NULL,
  rung       VARCHAR(32)  NOT NULL,
  org        BIGINT       NOT NULL, -- that sent it
  to_org     BIGINT       NOT NULL,
  limit_day  DATE         NOT NULL,
  sent_on    DATE         NOT NULL,
  signed_on  DATE         NULL, -- none until it is signed for
  pending    TINYINT      NOT NULL, -- what it asks for is still to be done
  a1         BIGINT       NOT NULL, -- the place of the issue, as in issues
  a2         BIGINT       NOT NULL,
  a3         BIGINT       NOT NULL,
  a4         BIGINT       NOT NULL,
  a5         BIGINT       NOT NULL,
  PRIMARY KEY (issue_id, no),
  KEY issue_letters_a1 (a1, sent_on, issue_id, no),
  KEY issue_letters_a2 (a2, sent_on, issue_id, no),
  KEY issue_letters_a3 (a3, sent_on, issue_id, no),
  KEY issue_letters_a4 (a4, sent_on, issue_id, no),
  KEY issue_letters_a5 (a5, sent_on, issue_id, no),
  KEY issue_letters_to (to_org, sent_on, signed_on, rung)
) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
CREATE TABLE IF NOT EXISTS issue_calls (
  issue_id   BIGINT       NOT NULL,
  no         INT          NOT NULL, -- counted from 1 within the issue
  from_org   BIGINT       NOT NULL,
  to_org     BIGINT       NOT NULL, -- who is to answer, or answered
  wants      VARCHAR(32)  NOT NULL,
  called_on  DATE         NOT NULL,
  until_day  DATE         NOT NULL, -- by when an answer is due
  waiting    TINYINT      NOT NULL, -- for the answer
  reply      VARCHAR(32)  NOT NULL, -- "" while it waits
  replied_on DATE         NULL,
  climbed    INT          NOT NULL, -- how often it went one higher
  a1         BIGINT       NOT NULL, -- the place of the issue, as in issues
  a2         BIGINT       NOT NULL,
  a3         BIGINT       NOT NULL,
  a4         BIGINT       NOT NULL,
  a5         BIGINT       NOT NULL,
  PRIMARY KEY (issue_id, no),
  KEY issue_calls_to (to_org, waiting, until_day, issue_id, no),
  KEY issue_calls_from (from_org, waiting, until_day, issue_id, no),
  KEY issue_calls_a1 (a1, waiting, until_day, issue_id, no),
  KEY issue_calls_a2 (a2, waiting, until_day, issue_id, no),
  KEY issue_calls_a3 (a3, waiting, until_day, issue_id, no),
  KEY issue_calls_a4 (a4, waiting, until_day, issue_id, no),
  KEY issue_calls_a5 (a5, waiting, until_day, issue_id, no)
) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
CREATE TABLE IF NOT EXISTS issue_people (
  person_id  BIGINT       NOT NULL, -- named as responsible, or for a measure that is not done
  issue_id   BIGINT       NOT NULL,
  PRIMARY KEY (person_id, issue_id)
) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
CREATE TABLE IF NOT EXISTS duties_done (
  issue_id   BIGINT       NOT NULL,
  seq        INT          NOT NULL, -- the line of history that did it
  org        BIGINT       NOT NULL,
  post       VARCHAR(64)  NOT NULL,
  duty       VARCHAR(32)  NOT NULL,
  on_day     DATE         NOT NULL,
  month      CHAR(7)      NOT NULL, -- of on_day, as 2026-11
  late       TINYINT      NOT NULL,
  PRIMARY KEY (issue_id, seq),
  KEY duties_done_month (month, org, duty, post, late)
) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
CREATE TABLE IF NOT EXISTS duty_months ( -- the sums of months that are over; that of org 0 says that the month was summed up
  month CHAR(7)     NOT NULL,
  org   BIGINT      NOT NULL,
  duty  VARCHAR(32) NOT NULL,
  post  VARCHAR(64) NOT NULL,
  done  INT         NOT NULL,
  late  INT         NOT NULL,
  PRIMARY KEY (month, org, duty, post)
) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
CREATE TABLE IF NOT EXISTS issue_outcomes (
  issue_id   BIGINT       NOT NULL,
  seq        INT          NOT NULL, -- the line of history that brought it
  no         INT          NOT NULL,
  org        BIGINT       NOT NULL, -- responsible for the issue
  kind       VARCHAR(32)  NOT NULL,
  persons    INT          NOT NULL,
  on_day     DATE         NOT NULL,
  PRIMARY KEY (issue_id, seq, no),
  KEY issue_outcomes_org (org, on_day, kind, persons)
) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
