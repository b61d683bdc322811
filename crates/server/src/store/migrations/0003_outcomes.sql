-- When each installation had its last outcome. Of those that are there nobody knows: they count from now.
ALTER TABLE installation ADD COLUMN used_at INTEGER NOT NULL DEFAULT 0;
UPDATE installation SET used_at = unixepoch() * 1000;
