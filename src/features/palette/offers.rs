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
use crate::state::{Choice, Intent, Route, Shortcut, Step, Theme, words};

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
            Self::Chats => words::palette_chats(),
            Self::Chat => words::palette_this_chat(),
            Self::Models => words::palette_models(),
            Self::App => words::palette_actions(),
            Self::Settings => words::settings(),
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
            name: vec![(false, words::palette_begin(&text))],
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
        () if row.generating > 0 => words::thread_generating().to_owned(),
        () if row.unread > 0 => words::thread_unread(row.unread),
        () if row.archived => words::palette_archived().to_owned(),
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
    let chosen = named.chosen.then(words::palette_chosen);
    Found {
        group: named.group,
        name: cut(&named.name),
        offer: named.offer,
        note: chosen.unwrap_or_default().to_owned(),
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
            words::shortcut_stop(),
            words::palette_stop_also(),
            false,
        );
    }
    for (control, name, also) in [
        (
            Control::Edit,
            words::palette_edit_last(),
            words::palette_edit_last_also(),
        ),
        (
            Control::Unread,
            words::timeline_to_unread(),
            words::palette_new_also(),
        ),
        (
            Control::Latest,
            words::timeline_to_latest(),
            words::palette_latest_also(),
        ),
        (
            Control::Members,
            words::palette_members(),
            words::palette_members_also(),
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
        words::new_chat(),
        words::palette_new_chat_also(),
        false,
    );
    if commands.state.step(thread, Step::Unread).is_some() {
        offer(
            Group::App,
            Offer::Run(Shortcut::NextUnread),
            words::shortcut_next_unread(),
            words::palette_new_also(),
            false,
        );
    }
    offer(
        Group::App,
        Offer::Notices,
        words::notices_title(),
        words::palette_notices_also(),
        false,
    );
    offer(
        Group::App,
        Offer::Run(Shortcut::Sidebar),
        words::shortcut_sidebar(),
        words::palette_sidebar_also(),
        false,
    );
    offer(
        Group::App,
        Offer::Run(Shortcut::Sheet),
        words::shortcuts_title(),
        words::palette_shortcuts_also(),
        false,
    );
    offer(
        Group::Settings,
        Offer::Settings(None),
        words::settings(),
        words::palette_settings_also(),
        false,
    );
    for (section, name, also) in SECTIONS {
        offer(
            Group::Settings,
            Offer::Settings(Some(section)),
            name(),
            also(),
            false,
        );
    }
    let theme = commands.state.theme.get_untracked();
    for &of in Theme::ALL {
        let name = match of {
            Theme::System => words::palette_theme_system(),
            Theme::Light => words::palette_theme_light(),
            Theme::Dark => words::palette_theme_dark(),
            Theme::Paper => words::palette_theme_paper(),
            Theme::Midnight => words::palette_theme_midnight(),
        };
        offer(
            Group::Settings,
            Offer::Theme(of),
            name,
            words::palette_theme_also(),
            of == theme,
        );
    }
    let (models, asked) = untrack(|| (commands.state.models.get(), commands.state.model(thread)));
    for model in models.iter() {
        let chosen = asked.as_ref() == Some(&model.id);
        let name = words::palette_ask(&model.name);
        let offered = Offer::Ask(untrack(|| commands.nav.route()).thread(), model.id.clone());
        let also = words::palette_ask_also();
        offer(Group::Models, offered, &name, also, chosen);
    }
    all
}

/// Places in the settings, by the names that they have there.
const SECTIONS: [(&str, words::Word, words::Word); 8] = [
    (
        "profile",
        words::settings_profile,
        words::palette_profile_also,
    ),
    (
        "appearance",
        words::settings_appearance,
        words::palette_appearance_also,
    ),
    ("models", words::settings_models, words::palette_models_also),
    (
        "notifications",
        words::settings_notifications,
        words::palette_notifications_also,
    ),
    ("data", words::settings_data, words::palette_data_also),
    (
        "devices",
        words::settings_devices,
        words::palette_devices_also,
    ),
    (
        "account",
        words::settings_account,
        words::palette_account_also,
    ),
    (
        "sign-out",
        words::palette_sign_out,
        words::palette_sign_out_also,
    ),
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
            choose(row.pinned, words::palette_unpin(), words::palette_pin()),
            words::palette_pin_also(),
        ),
        (
            Offer::Mutate(mark),
            choose(
                row.unread > 0,
                words::thread_mark_read(),
                words::thread_mark_unread(),
            ),
            words::palette_new_also(),
        ),
        (
            Offer::Mutate(Mutation::MuteThread { thread, muted }),
            choose(row.muted, words::palette_unmute(), words::palette_mute()),
            words::palette_mute_also(),
        ),
        (
            Offer::Mutate(Mutation::ArchiveThread { thread, archived }),
            choose(
                row.archived,
                words::palette_unarchive(),
                words::palette_archive(),
            ),
            words::palette_archive_also(),
        ),
        (
            Offer::CopyLink(thread),
            words::palette_copy_link(),
            words::palette_copy_link_also(),
        ),
    ];
    if row.role >= Role::Editor {
        let (name, also) = (words::palette_rename(), words::palette_rename_also());
        all.insert(0, (Offer::Rename(thread), name, also));
    }
    if row.role == Role::Owner {
        let (name, also) = (words::palette_delete(), words::palette_delete_also());
        all.push((Offer::Delete(thread), name, also));
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
            dispatch.notify(words::members_link_copied(), None);
        }
        Offer::Delete(thread) => {
            commands.go(Route::New);
            dispatch.mutate(Mutation::DeleteThread { thread });
            let undo = Mutation::RestoreThread { thread };
            dispatch.notify(words::thread_deleted(), Some((words::undo(), undo)));
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
