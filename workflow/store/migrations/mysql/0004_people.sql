-- +goose Up
CREATE TABLE IF NOT EXISTS orgs (
  id     BIGINT       NOT NULL,
  code   VARCHAR(64)  NOT NULL,
  name   VARCHAR(255) NOT NULL,
  short  VARCHAR(255) NOT NULL,
  level  TINYINT      NOT NULL,
  parent BIGINT       NOT NULL,
  line   VARCHAR(255) NOT NULL, -- the way from the root: org:level/org:level
  a1     BIGINT       NOT NULL,
  a2     BIGINT       NOT NULL,
  a3     BIGINT       NOT NULL,
  a4     BIGINT       NOT NULL,
  a5     BIGINT       NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY orgs_code (code),
  KEY orgs_a1 (a1, code),
  KEY orgs_a2 (a2, code),
  KEY orgs_a3 (a3, code),
  KEY orgs_a4 (a4, code),
  KEY orgs_a5 (a5, code)
) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
CREATE TABLE IF NOT EXISTS people (
  id          BIGINT       NOT NULL,
  account     VARCHAR(128) NOT NULL,
  name        VARCHAR(255) NOT NULL,
  mobile      VARCHAR(64)  NOT NULL,
  active      TINYINT      NOT NULL,
  must_change TINYINT      NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY people_account (account),
  KEY people_name (name)
) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
CREATE TABLE IF NOT EXISTS appointments (
  id         BIGINT      NOT NULL,
  person     BIGINT      NOT NULL,
  org        BIGINT      NOT NULL,
  post       VARCHAR(64) NOT NULL,
  first_day  DATE        NOT NULL,
  last_day   DATE        NOT NULL, -- 9999-12-31 for an open end
  for_person BIGINT      NOT NULL,
  asked_until DATE       NOT NULL, -- the last day that was asked for when the holder handed over; 9999-12-31 for none
  PRIMARY KEY (id),
  UNIQUE KEY appointments_held (person, org, post, first_day, for_person),
  KEY appointments_org (org),
  KEY appointments_for (for_person, last_day)
) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
CREATE TABLE IF NOT EXISTS credentials (
  person       BIGINT       NOT NULL,
  hash         VARCHAR(255) NOT NULL,
  earlier      TEXT         NOT NULL, -- the hashes before, one a line, the latest first
  failed       INT          NOT NULL,
  locked_until BIGINT       NOT NULL,
  changed_at   BIGINT       NOT NULL,
  PRIMARY KEY (person)
) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
CREATE TABLE IF NOT EXISTS sessions (
  token   BINARY(32) NOT NULL, -- its digest
  person  BIGINT     NOT NULL,
  data    MEDIUMBLOB NOT NULL,
  expires BIGINT     NOT NULL,
  ended   TINYINT    NOT NULL, -- 1 when it was ended before that; kept so long that a request under way does not bring it back
  PRIMARY KEY (token),
  KEY sessions_person (person),
  KEY sessions_expires (expires)
) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
CREATE TABLE IF NOT EXISTS views (
  person BIGINT        NOT NULL,
  name   VARCHAR(64)   NOT NULL,
  query  VARCHAR(2000) NOT NULL, -- the filters as they stand in an address
  PRIMARY KEY (person, name)
) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
