//! Who else has a thread on screen, and who types; and saying the same of this person.
//!
//! Invariant: all of it is leases. What is said of this person holds for one socket and is said again while
//! it is so; what is shown of others ends by this clock, whether or not anything more comes (SPEC R44 to
//! R47). None of it is kept.

use weft_protocol::{
    ClientFrame, Millis, Person, Presence, Present, ThreadId, Topic, User, UserId,
    presence::{BEAT, CAPABILITY, LEASE, TYPING_EVERY, TYPING_LEASE},
};

use super::Core;
use crate::{PersonView, PresenceView, TabMessage, Told, few::Few};

/// What is known of presence.
#[derive(Clone, Debug, Default)]
pub(super) struct Presences {
    /// Whether the server keeps it.
    is_kept: bool,
    /// What was said last of the threads that somebody sees here: whether they type in it, and when.
    said: Few<ThreadId, (bool, Millis)>,
    rooms: Few<ThreadId, Room>,
    /// Whether something else may be shown.
    pub(super) is_dirty: bool,
}

/// Who else has a thread on screen.
#[derive(Clone, Debug, Default)]
struct Room {
    /// They by id, and until when they type; 0 where they do not.
    people: Vec<(User, Millis)>,
    /// How many they are, where they are too many to be named, and how many of them type until when.
    count: u64,
    typing: (u64, Millis),
    /// When this is over, where nobody tells of it any more.
    until: Option<Millis>,
}

impl Room {
    fn view(&self) -> PresenceView {
        let people = self.people.iter().map(|(user, until)| PersonView {
            user: user.clone(),
            typing: *until > 0,
        });
        let people: Vec<PersonView> = people.collect();
        let typing = people.iter().filter(|person| person.typing).count();
        PresenceView {
            count: self.count.max(people.len() as u64),
            typing: self.typing.0.max(typing as u64),
            people,
        }
    }

    /// All of it, as it is told.
    fn told(&self, thread: ThreadId, now: Millis) -> Present {
        let person = |(user, until): &(User, Millis)| Person {
            user: user.clone(),
            typing_ms: until.saturating_sub(now),
        };
        Present {
            thread,
            all: true,
            people: self.people.iter().map(person).collect(),
            gone: Vec::new(),
            count: self.count,
            typing: self.typing.0,
        }
    }

    /// Takes in what was told; `me` is not somebody else.
    fn take(&mut self, told: Present, now: Millis, me: Option<UserId>) {
        if told.all {
            (self.people, self.until) = (Vec::new(), None);
        }
        self.count = told.count;
        self.typing = (told.typing, now.saturating_add(TYPING_LEASE));
        for Person { user, typing_ms } in told.people {
            self.people.retain(|(other, _)| other.id != user.id);
            if Some(user.id) != me {
                let until = now.saturating_add(typing_ms.min(TYPING_LEASE));
                let at = self.people.partition_point(|(other, _)| other.id < user.id);
                let until = if typing_ms > 0 { until } else { 0 };
                self.people.insert(at, (user, until));
            }
        }
        self.people
            .retain(|(user, _)| !told.gone.contains(&user.id));
    }

    /// When something in it is over next.
    fn deadline(&self) -> Option<Millis> {
        let typing = self.people.iter().map(|(_, until)| *until);
        let some = (self.typing.0 > 0).then_some(self.typing.1);
        let all = typing.filter(|until| *until > 0).chain(some);
        all.chain(self.until).min()
    }

    /// Ends the typing that is over.
    fn expire(&mut self, now: Millis) {
        for (_, until) in &mut self.people {
            if *until <= now {
                *until = 0;
            }
        }
        if self.typing.1 <= now {
            self.typing.0 = 0;
        }
    }
}

impl Core {
    /// What is shown of who else has a thread on screen.
    pub(super) fn presence_view(&self, thread: ThreadId) -> PresenceView {
        let room = self.presences.rooms.get(thread);
        room.map(Room::view).unwrap_or_default()
    }

    /// The server can do these things beyond the core, and knows nothing of this socket yet.
    pub(super) fn presence_begins(&mut self, capabilities: &[String]) {
        self.presences.is_kept = capabilities.iter().any(|it| it == CAPABILITY);
        self.presences.said.clear();
    }

    /// The socket is gone: who was there may be for a while.
    pub(super) fn presence_pauses(&mut self) {
        self.presences.said.clear();
        let until = self.now.saturating_add(LEASE);
        for (_, room) in self.presences.rooms.iter_mut() {
            room.until.get_or_insert(until);
        }
    }

    /// Forgets all of it.
    pub(super) fn presence_ends(&mut self) {
        self.presences = Presences {
            is_dirty: true,
            ..Presences::default()
        };
    }

    /// Nothing of the thread is this person's to see any more.
    pub(super) fn presence_lost(&mut self, thread: ThreadId) {
        self.presences.said.remove(thread);
        self.presences.rooms.remove(thread);
        self.presences.is_dirty = true;
        self.tell_present(thread);
    }

    /// A person types in a thread, or has nothing written there any more.
    pub(super) fn typing(&mut self, thread: ThreadId, types: bool) {
        let said = self.presences.said.get(thread).copied();
        let is_said = said.is_some_and(|(typed, at)| {
            typed == types && !(types && at.saturating_add(TYPING_EVERY) <= self.now)
        });
        // There is somebody to tell only where somebody else has it on screen.
        let room = self.presences.rooms.get(thread);
        let alone = room.is_none_or(|room| room.people.is_empty() && room.count == 0);
        if is_said || types && alone {
            return;
        }
        if self.is_follower() {
            if types || said.is_some() {
                self.presences.said.insert(thread, (types, self.now));
                self.post(TabMessage::Typing(thread, types));
            }
        } else if said.is_some() {
            self.say_presence(thread, types);
        }
    }

    fn say_presence(&mut self, thread: ThreadId, types: bool) {
        self.presences.said.insert(thread, (types, self.now));
        let state = if types {
            Presence::Typing
        } else {
            Presence::Here
        };
        self.send(&ClientFrame::Presence { thread, state });
    }

    /// The server tells who has a thread on screen.
    pub(super) fn present(&mut self, mut told: Present) {
        let thread = told.thread;
        let Some(&(types, _)) = self.presences.said.get(thread) else {
            return;
        };
        // This person is one of those who are counted.
        told.count = told.count.saturating_sub(1);
        told.typing = told.typing.saturating_sub(u64::from(types));
        self.follow_present(told);
        self.tell_present(thread);
    }

    /// So it is at the leader, or at the server.
    pub(super) fn follow_present(&mut self, told: Present) {
        let room = self.presences.rooms.or_default(told.thread);
        room.take(told, self.now, self.owner);
        self.presences.is_dirty = true;
    }

    /// Tells those who follow who has a thread on screen.
    pub(super) fn tell_present(&mut self, thread: ThreadId) {
        let none = Room::default();
        let room = self.presences.rooms.get(thread).unwrap_or(&none);
        let told = room.told(thread, self.now);
        self.tell(|| Told::Present(told));
    }

    /// Somebody has sent what they were typing.
    pub(super) fn typing_ends(&mut self, thread: ThreadId, user: UserId) {
        if let Some(room) = self.presences.rooms.get_mut(thread) {
            let mut people = room.people.iter_mut();
            if let Some((_, until)) = people.find(|(other, _)| other.id == user) {
                *until = 0;
                self.presences.is_dirty = true;
            }
        }
    }

    /// Says what is seen here where that is due, and ends what is over.
    pub(super) fn run_presence(&mut self) {
        let (now, seen) = (self.now, self.seen());
        // A follower is told what its leader knows, whether or not somebody sees it just then.
        let shown = if self.is_follower() {
            &self.watched
        } else {
            &seen
        };
        for (_, room) in self.presences.rooms.iter_mut() {
            if room.deadline().is_some_and(|at| at <= now) {
                room.expire(now);
                self.presences.is_dirty = true;
            }
        }
        let rooms = self.presences.rooms.iter();
        let is_over = |thread: ThreadId, room: &Room| {
            room.until.is_some_and(|at| at <= now) || !shown.contains(&thread)
        };
        let over = rooms.filter(|&(thread, room)| is_over(thread, room));
        for thread in over.map(|(thread, _)| thread).collect::<Vec<_>>() {
            self.presences.rooms.remove(thread);
            self.presences.is_dirty = true;
            self.tell_present(thread);
        }
        if self.link.is_live() && self.presences.is_kept {
            self.say_seen(&seen);
        }
    }

    fn say_seen(&mut self, seen: &[ThreadId]) {
        let follows = |thread| {
            let follow = self.follows.get(Topic::Thread(thread));
            follow.is_some_and(|follow| follow.subscribed)
        };
        let said = self.presences.said.iter().map(|(thread, _)| thread);
        let gone = said.filter(|&thread| !seen.contains(&thread) || !follows(thread));
        // To follow no more says it already.
        let gone: Vec<_> = gone.map(|thread| (thread, follows(thread))).collect();
        let is_due = |&thread: &ThreadId| {
            let said = self.presences.said.get(thread);
            follows(thread) && said.is_none_or(|(_, at)| at.saturating_add(BEAT) <= self.now)
        };
        let due: Vec<_> = seen.iter().copied().filter(is_due).collect();
        for (thread, is_followed) in gone {
            self.presences.said.remove(thread);
            if is_followed {
                let state = Presence::Gone;
                self.send(&ClientFrame::Presence { thread, state });
            }
        }
        due.into_iter()
            .for_each(|thread| self.say_presence(thread, false));
    }

    /// When [`Core::run_presence`] has something to do.
    pub(super) fn presence_deadline(&self) -> Option<Millis> {
        let beats = self
            .presences
            .said
            .iter()
            .map(|(_, (_, at))| at.saturating_add(BEAT));
        let beats = beats.filter(|_| self.link.is_live());
        let rooms = self.presences.rooms.iter();
        beats
            .chain(rooms.filter_map(|(_, room)| room.deadline()))
            .chain(self.unseen_at())
            .min()
    }
}
