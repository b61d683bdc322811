//! How people are called in their threads, and what is left of them.

use weft_hub::{Answer, Command, Outcome, Read, Store};
use weft_protocol::{
    MemberRow, Mutation, Op, Role, Row, Status, ThreadId, ThreadRow, Topic, User, UserId,
};

use super::{Bench, NOW, only};

pub(super) fn checks<S: Store>() -> [fn(Bench<S>); 6] {
    [
        r57_who_departs_leaves_what_they_said_and_no_name,
        r57_a_thread_goes_to_its_longest_standing_editor,
        r57_a_thread_that_nobody_can_keep_ends_for_all_of_its_members,
        r57_who_has_departed_is_found_nowhere,
        r56_nobody_is_renamed_who_is_not_known,
        r58_threads_are_shared_where_they_have_other_members,
    ]
}

impl<S: Store> Bench<S> {
    fn admit(&mut self, thread: ThreadId, n: u8, role: Role) -> UserId {
        let user = UserId::new(NOW, [n; 10]);
        let by = Some(self.user);
        let committed = self.run(Command::Admit {
            by,
            user,
            thread,
            role,
        });
        assert!(matches!(committed.outcome, Outcome::Applied(_)));
        user
    }

    /// What somebody's list has.
    fn list_of(&self, user: UserId) -> Vec<ThreadRow> {
        let read = Read::Resume {
            user,
            topic: Topic::User(user),
            cursor: None,
        };
        let Answer::Snapshot { rows, .. } = self.read(read) else {
            panic!("everybody has a list");
        };
        let threads = rows.into_iter().map(|row| match row {
            Row::Thread(row) => row,
            other => panic!("among threads: {other:?}"),
        });
        threads.collect()
    }

    fn role_of(&self, user: UserId, thread: ThreadId) -> Option<Role> {
        let list = self.list_of(user);
        list.iter().find(|row| row.id == thread).map(|row| row.role)
    }

    /// What somebody sees of a thread.
    fn seen_by(&self, user: UserId, thread: ThreadId) -> Option<Vec<Row>> {
        let read = Read::Resume {
            user,
            topic: Topic::Thread(thread),
            cursor: None,
        };
        match self.read(read) {
            Answer::Snapshot { rows, .. } => Some(rows),
            Answer::Nothing => None,
            other => panic!("not a snapshot: {other:?}"),
        }
    }
}

fn r57_who_departs_leaves_what_they_said_and_no_name<S: Store>(mut bench: Bench<S>) {
    let thread = bench.thread();
    let (ada, bob) = (bench.user, bench.admit(thread, 9, Role::Editor));
    let cid = bench.admit(thread, 8, Role::Viewer);
    bench.run(Command::Depart { user: cid });
    bench.say(thread, "Hi");
    let departed = bench.run(Command::Depart { user: bob });
    let gone = MemberRow {
        user: User::deleted(bob),
        role: None,
    };
    let of = |topic: Topic| {
        let changes = departed.changes.iter();
        changes.filter(move |change| change.topic == topic)
    };
    assert!(of(Topic::Thread(thread)).any(|it| it.ops.contains(&Op::Member(gone.clone()))));
    let own: Vec<_> = of(Topic::User(bob))
        .flat_map(|it| it.ops.to_vec())
        .collect();
    assert!(own.contains(&Op::ThreadGone(thread)));
    assert!(own.contains(&Op::User(User::deleted(bob))));
    let rows = bench.seen_by(ada, thread).expect("a thread of theirs");
    assert!(rows.contains(&Row::Member(gone)));
    assert_eq!(bench.row_of(ada, thread).members, 1);
    assert_eq!(bench.messages(thread).len(), 1);
    assert_eq!(bench.seen_by(bob, thread), None);
}

impl<S: Store> Bench<S> {
    fn row_of(&self, user: UserId, thread: ThreadId) -> ThreadRow {
        let mut list = self.list_of(user).into_iter();
        list.find(|row| row.id == thread)
            .expect("a thread of theirs")
    }
}

fn r57_a_thread_goes_to_its_longest_standing_editor<S: Store>(mut bench: Bench<S>) {
    let thread = bench.thread();
    let ada = bench.user;
    // The one whose id is lower comes later, and who comes back stands at the end.
    let first = bench.admit(thread, 30, Role::Editor);
    let viewer = bench.admit(thread, 20, Role::Viewer);
    let second = bench.admit(thread, 25, Role::Editor);
    let third = bench.admit(thread, 5, Role::Editor);
    bench.accept(Mutation::RemoveMember {
        thread,
        user: first,
    });
    bench.admit(thread, 30, Role::Editor);
    let said = bench.say(thread, "Hi");
    bench.run(Command::Depart { user: ada });
    let roles = [first, viewer, second, third].map(|user| bench.role_of(user, thread));
    let (editor, owner) = (Some(Role::Editor), Some(Role::Owner));
    assert_eq!(roles, [editor, Some(Role::Viewer), owner, editor]);
    let rows = bench.seen_by(viewer, thread).expect("still a thread");
    assert!(
        rows.iter()
            .any(|row| matches!(row, Row::Message(row) if row.id == said))
    );
    assert_eq!(bench.role_of(ada, thread), None);
}

fn r57_a_thread_that_nobody_can_keep_ends_for_all_of_its_members<S: Store>(mut bench: Bench<S>) {
    let thread = bench.thread();
    let alone = bench.thread();
    let viewer = bench.admit(thread, 9, Role::Viewer);
    let (running, _) = bench.ask(thread);
    bench.start(running);
    bench.append(running, 0, "Once");
    bench.say(alone, "Secret");
    let ada = bench.user;
    let departed = bench.run(Command::Depart { user: ada });
    assert!(departed.jobs.contains(&weft_hub::JobChange::Ended(running)));
    for (user, thread) in [(ada, thread), (viewer, thread), (ada, alone)] {
        let told = departed.changes.iter().any(|change| {
            change.topic == Topic::User(user) && change.ops.contains(&Op::ThreadGone(thread))
        });
        assert!(told, "{user} is told");
        assert_eq!(bench.seen_by(user, thread), None);
        assert_eq!(bench.role_of(user, thread), None);
    }
    let late = bench.run(Command::Append {
        message: running,
        offset: 4,
        text: " upon".into(),
    });
    assert_eq!(late, only(Outcome::NotRunning));
    assert_eq!(
        bench.settle(running, Status::Complete),
        only(Outcome::NotRunning)
    );
}

fn r57_who_has_departed_is_found_nowhere<S: Store>(mut bench: Bench<S>) {
    let (ada, old) = (bench.user, bench.installation);
    bench.thread();
    bench.run(Command::Depart { user: ada });
    assert_eq!(bench.last_n(old), Answer::LastN { n: 0, hides: false });
    assert_eq!(bench.list_of(ada), []);
    assert_eq!(bench.head(Topic::User(ada)).seq, 0);
    // Again, there is nothing of theirs.
    let again = bench.run(Command::Depart { user: ada });
    assert!(matches!(again.outcome, Outcome::Applied(_)));
}

fn r56_nobody_is_renamed_who_is_not_known<S: Store>(mut bench: Bench<S>) {
    bench.thread();
    let renamed = bench.run(Command::SetProfile {
        user: bench.user,
        display: Some("Ada".into()),
        colour: None,
    });
    assert_eq!(renamed, only(Outcome::Applied(Vec::new())));
}

fn r58_threads_are_shared_where_they_have_other_members<S: Store>(mut bench: Bench<S>) {
    let (ada, alone, thread) = (bench.user, bench.thread(), bench.thread());
    let gone = bench.thread();
    let bob = bench.admit(thread, 9, Role::Viewer);
    bench.admit(gone, 9, Role::Viewer);
    bench.accept(Mutation::DeleteThread { thread: gone });
    let shared = |bench: &Bench<S>, user| bench.read(Read::Shared { user });
    assert_ne!(alone, thread);
    for user in [ada, bob] {
        assert_eq!(shared(&bench, user), Answer::Shared(vec![thread]));
    }
    bench.accept(Mutation::RemoveMember { thread, user: bob });
    for user in [ada, bob] {
        assert_eq!(shared(&bench, user), Answer::Shared(vec![]));
    }
}
