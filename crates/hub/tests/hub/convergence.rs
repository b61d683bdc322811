//! Whatever order things happen in, who follows a topic ends up with what the store has.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use weft_hub::{Input, SessionId};
use weft_protocol::{ClientFrame, MessageId, Topic, stream::prefix};

use super::bench::{Bench, hello, thread, user};

const CLIENTS: usize = 2;
const THREADS: u8 = 2;

#[derive(Clone, Debug)]
enum Step {
    /// A client's socket takes one frame.
    Take(usize),
    Follow(usize, u8),
    GiveUp(usize, u8),
    Reconnect(usize),
    /// The store's oldest answer reaches the hub.
    Answer,
    /// The store's oldest commit reaches the hub.
    Publish,
    Post(u8),
    Rename(u8, String),
    Ask(u8),
    /// The running reply of a thread gains this many bytes or fewer.
    Append(u8, usize),
    Settle(u8),
    /// So many changes that the ring does not hold them.
    Flood,
}

fn step() -> impl Strategy<Value = Step> {
    let (client, topic) = (0..CLIENTS, 0..=THREADS);
    let thread = 1..=THREADS;
    prop_oneof![
        24 => client.clone().prop_map(Step::Take),
        6 => (client.clone(), topic.clone()).prop_map(|(client, topic)| Step::Follow(client, topic)),
        3 => (client.clone(), topic).prop_map(|(client, topic)| Step::GiveUp(client, topic)),
        3 => client.prop_map(Step::Reconnect),
        18 => Just(Step::Answer),
        18 => Just(Step::Publish),
        6 => thread.clone().prop_map(Step::Post),
        6 => (thread.clone(), "[a-z]{5}").prop_map(|(thread, title)| Step::Rename(thread, title)),
        6 => thread.clone().prop_map(Step::Ask),
        18 => (thread.clone(), 1usize..2_000).prop_map(|(thread, size)| Step::Append(thread, size)),
        3 => thread.prop_map(Step::Settle),
        1 => Just(Step::Flood),
    ]
}

/// A topic by a small number: the list, or a thread.
fn topic(number: u8) -> Topic {
    match number {
        0 => Topic::User(user(1)),
        number => Topic::Thread(thread(number)),
    }
}

struct Client {
    socket: SessionId,
    follows: BTreeSet<Topic>,
}

struct Play {
    bench: Bench,
    clients: Vec<Client>,
    /// The running reply of each thread.
    replies: BTreeMap<u8, MessageId>,
}

impl Play {
    fn new() -> Self {
        let mut bench = Bench::new();
        for number in 1..=THREADS {
            bench.create(1, number);
        }
        (bench.hold_answers, bench.hold_commits) = (true, true);
        let clients = (0..CLIENTS).map(|_| Client {
            socket: bench.open(Some(1)),
            follows: (0..=THREADS).map(topic).collect(),
        });
        let mut play = Self {
            clients: clients.collect(),
            bench,
            replies: BTreeMap::new(),
        };
        (0..CLIENTS).for_each(|client| play.reconnect(client));
        play
    }

    fn act(&mut self, step: &Step) {
        match *step {
            Step::Take(client) => self.bench.take(self.clients[client].socket),
            Step::Follow(client, number) => self.follow(client, topic(number)),
            Step::GiveUp(client, number) => self.give_up(client, topic(number)),
            Step::Reconnect(client) => self.reconnect(client),
            Step::Answer => _ = self.bench.answer(),
            Step::Publish => _ = self.bench.publish(),
            Step::Post(number) => _ = self.bench.post(1, number, "Something said"),
            Step::Rename(number, ref title) => self.bench.rename(1, number, title),
            Step::Ask(number) => {
                // Replies of a thread are made one at a time.
                self.settle(number);
                self.replies.insert(number, self.bench.ask(1, number));
            }
            Step::Append(number, size) => self.append(number, size),
            Step::Settle(number) => self.settle(number),
            Step::Flood => {
                self.bench.hold_commits = false;
                for title in 0..550 {
                    self.bench.rename(1, 1, &format!("title {title}"));
                }
                self.bench.hold_commits = true;
            }
        }
        self.bench.run();
    }

    fn follow(&mut self, client: usize, topic: Topic) {
        let Client { socket, follows } = &mut self.clients[client];
        let mirror = self.bench.mirror(*socket);
        if mirror.welcomed {
            follows.insert(topic);
            let wish = mirror.subscription(topic);
            self.bench.say(*socket, ClientFrame::Subscribe(wish));
        }
    }

    fn give_up(&mut self, client: usize, topic: Topic) {
        let Client { socket, follows } = &mut self.clients[client];
        if self.bench.mirror(*socket).welcomed && follows.remove(&topic) {
            self.bench.say(*socket, ClientFrame::Unsubscribe { topic });
        }
    }

    /// What was under way to the client is lost; it goes on from what it has.
    fn reconnect(&mut self, client: usize) {
        let Client { socket, follows } = &mut self.clients[client];
        let before = std::mem::take(self.bench.socket(*socket));
        self.bench.socket(*socket).closed = Some(None);
        self.bench.tell(Input::Closed(*socket));
        *socket = self.bench.open(Some(1));
        self.bench.stall(*socket);
        let mirror = before.mirror.on_another_socket();
        let wishes = follows.iter().map(|&topic| mirror.subscription(topic));
        let hello = hello(wishes.collect());
        self.bench.socket(*socket).mirror = mirror;
        self.bench.say(*socket, hello);
    }

    fn append(&mut self, number: u8, size: usize) {
        if let Some(&message) = self.replies.get(&number) {
            let offset = self.bench.text(1, thread(number), message).len();
            let text = "né日🧵 ".repeat(size);
            self.bench.append(message, offset, prefix(&text, size));
        }
    }

    fn settle(&mut self, number: u8) {
        if let Some(message) = self.replies.remove(&number) {
            self.bench.settle(message);
        }
    }

    /// Everything that is under way arrives, and what is missing then is asked for.
    fn come_to_rest(&mut self) {
        self.bench.release();
        for Client { socket, follows } in &self.clients {
            self.bench.unstall(*socket);
            for &topic in follows {
                let wanted: Vec<_> = self.bench.mirror(*socket).unfinished(topic).collect();
                for open in wanted {
                    self.bench.say(*socket, open);
                }
            }
        }
    }
}

proptest! {
    #[test]
    fn r8_whoever_follows_ends_up_with_what_the_store_has(
        steps in prop::collection::vec(step(), 0..150),
    ) {
        let mut play = Play::new();
        steps.iter().for_each(|step| play.act(step));
        play.come_to_rest();
        for Client { socket, follows } in play.clients {
            prop_assert_eq!(play.bench.closed(socket), None);
            for topic in follows {
                play.bench.assert_in_step(socket, 1, topic);
            }
        }
    }
}
