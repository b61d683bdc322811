//! A person's data: how much there is of it, and where moving it stands.

use weft_protocol::{
    MessageId, ThreadId,
    api::{Imported, NotImported, Stored},
};

use super::CallError;

/// How much is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Used {
    /// Bytes on this device, where it says so.
    pub device: Option<u64>,
    /// On the server, where it was reached.
    pub server: Option<Stored>,
}

/// Where moving data stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Moving {
    /// Nothing was moved.
    #[default]
    Idle,
    /// So many bytes have come from the server.
    Out(u64),
    /// So many bytes of so many have gone to the server.
    In(u64, u64),
    /// All of it is in a file.
    Saved,
    /// What was imported.
    Imported(Imported),
    /// The file has a flaw.
    Refused(NotImported),
    /// What this device kept of the server's is let go of.
    Cleared,
    /// It did not work.
    Failed(CallError),
}

impl Moving {
    /// Whether something is under way.
    pub fn is_busy(self) -> bool {
        matches!(self, Self::Out(_) | Self::In(..))
    }
}

/// What a person wants of their data.
#[derive(Clone, PartialEq, Eq)]
pub enum Data {
    /// To know how much is kept.
    Look,
    /// To let go of what this device keeps of the server's.
    Clear,
    /// To have all threads in a file.
    ExportAll,
    /// To have a thread in a file, with this title.
    Export(ThreadId, String, Form),
    /// To have the threads of a file here.
    Import(web_sys::File),
}

/// What a thread becomes in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// All of it, as JSON.
    Json,
    /// The path through this message, or the newest one, as Markdown.
    Markdown(Option<MessageId>),
}
