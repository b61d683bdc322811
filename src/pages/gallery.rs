//! `/dev/ui`: each building block in each of its states, to be looked at. Part of builds with the feature `dev-ui`
//! alone.

use leptos::{html::Dialog, prelude::*};

use crate::{
    state::{Choice, Dispatch, Intent, Look, State, Theme},
    ui::{
        choice::{choice, switch},
        icon::{Glyph, icon},
        skeleton::{Shape, skeleton},
        splitter::Splitter,
    },
};

const VARIANTS: [(&str, &str); 4] = [
    ("", "Usual"),
    ("primary", "Primary"),
    ("quiet", "Quiet"),
    ("danger", "Danger"),
];

#[component]
pub(crate) fn Gallery() -> impl IntoView {
    let (state, dispatch) = (State::here(), Dispatch::here());
    let themes = Theme::ALL.iter().map(|it| (it.as_str(), it.name()));
    let (on, width) = (RwSignal::new(true), RwSignal::new(Look::SIDE));
    let pulled = move |(to, _): (f64, bool)| width.set(Look::side(to));
    view! {
        <main class="settings gallery">
            <h1>"Building blocks"</h1>
            {choice(
                "Theme",
                "gallery-theme",
                themes.collect(),
                Signal::derive(move || state.theme.get().as_str()),
                Callback::new(move |word| dispatch.send(Intent::Theme(Theme::parse(word)))),
            )}
            <section>
                <h2>"Button"</h2>
                <div class="choice-row">
                    {VARIANTS.into_iter().map(|(variant, name)| view! {
                        <button type="button" class="button" data-variant=variant>{name}</button>
                    }).collect_view()}
                </div>
                <div class="choice-row">
                    {VARIANTS.into_iter().map(|(variant, name)| view! {
                        <button type="button" class="button" data-variant=variant disabled>{name}", not now"</button>
                    }).collect_view()}
                </div>
                <div class="choice-row">
                    <button type="button" class="button">{icon(Glyph::SQUARE_PEN)} "With an icon"</button>
                    <a class="button" href="#">"A link"</a>
                </div>
            </section>
            <section>
                <h2>"Icon button"</h2>
                <div class="choice-row">
                    {[(Glyph::PANEL_LEFT, "Sidebar"), (Glyph::X, "Close"), (Glyph::ELLIPSIS, "Options")].into_iter().map(|(glyph, name)| view! {
                        <button type="button" class="icon-button" aria-label=name title=name>{icon(glyph)}</button>
                    }).collect_view()}
                    <button type="button" class="icon-button" aria-label="Not now" disabled>{icon(Glyph::TRASH)}</button>
                    <button type="button" class="send" aria-label="Send">{icon(Glyph::ARROW_UP)}</button>
                    <button type="submit" class="send" aria-label="Nothing to send" disabled>{icon(Glyph::ARROW_UP)}</button>
                    <button type="button" class="send" aria-label="Stop">{icon(Glyph::SQUARE)}</button>
                </div>
            </section>
            <section>
                <h2>"Field and select"</h2>
                <label class="field"><span class="field-label">"Name"</span><input value="Ada"/></label>
                <label class="field">
                    <span class="field-label">"With help"</span>
                    <input placeholder="Nothing yet"/>
                    <span class="field-help">"What it is for."</span>
                </label>
                <label class="field">
                    <span class="field-label">"Wrong"</span>
                    <input value="no such thing" aria-invalid="true"/>
                    <span class="form-error">"This is not one."</span>
                </label>
                <label class="field"><span class="field-label">"Not now"</span><input value="Ada" disabled/></label>
                <label class="field">
                    <span class="field-label">"Select"</span>
                    <select><option>"One"</option><option>"Another"</option></select>
                </label>
                <label class="field">
                    <span class="field-label">"Select, not now"</span>
                    <select disabled><option>"One"</option></select>
                </label>
            </section>
            <section>
                <h2>"Choice and switch"</h2>
                {choice(
                    "One of three",
                    "gallery-choice",
                    vec![("one", "One"), ("two", "Two"), ("three", "Three")],
                    Signal::derive(|| "two"),
                    Callback::new(|_| {}),
                )}
                {switch("On or off", on.into(), Callback::new(move |is| on.set(is)))}
                {switch("The other way", Signal::derive(move || !on.get()), Callback::new(move |is: bool| on.set(!is)))}
                <label class="switch"><span>"Not now"</span><input type="checkbox" role="switch" disabled/></label>
            </section>
            <Overlays/>
            <section>
                <h2>"Badge, avatar, status"</h2>
                <div class="choice-row">
                    <span class="badge">"3"</span>
                    <span class="badge">"99+"</span>
                    <span class="badge" data-tone="quiet">"12"</span>
                    {["0", "1", "2", "3", "4", "5"].into_iter().map(|hue| view! {
                        <span class="avatar" data-hue=hue aria-hidden="true">"A"</span>
                    }).collect_view()}
                    {["connected", "reconnecting", "offline"].into_iter().map(|status| view! {
                        <span class="connection" data-status=status>
                            <span class="connection-dot" aria-hidden="true"></span>
                            {status}
                        </span>
                    }).collect_view()}
                </div>
            </section>
            <section>
                <h2>"Skeleton"</h2>
                {[Shape::List, Shape::Messages, Shape::Page].map(skeleton).collect_view()}
            </section>
            <section>
                <h2>"Splitter"</h2>
                <div class="gallery-split">
                    <div id="gallery-part">
                        {move || width.get()}
                        <Splitter
                            label="Width"
                            of="gallery-part"
                            width
                            range=Look::SIDES
                            usual=Look::SIDE
                            moved=Callback::new(pulled)
                            fold=Callback::new(|()| {})
                        />
                    </div>
                </div>
            </section>
        </main>
    }
}

/// What is over the page.
#[component]
fn Overlays() -> impl IntoView {
    let dialog = NodeRef::<Dialog>::new();
    let open = move |_| {
        if let Some(dialog) = dialog.get_untracked() {
            // Fails only where it is open already.
            let _ = dialog.show_modal();
        }
    };
    let close = move |_| {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    view! {
        <section>
            <h2>"Menu, dialog, toast"</h2>
            <div class="choice-row">
                <button type="button" class="button" popovertarget="gallery-menu">"Menu"</button>
                <div class="menu" id="gallery-menu" popover="auto">
                    <button type="button" class="menu-item">{icon(Glyph::PIN)} "Pin"</button>
                    <button type="button" class="menu-item">{icon(Glyph::PENCIL)} "Rename"</button>
                    <button type="button" class="menu-item" data-tone="danger">{icon(Glyph::TRASH)} "Delete"</button>
                </div>
                <button type="button" class="button" on:click=open>"Dialog"</button>
            </div>
            <dialog node_ref=dialog class="dialog" aria-labelledby="gallery-title">
                <h2 id="gallery-title">"Are you sure?"</h2>
                <p>"Nothing happens whatever you press."</p>
                <div class="dialog-actions">
                    <button type="button" class="button" on:click=close>"No"</button>
                    <button type="button" class="button" data-variant="danger" on:click=close>"Yes"</button>
                </div>
            </dialog>
            <div class="toast">
                <span>"Thread deleted"</span>
                <button type="button" class="toast-action">"Undo"</button>
                <button type="button" class="icon-button" aria-label="Dismiss">{icon(Glyph::X)}</button>
            </div>
        </section>
    }
}
