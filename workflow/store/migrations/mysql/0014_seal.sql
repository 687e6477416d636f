-- +goose Up
CREATE TABLE IF NOT EXISTS leaves ( -- the lines of history in the order in which they were sealed
  leaf    BIGINT      NOT NULL, -- counted from 0 without gaps
  kind    VARCHAR(32) NOT NULL,
  subject BIGINT      NOT NULL,
  seq     INT         NOT NULL,
  PRIMARY KEY (leaf),
  UNIQUE KEY leaves_line (kind, subject, seq)
) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
CREATE TABLE IF NOT EXISTS tiles ( -- the hashes of the tree, 256 a row
  level INT    NOT NULL, -- of a tile: 0 holds the hashes of leaves
  n     BIGINT NOT NULL,
  data  BLOB   NOT NULL, -- the last one of a level may be shorter
  PRIMARY KEY (level, n)
) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
CREATE TABLE IF NOT EXISTS checkpoints (
  size BIGINT     NOT NULL, -- of the tree
  at   BIGINT     NOT NULL,
  root BINARY(32) NOT NULL,
  note TEXT       NOT NULL, -- the signed text
  PRIMARY KEY (size)
) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
CREATE TABLE IF NOT EXISTS seal_head ( -- one row
  one     INT         NOT NULL,
  size    BIGINT      NOT NULL, -- leaves there are
  kind    VARCHAR(32) NOT NULL, -- up to which line history was looked through for lines that owe themselves to nobody
  subject BIGINT      NOT NULL,
  seq     INT         NOT NULL,
  looked  INT         NOT NULL, -- 1 when it was looked through to its end
  PRIMARY KEY (one)
) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
