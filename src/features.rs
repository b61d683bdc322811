//! The parts of a page that read state and send intents. Each is one concept; none touches the outside.

mod commands;
mod composer;
mod connection;
mod drawer;
mod members;
mod mentions;
mod message;
mod model;
mod nav;
mod notices;
mod outdated;
mod palette;
mod shortcuts;
mod sidebar;
mod sign_out;
mod thread;
mod time;
mod timeline;
mod toasts;
mod tuning;
mod typing;
mod welcome;

use leptos::prelude::*;
use weft_protocol::{MessageId, ThreadId};

use self::{
    members::Members,
    mentions::Mentions,
    notices::NoticesPanel,
    palette::{Palette, Rename},
    shortcuts::sheet::Sheet,
    timeline::TimelineLog,
    tuning::ChatSettings,
    typing::Typing,
    welcome::Welcome,
};
use crate::{
    state::Timeline,
    ui::{self, part::part},
};

pub(crate) use self::{
    commands::Commands,
    composer::{Composer, Pen},
    connection::Connection,
    drawer::Drawer,
    members::Avatar,
    message::Switched,
    model::ModelPicker,
    nav::Nav,
    notices::NoticesOpen,
    outdated::Outdated,
    shortcuts::Shortcuts,
    sidebar::Sidebar,
    sign_out::SignOut,
    time::now,
    timeline::Places,
    toasts::Toasts,
    tuning::{Fields, TuningFields},
};

part! {
    /// The messages of a thread, who is writing another one, and the names to write in it.
    pub(crate) thread_log in thread: fn(ThreadId, Timeline) -> AnyView = |thread, timeline| {
        view! {
            <TimelineLog thread timeline=timeline.clone()/>
            <Typing timeline=timeline.clone()/>
            <Mentions timeline/>
        }
        .into_any()
    }
}

part! {
    /// The clock of the messages, made before there are any.
    pub(crate) clock in thread: () = time::make_clock()
}

part! {
    /// What one can try in a new chat, and who answers.
    pub(crate) welcome in welcome: fn() -> AnyView = || view! { <Welcome/> }.into_any()
}

part! {
    /// Who is a member of a thread, and its settings.
    pub(crate) members in thread: fn(ThreadId, Timeline) -> AnyView = |thread, timeline| {
        view! {
            <Members thread timeline=timeline.clone()/>
            <ChatSettings thread timeline/>
        }
        .into_any()
    }
}

part! {
    /// What finds threads, and what can be done.
    palette in finding: fn() -> AnyView = || view! { <Palette/> }.into_any()
}

part! {
    /// The list of the shortcuts.
    shortcut_sheet in finding: fn() -> AnyView = || view! { <Sheet/> }.into_any()
}

part! {
    /// A new name for a thread.
    rename in finding: fn(ThreadId) -> AnyView = |thread| view! { <Rename thread/> }.into_any()
}

part! {
    /// What the person is told of.
    pub(crate) notices in notices: fn(RwSignal<bool>) -> AnyView =
        |open| view! { <NoticesPanel open/> }.into_any()
}

impl ui::Key for ThreadId {
    fn number(self) -> u128 {
        u128::from_be_bytes(*self.as_bytes())
    }

    fn of(number: u128) -> Self {
        Self::from_bytes(number.to_be_bytes())
    }
}

impl ui::Key for MessageId {
    fn number(self) -> u128 {
        u128::from_be_bytes(*self.as_bytes())
    }

    fn of(number: u128) -> Self {
        Self::from_bytes(number.to_be_bytes())
    }
}
