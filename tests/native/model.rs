//! Which model a message asks.

use leptos::prelude::*;
use weft::state::{
    State,
    project::{Fact, apply, record},
};
use weft_protocol::{Defaults, Model, ThreadId};
use weft_sync::Change;

fn model(id: &str) -> Model {
    Model {
        id: id.into(),
        name: id.into(),
        about: None,
    }
}

#[test]
fn a_new_thread_asks_what_was_chosen_for_it_and_else_the_persons_default() {
    Owner::new().with(|| {
        let state = State::new();
        let asks = |thread| untrack(|| state.model(thread));
        let (one, two) = (ThreadId::from_bytes([1; 16]), ThreadId::from_bytes([2; 16]));
        apply(&state, Change::ModelsSet(["a", "b", "c"].map(model).into()));
        assert_eq!(asks(None).as_deref(), Some("a"), "the first one");
        record(&state, Fact::LastModel("b".into()));
        assert_eq!(asks(None).as_deref(), Some("b"), "the one chosen last");
        let defaults = |model: &str| {
            Change::DefaultsSet(Defaults {
                model: Some(model.into()),
                ..Defaults::default()
            })
        };
        apply(&state, defaults("c"));
        assert_eq!(asks(None).as_deref(), Some("c"), "the default");
        record(&state, Fact::Model(Some(one), "a".into()));
        assert_eq!(asks(Some(one)).as_deref(), Some("a"));
        assert_eq!(
            asks(Some(two)).as_deref(),
            Some("c"),
            "the choice was one thread's"
        );
        record(&state, Fact::Model(None, "b".into()));
        assert_eq!(
            asks(None).as_deref(),
            Some("b"),
            "the choice for the new one"
        );
        record(&state, Fact::Made(two));
        assert_eq!(asks(None).as_deref(), Some("c"), "and for that one alone");
        apply(&state, defaults("gone"));
        assert_eq!(
            asks(None).as_deref(),
            Some("b"),
            "what is not offered is not asked"
        );
    });
}
