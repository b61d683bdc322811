//! Read marks, what is unread, and what else of a thread is a member's own.

use weft_hub::{Command, Outcome, Store};
use weft_protocol::{
    InstallationId, Mutation, Role, Status, ThreadId, ThreadRow, Topic, UserId, frame::Head,
};

use super::{Bench, NOW, only};

pub(super) fn checks<S: Store>() -> [fn(Bench<S>); 6] {
    [
        r48_a_read_mark_moves_forward_and_back_only_where_that_is_asked,
        r48_what_was_said_before_somebody_came_is_read,
        r49_what_others_say_after_the_mark_is_unread,
        r49_what_is_deleted_is_not_unread,
        r50_a_muted_thread_is_counted,
        r51_what_is_a_members_own_changes_in_their_topic_alone,
    ]
}

impl<S: Store> Bench<S> {
    /// Somebody else is made a member.
    pub(super) fn let_in(&mut self, thread: ThreadId, n: u8) -> UserId {
        let user = UserId::new(NOW, [n; 10]);
        let (by, role) = (Some(self.user), Role::Editor);
        self.run(Command::Admit {
            by,
            user,
            thread,
            role,
        });
        user
    }

    /// From here on it is this person, at a device of theirs.
    pub(super) fn be(&mut self, user: UserId) {
        (self.user, self.n) = (user, 0);
        self.installation = InstallationId::new(NOW, self.random());
    }

    fn row(&self, thread: ThreadId) -> ThreadRow {
        let mut rows = self.threads().into_iter();
        rows.find(|row| row.id == thread)
            .expect("a thread of theirs")
    }

    /// The mark, and what is unread.
    fn marked(&self, thread: ThreadId) -> (u64, u64) {
        let row = self.row(thread);
        (row.read, row.unread)
    }

    pub(super) fn mark(&mut self, thread: ThreadId, through: u64) {
        self.accept(Mutation::MarkRead { thread, through });
    }
}

fn r48_a_read_mark_moves_forward_and_back_only_where_that_is_asked<S: Store>(mut bench: Bench<S>) {
    let thread = bench.thread();
    let (ada, bob) = (bench.user, bench.let_in(thread, 9));
    for _ in 0..4 {
        bench.say(thread, "Hi");
    }
    bench.be(bob);
    assert_eq!(bench.marked(thread), (0, 4));
    bench.mark(thread, 2);
    assert_eq!(bench.marked(thread), (2, 2));
    let there = bench.there(thread);
    for through in [2, 1, 0] {
        let again = bench.mutate(Mutation::MarkRead { thread, through });
        assert_eq!(again, only(there.clone()));
    }
    bench.mark(thread, 99);
    assert_eq!(bench.marked(thread), (4, 0));
    let there = bench.there(thread);
    let further = bench.mutate(Mutation::MarkUnread { thread, from: 5 });
    assert_eq!(further, only(there));
    bench.accept(Mutation::MarkUnread { thread, from: 3 });
    assert_eq!(bench.marked(thread), (2, 2));
    bench.be(ada);
    assert_eq!(bench.marked(thread), (0, 0));
    // A tombstone may have been read on a device that had not heard of it.
    bench.accept(Mutation::DeleteThread { thread });
    bench.mark(thread, 4);
    bench.accept(Mutation::RestoreThread { thread });
    assert_eq!(bench.marked(thread), (4, 0));
}

fn r48_what_was_said_before_somebody_came_is_read<S: Store>(mut bench: Bench<S>) {
    let thread = bench.thread();
    bench.say(thread, "before");
    let (ada, bob) = (bench.user, bench.let_in(thread, 9));
    bench.say(thread, "after");
    bench.be(bob);
    assert_eq!(bench.marked(thread), (1, 1));
    bench.be(ada);
    bench.accept(Mutation::RemoveMember { thread, user: bob });
    bench.say(thread, "without them");
    bench.let_in(thread, 9);
    bench.be(bob);
    assert_eq!(bench.marked(thread), (3, 0));
}

fn r49_what_others_say_after_the_mark_is_unread<S: Store>(mut bench: Bench<S>) {
    let thread = bench.thread();
    let (ada, bob) = (bench.user, bench.let_in(thread, 9));
    let (reply, _) = bench.ask(thread);
    assert_eq!(bench.row(thread).last, 2);
    assert_eq!(
        bench.marked(thread),
        (0, 1),
        "a reply is nobody's own words"
    );
    bench.start(reply);
    bench.append(reply, 0, "because");
    bench.settle(reply, Status::Complete);
    assert_eq!(bench.marked(thread), (0, 1));
    bench.be(bob);
    bench.say(thread, "I see");
    assert_eq!(bench.marked(thread), (0, 2));
    bench.mark(thread, 1);
    assert_eq!(bench.marked(thread), (1, 1));
    bench.be(ada);
    assert_eq!(bench.marked(thread), (0, 2));
    bench.mark(thread, 3);
    bench.be(bob);
    bench.say(thread, "Thanks");
    bench.be(ada);
    assert_eq!(bench.marked(thread), (3, 1));
}

fn r49_what_is_deleted_is_not_unread<S: Store>(mut bench: Bench<S>) {
    let thread = bench.thread();
    let (ada, bob) = (bench.user, bench.let_in(thread, 9));
    let said: Vec<_> = (0..3).map(|_| bench.say(thread, "Hi")).collect();
    bench.be(bob);
    bench.mark(thread, 1);
    bench.be(ada);
    for message in [said[0], said[2]] {
        bench.accept(Mutation::DeleteMessage { thread, message });
    }
    bench.be(bob);
    assert_eq!(bench.marked(thread), (1, 1));
    bench.accept(Mutation::MarkUnread { thread, from: 1 });
    assert_eq!(bench.marked(thread), (0, 1));
    bench.mark(thread, 2);
    assert_eq!(bench.marked(thread), (2, 0));
}

fn r50_a_muted_thread_is_counted<S: Store>(mut bench: Bench<S>) {
    let thread = bench.thread();
    let (ada, bob) = (bench.user, bench.let_in(thread, 9));
    bench.be(bob);
    let muted = true;
    bench.accept(Mutation::MuteThread { thread, muted });
    bench.be(ada);
    bench.say(thread, "Hi");
    assert!(!bench.row(thread).muted);
    bench.be(bob);
    assert!(bench.row(thread).muted);
    assert_eq!(bench.marked(thread), (0, 1));
}

fn r51_what_is_a_members_own_changes_in_their_topic_alone<S: Store>(mut bench: Bench<S>) {
    let thread = bench.thread();
    let (ada, bob) = (bench.user, bench.let_in(thread, 9));
    bench.say(thread, "Hi");
    bench.be(bob);
    let (pinned, archived, muted) = (true, true, true);
    for mutation in [
        Mutation::PinThread { thread, pinned },
        Mutation::ArchiveThread { thread, archived },
        Mutation::MarkRead { thread, through: 1 },
        Mutation::MarkUnread { thread, from: 1 },
        Mutation::MuteThread { thread, muted },
    ] {
        let committed = bench.accept(mutation);
        let topics: Vec<_> = committed.changes.iter().map(|it| it.topic).collect();
        assert_eq!(topics, [Topic::User(bob)]);
        let (topic, cursor) = (topics[0], bench.head(topics[0]));
        assert_eq!(
            committed.outcome,
            Outcome::Applied(vec![Head { topic, cursor }])
        );
    }
    // What is everybody's is told to everybody still, and leaves what is one's own.
    let title = "Plans".to_owned();
    let renamed = bench.accept(Mutation::RenameThread { thread, title });
    assert_eq!(renamed.changes.len(), 2);
    let row = bench.row(thread);
    assert!(row.pinned && row.archived && row.muted);
    bench.be(ada);
    let row = bench.row(thread);
    assert_eq!(row.title, "Plans");
    assert!(!row.pinned && !row.archived && !row.muted);
}
