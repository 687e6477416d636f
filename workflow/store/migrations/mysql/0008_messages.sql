-- +goose Up
CREATE TABLE IF NOT EXISTS messages (
  id         BIGINT       NOT NULL,
  dedupe     VARCHAR(191) NOT NULL, -- what is owed under it is owed once
  person     BIGINT       NOT NULL, -- 0 for a message to the robot of an org
  org        BIGINT       NOT NULL,
  channel    VARCHAR(16)  NOT NULL,
  address    VARCHAR(320) NOT NULL, -- of a person, or the id of a robot; never a secret
  day        DATE         NULL,
  topic      VARCHAR(64)  NOT NULL,
  subject    VARCHAR(255) NOT NULL,
  body       MEDIUMTEXT   NOT NULL,
  state      VARCHAR(16)  NOT NULL,
  attempts   INT          NOT NULL,
  next_at    BIGINT       NOT NULL,
  owner      VARCHAR(64)  NOT NULL, -- who delivers it, until
  until_at   BIGINT       NOT NULL,
  error      VARCHAR(512) NOT NULL,
  created_at BIGINT       NOT NULL,
  tried_at   BIGINT       NOT NULL, -- first
  sent_at    BIGINT       NOT NULL,
  seen_at    BIGINT       NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY messages_dedupe (dedupe),
  KEY messages_due (state, channel, next_at, id),
  KEY messages_state (state, id),
  KEY messages_person (person, channel, state, seen_at, id)
) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
CREATE TABLE IF NOT EXISTS person_channels (
  person      BIGINT       NOT NULL,
  channel     VARCHAR(16)  NOT NULL,
  address     VARCHAR(320) NOT NULL,
  enabled     TINYINT      NOT NULL,
  quiet_from  INT          NOT NULL, -- minutes of the day in China
  quiet_until INT          NOT NULL,
  PRIMARY KEY (person, channel)
) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
CREATE TABLE IF NOT EXISTS robots (
  id      BIGINT        NOT NULL,
  org     BIGINT        NOT NULL,
  channel VARCHAR(16)   NOT NULL,
  title   VARCHAR(255)  NOT NULL,
  url     VARCHAR(1024) NOT NULL, -- holds the key of the robot: as secret as the secret
  secret  VARCHAR(255)  NOT NULL,
  active  TINYINT       NOT NULL,
  free_at BIGINT        NOT NULL, -- up to when its limit is used up
  PRIMARY KEY (id),
  KEY robots_org (org)
) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
