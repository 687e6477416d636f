-- +goose Up
CREATE TABLE IF NOT EXISTS sign_steps ( -- the steps by which signs of paper rectification are found; each is a line of history
  issue_id BIGINT      NOT NULL,
  seq      INT         NOT NULL,
  action   VARCHAR(64) NOT NULL,
  at       BIGINT      NOT NULL,
  round    INT         NOT NULL,
  to_state VARCHAR(32) NOT NULL,
  PRIMARY KEY (issue_id, seq),
  KEY sign_steps_at (action, at, round, to_state)
) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
