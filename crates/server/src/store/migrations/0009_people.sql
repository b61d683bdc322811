-- What people wish to be called and shown as, and when they were there last, to the minute; nothing of that where
-- they hide it.
ALTER TABLE account ADD COLUMN display TEXT;
ALTER TABLE account ADD COLUMN colour INTEGER;
ALTER TABLE account ADD COLUMN hides INTEGER NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN seen_at INTEGER;

-- A session is a device: what it is called when it is revoked, what it is, and when it was used last.
ALTER TABLE session ADD COLUMN id BLOB;
ALTER TABLE session ADD COLUMN device TEXT NOT NULL DEFAULT '';
ALTER TABLE session ADD COLUMN used_at INTEGER NOT NULL DEFAULT 0;
UPDATE session SET id = randomblob(16), used_at = created_at;
CREATE UNIQUE INDEX session_id ON session (id);

-- In which order people became members of a thread. Of those that are there nobody knows: by age of their account.
ALTER TABLE member ADD COLUMN place INTEGER NOT NULL DEFAULT 0;
