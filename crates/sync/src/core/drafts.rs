//! What is being written and not sent: one draft for each thread, and one for the next new thread, shared
//! by the tabs of a device.
//!
//! Invariant: what was written in this tab and may not be durable is told to each leader again, and not
//! replaced by what a leader has.

use weft_protocol::ThreadId;

use super::Core;
use crate::{Change, Output, StorageOp, TabMessage, few::Few};

/// Where something is written: in a thread, or in one that is not made yet.
pub(super) type Place = Option<ThreadId>;

/// The drafts that are not empty.
#[derive(Clone, Debug, Default)]
pub(super) struct Drafts {
    texts: Few<Place, String>,
    /// What was written here and is not known to be kept.
    unsaved: Vec<Place>,
}

impl Drafts {
    fn get(&self, place: Place) -> &str {
        self.texts.get(place).map_or("", String::as_str)
    }

    /// Whether that is a change.
    fn set(&mut self, place: Place, text: String) -> bool {
        if self.get(place) == text {
            return false;
        }
        if text.is_empty() {
            self.texts.remove(place);
        } else {
            self.texts.insert(place, text);
        }
        true
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

impl Core {
    /// All drafts.
    pub fn drafts(&self) -> Vec<(Option<ThreadId>, String)> {
        let texts = self.drafts.texts.iter();
        texts.map(|(place, text)| (place, text.clone())).collect()
    }

    /// A person writes here.
    pub(super) fn draft(&mut self, place: Place, text: String) {
        if self.drafts.set(place, text.clone()) {
            let told = self.owner.is_some() && !self.is_follower();
            if !told && !self.drafts.unsaved.contains(&place) {
                self.drafts.unsaved.push(place);
            }
            self.keep_draft(place, text);
        }
    }

    /// A person writes in another tab.
    pub(super) fn hear_draft(&mut self, place: Place, text: String) {
        if self.drafts.set(place, text.clone()) {
            self.show_draft(place, text.clone());
            self.keep_draft(place, text);
        } else {
            // Whoever said it waits for the same from here.
            self.tell(|| crate::Told::Op(StorageOp::PutDraft { place, text }));
        }
    }

    /// The leader has this.
    pub(super) fn follow_draft(&mut self, place: Place, text: String) {
        if self.drafts.unsaved.contains(&place) {
            if self.drafts.get(place) == text {
                self.drafts.unsaved.retain(|other| *other != place);
            }
        } else if self.drafts.set(place, text.clone()) {
            self.show_draft(place, text);
        }
    }

    /// These are all that are kept, or that the leader has.
    pub(super) fn take_drafts(&mut self, drafts: Vec<(Place, String)>) {
        for (place, _) in self.drafts() {
            if drafts.iter().all(|(kept, _)| *kept != place) {
                self.follow_draft(place, String::new());
            }
        }
        for (place, text) in drafts {
            self.follow_draft(place, text);
        }
    }

    /// Tells whoever leads by now what was written here.
    pub(super) fn save_drafts(&mut self) {
        let unsaved = if self.is_follower() {
            self.drafts.unsaved.clone()
        } else {
            std::mem::take(&mut self.drafts.unsaved)
        };
        for place in unsaved {
            let text = self.drafts.get(place).to_owned();
            self.keep_draft(place, text);
        }
    }

    fn keep_draft(&mut self, place: Place, text: String) {
        let asked = self.ask_leader(|| TabMessage::Draft(place, text.clone()));
        if !asked && self.owner.is_some() {
            self.store(StorageOp::PutDraft { place, text });
        }
    }

    fn show_draft(&mut self, place: Place, text: String) {
        let change = Change::DraftSet(place, text);
        self.outputs.push_back(Output::Change(change));
    }
}
