//! The primitive reads and writes of a store, in SQL.
//!
//! Invariant: no read goes through a whole thread. Where SQLite would rather walk the thread than seek, the
//! index is named, and a statement that cannot use it fails at once.

use rusqlite::{Connection, OptionalExtension, Params, Result, Row, params, types::Type};
use serde::{Serialize, de::DeserializeOwned};
use weft_hub::{
    Job, Outcome,
    store::{KEPT_OUTCOMES, Link, Lookup, Phase, Tables},
};
use weft_protocol::{
    Author, Defaults, ErrorCode, InstallationId, MemberRow, MessageId, MessageRow, Millis,
    NoticeRow, Op, Role, Status, ThreadId, ThreadRow, Topic, Tuning, User, UserId,
};

use super::KEPT_CHANGES;

const THREAD: &str = "SELECT t.id, t.title, t.named, m.pinned, m.archived, t.deleted, t.generating, \
     t.model, t.created_at, t.updated_at, m.role, \
     (SELECT count(role) FROM member INDEXED BY member_by_thread WHERE thread = t.id), \
     coalesce((SELECT ordinal FROM message WHERE thread = t.id ORDER BY ordinal DESC LIMIT 1), 0), \
     m.read, m.unread, m.muted \
     FROM member m JOIN thread t ON t.id = m.thread";
pub(crate) const MESSAGE: &str = "SELECT id, thread, ordinal, parent, author, status, text, error, deleted, \
     created_at, depth FROM message";
const NOTICE: &str = "SELECT n, thread, about, read, shown, created_at, user FROM notice";
const LINK: &str = "SELECT id, thread, ordinal, parent, depth, jump, deleted FROM message";

/// The rows, in the transaction of this connection.
#[derive(Debug)]
pub struct Rows<'a> {
    connection: &'a Connection,
    epoch: u32,
}

impl<'a> Rows<'a> {
    /// The rows that `connection` sees, of the store's incarnation `epoch`.
    pub fn new(connection: &'a Connection, epoch: u32) -> Self {
        Self { connection, epoch }
    }

    fn one<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        self.connection
            .prepare_cached(sql)?
            .query_row(params, read)
            .optional()
    }

    fn all<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        self.connection
            .prepare_cached(sql)?
            .query_map(params, read)?
            .collect()
    }

    fn forget_log(&self, topic: Topic) -> Result<()> {
        let name = topic.to_string();
        self.write("DELETE FROM change WHERE topic = ?1", [&name])?;
        self.write("DELETE FROM topic WHERE name = ?1", [&name])
    }

    fn write(&self, sql: &str, params: impl Params) -> Result<()> {
        self.connection
            .prepare_cached(sql)?
            .execute(params)
            .map(drop)
    }
}

/// A value kept as JSON.
fn json<T: DeserializeOwned>(row: &Row<'_>, at: usize) -> Result<T> {
    let text: String = row.get(at)?;
    serde_json::from_str(&text)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(at, Type::Text, error.into()))
}

fn to_json<T: Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
}

fn status_name(status: Status) -> &'static str {
    match status {
        Status::Complete => "complete",
        Status::Streaming => "streaming",
        Status::Stopped => "stopped",
        Status::Failed => "failed",
    }
}

fn status(name: &str) -> Status {
    match name {
        "complete" => Status::Complete,
        "streaming" => Status::Streaming,
        "stopped" => Status::Stopped,
        _ => Status::Failed,
    }
}

fn thread_row(row: &Row<'_>) -> Result<ThreadRow> {
    Ok(ThreadRow {
        id: ThreadId::from_bytes(row.get(0)?),
        title: row.get(1)?,
        named: row.get(2)?,
        pinned: row.get(3)?,
        archived: row.get(4)?,
        deleted: row.get(5)?,
        generating: row.get(6)?,
        model: row.get(7)?,
        created_at: row.get(8)?,
        updated_at: row.get(9)?,
        role: role(row, 10)?.unwrap_or_default(),
        members: row.get(11)?,
        last: row.get(12)?,
        read: row.get(13)?,
        unread: row.get(14)?,
        muted: row.get(15)?,
    })
}

/// The columns of an account that say who it is.
pub(crate) fn user_row(row: &Row<'_>) -> Result<User> {
    Ok(User {
        id: UserId::from_bytes(row.get(0)?),
        name: row.get(1)?,
        display: row.get(2)?,
        colour: row.get(3)?,
    })
}

fn role(row: &Row<'_>, at: usize) -> Result<Option<Role>> {
    let name: Option<String> = row.get(at)?;
    Ok(name.as_deref().and_then(Role::parse))
}

fn tuning(row: &Row<'_>) -> Result<Tuning> {
    Ok(Tuning {
        temperature: row.get(0)?,
        system: row.get(1)?,
    })
}

pub(crate) fn message_row(row: &Row<'_>) -> Result<MessageRow> {
    Ok(MessageRow {
        id: MessageId::from_bytes(row.get(0)?),
        thread: ThreadId::from_bytes(row.get(1)?),
        ordinal: row.get(2)?,
        parent: row
            .get::<_, Option<[u8; 16]>>(3)?
            .map(MessageId::from_bytes),
        depth: row.get(10)?,
        siblings: Vec::new(),
        author: json(row, 4)?,
        status: status(row.get_ref(5)?.as_str()?),
        text: row.get_ref(6)?.as_str()?.into(),
        error: row
            .get::<_, Option<String>>(7)?
            .as_deref()
            .and_then(ErrorCode::parse),
        deleted: row.get(8)?,
        created_at: row.get(9)?,
    })
}

fn notice_row(row: &Row<'_>) -> Result<NoticeRow> {
    Ok(NoticeRow {
        n: row.get(0)?,
        thread: ThreadId::from_bytes(row.get(1)?),
        about: json(row, 2)?,
        read: row.get(3)?,
        shown: row.get(4)?,
        created_at: row.get(5)?,
    })
}

fn link(row: &Row<'_>) -> Result<Link> {
    let id = MessageId::from_bytes(row.get(0)?);
    let at = |at| Ok::<_, rusqlite::Error>(row.get::<_, Option<_>>(at)?.map(MessageId::from_bytes));
    Ok(Link {
        id,
        thread: ThreadId::from_bytes(row.get(1)?),
        ordinal: row.get(2)?,
        parent: at(3)?,
        depth: row.get(4)?,
        jump: at(5)?.unwrap_or(id),
        deleted: row.get(6)?,
    })
}

impl Lookup for Rows<'_> {
    type Error = rusqlite::Error;

    fn epoch(&self) -> u32 {
        self.epoch
    }

    fn thread(&self, thread: ThreadId, member: UserId) -> Result<Option<ThreadRow>> {
        let sql = format!("{THREAD} WHERE m.user = ?1 AND m.thread = ?2 AND m.role IS NOT NULL");
        self.one(
            &sql,
            params![member.as_bytes(), thread.as_bytes()],
            thread_row,
        )
    }

    fn members(&self, thread: ThreadId) -> Result<Vec<(UserId, Role)>> {
        let sql = "SELECT user, role FROM member INDEXED BY member_by_thread \
                   WHERE thread = ?1 AND role IS NOT NULL ORDER BY user";
        self.all(sql, [thread.as_bytes()], |row| {
            let user = UserId::from_bytes(row.get(0)?);
            Ok((user, role(row, 1)?.unwrap_or(Role::Viewer)))
        })
    }

    fn people(&self, thread: ThreadId) -> Result<Vec<MemberRow>> {
        let sql = "SELECT m.user, coalesce(a.name, s.name, ''), a.display, a.colour, m.role \
                   FROM member m LEFT JOIN account a ON a.id = m.user \
                   LEFT JOIN stranger s ON s.id = m.user WHERE m.thread = ?1 ORDER BY m.user";
        self.all(sql, [thread.as_bytes()], |row| {
            Ok(MemberRow {
                user: user_row(row)?,
                role: role(row, 4)?,
            })
        })
    }

    fn defaults(&self, user: UserId) -> Result<Option<Defaults>> {
        let sql = "SELECT temperature, system, model FROM defaults WHERE user = ?1";
        self.one(sql, [user.as_bytes()], |row| {
            Ok(Defaults {
                tuning: tuning(row)?,
                model: row.get(2)?,
            })
        })
    }

    fn tuning(&self, thread: ThreadId) -> Result<Option<Tuning>> {
        let sql = "SELECT temperature, system FROM tuning WHERE thread = ?1";
        self.one(sql, [thread.as_bytes()], tuning)
    }

    fn user(&self, user: UserId) -> Result<User> {
        let sql = "SELECT id, name, display, colour FROM account WHERE id = ?1";
        let known = self.one(sql, [user.as_bytes()], user_row)?;
        Ok(known.unwrap_or_else(|| User::deleted(user)))
    }

    fn hides(&self, user: UserId) -> Result<bool> {
        let sql = "SELECT hides FROM account WHERE id = ?1";
        let hides = self.one(sql, [user.as_bytes()], |row| row.get(0))?;
        Ok(hides.unwrap_or(false))
    }

    fn memberships(&self, user: UserId) -> Result<Vec<(ThreadId, Option<Role>)>> {
        let sql = "SELECT thread, role FROM member WHERE user = ?1 ORDER BY thread";
        self.all(sql, [user.as_bytes()], |row| {
            Ok((ThreadId::from_bytes(row.get(0)?), role(row, 1)?))
        })
    }

    fn shared(&self, user: UserId) -> Result<Vec<ThreadId>> {
        let sql = "SELECT m.thread FROM member m JOIN thread t ON t.id = m.thread \
                   WHERE m.user = ?1 AND m.role IS NOT NULL AND NOT t.deleted AND EXISTS (\
                   SELECT 1 FROM member o INDEXED BY member_by_thread WHERE o.thread = m.thread \
                   AND o.user <> m.user AND o.role IS NOT NULL) ORDER BY m.thread";
        self.all(sql, [user.as_bytes()], |row| {
            Ok(ThreadId::from_bytes(row.get(0)?))
        })
    }

    fn heir(&self, thread: ThreadId) -> Result<Option<UserId>> {
        let sql = "SELECT user FROM member WHERE thread = ?1 AND role = 'editor' \
                   ORDER BY place, user LIMIT 1";
        self.one(sql, [thread.as_bytes()], |row| {
            Ok(UserId::from_bytes(row.get(0)?))
        })
    }

    fn threads(&self, member: UserId) -> Result<Vec<ThreadRow>> {
        let sql = format!(
            "{THREAD} WHERE m.user = ?1 AND m.role IS NOT NULL AND NOT t.deleted ORDER BY t.id"
        );
        self.all(&sql, [member.as_bytes()], thread_row)
    }

    fn notices(&self, user: UserId) -> Result<Vec<NoticeRow>> {
        let sql = format!("{NOTICE} WHERE user = ?1 ORDER BY n");
        self.all(&sql, [user.as_bytes()], notice_row)
    }

    fn noticed_by(&self, person: UserId) -> Result<Vec<(UserId, NoticeRow)>> {
        let sql = format!("{NOTICE} INDEXED BY notice_by_person WHERE person = ?1");
        self.all(&sql, [person.as_bytes()], |row| {
            Ok((UserId::from_bytes(row.get(6)?), notice_row(row)?))
        })
    }

    fn noticed(&self, message: MessageId) -> Result<Vec<(UserId, u64)>> {
        let sql = "SELECT user, n FROM notice INDEXED BY notice_by_message WHERE message = ?1";
        self.all(sql, [message.as_bytes()], |row| {
            Ok((UserId::from_bytes(row.get(0)?), row.get(1)?))
        })
    }

    fn message(&self, message: MessageId) -> Result<Option<MessageRow>> {
        self.one(
            &format!("{MESSAGE} WHERE id = ?1"),
            [message.as_bytes()],
            message_row,
        )
    }

    fn tail(&self, thread: ThreadId) -> Result<Option<MessageId>> {
        let sql = "SELECT id FROM message INDEXED BY message_live \
                   WHERE thread = ?1 AND NOT deleted ORDER BY ordinal DESC LIMIT 1";
        self.one(sql, [thread.as_bytes()], |row| {
            Ok(MessageId::from_bytes(row.get(0)?))
        })
    }

    fn last_ordinal(&self, thread: ThreadId) -> Result<u64> {
        let sql = "SELECT ordinal FROM message WHERE thread = ?1 ORDER BY ordinal DESC LIMIT 1";
        Ok(self
            .one(sql, [thread.as_bytes()], |row| row.get(0))?
            .unwrap_or(0))
    }

    fn others(&self, thread: ThreadId, user: UserId, after: u64, through: u64) -> Result<u64> {
        let sql = "SELECT count(*) FROM message WHERE thread = ?1 AND ordinal > ?2 AND ordinal <= ?3 \
                   AND NOT deleted AND author <> ?4";
        let author = to_json(&Author::User(user))?;
        let params = params![thread.as_bytes(), after, through, author];
        let count = self.one(sql, params, |row| row.get(0))?;
        Ok(count.unwrap_or(0))
    }

    fn newest(&self, thread: ThreadId, limit: u32) -> Result<Vec<Link>> {
        let sql = format!("{LINK} WHERE thread = ?1 ORDER BY ordinal DESC LIMIT ?2");
        self.all(&sql, params![thread.as_bytes(), limit], link)
    }

    fn link(&self, message: MessageId) -> Result<Option<Link>> {
        self.one(&format!("{LINK} WHERE id = ?1"), [message.as_bytes()], link)
    }

    fn children(&self, thread: ThreadId, parent: MessageId) -> Result<Vec<Link>> {
        let sql = format!("{LINK} INDEXED BY message_by_parent WHERE thread = ?1 AND parent = ?2");
        self.all(&sql, [thread.as_bytes(), parent.as_bytes()], link)
    }

    fn siblings(&self, thread: ThreadId, parent: Option<MessageId>) -> Result<Vec<MessageId>> {
        let sql = "SELECT id FROM message INDEXED BY message_by_parent \
                   WHERE thread = ?1 AND parent IS ?2 AND deleted = 0 ORDER BY ordinal";
        let parent = parent.as_ref().map(|id| id.as_bytes());
        self.all(sql, params![thread.as_bytes(), parent], |row| {
            Ok(MessageId::from_bytes(row.get(0)?))
        })
    }

    fn running(&self, thread: ThreadId) -> Result<Vec<MessageId>> {
        let sql = "SELECT id FROM message INDEXED BY message_running \
                   WHERE thread = ?1 AND status = 'streaming' ORDER BY ordinal";
        self.all(sql, [thread.as_bytes()], |row| {
            Ok(MessageId::from_bytes(row.get(0)?))
        })
    }

    fn appended(&self, message: MessageId) -> Result<String> {
        let sql = "SELECT text FROM chunk WHERE message = ?1 ORDER BY offset";
        let mut whole = String::new();
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([message.as_bytes()])?;
        while let Some(row) = rows.next()? {
            whole.push_str(row.get_ref(0)?.as_str()?);
        }
        Ok(whole)
    }

    fn appended_len(&self, message: MessageId) -> Result<u64> {
        let sql = "SELECT offset + octet_length(text) FROM chunk WHERE message = ?1 \
                   ORDER BY offset DESC LIMIT 1";
        Ok(self
            .one(sql, [message.as_bytes()], |row| row.get(0))?
            .unwrap_or(0))
    }

    fn head(&self, topic: Topic) -> Result<u64> {
        let sql = "SELECT head FROM topic WHERE name = ?1";
        Ok(self
            .one(sql, [topic.to_string()], |row| row.get(0))?
            .unwrap_or(0))
    }

    fn log(&self, topic: Topic, seq: u64) -> Result<Vec<Op>> {
        let seq = i64::try_from(seq).unwrap_or(i64::MAX);
        let sql = "SELECT ops FROM change WHERE topic = ?1 AND seq > ?2 ORDER BY seq";
        let sets: Vec<Vec<Op>> =
            self.all(sql, params![topic.to_string(), seq], |row| json(row, 0))?;
        Ok(sets.into_iter().flatten().collect())
    }

    fn jobs(&self, thread: ThreadId) -> Result<Vec<(Job, Phase)>> {
        let sql = "SELECT message, model, running, asker FROM job WHERE thread = ?1 ORDER BY id";
        self.all(sql, [thread.as_bytes()], |row| {
            let message = MessageId::from_bytes(row.get(0)?);
            let phase = if row.get(2)? {
                Phase::Running
            } else {
                Phase::Waiting
            };
            Ok((
                Job {
                    thread,
                    message,
                    model: row.get(1)?,
                    asker: UserId::from_bytes(row.get(3)?),
                },
                phase,
            ))
        })
    }

    fn threads_with_jobs(&self) -> Result<Vec<ThreadId>> {
        let sql = "SELECT DISTINCT thread FROM job ORDER BY thread";
        self.all(sql, [], |row| Ok(ThreadId::from_bytes(row.get(0)?)))
    }

    fn last_n(&self, user: UserId, installation: InstallationId) -> Result<u64> {
        let sql = "SELECT last_n FROM installation WHERE user = ?1 AND id = ?2";
        let params = params![user.as_bytes(), installation.as_bytes()];
        Ok(self.one(sql, params, |row| row.get(0))?.unwrap_or(0))
    }

    fn installations(
        &self,
        after: Option<(UserId, InstallationId)>,
        limit: usize,
    ) -> Result<Vec<(UserId, InstallationId, Millis)>> {
        // No id is empty, so all come after these.
        let (user, installation) = match &after {
            Some((user, installation)) => (&user.as_bytes()[..], &installation.as_bytes()[..]),
            None => (&[][..], &[][..]),
        };
        let sql = "SELECT user, id, used_at FROM installation WHERE (user, id) > (?1, ?2) \
                   ORDER BY user, id LIMIT ?3";
        self.all(sql, params![user, installation, limit], |row| {
            let (user, id) = (row.get(0)?, row.get(1)?);
            Ok((
                UserId::from_bytes(user),
                InstallationId::from_bytes(id),
                row.get(2)?,
            ))
        })
    }

    fn outcome(
        &self,
        user: UserId,
        installation: InstallationId,
        n: u64,
    ) -> Result<Option<Outcome>> {
        let sql = "SELECT effects, rejected FROM outcome \
                   WHERE user = ?1 AND installation = ?2 AND n = ?3";
        self.one(
            sql,
            params![user.as_bytes(), installation.as_bytes(), n],
            |row| match row.get::<_, Option<String>>(1)? {
                Some(code) => Ok(Outcome::Rejected(
                    ErrorCode::parse(&code).unwrap_or(ErrorCode::NotAllowed),
                )),
                None => json(row, 0).map(Outcome::Applied),
            },
        )
    }
}

impl Tables for Rows<'_> {
    fn put_thread(&mut self, member: UserId, row: &ThreadRow) -> Result<()> {
        self.write(
            "INSERT INTO thread (id, title, named, deleted, generating, model, created_at, \
             updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (id) DO UPDATE SET \
             title = ?2, named = ?3, deleted = ?4, generating = ?5, model = ?6, updated_at = ?8",
            params![
                row.id.as_bytes(),
                row.title,
                row.named,
                row.deleted,
                row.generating,
                row.model,
                row.created_at,
                row.updated_at
            ],
        )?;
        let own = params![
            member.as_bytes(),
            row.id.as_bytes(),
            row.pinned,
            row.archived,
            row.role.as_str(),
            row.read,
            row.unread,
            row.muted
        ];
        // Who becomes a member, again or for the first time, comes after all others.
        let sql = "UPDATE member SET pinned = ?3, archived = ?4, role = ?5, read = ?6, unread = ?7, \
                   muted = ?8, place = CASE WHEN role IS NULL THEN \
                   (SELECT max(place) + 1 FROM member WHERE thread = ?2) ELSE place END \
                   WHERE user = ?1 AND thread = ?2";
        if self.connection.prepare_cached(sql)?.execute(own)? > 0 {
            return Ok(());
        }
        self.write(
            "INSERT INTO member (user, thread, pinned, archived, role, read, unread, muted, place) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, \
             (SELECT coalesce(max(place), 0) + 1 FROM member WHERE thread = ?2))",
            own,
        )
    }

    fn put_profile(&mut self, user: &User) -> Result<()> {
        self.write(
            "UPDATE account SET display = ?2, colour = ?3 WHERE id = ?1",
            params![user.id.as_bytes(), user.display, user.colour],
        )
    }

    fn forget_person(&mut self, user: UserId) -> Result<()> {
        let id = user.as_bytes();
        for table in [
            "outcome",
            "installation",
            "push_subscription",
            "session",
            "defaults",
        ] {
            self.write(&format!("DELETE FROM {table} WHERE user = ?1"), [id])?;
        }
        self.write("DELETE FROM account WHERE id = ?1", [id])?;
        self.write(
            "UPDATE member SET pinned = 0, archived = 0, read = 0, unread = 0, muted = 0 \
             WHERE user = ?1",
            [id],
        )?;
        self.forget_log(Topic::User(user))
    }

    fn forget_thread(&mut self, thread: ThreadId) -> Result<()> {
        let id = thread.as_bytes();
        let said = "SELECT id FROM message WHERE thread = ?1";
        self.write(
            &format!("DELETE FROM chunk WHERE message IN ({said})"),
            [id],
        )?;
        // Who wrote in it, where that was imported, and in no other thread.
        self.write(
            "DELETE FROM stranger WHERE id IN (SELECT user FROM member WHERE thread = ?1) \
             AND NOT EXISTS (SELECT 1 FROM member m WHERE m.user = stranger.id AND m.thread <> ?1)",
            [id],
        )?;
        for table in ["job", "push_job", "invite", "tuning", "message", "member"] {
            self.write(&format!("DELETE FROM {table} WHERE thread = ?1"), [id])?;
        }
        self.write("DELETE FROM thread WHERE id = ?1", [id])?;
        self.forget_log(Topic::Thread(thread))
    }

    fn remove_member(&mut self, thread: ThreadId, member: UserId) -> Result<()> {
        self.write(
            "UPDATE member SET role = NULL WHERE user = ?1 AND thread = ?2",
            [member.as_bytes(), thread.as_bytes()],
        )
    }

    fn put_former(&mut self, thread: ThreadId, user: &User) -> Result<()> {
        self.write(
            "INSERT OR IGNORE INTO stranger (id, name) VALUES (?1, ?2)",
            params![user.id.as_bytes(), user.name],
        )?;
        self.write(
            "INSERT OR IGNORE INTO member (user, thread, pinned, archived, role) \
             VALUES (?1, ?2, 0, 0, NULL)",
            [user.id.as_bytes(), thread.as_bytes()],
        )
    }

    fn put_defaults(&mut self, user: UserId, defaults: &Defaults) -> Result<()> {
        let Tuning {
            temperature,
            system,
        } = &defaults.tuning;
        self.write(
            "INSERT OR REPLACE INTO defaults (user, model, temperature, system) \
             VALUES (?1, ?2, ?3, ?4)",
            params![user.as_bytes(), defaults.model, temperature, system],
        )
    }

    fn put_tuning(&mut self, thread: ThreadId, tuning: &Tuning) -> Result<()> {
        self.write(
            "INSERT OR REPLACE INTO tuning (thread, temperature, system) VALUES (?1, ?2, ?3)",
            params![thread.as_bytes(), tuning.temperature, tuning.system],
        )
    }

    fn add_message(&mut self, row: &MessageRow, jump: MessageId) -> Result<()> {
        self.write(
            "INSERT INTO message (id, thread, ordinal, parent, author, status, text, error, \
             deleted, created_at, depth, jump) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
            params![
                row.id.as_bytes(),
                row.thread.as_bytes(),
                row.ordinal,
                row.parent.as_ref().map(|id| id.as_bytes()),
                to_json(&row.author)?,
                status_name(row.status),
                row.text.as_ref(),
                row.error.map(ErrorCode::as_str),
                row.deleted,
                row.created_at,
                row.depth,
                jump.as_bytes()
            ],
        )
    }

    fn put_message(&mut self, row: &MessageRow) -> Result<()> {
        self.write(
            "UPDATE message SET status = ?3, text = ?4, error = ?5, deleted = ?6 \
             WHERE thread = ?1 AND ordinal = ?2",
            params![
                row.thread.as_bytes(),
                row.ordinal,
                status_name(row.status),
                row.text.as_ref(),
                row.error.map(ErrorCode::as_str),
                row.deleted
            ],
        )
    }

    fn append(&mut self, message: MessageId, offset: u64, text: &str) -> Result<()> {
        self.write(
            "INSERT INTO chunk (message, offset, text) VALUES (?1, ?2, ?3)",
            params![message.as_bytes(), offset, text],
        )
    }

    fn drop_appended(&mut self, message: MessageId) -> Result<()> {
        self.write("DELETE FROM chunk WHERE message = ?1", [message.as_bytes()])
    }

    fn put_notice(&mut self, user: UserId, row: &NoticeRow) -> Result<()> {
        self.write(
            "INSERT OR REPLACE INTO notice (user, n, thread, message, person, about, read, \
             shown, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            params![
                user.as_bytes(),
                row.n,
                row.thread.as_bytes(),
                row.place().as_ref().map(|at| at.message.as_bytes()),
                row.person().map(|person| person.id.as_bytes()),
                to_json(&row.about)?,
                row.read,
                row.shown,
                row.created_at
            ],
        )
    }

    fn drop_notice(&mut self, user: UserId, n: u64) -> Result<()> {
        self.write(
            "DELETE FROM notice WHERE user = ?1 AND n = ?2",
            params![user.as_bytes(), n],
        )
    }

    fn push_log(&mut self, topic: Topic, seq: u64, ops: &[Op]) -> Result<()> {
        let name = topic.to_string();
        self.write(
            "INSERT INTO topic (name, head) VALUES (?1, ?2) \
             ON CONFLICT (name) DO UPDATE SET head = ?2",
            params![name, seq],
        )?;
        self.write(
            "INSERT INTO change (topic, seq, ops) VALUES (?1, ?2, ?3)",
            params![name, seq, to_json(&ops)?],
        )?;
        if seq.is_multiple_of(1_000) && seq > KEPT_CHANGES {
            let sql = "DELETE FROM change WHERE topic = ?1 AND seq <= ?2";
            self.write(sql, params![name, seq - KEPT_CHANGES])?;
        }
        Ok(())
    }

    fn add_job(&mut self, job: &Job) -> Result<()> {
        self.write(
            "INSERT INTO job (thread, message, model, running, asker) VALUES (?1, ?2, ?3, 0, ?4)",
            params![
                job.thread.as_bytes(),
                job.message.as_bytes(),
                job.model,
                job.asker.as_bytes()
            ],
        )
    }

    fn start_job(&mut self, message: MessageId) -> Result<()> {
        self.write(
            "UPDATE job SET running = 1 WHERE message = ?1",
            [message.as_bytes()],
        )
    }

    fn end_job(&mut self, message: MessageId) -> Result<()> {
        self.write("DELETE FROM job WHERE message = ?1", [message.as_bytes()])
    }

    fn put_outcome(
        &mut self,
        now: Millis,
        user: UserId,
        installation: InstallationId,
        n: u64,
        outcome: &Outcome,
    ) -> Result<()> {
        let (effects, rejected) = match outcome {
            Outcome::Applied(effects) => (Some(to_json(effects)?), None),
            Outcome::Rejected(code) => (None, Some(code.as_str())),
            Outcome::Gap { .. } | Outcome::NotRunning | Outcome::Forgot { .. } => {
                (Some("[]".to_owned()), None)
            }
        };
        let (user, installation) = (user.as_bytes(), installation.as_bytes());
        self.write(
            "INSERT INTO installation (user, id, last_n, used_at) VALUES (?1, ?2, ?3, ?4) \
             ON CONFLICT (user, id) DO UPDATE SET last_n = ?3, used_at = ?4",
            params![user, installation, n, now],
        )?;
        self.write(
            "INSERT INTO outcome (user, installation, n, effects, rejected) \
             VALUES (?1, ?2, ?3, ?4, ?5)",
            params![user, installation, n, effects, rejected],
        )?;
        match n.checked_sub(KEPT_OUTCOMES + 1) {
            Some(old) => self.write(
                "DELETE FROM outcome WHERE user = ?1 AND installation = ?2 AND n = ?3",
                params![user, installation, old],
            ),
            None => Ok(()),
        }
    }

    fn forget_installation(&mut self, user: UserId, installation: InstallationId) -> Result<()> {
        let params = [user.as_bytes(), installation.as_bytes()];
        self.write(
            "DELETE FROM outcome WHERE user = ?1 AND installation = ?2",
            params,
        )?;
        self.write(
            "DELETE FROM installation WHERE user = ?1 AND id = ?2",
            params,
        )
    }
}
