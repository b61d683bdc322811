//! Formulas: the worker's parts become nodes of MathML.

use std::{cell::RefCell, collections::VecDeque};

use js_sys::Array;
use leptos::{prelude::document, task::spawn_local};
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::Element;

use super::{Job, Service};
use crate::{state::words, text::Formula};

const MATHML: &str = "http://www.w3.org/1998/Math/MathML";

/// How many answers are remembered.
const KEPT: usize = 300;

type Known = VecDeque<((String, bool), JsValue)>;

thread_local! {
    static SERVICE: RefCell<Option<Service>> = const { RefCell::new(None) };
    static KNOWN: RefCell<Known> = const { RefCell::new(VecDeque::new()) };
}

pub(super) fn provide(url: &str) {
    SERVICE.set(Some(Service::new(url)));
}

/// Sets a formula: once it is on the page where the answer is known, else when it comes.
pub(super) fn set(formula: Formula) {
    spawn_local(async move { set_now(formula) });
}

fn set_now(formula: Formula) {
    if show_known(&formula) {
        return;
    }
    let Some(service) = SERVICE.with_borrow(Clone::clone) else {
        return;
    };
    let (element, source, display) = (
        formula.element.clone(),
        formula.source.clone(),
        formula.display,
    );
    service.submit(Job {
        ask: Box::new(move || {
            // Others may have asked the same meanwhile.
            let is_wanted = element.is_connected() && !is_known(&source, display);
            is_wanted.then(|| [source.into(), display.into()])
        }),
        done: Box::new(move |answer| {
            if answer.is_some() || formula.element.is_connected() {
                // Late means never: the same would hang the next worker.
                let answer = answer.unwrap_or_else(|| words::text_formula_failed().into());
                if !is_known(&formula.source, formula.display) {
                    keep(formula.source.clone(), formula.display, answer);
                }
            }
            show_known(&formula);
        }),
    });
}

fn is_known(source: &str, display: bool) -> bool {
    KNOWN.with_borrow(|known| {
        known
            .iter()
            .any(|((text, is), _)| *is == display && text == source)
    })
}

fn keep(source: String, display: bool, answer: JsValue) {
    KNOWN.with_borrow_mut(|known| {
        if known.len() >= KEPT {
            known.pop_front();
        }
        known.push_back(((source, display), answer));
    });
}

fn show_known(formula: &Formula) -> bool {
    let answer = KNOWN.with_borrow(|known| {
        let is_it = |((text, is), _): &&((String, bool), JsValue)| {
            *is == formula.display && *text == formula.source
        };
        known.iter().find(is_it).map(|(_, answer)| answer.clone())
    });
    let Some(answer) = answer else {
        return false;
    };
    if let Some(why) = answer.as_string() {
        if let Some(source) = formula.element.first_element_child() {
            let _ = source.set_attribute("title", &why);
        }
    } else if let Some(math) = build(answer.unchecked_ref()) {
        let _ = math.set_attribute("alttext", &formula.source);
        formula.element.replace_children_with_node_1(&math);
    }
    true
}

/// The nodes of what the worker sends: texts that begin with what they are.
fn build(parts: &Array) -> Option<Element> {
    let document = document();
    let mut open: Vec<Element> = Vec::new();
    for part in parts.iter() {
        let part = part.as_string()?;
        let (kind, rest) = part.split_at_checked(1)?;
        match kind {
            "<" => open.push(document.create_element_ns(Some(MATHML), rest).ok()?),
            "@" => {
                let (name, value) = rest.split_once('=')?;
                open.last()?.set_attribute(name, value).ok()?;
            }
            "#" => {
                let text = document.create_text_node(rest);
                open.last()?.append_child(&text).ok()?;
            }
            _ => {
                let done = open.pop()?;
                let Some(outer) = open.last() else {
                    return Some(done);
                };
                outer.append_child(&done).ok()?;
            }
        }
    }
    None
}
