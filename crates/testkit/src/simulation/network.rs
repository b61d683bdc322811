//! Sockets that delay, break, go silent and outlive each other.
//!
//! Invariant: what arrives on a socket arrives in the order it was sent; a suffix may be lost.

use rand::Rng;
use weft_hub::SessionId;
use weft_protocol::{Millis, User};
use weft_sync::{Connection, Input};

use super::{
    Trouble,
    world::{Event, World},
};

const LOST: u16 = 1006;

/// A socket between a client and the server.
pub(super) struct Link {
    pub(super) client: usize,
    pub(super) connection: Connection,
    /// The term that the client has said.
    pub(super) term: u64,
    /// Whether the client, and the server, believe in it.
    pub(super) at_client: bool,
    pub(super) at_server: bool,
    /// Half-open: nothing arrives, and nobody is told.
    pub(super) silent: bool,
    up_at: Millis,
    down_at: Millis,
}

impl World {
    pub(super) fn open(&mut self, client: usize, connection: Connection) {
        let id = SessionId(self.server.next_session());
        let (up_at, down_at) = (self.now, self.now);
        let (at_client, at_server, silent) = (true, false, false);
        let link = Link {
            client,
            connection,
            term: 0,
            at_client,
            at_server,
            silent,
            up_at,
            down_at,
        };
        self.links.insert(id, link);
        self.after(5..200, Event::Opened(id));
    }

    pub(super) fn opened(&mut self, id: SessionId) -> Result<(), String> {
        if !self.server.is_up() || self.chance(50) {
            self.after(1..100, Event::ClosedAtClient(id, LOST));
            return Ok(());
        }
        let Some(link) = self.links.get_mut(&id).filter(|link| link.at_client) else {
            return Ok(());
        };
        link.at_server = true;
        let (client, connection) = (link.client, link.connection);
        self.tell_hub(weft_hub::Input::Opened(id, self.cookie(id)))?;
        self.tell(client, Input::Opened(connection))
    }

    pub(super) fn note_term(&mut self, client: usize, connection: Connection, term: u64) {
        let id = self.connection_of(client, connection);
        if let Some(link) = id.and_then(|id| self.links.get_mut(&id)) {
            link.term = term;
        }
    }

    pub(super) fn send_up(&mut self, client: usize, connection: Connection, text: String) {
        let Some(id) = self.connection_of(client, connection) else {
            return;
        };
        let delay = self.rng.random_range(1..120);
        let Some(link) = self.links.get_mut(&id) else {
            return;
        };
        link.up_at = link.up_at.max(self.now + delay);
        let at = link.up_at;
        self.at(at, Event::ToServer(id, text));
    }

    pub(super) fn close_up(&mut self, client: usize, connection: Connection) {
        let Some(id) = self.connection_of(client, connection) else {
            return;
        };
        let Some(link) = self.links.get_mut(&id) else {
            return;
        };
        link.at_client = false;
        let at = link.up_at.max(self.now + 1);
        self.at(at, Event::ClosedAtServer(id));
    }

    pub(super) fn send_down(&mut self, id: SessionId, text: String) {
        let delay = self.rng.random_range(1..120);
        let Some(link) = self.links.get_mut(&id) else {
            return;
        };
        link.down_at = link.down_at.max(self.now + delay);
        let at = link.down_at;
        self.at(at, Event::ToClient(id, text));
        self.at(at, Event::Flushed(id));
    }

    pub(super) fn close_down(&mut self, id: SessionId, code: u16) {
        let Some(link) = self.links.get_mut(&id) else {
            return;
        };
        link.at_server = false;
        let at = link.down_at.max(self.now + 1);
        self.at(at, Event::ClosedAtClient(id, code));
    }

    /// The client that a frame on this socket reaches.
    pub(super) fn at_client(&self, id: SessionId) -> Option<(usize, Connection)> {
        let link = self
            .links
            .get(&id)
            .filter(|link| link.at_client && !link.silent)?;
        Some((link.client, link.connection))
    }

    pub(super) fn end_at_client(&mut self, id: SessionId) -> Option<(usize, Connection)> {
        let link = self
            .links
            .get_mut(&id)
            .filter(|link| link.at_client && !link.silent)?;
        link.at_client = false;
        Some((link.client, link.connection))
    }

    pub(super) fn at_server(
        &mut self,
        id: SessionId,
        input: weft_hub::Input,
    ) -> Result<(), String> {
        let reaches = self
            .links
            .get(&id)
            .is_some_and(|link| link.at_server && !link.silent);
        if reaches {
            self.tell_hub(input)
        } else {
            Ok(())
        }
    }

    /// Who the server finds behind the cookie that a socket brings.
    pub(super) fn cookie(&self, id: SessionId) -> Option<User> {
        let device = &self.devices[self.clients[self.links.get(&id)?.client].device];
        Some(device.user.clone()).filter(|_| !device.expired)
    }

    /// Something happens to a tab, a device or a socket.
    pub(super) fn disturb(&mut self) -> Result<(), String> {
        let tab = self.rng.random_range(0..self.clients.len());
        let place = self.clients[tab].device;
        match self.rng.random_range(0..18) {
            0 => self.freeze(tab),
            1 | 2 => return self.turn(tab, self.clients[tab].page.hidden),
            3 => self.set_clock(place),
            4 => self.evict(tab),
            5 => {
                self.trouble(Trouble::Expiry);
                self.devices[place].expired = true;
                self.after(500..8_000, Event::SignInAgain(place));
            }
            6 | 7 => self.join(),
            _ => self.disturb_socket(),
        }
        Ok(())
    }

    /// The clock of a device is set to another time.
    fn set_clock(&mut self, place: usize) {
        let ahead = self.rng.random_range(0..7_200_000);
        let before = std::mem::replace(&mut self.devices[place].ahead, ahead);
        self.trouble(if ahead < before {
            Trouble::Back
        } else {
            Trouble::Forward
        });
    }

    /// A tab is seen, or no more.
    fn turn(&mut self, tab: usize, visible: bool) -> Result<(), String> {
        if !self.clients[tab].page.in_use {
            return Ok(());
        }
        self.clients[tab].page.hidden = !visible;
        if !visible {
            self.trouble(Trouble::Hiding);
        }
        let input = if visible {
            Input::Foreground
        } else {
            Input::Background
        };
        self.tell(tab, input)
    }

    /// Breaks one socket in one of the ways that they break.
    fn disturb_socket(&mut self) {
        let open: Vec<SessionId> = self
            .links
            .iter()
            .filter(|(_, link)| link.at_client)
            .map(|(&id, _)| id)
            .collect();
        if open.is_empty() {
            return;
        }
        let id = open[self.rng.random_range(0..open.len())];
        let way = self.rng.random_range(0..4);
        self.trouble(if way == 0 {
            Trouble::Silence
        } else {
            Trouble::Break
        });
        match way {
            0 => {
                if let Some(link) = self.links.get_mut(&id) {
                    link.silent = true;
                }
            }
            1 => {
                // The client knows at once and comes back; the server believes in two for a while.
                self.after(0..2, Event::ClosedAtClient(id, LOST));
                self.after(1..30_000, Event::ClosedAtServer(id));
            }
            _ => {
                self.after(0..50, Event::ClosedAtClient(id, LOST));
                self.after(0..50, Event::ClosedAtServer(id));
            }
        }
    }

    /// From now on nothing breaks any more; what is broken is found out by whoever it concerns.
    pub(super) fn heal(&mut self) -> Result<(), String> {
        self.healed = true;
        self.note(|| "the network is healed".into());
        for tab in 0..self.clients.len() {
            self.thaw(tab, self.clients[tab].page.lives)?;
            self.turn(tab, true)?;
        }
        Ok(())
    }

    /// The server's end of every socket is gone.
    pub(super) fn lose_all(&mut self) {
        let ids: Vec<SessionId> = self.links.keys().copied().collect();
        for id in ids {
            if let Some(link) = self.links.get_mut(&id) {
                link.at_server = false;
            }
            self.after(0..300, Event::ClosedAtClient(id, LOST));
        }
    }
}
