//! SPEC R7 and R15 to R17: the tree of a thread, its paths, and what is read of them.
//!
//! Invariant: what a store answers is compared with a model that walks from parent to parent.

use std::collections::{BTreeMap, BTreeSet};

use rand::{Rng as _, SeedableRng as _, rngs::SmallRng};
use weft_hub::{Answer, Command, Committed, Outcome, Read, Store};
use weft_protocol::{
    ErrorCode, MessageId, MessageRow, Mutation, NewReply, Op, Path, Status, ThreadId, Topic,
    limits::{MAX_PAGE, MAX_PAGE_BYTES, WINDOW},
};

use super::{Bench, NOW};

/// The checks of this part.
pub(super) fn checks<S: Store>() -> [fn(Bench<S>); 8] {
    [
        r7_a_snapshot_has_the_end_of_the_path_to_the_newest_live_message,
        r7_a_snapshot_is_bounded_in_bytes,
        r15_a_message_follows_the_one_that_is_named,
        r15_siblings_come_with_the_row_and_behind_it,
        r15_r16_r17_any_tree_is_read_as_its_parents_say,
        r17_a_long_thread_is_read_from_any_depth,
        r17_there_is_no_path_to_what_is_not_there,
        r17_a_page_is_bounded_in_rows_and_bytes,
    ]
}

fn message_id(n: u64) -> MessageId {
    let mut random = [0xee; 10];
    random[2..].copy_from_slice(&n.to_be_bytes());
    MessageId::new(NOW, random)
}

/// A message as the test knows it; its ordinal is its place in the list plus one.
#[derive(Clone)]
struct Known {
    id: MessageId,
    parent: Option<usize>,
    deleted: bool,
}

struct Tree {
    thread: ThreadId,
    all: Vec<Known>,
}

impl Tree {
    fn new<S: Store>(bench: &mut Bench<S>) -> Self {
        let (thread, all) = (bench.thread(), Vec::new());
        Self { thread, all }
    }

    /// The mutation that says something after `parent`, or after the newest live message.
    fn say(&mut self, parent: Option<usize>, text: &str) -> Mutation {
        let id = message_id(self.all.len() as u64);
        let named = parent.map(|parent| self.all[parent].id);
        let parent = parent.or_else(|| self.newest());
        self.all.push(Known {
            id,
            parent,
            deleted: false,
        });
        Mutation::SendMessage {
            thread: self.thread,
            message: id,
            parent: named,
            text: text.into(),
            reply: None,
        }
    }

    fn edit(&mut self, at: usize) -> Mutation {
        let replacement = message_id(self.all.len() as u64);
        let Known { id, parent, .. } = self.all[at];
        self.all.push(Known {
            id: replacement,
            parent,
            deleted: false,
        });
        Mutation::EditMessage {
            thread: self.thread,
            message: id,
            replacement,
            text: "differently".into(),
            reply: None,
        }
    }

    fn delete(&mut self, at: usize) -> Mutation {
        self.all[at].deleted = true;
        Mutation::DeleteMessage {
            thread: self.thread,
            message: self.all[at].id,
        }
    }

    fn newest(&self) -> Option<usize> {
        self.all.iter().rposition(|known| !known.deleted)
    }

    /// The path to a message, from its root.
    fn path(&self, to: usize) -> Vec<usize> {
        let mut path = vec![to];
        while let Some(parent) = self.all[path[path.len() - 1]].parent {
            path.push(parent);
        }
        path.reverse();
        path
    }

    fn expected(&self, path: Path) -> Vec<usize> {
        let find = |id| self.all.iter().position(|known| known.id == id);
        let tip = match path {
            Path::Newest => self.newest(),
            Path::To(id) => find(id),
            Path::Through(id) => find(id).map(|at| {
                let mut newest_first = (at + 1..self.all.len()).rev();
                let below = |&tip: &usize| !self.all[tip].deleted && self.path(tip).contains(&at);
                newest_first.find(below).unwrap_or(at)
            }),
        };
        tip.map_or_else(Vec::new, |tip| self.path(tip))
    }

    fn siblings(&self, at: usize) -> Vec<MessageId> {
        let known = &self.all[at];
        let beside = |other: &&Known| !other.deleted && other.parent == known.parent;
        let ids: Vec<_> = self
            .all
            .iter()
            .filter(beside)
            .map(|known| known.id)
            .collect();
        if known.deleted || ids.len() < 2 {
            Vec::new()
        } else {
            ids
        }
    }

    fn assert_row(&self, row: &MessageRow, at: usize, depth: u64) {
        let known = &self.all[at];
        let parent = known.parent.map(|parent| self.all[parent].id);
        assert_eq!(
            (row.id, row.ordinal, row.parent, row.depth, row.deleted),
            (known.id, at as u64 + 1, parent, depth, known.deleted)
        );
        assert_eq!(row.siblings, self.siblings(at), "of {at}");
    }

    fn assert_page<S: Store>(&self, bench: &Bench<S>, path: Path, from: u64, limit: u32) {
        let expected = self.expected(path);
        let (tip, length, rows) = page(bench, self.thread, path, from, limit);
        assert_eq!(
            tip,
            expected.last().map(|&tip| self.all[tip].id),
            "{path:?}"
        );
        assert_eq!(length, expected.len() as u64, "{path:?}");
        let first = from.max(1) as usize - 1;
        let part = expected.iter().skip(first).take(limit as usize);
        assert_eq!(rows.len(), part.clone().count(), "{path:?} from {from}");
        for (at, (row, &known)) in rows.iter().zip(part).enumerate() {
            self.assert_row(row, known, (first + at) as u64 + 1);
        }
    }

    fn assert_snapshot<S: Store>(&self, bench: &Bench<S>) {
        let newest = self.all.len().saturating_sub(WINDOW as usize)..self.all.len();
        let path = self.expected(Path::Newest);
        let end = path.len().saturating_sub(WINDOW as usize);
        let expected: BTreeSet<usize> = newest.chain(path[end..].iter().copied()).collect();
        let rows = bench.messages(self.thread);
        assert_eq!(rows.len(), expected.len());
        for (row, at) in rows.iter().zip(expected) {
            self.assert_row(row, at, self.path(at).len() as u64);
        }
    }
}

fn page<S: Store>(
    bench: &Bench<S>,
    thread: ThreadId,
    path: Path,
    from: u64,
    limit: u32,
) -> (Option<MessageId>, u64, Vec<MessageRow>) {
    let user = bench.user;
    match bench.read(Read::Page {
        user,
        thread,
        path,
        from,
        limit,
    }) {
        Answer::Page { tip, length, rows } => (tip, length, rows),
        other => panic!("not a page: {other:?}"),
    }
}

/// Runs mutations as one commit.
fn all<S: Store>(bench: &mut Bench<S>, mutations: Vec<Mutation>) -> Vec<Committed> {
    let (user, installation) = (bench.user, bench.installation);
    let commands: Vec<_> = mutations
        .into_iter()
        .map(|mutation| {
            bench.n += 1;
            Command::Mutate {
                user,
                installation,
                n: bench.n,
                mutation,
            }
        })
        .collect();
    let done = bench.store.commit(bench.now, &commands);
    let done = done.expect("the store commits");
    for committed in &done {
        assert!(
            matches!(committed.outcome, Outcome::Applied(_)),
            "{committed:?}"
        );
    }
    done
}

/// What a command did to a thread.
fn ops(committed: Committed, thread: ThreadId) -> Vec<Op> {
    let mut changes = committed.changes.into_iter();
    let change = changes.find(|change| change.topic == Topic::Thread(thread));
    change.map_or_else(Vec::new, |change| change.ops.to_vec())
}

fn r7_a_snapshot_has_the_end_of_the_path_to_the_newest_live_message<S: Store>(mut bench: Bench<S>) {
    let mut tree = Tree::new(&mut bench);
    tree.assert_snapshot(&bench);
    let window = WINDOW as usize;
    let mut mutations: Vec<_> = (0..window + 10).map(|_| tree.say(None, "kept")).collect();
    let first = tree.all.len();
    mutations.push(tree.say(Some(0), "a branch"));
    mutations.extend((0..window + 10).map(|_| tree.say(None, "on it")));
    all(&mut bench, mutations);
    tree.assert_snapshot(&bench);
    assert_eq!(bench.messages(tree.thread).len(), window);
    let deleted = (first..tree.all.len()).map(|at| tree.delete(at)).collect();
    all(&mut bench, deleted);
    tree.assert_snapshot(&bench);
    let rows = bench.messages(tree.thread);
    assert_eq!(rows.len(), 2 * window);
    assert_eq!(rows.iter().filter(|row| !row.deleted).count(), window);
}

fn r7_a_snapshot_is_bounded_in_bytes<S: Store>(mut bench: Bench<S>) {
    let mut tree = Tree::new(&mut bench);
    let text = "x".repeat(MAX_PAGE_BYTES / 3);
    let mutations = (0..5).map(|_| tree.say(None, &text)).collect();
    all(&mut bench, mutations);
    let ordinals: Vec<_> = bench
        .messages(tree.thread)
        .iter()
        .map(|row| row.ordinal)
        .collect();
    assert_eq!(ordinals, [3, 4, 5]);
}

fn r15_a_message_follows_the_one_that_is_named<S: Store>(mut bench: Bench<S>) {
    let (thread, other) = (bench.thread(), bench.thread());
    let (one, two) = (bench.say(thread, "one"), bench.say(thread, "two"));
    let elsewhere = bench.say(other, "elsewhere");
    bench.accept(Mutation::DeleteMessage {
        thread,
        message: two,
    });
    let ids = [bench.message_id(), bench.message_id(), bench.message_id()];
    let say = |message, parent| Mutation::SendMessage {
        thread,
        message,
        parent: Some(parent),
        text: "after it".into(),
        reply: None,
    };
    bench.accept(say(ids[0], two));
    bench.accept(say(ids[1], one));
    bench.reject(say(ids[2], elsewhere), ErrorCode::NoSuchMessage);
    bench.reject(say(ids[2], ids[2]), ErrorCode::NoSuchMessage);
    let rows = bench.messages(thread);
    let shape: Vec<_> = rows
        .iter()
        .map(|row| (row.id, row.parent, row.depth))
        .collect();
    let expected = [
        (one, None, 1),
        (two, Some(one), 2),
        (ids[0], Some(two), 3),
        (ids[1], Some(one), 2),
    ];
    assert_eq!(shape, expected);
    bench.again(&say(ids[0], two));
    let titles: Vec<_> = bench.threads().into_iter().map(|row| row.title).collect();
    assert!(titles.contains(&"one".into()), "{titles:?}");
}

fn r15_siblings_come_with_the_row_and_behind_it<S: Store>(mut bench: Bench<S>) {
    let thread = bench.thread();
    let (first, asked) = bench.ask(thread);
    let alone = |op: &Op| matches!(op, Op::Message(row) if row.siblings.is_empty());
    assert!(ops(asked, thread).iter().all(alone));
    bench.start(first);
    bench.settle(first, Status::Complete);
    let mut list = vec![first];
    for message in [bench.message_id(), bench.message_id()] {
        let (reply, model) = (message, "demo".into());
        let again = bench.accept(Mutation::Regenerate {
            thread,
            message: first,
            reply: NewReply {
                message: reply,
                model,
            },
        });
        list.push(message);
        let [Op::Message(row), Op::Siblings(all)] = &ops(again, thread)[..] else {
            panic!("a row and its siblings");
        };
        assert_eq!((row.id, &row.siblings, all), (message, &list, &list));
    }
    let of = |bench: &Bench<S>, id| {
        let mut rows = bench.messages(thread).into_iter();
        rows.find(|row| row.id == id).map(|row| row.siblings)
    };
    for &id in &list {
        assert_eq!(of(&bench, id), Some(list.clone()));
    }
    while let Some(message) = list.pop() {
        let deleted = ops(
            bench.accept(Mutation::DeleteMessage { thread, message }),
            thread,
        );
        let buried =
            |op: &&Op| matches!(op, Op::Message(row) if row.deleted && row.siblings.is_empty());
        assert_eq!(deleted.iter().filter(buried).count(), 1, "{deleted:?}");
        let left = Op::Siblings(list.clone());
        assert_eq!(
            deleted.last() == Some(&left),
            !list.is_empty(),
            "{deleted:?}"
        );
        let shown = if list.len() > 1 {
            list.clone()
        } else {
            Vec::new()
        };
        for &id in &list {
            assert_eq!(of(&bench, id), Some(shown.clone()));
        }
    }
    assert_eq!(of(&bench, first), Some(Vec::new()));
}

/// One step of growing a tree: mostly on, now and then elsewhere, different, or gone.
fn grow(tree: &mut Tree, rng: &mut SmallRng) -> Mutation {
    let some = |rng: &mut SmallRng, tree: &Tree| rng.random_range(0..tree.all.len());
    if tree.all.is_empty() {
        return tree.say(None, "first");
    }
    match rng.random_range(0..10) {
        0 | 1 => {
            let parent = some(rng, tree);
            tree.say(Some(parent), "after one")
        }
        2 => {
            let at = some(rng, tree);
            tree.edit(at)
        }
        3 | 4 => {
            let at = some(rng, tree);
            tree.delete(at)
        }
        _ => tree.say(None, "on"),
    }
}

fn r15_r16_r17_any_tree_is_read_as_its_parents_say<S: Store>(mut bench: Bench<S>) {
    for seed in 0..8 {
        let rng = &mut SmallRng::seed_from_u64(seed);
        let mut tree = Tree::new(&mut bench);
        // Ids are of one store.
        let skip = seed * 1_000;
        let mut held = None;
        for step in 0..90 {
            let mutation = renamed(grow(&mut tree, rng), &mut tree, skip);
            all(&mut bench, vec![mutation]);
            if step == rng.random_range(0..90) {
                held = Some(bench.snapshot(Topic::Thread(tree.thread)).0);
            }
        }
        for at in 0..tree.all.len() {
            let id = tree.all[at].id;
            let (from, limit) = (rng.random_range(0..20), rng.random_range(1..20));
            for path in [Path::Newest, Path::To(id), Path::Through(id)] {
                tree.assert_page(&bench, path, 1, MAX_PAGE);
                tree.assert_page(&bench, path, from, limit);
            }
        }
        tree.assert_snapshot(&bench);
        let from_start = Some(weft_protocol::Cursor {
            seq: 0,
            ..bench.head(Topic::Thread(tree.thread))
        });
        for cursor in [from_start, held] {
            assert_merged(&bench, &tree, cursor);
        }
    }
}

/// Gives what was just made an id that no other tree has.
fn renamed(mut mutation: Mutation, tree: &mut Tree, skip: u64) -> Mutation {
    if let Mutation::SendMessage { message: id, .. }
    | Mutation::EditMessage {
        replacement: id, ..
    } = &mut mutation
    {
        let at = tree.all.len() - 1;
        *id = message_id(skip + at as u64);
        tree.all[at].id = *id;
    }
    mutation
}

/// Change sets, merged, leave every message that they touch with the list that it has.
fn assert_merged<S: Store>(bench: &Bench<S>, tree: &Tree, cursor: Option<weft_protocol::Cursor>) {
    let Answer::Deltas { ops, .. } = bench.resume(Topic::Thread(tree.thread), cursor) else {
        return;
    };
    let mut lists: BTreeMap<MessageId, Vec<MessageId>> = BTreeMap::new();
    for op in ops {
        match op {
            Op::Message(row) => _ = lists.insert(row.id, row.siblings),
            Op::Siblings(list) => {
                for &id in &list {
                    let shown = if list.len() > 1 {
                        list.clone()
                    } else {
                        Vec::new()
                    };
                    lists.insert(id, shown);
                }
            }
            _ => {}
        }
    }
    for (at, known) in tree.all.iter().enumerate() {
        if let Some(list) = lists.get(&known.id) {
            assert_eq!(*list, tree.siblings(at), "of {at}");
        }
    }
}

fn r17_a_long_thread_is_read_from_any_depth<S: Store>(mut bench: Bench<S>) {
    let rng = &mut SmallRng::seed_from_u64(1);
    let mut tree = Tree::new(&mut bench);
    let mut mutations = Vec::new();
    let mut last = None;
    for at in 0..3_000 {
        if at > 0 && rng.random_ratio(1, 40) {
            let beside = rng.random_range(0..at);
            mutations.push(tree.edit(beside));
            continue;
        }
        // Two branches, each of a thousand messages.
        let parent = if at == 900 || at == 1_800 {
            Some(300)
        } else {
            last
        };
        mutations.push(tree.say(parent, "on"));
        last = Some(at);
    }
    for at in (2_000..2_100).chain(2_990..3_000) {
        mutations.push(tree.delete(at));
    }
    all(&mut bench, mutations);
    let some = |rng: &mut SmallRng| rng.random_range(0..3_000);
    for _ in 0..30 {
        let id = tree.all[some(rng)].id;
        for path in [Path::Newest, Path::To(id), Path::Through(id)] {
            let from = rng.random_range(0..1_500);
            tree.assert_page(&bench, path, from, rng.random_range(1..=MAX_PAGE));
        }
    }
    tree.assert_snapshot(&bench);
}

fn r17_there_is_no_path_to_what_is_not_there<S: Store>(mut bench: Bench<S>) {
    let (thread, other) = (bench.thread(), bench.thread());
    let nothing = (None, 0, Vec::new());
    assert_eq!(page(&bench, thread, Path::Newest, 1, 9), nothing);
    let (here, elsewhere) = (bench.say(thread, "here"), bench.say(other, "elsewhere"));
    for message in [elsewhere, bench.message_id()] {
        for path in [Path::To(message), Path::Through(message)] {
            assert_eq!(page(&bench, thread, path, 1, 9), nothing);
        }
    }
    let beyond = (Some(here), 1, Vec::new());
    assert_eq!(page(&bench, thread, Path::Newest, 2, 9), beyond);
    assert_eq!(page(&bench, thread, Path::Newest, u64::MAX, 9), beyond);
    bench.accept(Mutation::DeleteMessage {
        thread,
        message: here,
    });
    assert_eq!(page(&bench, thread, Path::Newest, 1, 9), nothing);
    for path in [Path::To(here), Path::Through(here)] {
        let (tip, length, rows) = page(&bench, thread, path, 1, 9);
        assert_eq!((tip, length, rows.len()), (Some(here), 1, 1));
        assert!(rows[0].deleted);
    }
}

fn r17_a_page_is_bounded_in_rows_and_bytes<S: Store>(mut bench: Bench<S>) {
    let mut tree = Tree::new(&mut bench);
    let mutations = (0..MAX_PAGE + 9).map(|_| tree.say(None, "on")).collect();
    all(&mut bench, mutations);
    let rows = |bench: &Bench<S>, thread, from, limit| {
        let (_, _, rows) = page(bench, thread, Path::Newest, from, limit);
        rows.iter().map(|row| row.depth).collect::<Vec<_>>()
    };
    assert_eq!(
        rows(&bench, tree.thread, 1, u32::MAX).len(),
        MAX_PAGE as usize
    );
    assert_eq!(rows(&bench, tree.thread, 3, 0), [3]);

    let thread = bench.thread();
    for _ in 0..4 {
        bench.say(thread, &"x".repeat(MAX_PAGE_BYTES / 3));
    }
    let (reply, _) = bench.ask(thread);
    bench.start(reply);
    bench.append(reply, 0, &"x".repeat(MAX_PAGE_BYTES + 1));
    bench.settle(reply, Status::Complete);
    bench.say(thread, "short");
    assert_eq!(rows(&bench, thread, 1, 200), [1, 2, 3]);
    assert_eq!(rows(&bench, thread, 4, 200), [4, 5]);
    assert_eq!(rows(&bench, thread, 6, 200), [6], "alone, for it is long");
    assert_eq!(rows(&bench, thread, 7, 200), [7]);
}
