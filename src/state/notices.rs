//! What a notice says, and which of them a look at a thread has read.

use leptos::prelude::*;
use weft_protocol::{About, NoticeRow, Status, ThreadId};

use super::{Action, State, Toast, words};

impl State {
    /// What has happened, in one sentence without the thread's name.
    pub fn says(&self, about: &About) -> String {
        match about {
            About::Mention { by, .. } => words::told_mention(by.called()),
            About::Reply { model, status, .. } => {
                let model = self.model_name(model);
                match status {
                    Status::Failed => words::told_reply_failed(&model),
                    _ => words::told_reply(&model),
                }
            }
            About::Added { by } => words::told_added(by.called()),
            About::Joined { who } => words::told_joined(who.called()),
        }
    }

    /// The notice as a toast.
    pub fn toast(&self, row: &NoticeRow) -> Toast {
        let (says, title) = untrack(|| (self.says(&row.about), self.title(row.thread)));
        Toast {
            id: 0,
            text: words::told_in_thread(&says, &title),
            action: Some((words::told_open(), Action::Open(row.thread, row.place()))),
        }
    }

    /// The title of a thread of the list. Subscribes to it.
    pub fn title(&self, thread: ThreadId) -> String {
        let thread = self.thread(thread);
        thread.map_or_else(String::new, |it| it.with(|it| it.row.title.clone()))
    }
}

/// The notice up to which all that was told of a thread is read by looking at it, where that reads any: what is
/// about a message is read with it.
pub fn read_by_looking(notices: &[NoticeRow], thread: ThreadId) -> Option<u64> {
    let oldest_first = notices.iter().rev();
    let unread = oldest_first.filter(|row| row.thread == thread && !row.read);
    let seen = unread.take_while(|row| row.place().is_none());
    seen.map(|row| row.n).last()
}

/// What marks all as read: of each thread, up to its newest notice.
pub fn read_all(notices: &[NoticeRow]) -> Vec<(ThreadId, u64)> {
    let mut marks: Vec<(ThreadId, u64)> = Vec::new();
    for row in notices.iter().filter(|row| !row.read) {
        if marks.iter().all(|(thread, _)| *thread != row.thread) {
            marks.push((row.thread, row.n));
        }
    }
    marks
}
