//! The loop round the core: inputs in, outputs to the socket, the storage and the screen.
//!
//! Invariant: after every input the outputs are drained and the timer is set to the core's next
//! deadline. Changes are shown in order, once per frame while the page is seen.

use std::{cell::RefCell, collections::HashMap, rc::Rc};

use futures_channel::mpsc::{UnboundedSender, unbounded};
use gloo_timers::callback::Timeout;
use leptos::{prelude::request_animation_frame, task::spawn_local};
use weft_protocol::Millis;
use weft_sync::{Change, Config, Connection, Core, Input, Output, Status};

use super::{
    account::Server,
    page,
    socket::{self, Order},
    storage, worker,
};
use crate::state::{
    Session, State,
    project::{self, Fact},
};

/// The core and what surrounds it. A clone is the same driver.
#[derive(Clone)]
pub(super) struct Driver(Rc<RefCell<Inner>>, State);

struct Inner {
    core: Core,
    server: Option<Server>,
    sockets: HashMap<Connection, UnboundedSender<Order>>,
    timer: Option<(Millis, Timeout)>,
    changes: Vec<Change>,
    folding: bool,
}

impl Driver {
    /// A driver that shows what it learns in `state`.
    pub(super) fn new(state: State) -> Self {
        let seed = u64::from_le_bytes(page::random());
        let mut core = Core::new(page::now(), Config { seed });
        core.handle(page::now(), Input::StorageLost);
        let inner = Inner {
            core,
            server: None,
            sockets: HashMap::new(),
            timer: None,
            changes: Vec::new(),
            folding: false,
        };
        Self(Rc::new(RefCell::new(inner)), state)
    }

    /// Sets the server.
    pub(super) fn serve(&self, server: Server) {
        self.0.borrow_mut().server = Some(server);
    }

    /// The server, once it is known.
    pub(super) fn server(&self) -> Option<Server> {
        self.0.borrow().server.clone()
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
                Output::Store(op) => storage::keep(op),
                Output::Change(change) => inner.changes.push(change),
                Output::Fault(fault) => {
                    leptos::logging::warn!("{fault:?}");
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
            let status = match &change {
                Change::StatusSet(status) => Some(*status),
                _ => None,
            };
            project::apply(&self.1, change);
            match status {
                Some(Status::SignedOut) => {
                    project::record(&self.1, Fact::Session(Session::SignedOut));
                }
                Some(Status::TooOld) => worker::check(),
                _ => {}
            }
        }
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
        let Some(server) = &inner.server else { return };
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

fn order(inner: &Inner, connection: Connection, order: Order) {
    if let Some(socket) = inner.sockets.get(&connection) {
        // A socket that has ended hears nothing more.
        let _ = socket.unbounded_send(order);
    }
}
