-- +goose Up
CREATE TABLE IF NOT EXISTS likenesses (
  gram         BIGINT       NOT NULL, -- the hash of two characters of the problem
  unit         BIGINT       NOT NULL, -- the org below the root in whose subtree the issue is
  issue_id     BIGINT       NOT NULL,
  PRIMARY KEY (gram, unit, issue_id)
) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
