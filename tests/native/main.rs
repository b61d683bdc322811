//! Counts effect runs: what one change of the core wakes, and what it leaves alone.
#![cfg(not(target_arch = "wasm32"))]

mod colours;
mod language;
mod mention;
mod model;
mod people;
mod shortcuts;
mod told;

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::Relaxed},
};

use any_spawner::Executor;
use leptos::prelude::*;
use tokio::task::LocalSet;
use weft::state::{
    Days, Group, Row, State, Timeline,
    project::{Fact, apply, record, tidy},
};
use weft_protocol::{Author, MessageId, Role, Status, ThreadId, ThreadRow};
use weft_sync::{Change, Delivery, Head, MessageView, ThreadView};

fn thread_id() -> ThreadId {
    ThreadId::from_bytes([7; 16])
}

fn message_id(n: u8) -> MessageId {
    MessageId::from_bytes([n; 16])
}

fn message(n: u8) -> MessageView {
    MessageView {
        id: message_id(n),
        head: Head {
            author: Author::Assistant("demo".into()),
            status: Status::Streaming,
            error: None,
            parent: None,
            ordinal: 1,
            depth: 1,
            siblings: Vec::new(),
            created_at: 0,
        },
        body: "".into(),
        delivery: Delivery::Confirmed,
    }
}

fn inserted(index: usize, n: u8) -> Change {
    Change::MessageInserted {
        thread: thread_id(),
        index,
        message: message(n),
    }
}

#[derive(Clone, Default)]
struct Runs(Arc<AtomicUsize>);

impl Runs {
    fn count(&self, read: impl Fn() + Send + Sync + 'static) {
        let runs = self.0.clone();
        Effect::new_sync(move |_| {
            read();
            runs.fetch_add(1, Relaxed);
        });
    }

    fn take(&self) -> usize {
        self.0.swap(0, Relaxed)
    }
}

/// Counts the effects of a row: its head, body and delivery.
fn watch(row: Row) -> (Runs, Runs) {
    let (body, rest) = (Runs::default(), Runs::default());
    body.count(move || row.body.track());
    rest.count(move || row.head.track());
    rest.count(move || row.delivery.track());
    (body, rest)
}

async fn settle() {
    for _ in 0..4 {
        Executor::tick().await;
    }
}

async fn with_state(test: impl AsyncFnOnce(State, Timeline)) {
    // A second initialisation finds the first one's executor, which is the same.
    let _ = Executor::init_tokio();
    LocalSet::new()
        .run_until(async {
            let owner = Owner::new();
            owner.set();
            let state = State::new();
            apply(&state, Change::TimelineOpened(thread_id()));
            let timeline = state.timeline(thread_id()).expect("just opened");
            test(state, timeline).await;
            drop(owner);
        })
        .await;
}

#[tokio::test]
async fn a_token_wakes_one_effect() {
    with_state(async |state, timeline| {
        apply(&state, inserted(0, 1));
        apply(&state, inserted(1, 2));
        let (old_body, old_rest) = watch(timeline.row(message_id(1)).expect("inserted"));
        let (body, rest) = watch(timeline.row(message_id(2)).expect("inserted"));
        let list = Runs::default();
        let (order, streaming) = (timeline.order.clone(), timeline.streaming.clone());
        list.count(move || order.track());
        list.count(move || streaming.track());
        list.count(move || state_lists(state));
        settle().await;
        for runs in [&old_body, &old_rest, &body, &rest, &list] {
            assert!(runs.take() > 0, "each effect ran at first");
        }
        apply(
            &state,
            Change::BodyAppended(thread_id(), message_id(2), "token".into()),
        );
        settle().await;
        assert_eq!(body.take(), 1);
        assert_eq!(
            [old_body.take(), old_rest.take(), rest.take(), list.take()],
            [0; 4]
        );
    })
    .await;
}

/// What the pages follow beside the rows.
fn state_lists(state: State) {
    let _ = state.timeline(thread_id());
    let _ = state.model(Some(thread_id()));
}

#[tokio::test]
async fn a_new_message_wakes_no_old_row() {
    with_state(async |state, timeline| {
        apply(&state, inserted(0, 1));
        let (body, rest) = watch(timeline.row(message_id(1)).expect("inserted"));
        let order = Runs::default();
        let signal = timeline.order.clone();
        order.count(move || signal.track());
        settle().await;
        body.take();
        rest.take();
        order.take();
        apply(&state, inserted(1, 2));
        settle().await;
        assert_eq!(order.take(), 1);
        assert_eq!([body.take(), rest.take()], [0; 2]);
    })
    .await;
}

#[tokio::test]
async fn a_page_of_older_messages_wakes_no_row_that_stays() {
    with_state(async |state, timeline| {
        for n in 0..20 {
            apply(&state, inserted(n, 100 + n as u8));
        }
        let rows: Vec<_> = (0..20)
            .map(|n| watch(timeline.row(message_id(100 + n)).expect("inserted")))
            .collect();
        let order = Runs::default();
        let signal = timeline.order.clone();
        order.count(move || signal.track());
        settle().await;
        order.take();
        for (body, rest) in &rows {
            assert!(body.take() + rest.take() > 0, "each effect ran at first");
        }
        let thread = thread_id();
        for n in 0..10 {
            apply(&state, inserted(n, 50 + n as u8));
        }
        for index in (20..30).rev() {
            apply(&state, Change::MessageRemoved { thread, index });
        }
        tidy(&state);
        settle().await;
        assert_eq!(order.take(), 1, "the list is looked at once");
        let woken: usize = rows
            .iter()
            .map(|(body, rest)| body.take() + rest.take())
            .sum();
        assert_eq!(woken, 0);
        assert!(timeline.row(message_id(119)).is_none());
    })
    .await;
}

#[tokio::test]
async fn a_keystroke_wakes_nothing_of_the_timeline() {
    with_state(async |state, timeline| {
        apply(&state, inserted(0, 1));
        let (body, rest) = watch(timeline.row(message_id(1)).expect("inserted"));
        let list = Runs::default();
        list.count(move || {
            timeline.order.track();
            timeline.streaming.track();
            timeline.length.track();
            state_lists(state);
        });
        settle().await;
        for runs in [&body, &rest, &list] {
            assert!(runs.take() > 0, "each effect ran at first");
        }
        record(&state, Fact::Draft(Some(thread_id()), "H".to_owned()));
        settle().await;
        assert_eq!([body.take(), rest.take(), list.take()], [0; 3]);
    })
    .await;
}

#[tokio::test]
async fn a_message_put_in_again_within_a_frame_is_the_same_row_and_one_that_is_not_is_forgotten() {
    with_state(async |state, timeline| {
        apply(&state, inserted(0, 1));
        apply(&state, inserted(1, 2));
        let (body, _) = watch(timeline.row(message_id(1)).expect("inserted"));
        settle().await;
        body.take();
        let thread = thread_id();
        for index in [1, 0] {
            apply(&state, Change::MessageRemoved { thread, index });
        }
        apply(&state, inserted(0, 1));
        tidy(&state);
        let token = Change::BodyAppended(thread, message_id(1), "token".into());
        apply(&state, token);
        settle().await;
        assert_eq!(body.take(), 1, "who shows the message is told of its text");
        assert!(timeline.row(message_id(2)).is_none());
    })
    .await;
}

#[tokio::test]
async fn a_change_that_does_not_fit_changes_nothing() {
    with_state(async |state, timeline| {
        apply(&state, inserted(0, 1));
        apply(
            &state,
            Change::MessageRemoved {
                thread: thread_id(),
                index: 9,
            },
        );
        apply(
            &state,
            Change::MessageMoved {
                thread: thread_id(),
                from: 9,
                to: 0,
            },
        );
        apply(&state, Change::ThreadRemoved { index: 3 });
        apply(
            &state,
            Change::BodyAppended(thread_id(), message_id(9), "?".into()),
        );
        assert_eq!(timeline.order.get_untracked(), [message_id(1)]);
    })
    .await;
}

#[test]
fn a_thread_is_grouped_by_its_local_day() {
    let days = Days {
        today: 1_000,
        yesterday: 900,
        week: 300,
    };
    let thread = |updated_at| ThreadView {
        online: false,
        row: ThreadRow {
            id: thread_id(),
            title: "T".into(),
            named: false,
            pinned: false,
            archived: false,
            deleted: false,
            generating: 0,
            model: None,
            role: Role::Owner,
            members: 1,
            last: 0,
            read: 0,
            unread: 0,
            muted: false,
            created_at: 0,
            updated_at,
        },
        pending: false,
    };
    for (at, group) in [
        (1_000, Group::Today),
        (999, Group::Yesterday),
        (899, Group::Week),
        (299, Group::Older),
    ] {
        assert_eq!(Group::of(&thread(at), days), group);
    }
}
