-- What a member may do. Who was there before threads were shared owns them; no role is a member no more.
ALTER TABLE member ADD COLUMN role TEXT DEFAULT 'owner';
DROP INDEX member_by_thread;
CREATE INDEX member_by_thread ON member (thread, user, role);

-- Links that make whoever follows them a member. Only hashes of their tokens are kept.
CREATE TABLE invite (
  token BLOB PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  thread BLOB NOT NULL REFERENCES thread (id),
  role TEXT NOT NULL,
  made_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  uses_left INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX invite_by_thread ON invite (thread, made_at);

-- What devices have kept of threads has no members: every device reads its window again.
DELETE FROM change;
UPDATE meta SET value = (value + 1) % 4294967296 WHERE name = 'epoch';
