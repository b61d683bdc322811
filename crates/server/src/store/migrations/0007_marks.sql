-- How far a member has read, how many messages of others come after that, and whether they want to be told. What was
-- there before counts as read.
ALTER TABLE member ADD COLUMN read INTEGER NOT NULL DEFAULT 0;
ALTER TABLE member ADD COLUMN unread INTEGER NOT NULL DEFAULT 0;
ALTER TABLE member ADD COLUMN muted INTEGER NOT NULL DEFAULT 0;
UPDATE member SET read = coalesce(
  (SELECT ordinal FROM message WHERE message.thread = member.thread ORDER BY ordinal DESC LIMIT 1), 0);

-- What devices have kept of lists has no marks: every device reads them again.
DELETE FROM change;
UPDATE meta SET value = (value + 1) % 4294967296 WHERE name = 'epoch';
