//! The loop round the core: inputs in, outputs to the socket, the storage and the screen.
//!
//! Invariant: after every input the outputs are drained and the timer is set to the core's next
//! deadline. Changes are shown in order, once per frame while the page is seen.

use std::{cell::RefCell, collections::HashMap, rc::Rc};

use futures_channel::{
    mpsc::{UnboundedReceiver, UnboundedSender, unbounded},
    oneshot,
};
use gloo_timers::callback::Timeout;
use leptos::{
    prelude::{GetUntracked as _, request_animation_frame},
    task::spawn_local,
};
use weft_protocol::{Millis, ThreadId, UserId};
use weft_sync::{Change, Config, Connection, Core, Input, Output, Status, TabId, TabMessage};

use super::{
    account::Server,
    channel::Channel,
    local, page,
    socket::{self, Order},
    storage, worker,
};
use crate::state::{
    Keeping, Session, State,
    project::{self, Fact},
};

/// How long a draft waits for the next key, in milliseconds.
const DRAFT_MS: u32 = 200;

/// By then what was written is durable, in milliseconds.
const DURABLE_MS: Millis = 2_000;

/// The core and what surrounds it. A clone is the same driver.
#[derive(Clone)]
pub(super) struct Driver(Rc<RefCell<Inner>>, State);

struct Inner {
    core: Core,
    server: Option<Server>,
    /// The socket to open once the server is known.
    waiting: Option<Connection>,
    sockets: HashMap<Connection, UnboundedSender<Order>>,
    storage: UnboundedSender<storage::Order>,
    /// The name of this tab.
    tab: TabId,
    /// How often it began to follow.
    era: u64,
    channel: Option<Channel>,
    timer: Option<(Millis, Timeout)>,
    /// What was written last.
    draft: Option<Draft>,
    changes: Vec<Change>,
    folding: bool,
}

/// What was written last and not sent.
struct Draft {
    place: Option<ThreadId>,
    text: String,
    at: Millis,
    /// Whether the core knows.
    saved: bool,
    /// Tells the core.
    _timer: Timeout,
}

impl Driver {
    /// A driver that shows what it learns in `state`, and what it asks of the storage.
    pub(super) fn new(state: State) -> (Self, UnboundedReceiver<storage::Order>) {
        let (storage, orders) = unbounded();
        let seed = u64::from_le_bytes(page::random());
        let config = Config {
            seed,
            ..Config::default()
        };
        let core = Core::new(page::now(), config);
        let inner = Inner {
            core,
            server: None,
            waiting: None,
            sockets: HashMap::new(),
            storage,
            tab: TabId(u64::from_le_bytes(page::random())),
            era: 0,
            channel: None,
            timer: None,
            draft: None,
            changes: Vec::new(),
            folding: false,
        };
        (Self(Rc::new(RefCell::new(inner)), state), orders)
    }

    /// Where the storage takes what is asked of it.
    pub(super) fn orders(&self) -> UnboundedSender<storage::Order> {
        self.0.borrow().storage.clone()
    }

    /// Sets the server.
    pub(super) fn serve(&self, server: Server) {
        let mut inner = self.0.borrow_mut();
        inner.server = Some(server);
        if let Some(connection) = inner.waiting.take() {
            self.open(&mut inner, connection);
        }
    }

    /// The server, once it is known.
    pub(super) fn server(&self) -> Option<Server> {
        self.0.borrow().server.clone()
    }

    /// Is a tab of this account from here on: the core is told what this device has kept of it.
    pub(super) async fn join(&self, user: UserId) {
        let (done, joined) = oneshot::channel();
        self.order(storage::Order::Join(user, done));
        // Ends at once where there is no storage.
        let _ = joined.await;
        self.join_drafts();
        self.flush();
        project::record(&self.1, Fact::Opened);
        self.save_draft();
    }

    /// What was written before it was known what is kept goes on from that.
    fn join_drafts(&self) {
        let inner = &mut *self.0.borrow_mut();
        let Some(draft) = inner.draft.as_mut().filter(|draft| !draft.saved) else {
            return;
        };
        for change in &mut inner.changes {
            if let Change::DraftSet(place, text) = change
                && *place == draft.place
            {
                text.push_str(&draft.text);
                draft.text.clone_from(text);
            }
        }
    }

    /// Whose tab this is.
    pub(super) fn user(&self) -> Option<UserId> {
        self.0.borrow().channel.as_ref().map(|channel| channel.user)
    }

    /// Hears from the tab of this account that leads. Returns the era that begins with that.
    pub(super) fn follow(&self, user: UserId) -> u64 {
        if self.user() != Some(user) {
            let channel = Channel::open(user, self);
            self.0.borrow_mut().channel = channel;
        }
        let tab = self.0.borrow().tab;
        self.0.borrow_mut().era += 1;
        self.input(Input::Follow(tab));
        self.0.borrow().era
    }

    /// Somebody has signed out in another tab, which deletes what is kept.
    pub(super) fn depart(&self) {
        self.order(storage::Order::Leave);
        self.input(Input::Heard(TabMessage::SignedOut));
        self.0.borrow_mut().channel = None;
        project::record(&self.1, Fact::Forgotten);
    }

    /// The person signs out: nothing of the account stays.
    pub(super) fn leave(&self) {
        local::leave(self.user());
        self.input(Input::SignedOut);
        self.0.borrow_mut().channel = None;
        project::record(&self.1, Fact::Forgotten);
    }

    fn order(&self, order: storage::Order) {
        storage(&self.0.borrow(), order);
    }

    /// Nothing more is kept on this device by this tab.
    pub(super) fn keeps(&self, keeping: Keeping) {
        project::record(&self.1, Fact::Keeping(keeping));
        self.input(Input::StorageLost);
    }

    /// Tells the core what is being written, once a moment has passed without a further key.
    pub(super) fn draft(&self, place: Option<ThreadId>, text: String) {
        let sent = text.is_empty();
        if let Some(thread) = place {
            self.input(Input::Typing(thread, !text.trim().is_empty()));
        }
        let before = self.0.borrow().draft.as_ref().map(|draft| draft.place);
        if before != Some(place) {
            self.save_draft();
        }
        let driver = self.clone();
        self.0.borrow_mut().draft = Some(Draft {
            place,
            text,
            at: page::now(),
            saved: false,
            _timer: Timeout::new(DRAFT_MS, move || {
                // Before, it would take the place of what is kept.
                if driver.1.opened.get_untracked() {
                    driver.save_draft();
                }
            }),
        });
        if sent {
            self.save_draft();
        }
    }

    /// Tells the core now what is being written.
    pub(super) fn save_draft(&self) {
        let mut inner = self.0.borrow_mut();
        let unsaved = inner.draft.as_mut().filter(|draft| !draft.saved);
        let input = unsaved.map(|draft| {
            draft.saved = true;
            Input::Draft(draft.place, draft.text.clone())
        });
        drop(inner);
        input.into_iter().for_each(|input| self.input(input));
    }

    /// The page goes away, and what was written a moment ago may not be durable in time: the next page
    /// gets a copy of it.
    pub(super) fn leave_draft(&self) {
        if let Some(draft) = &self.0.borrow().draft
            && page::now() < draft.at + DURABLE_MS
        {
            local::leave_draft(draft.place, &draft.text);
        }
    }

    /// Gives the core an input and does what it wants done.
    pub(super) fn input(&self, input: Input) {
        let mut inner = self.0.borrow_mut();
        inner.core.handle(page::now(), input);
        while let Some(output) = inner.core.poll_output() {
            match output {
                Output::Open(connection) => self.open(&mut inner, connection),
                Output::Send(connection, text) => order(&inner, connection, Order::Send(text)),
                Output::Close(connection, code) => {
                    order(&inner, connection, Order::Close(code));
                    inner.sockets.remove(&connection);
                }
                Output::Store(op) => storage(&inner, storage::Order::Keep(inner.era, op)),
                Output::Read(read) => storage(&inner, storage::Order::Read(inner.era, read)),
                Output::TakeOver => storage(&inner, storage::Order::TakeOver),
                Output::StepDown => storage(&inner, storage::Order::StepDown),
                Output::Post(message) => {
                    if let Some(channel) = &inner.channel {
                        channel.post(&message);
                    }
                }
                Output::Reopen => spawn_local(reopen(inner.server.clone())),
                Output::Change(change) => inner.changes.push(change),
                Output::Fault(fault) => {
                    leptos::logging::warn!("{fault}");
                }
            }
        }
        if !inner.changes.is_empty() && !inner.folding {
            inner.folding = true;
            self.fold_soon();
        }
        self.sleep(&mut inner);
    }

    /// Shows at once what is waiting to be shown.
    pub(super) fn flush(&self) {
        let changes = {
            let mut inner = self.0.borrow_mut();
            inner.folding = false;
            std::mem::take(&mut inner.changes)
        };
        for change in changes {
            let signed_out = matches!(change, Change::StatusSet(Status::SignedOut));
            match &change {
                Change::StatusSet(Status::TooOld) => worker::check(),
                Change::UserSet(Some(user)) => local::rename_account(user),
                Change::NoticeShown(row) => super::notify(self.1, self.1.toast(row)),
                _ => {}
            }
            project::apply(&self.1, change);
            if signed_out {
                project::record(&self.1, Fact::Session(Session::SignedOut));
            }
        }
        project::tidy(&self.1);
    }

    fn fold_soon(&self) {
        let driver = self.clone();
        if page::hidden() {
            Timeout::new(0, move || driver.flush()).forget();
        } else {
            request_animation_frame(move || driver.flush());
        }
    }

    fn open(&self, inner: &mut Inner, connection: Connection) {
        let Some(server) = &inner.server else {
            inner.waiting = Some(connection);
            return;
        };
        let (orders, received) = unbounded();
        inner.sockets.insert(connection, orders);
        spawn_local(socket::run(
            connection,
            server.socket(),
            received,
            self.clone(),
        ));
    }

    fn sleep(&self, inner: &mut Inner) {
        let deadline = inner.core.next_deadline();
        if inner.timer.as_ref().map(|(at, _)| *at) == deadline {
            return;
        }
        inner.timer = deadline.map(|at| {
            let driver = self.clone();
            let wait = at.saturating_sub(page::now()).min(i32::MAX as u64) as u32;
            let timeout = Timeout::new(wait, move || {
                // Fired: forgotten without being cleared, so that the next one is set.
                if let Some((_, timer)) = driver.0.borrow_mut().timer.take() {
                    timer.forget();
                }
                driver.input(Input::Tick);
            });
            (at, timeout)
        });
    }
}

/// Begins anew with what is kept of who is signed in by now.
async fn reopen(server: Option<Server>) {
    if let Some(server) = server
        && let Ok(Some(user)) = server.session().await
    {
        local::keep_account(&user);
    }
    page::reload();
}

fn storage(inner: &Inner, order: storage::Order) {
    // Nobody listens where there is no storage.
    let _ = inner.storage.unbounded_send(order);
}

fn order(inner: &Inner, connection: Connection, order: Order) {
    if let Some(socket) = inner.sockets.get(&connection) {
        // A socket that has ended hears nothing more.
        let _ = socket.unbounded_send(order);
    }
}
