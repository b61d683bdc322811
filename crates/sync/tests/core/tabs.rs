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
            let message =
                TabMessage::decode(&message.encode()).expect("tabs understand each other");
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
