//! Scrolling: sticking to the end, keeping the line that is read in its place, asking for more near the edges,
//! and marking what was in sight as read.
//!
//! Invariant: after each change of the content, before it is painted, either the end is in sight, where the
//! reader is there, or the line being read is where it was.

use leptos::{html::Div, prelude::*};
use wasm_bindgen::{JsCast as _, closure::Closure};
use web_sys::{Element, HtmlElement};
use weft_protocol::{Author, MessageId, Mutation, Status, ThreadId};
use weft_sync::{Ahead, Head, History, Seek};

use super::place::{Anchor, HEADROOM, Place, Places};
use crate::{
    state::{Dispatch, Intent, State, Timeline, read_by_looking},
    ui::effect,
};

/// How near to the end counts as being there, in CSS pixels.
const NEAR: i32 = 80;
/// So many messages may be deleted where one is looked for by its depth.
const TOMBSTONES: u64 = 10;

/// What the reader of a timeline sees of it.
#[derive(Clone, Copy)]
pub(super) struct Scroll {
    thread: ThreadId,
    timeline: StoredValue<Timeline>,
    scroller: NodeRef<Div>,
    content: NodeRef<Div>,
    state: State,
    dispatch: Dispatch,
    /// Whether the reader is at the end, and sees what comes.
    pub(super) at_end: RwSignal<bool>,
    /// The depth of the first message that was unread when somebody came to look, once it is known.
    pub(super) unread: RwSignal<Option<u64>>,
    /// Whether nobody has looked for that yet.
    unread_left: RwSignal<bool>,
    /// How many messages there were when the end was left.
    left_at: RwSignal<u64>,
    /// How many have come since then.
    pub(super) missed: Memo<u64>,
    held: StoredValue<Held>,
}

/// What is unread of a thread.
#[derive(Clone, Copy)]
struct Unread {
    /// The ordinal up to which it was read.
    read: u64,
    /// How many messages of others follow.
    count: u64,
    /// The last ordinal.
    last: u64,
}

/// What is remembered between two events.
#[derive(Clone, Copy, Default)]
struct Held {
    anchor: Option<Anchor>,
    /// Whether the anchor is of an earlier visit, and not here yet.
    returns: bool,
    /// The depth to show once it is here.
    goal: Option<u64>,
    /// What was unread when somebody came to look, until it is known where that begins.
    found: Option<Unread>,
    /// What was marked as read.
    marked: u64,
    /// Whether the end is wanted, and not here yet.
    to_end: bool,
    /// Where the scroller was, and how tall its content.
    top: i32,
    height: i32,
}

impl Scroll {
    pub(super) fn new(
        thread: ThreadId,
        timeline: Timeline,
        scroller: NodeRef<Div>,
        content: NodeRef<Div>,
    ) -> Self {
        let (state, dispatch, places) = (State::here(), Dispatch::here(), Places::here());
        let place = places.of(thread);
        let anchor = place.and_then(|place| place.anchor);
        let at_end = RwSignal::new(anchor.is_none());
        let length = timeline.length.clone();
        let newest = length.get_untracked();
        let left_at = RwSignal::new(place.map_or(newest, |place| place.seen));
        let missed = Memo::new({
            let length = length.clone();
            move |_| length.get().saturating_sub(left_at.get())
        });
        let scroll = Self {
            thread,
            timeline: StoredValue::new(timeline),
            scroller,
            content,
            state,
            dispatch,
            at_end,
            unread: RwSignal::new(None),
            unread_left: RwSignal::new(false),
            left_at,
            missed,
            held: StoredValue::new(Held {
                anchor,
                returns: anchor.is_some(),
                ..Held::default()
            }),
        };
        if let Some(Anchor { message, depth, .. }) = anchor {
            scroll.seek(Seek::Message { message, depth });
        }
        scroll.watch();
        scroll.read();
        scroll.be_led(places);
        on_cleanup(move || {
            let anchor = scroll.held.with_value(|held| held.anchor);
            let place = Place {
                anchor: anchor.filter(|_| !at_end.get_untracked()),
                seen: if at_end.get_untracked() {
                    length.get_untracked()
                } else {
                    left_at.get_untracked()
                },
            };
            places.leave(thread, place);
        });
        scroll
    }

    /// Goes where the reader is led from elsewhere on the page.
    fn be_led(self, places: Places) {
        let came = StoredValue::new(false);
        effect(move || {
            let led = places.led.get();
            // Who has just come is where they were led.
            if !came.get_value() {
                return came.set_value(true);
            }
            match led.filter(|(thread, _)| *thread == self.thread) {
                Some((_, Some(anchor))) => self.go_to(anchor),
                Some((_, None)) => self.go_to_end(),
                None => {}
            }
        });
    }

    fn go_to(self, anchor: Anchor) {
        self.leave_end();
        self.held.update_value(|held| {
            (held.goal, held.to_end) = (None, false);
            (held.anchor, held.returns) = (Some(anchor), true);
        });
        let Anchor { message, depth, .. } = anchor;
        self.seek(Seek::Message { message, depth });
        self.settle();
    }

    fn seek(self, seek: Seek) {
        self.dispatch.send(Intent::Seek(self.thread, seek));
    }

    /// The reader wants to see what begins at this depth.
    pub(super) fn go_to_depth(self, depth: u64) {
        self.leave_end();
        self.held
            .update_value(|held| (held.goal, held.to_end) = (Some(depth), false));
        self.seek(Seek::Depth(depth));
        // It may be here already, where nothing changes.
        self.settle();
    }

    fn leave_end(self) {
        if self.at_end.get_untracked() {
            let length = self.timeline.with_value(|it| it.length.get_untracked());
            self.left_at.set(length);
            self.at_end.set(false);
        }
    }

    /// The reader wants to see what is new.
    pub(super) fn go_to_unread(self) {
        self.unread_left.set(false);
        if let Some(depth) = self.unread.get_untracked() {
            self.go_to_depth(depth);
        }
    }

    /// Whether there is something new that was not looked for.
    pub(super) fn offers_unread(self) -> bool {
        self.unread_left.get()
    }

    /// Marks what is in sight as read while somebody looks, and remembers what was unread when they came.
    fn read(self) {
        effect(move || {
            let found = self.state.thread(self.thread).and_then(|thread| {
                let row = thread.get_untracked().row;
                let (read, count, last) = (row.read, row.unread, row.last);
                (count > 0).then_some(Unread { read, count, last })
            });
            if self.state.seen.get() && found.is_some() {
                self.held.update_value(|held| held.found = found);
                self.note_unread();
            }
        });
        effect(move || {
            let through = read_by_looking(&self.state.notices.read(), self.thread);
            if self.state.seen.get()
                && let Some(through) = through
            {
                self.dispatch.mutate(Mutation::MarkNoticesRead {
                    thread: self.thread,
                    through,
                });
            }
        });
        let timeline = self.timeline.get_value();
        effect(move || {
            let ends = self.at_end.get() && timeline.ahead.get() == Ahead::Nothing;
            let last = timeline.order.with(|order| order.last().copied());
            if self.state.seen.get()
                && ends
                && let Some(last) = last.and_then(|last| timeline.row(last))
            {
                last.head.with(|head| self.mark(head));
            }
        });
    }

    /// Marks all up to this message as read. A reply is not read before it has ended.
    fn mark(self, head: &Head) {
        let is_new = self.held.with_value(|held| held.marked < head.ordinal);
        if is_new && self.is_others(head) && head.status != Status::Streaming {
            self.held.update_value(|held| held.marked = head.ordinal);
            self.dispatch.mutate(Mutation::MarkRead {
                thread: self.thread,
                through: head.ordinal,
            });
        }
    }

    fn is_others(self, head: &Head) -> bool {
        !matches!(head.author, Author::User(user) if self.state.me() == Some(user))
    }

    /// Draws the line above what is unread, and offers the way to it until it is in sight.
    fn note_unread(self) {
        if let Some(found) = self.held.with_value(|held| held.found)
            && let Some(first) = self.first_of(found)
        {
            self.held.update_value(|held| held.found = None);
            self.unread.set(Some(first));
            self.unread_left.set(true);
        }
        if self.unread_left.get_untracked()
            && let (Some(scroller), Some(content)) =
                (self.scroller.get_untracked(), self.content.get_untracked())
            && let Ok(Some(line)) = content.query_selector(".first-unread")
            && (0.0..f64::from(scroller.client_height())).contains(&offset(&line, &scroller))
        {
            self.unread_left.set(false);
        }
    }

    /// The depth at which what is unread begins. Where that is not here, but the last message is, the depth that it
    /// has if all that are unread are on this path, one after the other.
    fn first_of(self, unread: Unread) -> Option<u64> {
        let timeline = self.timeline.get_value();
        let order = timeline.order.get_untracked();
        let head = |id: &MessageId| timeline.row(*id).map(|row| row.head.get_untracked());
        let heads: Vec<Head> = order.iter().filter_map(head).collect();
        let begins = timeline.history.get_untracked() == History::Complete;
        let first = heads.iter().find(|head| head.ordinal > 0)?;
        if begins || first.ordinal <= unread.read {
            let mut heads = heads.iter();
            let found = heads.find(|head| head.ordinal > unread.read && self.is_others(head));
            return found.map(|head| head.depth);
        }
        let length = timeline.length.get_untracked();
        let ends = heads.iter().any(|head| head.ordinal >= unread.last);
        ends.then(|| length.saturating_sub(unread.count) + 1)
    }

    /// The reader wants to see the end.
    pub(super) fn go_to_end(self) {
        self.held
            .update_value(|held| (held.goal, held.to_end) = (None, true));
        self.at_end.set(true);
        self.seek(Seek::Latest);
        self.settle();
    }

    /// Puts the focus on the next message, or the one before; where none has it, on the last one in sight.
    pub(super) fn focus(self, from: Option<HtmlElement>, next: bool) {
        let to = match from {
            Some(message) => {
                let mut to = Some(Element::from(message));
                loop {
                    to = to.and_then(|to| {
                        if next {
                            to.next_element_sibling()
                        } else {
                            to.previous_element_sibling()
                        }
                    });
                    if to
                        .as_ref()
                        .is_none_or(|to| to.has_attribute("data-message"))
                    {
                        break to;
                    }
                }
            }
            None => self.last_in_sight(),
        };
        if let Some(to) = to.and_then(|to| to.dyn_into::<HtmlElement>().ok()) {
            // A message that cannot have the focus leaves it where it is.
            let _ = to.focus();
        }
    }

    /// The reader has scrolled, or was taken along.
    pub(super) fn scrolled(self) {
        let Some(scroller) = self.scroller.get_untracked() else {
            return;
        };
        let (top, height) = (scroller.scroll_top(), scroller.scroll_height());
        let rest = height - scroller.client_height() - top;
        let before = self.held.get_value();
        let went_up = top < before.top && height >= before.height;
        let here = self.timeline.with_value(|it| it.ahead.get_untracked()) == Ahead::Nothing;
        let at_end = here && if went_up { rest <= 1 } else { rest < NEAR };
        self.held
            .update_value(|held| (held.top, held.height) = (top, height));
        // What is wanted is not here yet: that the end was reached before, or is not reached now, is of no
        // interest any more.
        if before.to_end && !here || before.goal.is_some() && rest < NEAR {
            return;
        }
        if self.at_end.get_untracked() != at_end {
            if at_end {
                self.at_end.set(true);
                self.seek(Seek::Latest);
            } else {
                self.leave_end();
                self.seek(Seek::Stay);
            }
        }
        self.note_anchor();
        self.note_unread();
        self.mark_in_sight();
        self.look_ahead();
    }

    /// Marks what a reader has come to who is not at the end.
    fn mark_in_sight(self) {
        let thread = self.state.thread(self.thread);
        let unread = thread.is_some_and(|it| it.with_untracked(|it| it.row.unread > 0));
        if !unread || !self.state.seen.get_untracked() {
            return;
        }
        let last = self.last_in_sight();
        let last = last.and_then(|last| last.get_attribute("data-message")?.parse().ok());
        if let Some(row) = last.and_then(|last| self.timeline.with_value(|it| it.row(last))) {
            row.head.with_untracked(|head| self.mark(head));
        }
    }

    /// The content has changed.
    fn settle(self) {
        let Some(scroller) = self.scroller.try_get_untracked().flatten() else {
            return;
        };
        if self.at_end.get_untracked() {
            if self.timeline.with_value(|it| it.ahead.get_untracked()) == Ahead::Nothing {
                self.held.update_value(|held| held.to_end = false);
            }
            scroller.set_scroll_top(scroller.scroll_height());
            return self.note_unread();
        }
        self.note_unread();
        self.reach_goal();
        if let Some(anchor) = self.held.get_value().anchor
            && let Some(message) = self.find(anchor.message)
        {
            let by = offset(&message, &scroller) - anchor.offset;
            if by.abs() >= 1.0 {
                scroller.set_scroll_top(scroller.scroll_top() + by.round() as i32);
            }
            if self.held.with_value(|held| held.returns) {
                self.held.update_value(|held| held.returns = false);
                // Where all fits there is nothing to scroll, and nobody to say what is in sight.
                return self.scrolled();
            }
        } else if self.held.with_value(|held| held.returns) {
            return;
        } else {
            self.note_anchor();
        }
        self.look_ahead();
    }

    /// Reads from the depth on that was wanted, once it is here.
    fn reach_goal(self) {
        let Some(goal) = self.held.get_value().goal else {
            return;
        };
        let timeline = self.timeline.get_value();
        let above = timeline.history.get_untracked();
        let depth = |id: &MessageId| {
            let row = timeline.row(*id)?;
            Some((*id, row.head.with_untracked(|head| head.depth)))
        };
        let found = timeline.order.with_untracked(|order| {
            let mut rows = order.iter().filter_map(depth);
            let follows = rows.clone().next().is_some_and(|(_, first)| first < goal);
            let first = rows.find(|(_, depth)| *depth >= goal);
            // What was shown before is not what is wanted, though it is further down; nor is what is near the
            // beginning while there is more above it.
            let more = matches!(above, History::More | History::Loading);
            let begins = |depth: u64| depth == goal || !(goal == 1 && more);
            first.filter(|&(_, depth)| follows || depth <= goal + TOMBSTONES && begins(depth))
        });
        if let Some((message, depth)) = found {
            let offset = if goal > 1 { HEADROOM } else { f64::from(NEAR) };
            self.held.update_value(|held| {
                held.goal = None;
                held.anchor = Some(Anchor {
                    message,
                    depth,
                    offset,
                });
            });
        }
    }

    /// Remembers the first message that is in sight, and where it is.
    fn note_anchor(self) {
        let (Some(scroller), Some(content)) =
            (self.scroller.get_untracked(), self.content.get_untracked())
        else {
            return;
        };
        let children = content.children();
        let place = |at: u32| children.item(at).map(|child| end(&child, &scroller));
        // The messages are one below the other.
        let (mut first, mut last) = (0, children.length());
        while first < last {
            let middle = first.midpoint(last);
            if place(middle).is_some_and(|end| end <= 0.0) {
                first = middle + 1;
            } else {
                last = middle;
            }
        }
        let in_sight = (first..children.length()).filter_map(|at| children.item(at));
        let anchor = in_sight.take(3).find_map(|child| {
            let message: MessageId = child.get_attribute("data-message")?.parse().ok()?;
            let row = self.timeline.with_value(|timeline| timeline.row(message))?;
            Some(Anchor {
                message,
                depth: row.head.with_untracked(|head| head.depth),
                offset: offset(&child, &scroller),
            })
        });
        if anchor.is_some() {
            self.held
                .update_value(|held| (held.anchor, held.returns) = (anchor, false));
        }
    }

    /// Asks for more where what is here ends soon.
    fn look_ahead(self) {
        let Some(scroller) = self.scroller.get_untracked() else {
            return;
        };
        let timeline = self.timeline.get_value();
        let screen = scroller.client_height();
        let rest = scroller.scroll_height() - screen - scroller.scroll_top();
        if self.at_end.get_untracked() || self.held.with_value(|held| held.goal.is_some()) {
            return;
        }
        if scroller.scroll_top() < screen && timeline.history.get_untracked() == History::More {
            self.seek(Seek::Older);
        } else if rest < screen && timeline.ahead.get_untracked() == Ahead::More {
            self.seek(Seek::Newer);
        }
    }

    fn find(self, message: MessageId) -> Option<Element> {
        let content = self.content.get_untracked()?;
        let selector = format!("[data-message=\"{message}\"]");
        content.query_selector(&selector).ok().flatten()
    }

    fn last_in_sight(self) -> Option<Element> {
        let scroller = self.scroller.get_untracked()?;
        let children = self.content.get_untracked()?.children();
        let height = f64::from(scroller.client_height());
        let children = (0..children.length())
            .rev()
            .filter_map(|at| children.item(at));
        let mut messages = children.filter(|child| child.has_attribute("data-message"));
        messages.find(|child| offset(child, &scroller) < height)
    }

    /// Settles what is shown whenever messages come or go, which may leave the content as tall as it was, and
    /// whenever the content or the window has another size.
    fn watch(self) {
        let watch = StoredValue::new_local(None);
        effect(move || {
            let (Some(scroller), Some(content)) = (self.scroller.get(), self.content.get()) else {
                return;
            };
            let settle = Closure::<dyn FnMut()>::new(move || self.settle());
            let changed = settle.as_ref().unchecked_ref();
            if let (Ok(sizes), Ok(messages)) = (
                web_sys::ResizeObserver::new(changed),
                web_sys::MutationObserver::new(changed),
            ) {
                sizes.observe(&content);
                sizes.observe(&scroller);
                let children = web_sys::MutationObserverInit::new();
                children.set_child_list(true);
                // A node that is there can be observed.
                let _ = messages.observe_with_options(&content, &children);
                watch.set_value(Some((sizes, messages, settle)));
            }
        });
        on_cleanup(move || {
            watch.try_update_value(|watch| {
                if let Some((sizes, messages, _)) = watch.take() {
                    sizes.disconnect();
                    messages.disconnect();
                }
            });
        });
    }
}

/// How far below the upper edge of the scroller an element begins.
fn offset(element: &Element, scroller: &Element) -> f64 {
    element.get_bounding_client_rect().top() - scroller.get_bounding_client_rect().top()
}

/// How far below the upper edge of the scroller an element ends.
fn end(element: &Element, scroller: &Element) -> f64 {
    element.get_bounding_client_rect().bottom() - scroller.get_bounding_client_rect().top()
}
