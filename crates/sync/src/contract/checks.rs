//! The checks.

use weft_protocol::{
    Author, Checksum, Cursor, Defaults, ErrorCode, InstallationId, MessageId, MessageRow, Mutation,
    Op, Path, Role, Row, Status, ThreadId, ThreadRow, Topic, Tuning, UserId, limits::WINDOW,
    row::Settle,
};

use super::Storage;
use crate::{PageRead, StorageOp, Stored, StoredTopic, Unsent};

pub(super) async fn run<S: Storage>(open: impl AsyncFn(&str) -> S) {
    let bench = async |name| {
        let mut storage = open(name).await;
        storage.lead(1).await.expect("a term begins");
        Bench { storage }
    };
    nothing_is_kept_at_first(bench("empty").await).await;
    the_outbox_comes_back_in_order(bench("outbox").await).await;
    a_number_is_never_given_twice(bench("numbers").await).await;
    a_new_installation_takes_the_place_of_the_outbox_and_leaves_the_rows(
        bench("installation").await,
    )
    .await;
    a_snapshot_takes_the_place_of_the_rows(bench("snapshot").await).await;
    a_change_set_moves_rows_and_cursor(bench("change set").await).await;
    how_models_are_asked_is_kept_with_its_topic(bench("tuning").await).await;
    a_page_takes_the_place_of_the_rows_that_are_here(bench("page").await).await;
    the_newest_rows_of_a_thread_are_loaded_and_the_others_read(bench("long").await).await;
    a_reply_far_up_is_read_with_its_bytes(bench("far").await).await;
    siblings_are_noted_and_no_path_is_guessed(bench("siblings").await).await;
    the_topic_used_last_is_at_the_end(bench("order").await).await;
    the_bytes_of_a_reply_come_back_whole(bench("bytes").await).await;
    a_reply_that_ended_comes_back_with_its_end(bench("end").await).await;
    a_snapshot_keeps_the_bytes_of_what_is_still_being_made(bench("kept bytes").await).await;
    a_whole_row_takes_the_place_of_bytes_and_end(bench("whole").await).await;
    a_dropped_topic_takes_its_bytes_along(bench("drop").await).await;
    a_draft_is_kept_until_it_is_empty(bench("drafts").await).await;
    nothing_outlives_a_wipe(bench("wipe").await).await;

    who_led_before_keeps_nothing_more(bench("led").await, bench("led").await).await;

    let mut first = bench("reopened").await;
    first.fill().await;
    let kept = first.load().await;
    drop(first);
    let again = bench("reopened").await.load().await;
    assert_eq!(
        again, kept,
        "what was kept is there when it is opened again"
    );
    let other = bench("other").await.load().await;
    assert_eq!(other, Stored::default(), "names are kept apart");
}

struct Bench<S> {
    storage: S,
}

impl<S: Storage> Bench<S> {
    async fn keep(&mut self, op: StorageOp) {
        let told = format!("{op:?}");
        if let Err(error) = self.storage.keep(op).await {
            panic!("{told} was not kept: {error:?}");
        }
    }

    /// Everything kept, the rows of each topic and the bytes and ends in one order.
    async fn load(&mut self) -> Stored {
        let mut stored = match self.storage.load().await {
            Ok(stored) => stored,
            Err(error) => panic!("nothing was loaded: {error:?}"),
        };
        for topic in &mut stored.topics {
            topic.rows.sort_by_key(|row| match row {
                Row::Thread(row) => (0, *row.id.as_bytes()),
                Row::Member(row) => (0, *row.user.id.as_bytes()),
                Row::Defaults(_) | Row::Tuning(_) => (0, [0xff; 16]),
                Row::Message(row) => (row.ordinal, *row.id.as_bytes()),
                Row::Notice(row) => (row.n, [0; 16]),
            });
        }
        stored.texts.sort();
        stored.ends.sort_by_key(|end| end.message);
        stored
    }

    /// The messages that are read, oldest first.
    async fn read(&mut self, read: PageRead) -> Vec<MessageRow> {
        match self.storage.read(read).await {
            Ok(rows) => rows.topics.first().map(messages).unwrap_or_default(),
            Err(error) => panic!("nothing was read: {error:?}"),
        }
    }

    async fn identify(&mut self) {
        self.keep(identify(1, 1, vec![])).await;
    }

    async fn snapshot(&mut self, thread: u8, seq: u64, rows: Vec<MessageRow>) {
        self.keep(StorageOp::PutSnapshot {
            topic: topic(thread),
            cursor: at(seq),
            rows: rows.into_iter().map(Row::Message).collect(),
        })
        .await;
    }

    async fn apply(&mut self, thread: u8, seq: u64, ops: Vec<Op>) {
        let (topic, cursor) = (topic(thread), at(seq));
        self.keep(StorageOp::Apply { topic, cursor, ops }).await;
    }

    async fn append(&mut self, message: u8, offset: u64, text: &str) {
        self.keep(StorageOp::AppendText {
            message: id(message),
            offset,
            text: text.into(),
        })
        .await;
    }

    /// One of everything.
    async fn fill(&mut self) {
        self.identify().await;
        self.keep(StorageOp::PutOutbox(unsent(1, "é"))).await;
        self.keep(StorageOp::PutSnapshot {
            topic: list(),
            cursor: at(3),
            rows: vec![Row::Thread(thread_row(1, "Trip"))],
        })
        .await;
        self.snapshot(1, 4, vec![said(1, "hi"), reply(2), reply(3)])
            .await;
        self.append(2, 0, "ab").await;
        self.append(3, 0, "xyz").await;
        self.apply(1, 5, vec![Op::Settle(end(3, "xyz"))]).await;
    }
}

fn id(n: u8) -> MessageId {
    MessageId::from_bytes([n; 16])
}

fn thread(n: u8) -> ThreadId {
    ThreadId::from_bytes([n; 16])
}

fn topic(n: u8) -> Topic {
    Topic::Thread(thread(n))
}

fn user() -> UserId {
    UserId::from_bytes([200; 16])
}

fn list() -> Topic {
    Topic::User(user())
}

fn at(seq: u64) -> Cursor {
    Cursor {
        epoch: u32::MAX,
        seq,
    }
}

fn identify(installation: u8, next_n: u64, outbox: Vec<Unsent>) -> StorageOp {
    StorageOp::Identify {
        user: user(),
        installation: InstallationId::from_bytes([installation; 16]),
        next_n,
        outbox,
    }
}

fn unsent(n: u64, text: &str) -> Unsent {
    Unsent {
        n,
        made_at: 1_700_000_000_000 + n,
        mutation: Mutation::SendMessage {
            thread: thread(1),
            message: id(n as u8),
            parent: None,
            text: text.into(),
            reply: None,
        },
        failure: None,
    }
}

fn row(n: u8, author: Author, status: Status, text: &str) -> MessageRow {
    MessageRow {
        id: id(n),
        thread: thread(1),
        ordinal: u64::from(n),
        depth: u64::from(n),
        siblings: Vec::new(),
        parent: (n > 1).then(|| id(n - 1)),
        author,
        status,
        text: text.into(),
        error: None,
        deleted: false,
        created_at: 1_700_000_000_000,
    }
}

fn said(n: u8, text: &str) -> MessageRow {
    row(n, Author::User(user()), Status::Complete, text)
}

fn reply(n: u8) -> MessageRow {
    row(n, Author::Assistant("demo".into()), Status::Streaming, "")
}

fn end(n: u8, text: &str) -> Settle {
    Settle {
        message: id(n),
        status: Status::Stopped,
        error: Some(ErrorCode::ProviderCut),
        len: text.len() as u64,
        checksum: Checksum::of(text),
    }
}

fn thread_row(n: u8, title: &str) -> ThreadRow {
    ThreadRow {
        id: thread(n),
        title: title.into(),
        named: true,
        pinned: false,
        archived: false,
        deleted: false,
        generating: 0,
        model: Some("demo".into()),
        role: Role::Owner,
        members: 1,
        last: 0,
        read: 0,
        unread: 0,
        muted: false,
        created_at: 1,
        updated_at: u64::MAX >> 11,
    }
}

fn messages(stored: &StoredTopic) -> Vec<MessageRow> {
    let rows = stored.rows.iter();
    rows.filter_map(|row| match row {
        Row::Message(row) => Some(row.clone()),
        Row::Thread(_) | Row::Member(_) | Row::Notice(_) | Row::Defaults(_) | Row::Tuning(_) => {
            None
        }
    })
    .collect()
}

async fn nothing_is_kept_at_first<S: Storage>(mut bench: Bench<S>) {
    assert_eq!(bench.load().await, Stored::default());
}

async fn the_outbox_comes_back_in_order<S: Storage>(mut bench: Bench<S>) {
    bench.identify().await;
    for n in 1..=11 {
        bench.keep(StorageOp::PutOutbox(unsent(n, "first"))).await;
    }
    bench
        .keep(StorageOp::DeleteOutbox {
            n: 2,
            effects: vec![],
        })
        .await;
    bench
        .keep(StorageOp::DeleteOutbox {
            n: 77,
            effects: vec![],
        })
        .await;
    let failed = Unsent {
        failure: Some(ErrorCode::NotAllowed),
        ..unsent(3, "first")
    };
    bench.keep(StorageOp::PutOutbox(failed.clone())).await;
    let mut wanted = vec![unsent(1, "first"), failed];
    wanted.extend((4..=11).map(|n| unsent(n, "first")));
    let stored = bench.load().await;
    assert_eq!(stored.outbox, wanted);
    assert_eq!(stored.next_n, 12);
    let installation = InstallationId::from_bytes([1; 16]);
    assert_eq!(stored.identity, Some((user(), installation)));
}

async fn a_number_is_never_given_twice<S: Storage>(mut bench: Bench<S>) {
    bench.identify().await;
    bench.keep(StorageOp::PutOutbox(unsent(1, "x"))).await;
    bench.keep(StorageOp::PutOutbox(unsent(2, "x"))).await;
    // Written once more, an older number takes nothing back.
    bench.keep(StorageOp::PutOutbox(unsent(1, "y"))).await;
    bench
        .keep(StorageOp::DeleteOutbox {
            n: 2,
            effects: vec![],
        })
        .await;
    bench
        .keep(StorageOp::DeleteOutbox {
            n: 1,
            effects: vec![],
        })
        .await;
    let stored = bench.load().await;
    assert_eq!((stored.next_n, stored.outbox), (3, vec![]));
}

async fn a_new_installation_takes_the_place_of_the_outbox_and_leaves_the_rows<S: Storage>(
    mut bench: Bench<S>,
) {
    bench.fill().await;
    let before = bench.load().await;
    bench.keep(identify(9, 2, vec![unsent(1, "z")])).await;
    let stored = bench.load().await;
    let installation = InstallationId::from_bytes([9; 16]);
    assert_eq!(stored.identity, Some((user(), installation)));
    assert_eq!((stored.next_n, &stored.outbox), (2, &vec![unsent(1, "z")]));
    assert_eq!(stored.topics, before.topics);
    assert_eq!(stored.texts, before.texts);
    bench.keep(identify(9, 1, vec![])).await;
    let stored = bench.load().await;
    assert_eq!((stored.next_n, stored.outbox), (1, vec![]));
}

async fn a_snapshot_takes_the_place_of_the_rows<S: Storage>(mut bench: Bench<S>) {
    bench.identify().await;
    let rows = |names: &[(u8, &str)]| -> Vec<Row> {
        let rows = names.iter();
        rows.map(|(n, title)| Row::Thread(thread_row(*n, title)))
            .collect()
    };
    for (seq, rows) in [
        (1, rows(&[(1, "a"), (2, "b")])),
        (2, rows(&[(2, "B"), (3, "c")])),
    ] {
        bench
            .keep(StorageOp::PutSnapshot {
                topic: list(),
                cursor: at(seq),
                rows,
            })
            .await;
    }
    bench.snapshot(1, 4, vec![said(1, "a"), said(2, "b")]).await;
    bench.snapshot(1, 9, vec![said(2, "B"), said(3, "c")]).await;
    let stored = bench.load().await;
    assert_eq!(
        stored.topics,
        [
            StoredTopic {
                topic: list(),
                cursor: at(2),
                rows: rows(&[(2, "B"), (3, "c")]),
            },
            StoredTopic {
                topic: topic(1),
                cursor: at(9),
                rows: vec![Row::Message(said(2, "B")), Row::Message(said(3, "c"))],
            },
        ]
    );
}

async fn a_change_set_moves_rows_and_cursor<S: Storage>(mut bench: Bench<S>) {
    bench.fill().await;
    let buried = MessageRow {
        deleted: true,
        ..said(1, "")
    };
    let ops = vec![
        Op::Message(said(4, "four")),
        Op::Message(said(4, "FOUR")),
        Op::Message(buried.clone()),
    ];
    bench.apply(1, 6, ops).await;
    bench
        .keep(StorageOp::Apply {
            topic: list(),
            cursor: at(8),
            ops: vec![
                Op::Thread(thread_row(1, "Trip!")),
                Op::Thread(thread_row(2, "New")),
            ],
        })
        .await;
    let stored = bench.load().await;
    let [thread, list] = &stored.topics[..] else {
        panic!("{:?}", stored.topics)
    };
    assert_eq!(thread.cursor, at(6));
    assert_eq!(
        messages(thread),
        [buried, reply(2), reply(3), said(4, "FOUR")]
    );
    assert_eq!(list.cursor, at(8));
    assert_eq!(
        list.rows,
        [
            Row::Thread(thread_row(1, "Trip!")),
            Row::Thread(thread_row(2, "New"))
        ]
    );
}

/// The last row of each topic, the thread's and the list's.
async fn tuned<S: Storage>(bench: &mut Bench<S>) -> (Option<Row>, Option<Row>) {
    let stored = bench.load().await;
    let of = |topic: Topic| {
        let stored = stored.topics.iter().find(|stored| stored.topic == topic);
        let rows = stored.map(|stored| &stored.rows[..]).unwrap_or_default();
        let is = |row: &&Row| matches!(row, Row::Defaults(_) | Row::Tuning(_));
        rows.iter().find(is).cloned()
    };
    (of(topic(1)), of(list()))
}

async fn how_models_are_asked_is_kept_with_its_topic<S: Storage>(mut bench: Bench<S>) {
    bench.fill().await;
    assert_eq!(tuned(&mut bench).await, (None, None));
    for (seq, system) in [(6, "Rhyme."), (7, "")] {
        let tuning = Tuning {
            temperature: Some(0),
            system: system.into(),
        };
        let defaults = Defaults {
            model: None,
            tuning: tuning.clone(),
        };
        bench.apply(1, seq, vec![Op::Tuning(tuning.clone())]).await;
        bench
            .keep(StorageOp::Apply {
                topic: list(),
                cursor: at(seq),
                ops: vec![Op::Defaults(defaults.clone())],
            })
            .await;
        let kept = (Some(Row::Tuning(tuning)), Some(Row::Defaults(defaults)));
        assert_eq!(tuned(&mut bench).await, kept);
    }
    // A snapshot without says that there is none.
    bench.snapshot(1, 8, vec![said(1, "hi")]).await;
    let rows = vec![Row::Thread(thread_row(1, "Trip"))];
    bench
        .keep(StorageOp::PutSnapshot {
            topic: list(),
            cursor: at(8),
            rows,
        })
        .await;
    assert_eq!(tuned(&mut bench).await, (None, None));
}

async fn a_page_takes_the_place_of_the_rows_that_are_here<S: Storage>(mut bench: Bench<S>) {
    bench.identify().await;
    bench.snapshot(1, 4, vec![said(3, "three")]).await;
    let page = [said(1, "one"), said(2, "two"), said(3, "THREE")];
    bench
        .keep(StorageOp::PutPage {
            thread: thread(1),
            rows: page.into(),
        })
        .await;
    let stored = bench.load().await;
    let topic = &stored.topics[0];
    assert_eq!(topic.cursor, at(4));
    assert_eq!(
        messages(topic),
        [said(1, "one"), said(2, "two"), said(3, "THREE")]
    );
}

/// The question for the rows of thread 1 that lead to `end`.
fn up(end: u8, from: u64) -> PageRead {
    PageRead {
        thread: thread(1),
        path: Path::To(id(end)),
        from,
        after: None,
        n: 0,
    }
}

/// The question for the rows of thread 1 that follow `after`.
fn down(after: u8) -> PageRead {
    PageRead {
        thread: thread(1),
        path: Path::Newest,
        from: u64::from(after) + 1,
        after: (after > 0).then(|| id(after)),
        n: 0,
    }
}

async fn the_newest_rows_of_a_thread_are_loaded_and_the_others_read<S: Storage>(
    mut bench: Bench<S>,
) {
    const ROWS: u8 = 120;
    let window = WINDOW as u8;
    bench.identify().await;
    let rows: Vec<MessageRow> = (1..=ROWS).map(|n| said(n, "text")).collect();
    bench.snapshot(1, 4, rows[100..].to_vec()).await;
    bench
        .keep(StorageOp::PutPage {
            thread: thread(1),
            rows: rows[..100].to_vec(),
        })
        .await;
    let stored = bench.load().await;
    let newest = &rows[usize::from(ROWS - window)..];
    assert_eq!(messages(&stored.topics[0]), newest);
    for (read, found) in [
        (up(70, 21), 20..70),
        (up(70, 60), 59..70),
        (up(3, 1), 0..3),
        (down(0), 0..50),
        (down(30), 30..80),
        (down(110), 110..120),
        (down(120), 0..0),
        (up(200, 1), 0..0),
    ] {
        assert_eq!(bench.read(read).await, rows[found], "{read:?}");
    }
    bench.keep(StorageOp::DropTopic(topic(1))).await;
    assert_eq!(bench.read(up(70, 21)).await, []);
}

async fn a_reply_far_up_is_read_with_its_bytes<S: Storage>(mut bench: Bench<S>) {
    bench.identify().await;
    let rows = (1..=60).map(|n| if n == 2 { reply(2) } else { said(n, "text") });
    bench.snapshot(1, 4, rows.collect()).await;
    bench.append(2, 0, "ab").await;
    bench.append(2, 2, "cd").await;
    bench.apply(1, 5, vec![Op::Settle(end(2, "abcd"))]).await;
    let loaded = bench.load().await;
    assert_eq!((loaded.texts, loaded.ends), (vec![], vec![]));
    let Ok(found) = bench.storage.read(up(2, 1)).await else {
        panic!("nothing was read");
    };
    assert_eq!(found.texts, [(id(2), "abcd".to_owned())]);
    assert_eq!(found.ends, [end(2, "abcd")]);
}

async fn siblings_are_noted_and_no_path_is_guessed<S: Storage>(mut bench: Bench<S>) {
    bench.identify().await;
    let rows: Vec<MessageRow> = (1..=4).map(|n| said(n, "text")).collect();
    bench.snapshot(1, 4, rows.clone()).await;
    let siblings = vec![id(3), id(5)];
    let edited = MessageRow {
        parent: Some(id(2)),
        depth: 3,
        siblings: siblings.clone(),
        ..said(5, "instead")
    };
    let ops = vec![Op::Message(edited.clone()), Op::Siblings(siblings.clone())];
    bench.apply(1, 5, ops).await;
    let third = MessageRow {
        siblings,
        ..rows[2].clone()
    };
    let stored = bench.load().await;
    let kept = [&rows[0], &rows[1], &third, &rows[3], &edited];
    assert_eq!(messages(&stored.topics[0]), kept.map(Clone::clone));
    assert_eq!(bench.read(down(1)).await, rows[1..2]);
    assert_eq!(
        bench.read(up(5, 1)).await,
        [rows[0].clone(), rows[1].clone(), edited]
    );
    bench.apply(1, 6, vec![Op::Siblings(vec![id(3)])]).await;
    assert_eq!(bench.read(up(3, 3)).await, rows[2..3]);
}

async fn the_topic_used_last_is_at_the_end<S: Storage>(mut bench: Bench<S>) {
    bench.identify().await;
    for thread in [3, 1, 2] {
        bench.snapshot(thread, 1, vec![]).await;
    }
    bench.apply(3, 2, vec![]).await;
    let stored = bench.load().await;
    let order: Vec<Topic> = stored.topics.iter().map(|it| it.topic).collect();
    assert_eq!(order, [topic(1), topic(2), topic(3)]);
}

async fn the_bytes_of_a_reply_come_back_whole<S: Storage>(mut bench: Bench<S>) {
    bench.identify().await;
    bench.snapshot(1, 1, vec![reply(1), reply(2)]).await;
    let mut whole = String::new();
    for part in ["a", "é", "\n\0", "日本", "🧵 "].repeat(5) {
        bench.append(1, whole.len() as u64, part).await;
        whole.push_str(part);
    }
    bench.append(2, 0, "wrong").await;
    bench.keep(StorageOp::DropText { message: id(2) }).await;
    assert_eq!(bench.load().await.texts, [(id(1), whole.clone())]);
    bench.append(2, 0, "right").await;
    let texts = bench.load().await.texts;
    assert_eq!(texts, [(id(1), whole), (id(2), "right".into())]);
}

async fn a_reply_that_ended_comes_back_with_its_end<S: Storage>(mut bench: Bench<S>) {
    bench.identify().await;
    bench.snapshot(1, 1, vec![reply(1), said(2, "b")]).await;
    bench.append(1, 0, "ab").await;
    let ops = vec![Op::Settle(end(1, "abc")), Op::Settle(end(7, "not here"))];
    bench.apply(1, 2, ops).await;
    bench.append(1, 2, "c").await;
    let stored = bench.load().await;
    assert_eq!(stored.texts, [(id(1), "abc".into())]);
    assert_eq!(stored.ends, [end(1, "abc")]);
    assert_eq!(messages(&stored.topics[0]), [reply(1), said(2, "b")]);
    bench.keep(StorageOp::DropText { message: id(1) }).await;
    let stored = bench.load().await;
    assert_eq!((stored.texts, stored.ends), (vec![], vec![end(1, "abc")]));
}

async fn a_snapshot_keeps_the_bytes_of_what_is_still_being_made<S: Storage>(mut bench: Bench<S>) {
    bench.identify().await;
    bench
        .snapshot(1, 1, vec![reply(1), reply(2), reply(3)])
        .await;
    for n in 1..=3 {
        bench.append(n, 0, "abc").await;
    }
    bench.apply(1, 2, vec![Op::Settle(end(3, "abc"))]).await;
    // One has ended meanwhile, one is out of sight, and one goes on.
    let whole = MessageRow {
        status: Status::Complete,
        text: "abcdef".into(),
        ..reply(2)
    };
    bench.snapshot(1, 9, vec![reply(1), whole]).await;
    let stored = bench.load().await;
    assert_eq!(stored.texts, [(id(1), "abc".into())]);
    assert_eq!(stored.ends, []);
}

async fn a_whole_row_takes_the_place_of_bytes_and_end<S: Storage>(mut bench: Bench<S>) {
    bench.fill().await;
    let (mut stopped, mut buried) = (reply(2), reply(3));
    (stopped.status, stopped.text) = (Status::Stopped, "ab".into());
    buried.deleted = true;
    let ops = vec![Op::Message(stopped.clone()), Op::Message(buried.clone())];
    bench.apply(1, 6, ops).await;
    let stored = bench.load().await;
    assert_eq!((stored.texts, stored.ends), (vec![], vec![]));
    let topic = stored.topics.last().expect("two topics are kept");
    assert_eq!(messages(topic), [said(1, "hi"), stopped, buried]);
}

async fn a_dropped_topic_takes_its_bytes_along<S: Storage>(mut bench: Bench<S>) {
    bench.fill().await;
    let other = MessageRow {
        thread: thread(2),
        ..reply(5)
    };
    bench.snapshot(2, 1, vec![other.clone()]).await;
    bench.append(5, 0, "stays").await;
    bench.keep(StorageOp::DropTopic(topic(1))).await;
    let stored = bench.load().await;
    let topics: Vec<Topic> = stored.topics.iter().map(|it| it.topic).collect();
    assert_eq!(topics, [list(), topic(2)]);
    assert_eq!(messages(&stored.topics[1]), [other]);
    assert_eq!(stored.texts, [(id(5), "stays".into())]);
    assert_eq!(stored.ends, []);
    assert_eq!(stored.outbox.len(), 1, "the outbox is no cache");
    bench.keep(StorageOp::DropTopic(list())).await;
    assert_eq!(bench.load().await.topics.len(), 1);
    // What comes back under the same name begins anew.
    bench.snapshot(1, 9, vec![reply(2)]).await;
    assert_eq!(bench.load().await.texts, [(id(5), "stays".into())]);
}

async fn who_led_before_keeps_nothing_more<S: Storage>(mut first: Bench<S>, mut second: Bench<S>) {
    let before = second.storage.lead(1_000).await.expect("a term begins");
    assert_eq!(before, 1_000, "a term is as late as the clock");
    second.identify().await;
    let op = || StorageOp::PutOutbox(unsent(1, "x"));
    let kept = first.storage.keep(op()).await;
    assert!(kept.is_err(), "somebody else leads");
    assert_eq!(second.load().await.outbox, [], "nothing of it is kept");
    let term = first.storage.lead(500).await.expect("a term begins");
    assert!(term > before, "a term is higher than those before");
    assert_eq!(first.load().await.next_n, 1, "who leads has what was kept");
    first.keep(op()).await;
    assert!(second.storage.keep(op()).await.is_err());
}

async fn a_draft_is_kept_until_it_is_empty<S: Storage>(mut bench: Bench<S>) {
    bench.identify().await;
    let draft = |place, text: &str| StorageOp::PutDraft {
        place,
        text: text.into(),
    };
    let here = Some(thread(1));
    bench.keep(draft(None, "new")).await;
    bench.keep(draft(here, "half a")).await;
    bench.keep(draft(here, "half a sen")).await;
    let drafts = bench.load().await.drafts;
    assert_eq!(
        drafts,
        [(None, "new".into()), (here, "half a sen".to_owned())]
    );
    bench.keep(draft(None, "")).await;
    let drafts = bench.load().await.drafts;
    assert_eq!(drafts, [(here, "half a sen".to_owned())]);
}

async fn nothing_outlives_a_wipe<S: Storage>(mut bench: Bench<S>) {
    bench.fill().await;
    bench.keep(StorageOp::Wipe).await;
    assert_eq!(bench.load().await, Stored::default());
    bench.fill().await;
    assert_eq!(bench.load().await.outbox, [unsent(1, "é")]);
}
