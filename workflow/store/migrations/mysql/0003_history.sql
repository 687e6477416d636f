-- +goose Up
CREATE TABLE IF NOT EXISTS history (
  kind       VARCHAR(32)  NOT NULL,
  subject    BIGINT       NOT NULL,
  seq        INT          NOT NULL,
  at         BIGINT       NOT NULL,
  action     VARCHAR(64)  NOT NULL,
  person     BIGINT       NOT NULL,
  name       VARCHAR(255) NOT NULL,
  for_person BIGINT       NOT NULL,
  post       VARCHAR(64)  NOT NULL,
  org        BIGINT       NOT NULL,
  org_name   VARCHAR(255) NOT NULL,
  relation   VARCHAR(32)  NOT NULL,
  rule       VARCHAR(255) NOT NULL,
  os_user    VARCHAR(255) NOT NULL,
  round      INT          NOT NULL,
  version    INT          NOT NULL,
  from_state VARCHAR(32)  NOT NULL,
  to_state   VARCHAR(32)  NOT NULL,
  note       MEDIUMTEXT   NOT NULL,
  definition VARCHAR(64)  NOT NULL,
  data       MEDIUMTEXT   NOT NULL,
  prev       BINARY(32)   NOT NULL,
  digest     BINARY(32)   NOT NULL,
  command    BINARY(32)   NULL, -- digest of the key of the command
  request    BINARY(32)   NULL, -- digest of what was asked
  PRIMARY KEY (kind, subject, seq),
  UNIQUE KEY history_command (command),
  KEY history_org (org, at, action)
) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
CREATE TABLE IF NOT EXISTS heads (
  kind    VARCHAR(32) NOT NULL,
  subject BIGINT      NOT NULL,
  seq     INT         NOT NULL,
  digest  BINARY(32)  NOT NULL,
  PRIMARY KEY (kind, subject)
) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
CREATE TABLE IF NOT EXISTS outbox (
  kind    VARCHAR(32)  NOT NULL,
  subject BIGINT       NOT NULL,
  seq     INT          NOT NULL,
  topic   VARCHAR(64)  NOT NULL,
  tell    VARCHAR(255) NOT NULL,
  at      BIGINT       NOT NULL,
  PRIMARY KEY (kind, subject, seq),
  KEY outbox_at (at)
) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
CREATE TABLE IF NOT EXISTS notices_seen (
  person BIGINT NOT NULL,
  at     BIGINT NOT NULL, -- everything that the person was told up to then is read
  PRIMARY KEY (person)
) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
