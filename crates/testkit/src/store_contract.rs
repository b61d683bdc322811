//! What every [`Store`] must do, as one suite that runs on each of them.
//!
//! Invariant: a check looks at a store through its trait alone, each on a store of its own. A failed
//! check panics with what it found.

mod data;
mod marks;
mod notices;
mod paths;
mod people;

use weft_hub::{
    Answer, Command, Committed, Job, JobChange, Outcome, Read, Store, TextAppended,
    store::FORGET_AT_ONCE,
};
use weft_protocol::{
    Checksum, Cursor, ErrorCode, InstallationId, MessageId, MessageRow, Millis, Mutation, NewReply,
    Op, Path, Row, Status, ThreadId, Topic, UserId,
    frame::Head,
    limits::{KEPT_OUTCOMES_FOR, MAX_RESUME_CHANGES, WINDOW},
    row::Settle,
};

/// Runs every check on stores that `make` makes, each empty.
pub fn store_contract<S: Store>(make: impl Fn() -> S) {
    let checks: &[fn(Bench<S>)] = &[
        r2_seqs_are_dense_and_each_topic_gets_one_change_set,
        r7_a_cursor_gets_what_follows_it,
        r7_a_cursor_that_is_old_foreign_or_ahead_gets_a_snapshot,
        r7_a_snapshot_has_the_newest_window_or_the_live_threads,
        r9_numbers_are_dense_per_installation,
        r10_a_number_seen_before_has_its_outcome_and_no_second_effect,
        r11_a_rejected_number_is_consumed_and_leaves_no_trace,
        r13_arguments_are_checked,
        r14_making_what_is_there_changes_nothing,
        r14_a_thread_made_again_is_the_one_that_is_there,
        r14_a_message_sent_again_is_said_once_whatever_has_become_of_it,
        r14_an_edit_sent_again_is_made_once_whatever_has_become_of_it,
        r14_a_regenerated_reply_sent_again_is_made_once_whatever_has_become_of_it,
        r14_an_id_that_something_else_has_is_taken,
        r14_deleting_what_is_deleted_changes_nothing,
        r15_a_message_follows_the_newest_live_one,
        r20_text_is_kept_and_read_from_any_offset,
        r22_snapshots_carry_the_text_of_ended_replies_only,
        r23_the_end_of_a_reply_is_a_settle,
        r25_replies_of_a_thread_are_made_one_at_a_time,
        r25_recovering_ends_what_ran_and_asks_for_what_waited,
        a_stopped_reply_is_not_running_any_more,
        deleting_a_thread_stops_its_replies_and_can_be_undone,
        an_automatic_title_gives_way_to_a_persons,
        a_stranger_sees_and_changes_nothing,
        r37_outcomes_are_kept_for_so_long_after_the_last_one,
        r37_old_outcomes_are_forgotten_a_few_at_a_time,
    ];
    let more = paths::checks().into_iter().chain(marks::checks());
    let more = more.chain(data::checks()).chain(notices::checks());
    let more = more.chain(people::checks());
    for check in checks.iter().copied().chain(more) {
        check(Bench::new(make()));
    }
}

const NOW: Millis = 1_700_000_000_000;

struct Bench<S> {
    store: S,
    now: Millis,
    user: UserId,
    installation: InstallationId,
    n: u64,
    ids: u8,
}

impl<S: Store> Bench<S> {
    fn new(store: S) -> Self {
        let (user, installation) = (UserId::new(NOW, [1; 10]), InstallationId::new(NOW, [2; 10]));
        Self {
            store,
            now: NOW,
            user,
            installation,
            n: 0,
            ids: 10,
        }
    }

    fn random(&mut self) -> [u8; 10] {
        self.ids += 1;
        [self.ids; 10]
    }

    fn message_id(&mut self) -> MessageId {
        MessageId::new(NOW, self.random())
    }

    fn run(&mut self, command: Command) -> Committed {
        let mut done = self
            .store
            .commit(self.now, &[command])
            .expect("the store commits");
        assert_eq!(done.len(), 1, "one answer per command");
        done.remove(0)
    }

    fn number(&mut self, n: u64, mutation: Mutation) -> Committed {
        let (user, installation) = (self.user, self.installation);
        self.run(Command::Mutate {
            user,
            installation,
            n,
            mutation,
        })
    }

    fn mutate(&mut self, mutation: Mutation) -> Committed {
        self.n += 1;
        self.number(self.n, mutation)
    }

    fn accept(&mut self, mutation: Mutation) -> Committed {
        let committed = self.mutate(mutation);
        assert!(
            matches!(committed.outcome, Outcome::Applied(_)),
            "{committed:?}"
        );
        committed
    }

    /// Sends a mutation as an installation that the store has never seen; it must find that what it
    /// asks for is there, and change nothing.
    fn again(&mut self, mutation: &Mutation) {
        let thread = mutation.thread().expect("a thread");
        let before = (self.threads(), self.messages(thread));
        self.installation = InstallationId::new(NOW, self.random());
        assert_eq!(
            self.last_n(self.installation),
            Answer::LastN { n: 0, hides: false }
        );
        self.n = 0;
        let there = self.there(thread);
        assert_eq!(self.mutate(mutation.clone()), only(there), "{mutation:?}");
        assert_eq!((self.threads(), self.messages(thread)), before);
    }

    /// The outcome of a mutation that finds what it asks for: a reader who is there sees it.
    fn there(&self, thread: ThreadId) -> Outcome {
        let topics = [Topic::User(self.user), Topic::Thread(thread)].into_iter();
        let heads = topics.map(|topic| Head {
            topic,
            cursor: self.head(topic),
        });
        Outcome::Applied(heads.filter(|head| head.cursor.seq > 0).collect())
    }

    /// Sends a mutation again in all that may have become of its thread: as it is, while replies of
    /// it run, once they have ended, once what it made is deleted, and once all is.
    fn again_and_again(&mut self, mutation: &Mutation) {
        let thread = mutation.thread().expect("a thread");
        let reply = mutation.reply().map(|reply| reply.message);
        let made = [mutation.new_message().map(|(id, _)| id), reply];
        self.again(mutation);
        if let Some(reply) = reply {
            self.start(reply);
            self.append(reply, 0, "because");
            self.again(mutation);
            self.settle(reply, Status::Complete);
            self.again(mutation);
        }
        if let Some((message, _)) = mutation.new_message() {
            let (replacement, text) = (self.message_id(), "said differently".into());
            self.accept(Mutation::EditMessage {
                thread,
                message,
                replacement,
                text,
                reply: None,
            });
            self.again(mutation);
        }
        for message in made.into_iter().flatten() {
            self.accept(Mutation::DeleteMessage { thread, message });
            self.again(mutation);
        }
        self.accept(Mutation::DeleteThread { thread });
        self.again(mutation);
        self.accept(Mutation::RestoreThread { thread });
        self.again(mutation);
    }

    fn forget(&mut self, after: Option<(UserId, InstallationId)>) -> Outcome {
        let committed = self.run(Command::Forget { after });
        assert_eq!(committed, only(committed.outcome.clone()));
        committed.outcome
    }

    fn knows(&self, (user, installation): (UserId, InstallationId)) -> bool {
        self.read(Read::LastN { user, installation }) != Answer::LastN { n: 0, hides: false }
    }

    fn last_n(&self, installation: InstallationId) -> Answer {
        let user = self.user;
        self.read(Read::LastN { user, installation })
    }

    fn reject(&mut self, mutation: Mutation, code: ErrorCode) {
        assert_eq!(self.mutate(mutation), only(Outcome::Rejected(code)));
    }

    /// A reply to ask for.
    fn reply(&mut self) -> NewReply {
        NewReply {
            message: self.message_id(),
            model: "demo".into(),
        }
    }

    fn thread(&mut self) -> ThreadId {
        let thread = ThreadId::new(NOW, self.random());
        self.accept(Mutation::CreateThread { thread });
        thread
    }

    fn say(&mut self, thread: ThreadId, text: &str) -> MessageId {
        let message = self.message_id();
        self.accept(Mutation::SendMessage {
            thread,
            message,
            parent: None,
            text: text.into(),
            reply: None,
        });
        message
    }

    /// Says something and asks for a reply; gives the reply.
    fn ask(&mut self, thread: ThreadId) -> (MessageId, Committed) {
        let (message, reply) = (self.message_id(), self.message_id());
        let reply_to = NewReply {
            message: reply,
            model: "demo".into(),
        };
        let (text, wanted) = ("why?".into(), Some(reply_to));
        let committed = self.accept(Mutation::SendMessage {
            thread,
            message,
            parent: None,
            text,
            reply: wanted,
        });
        (reply, committed)
    }

    fn start(&mut self, message: MessageId) -> Outcome {
        self.run(Command::StartJob { message }).outcome
    }

    fn append(&mut self, message: MessageId, offset: u64, text: &str) -> Committed {
        self.run(Command::Append {
            message,
            offset,
            text: text.into(),
        })
    }

    fn settle(&mut self, message: MessageId, status: Status) -> Committed {
        self.run(Command::Settle {
            message,
            status,
            error: None,
        })
    }

    fn read(&self, read: Read) -> Answer {
        self.store.read(&read).expect("the store reads")
    }

    fn resume(&self, topic: Topic, cursor: Option<Cursor>) -> Answer {
        self.read(Read::Resume {
            user: self.user,
            topic,
            cursor,
        })
    }

    fn snapshot(&self, topic: Topic) -> (Cursor, Vec<Row>) {
        match self.resume(topic, None) {
            Answer::Snapshot { cursor, rows } => (cursor, rows),
            other => panic!("not a snapshot: {other:?}"),
        }
    }

    fn head(&self, topic: Topic) -> Cursor {
        self.snapshot(topic).0
    }

    fn messages(&self, thread: ThreadId) -> Vec<MessageRow> {
        let message = |row| match row {
            Row::Message(row) => Some(row),
            Row::Member(_) | Row::Notice(_) | Row::Tuning(_) | Row::Defaults(_) => None,
            Row::Thread(row) => panic!("a thread among messages: {row:?}"),
        };
        self.snapshot(Topic::Thread(thread))
            .1
            .into_iter()
            .filter_map(message)
            .collect()
    }

    fn threads(&self) -> Vec<weft_protocol::ThreadRow> {
        let thread = |row| match row {
            Row::Thread(row) => Some(row),
            Row::Notice(_) | Row::Defaults(_) => None,
            other => panic!("among threads: {other:?}"),
        };
        self.snapshot(Topic::User(self.user))
            .1
            .into_iter()
            .filter_map(thread)
            .collect()
    }

    fn text(&self, thread: ThreadId, message: MessageId, offset: u64) -> Answer {
        self.read(Read::Text {
            user: self.user,
            thread,
            message,
            offset,
        })
    }
}

fn only(outcome: Outcome) -> Committed {
    Committed {
        outcome,
        changes: Vec::new(),
        text: None,
        jobs: Vec::new(),
    }
}

fn r2_seqs_are_dense_and_each_topic_gets_one_change_set<S: Store>(mut bench: Bench<S>) {
    let thread = bench.thread();
    let (user, topic) = (Topic::User(bench.user), Topic::Thread(thread));
    assert_eq!(bench.head(topic).seq, 0, "a topic starts at 0");
    for seq in 1..=5 {
        let (_, committed) = bench.ask(thread);
        let seqs: Vec<_> = committed
            .changes
            .iter()
            .map(|change| (change.topic, change.cursor.seq))
            .collect();
        assert_eq!(seqs.len(), 2, "{seqs:?}");
        assert!(
            seqs.contains(&(user, seq + 1)) && seqs.contains(&(topic, seq)),
            "{seqs:?}"
        );
        let Outcome::Applied(effects) = committed.outcome else {
            panic!("it was accepted")
        };
        let effects: Vec<_> = effects
            .iter()
            .map(|head| (head.topic, head.cursor.seq))
            .collect();
        assert_eq!(effects, seqs, "the effects are the change sets");
    }
    assert_eq!(bench.head(topic).seq, 5);
}

fn r7_a_cursor_gets_what_follows_it<S: Store>(mut bench: Bench<S>) {
    let thread = bench.thread();
    let topic = Topic::Thread(thread);
    bench.say(thread, "one");
    let cursor = bench.head(topic);
    let nothing = Answer::Deltas {
        base: 1,
        cursor,
        ops: Vec::new(),
    };
    assert_eq!(bench.resume(topic, Some(cursor)), nothing);
    let (two, three) = (bench.say(thread, "two"), bench.say(thread, "three"));
    let Answer::Deltas { base, cursor, ops } = bench.resume(topic, Some(cursor)) else {
        panic!("deltas are there")
    };
    assert_eq!((base, cursor.seq), (1, 3));
    let ids: Vec<_> = ops
        .iter()
        .filter_map(|op| {
            if let Op::Message(row) = op {
                Some(row.id)
            } else {
                None
            }
        })
        .collect();
    assert_eq!(ids, [two, three]);
}

fn r7_a_cursor_that_is_old_foreign_or_ahead_gets_a_snapshot<S: Store>(mut bench: Bench<S>) {
    let thread = bench.thread();
    let topic = Topic::User(bench.user);
    let first = bench.head(topic);
    for at in 0..=MAX_RESUME_CHANGES {
        if at == MAX_RESUME_CHANGES {
            assert!(matches!(
                bench.resume(topic, Some(first)),
                Answer::Deltas { .. }
            ));
        }
        bench.accept(Mutation::PinThread {
            thread,
            pinned: at % 2 == 0,
        });
    }
    let head = bench.head(topic);
    let foreign = Cursor {
        epoch: head.epoch.wrapping_add(1),
        ..head
    };
    let ahead = Cursor {
        seq: head.seq + 1,
        ..head
    };
    for cursor in [first, foreign, ahead] {
        let answer = bench.resume(topic, Some(cursor));
        assert!(
            matches!(answer, Answer::Snapshot { cursor, .. } if cursor == head),
            "{answer:?}"
        );
    }
}

fn r7_a_snapshot_has_the_newest_window_or_the_live_threads<S: Store>(mut bench: Bench<S>) {
    let (thread, gone) = (bench.thread(), bench.thread());
    bench.accept(Mutation::DeleteThread { thread: gone });
    let ids: Vec<_> = bench.threads().iter().map(|row| row.id).collect();
    assert_eq!(ids, [thread]);
    for at in 0..u64::from(WINDOW) {
        bench.say(thread, &format!("message {at}"));
    }
    bench.say(thread, "one more");
    let ordinals: Vec<_> = bench
        .messages(thread)
        .iter()
        .map(|row| row.ordinal)
        .collect();
    assert_eq!(ordinals, (2..=u64::from(WINDOW) + 1).collect::<Vec<_>>());
}

fn r9_numbers_are_dense_per_installation<S: Store>(mut bench: Bench<S>) {
    let thread = ThreadId::new(NOW, [9; 10]);
    let create = Mutation::CreateThread { thread };
    let gap = |expected| only(Outcome::Gap { expected });
    assert_eq!(bench.number(2, create.clone()), gap(1));
    assert_eq!(bench.number(0, create.clone()), gap(1));
    assert!(bench.threads().is_empty());
    assert!(matches!(
        bench.number(1, create.clone()).outcome,
        Outcome::Applied(_)
    ));
    assert_eq!(bench.number(3, create.clone()), gap(2));
    let (user, installation) = (bench.user, bench.installation);
    assert_eq!(
        bench.read(Read::LastN { user, installation }),
        Answer::LastN { n: 1, hides: false }
    );
    bench.installation = InstallationId::new(NOW, [3; 10]);
    let installation = bench.installation;
    assert_eq!(
        bench.read(Read::LastN { user, installation }),
        Answer::LastN { n: 0, hides: false }
    );
    assert_eq!(bench.number(2, create), gap(1));
}

fn r10_a_number_seen_before_has_its_outcome_and_no_second_effect<S: Store>(mut bench: Bench<S>) {
    let thread = bench.thread();
    let (message, reply) = (bench.message_id(), bench.message_id());
    let reply = Some(NewReply {
        message: reply,
        model: "demo".into(),
    });
    let send = Mutation::SendMessage {
        thread,
        message,
        parent: None,
        text: "once".into(),
        reply,
    };
    let first = bench.accept(send.clone());
    assert_eq!(first.jobs.len(), 1);
    bench.reject(
        Mutation::PinThread {
            thread: ThreadId::new(NOW, [99; 10]),
            pinned: true,
        },
        ErrorCode::NoSuchThread,
    );
    let head = bench.head(Topic::Thread(thread));
    assert_eq!(bench.number(2, send), only(first.outcome));
    let other = Mutation::PinThread {
        thread,
        pinned: true,
    };
    assert_eq!(
        bench.number(3, other),
        only(Outcome::Rejected(ErrorCode::NoSuchThread))
    );
    assert_eq!(bench.head(Topic::Thread(thread)), head);
    assert_eq!(bench.messages(thread).len(), 2);
}

fn r11_a_rejected_number_is_consumed_and_leaves_no_trace<S: Store>(mut bench: Bench<S>) {
    let (here, there) = (bench.thread(), bench.thread());
    let taken = bench.say(there, "mine");
    let before = (
        bench.head(Topic::User(bench.user)),
        bench.head(Topic::Thread(here)),
    );
    // The message itself could be said; its reply's id is taken elsewhere, so nothing is.
    let reply = Some(NewReply {
        message: taken,
        model: "demo".into(),
    });
    let message = bench.message_id();
    let send = Mutation::SendMessage {
        thread: here,
        message,
        parent: None,
        text: "hi".into(),
        reply,
    };
    bench.reject(send, ErrorCode::IdTaken);
    let after = (
        bench.head(Topic::User(bench.user)),
        bench.head(Topic::Thread(here)),
    );
    assert_eq!(before, after);
    assert!(bench.messages(here).is_empty());
    assert_eq!(
        bench
            .threads()
            .iter()
            .map(|row| row.generating)
            .sum::<u32>(),
        0
    );
    bench.say(here, "the next number works");
}

fn r13_arguments_are_checked<S: Store>(mut bench: Bench<S>) {
    let thread = bench.thread();
    let title = "x".repeat(121);
    bench.reject(
        Mutation::RenameThread { thread, title },
        ErrorCode::TextTooLong,
    );
    let message = bench.message_id();
    let (text, reply) = (" \n".into(), None);
    bench.reject(
        Mutation::SendMessage {
            thread,
            message,
            parent: None,
            text,
            reply,
        },
        ErrorCode::EmptyText,
    );
}

fn r14_making_what_is_there_changes_nothing<S: Store>(mut bench: Bench<S>) {
    let thread = bench.thread();
    let message = bench.say(thread, "hello");
    let none = only(bench.there(thread));
    assert_eq!(bench.mutate(Mutation::CreateThread { thread }), none);
    let again = Mutation::SendMessage {
        thread,
        message,
        parent: None,
        text: "other".into(),
        reply: None,
    };
    assert_eq!(bench.mutate(again), none);
    assert_eq!(&*bench.messages(thread)[0].text, "hello");
}

fn r14_a_thread_made_again_is_the_one_that_is_there<S: Store>(mut bench: Bench<S>) {
    let thread = bench.thread();
    let create = Mutation::CreateThread { thread };
    bench.again(&create);
    bench.say(thread, "hello");
    let title = "Named".into();
    bench.accept(Mutation::RenameThread { thread, title });
    bench.again_and_again(&create);
    assert_eq!(bench.threads()[0].title, "Named");
}

fn r14_a_message_sent_again_is_said_once_whatever_has_become_of_it<S: Store>(mut bench: Bench<S>) {
    let thread = bench.thread();
    bench.say(thread, "before");
    for has_reply in [false, true] {
        let (message, reply) = (bench.message_id(), bench.reply());
        let send = Mutation::SendMessage {
            thread,
            message,
            parent: None,
            text: "once".into(),
            reply: has_reply.then_some(reply),
        };
        bench.accept(send.clone());
        bench.again(&send);
        bench.say(thread, "after");
        bench.again_and_again(&send);
    }
}

fn r14_an_edit_sent_again_is_made_once_whatever_has_become_of_it<S: Store>(mut bench: Bench<S>) {
    let thread = bench.thread();
    let message = bench.say(thread, "first said");
    for has_reply in [false, true] {
        let (replacement, reply) = (bench.message_id(), bench.reply());
        let edit = Mutation::EditMessage {
            thread,
            message,
            replacement,
            text: "better said".into(),
            reply: has_reply.then_some(reply),
        };
        bench.accept(edit.clone());
        if has_reply {
            bench.again(&edit);
            // What was edited is gone, the edit is not.
            bench.accept(Mutation::DeleteMessage { thread, message });
        }
        bench.again_and_again(&edit);
    }
}

fn r14_a_regenerated_reply_sent_again_is_made_once_whatever_has_become_of_it<S: Store>(
    mut bench: Bench<S>,
) {
    let thread = bench.thread();
    let (message, _) = bench.ask(thread);
    bench.start(message);
    bench.settle(message, Status::Complete);
    for is_gone in [false, true] {
        let reply = bench.reply();
        let regenerate = Mutation::Regenerate {
            thread,
            message,
            reply,
        };
        bench.accept(regenerate.clone());
        if is_gone {
            bench.accept(Mutation::DeleteMessage { thread, message });
        }
        bench.again_and_again(&regenerate);
    }
}

fn r14_an_id_that_something_else_has_is_taken<S: Store>(mut bench: Bench<S>) {
    let thread = bench.thread();
    let said = bench.say(thread, "a person's");
    let (made, _) = bench.ask(thread);
    bench.start(made);
    bench.settle(made, Status::Complete);
    let before = (bench.threads(), bench.messages(thread));
    let send = |message, reply: Option<MessageId>| Mutation::SendMessage {
        thread,
        message,
        parent: None,
        text: "mine".into(),
        reply: reply.map(|message| NewReply {
            message,
            model: "demo".into(),
        }),
    };
    let edit = |replacement| Mutation::EditMessage {
        thread,
        message: said,
        replacement,
        text: "mine".into(),
        reply: None,
    };
    let new = bench.message_id();
    let regenerate = |reply| Mutation::Regenerate {
        thread,
        message: made,
        reply: NewReply {
            message: reply,
            model: "demo".into(),
        },
    };
    for mutation in [
        send(made, None),
        edit(made),
        regenerate(said),
        send(new, Some(said)),
        send(new, Some(new)),
    ] {
        bench.reject(mutation, ErrorCode::IdTaken);
    }
    assert_eq!((bench.threads(), bench.messages(thread)), before);
}

fn r14_deleting_what_is_deleted_changes_nothing<S: Store>(mut bench: Bench<S>) {
    let thread = bench.thread();
    let message = bench.say(thread, "gone");
    let delete = Mutation::DeleteMessage { thread, message };
    bench.accept(delete.clone());
    bench.again(&delete);
    let delete = Mutation::DeleteThread { thread };
    bench.accept(delete.clone());
    bench.again(&delete);
}

fn r15_a_message_follows_the_newest_live_one<S: Store>(mut bench: Bench<S>) {
    let thread = bench.thread();
    let (one, two) = (bench.say(thread, "one"), bench.say(thread, "two"));
    bench.accept(Mutation::DeleteMessage {
        thread,
        message: two,
    });
    let three = bench.say(thread, "three");
    let replacement = bench.message_id();
    let (text, reply) = ("uno".into(), None);
    bench.accept(Mutation::EditMessage {
        thread,
        message: one,
        replacement,
        text,
        reply,
    });
    let rows = bench.messages(thread);
    let shape: Vec<_> = rows
        .iter()
        .map(|row| (row.ordinal, row.id, row.parent, row.deleted))
        .collect();
    assert_eq!(
        shape,
        [
            (1, one, None, false),
            (2, two, Some(one), true),
            (3, three, Some(one), false),
            (4, replacement, None, false),
        ]
    );
    assert_eq!(&*rows[1].text, "", "a tombstone has no text");
}

fn r20_text_is_kept_and_read_from_any_offset<S: Store>(mut bench: Bench<S>) {
    let thread = bench.thread();
    let (message, _) = bench.ask(thread);
    bench.start(message);
    let appended = bench.append(message, 0, "hé");
    let expected = TextAppended {
        thread,
        message,
        offset: 0,
        text: "hé".into(),
    };
    assert_eq!(appended.text, Some(expected));
    assert!(appended.changes.is_empty(), "text is no change set");
    assert_eq!(bench.append(message, 2, "x"), only(Outcome::NotRunning));
    bench.append(message, 3, "llo");
    for settled in [false, true] {
        if settled {
            bench.settle(message, Status::Complete);
        }
        assert_eq!(bench.text(thread, message, 0), Answer::Text("héllo".into()));
        assert_eq!(bench.text(thread, message, 3), Answer::Text("llo".into()));
        assert_eq!(bench.text(thread, message, 6), Answer::Text(String::new()));
        assert_eq!(bench.text(thread, message, 7), Answer::Nothing);
        assert_eq!(bench.text(thread, message, 2), Answer::Nothing);
    }
}

fn r22_snapshots_carry_the_text_of_ended_replies_only<S: Store>(mut bench: Bench<S>) {
    let thread = bench.thread();
    let (message, _) = bench.ask(thread);
    bench.start(message);
    bench.append(message, 0, "because");
    assert_eq!(&*bench.messages(thread)[1].text, "");
    bench.settle(message, Status::Complete);
    assert_eq!(&*bench.messages(thread)[1].text, "because");
}

fn r23_the_end_of_a_reply_is_a_settle<S: Store>(mut bench: Bench<S>) {
    let thread = bench.thread();
    let (message, _) = bench.ask(thread);
    bench.start(message);
    bench.append(message, 0, "because");
    assert_eq!(bench.threads()[0].generating, 1);
    let error = Some(ErrorCode::ProviderCut);
    let ended = bench.run(Command::Settle {
        message,
        status: Status::Failed,
        error,
    });
    let checksum = Checksum::of("because");
    let settle = Settle {
        message,
        status: Status::Failed,
        error,
        len: 7,
        checksum,
    };
    let ops: Vec<_> = ended
        .changes
        .iter()
        .flat_map(|change| change.ops.iter())
        .collect();
    assert!(ops.contains(&&Op::Settle(settle)), "{ops:?}");
    assert!(ended.jobs.is_empty(), "its maker knows");
    assert_eq!(bench.threads()[0].generating, 0);
    let row = &bench.messages(thread)[1];
    assert_eq!((row.status, row.error), (Status::Failed, error));
    assert_eq!(
        bench.settle(message, Status::Complete),
        only(Outcome::NotRunning)
    );
}

fn r25_replies_of_a_thread_are_made_one_at_a_time<S: Store>(mut bench: Bench<S>) {
    let thread = bench.thread();
    let (first, asked) = bench.ask(thread);
    let asker = bench.user;
    let job = |message| {
        JobChange::Asked(Job {
            thread,
            message,
            model: "demo".into(),
            asker,
        })
    };
    assert_eq!(asked.jobs, [job(first)]);
    let (second, asked) = bench.ask(thread);
    assert_eq!(asked.jobs, [], "it is not its turn");
    assert_eq!(bench.start(second), Outcome::NotRunning);
    assert!(matches!(bench.start(first), Outcome::Applied(_)));
    assert_eq!(
        bench.start(first),
        Outcome::NotRunning,
        "a job is started once"
    );
    assert_eq!(bench.append(second, 0, "x"), only(Outcome::NotRunning));
    let ended = bench.settle(first, Status::Complete);
    assert_eq!(ended.jobs, [job(second)]);
    assert!(matches!(bench.start(second), Outcome::Applied(_)));
}

fn r25_recovering_ends_what_ran_and_asks_for_what_waited<S: Store>(mut bench: Bench<S>) {
    let thread = bench.thread();
    let (first, _) = bench.ask(thread);
    let (second, _) = bench.ask(thread);
    bench.start(first);
    bench.append(first, 0, "half");
    let recovered = bench.run(Command::Recover);
    let job = Job {
        thread,
        message: second,
        model: "demo".into(),
        asker: bench.user,
    };
    assert_eq!(recovered.jobs, [JobChange::Asked(job.clone())]);
    let rows = bench.messages(thread);
    assert_eq!(
        (rows[1].status, rows[1].error),
        (Status::Stopped, Some(ErrorCode::Interrupted))
    );
    assert_eq!(&*rows[1].text, "half");
    assert_eq!(rows[3].status, Status::Streaming);
    assert_eq!(bench.threads()[0].generating, 1);
    let again = bench.run(Command::Recover);
    assert_eq!(
        (again.changes.len(), again.jobs),
        (0, vec![JobChange::Asked(job)])
    );
}

fn a_stopped_reply_is_not_running_any_more<S: Store>(mut bench: Bench<S>) {
    let thread = bench.thread();
    let (message, _) = bench.ask(thread);
    bench.start(message);
    bench.append(message, 0, "so far");
    let stopped = bench.accept(Mutation::StopReply { thread, message });
    assert_eq!(stopped.jobs, [JobChange::Ended(message)]);
    assert_eq!(bench.append(message, 6, "x"), only(Outcome::NotRunning));
    assert_eq!(
        bench.settle(message, Status::Complete),
        only(Outcome::NotRunning)
    );
    let row = &bench.messages(thread)[1];
    assert_eq!((row.status, &*row.text), (Status::Stopped, "so far"));
    let none = only(bench.there(thread));
    assert_eq!(bench.mutate(Mutation::StopReply { thread, message }), none);
}

fn deleting_a_thread_stops_its_replies_and_can_be_undone<S: Store>(mut bench: Bench<S>) {
    let thread = bench.thread();
    let (first, _) = bench.ask(thread);
    let (second, _) = bench.ask(thread);
    bench.start(first);
    let deleted = bench.accept(Mutation::DeleteThread { thread });
    assert_eq!(
        deleted.jobs,
        [JobChange::Ended(first), JobChange::Ended(second)]
    );
    assert!(bench.threads().is_empty());
    assert_eq!(bench.start(second), Outcome::NotRunning);
    bench.accept(Mutation::RestoreThread { thread });
    let threads = bench.threads();
    assert_eq!((threads.len(), threads[0].generating), (1, 0));
    assert!(
        bench
            .messages(thread)
            .iter()
            .all(|row| row.status != Status::Streaming)
    );
}

fn an_automatic_title_gives_way_to_a_persons<S: Store>(mut bench: Bench<S>) {
    let thread = bench.thread();
    let titled = bench.run(Command::Title {
        thread,
        title: "Auto".into(),
    });
    assert_eq!(
        (titled.changes.len(), bench.threads()[0].title.as_str()),
        (1, "Auto")
    );
    bench.accept(Mutation::RenameThread {
        thread,
        title: " Mine ".into(),
    });
    let titled = bench.run(Command::Title {
        thread,
        title: "Auto".into(),
    });
    assert_eq!(titled, only(Outcome::Applied(Vec::new())));
    assert_eq!(bench.threads()[0].title, "Mine");
    let thread = ThreadId::new(NOW, [77; 10]);
    let nowhere = bench.run(Command::Title {
        thread,
        title: "Auto".into(),
    });
    assert_eq!(nowhere, only(Outcome::Applied(Vec::new())));
}

fn a_stranger_sees_and_changes_nothing<S: Store>(mut bench: Bench<S>) {
    let thread = bench.thread();
    let message = bench.say(thread, "secret");
    let owner = std::mem::replace(&mut bench.user, UserId::new(NOW, [8; 10]));
    bench.n = 0;
    let user = bench.user;
    for topic in [Topic::Thread(thread), Topic::User(owner)] {
        assert_eq!(bench.resume(topic, None), Answer::Nothing);
    }
    assert_eq!(bench.text(thread, message, 0), Answer::Nothing);
    assert_eq!(
        bench.read(Read::Page {
            user,
            thread,
            path: Path::Newest,
            from: 1,
            limit: 9
        }),
        Answer::Nothing
    );
    bench.reject(Mutation::CreateThread { thread }, ErrorCode::IdTaken);
    bench.reject(
        Mutation::DeleteMessage { thread, message },
        ErrorCode::NoSuchThread,
    );
    assert!(bench.threads().is_empty());
    bench.user = owner;
    assert_eq!(bench.messages(thread).len(), 1);
}

fn r37_outcomes_are_kept_for_so_long_after_the_last_one<S: Store>(mut bench: Bench<S>) {
    let old = bench.installation;
    let thread = bench.thread();
    let message = bench.message_id();
    let send = Mutation::SendMessage {
        thread,
        message,
        parent: None,
        text: "once".into(),
        reply: None,
    };
    bench.now += KEPT_OUTCOMES_FOR / 2;
    let first = bench.accept(send.clone());
    let other = InstallationId::new(NOW, [3; 10]);
    (bench.installation, bench.n) = (other, 0);
    bench.now += KEPT_OUTCOMES_FOR / 2;
    bench.accept(Mutation::PinThread {
        thread,
        pinned: true,
    });

    bench.installation = old;
    bench.now += KEPT_OUTCOMES_FOR / 2 - 1;
    assert_eq!(bench.forget(None), Outcome::Forgot { last: None });
    assert_eq!(bench.last_n(old), Answer::LastN { n: 2, hides: false });
    assert_eq!(bench.number(2, send.clone()), only(first.outcome));

    bench.now += 1;
    assert_eq!(bench.forget(None), Outcome::Forgot { last: None });
    assert_eq!(
        bench.last_n(old),
        Answer::LastN { n: 0, hides: false },
        "as one never seen"
    );
    assert_eq!(bench.last_n(other), Answer::LastN { n: 1, hides: false });
    let gap = only(Outcome::Gap { expected: 1 });
    assert_eq!(bench.number(3, send.clone()), gap);
    // It starts over, as itself or as another one; what it had sent is there.
    let there = only(bench.there(thread));
    assert_eq!(bench.number(1, send.clone()), there);
    assert_eq!(bench.number(1, send.clone()), there, "and is kept anew");
    bench.again(&send);
}

fn r37_old_outcomes_are_forgotten_a_few_at_a_time<S: Store>(mut bench: Bench<S>) {
    let thread = ThreadId::new(NOW, [9; 10]);
    let all: Vec<_> = (0..100)
        .map(|at| {
            (
                UserId::new(NOW, [50 + at / 50; 10]),
                InstallationId::new(NOW, [at; 10]),
            )
        })
        .collect();
    for (at, &(user, installation)) in all.iter().enumerate() {
        // Every tenth is used later than the others.
        bench.now = if at % 10 == 0 { NOW + 1 } else { NOW };
        (bench.user, bench.installation) = (user, installation);
        bench.number(1, Mutation::DeleteThread { thread });
    }
    bench.now = NOW + KEPT_OUTCOMES_FOR;
    let (mut steps, mut after) = (0, None);
    loop {
        let before = all.iter().filter(|&&it| bench.knows(it)).count();
        let Outcome::Forgot { last } = bench.forget(after) else {
            panic!("it forgets");
        };
        let gone = before - all.iter().filter(|&&it| bench.knows(it)).count();
        assert!(gone <= FORGET_AT_ONCE, "{gone} at once");
        steps += 1;
        after = last;
        if after.is_none() {
            break;
        }
    }
    assert!((100 / FORGET_AT_ONCE..=100).contains(&steps), "{steps}");
    for (at, &installation) in all.iter().enumerate() {
        assert_eq!(bench.knows(installation), at % 10 == 0);
    }
}

#[cfg(test)]
mod tests {
    use weft_hub::MemoryStore;

    #[test]
    fn the_memory_store_keeps_the_contract() {
        super::store_contract(|| MemoryStore::new(7));
    }
}
