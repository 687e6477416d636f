-- +goose Up
INSERT IGNORE INTO sign_steps (issue_id, seq, action, at, round, to_state)
SELECT subject, seq, action, at, round, to_state FROM history
WHERE kind = 'issue' AND action IN ('submit', 'pass', 'close', 'record', 'request', 'return', 'reject_plan', 'reject', 'refuse');
