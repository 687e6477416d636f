-- +goose Up
-- What several countersign is the turn of the first who has not signed: of the verifier, and then of the parties in their order.
UPDATE issues JOIN (
  SELECT id, org FROM (
    SELECT i.id, p.org, ROW_NUMBER() OVER (PARTITION BY i.id ORDER BY p.n) AS place
    FROM issues i JOIN JSON_TABLE(i.doc, '$.parties[*]' COLUMNS (n FOR ORDINALITY, org BIGINT PATH '$')) AS p
    WHERE i.state IN ('plan_review', 'verifying') AND p.org <> i.verifier
      AND JSON_CONTAINS(i.doc, JSON_OBJECT('org', CAST(i.turn AS CHAR)), '$.signs')
      AND NOT JSON_CONTAINS(i.doc, JSON_OBJECT('org', CAST(p.org AS CHAR)), '$.signs')
  ) AS lacking WHERE place = 1
) AS next_to ON next_to.id = issues.id SET issues.turn = next_to.org;
