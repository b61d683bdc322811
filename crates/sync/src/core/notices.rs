//! What the person is told of while somebody sees the page.
//!
//! Invariant: a notice is shown by itself in one tab of one device at most. Each that could asks the server for
//! it, and the row says who does (SPEC R55).

use weft_protocol::{Mutation, NoticeRow};

use super::Core;
use crate::{Change, Output};

/// So many notices are asked for at once: more of them are no news, but a list.
const AT_ONCE: usize = 3;

/// What this tab has asked to show.
#[derive(Clone, Debug)]
pub(super) struct News {
    /// By which name; never 0.
    tab: u32,
    /// The notices of which it is not decided yet who shows them.
    asked: Vec<u64>,
}

impl News {
    pub(super) fn new(tab: u32) -> Self {
        Self {
            tab,
            asked: Vec::new(),
        }
    }

    /// Nothing is asked any more.
    pub(super) fn forget(&mut self) {
        self.asked.clear();
    }

    /// It is decided, or the notice is gone. Returns whether this tab has asked.
    pub(super) fn answered(&mut self, n: u64) -> bool {
        let asked = self.asked.contains(&n);
        self.asked.retain(|other| *other != n);
        asked
    }
}

impl Core {
    /// A notice is now this. Gives it back where it is news that nobody shows yet, and this tab could.
    pub(super) fn notice(&mut self, row: NoticeRow) -> Option<NoticeRow> {
        // What a tab restores may be older than what it has shown: it is answered once.
        if row.shown != 0 && self.news.answered(row.n) && row.shown == self.news.tab {
            let change = Change::NoticeShown(row.clone());
            self.outputs.push_back(Output::Change(change));
        }
        let is_here = self.replica.notices.get(row.n).is_some();
        let mark = self.replica.threads.get(&row.thread);
        let read = row.is_read(mark.map_or(0, |thread| thread.read));
        let is_new = !is_here && row.shown == 0 && !read;
        // Who has the thread on screen sees what it tells of.
        let tells = self.hidden_since.is_none() && !self.frozen;
        let elsewhere = !self.watched.contains(&row.thread) && !self.seen().contains(&row.thread);
        let news = (is_new && tells && elsewhere).then(|| row.clone());
        self.replica.notices.insert(row.n, row);
        news
    }

    /// Asks to be the tab that shows these, the newest of them.
    pub(super) fn offer_to_show(&mut self, news: Vec<NoticeRow>) {
        let by = self.news.tab;
        let older = news.len().saturating_sub(AT_ONCE);
        for NoticeRow { n, thread, .. } in news.into_iter().skip(older) {
            self.news.asked.push(n);
            self.mutate(self.now, Mutation::ShowNotice { thread, n, by }, true);
        }
    }
}
