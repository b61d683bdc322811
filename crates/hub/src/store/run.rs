//! What commands to a store mean, over its [`Tables`].
//!
//! Invariant: what a command writes is kept aside as a [`Change`] until it is known to take effect, so a rejected
//! mutation leaves no trace but its number.

use weft_protocol::{
    Cursor, ErrorCode, InstallationId, Limits, MessageId, MessageRow, Millis, Mutation, Refused,
    Role, Status, ThreadId, Topic, User, UserId,
    frame::Head,
    limits::{KEPT_OUTCOMES_FOR, MAX_MEMBERS},
};

use super::{
    Command, Committed, Outcome, Phase, Tables, TextAppended,
    change::Change,
    import::{self, Here},
    people,
    tables::is_running,
};

/// How many installations one [`Command::Forget`] looks at: a step is short, however many are old.
pub const FORGET_AT_ONCE: usize = 32;

/// Runs one command in the transaction that `tables` is.
pub fn run<T: Tables>(
    tables: &mut T,
    now: Millis,
    limits: &Limits,
    command: &Command,
) -> Result<Committed, T::Error> {
    match command {
        Command::Mutate {
            user,
            installation,
            n,
            mutation,
        } => {
            let last = tables.last_n(*user, *installation)?;
            if *n == 0 || *n > last + 1 {
                return Ok(only(Outcome::Gap { expected: last + 1 }));
            }
            if *n <= last {
                let outcome = tables.outcome(*user, *installation, *n)?;
                return Ok(only(outcome.unwrap_or(Outcome::Applied(Vec::new()))));
            }
            let committed = mutate(tables, now, limits, *user, mutation)?;
            tables.put_outcome(now, *user, *installation, *n, &committed.outcome)?;
            Ok(committed)
        }
        Command::StartJob { message } => {
            let jobs = match tables.message(*message)? {
                Some(row) => tables.jobs(row.thread)?,
                None => Vec::new(),
            };
            let first = jobs.first().filter(|(job, _)| job.message == *message);
            if first.is_none_or(|(_, phase)| *phase != Phase::Waiting) {
                return Ok(only(Outcome::NotRunning));
            }
            tables.start_job(*message)?;
            Ok(only(Outcome::Applied(Vec::new())))
        }
        Command::Append {
            message,
            offset,
            text,
        } => append(tables, *message, *offset, text),
        Command::Settle {
            message,
            status,
            error,
        } => {
            let Some(row) = running_reply(tables, *message)? else {
                return Ok(only(Outcome::NotRunning));
            };
            let mut change = Change::new(tables, now, None);
            if *status != Status::Stopped {
                change.notices.tell_asker(change.tables, &row, *status)?;
            }
            change.settle(row, *status, *error)?;
            change.write()
        }
        Command::Title { thread, title } => {
            let mut change = Change::new(tables, now, None);
            if let Some(mut row) = change.any_member_row(*thread)?
                && !row.named
                && !row.deleted
                && row.title != *title
            {
                row.title.clone_from(title);
                change.threads.insert(*thread, row);
            }
            change.write()
        }
        Command::Admit {
            by,
            user,
            thread,
            role,
        } => admit(tables, now, *by, *user, *thread, *role),
        Command::SetProfile {
            user,
            display,
            colour,
        } => {
            let user = User {
                display: display.clone(),
                colour: *colour,
                ..tables.user(*user)?
            };
            people::rename(tables, now, &user)
        }
        Command::Depart { user } => people::depart(tables, now, *user),
        Command::Import { user, thread } => match import::is_here(tables, *user, thread)? {
            Here::Yes => Ok(only(Outcome::Applied(Vec::new()))),
            Here::Deleted => {
                let thread = thread.row.id;
                let restore = Mutation::RestoreThread { thread };
                mutate(tables, now, limits, *user, &restore)
            }
            Here::No => import::import(tables, now, *user, thread),
        },
        Command::Recover => recover(tables, now),
        Command::Forget { after } => forget(tables, now, *after),
    }
}

pub(super) fn only(outcome: Outcome) -> Committed {
    Committed {
        outcome,
        changes: Vec::new(),
        text: None,
        jobs: Vec::new(),
    }
}

fn mutate<T: Tables>(
    tables: &mut T,
    now: Millis,
    limits: &Limits,
    user: UserId,
    mutation: &Mutation,
) -> Result<Committed, T::Error> {
    if let Err(code) = mutation.check(limits) {
        return Ok(only(Outcome::Rejected(code)));
    }
    let mut change = Change::new(tables, now, Some(user));
    match mutation.apply(&mut change) {
        Ok(()) => {
            let mut committed = change.write()?;
            if committed.changes.is_empty() {
                committed.outcome = Outcome::Applied(heads(tables, user, mutation.thread())?);
            }
            Ok(committed)
        }
        Err(Refused::Rejected(code)) => Ok(only(Outcome::Rejected(code))),
        Err(Refused::Rows(error)) => Err(error),
    }
}

fn admit<T: Tables>(
    tables: &mut T,
    now: Millis,
    by: Option<UserId>,
    user: UserId,
    thread: ThreadId,
    role: Role,
) -> Result<Committed, T::Error> {
    let members = tables.members(thread)?;
    let owner = members.iter().find(|(_, role)| *role == Role::Owner);
    let Some(&(owner, _)) = owner else {
        return Ok(only(Outcome::Rejected(ErrorCode::NoSuchThread)));
    };
    let gone = tables.thread(thread, owner)?.is_none_or(|row| row.deleted);
    let refused = match by {
        _ if gone => Some(ErrorCode::NoSuchThread),
        Some(by) if !members.iter().any(|(member, _)| *member == by) => {
            Some(ErrorCode::NoSuchThread)
        }
        Some(by) if by != owner => Some(ErrorCode::NotAllowed),
        _ if members.iter().any(|(member, _)| *member == user) => {
            return Ok(only(Outcome::Applied(Vec::new())));
        }
        _ if members.len() >= MAX_MEMBERS => Some(ErrorCode::TooManyMembers),
        _ => None,
    };
    if let Some(code) = refused {
        return Ok(only(Outcome::Rejected(code)));
    }
    let mut change = Change::new(tables, now, None);
    change.change_role(thread, user, Some(role))?;
    change
        .notices
        .tell_admitted(change.tables, thread, by, user)?;
    change.write()
}

/// The newest change sets of the topics of a mutation.
fn heads<T: Tables>(
    tables: &T,
    user: UserId,
    thread: Option<ThreadId>,
) -> Result<Vec<Head>, T::Error> {
    let epoch = tables.epoch();
    let mut heads = Vec::new();
    let thread = thread.map(Topic::Thread);
    for topic in [Topic::User(user)].into_iter().chain(thread) {
        let seq = tables.head(topic)?;
        if seq > 0 {
            let cursor = Cursor { epoch, seq };
            heads.push(Head { topic, cursor });
        }
    }
    Ok(heads)
}

/// The reply, where its job is running.
fn running_reply<T: Tables>(
    tables: &T,
    message: MessageId,
) -> Result<Option<MessageRow>, T::Error> {
    let Some(row) = tables
        .message(message)?
        .filter(|row| is_running(row.status))
    else {
        return Ok(None);
    };
    let jobs = tables.jobs(row.thread)?;
    let running = jobs
        .iter()
        .any(|(job, phase)| job.message == message && *phase == Phase::Running);
    Ok(running.then_some(row))
}

fn append<T: Tables>(
    tables: &mut T,
    message: MessageId,
    offset: u64,
    text: &str,
) -> Result<Committed, T::Error> {
    let Some(row) = running_reply(tables, message)? else {
        return Ok(only(Outcome::NotRunning));
    };
    if tables.appended_len(message)? != offset {
        return Ok(only(Outcome::NotRunning));
    }
    let mut committed = only(Outcome::Applied(Vec::new()));
    if !text.is_empty() {
        tables.append(message, offset, text)?;
        let text = text.to_owned();
        committed.text = Some(TextAppended {
            thread: row.thread,
            message,
            offset,
            text,
        });
    }
    Ok(committed)
}

fn recover<T: Tables>(tables: &mut T, now: Millis) -> Result<Committed, T::Error> {
    let mut change = Change::new(tables, now, None);
    for thread in change.tables.threads_with_jobs()? {
        for (job, phase) in change.tables.jobs(thread)? {
            if phase == Phase::Running
                && let Some(row) = change.read_message(job.message)?
            {
                change.settle(row, Status::Stopped, Some(ErrorCode::Interrupted))?;
            }
        }
        // Whoever would make the waiting ones has started anew, and knows of none.
        change.turns.insert(thread, None);
    }
    change.write()
}

fn forget<T: Tables>(
    tables: &mut T,
    now: Millis,
    after: Option<(UserId, InstallationId)>,
) -> Result<Committed, T::Error> {
    let some = tables.installations(after, FORGET_AT_ONCE)?;
    let is_full = some.len() == FORGET_AT_ONCE;
    let last = some
        .last()
        .map(|&(user, installation, _)| (user, installation));
    for (user, installation, used_at) in some {
        if now.saturating_sub(used_at) >= KEPT_OUTCOMES_FOR {
            tables.forget_installation(user, installation)?;
        }
    }
    let last = last.filter(|_| is_full);
    Ok(only(Outcome::Forgot { last }))
}
