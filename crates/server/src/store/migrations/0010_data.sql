-- What a person wants where a thread says nothing, and how models are asked in a thread.
CREATE TABLE defaults (
  user BLOB PRIMARY KEY,
  model TEXT,
  temperature INTEGER,
  system TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE tuning (
  thread BLOB PRIMARY KEY REFERENCES thread (id),
  temperature INTEGER,
  system TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Who asked for a reply. Of those that wait it is taken to be the thread's owner.
ALTER TABLE job ADD COLUMN asker BLOB NOT NULL DEFAULT x'00000000000000000000000000000000';
UPDATE job SET asker = coalesce(
  (SELECT user FROM member WHERE member.thread = job.thread AND role = 'owner'), asker);

-- Who wrote in threads that were imported, and has no account here.
CREATE TABLE stranger (
  id BLOB PRIMARY KEY,
  name TEXT NOT NULL
) STRICT, WITHOUT ROWID;
