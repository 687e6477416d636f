-- +goose Up
CREATE TABLE IF NOT EXISTS mandates (
  id        BIGINT       NOT NULL,
  number    VARCHAR(64)  NOT NULL,
  basis     VARCHAR(255) NOT NULL, -- the document that it rests on
  org       BIGINT       NOT NULL, -- whose subtree may be looked at
  first_day DATE         NOT NULL,
  last_day  DATE         NOT NULL,
  by_person BIGINT       NOT NULL,
  at        BIGINT       NOT NULL,
  ended_at  BIGINT       NOT NULL, -- 0 unless it was ended before its last day
  ended_by  BIGINT       NOT NULL,
  ended_why VARCHAR(2000) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY mandates_number (number)
) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
CREATE TABLE IF NOT EXISTS mandate_inspectors (
  appointment BIGINT NOT NULL, -- the post that the mandate gives
  mandate     BIGINT NOT NULL,
  person      BIGINT NOT NULL,
  declared_at BIGINT NOT NULL, -- 0 before the declaration of recusal: until then the post gives nothing
  ties        TEXT   NOT NULL, -- JSON
  PRIMARY KEY (appointment),
  UNIQUE KEY mandate_inspectors_person (mandate, person),
  KEY mandate_inspectors_of (person)
) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
CREATE TABLE IF NOT EXISTS mandate_packs (
  id         BIGINT       NOT NULL,
  mandate    BIGINT       NOT NULL,
  person     BIGINT       NOT NULL, -- the inspector whose pack it is
  at         BIGINT       NOT NULL,
  issues     INT          NOT NULL, -- how many are in it
  public_key VARCHAR(255) NOT NULL, -- of the key by which what comes back is signed
  PRIMARY KEY (id),
  KEY mandate_packs_of (mandate)
) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
