//! What people are told of.

use weft_hub::{Command, Outcome, Store};
use weft_protocol::{
    About, ErrorCode, MessageId, Mutation, NoticeRow, Op, Role, Row, Status, ThreadId, Topic,
    UserId,
    notice::{MAX_NOTICES, NEWS_FOR},
};

use super::{Bench, only};

pub(super) fn checks<S: Store>() -> [fn(Bench<S>); 8] {
    [
        r52_a_notice_comes_with_what_it_tells_of,
        r52_the_newest_notices_are_kept,
        r53_a_muted_thread_tells_of_no_replies,
        r53_a_reply_that_was_stopped_is_no_news,
        r54_notices_are_read_by_number_and_a_read_reply_is_over,
        r54_what_was_told_of_a_deleted_message_goes,
        r43_what_was_told_of_a_thread_goes_with_it,
        r55_the_first_tab_that_asks_in_time_shows_a_notice,
    ]
}

impl<S: Store> Bench<S> {
    fn notices(&self) -> Vec<NoticeRow> {
        let rows = self.snapshot(Topic::User(self.user)).1.into_iter();
        let notices = rows.filter_map(|row| match row {
            Row::Notice(row) => Some(row),
            _ => None,
        });
        notices.collect()
    }

    /// What this person is asked, answered to the end.
    fn answered(&mut self, thread: ThreadId) -> MessageId {
        let (reply, _) = self.ask(thread);
        self.start(reply);
        self.append(reply, 0, "because");
        self.settle(reply, Status::Complete);
        reply
    }

    fn numbers(&self) -> Vec<u64> {
        self.notices().into_iter().map(|row| row.n).collect()
    }

    fn comes(&mut self, by: Option<UserId>, user: UserId, thread: ThreadId) {
        let role = Role::Editor;
        self.run(Command::Admit {
            by,
            user,
            thread,
            role,
        });
    }
}

fn r52_a_notice_comes_with_what_it_tells_of<S: Store>(mut bench: Bench<S>) {
    let thread = bench.thread();
    let (ada, bob) = (bench.user, bench.let_in(thread, 9));
    assert_eq!(bench.notices(), [], "nobody is told of what they did");
    let (reply, _) = bench.ask(thread);
    bench.start(reply);
    let committed = bench.settle(reply, Status::Complete);
    let [notice] = &bench.notices()[..] else {
        panic!("not one notice");
    };
    let list = committed.changes.iter();
    let list = list.filter(|change| change.topic == Topic::User(ada));
    let list: Vec<_> = list.collect();
    assert_eq!(list.len(), 1);
    assert_eq!(list[0].cursor.seq, notice.n);
    assert!(list[0].ops.contains(&Op::Notice(notice.clone())));
    assert!(
        matches!(&notice.about, About::Reply { at, .. } if (at.message, at.ordinal, at.depth) == (reply, 2, 2)),
        "{notice:?}"
    );
    let carol = UserId::new(super::NOW, [8; 10]);
    bench.comes(None, carol, thread);
    bench.comes(None, carol, thread);
    let told = bench.notices();
    assert_eq!(told.len(), 2, "who is a member does not join again");
    assert!(matches!(&told[1].about, About::Joined { who } if who.id == carol));
    bench.be(carol);
    assert_eq!(bench.notices(), []);
    bench.be(bob);
    let told = bench.notices();
    assert_eq!(told.len(), 1, "another's reply is no news");
    assert!(matches!(&told[0].about, About::Added { by } if by.id == ada));
}

fn r52_the_newest_notices_are_kept<S: Store>(mut bench: Bench<S>) {
    let thread = bench.thread();
    let mut replies = Vec::new();
    for _ in 0..MAX_NOTICES + 3 {
        replies.push(bench.answered(thread));
    }
    let told = bench.notices().into_iter();
    let told: Vec<_> = told
        .filter_map(|row| row.place().map(|at| at.message))
        .collect();
    assert_eq!(told, replies[3..]);
}

fn r53_a_muted_thread_tells_of_no_replies<S: Store>(mut bench: Bench<S>) {
    let thread = bench.thread();
    let muted = true;
    bench.accept(Mutation::MuteThread { thread, muted });
    bench.answered(thread);
    assert_eq!(bench.notices(), []);
}

fn r53_a_reply_that_was_stopped_is_no_news<S: Store>(mut bench: Bench<S>) {
    let thread = bench.thread();
    let (message, _) = bench.ask(thread);
    bench.start(message);
    bench.accept(Mutation::StopReply { thread, message });
    assert_eq!(bench.notices(), []);
}

fn r54_notices_are_read_by_number_and_a_read_reply_is_over<S: Store>(mut bench: Bench<S>) {
    let (thread, other) = (bench.thread(), bench.thread());
    let first = bench.answered(thread);
    bench.answered(other);
    bench.answered(thread);
    let numbers = bench.numbers();
    let through = numbers[1];
    bench.accept(Mutation::MarkNoticesRead { thread, through });
    let read: Vec<bool> = bench.notices().iter().map(|row| row.read).collect();
    assert_eq!(read, [true, false, false], "{first}");
    let there = bench.there(thread);
    let again = bench.mutate(Mutation::MarkNoticesRead { thread, through });
    assert_eq!(again, only(there));
    bench.mark(thread, 2);
    assert_eq!(bench.numbers(), numbers[1..]);
    bench.mark(thread, 4);
    assert_eq!(bench.numbers(), numbers[1..2]);
}

fn r54_what_was_told_of_a_deleted_message_goes<S: Store>(mut bench: Bench<S>) {
    let thread = bench.thread();
    let message = bench.answered(thread);
    bench.accept(Mutation::DeleteMessage { thread, message });
    assert_eq!(bench.notices(), []);
}

fn r43_what_was_told_of_a_thread_goes_with_it<S: Store>(mut bench: Bench<S>) {
    let (thread, other) = (bench.thread(), bench.thread());
    let (ada, bob) = (bench.user, bench.let_in(thread, 9));
    bench.let_in(other, 9);
    bench.be(bob);
    assert_eq!(bench.notices().len(), 2);
    bench.be(ada);
    let removed = bench.accept(Mutation::RemoveMember { thread, user: bob });
    let theirs = removed.changes.iter();
    let mut theirs = theirs.filter(|change| change.topic == Topic::User(bob));
    let ops = theirs.next().map(|change| &change.ops[..]);
    assert!(
        matches!(ops, Some([Op::ThreadGone(gone), Op::NoticeGone(_)]) if *gone == thread),
        "{removed:?}"
    );
    bench.be(bob);
    let left = bench.notices();
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].thread, other);
    let (n, by) = (left[0].n, 7);
    bench.reject(
        Mutation::ShowNotice { thread, n, by },
        ErrorCode::NoSuchThread,
    );
}

fn r55_the_first_tab_that_asks_in_time_shows_a_notice<S: Store>(mut bench: Bench<S>) {
    let thread = bench.thread();
    bench.answered(thread);
    let n = bench.numbers()[0];
    for by in [7, 8] {
        let asked = bench.accept(Mutation::ShowNotice { thread, n, by });
        assert_eq!(asked.changes.len(), usize::from(by == 7));
        assert_eq!(bench.notices()[0].shown, 7);
    }
    bench.answered(thread);
    let n = bench.numbers()[1];
    bench.now += NEWS_FOR + 1;
    let late = bench.accept(Mutation::ShowNotice { thread, n, by: 7 });
    assert!(matches!(late.outcome, Outcome::Applied(_)));
    assert_eq!(bench.notices()[1].shown, 0);
}
