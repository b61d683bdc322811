-- Where a message stands on its path: its depth, and an ancestor far above it. Those that are there are
-- placed by the step that runs this.
ALTER TABLE message ADD COLUMN depth INTEGER NOT NULL DEFAULT 1;
ALTER TABLE message ADD COLUMN jump BLOB;
CREATE INDEX message_by_parent ON message (thread, parent, deleted, ordinal);
CREATE INDEX message_live ON message (thread, ordinal) WHERE NOT deleted;

-- The rows in the logs have no depth: the logs begin anew, and so every device reads its window again.
DELETE FROM change;
UPDATE meta SET value = (value + 1) % 4294967296 WHERE name = 'epoch';
