-- +goose Up
CREATE TABLE IF NOT EXISTS counted ( -- what the counters hold of each issue
  issue     BIGINT      NOT NULL,
  state     VARCHAR(32) NOT NULL,
  due       DATE        NOT NULL, -- 9999-12-31 for none, and in states that have no light
  warn      DATE        NOT NULL, -- from then on the light is soon; 9999-12-31 as due
  source    VARCHAR(32) NOT NULL,
  kind      VARCHAR(32) NOT NULL,
  grade     TINYINT     NOT NULL,
  reported  TINYINT     NOT NULL,
  amount    BIGINT      NOT NULL,
  recovered BIGINT      NOT NULL,
  a1        BIGINT      NOT NULL,
  a2        BIGINT      NOT NULL,
  a3        BIGINT      NOT NULL,
  a4        BIGINT      NOT NULL,
  a5        BIGINT      NOT NULL,
  PRIMARY KEY (issue)
) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
CREATE TABLE IF NOT EXISTS tallies ( -- issues at or below an org, for their lights
  org   BIGINT      NOT NULL,
  state VARCHAR(32) NOT NULL,
  due   DATE        NOT NULL,
  warn  DATE        NOT NULL,
  n     INT         NOT NULL,
  PRIMARY KEY (org, state, due, warn)
) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
CREATE TABLE IF NOT EXISTS totals ( -- the same issues, by everything else that is counted
  org       BIGINT      NOT NULL,
  state     VARCHAR(32) NOT NULL,
  source    VARCHAR(32) NOT NULL,
  kind      VARCHAR(32) NOT NULL,
  grade     TINYINT     NOT NULL,
  reported  TINYINT     NOT NULL,
  n         INT         NOT NULL,
  amount    BIGINT      NOT NULL,
  recovered BIGINT      NOT NULL,
  PRIMARY KEY (org, state, source, kind, grade, reported)
) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
