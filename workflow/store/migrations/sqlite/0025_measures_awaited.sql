-- +goose Up
-- A measure that an assisting unit carries is awaited from it.
INSERT OR IGNORE INTO issue_waits (org_id, issue_id)
SELECT CAST(json_extract(m.value, '$.org') AS INTEGER), i.id FROM issues i, json_each(i.doc, '$.measures') m
WHERE i.state IN ('rectifying', 'lasting') AND COALESCE(json_extract(m.value, '$.done'), 0) = 0
  AND CAST(COALESCE(json_extract(m.value, '$.org'), '0') AS INTEGER) NOT IN (0, i.turn);
