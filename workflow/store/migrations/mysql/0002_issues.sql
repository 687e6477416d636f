-- +goose Up
CREATE TABLE IF NOT EXISTS issues (
  id           BIGINT       NOT NULL,
  rev          INT          NOT NULL, -- counts what was written to the row, the guard of every change
  seq          INT          NOT NULL, -- of the last line of history
  head         BINARY(32)   NOT NULL, -- its digest
  version      INT          NOT NULL,
  number       VARCHAR(96)  NOT NULL,
  round        INT          NOT NULL,
  checklist    BIGINT       NOT NULL,
  own_number   VARCHAR(191) NOT NULL,
  source       VARCHAR(32)  NOT NULL,
  kind         VARCHAR(32)  NOT NULL,
  grade        TINYINT      NOT NULL,
  state        VARCHAR(32)  NOT NULL,
  phase        VARCHAR(16)  NOT NULL,
  since        DATE         NULL,
  due          DATE         NOT NULL, -- 9999-12-31 for none
  warn         DATE         NOT NULL, -- from then on the light is soon; 9999-12-31 for never
  step_by      DATE         NOT NULL, -- by when the step that it waits for is due; 9999-12-31 for no day
  found_on     DATE         NULL,
  reported     TINYINT      NOT NULL,
  prompted     TINYINT      NOT NULL, -- found by the unit itself when it was asked to look
  supervised   TINYINT      NOT NULL,
  finder       BIGINT       NOT NULL,
  responsible  BIGINT       NOT NULL,
  assigner     BIGINT       NOT NULL,
  verifier     BIGINT       NOT NULL,
  closer       BIGINT       NOT NULL,
  person       BIGINT       NOT NULL,
  turn         BIGINT       NOT NULL, -- the org whose step it waits for, 0 for none
  decider      BIGINT       NOT NULL, -- of the open request, 0 for none
  a1           BIGINT       NOT NULL, -- the orgs from the root down to the responsible one, 0 for none
  a2           BIGINT       NOT NULL,
  a3           BIGINT       NOT NULL,
  a4           BIGINT       NOT NULL,
  a5           BIGINT       NOT NULL,
  amount       BIGINT       NOT NULL,
  recovered    BIGINT       NOT NULL,
  created_at   BIGINT       NOT NULL,
  updated_at   BIGINT       NOT NULL,
  text_key     BINARY(32)   NOT NULL, -- of the problem as it was first written down
  title        VARCHAR(160) NOT NULL,
  search       TEXT         NOT NULL,
  doc          MEDIUMTEXT   NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY issues_number (number),
  KEY issues_state (state, due, id),
  KEY issues_a1 (a1, state, due, id),
  KEY issues_a2 (a2, state, due, id),
  KEY issues_a3 (a3, state, due, id),
  KEY issues_a4 (a4, state, due, id),
  KEY issues_a5 (a5, state, due, id),
  KEY issues_person (person, due, id, state),
  KEY issues_turn (turn, due, id, state),
  KEY issues_step (turn, state, step_by),
  KEY issues_decider (decider, due, id, state),
  KEY issues_checklist (checklist),
  KEY issues_own (finder, own_number),
  KEY issues_text (finder, text_key)
) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
CREATE TABLE IF NOT EXISTS issue_orgs (
  org_id   BIGINT NOT NULL, -- involved from outside the lineage of the issue
  issue_id BIGINT NOT NULL,
  PRIMARY KEY (org_id, issue_id)
) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
CREATE TABLE IF NOT EXISTS issue_waits (
  org_id   BIGINT NOT NULL, -- from which something is awaited beside the one whose turn it is
  issue_id BIGINT NOT NULL,
  PRIMARY KEY (org_id, issue_id)
) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
CREATE TABLE IF NOT EXISTS file_refs (
  hash     CHAR(64) NOT NULL,
  issue_id BIGINT   NOT NULL,
  PRIMARY KEY (hash, issue_id)
) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
CREATE TABLE IF NOT EXISTS serials (
  prefix VARCHAR(80) NOT NULL,
  last   INT         NOT NULL,
  PRIMARY KEY (prefix)
) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
CREATE TABLE IF NOT EXISTS definitions (
  hash    VARCHAR(64) NOT NULL,
  machine VARCHAR(32) NOT NULL,
  body    MEDIUMBLOB  NOT NULL,
  at      BIGINT      NOT NULL,
  PRIMARY KEY (hash)
) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
CREATE TABLE IF NOT EXISTS checklists (
  id        BIGINT       NOT NULL,
  title     VARCHAR(255) NOT NULL,
  source    VARCHAR(32)  NOT NULL,
  unit      BIGINT       NOT NULL,
  found_on  DATE         NULL,
  by_person BIGINT       NOT NULL,
  at        BIGINT       NOT NULL,
  digest    BINARY(32)   NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY checklists_known (unit, source, title)
) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
