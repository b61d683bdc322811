//! Who has which thread on screen: leases of sessions, gathered by person (SPEC R44 to R47).
//!
//! Invariant: a session with a lease is told who else has one, and no other session is. What it was told
//! is a version, not a copy. A change costs the same however many are there, and telling it one frame
//! for each of them, which is made once for all who are in step.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use weft_protocol::{
    Millis, Person, Presence, Present, ServerFrame, ThreadId, User, UserId,
    presence::{GRACE, LEASE, MOST_NAMED, TELL_EVERY, TYPING_LEASE},
};

use crate::SessionId;

/// After a quiet while a change is told so much later, in milliseconds: what comes with it goes with it.
const GATHER: u64 = 100;

/// A crowd is named again with fewer people than this: one who comes and goes costs no list each time.
const FEW_AGAIN: usize = 160;

/// All leases.
#[derive(Debug, Default)]
pub(crate) struct Leases {
    rooms: BTreeMap<ThreadId, Room>,
    /// When each lease ends, and when each room with news is told them.
    ends: BTreeSet<(Millis, ThreadId, SessionId)>,
    tells: BTreeSet<(Millis, ThreadId)>,
}

/// A thread that is on a screen.
#[derive(Debug, Default)]
struct Room {
    seats: BTreeMap<SessionId, Seat>,
    people: BTreeMap<UserId, Guest>,
    /// Who went, and as of which version.
    gone: BTreeMap<UserId, u64>,
    /// One more with each change.
    version: u64,
    /// Who was told less than this does not know who went.
    floor: u64,
    /// The version that was told last, and when.
    told: u64,
    told_at: Option<Millis>,
    due: Option<Millis>,
    is_crowd: bool,
    /// The frames that were made last, for all who are in step.
    encoded: Vec<Encoded>,
}

#[derive(Debug)]
struct Encoded {
    since: Option<u64>,
    version: u64,
    at: Millis,
    frame: Arc<str>,
}

/// A lease.
#[derive(Debug)]
struct Seat {
    user: UserId,
    until: Millis,
    typing_until: Millis,
    /// The version that it was told last.
    told: Option<u64>,
    /// Whether its socket is gone.
    is_closed: bool,
    /// Whether nobody is told of it, and nothing is told to it.
    is_hidden: bool,
}

/// A person who has one seat or several.
#[derive(Debug)]
struct Guest {
    user: User,
    seats: BTreeSet<SessionId>,
    /// The version that changed them last.
    changed: u64,
}

impl Leases {
    /// A session says what its person does with a thread that it follows.
    pub(crate) fn say(
        &mut self,
        now: Millis,
        thread: ThreadId,
        id: SessionId,
        user: &User,
        state: Presence,
        hides: bool,
    ) {
        if state == Presence::Gone {
            return self.leave(now, thread, id);
        }
        if hides {
            return self.say_hidden(now, thread, id, user.id);
        }
        let room = self.rooms.entry(thread).or_default();
        let is_alone = room.people.keys().all(|other| *other == user.id);
        let guest = room.people.entry(user.id).or_insert_with(|| Guest {
            user: user.clone(),
            seats: BTreeSet::new(),
            changed: 0,
        });
        let comes = guest.seats.is_empty();
        let is_new = guest.seats.insert(id);
        let seat = room.seats.entry(id).or_insert(Seat {
            user: user.id,
            until: 0,
            typing_until: 0,
            told: None,
            is_closed: false,
            is_hidden: false,
        });
        let types = state == Presence::Typing;
        let typed = seat.typing_until > now;
        seat.typing_until = if types { now + TYPING_LEASE } else { 0 };
        self.ends.remove(&(seat.until, thread, id));
        seat.until = now + LEASE;
        self.ends.insert((seat.until, thread, id));
        // Who is alone has nobody to be told that they type.
        if comes || (types || typed) && !is_alone {
            room.change(user.id);
        } else if !is_new {
            return;
        }
        self.tell_soon(now, thread);
    }

    /// A session of somebody who hides has a thread on screen: known here, and told to nobody.
    fn say_hidden(&mut self, now: Millis, thread: ThreadId, id: SessionId, user: UserId) {
        let room = self.rooms.entry(thread).or_default();
        let seat = room.seats.entry(id).or_insert(Seat {
            user,
            until: 0,
            typing_until: 0,
            told: None,
            is_closed: false,
            is_hidden: true,
        });
        self.ends.remove(&(seat.until, thread, id));
        seat.until = now + LEASE;
        self.ends.insert((seat.until, thread, id));
    }

    /// A person hides from now on, or does not any more: it is so with what they have on screen.
    pub(crate) fn veil(
        &mut self,
        now: Millis,
        thread: ThreadId,
        id: SessionId,
        user: &User,
        hides: bool,
    ) {
        let room = self.rooms.get(&thread);
        if room.is_some_and(|room| room.seats.contains_key(&id)) {
            self.leave(now, thread, id);
            self.say(now, thread, id, user, Presence::Here, hides);
        }
    }

    /// A person is called and shown so from now on.
    pub(crate) fn rename(&mut self, now: Millis, thread: ThreadId, user: &User) {
        let room = self.rooms.get_mut(&thread);
        if let Some(room) = room
            && let Some(guest) = room.people.get_mut(&user.id)
            && guest.user != *user
        {
            guest.user = user.clone();
            room.change(user.id);
            self.tell_soon(now, thread);
        }
    }

    /// Whether a person has the thread on screen.
    pub(crate) fn shows(&self, thread: ThreadId, user: UserId) -> bool {
        let seats = self.rooms.get(&thread).map(|room| room.seats.values());
        let mut seats = seats.into_iter().flatten();
        seats.any(|seat| seat.user == user && !seat.is_closed)
    }

    /// A session has the thread on screen no more, or may not.
    pub(crate) fn leave(&mut self, now: Millis, thread: ThreadId, id: SessionId) {
        let Some(room) = self.rooms.get_mut(&thread) else {
            return;
        };
        let Some(seat) = room.seats.remove(&id) else {
            return;
        };
        self.ends.remove(&(seat.until, thread, id));
        let is_last = room.people.get_mut(&seat.user).is_some_and(|guest| {
            guest.seats.remove(&id);
            guest.seats.is_empty()
        });
        if is_last {
            room.people.remove(&seat.user);
        }
        if is_last || seat.typing_until > now {
            room.change(seat.user);
            self.tell_soon(now, thread);
        } else if room.seats.is_empty() && room.due.is_none() {
            // Nobody was told of who was here.
            self.rooms.remove(&thread);
        }
    }

    /// A person may see the thread no more: none of their sessions has it on screen, nor may be back soon.
    pub(crate) fn remove(&mut self, now: Millis, thread: ThreadId, user: UserId) {
        let room = self.rooms.get(&thread);
        let seats = room.into_iter().flat_map(|room| &room.seats);
        let theirs = seats.filter(|(_, seat)| seat.user == user);
        let theirs: Vec<SessionId> = theirs.map(|(&id, _)| id).collect();
        theirs
            .into_iter()
            .for_each(|id| self.leave(now, thread, id));
    }

    /// The socket of a session is gone. It may be back in a moment, and types nothing until then.
    pub(crate) fn close(&mut self, now: Millis, thread: ThreadId, id: SessionId) {
        let Some(room) = self.rooms.get_mut(&thread) else {
            return;
        };
        let Some(seat) = room.seats.get_mut(&id) else {
            return;
        };
        self.ends.remove(&(seat.until, thread, id));
        seat.until = seat.until.min(now + GRACE);
        self.ends.insert((seat.until, thread, id));
        seat.is_closed = true;
        let typed = std::mem::take(&mut seat.typing_until) > now;
        if typed {
            let user = seat.user;
            room.change(user);
            self.tell_soon(now, thread);
        }
    }

    /// When [`Leases::run`] has something to do.
    pub(crate) fn next_deadline(&self) -> Option<Millis> {
        let end = self.ends.first().map(|&(at, ..)| at);
        let tell = self.tells.first().map(|&(at, _)| at);
        end.into_iter().chain(tell).min()
    }

    /// Ends what is over, and gives who is to be told of what.
    pub(crate) fn run(&mut self, now: Millis) -> Vec<(SessionId, ThreadId)> {
        while let Some(&(at, thread, id)) = self.ends.first()
            && at <= now
        {
            self.leave(now, thread, id);
        }
        let mut told = Vec::new();
        while let Some(&(at, thread)) = self.tells.first()
            && at <= now
        {
            self.tells.pop_first();
            let Some(room) = self.rooms.get_mut(&thread) else {
                continue;
            };
            room.tell(now);
            let behind = room.seats.iter().filter(|(_, seat)| seat.is_behind(room));
            told.extend(behind.map(|(&id, _)| (id, thread)));
            if room.seats.is_empty() {
                self.rooms.remove(&thread);
            }
        }
        told
    }

    /// What the session does not know yet of a room; it knows it from here on.
    pub(crate) fn next_frame(
        &mut self,
        now: Millis,
        thread: ThreadId,
        id: SessionId,
    ) -> Option<Arc<str>> {
        let room = self.rooms.get_mut(&thread)?;
        let seat = room.seats.get(&id).filter(|seat| seat.is_behind(room))?;
        let since = seat.told.filter(|&told| told >= room.floor);
        let frame = room.frame(now, thread, since);
        let version = room.version;
        room.seats.get_mut(&id)?.told = Some(version);
        Some(frame)
    }

    fn tell_soon(&mut self, now: Millis, thread: ThreadId) {
        let Some(room) = self.rooms.get_mut(&thread) else {
            return;
        };
        if room.due.is_none() {
            let soonest = room.told_at.map_or(0, |at| at + TELL_EVERY);
            let due = soonest.max(now + GATHER);
            room.due = Some(due);
            self.tells.insert((due, thread));
        }
    }
}

impl Seat {
    fn is_behind(&self, room: &Room) -> bool {
        !self.is_closed && !self.is_hidden && self.told != Some(room.version)
    }
}

impl Room {
    /// Something else is to be said of a person, who may be here no more.
    fn change(&mut self, user: UserId) {
        self.version += 1;
        if let Some(guest) = self.people.get_mut(&user) {
            guest.changed = self.version;
            self.gone.remove(&user);
        } else {
            self.gone.insert(user, self.version);
        }
    }

    /// All who take their frames know what was told before, so who went then is forgotten.
    fn tell(&mut self, now: Millis) {
        let most = if self.is_crowd {
            FEW_AGAIN - 1
        } else {
            MOST_NAMED
        };
        let is_crowd = self.people.len() > most;
        self.floor = self.told;
        if std::mem::replace(&mut self.is_crowd, is_crowd) != is_crowd {
            // Names do not build on a count.
            self.version += 1;
            self.floor = self.version;
        }
        let floor = self.floor;
        self.gone.retain(|_, version| *version > floor);
        (self.told, self.told_at, self.due) = (self.version, Some(now), None);
    }

    fn frame(&mut self, now: Millis, thread: ThreadId, since: Option<u64>) -> Arc<str> {
        let version = self.version;
        self.encoded
            .retain(|made| made.version == version && made.at == now);
        if let Some(made) = self.encoded.iter().find(|made| made.since == since) {
            return Arc::clone(&made.frame);
        }
        let present = if self.is_crowd {
            self.count(now, thread)
        } else {
            self.name(now, thread, since)
        };
        let frame: Arc<str> = ServerFrame::Presence(present).encode().into();
        self.encoded.push(Encoded {
            since,
            version,
            at: now,
            frame: Arc::clone(&frame),
        });
        frame
    }

    fn name(&self, now: Millis, thread: ThreadId, since: Option<u64>) -> Present {
        let is_news = |version: u64| since.is_none_or(|since| version > since);
        let people = self.people.values().filter(|it| is_news(it.changed));
        let gone = self.gone.iter().filter(|_| since.is_some());
        Present {
            thread,
            all: since.is_none(),
            people: people
                .map(|guest| Person {
                    user: guest.user.clone(),
                    typing_ms: self.typing_ms(now, guest),
                })
                .collect(),
            gone: gone
                .filter(|&(_, &version)| is_news(version))
                .map(|(&user, _)| user)
                .collect(),
            count: 0,
            typing: 0,
        }
    }

    fn count(&self, now: Millis, thread: ThreadId) -> Present {
        let people = self.people.values();
        let typing = people.filter(|guest| self.typing_ms(now, guest) > 0);
        Present {
            thread,
            all: true,
            people: Vec::new(),
            gone: Vec::new(),
            count: self.people.len() as u64,
            typing: typing.count() as u64,
        }
    }

    /// For how long a person goes on to type, on the device where that is longest.
    fn typing_ms(&self, now: Millis, guest: &Guest) -> u64 {
        let seats = guest.seats.iter().filter_map(|id| self.seats.get(id));
        let left = seats.map(|seat| seat.typing_until.saturating_sub(now));
        left.max().unwrap_or(0)
    }
}
