//! Threads that have been written in for long, made by the server's own store while it is not running.

use std::path::Path;

use weft_hub::{Command, Outcome, Store as _};
use weft_protocol::{
    InstallationId, Limits, MessageId, Millis, Mutation, NewReply, Status, ThreadId, UserId,
};
use weft_server::store::SqliteStore;

use crate::text;

/// Commands in one transaction.
const BATCH: usize = 4_096;

/// When the first message was sent: in June 2025.
const BEGAN: Millis = 1_750_000_000_000;

/// The thread of so many messages.
pub(crate) fn thread(messages: u64) -> ThreadId {
    ThreadId::from_bytes((u128::from(messages) << 16 | 0x0001).to_be_bytes())
}

/// Writes a thread of each of these lengths into the server's data.
pub(crate) fn threads(data: &Path, user: UserId, lengths: &[u64]) {
    let mut store = SqliteStore::open(&data.join("weft.db"), Limits::default()).expect("the data");
    let mut author = Author {
        user,
        n: 0,
        commands: Vec::new(),
    };
    for &length in lengths {
        let thread = thread(length);
        author.mutate(Mutation::CreateThread { thread });
        for number in (1..=length).step_by(2) {
            author.exchange(thread, number, length);
            if author.commands.len() >= BATCH {
                commit(&mut store, &mut author.commands);
            }
        }
        let title = format!("{length} messages");
        author.mutate(Mutation::RenameThread { thread, title });
        commit(&mut store, &mut author.commands);
    }
}

struct Author {
    user: UserId,
    n: u64,
    commands: Vec<Command>,
}

impl Author {
    fn mutate(&mut self, mutation: Mutation) {
        self.n += 1;
        self.commands.push(Command::Mutate {
            user: self.user,
            installation: InstallationId::from_bytes([1; 16]),
            n: self.n,
            mutation,
        });
    }

    /// A message, and the reply to it.
    fn exchange(&mut self, thread: ThreadId, number: u64, of: u64) {
        let id = |number: u64| {
            MessageId::from_bytes(
                (u128::from(of) << 64 | u128::from(number) << 8 | 1).to_be_bytes(),
            )
        };
        let message = id(number + 1);
        self.mutate(Mutation::SendMessage {
            thread,
            message: id(number),
            parent: None,
            text: text::message(number, of),
            reply: Some(NewReply {
                message,
                model: "tester".to_owned(),
            }),
        });
        self.commands.extend([
            Command::StartJob { message },
            Command::Append {
                message,
                offset: 0,
                text: text::message(number + 1, of),
            },
            Command::Settle {
                message,
                status: Status::Complete,
                error: None,
            },
        ]);
    }
}

fn commit(store: &mut SqliteStore, commands: &mut Vec<Command>) {
    for (at, batch) in commands.chunks(BATCH).enumerate() {
        let all = store.commit(BEGAN + at as Millis, batch).expect("a disk");
        for (command, committed) in batch.iter().zip(all) {
            let applied = matches!(committed.outcome, Outcome::Applied(_));
            assert!(applied, "{command:?}: {:?}", committed.outcome);
        }
    }
    commands.clear();
}
