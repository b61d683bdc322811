CREATE TABLE meta (
  name TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE thread (
  id BLOB PRIMARY KEY,
  title TEXT NOT NULL,
  named INTEGER NOT NULL,
  deleted INTEGER NOT NULL,
  generating INTEGER NOT NULL,
  model TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE member (
  user BLOB NOT NULL,
  thread BLOB NOT NULL REFERENCES thread (id),
  pinned INTEGER NOT NULL,
  archived INTEGER NOT NULL,
  PRIMARY KEY (user, thread)
) STRICT, WITHOUT ROWID;
CREATE INDEX member_by_thread ON member (thread, user);

CREATE TABLE message (
  thread BLOB NOT NULL REFERENCES thread (id),
  ordinal INTEGER NOT NULL,
  id BLOB NOT NULL UNIQUE,
  parent BLOB,
  author TEXT NOT NULL,
  status TEXT NOT NULL,
  text TEXT NOT NULL,
  error TEXT,
  deleted INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (thread, ordinal)
) STRICT, WITHOUT ROWID;
CREATE INDEX message_running ON message (thread, ordinal) WHERE status = 'streaming';

-- The text of running replies; folded into the message at its end.
CREATE TABLE chunk (
  message BLOB NOT NULL,
  offset INTEGER NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (message, offset)
) STRICT, WITHOUT ROWID;

CREATE TABLE topic (
  name TEXT PRIMARY KEY,
  head INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE change (
  topic TEXT NOT NULL,
  seq INTEGER NOT NULL,
  ops TEXT NOT NULL,
  PRIMARY KEY (topic, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE job (
  id INTEGER PRIMARY KEY,
  thread BLOB NOT NULL,
  message BLOB NOT NULL UNIQUE,
  model TEXT NOT NULL,
  running INTEGER NOT NULL
) STRICT;
CREATE INDEX job_by_thread ON job (thread, id);

CREATE TABLE installation (
  user BLOB NOT NULL,
  id BLOB NOT NULL,
  last_n INTEGER NOT NULL,
  PRIMARY KEY (user, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE outcome (
  user BLOB NOT NULL,
  installation BLOB NOT NULL,
  n INTEGER NOT NULL,
  effects TEXT,
  rejected TEXT,
  PRIMARY KEY (user, installation, n)
) STRICT, WITHOUT ROWID;
