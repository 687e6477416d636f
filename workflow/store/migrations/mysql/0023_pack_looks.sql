-- +goose Up
CREATE TABLE IF NOT EXISTS pack_looks (
  pack    BIGINT NOT NULL,
  opening BIGINT NOT NULL, -- a time that the pack was opened
  seq     INT    NOT NULL, -- the last look of it that is on record
  PRIMARY KEY (pack, opening)
) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
