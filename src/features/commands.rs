//! What a person can have done from anywhere: by a shortcut, or by its name in the palette.
//!
//! Invariant: what a control of the page does is done by pressing that control, so it can be done exactly where the
//! page offers it.

use leptos::{html::Dialog, prelude::*};
use wasm_bindgen::JsCast as _;
use web_sys::HtmlElement;
use weft_protocol::{Mutation, ThreadId};

use super::{Drawer, Nav, NoticesOpen, Pen};
use crate::state::{Dispatch, Intent, Platform, Route, Shortcut, State, Step};

/// What the keyboard puts before the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Panel {
    /// What finds threads and things to do.
    Palette,
    /// The list of the shortcuts.
    Sheet,
    /// A new name for a thread.
    Rename(ThreadId),
}

/// The dialog of the panels: one at a time is in it.
#[derive(Clone, Copy)]
pub(crate) struct Panels {
    pub(super) shown: RwSignal<Option<Panel>>,
    pub(super) dialog: NodeRef<Dialog>,
}

impl Panels {
    /// Shows a panel, in the place of the one that is shown.
    pub(super) fn show(self, panel: Panel) {
        self.shown.set(Some(panel));
        if let Some(dialog) = self.dialog.get_untracked().filter(|dialog| !dialog.open()) {
            // Fails only where it is open already.
            let _ = dialog.show_modal();
        }
    }

    /// Shows none. The focus is back where it was.
    pub(super) fn close(self) {
        if let Some(dialog) = self.dialog.get_untracked() {
            dialog.close();
        }
    }

    /// Whether one is shown. Subscribes to nothing.
    pub(super) fn is_open(self) -> bool {
        let dialog = self.dialog.get_untracked();
        dialog.is_some_and(|dialog| dialog.open())
    }
}

/// A control of the page that commands press: the element whose `data-command` is its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Control {
    /// "Edit" of the last message that can be edited.
    Edit,
    /// "Jump to first unread".
    Unread,
    /// "Jump to latest".
    Latest,
    /// "Share", or the members.
    Members,
}

impl Control {
    fn name(self) -> &'static str {
        match self {
            Self::Edit => "edit",
            Self::Unread => "unread",
            Self::Latest => "latest",
            Self::Members => "members",
        }
    }

    /// The first of those that are on the page, or the last "Edit".
    pub(super) fn find(self) -> Option<HtmlElement> {
        let found = document().query_selector_all(&format!("[data-command={}]", self.name()));
        let found = found.ok()?;
        let found = (0..found.length()).filter_map(|at| found.item(at));
        let found = found.filter_map(|it| it.dyn_into::<HtmlElement>().ok());
        let mut found = found.filter(is_shown);
        match self {
            Self::Edit => found.next_back(),
            _ => found.next(),
        }
    }

    /// Presses it, where it is there.
    pub(super) fn press(self) -> bool {
        let found = self.find();
        if let Some(control) = &found {
            control.click();
        }
        found.is_some()
    }
}

fn is_shown(element: &HtmlElement) -> bool {
    let style = window().get_computed_style(element).ok().flatten();
    let visibility = style.and_then(|style| style.get_property_value("visibility").ok());
    element.offset_parent().is_some() && visibility.as_deref() == Some("visible")
}

/// All that commands are made of.
#[derive(Clone, Copy)]
pub(crate) struct Commands {
    pub(super) state: State,
    pub(super) dispatch: Dispatch,
    pub(super) nav: Nav,
    pub(super) pen: Pen,
    pub(super) panels: Panels,
    pub(super) platform: Platform,
    pub(super) drawer: Drawer,
    pub(super) notices: NoticesOpen,
    /// The section of the settings that somebody wants to see, and that is not there yet.
    section: StoredValue<Option<&'static str>>,
}

impl Commands {
    /// For use above all that is commanded, once.
    pub(crate) fn provide() {
        let platform = window().navigator().platform().unwrap_or_default();
        provide_context(Self {
            state: State::here(),
            dispatch: Dispatch::here(),
            nav: Nav::here(),
            pen: Pen::here(),
            panels: Panels {
                shown: RwSignal::new(None),
                dialog: NodeRef::new(),
            },
            platform: Platform::of(&platform),
            drawer: Drawer::here(),
            notices: expect_context(),
            section: StoredValue::new(None),
        });
    }

    /// The commands of the app.
    pub(crate) fn here() -> Self {
        expect_context::<Self>()
    }

    /// Does what a shortcut stands for. Says whether there was something to do.
    pub(super) fn run(self, shortcut: Shortcut) -> bool {
        match shortcut {
            Shortcut::Palette => self.panels.show(Panel::Palette),
            Shortcut::Sheet => self.panels.show(Panel::Sheet),
            Shortcut::NewChat => self.begin(String::new()),
            Shortcut::Compose => self.compose(),
            Shortcut::PreviousThread => return self.step(Step::Previous),
            Shortcut::NextThread => return self.step(Step::Next),
            Shortcut::NextUnread => return self.step(Step::Unread),
            Shortcut::EditLast => return Control::Edit.press(),
            Shortcut::Stop => return self.stop(),
            Shortcut::Sidebar => self.drawer.toggle(),
        }
        true
    }

    /// The thread that the page is about, where it exists. Subscribes to nothing.
    pub(super) fn thread(self) -> Option<ThreadId> {
        let thread = untrack(|| self.nav.route()).thread()?;
        self.state.thread(thread).map(|_| thread)
    }

    /// Goes to a page.
    pub(super) fn go(self, route: Route) {
        self.drawer.go(self.nav, route);
    }

    /// Begins a thread, with what is written in it at first.
    pub(super) fn begin(self, text: String) {
        let thread = self.dispatch.new_thread();
        if !text.is_empty() {
            self.dispatch.send(Intent::Draft(Some(thread), text));
        }
        self.go(Route::Thread(thread));
    }

    /// Goes to the settings, or to a section of them: what has it as its `data-section` gets the focus.
    pub(super) fn open_settings(self, section: Option<&'static str>) {
        self.section.set_value(section);
        if untrack(|| self.nav.route()) == Route::Settings {
            self.drawer.leave(move || self.show_section());
        } else {
            self.go(Route::Settings);
        }
    }

    /// Puts the focus on the section that somebody wanted to see, once it is there: for the settings, whenever
    /// a section of them comes.
    pub(crate) fn show_section(self) {
        let found = self.section.get_value().and_then(|section| {
            let selector = format!("[data-section={section}]");
            document().query_selector(&selector).ok().flatten()
        });
        if let Some(found) = found.and_then(|it| it.dyn_into::<HtmlElement>().ok()) {
            self.forget_section();
            found.scroll_into_view();
            // What cannot have the focus leaves it where it is.
            let _ = found.focus();
        }
    }

    /// Nobody waits for a section any more.
    pub(crate) fn forget_section(self) {
        let _ = self.section.try_update_value(Option::take);
    }

    fn compose(self) {
        if self.pen.is_here() {
            self.drawer.leave(move || self.pen.take());
        } else if self.thread().is_none() {
            self.go(Route::New);
        }
    }

    fn step(self, step: Step) -> bool {
        let to = self.state.step(self.thread(), step);
        if let Some(thread) = to {
            self.go(Route::Thread(thread));
        }
        to.is_some()
    }

    /// Whether a reply is being made in the thread of the page. Subscribes to nothing.
    pub(super) fn streams(self) -> bool {
        self.streaming().is_some_and(|(_, all)| !all.is_empty())
    }

    fn streaming(self) -> Option<(ThreadId, Vec<weft_protocol::MessageId>)> {
        let thread = self.thread()?;
        let timeline = untrack(|| self.state.timeline(thread))?;
        Some((thread, timeline.streaming.get_untracked()))
    }

    /// Ends the replies that are being made.
    pub(super) fn stop(self) -> bool {
        let Some((thread, all)) = self.streaming().filter(|(_, all)| !all.is_empty()) else {
            return false;
        };
        for message in all {
            self.dispatch
                .mutate(Mutation::StopReply { thread, message });
        }
        true
    }
}
