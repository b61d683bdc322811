//! What a person does: changes, second thoughts, and what they look at.

use weft_protocol::{ClientFrame, ErrorCode, MessageId, Millis, Mutation, Rows, ThreadId, Topic};

use super::Core;
use crate::{
    Change, Output, Seek, StorageOp, TabMessage, Told,
    link::Phase,
    outbox::{Entry, State},
    overlay::Overlay,
    reader::Reader,
};

impl Core {
    /// What is said on a branch that the reader chose goes on from there; whoever says something sees it.
    pub(super) fn where_read(&mut self, mut mutation: Mutation) -> Mutation {
        let Some(thread) = mutation.thread() else {
            return mutation;
        };
        if self.readers.get(thread).is_none() {
            return mutation;
        }
        match &mut mutation {
            Mutation::SendMessage { parent, .. } => {
                *parent = parent.or_else(|| self.end_of_branch(thread));
                self.seek(thread, Seek::Latest);
            }
            Mutation::EditMessage { .. } | Mutation::Regenerate { .. } => {
                self.readers.insert(thread, Reader::default());
                self.touch_shown(thread);
            }
            _ => {}
        }
        mutation
    }

    /// What no server has seen is edited where it waits; any other mutation goes its usual way.
    pub(super) fn mutate(&mut self, made_at: Millis, mutation: Mutation, mine: bool) {
        let Some((at, amended)) = self.amended(&mutation, mine) else {
            return self.make(made_at, mutation, mine);
        };
        let entry = &self.outbox.entries[at];
        if entry.is_undecided() && !self.is_follower() && self.check(&amended).is_ok() {
            let thread = amended.thread();
            let entry = &mut self.outbox.entries[at];
            entry.amend(amended, mine);
            entry.kept = self.outbox.writes.lost;
            self.put_outbox(at);
            self.dirty_list = true;
            self.touch(thread);
            return;
        }
        // The new text is there before the old one goes, so that no crash loses both.
        let before = entry.message();
        self.make(made_at, amended, mine);
        before.into_iter().for_each(|message| self.discard(message));
    }

    /// The place of the entry that `edit` is about, where no server has it, and what it becomes: the
    /// same request with the other text, or a mark that is further on.
    fn amended(&self, edit: &Mutation, mine: bool) -> Option<(usize, Mutation)> {
        if let Mutation::MarkRead { thread, .. } = edit {
            let at = self.unsent_mark(*thread).filter(|_| mine)?;
            return (!self.is_read_already(edit)).then(|| (at, edit.clone()));
        }
        let Mutation::EditMessage {
            message,
            replacement,
            text,
            ..
        } = edit
        else {
            return None;
        };
        let at = self.outbox.find_message(*message)?;
        let entry = &self.outbox.entries[at];
        let unseen = matches!(
            entry.state,
            State::Failed(_) | State::Undecided { sent: false, .. }
        );
        if !unseen || self.outbox.find_message(*replacement).is_some() {
            return None;
        }
        let mut amended = entry.mutation.clone();
        match &mut amended {
            Mutation::SendMessage {
                message: id,
                text: said,
                ..
            }
            | Mutation::EditMessage {
                replacement: id,
                text: said,
                ..
            } => {
                *id = *replacement;
                said.clone_from(text);
            }
            _ => return None,
        }
        Some((at, amended))
    }

    /// The last mutation of a thread, where it marks how far that was read, in this tab, and no server has it.
    fn unsent_mark(&self, thread: ThreadId) -> Option<usize> {
        let mut newest_first = self.outbox.entries.iter().enumerate().rev();
        let (at, entry) =
            newest_first.find(|(_, entry)| entry.mutation.thread() == Some(thread))?;
        let unseen = matches!(entry.state, State::Undecided { sent: false, .. });
        let marks = matches!(entry.mutation, Mutation::MarkRead { .. });
        (marks && unseen && entry.mine).then_some(at)
    }

    fn make(&mut self, made_at: Millis, mutation: Mutation, mine: bool) {
        if self.link.phase == Phase::SignedOut {
            return;
        }
        let message = mutation.new_message().map(|(id, _)| id);
        if message.is_some_and(|id| self.outbox.find_message(id).is_some()) {
            return;
        }
        if self.is_read_already(&mutation) {
            return;
        }
        if self.is_follower() {
            self.expect_thread(&mutation);
            return self.propose(mutation);
        }
        let thread = mutation.thread();
        if let Err(code) = self.check(&mutation) {
            if message.is_some() {
                let n = self.outbox.spare_n();
                let failed = Entry::new(n, made_at, mutation, State::Failed(code));
                self.outbox.entries.push(failed);
                self.put_outbox(self.outbox.entries.len() - 1);
                self.dirty_list = true;
                self.touch(thread);
            } else {
                self.reject(mutation, code);
            }
            return;
        }
        self.expect_thread(&mutation);
        self.enqueue(made_at, mutation, mine, false);
        self.pump();
    }

    /// Whether it marks what is marked already: that is asked for with each look.
    fn is_read_already(&self, mutation: &Mutation) -> bool {
        let Mutation::MarkRead { thread, through } = *mutation else {
            return false;
        };
        let entries = self.outbox.entries.iter();
        let of_thread = entries.filter(|entry| entry.mutation.thread() == Some(thread));
        let overlay = Overlay::new(&self.replica, self.owner, of_thread);
        let row = Rows::thread(&overlay, thread);
        row.is_ok_and(|row| row.is_some_and(|row| row.read >= through))
    }

    /// Whether a server would reject the arguments, or the frame that carries them.
    fn check(&self, mutation: &Mutation) -> Result<(), ErrorCode> {
        mutation.check(&self.limits)?;
        let frame = ClientFrame::Mutate {
            n: u64::MAX,
            mutation: mutation.clone(),
        };
        if frame.encode().len() > self.limits.frame_bytes as usize {
            return Err(ErrorCode::TextTooLong);
        }
        Ok(())
    }

    /// Gives a mutation the next number; it may be `kept` under another one.
    fn enqueue(&mut self, made_at: Millis, mutation: Mutation, mine: bool, kept: bool) {
        let thread = mutation.thread();
        let at = self.outbox.push(made_at, mutation, mine);
        self.outbox.entries[at].kept |= kept;
        self.put_outbox(at);
        self.dirty_list = true;
        self.touch(thread);
    }

    pub(super) fn reject(&mut self, mutation: Mutation, code: ErrorCode) {
        self.tell(|| Told::Rejected(mutation.clone(), code));
        self.outputs
            .push_back(Output::Change(Change::Rejected { mutation, code }));
    }

    pub(super) fn retry(&mut self, message: MessageId) {
        let Some(at) = self.outbox.find_message(message) else {
            return;
        };
        let entry = &self.outbox.entries[at];
        if entry.failure().is_none() || self.check(&entry.mutation).is_err() {
            return;
        }
        if self.ask_leader(|| TabMessage::Retry(message)) {
            return;
        }
        let entry = self.outbox.entries.remove(at);
        self.enqueue(entry.made_at, entry.mutation, entry.mine, entry.kept);
        self.forget_stored(entry.n, Vec::new());
        self.pump();
    }

    pub(super) fn discard(&mut self, message: MessageId) {
        let Some(at) = self.outbox.find_message(message) else {
            return;
        };
        if self.outbox.entries[at].is_proposal() {
            let entry = self.outbox.entries.remove(at);
            self.unexpect_thread(&entry.mutation);
            self.dirty_list = true;
            self.touch(entry.mutation.thread());
            // A leader may have numbered it by now.
            self.ask_leader(|| TabMessage::Discard(message));
            return;
        }
        if self.ask_leader(|| TabMessage::Discard(message)) {
            return;
        }
        match self.outbox.entries[at].state {
            State::Failed(_) => {
                let entry = self.outbox.entries.remove(at);
                self.forget_stored(entry.n, Vec::new());
                self.touch(entry.mutation.thread());
            }
            State::Undecided { sent: false, .. } => self.discard_unsent(at),
            // It may be on the server: only deleting it there can undo it.
            State::Undecided { sent: true, .. } | State::Acked(_) => {}
        }
    }

    /// Takes out an entry that no server has seen; those behind it move up, so that numbers stay dense.
    fn discard_unsent(&mut self, at: usize) {
        let entry = self.outbox.entries.remove(at);
        self.outbox.go_on_from(self.outbox.next_n.saturating_sub(1));
        for behind in &mut self.outbox.entries[at..] {
            if behind.is_undecided() {
                behind.n = behind.n.saturating_sub(1);
            }
        }
        self.identify();
        self.dirty_list = true;
        self.touch(entry.mutation.thread());
    }

    pub(super) fn watch(&mut self, thread: ThreadId) {
        if self.link.phase == Phase::SignedOut || self.watched.contains(&thread) {
            return;
        }
        self.watched.push(thread);
        self.readers.or_default(thread);
        self.presences.is_dirty = true;
        self.kept.retain(|&kept| kept != thread);
        self.follows.or_default(Topic::Thread(thread)).missing = false;
        self.touch(thread);
        self.follow_wanted();
        self.ping();
    }

    pub(super) fn unwatch(&mut self, thread: ThreadId) {
        if !self.watched.contains(&thread) {
            return;
        }
        self.watched.retain(|&other| other != thread);
        self.dirty.retain(|&other| other != thread);
        self.readers.remove(thread);
        self.release(thread);
        self.ping();
    }

    /// Follows a thread no more, unless it is on another screen.
    pub(super) fn release(&mut self, thread: ThreadId) {
        if self.on_screen().contains(&thread) || self.kept.contains(&thread) {
            return;
        }
        let topic = Topic::Thread(thread);
        if let Some(follow) = self.follows.get_mut(topic) {
            let subscribed = follow.subscribed;
            follow.lost();
            if subscribed && self.link.is_live() {
                self.send(&ClientFrame::Unsubscribe { topic });
            }
        }
        self.fetches.retain(|_, fetch| fetch.thread != thread);
        self.drop_asks(thread);
        self.trim(thread, self.sizes.tail);
        self.kept.push_back(thread);
        self.forget_oldest();
    }

    /// Lets go of the server's rows, and gets those anew that are followed. What is shown stays until they are here.
    pub(super) fn refill(&mut self) {
        if !self.link.is_live() && !self.is_follower() || self.ask_leader(|| TabMessage::Refill) {
            return;
        }
        let topics: Vec<(Topic, bool)> = self
            .follows
            .iter()
            // Of one that is not this person's any more nothing is kept, but that it is so.
            .filter(|(_, follow)| !follow.missing)
            .map(|(topic, follow)| (topic, follow.subscribed))
            .collect();
        for (topic, subscribed) in topics {
            if subscribed {
                // The snapshot takes the place of all that is kept of it.
                self.subscribe(topic, false);
                continue;
            }
            if let Topic::Thread(thread) = topic {
                self.kept.retain(|&kept| kept != thread);
                self.forget_rows(topic);
                self.follows.remove(topic);
                self.store(StorageOp::DropTopic(topic));
            }
        }
    }

    /// Forgets the rows of a topic; the overlay needs not wait for them any more.
    pub(super) fn forget_rows(&mut self, topic: Topic) {
        match topic {
            Topic::User(_) => self.replica.forget_list(),
            Topic::Thread(thread) => {
                self.replica.timelines.remove(thread);
                self.fetches.retain(|_, fetch| fetch.thread != thread);
                self.drop_asks(thread);
            }
        }
        self.outbox.forget_effects(|effect| effect.topic == topic);
        self.touch_topic(topic);
    }
}
