//! What the palette offers: the threads, and what can be done now.
//!
//! Invariant: what cannot be done is not offered, and never more than [`MOST`] at once.

use leptos::prelude::*;
use weft_protocol::{Mutation, Role, ThreadId};
use weft_sync::ThreadView;

use super::{
    super::commands::{Commands, Control, Panel},
    rank::{Search, best},
};
use crate::state::{Choice, Intent, Route, Shortcut, Step, Theme};

/// How much is shown at once.
pub(super) const MOST: usize = 50;
/// How many threads are shown before anything was written.
const RECENT: usize = 7;

/// A part of what is found, in the order of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Group {
    Chats,
    Chat,
    App,
    Settings,
    Models,
}

impl Group {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Chats => "Chats",
            Self::Chat => "This chat",
            Self::Models => "Models",
            Self::App => "Actions",
            Self::Settings => "Settings",
        }
    }
}

/// Something to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Offer {
    Open(ThreadId),
    /// Begins a thread with this text.
    Begin(String),
    Rename(ThreadId),
    Mutate(Mutation),
    CopyLink(ThreadId),
    Delete(ThreadId),
    Press(Control),
    Run(Shortcut),
    Ask(Option<ThreadId>, String),
    Theme(Theme),
    Notices,
    Settings(Option<&'static str>),
}

/// Something to choose, in words.
pub(super) struct Named {
    group: Group,
    offer: Offer,
    name: String,
    /// Other words for it, which are looked for as well.
    also: &'static str,
    /// What is so already.
    chosen: bool,
}

/// What is shown of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) group: Group,
    pub(super) offer: Offer,
    /// Its name, cut into what was looked for and what is between.
    pub(super) name: Vec<(bool, String)>,
    pub(super) note: String,
    pub(super) shortcut: Option<Shortcut>,
}

/// What is offered to somebody who wrote `query`, and how much more there is.
pub(super) fn find(commands: Commands, query: &str) -> (Vec<Found>, usize) {
    if query.trim().is_empty() {
        let plain = |text: &str| vec![(false, text.to_owned())];
        let recent = recent(commands);
        let recent = recent.iter().map(|thread| shown_thread(thread, plain));
        let named = named(commands).into_iter().map(|it| shown(it, plain));
        let found = recent.chain(named);
        return (found.take(MOST).collect(), 0);
    }
    let mut search = Search::new(query);
    enum Hit {
        Thread(ThreadId),
        Named(Named),
    }
    let state = commands.state;
    let mut hits: Vec<(u32, Hit)> = Vec::new();
    state.order.with_untracked(|order| {
        for &id in order {
            let thread = state.thread(id);
            let score = thread.and_then(|it| it.with_untracked(|it| search.score(&it.row.title)));
            hits.extend(score.map(|score| (score, Hit::Thread(id))));
        }
    });
    for it in named(commands) {
        // Another word for it counts less than its name.
        let score = search.score(&it.name);
        let also = || Some(search.score_unseen(it.also)? / 2);
        if let Some(score) = score.or_else(also) {
            hits.push((score, Hit::Named(it)));
        }
    }
    let all = hits.len();
    let mut found: Vec<Found> = best(hits.into_iter(), MOST)
        .into_iter()
        .filter_map(|(_, hit)| match hit {
            Hit::Thread(id) => {
                let thread = state.thread(id)?.get_untracked();
                Some(shown_thread(&thread, |text| search.cut(text)))
            }
            Hit::Named(it) => Some(shown(it, |text| search.cut(text))),
        })
        .collect();
    // The group with the best is first; in each, the best is.
    let mut groups: Vec<Group> = Vec::new();
    for it in &found {
        if !groups.contains(&it.group) {
            groups.push(it.group);
        }
    }
    found.sort_by_key(|it| groups.iter().position(|group| *group == it.group));
    let more = all.saturating_sub(found.len());
    if found.is_empty() {
        let text = query.trim().to_owned();
        found.push(Found {
            group: Group::App,
            name: vec![(false, format!("Start a new chat with “{text}”"))],
            offer: Offer::Begin(text),
            note: String::new(),
            shortcut: None,
        });
    }
    (found, more)
}

/// The threads in which something was said last, without the one that is open.
fn recent(commands: Commands) -> Vec<ThreadView> {
    let (state, open) = (commands.state, commands.thread());
    let mut recent: Vec<ThreadView> = Vec::new();
    let mut unpinned = 0;
    state.order.with_untracked(|order| {
        for &id in order {
            let Some(thread) = state.thread(id).map(|it| it.get_untracked()) else {
                continue;
            };
            if thread.row.archived || Some(id) == open {
                continue;
            }
            // The list has the pinned ones first, then the newest.
            unpinned += usize::from(!thread.row.pinned);
            recent.push(thread);
            if unpinned == RECENT {
                break;
            }
        }
    });
    recent.sort_by_key(|thread| std::cmp::Reverse(thread.row.updated_at));
    recent.truncate(RECENT);
    recent
}

fn shown_thread(thread: &ThreadView, cut: impl FnOnce(&str) -> Vec<(bool, String)>) -> Found {
    let row = &thread.row;
    let note = match () {
        () if row.generating > 0 => "Generating".to_owned(),
        () if row.unread > 0 => format!("{} unread", row.unread),
        () if row.archived => "Archived".to_owned(),
        () => String::new(),
    };
    Found {
        group: Group::Chats,
        offer: Offer::Open(row.id),
        name: cut(&row.title),
        note,
        shortcut: None,
    }
}

fn shown(named: Named, cut: impl FnOnce(&str) -> Vec<(bool, String)>) -> Found {
    let shortcut = match named.offer {
        Offer::Run(shortcut) => Some(shortcut),
        Offer::Press(Control::Edit) => Some(Shortcut::EditLast),
        _ => None,
    };
    Found {
        group: named.group,
        name: cut(&named.name),
        offer: named.offer,
        note: if named.chosen { "Chosen" } else { "" }.to_owned(),
        shortcut,
    }
}

/// All that can be done now, and that has a name.
fn named(commands: Commands) -> Vec<Named> {
    let mut all = Vec::new();
    let mut offer = |group, offer, name: &str, also: &'static str, chosen: bool| {
        all.push(Named {
            group,
            offer,
            name: name.to_owned(),
            also,
            chosen,
        });
    };
    let thread = commands.thread();
    if commands.streams() {
        offer(
            Group::Chat,
            Offer::Run(Shortcut::Stop),
            "Stop the reply",
            "end cancel",
            false,
        );
    }
    for (control, name, also) in [
        (Control::Edit, "Edit your last message", "change correct"),
        (Control::Unread, "Jump to first unread", "new"),
        (Control::Latest, "Jump to latest", "end bottom newest"),
        (
            Control::Members,
            "Members and sharing",
            "invite people share link",
        ),
    ] {
        if control.find().is_some() {
            offer(Group::Chat, Offer::Press(control), name, also, false);
        }
    }
    let thread_view = thread.and_then(|id| commands.state.thread(id));
    for (it, name, also) in thread_view
        .map(|it| of_thread(&it.get_untracked()))
        .unwrap_or_default()
    {
        offer(Group::Chat, it, name, also, false);
    }
    offer(
        Group::App,
        Offer::Run(Shortcut::NewChat),
        "New chat",
        "create start thread",
        false,
    );
    if commands.state.step(thread, Step::Unread).is_some() {
        offer(
            Group::App,
            Offer::Run(Shortcut::NextUnread),
            "Next unread chat",
            "new",
            false,
        );
    }
    offer(
        Group::App,
        Offer::Notices,
        "Notices",
        "mentions told news",
        false,
    );
    offer(
        Group::App,
        Offer::Run(Shortcut::Sidebar),
        "Show or hide the list of chats",
        "toggle sidebar",
        false,
    );
    offer(
        Group::App,
        Offer::Run(Shortcut::Sheet),
        "Keyboard shortcuts",
        "keys help",
        false,
    );
    offer(
        Group::Settings,
        Offer::Settings(None),
        "Settings",
        "preferences options",
        false,
    );
    for (section, name, also) in SECTIONS {
        offer(
            Group::Settings,
            Offer::Settings(Some(section)),
            name,
            also,
            false,
        );
    }
    let theme = commands.state.theme.get_untracked();
    for &of in Theme::ALL {
        let name = match of {
            Theme::System => "Theme: as the system".to_owned(),
            _ => format!("Theme: {}", of.name().to_lowercase()),
        };
        offer(
            Group::Settings,
            Offer::Theme(of),
            &name,
            "colours colors mode appearance",
            of == theme,
        );
    }
    let (models, asked) = untrack(|| (commands.state.models.get(), commands.state.model(thread)));
    for model in models.iter() {
        let chosen = asked.as_ref() == Some(&model.id);
        let name = format!("Ask {}", model.name);
        let offered = Offer::Ask(untrack(|| commands.nav.route()).thread(), model.id.clone());
        offer(Group::Models, offered, &name, "switch model", chosen);
    }
    all
}

/// Places in the settings, by the names that they have there.
const SECTIONS: [(&str, &str, &str); 8] = [
    ("profile", "Profile", "name colour color picture online"),
    (
        "appearance",
        "Appearance",
        "theme colours colors look density text size contrast",
    ),
    ("models", "Models", "default temperature system prompt"),
    ("notifications", "Notifications", "push notify"),
    ("data", "Data", "storage cache export import"),
    ("devices", "Devices", "sessions phones computers"),
    ("account", "Account", "change password delete"),
    ("sign-out", "Sign out…", "log out leave"),
];

/// What can be done with a thread.
fn of_thread(thread: &ThreadView) -> Vec<(Offer, &'static str, &'static str)> {
    let row = &thread.row;
    let thread = row.id;
    let choose = |is: bool, no: &'static str, yes: &'static str| if is { no } else { yes };
    let mark = if row.unread > 0 {
        let through = row.last;
        Mutation::MarkRead { thread, through }
    } else {
        let from = row.last;
        Mutation::MarkUnread { thread, from }
    };
    let (pinned, muted, archived) = (!row.pinned, !row.muted, !row.archived);
    let mut all = vec![
        (
            Offer::Mutate(Mutation::PinThread { thread, pinned }),
            choose(row.pinned, "Unpin this chat", "Pin this chat"),
            "top",
        ),
        (
            Offer::Mutate(mark),
            choose(row.unread > 0, "Mark as read", "Mark as unread"),
            "new",
        ),
        (
            Offer::Mutate(Mutation::MuteThread { thread, muted }),
            choose(row.muted, "Unmute this chat", "Mute this chat"),
            "silence notifications",
        ),
        (
            Offer::Mutate(Mutation::ArchiveThread { thread, archived }),
            choose(row.archived, "Unarchive this chat", "Archive this chat"),
            "put away hide",
        ),
        (
            Offer::CopyLink(thread),
            "Copy the link to this chat",
            "address url",
        ),
    ];
    if row.role >= Role::Editor {
        all.insert(0, (Offer::Rename(thread), "Rename this chat", "title"));
    }
    if row.role == Role::Owner {
        all.push((Offer::Delete(thread), "Delete this chat", "remove"));
    }
    all
}

/// Does what was chosen.
pub(super) fn take(commands: Commands, offer: Offer) {
    let Commands {
        dispatch,
        nav,
        panels,
        ..
    } = commands;
    match offer {
        Offer::Rename(thread) => return panels.show(Panel::Rename(thread)),
        Offer::Run(Shortcut::Sheet) => return panels.show(Panel::Sheet),
        // The focus is back where it was, and goes on from there.
        _ => panels.close(),
    }
    match offer {
        Offer::Open(thread) => commands.go(Route::Thread(thread)),
        Offer::Begin(text) => commands.begin(text),
        Offer::Mutate(mutation) => dispatch.mutate(mutation),
        Offer::CopyLink(thread) => {
            let origin = window().location().origin().unwrap_or_default();
            dispatch.send(Intent::Copy(origin + &nav.href(Route::Thread(thread))));
            dispatch.notify("Link copied", None);
        }
        Offer::Delete(thread) => {
            commands.go(Route::New);
            dispatch.mutate(Mutation::DeleteThread { thread });
            let undo = Mutation::RestoreThread { thread };
            dispatch.notify("Thread deleted", Some(("Undo", undo)));
        }
        // Under a drawer nothing can have the focus.
        Offer::Press(control) => commands.drawer.leave(move || {
            control.press();
        }),
        Offer::Run(shortcut) => {
            commands.run(shortcut);
        }
        Offer::Ask(thread, model) => dispatch.send(Intent::Model(thread, model)),
        Offer::Theme(theme) => dispatch.send(Intent::Theme(theme)),
        Offer::Notices => commands.notices.0.set(true),
        Offer::Settings(section) => commands.open_settings(section),
        Offer::Rename(_) => {}
    }
}
