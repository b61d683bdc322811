//! Who is shown to have a thread on screen, and to type in it.

use std::collections::BTreeSet;

use weft_protocol::{Role, ThreadId, ThreadRow, User, UserId};
use weft_sync::{History, Input, Status};

use super::{
    Trouble,
    world::{BEGIN, Client, World},
};

/// By then all leases are over that nobody renews, and that is told.
const OVER: u64 = 30_000;

/// A thread that everybody is a member of, as one of this role sees it.
pub(super) fn shared(thread: ThreadId, role: Role) -> ThreadRow {
    ThreadRow {
        id: thread,
        title: "For all".into(),
        named: true,
        pinned: false,
        archived: false,
        deleted: false,
        generating: 0,
        model: None,
        role,
        members: 0,
        last: 0,
        read: 0,
        unread: 0,
        muted: false,
        created_at: BEGIN,
        updated_at: BEGIN,
    }
}

/// Nobody is shown to themselves.
pub(super) fn not_oneself(world: &mut World, at: usize) -> Result<(), String> {
    let view = &world.clients[at].mirror;
    let mut types = false;
    for (thread, timeline) in &view.timelines {
        types |= timeline.presence.typing > 0;
        let mut people = timeline.presence.people.iter();
        if let Some(me) = view.user.as_ref()
            && people.any(|person| person.user.id == me.id)
        {
            return Err(format!("{} is shown to themselves in {thread}", me.name));
        }
    }
    if types {
        world.trouble(Trouble::Typing);
    }
    Ok(())
}

/// Whether, now that all is quiet, everybody is shown who has a thread on screen, nobody who has not, and
/// nobody who types.
pub(super) fn quiet(world: &World) -> Result<(), String> {
    for (at, client) in world.clients.iter().enumerate() {
        if !is_seen(client) {
            continue;
        }
        for (&thread, timeline) in &client.mirror.timelines {
            let shown = timeline.presence.people.iter();
            let shown: BTreeSet<UserId> = shown.map(|person| person.user.id).collect();
            let others = world.clients.iter().filter(|other| {
                other.user.id != client.user.id && is_seen(other) && has_open(other, thread)
            });
            let wanted: BTreeSet<UserId> = others.map(|other| other.user.id).collect();
            if shown != wanted && has_open(client, thread) || timeline.presence.typing > 0 {
                let presence = &timeline.presence;
                return Err(format!(
                    "tab {at} shows {presence:?} in {thread}, and there are {wanted:?}"
                ));
            }
        }
    }
    Ok(())
}

fn is_seen(client: &Client) -> bool {
    let page = &client.page;
    page.in_use && !page.hidden && !page.frozen && client.mirror.status == Status::Connected
}

fn has_open(client: &Client, thread: ThreadId) -> bool {
    let timeline = client.mirror.timelines.get(&thread);
    timeline.is_some_and(|timeline| timeline.history != History::Missing)
}

impl World {
    /// Everybody types, and one person's pages stand still for good without a word: the others are shown
    /// that they are gone, and nobody who types any more.
    pub(super) fn leave_in_silence(&mut self) -> Result<(), String> {
        let leaver: User = self.clients[self.clients.len() - 1].user.clone();
        for tab in 0..self.clients.len() {
            let open: Vec<_> = self.clients[tab].mirror.timelines.keys().copied().collect();
            for thread in open {
                self.tell(tab, Input::Typing(thread, true))?;
            }
        }
        for tab in 0..self.clients.len() {
            if self.clients[tab].user.id == leaver.id {
                self.clients[tab].page.frozen = true;
                let links = self.links.values_mut().filter(|link| link.client == tab);
                links.for_each(|link| link.silent = true);
            }
        }
        self.advance(self.now + OVER, false)?;
        quiet(self)
    }
}
