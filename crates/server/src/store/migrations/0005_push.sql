-- Web push: this server's own key, each device's subscription, and what is on its way to it.
CREATE TABLE push_key (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  private BLOB NOT NULL
) STRICT;

-- A device is a session, and its subscription ends with it.
CREATE TABLE push_subscription (
  session BLOB PRIMARY KEY REFERENCES session (token) ON DELETE CASCADE,
  user BLOB NOT NULL,
  endpoint TEXT NOT NULL UNIQUE,
  p256dh BLOB NOT NULL,
  auth BLOB NOT NULL,
  app TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX push_subscription_user ON push_subscription (user, created_at);

-- People whose notifications are to say nothing of what was written.
CREATE TABLE push_without_text (
  user BLOB PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- What a device is to show of a thread, or shows: the newest only. Without a title it is to close it;
-- without a due time it was delivered. The version tells a push from one that has replaced it.
CREATE TABLE push_job (
  session BLOB NOT NULL REFERENCES push_subscription (session) ON DELETE CASCADE,
  thread BLOB NOT NULL,
  version INTEGER NOT NULL,
  title TEXT,
  body TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  due_at INTEGER,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (session, thread)
) STRICT, WITHOUT ROWID;
CREATE INDEX push_job_due ON push_job (due_at) WHERE due_at IS NOT NULL;
