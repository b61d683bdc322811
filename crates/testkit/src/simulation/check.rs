//! The invariants, as they are looked at.

use std::collections::{BTreeMap, BTreeSet};

use weft_hub::store::Lookup;
use weft_protocol::{Author, MessageId, MessageRow, NoticeRow, ThreadId, Topic};
use weft_sync::{
    Ahead, Core, Delivery, History, Input, MessageView, PresenceView, Status, TimelineView, View,
};

use super::{
    Trouble,
    device::Promise,
    people::Said,
    presence,
    server::final_text,
    world::{Client, SIZES, World, config},
};

/// What must hold of a client after every input.
pub(super) fn client(world: &mut World, at: usize) -> Result<(), String> {
    let client = &mut world.clients[at];
    let view = client.core.view();
    if client.mirror != view {
        return Err(format!(
            "the mirror is not the view:\n{:#?}\n{view:#?}",
            client.mirror
        ));
    }
    if let Some(user) = &view.user {
        let is_theirs = |thread: &ThreadId| {
            world.threads.contains(&(*thread, user.id))
                || world.members.was_let_in(*thread, user.id)
        };
        let listed = view.threads.iter().map(|view| &view.row.id);
        let open = view.timelines.iter();
        let said = open.filter(|(_, timeline)| !timeline.messages.is_empty());
        if let Some(thread) = listed
            .chain(said.map(|(id, _)| id))
            .find(|id| !is_theirs(id))
        {
            return Err(format!("{thread} is shown to {}", user.name));
        }
    }
    presence::not_oneself(world, at)?;
    let client = &mut world.clients[at];
    for (&thread, timeline) in &view.timelines {
        let mut ids = BTreeSet::new();
        for message in &timeline.messages {
            if !ids.insert(message.id) {
                return Err(format!("{} is shown twice", message.id));
            }
            let is_reply = matches!(message.head.author, Author::Assistant(_));
            if is_reply && !final_text(message.id).starts_with(&*message.body) {
                return Err(format!(
                    "{} has foreign text {:?}",
                    message.id, message.body
                ));
            }
        }
        let confirmed: Vec<MessageId> = timeline
            .messages
            .iter()
            .filter(|row| is_confirmed(row))
            .map(|row| row.id)
            .collect();
        if let Some(before) = client.shown.get(&thread) {
            let now: BTreeMap<_, _> = confirmed.iter().zip(0..).collect();
            let places: Vec<i32> = before
                .iter()
                .filter_map(|id| now.get(id).copied())
                .collect();
            if !places.is_sorted() {
                return Err(format!("confirmed messages of {thread} have swapped"));
            }
        }
        let rows = timeline.messages.iter().filter(|row| is_confirmed(row));
        if rows.count() > SIZES.most_shown {
            return Err(format!("too much of {thread} is shown"));
        }
        client.pending.retain(|id, _| !confirmed.contains(id));
        client.shown.insert(thread, confirmed);
        if timeline.ahead != Ahead::Nothing {
            // What is pending is at the end, and the reader is not.
            world.troubles[Trouble::Detached as usize] += 1;
            continue;
        }
        for (id, _) in client.pending.iter().filter(|(_, at)| **at == thread) {
            // It may be gone only where the server has it, on a branch that is not shown.
            let Ok(stored) = world.server.store.message(*id);
            if !ids.contains(id) && stored.is_none() {
                return Err(format!("the pending {id} is not shown"));
            }
        }
    }
    Ok(())
}

fn is_confirmed(message: &MessageView) -> bool {
    message.delivery == Delivery::Confirmed
}

/// Whether every client shows what the store holds, and nobody waits for anything.
pub(super) fn converged(world: &World) -> Result<(), String> {
    for (at, client) in world.clients.iter().enumerate() {
        client_converged(world, client).map_err(|what| format!("tab {at}: {what}"))?;
    }
    share(world)
}

fn client_converged(world: &World, client: &Client) -> Result<(), String> {
    let view = &client.mirror;
    if view.status != Status::Connected {
        return Err(format!("it is {:?}", view.status));
    }
    let Ok(stored) = world.server.store.threads(client.user.id);
    let mut shown: Vec<_> = view
        .threads
        .iter()
        .map(|thread| thread.row.clone())
        .collect();
    shown.sort_by_key(|row| row.id);
    if shown != stored || view.threads.iter().any(|thread| thread.pending) {
        return Err(format!("its list is {shown:#?}, not {stored:#?}"));
    }
    let Ok(told) = world.server.store.notices(client.user.id);
    let told = told.into_iter().rev().filter_map(|row| {
        let mark = stored.iter().find(|it| it.id == row.thread)?.read;
        let read = row.is_read(mark);
        (!row.is_over(mark)).then_some(NoticeRow { read, ..row })
    });
    let told: Vec<NoticeRow> = told.collect();
    if view.notices != told {
        return Err(format!("it tells of {:#?}, not {told:#?}", view.notices));
    }
    let Ok(defaults) = world.server.store.defaults(client.user.id);
    if view.defaults != defaults.clone().unwrap_or_default() {
        let shown = &view.defaults;
        return Err(format!("its defaults are {shown:?}, not {defaults:?}"));
    }
    for (&thread, timeline) in &view.timelines {
        let Ok(members) = world.server.store.members(thread);
        if members.iter().all(|(member, _)| *member != client.user.id) {
            if timeline.messages.iter().any(is_confirmed) || !timeline.people.is_empty() {
                return Err(format!("{thread} is shown to somebody who is no member"));
            }
            continue;
        }
        let Ok(tuning) = world.server.store.tuning(thread);
        if timeline.tuning != tuning.clone().unwrap_or_default() {
            let shown = &timeline.tuning;
            return Err(format!("{thread} is tuned {shown:?}, not {tuning:?}"));
        }
        let settled: Vec<&MessageView> = timeline
            .messages
            .iter()
            .filter(|row| !matches!(row.delivery, Delivery::Failed(_)))
            .collect();
        // A reader who is somewhere else, or on another branch, is shown a part of some path; who is at the
        // end of the newest one, its last messages.
        let strayed = client.strayed.contains(&thread);
        let path = if timeline.ahead == Ahead::Nothing && !strayed {
            path(world, thread)
        } else {
            path_to(world, thread, settled.last().map(|row| row.id))
        };
        let is_here = matches!(timeline.history, History::More | History::Complete);
        let is_empty = is_here && settled.is_empty() && !path.is_empty();
        if timeline.history == History::Complete && settled.len() != path.len()
            || settled.len() > path.len()
            || is_empty
        {
            let ids: Vec<_> = settled.iter().map(|row| row.id).collect();
            let wanted: Vec<_> = path.iter().map(|row| row.id).collect();
            return Err(format!("{thread} shows {ids:?}, not {wanted:?}"));
        }
        if matches!(timeline.history, History::Unknown | History::Loading)
            || timeline.ahead == Ahead::Loading
        {
            let (history, ahead) = (timeline.history, timeline.ahead);
            return Err(format!("{thread} is {history:?} and {ahead:?}"));
        }
        for (shown, row) in settled.iter().rev().zip(path.iter().rev()) {
            let same = shown.id == row.id
                && shown.body == row.text
                && shown.head.status == row.status
                && is_confirmed(shown);
            if !same {
                return Err(format!("{thread} shows {shown:?}, not {row:?}"));
            }
        }
    }
    Ok(())
}

/// The path that is to be shown (SPEC R16), oldest first.
fn path(world: &World, thread: ThreadId) -> Vec<MessageRow> {
    let rows = world.server.store.messages(thread);
    let live = rows.iter().filter(|row| !row.deleted);
    let newest = live.max_by_key(|row| row.ordinal).map(|row| row.id);
    path_to(world, thread, newest)
}

/// The path to a message, oldest first, without its tombstones.
fn path_to(world: &World, thread: ThreadId, end: Option<MessageId>) -> Vec<MessageRow> {
    let rows = world.server.store.messages(thread);
    let rows: BTreeMap<_, _> = rows.into_iter().map(|row| (row.id, row)).collect();
    let mut next = end;
    let mut path = Vec::new();
    while let Some(row) = next.and_then(|id| rows.get(&id)) {
        if !row.deleted {
            path.push(row.clone());
        }
        next = row.parent;
    }
    path.reverse();
    path
}

/// Whether no device keeps anything of a thread that its person is no member of, now that all is quiet.
pub(super) fn nothing_is_left(world: &mut World) -> Result<(), String> {
    for at in 0..world.clients.len() {
        world.write_all(at)?;
        if world.clients[at].page.alone || !world.leads(at) {
            continue;
        }
        let (user, place) = (world.clients[at].user.id, world.clients[at].device);
        let kept = world.devices[place].storage(user).stored().topics;
        for (thread, _) in world.members.all_let_in().filter(|(_, who)| *who == user) {
            let Ok(members) = world.server.store.members(thread);
            let is_member = members.iter().any(|(member, _)| *member == user);
            if !is_member && kept.iter().any(|it| it.topic == Topic::Thread(thread)) {
                return Err(format!(
                    "device {place} keeps {thread}, which is not theirs to see"
                ));
            }
        }
    }
    Ok(())
}

/// Whether each message that was said is in the store at most once, and nothing is there unsaid.
pub(super) fn exactly_once(world: &World) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    for &(thread, _) in &world.threads {
        let rows = world.server.store.messages(thread);
        for (row, ordinal) in rows.iter().zip(1..) {
            if row.ordinal != ordinal || !seen.insert(row.id) {
                return Err(format!(
                    "{} is at {} twice or out of place",
                    row.id, row.ordinal
                ));
            }
            let is_said = matches!(row.author, Author::User(_));
            if is_said && !row.deleted && *row.text != *format!("said {}", row.id) {
                return Err(format!("{} was not said so: {:?}", row.id, row.text));
            }
            if is_said && !world.said.contains_key(&row.id) {
                return Err(format!("{} was never said", row.id));
            }
        }
    }
    Ok(())
}

/// Whether messages that were said on one tab in one thread are in the store in the order in which they
/// were said; and what was said instead of another one is not said beside it.
pub(super) fn in_order(world: &World) -> Result<(), String> {
    // What a person got back, or says differently, is said then.
    let is_new = |id: &MessageId| {
        let replaces = |&(_, replacement): &(_, MessageId)| replacement == *id;
        world.anew.contains(id) || world.replaced.iter().any(replaces)
    };
    for &(thread, _) in &world.threads {
        let rows = world.server.store.messages(thread);
        let said = rows.iter().filter(|row| !is_new(&row.id));
        let said: Vec<_> = said
            .filter_map(|row| Some((row.id, world.said.get(&row.id)?)))
            .collect();
        for (at, (id, late)) in said.iter().enumerate() {
            // One page says all in order; what another page of the tab has said is kept where it was
            // queued.
            let together = |early: &Said| {
                early.tab == late.tab
                    && (early.life == late.life || early.was_queued && late.was_queued)
            };
            let mut before = said[..at].iter();
            if let Some((other, _)) =
                before.find(|(_, early)| together(early) && early.place > late.place)
            {
                return Err(format!("{other} was said after {id}, and is before it"));
            }
        }
        let path: BTreeSet<_> = path(world, thread).iter().map(|row| row.id).collect();
        let doubled = |&&(message, replacement): &&(MessageId, MessageId)| {
            let is_said = path.contains(&message) && path.contains(&replacement);
            is_said && !world.anew.contains(&message)
        };
        if let Some((message, replacement)) = world.replaced.iter().find(doubled) {
            return Err(format!("{message} is said beside {replacement}, its edit"));
        }
    }
    Ok(())
}

/// Whether each follower shows what its leader does, now that all is quiet.
pub(super) fn followers(world: &World) -> Result<(), String> {
    for (at, client) in world.clients.iter().enumerate() {
        let tabs = 0..world.clients.len();
        let leads = |&tab: &usize| {
            world.leads(tab) && tab != at && world.clients[tab].device == client.device
        };
        let Some(leader) = tabs.clone().find(leads).filter(|_| !client.page.alone) else {
            continue;
        };
        let (mut theirs, mut ours) = (world.clients[leader].mirror.clone(), client.mirror.clone());
        theirs
            .timelines
            .retain(|id, _| ours.timelines.contains_key(id));
        ours.timelines
            .retain(|id, _| theirs.timelines.contains_key(id));
        // Each reader is somewhere: only what both show of the end is the same.
        let strayed = |id: &ThreadId| {
            let tabs = [client, &world.clients[leader]];
            tabs.iter().any(|tab| tab.strayed.contains(id))
        };
        for (id, ours) in &mut ours.timelines {
            let Some(theirs) = theirs.timelines.get_mut(id) else {
                continue;
            };
            same_end(ours, theirs);
            if strayed(id) {
                *ours = theirs.clone();
            }
        }
        if ours != theirs {
            return Err(format!(
                "tab {at} shows {ours:#?}, and its leader {leader} {theirs:#?}"
            ));
        }
    }
    Ok(())
}

/// Leaves of two views of a thread what both show of its end, where both are there.
fn same_end(ours: &mut TimelineView, theirs: &mut TimelineView) {
    let at_end = ours.ahead == Ahead::Nothing && theirs.ahead == Ahead::Nothing;
    let most = ours.messages.len().min(theirs.messages.len());
    for view in [ours, theirs] {
        let rest = if at_end {
            view.messages.len() - most
        } else {
            view.messages.len()
        };
        view.messages.drain(..rest);
        // What is above and below differs with where the reader is.
        (view.ahead, view.length) = (Ahead::Nothing, 0);
        if matches!(view.history, History::More | History::Complete) {
            view.history = History::More;
        }
    }
}

/// Whether what was shown as queued is in the store, waits for its person to sign in again, or is with the
/// person again.
pub(super) fn promises(world: &mut World) -> Result<(), String> {
    for place in 0..world.devices.len() {
        for promise in std::mem::take(&mut world.devices[place].promised) {
            let Promise {
                user,
                message,
                thread,
            } = promise;
            let device = &world.devices[place];
            let theirs = |client: &Client| client.device == place && client.user.id == user;
            let tabs = (0..world.clients.len()).filter(|&tab| theirs(&world.clients[tab]));
            let tabs: Vec<usize> = tabs.collect();
            let reads = tabs.iter().any(|&tab| !world.clients[tab].page.alone);
            let Ok(stored) = world.server.store.message(message);
            if stored.is_some() || !reads && device.keeps(user, message) {
                continue;
            }
            let mut found = None;
            for &tab in &tabs {
                // Where the reader may have gone away from the end, at which what is unsent is shown.
                world.tell(tab, Input::Unwatch(thread))?;
                world.tell(tab, Input::Watch(thread))?;
                let timelines = &world.clients[tab].mirror.timelines;
                let mut shown = timelines.values().flat_map(|timeline| &timeline.messages);
                found = found.or(shown.find(|row| row.id == message).cloned());
            }
            if !found
                .as_ref()
                .is_some_and(|row| matches!(row.delivery, Delivery::Failed(_)))
            {
                return Err(format!(
                    "device {place}: {message} was queued and is {found:?}"
                ));
            }
        }
    }
    Ok(())
}

/// Whether each storage has all that its leader shows, now that all is quiet.
pub(super) fn restorable(world: &mut World) -> Result<(), String> {
    for at in 0..world.clients.len() {
        world.write_all(at)?;
        let page = &world.clients[at].page;
        if page.alone || page.evicted || !world.leads(at) {
            continue;
        }
        let client = &world.clients[at];
        let (user, mirror) = (client.user.id, client.mirror.clone());
        let mut core = Core::new(world.now, config(0));
        let stored = world.devices[client.device].storage(user).stored();
        core.handle(world.now, Input::Restored(stored));
        core.handle(world.now, Input::SignedIn { token: None });
        for &thread in mirror.timelines.keys() {
            core.handle(world.now, Input::Watch(thread));
        }
        let drafts = world.devices[client.device].storage(user).stored().drafts;
        let tabs = world.clients.iter();
        let mut sharing = tabs.filter(|other| {
            other.device == client.device && other.user.id == user && !other.page.alone
        });
        if let Some(other) = sharing.find(|other| other.core.drafts() != drafts) {
            let shown = other.core.drafts();
            return Err(format!(
                "{shown:?} is being written, and {drafts:?} is kept"
            ));
        }
        let (mut found, mut wanted) = (settled(&core.view()), settled(&mirror));
        for (id, found) in &mut found.timelines {
            let Some(wanted) = wanted.timelines.get_mut(id) else {
                continue;
            };
            same_end(found, wanted);
            if client.strayed.contains(id) {
                // It is restored to the end of the newest path.
                found.clone_from(wanted);
            }
        }
        if found != wanted {
            return Err(format!("tab {at}: {found:?} is restored, not {wanted:?}"));
        }
    }
    Ok(())
}

/// Whether the tabs of a device that can share a socket do.
fn share(world: &World) -> Result<(), String> {
    for place in 0..world.devices.len() {
        let tabs = (0..world.clients.len()).filter(|&tab| world.clients[tab].device == place);
        let alone = tabs
            .clone()
            .filter(|&tab| world.clients[tab].page.alone)
            .count();
        let leading = tabs.clone().filter(|&tab| world.leads(tab)).count();
        let open = world.links.values().filter(|link| {
            link.at_client && link.at_server && world.clients[link.client].device == place
        });
        let open = open.count();
        let follow = tabs.count() - alone;
        if leading != follow.min(1) || open != alone + leading {
            return Err(format!(
                "device {place}: {open} sockets, {leading} leaders, {alone} tabs alone"
            ));
        }
    }
    Ok(())
}

/// What the server has said of what is shown.
fn settled(view: &View) -> View {
    let mut timelines = view.timelines.clone();
    let mut threads = view.threads.clone();
    for thread in &mut threads {
        thread.online = false;
    }
    for timeline in timelines.values_mut() {
        timeline.messages.retain(is_confirmed);
        timeline.presence = PresenceView::default();
        if timeline.history == History::Missing {
            timeline.history = History::Unknown;
        }
    }
    View {
        threads_known: view.threads_known,
        threads,
        timelines,
        ..View::default()
    }
}
