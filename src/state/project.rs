//! The one writer of the app's state: the core's changes, and what the runtime has learnt.
//!
//! Invariant: after the core's changes were applied in order, the signals equal the core's own view. A
//! change that does not fit (an index beyond the end) changes nothing and never panics.

use std::collections::HashSet;

use leptos::prelude::*;
use weft_protocol::{MessageId, Model, Mutation, Status, ThreadId, User, api::Invite};
use weft_sync::{Change, MessageView, ThreadView};

use super::{
    Call, Days, Keeping, Language, Look, Moving, OwnFact, Push, Row, Session, State, Theme,
    Timeline, Toast, Used, words,
};

/// How many toasts there are at once.
const TOASTS: usize = 3;

/// What the runtime has learnt beside the core.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// Who is signed in.
    Session(Session),
    /// What this device keeps of their account is here, as far as it keeps any.
    Opened,
    /// Where signing in stands.
    Auth(Call),
    /// Where the change of password stands.
    Password(Call),
    /// Something of the account.
    Own(OwnFact),
    /// Where joining by a link, or adding members, stands.
    Sharing(Call),
    /// A thread was joined.
    Joined(ThreadId),
    /// These are a thread's invites.
    Invites(Vec<Invite>),
    /// How the notifications of this device are.
    Push(Push),
    /// An id was made for a thread that does not exist yet.
    Fresh(ThreadId),
    /// It exists now.
    Made(ThreadId),
    /// The colours.
    Theme(Theme),
    /// The rest of how the app looks.
    Look(Look),
    /// The language that was chosen.
    Language(Language),
    /// What is being written.
    Draft(Option<ThreadId>, String),
    /// The model chosen.
    Model(Option<ThreadId>, String),
    /// The model chosen last, before this page.
    LastModel(String),
    /// How much is kept.
    Used(Used),
    /// Where moving data stands.
    Moving(Moving),
    /// Where what is written lasts.
    Keeping(Keeping),
    /// Whether somebody may be looking.
    Seen(bool),
    /// The local midnights.
    Days(Days),
    /// A toast appears.
    Toasted(Toast),
    /// A toast goes.
    Dismissed(u64),
    /// The account is left: nothing of it stays.
    Forgotten,
}

/// Applies a change of the core's view.
pub fn apply(state: &State, change: Change) {
    match change {
        Change::StatusSet(status) => state.status.set(status),
        Change::UserSet(user) => user_set(state, user),
        Change::ModelsSet(models) => models_set(state, models),
        Change::DefaultsSet(defaults) => state.defaults.set(defaults),
        Change::UnsentSet(unsent) => state.unsent.set(unsent),
        Change::ThreadsKnownSet(known) => state.threads_known.set(known),
        Change::ThreadInserted { index, thread } => {
            let id = thread.row.id;
            unread(state, None, Some(&thread));
            state.threads.update_value(|threads| {
                threads.insert(id, ArcRwSignal::new(thread));
            });
            state
                .order
                .update(|order| order.insert(index.min(order.len()), id));
        }
        Change::ThreadRemoved { index } => {
            let mut removed = None;
            state.order.update(|order| {
                removed = (index < order.len()).then(|| order.remove(index));
            });
            if let Some(id) = removed {
                let mut thread = None;
                state
                    .threads
                    .update_value(|threads| thread = threads.remove(&id));
                if let Some(thread) = thread {
                    thread.with_untracked(|thread| unread(state, Some(thread), None));
                }
            }
        }
        Change::ThreadMoved { from, to } => state.order.update(|order| shift(order, from, to)),
        Change::ThreadSet(thread) => {
            if let Some(signal) = state.thread(thread.row.id) {
                signal.with_untracked(|before| unread(state, Some(before), Some(&thread)));
                signal.set(thread);
            }
        }
        Change::NoticesSet(notices) => state.notices.set(notices),
        Change::TimelineOpened(thread) => state.timelines.update(|timelines| {
            timelines.insert(thread, Timeline::default());
        }),
        Change::TimelineClosed(thread) => state.timelines.update(|timelines| {
            timelines.remove(&thread);
        }),
        Change::HistorySet(thread, history) => {
            if let Some(timeline) = timeline(state, thread) {
                timeline.history.set(history);
            }
        }
        Change::AheadSet(thread, ahead) => {
            if let Some(timeline) = timeline(state, thread) {
                timeline.ahead.set(ahead);
            }
        }
        Change::LengthSet(thread, length) => {
            if let Some(timeline) = timeline(state, thread) {
                timeline.length.set(length);
            }
        }
        Change::PeopleSet(thread, people) => {
            if let Some(timeline) = timeline(state, thread) {
                timeline.people.set(people);
            }
        }
        Change::PresenceSet(thread, presence) => {
            if let Some(timeline) = timeline(state, thread) {
                timeline.presence.set(presence);
            }
        }
        Change::TuningSet(thread, tuning) => {
            if let Some(timeline) = timeline(state, thread) {
                timeline.tuning.set(tuning);
            }
        }
        Change::MessageInserted {
            thread,
            index,
            message,
        } => {
            if let Some(timeline) = timeline(state, thread) {
                insert(&timeline, index, message);
            }
        }
        Change::MessageRemoved { thread, index } => {
            if let Some(timeline) = timeline(state, thread) {
                remove(&timeline, index);
            }
        }
        Change::MessageMoved { thread, from, to } => {
            if let Some(timeline) = timeline(state, thread) {
                timeline.order.update(|order| shift(order, from, to));
            }
        }
        Change::HeadSet(thread, message, head) => {
            if let Some(timeline) = timeline(state, thread) {
                streams(&timeline, message, head.status == Status::Streaming);
                if let Some(row) = timeline.row(message) {
                    row.head.set(head);
                }
            }
        }
        Change::BodySet(thread, message, body) => {
            if let Some(row) = row(state, thread, message) {
                row.body.set(body.as_ref().to_owned());
            }
        }
        Change::BodyAppended(thread, message, text) => {
            if let Some(row) = row(state, thread, message) {
                row.body.update(|body| body.push_str(&text));
            }
        }
        Change::DeliverySet(thread, message, delivery) => {
            if let Some(row) = row(state, thread, message) {
                row.delivery.set(delivery);
            }
        }
        Change::DraftSet(place, text) => {
            record(state, Fact::Draft(place, text));
            state.drafted.set(place);
        }
        // It is said by a toast, which goes by itself.
        Change::NoticeShown(_) => {}
        // That it is shown as unread again says it, where that is to be said at all.
        Change::Rejected {
            mutation:
                Mutation::MarkRead { .. }
                | Mutation::MarkUnread { .. }
                | Mutation::MarkNoticesRead { .. }
                | Mutation::ShowNotice { .. },
            ..
        } => {}
        Change::Rejected { mutation, code } => {
            let text = format!("{} {}", undone(&mutation), words::error(code));
            toasted(
                state,
                Toast {
                    id: 0,
                    text,
                    action: None,
                },
            );
        }
    }
}

/// Forgets the messages that are shown no more. For when all changes of a frame are applied: one that was
/// taken out and put in again meanwhile is the same element with the same signals.
pub fn tidy(state: &State) {
    state.timelines.with_untracked(|timelines| {
        for timeline in timelines.values() {
            timeline.order.with_untracked(|order| {
                if timeline.rows().len() != order.len() {
                    let shown: HashSet<MessageId> = order.iter().copied().collect();
                    timeline.rows().retain(|id, _| shown.contains(id));
                }
            });
        }
    });
}

/// Counts what is unread, now that a thread is another one. Nothing counts where somebody wants no word of it.
fn unread(state: &State, before: Option<&ThreadView>, now: Option<&ThreadView>) {
    let of = |thread: Option<&ThreadView>| {
        let row = thread.map(|thread| &thread.row);
        row.map_or(0, |row| {
            if row.muted || row.archived {
                0
            } else {
                row.unread
            }
        })
    };
    if of(before) != of(now) {
        state
            .unread
            .update(|unread| *unread = unread.saturating_sub(of(before)) + of(now));
    }
}

/// Writes down what the runtime has learnt.
pub fn record(state: &State, fact: Fact) {
    match fact {
        Fact::Session(session) => {
            if state.session.with_untracked(|now| *now != session) {
                state.session.set(session);
            }
        }
        Fact::Opened => state.opened.set(true),
        Fact::Auth(call) => state.auth.set(call),
        Fact::Password(call) => state.password.set(call),
        Fact::Own(fact) => own(state, fact),
        Fact::Sharing(call) => state.sharing.set(call),
        Fact::Joined(thread) => state.joined.set(Some(thread)),
        Fact::Invites(invites) => state.invites.set(invites),
        Fact::Push(push) => state.push.set(push),
        Fact::Fresh(thread) => state.fresh.update(|fresh| {
            fresh.insert(thread);
        }),
        Fact::Made(thread) => {
            // What was chosen for it is not chosen for the next one.
            state.picked.set(None);
            state.fresh.update(|fresh| {
                fresh.remove(&thread);
            });
        }
        Fact::Theme(theme) => state.theme.set(theme),
        Fact::Look(look) => state.look.set(look),
        Fact::Language(language) => state.language.set(language),
        Fact::Draft(thread, text) => state.drafts.update_value(|drafts| {
            drafts.insert(thread, text);
        }),
        Fact::Model(thread, model) => {
            if thread.is_none() {
                state.picked.set(Some(model.clone()));
            }
            state.chosen.update(|chosen| {
                chosen.insert(None, model.clone());
                chosen.insert(thread, model);
            });
        }
        Fact::LastModel(model) => state.chosen.update(|chosen| {
            chosen.insert(None, model);
        }),
        Fact::Used(used) => state.used.set(used),
        Fact::Moving(moving) => state.moving.set(moving),
        Fact::Keeping(keeping) => state.keeping.set(keeping),
        Fact::Seen(seen) => state.seen.set(seen),
        Fact::Days(days) => {
            if state.days.get_untracked() != days {
                state.days.set(days);
            }
        }
        Fact::Toasted(toast) => toasted(state, toast),
        Fact::Dismissed(id) => state.toasts.update(|toasts| toasts.retain(|n| n.id != id)),
        Fact::Forgotten => {
            state.drafts.update_value(|drafts| drafts.clear());
            state.invites.update(Vec::clear);
            state.joined.set(None);
            state.picked.set(None);
            state.used.set(Used::default());
            state.moving.set(Moving::Idle);
            own(state, OwnFact::Devices(Vec::new()));
            own(state, OwnFact::LastSeen(Vec::new()));
            own(state, OwnFact::Ending(Call::Idle));
            state.own.hides.set(None);
            state.fresh.update(|fresh| fresh.clear());
            state.notices.update(Vec::clear);
            state.toasts.update(|toasts| toasts.clear());
            state.opened.set(false);
            state.session.set(Session::SignedOut);
        }
    }
}

fn own(state: &State, fact: OwnFact) {
    let own = &state.own;
    match fact {
        OwnFact::Profile(call) => own.profile.set(call),
        OwnFact::Devices(devices) => own.devices.set(devices),
        OwnFact::Hides(hides) => own.hides.set(Some(hides)),
        OwnFact::Ending(call) => own.ending.set(call),
        OwnFact::LastSeen(seen) => own.last_seen.set(seen),
    }
}

fn toasted(state: &State, mut toast: Toast) {
    state.toasts.update(|toasts| {
        if toast.id == 0 {
            toast.id = toasts.iter().map(|n| n.id).max().unwrap_or(0) + 1;
        }
        // The same words are not said twice at once, nor more than there is room for.
        toasts.retain(|other| (&other.text, &other.action) != (&toast.text, &toast.action));
        toasts.push(toast);
        let over = toasts.len().saturating_sub(TOASTS);
        toasts.drain(..over);
    });
}

fn user_set(state: &State, user: Option<User>) {
    if let Some(user) = user {
        let session = Session::SignedIn(Some(user));
        if state.session.with_untracked(|now| *now != session) {
            state.session.set(session);
        }
    }
}

fn models_set(state: &State, models: Vec<Model>) {
    if state.models.with_untracked(|now| **now != models) {
        state.models.set(models.into());
    }
}

/// The timeline, without subscribing to which there are.
fn timeline(state: &State, thread: ThreadId) -> Option<Timeline> {
    state
        .timelines
        .with_untracked(|timelines| timelines.get(&thread).cloned())
}

fn row(state: &State, thread: ThreadId, message: MessageId) -> Option<Row> {
    timeline(state, thread)?.row(message)
}

fn insert(timeline: &Timeline, index: usize, message: MessageView) {
    let MessageView {
        id,
        head,
        body,
        delivery,
    } = message;
    streams(timeline, id, head.status == Status::Streaming);
    let body = body.as_ref().to_owned();
    if let Some(row) = timeline.row(id) {
        row.head.set(head);
        row.body.set(body);
        row.delivery.set(delivery);
    } else {
        let row = Row {
            id,
            head: ArcRwSignal::new(head),
            body: ArcRwSignal::new(body),
            delivery: ArcRwSignal::new(delivery),
        };
        timeline.rows().insert(id, row);
    }
    timeline
        .order
        .update(|order| order.insert(index.min(order.len()), id));
}

fn remove(timeline: &Timeline, index: usize) {
    let mut removed = None;
    timeline
        .order
        .update(|order| removed = (index < order.len()).then(|| order.remove(index)));
    if let Some(id) = removed {
        streams(timeline, id, false);
    }
}

/// Notes whether a message is being made, waking nobody where that is known.
fn streams(timeline: &Timeline, id: MessageId, running: bool) {
    if timeline.streaming.with_untracked(|ids| ids.contains(&id)) == running {
        return;
    }
    timeline.streaming.update(|ids| {
        ids.retain(|other| *other != id);
        if running {
            ids.push(id);
        }
    });
}

fn shift<T>(order: &mut Vec<T>, from: usize, to: usize) {
    if from < order.len() {
        let item = order.remove(from);
        order.insert(to.min(order.len()), item);
    }
}

fn undone(mutation: &Mutation) -> &'static str {
    match mutation {
        Mutation::CreateThread { .. } => words::undone_create_thread(),
        Mutation::RenameThread { .. } => words::undone_rename_thread(),
        Mutation::PinThread { .. } => words::undone_pin_thread(),
        Mutation::ArchiveThread { .. } => words::undone_archive_thread(),
        Mutation::MarkRead { .. } | Mutation::MarkUnread { .. } => words::undone_mark_read(),
        Mutation::MarkNoticesRead { .. } | Mutation::ShowNotice { .. } => {
            words::undone_mark_notices()
        }
        Mutation::MuteThread { .. } => words::undone_mute_thread(),
        Mutation::DeleteThread { .. } => words::undone_delete_thread(),
        Mutation::RestoreThread { .. } => words::undone_restore_thread(),
        Mutation::SendMessage { .. } => words::undone_send_message(),
        Mutation::StopReply { .. } => words::undone_stop_reply(),
        Mutation::Regenerate { .. } => words::undone_regenerate(),
        Mutation::EditMessage { .. } => words::undone_edit_message(),
        Mutation::DeleteMessage { .. } => words::undone_delete_message(),
        Mutation::SetRole { .. } => words::undone_set_role(),
        Mutation::RemoveMember { .. } => words::undone_remove_member(),
        Mutation::SetDefaults { .. } => words::undone_set_defaults(),
        Mutation::TuneThread { .. } => words::undone_tune_thread(),
    }
}
