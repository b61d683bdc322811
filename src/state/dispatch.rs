//! How components ask for change.

use leptos::prelude::*;
use weft_protocol::{
    MessageId, Millis, Mutation, NewReply, ThreadId,
    api::{Farewell, NewInvite, NewMember, Profile},
};
use weft_sync::Seek;

use super::{Action, Data, Language, Look, PushWish, Theme, Toast};

/// What a person asks of the accounts' side.
#[derive(Clone, PartialEq, Eq)]
pub enum Account {
    /// Sign in, or sign up.
    Enter {
        /// The name.
        username: String,
        /// The password.
        password: String,
        /// The invite, where one was given.
        invite: Option<String>,
        /// Whether the account is to be created.
        create: bool,
    },
    /// Sign out.
    Leave,
    /// Be called and shown otherwise.
    Profile(Profile),
    /// Let nobody see that they are there, or let them again.
    Hide(bool),
    /// See where the account is signed in, and what others see of it.
    Look,
    /// Sign out on another device.
    Revoke(String),
    /// Sign out on all other devices.
    RevokeOthers,
    /// Delete the account.
    Delete(Farewell),
    /// Change the password.
    Password {
        /// The password so far.
        current: String,
        /// The password from now on.
        new: String,
    },
}

/// What a person asks of the side of the server that lets people into threads.
#[derive(Clone, PartialEq, Eq)]
pub enum Share {
    /// Become a member by a link with this secret.
    Join(u128),
    /// See which links there are.
    List(ThreadId),
    /// See when its members were there last.
    Seen(ThreadId),
    /// Make a link.
    Invite(ThreadId, NewInvite),
    /// End a link.
    Revoke(ThreadId, String),
    /// Make somebody a member.
    Add(ThreadId, NewMember),
}

/// What a person wants.
#[derive(Clone, PartialEq, Eq)]
pub enum Intent {
    /// Make a change.
    Mutate(Mutation),
    /// Send a failed message again.
    Retry(MessageId),
    /// Forget an unsent message.
    Discard(MessageId),
    /// The thread is on screen.
    Watch(ThreadId),
    /// It no longer is.
    Unwatch(ThreadId),
    /// See something else of a thread.
    Seek(ThreadId, Seek),
    /// Something of the accounts' side.
    Account(Account),
    /// Something of who may see a thread.
    Share(Share),
    /// Forget how the last account call ended.
    Settled,
    /// This id was made for a thread that does not exist yet.
    Fresh(ThreadId),
    /// Something of the person's data.
    Data(Data),
    /// Something of this device's notifications.
    Push(PushWish),
    /// Choose colours.
    Theme(Theme),
    /// Choose the rest of how the app looks on this device.
    Look(Look),
    /// Choose the language that is spoken on this device.
    Language(Language),
    /// Keep what is being written.
    Draft(Option<ThreadId>, String),
    /// Choose a model.
    Model(Option<ThreadId>, String),
    /// Say something in a toast; the runtime gives it its id.
    Notify(Toast),
    /// Take a toast away.
    Dismiss(u64),
    /// Put text on the clipboard.
    Copy(String),
    /// Load the app anew, in its newest version.
    Reload,
}

/// What an id is made of: now, and chance.
pub type Minted = (Millis, [u8; 10]);

/// The way from the interface to the runtime.
#[derive(Clone, Copy)]
pub struct Dispatch {
    send: Callback<Intent>,
    mint: fn() -> Minted,
}

impl Dispatch {
    /// Intents go to `send`; ids are made of what `mint` gives.
    pub fn new(send: Callback<Intent>, mint: fn() -> Minted) -> Self {
        Self { send, mint }
    }

    /// The dispatch that the app provided.
    pub fn here() -> Self {
        expect_context::<Self>()
    }

    /// Sends an intent.
    pub fn send(&self, intent: Intent) {
        self.send.run(intent);
    }

    /// Asks for a change.
    pub fn mutate(&self, mutation: Mutation) {
        self.send(Intent::Mutate(mutation));
    }

    /// A new thread's id, known from now on as one that does not exist yet.
    pub fn new_thread(&self) -> ThreadId {
        let (now, random) = (self.mint)();
        let thread = ThreadId::new(now, random);
        self.send(Intent::Fresh(thread));
        thread
    }

    /// Says `text` in a thread, which is created first where it is `new`.
    pub fn say(&self, thread: ThreadId, new: bool, text: String, model: Option<String>) {
        if new {
            self.mutate(Mutation::CreateThread { thread });
        }
        let reply = self.reply(model);
        self.mutate(Mutation::SendMessage {
            thread,
            message: self.message(),
            parent: None,
            text,
            reply,
        });
        self.send(Intent::Watch(thread));
    }

    /// Asks for another reply in the place of an ended one.
    pub fn regenerate(&self, thread: ThreadId, message: MessageId, model: String) {
        let reply = NewReply {
            message: self.message(),
            model,
        };
        self.mutate(Mutation::Regenerate {
            thread,
            message,
            reply,
        });
    }

    /// Says something else in the place of a message.
    pub fn edit(&self, thread: ThreadId, message: MessageId, text: String, model: Option<String>) {
        let (replacement, reply) = (self.message(), self.reply(model));
        self.mutate(Mutation::EditMessage {
            thread,
            message,
            replacement,
            text,
            reply,
        });
    }

    /// Says something in a toast.
    pub fn notify(&self, text: impl Into<String>, action: Option<(&'static str, Mutation)>) {
        self.send(Intent::Notify(Toast {
            id: 0,
            text: text.into(),
            action: action.map(|(label, mutation)| (label, Action::Mutate(mutation))),
        }));
    }

    fn message(&self) -> MessageId {
        let (now, random) = (self.mint)();
        MessageId::new(now, random)
    }

    fn reply(&self, model: Option<String>) -> Option<NewReply> {
        model.map(|model| NewReply {
            message: self.message(),
            model,
        })
    }
}
