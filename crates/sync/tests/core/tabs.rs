//! What the tabs of an account do together, on a channel that carries all at once.

use weft_protocol::{ErrorCode, MessageId, Mutation, Op, Row, ServerFrame, ThreadId, Topic};
use weft_sync::{Delivery, History, Input, Output, Status, StorageOp, TabId, TabMessage, View};

use crate::client::{
    Client, START, ack, ada, at, delta, edit, id, reply, said, say, settle, streaming, thread,
    thread_row, topic,
};

/// Tabs that share a channel and a storage. The first one leads, with a connection, in the beginning.
struct Tabs {
    tabs: Vec<Client>,
    /// Who leads, or did last: what is durable is there.
    leader: usize,
    term: u64,
    /// Those that hear and do nothing: frozen, or gone.
    still: Vec<usize>,
}

impl Tabs {
    fn new(count: usize) -> Self {
        let mut tabs = Self {
            tabs: Vec::new(),
            leader: 0,
            term: START,
            still: Vec::new(),
        };
        for tab in 0..count {
            let mut client = Client::new(tab as u64);
            client.take(Input::Follow(TabId(tab as u64)));
            client.take(Input::SignedIn { token: None });
            client.take(Input::Watch(thread()));
            tabs.tabs.push(client);
        }
        tabs.lead(0);
        tabs.connect(0);
        tabs.receive(ServerFrame::Snapshot {
            topic: Topic::User(ada().id),
            cursor: at(0),
            rows: vec![Row::Thread(thread_row())],
            more: false,
        });
        tabs.tabs[0].snapshot(0, vec![]);
        tabs.settle();
        tabs.tabs.iter_mut().for_each(Client::forget);
        tabs
    }

    /// The lock is given to a tab, and a term begins.
    fn lead(&mut self, tab: usize) {
        self.term += 1;
        let storage = self.tabs[self.leader].storage.clone();
        self.leader = tab;
        let client = &mut self.tabs[tab];
        client.storage = storage;
        client.waiting.clear();
        client.take(Input::Restored(client.storage.stored()));
        let term = self.term;
        self.input(tab, Input::Lead { term });
    }

    /// The leader is gone without a word, and another tab leads.
    fn replace(&mut self, tab: usize) {
        self.still.push(self.leader);
        self.lead(tab);
    }

    fn input(&mut self, tab: usize, input: Input) {
        self.tabs[tab].input(input);
        self.settle();
    }

    fn receive(&mut self, frame: ServerFrame) {
        self.tabs[self.leader].receive(frame);
        self.settle();
    }

    fn connect(&mut self, last_n: u64) {
        self.tabs[self.leader].connect(last_n);
        self.settle();
    }

    /// All that was said is heard.
    fn settle(&mut self) {
        while let Some(from) = (0..self.tabs.len()).find(|&tab| !self.tabs[tab].posted.is_empty()) {
            let message = self.tabs[from].posted.remove(0);
            let message = TabMessage::decode(&message.encode()).expect("tabs understand each other");
            for tab in (0..self.tabs.len()).filter(|&tab| tab != from) {
                if !self.still.contains(&tab) {
                    self.tabs[tab].input(Input::Heard(message.clone()));
                }
            }
        }
    }
}

#[test]
fn a_number_that_is_given_again_does_not_take_away_what_it_stood_for_before() {
    let mut tabs = Tabs::new(2);
    (1..=3).for_each(|n| tabs.input(0, say(n, "x")));
    tabs.receive(ack(1, 1));
    tabs.receive(delta(0, vec![Op::Message(said(1, "x"))]));
    tabs.receive(ack(2, 2));
    tabs.receive(ServerFrame::Gap { expected: 1 });
    tabs.input(0, say(4, "x"));
    assert_eq!(tabs.tabs[1].shown().len(), 4);
}

#[test]
fn what_a_leader_discards_goes_from_the_screen_of_who_said_it() {
    let mut tabs = Tabs::new(2);
    tabs.tabs[0].close(1006);
    tabs.tabs[0].keeps = false;
    tabs.input(1, say(1, "x"));
    tabs.input(0, Input::Discard(id(1)));
    assert_eq!(tabs.tabs[1].shown(), []);
    tabs.replace(1);
    assert_eq!(tabs.tabs[1].shown(), [], "nor is it proposed to the next leader");
}

#[test]
fn a_follower_waits_for_the_same_write_as_its_leader() {
    let mut tabs = Tabs::new(2);
    tabs.tabs[0].close(1006);
    tabs.tabs[0].keeps = false;
    (1..=3).for_each(|n| tabs.input(1, say(n, "x")));
    tabs.input(0, Input::Discard(id(1)));
    // What is number 2 now was 3 in the write that gets done here.
    for (writes, queued) in [(0, 0), (2, 0), (1, 0), (1, 2)] {
        tabs.tabs[0].write(writes);
        tabs.settle();
        let shown = tabs.tabs[1].shown();
        let count = shown.iter().filter(|row| row.delivery == Delivery::Queued).count();
        assert_eq!(count, queued, "after {writes} writes more");
        assert_eq!(tabs.tabs[0].mirror, tabs.tabs[1].mirror);
    }
}

#[test]
fn messages_keep_their_order_on_all_screens_when_one_is_rejected_or_edited() {
    let mut tabs = Tabs::new(2);
    (1..=2).for_each(|n| tabs.input(1, say(n, "x")));
    let code = ErrorCode::NotAllowed;
    tabs.receive(ServerFrame::Nack { n: 1, code });
    tabs.tabs[0].close(1006);
    (3..=4).for_each(|n| tabs.input(0, say(n, "x")));
    tabs.input(0, edit(3, 5, "y"));
    assert_eq!(tabs.tabs[0].texts(), ["x", "x", "y", "x"]);
    assert_eq!(tabs.tabs[1].mirror, tabs.tabs[0].mirror);
}

#[test]
fn a_failed_message_sent_again_to_a_leader_that_is_superseded_stays_on_its_screen() {
    let mut tabs = Tabs::new(2);
    tabs.input(1, say(1, "x"));
    let code = ErrorCode::NotAllowed;
    tabs.receive(ServerFrame::Nack { n: 1, code });
    tabs.tabs[0].keeps = false;
    tabs.input(1, Input::Retry(id(1)));
    tabs.tabs[0].take(Input::Follow(TabId(0)));
    assert_eq!(tabs.tabs[0].texts(), ["x"]);
    tabs.lead(1);
    assert_eq!(tabs.tabs[0].mirror, tabs.tabs[1].mirror);
    assert_eq!(tabs.tabs[0].shown()[0].delivery, Delivery::Failed(code));
}

#[test]
fn an_edit_that_a_leader_took_with_it_is_made_again_and_not_said_beside_what_it_replaces() {
    // What was edited is kept or not, and who edits it follows or leads.
    for (kept, editor) in [(true, 1), (false, 1), (true, 0), (false, 0)] {
        let mut tabs = Tabs::new(3);
        tabs.tabs[0].close(1006);
        tabs.tabs[0].keeps = kept;
        tabs.input(1, say(1, "x"));
        tabs.tabs[0].keeps = false;
        tabs.input(editor, edit(1, 2, "y"));
        assert_eq!(tabs.tabs[editor].texts(), ["y"]);
        if editor == 0 {
            tabs.tabs[0].take(Input::Follow(TabId(0)));
            tabs.lead(2);
        } else {
            tabs.replace(2);
        }
        for tab in [editor, 2] {
            assert_eq!(tabs.tabs[tab].texts(), ["y"], "{kept} {editor}");
        }
        let kept = &tabs.tabs[2].storage.stored().outbox;
        let messages = kept.iter().filter_map(|it| it.mutation.new_message());
        let said: Vec<_> = messages.filter(|&(said, _)| said == id(2)).collect();
        assert_eq!(said, [(id(2), "y")]);
    }
}
