//! What the tabs of an account do together, on a channel that carries all at once.

use weft_protocol::{
    ClientFrame, ErrorCode, Mutation, Op, Path, Row, ServerFrame, ThreadId, Topic,
    frame::{Held, close},
};
use weft_sync::{
    Delivery, Input, Output, PageRead, Rows, Status, StorageOp, TabId, TabMessage, View,
};

use crate::client::{
    Client, START, ack, ada, at, delta, edit, id, reply, said, say, settle, thread, thread_row,
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

    /// Time passes, for those that hear.
    fn advance(&mut self, by: u64) {
        let until = self.tabs[self.leader].now + by;
        loop {
            let awake = (0..self.tabs.len()).filter(|tab| !self.still.contains(tab));
            let due = awake.filter_map(|tab| Some((self.tabs[tab].core.next_deadline()?, tab)));
            let Some((next, tab)) = due.min().filter(|&(next, _)| next <= until) else {
                break;
            };
            for client in &mut self.tabs {
                client.now = client.now.max(next);
            }
            self.input(tab, Input::Tick);
        }
        self.tabs.iter_mut().for_each(|client| client.now = until);
    }

    /// How often a tab wanted the lead.
    fn claims(&self, tab: usize) -> usize {
        let wishes = self.tabs[tab].wishes.iter();
        wishes.filter(|wish| **wish == Output::TakeOver).count()
    }

    fn deliveries(&self, tab: usize) -> Vec<Delivery> {
        let shown = self.tabs[tab].shown().iter();
        shown.map(|row| row.delivery).collect()
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
fn a_follower_shows_what_its_leader_shows() {
    let mut tabs = Tabs::new(3);
    let rows = [said(1, "hi"), reply(2)].map(Op::Message);
    tabs.receive(delta(0, rows.into()));
    let (thread, message) = (thread(), id(2));
    tabs.receive(ServerFrame::Stream {
        handle: 5,
        thread,
        held: Held { message, offset: 0 },
    });
    tabs.receive(ServerFrame::Text(5, 0, "abc".into()));
    tabs.input(1, say(3, "and?"));
    tabs.input(
        2,
        Input::Mutate(Mutation::PinThread {
            thread,
            pinned: true,
        }),
    );
    assert_eq!(tabs.tabs[0].texts(), ["hi", "abc", "and?"]);
    for tab in 1..3 {
        assert_eq!(tabs.tabs[tab].mirror, tabs.tabs[0].mirror);
    }
    tabs.receive(ServerFrame::Text(5, 3, "def".into()));
    tabs.receive(delta(1, vec![settle(2, "abcdef")]));
    assert_eq!(tabs.tabs[1].texts(), ["hi", "abcdef", "and?"]);
    tabs.tabs[0].close(1006);
    tabs.settle();
    assert_eq!(tabs.tabs[1].mirror.status, Status::Reconnecting);
    assert_eq!(tabs.tabs[1].mirror, tabs.tabs[0].mirror);
    for tab in 1..3 {
        assert_eq!(tabs.tabs[tab].opened, 0, "one tab has a socket");
        assert_eq!(tabs.tabs[tab].stored, [], "and the storage");
    }
}

#[test]
fn a_thread_that_comes_on_a_followers_screen_is_there_from_what_the_leader_has() {
    let mut tabs = Tabs::new(2);
    tabs.receive(delta(0, vec![Op::Message(said(1, "hi"))]));
    tabs.input(1, Input::Unwatch(thread()));
    tabs.receive(delta(1, vec![Op::Message(said(2, "ho"))]));
    tabs.input(1, Input::Watch(thread()));
    assert_eq!(tabs.tabs[1].texts(), ["hi", "ho"]);
}

#[test]
fn a_followers_message_is_shown_at_once_and_queued_once_it_is_durable() {
    let mut tabs = Tabs::new(2);
    tabs.tabs[0].close(1006);
    tabs.tabs[0].keeps = false;
    tabs.tabs[1].input(say(1, "x"));
    assert_eq!(tabs.deliveries(1), [Delivery::Sending]);
    tabs.settle();
    assert_eq!(tabs.deliveries(1), [Delivery::Sending]);
    tabs.tabs[0].write(1);
    assert_eq!(tabs.deliveries(1), [Delivery::Sending]);
    tabs.settle();
    assert_eq!(tabs.deliveries(1), [Delivery::Queued]);
}

#[test]
fn a_followers_message_is_sent_once_whenever_its_leader_dies() {
    // Before the message was heard, before it was durable, before that was told, and after.
    for moment in 0..4 {
        let mut tabs = Tabs::new(3);
        tabs.tabs[0].keeps = false;
        if moment == 0 {
            tabs.still.push(0);
        }
        tabs.input(1, say(1, "x"));
        if moment >= 2 {
            tabs.tabs[0].write(1);
        }
        if moment == 3 {
            tabs.settle();
        }
        tabs.replace(2);
        assert_eq!(tabs.deliveries(1), tabs.deliveries(2));
        tabs.connect(0);
        assert_eq!(tabs.tabs[2].sent_messages(), [id(1)], "at moment {moment}");
        tabs.receive(ack(1, 1));
        tabs.receive(delta(0, vec![Op::Message(said(1, "x"))]));
        assert_eq!(tabs.deliveries(1), [Delivery::Confirmed]);
        assert_eq!(tabs.tabs[2].storage.stored().outbox, []);
    }
}

#[test]
fn a_follower_that_leads_sends_what_it_and_others_said_once_and_in_order() {
    let mut tabs = Tabs::new(3);
    tabs.still.push(0);
    tabs.input(1, say(1, "x"));
    tabs.input(2, say(2, "x"));
    tabs.input(1, say(3, "x"));
    tabs.lead(1);
    tabs.connect(0);
    assert_eq!(tabs.tabs[1].sent_messages(), [id(1), id(3), id(2)]);
    assert_eq!(tabs.tabs[1].sent_numbers(), [1, 2, 3]);
    tabs.tabs[1].forget();
    tabs.replace(2);
    tabs.connect(0);
    assert_eq!(tabs.tabs[2].sent_messages(), [id(1), id(3), id(2)]);
    assert_eq!(tabs.tabs[2].sent_numbers(), [1, 2, 3]);
}

#[test]
fn a_silent_leader_is_replaced_after_five_seconds_by_a_follower_that_is_seen() {
    let mut tabs = Tabs::new(3);
    tabs.input(2, Input::Background);
    tabs.advance(10_000);
    assert_eq!(tabs.claims(1), 0, "a leader that answers stays");
    tabs.still.push(0);
    // Its last answer was to a ping of up to two seconds ago.
    tabs.advance(2_999);
    assert_eq!(tabs.claims(1), 0);
    tabs.advance(2_001);
    assert_eq!(tabs.claims(1), 1);
    tabs.advance(60_000);
    assert_eq!(tabs.claims(2), 0, "nobody sees this one");
}

#[test]
fn a_follower_that_slept_itself_asks_first() {
    let mut tabs = Tabs::new(2);
    // It has asked, and the answer is on its way.
    tabs.still.push(0);
    tabs.advance(2_000);
    tabs.still.clear();
    for client in &mut tabs.tabs {
        client.now += 3_600_000;
    }
    tabs.tabs[1].input(Input::Tick);
    assert_eq!(tabs.claims(1), 0);
    tabs.settle();
    tabs.advance(20_000);
    assert_eq!(tabs.claims(1), 0);
}

#[test]
fn a_leader_that_nobody_has_seen_for_a_minute_gives_the_lead_to_a_tab_that_is_seen() {
    let mut tabs = Tabs::new(3);
    tabs.input(0, Input::Background);
    tabs.input(2, Input::Background);
    tabs.advance(59_000);
    assert_eq!(tabs.claims(1), 0);
    tabs.advance(3_000);
    assert!(tabs.claims(1) > 0);
    assert_eq!(tabs.claims(2), 0);
    tabs.lead(1);
    assert_eq!(tabs.tabs[0].wishes, [Output::StepDown]);
    tabs.input(0, Input::Follow(TabId(0)));
    tabs.tabs[1].forget();
    tabs.advance(10_000);
    assert_eq!(tabs.tabs[0].mirror, tabs.tabs[1].mirror);
}

#[test]
fn a_leader_that_the_server_has_superseded_steps_down_and_does_not_come_back() {
    let mut tabs = Tabs::new(1);
    tabs.tabs[0].close(close::code(ErrorCode::Superseded));
    assert_eq!(tabs.tabs[0].wishes, [Output::StepDown]);
    let opened = tabs.tabs[0].opened;
    tabs.advance(60_000);
    assert_eq!(tabs.tabs[0].opened, opened);
    tabs.lead(0);
    assert_eq!(tabs.tabs[0].opened, opened + 1);
}

#[test]
fn a_follower_that_missed_a_message_asks_for_all_of_it() {
    let mut tabs = Tabs::new(2);
    tabs.advance(1_000);
    tabs.still.push(1);
    tabs.receive(delta(0, vec![Op::Message(said(1, "one"))]));
    tabs.still.clear();
    tabs.receive(delta(1, vec![Op::Message(said(2, "two"))]));
    assert_eq!(tabs.tabs[1].texts(), ["one", "two"]);
}

#[test]
fn signing_out_in_one_tab_reaches_all_and_one_wipes_what_is_kept() {
    let mut tabs = Tabs::new(3);
    tabs.input(0, say(1, "x"));
    tabs.tabs.iter_mut().for_each(Client::forget);
    tabs.input(1, Input::SignedOut);
    for (tab, client) in tabs.tabs.iter().enumerate() {
        assert_eq!(client.mirror, View::default());
        let wipes: &[StorageOp] = if tab == 1 { &[StorageOp::Wipe] } else { &[] };
        assert_eq!(client.stored, wipes);
    }
}

#[test]
fn a_thread_is_followed_until_it_is_on_no_screen() {
    let mut tabs = Tabs::new(3);
    let other = ThreadId::from_bytes([7; 16]);
    let topic = Topic::Thread(other);
    let follows = |tabs: &Tabs| {
        let mut sent = tabs.tabs[0].sent.iter();
        sent.any(|frame| matches!(frame, ClientFrame::Subscribe(it) if it.topic == topic))
    };
    let leaves = |tabs: &Tabs| {
        tabs.tabs[0]
            .sent
            .contains(&ClientFrame::Unsubscribe { topic })
    };
    tabs.input(1, Input::Watch(other));
    tabs.input(2, Input::Watch(other));
    assert!(follows(&tabs) && !leaves(&tabs));
    tabs.input(1, Input::Unwatch(other));
    assert!(!leaves(&tabs));
    // A tab that says nothing for long enough has left as well.
    tabs.still.push(2);
    tabs.advance(140_000);
    assert!(!leaves(&tabs));
    tabs.tabs[0].connect(0);
    tabs.advance(20_000);
    assert!(leaves(&tabs));
}

#[test]
fn an_unsent_message_is_edited_by_a_follower_where_it_waits() {
    let mut tabs = Tabs::new(3);
    tabs.tabs[0].close(1006);
    tabs.input(1, say(1, "x"));
    tabs.input(2, edit(1, 2, "y"));
    tabs.input(1, edit(2, 3, "z"));
    for tab in 0..3 {
        assert_eq!(tabs.tabs[tab].texts(), ["z"]);
        assert_eq!(tabs.deliveries(tab), [Delivery::Queued]);
    }
    tabs.advance(20_000);
    tabs.connect(0);
    assert_eq!(tabs.tabs[0].sent_messages(), [id(3)]);
}

#[test]
fn a_failed_message_is_sent_again_or_discarded_from_any_tab() {
    let mut tabs = Tabs::new(2);
    (1..=2).for_each(|n| tabs.input(0, say(n, "x")));
    let code = ErrorCode::NotAllowed;
    (1..=2).for_each(|n| tabs.receive(ServerFrame::Nack { n, code }));
    assert_eq!(tabs.deliveries(1), [Delivery::Failed(code); 2]);
    tabs.tabs[0].forget();
    tabs.input(1, Input::Retry(id(2)));
    tabs.input(1, Input::Discard(id(1)));
    assert_eq!(tabs.tabs[0].sent_messages(), [id(2)]);
    assert_eq!(tabs.deliveries(1), [Delivery::Sending]);
    assert_eq!(tabs.tabs[0].mirror, tabs.tabs[1].mirror);
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
    assert_eq!(
        tabs.tabs[1].shown(),
        [],
        "nor is it proposed to the next leader"
    );
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
        let count = shown
            .iter()
            .filter(|row| row.delivery == Delivery::Queued)
            .count();
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

#[test]
fn a_follower_that_was_taken_for_gone_finds_out_that_it_missed_something() {
    let mut tabs = Tabs::new(2);
    tabs.tabs[0].close(1006);
    tabs.settle();
    tabs.tabs[0].keeps = false;
    // The clock was set forward.
    tabs.tabs[0].now += 3_600_000;
    tabs.input(0, Input::Tick);
    tabs.input(0, say(1, "x"));
    tabs.input(1, Input::Foreground);
    tabs.input(0, say(2, "x"));
    assert_eq!(tabs.tabs[1].shown(), [], "not the one without the other");
    tabs.tabs[0].write(usize::MAX);
    tabs.settle();
    assert_eq!(tabs.tabs[1].shown().len(), 2);
}

#[test]
fn a_follower_does_not_wait_for_a_page_of_a_thread_that_the_server_has_not() {
    let mut tabs = Tabs::new(2);
    let thread = ThreadId::from_bytes([7; 16]);
    let read = PageRead {
        thread,
        path: Path::Newest,
        from: 5,
        after: None,
        n: 1,
    };
    let leader = &mut tabs.tabs[0];
    let tab = TabId(1);
    leader.input(Input::Heard(TabMessage::Read { tab, read }));
    leader.input(Input::Read(PageRead { n: 1, ..read }, Rows::default()));
    leader.receive(ServerFrame::Error {
        code: ErrorCode::NoSuchTopic,
        topic: Some(Topic::Thread(thread)),
    });
    let is_answer = |said: &TabMessage| matches!(said, TabMessage::Page { to, read: asked, rows, .. } if (*to, *asked) == (tab, read) && rows.topics.is_empty());
    assert!(leader.posted.iter().any(is_answer), "{:?}", leader.posted);
}

#[test]
fn a_page_that_opens_does_not_believe_a_leader_that_is_none_any_more() {
    let mut tabs = Tabs::new(3);
    tabs.tabs[0].close(1006);
    let old = tabs.term;
    tabs.replace(1);
    tabs.input(2, say(1, "x"));
    // The page is killed and opened again, and the leader before wakes up.
    let term = tabs.term;
    let stored = tabs.tabs[1].storage.stored();
    tabs.still = vec![1];
    let mut client = Client::new(9);
    for input in [
        Input::Follow(TabId(9)),
        Input::Heard(TabMessage::Lead { term }),
        Input::Restored(stored),
        Input::SignedIn { token: None },
        Input::Watch(thread()),
    ] {
        client.take(input);
    }
    tabs.tabs[2] = client;
    tabs.settle();
    assert!(tabs.term > old);
    assert_eq!(tabs.tabs[2].texts(), ["x"]);
    tabs.still = vec![0];
    tabs.input(2, Input::Foreground);
    assert_eq!(tabs.tabs[2].mirror, tabs.tabs[1].mirror);
}

#[test]
fn a_frozen_leader_gives_the_lead_to_who_is_seen_and_begins_nothing() {
    let mut tabs = Tabs::new(1);
    let leader = &mut tabs.tabs[0];
    leader.input(Input::Freeze);
    let ping = |visible| TabMessage::Ping {
        tab: TabId(9),
        watching: vec![],
        wanting: vec![],
        visible,
        lost: true,
        version: 1,
    };
    leader.input(Input::Heard(ping(false)));
    assert_eq!(leader.posted, []);
    leader.input(Input::Heard(ping(true)));
    assert!(matches!(
        leader.posted[..],
        [TabMessage::Yield { to: TabId(9), .. }]
    ));
    leader.forget();
    leader.input(Input::Background);
    leader.input(Input::Heard(ping(true)));
    let welcomed = |message: &TabMessage| matches!(message, TabMessage::Welcome { .. });
    assert!(
        leader.posted.iter().any(welcomed),
        "it goes on where it was"
    );
}
