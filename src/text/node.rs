//! Elements that follow a description: what is the same in the next description stays the same node on
//! the page, so that a selection, a focus and a scroll position in it survive.
//!
//! Invariant: a node is only replaced by one of another kind. A text that grows is added to.

use leptos::{
    prelude::*,
    reactive::owner::WeakOwner,
    tachys::{
        html::attribute::{Attribute, any_attribute::AnyAttribute},
        hydration::Cursor,
        renderer::{RemoveEventHandler, Rndr, types},
        view::{Position, PositionState, Render, add_attr::AddAnyAttr, any_view::AnyViewState},
    },
};
use wasm_bindgen::JsCast;

use super::{
    painter::{Formula, Painter},
    view,
};

/// What is to be on the page.
#[derive(Clone, PartialEq)]
pub(super) enum Node {
    /// Text.
    Text(String),
    /// An element.
    Element(Element),
    /// A block of code: its language and its text.
    Code(Option<String>, String, Around),
}

/// What code and formulas on the page need of their text.
#[derive(Clone, Copy)]
pub(super) struct Around {
    /// What the button beside code does.
    pub(super) copy: Callback<String>,
    /// Who sets formulas.
    pub(super) painter: Option<Painter>,
    /// Who owns the text: code outlives those who describe it.
    pub(super) owner: StoredValue<WeakOwner>,
}

impl PartialEq for Around {
    /// It is the same for all of a text.
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// What an element is to be.
#[derive(Clone, PartialEq)]
pub(super) struct Element {
    tag: &'static str,
    attributes: Vec<(&'static str, String)>,
    press: Option<Press>,
    /// A formula to be set in its place: the source, and whether it stands by itself.
    formula: Option<(String, bool, Around)>,
    children: Vec<Node>,
}

/// What happens when an element is pressed.
#[derive(Clone, PartialEq)]
pub(super) enum Press {
    /// The element with this id is gone to.
    Go(String),
    /// The image with this address and description takes the place of what is in the element.
    Show(String, String),
}

/// An element with these children.
pub(super) fn element(tag: &'static str, children: Vec<Node>) -> Element {
    Element {
        tag,
        attributes: Vec::new(),
        press: None,
        formula: None,
        children,
    }
}

impl Element {
    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.attributes.push((name, value.into()));
        self
    }

    pub(super) fn set(mut self, source: String, display: bool, around: Around) -> Self {
        self.formula = Some((source, display, around));
        self
    }

    pub(super) fn on(mut self, press: Press) -> Self {
        self.press = Some(press);
        self
    }
}

impl From<Element> for Node {
    fn from(element: Element) -> Self {
        Self::Element(element)
    }
}

/// What is on the page, and how it was described.
pub(super) struct Shown {
    node: Node,
    on_page: OnPage,
}

/// Ends with the element.
type Listening = RemoveEventHandler<types::Element>;

enum OnPage {
    Text(types::Text),
    /// The children's descriptions are kept with them.
    Element(
        types::Element,
        Vec<Shown>,
        #[expect(dead_code, reason = "it listens until it is dropped")] Vec<Listening>,
    ),
    Code(Owner, AnyViewState),
}

impl Render for Node {
    type State = Shown;

    fn build(mut self) -> Shown {
        let on_page = match &mut self {
            Self::Text(text) => OnPage::Text(Rndr::create_text_node(text)),
            Self::Element(new) => {
                let element = Rndr::create_element(new.tag, None);
                for (name, value) in &new.attributes {
                    Rndr::set_attribute(&element, name, value);
                }
                let pressed = new.press.as_ref();
                let listening = pressed.map_or_else(Vec::new, |what| listen(&element, what));
                let mut children = Vec::with_capacity(new.children.len());
                for child in new.children.drain(..) {
                    add(&element, child, &mut children);
                }
                if let Some((source, display, around)) = &new.formula
                    && let Some(painter) = around.painter
                {
                    (painter.formula)(Formula {
                        element: element.clone(),
                        source: source.clone(),
                        display: *display,
                    });
                }
                OnPage::Element(element, children, listening)
            }
            Self::Code(language, text, around) => {
                let owner = around.owner.get_value().upgrade();
                let owner = owner.map_or_else(Owner::new, |owner| owner.child());
                let view =
                    owner.with(|| view::still(language.clone(), text.clone(), around.copy).build());
                OnPage::Code(owner, view)
            }
        };
        Shown {
            node: self,
            on_page,
        }
    }

    fn rebuild(mut self, held: &mut Shown) {
        match (&mut self, &mut held.node, &mut held.on_page) {
            (Self::Text(new), Self::Text(old), OnPage::Text(text)) => {
                if new != old {
                    change(text, old, new);
                }
            }
            (Self::Element(new), Self::Element(old), OnPage::Element(element, children, _))
                if new.tag == old.tag && new.press == old.press && new.formula == old.formula =>
            {
                attribute(element, &old.attributes, &new.attributes);
                let mut rest = new.children.drain(..);
                let mut kept = 0;
                for (child, next) in children.iter_mut().zip(rest.by_ref()) {
                    next.rebuild(child);
                    kept += 1;
                }
                for mut gone in children.drain(kept..) {
                    gone.unmount();
                }
                for child in rest {
                    add(element, child, children);
                }
            }
            (
                Self::Code(language, text, around),
                Self::Code(before, old, _),
                OnPage::Code(owner, view),
            ) => {
                if language != before || text != old {
                    owner.with_cleanup(|| {
                        view::still(language.clone(), text.clone(), around.copy).rebuild(view);
                    });
                }
            }
            _ => {
                let mut new = self.build();
                held.insert_before_this(&mut new);
                held.unmount();
                *held = new;
                return;
            }
        }
        held.node = self;
    }
}

/// Adds a child to the end of an element.
fn add(parent: &types::Element, child: Node, children: &mut Vec<Shown>) {
    let mut child = child.build();
    child.mount(parent, None);
    children.push(child);
}

fn attribute(
    element: &types::Element,
    old: &[(&'static str, String)],
    new: &[(&'static str, String)],
) {
    for (name, value) in new {
        if !old.iter().any(|held| held.0 == *name && held.1 == *value) {
            Rndr::set_attribute(element, name, value);
        }
    }
    for (name, _) in old {
        if !new.iter().any(|held| held.0 == *name) {
            Rndr::remove_attribute(element, name);
        }
    }
}

/// Puts what is new in the place of what differs: a range in the rest of the text stays where it is.
fn change(text: &types::Text, old: &str, new: &str) {
    let same: usize = old
        .chars()
        .zip(new.chars())
        .take_while(|(old, new)| old == new)
        .map(|(same, _)| same.len_utf8())
        .sum();
    let data = text.unchecked_ref::<web_sys::CharacterData>();
    let at = if same == old.len() {
        data.length()
    } else {
        old[..same].encode_utf16().count() as u32
    };
    if data.replace_data(at, u32::MAX, &new[same..]).is_err() {
        data.set_data(new);
    }
}

/// Makes an element do something when it is pressed.
fn listen(element: &types::Element, what: &Press) -> Vec<Listening> {
    let (held, pressed) = (element.clone(), what.clone());
    let click = move |event: types::Event| {
        if press(&held, &pressed) {
            event.unchecked_ref::<web_sys::Event>().prevent_default();
        }
    };
    let mut listening = vec![Rndr::add_event_listener(element, "click", Box::new(click))];
    if let Press::Show(src, _) = what {
        // An image that fails gives way to a link to it.
        let (held, src) = (element.clone(), src.clone());
        let error = move |_| {
            let mut link = Node::from(view::link(&src, vec![Node::Text(src.clone())])).build();
            held.set_text_content(None);
            link.mount(&held, None);
        };
        let error = Rndr::add_event_listener_use_capture(element, "error", Box::new(error));
        listening.push(error);
    }
    listening
}

/// Does what pressing an element does, and tells whether that was anything.
fn press(element: &types::Element, what: &Press) -> bool {
    match what {
        Press::Go(id) => document().get_element_by_id(id).map(focus).is_some(),
        Press::Show(src, alt) => {
            let asks = matches!(element.query_selector("button"), Ok(Some(_)));
            if asks {
                show(element, src, alt);
            }
            asks
        }
    }
}

fn focus(element: types::Element) {
    let _ = element.unchecked_into::<web_sys::HtmlElement>().focus();
}

/// Fetches an image into an element.
fn show(place: &types::Element, src: &str, alt: &str) {
    let image = Rndr::create_element("img", None);
    let attributes = [
        ("alt", alt),
        ("referrerpolicy", "no-referrer"),
        ("loading", "lazy"),
        ("decoding", "async"),
        ("tabindex", "-1"),
        // Last: it is what starts the fetching.
        ("src", src),
    ];
    for (name, value) in attributes {
        Rndr::set_attribute(&image, name, value);
    }
    place.set_text_content(None);
    Rndr::insert_node(place, image.as_ref(), None);
    focus(image);
}

impl Mountable for Shown {
    fn unmount(&mut self) {
        match &mut self.on_page {
            OnPage::Text(text) => text.unmount(),
            OnPage::Element(element, ..) => element.unmount(),
            OnPage::Code(_, view) => view.unmount(),
        }
    }

    fn mount(&mut self, parent: &types::Element, marker: Option<&types::Node>) {
        match &mut self.on_page {
            OnPage::Text(text) => text.mount(parent, marker),
            OnPage::Element(element, ..) => element.mount(parent, marker),
            OnPage::Code(_, view) => view.mount(parent, marker),
        }
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        match &self.on_page {
            OnPage::Text(text) => text.insert_before_this(child),
            OnPage::Element(element, ..) => element.insert_before_this(child),
            OnPage::Code(_, view) => view.insert_before_this(child),
        }
    }

    fn elements(&self) -> Vec<types::Element> {
        match &self.on_page {
            OnPage::Text(_) => Vec::new(),
            OnPage::Element(element, ..) => vec![element.clone()],
            OnPage::Code(_, view) => view.elements(),
        }
    }
}

impl AddAnyAttr for Node {
    type Output<A: Attribute> = Self;

    fn add_any_attr<A: Attribute>(self, _: A) -> Self {
        self
    }
}

/// The app is made in the browser alone: nothing is ever written as HTML.
impl RenderHtml for Node {
    type AsyncOutput = Self;
    type Owned = Self;

    const MIN_LENGTH: usize = 0;

    fn dry_resolve(&mut self) {}

    async fn resolve(self) -> Self {
        self
    }

    fn to_html_with_buf(
        self,
        _: &mut String,
        _: &mut Position,
        _: bool,
        _: bool,
        _: Vec<AnyAttribute>,
    ) {
    }

    fn hydrate<const FROM_SERVER: bool>(self, _: &Cursor, _: &PositionState) -> Shown {
        self.build()
    }

    fn into_owned(self) -> Self {
        self
    }
}
