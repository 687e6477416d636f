-- +goose Up
CREATE TABLE IF NOT EXISTS draws (
  id          BIGINT      NOT NULL,
  number      VARCHAR(64) NOT NULL,
  org         BIGINT      NOT NULL, -- whose subtree is drawn from
  closed_from DATE        NOT NULL,
  closed_to   DATE        NOT NULL,
  size        INT         NOT NULL,
  on_day      DATE        NOT NULL,
  by_person   BIGINT      NOT NULL,
  at          BIGINT      NOT NULL, -- when it was announced
  drawn_at    BIGINT      NOT NULL, -- 0 before it is drawn
  head        BINARY(32)  NOT NULL, -- of all history before on_day
  drawn       MEDIUMTEXT  NOT NULL, -- the numbers, in the order of the draw
  PRIMARY KEY (id),
  UNIQUE KEY draws_number (number)
) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
