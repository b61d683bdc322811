//! The task that owns the hub: everything that happens passes through one channel, in order.
//!
//! Invariant: what the store commits enters the channel from the writer thread, so the hub hears of
//! commits in their order, and before anybody who asked for one does.

use std::{
    collections::{BTreeSet, HashMap},
    future::Future,
    pin::Pin,
    sync::Arc,
    time::Duration,
};

use tokio::{
    sync::{mpsc, oneshot},
    time::Instant,
};
use weft_hub::{Command, Committed, Hub, Input, JobChange, Output, SessionId};
use weft_protocol::{ErrorCode, Limits, Model, ThreadId, User, UserId};

use crate::{
    accounts::Refusal,
    push::trigger::Trigger,
    store::{Writer, now},
};

/// Finds whose token it is, if anyone's; an error where that cannot be known.
pub type Authenticate = Arc<
    dyn Fn(String) -> Pin<Box<dyn Future<Output = Result<Option<User>, Refusal>> + Send>>
        + Send
        + Sync,
>;

/// What a socket is told.
#[derive(Debug)]
pub enum Outgoing {
    /// Send a text frame, then say so with [`Input::Flushed`].
    Frame(Arc<str>),
    /// Close with the code of this error, or normally.
    Close(Option<ErrorCode>),
}

enum Event {
    Input(Input),
    /// Whether a person has a thread on screen.
    Shows(UserId, ThreadId, oneshot::Sender<bool>),
    /// Who of these people is online, as far as others may know.
    Online(Vec<UserId>, oneshot::Sender<BTreeSet<UserId>>),
    Opened(SessionId, Option<User>, mpsc::UnboundedSender<Outgoing>),
}

/// A handle on the hub; clones share it.
#[derive(Clone)]
pub struct HubHandle {
    events: mpsc::UnboundedSender<Event>,
    writer: Writer,
}

impl HubHandle {
    /// Starts the task. `jobs` hears what the store's commits mean for the makers of replies, `trigger`
    /// of each commit, `seen` who is there.
    pub fn start(
        limits: Limits,
        writer: Writer,
        authenticate: Authenticate,
        jobs: mpsc::UnboundedSender<JobChange>,
        trigger: Arc<Trigger>,
        seen: mpsc::UnboundedSender<UserId>,
    ) -> Self {
        let (events, queue) = mpsc::unbounded_channel();
        let handle = Self { events, writer };
        let task = Task {
            hub: Hub::new(limits),
            sockets: HashMap::new(),
            handle: handle.clone(),
            authenticate,
            jobs,
            trigger,
            seen,
        };
        tokio::spawn(task.run(queue));
        handle
    }

    /// A socket is open; what it is to send arrives at the receiver.
    pub fn open(&self, id: SessionId, user: Option<User>) -> mpsc::UnboundedReceiver<Outgoing> {
        let (outgoing, frames) = mpsc::unbounded_channel();
        self.send(Event::Opened(id, user, outgoing));
        frames
    }

    /// Whether a device of the person has the thread on screen.
    pub async fn shows(&self, user: UserId, thread: ThreadId) -> bool {
        let (say, shows) = oneshot::channel();
        self.send(Event::Shows(user, thread, say));
        shows.await.unwrap_or(false)
    }

    /// Who of these people is online, as far as others may know.
    pub async fn online(&self, people: Vec<UserId>) -> BTreeSet<UserId> {
        let (say, online) = oneshot::channel();
        self.send(Event::Online(people, say));
        online.await.unwrap_or_default()
    }

    /// Tells the hub what happened.
    pub fn input(&self, input: Input) {
        self.send(Event::Input(input));
    }

    /// The models that can be asked are now these.
    pub fn offer(&self, models: Vec<Model>) {
        self.input(Input::Models(models));
    }

    /// Commits a command, publishes what it did, and says it.
    pub async fn commit(&self, command: Command) -> anyhow::Result<Committed> {
        let (done, answer) = oneshot::channel();
        let handle = self.clone();
        self.writer.submit(command, move |result| {
            if let Ok(committed) = &result {
                handle.input(Input::Committed(None, committed.clone()));
            }
            let _ = done.send(result);
        });
        Ok(answer.await??)
    }

    fn send(&self, event: Event) {
        // The task ends with the process, and then nobody is left to tell.
        let _ = self.events.send(event);
    }
}

struct Task {
    hub: Hub,
    sockets: HashMap<SessionId, mpsc::UnboundedSender<Outgoing>>,
    handle: HubHandle,
    authenticate: Authenticate,
    jobs: mpsc::UnboundedSender<JobChange>,
    trigger: Arc<Trigger>,
    seen: mpsc::UnboundedSender<UserId>,
}

impl Task {
    async fn run(mut self, mut queue: mpsc::UnboundedReceiver<Event>) {
        loop {
            let wait = self.hub.next_deadline().map(|at| at.saturating_sub(now()));
            let wake = Instant::now() + Duration::from_millis(wait.unwrap_or(60_000));
            let event = tokio::select! {
                event = queue.recv() => event,
                () = tokio::time::sleep_until(wake) => Some(Event::Input(Input::Tick)),
            };
            let Some(event) = event else { return };
            self.handle(event);
            while let Some(output) = self.hub.poll_output() {
                self.perform(output);
            }
        }
    }

    fn handle(&mut self, event: Event) {
        let input = match event {
            Event::Opened(id, user, outgoing) => {
                self.sockets.insert(id, outgoing);
                Input::Opened(id, user)
            }
            Event::Input(Input::Committed(ticket, mut committed)) => {
                for change in committed.jobs.drain(..) {
                    let _ = self.jobs.send(change);
                }
                self.trigger.committed(&committed);
                Input::Committed(ticket, committed)
            }
            Event::Input(Input::Closed(id)) => {
                self.sockets.remove(&id);
                Input::Closed(id)
            }
            Event::Shows(user, thread, say) => {
                // Who asked and is gone needs no answer.
                let _ = say.send(self.hub.shows(user, thread));
                return;
            }
            Event::Online(people, say) => {
                let online = people.into_iter().filter(|user| self.hub.is_online(*user));
                let _ = say.send(online.collect());
                return;
            }
            Event::Input(input) => input,
        };
        self.hub.handle(now(), input);
    }

    fn perform(&mut self, output: Output) {
        let handle = self.handle.clone();
        match output {
            Output::Send(id, frame) => {
                if let Some(socket) = self.sockets.get(&id) {
                    let _ = socket.send(Outgoing::Frame(frame));
                }
            }
            Output::Close(id, code) => {
                if let Some(socket) = self.sockets.remove(&id) {
                    let _ = socket.send(Outgoing::Close(code));
                }
            }
            Output::Authenticate(id, token) => {
                let user = (self.authenticate)(token);
                tokio::spawn(async move {
                    // Where the store fails nothing is decided: the hello waits until its time is up.
                    if let Ok(user) = user.await {
                        handle.input(Input::Authenticated(id, user));
                    }
                });
            }
            Output::Read(ticket, read) => {
                tokio::spawn(async move {
                    handle.input(match handle.writer.read(read).await {
                        Ok(answer) => Input::Answered(ticket, answer),
                        Err(error) => {
                            tracing::error!(%error, "a read failed");
                            Input::StoreFailed(ticket)
                        }
                    });
                });
            }
            Output::Seen(user) => {
                let _ = self.seen.send(user);
            }
            Output::Write(ticket, command) => {
                self.handle.writer.submit(command, move |result| {
                    handle.input(match result {
                        Ok(committed) => Input::Committed(Some(ticket), committed),
                        Err(_) => Input::StoreFailed(ticket),
                    });
                });
            }
        }
    }
}
