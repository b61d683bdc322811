//! The server: the hub, the store behind a queue, the makers of replies, and its crashes.
//!
//! Invariant: the store's commits and what they publish keep their order; a crash loses everything
//! that is not in the store.

use std::collections::{BTreeMap, VecDeque};

use rand::Rng;
use weft_hub::{
    Answer, Command, Committed, Hub, Input, Job, JobChange, MemoryStore, Outcome, Output, Read,
    Store, Ticket,
};
use weft_protocol::{
    ErrorCode, Limits, MessageId, Millis, Model, Status, frame::close, limits::KEPT_OUTCOMES_FOR,
    stream,
};

use super::{
    Trouble,
    world::{Event, World},
};

/// A thing between the hub and the store.
enum Step {
    Read(Ticket, Read),
    /// A command, and the term of whoever asks for it.
    Write(Option<Ticket>, Command, u64),
    Answer(Ticket, Answer),
    Publish(Option<Ticket>, Command, Committed),
}

pub(super) struct Server {
    pub(super) store: MemoryStore,
    hub: Option<Hub>,
    asked: VecDeque<Step>,
    found: VecDeque<Step>,
    /// The replies that are being made, and how far.
    making: BTreeMap<MessageId, usize>,
    sessions: u64,
    busy_until: Millis,
}

impl Server {
    pub(super) fn new(epoch: u32) -> Self {
        Self {
            store: MemoryStore::new(epoch),
            hub: Some(Hub::new(Limits::default())),
            asked: VecDeque::new(),
            found: VecDeque::new(),
            making: BTreeMap::new(),
            sessions: 0,
            busy_until: 0,
        }
    }

    pub(super) fn next_session(&mut self) -> u64 {
        self.sessions += 1;
        self.sessions
    }

    pub(super) fn is_up(&self) -> bool {
        self.hub.is_some()
    }

    pub(super) fn next_deadline(&self) -> Option<Millis> {
        self.hub.as_ref().and_then(Hub::next_deadline)
    }
}

/// What a reply is in the end, unless it is ended before.
pub(super) fn final_text(message: MessageId) -> String {
    const WORDS: [&str; 8] = [
        "weft ", "é", "warp\n", "日本", "🧵 ", "and ", "so ", "**on** ",
    ];
    let bytes = message.as_bytes();
    let count = usize::from(bytes[15] % 40);
    (0..count)
        .map(|at| WORDS[usize::from(bytes[6 + at % 10]) % WORDS.len()])
        .collect()
}

impl World {
    /// Tells the hub, and does what it wants done. The server may crash between any two of it.
    pub(super) fn tell_hub(&mut self, input: Input) -> Result<(), String> {
        let Some(hub) = &mut self.server.hub else {
            return Ok(());
        };
        let term = match &input {
            Input::Received(id, _) => self.links.get(id).map_or(0, |link| link.term),
            _ => 0,
        };
        if let Input::Committed(_, committed) = &input {
            self.members.hear(committed);
        }
        hub.handle(self.now, input);
        while let Some(output) = self.server.hub.as_mut().and_then(Hub::poll_output) {
            if self.chance(2) {
                self.crash();
                return Ok(());
            }
            match output {
                Output::Send(id, text) => {
                    self.members.look(id, &text)?;
                    self.send_down(id, text.to_string());
                }
                Output::Close(id, code) => self.close_down(id, code.map_or(1000, close::code)),
                Output::Authenticate(id, _) => self.after(1..20, Event::Authenticate(id)),
                Output::Read(ticket, read) => self.queue_step(Step::Read(ticket, read)),
                Output::Seen(_) => {}
                Output::Write(ticket, command) => {
                    self.queue_step(Step::Write(Some(ticket), command, term));
                }
            }
        }
        Ok(())
    }

    /// Somebody who has no socket changes the store.
    pub(super) fn command(&mut self, command: Command) {
        if self.server.is_up() {
            self.queue_step(Step::Write(None, command, 0));
        }
    }

    fn queue_step(&mut self, step: Step) {
        match step {
            Step::Read(..) | Step::Write(..) => self.server.asked.push_back(step),
            Step::Answer(..) | Step::Publish(..) => self.server.found.push_back(step),
        }
        let wait = self.rng.random_range(0..8);
        self.server.busy_until = self.server.busy_until.max(self.now) + wait;
        let at = self.server.busy_until;
        self.at(at, Event::ServerStep);
    }

    /// One step at the store, or back from it.
    pub(super) fn server_step(&mut self) -> Result<(), String> {
        if !self.server.is_up() {
            return Ok(());
        }
        if self.chance(2) {
            self.crash();
            return Ok(());
        }
        let back_first = self.server.asked.is_empty() || self.rng.random();
        let step = if back_first {
            self.server.found.pop_front()
        } else {
            None
        };
        let step = step.or_else(|| self.server.asked.pop_front());
        match step.or_else(|| self.server.found.pop_front()) {
            Some(Step::Read(ticket, read)) => {
                let Ok(answer) = self.server.store.read(&read);
                self.queue_step(Step::Answer(ticket, answer));
                Ok(())
            }
            Some(Step::Write(ticket, command, term)) => {
                self.note_write(&command, term)?;
                if self.chance(2) {
                    self.trouble(Trouble::Forgetting);
                    self.note(|| "the server forgets what it has not heard of for long".into());
                    let later = self.now + KEPT_OUTCOMES_FOR;
                    let Ok(_) = self
                        .server
                        .store
                        .commit(later, &[Command::Forget { after: None }]);
                }
                let committed = self.commit(&command);
                self.marks.look(&command, &committed)?;
                self.queue_step(Step::Publish(ticket, command, committed));
                Ok(())
            }
            Some(Step::Answer(ticket, answer)) => self.tell_hub(Input::Answered(ticket, answer)),
            Some(Step::Publish(ticket, command, committed)) => {
                self.make(&command, &committed);
                self.tell_hub(Input::Committed(ticket, committed))
            }
            None => Ok(()),
        }
    }

    /// One tab at a time speaks for an installation: once a term has given something to the store, none
    /// before it does.
    fn note_write(&mut self, command: &Command, term: u64) -> Result<(), String> {
        let Command::Mutate {
            user, installation, ..
        } = command
        else {
            return Ok(());
        };
        let newest = self.terms.entry((*user, *installation)).or_default();
        if term < *newest {
            return Err(format!("{command:?} of {term} comes after {newest}"));
        }
        *newest = term;
        Ok(())
    }

    fn commit(&mut self, command: &Command) -> Committed {
        self.note(|| format!("commit {command:?}"));
        let Ok(mut done) = self
            .server
            .store
            .commit(self.now, std::slice::from_ref(command));
        let done = done.remove(0);
        if let (Command::Mutate { mutation, .. }, Outcome::Rejected(_)) = (command, &done.outcome) {
            let message = mutation.new_message();
            self.anew.extend(message.map(|(id, _)| id));
        }
        done
    }

    /// What a commit means for the makers of replies.
    fn make(&mut self, command: &Command, committed: &Committed) {
        for job in &committed.jobs {
            match job {
                JobChange::Asked(Job { message, .. }) => {
                    let message = *message;
                    self.queue_step(Step::Write(None, Command::StartJob { message }, 0));
                }
                JobChange::Ended(message) => {
                    self.server.making.remove(message);
                }
            }
        }
        let applied = matches!(committed.outcome, Outcome::Applied(_));
        match command {
            Command::StartJob { message } if applied => {
                self.server.making.insert(*message, 0);
                self.after(1..300, Event::Generate(*message));
            }
            Command::Append { message, text, .. } if applied => {
                if let Some(made) = self.server.making.get_mut(message) {
                    *made += text.len();
                    self.after(1..300, Event::Generate(*message));
                }
            }
            Command::Append { message, .. } | Command::Settle { message, .. } => {
                self.server.making.remove(message);
            }
            _ => {}
        }
    }

    /// A maker goes on with its reply.
    pub(super) fn generate(&mut self, message: MessageId) {
        let Some(&made) = self.server.making.get(&message) else {
            return;
        };
        let whole = final_text(message);
        let rest = whole.get(made..).unwrap_or("");
        let fails = self.chance(20);
        let command = if rest.is_empty() || fails {
            let (status, error) = if fails {
                (Status::Failed, Some(ErrorCode::ProviderCut))
            } else {
                (Status::Complete, None)
            };
            Command::Settle {
                message,
                status,
                error,
            }
        } else {
            let most = self.rng.random_range(4..40);
            let text = stream::prefix(rest, most).to_owned();
            Command::Append {
                message,
                offset: made as u64,
                text,
            }
        };
        self.queue_step(Step::Write(None, command, 0));
    }

    fn crash(&mut self) {
        self.note(|| "the server crashes".into());
        self.trouble(Trouble::Crash);
        self.server.hub = None;
        self.server.asked.clear();
        self.server.found.clear();
        self.server.making.clear();
        self.lose_all();
        self.after(10..5_000, Event::ServerUp);
    }

    pub(super) fn server_up(&mut self) -> Result<(), String> {
        self.server.hub = Some(Hub::new(Limits::default()));
        self.hear_anew();
        let recovered = self.commit(&Command::Recover);
        self.marks.look(&Command::Recover, &recovered)?;
        self.make(&Command::Recover, &recovered);
        self.tell_hub(Input::Committed(None, recovered))?;
        let (id, name) = ("demo".to_owned(), "Demo".to_owned());
        self.tell_hub(Input::Models(vec![Model {
            id,
            name,
            about: None,
        }]))
    }
}
