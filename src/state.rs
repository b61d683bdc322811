//! What the interface shows, as signals, and the intents by which it asks for change.
//!
//! Invariant: only [`project`] writes these signals. A component reads them and sends an [`Intent`]
//! through [`Dispatch`].

mod account;
mod data;
mod dispatch;
mod grouping;
mod listed;
mod look;
mod mention;
mod notices;
pub mod project;
mod route;
mod shortcut;
mod timeline;
pub mod words;

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use leptos::prelude::*;
use weft_protocol::{
    Defaults, Limits, Model, Mutation, NoticeRow, Place, Role, ThreadId, User, UserId,
    api::{ApiCode, Invite},
};
use weft_sync::{Status, ThreadView};

pub use self::{
    account::{Own, OwnFact},
    data::{Data, Form, Moving, Used},
    dispatch::{Account, Dispatch, Intent, Minted, Share},
    grouping::{Days, Group},
    listed::Step,
    look::{Choice, Contrast, Density, Language, Look, TextSize, Theme},
    mention::Begun,
    notices::{read_all, read_by_looking},
    route::Route,
    shortcut::{Chord, Focus, KEYS, KeyName, Part, Platform, Press, SHORTCUTS, Shortcut},
    timeline::{Row, Timeline},
};

/// Who sits in front of the screen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Session {
    /// Not known yet.
    #[default]
    Unknown,
    /// Not known yet, since the server has not answered for a while.
    Unreached,
    /// Nobody.
    SignedOut,
    /// This person; the name is known at the latest once connected.
    SignedIn(Option<User>),
}

/// Why a call of the accounts' side failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallError {
    /// The server refused it.
    Refused(ApiCode, Option<u64>),
    /// The server was not reached.
    Unreachable,
}

/// Where a call of the accounts' side stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Call {
    /// None is under way.
    #[default]
    Idle,
    /// Waiting for the answer.
    Busy,
    /// It worked.
    Done,
    /// It did not.
    Failed(CallError),
}

/// Where what is written lasts beyond this tab.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keeping {
    /// On this device.
    #[default]
    Here,
    /// Nowhere: this device cannot keep it.
    Nowhere,
}

/// How the notifications of this device are, while the app is closed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Push {
    /// Not known yet.
    #[default]
    Unknown,
    /// This browser has none.
    Unsupported,
    /// A person has forbidden them in the browser.
    Denied,
    /// Not wished for.
    Off,
    /// Wished for.
    On {
        /// Whether they say what was written.
        text: bool,
    },
    /// Something failed.
    Failed,
}

/// What a person wishes of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PushWish {
    /// To know how they are.
    Look,
    /// To have them.
    On,
    /// Not to have them.
    Off,
    /// To have them say what was written, or not, on all devices.
    Text(bool),
}

/// What a toast's button does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Make a change.
    Mutate(Mutation),
    /// Go to a thread, and to a message of it.
    Open(ThreadId, Option<Place>),
    /// Load the app anew.
    Reload,
}

/// A toast.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toast {
    /// Its key.
    pub id: u64,
    /// What it says.
    pub text: String,
    /// What its button does, and is called.
    pub action: Option<(&'static str, Action)>,
}

/// All state of the app. Copied freely: it holds handles only.
#[derive(Clone, Copy)]
pub struct State {
    pub(crate) session: RwSignal<Session>,
    /// Whether what this device keeps is here. What is written before waits for that.
    pub(crate) opened: RwSignal<bool>,
    pub(crate) auth: RwSignal<Call>,
    pub(crate) password: RwSignal<Call>,
    /// What else is known of the account.
    pub(crate) own: Own,
    /// Where joining by a link stands, or adding members.
    pub(crate) sharing: RwSignal<Call>,
    /// The thread that was joined last.
    pub(crate) joined: RwSignal<Option<ThreadId>>,
    /// The invites of the thread that they were asked for last.
    pub(crate) invites: RwSignal<Vec<Invite>>,
    pub(crate) push: RwSignal<Push>,
    pub(crate) status: RwSignal<Status>,
    pub(crate) keeping: RwSignal<Keeping>,
    pub(crate) unsent: RwSignal<u32>,
    /// Whether somebody may be looking.
    pub(crate) seen: RwSignal<bool>,
    /// How many messages are unread, in all threads that may say so.
    pub(crate) unread: RwSignal<u64>,
    pub(crate) models: RwSignal<Arc<Vec<Model>>>,
    pub(crate) threads_known: RwSignal<bool>,
    pub(crate) order: RwSignal<Vec<ThreadId>>,
    pub(crate) threads: StoredValue<HashMap<ThreadId, ArcRwSignal<ThreadView>>>,
    pub(crate) timelines: RwSignal<HashMap<ThreadId, Timeline>>,
    pub(crate) fresh: RwSignal<HashSet<ThreadId>>,
    /// What the person is told of, newest first.
    pub(crate) notices: RwSignal<Vec<NoticeRow>>,
    pub(crate) toasts: RwSignal<Vec<Toast>>,
    pub(crate) drafts: StoredValue<HashMap<Option<ThreadId>, String>>,
    /// Where something was written elsewhere, or before.
    pub(crate) drafted: RwSignal<Option<ThreadId>>,
    pub(crate) chosen: RwSignal<HashMap<Option<ThreadId>, String>>,
    /// What the person wants where a thread says nothing.
    pub(crate) defaults: RwSignal<Defaults>,
    /// The model chosen for the thread that is begun next.
    pub(crate) picked: RwSignal<Option<String>>,
    pub(crate) used: RwSignal<Used>,
    pub(crate) moving: RwSignal<Moving>,
    pub(crate) theme: RwSignal<Theme>,
    /// The language that was chosen on this device.
    pub(crate) language: RwSignal<Language>,
    /// The rest of how the app looks on this device.
    pub(crate) look: RwSignal<Look>,
    pub(crate) days: RwSignal<Days>,
    pub(crate) limits: StoredValue<Limits>,
}

impl Default for State {
    fn default() -> Self {
        Self::new()
    }
}

impl State {
    /// The state before anything is known. Lives as long as the reactive owner around it.
    pub fn new() -> Self {
        Self {
            session: RwSignal::default(),
            opened: RwSignal::default(),
            auth: RwSignal::default(),
            password: RwSignal::default(),
            own: Own::default(),
            sharing: RwSignal::default(),
            joined: RwSignal::default(),
            invites: RwSignal::default(),
            push: RwSignal::default(),
            status: RwSignal::new(Status::Reconnecting),
            keeping: RwSignal::default(),
            unsent: RwSignal::default(),
            seen: RwSignal::new(true),
            unread: RwSignal::default(),
            models: RwSignal::default(),
            threads_known: RwSignal::default(),
            order: RwSignal::default(),
            threads: StoredValue::default(),
            timelines: RwSignal::default(),
            fresh: RwSignal::default(),
            notices: RwSignal::default(),
            toasts: RwSignal::default(),
            drafts: StoredValue::default(),
            drafted: RwSignal::default(),
            chosen: RwSignal::default(),
            defaults: RwSignal::default(),
            picked: RwSignal::default(),
            used: RwSignal::default(),
            moving: RwSignal::default(),
            theme: RwSignal::default(),
            language: RwSignal::default(),
            look: RwSignal::default(),
            days: RwSignal::default(),
            limits: StoredValue::default(),
        }
    }

    /// The state that the app provided.
    pub fn here() -> Self {
        expect_context::<Self>()
    }

    /// The thread of the list, where it is in it. Does not subscribe to the list.
    pub fn thread(&self, id: ThreadId) -> Option<ArcRwSignal<ThreadView>> {
        self.threads.with_value(|threads| threads.get(&id).cloned())
    }

    /// The watched thread's timeline; subscribes to which threads are watched.
    pub fn timeline(&self, id: ThreadId) -> Option<Timeline> {
        self.timelines.with(|timelines| timelines.get(&id).cloned())
    }

    /// The model that a message in this thread asks: chosen here, asked here last, the person's default, chosen
    /// anywhere last, or the first one. Before it is known which are offered, each one may be.
    pub fn model(&self, thread: Option<ThreadId>) -> Option<String> {
        let models = self.models.get();
        let offered = |id: &String| models.is_empty() || models.iter().any(|model| &model.id == id);
        let chosen = match thread {
            Some(_) => self.chosen.with(|chosen| chosen.get(&thread).cloned()),
            None => self.picked.get(),
        };
        let asked = || {
            let row = self.thread(thread?)?;
            row.with(|thread| thread.row.model.clone())
        };
        chosen
            .filter(offered)
            .or_else(|| asked().filter(offered))
            .or_else(|| {
                let default = self.defaults.with(|defaults| defaults.model.clone());
                default.filter(offered)
            })
            .or_else(|| {
                self.chosen
                    .with(|chosen| chosen.get(&None).cloned())
                    .filter(offered)
            })
            .or_else(|| models.first().map(|model| model.id.clone()))
    }

    /// Who is signed in.
    pub fn me(&self) -> Option<UserId> {
        self.session.with(|session| match session {
            Session::SignedIn(Some(user)) => Some(user.id),
            _ => None,
        })
    }

    /// Who is signed in, as far as they are known.
    pub fn my_user(&self) -> Option<User> {
        self.session.with(|session| match session {
            Session::SignedIn(user) => user.clone(),
            _ => None,
        })
    }

    /// What the person may do in a thread, and how many members it has; a thread that is not in the list is
    /// theirs to make. Subscribes to the thread, not to the list.
    pub fn standing(&self, id: ThreadId) -> (Role, u32) {
        let thread = self.thread(id);
        thread.map_or((Role::Owner, 1), |thread| {
            thread.with(|thread| (thread.row.role, thread.row.members))
        })
    }

    /// The name of a model as people read it.
    pub fn model_name(&self, id: &str) -> String {
        self.models.with(|models| {
            models
                .iter()
                .find(|model| model.id == id)
                .map_or_else(|| id.to_owned(), |m| m.name.clone())
        })
    }
}
