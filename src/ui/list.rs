//! A row for each key.
//!
//! Invariant: a row whose neighbours stay is not touched, wherever others come and go: to put a node where it
//! is lays it out again, and takes the focus and the selection from it.

use std::{
    collections::{HashSet, VecDeque},
    mem,
    sync::Arc,
};

use leptos::{
    prelude::*,
    tachys::{
        html::attribute::{Attribute, any_attribute::AnyAttribute},
        hydration::Cursor,
        renderer::{Rndr, types},
        view::{Position, PositionState, Render, add_attr::AddAnyAttr, any_view::AnyViewState},
    },
};

/// Makes a row of the place where its key was first, and of the key.
pub(super) type Row = Arc<dyn Fn(usize, u128) -> AnyView + Send + Sync>;

/// What is to be in a list.
pub(super) struct List {
    pub(super) keys: Vec<u128>,
    pub(super) row: Row,
    /// Who owns the rows: they outlive those who say which they are.
    pub(super) owner: Owner,
}

/// What is in it.
pub(super) struct Listed {
    rows: VecDeque<Shown>,
    parent: Option<types::Element>,
    /// Behind the last row.
    end: types::Placeholder,
}

struct Shown {
    key: u128,
    /// Dropped before its owner.
    view: AnyViewState,
    _owner: Owner,
}

impl List {
    fn make(&self, place: usize, key: u128) -> Shown {
        let owner = self.owner.child();
        let view = owner.with(|| (self.row)(place, key).build());
        Shown {
            key,
            view,
            _owner: owner,
        }
    }
}

impl Render for List {
    type State = Listed;

    fn build(self) -> Listed {
        let keys = self.keys.iter().enumerate();
        Listed {
            rows: keys.map(|(place, &key)| self.make(place, key)).collect(),
            parent: None,
            end: Rndr::create_placeholder(),
        }
    }

    fn rebuild(self, held: &mut Listed) {
        let wanted: HashSet<u128> = self.keys.iter().copied().collect();
        let mut rest = mem::take(&mut held.rows);
        rest.retain_mut(|row| {
            let stays = wanted.contains(&row.key);
            if !stays {
                row.view.unmount();
            }
            stays
        });
        for (place, &key) in self.keys.iter().enumerate() {
            let row = match rest.iter().position(|row| row.key == key) {
                Some(0) => rest.pop_front(),
                Some(at) => rest.remove(at).map(|row| held.insert(row, &rest)),
                None => Some(held.insert(self.make(place, key), &rest)),
            };
            held.rows.extend(row);
        }
    }
}

impl Listed {
    /// Puts a row before the rest.
    fn insert(&self, mut row: Shown, rest: &VecDeque<Shown>) -> Shown {
        if let Some(parent) = &self.parent {
            let before = |next: &Shown| next.view.insert_before_this(&mut row.view);
            if !rest.iter().any(before) {
                row.view.mount(parent, Some(self.end.as_ref()));
            }
        }
        row
    }
}

impl Mountable for Listed {
    fn unmount(&mut self) {
        self.rows.iter_mut().for_each(|row| row.view.unmount());
        self.end.unmount();
    }

    fn mount(&mut self, parent: &types::Element, marker: Option<&types::Node>) {
        self.parent = Some(parent.clone());
        for row in &mut self.rows {
            row.view.mount(parent, marker);
        }
        self.end.mount(parent, marker);
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        let mut rows = self.rows.iter();
        rows.any(|row| row.view.insert_before_this(child)) || self.end.insert_before_this(child)
    }

    fn elements(&self) -> Vec<types::Element> {
        let rows = self.rows.iter();
        rows.flat_map(|row| row.view.elements()).collect()
    }
}

impl AddAnyAttr for List {
    type Output<A: Attribute> = Self;

    fn add_any_attr<A: Attribute>(self, _: A) -> Self {
        self
    }
}

/// The app is made in the browser alone: nothing is ever written as HTML.
impl RenderHtml for List {
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

    fn hydrate<const FROM_SERVER: bool>(self, _: &Cursor, _: &PositionState) -> Listed {
        self.build()
    }

    fn into_owned(self) -> Self {
        self
    }
}
