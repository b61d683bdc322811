//! Reading a thread that grows, branches and shrinks, in any order, with pages that come late.

use proptest::prelude::*;
use weft_protocol::{ClientFrame, MessageId, Path, ServerFrame};
use weft_sync::{Ahead, History, Seek};

use super::{
    server::{Desk, Server, nth},
    tiny,
};

#[derive(Clone, Debug)]
enum Act {
    /// Somebody says something under the message at this place of all; at the end of the newest path
    /// where there is none.
    Say(Option<prop::sample::Index>),
    Delete(prop::sample::Index),
    Seek(Seek),
    Message(prop::sample::Index, bool),
    Branch(prop::sample::Index),
    /// The server reads a page; the client has it only later.
    Read,
    Deliver,
    Lose,
    Snapshot,
}

fn any_act() -> impl Strategy<Value = Act> {
    let index = any::<prop::sample::Index>;
    let plain = vec![
        Seek::Latest,
        Seek::Stay,
        Seek::Older,
        Seek::Older,
        Seek::Newer,
        Seek::Newer,
        Seek::Depth(1),
    ];
    prop_oneof![
        6 => Just(Act::Say(None)),
        2 => index().prop_map(|at| Act::Say(Some(at))),
        2 => index().prop_map(Act::Delete),
        6 => prop::sample::select(plain).prop_map(Act::Seek),
        1 => (index(), any::<bool>()).prop_map(|(at, right)| Act::Message(at, right)),
        2 => index().prop_map(Act::Branch),
        5 => Just(Act::Read),
        5 => Just(Act::Deliver),
        1 => Just(Act::Lose),
        1 => Just(Act::Snapshot),
    ]
}

/// A desk, and pages on their way.
struct Reading {
    desk: Desk,
    pages: Vec<ServerFrame>,
}

impl Reading {
    fn pick(&self, at: &prop::sample::Index) -> Option<MessageId> {
        let rows = &self.desk.server.rows;
        (!rows.is_empty()).then(|| at.get(rows).id)
    }

    fn depth(&self, id: MessageId) -> u64 {
        self.desk.server.row(id).map_or(0, |row| row.depth)
    }

    fn act(&mut self, act: &Act) {
        match act {
            Act::Say(None) => self.desk.say(),
            Act::Say(Some(at)) => {
                let parent = self.pick(at);
                self.desk.change(|server| server.say(parent));
            }
            Act::Delete(at) => {
                if let Some(id) = self.pick(at)
                    && self.desk.server.row(id).is_some_and(|row| !row.deleted)
                {
                    self.desk.change(|server| server.delete(id));
                }
            }
            Act::Seek(seek) => self.desk.ask(*seek),
            Act::Message(at, right) => {
                if let Some(message) = self.pick(at) {
                    let depth = if *right { self.depth(message) } else { 3 };
                    self.desk.ask(Seek::Message { message, depth });
                }
            }
            Act::Branch(at) => {
                if let Some(message) = self.pick(at) {
                    let depth = self.depth(message);
                    self.desk.ask(Seek::Branch { message, depth });
                }
            }
            Act::Read => self.read(),
            Act::Deliver => {
                if !self.pages.is_empty() {
                    let page = self.pages.remove(0);
                    self.desk.client.receive(page);
                    self.desk.check();
                }
            }
            Act::Lose => {
                self.pages.clear();
                self.desk.asked.clear();
                self.desk.lose();
            }
            Act::Snapshot => self.desk.snapshot(),
        }
    }

    fn read(&mut self) {
        self.desk.collect();
        if let Some(ClientFrame::Page {
            path, from, limit, ..
        }) = self.desk.asked.pop_front()
        {
            self.pages.push(self.desk.server.page(path, from, limit));
        }
    }

    fn quiet(&mut self) {
        while !self.pages.is_empty() {
            self.act(&Act::Deliver);
        }
        self.desk.answer();
    }

    /// All is answered: the reader can reach the top, the bottom, and is where it should be.
    fn reaches_all(&mut self) {
        self.quiet();
        let desk = &mut self.desk;
        let view = desk.view();
        assert_ne!(view.history, History::Loading);
        assert_ne!(view.ahead, Ahead::Loading);
        let all = desk.server.rows.len();
        for _ in 0..=all {
            desk.seek(Seek::Older);
        }
        let first = desk.shown().first().copied();
        assert_eq!(desk.view().history, History::Complete);
        let path = desk.server.path(first, 1);
        let live = path.iter().filter(|row| !row.deleted).count();
        assert_eq!(live, usize::from(first.is_some()), "the first of its path");
        for _ in 0..=2 * all {
            desk.seek(Seek::Newer);
        }
        assert_eq!(desk.view().ahead, Ahead::Nothing);
        desk.seek(Seek::Latest);
        assert_eq!(desk.view().ahead, Ahead::Nothing);
        let last = desk.shown().last().copied();
        // A branch that was deleted ends with its tombstone, and is shown up to there.
        let is_end = |path: Path| {
            let path = desk.server.path(desk.server.end(path), 1);
            let shown = path.iter().rev().find(|row| !row.deleted);
            shown.map(|row| row.id) == last
        };
        let mut rows = desk.server.rows.iter();
        let ends = is_end(Path::Newest) || rows.any(|row| is_end(Path::Through(row.id)));
        assert!(ends, "the end of a path");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]
    #[test]
    fn what_is_shown_is_a_part_of_one_path_and_all_of_it_can_be_reached(
        begin in 0u64..60,
        most in prop_oneof![Just(1usize), Just(3), Just(200)],
        leads in any::<bool>(),
        acts in prop::collection::vec(any_act(), 0..60),
    ) {
        let mut server = Server::of(begin);
        server.most = most;
        let desk = if leads { Desk::leading } else { Desk::alone };
        let mut reading = Reading { desk: desk(server, tiny()), pages: Vec::new() };
        for act in &acts {
            reading.act(act);
        }
        reading.reaches_all();
    }
}

#[test]
fn a_message_that_nobody_has_named_is_the_first_of_its_thread() {
    let mut reading = Reading {
        desk: Desk::alone(Server::of(0), tiny()),
        pages: Vec::new(),
    };
    reading.act(&Act::Say(None));
    assert_eq!(reading.desk.shown(), [nth(1)]);
    reading.reaches_all();
}
