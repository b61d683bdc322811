//! What people do, at random.

use rand::Rng;
use weft_protocol::{Author, Defaults, MessageId, Mutation, NewReply, Role, ThreadId, Tuning};
use weft_sync::{Ahead, Delivery, Input, MessageView, Seek};

use super::{Trouble, world::World};

/// Where a message was said.
#[derive(Clone, Copy, Debug)]
pub(super) struct Said {
    pub(super) tab: usize,
    /// On which page of the tab.
    pub(super) life: u64,
    /// How many were said before it.
    pub(super) place: usize,
    /// Whether it was shown as queued.
    pub(super) was_queued: bool,
}

impl World {
    /// What a person does next, if anything can be done.
    pub(super) fn intent(&mut self, client: usize) -> Option<Input> {
        let user = self.clients[client].user.id;
        let made = self.threads.iter().copied();
        let known = made.chain(self.members.all_let_in());
        let mine: Vec<ThreadId> = known
            .filter(|(_, who)| *who == user)
            .map(|(id, _)| id)
            .collect();
        if mine.is_empty() || (mine.len() < 4 && self.rng.random_ratio(1, 12)) {
            let thread = ThreadId::new(self.now, self.rng.random());
            self.threads.push((thread, user));
            return Some(Input::Mutate(Mutation::CreateThread { thread }));
        }
        let thread = mine[self.rng.random_range(0..mine.len())];
        let watched = self.clients[client].mirror.timelines.get(&thread);
        let messages = watched.map_or(&[][..], |timeline| &timeline.messages);
        let picked: Option<MessageView> = if messages.is_empty() {
            None
        } else {
            Some(messages[self.rng.random_range(0..messages.len())].clone())
        };
        let is_watched = watched.is_some();
        let mutation = match self.rng.random_range(0..46) {
            0..=9 => {
                let parent = self.parent(client, thread);
                let (message, text) = self.message(client, thread);
                let reply = self.rng.random_ratio(1, 2).then(|| self.reply());
                Mutation::SendMessage {
                    thread,
                    message,
                    parent,
                    text,
                    reply,
                }
            }
            10..=12 => {
                return Some(if is_watched && self.rng.random_ratio(1, 4) {
                    self.clients[client].shown.remove(&thread);
                    self.clients[client].strayed.remove(&thread);
                    Input::Unwatch(thread)
                } else {
                    Input::Watch(thread)
                });
            }
            13 => Mutation::RenameThread {
                thread,
                title: format!("title {}", self.steps),
            },
            14 => Mutation::PinThread {
                thread,
                pinned: self.rng.random(),
            },
            15 => Mutation::ArchiveThread {
                thread,
                archived: self.rng.random(),
            },
            16 => Mutation::DeleteThread { thread },
            17 | 18 => Mutation::RestoreThread { thread },
            19 | 31..=33 => return self.look_around(client, thread, picked),
            34 | 35 => {
                let user = self.people[self.rng.random_range(0..self.people.len())].id;
                if self.rng.random() {
                    self.trouble(Trouble::Leaving);
                    Mutation::RemoveMember { thread, user }
                } else {
                    let role = Role::ALL[self.rng.random_range(0..Role::ALL.len())];
                    Mutation::SetRole { thread, user, role }
                }
            }
            36..=39 => return Some(Input::Typing(thread, self.rng.random_ratio(3, 4))),
            40..=42 => self.mark(client, thread, picked),
            43 => return Some(Input::Refill),
            44 => Mutation::TuneThread {
                thread,
                tuning: self.tuning(),
            },
            45 => Mutation::SetDefaults {
                defaults: Defaults {
                    model: None,
                    tuning: self.tuning(),
                },
            },
            20 => return Some(Input::Foreground),
            21 => return Some(Input::NetworkUp),
            22 => return Some(Input::NetworkDown),
            23 => Mutation::StopReply {
                thread,
                message: picked?.id,
            },
            24 => {
                let message = picked?.id;
                self.let_go(client, message);
                Mutation::DeleteMessage { thread, message }
            }
            25 => {
                let message =
                    picked.filter(|row| matches!(row.head.author, Author::Assistant(_)))?;
                Mutation::Regenerate {
                    thread,
                    message: message.id,
                    reply: self.reply(),
                }
            }
            26 | 27 => {
                let message = picked
                    .filter(|row| matches!(row.head.author, Author::User(_)))?
                    .id;
                // What is shown from now on is what it was replaced by.
                self.let_go(client, message);
                let (replacement, text) = self.message(client, thread);
                self.replaced.push((message, replacement));
                let reply = self.rng.random_ratio(1, 2).then(|| self.reply());
                Mutation::EditMessage {
                    thread,
                    message,
                    replacement,
                    text,
                    reply,
                }
            }
            28 => {
                let failed = picked.filter(|row| matches!(row.delivery, Delivery::Failed(_)))?;
                self.anew.insert(failed.id);
                return Some(Input::Retry(failed.id));
            }
            29 => {
                let place = self.rng.random_ratio(2, 3).then_some(thread);
                let text = match self.rng.random_range(0..3) {
                    0 => String::new(),
                    _ => format!("draft {}", self.steps),
                };
                return Some(Input::Draft(place, text));
            }
            _ => {
                let message = picked.filter(|row| row.delivery != Delivery::Confirmed)?.id;
                // Only the unsent ones go; the others are found again in the store.
                self.let_go(client, message);
                return Some(Input::Discard(message));
            }
        };
        Some(Input::Mutate(mutation))
    }

    /// What a person reads next of a thread.
    fn look_around(
        &mut self,
        client: usize,
        mut thread: ThreadId,
        picked: Option<MessageView>,
    ) -> Option<Input> {
        let depth = picked.as_ref().map_or(1, |row| row.head.depth);
        let seek = match self.rng.random_range(0..12) {
            0..=3 => Seek::Older,
            4 | 5 => Seek::Newer,
            6 => Seek::Latest,
            7 => Seek::Stay,
            8 => Seek::Depth(self.rng.random_range(0..20)),
            9 => Seek::Message {
                message: picked?.id,
                depth,
            },
            _ => {
                // Branches are rare: any that is shown will do.
                let shown = self.clients[client].mirror.timelines.iter();
                let heads = shown.flat_map(|(&thread, timeline)| {
                    timeline.messages.iter().map(move |row| (thread, &row.head))
                });
                let mut branches = heads.filter(|(_, head)| !head.siblings.is_empty());
                let (of, head) = branches.next()?;
                let (depth, siblings) = (head.depth, head.siblings.clone());
                let message = siblings[self.rng.random_range(0..siblings.len())];
                self.trouble(Trouble::Branch);
                thread = of;
                Seek::Branch { message, depth }
            }
        };
        if !matches!(seek, Seek::Stay) {
            self.clients[client].strayed.insert(thread);
        }
        Some(Input::Seek(thread, seek))
    }

    /// What is said on a branch is said under the last message there.
    fn parent(&mut self, client: usize, thread: ThreadId) -> Option<MessageId> {
        let client = &self.clients[client];
        let timeline = client.mirror.timelines.get(&thread)?;
        let at_end = timeline.ahead == Ahead::Nothing && client.strayed.contains(&thread);
        let last = timeline.messages.last().filter(|_| at_end)?;
        (last.delivery == Delivery::Confirmed).then_some(last.id)
    }

    fn message(&mut self, client: usize, thread: ThreadId) -> (MessageId, String) {
        let message = MessageId::new(self.now, self.rng.random());
        self.clients[client].pending.insert(message, thread);
        let said = Said {
            tab: client,
            life: self.clients[client].page.lives,
            place: self.said.len(),
            was_queued: false,
        };
        self.said.insert(message, said);
        (message, format!("said {message}"))
    }

    fn tuning(&mut self) -> Tuning {
        Tuning {
            temperature: Some(self.rng.random_range(0..3)),
            system: String::new(),
        }
    }

    fn reply(&mut self) -> NewReply {
        NewReply {
            message: MessageId::new(self.now, self.rng.random()),
            model: "demo".into(),
        }
    }
}
