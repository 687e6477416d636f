-- +goose Up
-- A measure that an assisting unit carries is awaited from it.
INSERT IGNORE INTO issue_waits (org_id, issue_id)
SELECT m.org, i.id FROM issues i
JOIN JSON_TABLE(i.doc, '$.measures[*]' COLUMNS (org BIGINT PATH '$.org', done VARCHAR(5) PATH '$.done')) AS m
WHERE i.state IN ('rectifying', 'lasting') AND COALESCE(m.done, 'false') NOT IN ('true', '1') AND COALESCE(m.org, 0) NOT IN (0, i.turn);
