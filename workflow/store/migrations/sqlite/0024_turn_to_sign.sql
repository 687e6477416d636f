-- +goose Up
-- What several countersign is the turn of the first who has not signed: of the verifier, and then of the parties in their order.
UPDATE issues SET turn = COALESCE((
  SELECT CAST(p.value AS INTEGER) FROM json_each(issues.doc, '$.parties') p
  WHERE CAST(p.value AS INTEGER) <> issues.verifier
    AND NOT EXISTS (SELECT 1 FROM json_each(issues.doc, '$.signs') s WHERE CAST(json_extract(s.value, '$.org') AS INTEGER) = CAST(p.value AS INTEGER))
  ORDER BY p.key LIMIT 1), turn)
WHERE state IN ('plan_review', 'verifying')
  AND EXISTS (SELECT 1 FROM json_each(issues.doc, '$.signs') s WHERE CAST(json_extract(s.value, '$.org') AS INTEGER) = issues.turn);
