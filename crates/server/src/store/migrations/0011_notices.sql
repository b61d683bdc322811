-- What each person is told of in the app: the newest of it.
CREATE TABLE notice (
  user BLOB NOT NULL,
  n INTEGER NOT NULL,
  thread BLOB NOT NULL,
  message BLOB,
  person BLOB,
  about TEXT NOT NULL,
  read INTEGER NOT NULL,
  shown INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (user, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX notice_by_person ON notice (person) WHERE person IS NOT NULL;
CREATE INDEX notice_by_message ON notice (message) WHERE message IS NOT NULL;
