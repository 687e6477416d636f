-- +goose Up
CREATE TABLE IF NOT EXISTS settings (
  name      VARCHAR(64) NOT NULL,
  body      MEDIUMTEXT  NOT NULL, -- "" for the default
  rev       INT         NOT NULL, -- counts the changes
  at        BIGINT      NOT NULL,
  by_person BIGINT      NOT NULL,
  PRIMARY KEY (name)
) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
