//! What becomes of a person in the threads that they are or were in: another name, or the end of their account.
//!
//! Invariant: each thread that has members has one owner. What a person said stays where others can read it;
//! where nobody is left to keep a thread it goes as a whole.

use weft_protocol::{MemberRow, Millis, Op, Role, Rows as _, ThreadId, User, UserId};

use super::{Committed, Outcome, Tables, change::Change, run::only};

/// Calls and shows a person so from now on.
pub(super) fn rename<T: Tables>(
    tables: &mut T,
    now: Millis,
    user: &User,
) -> Result<Committed, T::Error> {
    if user.is_deleted() || tables.user(user.id)? == *user {
        return Ok(only(Outcome::Applied(Vec::new())));
    }
    tables.put_profile(user)?;
    let mut change = Change::new(tables, now, None);
    change.own.insert(user.id, Op::User(user.clone()));
    tell(&mut change, user)?;
    change.notices.called(change.tables, user)?;
    change.write()
}

/// Ends an account.
pub(super) fn depart<T: Tables>(
    tables: &mut T,
    now: Millis,
    user: UserId,
) -> Result<Committed, T::Error> {
    let mut ended = Vec::new();
    let mut change = Change::new(&mut *tables, now, None);
    (change.departs, change.tell) = (Some(user), true);
    change.own.insert(user, Op::User(User::deleted(user)));
    change.notices.called(change.tables, &User::deleted(user))?;
    for (thread, role) in change.tables.memberships(user)? {
        match role {
            Some(Role::Owner) => {
                let row = change.any_member_row(thread)?;
                let heir = match row {
                    Some(row) if !row.deleted => change.tables.heir(thread)?,
                    Some(_) | None => None,
                };
                if let Some(heir) = heir {
                    change.change_role(thread, heir, Some(Role::Owner))?;
                    change.change_role(thread, user, None)?;
                } else {
                    end(&mut change, thread)?;
                    ended.push(thread);
                }
            }
            Some(Role::Editor | Role::Viewer) => change.change_role(thread, user, None)?,
            None => say(&mut change, thread, &User::deleted(user), None),
        }
    }
    let committed = change.write()?;
    for thread in ended {
        tables.forget_thread(thread)?;
    }
    tables.forget_person(user)?;
    Ok(committed)
}

/// Tells all who may see them in a thread that a person is called and shown so.
fn tell<T: Tables>(change: &mut Change<'_, T>, user: &User) -> Result<(), T::Error> {
    for (thread, role) in change.tables.memberships(user.id)? {
        say(change, thread, user, role);
    }
    Ok(())
}

fn say<T: Tables>(change: &mut Change<'_, T>, thread: ThreadId, user: &User, role: Option<Role>) {
    let user = user.clone();
    let ops = change.ops.entry(thread).or_default();
    ops.push(Op::Member(MemberRow { user, role }));
}

/// Nobody is a member of the thread any more, and nothing is made in it.
fn end<T: Tables>(change: &mut Change<'_, T>, thread: ThreadId) -> Result<(), T::Error> {
    change.stop_replies(thread)?;
    for (member, _) in change.tables.members(thread)? {
        change.change_role(thread, member, None)?;
    }
    Ok(())
}
