-- +goose Up
CREATE TABLE IF NOT EXISTS self_checks (
  id           BIGINT       NOT NULL,
  issue_id     BIGINT       NOT NULL,
  org          BIGINT       NOT NULL, -- who is asked
  text         MEDIUMTEXT   NOT NULL,
  due          DATE         NOT NULL,
  asked_at     BIGINT       NOT NULL,
  asked_by     BIGINT       NOT NULL,
  asked_for    BIGINT       NOT NULL, -- the org that asks
  answer       VARCHAR(16)  NOT NULL, -- "" while there is none
  answered_at  BIGINT       NOT NULL,
  answered_by  BIGINT       NOT NULL,
  note         TEXT         NOT NULL,
  made_issue   BIGINT       NOT NULL, -- 0 for none
  PRIMARY KEY (id),
  KEY self_checks_org (org, answer, due, id),
  KEY self_checks_issue (issue_id, id),
  KEY self_checks_asker (asked_for, id)
) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
