//! How models are asked, and threads that come from elsewhere.

use std::sync::Arc;

use weft_hub::{Answer, Command, Outcome, Read, Store, store::ImportedThread};
use weft_protocol::{
    Author, Cursor, Defaults, ErrorCode, MemberRow, MessageId, MessageRow, Mutation, Op, Path,
    Role, Row, Status, ThreadId, ThreadRow, Topic, Tuning, User, UserId, limits::MAX_SYSTEM_BYTES,
};

use super::{Bench, NOW, only};

pub(super) fn checks<S: Store>() -> [fn(Bench<S>); 7] {
    [
        r60_what_a_person_wants_is_theirs_alone,
        r60_a_thread_is_tuned_for_all_of_its_members,
        r60_limits_are_checked_before_anything_is_kept,
        r63_an_imported_thread_is_there_once_with_all_that_was_in_it,
        r63_who_has_the_original_has_it_already,
        r63_an_id_of_another_thread_makes_nothing,
        r57_nothing_is_left_of_how_models_were_asked_nor_of_who_was_imported,
    ]
}

fn tuning(temperature: Option<u32>, system: &str) -> Tuning {
    let system = system.to_owned();
    Tuning {
        temperature,
        system,
    }
}

impl<S: Store> Bench<S> {
    fn defaults_row(&self) -> Option<Defaults> {
        let (_, rows) = self.snapshot(Topic::User(self.user));
        rows.into_iter().find_map(|row| match row {
            Row::Defaults(defaults) => Some(defaults),
            _ => None,
        })
    }

    fn tuning_row(&self, thread: ThreadId) -> Option<Tuning> {
        let (_, rows) = self.snapshot(Topic::Thread(thread));
        rows.into_iter().find_map(|row| match row {
            Row::Tuning(tuning) => Some(tuning),
            _ => None,
        })
    }
}

fn r60_what_a_person_wants_is_theirs_alone<S: Store>(mut bench: Bench<S>) {
    assert_eq!(bench.defaults_row(), None);
    let wanted = Defaults {
        model: Some("demo".into()),
        tuning: tuning(Some(70), "Answer in French."),
    };
    let mut blank = wanted.clone();
    blank.tuning.system = "\n Answer in French.  ".into();
    let set = |defaults: &Defaults| Mutation::SetDefaults {
        defaults: defaults.clone(),
    };
    let done = bench.accept(set(&blank));
    let [change] = &done.changes[..] else {
        panic!("{done:?}")
    };
    assert_eq!(change.topic, Topic::User(bench.user));
    assert_eq!(change.ops[..], [Op::Defaults(wanted.clone())]);
    assert_eq!(bench.defaults_row(), Some(wanted.clone()));
    let again = bench.accept(set(&wanted));
    assert_eq!(again.changes, [], "nothing has changed");
    bench.accept(set(&Defaults::default()));
    assert_eq!(bench.defaults_row(), Some(Defaults::default()));
    bench.accept(set(&wanted));
    let read = Read::Resume {
        user: bench.user,
        topic: Topic::User(bench.user),
        cursor: Some(Cursor {
            seq: 0,
            ..change.cursor
        }),
    };
    let Answer::Deltas { ops, .. } = bench.read(read) else {
        panic!("no deltas");
    };
    assert_eq!(ops, [Op::Defaults(wanted)], "of several the last counts");
    bench.be(UserId::new(NOW, [9; 10]));
    assert_eq!(bench.defaults_row(), None);
}

fn r60_a_thread_is_tuned_for_all_of_its_members<S: Store>(mut bench: Bench<S>) {
    let thread = bench.thread();
    let (ada, bob) = (bench.user, bench.let_in(thread, 9));
    let wanted = tuning(Some(0), "Be brief.");
    let tune = |tuning: &Tuning| Mutation::TuneThread {
        thread,
        tuning: tuning.clone(),
    };
    let done = bench.accept(tune(&wanted));
    let [change] = &done.changes[..] else {
        panic!("no list says it: {done:?}")
    };
    assert_eq!(change.topic, Topic::Thread(thread));
    assert_eq!(change.ops[..], [Op::Tuning(wanted.clone())]);
    bench.be(bob);
    assert_eq!(bench.tuning_row(thread), Some(wanted.clone()));
    bench.accept(tune(&tuning(None, "")));
    bench.be(ada);
    assert_eq!(bench.tuning_row(thread), Some(Tuning::default()));
    bench.accept(Mutation::SetRole {
        thread,
        user: bob,
        role: Role::Viewer,
    });
    bench.be(bob);
    let refused = bench.mutate(tune(&wanted));
    assert_eq!(refused, only(Outcome::Rejected(ErrorCode::NotAllowed)));
    bench.be(UserId::new(NOW, [8; 10]));
    let refused = bench.mutate(tune(&wanted));
    assert_eq!(refused, only(Outcome::Rejected(ErrorCode::NoSuchThread)));
}

fn r60_limits_are_checked_before_anything_is_kept<S: Store>(mut bench: Bench<S>) {
    let thread = bench.thread();
    let long = tuning(None, &"x".repeat(MAX_SYSTEM_BYTES + 1));
    for (wrong, code) in [
        (long, ErrorCode::TextTooLong),
        (tuning(Some(201), ""), ErrorCode::OutOfRange),
    ] {
        let defaults = Defaults {
            model: None,
            tuning: wrong.clone(),
        };
        for mutation in [
            Mutation::SetDefaults { defaults },
            Mutation::TuneThread {
                thread,
                tuning: wrong,
            },
        ] {
            assert_eq!(bench.mutate(mutation), only(Outcome::Rejected(code)));
        }
    }
    assert_eq!(bench.defaults_row(), None);
    assert_eq!(bench.tuning_row(thread), None);
}

fn id(n: u8) -> MessageId {
    MessageId::new(NOW, [n; 10])
}

/// A thread in which somebody asked a model twice, and deleted what was said next.
fn exported(me: UserId) -> ImportedThread {
    let thread = ThreadId::new(NOW, [71; 10]);
    let eve = User::new(UserId::new(NOW, [72; 10]), "Eve");
    let message = |n: u8, parent: Option<u8>, author, text: &str| MessageRow {
        id: id(n),
        thread,
        ordinal: 0,
        parent: parent.map(id),
        depth: 0,
        siblings: Vec::new(),
        author,
        status: Status::Complete,
        text: text.into(),
        error: None,
        deleted: text.is_empty(),
        created_at: NOW - 1_000 + u64::from(n),
    };
    let model = || Author::Assistant("gone".into());
    ImportedThread {
        origin: ThreadId::new(NOW, [70; 10]),
        row: ThreadRow {
            id: thread,
            title: "From elsewhere".into(),
            named: true,
            pinned: true,
            archived: false,
            deleted: false,
            generating: 0,
            model: Some("gone".into()),
            role: Role::Owner,
            members: 1,
            last: 0,
            read: 0,
            unread: 0,
            muted: false,
            created_at: NOW - 1_000,
            updated_at: NOW - 10,
        },
        tuning: tuning(None, "Be kind."),
        messages: vec![
            message(81, None, Author::User(me), "Hello?"),
            message(82, Some(81), model(), "Hi."),
            message(83, Some(81), model(), "Good day."),
            message(84, Some(83), Author::User(eve.id), ""),
            message(85, Some(84), Author::User(eve.id), "Bye"),
        ],
        people: vec![eve],
    }
}

fn r63_an_imported_thread_is_there_once_with_all_that_was_in_it<S: Store>(mut bench: Bench<S>) {
    let user = bench.user;
    let thread = Arc::new(exported(user));
    let import = Command::Import {
        user,
        thread: thread.clone(),
    };
    let done = bench.run(import.clone());
    let id_here = thread.row.id;
    let row = ThreadRow {
        last: 5,
        read: 5,
        ..thread.row.clone()
    };
    let [change] = &done.changes[..] else {
        panic!("nobody follows the thread yet: {done:?}")
    };
    assert_eq!(change.topic, Topic::User(user));
    assert_eq!(change.ops[..], [Op::Thread(row.clone())]);
    assert_eq!(bench.threads(), [row]);
    assert_eq!(bench.tuning_row(id_here), Some(thread.tuning.clone()));
    let rows = bench.messages(id_here);
    let both = vec![id(82), id(83)];
    for ((row, before), ordinal) in rows.iter().zip(&thread.messages).zip(1..) {
        let expected = MessageRow {
            ordinal,
            depth: [1, 2, 2, 3, 4][ordinal as usize - 1],
            siblings: if both.contains(&row.id) {
                both.clone()
            } else {
                Vec::new()
            },
            ..before.clone()
        };
        assert_eq!(*row, expected);
    }
    assert_eq!(rows.len(), 5);
    let (_, all) = bench.snapshot(Topic::Thread(id_here));
    let people = all.iter().filter_map(|row| match row {
        Row::Member(member) if member.role.is_none() => Some(&member.user),
        _ => None,
    });
    assert_eq!(people.collect::<Vec<_>>(), [&thread.people[0]]);
    // A path of it is read as any other.
    let read = Read::Page {
        user,
        thread: id_here,
        path: Path::Newest,
        from: 1,
        limit: 10,
    };
    let Answer::Page { rows, .. } = bench.read(read) else {
        panic!("no page");
    };
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    assert_eq!(ids, [id(81), id(83), id(84), id(85)]);

    assert_eq!(
        bench.run(import.clone()),
        only(Outcome::Applied(Vec::new()))
    );
    bench.say(id_here, "Here I am");
    bench.accept(Mutation::DeleteThread { thread: id_here });
    let restored = bench.run(import);
    assert!(!restored.changes.is_empty());
    assert_eq!(bench.threads().len(), 1);
    assert_eq!(
        bench.messages(id_here).len(),
        6,
        "what was said since stays"
    );
}

fn r63_who_has_the_original_has_it_already<S: Store>(mut bench: Bench<S>) {
    let (user, origin) = (bench.user, bench.thread());
    let mut thread = exported(user);
    thread.origin = origin;
    let thread = Arc::new(thread);
    let import = |user| Command::Import {
        user,
        thread: thread.clone(),
    };
    let done = bench.run(import(user));
    assert_eq!(done, only(Outcome::Applied(Vec::new())));
    let other = UserId::new(NOW, [9; 10]);
    let done = bench.run(import(other));
    assert_eq!(done.changes.len(), 1, "who has it not gets it");
    bench.be(other);
    assert_eq!(bench.threads().len(), 1);
}

fn r63_an_id_of_another_thread_makes_nothing<S: Store>(mut bench: Bench<S>) {
    let (user, mine) = (bench.user, bench.thread());
    let said = bench.message_id();
    bench.accept(Mutation::SendMessage {
        thread: mine,
        message: said,
        parent: None,
        text: "Mine".into(),
        reply: None,
    });
    let mut thread = exported(user);
    thread.messages[4].id = said;
    let thread = Arc::new(thread);
    let done = bench.run(Command::Import { user, thread });
    assert_eq!(done, only(Outcome::Rejected(ErrorCode::IdTaken)));
    assert_eq!(bench.threads().len(), 1);
    assert_eq!(bench.messages(mine).len(), 1);
}

fn r57_nothing_is_left_of_how_models_were_asked_nor_of_who_was_imported<S: Store>(
    mut bench: Bench<S>,
) {
    let (ada, bob) = (bench.user, UserId::new(NOW, [9; 10]));
    let (thread, said) = (bench.thread(), tuning(Some(0), "Be brief."));
    bench.accept(Mutation::SetDefaults {
        defaults: Defaults {
            model: None,
            tuning: said.clone(),
        },
    });
    bench.accept(Mutation::TuneThread {
        thread,
        tuning: said,
    });
    bench.run(Command::Import {
        user: ada,
        thread: Arc::new(exported(ada)),
    });
    bench.run(Command::Depart { user: ada });
    assert_eq!(bench.defaults_row(), None);
    // Who has the same ids finds nothing of what was said with them.
    bench.be(bob);
    bench.accept(Mutation::CreateThread { thread });
    assert_eq!(bench.tuning_row(thread), None);
    let mut again = exported(bob);
    again.people[0].name = "Eva".into();
    again.tuning = Tuning::default();
    let (id, eva) = (again.row.id, again.people[0].clone());
    bench.run(Command::Import {
        user: bob,
        thread: Arc::new(again),
    });
    assert_eq!(bench.tuning_row(id), None);
    let (_, rows) = bench.snapshot(Topic::Thread(id));
    let former = MemberRow {
        user: eva,
        role: None,
    };
    assert!(rows.contains(&Row::Member(former)), "{rows:?}");
}
